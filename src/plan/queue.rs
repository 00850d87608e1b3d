//! What waits for advocates' approval, of all initiatives at once.
//!
//! Invariant: an initiative's queue here is what [`super::waiting`] says of it.

use jiff::Timestamp;

use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::case::{Ground, Memo};
use super::outlook::held_back;
use super::review::{Waiting, Waits};
use super::touches::Frame;

/// What waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue(Waits);

impl Queue {
    /// What waits of the initiative at this place in the advocate's order, soonest first.
    pub fn of(&self, rank: usize) -> impl Iterator<Item = &Waiting> {
        self.0.get(&rank).into_iter().flatten()
    }

    /// When the first of it can't be sent any more.
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.0.values().flatten().map(|waiting| waiting.expires).min()
    }
}

/// What waits for approval at `now`.
pub fn queue(program: &Program, state: &State, seen: &Observations, now: Timestamp) -> Queue {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let asks = |frame: &Frame| frame.steering.ever_wants_approval(program);
    let ranks: Vec<usize> =
        frames.iter().enumerate().filter(|(_, frame)| asks(frame)).map(|(rank, _)| rank).collect();
    let (mut waits, mut memo) = (Waits::new(), Memo::default());
    if ranks.is_empty() {
        return Queue(waits);
    }
    for person in program.people.values() {
        for rank in &ranks {
            for (rank, waiting) in held_back(ground, &mut memo, person, *rank, now).waiting {
                waits.entry(rank).or_default().insert(waiting);
            }
        }
    }
    Queue(waits)
}
