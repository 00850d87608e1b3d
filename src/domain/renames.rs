//! Ids that changed: of initiatives, people and teams.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{InitiativeId, PersonId, TeamId};

/// Ids that changed, old to new.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renames {
    /// Of initiatives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub initiatives: BTreeMap<InitiativeId, InitiativeId>,
    /// Of people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<PersonId, PersonId>,
    /// Of teams.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub teams: BTreeMap<TeamId, TeamId>,
}

impl Renames {
    /// Whether nothing changed its id.
    pub fn is_empty(&self) -> bool {
        self.initiatives.is_empty() && self.people.is_empty() && self.teams.is_empty()
    }

    /// The same the other way round: new to old. Of two that became one, the later id by name.
    #[must_use]
    pub fn undone(&self) -> Self {
        fn undone<T: Ord + Clone>(renames: &BTreeMap<T, T>) -> BTreeMap<T, T> {
            renames.iter().map(|(old, new)| (new.clone(), old.clone())).collect()
        }
        Self {
            initiatives: undone(&self.initiatives),
            people: undone(&self.people),
            teams: undone(&self.teams),
        }
    }

    /// Gives an initiative its present id.
    pub fn initiative(&self, id: &mut InitiativeId) {
        renamed(&self.initiatives, id);
    }

    /// Gives a person their present id.
    pub fn person(&self, id: &mut PersonId) {
        renamed(&self.people, id);
    }

    /// Gives a team its present id.
    pub fn team(&self, id: &mut TeamId) {
        renamed(&self.teams, id);
    }
}

fn renamed<T: Ord + Clone>(renames: &BTreeMap<T, T>, id: &mut T) {
    if let Some(new) = renames.get(id) {
        *id = new.clone();
    }
}
