//! Whether the calendar can be believed: it is compared with another clock, and with the time that never jumps.
//!
//! A wrong clock does harm that nothing undoes: messages go out months early, and what was planned counts as
//! past. So what only the calendar asks for waits while the calendar is off, or has just jumped.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// By how much two clocks may differ. Slack's signatures are good for as long.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// How the calendar compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has compared it, or nobody can: it is believed.
    Unknown,
    /// They agreed at this moment.
    Agreed {
        /// By the calendar.
        at: Timestamp,
        /// By the time that never jumps.
        instant: Instant,
    },
    /// It is ahead by this much; behind if that is negative.
    Off {
        /// How much.
        ahead: SignedDuration,
    },
}

/// The latest comparison. Clones share it.
#[derive(Debug, Clone)]
pub struct Trust(Arc<watch::Sender<Standing>>);

impl Default for Trust {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Standing::Unknown)))
    }
}

impl Trust {
    /// How the calendar compares, now and after each further comparison.
    pub fn subscribe(&self) -> watch::Receiver<Standing> {
        self.0.subscribe()
    }

    /// Takes in that another clock said `theirs` between `asked` and `answered` by ours; `instant` is when it
    /// was answered. Nothing if it didn't say.
    pub fn compare(
        &self,
        asked: Timestamp,
        answered: Timestamp,
        theirs: Option<Timestamp>,
        instant: Instant,
    ) -> Standing {
        let standing = theirs.map_or(Standing::Unknown, |theirs| match off(asked, answered, theirs) {
            Some(ahead) => Standing::Off { ahead },
            None => Standing::Agreed { at: answered, instant },
        });
        self.0.send_replace(standing);
        standing
    }

    /// Whether `now` by the calendar, which is `instant` by the time that never jumps, can be believed. After a
    /// jump it can't until it has been compared again, and a machine that was suspended looks like one.
    pub fn believes(&self, now: Timestamp, instant: Instant) -> bool {
        match *self.0.borrow() {
            Standing::Unknown => true,
            Standing::Off { .. } => false,
            Standing::Agreed { at, instant: then } => {
                let real = SignedDuration::try_from(instant.saturating_duration_since(then));
                let jump = now.duration_since(at).saturating_sub(real.unwrap_or(SignedDuration::MAX));
                jump.abs() <= TOLERANCE
            }
        }
    }

    /// What another clock says when ours says `now`, as far as it is known.
    pub fn corrected(&self, now: Timestamp) -> Timestamp {
        match *self.0.borrow() {
            Standing::Off { ahead } => now.saturating_sub(ahead).unwrap_or(now),
            Standing::Unknown | Standing::Agreed { .. } => now,
        }
    }

    /// Whether another clock has agreed and `now` can be believed: for what nothing undoes.
    pub fn confirms(&self, now: Timestamp, instant: Instant) -> bool {
        matches!(*self.0.borrow(), Standing::Agreed { .. }) && self.believes(now, instant)
    }
}

/// By how much our clock is ahead, if that is too much. An answer may have been under way for all the time
/// between `asked` and `answered`.
fn off(asked: Timestamp, answered: Timestamp, theirs: Timestamp) -> Option<SignedDuration> {
    let (ahead, behind) = (asked.duration_since(theirs), theirs.duration_since(answered));
    if TOLERANCE < ahead {
        Some(ahead)
    } else if TOLERANCE < behind {
        Some(-behind)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::monotonic;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_796_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_calendar_is_confirmed_only_by_another_clock_that_agreed() {
        let (trust, instant) = (Trust::default(), monotonic());
        assert_eq!(
            (trust.believes(at(0), instant), trust.confirms(at(0), instant)),
            (true, false),
            "never compared"
        );
        trust.compare(at(0), at(0), Some(at(0)), instant);
        assert!(trust.confirms(at(0), instant));
        assert!(!trust.confirms(at(86_400 * 365), instant), "it jumped since");
        trust.compare(at(0), at(0), Some(at(3_600)), instant);
        assert!(!trust.confirms(at(0), instant), "it is off");
    }

    #[test]
    fn five_minutes_are_the_most_that_clocks_may_differ_however_long_the_answer_took() {
        let check = |asked: i64, answered: i64, theirs: i64, ahead: Option<i64>| {
            let found = off(at(asked), at(answered), at(theirs)).map(|ahead| ahead.as_secs());
            assert_eq!(found, ahead, "{asked} to {answered}, {theirs}");
        };
        check(0, 1, 0, None);
        check(0, 1, -300, None);
        check(0, 1, -301, Some(301));
        check(0, 1, 301, None);
        check(0, 1, 302, Some(-301));
        // The machine was suspended over a weekend while it waited.
        check(0, 200_000, 5, None);
        check(0, 200_000, 199_999, None);
    }

    #[test]
    fn a_calendar_that_has_jumped_is_not_believed_before_it_agrees_again() {
        let (trust, began) = (Trust::default(), monotonic());
        let later = |seconds: u64| began + Duration::from_secs(seconds);
        let check = |calendar: i64, real: u64, believed: bool| {
            assert_eq!(trust.believes(at(calendar), later(real)), believed, "{calendar} after {real}");
        };
        check(90 * 24 * 3600, 0, true);
        trust.compare(at(0), at(0), Some(at(0)), began);
        check(0, 0, true);
        check(3600, 3600, true);
        check(3600 + 300, 3600, true);
        check(3600 + 301, 3600, false);
        check(90 * 24 * 3600, 26, false);
        check(-400, 26, false);
        check(26, 26, true);
        // Compared again in March, and it is November.
        trust.compare(at(90 * 24 * 3600), at(90 * 24 * 3600), Some(at(30)), later(30));
        check(31, 31, false);
        trust.compare(at(32), at(32), Some(at(32)), later(32));
        check(33, 33, true);
        trust.compare(at(34), at(34), None, later(34));
        check(90 * 24 * 3600, 40, true);
    }
}
