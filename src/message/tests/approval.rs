//! What advocates see before a message goes, and what they change in it before and after.

use super::*;
use crate::domain::event::{Referral, Stage};
use crate::domain::state::State;
use crate::message::{Queue, Queued, as_read, draft, faults_of, known_about, review, superseded};

fn delivery(person: &str, touch: Touch) -> DeliveryKey {
    key(person, touch).delivery().unwrap().clone()
}

fn edited(story: Story, prose: &str) -> Story {
    let prose = Some(Personal::new(person_id("ana"), prose));
    let (delivery, by) = (delivery("ana", Touch::Pitch), person_id("priya"));
    story.then(MONDAY, Event::DeliveryEdited { delivery, by, prose })
}

fn corrected(story: Story, at: &str, what: &str) -> Story {
    let (by, quarter) = (person_id("priya"), "2027-Q1".parse().unwrap());
    let what = Personal::new(by.clone(), what);
    story.then(at, Event::Corrected { initiative: payments_id(), quarter, by, what })
}

fn recalled(story: Story, at: &str, recalled: bool) -> Story {
    let (by, quarter) = (person_id("priya"), "2027-Q1".parse().unwrap());
    story.then(at, Event::Recalled { initiative: payments_id(), quarter, by, recalled })
}

fn whole(message: &Message) -> String {
    crate::message::to_text(message)
}

#[test]
fn rewriting_keeps_the_ask_the_hours_the_buttons_and_the_footer() {
    let program = program();
    let plain = composed(&program, &Story::new(), &key("ana", Touch::Pitch), MONDAY);
    let story = edited(Story::new(), "We lost an afternoon to this.\n\nIt will happen again.");
    let edited = composed(&program, &story, &key("ana", Touch::Pitch), MONDAY);
    let text = |message: &Message| {
        let paragraph = |part: &Part| match part {
            Part::Paragraph(paragraph) => Some(paragraph.plain()),
            _ => None,
        };
        message.parts.iter().filter_map(paragraph).collect::<Vec<_>>()
    };
    let (before, after) = (text(&plain), text(&edited));
    assert_eq!(after[..2], ["We lost an afternoon to this.", "It will happen again."]);
    assert!(before.contains(&after[2]), "the ask: {after:?}");
    assert!(after[3].contains("Tue 8 Dec 12:00"), "the office hours: {after:?}");
    assert_eq!(
        (&plain.buttons, &plain.overflow, &plain.footer),
        (&edited.buttons, &edited.overflow, &edited.footer)
    );
    assert_eq!(edited.notification, "We lost an afternoon to this.");
}

#[test]
fn a_draft_is_what_may_be_changed_and_its_faults_are_named() {
    let (program, state, seen) = (program(), State::default(), Observations::default());
    let of = delivery("ana", Touch::Pitch);
    let draft = draft(&program, &state, &seen, &of, at(MONDAY)).unwrap();
    assert!(draft.prose[0].starts_with("Ana, "), "{draft:?}");
    assert!(draft.kept.iter().any(|kept| kept.contains('?')), "{draft:?}");
    let check = |prose: &str, expected: usize| {
        let faults = faults_of(&program, &state, &seen, &of, prose, at(MONDAY)).unwrap();
        assert_eq!(faults.len(), expected, "{faults:?}");
    };
    check("It hangs.", 0);
    check("It hangs! The mutex!", 2);
    check(&"word ".repeat(130), 1);
}

#[test]
fn a_sent_copy_says_what_was_corrected_since_and_nothing_before() {
    let story = Story::new();
    let story = corrected(story, "2026-12-01T09:00:00Z", "An older mistake.");
    let story = story.sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    let story = corrected(story, "2026-12-12T09:00:00Z", "It was 14 incidents, not 41.");
    let message = composed(&program(), &story, &key("ana", Touch::Pitch), "2026-12-13T09:00:00Z");
    let text = whole(&message);
    assert!(text.contains("Corrected on 12 Dec: It was 14 incidents, not 41."), "{text}");
    assert!(!text.contains("An older mistake"), "{text}");
    assert!(!message.buttons.is_empty());
}

#[test]
fn a_message_that_was_taken_back_asks_nothing_until_it_stands_again() {
    let story = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    let story = recalled(story, "2026-12-09T09:00:00Z", true);
    let message = composed(&program(), &story, &key("ana", Touch::Pitch), "2026-12-10T09:00:00Z");
    assert_eq!(
        message.notification,
        "Priya took this message back on Wednesday 9 December. Nothing is asked of you."
    );
    assert_eq!((message.parts.len(), message.buttons.len()), (1, 0));
    assert_eq!(labels(&message.overflow), ["Stop these messages"]);
    let story = recalled(story, "2026-12-11T09:00:00Z", false);
    let message = composed(&program(), &story, &key("ana", Touch::Pitch), "2026-12-12T09:00:00Z");
    assert!(!message.buttons.is_empty());
}

