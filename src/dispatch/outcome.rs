//! What an outcome means for the record. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::PostId;
use crate::domain::event::{Event, RefusedFor};
use crate::domain::performer::{Found, LONGEST_RETRY_AFTER, Outcome};
use crate::domain::refusal::{CERTAIN, Call, Does, MOST_TRIES, VERSION};
use crate::domain::state::{Phase, PostState, State};

/// The longest that a post waits for its next attempt, whatever Slack's limits.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// What somebody waits for is sent again though nobody knows whether it arrived, but only once: this attempt is
/// the last.
const LAST_BLIND_ATTEMPT: u32 = 2;

/// Whether this attempt of `post` has no outcome yet.
fn awaits(state: &State, post: PostId, attempt: u32) -> bool {
    state
        .post(post)
        .is_some_and(|post| post.attempt == attempt && matches!(post.phase, Phase::Intended { .. }))
}

/// The events that follow from the outcome of a call of this kind.
pub(super) fn of_call(
    state: &State,
    now: Timestamp,
    post: PostId,
    attempt: u32,
    call: Call,
    outcome: &Outcome,
) -> Vec<Event> {
    if !awaits(state, post, attempt) {
        return Vec::new();
    }
    let deferred = |wait: Duration, code: String| {
        vec![Event::PostDeferred { post, attempt, until: after(now, wait), code }]
    };
    let paused = |code: String| {
        let mut events = deferred(Duration::ZERO, code.clone());
        events.extend(state.when_refused(call, Does::Pauses, &code));
        events
    };
    let again = || patience(attempt).min(LONGEST_WAIT);
    match outcome.clone() {
        Outcome::Sent { channel, ts } => {
            let sent = Event::PostSent { post, attempt, channel, ts };
            std::iter::once(sent).chain(state.when_taken(call)).collect()
        }
        Outcome::Refused { because, code } => vec![refused(post, attempt, because, code)],
        Outcome::Misconfigured { code } => paused(code),
        Outcome::Barred { code } if attempt < CERTAIN => deferred(again(), code),
        // Other calls got through between: it is this message that is barred.
        Outcome::Barred { code } if MOST_TRIES <= attempt => {
            vec![refused(post, attempt, RefusedFor::Content, code)]
        }
        Outcome::Barred { code } => paused(code),
        Outcome::Suspended { code } => {
            let mut events = deferred(LONGEST_WAIT, code.clone());
            events.extend(state.when_refused(call, Does::Suspends, &code));
            events
        }
        Outcome::Unknown { maybe: true, .. } | Outcome::InDoubt { .. } => Vec::new(),
        Outcome::Unknown { code, maybe: false } if attempt < MOST_TRIES => deferred(again(), code),
        Outcome::Unknown { code, maybe: false } => vec![refused(post, attempt, RefusedFor::Content, code)],
        Outcome::NotApplied { retry_after, code } => {
            deferred(retry_after.min(LONGEST_RETRY_AFTER).max(again()), code)
        }
    }
}

fn refused(post: PostId, attempt: u32, because: RefusedFor, code: String) -> Event {
    let version = match because {
        RefusedFor::Content => Some(VERSION.to_owned()),
        RefusedFor::Recipient => None,
    };
    Event::PostRefused { post, attempt, because, code, version }
}

/// The events that follow from looking a post in doubt up; `unknown` is the code that its call was refused with, if
/// nobody here knows it.
pub(super) fn of_look_up(
    state: &State,
    now: Timestamp,
    post: PostId,
    attempt: u32,
    found: &Found,
    unknown: Option<String>,
) -> Vec<Event> {
    let Some(known) = state.post(post).filter(|_| awaits(state, post, attempt)) else { return Vec::new() };
    let settled = |event: Event| std::iter::once(event).chain(state.when_taken(Call::LookUp)).collect();
    match found {
        Found::There { channel, ts } => {
            settled(Event::PostSent { post, attempt, channel: channel.clone(), ts: ts.clone() })
        }
        Found::Absent => settled(match unknown {
            Some(code) if MOST_TRIES <= attempt => refused(post, attempt, RefusedFor::Content, code),
            Some(_) | None => Event::PostAbsent { post, attempt },
        }),
        Found::Later(_) => Vec::new(),
        Found::Misconfigured { code } => state.when_refused(Call::LookUp, Does::Pauses, code),
        Found::Refused { code, .. } => {
            let mut events = state.when_refused(Call::LookUp, Does::Suspends, code);
            if let Phase::Intended { deadline } = &known.phase
                && after(*deadline, doubtful_for(known)) <= now
            {
                events.push(given_up(known, post, attempt));
            }
            events
        }
        Found::Impossible { .. } => vec![given_up(known, post, attempt)],
    }
}

