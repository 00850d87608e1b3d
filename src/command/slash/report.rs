//! What is proposed, who was reached, and who is missing.

use super::{advocated, named, say};
use crate::command::names::Choice;
use crate::command::{Decided, Scene, listed};
use crate::domain::coverage::{Cell, Coverage, Covered, Standing};
use crate::domain::directory::Person;
use crate::domain::engagement::Stance;
use crate::domain::initiative::Initiative;
use crate::domain::message::{Paragraph, Part, Span};
use crate::message::{gap_sentence, notes, reasons};

/// Reasons that are shown of an initiative that stands beside others.
const FEW_REASONS: usize = 4;
/// Reasons that are shown of one initiative: a message has room for several, and App Home shows all of them.
const REASONS: usize = 12;

/// The initiatives that concern `actor`: those they may see the answers of, and those argued to them.
pub(super) fn concerning<'a>(scene: Scene<'a>, actor: &Person) -> Vec<&'a Initiative> {
    let of_them = |initiative: &&Initiative| {
        !initiative.withdrawn
            && (scene.program.sees_answers(&actor.id, initiative)
                || scene.program.stakeholder(initiative, actor).is_some())
    };
    scene.program.initiatives.iter().filter(of_them).collect()
}

pub(super) fn initiatives(scene: Scene<'_>, actor: &Person, _words: &[&str]) -> Result<Decided, String> {
    let concerning = concerning(scene, actor);
    if concerning.is_empty() {
        return Err("No initiative concerns you at the moment.".into());
    }
    let lines = concerning.iter().map(|initiative| {
        let teams: Vec<&str> = initiative
            .asks
            .keys()
            .filter_map(|id| Some(scene.program.teams.get(id)?.name.as_str()))
            .collect();
        let freeze = scene.program.window(initiative.quarter).map_or_else(String::new, |window| {
            format!("; plans freeze on {}", window.freezes_on.strftime("%A %-d %B %Y"))
        });
        Paragraph(vec![
            Span::Strong(initiative.title.clone()),
            Span::Text(" (".into()),
            Span::Code(initiative.id.to_string()),
            Span::Text(format!(
                "), asked of {} for {}{freeze}",
                listed(&teams, "and"),
                initiative.quarter.short()
            )),
        ])
    });
    Ok(say("Initiatives", vec![Part::List(lines.collect())]))
}

pub(super) fn show(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let initiative = Choice::of(concerning(scene, actor)).whole(words)?;
    let sees_all = scene.program.sees_answers(&actor.id, initiative);
    let own = scene.program.stakeholder(initiative, actor);
    let mut parts =
        vec![Part::Heading(initiative.title.clone()), Part::Paragraph(Paragraph::text(&initiative.problem))];
    let asks = initiative
        .asks
        .values()
        .filter(|ask| sees_all || own.as_ref().is_some_and(|own| own.teams.contains(&ask.team)));
    for ask in asks {
        let team =
            scene.program.teams.get(&ask.team).map_or_else(|| ask.team.to_string(), |team| team.name.clone());
        let mut line = vec![Span::Strong(team), Span::Text(format!(": {}", ask.what))];
        if let Some(step) = initiative.step(&ask.first_step) {
            line.push(Span::Text(format!(
                ". First step: {}, about {} days of work",
                step.title, step.effort_days
            )));
        }
        parts.push(Part::Paragraph(Paragraph(line)));
    }
    if let Some(design) = &initiative.design {
        let link = Span::Link { label: design.label.clone(), url: design.url.clone() };
        parts.push(Part::Paragraph(Paragraph(vec![Span::Text("Design: ".into()), link])));
    }
    if let Some(engagement) = scene.state.engagement(&actor.id, &initiative.id, initiative.quarter)
        && let Some(taken) = engagement.stance()
    {
        parts.push(Part::Paragraph(Paragraph::text(format!("Your answer: {}.", stance(taken.stance)))));
    }
    let who = scene.advocates(initiative);
    parts
        .push(Part::Small(Paragraph::text(format!("Advocated by {who}. Nobody else is shown the answers."))));
    Ok(say(initiative.title.clone(), parts))
}

