//! How far each post has come: intended, sent, refused, missed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::account::apart_id;
use super::fold::{back, forget_before};
use super::{Phase, PostState, State, person_mut, post_mut};
use crate::domain::effect::{About, DeliveryKey, PostId, PostKey};
use crate::domain::engagement::Audience;
use crate::domain::ids::{MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};

/// How long campaign messages to a person are counted: longer than the week that the cap looks at.
const CAMPAIGN_MEMORY: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long rehearsed messages to an advocate are counted: longer than the day that the cap looks at.
const REHEARSAL_MEMORY: SignedDuration = SignedDuration::from_hours(48);
/// How old a post can be that is found again: nobody goes on from a backup of last year.
const FOUND_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 366);
const BURST_MEMORY: SignedDuration = SignedDuration::from_hours(2);

/// Whether a post is brought up to date with what it is about.
fn is_projection(key: &PostKey) -> bool {
    match key.about() {
        About::Said(_) | About::Answer(_) | About::Booking(_) => true,
        // A rehearsal shows what was planned on its day.
        About::Delivery(_) => key.delivery().is_some(),
        About::Wait(_)
        | About::Initiative(_)
        | About::Person(_)
        | About::Post(_)
        | About::Service(_)
        | About::Everything => false,
    }
}

impl State {
    pub(super) fn intended(
        &mut self,
        at: Timestamp,
        key: &PostKey,
        attempt: u32,
        deadline: Timestamp,
        teams: &[TeamId],
        audience: Option<Audience>,
    ) {
        let id = self.id_of(key);
        if !self.takes_attempt(id, attempt) {
            return;
        }
        let before = self.posts.get(&id).filter(|before| before.attempt > 0).map(|before| before.intended_at);
        if let Some(delivery) = key.delivery() {
            self.note_delivery(delivery, id);
            self.count_campaign(at, before, &delivery.person);
        }
        if matches!(key, PostKey::Rehearsal { .. }) && before.is_none() {
            let rehearsed = &mut person_mut(&mut self.people, key.to()).rehearsed;
            rehearsed.push_back(at);
            forget_before(rehearsed, back(at, REHEARSAL_MEMORY), |at| *at);
        }
        self.note_subject(key, id);
        let (changed, shown) = (self.head, self.head);
        let (strange, blind) = self.posts.get(&id).map_or((0, false), |post| (post.strange, post.blind));
        let post = PostState {
            key: self.shared(key),
            attempt,
            strange,
            blind,
            phase: Phase::Intended { deadline },
            intended_at: at,
            intended: self.head,
            settled: None,
            teams: teams.to_vec(),
            audience,
            lists: None,
            changed,
            shown,
        };
        self.put_post(id, post);
        self.unsettled.insert(id);
    }

    /// Whether the post may be tried for this time: it isn't on record, or waits for another try.
    pub fn takes_attempt(&self, post: PostId, attempt: u32) -> bool {
        self.posts
            .get(&post)
            .is_none_or(|before| before.phase.may_be_tried_again() && before.attempt < attempt)
    }

    /// The key with the names that are held already: each record brings its own copies, and thousands of posts
    /// are to the same few people about the same few initiatives.
    fn shared(&self, key: &PostKey) -> PostKey {
        let mut key = key.clone();
        if let PostKey::Touch(delivery) = &mut key {
            if let Some((person, _)) = self.people.get_key_value(&delivery.person) {
                delivery.person = person.clone();
            }
            if let Some((initiative, _)) = self.initiatives.get_key_value(&delivery.initiative) {
                delivery.initiative = initiative.clone();
            }
        }
        key
    }

