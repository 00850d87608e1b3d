//! What is left lying: the plan is made from nothing, and what it finds must not wait for days.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::checks::well;
use super::house::House;
use crate::dispatch::{Campaigns, Planner, World};
use crate::domain::effect::{Effect, Traffic};
use crate::domain::ids::PersonId;
use crate::domain::state::{PersonState, Phase, PostState, State};

/// Whoever was refused longer ago than that can be tried again.
const REFUSED: SignedDuration = SignedDuration::from_hours(24 * 7 + 6);
/// A life that is over is looked at twice, a day apart.
const LONGEST: SignedDuration = SignedDuration::from_hours(60);

/// How far a record may be from what it tells of.
const WRONG: SignedDuration = SignedDuration::from_hours(3);

/// Since when each touch is due, or over, that nothing has become of.
pub(super) type Lying = BTreeMap<String, Timestamp>;

/// Looks, once a day.
pub(super) fn check(house: &mut House) {
    let now = house.time.truth();
    let steady = well(house).is_some_and(|well| LONGEST < well)
        && house.promise.strayed.is_none_or(|strayed| strayed + LONGEST < now);
    let Some(process) = house.process.as_ref().filter(|_| steady) else { return house.lying.clear() };
    let mut state = State::clone(&process.writer.state());
    forget_refusals(&mut state, now);
    let world = World { program: process.program(), seen: process.shared.seen() };
    let mut plan = Campaigns::new(false);
    plan.start(&world, &state, now);
    let touches = plan.due(now).into_iter().filter_map(|effect| match effect {
        Effect::Post(post) if post.key.traffic() == Traffic::Campaign => Some(format!("due: {:?}", post.key)),
        Effect::Miss(key) => Some(format!("over: {key:?}")),
        Effect::Post(_) | Effect::Refresh { .. } | Effect::Settle { .. } => None,
    });
    let before = std::mem::take(&mut house.lying);
    house.lying = touches
        .map(|touch| (before.get(&touch).copied().unwrap_or(now), touch))
        .map(|(at, touch)| (touch, at))
        .collect();
    if let Some((touch, since)) = house.lying.iter().find(|(_, since)| **since + LONGEST < now) {
        let how = format!("{touch} since {since}");
        house.promise.breaks("nothing is left lying", now, how);
    }
}

/// What reached somebody before a restore is on record as of when it did: that is what caps, waits and the advocates' pages
/// go by.
pub(super) fn dates(house: &mut House) {
    let Some(process) = house.process.as_ref().filter(|_| house.promise.strayed.is_none()) else { return };
    let state = process.writer.state();
    let Some(restored) = state.restored.last().map(|last| last.from) else { return };
    let found = |post: &&Arc<PostState>| restored < post.intended && matches!(post.phase, Phase::Sent { .. });
    let wrong = state.posts.values().filter(found).filter_map(|post| {
        let (human, arrived) = house.promise.arrival(&post.key, &house.truth)?;
        let off = post.intended_at.duration_since(arrived).abs();
        let settled = house.truth.settled(human).is_none_or(|since| since < arrived);
        let how = format!("{:?} arrived at {arrived} and counts as of {}", post.key, post.intended_at);
        (settled && WRONG < off).then_some(how)
    });
    let wrong: Option<String> = wrong.min();
    if let Some(how) = wrong {
        let now = house.time.truth();
        house.promise.breaks("what arrived counts as of when it did", now, how);
    }
}

/// What Slack refused long ago it may take today.
fn forget_refusals(state: &mut State, now: Timestamp) {
    let refused =
        |known: &PersonState| known.unreachable.as_ref().is_some_and(|since| since.at + REFUSED < now);
    let long: Vec<PersonId> =
        state.people.iter().filter(|(_, known)| refused(known)).map(|(id, _)| id.clone()).collect();
    for person in long {
        if let Some(known) = state.people.get_mut(&person) {
            Arc::make_mut(known).unreachable = None;
        }
    }
}
