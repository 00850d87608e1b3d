//! What advocates noted, in their words.
//!
//! Invariant: for those alone who see the answers on the initiative that a note is about (rule R7), which whoever
//! shows it has asked before; and never for the person whom it is about.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::coverage::Covered;
use crate::domain::directory::Person;
use crate::domain::ids::{InitiativeId, PersonId};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Paragraph, Part, Span};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::case::zone;
use super::next::named;
use super::reason::under;
use super::{dates, wording};

/// Notes about one person that are shown: the latest.
const LATEST: usize = 2;
/// Notes that are shown at all.
const MOST: usize = 12;
/// Characters of a note that are shown.
const WORDS: usize = 200;

/// "**Ana Souza**: “Ask again in March.” (Priya Raman, 7 December)": the latest notes about each of `covered`, and
/// about no person, that concern `initiative` or no initiative. Somebody who is no stakeholder is covered by none: what is
/// noted about them stands beside the initiative that it is about, or beside all.
pub fn notes<'a>(
    program: &Program,
    state: &State,
    seen: &Observations,
    reader: &Person,
    initiative: &Initiative,
    covered: impl IntoIterator<Item = &'a Covered>,
    now: Timestamp,
) -> Vec<Part> {
    let people: BTreeSet<&PersonId> = covered.into_iter().map(|covered| &covered.person).collect();
    let zone = zone(program, seen, reader);
    let today = zone.to_datetime(now).date();
    let mut shown: BTreeMap<Option<&PersonId>, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for note in state.notes.values().rev() {
        // Somebody who is listed twice is one human, and stands there under the first of their ids.
        let whom = note.about.as_ref().map(|whom| seen.same.get(whom).unwrap_or(whom));
        let is_covered = whom.is_none_or(|whom| {
            people.contains(whom) || is_shown_by_nobody(program, initiative, note.initiative.as_ref(), whom)
        });
        let concerns = note.initiative.as_ref().is_none_or(|of| *of == initiative.id);
        let is_about_reader = whom == Some(&reader.id) && note.by != reader.id;
        let Some(text) = note.text.reveal() else { continue };
        if !is_covered || !concerns || is_about_reader {
            continue;
        }
        let number = shown.entry(whom).or_default();
        *number += 1;
        if *number > LATEST {
            continue;
        }
        let name = match (whom, &note.initiative) {
            (Some(whom), _) => named(program, whom).0,
            (None, Some(_)) => initiative.title.clone(),
            (None, None) => "In general".to_owned(),
        };
        let (by, _) = named(program, &note.by);
        let on = dates::reading(zone.to_datetime(note.at).date(), today);
        let text = wording::quoted(text, WORDS);
        lines.push(Paragraph(vec![Span::Strong(name), Span::Text(format!(": {text} ({by}, {on})"))]));
    }
    under("The latest notes by advocates:", lines, MOST, |more| match more {
        1 => "And one older note.".to_owned(),
        more => format!("And {more} older notes."),
    })
}

/// Whether a note about `whom` stands nowhere but beside an initiative: they are no stakeholder of the one that it is
/// about, nor, if it is about none, of any.
fn is_shown_by_nobody(
    program: &Program,
    initiative: &Initiative,
    about: Option<&InitiativeId>,
    whom: &PersonId,
) -> bool {
    let Some(person) = program.people.get(whom) else { return false };
    let argued = |of: &Initiative| !of.withdrawn && program.stakeholder(of, person).is_some();
    match about {
        Some(_) => !argued(initiative),
        None => !program.initiatives.iter().any(argued),
    }
}
