//! The calendar clock, and with it all that can't be known in advance.
//!
//! `now` is an argument everywhere else. The clock is the system's, or one that the sandbox and the
//! tests move by hand; it drives what is *due*. Time-outs of I/O stay real: see [`monotonic`].

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

/// How long a wait for the system clock sleeps at a stretch, so that a clock that jumps is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);

/// Where `now` comes from. Clones share the same time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(watch::Receiver<Timestamp>),
}

/// The hand on a manual clock.
#[derive(Debug, Clone)]
pub struct Hand(std::sync::Arc<watch::Sender<Timestamp>>);

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
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until its hand moves it.
    pub fn manual(at: Timestamp) -> (Self, Hand) {
        let (sender, receiver) = watch::channel(at);
        (Self(Source::Manual(receiver)), Hand(std::sync::Arc::new(sender)))
    }

    /// The calendar time.
    #[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// Returns once the calendar time is `at` or later. Without `at`, never.
    pub async fn reaches(&self, at: Option<Timestamp>) {
        let Some(at) = at else { return std::future::pending().await };
        match &self.0 {
            Source::System => loop {
                let left = at.duration_since(self.now());
                match Duration::try_from(left) {
                    Ok(left) if !left.is_zero() => tokio::time::sleep(left.min(LONGEST_SLEEP)).await,
                    _ => return,
                }
            },
            Source::Manual(now) => {
                let mut now = now.clone();
                // The hand is gone only when the program stops; nothing will come due any more.
                if now.wait_for(|now| *now >= at).await.is_err() {
                    std::future::pending().await
                }
            }
        }
    }
}

/// The time that time-outs and rate limits are measured by; it never jumps.
#[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct NoEntropy(String);

/// Fills `bytes` with randomness fit for keys and nonces.
#[expect(clippy::disallowed_methods, reason = "this is where it comes from")]
pub fn entropy(bytes: &mut [u8]) -> Result<(), NoEntropy> {
    getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
}
