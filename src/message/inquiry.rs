//! A question as an advocate reads it: passed on, and brought back when nobody has answered it.
//!
//! Both say what can be done about it now: answer, keep the answer, or nothing, because it was answered,
//! taken back or turned out to be somebody else's.

use jiff::Timestamp;

use crate::domain::directory::Person;
use crate::domain::engagement::Touch;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Action, Look, Message, Paragraph, Part};
use crate::domain::observation::Observations;
use crate::domain::office_hours::Viewer;
use crate::domain::program::Program;
use crate::domain::question::{Asker, asker, choices, in_charge_of};
use crate::domain::state::{QuestionState, Received, State};

use super::asked::{hours_line, promised, words};
use super::buttons::button;
use super::case::{names, person, zone};
use super::relay::{Who, quote, seen_by};
use super::unsayable::Unsayable;
use super::{dates, wording};

/// Why nobody can answer somebody who has no entry.
pub const GONE: &str = "The person who asked this isn't in people.toml, so I can't pass an answer on. If you know who it \
    was, please write to them yourself.";

/// What an advocate has to say before the question of a former account can be answered.
pub fn says_first(program: &Program, entry: &Person) -> String {
    format!(
        "This came from {}'s former Slack account. First say whether the person with the new account is the same: `{} same @{}`, or `same @{} no`. Then you can answer.",
        entry.name, program.command, entry.id, entry.id
    )
}

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// The first time.
    On,
    /// Back: nobody has answered it for a working day.
    Back,
}

/// A question on an advocate's desk.
struct Inquiry<'a> {
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    of: Seq,
    received: &'a Received,
    question: &'a QuestionState,
    initiative: Option<&'a Initiative>,
    charged: Vec<PersonId>,
    reader: &'a Person,
    who: Who,
    now: Timestamp,
}

/// Question `of`, for the advocate `to`.
pub(super) fn inquiry(
    program: &Program,
    state: &State,
    seen: &Observations,
    (of, to): (Seq, &PersonId),
    brought: Brought,
    now: Timestamp,
) -> Result<Message, Unsayable> {
    let received = state.received.get(&of).ok_or(Unsayable::NoRecord(of))?;
    let question = state.questions.get(&of).ok_or(Unsayable::NoRecord(of))?;
    let inquiry = Inquiry {
        program,
        state,
        seen,
        of,
        received,
        question,
        initiative: question.initiative.as_ref().and_then(|id| program.initiative(id)),
        charged: in_charge_of(program, state, of, question.initiative.as_ref(), &received.person),
        reader: person(program, to)?,
        who: Who::of(program, state, &received.person),
        now,
    };
    Ok(inquiry.message(brought))
}

