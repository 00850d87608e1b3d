//! Somebody is forgotten: what stays is counted under a pseudonym, and nobody can read who it was.
//!
//! Invariant: afterwards no text by or about them, no account of theirs and no id of theirs is held, but for
//! the marks, which only whoever has their key can compare. Messages to others that told of them are to be
//! brought up to date, with a line in their place.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Phase, State, person_mut, post_mut};
use crate::domain::effect::{About, Notice, PostId, PostKey};
use crate::domain::event::{Cause, Renames};
use crate::domain::ids::{PersonId, Seq, SlackUserId};
use crate::domain::personal::Personal;

/// How a pseudonym begins.
const PSEUDONYM: &str = "forgotten-";

/// What somebody is called who asked to be forgotten, if `id` is a pseudonym.
pub fn called_forgotten(id: &PersonId) -> Option<&'static str> {
    id.as_str().starts_with(PSEUDONYM).then_some("somebody who asked to be forgotten")
}

/// The pseudonym with these digits; none if they are no digits.
pub fn pseudonym(digits: &str) -> Option<PersonId> {
    PersonId::parse(&format!("{PSEUDONYM}{digits}")).ok()
}

/// Of somebody's texts, those that another key seals; and of others' texts, those that somebody's key does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SealedOtherwise {
    /// By or about them, and sealed as somebody else's, whose account theirs was taken for.
    pub theirs: usize,
    /// By or about others, and sealed as theirs.
    pub others: usize,
    /// What advocates answered them, which is sealed as the advocates' own words.
    pub answers: usize,
}

impl State {
    /// Whether `person` is the pseudonym of somebody who was forgotten.
    pub fn is_pseudonym(&self, person: &PersonId) -> bool {
        self.forgotten.contains_key(person)
    }

    /// The texts by, about and to `ids` that their keys don't settle.
    pub fn sealed_otherwise(&self, ids: &BTreeSet<PersonId>) -> SealedOtherwise {
        let mut counted = SealedOtherwise::default();
        // Texts are visited to be changed, so a copy is.
        self.clone().each_text(Timestamp::MIN, &mut |text, written| {
            let Some(key) = text.of() else { return };
            let by_key = ids.contains(key);
            let is_theirs = written.whose.map(|whose| ids.contains(whose));
            counted.theirs += usize::from(is_theirs == Some(true) && !by_key);
            counted.others += usize::from(is_theirs == Some(false) && by_key);
            counted.answers += usize::from(written.to.is_some_and(|to| ids.contains(to)) && !by_key);
        });
        counted
    }

    /// Whether a sent message told of somebody who was forgotten, and says only that by now.
    pub fn was_removed(&self, post: &PostKey) -> bool {
        !self.removed.is_empty() && self.removed.contains(&self.id_of(post))
    }

    /// How many sent messages told of somebody who was forgotten.
    pub fn removed(&self) -> usize {
        self.removed.len()
    }

    /// Forgets whoever is or was called one of `ids`, and keeps what is counted under `pseudonym`.
    pub(super) fn forget(&mut self, seq: Seq, at: Timestamp, ids: &BTreeSet<PersonId>, pseudonym: &PersonId) {
        let accounts = self.accounts_of(ids);
        self.by_slack.retain(|account, of| !ids.contains(of) && !accounts.contains(account));
        self.each_text(at, &mut |text, written| {
            if text.of().is_some_and(|of| ids.contains(of))
                || written.whose.into_iter().chain(written.to).any(|whose| ids.contains(whose))
            {
                *text = Personal::Forgotten;
            }
        });
        self.forget_posts(seq, ids);
        self.forget_said(seq, ids, &accounts);
        self.approached.retain(|(_, who), of| !ids.contains(who) && !accounts.contains(&of.slack));
        self.waiting_list.retain(|_, wait| !ids.contains(&wait.person));
        // Whoever waits for them waits for whoever else is there.
        for wait in self.waiting_list.values_mut() {
            wait.host.take_if(|host| ids.contains(host));
        }
        let by_them = |cause: &Cause| match cause {
            Cause::Click(account, _) => accounts.contains(account),
            Cause::Event(_)
            | Cause::Message(..)
            | Cause::Edit(..)
            | Cause::Submission(_)
            | Cause::Slash(_)
            | Cause::Webhook(_) => false,
        };
        self.causes.retain(|cause| !by_them(cause));
        self.causes_by_age.retain(|(_, cause)| !by_them(cause));

        // What is renamed with an account would be found by it again.
        for id in ids.iter().filter(|id| self.people.contains_key(*id)).collect::<Vec<_>>() {
            let known = person_mut(&mut self.people, id);
            (known.slack, known.channel) = (None, None);
            (known.proof, known.changed, known.doubted, known.lost) = (None, None, None, None);
            known.before.clear();
            known.former.clear();
        }
        let people = ids.iter().map(|id| (id.clone(), pseudonym.clone())).collect();
        self.rename(&Renames { people, ..Renames::default() });
        // What they were called is looked for in Slack no more.
        for renames in &mut self.renamed {
            renames.people.retain(|old, new| !ids.contains(old) && !ids.contains(new));
        }
        self.renamed.retain(|renames| !renames.is_empty());
        let left = person_mut(&mut self.people, pseudonym);
        (left.slack, left.channel, left.unreachable) = (None, None, None);
        (left.snoozed_until, left.leave, left.stopped) = (None, None, false);
        left.stopped_initiatives.clear();
        left.stopped_since.clear();
        self.forgotten.insert(pseudonym.clone(), at);
    }

