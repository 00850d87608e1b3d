//! What Slack refuses, and since when: everything, a kind of call, a message for its content.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Engagement, Phase, State, post_mut};
use crate::domain::effect::{About, PostId};
use crate::domain::event::{Event, PauseReason, RefusedFor};
use crate::domain::ids::Seq;
use crate::domain::refusal::{Call, Does};

/// How long refusals of content are told together.
const TOGETHER: SignedDuration = SignedDuration::from_hours(24);

/// A time in which Slack refused everything. It ends with a message that arrives, not with the first try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interruption {
    /// The record of the first pause in it.
    pub since: Seq,
    /// When that was.
    pub from: Timestamp,
    /// The latest of Slack's error codes.
    pub code: String,
    /// When posting went on, if it has.
    pub until: Option<Timestamp>,
    /// Nobody had to say so.
    pub by_itself: bool,
    /// A message has arrived since.
    pub over: bool,
}

/// A kind of call that Slack refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallsRefused {
    /// The record of it.
    pub since: Seq,
    /// Slack's error code.
    pub code: String,
    /// Since when.
    pub at: Timestamp,
}

/// Messages that Slack refused for their content within a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedContent {
    /// When the first was.
    pub at: Timestamp,
    /// Which, and which version of the program wrote them, if that is on record.
    pub posts: BTreeMap<PostId, Option<String>>,
    /// Another version has tried them again.
    pub retried: bool,
}

impl State {
    /// Whether nothing at all is posted: Slack refuses everything.
    pub fn is_cut_off(&self) -> bool {
        self.paused.as_ref().is_some_and(|(_, reason)| reason.stops_everything())
    }

    /// The events that follow from a refused call that does this; none if they are on record.
    pub fn when_refused(&self, calls: Call, does: Does, code: &str) -> Vec<Event> {
        let code = code.to_owned();
        match does {
            Does::Pauses | Does::PausesIfItLasts => {
                let reason = PauseReason::Configuration { code };
                // Of all the calls that meet the same fault the first pauses posting; that the app was removed
                // is worth another word.
                let is_new = match &self.paused {
                    Some((_, before)) if before.ends_by_itself() => !reason.ends_by_itself(),
                    Some((_, before)) => !before.stops_everything(),
                    None => true,
                };
                if is_new { vec![Event::PostingPaused { reason }] } else { Vec::new() }
            }
            // While everything is refused, that says it all.
            Does::Suspends if self.is_cut_off() || self.calls_refused.contains_key(&calls) => Vec::new(),
            Does::Suspends => vec![Event::CallsRefused { calls, code }],
            Does::Unreachable
            | Does::Refuses
            | Does::LeavesIt
            | Does::Unknowable
            | Does::LooksUp
            | Does::LooksUpThenRefuses
            | Does::Repeats
            | Does::RepeatsThenLeavesIt
            | Does::Drops => Vec::new(),
        }
    }

    /// The event that follows from a call that Slack took, if calls of its kind were refused before.
    pub fn when_taken(&self, calls: Call) -> Option<Event> {
        self.calls_refused.contains_key(&calls).then_some(Event::CallsTaken { calls })
    }

    /// Whether a message about this is on its way or in doubt while nothing may be looked up: who it went to gets
    /// nothing more until that is over.
    pub fn may_not_look_up(&self, engagement: &Engagement) -> bool {
        let is_open =
            |post: &PostId| self.post(*post).is_some_and(|post| matches!(post.phase, Phase::Intended { .. }));
        self.calls_refused.contains_key(&Call::LookUp) && engagement.deliveries.values().any(is_open)
    }

    /// The pause is over, or another one comes: whoever was told of it reads so.
    pub(super) fn pause_changes(&mut self, seq: Seq) {
        if let Some((since, _)) = self.paused {
            self.told_changed(seq, since);
        }
    }

