//! Why somebody said no, in their words.
//!
//! Invariant: for those alone who see the answer (rule R7); whoever shows it has asked that before.

use std::collections::BTreeSet;

use crate::domain::coverage::{Covered, Standing};
use crate::domain::engagement::Stance;
use crate::domain::ids::PersonId;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Paragraph, Part, Span};
use crate::domain::program::Program;
use crate::domain::state::State;

use super::next::named;
use super::wording;

/// Characters of a reason that are shown.
const WORDS: usize = 200;

/// "**Ana Souza**: “The quarter is full.”" for each of `covered` who said no and why, in their order and once each;
/// at most `most` of them.
pub fn reasons<'a>(
    program: &Program,
    state: &State,
    initiative: &Initiative,
    covered: impl IntoIterator<Item = &'a Covered>,
    most: usize,
) -> Vec<Part> {
    let mut told: BTreeSet<&PersonId> = BTreeSet::new();
    let mut lines = Vec::new();
    for Covered { person, standing, .. } in covered {
        if *standing != Standing::Stance(Stance::Declined) || !told.insert(person) {
            continue;
        }
        if let Some(why) = why_not(state, initiative, person) {
            let (name, _) = named(program, person);
            lines.push(Paragraph(vec![Span::Strong(name), Span::Text(format!(": {why}"))]));
        }
    }
    let others = |more| format!("{more} more said why: see “Who stands where” in App Home.");
    under("Why not this quarter, in their words:", lines, most, others)
}

/// The first `most` of these lines under a heading, and what is said of the others; nothing if there are none.
pub(super) fn under(
    heading: &str,
    mut lines: Vec<Paragraph>,
    most: usize,
    others: impl Fn(usize) -> String,
) -> Vec<Part> {
    if lines.is_empty() {
        return Vec::new();
    }
    let more = lines.len().saturating_sub(most);
    lines.truncate(most);
    let mut parts = vec![Part::Small(heading.into()), Part::List(lines)];
    if more > 0 {
        parts.push(Part::Small(Paragraph::text(others(more))));
    }
    parts
}

/// Why `person` said no to `initiative`, quoted; none if they gave no reason, or it can't be read any more.
pub(super) fn why_not(state: &State, initiative: &Initiative, person: &PersonId) -> Option<String> {
    let engagement = state.engagement(person, &initiative.id, initiative.quarter)?;
    engagement.why_not().map(|why| wording::quoted(why, WORDS))
}