    /// The accounts under which any of `ids` is known or was, and those by which they are approached.
    pub fn accounts_of(&self, ids: &BTreeSet<PersonId>) -> BTreeSet<SlackUserId> {
        let linked = self.by_slack.iter().filter(|(_, of)| ids.contains(*of)).map(|(account, _)| account);
        let known = ids.iter().filter_map(|id| self.person(id));
        let known = known.flat_map(|known| known.slack.iter().chain(known.former.keys()));
        let approached = self.approached.iter().filter(|((_, who), _)| ids.contains(who));
        linked.chain(known).chain(approached.map(|(_, of)| &of.slack)).cloned().collect()
    }

    /// What was sent to them is left as it is, and nothing more becomes of it. What others were sent about
    /// them is to say only that.
    fn forget_posts(&mut self, seq: Seq, ids: &BTreeSet<PersonId>) {
        let theirs = |post: &PostId| self.posts.get(post).is_some_and(|post| ids.contains(post.key.to()));
        let (to_them, to_others): (Vec<PostId>, Vec<PostId>) =
            self.posts.keys().partition(|post| theirs(post));
        let latest: BTreeSet<PostId> =
            self.reviews.values().filter_map(|reviews| reviews.last().copied()).collect();
        let told = |id: &&PostId| {
            self.posts.get(*id).is_some_and(|post| !latest.contains(id) && self.tells_of(&post.key, ids))
        };
        let told: Vec<PostId> = to_others.iter().filter(told).copied().collect();
        for post in to_them {
            self.unsettled.remove(&post);
            self.outdated.remove(&post);
            self.awaited.remove(&post);
            if let Some(post) = post_mut(&mut self.posts, &post) {
                match post.phase {
                    Phase::Intended { .. } => post.phase = Phase::Unknown,
                    Phase::Waiting { .. } => post.phase = Phase::Missed,
                    Phase::Sent { .. } | Phase::Refused { .. } | Phase::Unknown | Phase::Missed => {}
                }
            }
        }
        let posts = &self.posts;
        let is_theirs = |id: &PostId| posts.get(id).is_some_and(|post| ids.contains(post.key.to()));
        self.by_place.retain(|_, post| !is_theirs(post));
        for post in told {
            self.removed.insert(post);
            self.post_changed(seq, post);
        }
        for post in latest {
            self.post_changed(seq, post);
        }
    }

    /// Whether a message to somebody else may name them or quote them. Digests are not told apart: each
    /// names several people, and so does what waits for approval.
    fn tells_of(&self, key: &PostKey, ids: &BTreeSet<PersonId>) -> bool {
        if let PostKey::Notice { notice: Notice::Disagreement { initiative, team, quarter, .. }, .. } = key {
            let engagement = |id| self.engagement(id, initiative, *quarter);
            return ids.iter().filter_map(engagement).any(|of| of.stances.contains_key(team));
        }
        match key.about() {
            About::Said(of) | About::Answer(of) => {
                self.received.get(&self.asked(of)).is_some_and(|received| ids.contains(&received.person))
            }
            About::Delivery(delivery) => ids.contains(&delivery.person),
            About::Booking(of) => self
                .bookings
                .get(&of)
                .is_some_and(|booking| ids.contains(&booking.guest) || ids.contains(&booking.slot.host)),
            About::Person(person) => ids.contains(person),
            About::Post(post) => self.post(post).is_some_and(|post| ids.contains(post.key.to())),
            About::Everything => true,
            About::Initiative(_) => matches!(key, PostKey::Review { .. }),
            About::Wait(_) | About::Service(_) => false,
        }
    }

    /// What they said counts as taken back; where they said it is not held any more.
    fn forget_said(&mut self, seq: Seq, ids: &BTreeSet<PersonId>, accounts: &BTreeSet<SlackUserId>) {
        let mut named = Vec::new();
        let mut said = BTreeSet::new();
        for (of, received) in &mut self.received {
            if ids.contains(&received.person) {
                received.withdrawn = true;
                (received.place, received.thread) = (None, None);
                said.insert(*of);
            }
            if let Some(referral) = &mut received.referral
                && referral.whom.as_ref().is_some_and(|whom| accounts.contains(whom))
            {
                referral.whom = None;
                named.push(*of);
            }
        }
        self.typed.retain(|_, of| !said.contains(of));
        for of in named {
            self.about_changed(seq, of);
        }
    }
}
