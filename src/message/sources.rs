//! *Where the numbers come from, and why me*: every figure of a message with its source, date and
//! arithmetic, and the rule by which the reader gets it (point 12, rule R1).

use crate::domain::engagement::Audience;
use crate::domain::initiative::{Basis, Estimate, Figure, Step};
use crate::domain::message::{Paragraph, Part, Span};
use crate::domain::program::Because;

use super::case::{Case, names, team_name};
use super::facts::{is_stale, shown};
use super::relay::file;
use super::step::{Which, steps};
use super::touch::Prose;
use super::{amount, dates, wording};

/// What the modal shows for a message of this case.
pub(super) fn sources(case: &Case<'_>, prose: &Prose, which: Which) -> Vec<Part> {
    let mut parts = vec![Part::Heading("Where the numbers come from".to_owned())];
    let shown = shown(case, &prose.figures);
    if shown.is_empty() {
        parts.push(Part::Paragraph("This message shows no evidence numbers.".into()));
    }
    for figure in shown {
        parts.extend(of_figure(case, figure));
    }
    let steps = steps(case, which);
    if !steps.is_empty() {
        parts.push(Part::Heading("What the step takes and brings".to_owned()));
    }
    let mut told: Vec<&Step> = Vec::new();
    for (_, step) in steps {
        if !told.iter().any(|known| known.id == step.id) {
            parts.extend(of_step(case, step));
            told.push(step);
        }
    }
    parts.push(Part::Divider);
    parts.push(Part::Heading("Why you".to_owned()));
    parts.push(Part::Paragraph(why(case)));
    let sees = wording::capitalised(&case.only_they_see());
    parts.push(Part::Small(Paragraph::text(format!(
        "{sees} your answer. A figure that you find wrong: just reply, it gets corrected."
    ))));
    parts
}

fn of_figure(case: &Case<'_>, figure: &Figure) -> Vec<Part> {
    let day = |day| dates::reading(day, case.today);
    let whose = match &figure.team {
        Some(team) => format!(", {}", team_name(case.program, team)),
        None => ", the whole company".to_owned(),
    };
    let basis = match &figure.basis {
        Basis::Measured => format!("Measured by {}", figure.source),
        Basis::Estimated(Estimate { by, on }) => {
            format!("Estimated by {by} on {} from {}", day(*on), figure.source)
        }
    };
    let stale = if is_stale(case, figure) { "; that is a while ago, so it may have changed" } else { "" };
    let period = dates::period(figure.period, case.today);
    let mut spans = vec![
        Span::Strong(wording::capitalised(
            format!("{} {}", amount::figure(figure), amount::unit(figure)).trim(),
        )),
        Span::Text(format!(" {period}{whose}. {basis}, read on {}{stale}.", day(figure.read_on))),
    ];
    if let Some(url) = figure.url.as_ref().filter(|url| url.starts_with("https://")) {
        spans.push(Span::Text(" ".to_owned()));
        spans.push(Span::Link { label: format!("Look it up in {}", figure.source), url: url.clone() });
    }
    let mut parts = vec![Part::Paragraph(Paragraph(spans))];
    if !figure.says.trim().is_empty() {
        parts.push(Part::Paragraph(Paragraph::text(wording::stopped(&figure.says))));
    }
    if let Some(arithmetic) = &figure.arithmetic {
        parts.push(Part::Small(Paragraph::text(format!("Arithmetic: {arithmetic}"))));
    }
    parts
}

fn of_step(case: &Case<'_>, step: &Step) -> Vec<Part> {
    let effort = match case.audience {
        Audience::Executive => amount::effort(step.effort_days, case.audience),
        Audience::Product | Audience::EngineeringManager | Audience::Engineer => {
            format!("about {} engineer-days", amount::number(step.effort_days))
        }
    };
    let back = step.earns_back_quarters.map_or_else(String::new, |quarters| {
        format!("; it earns its time back in about {}", amount::quarters(quarters))
    });
    let (by, on) = (&step.estimate.by, dates::reading(step.estimate.on, case.today));
    let text = format!(
        ": {effort}, to remove {} of {}{back}. Both are estimates by {by}, made on {on}; the team's own replace them.",
        amount::share(step.share),
        step.metric
    );
    vec![Part::Paragraph(Paragraph(vec![Span::Strong(wording::capitalised(&step.title)), Span::Text(text)]))]
}

fn why(case: &Case<'_>) -> Paragraph {
    let teams = case.team_names();
    let one = case.teams.len() == 1;
    let asked = if one { "which is asked" } else { "which are asked" };
    let role = case.audience.title();
    let article = if role.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let stakeholder = case.program.stakeholder(case.initiative, case.person);
    let place = match stakeholder.as_ref().map(|stakeholder| &stakeholder.because) {
        Some(Because::Decides) => ", which names you as the decider.",
        Some(Because::Added(_)) => ", which adds you, with the reason.",
        Some(Because::OnTeam | Because::AnswersFor | Because::Named { .. }) | None => {
            ", which has the ask, and config/people.toml, which has your role and team."
        }
    };
    let because = match stakeholder.map(|stakeholder| stakeholder.because) {
        Some(Because::OnTeam) | None => format!("You are {article} {role} of {teams}, {asked}."),
        Some(Because::AnswersFor) => format!("As {article} {role} you answer for {teams}, {asked}."),
        Some(Because::Decides) => {
            let deciding: Vec<&str> = case
                .asks()
                .filter(|ask| ask.decider.as_ref() == Some(&case.person.id))
                .map(|ask| team_name(case.program, &ask.team))
                .collect();
            format!("You decide for {} on this ask.", wording::joined(&deciding))
        }
        Some(Because::Named { by }) => {
            let by = names(case.program, std::slice::from_ref(&by));
            return Paragraph::text(format!(
                "A colleague named you as somebody who should hear of this, for {teams}, and {} decided to write \
                 to you. If someone else decides, or you want no such messages, choose that in the menu under \
                 the message.",
                wording::joined(&by)
            ));
        }
        Some(Because::Added(reason)) => {
            format!("{} added you: {}", case.advocates(), wording::stopped(&reason))
        }
    };
    Paragraph(vec![
        Span::Text(format!("{because} This follows from ")),
        Span::Code(file(case.initiative)),
        Span::Text(format!(
            "{place} If someone else decides, or you want no such messages, choose that in the menu under the message."
        )),
    ])
}
