//! Whose account is whose, and what goes with an account that changes.
//!
//! Invariant: an account is one human. Linking an id to an account that another id has makes one person of
//! the two, and what an account did stays with it: under the id that has it, or, once that has another, under
//! an id that is made of the account itself ([`apart_id`]) and that nobody of the configuration has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::merging::{moments, put};
use super::{
    Before, Changed, Doubted, Engagement, PersonState, Phase, PostState, Standing, State, person_mut,
};
use crate::domain::account::{Disbelief, Former, Proof, Turn};
use crate::domain::booking::By;
use crate::domain::effect::{About, PostId, PostKey};
use crate::domain::event::{How, PauseReason, RefusedFor, Renames};
use crate::domain::ids::{InitiativeId, PersonId, Seq, SlackChannelId, SlackUserId};

/// The id under which is kept what an account did that is nobody's any more: its own, in lower case.
pub fn apart_id(slack: &SlackUserId) -> Option<PersonId> {
    PersonId::parse(&slack.as_str().to_ascii_lowercase()).ok()
}

/// What somebody's account did, taken off what is known of them, and what is left.
struct Parted {
    /// Of the account.
    acts: PersonState,
    /// Of the person.
    rest: PersonState,
}

impl State {
    /// The account of `person` is `slack`.
    pub(super) fn linked(
        &mut self,
        seq: Seq,
        at: Timestamp,
        person: &PersonId,
        slack: &SlackUserId,
        proof: Option<&Proof>,
        replaces: Option<&Former>,
    ) {
        let known = self.person(person);
        let lost = known.and_then(|known| known.lost.clone());
        let before = known.and_then(|known| known.slack.clone());
        match (before.filter(|before| before != slack), replaces) {
            (Some(from), Some(former)) => self.part(seq, person, &from, former.turn),
            // Records of before never say why: nothing moves but the conversation.
            (Some(from), None) => self.leave(person, &from),
            // They had lost it before, and what it did with it.
            (None, Some(former)) if lost.as_ref() == Some(&former.slack) => {
                if former.turn == Turn::Replaced {
                    self.inherit(seq, person, &former.slack);
                }
            }
            // The former account is on record under another id of the configuration.
            (None, Some(former)) => {
                // What stays apart is nobody's before an advocate says whose.
                let apart = apart_id(&former.slack);
                let holder = self.by_slack.get(&former.slack);
                let holder = holder.filter(|other| *other != person && apart.as_ref() != Some(*other));
                if let Some(other) = holder.cloned() {
                    self.part(seq, &other, &former.slack, former.turn);
                    self.reshaped = Some(seq);
                    let people = BTreeMap::from([(other, person.clone())]);
                    self.rename(&Renames { people, ..Renames::default() });
                }
            }
            (None, None) => {}
        }
        if let Some(other) = self.by_slack.get(slack).filter(|other| *other != person).cloned() {
            self.reshaped = Some(seq);
            self.rename(&Renames { people: BTreeMap::from([(other, person.clone())]), ..Renames::default() });
        }
        self.by_slack.insert(slack.clone(), person.clone());
        let known = person_mut(&mut self.people, person);
        known.slack = Some(slack.clone());
        known.proof = proof.cloned();
        (known.doubted, known.lost) = (None, None);
        let from = replaces.cloned();
        // Whoever has an account again is asked about anew, if something still waits for a word.
        let asks = if known.changed.is_none() { known.waiting().next().cloned() } else { None };
        let account = asks.and_then(|waits| self.person(&waits)?.slack.clone());
        let from = from.or_else(|| Some(Former { slack: account?, turn: Turn::Replaced }));
        if let Some(from) = from {
            let changed = Changed { since: seq, at, from, confirmed: None };
            person_mut(&mut self.people, person).changed = Some(changed);
        }
        self.news_of_account(seq, person);
    }

