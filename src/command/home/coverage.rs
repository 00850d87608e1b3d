//! Who stands where on one initiative: team by audience, then person by person.

use super::lists::{figures, window};
use super::turn::leaf;
use super::{Desk, heading, plain, row, small};
use crate::command::Scene;
use crate::domain::coverage::{Cell, Coverage, Covered, Standing};
use crate::domain::engagement::{Audience, Stance};
use crate::domain::ids::{InitiativeId, TeamId};
use crate::domain::message::{Action, Page, Paragraph, Part};
use crate::domain::progress::Progress;
use crate::domain::roster::Roster;
use crate::message;

/// People of a page.
const PEOPLE: usize = 40;

pub(super) fn page(desk: &Desk<'_>, id: &InitiativeId, from: usize) -> Vec<Part> {
    let scene = desk.scene;
    let page = |from| Page::Coverage { initiative: id.clone(), from };
    let mut parts = desk.ways(&page(0));
    let Some(initiative) = desk.initiative(id) else { return parts };
    let stakeholders = Roster::of(scene.program).stakeholders(initiative);
    let coverage =
        Coverage::among(scene.program, scene.state, scene.seen, (initiative, &stakeholders), scene.now);
    let progress = Progress::of(scene.state, scene.seen, initiative, &stakeholders);
    parts.push(heading(initiative.title.clone()));
    parts.push(small(format!(
        "{} · {}",
        message::capitalised(&window(desk, initiative)),
        figures(&progress)
    )));
    let all: Vec<(&Cell, Option<&Covered>)> = coverage
        .cells
        .iter()
        .flat_map(|cell| {
            // An empty cell is there because somebody is missing in it: it is a line of its own.
            let nobody = cell.people.is_empty().then_some((cell, None));
            cell.people.iter().map(move |covered| (cell, Some(covered))).chain(nobody)
        })
        .collect();
    let (shown, turn) = leaf(&all, from, PEOPLE, page);
    let mut teams: Vec<&TeamId> = shown.iter().map(|(cell, _)| &cell.team).collect();
    teams.dedup();
    parts.push(matrix(desk, &coverage, &teams));
    parts.push(people(desk, shown));
    let Scene { program, state, seen, now, .. } = scene;
    let covered = || shown.iter().filter_map(|(_, covered)| *covered);
    parts.extend(message::reasons(program, state, initiative, covered(), PEOPLE));
    parts.extend(message::notes(program, state, seen, desk.reader, initiative, covered(), now));
    parts.extend(turn);
    parts.push(small("✓ for it, ✗ not this quarter, ! concern, … not decided, · nothing heard yet."));
    parts.extend(around(desk, id));
    parts
}

/// A row a team, a column an audience.
fn matrix(desk: &Desk<'_>, coverage: &Coverage, teams: &[&TeamId]) -> Part {
    let header = ["Team", "Product", "Eng. managers", "Executives", "Engineers"].map(String::from).to_vec();
    let rows = teams.iter().map(|team| {
        let cell = |audience: Audience| {
            let found = coverage.cells.iter().find(|cell| cell.team == **team && cell.audience == audience);
            found.map_or_else(|| "–".to_owned(), in_short)
        };
        std::iter::once(team_name(desk, team)).chain(Audience::ALL.map(cell)).collect()
    });
    Part::Table { header, rows: rows.collect() }
}

/// "✓✓…·": a sign a person, or how many of each where there are many.
fn in_short(cell: &Cell) -> String {
    if cell.people.is_empty() {
        return "nobody".to_owned();
    }
    let mut signs: Vec<char> = cell.people.iter().map(sign).collect();
    signs.sort_unstable_by_key(|sign| "✓✗!…·".find(*sign));
    if signs.len() <= 6 {
        return signs.iter().map(char::to_string).collect::<Vec<_>>().join(" ");
    }
    let counted = signs.chunk_by(|a, b| a == b).filter_map(|run| Some((run.first()?, run.len())));
    counted.map(|(sign, number)| format!("{number}{sign}")).collect::<Vec<_>>().join(" ")
}

fn sign(covered: &Covered) -> char {
    match covered.standing {
        Standing::Stance(Stance::Committed | Stance::FirstStep | Stance::Supportive) => '✓',
        Standing::Stance(Stance::Declined) => '✗',
        Standing::Stance(Stance::Concerned) => '!',
        Standing::Stance(Stance::Considering) | Standing::Engaged => '…',
        Standing::Untouched | Standing::Reached => '·',
    }
}

fn people(desk: &Desk<'_>, shown: &[(&Cell, Option<&Covered>)]) -> Part {
    let header = ["Who", "Role", "Team", "Where they stand"].map(String::from).to_vec();
    let rows = shown.iter().map(|(cell, covered)| {
        let (role, team) = (cell.audience.title().to_owned(), team_name(desk, &cell.team));
        match covered {
            None => vec!["nobody".to_owned(), role, team, "left out".to_owned()],
            Some(covered) => {
                let decides = if covered.decides { " (decides)" } else { "" };
                let name = format!("{}{decides}", desk.scene.name(&covered.person));
                vec![name, role, team, standing(covered)]
            }
        }
    });
    Part::Table { header, rows: rows.collect() }
}

fn standing(covered: &Covered) -> String {
    if covered.unreachable {
        return "can't be reached".to_owned();
    }
    match covered.standing {
        Standing::Untouched => "not written to yet".to_owned(),
        Standing::Reached => "reached, no answer".to_owned(),
        Standing::Engaged => "engaged, no answer yet".to_owned(),
        Standing::Stance(stance) => message::stance_in_words(stance).to_owned(),
    }
}

fn team_name(desk: &Desk<'_>, id: &TeamId) -> String {
    desk.scene.program.teams.get(id).map_or_else(|| id.to_string(), |team| team.name.clone())
}

/// The initiatives before and after this one.
fn around(desk: &Desk<'_>, id: &InitiativeId) -> Option<Part> {
    let place = desk.overseen.iter().position(|of| of.id == *id)?;
    let mut buttons = Vec::new();
    let beside = [("◀", place.checked_sub(1)), ("▶", place.checked_add(1))];
    for (arrow, place) in beside {
        let Some(of) = place.and_then(|place| desk.overseen.get(place)) else { continue };
        let label = if arrow == "◀" { format!("◀ {}", of.title) } else { format!("{} ▶", of.title) };
        let page = Page::Coverage { initiative: of.id.clone(), from: 0 };
        buttons.push(plain(&label, Action::Turn { page }));
    }
    (!buttons.is_empty()).then(|| row(Paragraph::default(), buttons))
}
