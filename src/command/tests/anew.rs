//! A question that was answered and asks something else now.

use super::*;
use crate::domain::ids::FaqId;

/// Ana has asked, and the FAQ has answered.
fn matched(helped: Option<bool>) -> Office {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "Does this cover gift cards?");
    let question = office.state.head;
    let answer = Personal::new(person_id("ana"), "Yes.");
    office.happens(Event::QuestionMatched { question, entry: FaqId::parse("gift-cards").unwrap(), answer });
    if let Some(helped) = helped {
        office.happens(Event::AnswerRated { question, helped });
    }
    office
}

fn asks(events: &[Event]) -> bool {
    matches!(events, [Event::MessageReceived { said: Said::Question, .. }])
}

#[test]
fn an_answered_question_that_asks_something_else_now_is_asked_anew() {
    for helped in [None, Some(true)] {
        let mut office = matched(helped);
        let (events, _) = office.edits("ana", "1.000001", "Who would test it?");
        assert!(asks(&events), "{helped:?}: {events:?}");
        assert!(office.state.awaits_since(office.state.head).is_some());
    }
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "Does this cover gift cards?");
    let (by, answer) = (person_id("priya"), Personal::new(person_id("priya"), "Yes."));
    let question = office.state.head;
    office.happens(Event::QuestionAnswered { question, by, answer, place: None });
    let (events, _) = office.edits("ana", "1.000001", "Who would test it?");
    assert!(asks(&events), "{events:?}");
}

#[test]
fn the_same_words_and_what_waits_for_an_answer_are_not_asked_anew() {
    let mut office = matched(Some(true));
    let (events, _) = office.edits("ana", "1.000001", "does this cover gift cards");
    assert!(matches!(events.as_slice(), [Event::MessageEdited { .. }]), "{events:?}");
    let mut office = matched(Some(false));
    let (events, _) = office.edits("ana", "1.000001", "Who would test it?");
    assert!(matches!(events.as_slice(), [Event::MessageEdited { .. }]), "{events:?}");
}

#[test]
fn a_greeting_that_becomes_a_question_is_asked() {
    let mut office = Office::open();
    office.types("ana", "1.000001", None, "Good morning!");
    let (events, reply) = office.edits("ana", "1.000001", "Do subscriptions have the same problem?");
    assert!(asks(&events), "{events:?} {reply:?}");
}
