//! What Slack refuses is told once, and what was refused for its content goes out from another version.

use super::world::{Life, at, delivery, person, program};
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::effect::{Notice, PostKey};
use crate::domain::engagement::Touch;
use crate::domain::event::{Event, PauseReason, RefusedFor};
use crate::domain::refusal::Call;

/// Which notices of refusals were sent, and when.
fn told(life: &Life) -> Vec<String> {
    let of = |(sent, post): &(jiff::Timestamp, crate::domain::effect::Post)| {
        let PostKey::Notice { to, notice } = &post.key else { return None };
        let what = match notice {
            Notice::ContentRefused { .. } => "content",
            Notice::CallsRefused { .. } => "calls",
            Notice::Interrupted { .. } => "interrupted",
            Notice::Unreachable { .. }
            | Notice::Account { .. }
            | Notice::Unknown { .. }
            | Notice::Late { .. }
            | Notice::Disagreement { .. }
            | Notice::Paused { .. }
            | Notice::ConfigRefused { .. }
            | Notice::CalendarFails { .. }
            | Notice::EntryRefused { .. }
            | Notice::NoHours { .. }
            | Notice::HoursTaken { .. } => return None,
        };
        Some(format!("{what} to {to} {}", sent.strftime("%a %-d %b %H:%M")))
    };
    life.sent.iter().filter_map(of).collect()
}

fn refused_gaps(life: &Life) -> usize {
    let initiative = &life.program.initiatives[0];
    let coverage = Coverage::of(&life.program, &life.state, &life.seen, initiative, life.now);
    coverage.gaps.iter().filter(|gap| matches!(gap, Gap::Refused { .. })).count()
}

/// Slack refuses the heads-up to Carla for its content.
fn refused() -> (Life, PostKey) {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T15:00:00Z"));
    let key = PostKey::Touch(delivery("carla", "payments", Touch::HeadsUp, None));
    let post = crate::plan::eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    let (post, because, code) = (key.id(), RefusedFor::Content, "invalid_blocks".to_owned());
    life.happens(Event::PostRefused { post, attempt: 1, because, code, version: None });
    (life, key)
}

#[test]
fn what_is_refused_for_its_content_is_told_once_is_a_gap_and_goes_out_from_another_version() {
    let (mut life, key) = refused();
    assert_eq!(refused_gaps(&life), 1);
    life.until(at("2026-11-16T17:00:00Z"));
    let news = ["content to priya Mon 16 Nov 15:05"];
    assert_eq!(told(&life), news);
    assert_eq!(refused_gaps(&life), 1);
    life.happens(Event::ContentRetried { version: "9.9.9".to_owned() });
    life.until(at("2026-11-20T16:00:00Z"));
    assert_eq!(life.sent.iter().filter(|(_, sent)| sent.key == key).count(), 1);
    assert_eq!(refused_gaps(&life), 0, "they were reached");
    assert_eq!(told(&life), news, "and nobody is told twice");
}

#[test]
fn what_is_not_worth_sending_any_more_is_not_tried_again() {
    let (mut life, key) = refused();
    life.sleeps_until(at("2027-02-10T10:00:00Z"));
    life.happens(Event::ContentRetried { version: "9.9.9".to_owned() });
    life.until(at("2027-02-11T10:00:00Z"));
    assert!(!life.sent.iter().any(|(_, sent)| sent.key == key));
    assert!(life.state.unsettled.is_empty());
}

#[test]
fn whoever_waits_for_a_look_up_that_is_refused_is_a_gap_and_planned_for_once_it_is_over() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T15:00:00Z"));
    let key = PostKey::Touch(delivery("carla", "payments", Touch::HeadsUp, None));
    let post = crate::plan::eligible(&life.program, &life.state, &life.seen, life.now, &key).unwrap();
    life.intends(&post);
    let look = |life: &Life| {
        let (until, initiative) = (at("2026-12-20T15:00:00Z"), &life.program.initiatives[0]);
        let forecast = crate::plan::forecast(&life.program, &life.state, &life.seen, life.now, until);
        let coverage = Coverage::of(&life.program, &life.state, &life.seen, initiative, life.now);
        let planned = forecast.iter().filter(|planned| planned.key.delivery().is_some());
        let planned = planned.filter(|planned| planned.to == person("carla")).count();
        (planned, coverage.gaps.contains(&Gap::Unknown { person: person("carla") }))
    };
    let (planned, gap) = look(&life);
    assert!(planned > 0 && !gap);
    life.happens(Event::CallsRefused { calls: Call::LookUp, code: "missing_scope".to_owned() });
    assert_eq!(look(&life), (0, true), "nothing is foretold that waits for Slack's leave");
    life.happens(Event::CallsTaken { calls: Call::LookUp });
    assert_eq!(look(&life), (planned, false));
}

#[test]
fn a_kind_of_call_that_is_refused_is_told_once_unless_it_passes_at_once() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-10T10:00:00Z"));
    life.happens(Event::CallsRefused { calls: Call::LookUp, code: "missing_scope".to_owned() });
    life.until(at("2026-11-10T10:02:00Z"));
    life.happens(Event::CallsTaken { calls: Call::LookUp });
    life.until(at("2026-11-10T12:00:00Z"));
    assert_eq!(told(&life), Vec::<String>::new());
    life.happens(Event::CallsRefused { calls: Call::Home, code: "not_enabled".to_owned() });
    life.until(at("2026-11-12T12:00:00Z"));
    let news = told(&life);
    assert!(news.contains(&"calls to priya Tue 10 Nov 12:05".to_owned()), "{news:?}");
    life.happens(Event::CallsTaken { calls: Call::Home });
    life.until(at("2026-11-13T12:00:00Z"));
    assert_eq!(told(&life), news);
}

#[test]
fn what_a_clock_weeks_ahead_dated_is_told_once_that_is_set_right() {
    let mut life = Life::begin(program());
    let now = at("2026-11-10T10:00:00Z");
    life.clock_is_set_to(now + jiff::SignedDuration::from_hours(40 * 24));
    life.happens(Event::CallsRefused { calls: Call::Home, code: "not_enabled".to_owned() });
    life.clock_is_set_to(now);
    life.until(now);
    assert_eq!(told(&life), ["calls to priya Tue 10 Nov 10:00"]);
}

#[test]
fn an_interruption_is_told_afterward_if_it_was_long_and_nobody_ended_it() {
    for (minutes, resumed, expected) in [(30, false, true), (5, false, false), (30, true, false)] {
        let mut life = Life::begin(program());
        life.sleeps_until(at("2026-11-16T14:00:00Z"));
        let reason = PauseReason::Configuration { code: "invalid_auth".to_owned() };
        life.happens(Event::PostingPaused { reason });
        let since = life.state.head;
        life.sleeps_until(life.now + jiff::SignedDuration::from_mins(minutes));
        life.happens(match resumed {
            true => Event::PostingResumed { by: person("priya") },
            false => Event::PauseLifted { since },
        });
        life.until(at("2026-11-18T14:00:00Z"));
        assert_eq!(!told(&life).is_empty(), expected, "{minutes} minutes, resumed: {resumed}");
    }
}
