//! Messages that were answered, or that need no answer any more.

use super::*;

#[test]
fn an_answered_message_says_what_was_recorded_and_loses_its_buttons() {
    let pitch =
        |person: &str, teams: &[&str]| Story::new().sent("2026-12-07T09:00:00Z", person, Touch::Pitch, teams);
    let reason = |story: Story, follow_up| {
        let reason = Personal::new(person_id("ana"), "full quarter");
        let (person, initiative) = (person_id("ana"), payments_id());
        let quarter = "2027-Q1".parse().unwrap();
        story.then(
            "2026-12-08T09:01:00Z",
            Event::ReasonGiven { person, initiative, quarter, reason, follow_up },
        )
    };
    let took = |person: &str, stance, teams: &[&str]| {
        pitch(person, teams).took("2026-12-08T09:00:00Z", person, stance, teams)
    };
    let released = took("ana", Stance::Concerned, &["checkout"]).then(
        "2026-12-09T09:00:00Z",
        Event::ConcernReleased {
            person: person_id("ana"),
            initiative: payments_id(),
            quarter: "2027-Q1".parse().unwrap(),
            by: person_id("priya"),
        },
    );
    let both = ["checkout", "partners"];
    let mixed = took("mia", Stance::Committed, &both).took(
        "2026-12-09T09:00:00Z",
        "mia",
        Stance::Declined,
        &["partners"],
    );
    let stories = [
        ("committed", "ana", took("ana", Stance::Committed, &["checkout"])),
        ("first step", "ben", took("ben", Stance::FirstStep, &["checkout"])),
        ("backed by an executive, each ask named", "carla", took("carla", Stance::Supportive, &both)),
        ("looks right to an engineer", "dev", took("dev", Stance::Supportive, &["checkout"])),
        ("wants to talk", "ana", took("ana", Stance::Considering, &["checkout"])),
        ("concerned", "ana", took("ana", Stance::Concerned, &["checkout"])),
        ("concerned, then settled", "ana", released),
        ("declined", "ana", took("ana", Stance::Declined, &["checkout"])),
        ("declined by an executive", "carla", took("carla", Stance::Declined, &both)),
        ("declined with a reason", "ana", reason(took("ana", Stance::Declined, &["checkout"]), false)),
        ("declined, wants to hear more", "ana", reason(took("ana", Stance::Declined, &["checkout"]), true)),
        ("two teams, two answers", "mia", mixed),
    ];
    let program = program();
    let mut all = String::new();
    for (title, person, story) in stories {
        for (when, now) in [("before", "2026-12-10T12:00:00Z"), ("after", "2027-01-15T17:00:00Z")] {
            let message = composed(&program, &story, &key(person, Touch::Pitch), now);
            let recorded = message.recorded.unwrap().plain();
            let (buttons, menu) = (labels(&message.buttons), labels(&message.overflow));
            assert!(when == "before" || buttons.is_empty(), "{title}: nothing changes after the freeze");
            assert!(!menu.contains(&"Remind me later"), "{title}");
            all.push_str(&format!("{title}, {when} the freeze\n  {recorded}\n  {}\n", buttons.join(" | ")));
        }
    }
    insta::assert_snapshot!("recorded", all);
}

#[test]
fn an_answer_recorded_by_the_advocate_says_so() {
    let event = Event::StanceTaken {
        person: person_id("ana"),
        initiative: payments_id(),
        teams: vec![team_id("checkout")],
        quarter: "2027-Q1".parse().unwrap(),
        stance: Stance::Declined,
        how: How::Recorded { by: person_id("priya") },
    };
    let story = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]).then(MONDAY, event);
    let message = composed(&program(), &story, &key("ana", Touch::Pitch), MONDAY);
    assert!(message.recorded.unwrap().plain().starts_with("Recorded by Priya: not this quarter."));
    assert_eq!(labels(&message.buttons), ["Change"]);
}

