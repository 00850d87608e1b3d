//! The first step of an ask in words: its size, what it buys, whose estimate it is (points 5 and 12).

use serde::Serialize;

use crate::domain::engagement::Audience;
use crate::domain::initiative::{Ask, Estimate, Initiative, Step};
use crate::domain::pitch;

use super::case::{Case, team_name};
use super::{amount, wording};

/// What templates know of the step that a message offers. Texts are empty where there is nothing to say.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Offer {
    /// What is done, as a noun phrase; empty if the teams' steps differ.
    title: String,
    /// "about 6 engineer-days"; of several teams "about 6 engineer-days in Checkout and about 4 in
    /// Payments".
    effort: String,
    /// "6 days", to colleagues who know what kind.
    days: String,
    /// "roughly 60 % of payment time-out pages".
    buys: String,
    /// "two quarters".
    back: String,
    /// "my estimate; your team's replaces it".
    estimate: String,
    /// "estimate", "Marek's estimate".
    source: String,
    /// "I guess", "Marek guesses".
    guess: String,
    /// `effort`, and how much of the whole ask that is: "about 6 engineer-days of 15 in all".
    size: String,
    /// Whose step `buys` is about, if the teams' steps differ: "Checkout's".
    best: String,
    /// Whether the ask is larger than this step.
    larger: bool,
}

/// Which step of each ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The slice that buys most for its size.
    First,
    /// The smallest slice.
    Smallest,
}

fn chosen<'a>(initiative: &'a Initiative, ask: &Ask, which: Which) -> Option<&'a Step> {
    let (first, smallest) = pitch::first_and_smallest(initiative, ask);
    match which {
        Which::First => first,
        Which::Smallest => smallest,
    }
}

/// Whether a smaller step than the first can be offered to any of the teams.
pub(super) fn has_smaller(case: &Case<'_>) -> bool {
    case.asks().any(|ask| ask.smallest_step.as_ref().is_some_and(|step| *step != ask.first_step))
}

/// The steps that a message of this case offers, one per team.
pub(super) fn steps<'a>(case: &Case<'a>, which: Which) -> Vec<(&'a Ask, &'a Step)> {
    case.asks().filter_map(|ask| chosen(case.initiative, ask, which).map(|step| (ask, step))).collect()
}

/// The offer; `None` if no ask has a step.
pub(super) fn offer(case: &Case<'_>, which: Which) -> Option<Offer> {
    let steps = steps(case, which);
    // The first of equals: the order of the asks never changes.
    let (best_ask, best) = *steps.iter().rev().max_by(|(_, a), (_, b)| a.share.total_cmp(&b.share))?;
    let same = steps.iter().all(|(_, step)| step.id == best.id);
    let larger = steps.iter().any(|(ask, step)| ask.steps.iter().any(|asked| *asked != step.id));
    let whole: f64 = case.asks().map(|ask| pitch::effort_days(case.initiative, ask)).sum();
    let share = amount::share(best.share);
    let several = steps.len() > 1;
    let effort = effort(case, &steps, same);
    let size = match (larger && !several, case.audience) {
        (true, Audience::Product | Audience::EngineeringManager | Audience::Engineer) => {
            format!("{effort} of {} in all", amount::number(whole.round()))
        }
        (true, Audience::Executive) | (false, _) => effort.clone(),
    };
    Some(Offer {
        title: if same { best.title.clone() } else { String::new() },
        effort,
        days: amount::days(best.effort_days),
        buys: format!("{share} of {}", best.metric),
        back: match best.earns_back_quarters {
            Some(quarters) if same => amount::quarters(quarters),
            Some(_) | None => String::new(),
        },
        estimate: estimate(case, &best.estimate, several),
        source: source(case, &best.estimate),
        guess: guess(case, &best.estimate),
        size,
        best: if same { String::new() } else { wording::possessive(team_name(case.program, &best_ask.team)) },
        larger,
    })
}

fn effort(case: &Case<'_>, steps: &[(&Ask, &Step)], same: bool) -> String {
    let total: f64 = steps.iter().map(|(_, step)| step.effort_days).sum();
    let first = steps.first().map_or(0.0, |(_, step)| step.effort_days);
    match (steps.len(), same) {
        (0 | 1, _) => amount::effort(first, case.audience),
        (_, true) => format!("{} in each team", amount::effort(first, case.audience)),
        (_, false) if case.audience == Audience::Executive => amount::effort(total, case.audience),
        (_, false) => {
            let each: Vec<String> = steps
                .iter()
                .enumerate()
                .map(|(index, (ask, step))| {
                    let team = team_name(case.program, &ask.team);
                    if index == 0 {
                        format!("{} in {team}", amount::effort(step.effort_days, case.audience))
                    } else {
                        format!("{} in {team}", amount::number(step.effort_days.round().max(1.0)))
                    }
                })
                .collect();
            wording::joined(&each)
        }
    }
}

/// Whose estimate it is to the reader.
enum Whose<'a> {
    /// The advocate in whose voice the message speaks.
    Mine,
    /// The reader.
    Yours,
    /// Somebody else, by name.
    Of(&'a str),
}

fn whose<'a>(case: &Case<'_>, estimate: &'a Estimate) -> Whose<'a> {
    let is = |name: &str, given: &str| estimate.by == name || estimate.by == given;
    if is(&case.person.name, &case.person.given_name) {
        return Whose::Yours;
    }
    let speaker = case.initiative.advocates.first().and_then(|id| case.program.people.get(id));
    match speaker {
        Some(speaker) if is(&speaker.name, &speaker.given_name) || estimate.by == speaker.id.as_str() => {
            Whose::Mine
        }
        Some(_) | None => Whose::Of(&estimate.by),
    }
}

fn estimate(case: &Case<'_>, estimate: &Estimate, several: bool) -> String {
    let own = if several { "your teams' own replace it" } else { "your team's replaces it" };
    match whose(case, estimate) {
        Whose::Mine => format!("my estimate; {own}"),
        Whose::Yours => "your estimate".to_owned(),
        Whose::Of(name) => format!("{} estimate; {own}", wording::possessive(name)),
    }
}

fn source(case: &Case<'_>, estimate: &Estimate) -> String {
    match whose(case, estimate) {
        Whose::Mine if case.audience == Audience::Executive => "estimate".to_owned(),
        Whose::Mine => "my estimate".to_owned(),
        Whose::Yours => "your estimate".to_owned(),
        Whose::Of(name) => format!("{} estimate", wording::possessive(name)),
    }
}

fn guess(case: &Case<'_>, estimate: &Estimate) -> String {
    match whose(case, estimate) {
        Whose::Mine => "I guess".to_owned(),
        Whose::Yours => "You guessed".to_owned(),
        Whose::Of(name) => format!("{name} guesses"),
    }
}

impl Offer {
    /// Leaves out when it earns its time back, to be shorter.
    pub(super) fn forget_back(&mut self) {
        self.back.clear();
    }

    /// Whether the ask is larger than this step.
    pub(super) fn is_part(&self) -> bool {
        self.larger
    }

    /// What is done, if the teams' steps are the same.
    pub(super) fn title(&self) -> &str {
        &self.title
    }
}