impl Inquiry<'_> {
    fn message(&self, brought: Brought) -> Message {
        let about = self.initiative.map_or_else(String::new, |of| format!(" about “{}”", of.title));
        let intro = match brought {
            Brought::On => format!(" asks{about}:"),
            Brought::Back => format!(" still waits for an answer{about}:"),
        };
        let mut message = Message::new(
            format!("{}{intro} {}", self.who.full, words(self.received.text.as_ref()).unwrap_or_default()),
            vec![Part::Paragraph(self.who.opens(&intro))],
        );
        message.footer = Some(self.seen_by());
        if self.received.withdrawn {
            message.notification = format!("{} took a question back.", self.who.short);
            message.parts = vec![Part::Paragraph(Paragraph::text(format!(
                "{} took back what they asked{about}. No answer is expected.",
                self.who.full
            )))];
            // What was kept for everybody from an answer to it goes on being told.
            if self.state.kept_from(self.of).is_some() {
                self.keep(&mut message, None);
                message.buttons.retain(|button| matches!(button.action, Action::Drop { .. }));
            }
            return message;
        }
        message.parts.extend(quote(self.received));
        if self.received.edited {
            message.parts.push(small(format!("{} changed the question since.", self.who.short)));
        }
        self.goes_on(&mut message);
        if let Some(context) = self.context() {
            message.parts.push(small(context));
        }
        message
    }

    /// Who else may see this (rule R7).
    fn seen_by(&self) -> Paragraph {
        if self.initiative.is_some() {
            return seen_by(self.program, self.initiative, &self.reader.id);
        }
        let charged = self.charged.iter().filter(|id| !self.program.admins.contains(id));
        let others: Vec<PersonId> =
            charged.chain(&self.program.admins).filter(|id| **id != self.reader.id).cloned().collect();
        match names(self.program, &others).as_slice() {
            [] => Paragraph::text("Only you see this."),
            others => Paragraph::text(format!("Only you and {} may see this.", wording::joined(others))),
        }
    }

    /// What can be done about it now.
    fn goes_on(&self, message: &mut Message) {
        let name = &self.who.short;
        let answers: Vec<_> = self.state.answers_to(self.of).collect();
        if !answers.is_empty() {
            for (_, answer) in &answers {
                let by = if answer.by == self.reader.id {
                    "You answered:".to_owned()
                } else {
                    format!(
                        "{} answered:",
                        wording::joined(&names(self.program, std::slice::from_ref(&answer.by)))
                    )
                };
                message.parts.push(Part::Paragraph(Paragraph::text(by)));
                if let Some(text) = answer.answer.reveal() {
                    message.parts.push(Part::Quote(text.to_owned()));
                }
            }
            return self.keep(message, answers.last().map(|(of, _)| *of));
        }
        if !self.charged.contains(&self.reader.id) {
            let others = wording::joined(&names(self.program, &self.charged));
            let text = format!(
                "{name} said what it is about, so {others} will answer. Nothing is left for you to do."
            );
            return message.parts.push(Part::Paragraph(Paragraph::text(text)));
        }
        let Some(since) = self.state.awaits_since(self.of) else {
            let text = format!(
                "The FAQ has answered it since. If that does not help {name}, the question comes back to you."
            );
            return message.parts.push(Part::Paragraph(Paragraph::text(text)));
        };
        match asker(self.program, self.state, &self.received.person) {
            Asker::Here(_) => {}
            Asker::Unconfirmed(entry) => {
                let text = says_first(self.program, entry);
                return message.parts.push(Part::Paragraph(Paragraph::text(text)));
            }
            Asker::Gone => return message.parts.push(Part::Paragraph(Paragraph::text(GONE))),
        }
        if self.question.helped == Some(false)
            && let Some(answer) = self.question.matched.as_ref().and_then(|matched| matched.answer.reveal())
        {
            message.parts.push(Part::Paragraph(Paragraph::text(format!(
                "{name} said that this answer from the FAQ didn't help:"
            ))));
            message.parts.push(Part::Quote(answer.to_owned()));
        }
        let zone = zone(self.program, self.seen, self.reader);
        let today = zone.to_datetime(self.now).date();
        let by = promised(self.program, self.seen, &self.charged, since).map_or_else(String::new, |by| {
            format!(" {name} was told to expect it by {}.", dates::day(zone.to_datetime(by).date(), today))
        });
        let others: Vec<PersonId> =
            self.charged.iter().filter(|id| **id != self.reader.id).cloned().collect();
        let too = match names(self.program, &others).as_slice() {
            [] => String::new(),
            others => format!(" {} got it too; the first answer settles it.", wording::joined(others)),
        };
        message.parts.push(Part::Paragraph(Paragraph::text(format!(
            "Click “Answer” or reply in this thread; only {name} gets it.{by}{too}"
        ))));
        let around = choices(self.program, &self.received.person);
        let own = around.into_iter().find(|of| of.advocates.contains(&self.reader.id));
        let viewer = Viewer { guest: &self.received.person, zone };
        if let Some(line) = self
            .initiative
            .or(own)
            .and_then(|of| hours_line(self.program, self.state, self.seen, of, viewer, self.now))
        {
            message.parts.push(small(format!("Next office hours: {line}. {name} was shown them.")));
        }
        message.buttons = vec![button("Answer", Action::Reply { question: self.of }, Look::Primary)];
    }

    /// An answer can serve everybody who asks the like.
    fn keep(&self, message: &mut Message, answer: Option<Seq>) {
        let more = button("Add an answer", Action::Reply { question: self.of }, Look::Plain);
        let sees = self.initiative.filter(|of| self.program.sees_answers(&self.reader.id, of));
        if sees.is_none() {
            return message.buttons.push(more);
        }
        if let Some((initiative, entry, kept)) = self.state.kept_from(self.of) {
            message.parts.push(small(match kept.answer.reveal() {
                Some(text) => format!("Saved in the FAQ as {entry}: {text}"),
                None => format!("Saved in the FAQ as {entry}."),
            }));
            let drop = Action::Drop { initiative: initiative.clone(), entry: entry.clone() };
            message.buttons = vec![more, button("Drop from the FAQ", drop, Look::Plain)];
            return;
        }
        message.buttons = vec![more];
        if let Some(answer) = answer {
            message.buttons.insert(0, button("Keep for everybody", Action::Keep { answer }, Look::Primary));
        }
    }

    /// What they were sent last, and where they stand.
    fn context(&self) -> Option<String> {
        let initiative = self.initiative?;
        let engagement = self.state.engagement(&self.received.person, &initiative.id, initiative.quarter)?;
        let mut said = Vec::new();
        let sent = engagement.deliveries.iter().filter_map(|((touch, _), post)| {
            let post = self.state.post(*post)?;
            post.place().map(|_| (post.intended_at, *touch))
        });
        if let Some((at, touch)) = sent.max_by_key(|(at, _)| *at) {
            let zone = zone(self.program, self.seen, self.reader);
            let (day, today) = (zone.to_datetime(at).date(), zone.to_datetime(self.now).date());
            said.push(format!("Last sent: {} on {}.", touch_name(touch), dates::reading(day, today)));
        }
        if let Some(stance) = engagement.stance() {
            said.push(format!("Their answer so far: {}.", stance.stance.word().replace('_', " ")));
        }
        (!said.is_empty()).then(|| said.join(" "))
    }
}

fn touch_name(touch: Touch) -> &'static str {
    match touch {
        Touch::HeadsUp => "the heads-up",
        Touch::Pitch => "the pitch",
        Touch::Reminder => "a reminder",
        Touch::LastCall => "the last call",
        Touch::FollowUp => "the follow-up",
    }
}

fn small(text: String) -> Part {
    Part::Small(Paragraph::text(text))
}
