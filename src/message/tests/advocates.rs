//! What advocates are told, and what people are told of that.

use super::*;

#[test]
fn relays_tell_the_advocate_who_said_what_and_what_to_do() {
    let cases = [
        ("ana", Said::Question, Some("Does this touch gift cards?")),
        ("ben", Said::Talk, None),
        ("dev", Said::Concern, Some("A deadline may double-charge.\nHave you asked the provider?")),
        ("ana", Said::Correction, Some("It was 13, one was a drill.")),
        ("noor", Said::Referral, Some("Mia decides that.")),
    ];
    let mut all = String::new();
    for (person, said, text) in cases {
        let story = Story::new().sent(MONDAY, person, Touch::Pitch, &[]).said(MONDAY, person, said, text);
        let relay = PostKey::Relay { of: Seq(3), to: person_id("priya") };
        let receipt = PostKey::Receipt { of: Seq(3), to: person_id(person) };
        let relay = composed(&program(), &story, &relay, MONDAY);
        let receipt = composed(&program(), &story, &receipt, MONDAY);
        all.push_str(&format!("━━━ {said:?}, to Priya: {}\n\n{}\n", relay.notification, to_text(&relay)));
        all.push_str(&format!("━━━ {said:?}, back: {}\n\n{}\n", receipt.notification, to_text(&receipt)));
    }
    insta::assert_snapshot!("relays", all);
}

#[test]
fn a_concern_can_be_settled_once() {
    let story = Story::new().sent(MONDAY, "dev", Touch::Pitch, &["checkout"]).said(
        MONDAY,
        "dev",
        Said::Concern,
        Some("no"),
    );
    let relay = PostKey::Relay { of: Seq(3), to: person_id("priya") };
    let before = composed(&program(), &story, &relay, MONDAY);
    assert_eq!(before.buttons[0].action, Action::ReleaseConcern);
    let (person, initiative, by) = (person_id("dev"), payments_id(), person_id("priya"));
    let quarter = "2027-Q1".parse().unwrap();
    let story = story.then(MONDAY, Event::ConcernReleased { person, initiative, quarter, by });
    let after = composed(&program(), &story, &relay, MONDAY);
    assert_eq!(after.buttons, []);
    assert_eq!(after.recorded.unwrap().plain(), "Settled: messages to Dev about this may go on.");
}

#[test]
fn words_that_were_deleted_are_not_relayed() {
    let event = Event::MessageReceived {
        person: person_id("ana"),
        initiative: None,
        said: Said::Question,
        text: Some(Personal::Forgotten),
        place: None,
        thread: None,
        referral: None,
    };
    let story = Story::new().then(MONDAY, event);
    let relay = composed(&program(), &story, &PostKey::Relay { of: Seq(1), to: person_id("priya") }, MONDAY);
    assert!(to_text(&relay).contains("Their words have been deleted for good."));
}

#[test]
fn notices_say_what_happened_and_what_to_do() {
    let (initiative, quarter) = (payments_id(), "2027-Q1".parse().unwrap());
    let pause = |reason| Story::new().then(MONDAY, Event::PostingPaused { reason });
    let paused = || Notice::Paused { since: Seq(1) };
    let disagreement = Story::new().took(MONDAY, "ana", Stance::Committed, &["checkout"]).took(
        MONDAY,
        "ben",
        Stance::Declined,
        &["checkout"],
    );
    let unreachable = Story::new().sent(MONDAY, "ana", Touch::Pitch, &["checkout"]);
    let resumed = pause(PauseReason::Unproven).then(MONDAY, Event::PostingResumed { by: person_id("priya") });
    let cases = [
        ("unreachable", unreachable, Notice::Unreachable { person: person_id("ana") }),
        (
            "unknown",
            Story::new().sent(MONDAY, "ana", Touch::HeadsUp, &["checkout"]),
            Notice::Unknown { post: key("ana", Touch::HeadsUp).id() },
        ),
        ("late", Story::new(), Notice::Late { initiative: initiative.clone(), quarter }),
        (
            "disagreement",
            disagreement,
            Notice::Disagreement { initiative, team: team_id("checkout"), quarter, since: Seq(2) },
        ),
        ("paused, asked", pause(PauseReason::Asked { by: person_id("sam") }), paused()),
        ("paused, unproven", pause(PauseReason::Unproven), paused()),
        (
            "paused, configuration",
            pause(PauseReason::Configuration { code: "missing_scope".into() }),
            paused(),
        ),
        ("first start", pause(PauseReason::FirstStart { denied_by: None }), paused()),
        (
            "not the first start",
            pause(PauseReason::FirstStart { denied_by: Some(person_id("sam")) }),
            paused(),
        ),
        ("resumed", resumed, paused()),
    ];
    let mut all = String::new();
    for (title, story, notice) in cases {
        let key = PostKey::Notice { to: person_id("priya"), notice };
        let message = composed(&program(), &story, &key, MONDAY);
        all.push_str(&format!("━━━ {title}: {}\n\n{}\n", message.notification, to_text(&message)));
    }
    insta::assert_snapshot!("notices", all);
}
