//! Whether everybody of the configuration is somebody in the workspace who can be written to.

use super::Finding;
use super::advice::advice;
use crate::domain::account::Disbelief;
use crate::domain::directory::{Address, Person};
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::slack::directory::{Member, Missing, Quiet, Workspace, recognise};
use crate::slack::errors::CallError;

const CHECK: &str = "people";

/// Slack didn't say whose workspace it is, so nobody can be recognized in it.
pub(super) fn unasked(error: &CallError) -> Vec<Finding> {
    vec![Finding::fault(CHECK, format!("{error}."), advice(error))]
}

pub(super) fn found(
    program: &Program,
    workspace: &Workspace,
    members: &Result<Vec<Member>, CallError>,
) -> Vec<Finding> {
    let members = match members {
        Ok(members) => members,
        Err(error) => return unasked(error),
    };
    let all = accounts(program, workspace, members);
    let mut findings: Vec<Finding> =
        all.iter().filter_map(|(person, account)| unreachable(program, workspace, person, account)).collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("All {} are there and can be written to.", all.len())));
    }
    findings
}

/// Everybody of the configuration with their account, or why there is none.
pub(super) fn accounts<'a>(
    program: &'a Program,
    workspace: &Workspace,
    members: &'a [Member],
) -> Vec<(&'a Person, Result<&'a Member, Missing>)> {
    let mut sighting = recognise(program, &State::default(), workspace, members, &Quiet::new());
    let mut account = |person: &Person| {
        let slack = sighting.accounts.get(&person.id);
        let member = slack.and_then(|slack| members.iter().find(|member| member.id == *slack));
        member.ok_or_else(|| sighting.missing.remove(&person.id).unwrap_or(Missing::Nobody))
    };
    program.people.values().map(|person| (person, account(person))).collect()
}

/// What keeps somebody from being written to.
enum Obstacle {
    Deactivated,
    Bot,
    Outsider,
    Guest,
}

fn unreachable(
    program: &Program,
    workspace: &Workspace,
    person: &Person,
    account: &Result<&Member, Missing>,
) -> Option<Finding> {
    let name = &person.name;
    let fault = |says: String, advice: &str| Some(Finding::fault(CHECK, says, advice));
    let obstacle = match account {
        Ok(account) if account.deactivated => Obstacle::Deactivated,
        Ok(account) if account.is_bot => Obstacle::Bot,
        Ok(account) if !workspace.has(account) => Obstacle::Outsider,
        Ok(account) if account.guest && !program.recognition.guests => Obstacle::Guest,
        Ok(_) => return None,
        Err(Missing::Deactivated) => Obstacle::Deactivated,
        Err(Missing::Disbelieved(Disbelief::Bot)) => Obstacle::Bot,
        Err(Missing::Disbelieved(Disbelief::Outsider)) => Obstacle::Outsider,
        Err(Missing::Disbelieved(Disbelief::Guest)) => Obstacle::Guest,
        // Nobody had another account before: nothing on record is looked at here.
        Err(Missing::Disbelieved(Disbelief::Rights | Disbelief::Another)) => return None,
        Err(Missing::Disbelieved(Disbelief::Several)) => {
            return fault(
                format!("Two accounts have {name}'s e-mail address, so nobody is taken for them."),
                "Put the Slack id of the right one in people.toml instead of the address.",
            );
        }
        Err(Missing::SameAs(other)) => {
            return fault(
                format!("{name}'s account is also that of {other}, who is written to instead."),
                "Make one entry of the two in people.toml, with `was` for the other id.",
            );
        }
        Err(Missing::Nobody) => {
            let says = match &person.address {
                Address::Slack(id) => format!("Nobody in the workspace has {name}'s id {id}."),
                Address::Email(email) => format!("Nobody in the workspace has {name}'s address {email}."),
            };
            return fault(says, "Correct it in people.toml.");
        }
    };
    match obstacle {
        Obstacle::Deactivated => fault(
            format!("{name}'s account is deactivated."),
            "Name in people.toml who does their work now, and take them out.",
        ),
        Obstacle::Bot => fault(format!("{name}'s account is a bot's."), "Correct it in people.toml."),
        Obstacle::Outsider => fault(
            format!("{name}'s account belongs to another workspace, so a bot can't write to it."),
            "Name their account in this workspace, or talk to them yourself and take them out of people.toml.",
        ),
        Obstacle::Guest => fault(
            format!("{name} is a guest in the workspace, whom a bot may not reach."),
            "Ask for a full account, set `guests = true` in canvass.toml, or talk to them yourself and take them out of people.toml.",
        ),
    }
}
