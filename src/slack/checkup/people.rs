//! Whether everybody of the configuration is somebody in the workspace who can be written to.

use super::Finding;
use super::advice::advice;
use crate::domain::directory::{Address, Person};
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::slack::directory::{Member, Quiet, recognise};
use crate::slack::errors::CallError;

const CHECK: &str = "people";

pub(super) fn found(program: &Program, members: &Result<Vec<Member>, CallError>) -> Vec<Finding> {
    let members = match members {
        Ok(members) => members,
        Err(error) => return vec![Finding::fault(CHECK, format!("{error}."), advice(error))],
    };
    let all = accounts(program, members);
    let mut findings: Vec<Finding> =
        all.iter().filter_map(|(person, account)| unreachable(person, *account)).collect();
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("All {} are there and can be written to.", all.len())));
    }
    findings
}

/// Everybody of the configuration with their account, if there is one.
pub(super) fn accounts<'a>(
    program: &'a Program,
    members: &'a [Member],
) -> Vec<(&'a Person, Option<&'a Member>)> {
    let sighting = recognise(program, &State::default(), members, &Quiet::new());
    let account = |person: &Person| {
        let (_, slack) = sighting.links.iter().find(|(id, _)| *id == person.id)?;
        members.iter().find(|member| member.id == *slack)
    };
    program.people.values().map(|person| (person, account(person))).collect()
}

fn unreachable(person: &Person, account: Option<&Member>) -> Option<Finding> {
    let name = &person.name;
    let fault = |says: String, advice: &str| Some(Finding::fault(CHECK, says, advice));
    let Some(account) = account else {
        let says = match &person.address {
            Address::Slack(id) => format!("Nobody in the workspace has {name}'s id {id}."),
            Address::Email(email) => format!("Nobody in the workspace has {name}'s address {email}."),
        };
        return fault(says, "Correct it in people.toml.");
    };
    if account.deactivated {
        fault(
            format!("{name}'s account is deactivated."),
            "Name in people.toml who does their work now, and take them out.",
        )
    } else if account.is_bot {
        fault(format!("{name}'s account is a bot's."), "Correct it in people.toml.")
    } else if account.stranger {
        fault(
            format!("{name}'s account belongs to another workspace, so a bot can't write to it."),
            "Name their account in this workspace, or talk to them yourself and take them out of people.toml.",
        )
    } else if account.guest {
        fault(
            format!("{name} is a guest in the workspace, whom a bot may not reach."),
            "Ask for a full account, or talk to them yourself and take them out of people.toml.",
        )
    } else {
        None
    }
}
