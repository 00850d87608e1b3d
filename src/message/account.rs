//! What advocates are told about somebody's Slack account: that it is another, or that none is believed.

use crate::domain::account::{Disbelief, Former, Turn};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Action, Button, Look, Paragraph, Part, Span};
use crate::domain::program::Program;
use crate::domain::state::{Changed, Doubted, State};

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
    let waits = known.is_some_and(|known| known.waiting().next().is_some());
    let changed = known.and_then(|known| known.changed.as_ref()).filter(|changed| changed.since == since);
    let doubted = known.and_then(|known| known.doubted.as_ref()).filter(|doubted| doubted.since == since);
    match (changed, doubted) {
        (None, None) => told(
            format!("This notice about {name}'s Slack account is out of date."),
            "Nothing to do here.".into(),
        ),
        (Some(Changed { from, confirmed, .. }), _) => {
            let mut told = another(&name, &short, from, confirmed.as_ref().map(|(_, same)| *same), waits);
            if waits {
                let says = |same| Action::SameHuman { person: id.clone(), since: Some(since), same };
                told.buttons = vec![
                    button("Same person", says(true), Look::Primary),
                    button("Somebody else", says(false), Look::Plain),
                ];
            }
            told
        }
        (None, Some(Doubted { because, .. })) => {
            let first = match because {
                Disbelief::Several => {
                    format!(
                        "Two Slack accounts have {name}'s e-mail address. I can't tell which is theirs, so I don't send {short} anything."
                    )
                }
                Disbelief::Outsider => format!(
                    "The Slack account with {name}'s e-mail address belongs to another workspace, so I don't send {short} anything."
                ),
                Disbelief::Bot => format!(
                    "The Slack account with {name}'s e-mail address is a bot's, so I don't send {short} anything."
                ),
                Disbelief::Guest => format!(
                    "The Slack account with {name}'s e-mail address is a guest's, so I don't send {short} anything."
                ),
                Disbelief::Another => format!(
                    "The Slack account that I had for {name} is somebody else's. I don't know {short}'s, so I don't send {short} anything."
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

/// What there is to say of an account that is another now, which `waits` for a word about the one before, or has it.
fn another(name: &str, short: &str, from: &Former, same: Option<bool>, waits: bool) -> Told {
    let all = "answered, asked and booked";
    let holds = format!(
        "Until you answer, I don't show what that account {all} as {short}'s, and I don't write to {short} about anything it had answered. Nothing is sent twice, and a stop or a snooze still counts. Your answer can't be changed later."
    );
    if from.turn == Turn::Replaced {
        return match same {
            Some(true) => told(
                format!("{name} has a new Slack account. It's the same person."),
                format!("Everything the former account {all} is {short}'s again."),
            ),
            Some(false) => told(
                format!("{name}'s former Slack account belonged to somebody else."),
                format!("What it {all} stays separate from {short}."),
            ),
            None => told(
                format!("{name} has a new Slack account; the former one is gone."),
                format!("Is it the same person? {holds}"),
            ),
        };
    }
    let first = format!("{name}'s Slack account was corrected.");
    let next = match same {
        Some(true) => format!("Everything the account before the wrong one {all} is {short}'s again."),
        Some(false) => format!(
            "The account before the wrong one belonged to somebody else: what it {all} stays separate from {short}."
        ),
        None if waits => format!(
            "Before the wrong account, I had an earlier one for {short}. Did it belong to the same person? {holds}"
        ),
        None => format!("{short} starts over. What advocates recorded about {short} is kept."),
    };
    let wrong = format!(
        "The wrong account can't see or do anything as {short} any more, and what it {all} stays with it."
    );
    let mut told = told(first, next);
    told.parts.insert(1, Part::Paragraph(Paragraph::text(&wrong)));
    let spans = vec![
        Span::Text("The wrong account is ".into()),
        Span::Mention(from.slack.clone()),
        Span::Text(".".into()),
    ];
    told.parts.push(Part::Small(Paragraph(spans)));
    told
}

fn told(first: String, next: String) -> Told {
    let parts = vec![Part::Paragraph(Paragraph::text(&first)), Part::Paragraph(Paragraph::text(next))];
    Told { first, parts, buttons: Vec::new() }
}
