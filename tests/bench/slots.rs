//! Listing the free slots of a host whose calendar is full.

use std::collections::BTreeSet;
use std::time::Duration;

use canvass::clock::monotonic;
use canvass::config::{Files, load_files};
use canvass::domain::ids::PersonId;
use canvass::domain::observation::{Busy, Observations};
use canvass::domain::office_hours::{CalendarSource, Feed, Viewer, free_slots, next_free_by_day};
use canvass::domain::state::State;
use canvass::domain::stretch::Stretch;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::figure::{Figures, percentile};

const APPOINTMENTS: i64 = 1000;
const ROUNDS: usize = 200;

/// So many appointments of half an hour, one every `apart`.
fn full(now: Timestamp, apart: SignedDuration) -> Busy {
    let begins = |number: i64| {
        let after = SignedDuration::from_mins(apart.as_mins() * number);
        now.checked_add(after).unwrap()
    };
    Busy {
        as_of: now,
        over: Stretch { from: now, until: now.checked_add(SignedDuration::from_hours(24 * 90)).unwrap() },
        stretches: (0..APPOINTMENTS).map(|number| Stretch::of_minutes(begins(number), 30)).collect(),
        doubts: Vec::new(),
        failing: None,
    }
}

#[test]
#[ignore = "a measurement"]
fn free_slots_over_sixty_days_among_a_thousand_appointments() {
    let mut program = load_files(&Files::sample()).unwrap().program;
    let priya: PersonId = "priya".parse().unwrap();
    let now: Timestamp = "2026-11-09T08:00:00Z".parse().unwrap();
    let hours = program.hours.get_mut(&priya).unwrap();
    // Ten hours on every weekday: far more than anybody holds.
    hours.weekly = (0..5)
        .flat_map(|day| {
            let mut window = hours.weekly[0];
            window.weekday = jiff::civil::Weekday::Monday.cycle_forward().nth(day).unwrap();
            window.from = jiff::civil::time(8, 0, 0, 0);
            window.until = jiff::civil::time(18, 0, 0, 0);
            [window]
        })
        .collect();
    hours.closed = BTreeSet::new();
    hours.calendar = Some(CalendarSource::Feed(Feed::Secret("PRIYA_CALENDAR".to_owned())));
    let mut seen = Observations::default();
    seen.busy.insert(priya.clone(), full(now, SignedDuration::from_mins(85)));
    let state = State::default();

    let mut listed = Vec::new();
    let mut found = 0;
    for _ in 0..ROUNDS {
        let begun = monotonic();
        let hosts = std::slice::from_ref(&priya);
        found = free_slots(&program, &state, &seen, hosts, now, Timestamp::MAX, None).len();
        listed.push(begun.elapsed());
    }
    assert!(found > 200, "{found} are free");
    let zone = TimeZone::get("America/New_York").unwrap();
    let ben: PersonId = "ben".parse().unwrap();
    let viewer = Viewer { guest: &ben, zone: &zone };
    let initiative =
        program.initiatives.iter().find(|initiative| initiative.advocates.contains(&priya)).unwrap();
    let mut next = Vec::new();
    for _ in 0..ROUNDS {
        let begun = monotonic();
        let two = next_free_by_day(&program, &state, &seen, initiative, viewer, now, Timestamp::MAX);
        next.push(begun.elapsed());
        assert_eq!(two.len(), 2);
    }

    let mut figures = Figures::default();
    figures.within(
        "free slots of a host over 60 days among 1,000 appointments, the slowest of 200",
        Duration::from_millis(5),
        percentile(&mut listed, 100),
    );
    figures.within("  the next two for a message", Duration::from_millis(1), percentile(&mut next, 100));
    figures.settle();
}
