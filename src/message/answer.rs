//! An advocate's answer, passed on to whoever asked, and to nobody else (rule R7).

use jiff::Timestamp;

use crate::domain::ids::{PersonId, Seq};
use crate::domain::message::{Message, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::office_hours::Viewer;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::asked::{hours_line, words};
use super::buttons::book;
use super::case::{names, person, zone};
use super::unsayable::Unsayable;
use super::wording;

/// How much of the question is repeated above its answer, characters.
const REPEATED: usize = 200;

/// Answer `of`, for whoever asked.
pub(super) fn answer(
    program: &Program,
    state: &State,
    seen: &Observations,
    of: Seq,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let answer = state.answers.get(&of).ok_or(Unsayable::NoRecord(of))?;
    let received = state.received.get(&answer.question).ok_or(Unsayable::NoRecord(of))?;
    let reader = person(program, to)?;
    let by = wording::joined(&names(program, std::slice::from_ref(&answer.by)));
    let by = if by.is_empty() { "An advocate".to_owned() } else { by };
    let initiative = received.initiative.as_ref().and_then(|id| program.initiative(id));
    let about = initiative.map_or_else(String::new, |of| format!(" about “{}”", of.title));
    let mut message = if answer.withdrawn {
        Message::line(format!("{by} took back the answer to your question{about}."))
    } else {
        let Some(text) = answer.answer.reveal() else {
            return Ok(Message::line("This answer has been deleted for good."));
        };
        let intro = format!("{}, {by} answers your question{about}:", reader.given_name);
        let mut parts = vec![Part::Paragraph(Paragraph::text(intro)), Part::Quote(text.to_owned())];
        if answer.edited {
            parts.push(Part::Small(Paragraph::text(format!("{by} changed this answer since."))));
        }
        if let Some(question) = words(received.text.as_ref()) {
            parts.push(Part::Small(Paragraph::text(format!("You asked: {}", shortened(question)))));
        }
        Message::new(format!("{by} answers: {text}"), parts)
    };
    let viewer = Viewer { guest: &reader.id, zone: zone(program, seen, reader) };
    let hours = initiative.and_then(|of| hours_line(program, state, seen, of, viewer, now));
    message.parts.push(Part::Paragraph(Paragraph::text(match hours {
        Some(hours) => format!("Still open? Reply here, or come by: {hours}."),
        None => "Still open? Reply here.".to_owned(),
    })));
    message.buttons = vec![book()];
    message.footer = Some(Paragraph::text(format!("Sent only to you. {by} wrote this.")));
    Ok(message)
}

fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= REPEATED {
        text
    } else {
        text.chars().take(REPEATED - 1).chain(['…']).collect()
    }
}
