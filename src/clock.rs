//! The calendar clock, and with it all that can't be known in advance.
//!
//! `now` is an argument everywhere else. The clock is the system's, or one that the sandbox, the tests and the
//! simulation move by hand; it drives what is *due*. It may go back: a system clock that was wrong is set right.
//! Time-outs of I/O go by another time, see [`monotonic`].

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

mod trust;

pub use trust::{Standing, Trust};

/// How long a wait for the system clock sleeps at a stretch, so that a clock that jumps is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);

/// A source of calendar time and of randomness. Its time may jump either way.
#[async_trait]
pub trait Source: fmt::Debug + Send + Sync {
    /// The calendar time.
    fn now(&self) -> Timestamp;

    /// Returns once the calendar time is `at` or later; the time may go back again right after.
    async fn reaches(&self, at: Timestamp);

    /// Returns once the calendar time is before `at`. Looked at now and then.
    async fn turns_back(&self, at: Timestamp) {
        while at <= self.now() {
            self.rests(LONGEST_SLEEP).await;
        }
    }

    /// Returns when it is time to look whether the calendar has jumped: after `between_looks`. A source that knows of
    /// every jump need not return before there was one.
    async fn rests(&self, between_looks: Duration) {
        tokio::time::sleep(between_looks).await;
    }

    /// Whether a hand moves it, so that it says nothing about how much time really passed.
    fn moves_by_hand(&self) -> bool {
        false
    }

    /// Fills `bytes` with randomness fit for keys and nonces: the operating system's.
    ///
    /// # Errors
    /// The operating system gave none.
    fn entropy(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        entropy_of_system(bytes)
    }
}

/// Where `now` and randomness come from. Clones share the same source.
#[derive(Debug, Clone)]
pub struct Clock(Arc<dyn Source>);

/// The hand on a manual clock.
#[derive(Debug, Clone)]
pub struct Hand(Arc<watch::Sender<Timestamp>>);

impl Hand {
    /// Moves the clock to `to`; a move back is ignored.
    pub fn set(&self, to: Timestamp) {
        self.0.send_if_modified(|now| {
            let moves = *now < to;
            if moves {
                *now = to;
            }
            moves
        });
    }

    /// Moves the clock to `to`, also back, as when a wrong system clock is set right.
    pub fn jump(&self, to: Timestamp) {
        self.0.send_replace(to);
    }
}

impl Clock {
    /// A clock that goes by `source`.
    pub fn of(source: impl Source + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The system's clock.
    pub fn system() -> Self {
        Self::of(System)
    }

    /// A clock that stands at `at` until its hand moves it.
    pub fn manual(at: Timestamp) -> (Self, Hand) {
        let (sender, receiver) = watch::channel(at);
        (Self::of(Manual(receiver)), Hand(Arc::new(sender)))
    }

    /// The calendar time.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Whether a hand moves it, so that it says nothing about how much time really passed.
    pub fn moves_by_hand(&self) -> bool {
        self.0.moves_by_hand()
    }

    /// Returns once the calendar time is `at` or later. Without `at`, never.
    pub async fn reaches(&self, at: Option<Timestamp>) {
        match at {
            Some(at) => self.0.reaches(at).await,
            None => std::future::pending().await,
        }
    }

    /// Returns once the calendar time is before `at`: it was set back, so that what was planned for later may
    /// come due again.
    pub async fn turns_back(&self, at: Timestamp) {
        self.0.turns_back(at).await;
    }

    /// Returns when it is time to look whether the calendar has jumped, `between_looks` after the last look or later.
    pub async fn rests(&self, between_looks: Duration) {
        self.0.rests(between_looks).await;
    }

    /// Returns once it is `at`, or once the calendar is before `planned`, when it was decided to wait so long: a
    /// calendar that was ahead for a moment must not put off for a month what is done every few hours.
    pub async fn reaches_or_turns_back(&self, at: Option<Timestamp>, planned: Timestamp) {
        tokio::select! {
            biased;
            () = self.reaches(at) => {}
            () = self.turns_back(planned) => {}
        }
    }

    /// Fills `bytes` with randomness fit for keys and nonces.
    ///
    /// # Errors
    /// The operating system gave none.
    pub fn entropy(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.entropy(bytes)
    }
}

#[derive(Debug)]
struct System;

#[async_trait]
impl Source for System {
    #[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn reaches(&self, at: Timestamp) {
        loop {
            match Duration::try_from(at.duration_since(self.now())) {
                Ok(left) if !left.is_zero() => tokio::time::sleep(left.min(LONGEST_SLEEP)).await,
                _ => return,
            }
        }
    }
}

#[derive(Debug)]
struct Manual(watch::Receiver<Timestamp>);

#[async_trait]
impl Source for Manual {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    async fn reaches(&self, at: Timestamp) {
        // The hand is gone only when the program stops; nothing will come due any more.
        if self.0.clone().wait_for(|now| *now >= at).await.is_err() {
            std::future::pending().await
        }
    }

    async fn turns_back(&self, at: Timestamp) {
        if self.0.clone().wait_for(|now| *now < at).await.is_err() {
            std::future::pending().await
        }
    }

    fn moves_by_hand(&self) -> bool {
        true
    }
}

/// The time that time-outs and rate limits are measured by; it never jumps. It is the time of tokio's timers, so
/// that a place in a limit and the sleep until it can't disagree, also where the simulation stops it.
#[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
pub fn monotonic() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct NoEntropy(String);

#[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
fn entropy_of_system(bytes: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hand_can_set_the_clock_back_and_what_waits_goes_on_waiting() {
        let (noon, later) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap());
        let (clock, hand) = Clock::manual(later);
        hand.set(noon);
        assert_eq!(clock.now(), later, "the sandbox's calendar only goes forward");
        hand.jump(noon);
        assert_eq!(clock.now(), noon);
        let waits = tokio::spawn({
            let clock = clock.clone();
            async move { clock.reaches(Some(later)).await }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        hand.jump(later);
        waits.await.unwrap();
    }
}
