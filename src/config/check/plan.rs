//! Initiatives, their steps and their asks make sense.

use std::collections::BTreeSet;

use super::{Findings, cadence};
use crate::config::diagnostic::Place;
use crate::config::organisation::{Described, Organisation};
use crate::config::raw::Ask;
use crate::config::read::{At, Maybe, Must, Soundness, value, written};
use crate::config::resolve;
use crate::domain::engagement::{Audience, Touch};
use crate::domain::ids::{StepId, TeamId};

/// Longest time that one booking of office hours may take, minutes.
pub(super) const MOST_MINUTES: u32 = 240;

/// A number with the range that its key takes.
struct Ranged {
    number: f64,
    place: Place,
    from: f64,
    to: f64,
    says: &'static str,
}

fn ranged<T: Copy + Into<f64>>(
    at: Option<&At<T>>,
    (from, to): (f64, f64),
    says: &'static str,
) -> Option<Ranged> {
    at.map(|at| Ranged { number: at.value.into(), place: at.place, from, to, says })
}

pub(super) fn range(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    const POSITIVE: (f64, f64) = (f64::MIN_POSITIVE, f64::MAX);
    const SHARE: (f64, f64) = (f64::MIN_POSITIVE, 1.0);
    const COUNT: (f64, f64) = (1.0, f64::MAX);
    let mut numbers: Vec<Option<Ranged>> = Vec::new();
    if let Some(canvass) = &organisation.canvass.raw {
        if let Some(limits) = value(&canvass.limits) {
            numbers.push(ranged(limits.per_week.as_ref(), COUNT, "at least one message a week"));
            numbers.push(ranged(limits.asks.as_ref(), COUNT, "at least one, the pitch"));
            numbers.push(ranged(limits.burst_per_hour.as_ref(), COUNT, "at least one message an hour"));
            numbers.push(ranged(limits.capacity_share.as_ref(), SHARE, "a share, above 0 and at most 1"));
        }
        if let Some(evidence) = value(&canvass.evidence) {
            numbers.push(ranged(evidence.stale_after_days.as_ref(), COUNT, "at least one day"));
        }
        for hours in canvass.office_hours.values() {
            numbers.push(ranged(
                hours.minutes.as_ref(),
                (5.0, f64::from(MOST_MINUTES)),
                "5 minutes to 4 hours",
            ));
            numbers.push(ranged(hours.per_day.as_ref(), COUNT, "at least one booking a day"));
            numbers.push(ranged(hours.per_person.as_ref(), COUNT, "at least one booking"));
        }
    }
    for (_, team) in organisation.directory.raw.iter().flat_map(|directory| directory.teams.iter()) {
        numbers.push(ranged(team.capacity_days.as_ref(), POSITIVE, "engineer-days, more than 0"));
    }
    for described in &organisation.initiatives {
        for (_, step) in described.raw.steps.iter() {
            numbers.push(ranged(step.effort_days.0.as_ref(), POSITIVE, "engineer-days, more than 0"));
            numbers.push(ranged(step.share.0.as_ref(), SHARE, "a share, above 0 and at most 1"));
            numbers.push(ranged(step.earns_back_quarters.as_ref(), POSITIVE, "quarters, more than 0"));
        }
        for (_, figure) in described.raw.figures.iter() {
            numbers.push(ranged(figure.value.0.as_ref(), (0.0, f64::MAX), "0 or more"));
        }
    }
    for wrong in numbers.into_iter().flatten().filter(|of| !(of.from..=of.to).contains(&of.number)) {
        let finding = findings.fault(wrong.place, format!("{} makes no sense here", wrong.number));
        finding.label(wrong.says);
        if wrong.to == 1.0 && wrong.number > 1.0 && wrong.number <= 100.0 {
            finding.help(format!("write `{}` for {} %", wrong.number / 100.0, wrong.number));
        }
    }
}

