//! When Slack was last heard: a frame on a connection, or a request with its signature.
//!
//! Whatever was typed after that may not have reached us, however the connection looks: a machine that was
//! suspended, or a socket that is half dead, doesn't notice by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::clock::{Clock, monotonic};

/// A moment in calendar time and, within one process, in the time that never jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Calendar time.
    pub at: Timestamp,
    /// Monotonic time.
    pub instant: Instant,
}

/// The latest sign of life. Clones share it.
#[derive(Debug, Clone)]
pub struct Heard {
    clock: Clock,
    latest: Arc<watch::Sender<Option<Moment>>>,
}

/// Signs of life closer together than that count as one.
const CLOSE: Duration = Duration::from_secs(1);

impl Heard {
    /// Nothing yet, by this calendar.
    pub fn new(clock: Clock) -> Self {
        Self { clock, latest: Arc::new(watch::Sender::new(None)) }
    }

    /// Slack has just been heard.
    pub fn note(&self) {
        let moment = Moment { at: self.clock.now(), instant: monotonic() };
        self.latest.send_if_modified(|latest| {
            let passed = latest.map(|latest| {
                (moment.at.duration_since(latest.at).abs(), moment.instant.duration_since(latest.instant))
            });
            let close = SignedDuration::try_from(CLOSE).unwrap_or(SignedDuration::ZERO);
            let modified = passed.is_none_or(|(calendar, real)| close <= calendar || CLOSE <= real);
            if modified {
                *latest = Some(moment);
            }
            modified
        });
    }

    /// The latest sign of life, now and after each further one, to a second.
    pub fn subscribe(&self) -> watch::Receiver<Option<Moment>> {
        self.latest.subscribe()
    }
}
