//! Fills the figures into the sentences that a person wrote.
//!
//! Invariant: an estimate never leaves this file without being called one (point 12).

use jiff::civil::Date;

use crate::domain::ids::FigureId;
use crate::domain::initiative::{Figure, Initiative};
use crate::domain::sentence::{Piece, pieces};

use super::unsayable::Unsayable;
use super::{amount, dates, wording};

/// A sentence ready to be read, and the figures that it shows, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) figures: Vec<FigureId>,
}

/// Words before a figure that already say "about".
const HEDGES: [&str; 7] = ["about", "roughly", "some", "around", "nearly", "almost", "estimated"];

/// Fills in the figures and periods of `sentence` as of `today`.
pub(super) fn fill(sentence: &str, initiative: &Initiative, today: Date) -> Result<Filled, Unsayable> {
    let taken_apart =
        pieces(sentence).map_err(|bad| Unsayable::Sentence { initiative: initiative.id.clone(), bad })?;
    let named = taken_apart.iter().filter_map(|piece| match piece {
        Piece::Figure(id) => Some(id),
        Piece::Text(_) | Piece::Period(_) => None,
    });
    let is_estimate = |id: &FigureId| initiative.figure(id).is_some_and(amount::is_estimate);
    let (estimates, counts): (Vec<_>, Vec<_>) = named.partition(|id| is_estimate(id));
    // Where both stand in a sentence each estimate is marked; otherwise one mark at the end will do.
    let mixed = !estimates.is_empty() && !counts.is_empty();
    // The author may have said so already.
    let owned_up = sentence.to_lowercase().contains("estimate");
    let mut filled = Filled::default();
    for piece in taken_apart {
        match piece {
            Piece::Text(text) => filled.text.push_str(text),
            Piece::Period(id) => filled.text.push_str(&dates::period(find(initiative, &id)?.period, today)),
            Piece::Figure(id) => {
                let figure = find(initiative, &id)?;
                let value = amount::figure(figure);
                let before = filled.text.split_whitespace().next_back().unwrap_or_default().to_lowercase();
                let hedged = HEDGES.contains(&before.as_str());
                let shown = if hedged { value.strip_prefix("about ").unwrap_or(&value) } else { &value };
                filled.text.push_str(shown);
                if amount::is_estimate(figure) && mixed && !owned_up {
                    filled.text.push_str(" (estimate)");
                }
                if !filled.figures.contains(&id) {
                    filled.figures.push(id);
                }
            }
        }
    }
    filled.text = wording::stopped(&filled.text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    if !owned_up && !mixed && filled.figures.iter().any(is_estimate) {
        let said = if filled.figures.len() > 1 { "estimates" } else { "estimate" };
        let mark = filled.text.pop().unwrap_or('.');
        filled.text.push_str(&format!(" ({said}){mark}"));
    }
    Ok(filled)
}

fn find<'a>(initiative: &'a Initiative, id: &FigureId) -> Result<&'a Figure, Unsayable> {
    initiative
        .figure(id)
        .ok_or_else(|| Unsayable::NoFigure { initiative: initiative.id.clone(), figure: id.clone() })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::message::fixture;

    fn filled(sentence: &str) -> String {
        let program = fixture::program();
        fill(sentence, &program.initiatives[0], date(2026, 12, 7)).unwrap().text
    }

    #[test]
    fn figures_and_their_periods_are_filled_in() {
        let check = |sentence: &str, expected: &str| assert_eq!(filled(sentence), expected);
        check("{{ figure.hangs }} times {{ period.hangs }}", "14 times between July and September.");
        check(" a  b\n c", "a b c.");
    }

    #[test]
    fn an_estimate_is_called_one() {
        let check = |sentence: &str, expected: &str| assert_eq!(filled(sentence), expected);
        check("{{ figure.exposed }} of orders hung.", "about $184,000 of orders hung (estimate).");
        check("Roughly {{ figure.exposed }} of orders.", "Roughly $184,000 of orders (estimate).");
        check("I estimate {{ figure.exposed }}.", "I estimate about $184,000.");
        check(
            "{{ figure.exposed }} of orders, {{ figure.tickets }} tickets.",
            "about $184,000 (estimate) of orders, 213 tickets.",
        );
    }

    #[test]
    fn an_unknown_figure_is_unsayable() {
        let program = fixture::program();
        let fault = fill("{{ figure.nope }}", &program.initiatives[0], date(2026, 12, 7)).unwrap_err();
        assert_eq!(fault.to_string(), "`payment-deadlines` has no figure called `nope`");
    }
}
