//! Answers to the reading subcommands.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use super::query::{Query, View};
use crate::domain::coverage::{Coverage, Standing};
use crate::domain::directory::{Address, Person};
use crate::domain::engagement::Touch;
use crate::domain::initiative::Initiative;
use crate::domain::program::Program;
use crate::plan::{self, Explanation, Outcome, Row};
use crate::{command, message, slack};

/// How far `canvass plan` looks ahead when no window says otherwise.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 120);

/// The text that answers `query`, or a sentence that says what is wrong with it.
pub fn answer(view: View<'_>, query: &Query) -> Result<String, String> {
    match query {
        Query::Plan { initiative, at, json } => {
            let view = view.at(*at)?;
            let mut explanation = explain(view);
            if let Some(name) = initiative {
                let wanted = named(view.program, name)?;
                explanation.initiatives.retain(|plan| plan.initiative == wanted.id);
            }
            if *json { to_json(&explanation) } else { Ok(plan_text(view, &explanation)) }
        }
        Query::Preview { person, initiative, touch, at, blocks } => {
            preview(view.at(*at)?, person, initiative.as_deref(), *touch, *blocks)
        }
        Query::Coverage { initiative, json } => {
            let wanted = initiative.as_deref().map(|name| named(view.program, name)).transpose()?;
            let of = view
                .program
                .initiatives
                .iter()
                .filter(|initiative| wanted.is_none_or(|only| only.id == initiative.id));
            let coverage: Vec<Coverage> = of
                .map(|initiative| Coverage::of(view.program, view.state, view.seen, initiative, view.now))
                .collect();
            if *json { to_json(&coverage) } else { Ok(coverage_text(view.program, &coverage)) }
        }
        Query::Export => Err("An export is streamed, not answered.".into()),
        Query::Forget { .. } => Err("Forgetting somebody is done, not answered.".into()),
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value)
        .map_err(|error| format!("The answer could not be written as JSON: {error}."))
}

fn explain(view: View<'_>) -> Explanation {
    let freeze =
        |initiative: &Initiative| view.program.window(initiative.quarter).map(|window| window.freezes);
    let last = view.program.initiatives.iter().filter_map(freeze).max().unwrap_or(view.now);
    let until = last.max(view.now).checked_add(LOOK_AHEAD).unwrap_or(Timestamp::MAX);
    plan::explain(view.program, view.state, view.seen, view.now, until)
}

fn named<'a>(program: &'a Program, name: &str) -> Result<&'a Initiative, String> {
    let all: Vec<&Initiative> = program.initiatives.iter().collect();
    command::initiative_named(&all, name)
}

pub(super) fn person_named<'a>(program: &'a Program, name: &str) -> Result<&'a Person, String> {
    let plain = name.trim_start_matches('@');
    let is = |person: &&Person| {
        person.id.as_str() == plain
            || person.name.eq_ignore_ascii_case(plain)
            || matches!(&person.address, Address::Email(email) if email.eq_ignore_ascii_case(plain))
            || matches!(&person.address, Address::Slack(slack) if slack.as_str() == plain)
    };
    program.people.values().find(is).ok_or_else(|| {
        let known: Vec<&str> = program.people.keys().map(|id| id.as_str()).collect();
        format!("I don't know “{plain}”. People are: {}.", known.join(", "))
    })
}

fn preview(
    view: View<'_>,
    person: &str,
    initiative: Option<&str>,
    touch: Touch,
    blocks: bool,
) -> Result<String, String> {
    let person = person_named(view.program, person)?;
    let argued = |initiative: &&Initiative| view.program.stakeholder(initiative, person).is_some();
    let initiative = match initiative {
        Some(name) => named(view.program, name)?,
        None => view
            .program
            .initiatives
            .iter()
            .find(argued)
            .ok_or_else(|| format!("{} is not a stakeholder of any initiative.", person.name))?,
    };
    let shown = message::preview(view.program, view.state, view.seen, initiative, person, touch, view.now)
        .map_err(|unsayable| unsayable.to_string())?;
    if blocks {
        to_json(&serde_json::json!({ "text": shown.notification, "blocks": slack::blocks(&shown, None) }))
    } else {
        Ok(message::to_text(&shown))
    }
}

