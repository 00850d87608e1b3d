//! Figures are what they say they are.

use super::Findings;
use super::plan::title;
use crate::config::diagnostic::Place;
use crate::config::organisation::Organisation;
use crate::config::raw::Estimate;
use crate::config::read::{Must, Soundness, value, written};
use crate::config::resolve;
use crate::config::word::BasisWord;
use crate::domain::calendar::PlanningWindow;

pub(super) fn basis(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (id, figure) in organisation.initiatives.iter().flat_map(|of| of.raw.figures.iter()) {
        match (figure.basis.get(), &figure.estimate) {
            (Some(BasisWord::Estimated), None) => {
                findings
                    .fault(id.place, format!("nobody stands behind the estimate `{}`", id.value))
                    .label("estimated, but has no `estimate`")
                    .help("add `estimate = { by = \"…\", on = 2026-11-02 }`");
            }
            (Some(BasisWord::Measured), Some(Must(Some(estimate)))) => {
                findings
                    .fault(estimate.place, format!("`{}` is measured and estimated", id.value))
                    .label("a measurement has no author")
                    .help("write `basis = \"estimated\"`, or take `estimate` out");
            }
            _ => {}
        }
    }
}

pub(super) fn reading(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let calendar = resolve::calendar(organisation);
    for described in &organisation.initiatives {
        let quarter = described.raw.quarter.get();
        let window = calendar.as_ref().zip(quarter).and_then(|(calendar, quarter)| calendar.window(*quarter));
        for (id, figure) in described.raw.figures.iter() {
            let (Some(read_on), Some(period)) = (&figure.read_on.0, figure.period.get()) else { continue };
            if read_on.value < period.to {
                findings
                    .fault(read_on.place, format!("`{}` was read before its period ended", id.value))
                    .label(format!("the period ends on {}", period.to))
                    .help("shorten the period to what was counted, or read it again");
            } else {
                later_than_freeze(read_on.value, read_on.place, window.as_ref(), findings);
            }
            estimate_date(
                written(&figure.estimate).map(|estimate| &estimate.value),
                window.as_ref(),
                findings,
            );
        }
        for (_, step) in described.raw.steps.iter() {
            estimate_date(step.estimate.get(), window.as_ref(), findings);
        }
    }
}

fn estimate_date(estimate: Option<&Estimate>, window: Option<&PlanningWindow>, findings: &mut Findings<'_>) {
    if let Some(on) = estimate.and_then(|estimate| estimate.on.0.as_ref()) {
        later_than_freeze(on.value, on.place, window, findings);
    }
}

/// What is read after the freeze can't have served the planning: the date is a slip.
fn later_than_freeze(
    day: jiff::civil::Date,
    place: Place,
    window: Option<&PlanningWindow>,
    findings: &mut Findings<'_>,
) {
    let Some(window) = window.filter(|window| day > window.freezes_on) else { return };
    findings
        .fault(place, format!("{day} lies in the future of this planning"))
        .label(format!("plans for {} freeze on {}", window.quarter, window.freezes_on))
        .help("write the day on which it was read or estimated");
}

pub(super) fn no_evidence(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in organisation.initiatives.iter().filter(|of| of.soundness == Soundness::Whole) {
        let figures = || described.raw.figures.iter().map(|(_, figure)| figure);
        if described.is_withdrawn() || figures().any(|figure| figure.team.is_none()) {
            continue;
        }
        if described.raw.figures.is_left_out() {
            findings
                .warning(
                    title(described),
                    "there is no number for this initiative, so nothing is sent for it",
                )
                .label("has no `figures`")
                .help("add what you know, measured or estimated, such as `[figures.pages]`");
            continue;
        }
        for (team, _) in described.raw.asks.iter() {
            let own = figures().any(|figure| value(&figure.team).is_some_and(|of| *of == team.value));
            if !own {
                findings
                    .warning(
                        team.place,
                        format!("there is no number for `{}`, so it is not asked", team.value),
                    )
                    .label("neither its own nor the company's")
                    .help("add a figure with this team, or one without a team");
            }
        }
    }
}
