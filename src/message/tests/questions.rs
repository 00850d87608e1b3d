//! A question from both sides, at every step of its way.

use super::*;
use crate::domain::account::{Former, Turn};
use crate::domain::event::RefusedFor;
use crate::domain::ids::{FaqId, SlackUserId};
use crate::domain::waiting::waiting_for;

const ASKED: &str = "2026-12-07T09:00:00Z";
const LATER: &str = "2026-12-07T10:00:00Z";
const QUESTION: Seq = Seq(3);

/// Ana asks Priya about the payment calls.
fn asked() -> Story {
    Story::new().sent(ASKED, "ana", Touch::Pitch, &["checkout"]).said(
        ASKED,
        "ana",
        Said::Question,
        Some("Does the limit also cover gift cards?"),
    )
}

fn matched(story: Story) -> Story {
    let answer = Personal::new(person_id("ana"), "Yes. Gift cards go through the same call.");
    let entry = FaqId::parse("gift-cards").unwrap();
    story.then(ASKED, Event::QuestionMatched { question: QUESTION, entry, answer })
}

fn rated(story: Story, helped: bool) -> Story {
    story.then(LATER, Event::AnswerRated { question: QUESTION, helped })
}

fn answered(story: Story, text: &str) -> Story {
    let (by, answer) = (person_id("priya"), Personal::new(person_id("priya"), text));
    story.then(LATER, Event::QuestionAnswered { question: QUESTION, by, answer, place: None })
}

fn kept(story: Story) -> Story {
    let (by, answer) = (person_id("priya"), Personal::new(person_id("priya"), "Gift cards are covered."));
    let (entry, initiative) = (FaqId::parse("kept-4").unwrap(), payments_id());
    story.then(LATER, Event::AnswerKept { question: QUESTION, entry, initiative, by, answer })
}

fn edited(story: Story, of: Seq, who: &str, text: &str) -> Story {
    let (person, text) = (person_id(who), Personal::new(person_id(who), text));
    story.then(LATER, Event::MessageEdited { person, of, text })
}

fn deleted(story: Story, of: Seq, who: &str) -> Story {
    story.then(LATER, Event::MessageDeleted { person: person_id(who), of })
}

fn unplaced() -> Story {
    let event = Event::MessageReceived {
        person: person_id("ana"),
        initiative: None,
        said: Said::Question,
        text: Some(Personal::new(person_id("ana"), "Who does the work?")),
        place: None,
        thread: None,
        referral: None,
    };
    Story::new().sent(ASKED, "ana", Touch::Pitch, &["checkout"]).then(ASKED, event)
}

#[test]
fn a_question_reads_from_both_sides_as_it_stands() {
    let took = || asked().took(LATER, "ana", Stance::Considering, &["checkout"]);
    let stories = [
        ("asked", took()),
        ("answered by the FAQ", matched(asked())),
        ("which helped", rated(matched(asked()), true)),
        ("which didn't", rated(matched(asked()), false)),
        ("unplaced", unplaced()),
        (
            "unplaced, about something else",
            unplaced().then(LATER, Event::QuestionPlaced { question: QUESTION, initiative: None }),
        ),
        ("answered", answered(asked(), "Yes, from the first day.")),
        ("kept", kept(answered(asked(), "Yes, from the first day."))),
        ("changed", edited(asked(), QUESTION, "ana", "Does it also cover vouchers?")),
        ("taken back", deleted(asked(), QUESTION, "ana")),
        (
            "the answer changed",
            edited(answered(asked(), "Yes."), Seq(4), "priya", "Yes, with the second step."),
        ),
        ("the answer taken back", deleted(answered(asked(), "Yes."), Seq(4), "priya")),
    ];
    let program = program();
    let mut all = String::new();
    for (title, story) in stories {
        let mut show = |name: &str, key: PostKey| {
            let message = composed(&program, &story, &key, LATER);
            all.push_str(&format!(
                "━━━ {title}, {name}: {}\n\n{}\n",
                message.notification,
                to_text(&message)
            ));
        };
        show("to Ana", PostKey::Receipt { of: QUESTION, to: person_id("ana") });
        show("to Priya", PostKey::Relay { of: QUESTION, to: person_id("priya") });
        if let Some(of) = story.state().answers.keys().next() {
            show("the answer", PostKey::Answer { of: *of, to: person_id("ana") });
        }
    }
    let overdue = PostKey::Overdue { of: QUESTION, to: person_id("priya") };
    let message = composed(&program, &asked(), &overdue, "2026-12-08T10:00:00Z");
    all.push_str(&format!("━━━ overdue: {}\n\n{}\n", message.notification, to_text(&message)));
    insta::assert_snapshot!("questions", all);
}

