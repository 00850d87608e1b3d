//! What waits for advocates' approval, of all initiatives at once.
//!
//! Invariant: an initiative's queue here is what [`super::waiting`] says of it.

use jiff::Timestamp;

use crate::domain::initiative::Initiative;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::State;

use super::case::{Ground, Memo};
use super::outlook::held_back;
use super::review::{Waiting, Waits};
use super::touches::Frame;

/// What waits for approval, and what waited until it was too late.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    waiting: Waits,
    lapsed: Waits,
}

impl Queue {
    /// What waits of the initiative at this place in the advocate's order, soonest first.
    pub fn of(&self, rank: usize) -> impl Iterator<Item = &Waiting> {
        self.waiting.get(&rank).into_iter().flatten()
    }

    /// How many of its messages nobody approved before they could not be sent any more, from `since` until `now`.
    pub fn lapsed(&self, rank: usize, since: Timestamp, now: Timestamp) -> usize {
        let lapsed = self.lapsed.get(&rank).into_iter().flatten();
        lapsed.filter(|waiting| since < waiting.expires && waiting.expires <= now).count()
    }

    /// When the first of it can't be sent any more.
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.waiting.values().flatten().map(|waiting| waiting.expires).min()
    }
}

/// What waits for approval at `now`.
pub fn queue(program: &Program, state: &State, seen: &Observations, now: Timestamp) -> Queue {
    queue_among(program, state, seen, |_| true, now)
}

/// What waits for approval at `now` of the initiatives for which `wanted` holds: everybody is looked at for each.
pub fn queue_among(
    program: &Program,
    state: &State,
    seen: &Observations,
    wanted: impl Fn(&Initiative) -> bool,
    now: Timestamp,
) -> Queue {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let asks = |(rank, frame): &(usize, &Frame)| {
        program.initiatives.get(*rank).is_some_and(&wanted) && frame.steering.ever_wants_approval(program)
    };
    let ranks: Vec<usize> = frames.iter().enumerate().filter(asks).map(|(rank, _)| rank).collect();
    let (mut queue, mut memo) = (Queue::default(), Memo::default());
    if ranks.is_empty() {
        return queue;
    }
    for person in program.people.values() {
        for rank in &ranks {
            let held_back = held_back(ground, &mut memo, person, *rank, now);
            for (of, found) in
                [(&mut queue.waiting, held_back.waiting), (&mut queue.lapsed, held_back.lapsed)]
            {
                for (rank, waiting) in found {
                    of.entry(rank).or_default().insert(waiting);
                }
            }
        }
    }
    queue
}
