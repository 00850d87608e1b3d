//! Waiting for office hours.

use super::*;
use crate::domain::booking::Subject;
use crate::domain::event::RefusedFor;

impl Office {
    fn joins(&mut self, host: Option<&str>) -> Seq {
        let subject = Some(Subject { initiative: payments_id(), quarter: "2027-Q1".parse().unwrap() });
        self.happens(Event::WaitJoined { person: person_id("ana"), subject, host: host.map(person_id) })
    }
}

#[test]
fn no_longer_needed_ends_the_wait_under_whose_message_it_stands() {
    let mut office = Office::open();
    let (first, other) = (office.joins(None), office.joins(Some("priya")));
    let post = office.sends("ana", PostKey::Vacancy { of: first, to: person_id("ana") }, "1.0");
    let (events, reply) = office.clicks("ana", Some(post), Action::LeaveWait);
    assert_eq!(events, [Event::WaitLeft { person: person_id("ana"), of: Some(first) }]);
    let says = "Noted: you don't wait for office hours about “A time limit on payment calls” any more.";
    assert_eq!(said(&reply).0, says);
    assert_eq!(office.state.waiting_list.keys().collect::<Vec<_>>(), [&other]);
    let (events, _) = office.clicks("ana", Some(post), Action::LeaveWait);
    assert!(events.is_empty(), "{events:?}");
}

#[test]
fn whoever_could_not_be_told_may_wait_once_more() {
    let mut office = Office::open();
    let of = office.joins(None);
    let waits = |office: &Office| {
        let wait = &office.state.waiting_list[&of];
        office.state.waits(&person_id("ana"), wait.subject.as_ref(), None)
    };
    assert!(waits(&office));
    let post = office.intends(PostKey::Vacancy { of, to: person_id("ana") });
    let (because, code) = (RefusedFor::Content, "invalid_blocks".to_owned());
    office.happens(Event::PostRefused { post, attempt: 1, because, code, version: None });
    assert!(!waits(&office));
    office.joins(None);
    assert!(waits(&office));
}
