//! The plan as it is kept up to date.

use super::world::{Life, at, initiative, person, program, team};
use crate::domain::account::{Former, Turn};
use crate::domain::engagement::Stance;
use crate::domain::event::{Event, Record};
use crate::domain::ids::{PersonId, SlackUserId};
use crate::domain::observation::Observations;
use crate::domain::state::State;
use crate::plan::{Plan, Touched, explain, forecast, touched};

#[test]
fn planning_again_changes_nothing() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T12:00:00Z"));
    let due = life.plan.due(life.now);
    assert!(!due.is_empty());
    let again = Plan::from_nothing(&life.program, &life.state, &life.seen, life.now);
    assert_eq!(again.due(life.now), due);
    life.look(&Touched::Nobody);
    assert_eq!(life.plan.due(life.now), due);
}

#[test]
fn the_next_wake_is_the_next_touch_and_then_none() {
    let mut life = Life::begin(program());
    let wake = |life: &Life| life.plan.next_wake().map(|at| at.to_string());
    // 09:00 on Monday 16 November in Tokyo.
    assert_eq!(wake(&life).as_deref(), Some("2026-11-16T00:00:00Z"));
    life.until(at("2026-11-17T00:00:00Z"));
    assert_eq!(wake(&life).as_deref(), Some("2026-11-30T00:00:00Z"));
    life.until(at("2027-04-01T00:00:00Z"));
    assert_eq!(wake(&life), None);
}

#[test]
fn another_configuration_plans_nothing_until_it_is_adopted() {
    let mut life = Life::begin(program());
    life.sleeps_until(at("2026-11-16T12:00:00Z"));
    life.program.digest.0 = "b".repeat(64);
    life.look(&Touched::Nobody);
    assert_eq!((life.plan.due(life.now), life.plan.next_wake()), (Vec::new(), None));
    let initiatives = vec![initiative("payments")];
    let digest = life.program.digest.clone();
    life.happens(Event::ConfigAdopted {
        digest,
        initiatives,
        renamed: Default::default(),
        quarters: Default::default(),
    });
    assert!(!life.plan.due(life.now).is_empty());
}

#[test]
fn an_event_touches_those_it_concerns() {
    let mut life = Life::begin(program());
    let mut check = |event: Event, expected: &[&str]| {
        let record = Record { seq: life.state.head.next(), at: life.now, cause: None, event };
        life.state.apply(&record);
        let expected: std::collections::BTreeSet<PersonId> = expected.iter().map(|id| person(id)).collect();
        let touched = touched(&life.program, &life.state, &record);
        let touched = match touched {
            Touched::People(people) => people,
            Touched::Nobody => Default::default(),
            Touched::Everybody => life.program.people.keys().cloned().collect(),
        };
        assert_eq!(touched, expected);
    };
    let (about, quarter) = (initiative("payments"), "2027-Q1".parse().unwrap());
    check(Event::Stopped { person: person("ana"), initiative: None }, &["ana"]);
    let of_team = ["ana", "ben", "carla", "dev", "priya"];
    let by = person("priya");
    check(
        Event::ItemPlanned { initiative: about, team: team("checkout"), quarter, by: by.clone(), link: None },
        &of_team,
    );
    check(Event::PostingResumed { by }, &["priya"]);
}

#[test]
fn what_an_account_of_before_does_concerns_its_entry_also_where_it_has_another_of_its_own() {
    let mut state = State::default();
    let mut happens = |event: Event| {
        let record = Record { seq: state.head.next(), at: at("2026-11-16T12:00:00Z"), cause: None, event };
        state.apply(&record);
        (state.clone(), record)
    };
    let account = |id: &str| SlackUserId::parse(id).unwrap();
    let links = |who: &str, slack: &str, replaces: Option<&str>| {
        let replaces = replaces.map(|before| Former { slack: account(before), turn: Turn::Replaced });
        Event::PersonLinked { person: person(who), slack: account(slack), proof: None, replaces }
    };
    happens(links("ana", "U0ANA", None));
    // The account is replaced, and then found again by an entry that names it.
    happens(links("ben", "U0NEW", Some("U0ANA")));
    happens(links("ana", "U0ANA", None));
    let (state, record) = happens(Event::Stopped { person: person("ana"), initiative: None });
    let both = ["ana", "ben"].map(person).into();
    assert_eq!(touched(&program(), &state, &record), Touched::People(both));
}

#[test]
fn an_answer_of_one_leaves_the_others_as_they_were() {
    let mut life = Life::begin(program());
    life.until(at("2026-12-01T12:00:00Z"));
    let before = life.plan.next_wake();
    life.takes("ana", "payments", Stance::Declined);
    life.perform();
    assert_eq!(life.plan.next_wake(), before);
}

#[test]
fn before_the_first_start_a_forecast_counts_on_everybody_being_found() {
    let (program, now) = (program(), at("2026-11-09T08:00:00Z"));
    let until = at("2026-11-20T00:00:00Z");
    let (nothing, seen) = (State::default(), Observations::default());
    assert_eq!(forecast(&program, &nothing, &seen, now, until).len(), 5);
    let explanation = explain(&program, &nothing, &seen, now, until);
    assert_eq!(explanation.held.map(|skip| skip.name()), Some("other_configuration"));
    assert!(explanation.initiatives[0].people.iter().all(|row| row.skipped.is_none()));
}
