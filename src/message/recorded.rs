//! What an answered message says: what was recorded, who sees it, what happens next, and until when it
//! can be changed (point 10: a no is thanked and never argued with).

use std::collections::BTreeMap;

use crate::domain::booking::Subject;
use crate::domain::engagement::{Audience, Stance, Touch};
use crate::domain::event::How;
use crate::domain::ids::TeamId;
use crate::domain::message::{Action, Button, Look, Paragraph};
use crate::domain::state::{BookingState, Engagement, StanceState, State};

use super::booking::slot_on;
use super::buttons::button;
use super::case::{Case, names, team_name};
use super::facts::Moment;
use super::touch::asks_for_answer;
use super::wording;

/// What there is to say about an answer.
pub(super) enum Recorded {
    /// None was given, and one still may be.
    Nothing,
    /// One was given: what it is in a clause, and all that is said of it.
    Answer { clause: String, paragraph: Paragraph, buttons: Vec<Button> },
    /// None is needed any more.
    Closed { paragraph: Paragraph, buttons: Vec<Button> },
}

/// What was recorded for the message at `moment`.
pub(super) fn recorded(case: &Case<'_>, state: &State, moment: &Moment<'_>) -> Recorded {
    if case.initiative.withdrawn {
        return closed(withdrawn(&case.advocates()));
    }
    if !asks_for_answer(moment.touch) {
        return Recorded::Nothing;
    }
    if let Some(engagement) = moment.engagement
        && let Some(answer) = answer(case, engagement, moment.touch)
    {
        return answer;
    }
    if let Some((text, action)) = stopped(case, state) {
        let undo = button("Undo", action, Look::Plain);
        return Recorded::Closed { paragraph: Paragraph::text(text), buttons: vec![undo] };
    }
    if case.teams.iter().all(|team| case.initiative.relieves(&case.person.id, team)) {
        let advocates = case.advocates();
        let ask = if advocates.contains(" and ") { "ask" } else { "asks" };
        return closed(format!(
            "You said that someone else decides; {advocates} {ask} them instead. Nothing is asked of you any more."
        ));
    }
    let is_planned = |team: &&TeamId| {
        let key = (case.initiative.id.clone(), (*team).clone(), case.window.quarter);
        state.items.contains_key(&key)
    };
    if case.teams.iter().all(is_planned) {
        let whose = wording::possessive(&case.team_names());
        let quarter = case.window.quarter.short();
        return closed(format!("This is in {whose} plan for {quarter} now; no answer is needed any more."));
    }
    if case.is_frozen() {
        return closed(format!("Plans froze on {}; no answer is needed any more.", case.freeze()));
    }
    Recorded::Nothing
}

fn closed(text: String) -> Recorded {
    Recorded::Closed { paragraph: Paragraph::text(text), buttons: Vec::new() }
}

/// What a message of a withdrawn initiative says; `advocates` may be unknown.
pub(super) fn withdrawn(advocates: &str) -> String {
    let who = if advocates.is_empty() { "Its advocate" } else { advocates };
    let has = if advocates.contains(" and ") { "have" } else { "has" };
    format!("{who} {has} withdrawn this. Nothing is asked of you any more.")
}

/// That the reader stopped the messages, and how they undo it.
fn stopped(case: &Case<'_>, state: &State) -> Option<(&'static str, Action)> {
    let known = state.person(&case.person.id)?;
    if known.stopped {
        let text = "Stopped: no more messages come to you. You can undo this at any time.";
        return Some((text, Action::UndoStop));
    }
    let about = known.stopped_initiatives.contains(&case.initiative.id);
    let text = "Stopped: no more messages about this come to you. You can undo this at any time.";
    about.then(|| (text, Action::UndoStopAbout { initiative: Some(case.initiative.id.clone()) }))
}

fn answer(case: &Case<'_>, engagement: &Engagement, touch: Touch) -> Option<Recorded> {
    let stances: Vec<(&TeamId, &StanceState)> =
        engagement.stances.iter().filter(|(team, _)| case.teams.contains(team)).collect();
    let latest = stances.iter().max_by_key(|(_, stance)| stance.since).map(|(_, stance)| *stance);
    let (clause, head, next, mut buttons) = match latest {
        Some(latest) => {
            let clause = clauses(case, &stances);
            let head = match &latest.how {
                How::Clicked => format!("Recorded: {clause}."),
                How::Recorded { by } => {
                    let by = names(case.program, std::slice::from_ref(by)).join("");
                    format!("Recorded by {by}: {clause}.")
                }
            };
            (clause, head, next(case, engagement, latest.stance), more_buttons(case, engagement, latest))
        }
        None if engagement.concern.is_some() => {
            let clause = clause(case, Stance::Concerned, "");
            let head = format!("Recorded: {clause}.");
            (clause, head, next(case, engagement, Stance::Concerned), Vec::new())
        }
        None if engagement.confirmed && touch == Touch::HeadsUp => {
            let clause = "it looks right to you".to_owned();
            let head = format!("Recorded: {clause}.");
            (clause, head, "A proposal follows.".to_owned(), Vec::new())
        }
        None => return None,
    };
    let sees = wording::capitalised(&format!("{} this.", case.only_they_see()));
    let until = if case.is_frozen() {
        format!("Plans froze on {}.", case.freeze())
    } else {
        buttons.insert(0, button("Change", Action::Change, Look::Plain));
        format!("You can change it until plans freeze on {}.", case.freeze())
    };
    let paragraph = Paragraph::text(format!("{head} {next} {sees} {until}"));
    Some(Recorded::Answer { clause, paragraph, buttons })
}

