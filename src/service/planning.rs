//! Where plans meet dispatch.

use jiff::Timestamp;

use crate::dispatch::{Planner, World};
use crate::domain::effect::{DeliveryKey, Effect, Post, PostKey};
use crate::domain::event::Record;
use crate::domain::state::State;
use crate::plan::{self, Plan, Touched};

/// The plan, kept up to date.
pub(super) struct Planning {
    plan: Option<Plan>,
    /// The journal is new or was restored: what it doesn't know may have been sent all the same.
    unproven: bool,
}

impl Planning {
    pub(super) fn new(unproven: bool) -> Self {
        Self { plan: None, unproven }
    }
}

impl Planner for Planning {
    fn start(&mut self, world: &World, state: &State, now: Timestamp) {
        self.plan = Some(Plan::from_nothing(&world.program, state, &world.seen, now));
    }

    fn refresh(&mut self, world: &World, state: &State, now: Timestamp, records: &[Record]) {
        let Some(plan) = &mut self.plan else { return self.start(world, state, now) };
        let touched = records
            .iter()
            .map(|record| plan::touched(&world.program, state, record))
            .fold(Touched::Nobody, Touched::and);
        plan.refresh(&world.program, state, &world.seen, now, &touched);
    }

    fn due(&self, now: Timestamp) -> Vec<Effect> {
        self.plan.as_ref().map(|plan| plan.due(now)).unwrap_or_default()
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.plan.as_ref().and_then(Plan::next_wake)
    }

    fn eligible(world: &World, state: &State, now: Timestamp, key: &PostKey) -> Option<Post> {
        plan::eligible(&world.program, state, &world.seen, now, key).ok()
    }

    fn unproven(&self, world: &World, state: &State, now: Timestamp) -> Option<Vec<DeliveryKey>> {
        plan::must_start_paused(&world.program, state, &world.seen, now, self.unproven)
    }
}
