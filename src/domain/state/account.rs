//! Whose account is whose, and what goes with an account that changes.
//!
//! Invariant: an account is one human. Linking an id to an account that another id has makes one person of
//! the two, and what an account did stays with it: under the id that has it, or, once that has another, under
//! an id that is made of the account itself ([`apart_id`]) and that nobody of the configuration has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::merging::{moments, put};
use super::{AccountNews, AccountTurn, Engagement, PersonState, Phase, PostState, State, person_mut};
use crate::domain::account::{Disbelief, Former, Proof, Turn};
use crate::domain::booking::By;
use crate::domain::effect::{About, PostId, PostKey};
use crate::domain::event::{How, Renames};
use crate::domain::ids::{PersonId, Seq, SlackChannelId, SlackUserId};

/// The id under which is kept what an account did that is nobody's any more: its own, in lower case.
fn apart_id(slack: &SlackUserId) -> Option<PersonId> {
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
        let before = self.person(person).and_then(|known| known.slack.clone());
        match (before.filter(|before| before != slack), replaces) {
            (Some(from), Some(former)) => self.part(seq, person, &from, former.turn),
            // Records of before never say why: nothing moves but the conversation.
            (Some(from), None) => self.leave(person, &from),
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
        let changed = |from: &Former| AccountTurn::Changed { from: from.clone(), confirmed: None };
        match (replaces.map(changed), &known.account) {
            (Some(what), _) => known.account = Some(AccountNews { since: seq, at, what }),
            // What was doubtful is clear.
            (None, Some(AccountNews { what: AccountTurn::Refused { .. }, .. })) => known.account = None,
            (None, _) => {}
        }
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
        if let Some(lost) = lost
            && self.person(person).and_then(|known| known.slack.as_ref()) == Some(lost)
        {
            self.part(seq, person, lost, Turn::Corrected);
        }
        let what = AccountTurn::Refused { because, lost: lost.cloned() };
        person_mut(&mut self.people, person).account = Some(AccountNews { since: seq, at, what });
    }

    /// An advocate said whether whoever has the new account is who had the one before.
    pub(super) fn account_confirmed(&mut self, seq: Seq, person: &PersonId, by: &PersonId, same: bool) {
        let known = person_mut(&mut self.people, person);
        if let Some(AccountNews { what: AccountTurn::Changed { confirmed, .. }, .. }) = &mut known.account {
            *confirmed = Some((by.clone(), same));
        }
        let apart = std::mem::take(&mut known.apart);
        self.reshaped = Some(seq);
        if same {
            let people = apart.into_iter().map(|apart| (apart, person.clone())).collect();
            self.rename(&Renames { people, ..Renames::default() });
            self.changed_everywhere(seq, person);
        } else {
            known.not_theirs.extend(apart);
        }
        self.news_of_account(seq, person);
    }

    /// Marks the notices about somebody's account.
    fn news_of_account(&mut self, seq: Seq, person: &PersonId) {
        let about = |key: &PostKey| key.about() == About::Person(person);
        let told: Vec<_> =
            self.posts.iter().filter(|(_, post)| about(&post.key)).map(|(id, _)| *id).collect();
        for post in told {
            self.post_changed(seq, post);
        }
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
        let came = self.person(person).and_then(PersonState::account_since);
        if turn == Turn::Corrected {
            self.take_back_the_word(person, came);
        }
        let as_guest = self.guests_of(person, |_| true);
        let known = self.people.remove(person).map(Arc::unwrap_or_clone).unwrap_or_default();
        let Parted { acts, mut rest } = parted(known, turn, &as_guest);
        match turn {
            Turn::Corrected => {
                rest.corrected = Some(seq);
                for former in rest.apart.clone() {
                    let Some(former) = self.people.get(&former) else { continue };
                    rest = rest.merged(former.kept_off());
                }
            }
            Turn::Replaced => _ = rest.apart.insert(apart.clone()),
        }
        self.people.insert(person.clone(), Arc::new(rest));
        // Somebody whom the account was before may be known under its id.
        let before = self.people.remove(&apart).map(Arc::unwrap_or_clone);
        let acts = match before {
            Some(before) => before.merged(acts),
            None => acts,
        };
        self.people.insert(apart.clone(), Arc::new(acts));
        self.by_slack.insert(from.clone(), apart.clone());
        self.part_acts(person, &apart, |_| true);
        if turn == Turn::Corrected {
            self.part_word(person, &apart);
        }
        self.part_posts(person, &apart, turn, came);
        if turn == Turn::Corrected {
            self.keep_what_came_before(person, &apart);
        }
    }

    /// Whatever an advocate said of the account before, they said it about an account that is wrong: what was
    /// theirs when it came waits for another word.
    fn take_back_the_word(&mut self, person: &PersonId, came: Option<Seq>) {
        let known = person_mut(&mut self.people, person);
        let not_theirs = std::mem::take(&mut known.not_theirs);
        known.apart.extend(not_theirs);
        let Some(AccountNews { what: AccountTurn::Changed { from, confirmed: Some((_, true)) }, .. }) =
            &known.account
        else {
            return;
        };
        let before = match from.turn {
            Turn::Replaced => Some(from.slack.clone()),
            Turn::Corrected => known.former.keys().next().cloned(),
        };
        let Some((before, channel)) = before.and_then(|before| known.former.remove_entry(&before)) else {
            return;
        };
        let came = came.unwrap_or_default();
        let Some(apart) = apart_id(&before) else { return };
        let as_guest = self.guests_of(person, |of| of < came);
        let known = person_mut(&mut self.people, person);
        let mut acts = known.acts_before(came, &as_guest);
        (acts.slack, acts.channel) = (Some(before.clone()), channel);
        known.apart.insert(apart.clone());
        self.people.insert(apart.clone(), Arc::new(acts));
        self.by_slack.insert(before, apart.clone());
        self.part_acts(person, &apart, |of| of < came);
        self.part_posts(person, &apart, Turn::Replaced, None);
    }

    /// The bookings that `person` made for themselves, of those that `counts`.
    fn guests_of(&self, person: &PersonId, counts: impl Fn(Seq) -> bool) -> BTreeSet<Seq> {
        let as_guest = self.bookings.iter().filter(|(of, booking)| booking.guest == *person && counts(**of));
        as_guest.map(|(of, _)| *of).collect()
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
            if let Some(engagement) = acts.engagements.get_mut(&about) {
                engagement.deliveries.retain(|_, of| *of != id);
                engagement.reached &= !engagement.deliveries.is_empty();
            }
            let counted = acts.campaign.iter().position(|counted| *counted == at);
            let counted = counted.and_then(|place| acts.campaign.remove(place));
            let rest = person_mut(&mut self.people, person);
            rest.campaign = moments(std::mem::take(&mut rest.campaign), counted.into_iter().collect());
            let engagement = rest.engagements.entry(about).or_default();
            engagement.deliveries.insert((delivery.touch, delivery.occurrence), id);
            engagement.reached |= matches!(post.phase, Phase::Sent { .. });
            engagement.unknown |= matches!(post.phase, Phase::Unknown);
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
            for change in &mut booking.changes {
                if let By::Person(who) = &mut change.by {
                    give(*of, who);
                }
            }
        }
        for (of, wait) in &mut self.waiting_list {
            give(*of, &mut wait.person);
        }
    }

    /// What the account did as an advocate or a host. What it had decided about what is still to come is no
    /// longer decided, since it had no right to.
    fn part_word(&mut self, person: &PersonId, apart: &PersonId) {
        let give = |who: &mut PersonId| {
            if who == person {
                *who = apart.clone();
            }
        };
        for known in self.people.values_mut().map(Arc::make_mut) {
            for engagement in known.engagements.values_mut() {
                engagement.verdicts.retain(|_, judged| judged.by != *person);
                engagement.edits.retain(|_, edited| edited.by != *person);
                for stance in engagement.stances.values_mut() {
                    if let How::Recorded { by } = &mut stance.how {
                        give(by);
                    }
                }
            }
        }
        self.kept.retain(|_, kept| kept.by != *person);
        for received in self.received.values_mut() {
            if let Some(settled) = &mut received.settled {
                give(&mut settled.by);
            }
        }
        for answer in self.answers.values_mut() {
            give(&mut answer.by);
        }
        for approached in self.approached.values_mut() {
            approached.instead_of.iter_mut().for_each(give);
        }
        for campaign in self.campaigns.values_mut() {
            campaign.recalled.iter_mut().for_each(|(by, _)| give(by));
            campaign.corrections.iter_mut().for_each(|correction| give(&mut correction.by));
        }
        for note in self.notes.values_mut() {
            give(&mut note.by);
        }
        for item in self.items.values_mut() {
            give(&mut item.by);
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

    /// The messages in the account's conversation: all of them, or those about what it said and booked. The
    /// others were the person's, who gets none of them again.
    ///
    /// After a correction stays what went to accounts of before: it is in another conversation, or, where no
    /// place is known, was written before the account `came`.
    fn part_posts(&mut self, person: &PersonId, apart: &PersonId, turn: Turn, came: Option<Seq>) {
        let formers = self.person(person).into_iter().flat_map(|known| &known.apart);
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
    rest.apart = std::mem::take(&mut known.apart);
    rest.not_theirs = std::mem::take(&mut known.not_theirs);
    rest.former = std::mem::take(&mut known.former);
    if turn == Turn::Replaced {
        // What was promised to the human holds for whoever has their address now.
        rest = rest.merged(promised(&known));
        rest.corrected = known.corrected.take();
    }
    known.bookings = guest;
    known.account = None;
    for (about, engagement) in &mut known.engagements {
        put(&mut rest.engagements, about.clone(), engagement.part(turn), Engagement::merged);
    }
    Parted { acts: known, rest }
}

/// What was promised to the human who had an account: it holds whichever account they have.
fn promised(known: &PersonState) -> PersonState {
    let engagements = known.engagements.iter().map(|(about, engagement)| {
        let Engagement { deliveries, reached, unknown, .. } = engagement;
        let kept = Engagement {
            deliveries: deliveries.clone(),
            reached: *reached,
            unknown: *unknown,
            ..Engagement::default()
        };
        (about.clone(), kept)
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
            snoozed_until: self.snoozed_until,
            rehearsed: self.rehearsed.clone(),
            digest: self.digest,
            ..Self::default()
        }
    }

    /// The record by which they came to have their account, if they had another before.
    fn account_since(&self) -> Option<Seq> {
        let news = self.account.as_ref()?;
        matches!(news.what, AccountTurn::Changed { .. }).then_some(news.since)
    }

    /// Takes out what they said, asked and booked before the record `came`. A stop stays with both: it says not
    /// when.
    fn acts_before(&mut self, came: Seq, as_guest: &BTreeSet<Seq>) -> Self {
        let mut acts = self.kept_off();
        let split = |of: &mut Vec<Seq>| -> Vec<Seq> {
            let (before, since) = std::mem::take(of).into_iter().partition(|of| *of < came);
            *of = since;
            before
        };
        (acts.asked, acts.offers) = (split(&mut self.asked), split(&mut self.offers));
        acts.bookings.extend(as_guest);
        self.bookings.retain(|of| !as_guest.contains(of));
        for (about, engagement) in &mut self.engagements {
            let mut theirs = Engagement { said: split(&mut engagement.said), ..Engagement::default() };
            let reasoned = engagement.stances.values().any(|stance| stance.since >= came);
            for (team, stance) in std::mem::take(&mut engagement.stances) {
                let of = if stance.since < came && stance.how == How::Clicked {
                    &mut theirs
                } else {
                    &mut *engagement
                };
                of.stances.insert(team, stance);
            }
            if !theirs.stances.is_empty() && !reasoned {
                (theirs.reason, theirs.reason_at) = (engagement.reason.take(), engagement.reason_at.take());
            }
            theirs.concern = engagement.concern.take_if(|concern| *concern < came);
            if !theirs.stances.is_empty() || !theirs.said.is_empty() {
                acts.engagements.insert(about.clone(), theirs);
            }
        }
        acts
    }

    /// Whether another account was taken for theirs, or was.
    pub(super) fn has_had_another_account(&self) -> bool {
        let changed = |news: &AccountNews| matches!(news.what, AccountTurn::Changed { .. });
        let had = [&self.apart, &self.not_theirs].iter().any(|of| !of.is_empty()) || !self.former.is_empty();
        had || self.corrected.is_some() || self.account.as_ref().is_some_and(changed)
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
        }
        rest
    }
}

#[cfg(test)]
mod tests;
