//! The receipt of a question: the FAQ's answer, or who has it and by when an answer comes (rule R9).
//!
//! It is brought up to date with every step, so its text is true whenever it is read: it names days, not
//! moments that pass unnoticed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::directory::Person;
use crate::domain::effect::PostKey;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Button, Look, Message, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::office_hours::Viewer;
use crate::domain::personal::Personal;
use crate::domain::program::Program;
use crate::domain::question::{answer_by, choices, in_charge};
use crate::domain::state::{Matched, Phase, QuestionState, Received, State};

use super::buttons::{book, button};
use super::case::{hours, names, person, zone};
use super::unsayable::Unsayable;
use super::{dates, wording};

/// Most initiatives that an unplaced question offers.
const CHOICES: usize = 5;

/// By when an answer was promised: the latest of those who may give it.
pub(super) fn promised(
    program: &Program,
    seen: &Observations,
    charged: &[PersonId],
    since: Timestamp,
) -> Option<Timestamp> {
    let by = |id: &PersonId| {
        let advocate = program.people.get(id)?;
        answer_by(program, advocate, zone(program, seen, advocate), since)
    };
    charged.iter().filter_map(by).max()
}

/// A question as its asker reads of it.
struct Receipt<'a> {
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    of: Seq,
    received: &'a Received,
    question: &'a QuestionState,
    reader: &'a Person,
    zone: &'a TimeZone,
    initiative: Option<&'a Initiative>,
    charged: Vec<PersonId>,
    now: Timestamp,
}

/// Whether an answer is with whoever asked.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Arrived {
    No,
    Perhaps,
    Yes,
}

/// The receipt of question `of`.
pub(super) fn asked(
    program: &Program,
    state: &State,
    seen: &Observations,
    of: Seq,
    to: &PersonId,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let received = state.received.get(&of).ok_or(Unsayable::NoRecord(of))?;
    let question = state.questions.get(&of).ok_or(Unsayable::NoRecord(of))?;
    let reader = person(program, to)?;
    let receipt = Receipt {
        program,
        state,
        seen,
        of,
        received,
        question,
        reader,
        zone: zone(program, seen, reader),
        initiative: question.initiative.as_ref().and_then(|id| program.initiative(id)),
        charged: in_charge(program, question.initiative.as_ref(), to),
        now,
    };
    Ok(receipt.message())
}

