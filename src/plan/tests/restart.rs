//! What has to be looked up before a journal is trusted.

use jiff::civil::date;

use super::world::{Life, at, delivery, person, program};
use crate::domain::effect::DeliveryKey;
use crate::domain::engagement::Touch;
use crate::domain::observation::Observations;
use crate::domain::state::State;
use crate::plan::must_start_paused;

fn lookups(state: &State, now: &str) -> Option<Vec<DeliveryKey>> {
    must_start_paused(&program(), state, &Observations::default(), at(now), true)
}

#[test]
fn an_empty_journal_before_the_first_touch_starts_unpaused() {
    assert_eq!(lookups(&State::default(), "2026-11-15T12:00:00Z"), None);
}

#[test]
fn an_empty_journal_with_touches_past_due_has_them_looked_up() {
    let keys = lookups(&State::default(), "2026-12-16T12:00:00Z").unwrap();
    let of_ana: Vec<_> = keys.iter().filter(|key| key.person == person("ana")).cloned().collect();
    assert_eq!(
        of_ana,
        [
            delivery("ana", "payments", Touch::HeadsUp, None),
            delivery("ana", "payments", Touch::Pitch, None),
            delivery("ana", "payments", Touch::Reminder, Some(date(2026, 12, 15)))
        ]
    );
}

#[test]
fn a_restored_journal_has_only_the_rest_looked_up() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T12:00:00Z"));
    assert_eq!(lookups(&life.state, "2026-11-20T12:00:00Z"), None);
    let keys = lookups(&life.state, "2026-12-01T12:00:00Z").unwrap();
    assert!(keys.iter().all(|key| key.touch == Touch::Pitch), "{keys:?}");
    assert_eq!(keys.len(), 5);
}

#[test]
fn a_journal_that_simply_goes_on_is_trusted() {
    let seen = Observations::default();
    assert_eq!(
        must_start_paused(&program(), &State::default(), &seen, at("2026-12-01T12:00:00Z"), false),
        None
    );
}

#[test]
fn a_planning_that_is_over_is_left_alone() {
    assert_eq!(lookups(&State::default(), "2027-09-01T12:00:00Z"), None);
}
