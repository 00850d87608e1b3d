//! What an outcome means for the record. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::{PostId, Traffic};
use crate::domain::event::{Event, PauseReason};
use crate::domain::performer::{Found, LONGEST_RETRY_AFTER, Outcome};
use crate::domain::state::{Phase, State};

/// The longest that a post waits for its next attempt, whatever Slack's limits.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// An answer that somebody waits for is sent again though nobody knows whether it arrived, but not for
/// ever: this attempt is the last.
const LAST_BLIND_ATTEMPT: u32 = 3;

/// Whether this attempt of `post` has no outcome yet.
fn awaits(state: &State, post: PostId, attempt: u32) -> bool {
    state
        .post(post)
        .is_some_and(|post| post.attempt == attempt && matches!(post.phase, Phase::Intended { .. }))
}

/// The events that follow from the outcome of a call.
pub(super) fn of_call(
    state: &State,
    now: Timestamp,
    post: PostId,
    attempt: u32,
    outcome: &Outcome,
) -> Vec<Event> {
    if !awaits(state, post, attempt) {
        return Vec::new();
    }
    match outcome.clone() {
        Outcome::Sent { channel, ts } => vec![Event::PostSent { post, attempt, channel, ts }],
        Outcome::Refused { because, code } => vec![Event::PostRefused { post, attempt, because, code }],
        Outcome::Misconfigured { code } => {
            // The question whether this is the first start waits for no other pause, and no other replaces it.
            if matches!(&state.paused, Some((_, PauseReason::FirstStart { .. }))) {
                return vec![Event::PostDeferred {
                    post,
                    attempt,
                    until: after(now, patience(attempt)),
                    code,
                }];
            }
            let deferred = Event::PostDeferred { post, attempt, until: now, code: code.clone() };
            // Of all the calls that meet the same fault, the first pauses posting.
            let paused = matches!(&state.paused, Some((_, PauseReason::Configuration { .. })));
            let pause = Event::PostingPaused { reason: PauseReason::Configuration { code } };
            if paused { vec![deferred] } else { vec![deferred, pause] }
        }
        Outcome::NotApplied { retry_after, code } => {
            let wait = retry_after.min(LONGEST_RETRY_AFTER).max(patience(attempt).min(LONGEST_WAIT));
            vec![Event::PostDeferred { post, attempt, until: after(now, wait), code }]
        }
        Outcome::InDoubt { .. } => Vec::new(),
    }
}

/// The events that follow from looking a post in doubt up.
pub(super) fn of_look_up(state: &State, post: PostId, attempt: u32, found: &Found) -> Vec<Event> {
    let Some(known) = state.post(post).filter(|_| awaits(state, post, attempt)) else { return Vec::new() };
    match found {
        Found::There { channel, ts } => {
            vec![Event::PostSent { post, attempt, channel: channel.clone(), ts: ts.clone() }]
        }
        Found::Absent => vec![Event::PostAbsent { post, attempt }],
        Found::Later(_) => Vec::new(),
        Found::Impossible { .. } => {
            let last = match known.key.traffic() {
                Traffic::Campaign => 1,
                Traffic::Interactive => LAST_BLIND_ATTEMPT,
            };
            let given_up = Event::PostUnknown { post, attempt };
            vec![if attempt < last { Event::PostAbsent { post, attempt } } else { given_up }]
        }
    }
}

/// How long to wait at least after a failed attempt: twice as long each time.
fn patience(attempt: u32) -> Duration {
    Duration::from_secs(1_u64 << attempt.saturating_sub(1).min(9))
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// When a call that is decided on at `now` will have been given up.
pub(super) fn deadline(now: Timestamp, timeout: Duration) -> Timestamp {
    after(now, timeout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::effect::PostKey;
    use crate::domain::event::{Record, RefusedFor};
    use crate::domain::ids::{PersonId, Seq};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A receipt whose attempt `attempt` is under way.
    fn under_way(attempt: u32) -> (State, PostId) {
        let key = PostKey::Receipt { of: Seq(1), to: PersonId::parse("ana").unwrap() };
        let intent =
            Event::PostIntended { key: key.clone(), attempt, deadline: NOW, teams: vec![], audience: None };
        (State::of(&[Record { seq: Seq(1), at: NOW, cause: None, event: intent }]), key.id())
    }

    #[test]
    fn each_attempt_waits_twice_as_long_and_never_less_than_slack_asks_for() {
        let check = |attempt: u32, retry_after: u64, expected: i64| {
            let (state, post) = under_way(attempt);
            let retry_after = Duration::from_secs(retry_after);
            let outcome = Outcome::NotApplied { retry_after, code: "ratelimited".to_owned() };
            let [Event::PostDeferred { until, .. }] = &of_call(&state, NOW, post, attempt, &outcome)[..]
            else {
                panic!("one event")
            };
            assert_eq!(until.as_second(), expected, "attempt {attempt}, {retry_after:?}");
        };
        check(1, 0, 1);
        check(1, 30, 30);
        check(4, 0, 8);
        check(100, 0, 512);
        check(1, 900, 900);
        // What makes no sense is cut short.
        check(1, 901, 900);
        check(100, 86_400, 900);
        check(u32::MAX, u64::MAX, 900);
    }

    #[test]
    fn an_attempt_is_settled_once() {
        let (mut state, post) = under_way(1);
        let refused = Outcome::Refused { because: RefusedFor::Recipient, code: "user_disabled".to_owned() };
        assert_eq!(of_call(&state, NOW, post, 2, &refused), [], "another attempt");
        let events = of_call(&state, NOW, post, 1, &refused);
        for event in events {
            state.apply(&Record { seq: Seq(2), at: NOW, cause: None, event });
        }
        assert_eq!(of_call(&state, NOW, post, 1, &refused), []);
        assert_eq!(of_look_up(&state, post, 1, &Found::Absent), []);
    }
}
