//! Whoever says *stop* is left alone, however they say it.

use super::*;

fn stopped(office: &Office, who: &str) -> bool {
    office.state.person(&person_id(who)).is_some_and(|known| known.stopped)
}

#[test]
fn a_typed_stop_stops_everything_and_offers_to_undo_it() {
    let mut office = Office::open();
    let (events, reply) = office.types("ana", "1.000001", None, "Stop these messages, please!");
    assert_eq!(events, [Event::Stopped { person: person_id("ana"), initiative: None }]);
    let (says, labels) = said(&reply);
    assert!(says.starts_with("Stopped. I won't write to you about planning again"), "{says}");
    assert_eq!(labels, ["Undo"]);
    assert!(stopped(&office, "ana") && office.state.received.is_empty());
}

#[test]
fn a_stop_under_a_message_offers_to_stop_only_what_that_is_about() {
    let mut office = Office::open();
    office.sends("ana", pitch("ana"), "5.000001");
    let (_, reply) = office.types("ana", "6.000001", Some("5.000001"), "stop");
    assert_eq!(said(&reply).1, ["Undo", "Only about “A time limit on payment calls”"]);
    assert!(stopped(&office, "ana"));
}

#[test]
fn an_edit_into_a_stop_stops_and_takes_the_question_back() {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "stpo");
    assert!(!stopped(&office, "ana"));
    office.edits("ana", "1.000001", "stop");
    assert!(stopped(&office, "ana"));
    assert!(office.state.received.values().all(|received| received.withdrawn));
}

#[test]
fn a_stop_that_was_undone_is_not_taken_for_new_by_a_sweep() {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "stop");
    office.types("ana", "2.000001", None, "STOP");
    office.clicks("ana", None, Action::UndoStopAbout { initiative: None });
    office.types("ana", "1.000001", None, "stop");
    office.types("ana", "2.000001", None, "STOP");
    assert!(!stopped(&office, "ana"));
}

#[test]
fn a_stop_that_is_changed_stays_one_and_what_it_asks_now_is_asked() {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "stop");
    office.clicks("ana", None, Action::UndoStopAbout { initiative: None });
    // Its words were changed, or a sweep finds that they were.
    let (events, reply) = office.edits("ana", "1.000001", "Stop!");
    assert_eq!((events, reply), (vec![], Reply::Nothing));
    assert!(!stopped(&office, "ana"), "it was undone");
    let (events, _) = office.edits("ana", "1.000001", "Does this cover gift cards?");
    assert!(matches!(events.as_slice(), [Event::MessageReceived { said: Said::Question, .. }]), "{events:?}");
    assert!(office.state.typed_at(&channel("ana"), &ts("1.000001")).is_some());
    let (events, _) = office.edits("ana", "1.000001", "Does this cover vouchers?");
    assert!(matches!(events.as_slice(), [Event::MessageEdited { .. }]), "{events:?}");
    let (events, reply) = office.edits("ana", "7.000001", "Of this nothing was ever heard?");
    assert_eq!((events, reply), (vec![], Reply::Nothing));
}

#[test]
fn a_question_that_became_a_stop_and_asks_something_again_is_not_passed_over_without_a_word() {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "Does this cover gift cards?");
    office.edits("ana", "1.000001", "stop");
    let (events, reply) = office.edits("ana", "1.000001", "Does this cover vouchers?");
    assert_eq!(events, []);
    assert!(said(&reply).0.contains("Please send it as a new message"), "{reply:?}");
}

#[test]
fn a_stop_of_somebody_who_was_taken_out_is_not_taken_again_once_it_was_undone() {
    let mut office = Office::open();
    office.program.people.remove(&person_id("ana"));
    office.types("ana", "1.000001", None, "stop");
    office.clicks("ana", None, Action::UndoStopAbout { initiative: None });
    let (events, reply) = office.edits("ana", "1.000001", "Stop.");
    assert_eq!((events, reply), (vec![], Reply::Nothing));
    assert!(!stopped(&office, "ana"));
}

#[test]
fn whoever_the_record_knows_can_stop_also_when_the_configuration_names_them_no_more() {
    let slash = |text: &str| Request::Slash { text: text.to_owned() };
    let typed = |text: &str| Request::Typed {
        channel: channel("ana"),
        ts: ts("9.000001"),
        thread: None,
        text: text.to_owned(),
    };
    let edit = || Request::Edit {
        channel: channel("ana"),
        ts: ts("8.000001"),
        thread: None,
        text: "Stop".to_owned(),
    };
    let act = |action| Request::Act { post: None, action };
    let everything: [Request; 6] = [
        typed("stop"),
        slash("stop"),
        slash("stop all"),
        edit(),
        act(Action::Stop),
        act(Action::StopAbout { initiative: None }),
    ];
    for request in everything {
        let mut office = Office::open();
        office.program.people.remove(&person_id("ana"));
        let what = format!("{request:?}");
        let (_, reply) = office.does(&slack("ana"), request);
        assert!(stopped(&office, "ana"), "{what}");
        let (says, labels) = said(&reply);
        assert!(says.starts_with("Stopped."), "{what}: {says}");
        assert_eq!(labels, ["Undo"], "{what}");
        office.clicks("ana", None, Action::UndoStopAbout { initiative: None });
        assert!(!stopped(&office, "ana"), "{what}: undone");
    }
    let mut office = Office::open();
    office.program.people.remove(&person_id("ana"));
    let (events, reply) =
        office.does(&slack("ana"), act(Action::StopAbout { initiative: Some(payments_id()) }));
    assert_eq!(events, [Event::Stopped { person: person_id("ana"), initiative: Some(payments_id()) }]);
    assert!(said(&reply).0.starts_with("Stopped: I won't write to you about"), "{reply:?}");
    let (events, reply) = office.does(&slack("ana"), typed("Why?"));
    assert_eq!(events, [], "{reply:?}");
    let (events, _) = office.does(&SlackUserId::parse("U999").unwrap(), typed("stop"));
    assert_eq!(events, [], "nothing is known of them");
}

#[test]
fn a_stop_under_a_message_about_something_withdrawn_stops() {
    let mut office = Office::open();
    let post = office.sends("ana", pitch("ana"), "5.000001");
    office.program.initiatives[0].withdrawn = true;
    office.clicks("ana", Some(post), Action::Stop);
    assert!(stopped(&office, "ana"));
}