pub(super) fn steps_cycle(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in &organisation.initiatives {
        let steps = &described.raw.steps;
        let after = |id: &StepId| {
            let found = steps.iter().find(|(named, _)| named.value == *id);
            found.into_iter().flat_map(|(_, step)| step.after.iter())
        };
        let mut told = BTreeSet::new();
        for (start, _) in steps.iter() {
            // Whatever `start` waits for, directly or not, with the way there.
            let mut open: Vec<Vec<&At<StepId>>> = after(&start.value).map(|first| vec![first]).collect();
            let mut seen = BTreeSet::new();
            while let Some(way) = open.pop() {
                let Some(last) = way.last() else { continue };
                if last.value == start.value {
                    let ids: BTreeSet<_> = way.iter().map(|step| &step.value).collect();
                    if told.is_disjoint(&ids) {
                        report_cycle(start, &way, findings);
                    }
                    told.extend(ids);
                    break;
                }
                if seen.insert(&last.value) {
                    open.extend(after(&last.value).map(|next| [way.as_slice(), &[next]].concat()));
                }
            }
        }
    }
}

fn report_cycle(start: &At<StepId>, way: &[&At<StepId>], findings: &mut Findings<'_>) {
    let Some(first) = way.first() else { return };
    let names: Vec<String> =
        std::iter::once(start).chain(way.iter().copied()).map(|step| format!("`{}`", step.value)).collect();
    findings
        .fault(first.place, format!("the step `{}` waits for itself", start.value))
        .label(names.join(" after "))
        .help("take out the `after` that is wrong");
}

pub(super) fn ask_steps(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (_, team, ask) in asks(organisation) {
        if ask.steps.is_left_out() {
            findings
                .fault(team.place, format!("nothing is asked of `{}`", team.value))
                .label("has no `steps`")
                .help("list the steps that are asked for, such as `steps = [\"first\", \"second\"]`");
            continue;
        }
        let offered = |at: &At<StepId>| ask.steps.values().any(|step| *step == at.value);
        for step in ask.first_step.0.iter().chain(ask.smallest_step.iter()).filter(|step| !offered(step)) {
            findings
                .fault(
                    step.place,
                    format!("`{}` is not among the steps asked of `{}`", step.value, team.value),
                )
                .label("offered, but not asked for")
                .nearest(step.value.as_str(), ask.steps.values().map(StepId::as_str));
        }
    }
}

pub(super) fn no_ask(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in organisation.initiatives.iter().filter(|of| of.soundness == Soundness::Whole) {
        if described.raw.asks.is_left_out() && !described.is_withdrawn() {
            findings
                .warning(title(described), "this initiative asks nothing of anybody")
                .label("has no `asks`")
                .help("add a table for each team, such as `[asks.checkout]`");
        }
    }
}

pub(super) fn no_advocate(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in organisation.initiatives.iter().filter(|of| of.soundness == Soundness::Whole) {
        if described.raw.advocates.is_left_out() {
            findings
                .fault(title(described), "nobody stands behind this initiative")
                .label("has no `advocates`")
                .help("add whoever sees the answers, such as `advocates = [\"priya\"]`");
        }
    }
}

/// Where an initiative as a whole is underlined: its title.
pub(super) fn title(described: &Described) -> Place {
    let Must(title) = &described.raw.title;
    title.as_ref().map_or(described.id.place, |title| title.place)
}

pub(super) fn no_decider(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (_, team, ask) in asks(organisation) {
        if ask.decider.is_none() {
            findings
                .warning(team.place, format!("nobody answers for `{}`", team.value))
                .label("has no `decider`: a gap")
                .help("ask the team who decides, and add `decider = \"…\"`");
        }
    }
}

