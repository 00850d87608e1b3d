//! Whoever has the new account turned out to be another human than who had the one before.
//!
//! Invariant: what only the account before got is that account's alone, so that the new human is written to as
//! somebody whom nothing has reached. What keeps messages off them stays: a stop, a snooze, a leave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Phase, PostState, State, person_mut};
use crate::domain::effect::PostId;
use crate::domain::event::Renames;
use crate::domain::ids::{PersonId, Seq};

impl State {
    /// Takes from `person` what went to the account that is known as `apart`; their own `came` with that record.
    pub(super) fn give_back(&mut self, person: &PersonId, apart: &PersonId, came: Option<Seq>) {
        let Some(before) = self.people.get(apart).cloned() else { return };
        let went_there = |post: &PostState| match post.place() {
            Some((channel, _)) => before.channel.as_ref() == Some(channel),
            None => post.may_have_arrived() && came.is_some_and(|came| post.intended < came),
        };
        let theirs = self.posts.iter().filter(|(_, post)| post.key.to() == person && went_there(post));
        let theirs: BTreeSet<PostId> = theirs.map(|(id, _)| *id).collect();
        let people = BTreeMap::from([(person.clone(), apart.clone())]);
        let renames = Renames { people, ..Renames::default() };
        for id in &theirs {
            if let Some(post) = self.posts.get_mut(id) {
                Arc::make_mut(post).key.rename(&renames);
            }
            // Nobody is left to bring them up to date for.
            self.outdated.remove(id);
            self.awaited.remove(id);
        }
        let known = person_mut(&mut self.people, person);
        for counted in &before.campaign {
            if let Some(place) = known.campaign.iter().position(|at| at == counted) {
                known.campaign.remove(place);
            }
        }
        for about in before.engagements.keys() {
            let Some(engagement) = known.engagements.get_mut(about).map(Arc::make_mut) else { continue };
            engagement.deliveries.retain(|_, post| !theirs.contains(post));
            let phases = || engagement.deliveries.values().filter_map(|post| self.posts.get(post));
            let reached = phases().any(|post| matches!(post.phase, Phase::Sent { .. }));
            let unknown = phases().any(|post| matches!(post.phase, Phase::Unknown));
            (engagement.reached, engagement.unknown) = (reached, unknown);
        }
        self.find_by_new_keys();
    }
}
