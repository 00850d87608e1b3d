//! Who stands where, to copy into a spreadsheet.

use super::{named, say};
use crate::command::{Decided, Scene};
use crate::domain::coverage::{Coverage, Standing};
use crate::domain::directory::Person;
use crate::domain::ids::{PersonId, TeamId};
use crate::domain::message::{Paragraph, Part, Span};

/// As many characters as a message holds with room for what is around them.
const MOST: usize = 10_000;

pub(super) fn export(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let mut lines = vec!["initiative,quarter,team,audience,person,decides,standing".to_owned()];
    for initiative in named(scene, actor, words)? {
        let coverage = Coverage::of(scene.program, scene.state, scene.seen, initiative, scene.now);
        for cell in &coverage.cells {
            for covered in &cell.people {
                let fields = [
                    coverage.initiative.to_string(),
                    coverage.quarter.to_string(),
                    team(scene, &cell.team),
                    cell.audience.word().to_owned(),
                    person(scene, &covered.person),
                    if covered.decides { "yes" } else { "no" }.to_owned(),
                    standing(covered.standing, covered.unreachable),
                ];
                lines.push(fields.map(|field| quoted(&field)).join(","));
            }
        }
    }
    let mut room = MOST;
    let fitting = lines.iter().take_while(|line| {
        let taken = line.chars().count() + 1;
        let fits = taken <= room;
        room = room.saturating_sub(taken);
        fits
    });
    let shown = fitting.count();
    let missing = lines.len() - shown;
    lines.truncate(shown);
    let mut parts = vec![Part::Lines(lines)];
    if missing > 0 {
        parts.push(Part::Paragraph(Paragraph(vec![
            Span::Text(format!("{missing} more lines don't fit. Name one initiative, or let ")),
            Span::Code("canvass coverage --json".to_owned()),
            Span::Text(" write all of them on the server.".to_owned()),
        ])));
    }
    parts.push(Part::Small("Only you see this. Nobody else may see the answers.".into()));
    Ok(say("Who stands where, to copy", parts))
}

fn team(scene: Scene<'_>, id: &TeamId) -> String {
    scene.program.teams.get(id).map_or_else(|| id.to_string(), |team| team.name.clone())
}

fn person(scene: Scene<'_>, id: &PersonId) -> String {
    scene.name(id)
}

fn standing(standing: Standing, unreachable: bool) -> String {
    match standing {
        _ if unreachable => "unreachable".to_owned(),
        Standing::Untouched => "untouched".to_owned(),
        Standing::Reached => "reached".to_owned(),
        Standing::Engaged => "engaged".to_owned(),
        Standing::Stance(stance) => stance.word().to_owned(),
    }
}

/// A field as RFC 4180 wants it. One that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{field}") } else { field.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_quoted_where_it_has_to_be_and_is_never_a_formula() {
        let check = |field: &str, expected: &str| assert_eq!(quoted(field), expected);
        check("Checkout", "Checkout");
        check("Carter, Ben", "\"Carter, Ben\"");
        check("the \"core\" team", "\"the \"\"core\"\" team\"");
        check("=HYPERLINK(1)", "'=HYPERLINK(1)");
    }
}
