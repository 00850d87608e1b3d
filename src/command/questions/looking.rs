//! Looking a question up in the FAQ before it is decided, on what is durable then.
//!
//! Invariant: a decision takes what was looked up only if it would look up exactly the same. So the one task that
//! decides waits for the FAQ only where an entry changed in between.

use std::cell::RefCell;
use std::fmt;

use jiff::Timestamp;

use crate::command::{Incoming, Request, Scene};
use crate::domain::faq::{self, Asked};
use crate::domain::ids::FaqId;
use crate::domain::message::{Action, ModalKind};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

/// What is to be looked up: a question, and the entries that may answer it. It is never printed: people wrote it.
#[derive(Clone, PartialEq)]
pub struct Sought {
    entries: Vec<Entry>,
    question: String,
}

#[derive(Clone, PartialEq)]
struct Entry {
    id: FaqId,
    ways: Vec<String>,
    answer: String,
}

/// What was looked up, and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    sought: Sought,
    best: Option<FaqId>,
}

/// Where a decision finds the entry that answers a question.
#[derive(Debug, Clone, Copy)]
pub(in crate::command) enum Library<'a> {
    /// It looks for itself.
    Here,
    /// It notes what it would look for, and finds nothing.
    Noting(&'a RefCell<Option<Sought>>),
    /// It was looked up before.
    Before(&'a Found),
}

/// What deciding `incoming` would look up in the FAQ, if it would look up anything. The state may be let go of
/// before it is looked for.
pub fn sought(
    program: &Program,
    state: &State,
    seen: &Observations,
    incoming: &Incoming,
    now: Timestamp,
) -> Option<Sought> {
    let may_ask = match &incoming.request {
        Request::Typed { .. } | Request::Edit { .. } => true,
        Request::Slash { text } => {
            text.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("ask"))
        }
        Request::Submit { modal, .. } => matches!(modal, ModalKind::Ask { .. }),
        Request::Act { action, .. } => matches!(action, Action::Place { .. }),
        Request::OpenHome { .. } | Request::Delete { .. } | Request::Wordless { .. } => false,
    };
    if !may_ask {
        return None;
    }
    let noted = RefCell::new(None);
    let scene = Scene { program, state, seen, now, library: Library::Noting(&noted) };
    // What it comes to is decided in its turn.
    _ = crate::command::decided(scene, incoming);
    noted.into_inner()
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sought(among {})", self.entries.len())
    }
}

impl Sought {
    /// Looks it up. It may take some milliseconds.
    pub fn look_up(self) -> Found {
        let best = self.best();
        Found { sought: self, best }
    }

    fn best(&self) -> Option<FaqId> {
        let entries: Vec<Asked<'_, FaqId>> = self
            .entries
            .iter()
            .map(|entry| Asked {
                entry: entry.id.clone(),
                ways: entry.ways.iter().map(String::as_str).collect(),
                answer: &entry.answer,
            })
            .collect();
        faq::best(&entries, &self.question)
    }

    fn of(entries: &[Asked<'_, FaqId>], question: &str) -> Self {
        let entry = |of: &Asked<'_, FaqId>| Entry {
            id: of.entry.clone(),
            ways: of.ways.iter().map(|way| (*way).to_owned()).collect(),
            answer: of.answer.to_owned(),
        };
        Self { entries: entries.iter().map(entry).collect(), question: question.to_owned() }
    }

    fn is(&self, entries: &[Asked<'_, FaqId>], question: &str) -> bool {
        let same = |(known, of): (&Entry, &Asked<'_, FaqId>)| {
            known.id == of.entry
                && known.answer == of.answer
                && known.ways.iter().map(String::as_str).eq(of.ways.iter().copied())
        };
        self.question == question
            && self.entries.len() == entries.len()
            && self.entries.iter().zip(entries).all(same)
    }
}

impl Library<'_> {
    /// The entry that answers `question`.
    pub(super) fn best(self, entries: &[Asked<'_, FaqId>], question: &str) -> Option<FaqId> {
        match self {
            Self::Before(found) if found.sought.is(entries, question) => found.best.clone(),
            Self::Here | Self::Before(_) => faq::best(entries, question),
            Self::Noting(noted) => {
                noted.replace(Some(Sought::of(entries, question)));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries<'a>(answer: &'a str) -> Vec<Asked<'a, FaqId>> {
        let id = |id: &str| FaqId::parse(id).unwrap();
        vec![
            Asked { entry: id("time-out"), ways: vec!["does the payment provider time out"], answer },
            Asked { entry: id("drills"), ways: vec!["who pays for the drills"], answer: "Nobody." },
        ]
    }

    #[test]
    fn what_was_looked_up_counts_only_for_the_same_entries_and_words() {
        const QUESTION: &str = "does the payment provider time out?";
        let noted = RefCell::new(None);
        assert_eq!(Library::Noting(&noted).best(&entries("It does."), QUESTION), None);
        let found = noted.into_inner().unwrap().look_up();
        let id = FaqId::parse("time-out").ok();
        assert_eq!(found.best, id);
        // A mark, to see whether it was taken or looked for again.
        let marked = Found { best: FaqId::parse("marked").ok(), ..found };
        let check = |answer: &str, question: &str, taken: bool| {
            let best = Library::Before(&marked).best(&entries(answer), question);
            assert_eq!(best == marked.best, taken, "{answer} {question}");
        };
        check("It does.", QUESTION, true);
        check("It does not.", QUESTION, false);
        check("It does.", "who pays?", false);
    }
}
