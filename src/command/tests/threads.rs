//! A reply in the thread of a relay is an answer, also while it isn't known yet that the relay arrived.

use jiff::SignedDuration;

use super::*;
use crate::domain::booking::{Subject, Via};
use crate::domain::effect::Epoch;

/// Ana has asked, and Priya is told.
fn asked() -> (Office, PostKey) {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "Does this cover gift cards?");
    let of = office.state.head;
    (office, PostKey::Relay { of, to: person_id("priya") })
}

fn answers(events: &[Event]) -> bool {
    matches!(events, [Event::QuestionAnswered { .. }])
}

#[test]
fn a_reply_under_what_may_be_a_relay_waits_until_that_is_known() {
    let (mut office, relay) = asked();
    let post = office.intends(relay);
    let (events, reply) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
    assert_eq!((events, format!("{reply:?}")), (vec![], "NotYet".to_owned()));
    office.happens(Event::PostSent {
        post,
        attempt: 1,
        channel: channel("priya"),
        ts: ts("5.000001"),
        former: None,
    });
    let (events, _) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
    assert!(answers(&events), "{events:?}");
}

#[test]
fn a_reply_waits_for_what_may_have_gone_before_a_restore() {
    let (mut office, relay) = asked();
    let from = office.state.head;
    office.now += SignedDuration::from_hours(1);
    office.happens(Event::Restored { from, epoch: Epoch::new([7; 16]) });
    let (events, reply) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
    assert_eq!((events, format!("{reply:?}")), (vec![], "NotYet".to_owned()));
    office.sends("priya", relay, "5.000001");
    let (events, _) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
    assert!(answers(&events), "{events:?}");
}

#[test]
fn a_reply_waits_for_what_is_looked_up_on_the_next_working_day() {
    let (mut office, relay) = asked();
    // Friday evening, after the send hours: nothing is due before Monday.
    office.now += SignedDuration::from_hours(4 * 24 + 12);
    let from = office.state.head;
    office.happens(Event::Restored { from, epoch: Epoch::new([7; 16]) });
    let reply = |office: &mut Office| {
        let (events, reply) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
        assert_eq!(events, []);
        reply
    };
    assert_eq!(reply(&mut office), Reply::NotYet);
    office.now += SignedDuration::from_hours(60);
    assert_eq!(reply(&mut office), Reply::NotYet);
    // It was sent anew: what is in another thread is known to be something else.
    office.sends("priya", relay, "9.000001");
    assert!(said(&reply(&mut office)).0.contains("I haven't passed it on"));
}

#[test]
fn a_reply_waits_for_nothing_for_ever() {
    let (mut office, _) = asked();
    let from = office.state.head;
    office.happens(Event::Restored { from, epoch: Epoch::new([7; 16]) });
    office.now += SignedDuration::from_hours(8 * 24);
    let (events, reply) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
    assert_eq!(events, []);
    assert!(said(&reply).0.contains("I haven't passed it on"), "{reply:?}");
}

#[test]
fn a_reply_does_not_wait_for_what_is_not_sent_any_more() {
    let mut office = Office::open();
    // Whoever wants to talk and books a time within three minutes isn't passed on to anybody.
    let talk = office.hears(Said::Talk, None);
    office.happens(Event::SlotBooked {
        guest: person_id("ana"),
        host: person_id("priya"),
        starts: office.now + SignedDuration::from_hours(48),
        minutes: 30,
        subject: Some(Subject { initiative: payments_id(), quarter: "2027-Q1".parse().unwrap() }),
        topic: None,
        via: Via::Slack,
    });
    let from = office.state.head;
    office.now += SignedDuration::from_hours(1);
    office.happens(Event::Restored { from, epoch: Epoch::new([7; 16]) });
    let relay = PostKey::Relay { of: talk, to: person_id("priya") };
    assert!(office.state.may_have_gone_before(&relay, office.now), "nothing else speaks against it");
    let (_, reply) = office.types("priya", "6.000001", Some("5.000001"), "Yes, it does.");
    assert!(said(&reply).0.contains("I haven't passed it on"), "{reply:?}");
}

#[test]
fn a_reply_of_an_advocate_under_an_unknown_message_is_no_question_to_somebody_else() {
    let mut office = Office::open();
    let mut other = office.program.initiatives[0].clone();
    (other.id, other.title) = ("other".parse().unwrap(), "Another".to_owned());
    other.advocates = vec![person_id("mia")];
    office.program.initiatives.push(other);
    let (events, reply) = office.types("mia", "6.000001", Some("5.000001"), "It costs four days.");
    assert_eq!(events, []);
    let (says, _) = said(&reply);
    assert!(says.contains("I haven't passed it on"), "{says}");
    // Under a message of her own that is on record it is a question as before.
    office.sends("mia", pitch("mia"), "5.000001");
    let (events, _) = office.types("mia", "7.000001", Some("5.000001"), "What does it cost?");
    assert!(matches!(events.as_slice(), [Event::MessageReceived { said: Said::Question, .. }]), "{events:?}");
}