    /// No account is believed to be that of `person`.
    pub(super) fn account_refused(
        &mut self,
        seq: Seq,
        at: Timestamp,
        person: &PersonId,
        because: Disbelief,
        lost: Option<&SlackUserId>,
    ) {
        let had = |known: &PersonState| known.slack.as_ref() == lost;
        if let Some(lost) = lost
            && self.person(person).is_some_and(had)
        {
            self.part(seq, person, lost, Turn::Corrected);
            person_mut(&mut self.people, person).lost = Some(lost.clone());
        }
        person_mut(&mut self.people, person).doubted = Some(Doubted { since: seq, at, because });
        self.news_of_account(seq, person);
    }

    /// An advocate said whether whoever has the new account is who had the one before.
    pub(super) fn account_confirmed(&mut self, seq: Seq, person: &PersonId, by: &PersonId, same: bool) {
        let known = person_mut(&mut self.people, person);
        if let Some(changed) = &mut known.changed {
            changed.confirmed = Some((by.clone(), same));
        }
        self.reshaped = Some(seq);
        let came = known.changed.as_ref().map(|changed| changed.since);
        let waiting: Vec<PersonId> = known.waiting().cloned().collect();
        for apart in waiting {
            let whose = if same { Before::Theirs(seq) } else { Before::SomebodyElses(seq) };
            // What somebody of the configuration has by now stays with them.
            let is_nobodys =
                |of: &&PersonState| of.slack.as_ref().and_then(apart_id).as_ref() == Some(&apart);
            let copy = self.person(&apart).filter(is_nobodys).cloned();
            if same && let Some(copy) = copy {
                let people = BTreeMap::from([(apart.clone(), person.clone())]);
                self.rename(&Renames { people, ..Renames::default() });
                self.put_person(&apart, copy);
            }
            if !same {
                self.give_back(person, &apart, came);
            }
            self.regrouped.insert(person.clone());
            person_mut(&mut self.people, person).before.insert(apart, whose);
        }
        if same {
            self.changed_everywhere(seq, person);
        }
        self.news_of_account(seq, person);
    }

    /// Knows of `id` what is in `known`.
    fn put_person(&mut self, id: &PersonId, known: PersonState) {
        if !known.before.is_empty() {
            self.regrouped.insert(id.clone());
        }
        self.people.insert(id.clone(), Arc::new(known));
    }

    /// Under which ids people are known who had the account that is known as `apart`.
    pub fn entries_of<'a>(&'a self, apart: &'a PersonId) -> impl Iterator<Item = &'a PersonId> {
        debug_assert!(
            self.people.iter().all(|(id, known)| known.before.is_empty() || self.regrouped.contains(id)),
            "everybody who has had another account is found"
        );
        let had = |id: &&PersonId| self.person(id).is_some_and(|known| known.before.contains_key(apart));
        self.regrouped.iter().filter(had)
    }

    /// Whoever is known as `who`, and those whose account gave way to theirs as far as nobody said that it is another
    /// human's: what an account of before says against messages may be found only after it was replaced.
    pub(super) fn same_humans(&self, who: &PersonId) -> Vec<PersonId> {
        let is_same = |entry: &&PersonId| {
            let before = self.people.get(*entry).and_then(|known| known.before.get(who));
            matches!(before, Some(Before::Waits | Before::Theirs(_)))
        };
        std::iter::once(who).chain(self.entries_of(who).filter(is_same)).cloned().collect()
    }

    /// Takes a *stop* in.
    pub(super) fn stopped(&mut self, seq: Seq, who: &PersonId, initiative: Option<&InitiativeId>) {
        let state = person_mut(&mut self.people, who);
        state.stopped_since.insert(initiative.cloned(), seq);
        match initiative {
            Some(initiative) => _ = state.stopped_initiatives.insert(initiative.clone()),
            None => state.stopped = true,
        }
        self.changed_everywhere(seq, who);
    }

    /// Marks the notices about somebody's account.
    fn news_of_account(&mut self, seq: Seq, person: &PersonId) {
        for post in self.notices_about(&About::Person(person)) {
            self.post_changed(seq, post);
        }
    }

