//! What is missing before planning, and what to do about it.

use crate::domain::coverage::{Gap, Saying};
use crate::domain::ids::{InitiativeId, PersonId, Seq, TeamId};
use crate::domain::message::{Action, Button, Look, Paragraph, Span};
use crate::domain::program::Program;
use crate::domain::silence::Silence;
use crate::domain::state::State;

use super::buttons::button;
use super::wording;

/// Characters of what somebody said that are shown.
const WORDS: usize = 300;

/// What can be done about a gap where it is shown with buttons. A relay that has them may have gone to somebody who
/// was an advocate then.
pub fn gap_buttons(initiative: &InitiativeId, gap: &Gap) -> Vec<Button> {
    match gap.said() {
        None => Vec::new(),
        Some((person, Saying::Concern, concern)) => {
            let (person, initiative) = (person.clone(), initiative.clone());
            let settle = Action::SettleConcern { person, initiative, concern };
            vec![button("Concern settled", settle, Look::Plain)]
        }
        Some((_, Saying::Decides | Saying::Missing, of)) => decide_hint(of),
    }
}

/// What an advocate may do with the hint of record `of`.
pub(super) fn decide_hint(of: Seq) -> Vec<Button> {
    vec![
        button("Approach them", Action::Approach { referral: of }, Look::Primary),
        button("Let it be", Action::Dismiss { referral: of }, Look::Plain),
    ]
}

/// A gap, and what to do about it.
pub fn gap_sentence(program: &Program, gap: &Gap) -> String {
    let team = |id: &TeamId| program.teams.get(id).map_or_else(|| id.to_string(), |team| team.name.clone());
    let name =
        |id: &PersonId| program.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone());
    match gap {
        Gap::NobodyInAudience { team: id, audience } => {
            format!(
                "{} has no {}: find out who it is, and add them to people.toml.",
                team(id),
                audience.title()
            )
        }
        Gap::NoDecider { team: id } => {
            format!("Nobody decides for {}: name the decider in the initiative's file.", team(id))
        }
        Gap::Unreachable { person, code } => {
            format!(
                "{} can't be reached in Slack ({code}): talk to them another way. I'll try again after a {}, or \
                 at once with `{} send`.",
                name(person),
                if program.is_advocate(person) { "day" } else { "week" },
                program.command
            )
        }
        Gap::Deactivated { person } => {
            format!(
                "{} has left Slack: find out who does their work now, and change people.toml.",
                name(person)
            )
        }
        Gap::NotInSlack { person, because: None } => {
            format!("{} was not found in Slack: fix their id or e-mail address in people.toml.", name(person))
        }
        Gap::NotInSlack { person, because: Some(because) } => {
            format!("{} gets nothing. {} Put their Slack id in people.toml.", name(person), because.says())
        }
        Gap::Unknown { person } => format!(
            "I can't tell whether a message reached {}. It won't be sent again: ask them.",
            name(person)
        ),
        Gap::Missed { person } => format!(
            "No message reached {} in time. Talk to them yourself; if a wrong clock was the reason, try `{} revive`.",
            name(person),
            program.command
        ),
        Gap::Refused { person, code } => format!(
            "Slack refused the message to {} ({code}): talk to them, and `{} met` records it.",
            name(person),
            program.command
        ),
        Gap::Concerned { person, of: _ } => {
            format!(
                "{} has raised a concern. I send them nothing until you click “Concern settled” in App Home, under Left \
                 out.",
                name(person)
            )
        }
        Gap::Referred { person, of: _ } => {
            format!(
                "{} says that someone else decides. I'll send them nothing more until you approach that person or let \
                 it be: App Home has the buttons, under Left out.",
                name(person)
            )
        }
        Gap::Named { person, of: _ } => format!(
            "{} says that somebody is missing: approach them or let it be in App Home, under Left out.",
            name(person)
        ),
        Gap::Unasked { person, teams, because } => format!(
            "{} was to be asked about {}, and {}, so I write nothing more to them about this: talk to them yourself. \
             `{} met` records it.",
            name(person),
            wording::joined(&teams.iter().map(team).collect::<Vec<_>>()),
            silent_because(program, because),
            program.command
        ),
        Gap::Forgotten { person } => {
            format!(
                "{} asked to be forgotten, and gets nothing: take them out of people.toml, and find out who \
                 else speaks for the team.",
                name(person)
            )
        }
        Gap::Stopped { person } => {
            format!(
                "{} wants no messages and has not answered: only a conversation can reach them.",
                name(person)
            )
        }
        Gap::HandedOver { person, by } => format!(
            "{} is {}'s to speak to: `{} met` records that it happened.",
            name(person),
            name(by),
            program.command
        ),
        Gap::Unsaid { person, host } => format!(
            "{} had an office hour with {}, and nobody has said how it went, so I send them nothing about this. {} can \
             answer my question about it (you can, if they've left), or `{} met` records what was said.",
            name(person),
            name(host),
            name(host),
            program.command
        ),
        Gap::Disagreement { team: id } => {
            format!("People in {} disagree: talk to each of them one to one.", team(id))
        }
    }
}

/// A gap where its buttons are, with what was said: for those alone who see the answers (rule R7).
pub fn gap_with_words(program: &Program, state: &State, gap: &Gap) -> Paragraph {
    let Some((person, saying, of)) = gap.said() else { return Paragraph::told(&gap_sentence(program, gap)) };
    let known = program.people.get(person);
    let name = known.map_or(person.as_str(), |person| person.name.as_str());
    let short = known.map_or(person.as_str(), |person| person.given_name.as_str());
    let (says, then) = match saying {
        Saying::Concern => (
            "has raised a concern",
            format!("I send {short} nothing until you have talked and click “Concern settled”."),
        ),
        Saying::Decides => (
            "says that someone else decides",
            format!("I send {short} nothing more until you approach that person or let it be."),
        ),
        Saying::Missing => {
            ("says that somebody is missing", "Approach that person, or let it be.".to_owned())
        }
    };
    let received = state.received.get(&of);
    let mut spans = vec![Span::Text(format!("{name} {says}"))];
    if let Some(whom) = received.and_then(|received| received.referral.as_ref()?.whom.clone()) {
        spans.extend([Span::Text(": ".to_owned()), Span::Mention(whom)]);
    }
    spans.push(Span::Text(".".to_owned()));
    if let Some(words) = received.and_then(|received| received.text.as_ref()?.reveal()) {
        spans.push(Span::Text(format!(" “{}”", wording::beginning(words, WORDS))));
    }
    spans.push(Span::Text(format!(" {then}")));
    Paragraph(spans)
}

/// Why nothing more is written to somebody, as it goes on after their name: "they have answered already".
pub fn silent_because(program: &Program, because: &Silence) -> String {
    match because {
        Silence::Stopped => "they want no messages about it".to_owned(),
        Silence::HandedOver(by) => {
            let by = program.people.get(by).map_or_else(|| by.to_string(), |by| by.name.clone());
            format!("{by} speaks to them instead of me")
        }
        Silence::Talked => "a conversation with them is on record".to_owned(),
        Silence::Answered(_) => "they have answered already".to_owned(),
        Silence::AskedEnough => "they were asked as often as anybody is".to_owned(),
    }
}
