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

/// What is known of `post`, if this attempt of it has no outcome yet.
fn awaited(state: &State, post: PostId, attempt: u32) -> Option<&PostState> {
    let open = |post: &&PostState| post.attempt == attempt && matches!(post.phase, Phase::Intended { .. });
    state.post(post).filter(open)
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
    let Some(known) = awaited(state, post, attempt) else { return Vec::new() };
    // With this one.
    let strange_ones = known.strange.saturating_add(1);
    let waits = |wait: Duration, code: String, strange: bool| {
        vec![Event::PostDeferred { post, attempt, until: after(now, wait), code, strange }]
    };
    let deferred = |wait: Duration, code: String| waits(wait, code, false);
    let paused = |code: String, strange: bool| {
        let mut events = waits(Duration::ZERO, code.clone(), strange);
        events.extend(state.when_refused(call, Does::Pauses, &code));
        events
    };
    let again = || patience(attempt).min(LONGEST_WAIT);
    match outcome.clone() {
        Outcome::Sent { channel, ts } => {
            let sent = Event::PostSent { post, attempt, channel, ts, former: None };
            std::iter::once(sent).chain(state.when_taken(call)).collect()
        }
        Outcome::Refused { because, code } => vec![refused(post, attempt, because, code)],
        Outcome::Misconfigured { code } => paused(code, false),
        Outcome::Barred { code } if strange_ones < CERTAIN => waits(again(), code, true),
        // Other calls got through between: it is this message that is barred.
        Outcome::Barred { code } if MOST_TRIES <= strange_ones => {
            vec![refused(post, attempt, RefusedFor::Content, code)]
        }
        Outcome::Barred { code } => paused(code, true),
        Outcome::Suspended { code } => {
            let mut events = deferred(LONGEST_WAIT, code.clone());
            events.extend(state.when_refused(call, Does::Suspends, &code));
            events
        }
        Outcome::Unknown { maybe: true, .. } | Outcome::InDoubt { .. } => Vec::new(),
        Outcome::Unknown { code, maybe: false } if strange_ones < MOST_TRIES => waits(again(), code, true),
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
/// nobody here knows it, and `is_over` whether no answer of use has come for too long.
pub(super) fn of_look_up(
    state: &State,
    post: PostId,
    attempt: u32,
    found: &Found,
    is_over: bool,
    unknown: Option<String>,
) -> Vec<Event> {
    let Some(known) = awaited(state, post, attempt) else { return Vec::new() };
    let settled = |event: Event| std::iter::once(event).chain(state.when_taken(Call::LookUp)).collect();
    match found {
        Found::There { channel, ts } => {
            settled(Event::PostSent { post, attempt, channel: channel.clone(), ts: ts.clone(), former: None })
        }
        Found::Absent => settled(match unknown {
            Some(code) if MOST_TRIES <= known.strange.saturating_add(1) => {
                refused(post, attempt, RefusedFor::Content, code)
            }
            unknown => Event::PostAbsent { post, attempt, strange: unknown.is_some(), blind: false },
        }),
        Found::Later(_) => Vec::new(),
        Found::Misconfigured { code } => state.when_refused(Call::LookUp, Does::Pauses, code),
        Found::Refused { code, .. } => {
            let mut events = state.when_refused(Call::LookUp, Does::Suspends, code);
            events.extend(is_over.then(|| given_up(known, post, attempt)));
            events
        }
        Found::Failed { .. } => is_over.then(|| given_up(known, post, attempt)).into_iter().collect(),
        Found::Impossible { .. } => vec![given_up(known, post, attempt)],
    }
}

/// What becomes of a post of which it can't be known whether it arrived: what somebody waits for is sent again all the
/// same, but only once.
fn given_up(known: &PostState, post: PostId, attempt: u32) -> Event {
    if known.key.is_awaited() && !known.blind {
        Event::PostAbsent { post, attempt, strange: false, blind: true }
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
        let mut state = State::of(&[]);
        tries(&mut state, &key, attempt);
        (state, key.id())
    }

    fn happens(state: &mut State, event: Event) {
        state.apply(&Record { seq: Seq(state.head.0 + 1), at: NOW, cause: None, event });
    }

    fn tries(state: &mut State, key: &PostKey, attempt: u32) {
        let intent = Event::PostIntended {
            key: key.clone(),
            attempt,
            deadline: NOW,
            teams: vec![],
            audience: None,
            lists: Vec::new(),
            found_as: None,
        };
        happens(state, intent);
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
    fn what_may_have_arrived_is_sent_a_second_time_only_where_somebody_waits_for_it_and_never_a_third_time() {
        let ana = PersonId::parse("ana").unwrap();
        let notice = Notice::CallsRefused { calls: Call::LookUp, since: Seq(1) };
        let impossible = Found::Impossible { code: "not_in_channel".to_owned() };
        let check = |key: PostKey, again: bool| {
            let mut state = State::of(&[]);
            let post = key.id();
            // That a limit put it off before says nothing.
            tries(&mut state, &key, 1);
            let limited = Outcome::NotApplied { retry_after: Duration::ZERO, code: "ratelimited".to_owned() };
            for event in of_call(&state, NOW, post, 1, Call::Post, &limited) {
                happens(&mut state, event);
            }
            for attempt in 2..=if again { 3 } else { 2 } {
                tries(&mut state, &key, attempt);
                let events = of_look_up(&state, post, attempt, &impossible, false, None);
                let expected = match again && attempt == 2 {
                    true => Event::PostAbsent { post, attempt, strange: false, blind: true },
                    false => Event::PostUnknown { post, attempt },
                };
                assert_eq!(events, [expected], "{key:?}, attempt {attempt}");
                events.into_iter().for_each(|event| happens(&mut state, event));
            }
        };
        check(PostKey::Receipt { of: Seq(1), to: ana.clone() }, true);
        check(PostKey::Notice { to: ana.clone(), notice }, true);
        check(PostKey::Digest { to: ana, on: jiff::civil::date(2026, 11, 30) }, false);
    }

    #[test]
    fn only_what_is_refused_time_after_time_counts_as_refused() {
        let limited = || Outcome::NotApplied { retry_after: Duration::ZERO, code: "ratelimited".to_owned() };
        let barred = || Outcome::Barred { code: "http-403".to_owned() };
        let unknown = || Outcome::Unknown { code: "brand_new_error".to_owned(), maybe: false };
        // What the last of these outcomes leads to.
        let check = |outcomes: Vec<Outcome>, expected: &[&str]| {
            let key = PostKey::Receipt { of: Seq(1), to: PersonId::parse("ana").unwrap() };
            let mut state = State::of(&[]);
            let mut last = Vec::new();
            for (attempt, outcome) in (1..).zip(&outcomes) {
                tries(&mut state, &key, attempt);
                last = of_call(&state, NOW, key.id(), attempt, Call::Post, outcome);
                last.iter().for_each(|event| happens(&mut state, event.clone()));
            }
            let name = |event: &Event| serde_json::to_value(event).unwrap()["event"].clone();
            let names: Vec<_> = last.iter().map(name).collect();
            assert_eq!(names, expected, "{outcomes:?}");
        };
        let of = |parts: &[(usize, &dyn Fn() -> Outcome)]| {
            parts.iter().flat_map(|(times, outcome)| (0..*times).map(|_| outcome())).collect::<Vec<_>>()
        };
        check(of(&[(2, &barred)]), &["post_deferred"]);
        check(of(&[(3, &barred)]), &["post_deferred", "posting_paused"]);
        check(of(&[(5, &barred)]), &["post_refused"]);
        check(of(&[(4, &unknown)]), &["post_deferred"]);
        check(of(&[(5, &unknown)]), &["post_refused"]);
        // An outage before, or a limit between, is no refusal.
        check(of(&[(9, &limited), (1, &barred)]), &["post_deferred"]);
        check(of(&[(9, &limited), (1, &unknown)]), &["post_deferred"]);
        check(of(&[(2, &barred), (1, &limited), (1, &barred)]), &["post_deferred"]);
        check(of(&[(4, &unknown), (1, &limited), (4, &unknown)]), &["post_deferred"]);
    }

    #[test]
    fn a_wait_that_a_clock_weeks_ahead_began_is_over_once_that_is_set_right() {
        let (mut state, post) = under_way(1);
        let limited =
            Outcome::NotApplied { retry_after: Duration::from_secs(60), code: "ratelimited".to_owned() };
        let events = of_call(&state, NOW, post, 1, Call::Post, &limited);
        events.into_iter().for_each(|event| happens(&mut state, event));
        let check = |seconds: i64, expected: i64| {
            let at = |seconds: i64| NOW + SignedDuration::from_secs(seconds);
            let until = state.post(post).and_then(|post| post.waits_until(at(seconds)));
            assert_eq!(until, Some(at(expected)), "{seconds} s after the attempt");
        };
        check(0, 60);
        check(59, 60);
        // Set right: the attempt is in the time to come.
        check(-3_456_000, -3_456_000);
    }

    #[test]
    fn an_attempt_is_settled_once() {
        let (mut state, post) = under_way(1);
        let refused = Outcome::Refused { because: RefusedFor::Recipient, code: "user_disabled".to_owned() };
        assert_eq!(of_call(&state, NOW, post, 2, Call::Post, &refused), [], "another attempt");
        let events = of_call(&state, NOW, post, 1, Call::Post, &refused);
        events.into_iter().for_each(|event| happens(&mut state, event));
        assert_eq!(of_call(&state, NOW, post, 1, Call::Post, &refused), []);
        assert_eq!(of_look_up(&state, post, 1, &Found::Absent, false, None), []);
    }
}