#[test]
fn a_promise_names_the_readers_day() {
    // Seventeen o'clock in Lisbon on Tuesday is Wednesday in Auckland.
    let mut program = program();
    let ana = program.people.get_mut(&person_id("ana")).unwrap();
    ana.zone = Some(jiff::tz::TimeZone::get("Pacific/Auckland").unwrap());
    let receipt =
        composed(&program, &asked(), &PostKey::Receipt { of: QUESTION, to: person_id("ana") }, LATER);
    assert!(to_text(&receipt).contains("Priya answers you here by Wednesday 9 December."), "{receipt:#?}");
}

#[test]
fn the_words_of_a_question_that_was_taken_back_are_gone_from_its_relay() {
    let relay = PostKey::Relay { of: QUESTION, to: person_id("priya") };
    let message = composed(&program(), &deleted(asked(), QUESTION, "ana"), &relay, LATER);
    assert!(!to_text(&message).contains("gift cards") && !message.notification.contains("gift cards"));
    assert_eq!(message.buttons, []);
}

#[test]
fn a_question_that_cannot_be_answered_says_so_and_offers_no_answer() {
    let [former, slack] = ["U1", "U2"].map(|account| SlackUserId::parse(account).unwrap());
    let replaces = Some(Former { slack: former.clone(), turn: Turn::Replaced });
    let linked = |slack: &SlackUserId, replaces| Event::PersonLinked {
        person: person_id("ana"),
        slack: slack.clone(),
        proof: None,
        replaces,
    };
    let asked = || asked().then(LATER, linked(&former, None));
    let key = PostKey::Relay { of: QUESTION, to: person_id("priya") };
    let shown = |program: &Program, story: Story| {
        let state = story.state();
        let message = composed(program, &story, &key, LATER);
        let waiting = waiting_for(program, &state, &person_id("priya"));
        let unconfirmed = waiting.first().map(|waiting| waiting.unconfirmed.map(|entry| entry.id.clone()));
        (format!("{:?}", message.parts), message.buttons.len(), unconfirmed)
    };
    let program = program();
    let (_, buttons, unconfirmed) = shown(&program, asked());
    assert_eq!((buttons, unconfirmed), (1, Some(None)));
    let replaced = || asked().then(LATER, linked(&slack, replaces.clone()));
    let (says, buttons, unconfirmed) = shown(&program, replaced());
    assert!(says.contains("same @ana"), "{says}");
    assert_eq!((buttons, unconfirmed), (0, Some(Some(person_id("ana")))));
    let (person, by) = (person_id("ana"), person_id("priya"));
    let another = replaced().then(LATER, Event::AccountConfirmed { person, by, same: false });
    let mut left = program.clone();
    left.people.remove(&person_id("ana"));
    for (program, story) in [(&program, another), (&left, asked())] {
        let (says, buttons, unconfirmed) = shown(program, story);
        assert!(says.contains("isn't in people.toml"), "{says}");
        assert_eq!((buttons, unconfirmed), (0, None));
    }
}

#[test]
fn a_receipt_says_what_became_of_the_answer() {
    let check = |end: fn(PostId) -> Event, expected: &str| {
        let story = answered(asked(), "Yes.");
        let (of, _) = story.state().answers_to(QUESTION).next().map(|(of, by)| (of, by.at)).unwrap();
        let key = PostKey::Answer { of, to: person_id("ana") };
        let deadline = at(LATER);
        let intended = Event::PostIntended {
            key: key.clone(),
            attempt: 1,
            deadline,
            teams: Vec::new(),
            audience: None,
            lists: Vec::new(),
            found_as: None,
        };
        let story = story.then(LATER, intended).then(LATER, end(key.id()));
        let receipt = PostKey::Receipt { of: QUESTION, to: person_id("ana") };
        let text = composed(&program(), &story, &receipt, LATER).notification;
        assert!(text.ends_with(expected), "{text}");
        let notice = PostKey::Notice { to: person_id("priya"), notice: Notice::Unknown { post: key.id() } };
        let text = to_text(&composed(&program(), &story, &notice, LATER));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let unknown = |post| Event::PostUnknown { post, attempt: 1 };
    let notice = check(unknown, "I can't tell whether the message arrived: if you don't see it, ask Priya.");
    assert!(notice.starts_with("I can't tell whether the answer to a question reached Ana"), "{notice}");
    assert!(notice.contains("ask Ana whether it arrived, and answer it yourself if it didn't."), "{notice}");
    let refused = |post| Event::PostRefused {
        post,
        attempt: 1,
        because: RefusedFor::Content,
        code: "invalid_blocks".to_owned(),
        version: None,
    };
    check(refused, "but Slack refused the message. Ask Priya directly.");
    let deferred = |post| Event::PostDeferred {
        post,
        attempt: 1,
        until: at(LATER),
        code: "ratelimited".to_owned(),
        strange: false,
    };
    check(deferred, "in a message of its own.");
}
