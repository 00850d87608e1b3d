//! Stretches of time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A stretch of time `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stretch {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub until: Timestamp,
}

impl Stretch {
    /// The stretch of `minutes` from `from` on; as far as time goes.
    pub fn of_minutes(from: Timestamp, minutes: u32) -> Self {
        let lasts = SignedDuration::from_mins(i64::from(minutes));
        Self { from, until: from.checked_add(lasts).unwrap_or(Timestamp::MAX) }
    }

    /// Whether the two share any time.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// Whether `at` is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// The stretch with time added before and after.
    pub fn widened(&self, before: SignedDuration, after: SignedDuration) -> Self {
        Self {
            from: self.from.checked_sub(before).unwrap_or(Timestamp::MIN),
            until: self.until.checked_add(after).unwrap_or(Timestamp::MAX),
        }
    }
}