    /// Counts a campaign message to `person`; a later attempt counts instead of the one `before`.
    fn count_campaign(&mut self, at: Timestamp, before: Option<Timestamp>, person: &PersonId) {
        let state = person_mut(&mut self.people, person);
        for (queue, memory) in
            [(&mut state.campaign, CAMPAIGN_MEMORY), (&mut self.recent_campaign, BURST_MEMORY)]
        {
            if let Some(old) = before.and_then(|before| queue.iter().position(|at| *at == before)) {
                queue.remove(old);
            }
            queue.push_back(at);
            forget_before(queue, back(at, memory), |at| *at);
        }
    }

    fn note_delivery(&mut self, delivery: &DeliveryKey, id: PostId) {
        self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter)
            .deliveries
            .insert((delivery.touch, delivery.occurrence), id);
    }

    /// A post waits for its next attempt, since this one certainly came to nothing or, if it is `blind`, may have.
    pub(super) fn waits_again(
        &mut self,
        post: PostId,
        attempt: u32,
        until: Timestamp,
        (strange, blind): (bool, bool),
    ) {
        if self.settle(post, attempt, Phase::Waiting { until })
            && let Some(state) = post_mut(&mut self.posts, &post)
        {
            state.strange = if strange { state.strange.saturating_add(1) } else { 0 };
            state.blind |= blind;
        }
    }

    /// Moves an intended post on; false if this attempt has been settled before.
    pub(super) fn settle(&mut self, post: PostId, attempt: u32, phase: Phase) -> bool {
        let Some(state) = post_mut(&mut self.posts, &post) else { return false };
        if state.attempt != attempt || !matches!(state.phase, Phase::Intended { .. }) {
            return false;
        }
        if phase.is_open() {
            self.unsettled.insert(post);
        } else {
            self.unsettled.remove(&post);
        }
        state.phase = phase;
        state.settled = Some(self.head);
        true
    }

    pub(super) fn sent(
        &mut self,
        at: Timestamp,
        seq: Seq,
        (post, attempt): (PostId, u32),
        (channel, ts): (&SlackChannelId, &MessageTs),
        former: Option<&SlackUserId>,
    ) {
        // The same conversation is held once, however many messages are in it.
        let to = self.posts.get(&post).and_then(|post| self.people.get(post.key.to()));
        let known = to.and_then(|known| known.channel.as_ref()).filter(|known| *known == channel);
        let channel = &known.unwrap_or(channel).clone();
        // What was found again after a restore went out long before it was put on record: whoever waits for an
        // answer to it has waited since then, and a cap counts it on that day. No call was made for it.
        let never_called = |post: &&Arc<PostState>| match post.phase {
            Phase::Intended { deadline } => deadline <= post.intended_at,
            _ => false,
        };
        let found_again = self.posts.get(&post).filter(never_called).is_some();
        let believed =
            |arrived: &Timestamp| (SignedDuration::ZERO..FOUND_WITHIN).contains(&at.duration_since(*arrived));
        let arrived = ts.at().filter(|arrived| found_again && believed(arrived));
        let at = arrived.unwrap_or(at);
        let sent = Phase::Sent { channel: channel.clone(), ts: ts.clone(), at };
        if !self.settle(post, attempt, sent) {
            return;
        }
        self.intended_by(post, at);
        if let Some(PostKey::Vacancy { of, .. }) = self.posts.get(&post).map(|post| &post.key) {
            self.told_of_vacancy(*of, at);
        }
        if let Some(PostKey::Review { to, initiative, .. }) = self.posts.get(&post).map(|post| &post.key) {
            self.supersede(seq, post, &(initiative.clone(), to.clone()));
        }
        let Some(state) = post_mut(&mut self.posts, &post) else { return };
        // What was found again says what was so before the restore, and its buttons name records of then.
        if arrived.is_some() && is_projection(&state.key) {
            state.changed = seq;
        }
        // What was answered between intent and outcome is not in the message yet.
        if state.changed > state.shown {
            self.outdated.insert(post);
        } else {
            (state.changed, state.shown) = (seq, seq);
        }
        if let Some(interruption) = &mut self.interruption {
            interruption.over |= interruption.until.is_some();
        }
        let person = person_mut(&mut self.people, state.key.to());
        let mut apart = None;
        match former.filter(|former| person.slack.as_ref() != Some(*former)) {
            None => (person.channel, person.unreachable) = (Some(channel.clone()), None),
            Some(former) => match person.former.get_mut(former) {
                Some(theirs) => *theirs = Some(channel.clone()),
                None => apart = apart_id(former).filter(|apart| person.before.contains_key(apart)),
            },
        }
        if let Some(quarter) = state.key.delivery().map(|delivery| delivery.quarter)
            && self.begun.is_none_or(|(begun, _)| quarter < begun)
        {
            self.begun = Some((quarter, seq));
        }
        if matches!(state.key, PostKey::Digest { .. }) {
            person.digest = Some((state.intended, state.intended_at));
        }
        if let Some(delivery) = state.key.delivery().cloned() {
            let engagement = self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter);
            (engagement.reached, engagement.refused) = (true, None);
        } else {
            self.by_place.insert((channel.clone(), ts.clone()), post);
        }
        if let Some(apart) = apart {
            person_mut(&mut self.people, &apart).channel = Some(channel.clone());
        }
        self.refused_moved_on(seq, post);
    }

    /// A post that arrived `at` was intended by then.
    fn intended_by(&mut self, id: PostId, at: Timestamp) {
        let Some(post) = post_mut(&mut self.posts, &id).filter(|post| at < post.intended_at) else { return };
        let before = std::mem::replace(&mut post.intended_at, at);
        let person = post.key.delivery().map(|delivery| delivery.person.clone());
        let Some(person) = person else { return };
        let campaign = &mut person_mut(&mut self.people, &person).campaign;
        for queue in [campaign, &mut self.recent_campaign] {
            if let Some(place) = queue.iter().position(|counted| *counted == before) {
                queue.remove(place);
                let place = queue.partition_point(|counted| *counted <= at);
                queue.insert(place, at);
            }
        }
    }

    /// Plans what counted as missed anew: as if nothing had become of it, or if it was tried before, as if it
    /// waited for the next attempt.
    pub(super) fn revived(&mut self, at: Timestamp, delivery: &DeliveryKey) {
        let slot = (delivery.touch, delivery.occurrence);
        let engagement = self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter);
        let Some(id) = engagement.deliveries.get(&slot).copied() else { return };
        let Some(post) = self.posts.get(&id).filter(|post| post.phase == Phase::Missed) else { return };
        let tried = post.attempt > 0;
        let engagement = self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter);
        engagement.missed = engagement.missed.saturating_sub(1);
        if !tried {
            engagement.deliveries.remove(&slot);
            self.posts.remove(&id);
        } else if let Some(post) = post_mut(&mut self.posts, &id) {
            post.phase = Phase::Waiting { until: at };
            self.unsettled.insert(id);
        }
    }

    pub(super) fn missed(&mut self, at: Timestamp, key: &PostKey) {
        let id = self.id_of(key);
        if self.posts.get(&id).is_some_and(|post| !post.phase.is_open()) {
            return;
        }
        if let Some(delivery) = key.delivery() {
            self.note_delivery(delivery, id);
            self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter).missed += 1;
        }
        let attempt = self.posts.get(&id).map_or(0, |post| post.attempt);
        self.unsettled.remove(&id);
        let post = PostState {
            key: key.clone(),
            attempt,
            strange: 0,
            blind: false,
            phase: Phase::Missed,
            intended_at: at,
            intended: self.head,
            settled: Some(self.head),
            teams: Vec::new(),
            audience: None,
            lists: None,
            changed: self.head,
            shown: self.head,
        };
        self.put_post(id, post);
    }

    fn put_post(&mut self, id: PostId, post: PostState) {
        if matches!(post.key, PostKey::Notice { .. }) {
            self.notices.insert(id);
        }
        self.posts.insert(id, Arc::new(post));
    }
}
