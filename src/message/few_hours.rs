//! Word to a host that nobody can book them while their initiative is argued (rule R9): messages promise that
//! somebody is there to talk.

use std::collections::BTreeSet;

use crate::domain::calendar::Quarter;
use crate::domain::ids::PersonId;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Look, Message, Paragraph, Part, Span};
use crate::domain::program::Program;
use crate::domain::state::{State, WaitState};

use super::amount;
use super::buttons::button;
use super::unsayable::Unsayable;

/// None of the advocates holds office hours before plans freeze.
pub(super) fn none_held(
    program: &Program,
    to: &PersonId,
    initiative: &Initiative,
    quarter: Quarter,
) -> Result<Message, Unsayable> {
    let first = format!(
        "Nobody can book a time to talk about “{}” before plans for {} freeze{}.",
        initiative.title,
        quarter.short(),
        freeze(program, quarter)?,
    );
    let mut next = vec![Span::Text(
        "People who hesitate are easier to win in person, but messages can't offer any office hours now. Next: "
            .to_owned(),
    )];
    let holds = program.hours.contains_key(to);
    if holds {
        next.push(Span::Text("add some for these weeks, here or in ".to_owned()));
    } else {
        next.push(Span::Text("write weekly ones under ".to_owned()));
        next.push(Span::Code("[[office_hours]]".to_owned()));
        next.push(Span::Text(" in ".to_owned()));
    }
    next.push(Span::Code("config/canvass.toml".to_owned()));
    next.push(Span::Text("; two a week are enough.".to_owned()));
    Ok(offering(first, next, holds))
}

/// All office hours before plans freeze are taken.
pub(super) fn all_taken(
    program: &Program,
    state: &State,
    to: &PersonId,
    initiative: &Initiative,
    quarter: Quarter,
) -> Result<Message, Unsayable> {
    let first = format!(
        "All office hours about “{}” before plans for {} freeze{} are booked.",
        initiative.title,
        quarter.short(),
        freeze(program, quarter)?,
    );
    let about =
        |wait: &WaitState| wait.subject.as_ref().is_some_and(|subject| subject.initiative == initiative.id);
    let waiting =
        state.waiting_list.iter().filter(|(of, wait)| about(wait) && state.is_open_wait(**of, wait));
    // Whoever waits for one host and for any is one person.
    let waiting: BTreeSet<&PersonId> = waiting.map(|(_, wait)| &wait.person).collect();
    let waits = match waiting.len() {
        0 => String::new(),
        1 => "One person waits for a time. ".to_owned(),
        more => format!(
            "{} wait for a time. ",
            amount::plural(u64::try_from(more).unwrap_or(u64::MAX), "person").replace("persons", "people")
        ),
    };
    let next = vec![Span::Text(format!(
        "{waits}Next: add some; whoever waits longest is told first, and everybody else sees them in the messages."
    ))];
    Ok(offering(first, next, program.hours.contains_key(to)))
}

fn freeze(program: &Program, quarter: Quarter) -> Result<String, Unsayable> {
    let window = program.window(quarter).ok_or(Unsayable::NoWindow(quarter))?;
    Ok(format!(" on {}", window.freezes_on.strftime("%A %-d %B")))
}

fn offering(first: String, next: Vec<Span>, holds: bool) -> Message {
    let parts = vec![Part::Paragraph(Paragraph::text(first.clone())), Part::Paragraph(Paragraph(next))];
    let mut message = Message::new(first, parts);
    if holds {
        message.buttons = vec![button("Add office hours", Action::AddHours, Look::Primary)];
    }
    message
}