fn plan_text(view: View<'_>, explanation: &Explanation) -> String {
    let program = view.program;
    let mut text = String::new();
    if view.state.adopted.is_none() {
        _ = writeln!(
            text,
            "Not started yet: this is what would go out if the service were started at that time.\n"
        );
    } else if let Some(held) = &explanation.held {
        _ = writeln!(text, "HELD: {}\n", held.told(program, None));
    }
    for plan in &explanation.initiatives {
        _ = writeln!(text, "{} ({}), {}", plan.title, plan.initiative, plan.quarter);
        if let Some((opens, freezes)) = plan.window {
            _ = writeln!(
                text,
                "planning opens {}, freezes {}{}",
                opens.strftime("%a %-d %b %Y"),
                freezes.strftime("%a %-d %b %Y"),
                if plan.late { "; added late: fewer messages, closer together" } else { "" }
            );
        }
        let width = plan.people.iter().map(|row| who(row).chars().count()).max().unwrap_or_default();
        for row in &plan.people {
            person_text(&mut text, program, row, width);
        }
        for gap in &plan.left_out {
            _ = writeln!(text, "  LEFT OUT  {}", message::gap_sentence(program, gap));
        }
        text.push('\n');
    }
    text
}

fn who(row: &Row) -> String {
    match row.audience {
        Some(audience) => format!("{} ({})", row.name, audience.title()),
        None => row.name.clone(),
    }
}

fn person_text(text: &mut String, program: &Program, row: &Row, width: usize) {
    let mut label = format!("  {:width$}", who(row));
    if let Some(skip) = &row.skipped {
        _ = writeln!(text, "{label}  nothing: {}", skip.told(program, None));
        return;
    }
    for touch in &row.touches {
        let what = match &touch.outcome {
            Outcome::Sent(at) => format!("sent     {}", at.strftime("%a %-d %b %H:%M %Z")),
            Outcome::Planned(at) => format!("planned  {}", at.strftime("%a %-d %b %H:%M %Z")),
            Outcome::Skipped(skip) => format!("no       {}", skip.told(program, None)),
        };
        _ = writeln!(text, "{label}  {:9}  {what}", touch.touch.word());
        label = " ".repeat(label.chars().count());
    }
}

fn coverage_text(program: &Program, all: &[Coverage]) -> String {
    let mut text = String::new();
    for coverage in all {
        _ = writeln!(text, "{} ({}), {}", coverage.title, coverage.initiative, coverage.quarter);
        for cell in &coverage.cells {
            let team = program.teams.get(&cell.team).map_or(cell.team.as_str(), |team| team.name.as_str());
            if cell.people.is_empty() {
                _ = writeln!(text, "  {team:20} {:20} nobody: left out", cell.audience.title());
            }
            for covered in &cell.people {
                let name = program
                    .people
                    .get(&covered.person)
                    .map_or(covered.person.as_str(), |person| person.name.as_str());
                let standing = match covered.standing {
                    _ if covered.unreachable => "can't be reached".to_owned(),
                    Standing::Untouched => "nothing sent yet".to_owned(),
                    Standing::Reached => "reached".to_owned(),
                    Standing::Engaged => "engaged".to_owned(),
                    Standing::Stance(stance) => stance.word().replace('_', " "),
                };
                let decides = if covered.decides { " (decides)" } else { "" };
                _ = writeln!(
                    text,
                    "  {team:20} {:20} {:32} {standing}",
                    cell.audience.title(),
                    format!("{name}{decides}")
                );
            }
        }
        for gap in &coverage.gaps {
            _ = writeln!(text, "  LEFT OUT  {}", message::gap_sentence(program, gap));
        }
        text.push('\n');
    }
    text
}