pub(super) fn coverage(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let mut parts = Vec::new();
    let initiatives = named(scene, actor, words)?;
    let alone = initiatives.len() == 1;
    for initiative in initiatives {
        let coverage = Coverage::of(scene.program, scene.state, scene.seen, initiative, scene.now);
        parts.push(Part::Heading(format!("{}, {}", coverage.title, coverage.quarter.short())));
        let header = ["Team", "Audience", "Who", "Where they stand"].map(String::from).to_vec();
        let rows = coverage.cells.iter().flat_map(|cell| rows(scene, cell)).collect();
        parts.push(Part::Table { header, rows });
        let Scene { program, state, seen, now, .. } = scene;
        let covered = || coverage.cells.iter().flat_map(|cell| &cell.people);
        let most = if alone { REASONS } else { FEW_REASONS };
        parts.extend(reasons(program, state, initiative, covered(), most));
        // Beside other initiatives there is room for the figures alone.
        if alone {
            parts.extend(notes(program, state, seen, actor, initiative, covered(), now));
        }
        parts.push(Part::Small(Paragraph::text(summary(&coverage))));
    }
    Ok(say("Coverage", parts))
}

fn rows(scene: Scene<'_>, cell: &Cell) -> Vec<Vec<String>> {
    let team =
        scene.program.teams.get(&cell.team).map_or_else(|| cell.team.to_string(), |team| team.name.clone());
    let audience = cell.audience.title().to_owned();
    if cell.people.is_empty() {
        return vec![vec![team, audience, "nobody".into(), "left out".into()]];
    }
    let row = |covered: &Covered| {
        let mut name = scene.name(&covered.person);
        if covered.decides {
            name.push_str(" (decides)");
        }
        vec![team.clone(), audience.clone(), name, standing(covered)]
    };
    cell.people.iter().map(row).collect()
}

fn standing(covered: &Covered) -> String {
    if covered.unreachable {
        return "can't be reached".into();
    }
    match covered.standing {
        Standing::Untouched => "nothing sent yet".into(),
        Standing::Reached => "reached".into(),
        Standing::Engaged => "engaged, no answer yet".into(),
        Standing::Stance(taken) => stance(taken).into(),
    }
}

fn stance(stance: Stance) -> &'static str {
    match stance {
        Stance::Committed => "committed",
        Stance::FirstStep => "first step only",
        Stance::Supportive => "supportive",
        Stance::Considering => "considering",
        Stance::Concerned => "concerned",
        Stance::Declined => "not this quarter",
    }
}

fn summary(coverage: &Coverage) -> String {
    let mut people: Vec<&Covered> = coverage.cells.iter().flat_map(|cell| &cell.people).collect();
    // A person on several teams counts once, with the furthest they have come.
    people.sort_by(|a, b| (&a.person, b.standing).cmp(&(&b.person, a.standing)));
    people.dedup_by(|a, b| a.person == b.person);
    let count = |from: Standing| people.iter().filter(|covered| covered.standing >= from).count();
    let gaps = match coverage.gaps.len() {
        0 => "No gaps".to_owned(),
        1 => "1 gap".to_owned(),
        more => format!("{more} gaps"),
    };
    format!(
        "{} people: {} reached, {} engaged, {} with an answer. {gaps}.",
        people.len(),
        count(Standing::Reached),
        count(Standing::Engaged),
        people.iter().filter(|covered| matches!(covered.standing, Standing::Stance(_))).count(),
    )
}

pub(super) fn gaps(scene: Scene<'_>, actor: &Person, words: &[&str]) -> Result<Decided, String> {
    let mut parts = Vec::new();
    for initiative in named(scene, actor, words)? {
        let coverage = Coverage::of(scene.program, scene.state, scene.seen, initiative, scene.now);
        parts.push(Part::Heading(coverage.title.clone()));
        if coverage.gaps.is_empty() {
            parts.push(Part::Paragraph(Paragraph::text("Nobody is left out.")));
        } else {
            let lines = coverage.gaps.iter().map(|gap| Paragraph::told(&gap_sentence(scene.program, gap)));
            parts.push(Part::List(lines.collect()));
        }
    }
    if parts.is_empty() && advocated(scene, actor).is_empty() {
        return Err("You advocate no initiative.".into());
    }
    Ok(say("Gaps", parts))
}
