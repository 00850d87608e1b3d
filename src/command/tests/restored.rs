//! After a restore, buttons of before name records that are others now: the message says what a click is about.

use jiff::SignedDuration;

use super::*;
use crate::domain::effect::Epoch;

/// What a question asks that the modal of this reply quotes.
fn quoted(reply: &Reply) -> String {
    let Reply::Open(modal) = reply else { return format!("{reply:?}") };
    format!("{:?}", modal.parts)
}

/// The backup was from before Ana and Mia asked. They did in that order, and what they typed is found in the other one.
fn restored() -> (Office, [Seq; 2]) {
    let mut office = Office::open();
    let from = office.state.head;
    office.now += SignedDuration::from_hours(1);
    office.happens(Event::Restored { from, epoch: Epoch::new([7; 16]) });
    let asked = [("mia", "2.000001", "Does this cover vouchers?"), ("ana", "1.000001", "And gift cards?")];
    let asked = asked.map(|(who, place, text)| {
        office.types(who, place, None, text);
        office.state.typed_at(&channel(who), &ts(place)).unwrap()
    });
    (office, asked)
}

#[test]
fn a_click_is_about_the_question_of_its_message_and_not_about_the_one_that_has_its_number() {
    let (mut office, [mia, ana]) = restored();
    let relay = PostKey::Relay { of: ana, to: person_id("priya") };
    let post = office.state.id_of(&relay);
    // Its button names the record that Ana's question had before: that is Mia's now, or none.
    for question in [mia, Seq(900)] {
        let (events, reply) = office.clicks("priya", Some(post), Action::Reply { question });
        assert_eq!(events, []);
        assert!(said(&reply).0.contains("no longer have this question"), "it isn't found yet: {reply:?}");
    }
    office.sends("priya", relay, "5.000001");
    for question in [mia, Seq(900), ana] {
        let (_, reply) = office.clicks("priya", Some(post), Action::Reply { question });
        assert!(quoted(&reply).contains("gift cards"), "{reply:?}");
    }
    // In App Home there is no message that it could be about.
    let (_, reply) = office.clicks("priya", None, Action::Reply { question: mia });
    assert!(quoted(&reply).contains("vouchers"), "{reply:?}");
}

#[test]
fn what_is_kept_or_dropped_is_what_the_message_shows() {
    let (mut office, [mia, ana]) = restored();
    let answers = |office: &mut Office, question: Seq, text: &str| {
        let relay = PostKey::Relay { of: question, to: person_id("priya") };
        let post = office.sends("priya", relay, &format!("{}.000001", 50 + question.0));
        let answer = office.happens(Event::QuestionAnswered {
            question,
            by: person_id("priya"),
            answer: Personal::new(person_id("priya"), text),
            place: None,
        });
        (post, answer)
    };
    let (_, of_mia) = answers(&mut office, mia, "vouchers are covered");
    let (post, of_ana) = answers(&mut office, ana, "so are they");
    let kept = |events: &[Event]| match events {
        [Event::AnswerKept { question, entry, .. }] => Some((*question, entry.clone())),
        _ => None,
    };
    let (events, reply) = office.clicks("priya", Some(post), Action::Keep { answer: of_mia });
    let (question, entry) = kept(&events).unwrap_or_else(|| panic!("{reply:?}"));
    assert_eq!((question, entry.as_str()), (ana, format!("kept-{}", of_ana.0).as_str()));
    let named = format!("kept-{}", of_mia.0).parse().unwrap();
    let drop = Action::Drop { initiative: payments_id(), entry: named };
    let (events, _) = office.clicks("priya", Some(post), drop);
    assert!(
        matches!(events.as_slice(), [Event::AnswerDropped { entry: of, .. }] if *of == entry),
        "{events:?}"
    );
}