    pub(super) fn pauses(&mut self, seq: Seq, at: Timestamp, reason: &PauseReason) {
        let PauseReason::Configuration { code } = reason else {
            self.set_aside = None;
            let mut since = seq;
            // What an advocate answers to the question about the first start doesn't make it another question.
            if let (Some((asked, PauseReason::FirstStart { .. })), PauseReason::FirstStart { .. }) =
                (&self.paused, reason)
            {
                since = *asked;
            }
            self.paused = Some((since, reason.clone()));
            return;
        };
        if !self.is_cut_off() {
            self.set_aside = self.paused.take();
        }
        self.paused = Some((seq, reason.clone()));
        match &mut self.interruption {
            Some(interruption) if !interruption.over => {
                (interruption.code, interruption.until) = (code.clone(), None);
            }
            Some(_) | None => {
                let (code, until) = (code.clone(), None);
                let (by_itself, over) = (false, false);
                self.interruption = Some(Interruption { since: seq, from: at, code, until, by_itself, over });
            }
        }
    }

    pub(super) fn resumes(&mut self, at: Timestamp) {
        self.goes_on(at, false);
        // Whether this is the first start is another question than whether Slack takes messages again.
        let is_unanswered =
            |(_, reason): &(Seq, PauseReason)| matches!(reason, PauseReason::FirstStart { .. });
        self.paused = self.set_aside.take().filter(is_unanswered);
    }

    /// By record `seq` Slack takes calls again, which ends the pause of record `since` if that is why there was one.
    /// After the app was removed a human still has to say that the campaign goes on, and can be told so.
    pub(super) fn lifts(&mut self, seq: Seq, at: Timestamp, since: Seq) {
        let Some((_, PauseReason::Configuration { code })) =
            self.paused.clone().filter(|(of, _)| *of == since)
        else {
            return;
        };
        let by_itself = PauseReason::Configuration { code: code.clone() }.ends_by_itself();
        self.goes_on(at, by_itself);
        let returned = (!by_itself).then_some((seq, PauseReason::Returned { code }));
        self.paused = self.set_aside.take().or(returned);
    }

    fn goes_on(&mut self, at: Timestamp, by_itself: bool) {
        if self.is_cut_off()
            && let Some(interruption) = &mut self.interruption
        {
            (interruption.until, interruption.by_itself) = (Some(at), by_itself);
        }
    }

    pub(super) fn calls_are_refused(&mut self, seq: Seq, at: Timestamp, calls: Call, code: &str) {
        let refused = CallsRefused { since: seq, code: code.to_owned(), at };
        self.calls_refused.entry(calls).or_insert(refused);
    }

    pub(super) fn calls_are_taken(&mut self, seq: Seq, calls: Call) {
        if let Some(refused) = self.calls_refused.remove(&calls) {
            self.told_changed(seq, refused.since);
        }
    }

    /// Whoever was told of what began with record `since` reads what became of it.
    pub(super) fn told_changed(&mut self, seq: Seq, since: Seq) {
        for post in self.notices_about(&About::Service(since)) {
            self.post_changed(seq, post);
        }
    }

    /// A message that was refused for its content may have moved on.
    pub(super) fn refused_moved_on(&mut self, seq: Seq, post: PostId) {
        let tells = |refused: &RefusedContent| refused.posts.contains_key(&post);
        let since: Vec<Seq> =
            self.refused_content.iter().filter(|(_, refused)| tells(refused)).map(|(seq, _)| *seq).collect();
        if !since.is_empty() {
            self.answer_moved_on(seq, post);
        }
        for since in since {
            self.told_changed(seq, since);
        }
    }

    pub(super) fn content_refused(
        &mut self,
        seq: Seq,
        at: Timestamp,
        post: PostId,
        code: &str,
        version: Option<&str>,
    ) {
        if let Some(delivery) = self.posts.get(&post).and_then(|post| post.key.delivery()).cloned() {
            let engagement = self.engagement_mut(&delivery.person, &delivery.initiative, delivery.quarter);
            engagement.refused = Some(code.to_owned());
        }
        let joins = |refused: &RefusedContent| !refused.retried && at.duration_since(refused.at) < TOGETHER;
        let latest = self.refused_content.last_key_value().filter(|(_, refused)| joins(refused));
        let since = latest.map_or(seq, |(since, _)| *since);
        let refused = self.refused_content.entry(since).or_insert_with(|| RefusedContent {
            at,
            posts: BTreeMap::new(),
            retried: false,
        });
        refused.posts.insert(post, version.map(str::to_owned));
        self.refused_moved_on(seq, post);
    }

