//! Ids that changed: what is known under the old one is known under the new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::State;
use crate::domain::effect::PostKey;
use crate::domain::event::Renames;
use crate::domain::ids::{InitiativeId, PersonId, TeamId};

impl State {
    pub(super) fn rename(&mut self, renames: &Renames) {
        for (old, new) in &renames.people {
            if let Some(state) = self.people.remove(old) {
                if let Some(slack) = &state.slack {
                    self.by_slack.insert(slack.clone(), new.clone());
                }
                self.people.entry(new.clone()).or_insert(state);
            }
        }
        for (old, new) in &renames.initiatives {
            if let Some(at) = self.initiatives.remove(old) {
                self.initiatives.entry(new.clone()).or_insert(at);
            }
        }
        if *renames == Renames::default() {
            return;
        }
        let initiative = |id: &mut InitiativeId| renamed(&renames.initiatives, id);
        let person = |id: &mut PersonId| renamed(&renames.people, id);
        let team = |id: &mut TeamId| renamed(&renames.teams, id);
        for state in self.people.values_mut().map(Arc::make_mut) {
            state.engagements = std::mem::take(&mut state.engagements)
                .into_iter()
                .map(|((mut about, quarter), mut engagement)| {
                    initiative(&mut about);
                    engagement.stances = std::mem::take(&mut engagement.stances)
                        .into_iter()
                        .map(|(mut of, stance)| {
                            team(&mut of);
                            (of, stance)
                        })
                        .collect();
                    ((about, quarter), engagement)
                })
                .collect();
            state.stopped_initiatives = std::mem::take(&mut state.stopped_initiatives)
                .into_iter()
                .map(|mut id| {
                    initiative(&mut id);
                    id
                })
                .collect();
        }
        for (id, post) in &mut self.posts {
            let post = Arc::make_mut(post);
            post.teams.iter_mut().for_each(team);
            match &mut post.key {
                PostKey::Touch(delivery) => {
                    person(&mut delivery.person);
                    initiative(&mut delivery.initiative);
                }
                PostKey::Relay { to, .. } | PostKey::Receipt { to, .. } | PostKey::Notice { to, .. } => {
                    person(to)
                }
            }
            if post.key.id() != *id {
                self.aliases.insert(post.key.id(), *id);
            }
        }
        for received in self.received.values_mut() {
            person(&mut received.person);
            received.initiative.iter_mut().for_each(initiative);
        }
        for note in self.notes.values_mut() {
            person(&mut note.by);
            note.about.iter_mut().for_each(person);
            note.initiative.iter_mut().for_each(initiative);
        }
        self.items = std::mem::take(&mut self.items)
            .into_iter()
            .map(|((mut about, mut of, quarter), item)| {
                initiative(&mut about);
                team(&mut of);
                ((about, of, quarter), item)
            })
            .collect();
    }
}

fn renamed<T: Ord + Clone>(renames: &BTreeMap<T, T>, id: &mut T) {
    if let Some(new) = renames.get(id) {
        *id = new.clone();
    }
}
