//! Whom to talk to next and why, in words: for App Home and for the digest.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::engagement::Stance;
use crate::domain::ids::{PersonId, TeamId};
use crate::domain::message::{Paragraph, Span};
use crate::domain::next::{Next, Why};
use crate::domain::program::Program;
use crate::domain::state::called_forgotten;

use super::case::{names, person, team_name};
use super::{dates, wording};

/// "**Ben Carter** (engineering manager, Checkout), about “Payment deadlines”: decides for Checkout and
/// has not answered; plans freeze on Friday 15 January."
pub fn next_conversation(program: &Program, zone: &TimeZone, now: Timestamp, next: &Next) -> Paragraph {
    let title = program.initiative(&next.initiative).map_or(next.initiative.as_str(), |of| &of.title);
    let (name, role) = match &next.person {
        Some(id) => named(program, id),
        None => (nobody(program, &next.why), String::new()),
    };
    let why = why(program, zone, now, next);
    Paragraph(vec![Span::Strong(name), Span::Text(format!("{role}, about “{title}”: {why}"))])
}

/// Who is talked to where it isn't known who it is.
fn nobody(program: &Program, why: &Why) -> String {
    match why {
        Why::NoDecider { team } => format!("Somebody in {}", team_name(program, team)),
        Why::Concern { .. }
        | Why::Promised { .. }
        | Why::Considering
        | Why::Disagreement { .. }
        | Why::DeciderSilent { .. }
        | Why::OutOfReach { .. }
        | Why::Stopped { .. }
        | Why::Silent => "Somebody".to_owned(),
    }
}

/// A person's name, and " (product manager, Checkout)".
pub fn named(program: &Program, id: &PersonId) -> (String, String) {
    match person(program, id) {
        Ok(person) => (person.name.clone(), super::relay::role(program, person)),
        Err(_) => {
            let name = called_forgotten(id).map_or_else(|| id.to_string(), str::to_owned);
            (name, String::new())
        }
    }
}

/// Where somebody stands, in running text.
pub fn stance_in_words(stance: Stance) -> &'static str {
    match stance {
        Stance::Committed => "plans it",
        Stance::FirstStep => "plans the first step",
        Stance::Supportive => "backs it",
        Stance::Considering => "wants to talk first",
        Stance::Concerned => "has a concern",
        Stance::Declined => "not this quarter",
    }
}

fn why(program: &Program, zone: &TimeZone, now: Timestamp, next: &Next) -> String {
    let today = zone.to_datetime(now).date();
    let teams = |ids: &[TeamId]| {
        let names: Vec<&str> = ids.iter().map(|id| team_name(program, id)).collect();
        wording::joined(&names)
    };
    let and_decides = |decides: &[TeamId]| {
        if decides.is_empty() { String::new() } else { format!(" They decide for {}.", teams(decides)) }
    };
    let freeze = program
        .initiative(&next.initiative)
        .and_then(|initiative| program.window(initiative.quarter))
        .map(|window| format!("; plans freeze on {}", dates::day(window.freezes_on, today)))
        .unwrap_or_default();
    match &next.why {
        Why::Concern { since } => {
            let when = since.map_or_else(String::new, |at| {
                format!(" on {}", dates::reading(zone.to_datetime(at).date(), today))
            });
            format!(
                "raised a concern{when}. Nothing more is sent until you have talked and clicked “Concern settled”."
            )
        }
        Why::Promised { by } => {
            let who = names(program, std::slice::from_ref(by)).join("");
            format!("{who} wanted to speak to them, and no conversation is on record yet.")
        }
        Why::Considering => format!("wants to talk before deciding{freeze}."),
        Why::Disagreement { team } => {
            format!("decides for {}, where people disagree{freeze}.", team_name(program, team))
        }
        Why::DeciderSilent { teams: decides } => {
            format!("decides for {} and has not answered{freeze}.", teams(decides))
        }
        Why::OutOfReach { decides } => {
            format!("no message can reach them; talk to them another way.{}", and_decides(decides))
        }
        Why::Stopped { decides } => {
            format!("wants no messages, so only a conversation can win them over.{}", and_decides(decides))
        }
        Why::NoDecider { team } => {
            format!(
                "find out who decides for {}, and name them in the initiative's file.",
                team_name(program, team)
            )
        }
        Why::Silent => format!("was written to and has not answered{freeze}."),
    }
}
