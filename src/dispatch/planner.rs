//! Where what is due comes from.

use jiff::Timestamp;

use super::World;
use crate::domain::effect::{DeliveryKey, Effect, Post, PostKey};
use crate::domain::event::Record;
use crate::domain::state::State;

/// Says what is due. `plan` does in the service; a list does in tests, so that they choose what
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
