//! What each record changes.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::{
    Adopted, Engagement, ItemState, NoteState, Phase, Received, StanceState, State, person_mut, post_mut,
};
use crate::domain::calendar::Quarter;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::engagement::Stance;
use crate::domain::event::{Cause, Event, Record, RefusedFor, Said};
use crate::domain::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId};
use crate::domain::personal::Personal;

/// How long a cause is remembered. Slack drops events more than two hours late.
const CAUSE_MEMORY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn forget_before<T>(
    queue: &mut VecDeque<T>,
    moment: Timestamp,
    of: impl Fn(&T) -> Timestamp,
) -> Vec<T> {
    let old = queue.iter().take_while(|entry| of(entry) < moment).count();
    queue.drain(..old).collect()
}

pub(super) fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

impl State {
    /// Takes one record in. Records come in the order of their places.
    pub fn apply(&mut self, record: &Record) {
        self.head = record.seq;
        self.as_of = Some(record.at);
        if let Some(cause) = &record.cause {
            self.remember(record.at, cause);
        }
        let (seq, at) = (record.seq, record.at);
        match &record.event {
            Event::ConfigAdopted { digest, initiatives, renamed } => {
                self.rename(renamed);
                for initiative in initiatives {
                    self.initiatives.entry(initiative.clone()).or_insert(at);
                }
                self.adopted = Some(Adopted { digest: digest.clone(), at });
            }
            Event::PersonLinked { person, slack } => {
                let state = person_mut(&mut self.people, person);
                if let Some(before) = state.slack.replace(slack.clone())
                    && before != *slack
                {
                    // A person who moved to another account has another direct message.
                    self.by_slack.remove(&before);
                    state.channel = None;
                    state.unreachable = None;
                }
                self.by_slack.insert(slack.clone(), person.clone());
            }
            Event::PostIntended { key, attempt, deadline, teams, audience } => {
                self.intended(at, key, *attempt, *deadline, teams, *audience);
            }
            Event::PostSent { post, attempt, channel, ts } => {
                self.sent(at, seq, *post, *attempt, channel, ts)
            }
            Event::PostRefused { post, attempt, because, code } => {
                if self.settle(*post, *attempt, Phase::Refused { because: *because, code: code.clone() })
                    && *because == RefusedFor::Recipient
                    && let Some(to) = self.posts.get(post).map(|post| post.key.to().clone())
                {
                    person_mut(&mut self.people, &to).unreachable = Some((code.clone(), at));
                }
            }
            Event::PostDeferred { post, attempt, until, .. } => {
                self.settle(*post, *attempt, Phase::Waiting { until: *until });
            }
            Event::PostAbsent { post, attempt } => {
                self.settle(*post, *attempt, Phase::Waiting { until: at });
            }
            Event::PostUnknown { post, attempt } => {
                self.settle(*post, *attempt, Phase::Unknown);
            }
            Event::PostMissed { key } => self.missed(at, key),
            Event::PostShown { post, through } => {
                if let Some(state) = post_mut(&mut self.posts, post) {
                    state.shown = state.shown.max(*through);
                    if state.shown >= state.changed {
                        self.outdated.remove(post);
                    }
                }
            }
            Event::StanceTaken { person, initiative, teams, quarter, stance, how } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                for team in teams {
                    let taken = StanceState { stance: *stance, at, since: seq, how: how.clone() };
                    engagement.stances.insert(team.clone(), taken);
                }
                engagement.concern = (*stance == Stance::Concerned).then_some(seq);
                if *stance != Stance::Declined {
                    engagement.reason = None;
                }
                self.changed(seq, person, initiative, *quarter);
            }
            Event::ReasonGiven { person, initiative, quarter, reason, follow_up } => {
                let engagement = self.engagement_mut(person, initiative, *quarter);
                engagement.reason = Some(reason.clone());
                engagement.wants_follow_up = *follow_up;
                self.changed(seq, person, initiative, *quarter);
            }
            Event::HeadsUpConfirmed { person, initiative, quarter } => {
                self.engagement_mut(person, initiative, *quarter).confirmed = true;
                self.changed(seq, person, initiative, *quarter);
            }
            Event::ConcernReleased { person, initiative, quarter, by } => {
                let concern = self.engagement_mut(person, initiative, *quarter).concern.take();
                if let Some(of) = concern {
                    self.post_changed(seq, PostKey::Relay { of, to: by.clone() }.id());
                }
            }
            Event::MessageReceived { person, initiative, said, text, place } => {
                self.received(record, person, initiative.as_ref(), *said, text.as_ref(), place.as_ref());
            }
            Event::ConversationRecorded { person, initiative, quarter, .. } => {
                self.engagement_mut(person, initiative, *quarter).conversation = Some(at);
            }
            Event::NoteTaken { by, about, initiative, text } => {
                let (by, about, initiative) = (by.clone(), about.clone(), initiative.clone());
                self.notes.insert(seq, NoteState { by, about, initiative, text: text.clone(), at });
            }
            Event::ItemPlanned { initiative, team, quarter, by, link } => {
                let item = ItemState { link: link.clone(), at, by: by.clone() };
                self.items.insert((initiative.clone(), team.clone(), *quarter), item);
                let engaged: Vec<PersonId> = self.people.keys().cloned().collect();
                for person in &engaged {
                    self.changed(seq, person, initiative, *quarter);
                }
            }
            Event::Stopped { person, initiative } => {
                let state = person_mut(&mut self.people, person);
                match initiative {
                    Some(initiative) => _ = state.stopped_initiatives.insert(initiative.clone()),
                    None => state.stopped = true,
                }
                self.changed_everywhere(seq, person);
            }
            Event::StopUndone { person, initiative } => {
                let state = person_mut(&mut self.people, person);
                match initiative {
                    Some(initiative) => _ = state.stopped_initiatives.remove(initiative),
                    None => {
                        state.stopped = false;
                        state.stopped_initiatives.clear();
                    }
                }
                self.changed_everywhere(seq, person);
            }
            Event::Snoozed { person, until } => {
                person_mut(&mut self.people, person).snoozed_until = Some(*until);
            }
            Event::PostingPaused { reason } => self.paused = Some((seq, reason.clone())),
            Event::PostingResumed { .. } => self.paused = None,
        }
    }

    fn remember(&mut self, at: Timestamp, cause: &Cause) {
        if self.causes.insert(cause.clone()) {
            self.causes_by_age.push_back((at, cause.clone()));
        }
        for (_, old) in forget_before(&mut self.causes_by_age, back(at, CAUSE_MEMORY), |(at, _)| *at) {
            self.causes.remove(&old);
        }
    }

    pub(super) fn engagement_mut(
        &mut self,
        person: &PersonId,
        initiative: &InitiativeId,
        quarter: Quarter,
    ) -> &mut Engagement {
        let person = person_mut(&mut self.people, person);
        person.engagements.entry((initiative.clone(), quarter)).or_default()
    }

    fn received(
        &mut self,
        record: &Record,
        person: &PersonId,
        initiative: Option<&InitiativeId>,
        said: Said,
        text: Option<&Personal>,
        place: Option<&(SlackChannelId, MessageTs)>,
    ) {
        let received = Received {
            person: person.clone(),
            initiative: initiative.cloned(),
            said,
            text: text.cloned(),
            place: place.cloned(),
            at: record.at,
        };
        self.received.insert(record.seq, received);
        let state = person_mut(&mut self.people, person);
        if let Some((channel, _)) = place {
            state.channel = Some(channel.clone());
        }
        // The engagement is the latest one about this initiative: quarters follow one another.
        let latest = initiative.and_then(|initiative| {
            state.engagements.iter_mut().rev().find(|((about, _), _)| about == initiative)
        });
        if let Some(((initiative, quarter), engagement)) = latest {
            engagement.said.push(record.seq);
            if matches!(said, Said::Correction | Said::Concern) {
                engagement.concern = Some(record.seq);
            }
            let (initiative, quarter) = (initiative.clone(), *quarter);
            self.changed(record.seq, person, &initiative, quarter);
        }
    }

    /// Marks every message about a campaign that was sent to a person.
    fn changed_everywhere(&mut self, seq: Seq, person: &PersonId) {
        let about: Vec<_> =
            self.people.get(person).into_iter().flat_map(|state| state.engagements.keys().cloned()).collect();
        for (initiative, quarter) in about {
            self.changed(seq, person, &initiative, quarter);
        }
    }

    /// Marks the sent messages of an engagement as no longer showing everything.
    fn changed(&mut self, seq: Seq, person: &PersonId, initiative: &InitiativeId, quarter: Quarter) {
        let engagement =
            self.people.get(person).and_then(|state| state.engagements.get(&(initiative.clone(), quarter)));
        let posts: Vec<PostId> =
            engagement.into_iter().flat_map(|engagement| engagement.deliveries.values().copied()).collect();
        for post in posts {
            self.post_changed(seq, post);
        }
    }

    /// Marks a message, if it was sent, as no longer showing everything.
    fn post_changed(&mut self, seq: Seq, post: PostId) {
        let post = self.resolve(post);
        let Some(state) = post_mut(&mut self.posts, &post) else { return };
        state.changed = seq;
        if matches!(state.phase, Phase::Sent { .. }) {
            self.outdated.insert(post);
        }
    }
}