    /// The notices that were sent about it.
    pub(super) fn notices_about(&self, about: &About<'_>) -> Vec<PostId> {
        let is_about = |post: &&PostId| self.post(**post).is_some_and(|post| post.key.about() == *about);
        self.notices.iter().filter(is_about).copied().collect()
    }

    /// `person` has no account any more; what is known stays.
    fn leave(&mut self, person: &PersonId, from: &SlackUserId) {
        self.by_slack.remove(from);
        let known = person_mut(&mut self.people, person);
        // Another account has another direct message.
        (known.slack, known.channel, known.unreachable) = (None, None, None);
    }

    /// Takes what the account `from` did away from `person`, who has it no longer.
    fn part(&mut self, seq: Seq, person: &PersonId, from: &SlackUserId, turn: Turn) {
        let Some(apart) = apart_id(from).filter(|apart| apart != person) else {
            return self.leave(person, from);
        };
        self.reshaped = Some(seq);
        let came = self.person(person).and_then(|known| known.changed.as_ref()).map(|changed| changed.since);
        if turn == Turn::Corrected
            && let Some(came) = came
        {
            self.take_back_words(person, came);
        }
        let as_guest = self.bookings.iter().filter(|(_, booking)| booking.guest == *person);
        let as_guest: BTreeSet<Seq> = as_guest.map(|(of, _)| *of).collect();
        let known = self.people.remove(person).map(Arc::unwrap_or_clone).unwrap_or_default();
        let Parted { acts, mut rest } = parted(known, turn, &as_guest);
        match turn {
            Turn::Corrected => {
                rest.corrected = Some(seq);
                for before in rest.before.keys().cloned().collect::<Vec<_>>() {
                    let Some(before) = self.people.get(&before) else { continue };
                    rest = rest.merged(before.kept_off());
                }
            }
            Turn::Replaced => _ = rest.before.insert(apart.clone(), Before::Waits),
        }
        self.put_person(person, rest);
        // Somebody whom the account was before may be known under its id.
        let before = self.people.remove(&apart).map(Arc::unwrap_or_clone);
        let acts = match before {
            Some(before) => before.merged(acts),
            None => acts,
        };
        self.put_person(&apart, acts);
        self.by_slack.insert(from.clone(), apart.clone());
        self.part_acts(person, &apart, |_| true);
        if turn == Turn::Corrected {
            self.part_word(seq, person, &apart);
        }
        self.part_posts(person, &apart, turn, came);
        if turn == Turn::Corrected {
            self.keep_what_came_before(person, &apart);
        }
    }

    /// Whatever was said since the account `came` was said of an account that is wrong: what was the person's before
    /// waits for another word.
    fn take_back_words(&mut self, person: &PersonId, came: Seq) {
        let known = person_mut(&mut self.people, person);
        let (mut theirs, mut anothers) = (Vec::new(), Vec::new());
        for (before, whose) in &mut known.before {
            let (said, of) = match *whose {
                Before::Theirs(said) => (said, &mut theirs),
                Before::SomebodyElses(said) => (said, &mut anothers),
                Before::Waits => continue,
            };
            if said >= came {
                of.push(before.clone());
                *whose = Before::Waits;
            }
        }
        for apart in anothers {
            let account = self.person(&apart).and_then(|known| known.slack.as_ref());
            // What somebody of the configuration has by now stays with them.
            if account.and_then(apart_id).as_ref() == Some(&apart) {
                let said = self.person(person).map(PersonState::kept_off).unwrap_or_default();
                self.inherit_from(person, &apart);
                // The wrong one stopped only what they stopped themselves.
                let known = person_mut(&mut self.people, person);
                (known.stopped, known.stopped_initiatives) = (said.stopped, said.stopped_initiatives);
                known.snoozed_until = said.snoozed_until;
            }
        }
        let alone = theirs.len() == 1;
        for apart in theirs {
            let Some(copy) = self.people.get(&apart).cloned() else { continue };
            let Some(account) =
                copy.slack.clone().filter(|account| apart_id(account).as_ref() == Some(&apart))
            else {
                continue;
            };
            person_mut(&mut self.people, person).take_out(&copy, &account, came);
            self.by_slack.entry(account).or_insert_with(|| apart.clone());
            let acts: BTreeSet<Seq> = copy.acts().collect();
            self.part_acts(person, &apart, |of| acts.contains(&of) || alone && of < came);
            self.part_posts(person, &apart, Turn::Replaced, None);
        }
    }

