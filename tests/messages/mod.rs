//! Every message that the sample organisation would get, held against the points of a message.

use std::path::Path;

use canvass::domain::engagement::{Audience, Touch};
use canvass::domain::message::Message;
use canvass::domain::observation::Observations;
use canvass::domain::program::Program;
use canvass::domain::state::State;
use canvass::message::{limits, preview, to_text};

/// A message, to whom, and which.
struct Sent {
    title: String,
    audience: Audience,
    touch: Touch,
    message: Message,
    text: String,
}

/// A day on which a touch of the sample's cadence goes out.
fn day(touch: Touch) -> &'static str {
    match touch {
        Touch::HeadsUp => "2026-11-16T10:00:00Z",
        Touch::Pitch => "2026-12-07T10:00:00Z",
        Touch::Reminder => "2026-12-17T10:00:00Z",
        Touch::LastCall => "2027-01-11T10:00:00Z",
        Touch::FollowUp => "2027-01-20T10:00:00Z",
    }
}

/// Only product and engineering managers get a last call.
fn gets(audience: Audience, touch: Touch) -> bool {
    touch != Touch::LastCall || matches!(audience, Audience::Product | Audience::EngineeringManager)
}

fn sample() -> (Program, Vec<Sent>) {
    let program = canvass::config::load(Path::new("config")).unwrap().program;
    let (state, seen) = (State::default(), Observations::default());
    let mut all = Vec::new();
    for initiative in &program.initiatives {
        for stakeholder in program.stakeholders(initiative) {
            let (person, audience) = (&program.people[&stakeholder.person], stakeholder.audience);
            for touch in Touch::ALL.into_iter().filter(|touch| gets(audience, *touch)) {
                let now = day(touch).parse().unwrap();
                let title = format!("{} of {} to {}", touch.word(), initiative.id, person.id);
                let message = preview(&program, &state, &seen, initiative, person, touch, now)
                    .unwrap_or_else(|fault| panic!("{title}: {fault}"));
                let text = to_text(&message).split_whitespace().collect::<Vec<_>>().join(" ");
                all.push(Sent { title, audience, touch, message, text });
            }
        }
    }
    (program, all)
}

#[test]
fn no_message_of_the_sample_breaks_a_limit() {
    let (_, all) = sample();
    assert!(all.len() > 100, "every stakeholder of three initiatives");
    for sent in &all {
        let faults = limits::faults(&sent.message, sent.audience, sent.touch);
        assert_eq!(faults, [], "{}: {}", sent.title, sent.text);
    }
}

#[test]
fn every_message_opens_with_the_reader_and_something_for_them() {
    let (program, all) = sample();
    for sent in all.iter().filter(|sent| sent.touch != Touch::FollowUp) {
        let lock_screen: String = sent.message.notification.chars().take(limits::LOCK_SCREEN).collect();
        let (_, rest) = lock_screen.split_once(", ").unwrap_or_else(|| panic!("{lock_screen}"));
        let first = rest.chars().next().unwrap();
        let is_team = program.teams.values().any(|team| rest.starts_with(&team.name));
        assert!(first.is_lowercase() || first.is_numeric() || is_team, "{lock_screen}");
        if sent.touch != Touch::Reminder {
            assert!(rest.chars().any(|letter| letter.is_ascii_digit()), "a consequence: {lock_screen}");
        }
    }
}

#[test]
fn every_message_keeps_the_points_of_its_touch() {
    for sent in &sample().1 {
        let has = |needle: &str| {
            assert!(sent.text.contains(needle), "{} lacks {needle:?}: {}", sent.title, sent.text);
        };
        has("Priya's bot, sent only to you; only Priya sees your answer.");
        match sent.touch {
            Touch::HeadsUp => {
                has("planning for Q1 opens on Monday 14 December");
                has("ell me what I have wrong");
            }
            Touch::Pitch | Touch::Reminder | Touch::LastCall => {
                has("reeze on");
                has("15");
                has("your time.");
                match sent.audience {
                    Audience::Product => has("A no is fine"),
                    Audience::EngineeringManager if sent.touch == Touch::LastCall => has("A no is fine"),
                    Audience::EngineeringManager => has("say no; the reason helps."),
                    Audience::Executive => has("A no is fine too."),
                    Audience::Engineer => has("is a useful answer."),
                }
            }
            Touch::FollowUp => has("Nothing is asked of you."),
        }
        if sent.touch == Touch::LastCall {
            has("I won't ask again before the next planning.");
        }
        if matches!(sent.touch, Touch::Pitch | Touch::LastCall) {
            assert!(
                ["estimate", "guess"].iter().any(|word| sent.text.contains(word)),
                "effort and share are estimates: {}",
                sent.text
            );
        }
    }
}

#[test]
fn nothing_is_left_unfilled_or_doubled() {
    for sent in &sample().1 {
        for flaw in ["{{", "}}", " ,", " .", "..", ",,", "()", "about about", "a no no"] {
            let prose = sent.text.replace("Leave it alone, because…", "");
            assert!(!prose.contains(flaw), "{} has {flaw:?}: {}", sent.title, sent.text);
        }
    }
}
