//! What counted as missed though its time is still to come.

use jiff::Timestamp;

use crate::domain::effect::DeliveryKey;
use crate::domain::initiative::Initiative;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{Phase, State};

use super::case::{Case, Ground, Memo, Recipient};
use super::touches::Frame;

/// What became of the deliveries that counted as missed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revival {
    /// They may still go out.
    pub alive: Vec<DeliveryKey>,
    /// How many really are over.
    pub over: usize,
}

/// The deliveries of `initiatives` that count as missed, by whether their time is over at `now`.
pub fn revivable(
    program: &Program,
    state: &State,
    seen: &Observations,
    now: Timestamp,
    initiatives: &[&Initiative],
) -> Revival {
    let frames = Frame::all(program, state);
    let ground = Ground { program, state, seen, frames: &frames };
    let mut memo = Memo::default();
    let mut revival = Revival::default();
    for (rank, initiative) in program.initiatives.iter().enumerate() {
        if !initiatives.iter().any(|wanted| wanted.id == initiative.id) {
            continue;
        }
        for person in program.people.values() {
            let recipient = Recipient::of(ground, &mut memo, person);
            let Ok(case) = Case::of(ground, &mut memo, rank, recipient) else { continue };
            for slot in case.slots.iter() {
                match case.post(slot) {
                    Some(post) if post.phase == Phase::Missed && now < slot.life.expires => {
                        revival.alive.push(case.key(slot));
                    }
                    Some(post) if post.phase == Phase::Missed => revival.over += 1,
                    Some(_) | None => {}
                }
            }
        }
    }
    revival
}
