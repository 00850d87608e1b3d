//! Two records that turn out to be of one: what is known of both is known of the one.
//!
//! Invariant: merging takes nothing back. Whoever stopped has stopped, what may have arrived has arrived, and
//! of two words about the same thing the later counts.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::{CampaignState, Engagement, PersonState};
use crate::domain::ids::Seq;

impl PersonState {
    /// What is known of the human of whom `self` and `other` are known. The account of `self` counts, if it has
    /// one.
    pub(super) fn merged(mut self, other: Self) -> Self {
        let Self {
            slack,
            proof,
            changed,
            doubted,
            lost,
            corrected,
            before,
            former,
            channel,
            unreachable,
            told_unreachable,
            stopped,
            stopped_initiatives,
            stopped_since,
            snoozed_until,
            leave,
            asked,
            offers,
            bookings,
            rehearsed,
            digest,
            campaign,
            engagements,
        } = other;
        if self.slack.is_none() {
            (self.slack, self.proof, self.unreachable, self.channel) = (slack, proof, unreachable, channel);
            self.told_unreachable = told_unreachable;
        } else if self.slack == slack {
            self.channel = self.channel.or(channel);
            self.unreachable = self.unreachable.or(unreachable);
            self.told_unreachable = self.told_unreachable.or(told_unreachable);
        } else if let Some(account) = slack {
            self.former.insert(account, channel);
        }
        self.former.extend(former);
        self.changed = [self.changed, changed].into_iter().flatten().max_by_key(|changed| changed.since);
        self.doubted = [self.doubted, doubted].into_iter().flatten().max_by_key(|doubted| doubted.since);
        self.lost = self.lost.or(lost).filter(|_| self.slack.is_none());
        self.corrected = self.corrected.max(corrected);
        self.before.extend(before);
        self.stopped |= stopped;
        self.stopped_initiatives.extend(stopped_initiatives);
        for (about, since) in stopped_since {
            put(&mut self.stopped_since, about, since, Ord::max);
        }
        self.snoozed_until = self.snoozed_until.max(snoozed_until);
        self.leave = [self.leave, leave].into_iter().flatten().max_by_key(|(_, last)| *last);
        self.asked = united(self.asked, asked);
        self.offers = united(self.offers, offers);
        self.bookings = united(self.bookings, bookings);
        self.rehearsed = moments(self.rehearsed, rehearsed);
        self.campaign = moments(self.campaign, campaign);
        self.digest = self.digest.max(digest);
        for (about, engagement) in engagements {
            put(&mut self.engagements, about, engagement, Engagement::both);
        }
        self
    }
}

impl Engagement {
    /// What two that are held come to.
    pub(super) fn both(one: Arc<Self>, other: Arc<Self>) -> Arc<Self> {
        Arc::new(Arc::unwrap_or_clone(one).merged(Arc::unwrap_or_clone(other)))
    }

    /// What two engagements of one human with one initiative in one quarter come to.
    pub(super) fn merged(mut self, other: Self) -> Self {
        let latest = |of: &Self| of.stance().map(|stance| stance.since);
        let is_earlier = latest(&self) < latest(&other);
        let Self {
            stances,
            reason,
            reason_at,
            wants_follow_up,
            confirmed,
            concern,
            settled,
            said,
            reached,
            unknown,
            missed,
            refused,
            conversation,
            deliveries,
            verdicts,
            edits,
            handed_over,
        } = other;
        // A reason belongs to the latest stance.
        if self.reason.is_none() || is_earlier && reason.is_some() {
            (self.reason, self.reason_at) = (reason, reason_at);
        }
        for (team, stance) in stances {
            put(&mut self.stances, team, stance, |a, b| if a.since < b.since { b } else { a });
        }
        self.wants_follow_up |= wants_follow_up;
        self.confirmed |= confirmed;
        self.concern = self.concern.max(concern);
        self.settled = self.settled.max(settled);
        self.said = united(self.said, said);
        self.reached |= reached;
        self.unknown |= unknown;
        self.missed = self.missed.saturating_add(missed);
        self.refused = self.refused.or(refused).filter(|_| !self.reached);
        self.conversation = self.conversation.max(conversation);
        self.deliveries.extend(deliveries);
        for (place, judged) in verdicts {
            put(&mut self.verdicts, place, judged, |a, b| if a.at < b.at { b } else { a });
        }
        for (place, edited) in edits {
            put(&mut self.edits, place, edited, |a, _| a);
        }
        self.handed_over = self.handed_over.or(handed_over);
        self
    }
}

impl CampaignState {
    /// What was decided about a campaign under two ids.
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.stages.extend(other.stages);
        self.stages.sort_by_key(|moved| moved.at);
        self.recalled = [self.recalled, other.recalled].into_iter().flatten().max_by_key(|(_, at)| *at);
        self.corrections.extend(other.corrections);
        self.corrections.sort_by_key(|correction| correction.since);
        self
    }
}

/// Puts `value` at `key`, together with what is there.
pub(super) fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: V, both: impl FnOnce(V, V) -> V) {
    match map.entry(key) {
        Entry::Vacant(free) => _ = free.insert(value),
        Entry::Occupied(taken) => {
            let (key, there) = taken.remove_entry();
            map.insert(key, both(there, value));
        }
    }
}

fn united(mut these: Vec<Seq>, those: Vec<Seq>) -> Vec<Seq> {
    these.extend(those);
    these.sort_unstable();
    these.dedup();
    these
}

/// All moments, oldest first. One that both know is the same message.
pub(super) fn moments(these: VecDeque<Timestamp>, those: VecDeque<Timestamp>) -> VecDeque<Timestamp> {
    let mut known: Vec<Timestamp> = these.iter().copied().collect();
    let is_new = move |at: &Timestamp| match known.iter().position(|known| known == at) {
        Some(place) => {
            known.swap_remove(place);
            false
        }
        None => true,
    };
    let new: Vec<Timestamp> = those.into_iter().filter(is_new).collect();
    let mut all: Vec<Timestamp> = these.into_iter().chain(new).collect();
    all.sort_unstable();
    all.into()
}
