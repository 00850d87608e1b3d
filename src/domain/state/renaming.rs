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
            self.news.rename(old, new);
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
                    for judged in engagement.verdicts.values_mut() {
                        person(&mut judged.by);
                    }
                    for edited in engagement.edits.values_mut() {
                        person(&mut edited.by);
                    }
                    engagement.handed_over.iter_mut().for_each(person);
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
        // In their order: where two become one, chance doesn't decide which.
        let mut posts: Vec<_> = self.posts.iter_mut().collect();
        posts.sort_unstable_by_key(|(id, _)| **id);
        for (id, post) in posts {
            let post = Arc::make_mut(post);
            post.teams.iter_mut().for_each(team);
            match &mut post.key {
                PostKey::Touch(delivery) => {
                    person(&mut delivery.person);
                    initiative(&mut delivery.initiative);
                }
                PostKey::Rehearsal { to, delivery } => {
                    person(to);
                    person(&mut delivery.person);
                    initiative(&mut delivery.initiative);
                }
                PostKey::Review { to, initiative: about, .. } => {
                    person(to);
                    initiative(about);
                }
                PostKey::Relay { to, .. }
                | PostKey::Receipt { to, .. }
                | PostKey::Answer { to, .. }
                | PostKey::Overdue { to, .. }
                | PostKey::Digest { to, .. }
                | PostKey::Booking { to, .. }
                | PostKey::Vacancy { to, .. }
                | PostKey::Notice { to, .. } => person(to),
            }
            if post.key.id() != *id {
                self.aliases.insert(post.key.id(), *id);
            }
        }
        for received in self.received.values_mut() {
            person(&mut received.person);
            received.initiative.iter_mut().for_each(initiative);
            if let Some(settled) = &mut received.settled {
                person(&mut settled.by);
                settled.approached.iter_mut().for_each(person);
            }
        }
        for question in self.questions.values_mut() {
            question.initiative.iter_mut().for_each(initiative);
        }
        for answer in self.answers.values_mut() {
            person(&mut answer.by);
        }
        self.kept = rekeyed(&mut self.kept, |(about, _), kept| {
            initiative(about);
            person(&mut kept.by);
        });
        self.approached = rekeyed(&mut self.approached, |(about, who), approached| {
            initiative(about);
            person(who);
            person(&mut approached.by);
            approached.instead_of.iter_mut().for_each(person);
            approached.teams.iter_mut().for_each(team);
        });
        self.campaigns = rekeyed(&mut self.campaigns, |(about, _), campaign| {
            initiative(about);
            campaign.recalled.iter_mut().for_each(|(by, _)| person(by));
            campaign.corrections.iter_mut().for_each(|correction| person(&mut correction.by));
        });
        self.reviews = rekeyed(&mut self.reviews, |(about, who), _| {
            initiative(about);
            person(who);
        });
        for note in self.notes.values_mut() {
            person(&mut note.by);
            note.about.iter_mut().for_each(person);
            note.initiative.iter_mut().for_each(initiative);
        }
        self.rename_bookings(person, initiative);
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

fn rekeyed<K: Ord, V>(map: &mut BTreeMap<K, V>, mut change: impl FnMut(&mut K, &mut V)) -> BTreeMap<K, V> {
    let entries = std::mem::take(map).into_iter().map(|(mut key, mut value)| {
        change(&mut key, &mut value);
        (key, value)
    });
    entries.collect()
}

fn renamed<T: Ord + Clone>(renames: &BTreeMap<T, T>, id: &mut T) {
    if let Some(new) = renames.get(id) {
        *id = new.clone();
    }
}
