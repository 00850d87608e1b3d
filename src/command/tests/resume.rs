//! Who may end a pause of all sending, and where that is offered.

use super::*;
use crate::domain::effect::Notice;
use crate::domain::event::PauseReason;
use crate::domain::ids::InitiativeId;
use crate::domain::message::Page;
use crate::domain::program::Program;
use crate::message::compose;

/// Priya advocates payments, Ben something else, Sam everything if nothing is taken from him; the admins are these.
fn program_with(admins: &[&str]) -> Program {
    let mut program = program();
    let mut other = program.initiatives[0].clone();
    other.id = InitiativeId::parse("other").unwrap();
    other.advocates = vec![person_id("ben"), person_id("sam")];
    program.initiatives[0].advocates = vec![person_id("priya"), person_id("sam")];
    program.initiatives.push(other);
    program.admins = admins.iter().map(|who| person_id(who)).collect();
    program
}

/// Once `by` has paused everything: whether `who` can resume, which App Home, the notice and the click have to agree on.
fn check(admins: &[&str], by: &str, who: &str, may: bool) {
    let mut office = Office::open();
    office.program = program_with(admins);
    let since = office.happens(Event::PostingPaused { reason: PauseReason::Asked { by: person_id(by) } });
    let at_home = office.offered_on(who, &Page::First).iter().any(|button| button.action == Action::Resume);
    let notice = PostKey::Notice { to: person_id(who), notice: Notice::Paused { since } };
    let message =
        compose(&office.program, &office.state, &office.seen, &notice, &[], None, office.now).unwrap();
    let in_notice = message.buttons.iter().any(|button| button.action == Action::Resume);
    let (events, reply) = office.clicks(who, None, Action::Resume);
    let resumed = events.iter().any(|event| matches!(event, Event::PostingResumed { .. }));
    assert_eq!(
        (at_home, in_notice, resumed),
        (may, may, may),
        "{who} after {by}, admins {admins:?}: {}",
        said(&reply).0
    );
}

#[test]
fn a_button_that_resumes_everything_is_offered_to_whoever_may_and_nobody_else() {
    let carla: &[&str] = &["carla"];
    check(carla, "priya", "priya", true);
    check(carla, "priya", "ben", false);
    check(carla, "priya", "sam", true);
    check(carla, "priya", "carla", true);
    check(carla, "carla", "priya", false);
    check(carla, "carla", "sam", true);
    // Nobody is left to ask.
    check(&[], "priya", "ben", true);
}