    /// What `lost` had been promised, which `person` had until it was in doubt and which is gone by now, is theirs.
    fn inherit(&mut self, seq: Seq, person: &PersonId, lost: &SlackUserId) {
        let Some(apart) = apart_id(lost).filter(|apart| self.people.contains_key(apart)) else { return };
        self.reshaped = Some(seq);
        self.inherit_from(person, &apart);
    }

    /// What had been promised to the account that is known as `apart` is promised to `person`, and the rest waits.
    fn inherit_from(&mut self, person: &PersonId, apart: &PersonId) {
        let Some(before) = self.people.get(apart).cloned() else { return };
        let known = self.people.remove(person).map(Arc::unwrap_or_clone).unwrap_or_default();
        let mut known = known.merged(promised(&before));
        known.before.insert(apart.clone(), Before::Waits);
        self.put_person(person, known);
        let renames =
            Renames { people: BTreeMap::from([(apart.clone(), person.clone())]), ..Renames::default() };
        let of_acts = |about: &About<'_>| {
            matches!(about, About::Said(_) | About::Answer(_) | About::Booking(_) | About::Wait(_))
        };
        let goes_along = |post: &&mut Arc<PostState>| post.key.to() == apart && !of_acts(&post.key.about());
        let along = self.posts.values_mut().filter(goes_along);
        along.for_each(|post| Arc::make_mut(post).key.rename(&renames));
        self.find_by_new_keys();
    }

    /// What went to accounts of before is the person's, also where that was found out only while the wrong one
    /// was taken for theirs.
    fn keep_what_came_before(&mut self, person: &PersonId, apart: &PersonId) {
        let theirs = self.posts.iter().filter(|(_, post)| post.key.to() == person);
        let mut theirs: Vec<(Timestamp, PostId)> = theirs.map(|(id, post)| (post.intended_at, *id)).collect();
        theirs.sort_unstable();
        for (at, id) in theirs {
            let Some(post) = self.posts.get(&id).cloned() else { continue };
            let PostKey::Touch(delivery) = &post.key else { continue };
            let about = (delivery.initiative.clone(), delivery.quarter);
            let acts = person_mut(&mut self.people, apart);
            if let Some(engagement) = acts.engagements.get_mut(&about).map(Arc::make_mut) {
                engagement.deliveries.retain(|_, of| *of != id);
                engagement.reached &= !engagement.deliveries.is_empty();
            }
            let counted = acts.campaign.iter().position(|counted| *counted == at);
            let counted = counted.and_then(|place| acts.campaign.remove(place));
            let rest = person_mut(&mut self.people, person);
            rest.campaign = moments(std::mem::take(&mut rest.campaign), counted.into_iter().collect());
            let engagement = Arc::make_mut(rest.engagements.entry(about).or_default());
            engagement.deliveries.insert((delivery.touch, delivery.occurrence), id);
            engagement.reached |= matches!(post.phase, Phase::Sent { .. });
            match &post.phase {
                Phase::Unknown => engagement.unknown = true,
                Phase::Missed => engagement.missed = engagement.missed.saturating_add(1),
                Phase::Refused { because: RefusedFor::Content, code } => {
                    engagement.refused = Some(code.clone()).filter(|_| !engagement.reached);
                }
                Phase::Intended { .. }
                | Phase::Sent { .. }
                | Phase::Waiting { .. }
                | Phase::Refused { .. } => {}
            }
        }
    }

    /// What the account said, asked and booked for itself, of what `counts`.
    fn part_acts(&mut self, person: &PersonId, apart: &PersonId, counts: impl Fn(Seq) -> bool) {
        let give = |of: Seq, who: &mut PersonId| {
            if who == person && counts(of) {
                *who = apart.clone();
            }
        };
        for (of, received) in &mut self.received {
            give(*of, &mut received.person);
        }
        for (of, booking) in self.bookings.iter_mut().filter(|(_, booking)| booking.guest == *person) {
            give(*of, &mut booking.guest);
            let by = booking.changes.iter_mut().map(|change| &mut change.by);
            let standing = match &mut booking.standing {
                Standing::Cancelled { by } => Some(by),
                Standing::Agreed | Standing::Kept | Standing::NoShow => None,
            };
            for by in by.chain(standing) {
                if let By::Person(who) = by {
                    give(*of, who);
                }
            }
        }
        for (of, wait) in &mut self.waiting_list {
            give(*of, &mut wait.person);
        }
    }

    /// What the account did as an advocate or a host. What it had decided about what is still to come is no
    /// longer decided, since it had no right to. Only what holds messages back stays: a pause, a recall, and a team's item
    /// that it said was planned. Where an id was mistyped and not the account wrong, nobody is asked for what is planned.
    fn part_word(&mut self, seq: Seq, person: &PersonId, apart: &PersonId) {
        self.take_back_decisions(seq, person);
        let give = |who: &mut PersonId| {
            if who == person {
                *who = apart.clone();
            }
        };
        for known in self.people.values_mut().map(Arc::make_mut) {
            if let Some(Changed { confirmed: Some((by, _)), .. }) = &mut known.changed {
                give(by);
            }
            for engagement in known.engagements.values_mut().map(Arc::make_mut) {
                for stance in engagement.stances.values_mut() {
                    if let How::Recorded { by } = &mut stance.how {
                        give(by);
                    }
                }
            }
        }
        for answer in self.answers.values_mut() {
            give(&mut answer.by);
        }
        for approached in self.approached.values_mut() {
            approached.parts.iter_mut().filter_map(|part| part.instead_of.as_mut()).for_each(give);
        }
        for campaign in self.campaigns.values_mut() {
            campaign.recalled.iter_mut().for_each(|(by, _)| give(by));
            campaign.corrections.iter_mut().for_each(|correction| give(&mut correction.by));
        }
        for note in self.notes.values_mut() {
            give(&mut note.by);
        }
        self.paused_initiatives.values_mut().for_each(give);
        self.items.values_mut().for_each(|item| give(&mut item.by));
        for (_, reason) in self.paused.iter_mut().chain(&mut self.set_aside) {
            match reason {
                PauseReason::Asked { by } | PauseReason::FirstStart { denied_by: Some(by) } => give(by),
                PauseReason::FirstStart { denied_by: None }
                | PauseReason::Unproven
                | PauseReason::Configuration { .. }
                | PauseReason::Returned { .. } => {}
            }
        }
        if let Some(hours) = self.added_hours.remove(person) {
            self.added_hours.insert(apart.clone(), hours);
        }
        self.reviews = std::mem::take(&mut self.reviews)
            .into_iter()
            .map(|((about, mut advocate), review)| {
                give(&mut advocate);
                ((about, advocate), review)
            })
            .collect();
    }

    /// Undecides what `person` had decided about what is still to come.
    fn take_back_decisions(&mut self, seq: Seq, person: &PersonId) {
        for known in self.people.values_mut().map(Arc::make_mut) {
            for engagement in known.engagements.values_mut().map(Arc::make_mut) {
                engagement.verdicts.retain(|_, judged| judged.by != *person);
                engagement.edits.retain(|_, edited| edited.by != *person);
                engagement.handed_over.take_if(|by| by == person);
            }
        }
        self.kept.retain(|_, kept| kept.by != *person);
        self.campaigns.values_mut().for_each(|campaign| campaign.stages.retain(|moved| moved.by != *person));
        self.approached.retain(|_, approached| {
            approached.parts.retain(|part| part.by != *person);
            if let Some(part) = approached.parts.last() {
                approached.by = part.by.clone();
            }
            !approached.parts.is_empty()
        });
        // The hint waits for a decision again.
        let mut open = Vec::new();
        for (of, received) in &mut self.received {
            if received.settled.take_if(|settled| settled.by == *person).is_some() {
                open.push(*of);
            }
        }
        for of in open {
            self.about_changed(seq, of);
        }
    }

    /// The messages in the account's conversation: all of them, or those about what it said and booked. The
    /// others were the person's, who gets none of them again.
    ///
    /// After a correction stays what went to accounts of before: it is in another conversation, or, where no
    /// place is known, was written before the account `came`.
    fn part_posts(&mut self, person: &PersonId, apart: &PersonId, turn: Turn, came: Option<Seq>) {
        let formers = self.person(person).into_iter().flat_map(|known| known.before.keys());
        let confirmed = self.person(person).into_iter().flat_map(|known| known.former.values().flatten());
        let elsewhere: Vec<&SlackChannelId> = formers
            .filter(|former| *former != apart)
            .filter_map(|former| self.person(former)?.channel.as_ref())
            .chain(confirmed)
            .collect();
        let came_before = |post: &PostState| match post.place() {
            Some((channel, _)) => elsewhere.contains(&channel),
            None => came.is_some_and(|came| post.intended < came),
        };
        let renames =
            Renames { people: BTreeMap::from([(person.clone(), apart.clone())]), ..Renames::default() };
        let mut moved = BTreeSet::new();
        for (id, post) in self.posts.iter().filter(|(_, post)| post.key.to() == person) {
            let of_account = match (turn, post.key.about()) {
                (Turn::Corrected, _) => !came_before(post),
                (Turn::Replaced, About::Said(of) | About::Answer(of)) => {
                    let said = self.received.get(&self.asked(of));
                    said.is_some_and(|received| received.person == *apart)
                }
                (Turn::Replaced, About::Booking(of)) => {
                    self.bookings.get(&of).is_some_and(|booking| booking.guest == *apart)
                }
                (Turn::Replaced, About::Wait(of)) => {
                    self.waiting_list.get(&of).is_none_or(|wait| wait.person == *apart)
                }
                (
                    Turn::Replaced,
                    About::Delivery(_)
                    | About::Initiative(_)
                    | About::Person(_)
                    | About::Post(_)
                    | About::Service(_)
                    | About::Everything,
                ) => false,
            };
            if of_account {
                moved.insert(*id);
            }
        }
        for id in &moved {
            if let Some(post) = self.posts.get_mut(id) {
                Arc::make_mut(post).key.rename(&renames);
            }
            // Nobody is left to bring them up to date for.
            self.outdated.remove(id);
        }
        // What is under way goes to the conversation of before, where nobody looks it up any more.
        for (id, post) in self.posts.iter_mut().filter(|(_, post)| post.key.to() == person) {
            if matches!(post.phase, Phase::Intended { .. }) {
                Arc::make_mut(post).phase = Phase::Unknown;
                self.unsettled.remove(id);
                if let PostKey::Touch(delivery) = &post.key {
                    let known = person_mut(&mut self.people, person);
                    let about = (delivery.initiative.clone(), delivery.quarter);
                    Arc::make_mut(known.engagements.entry(about).or_default()).unknown = true;
                }
            }
        }
        self.find_by_new_keys();
    }
}

