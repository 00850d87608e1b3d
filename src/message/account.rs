//! What advocates are told about somebody's Slack account: that it is another, or that none is believed.

use crate::domain::account::{Disbelief, Turn};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Action, Button, Look, Paragraph, Part, Span};
use crate::domain::program::Program;
use crate::domain::state::{AccountTurn, State};

use super::buttons::button;

/// What there is to say, and what to do about it.
pub(super) struct Told {
    pub(super) first: String,
    pub(super) parts: Vec<Part>,
    pub(super) buttons: Vec<Button>,
}

/// The news of record `since` about the account of `id`.
pub(super) fn news(program: &Program, state: &State, id: &PersonId, since: Seq) -> Told {
    let name = program.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone());
    let short = program.people.get(id).map_or_else(|| id.to_string(), |person| person.given_name.clone());
    let known = state.person(id);
    let news = known.and_then(|known| known.account.as_ref()).filter(|news| news.since == since);
    match news.map(|news| &news.what) {
        None => told(
            format!("This notice about {name}'s Slack account is out of date."),
            "Nothing to do here.".into(),
        ),
        Some(AccountTurn::Changed { from, .. }) if from.turn == Turn::Corrected => {
            let mut told = told(
                format!("{name}'s Slack account was corrected."),
                format!(
                    "The former one can't see or do anything as {short} any more. What it answered, asked and booked stays with it, and {short} starts afresh. What advocates recorded about {short} is kept."
                ),
            );
            let spans = vec![
                Span::Text("The former account is ".into()),
                Span::Mention(from.slack.clone()),
                Span::Text(".".into()),
            ];
            told.parts.push(Part::Small(Paragraph(spans)));
            told
        }
        Some(AccountTurn::Changed { confirmed: Some((_, true)), .. }) => told(
            format!("{name} has a new Slack account. It's the same person."),
            format!("Everything the former account answered, asked and booked is {short}'s again."),
        ),
        Some(AccountTurn::Changed { confirmed: Some((_, false)), .. }) => told(
            format!("{name}'s former Slack account belonged to somebody else."),
            format!("What it answered, asked and booked stays separate from {short}."),
        ),
        Some(AccountTurn::Changed { .. }) => {
            let mut told = told(
                format!("{name} has a new Slack account; the former one is gone."),
                format!(
                    "Is it the same person? Your answer can't be changed later. Until you answer, what the former account answered, asked and booked isn't shown as {short}'s, and I don't write to {short} about anything that account had answered. Nothing is sent twice, and a stop or a snooze still counts."
                ),
            );
            if known.is_some_and(|known| !known.apart.is_empty()) {
                let says = |same| Action::SameHuman { person: id.clone(), same };
                told.buttons = vec![
                    button("Same person", says(true), Look::Primary),
                    button("Somebody else", says(false), Look::Plain),
                ];
            }
            told
        }
        Some(AccountTurn::Refused { because, .. }) => {
            let first = match because {
                Disbelief::Several => {
                    format!(
                        "Two Slack accounts have {name}'s e-mail address, so I can't tell which is theirs."
                    )
                }
                Disbelief::Outsider => format!(
                    "The Slack account with this e-mail address belongs to another workspace, so I don't take it for {name}'s."
                ),
                Disbelief::Bot => format!(
                    "The Slack account with this e-mail address is a bot's, so I don't take it for {name}'s."
                ),
                Disbelief::Guest => format!(
                    "The Slack account with this e-mail address is a guest's, so I don't take it for {name}'s."
                ),
                Disbelief::Rights => format!(
                    "{name} has another Slack account. {short} is an advocate, an admin or a host, so I need more than an e-mail address to trust it."
                ),
            };
            let mut next = vec![
                Span::Text(format!("Next: put {short}'s Slack id in ")),
                Span::Code("config/people.toml".into()),
                Span::Text(" instead of the address".into()),
            ];
            if *because == Disbelief::Guest {
                next.push(Span::Text(", or set ".into()));
                next.push(Span::Code("guests = true".into()));
                next.push(Span::Text(" in ".into()));
                next.push(Span::Code("config/canvass.toml".into()));
            }
            next.push(Span::Text(".".into()));
            let parts = vec![Part::Paragraph(Paragraph::text(&first)), Part::Paragraph(Paragraph(next))];
            Told { first, parts, buttons: Vec::new() }
        }
    }
}

fn told(first: String, next: String) -> Told {
    let parts = vec![Part::Paragraph(Paragraph::text(&first)), Part::Paragraph(Paragraph::text(next))];
    Told { first, parts, buttons: Vec::new() }
}
