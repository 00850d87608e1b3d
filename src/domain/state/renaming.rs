//! Ids that changed: what is known under the old one is known under the new one.
//!
//! Invariant: nothing is thrown away. Where something is known under both, the two are merged.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::merging::put;
use super::{CampaignState, Changed, Engagement, State};
use crate::domain::event::{How, PauseReason, Renames};
use crate::domain::ids::{InitiativeId, PersonId, TeamId};

impl State {
    /// What was renamed, oldest first, also where an account made one person of two.
    pub fn renames(&self) -> &[Renames] {
        &self.renamed
    }

    pub(super) fn rename(&mut self, renames: &Renames) {
        if renames.is_empty() {
            return;
        }
        self.renamed.push(renames.clone());
        // All at once: two may have swapped their ids.
        let moved = |old: &PersonId| self.people.remove(old);
        let moved: Vec<_> = renames.people.keys().map(moved).collect();
        let mut merged: Vec<PersonId> = Vec::new();
        for (new, state) in renames.people.values().zip(moved) {
            let Some(state) = state else { continue };
            let account = state.slack.clone();
            let known = match self.people.remove(new) {
                Some(there) => {
                    merged.push(new.clone());
                    Arc::new(Arc::unwrap_or_clone(there).merged(Arc::unwrap_or_clone(state)))
                }
                None => state,
            };
            if let Some(account) = account {
                if known.slack.as_ref() == Some(&account) {
                    self.by_slack.insert(account, new.clone());
                } else {
                    self.by_slack.remove(&account);
                }
            }
            self.people.insert(new.clone(), known);
        }
        let regrouped = std::mem::take(&mut self.regrouped).into_iter();
        self.regrouped = regrouped.map(|id| renames.people.get(&id).cloned().unwrap_or(id)).collect();
        let moved = |old: &InitiativeId| self.initiatives.remove(old);
        let moved: Vec<_> = renames.initiatives.keys().map(moved).collect();
        for (new, at) in renames.initiatives.values().zip(moved) {
            if let Some(at) = at {
                let first = self.initiatives.entry(new.clone()).or_insert(at);
                *first = at.min(*first);
                merged.extend(self.people.keys().cloned());
            }
        }
        self.quarters = rekeyed(&mut self.quarters, |of, _| renames.initiative(of), |_, later| later);
        self.news.rename(&renames.initiatives);
        let initiative = |id: &mut InitiativeId| renames.initiative(id);
        let person = |id: &mut PersonId| renames.person(id);
        let team = |id: &mut TeamId| renames.team(id);
        self.people.iter_mut().for_each(|(id, state)| {
            if !state.before.keys().any(|before| renames.people.contains_key(before)) {
                return;
            }
            let before = std::mem::take(&mut Arc::make_mut(state).before).into_iter();
            let before =
                before.map(|(before, whose)| (renames.people.get(&before).cloned().unwrap_or(before), whose));
            // What is known under somebody's own id isn't apart from them.
            Arc::make_mut(state).before = before.filter(|(before, _)| before != id).collect();
        });
        for state in self.people.values_mut().map(Arc::make_mut) {
            if let Some(Changed { confirmed: Some((by, _)), .. }) = &mut state.changed {
                person(by);
            }
            for ((mut about, quarter), held) in std::mem::take(&mut state.engagements) {
                let mut engagement = Arc::unwrap_or_clone(held);
                initiative(&mut about);
                for judged in engagement.verdicts.values_mut() {
                    person(&mut judged.by);
                }
                for edited in engagement.edits.values_mut() {
                    person(&mut edited.by);
                }
                engagement.handed_over.iter_mut().for_each(person);
                for (mut of, mut stance) in std::mem::take(&mut engagement.stances) {
                    team(&mut of);
                    if let How::Recorded { by } = &mut stance.how {
                        person(by);
                    }
                    put(&mut engagement.stances, of, stance, |a, b| if a.since < b.since { b } else { a });
                }
                put(&mut state.engagements, (about, quarter), Arc::new(engagement), Engagement::both);
            }
            state.stopped_since =
                rekeyed(&mut state.stopped_since, |about, _| about.iter_mut().for_each(initiative), Ord::max);
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
            if let Some(lists) = &mut post.lists {
                let mut renamed = lists.to_vec();
                renamed.iter_mut().for_each(|delivery| delivery.rename(renames));
                renamed.sort_unstable();
                *lists = renamed.into();
            }
        }
        self.find_by_new_keys();
        merged.iter().for_each(|person| self.find_deliveries(person));
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
        self.kept = rekeyed(
            &mut self.kept,
            |(about, _), kept| {
                initiative(about);
                person(&mut kept.by);
            },
            |there, _| there,
        );
        self.approached = rekeyed(
            &mut self.approached,
            |(about, who), approached| {
                initiative(about);
                person(who);
                person(&mut approached.by);
                for part in &mut approached.parts {
                    part.instead_of.iter_mut().for_each(person);
                    person(&mut part.by);
                    part.teams.iter_mut().for_each(team);
                }
            },
            |a, b| if a.at < b.at { a.and(b) } else { b.and(a) },
        );
        self.campaigns = rekeyed(
            &mut self.campaigns,
            |(about, _), campaign| {
                initiative(about);
                campaign.stages.iter_mut().for_each(|moved| person(&mut moved.by));
                campaign.recalled.iter_mut().for_each(|(by, _)| person(by));
                campaign.corrections.iter_mut().for_each(|correction| person(&mut correction.by));
            },
            CampaignState::merged,
        );
        let posts = &self.posts;
        self.reviews = rekeyed(
            &mut self.reviews,
            |(about, who), _| {
                initiative(about);
                person(who);
            },
            |mut these, those| {
                these.extend(those);
                these.sort_by_key(|id| posts.get(id).map(|post| post.intended));
                these
            },
        );
        self.paused_initiatives = rekeyed(
            &mut self.paused_initiatives,
            |about, by| {
                initiative(about);
                person(by);
            },
            |_, later| later,
        );
        for note in self.notes.values_mut() {
            person(&mut note.by);
            note.about.iter_mut().for_each(person);
            note.initiative.iter_mut().for_each(initiative);
        }
        self.rename_bookings(person, initiative);
        for (_, reason) in self.paused.iter_mut().chain(&mut self.set_aside) {
            if let PauseReason::Asked { by } = reason {
                person(by);
            }
        }
        self.items = rekeyed(
            &mut self.items,
            |(about, of, _), item| {
                initiative(about);
                team(of);
                person(&mut item.by);
            },
            |a, b| if a.at < b.at { b } else { a },
        );
    }

    /// Of two deliveries that are one by now, finds the one that counts. Each is looked for by what it is called
    /// itself: what went to an account of before is the delivery of whoever had it.
    fn find_deliveries(&mut self, person: &PersonId) {
        let Some(mut known) = self.people.remove(person) else { return };
        for engagement in Arc::make_mut(&mut known).engagements.values_mut().map(Arc::make_mut) {
            for post in engagement.deliveries.values_mut() {
                if let Some(found) = self.posts.get(post) {
                    *post = self.id_of(&found.key);
                }
            }
        }
        self.people.insert(person.clone(), known);
    }
}

/// The map with its keys changed; of two that have one key now, `both` says what comes of them.
fn rekeyed<K: Ord, V>(
    map: &mut BTreeMap<K, V>,
    mut change: impl FnMut(&mut K, &mut V),
    both: impl Fn(V, V) -> V,
) -> BTreeMap<K, V> {
    let mut changed = BTreeMap::new();
    for (mut key, mut value) in std::mem::take(map) {
        change(&mut key, &mut value);
        put(&mut changed, key, value, &both);
    }
    changed
}