/// Takes the acts of an account off what is known of its person.
fn parted(mut known: PersonState, turn: Turn, as_guest: &BTreeSet<Seq>) -> Parted {
    let (guest, host): (Vec<Seq>, Vec<Seq>) = known.bookings.iter().partition(|of| as_guest.contains(of));
    let mut rest = PersonState { leave: known.leave.take(), bookings: host, ..PersonState::default() };
    // What accounts of before did waits for the person, whichever account comes next.
    rest.before = std::mem::take(&mut known.before);
    rest.former = std::mem::take(&mut known.former);
    if turn == Turn::Replaced {
        // What was promised to the human holds for whoever has their address now.
        rest = rest.merged(promised(&known));
        rest.corrected = known.corrected.take();
    }
    known.bookings = guest;
    (known.changed, known.doubted) = (None, None);
    for (about, engagement) in &mut known.engagements {
        let parted = Arc::new(Arc::make_mut(engagement).part(turn));
        put(&mut rest.engagements, about.clone(), parted, Engagement::both);
    }
    Parted { acts: known, rest }
}

/// What was promised to the human who had an account: it holds whichever account they have.
fn promised(known: &PersonState) -> PersonState {
    let engagements = known.engagements.iter().map(|(about, engagement)| {
        let Engagement { deliveries, reached, unknown, .. } = &**engagement;
        let kept = Engagement {
            deliveries: deliveries.clone(),
            reached: *reached,
            unknown: *unknown,
            ..Engagement::default()
        };
        (about.clone(), Arc::new(kept))
    });
    PersonState { campaign: known.campaign.clone(), engagements: engagements.collect(), ..known.kept_off() }
}

