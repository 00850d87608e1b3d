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
    let mut filled = Filled::default();
    for piece in taken_apart {
        match piece {
            Piece::Text(text) => filled.text.push_str(text),
            Piece::Period(id) => filled.text.push_str(&dates::period(find(initiative, &id)?.period, today)),
            Piece::Figure(id) => {
                let value = amount::figure(find(initiative, &id)?);
                let before = filled.text.split_whitespace().next_back().unwrap_or_default().to_lowercase();
                let hedged = HEDGES.contains(&before.as_str());
                let shown = if hedged { value.strip_prefix("about ").unwrap_or(&value) } else { &value };
                filled.text.push_str(shown);
                if !filled.figures.contains(&id) {
                    filled.figures.push(id);
                }
            }
        }
    }
    filled.text = wording::stopped(&filled.text.split_whitespace().collect::<Vec<_>>().join(" "));
    own_up(&mut filled, initiative);
    Ok(filled)
}

fn find<'a>(initiative: &'a Initiative, id: &FigureId) -> Result<&'a Figure, Unsayable> {
    initiative
        .figure(id)
        .ok_or_else(|| Unsayable::NoFigure { initiative: initiative.id.clone(), figure: id.clone() })
}

/// Says which of the figures are estimates, unless the author did.
fn own_up(filled: &mut Filled, initiative: &Initiative) {
    if filled.text.to_lowercase().contains("estimate") {
        return;
    }
    let shown: Vec<&Figure> = filled.figures.iter().filter_map(|id| initiative.figure(id)).collect();
    let estimates: Vec<String> = shown
        .iter()
        .filter(|figure| amount::is_estimate(figure))
        .map(|figure| amount::figure(figure).trim_start_matches("about ").to_owned())
        .collect();
    let said = match estimates.as_slice() {
        [] => return,
        all if all.len() == shown.len() && all.len() > 1 => "estimates".to_owned(),
        all if all.len() == shown.len() => "estimate".to_owned(),
        [one] => format!("{one} is an estimate"),
        more => format!("{} are estimates", wording::joined(more)),
    };
    let mark = filled.text.pop().unwrap_or('.');
    filled.text.push_str(&format!(" ({said}){mark}"));
}
