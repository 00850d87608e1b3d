//! What an answer that was kept for everybody comes to when its author or the asker takes back what they wrote.

use super::*;

/// Ana asked, Priya answered and kept the answer for everybody. Returns the question, the answer, the message that
/// brought Priya the question, and the entry.
fn kept() -> (Office, [Seq; 2], PostKey) {
    let mut office = Office::open();
    let question = office.hears(Said::Question, None);
    let relay = PostKey::Relay { of: question, to: person_id("priya") };
    let post = office.sends("priya", relay.clone(), "5.000001");
    let answer = office.happens(Event::QuestionAnswered {
        question,
        by: person_id("priya"),
        answer: Personal::new(person_id("priya"), "It may, and the provider says so."),
        place: None,
    });
    let (events, reply) = office.clicks("priya", Some(post), Action::Keep { answer });
    assert!(matches!(events.as_slice(), [Event::AnswerKept { .. }]), "{reply:?}");
    (office, [question, answer], relay)
}

fn takes_back(office: &mut Office, who: &str, of: Seq) {
    office.happens(Event::MessageDeleted { person: person_id(who), of });
}

fn labels(office: &Office, key: &PostKey) -> Vec<String> {
    let (program, state, seen) = (&office.program, &office.state, &office.seen);
    let card = crate::message::compose(program, state, seen, key, &[], None, office.now).unwrap();
    card.buttons.into_iter().map(|button| button.label).collect()
}

#[test]
fn what_an_advocate_takes_back_is_told_to_nobody_any_more() {
    let (mut office, [question, answer], relay) = kept();
    assert!(office.state.kept_from(question).is_some());
    takes_back(&mut office, "priya", answer);
    assert!(office.state.kept.is_empty(), "{:?}", office.state.kept);
    assert_eq!(labels(&office, &relay), ["Answer"]);
}

#[test]
fn what_stands_of_two_answers_stays_kept() {
    let (mut office, [question, answer], _) = kept();
    office.happens(Event::QuestionAnswered {
        question,
        by: person_id("priya"),
        answer: Personal::new(person_id("priya"), "More on that."),
        place: None,
    });
    takes_back(&mut office, "priya", answer);
    assert!(office.state.kept_from(question).is_some());
}

#[test]
fn what_was_kept_can_be_dropped_after_the_asker_took_the_question_back() {
    let (mut office, [question, _], relay) = kept();
    takes_back(&mut office, "ana", question);
    assert!(office.state.kept_from(question).is_some());
    assert_eq!(labels(&office, &relay), ["Drop from the FAQ"]);
}
