//! Questions that nobody has answered.

use super::directory::Person;
use super::event::Said;
use super::ids::{PersonId, Seq};
use super::program::Program;
use super::question::{Asker, asker, in_charge_of};
use super::state::{AnswerState, QuestionState, Received, State};

/// A question that waits for an advocate.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// The record of it.
    pub question: Seq,
    /// What was asked.
    pub asked: &'a Received,
    /// What became of it so far.
    pub state: &'a QuestionState,
    /// Of whom a word is missing: whether the person of this entry is who asked. Nothing can be answered before.
    pub unconfirmed: Option<&'a Person>,
}

/// The questions that wait for `reader`, oldest first. Those about no initiative yet wait for whoever
/// argues anything with the person who asked; for admins in any case. What nobody can answer, since
/// whoever asked has no entry any more, waits for nobody.
pub fn waiting_for<'a>(program: &'a Program, state: &'a State, reader: &PersonId) -> Vec<Waiting<'a>> {
    let is_theirs = |of: Seq, question: &QuestionState, asked: &Received| match &question.initiative {
        Some(id) => program.initiative(id).is_some_and(|initiative| program.sees_answers(reader, initiative)),
        None => {
            program.admins.contains(reader)
                || in_charge_of(program, state, of, None, &asked.person).contains(reader)
        }
    };
    state
        .questions
        .iter()
        .filter(|(_, question)| is_open(state, question))
        .filter_map(|(of, question)| {
            let asked = state.received.get(of)?;
            let open = asked.said == Said::Question && !asked.withdrawn && asked.person != *reader;
            let unconfirmed = match asker(program, state, &asked.person) {
                Asker::Here(_) => None,
                Asker::Unconfirmed(entry) => Some(entry),
                Asker::Gone => return None,
            };
            (open && is_theirs(*of, question, asked)).then_some(Waiting {
                question: *of,
                asked,
                state: question,
                unconfirmed,
            })
        })
        .collect()
}

/// Whether neither the FAQ nor an advocate has answered it.
fn is_open(state: &State, question: &QuestionState) -> bool {
    if given(state, question).next().is_some() {
        return false;
    }
    match (&question.matched, question.helped) {
        (Some(_), None | Some(true)) => false,
        (Some(_), Some(false)) | (None, _) => true,
    }
}

/// The advocates' answers to a question that stand, oldest first.
pub fn given<'a>(state: &'a State, question: &'a QuestionState) -> impl Iterator<Item = &'a AnswerState> {
    question.answers.iter().filter_map(|answer| state.answers.get(answer)).filter(|answer| !answer.withdrawn)
}
