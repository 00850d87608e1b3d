//! Where what is due comes from.

use jiff::Timestamp;

use super::World;
use crate::domain::effect::{DeliveryKey, Effect, Post, PostKey};
use crate::domain::event::{PauseReason, Record};
use crate::domain::state::State;
use crate::plan::{Plan, Touched, eligible, must_start_paused, touched};

/// Says what is due. [`Campaigns`] does in the service; a list does in tests, so that they choose what
/// is due without a quarter's calendar around it.
pub trait Planner: Send + 'static {
    /// Plans from nothing.
    fn start(&mut self, world: &World, state: &State, now: Timestamp);

    /// Plans anew what `records` touch; `state` includes them. Without records, only time has passed.
    fn refresh(&mut self, world: &World, state: &State, now: Timestamp, records: &[Record]);

    /// What to do at `now`, first things first.
    fn due(&self, now: Timestamp) -> Vec<Effect>;

    /// When something more may come due.
    fn next_wake(&self) -> Option<Timestamp>;

    /// The post that `key` stands for, if it may be sent now: the last look before its intent.
    fn eligible(world: &World, state: &State, now: Timestamp, key: &PostKey) -> Option<Post>;

    /// The past touches that may have gone out without being on record: posting has to be paused, and
    /// they have to be looked up. `None` if the journal can be trusted.
    fn unproven(&self, world: &World, state: &State, now: Timestamp) -> Option<Vec<DeliveryKey>>;
}

/// The plan of the campaigns, kept up to date.
#[derive(Debug, Default)]
pub struct Campaigns {
    plan: Option<Plan>,
    fresh_or_restored: bool,
}

impl Campaigns {
    /// Nothing planned yet. `fresh_or_restored`: the journal was empty when the process started, or was
    /// put back from an export; it may not know everything that was sent.
    pub fn new(fresh_or_restored: bool) -> Self {
        Self { plan: None, fresh_or_restored }
    }
}

impl Planner for Campaigns {
    fn start(&mut self, world: &World, state: &State, now: Timestamp) {
        match &mut self.plan {
            Some(plan) => plan.start(&world.program, state, &world.seen, now),
            None => self.plan = Some(Plan::from_nothing(&world.program, state, &world.seen, now)),
        }
    }

    fn refresh(&mut self, world: &World, state: &State, now: Timestamp, records: &[Record]) {
        let Some(plan) = &mut self.plan else { return self.start(world, state, now) };
        let touched = records
            .iter()
            .map(|record| touched(&world.program, state, record))
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
        match eligible(&world.program, state, &world.seen, now, key) {
            Ok(post) => Some(post),
            Err(skip) => {
                tracing::debug!(post.id = %state.id_of(key), skip = skip.name(), "due, but not sent after all");
                None
            }
        }
    }

    fn unproven(&self, world: &World, state: &State, now: Timestamp) -> Option<Vec<DeliveryKey>> {
        // A start that was cut short while it looked past touches up is taken up again.
        let mut pauses = state.paused.iter().chain(&state.set_aside);
        let pending = pauses.any(|(_, reason)| *reason == PauseReason::Unproven);
        let doubtful = self.fresh_or_restored || pending;
        must_start_paused(&world.program, state, &world.seen, now, doubtful)
    }
}
