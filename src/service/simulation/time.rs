//! Three times: what is true, what the machine's clock says, and what tokio's timers go by.
//!
//! Timers stand still while the machine sleeps; the clock and the truth go on. A clock can be wrong, and be set
//! right again.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::dice::Dice;
use crate::clock::{Clock, NoEntropy, Source, monotonic};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Offsets {
    /// For how long the machine has slept.
    slept: SignedDuration,
    /// How far the clock is from the truth.
    wrong: SignedDuration,
}

/// The time of the simulated world. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Time {
    began: Instant,
    start: Timestamp,
    offsets: Arc<watch::Sender<Offsets>>,
    dice: Arc<Mutex<Dice>>,
}

impl Time {
    pub(super) fn new(start: Timestamp, seed: u64) -> Self {
        let offsets = Arc::new(watch::Sender::new(Offsets::default()));
        Self { began: monotonic(), start, offsets, dice: Arc::new(Mutex::new(Dice::new(seed))) }
    }

    /// What is true.
    pub(super) fn truth(&self) -> Timestamp {
        let awake = SignedDuration::try_from(monotonic().duration_since(self.began)).unwrap();
        self.start + awake + self.offsets.borrow().slept
    }

    /// How far the clock is from the truth.
    pub(super) fn wrong(&self) -> SignedDuration {
        self.offsets.borrow().wrong
    }

    /// Whether what the clock says can be held against the program.
    pub(super) fn is_right(&self) -> bool {
        self.wrong().abs() <= SignedDuration::from_mins(5)
    }

    /// The machine sleeps.
    pub(super) fn sleeps(&self, by: SignedDuration) {
        self.offsets.send_modify(|offsets| offsets.slept += by);
    }

    /// The clock is set wrong by so much; by nothing, it is right again.
    pub(super) fn set_wrong(&self, by: SignedDuration) {
        self.offsets.send_modify(|offsets| offsets.wrong = by);
    }

    /// How long the machine has slept so far.
    pub(super) fn slept(&self) -> SignedDuration {
        self.offsets.borrow().slept
    }

    /// Returns once the truth is `at`, or the machine has slept more than `slept`.
    pub(super) async fn reached(&self, at: Timestamp, slept: SignedDuration) {
        let mut offsets = self.offsets.subscribe();
        tokio::select! {
            biased;
            _ = offsets.wait_for(|offsets| offsets.slept != slept) => {}
            () = tokio::time::sleep(self.until(at)) => {}
        }
    }

    /// The clock that the program has.
    pub(super) fn clock(&self) -> Clock {
        Clock::of(self.clone())
    }

    /// How much the timers have to go on until the truth is `at`.
    pub(super) fn until(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.truth())).unwrap_or_default()
    }
}

#[async_trait]
impl Source for Time {
    fn now(&self) -> Timestamp {
        self.truth() + self.wrong()
    }

    async fn reaches(&self, at: Timestamp) {
        let mut offsets = self.offsets.subscribe();
        loop {
            offsets.mark_unchanged();
            let Ok(left) = Duration::try_from(at.duration_since(self.now())) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                biased;
                _ = offsets.changed() => {}
                () = tokio::time::sleep(left) => {}
            }
        }
    }

    /// As if it had looked after each `between_looks`: a quarter has a million of them, and nothing to see at most.
    async fn rests(&self, between_looks: Duration) {
        let began = monotonic();
        // Each clone has its own sender: there is a next one as long as it waits.
        _ = self.offsets.subscribe().changed().await;
        let past = monotonic().duration_since(began).as_nanos();
        let looks = past.div_ceil(between_looks.as_nanos()).max(1);
        let next = between_looks.saturating_mul(u32::try_from(looks).unwrap_or(u32::MAX));
        tokio::time::sleep_until((began + next).into()).await;
    }

    fn entropy(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        let mut dice = self.dice.lock().unwrap();
        bytes.fill_with(|| dice.next() as u8);
        Ok(())
    }
}