#[test]
fn reviews_and_rehearsals_read_as_approved() {
    let (program, state, seen) = (program(), State::default(), Observations::default());
    let queued = |person: &str, due: &str| Queued {
        delivery: delivery(person, Touch::Pitch),
        due: at(due),
        expires: at("2026-12-10T08:00:00Z"),
    };
    let two = [queued("ana", "2026-12-07T12:00:00Z"), queued("ben", "2026-12-07T08:00:00Z")];
    let mut all = String::new();
    let mut show =
        |title: &str, message: &Message| all.push_str(&format!("━━━ {title}\n\n{}\n", whole(message)));
    let to = person_id("priya");
    let payments = payments_id();
    let reviewed = |waiting: &[Queued], until: &str, now: &str| {
        let of = Queue { initiative: &payments, waiting, until: Some(at(until)) };
        review(&program, &state, &seen, of, &to, at(now)).unwrap()
    };
    show("Two wait", &reviewed(&two, "2026-12-09T00:00:00Z", "2026-12-04T09:00:00Z"));
    show("It will soon be too late", &reviewed(&two, "2026-12-11T00:00:00Z", "2026-12-09T09:00:00Z"));
    show("One, and too late soon", &reviewed(&two[..1], "2026-12-11T00:00:00Z", "2026-12-04T09:00:00Z"));
    let many: Vec<Queued> = std::iter::repeat_n(two[0].clone(), 12).collect();
    let shown = reviewed(&many, "2026-12-09T00:00:00Z", MONDAY);
    assert_eq!(shown.parts.iter().filter(|part| matches!(part, Part::Row { .. })).count(), 10);
    show("Nothing waits", &reviewed(&[], "2026-12-09T00:00:00Z", MONDAY));
    let newer = at("2026-12-08T09:00:00Z");
    show("A newer one came", &superseded(&program, &seen, &payments, &to, newer).unwrap());
    let rehearsal = PostKey::Rehearsal { to: to.clone(), delivery: delivery("ana", Touch::Pitch) };
    show("Rehearsal", &composed(&program, &Story::new(), &rehearsal, MONDAY));
    insta::assert_snapshot!("reviews", all);
    assert!(as_read(&program, &state, &seen, &two[0].delivery, at(MONDAY)).unwrap().len() > 3);
    assert!(Stage::Rehearsal < Stage::Few && Stage::Few < Stage::All);
}

#[test]
fn a_referral_names_whom_they_meant_and_says_what_was_decided() {
    let referral = Some(Referral { whom: Some("U0NOOR00".parse().unwrap()), decides: true });
    let story = Story::new().then(
        MONDAY,
        Event::MessageReceived {
            person: person_id("ana"),
            initiative: Some(payments_id()),
            said: Said::Referral,
            text: None,
            place: None,
            thread: None,
            referral,
        },
    );
    let of = story.state().head;
    let relay = PostKey::Relay { of, to: person_id("priya") };
    let open = composed(&program(), &story, &relay, MONDAY);
    assert!(whole(&open).contains("says that someone else decides on"), "{}", whole(&open));
    assert_eq!(labels(&open.buttons), ["Approach them", "Let it be"]);
    let receipt = PostKey::Receipt { of, to: person_id("ana") };
    let promises = |story: &Story| {
        let text = whole(&composed(&program(), story, &receipt, MONDAY));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let until = "Until then I won't send you anything more about it.";
    assert!(promises(&story).contains(until), "{}", promises(&story));
    let approached = story.clone().then(
        MONDAY,
        Event::Approached {
            referral: of,
            by: person_id("priya"),
            person: person_id("noor"),
            slack: "U0NOOR00".parse().unwrap(),
            name: None,
            initiative: payments_id(),
            audience: Audience::EngineeringManager,
            teams: vec![team_id("checkout")],
            decides: true,
        },
    );
    let text = promises(&approached);
    assert!(text.contains("asks the person who decides now.") && !text.contains("Until then"), "{text}");
    let story = story.then(MONDAY, Event::ReferralDismissed { referral: of, by: person_id("priya") });
    let settled = composed(&program(), &story, &relay, MONDAY);
    assert_eq!(settled.recorded.unwrap().plain(), "You decided to let it be.");
    let text = promises(&story);
    assert!(text.contains("decided to leave it with you, so messages about it may come again."), "{text}");
    assert!(!text.contains("Until then"), "{text}");
    assert!(settled.buttons.is_empty());
}

#[test]
fn what_is_known_is_about_the_reader_alone() {
    let story = Story::new()
        .sent(MONDAY, "ana", Touch::Pitch, &["checkout"])
        .sent(MONDAY, "ben", Touch::Pitch, &["checkout"])
        .took(MONDAY, "ana", Stance::Declined, &["checkout"])
        .took(MONDAY, "ben", Stance::Committed, &["checkout"])
        .said(MONDAY, "ana", Said::Question, Some("Who pays for it?"))
        .said(MONDAY, "ben", Said::Concern, Some("Ben's own worry"));
    let program = program();
    let (state, seen) = (story.state(), Observations::default());
    let modal = known_about(&program, &state, &seen, &program.people[&person_id("ana")], at(MONDAY));
    let text = crate::message::modal_to_text(&modal);
    assert!(text.contains("Who pays for it?") && text.contains("not this quarter"), "{text}");
    assert!(text.contains("Priya"), "who sees it: {text}");
    assert!(!text.contains("Ben") && !text.contains("you plan it"), "{text}");
}