#[test]
fn change_brings_the_buttons_back_and_keeps_the_answer() {
    let story = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]).took(
        MONDAY,
        "ana",
        Stance::Declined,
        &["checkout"],
    );
    let (program, state) = (program(), story.state());
    let open = |now| {
        let (key, seen) = (key("ana", Touch::Pitch), Observations::default());
        let teams = [team_id("checkout")];
        compose_unanswered(&program, &state, &seen, &key, &teams, Some(Audience::Product), at(now)).unwrap()
    };
    let message = open(MONDAY);
    assert_eq!(message.recorded.unwrap().plain(), "Until you choose again, this stands: not this quarter.");
    assert_eq!(
        labels(&message.buttons),
        ["Put in our plan", "First step only", "Let's talk", "Not this quarter"]
    );
    assert!(open("2027-01-15T17:00:00Z").buttons.is_empty(), "frozen");
}

#[test]
fn a_heads_up_that_looks_right_waits_for_the_proposal() {
    let event = Event::HeadsUpConfirmed {
        person: person_id("ana"),
        initiative: payments_id(),
        quarter: "2027-Q1".parse().unwrap(),
    };
    let story = Story::new()
        .sent(MONDAY, "ana", Touch::HeadsUp, &["checkout"])
        .sent(MONDAY, "ana", Touch::Pitch, &["checkout"])
        .then(MONDAY, event);
    let heads_up = composed(&program(), &story, &key("ana", Touch::HeadsUp), MONDAY);
    assert_eq!(labels(&heads_up.buttons), ["Change"]);
    assert!(heads_up.recorded.unwrap().plain().starts_with("Recorded: it looks right to you."));
    let pitch = composed(&program(), &story, &key("ana", Touch::Pitch), MONDAY);
    assert_eq!(pitch.recorded, None, "a heads-up that is right is no answer to the pitch");
}

#[test]
fn a_message_that_nobody_answered_stops_asking() {
    let pitch = || Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    let check = |program: &Program, story: &Story, now: &str, expected: &str| {
        let message = composed(program, story, &key("ana", Touch::Pitch), now);
        assert_eq!(message.recorded.unwrap().plain(), expected);
        assert!(message.buttons.iter().all(|button| button.action == Action::UndoStop), "{expected}");
    };
    check(
        &program(),
        &pitch(),
        "2027-01-15T17:00:00Z",
        "Plans froze on Friday 15 January; no answer is needed any more.",
    );
    let planned = Event::ItemPlanned {
        initiative: payments_id(),
        team: team_id("checkout"),
        quarter: "2027-Q1".parse().unwrap(),
        by: person_id("priya"),
        link: None,
    };
    check(
        &program(),
        &pitch().then(MONDAY, planned),
        MONDAY,
        "This is in Checkout's plan for Q1 now; no answer is needed any more.",
    );
    check(
        &program(),
        &pitch().then(MONDAY, Event::Stopped { person: person_id("ana"), initiative: None }),
        MONDAY,
        "Stopped: no more messages come to you. You can undo this at any time.",
    );
    check(
        &with(|initiative| initiative.withdrawn = true),
        &pitch(),
        MONDAY,
        "Priya has withdrawn this. Nothing is asked of you any more.",
    );
}

#[test]
fn a_sent_message_of_an_initiative_that_is_gone_says_so() {
    let story = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    let mut program = program();
    program.initiatives.clear();
    let message = composed(&program, &story, &key("ana", Touch::Pitch), MONDAY);
    assert_eq!(to_text(&message), "Its advocate has withdrawn this. Nothing is asked of you any more.\n");
    // What was never sent isn't sent now.
    let (state, seen) = (State::default(), Observations::default());
    let unsent = compose(&program, &state, &seen, &key("ana", Touch::Pitch), &[], None, monday());
    assert!(matches!(unsent, Err(Unsayable::NoInitiative(_))));
}
