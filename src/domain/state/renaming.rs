//! Ids that changed: what is known under the old one is known under the new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::State;
use crate::domain::event::{How, PauseReason, Renames};
use crate::domain::ids::{InitiativeId, PersonId, TeamId};

impl State {
    pub(super) fn rename(&mut self, renames: &Renames) {
        if renames.is_empty() {
            return;
        }
        // All at once: two may have swapped their ids.
        let moved = |old: &PersonId| self.people.remove(old);
        let moved: Vec<_> = renames.people.keys().map(moved).collect();
        for (new, state) in renames.people.values().zip(moved) {
            let Some(state) = state else { continue };
            if let Some(slack) = &state.slack {
                self.by_slack.insert(slack.clone(), new.clone());
            }
            self.people.entry(new.clone()).or_insert(state);
        }
        let moved = |old: &InitiativeId| self.initiatives.remove(old);
        let moved: Vec<_> = renames.initiatives.keys().map(moved).collect();
        for (new, at) in renames.initiatives.values().zip(moved) {
            if let Some(at) = at {
                self.initiatives.entry(new.clone()).or_insert(at);
            }
        }
        self.news.rename(&renames.initiatives);
        let initiative = |id: &mut InitiativeId| renames.initiative(id);
        let person = |id: &mut PersonId| renames.person(id);
        let team = |id: &mut TeamId| renames.team(id);
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
                        .map(|(mut of, mut stance)| {
                            team(&mut of);
                            if let How::Recorded { by } = &mut stance.how {
                                person(by);
                            }
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
        for post in self.posts.values_mut().map(Arc::make_mut) {
            post.teams.iter_mut().for_each(team);
            post.key.rename(renames);
        }
        self.find_by_new_keys();
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
        self.paused_initiatives = rekeyed(&mut self.paused_initiatives, |about, by| {
            initiative(about);
            person(by);
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
        if let Some((_, PauseReason::Asked { by })) = &mut self.paused {
            person(by);
        }
        self.items = std::mem::take(&mut self.items)
            .into_iter()
            .map(|((mut about, mut of, quarter), mut item)| {
                initiative(&mut about);
                team(&mut of);
                person(&mut item.by);
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