impl PersonState {
    /// What keeps messages off them, whoever of the humans with their accounts said it, and what an advocate has
    /// been told.
    fn kept_off(&self) -> Self {
        Self {
            stopped: self.stopped,
            stopped_initiatives: self.stopped_initiatives.clone(),
            stopped_since: self.stopped_since.clone(),
            snoozed_until: self.snoozed_until,
            rehearsed: self.rehearsed.clone(),
            digest: self.digest,
            ..Self::default()
        }
    }

    /// Under which ids is kept what accounts of before did of which nobody has said whose it is.
    pub fn waiting(&self) -> impl Iterator<Item = &PersonId> {
        self.before.iter().filter(|(_, whose)| **whose == Before::Waits).map(|(before, _)| before)
    }

    /// The records of what they said, asked and booked.
    fn acts(&self) -> impl Iterator<Item = Seq> {
        let said = self.engagements.values().flat_map(|engagement| &engagement.said);
        self.asked.iter().chain(&self.offers).chain(&self.bookings).chain(said).copied()
    }

    /// Takes out what is known of them only by a word about `account`, of which `copy` is known, and that doesn't hold
    /// since another `came`. A stop stays: it may have been said by both.
    fn take_out(&mut self, copy: &Self, account: &SlackUserId, came: Seq) {
        self.former.remove(account);
        self.asked.retain(|of| *of >= came);
        self.offers.retain(|of| *of >= came);
        self.bookings.retain(|of| !copy.bookings.contains(of));
        for (about, engagement) in &mut self.engagements {
            let Some(theirs) = copy.engagements.get(about) else { continue };
            let engagement = Arc::make_mut(engagement);
            engagement.said.retain(|of| *of >= came);
            engagement.stances.retain(|_, stance| stance.since >= came || stance.how != How::Clicked);
            engagement.concern = engagement.concern.filter(|concern| *concern >= came);
            engagement.wants_follow_up &= !theirs.wants_follow_up;
            engagement.confirmed &= !theirs.confirmed;
            if engagement.reason_at == theirs.reason_at {
                (engagement.reason, engagement.reason_at) = (None, None);
            }
        }
    }

    /// Whether another account was taken for theirs, or was.
    pub(super) fn has_had_another_account(&self) -> bool {
        let had = !self.before.is_empty() || !self.former.is_empty();
        had || self.corrected.is_some() || self.changed.is_some()
    }
}

impl Engagement {
    /// Leaves what the account did, and gives what is the person's: what advocates recorded about them, and
    /// after a replacement what could not be sent.
    fn part(&mut self, turn: Turn) -> Self {
        let mut rest = Self {
            conversation: self.conversation.take(),
            verdicts: std::mem::take(&mut self.verdicts),
            edits: std::mem::take(&mut self.edits),
            handed_over: self.handed_over.take(),
            ..Self::default()
        };
        for (team, stance) in std::mem::take(&mut self.stances) {
            match &stance.how {
                How::Clicked => self.stances.insert(team, stance),
                How::Recorded { .. } => rest.stances.insert(team, stance),
            };
        }
        if turn == Turn::Replaced {
            rest.missed = std::mem::take(&mut self.missed);
            rest.refused = self.refused.take();
        }
        rest
    }
}

#[cfg(test)]
mod tests;
