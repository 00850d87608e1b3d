//! The ask as a sentence, and where questions go (points 4, 6 and 7).

use jiff::civil::Date;

use crate::domain::engagement::Audience;
use crate::domain::ids::TeamId;
use crate::domain::initiative::Ask;

use super::case::{Case, team_name};
use super::sentence::fill;
use super::step::Offer;
use super::unsayable::Unsayable;
use super::{dates, wording};

/// Asks one exact thing of this reader, with its date. `each` names the asks of several teams one by
/// one; without it they are asked for their parts.
pub(super) fn ask(case: &Case<'_>, first: &Offer, each: bool) -> Result<String, Unsayable> {
    match case.audience {
        Audience::Product | Audience::EngineeringManager => plan_it(case, first, each),
        Audience::Executive => back_it(case),
        Audience::Engineer => review_it(case),
    }
}

/// Where questions go, said at ease or in short; `hours` are the next office hours, if any.
pub(super) fn questions(hours: &str, at_ease: bool) -> String {
    match (hours.is_empty(), at_ease) {
        (true, _) => {
            "Questions any time, just reply; no office hours fall in your workday before plans freeze."
                .to_owned()
        }
        (false, true) => format!("Questions any time, just reply; or {hours}."),
        (false, false) => format!("Questions: reply, or {hours}."),
    }
}

fn plan_it(case: &Case<'_>, first: &Offer, each: bool) -> Result<String, Unsayable> {
    let mut clauses: Vec<(String, Vec<&TeamId>)> = Vec::new();
    for ask in case.asks() {
        let words = case.initiative.words(Some(&ask.team), case.audience, |words| &words.ask);
        let clause = clause(case, words.unwrap_or(&ask.what))?;
        match clauses.iter_mut().find(|(known, _)| *known == clause) {
            Some((_, teams)) => teams.push(&ask.team),
            None => clauses.push((clause, vec![&ask.team])),
        }
    }
    if let [(sentence, _)] = clauses.as_slice()
        && is_sentence(sentence)
    {
        return Ok(dated(case, sentence));
    }
    if clauses.len() > 1 && (!each || !first.title().is_empty()) {
        let what = if first.title().is_empty() { "their parts" } else { "that step" };
        let (teams, quarter, freeze) = (case.team_names(), case.window.quarter.short(), case.freeze());
        return Ok(format!("Could {teams} plan {what} for {quarter}, before plans freeze on {freeze}?"));
    }
    let parts: Vec<String> = clauses
        .iter()
        .map(|(clause, teams)| {
            let names: Vec<&str> = teams.iter().map(|team| team_name(case.program, team)).collect();
            // What was named just before need not be named again.
            let named = !first.title().is_empty() && clause.contains(first.title());
            let clause = match (named, first.is_part()) {
                (true, true) => "plan that step",
                (true, false) => "plan that",
                (false, _) => clause,
            };
            format!("{} {clause}", wording::joined(&names))
        })
        .collect();
    let alone = first.is_part() && !parts.iter().any(|part| part.contains("step"));
    let or_less = if alone { ", or that step alone," } else { "" };
    let (quarter, freeze) = (case.window.quarter.short(), case.freeze());
    let comma = if alone { "" } else { "," };
    let what = wording::joined(&parts);
    Ok(format!("Could {what} for {quarter}{or_less}{comma} before plans freeze on {freeze}?"))
}

fn back_it(case: &Case<'_>) -> Result<String, Unsayable> {
    let words = match case.teams.as_slice() {
        [one] => case.initiative.words(Some(one), case.audience, |words| &words.ask),
        _ => case.initiative.words(None, case.audience, |words| &words.ask),
    };
    let clause = words.map_or_else(|| Ok("back it".to_owned()), |words| clause(case, words))?;
    if is_sentence(&clause) {
        return Ok(dated(case, &clause));
    }
    let proposes = if case.teams.len() == 1 { "proposes" } else { "propose" };
    let (teams, freeze) = (case.team_names(), case.freeze());
    Ok(format!("If {teams} {proposes} it, will you {clause} when plans freeze on {freeze}?"))
}

fn review_it(case: &Case<'_>) -> Result<String, Unsayable> {
    let words = case.teams.first().and_then(|team| {
        let team = (case.teams.len() == 1).then_some(*team);
        case.initiative.words(team, case.audience, |words| &words.ask)
    });
    let clause = match (words, &case.initiative.design) {
        (Some(words), _) => clause(case, words)?,
        (None, Some(_)) => "read the design and say what breaks".to_owned(),
        (None, None) => "say what this would break".to_owned(),
    };
    if is_sentence(&clause) {
        return Ok(dated(case, &clause));
    }
    let review_by = case.asks().filter_map(|ask: &Ask| ask.review_by).filter(|day| case.today <= *day).min();
    let freeze = case.freeze();
    Ok(match review_by {
        Some(day) => {
            let freeze = freeze_after(case, day);
            format!("Please {clause} by {}; plans freeze on {freeze}.", dates::day(day, case.today))
        }
        None => format!("Please {clause} before plans freeze on {freeze}."),
    })
}

/// The freeze as it is called right after another date: "the 15th" within the same month.
fn freeze_after(case: &Case<'_>, day: Date) -> String {
    let freeze = case.window.freezes_on;
    if freeze.first_of_month() != day.first_of_month() {
        return case.freeze();
    }
    let number = freeze.day();
    let ending = match (number % 10, number / 10) {
        (1, 0 | 2 | 3) => "st",
        (2, 0 | 2) => "nd",
        (3, 0 | 2) => "rd",
        _ => "th",
    };
    format!("the {number}{ending}")
}

fn clause(case: &Case<'_>, words: &str) -> Result<String, Unsayable> {
    let text = fill(words, case.initiative, case.today)?.text;
    // A clause has no full stop of its own.
    Ok(if is_sentence(words) { text } else { text.trim_end_matches('.').to_owned() })
}

/// Whether the author wrote a whole sentence instead of a clause.
fn is_sentence(text: &str) -> bool {
    text.trim().ends_with(['?', '.']) && text.starts_with(char::is_uppercase)
}

/// A whole sentence, with the freeze if it doesn't name it.
fn dated(case: &Case<'_>, sentence: &str) -> String {
    let freeze = case.freeze();
    if sentence.contains(&freeze) {
        sentence.to_owned()
    } else {
        format!("{sentence} Plans freeze on {freeze}.")
    }
}
