//! Taking a configuration into the journal: its digest, its initiatives, and what was renamed.

use std::collections::BTreeMap;

use crate::domain::event::{Event, Renames};
use crate::domain::program::Program;
use crate::domain::refusal::VERSION;
use crate::domain::state::State;

/// The event that adopts `program`, unless it is the one in force and nothing was refused since. A journal in
/// which a release of before adopted it doesn't know the quarters yet.
pub(super) fn adoption(program: &Program, state: &State) -> Option<Event> {
    let in_force = state.adopted.as_ref().is_some_and(|adopted| adopted.digest == program.digest);
    let known = program.quarters().iter().all(|(of, quarter)| state.quarters.get(of) == Some(quarter));
    if in_force && known && state.refused_config.is_none() {
        return None;
    }
    Some(Event::ConfigAdopted {
        digest: program.digest.clone(),
        initiatives: program.initiatives.iter().map(|initiative| initiative.id.clone()).collect(),
        renamed: renames(program),
        quarters: program.quarters(),
    })
}

/// The event that has this version of the program try again what Slack refused for its content, if another version
/// wrote it.
pub(super) fn another_try(state: &State) -> Option<Event> {
    state.may_retry_content(VERSION).then(|| Event::ContentRetried { version: VERSION.to_owned() })
}

/// Former ids to present ones. Renaming what was renamed before changes nothing.
fn renames(program: &Program) -> Renames {
    fn pairs<'a, T: Ord + Clone + 'a>(all: impl Iterator<Item = (&'a T, &'a [T])>) -> BTreeMap<T, T> {
        all.flat_map(|(id, was)| was.iter().map(move |old| (old.clone(), id.clone()))).collect()
    }
    Renames {
        initiatives: pairs(
            program.initiatives.iter().map(|initiative| (&initiative.id, initiative.was.as_slice())),
        ),
        people: pairs(program.people.values().map(|person| (&person.id, person.was.as_slice()))),
        teams: pairs(program.teams.values().map(|team| (&team.id, team.was.as_slice()))),
    }
}