    /// What another version wrote is open again.
    pub(super) fn content_retried(&mut self, seq: Seq, at: Timestamp, version: &str) {
        let since: Vec<Seq> = self.refused_content.keys().copied().collect();
        for since in since {
            self.told_changed(seq, since);
        }
        for post in self.refused_by_others(version) {
            if let Some(state) = post_mut(&mut self.posts, &post) {
                state.phase = Phase::Waiting { until: at };
                self.unsettled.insert(post);
            }
        }
        self.refused_content.values_mut().for_each(|refused| refused.retried = true);
    }

    /// Whether Slack refused something for its content that another version than `version` wrote.
    pub fn may_retry_content(&self, version: &str) -> bool {
        !self.refused_by_others(version).is_empty()
    }

    /// What is refused for its content and was written by another version than `version` the last time.
    fn refused_by_others(&self, version: &str) -> BTreeSet<PostId> {
        let posts: BTreeSet<PostId> =
            self.refused_content.values().flat_map(|refused| refused.posts.keys().copied()).collect();
        let by_this = |post: &PostId| {
            let latest = self.refused_content.values().rev().find_map(|refused| refused.posts.get(post));
            latest.is_some_and(|by| by.as_deref() == Some(version))
        };
        let is_refused = |post: &PostId| {
            self.posts.get(post).is_some_and(|known| {
                matches!(&known.phase, Phase::Refused { because: RefusedFor::Content, .. })
            })
        };
        posts.into_iter().filter(|post| is_refused(post) && !by_this(post)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::effect::DeliveryKey;
    use crate::domain::effect::PostKey;
    use crate::domain::engagement::Touch;
    use crate::domain::event::Record;
    use crate::domain::ids::{InitiativeId, PersonId};

    fn says(state: &mut State, hours: i64, event: Event) -> Seq {
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        state.apply(&Record { seq: state.head.next(), at, cause: None, event });
        state.head
    }

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    fn configuration(code: &str) -> Event {
        Event::PostingPaused { reason: PauseReason::Configuration { code: code.to_owned() } }
    }

    fn touch(to: &str) -> PostKey {
        let (initiative, quarter) = (InitiativeId::parse("payments").unwrap(), "2027-Q1".parse().unwrap());
        PostKey::Touch(DeliveryKey {
            person: person(to),
            initiative,
            quarter,
            touch: Touch::Pitch,
            occurrence: None,
        })
    }

    fn refuses(state: &mut State, hours: i64, to: &str, version: Option<&str>) -> PostId {
        let (key, deadline) = (touch(to), Timestamp::UNIX_EPOCH);
        let post = key.id();
        let attempt = state.post(post).map_or(1, |post| post.attempt + 1);
        says(
            state,
            hours,
            Event::PostIntended {
                key,
                attempt,
                deadline,
                teams: vec![],
                audience: None,
                lists: Vec::new(),
                found_as: None,
            },
        );
        let (because, code) = (RefusedFor::Content, "invalid_blocks".to_owned());
        let version = version.map(str::to_owned);
        says(state, hours, Event::PostRefused { post, attempt, because, code, version });
        post
    }

    #[test]
    fn a_pause_of_configuration_sets_a_human_s_aside_and_only_that_one_is_lifted() {
        let mut state = State::default();
        let asked = PauseReason::Asked { by: person("priya") };
        let by_hand = says(&mut state, 0, Event::PostingPaused { reason: asked.clone() });
        let since = says(&mut state, 1, configuration("invalid_auth"));
        assert!(state.is_cut_off());
        says(&mut state, 2, Event::PauseLifted { since: by_hand });
        assert!(state.is_cut_off(), "another pause");
        says(&mut state, 2, Event::PauseLifted { since });
        assert_eq!(state.paused, Some((by_hand, asked.clone())));
        // What a human says while Slack refuses everything holds after it.
        let since = says(&mut state, 3, configuration("missing_scope"));
        says(&mut state, 4, Event::PostingResumed { by: person("priya") });
        assert_eq!((state.paused.clone(), state.set_aside.clone()), (None, None));
        says(&mut state, 5, Event::PauseLifted { since });
        assert_eq!(state.paused, None);
        // A removed app is put back by a human, who also says that the campaign goes on.
        let since = says(&mut state, 6, configuration("token_revoked"));
        let back = says(&mut state, 7, Event::PauseLifted { since });
        let returned = PauseReason::Returned { code: "token_revoked".to_owned() };
        assert_eq!(state.paused, Some((back, returned)));
        assert!(!state.is_cut_off(), "answers go out, and who can resume is told");
        says(&mut state, 8, Event::PauseLifted { since: back });
        assert!(state.paused.is_some(), "not by itself");
        says(&mut state, 9, Event::PostingResumed { by: person("priya") });
        assert_eq!(state.paused, None);
        // What a human had paused before is a pause as well.
        let by_hand = says(&mut state, 10, Event::PostingPaused { reason: asked.clone() });
        let since = says(&mut state, 11, configuration("token_revoked"));
        says(&mut state, 12, Event::PauseLifted { since });
        assert_eq!(state.paused, Some((by_hand, asked)));
    }

    #[test]
    fn what_is_on_record_already_is_not_told_again() {
        let mut state = State::default();
        let pauses = |state: &State, code: &str| state.when_refused(Call::Post, Does::Pauses, code).len();
        assert_eq!(pauses(&state, "invalid_auth"), 1);
        says(&mut state, 0, configuration("invalid_auth"));
        assert_eq!(pauses(&state, "missing_scope"), 0);
        assert_eq!(pauses(&state, "token_revoked"), 1, "no probe lifts that");
        assert_eq!(state.when_refused(Call::Home, Does::Suspends, "not_enabled"), []);
        says(&mut state, 0, configuration("token_revoked"));
        assert_eq!(pauses(&state, "account_inactive"), 0);
        says(&mut state, 1, Event::PostingResumed { by: person("priya") });
        let refused = state.when_refused(Call::Home, Does::Suspends, "not_enabled");
        assert_eq!(refused.len(), 1);
        assert_eq!(state.when_taken(Call::Home), None);
        says(&mut state, 2, refused[0].clone());
        assert_eq!(state.when_refused(Call::Home, Does::Suspends, "not_enabled"), []);
        assert_eq!(state.when_taken(Call::Home), Some(Event::CallsTaken { calls: Call::Home }));
    }

    #[test]
    fn content_is_open_again_for_every_version_but_the_one_that_wrote_it() {
        let mut state = State::default();
        let old = refuses(&mut state, 0, "ana", None);
        let first = refuses(&mut state, 1, "ben", Some("0.1.0"));
        assert_eq!(state.refused_content.len(), 1, "a day's refusals are told together");
        let later = refuses(&mut state, 30, "cid", Some("0.2.0"));
        assert_eq!(state.refused_content.len(), 2);
        assert!(state.may_retry_content("0.2.0") && state.may_retry_content("0.1.0"));
        says(&mut state, 31, Event::ContentRetried { version: "0.2.0".to_owned() });
        let open = |state: &State, post| state.post(post).unwrap().phase.is_open();
        assert!(open(&state, old) && open(&state, first) && !open(&state, later));
        assert!(state.unsettled.contains(&first) && !state.unsettled.contains(&later));
        assert!(!state.may_retry_content("0.2.0"), "once each");
        // Refused again, it is told again.
        refuses(&mut state, 32, "ben", Some("0.2.0"));
        assert_eq!(state.refused_content.len(), 3);
        assert!(!state.may_retry_content("0.2.0"));
    }
}