pub(super) fn decider(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for (described, team, ask) in asks(organisation) {
        let Some(decider) = written(&ask.decider) else { continue };
        let Some(person) = organisation.person(&decider.value) else { continue };
        let id = &decider.value;
        let on_team = person.teams.values().any(|on| *on == team.value)
            || (person.teams.is_left_out() && person.audiences.values().any(|of| *of == Audience::Executive));
        if described.excludes(id) {
            findings
                .fault(decider.place, format!("`{id}` decides for `{}` but is left out", team.value))
                .label("in `excluded` of this initiative")
                .help("name somebody else, or take them out of `excluded`");
        } else if person.audiences.is_left_out() {
            findings
                .fault(decider.place, format!("`{id}` decides for `{}` but can't be argued with", team.value))
                .label("has no `audiences` in `people.toml`")
                .help("give them an audience there");
        } else if described.is_advocate(id) {
            findings
                .fault(decider.place, format!("`{id}` can't decide what they advocate"))
                .label("an advocate of this initiative")
                .help("name who answers for the team");
        } else if !on_team {
            findings
                .warning(decider.place, format!("`{id}` decides for `{}` but is not on it", team.value))
                .label("on other teams only")
                .help("if that is right, add the team to theirs in `people.toml`");
        }
    }
}

pub(super) fn required_audience(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    if organisation.directory.soundness == Soundness::Broken {
        return;
    }
    for (described, team, ask) in asks(organisation) {
        for required in ask.required.iter() {
            let staffed = organisation.people().any(|(id, person)| {
                described.role(&team.value, ask, &id.value, person).is_some()
                    && person.audiences.values().any(|audience| *audience == required.value)
            });
            if !staffed {
                findings
                    .warning(required.place, format!("`{}` has no {}", team.value, required.value.title()))
                    .label("a gap")
                    .help("find out who it is, and add them to `people.toml`");
            }
        }
    }
}

pub(super) fn exception(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for described in &organisation.initiatives {
        for excluded in described.raw.excluded.values().filter_map(|exception| exception.person.0.as_ref()) {
            let id = &excluded.value;
            if described.raw.extra.values().any(|exception| exception.person.get() == Some(id)) {
                findings
                    .fault(excluded.place, format!("`{id}` is added and left out"))
                    .label("in `extra` too")
                    .help("take them out of one of the two");
            }
        }
        for extra in described.raw.extra.values().filter_map(|exception| exception.person.0.as_ref()) {
            let Some(person) = organisation.person(&extra.value) else { continue };
            if person.audiences.is_left_out() {
                findings
                    .fault(extra.place, format!("`{}` is added but can't be argued with", extra.value))
                    .label("has no `audiences` in `people.toml`")
                    .help("give them an audience there");
            }
        }
    }
}

pub(super) fn review_date(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let Some(calendar) = resolve::calendar(organisation) else { return };
    for (described, _, ask) in asks(organisation) {
        let window = described.raw.quarter.get().and_then(|quarter| calendar.window(*quarter));
        let review: &Maybe<_> = &ask.review_by;
        let (Some(window), Some(review)) = (window, review) else { continue };
        if review.value > window.freezes_on {
            findings
                .fault(review.place, "the design would be reviewed after plans freeze")
                .label(format!("{} freezes on {}", window.quarter, window.freezes_on))
                .help("write an earlier day");
            continue;
        }
        // Checks don't know what day it is; a day before the first ask is in the past for whoever reads one.
        let Some(asked) = cadence::begins(organisation, Touch::Pitch, &window) else { continue };
        if review.value < asked {
            findings
                .warning(review.place, "the design would be reviewed before anybody is asked to")
                .label(format!("pitches for {} go out from {asked} on", window.quarter))
                .help(format!("write a day from {asked} to {}", window.freezes_on));
        }
    }
}

/// Every ask of every initiative that is still wanted.
fn asks<'o>(
    organisation: &'o Organisation<'_>,
) -> impl Iterator<Item = (&'o Described, &'o At<TeamId>, &'o Ask)> {
    organisation
        .initiatives
        .iter()
        .filter(|described| !described.is_withdrawn())
        .flat_map(|described| described.raw.asks.iter().map(move |(team, ask)| (described, team, ask)))
}
