//! People whom a stakeholder named and an advocate approaches: the program that is in effect.
//!
//! Invariant: the configuration itself stays as it is, and so does its digest. What is laid over it comes
//! from the records alone, so that every process with the same journal sees the same program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::directory::{Address, Person};
use super::engagement::Audience;
use super::event::Event;
use super::hours::DaysOff;
use super::ids::{PersonId, TeamId};
use super::initiative::Initiative;
use super::program::Program;
use super::state::{ApproachedState, State};

/// Somebody who is approached because a stakeholder named them. Who named them is never told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approach {
    /// Who.
    pub person: PersonId,
    /// The role it is argued for.
    pub audience: Audience,
    /// The teams whose ask is argued to them.
    pub teams: Vec<TeamId>,
    /// Who answered for which team before, and is asked no more about it.
    pub relieves: BTreeSet<(PersonId, TeamId)>,
    /// The advocate who approaches them.
    pub by: PersonId,
    /// Since when.
    pub at: Timestamp,
    /// Since when for each team: a later hint may add some.
    pub since: BTreeMap<TeamId, Timestamp>,
}

/// Whether what the records lay over the configuration may be another after `event`: who is approached, or who has the
/// account that is.
pub fn changes(event: &Event) -> bool {
    matches!(
        event,
        Event::Approached { .. }
            | Event::PersonLinked { .. }
            | Event::AccountRefused { .. }
            | Event::AccountConfirmed { .. }
            | Event::PersonForgotten { .. }
            | Event::ConfigAdopted { .. }
    )
}

impl Initiative {
    /// The approach to `person`, if they are a stakeholder by one.
    pub fn approach(&self, person: &PersonId) -> Option<&Approach> {
        self.approached.iter().find(|approach| approach.person == *person)
    }

    /// Whether `person` said that somebody else decides for `team`, and an advocate approaches them.
    pub fn relieves(&self, person: &PersonId, team: &TeamId) -> bool {
        self.relieved().any(|(who, of)| who == person && of == team)
    }

    /// Who is asked no more about which team. They are still who they are on it.
    pub fn relieved(&self) -> impl Iterator<Item = (&PersonId, &TeamId)> {
        self.approached.iter().flat_map(|approach| &approach.relieves).map(|(who, team)| (who, team))
    }
}

impl Program {
    /// Whether somebody is approached of whom this program knows nothing yet.
    pub fn is_behind(&self, state: &State) -> bool {
        self.laid_over < state.approached_since
    }

    /// The program in effect: this configuration, and whoever is approached by the records in `state`.
    #[must_use]
    pub fn with(&self, state: &State) -> Self {
        let mut program = self.clone();
        // What was laid over before is laid over anew.
        program.initiatives.iter_mut().for_each(|initiative| initiative.approached.clear());
        program.laid_over = state.approached_since;
        let company = Arc::new(program.calendar.holidays.clone());
        for ((about, who), approached) in &state.approached {
            let Some(rank) = program
                .initiatives
                .iter()
                .position(|initiative| initiative.id == *about || initiative.was.contains(about))
            else {
                continue;
            };
            // Once the configuration names them, it is right about them.
            let person = known_as(&program, state, approached).unwrap_or_else(|| who.clone());
            program.people.entry(person.clone()).or_insert_with(|| {
                stranger(&person, approached, DaysOff { shared: vec![company.clone()], own: BTreeSet::new() })
            });
            let Some(initiative) = program.initiatives.get_mut(rank) else { continue };
            lay_over(initiative, person, approached);
        }
        program
    }
}

fn known_as(program: &Program, state: &State, approached: &ApproachedState) -> Option<PersonId> {
    let linked = program.human(state, &approached.slack).map(|person| &person.id);
    let address = Address::Slack(approached.slack.clone());
    let by_address = || program.people.values().find(|person| person.address == address);
    linked.cloned().or_else(|| by_address().map(|person| person.id.clone()))
}

/// Somebody whom the configuration doesn't name. Without audiences and teams of their own they are a
/// stakeholder of nothing but what they are approached about.
fn stranger(id: &PersonId, approached: &ApproachedState, days_off: DaysOff) -> Person {
    let name = approached.name.as_ref().and_then(|name| name.reveal()).unwrap_or(id.as_str()).to_owned();
    Person {
        id: id.clone(),
        given_name: name.split(' ').next().unwrap_or(&name).to_owned(),
        name,
        address: Address::Slack(approached.slack.clone()),
        was: Vec::new(),
        audiences: BTreeSet::new(),
        teams: BTreeSet::new(),
        reports_to: None,
        zone: None,
        hours: None,
        days_off,
    }
}

fn lay_over(initiative: &mut Initiative, person: PersonId, approached: &ApproachedState) {
    let out_of_place = initiative.advocates.contains(&person)
        || initiative.excluded.iter().any(|exception| exception.person == person);
    if out_of_place {
        return;
    }
    let (mut teams, mut relieves) = (Vec::new(), BTreeSet::new());
    let mut since: BTreeMap<TeamId, Timestamp> = BTreeMap::new();
    for part in &approached.parts {
        for team in part.teams.iter().filter(|team| initiative.asks.contains_key(*team)).collect::<Vec<_>>() {
            if !teams.contains(team) {
                teams.push(team.clone());
            }
            let at = since.entry(team.clone()).or_insert(part.at);
            *at = part.at.max(*at);
            if !part.decides {
                continue;
            }
            relieves.extend(part.instead_of.clone().map(|who| (who, team.clone())));
            if let Some(ask) = initiative.asks.get_mut(team) {
                ask.decider = Some(person.clone());
            }
        }
    }
    if teams.is_empty() {
        return;
    }
    initiative.approached.push(Approach {
        person,
        audience: approached.audience,
        teams,
        relieves,
        by: approached.by.clone(),
        at: approached.at,
        since,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Record;
    use crate::domain::ids::{InitiativeId, Seq, SlackUserId};

    #[test]
    fn whoever_is_approached_stays_so_under_the_entry_that_their_account_gets() {
        let id = |text: &str| PersonId::parse(text).unwrap();
        let slack = SlackUserId::parse("U0DORA").unwrap();
        let mut program = crate::config::load(std::path::Path::new("config")).unwrap().program;
        let initiative = program.initiatives[0].id.clone();
        let mut entry = program.people[&id("ben")].clone();
        (entry.id, entry.address) = (id("dora"), Address::Email("dora@example.com".to_owned()));
        program.people.insert(entry.id.clone(), entry);
        let approached = Event::Approached {
            referral: Seq(1),
            by: id("priya"),
            person: id("dora-lind"),
            slack: slack.clone(),
            name: None,
            initiative: initiative.clone(),
            audience: Audience::Engineer,
            teams: program.initiatives[0].asks.keys().take(1).cloned().collect(),
            decides: false,
        };
        let linked = Event::PersonLinked { person: id("dora"), slack, proof: None, replaces: None };
        let of = |program: &Program, initiative: &InitiativeId, who: &str| {
            program.initiative(initiative).unwrap().approach(&id(who)).is_some()
        };
        let mut state = State::default();
        for (seq, event) in (1..).map(Seq).zip([approached, linked]) {
            assert!(changes(&event), "{event:?}");
            state.apply(&Record { seq, at: Timestamp::UNIX_EPOCH, cause: None, event });
            let laid_over = program.with(&state);
            let linked = seq == Seq(2);
            assert_eq!(of(&laid_over, &initiative, "dora-lind"), !linked);
            assert_eq!(of(&laid_over, &initiative, "dora"), linked);
        }
    }
}
