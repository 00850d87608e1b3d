//! Who is argued with, for many initiatives at once.
//!
//! Invariant: the same people as [`Program::stakeholders`]. They are found by the teams that an initiative
//! asks instead of by walking everybody, so that a page over fifty initiatives is quick.

use std::collections::{BTreeSet, HashMap};

use super::directory::Person;
use super::engagement::Audience;
use super::ids::{PersonId, TeamId};
use super::initiative::Initiative;
use super::program::{Program, Stakeholder};

/// People by team.
#[derive(Debug)]
pub struct Roster<'a> {
    program: &'a Program,
    by_team: HashMap<&'a TeamId, Vec<&'a PersonId>>,
    /// Executives who answer for all teams.
    everywhere: Vec<&'a PersonId>,
}

impl<'a> Roster<'a> {
    /// The roster of everybody in the configuration.
    pub fn of(program: &'a Program) -> Self {
        let mut by_team: HashMap<&TeamId, Vec<&PersonId>> = HashMap::new();
        let mut everywhere = Vec::new();
        for person in program.people.values() {
            for team in &person.teams {
                by_team.entry(team).or_default().push(&person.id);
            }
            if person.teams.is_empty() && person.audiences.iter().min() == Some(&Audience::Executive) {
                everywhere.push(&person.id);
            }
        }
        Self { program, by_team, everywhere }
    }

    /// Everybody to whom `initiative` is argued, in the order of their ids.
    pub fn stakeholders(&self, initiative: &Initiative) -> Vec<Stakeholder> {
        let on_teams = initiative.asks.keys().filter_map(|team| self.by_team.get(team)).flatten().copied();
        let deciders = initiative.asks.values().filter_map(|ask| ask.decider.as_ref());
        let added = initiative.extra.iter().map(|exception| &exception.person);
        let approached = initiative.approached.iter().map(|approach| &approach.person);
        let everywhere = self.everywhere.iter().copied();
        let candidates: BTreeSet<&PersonId> =
            on_teams.chain(everywhere).chain(deciders).chain(added).chain(approached).collect();
        candidates
            .into_iter()
            .filter_map(|id| self.program.people.get(id))
            .filter_map(|person: &Person| self.program.stakeholder(initiative, person))
            .collect()
    }
}
