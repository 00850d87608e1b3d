//! Changed configurations, as an advocate would save them: renamed, withdrawn, moved.

use std::collections::BTreeMap;

use super::world::Life;
use crate::domain::event::{Event, Renames};
use crate::domain::ids::{InitiativeId, PersonId, TeamId};
use crate::domain::program::{ConfigDigest, Program};

fn each_person(program: &mut Program, change: impl Fn(&mut PersonId)) {
    program.people = std::mem::take(&mut program.people)
        .into_values()
        .map(|mut person| {
            change(&mut person.id);
            person.reports_to.iter_mut().for_each(&change);
            (person.id.clone(), person)
        })
        .collect();
    program.hours = std::mem::take(&mut program.hours)
        .into_values()
        .map(|mut hours| {
            change(&mut hours.host);
            (hours.host.clone(), hours)
        })
        .collect();
    program.admins = std::mem::take(&mut program.admins)
        .into_iter()
        .map(|mut id| {
            change(&mut id);
            id
        })
        .collect();
    for initiative in &mut program.initiatives {
        initiative.advocates.iter_mut().for_each(&change);
        initiative.extra.iter_mut().chain(&mut initiative.excluded).for_each(|of| change(&mut of.person));
        initiative.asks.values_mut().flat_map(|ask| &mut ask.decider).for_each(&change);
    }
}

fn each_team(program: &mut Program, change: impl Fn(&mut TeamId)) {
    program.teams = std::mem::take(&mut program.teams)
        .into_values()
        .map(|mut team| {
            change(&mut team.id);
            (team.id.clone(), team)
        })
        .collect();
    for person in program.people.values_mut() {
        person.teams = std::mem::take(&mut person.teams)
            .into_iter()
            .map(|mut id| {
                change(&mut id);
                id
            })
            .collect();
    }
    for initiative in &mut program.initiatives {
        initiative.asks = std::mem::take(&mut initiative.asks)
            .into_values()
            .map(|mut ask| {
                change(&mut ask.team);
                (ask.team.clone(), ask)
            })
            .collect::<BTreeMap<_, _>>();
    }
}

/// Renames everything in a program.
pub(super) fn rename(program: &mut Program, renames: &Renames) {
    each_person(program, |id| renames.person(id));
    each_team(program, |id| renames.team(id));
    for initiative in &mut program.initiatives {
        renames.initiative(&mut initiative.id);
    }
}

/// A configuration with another digest.
pub(super) fn changed(program: &mut Program, reload: u32) {
    program.digest = ConfigDigest(format!("{reload:064}"));
}

impl Life {
    /// The program in effect is adopted, with what was renamed since the one before.
    pub(super) fn adopts(&mut self, renamed: Renames) {
        let initiatives: Vec<InitiativeId> =
            self.program.initiatives.iter().map(|of| of.id.clone()).collect();
        let (digest, quarters) = (self.program.digest.clone(), self.program.quarters());
        self.happens(Event::ConfigAdopted { digest, initiatives, renamed, quarters });
    }
}