/// Every ask that was answered, the same answers together.
fn clauses(case: &Case<'_>, stances: &[(&TeamId, &StanceState)]) -> String {
    let mut by_stance: BTreeMap<Stance, Vec<&str>> = BTreeMap::new();
    for (team, stance) in stances {
        by_stance.entry(stance.stance).or_default().push(team_name(case.program, team));
    }
    let several = by_stance.len() > 1;
    let clauses: Vec<String> = by_stance
        .iter()
        .map(|(stance, teams)| {
            let teams = wording::joined(teams);
            let said = clause(case, *stance, &teams);
            if several && !said.contains(&teams) { format!("{said} ({teams})") } else { said }
        })
        .collect();
    clauses.join("; ")
}

/// One stance in words, on the asks of `teams`.
fn clause(case: &Case<'_>, stance: Stance, teams: &str) -> String {
    let quarter = case.window.quarter.short();
    let plan = || format!("in {} plan for {quarter}", wording::possessive(teams));
    match stance {
        Stance::Committed => plan(),
        Stance::FirstStep => format!("the first step is {}", plan()),
        Stance::Supportive => match case.audience {
            Audience::Executive => {
                let propose = if teams.contains(" and ") { "propose" } else { "proposes" };
                format!("you back it for {quarter} if {teams} {propose} it")
            }
            Audience::Engineer => "the design looks right to you".to_owned(),
            Audience::Product | Audience::EngineeringManager => {
                format!("you support it for {quarter}")
            }
        },
        Stance::Considering => "you'd like to talk".to_owned(),
        Stance::Concerned => "you have a concern".to_owned(),
        Stance::Declined if case.audience.plans() => "not this quarter".to_owned(),
        Stance::Declined => "not now".to_owned(),
    }
}

/// What happens next.
fn next(case: &Case<'_>, engagement: &Engagement, stance: Stance) -> String {
    let advocates = case.advocates();
    match stance {
        Stance::Committed | Stance::FirstStep | Stance::Supportive => {
            "Thank you; you won't be asked again this quarter.".to_owned()
        }
        Stance::Considering => {
            if let Some(booked) = booked(case) {
                return booked;
            }
            let hours = case.hours();
            let at = if hours.is_empty() { String::new() } else { format!(" Or come by: {hours}.") };
            let comes = if advocates.contains(" and ") { "come" } else { "comes" };
            format!("It goes to {advocates}, who {comes} back to you.{at}")
        }
        Stance::Concerned if engagement.concern.is_some() => {
            format!("Only {advocates} will write to you about this now, not the bot.")
        }
        Stance::Concerned => format!("{advocates} {} noted that it was dealt with.", has(&advocates)),
        Stance::Declined => {
            let reason = match &engagement.reason {
                Some(_) => "Thanks for telling me why.",
                None if case.is_frozen() => "Thank you for saying so.",
                None => "Thank you for saying so; a reason is welcome, not needed.",
            };
            let after = if engagement.wants_follow_up {
                "I'll let you know once how it turned out, and send nothing else."
            } else {
                "No more about this before the next planning."
            };
            format!("{reason} {after}")
        }
    }
}

/// "You booked Tuesday 15 December, 15:00–15:30, your time.", if a time to talk about it is ahead.
fn booked(case: &Case<'_>) -> Option<String> {
    let ahead = case.state.bookings_ahead(&case.person.id, case.now);
    let about = |subject: &Subject| subject.initiative == case.initiative.id;
    let of_guest = |booking: &&BookingState| {
        booking.guest == case.person.id && booking.subject.as_ref().is_some_and(about)
    };
    let booking = ahead.into_iter().map(|(_, booking)| booking).find(of_guest)?;
    let host = names(case.program, std::slice::from_ref(&booking.slot.host)).join("");
    Some(format!("You're meeting {host} on {}, your time.", slot_on(&booking.slot, case.zone, case.now)))
}

fn has(names: &str) -> &'static str {
    if names.contains(" and ") { "have" } else { "has" }
}

fn more_buttons(case: &Case<'_>, engagement: &Engagement, latest: &StanceState) -> Vec<Button> {
    let asks_why =
        latest.stance == Stance::Declined && engagement.reason.is_none() && latest.how == How::Clicked;
    if asks_why && !case.is_frozen() {
        vec![button("Give a reason", Action::Reason, Look::Plain)]
    } else {
        Vec::new()
    }
}