/// For how long Slack may refuse to say what became of a post before nobody counts on its word any more.
fn doubtful_for(post: &PostState) -> Duration {
    Duration::from_secs(if post.key.is_awaited() { 15 * 60 } else { 24 * 3600 })
}

/// What becomes of a post of which it can't be known whether it arrived.
fn given_up(known: &PostState, post: PostId, attempt: u32) -> Event {
    if known.key.is_awaited() && attempt < LAST_BLIND_ATTEMPT {
        Event::PostAbsent { post, attempt }
    } else {
        Event::PostUnknown { post, attempt }
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
    use crate::domain::effect::{Notice, PostKey};
    use crate::domain::event::Record;
    use crate::domain::ids::{PersonId, Seq};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A receipt whose attempt `attempt` is under way.
    fn under_way(attempt: u32) -> (State, PostId) {
        under_way_of(PostKey::Receipt { of: Seq(1), to: PersonId::parse("ana").unwrap() }, attempt)
    }

    fn under_way_of(key: PostKey, attempt: u32) -> (State, PostId) {
        let intent = Event::PostIntended {
            key: key.clone(),
            attempt,
            deadline: NOW,
            teams: vec![],
            audience: None,
            found_as: None,
        };
        (State::of(&[Record { seq: Seq(1), at: NOW, cause: None, event: intent }]), key.id())
    }

    #[test]
    fn each_attempt_waits_twice_as_long_and_never_less_than_slack_asks_for() {
        let check = |attempt: u32, retry_after: u64, expected: i64| {
            let (state, post) = under_way(attempt);
            let retry_after = Duration::from_secs(retry_after);
            let outcome = Outcome::NotApplied { retry_after, code: "ratelimited".to_owned() };
            let [Event::PostDeferred { until, .. }] =
                &of_call(&state, NOW, post, attempt, Call::Post, &outcome)[..]
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
    fn what_may_have_arrived_is_sent_a_second_time_only_where_somebody_waits_for_it() {
        let ana = PersonId::parse("ana").unwrap();
        let notice = Notice::CallsRefused { calls: Call::LookUp, since: Seq(1) };
        let impossible = Found::Impossible { code: "not_in_channel".to_owned() };
        let check = |key: PostKey, attempt: u32, again: bool| {
            let (state, post) = under_way_of(key.clone(), attempt);
            let events = of_look_up(&state, NOW, post, attempt, &impossible, None);
            let expected = match again {
                true => Event::PostAbsent { post, attempt },
                false => Event::PostUnknown { post, attempt },
            };
            assert_eq!(events, [expected], "{key:?}, attempt {attempt}");
        };
        let receipt = PostKey::Receipt { of: Seq(1), to: ana.clone() };
        check(receipt.clone(), 1, true);
        check(receipt, 2, false);
        check(PostKey::Notice { to: ana.clone(), notice }, 1, true);
        check(PostKey::Digest { to: ana, on: jiff::civil::date(2026, 11, 30) }, 1, false);
    }

    #[test]
    fn an_attempt_is_settled_once() {
        let (mut state, post) = under_way(1);
        let refused = Outcome::Refused { because: RefusedFor::Recipient, code: "user_disabled".to_owned() };
        assert_eq!(of_call(&state, NOW, post, 2, Call::Post, &refused), [], "another attempt");
        let events = of_call(&state, NOW, post, 1, Call::Post, &refused);
        for event in events {
            state.apply(&Record { seq: Seq(2), at: NOW, cause: None, event });
        }
        assert_eq!(of_call(&state, NOW, post, 1, Call::Post, &refused), []);
        assert_eq!(of_look_up(&state, NOW, post, 1, &Found::Absent, None), []);
    }
}
