//! What waits for an advocate's approval: who would get what and when, each with what can be done.

use jiff::Timestamp;

use crate::domain::effect::{DeliveryKey, Listing};
use crate::domain::event::Verdict;
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Button, Look, Message, Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::buttons::button;
use super::case::{person, zone};
use super::relay::{Who, seen_by};
use super::unsayable::Unsayable;
use super::{amount, dates, wording};

/// Most messages that a review lists; the rest are in App Home.
const MOST: usize = 10;

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Which.
    pub delivery: DeliveryKey,
    /// When it would be due.
    pub due: Timestamp,
}

/// The review for the advocate `to` of what is `waiting` on one initiative, soonest first.
pub fn review(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &InitiativeId,
    to: &PersonId,
    waiting: &[Queued],
) -> Result<Message, Unsayable> {
    let about = program.initiative(initiative).ok_or_else(|| Unsayable::NoInitiative(initiative.clone()))?;
    person(program, to)?;
    if waiting.is_empty() {
        let first = format!("Nothing listed here about “{}” waits for your approval any more.", about.title);
        let mut message = Message::line(first);
        message.footer = Some(seen_by(program, Some(about), to));
        return Ok(message);
    }
    let count = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
    let (messages, wait) = (amount::plural(count, "message"), if count == 1 { "waits" } else { "wait" });
    let messages = wording::capitalised(&messages);
    let first = format!("{messages} about “{}” {wait} for your approval.", about.title);
    let next = "Without it they don't go. Held ones wait until you approve them.";
    let mut parts = vec![Part::Paragraph(Paragraph::text(format!("{first} {next}")))];
    for queued in waiting.iter().take(MOST) {
        parts.push(Part::Row {
            about: None,
            text: line(program, state, seen, queued),
            buttons: decisions(&queued.delivery),
        });
    }
    if let Some(more) = waiting.len().checked_sub(MOST).filter(|more| 0 < *more) {
        parts.push(Part::Paragraph(Paragraph(vec![
            Span::Text(match more {
                1 => "One more is in App Home, and in ".to_owned(),
                more => format!("{more} more are in App Home, and in "),
            }),
            Span::Code(format!("{} approve {}", program.command, about.id)),
            Span::Text(".".to_owned()),
        ])));
    }
    let mut message = Message::new(first, parts);
    let all = approve_all(about, waiting);
    let label = if count == 1 { "Approve it".to_owned() } else { format!("Approve all {count}") };
    message.buttons = vec![button(&label, all, Look::Primary)];
    message.footer = Some(seen_by(program, Some(about), to));
    Ok(message)
}

/// What lets all of these go, and nothing that comes to wait since.
pub fn approve_all(initiative: &Initiative, listed: &[Queued]) -> Action {
    let listed = Some(Listing::of(listed.iter().map(|queued| &queued.delivery)));
    Action::ApproveAll { initiative: initiative.id.clone(), listed }
}

/// "Ana Souza (product manager, Checkout): pitch, Mon 30 Nov 09:00 their time".
pub fn line(program: &Program, state: &State, seen: &Observations, queued: &Queued) -> Paragraph {
    let who = Who::of(program, state, &queued.delivery.person);
    let touch = queued.delivery.touch.word().replace('_', "-");
    let when = match person(program, &queued.delivery.person) {
        Ok(reader) => format!(", {} their time", dates::slot(queued.due, zone(program, seen, reader))),
        Err(_) => String::new(),
    };
    who.opens(&format!(": {touch}{when}"))
}

/// What can be done with a message that waits.
pub fn decisions(delivery: &DeliveryKey) -> Vec<Button> {
    let judge = |verdict| Action::Judge { delivery: delivery.clone(), verdict };
    vec![
        button("See", Action::See { delivery: delivery.clone() }, Look::Plain),
        button("Approve", judge(Verdict::Approved), Look::Plain),
        button("Hold", judge(Verdict::Held), Look::Plain),
    ]
}
