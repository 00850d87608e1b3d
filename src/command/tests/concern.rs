//! Each concern is settled under its own message.

use super::*;

#[test]
fn a_concern_is_released_under_its_own_message() {
    let mut office = Office::open();
    let first = office.hears(Said::Concern, None);
    let second = office.hears(Said::Concern, None);
    let to = person_id("priya");
    let earlier = office.sends("priya", PostKey::Relay { of: first, to: to.clone() }, "5.000001");
    let later = office.sends("priya", PostKey::Relay { of: second, to }, "5.000002");
    let (events, reply) = office.clicks("priya", Some(earlier), Action::ReleaseConcern);
    assert_eq!(events, []);
    assert!(said(&reply).0.contains("has said something else since"), "{reply:?}");
    let (events, _) = office.clicks("priya", Some(later), Action::ReleaseConcern);
    assert!(matches!(events.as_slice(), [Event::ConcernReleased { .. }]), "{events:?}");
}