impl Receipt<'_> {
    fn message(&self) -> Message {
        if self.received.withdrawn {
            return self.line("You took this question back, so nobody answers it.".to_owned());
        }
        if self.state.answers_to(self.of).next().is_some() {
            return self.answered();
        }
        match &self.question.matched {
            Some(matched) if self.question.helped != Some(false) => self.matched(matched),
            Some(_) | None if self.question.initiative.is_none() && !self.question.elsewhere => {
                self.unplaced()
            }
            Some(_) | None => self.with_advocate(),
        }
    }

    fn who(&self) -> String {
        wording::joined(&names(self.program, &self.charged))
    }

    fn about(&self) -> String {
        self.initiative.map_or_else(String::new, |of| format!(" about “{}”", of.title))
    }

    fn line(&self, text: String) -> Message {
        self.closed(Message::line(text))
    }

    /// With who sees what was asked (rule R7).
    fn closed(&self, mut message: Message) -> Message {
        let admins: Vec<PersonId> = self
            .program
            .admins
            .iter()
            .filter(|id| !self.charged.contains(id) && **id != self.reader.id)
            .cloned()
            .collect();
        let mut all = names(self.program, &self.charged);
        all.extend(names(self.program, &admins).iter().map(|name| format!("the admin {name}")));
        if !all.is_empty() {
            let verb = if all.len() == 1 { "sees" } else { "see" };
            let text = format!("Sent only to you; only {} {verb} what you asked.", wording::joined(&all));
            message.footer = Some(Paragraph::text(text));
        }
        message
    }

    /// "Or come by: Tue 15 Dec 15:00, your time."
    fn hours(&self) -> Option<Part> {
        let around = choices(self.program, &self.reader.id);
        let initiative = self.initiative.or(around.first().copied())?;
        let viewer = Viewer { guest: &self.reader.id, zone: self.zone };
        let line = hours_line(self.program, self.state, self.seen, initiative, viewer, self.now)?;
        Some(Part::Paragraph(Paragraph::text(format!("Or come by: {line}."))))
    }

    /// Who stands behind the FAQ.
    fn authors(&self) -> Vec<PersonId> {
        self.initiative.map(|of| of.advocates.clone()).unwrap_or_default()
    }

    fn another(&self) -> Button {
        let initiative = self.initiative.map(|of| of.id.clone());
        button("Ask another", Action::Ask { initiative }, Look::Plain)
    }

    fn matched(&self, matched: &Matched) -> Message {
        let Some(answer) = matched.answer.reveal() else {
            return self.line("The answer to this question has been deleted.".to_owned());
        };
        let who = wording::joined(&names(self.program, &self.authors()));
        let mut parts = vec![Part::Paragraph(Paragraph::text(answer))];
        if !who.is_empty() {
            parts.push(Part::Small(Paragraph::text(format!("{who} wrote this answer in advance."))));
        }
        parts.extend(self.hours());
        let mut message = Message::new(answer, parts);
        if self.question.helped == Some(true) {
            message.recorded = Some(Paragraph::text("Good to hear that this helped."));
            message.buttons = vec![book(), self.another()];
        } else {
            message.parts.push(Part::Paragraph(Paragraph::text("Did this help?")));
            let mut buttons = vec![button("Yes", Action::Rate { helped: true }, Look::Primary)];
            if !self.charged.is_empty() {
                let no = format!("No, ask {}", wording::joined_by(&names(self.program, &self.charged), "or"));
                let no = if no.chars().count() > 30 { "No, ask a human".to_owned() } else { no };
                buttons.push(button(&no, Action::Rate { helped: false }, Look::Plain));
            }
            buttons.push(book());
            message.buttons = buttons;
        }
        self.closed(message)
    }

    fn unplaced(&self) -> Message {
        let first = format!("{}, what is your question about?", self.reader.given_name);
        let s = if self.charged.len() > 1 { "" } else { "s" };
        let goes = format!(
            "Choose below. If you don't within ten minutes, it goes to {}, word for word{}.",
            self.who(),
            self.by().map_or_else(String::new, |day| format!(", who answer{s} by {day}")),
        );
        let mut parts = vec![Part::Paragraph(Paragraph::text(format!("{first} {goes}")))];
        parts.extend(self.hours());
        let mut message = Message::new(first, parts);
        let offered = choices(self.program, &self.reader.id).into_iter().take(CHOICES);
        message.buttons = offered
            .map(|of| button(&of.title, Action::Place { initiative: Some(of.id.clone()) }, Look::Plain))
            .chain([button("Something else", Action::Place { initiative: None }, Look::Plain)])
            .collect();
        self.closed(message)
    }

    /// The day by which an answer was promised, unless it is past.
    fn by(&self) -> Option<String> {
        let by = promised(self.program, self.seen, &self.charged, self.state.awaits_since(self.of)?)?;
        let today = self.zone.to_datetime(self.now).date();
        (self.now < by).then(|| dates::day(self.zone.to_datetime(by).date(), today))
    }

    fn with_advocate(&self) -> Message {
        let (who, s) = (self.who(), if self.charged.len() > 1 { "" } else { "s" });
        let turned_down = self.question.helped == Some(false);
        let opens = if turned_down { "thank you for saying so; your" } else { "your" };
        let first = format!(
            "{}, {opens} question{} goes to {who}, word for word.",
            self.reader.given_name,
            self.about()
        );
        let next = match self.by() {
            Some(day) => format!("{who} answer{s} you here by {day}."),
            // Nothing is promised twice.
            None => format!("{who} will answer you here, later than promised."),
        };
        let mut parts = vec![Part::Paragraph(Paragraph::text(format!("{first} {next}")))];
        parts.extend(self.hours());
        let mut message = Message::new(first, parts);
        message.buttons = vec![book(), self.another()];
        self.closed(message)
    }

    /// What became of the answers: the best of them counts, since each says all.
    fn arrived(&self) -> Arrived {
        let to = &self.reader.id;
        let posts = self.state.answers_to(self.of).map(|(of, _)| PostKey::Answer { of, to: to.clone() });
        let ends = posts.map(|key| match self.state.post_of(&key).map(|post| &post.phase) {
            Some(Phase::Unknown) => Arrived::Perhaps,
            Some(Phase::Refused { .. }) => Arrived::No,
            // What is on its way is sent until it arrives.
            None
            | Some(Phase::Intended { .. } | Phase::Waiting { .. } | Phase::Sent { .. } | Phase::Missed) => {
                Arrived::Yes
            }
        });
        ends.max().unwrap_or(Arrived::Yes)
    }

    fn answered(&self) -> Message {
        let by = self.state.answers_to(self.of).map(|(_, answer)| answer.by.clone());
        let by = by.fold(Vec::new(), |mut all, id| {
            if !all.contains(&id) {
                all.push(id);
            }
            all
        });
        let (who, has) = (names(self.program, &by), if by.len() > 1 { "have" } else { "has" });
        let who = if who.is_empty() { "An advocate".to_owned() } else { wording::joined(&who) };
        let opens = format!("{}, {who} {has} answered your question{}", self.reader.given_name, self.about());
        let text = match self.arrived() {
            Arrived::Yes => format!("{opens}, in a message of its own."),
            Arrived::Perhaps => {
                format!("{opens}. I can't tell whether the message arrived: if you don't see it, ask {who}.")
            }
            Arrived::No => format!("{opens}, but Slack refused the message. Ask {who} directly."),
        };
        let mut message = Message::line(text);
        message.buttons = vec![book(), self.another()];
        self.closed(message)
    }
}

/// The next office hours in which a question can be asked: before the freeze, and after it any.
pub(super) fn hours_line(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &Initiative,
    viewer: Viewer<'_>,
    now: Timestamp,
) -> Option<String> {
    let window = program.window(initiative.quarter).filter(|window| now < window.freezes);
    let until = window.map_or(Timestamp::MAX, |window| window.freezes);
    let line = hours(program, state, seen, initiative, viewer, now, until);
    (!line.is_empty()).then_some(line)
}

/// What was typed, if it can still be read.
pub(super) fn words(text: Option<&Personal>) -> Option<&str> {
    text.and_then(Personal::reveal)
}
