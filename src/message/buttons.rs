//! The buttons of a campaign message, by audience and touch (point 11).

use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::initiative::Ask;
use crate::domain::message::{Action, Answer, Button, Look};

use super::case::Case;

pub(super) fn button(label: &str, action: Action, look: Look) -> Button {
    Button { label: label.to_owned(), action, look }
}

fn primary(label: &str, action: Action) -> Button {
    button(label, action, Look::Primary)
}

fn plain(label: &str, action: Action) -> Button {
    button(label, action, Look::Plain)
}

/// *Book a time*, about the message's own initiative.
pub(super) fn book() -> Button {
    plain("Book a time", Action::Book { initiative: None, host: None })
}

/// What is visible on a message that waits for an answer.
pub(super) fn visible(case: &Case<'_>, touch: Touch) -> Vec<Button> {
    let looks_right = |look| button("Looks right", Action::Answer(Answer::LooksRight), look);
    match (touch, case.audience) {
        (Touch::FollowUp, _) => Vec::new(),
        (Touch::HeadsUp, _) => {
            vec![looks_right(Look::Primary), plain("Something's wrong", Action::Wrong), book()]
        }
        (Touch::LastCall, Audience::Product | Audience::EngineeringManager) => {
            vec![
                primary("Put in our plan", Action::Answer(Answer::PlanIt)),
                plain("Not this quarter", Action::Answer(Answer::No)),
                book(),
            ]
        }
        (Touch::Pitch | Touch::Reminder, Audience::Product | Audience::EngineeringManager) => {
            let mut buttons = vec![primary("Put in our plan", Action::Answer(Answer::PlanIt))];
            if case.asks().any(Ask::is_larger_than_first_step) {
                buttons.push(plain("First step only", Action::Answer(Answer::FirstStep)));
            }
            buttons.push(plain("Let's talk", Action::Answer(Answer::Talk)));
            buttons.push(plain("Not this quarter", Action::Answer(Answer::No)));
            buttons
        }
        (Touch::Pitch | Touch::Reminder | Touch::LastCall, Audience::Executive) => vec![
            primary("I'll back it", Action::Answer(Answer::BackIt)),
            plain("Let's talk", Action::Answer(Answer::Talk)),
            plain("Not now", Action::Answer(Answer::No)),
        ],
        (Touch::Pitch | Touch::Reminder | Touch::LastCall, Audience::Engineer) => {
            let concern = plain("I have a concern", Action::Concern);
            match &case.initiative.design {
                Some(design) => {
                    let open = Action::Open { url: design.url.clone() };
                    vec![primary("Open the design", open), looks_right(Look::Plain), concern]
                }
                None => vec![looks_right(Look::Primary), concern],
            }
        }
    }
}

/// What is behind the three dots. `answered` is `None` while the buttons are there, and the stance (if
/// one was taken) once they are gone.
pub(super) fn overflow(audience: Audience, touch: Touch, answered: Option<Option<Stance>>) -> Vec<Button> {
    let numbers = || plain("Where the numbers come from, and why me", Action::Numbers);
    let concern = || plain("I have a concern", Action::Concern);
    let later = || plain("Remind me later", Action::Later);
    let someone_else = || plain("Someone else decides, or is missing", Action::SomeoneElse);
    let stop = || button("Stop these messages", Action::Stop, Look::Danger);
    if touch == Touch::FollowUp {
        return vec![numbers(), book(), stop()];
    }
    match (answered, audience) {
        // An engineer's concern is a button of its own, except on a heads-up.
        (None, Audience::Engineer) if touch != Touch::HeadsUp => {
            vec![numbers(), book(), later(), someone_else(), stop()]
        }
        (None, _) => vec![numbers(), concern(), later(), someone_else(), stop()],
        (Some(Some(Stance::Concerned)), _) => vec![numbers(), book(), someone_else(), stop()],
        (Some(_), _) => vec![numbers(), book(), concern(), someone_else(), stop()],
    }
}
