//! How long planning takes. Run by hand, optimised:
//! `cargo test --release --lib plan::tests::speed -- --ignored --nocapture`

use std::time::Instant;

use super::world::{an_initiative, at, figure, person, program, somebody, team};
use crate::domain::directory::Team;
use crate::domain::engagement::{Audience, Stance};
use crate::domain::event::{Event, How, Record, Renames};
use crate::domain::ids::{InitiativeId, SlackUserId};
use crate::domain::initiative::Measure;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::plan::{Plan, eligible, touched};

const ZONES: [&str; 8] = [
    "Europe/Lisbon",
    "Europe/Berlin",
    "America/Chicago",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// `people` in teams of fifty, all asked by each of `initiatives`.
fn large(people: usize, initiatives: usize) -> Program {
    let mut program = program();
    let teams: Vec<String> = (0..people.div_ceil(50)).map(|of| format!("team-{of}")).collect();
    program.teams = teams
        .iter()
        .map(|id| Team { id: team(id), name: id.clone(), was: Vec::new(), capacity_days: None })
        .map(|team| (team.id.clone(), team))
        .collect();
    program.people = (0..people)
        .map(|place| {
            let audience =
                Audience::ALL[if place % 50 < 2 { place % 2 } else { 3 - usize::from(place % 50 == 2) }];
            let of = [teams[place / 50].as_str()];
            somebody(&format!("person-{place:05}"), Some(audience), &of, ZONES[place % ZONES.len()])
        })
        .chain([somebody("priya", None, &[], "Europe/Lisbon")])
        .map(|person| (person.id.clone(), person))
        .collect();
    let teams: Vec<&str> = teams.iter().map(String::as_str).collect();
    program.initiatives = (0..initiatives)
        .map(|of| {
            let mut initiative = an_initiative(&format!("initiative-{of}"), &teams);
            initiative.figures.push(figure("tickets", Measure::Tickets));
            initiative
        })
        .collect();
    program
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    println!("{what}: {:.3} ms", start.elapsed().as_secs_f64() * 1e3);
    result
}

#[test]
#[ignore = "a measurement: 10,000 people x 20 initiatives x 5 touches"]
fn planning_ten_thousand_people_and_twenty_initiatives() {
    let program = large(10_000, 20);
    let seen = Observations::default();
    let mut state = State::default();
    let start = at("2026-11-09T08:00:00Z");
    let apply = |state: &mut State, at, event| {
        let record = Record { seq: state.head.next(), at, cause: None, event };
        state.apply(&record);
        record
    };
    let initiatives: Vec<InitiativeId> = program.initiatives.iter().map(|of| of.id.clone()).collect();
    let digest = program.digest.clone();
    apply(&mut state, start, Event::ConfigAdopted { digest, initiatives, renamed: Renames::default() });
    for (place, person) in program.people.keys().enumerate() {
        let slack = SlackUserId::parse(&format!("U{place:06}")).unwrap();
        apply(&mut state, start, Event::PersonLinked { person: person.clone(), slack });
    }
    timed("from nothing, nothing sent", || Plan::from_nothing(&program, &state, &seen, start));
    let opens = at("2026-11-16T12:00:00Z");
    let mut plan =
        timed("from nothing, everything due", || Plan::from_nothing(&program, &state, &seen, opens));
    timed("due", || println!("  {} effects", plan.due(opens).len()));
    let event = Event::StanceTaken {
        person: person("person-00000"),
        initiative: program.initiatives[0].id.clone(),
        teams: vec![team("team-0")],
        quarter: program.initiatives[0].quarter,
        stance: Stance::Committed,
        how: How::Clicked,
    };
    let record = apply(&mut state, opens, event);
    timed("after one answer", || {
        let touched = touched(&program, &state, &record);
        plan.refresh(&program, &state, &seen, opens, &touched);
    });
    let event = Event::ItemPlanned {
        initiative: program.initiatives[0].id.clone(),
        team: team("team-1"),
        quarter: program.initiatives[0].quarter,
        by: person("priya"),
        link: None,
    };
    let record = apply(&mut state, opens, event);
    timed("after one item planned, a team of fifty", || {
        let touched = touched(&program, &state, &record);
        plan.refresh(&program, &state, &seen, opens, &touched);
    });
    let due = plan.due(opens);
    let key = due
        .iter()
        .find_map(|effect| match effect {
            crate::domain::effect::Effect::Post(post) => Some(post.key.clone()),
            _ => None,
        })
        .unwrap();
    timed("one eligibility", || eligible(&program, &state, &seen, opens, &key).unwrap());

    // The campaign half-way: each person has had three messages.
    for effect in 0..3 {
        let now = opens.checked_add(jiff::SignedDuration::from_hours(72 * effect)).unwrap();
        let mut unlimited = program.clone();
        unlimited.limits.burst_per_hour = u32::MAX;
        let plan = Plan::from_nothing(&unlimited, &state, &seen, now);
        for effect in plan.due(now) {
            if let crate::domain::effect::Effect::Post(post) = effect {
                let (id, attempt) = (post.key.id(), post.attempt);
                let (deadline, teams, audience) = (now, post.teams, post.audience);
                apply(
                    &mut state,
                    now,
                    Event::PostIntended { key: post.key, attempt, deadline, teams, audience },
                );
                let (channel, ts) = ("D0".parse().unwrap(), "1.0".parse().unwrap());
                apply(&mut state, now, Event::PostSent { post: id, attempt, channel, ts });
            }
        }
    }
    println!("  {} posts on record", state.posts.len());
    let now = at("2026-11-23T12:00:00Z");
    let mut plan = timed("from nothing, half-way", || Plan::from_nothing(&program, &state, &seen, now));
    let event = Event::Snoozed { person: person("person-00007"), until: at("2026-12-01T00:00:00Z") };
    let record = apply(&mut state, now, event);
    timed("after one snooze", || {
        let touched = touched(&program, &state, &record);
        plan.refresh(&program, &state, &seen, now, &touched);
    });
}
