//! What can truthfully be said for an initiative, to whom, and how much of a team it takes (R1, R3, R6).

use jiff::civil::Date;

use super::engagement::Audience;
use super::ids::TeamId;
use super::initiative::{Ask, Figure, Initiative, Measure, News, Step};
use super::program::Program;

/// Why an initiative can't be argued to an audience of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotReady {
    /// No figure at all, neither the team's nor the company's: the ask is held.
    NoEvidence,
    /// An executive, and neither money nor minutes, renewals or tickets: never a default rate.
    NothingForExecutives,
}

/// The figures that may be shown to `audience` about `team`: the team's own first, then the company's;
/// what the audience is measured by comes first.
pub fn figures<'a>(initiative: &'a Initiative, team: &TeamId, audience: Audience) -> Vec<&'a Figure> {
    let about = |figure: &&Figure| figure.team.as_ref().is_none_or(|of| of == team);
    let mut figures: Vec<&Figure> = initiative.figures.iter().filter(about).collect();
    figures.sort_by_key(|figure| (rank(audience, figure.measure), figure.team.is_none()));
    figures
}

fn rank(audience: Audience, measure: Measure) -> usize {
    let order: [Measure; 7] = match audience {
        Audience::Product => [
            Measure::Incidents,
            Measure::Tickets,
            Measure::Minutes,
            Measure::Renewals,
            Measure::Money,
            Measure::Pages,
            Measure::Other,
        ],
        Audience::EngineeringManager | Audience::Engineer => [
            Measure::Pages,
            Measure::Incidents,
            Measure::Minutes,
            Measure::Tickets,
            Measure::Other,
            Measure::Renewals,
            Measure::Money,
        ],
        Audience::Executive => [
            Measure::Money,
            Measure::Minutes,
            Measure::Renewals,
            Measure::Tickets,
            Measure::Incidents,
            Measure::Other,
            Measure::Pages,
        ],
    };
    order.iter().position(|of| *of == measure).unwrap_or(order.len())
}

/// Whether there is enough evidence to argue the asks of `teams` to `audience`.
pub fn readiness(initiative: &Initiative, teams: &[TeamId], audience: Audience) -> Result<(), NotReady> {
    let mut figures = teams.iter().flat_map(|team| figures(initiative, team, audience)).peekable();
    if figures.peek().is_none() {
        return Err(NotReady::NoEvidence);
    }
    let speaks_to_executives = |figure: &Figure| {
        matches!(figure.measure, Measure::Money | Measure::Minutes | Measure::Renewals | Measure::Tickets)
    };
    if audience == Audience::Executive && !figures.any(speaks_to_executives) {
        return Err(NotReady::NothingForExecutives);
    }
    Ok(())
}

/// The newest thing to say to `audience` of `teams` that was not known on `since`, as of `today`.
pub fn news<'a>(
    initiative: &'a Initiative,
    teams: &[TeamId],
    audience: Audience,
    since: Date,
    today: Date,
) -> Option<&'a News> {
    initiative
        .news
        .iter()
        .filter(|news| since < news.on && news.on <= today)
        .filter(|news| news.audiences.is_empty() || news.audiences.contains(&audience))
        .filter(|news| news.teams.is_empty() || teams.iter().any(|team| news.teams.contains(team)))
        .max_by_key(|news| news.on)
}

/// The step that a message of this ask offers first, and the smallest one for a last call.
pub fn first_and_smallest<'a>(initiative: &'a Initiative, ask: &Ask) -> (Option<&'a Step>, Option<&'a Step>) {
    let first = initiative.step(&ask.first_step);
    (first, ask.smallest_step.as_ref().and_then(|step| initiative.step(step)).or(first))
}

/// Engineer-days of everything an ask wants.
pub fn effort_days(initiative: &Initiative, ask: &Ask) -> f64 {
    ask.steps.iter().filter_map(|step| initiative.step(step)).map(|step| step.effort_days).sum()
}

/// Whether the first step of this ask, after those of the initiatives before it in the advocate's order,
/// exceeds the share of the team's capacity that a quarter's asks may take (rule R3).
pub fn exceeds_capacity(program: &Program, initiative: &Initiative, team: &TeamId) -> bool {
    let Some(capacity) = program.teams.get(team).and_then(|team| team.capacity_days) else { return false };
    let first_step = |of: &Initiative| {
        let ask = of.asks.get(team)?;
        first_and_smallest(of, ask).0.map(|step| step.effort_days)
    };
    let Some(own) = first_step(initiative) else { return false };
    let before: f64 = program
        .initiatives
        .iter()
        .take_while(|other| other.id != initiative.id)
        .filter(|other| other.quarter == initiative.quarter && !other.withdrawn)
        .filter_map(first_step)
        .sum();
    before + own > capacity * program.limits.capacity_share
}
