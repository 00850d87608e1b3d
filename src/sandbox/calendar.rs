//! The calendar: it stands still until it is moved, and never passes a moment at which the program
//! that follows it wants to be woken.
//!
//! Invariant: `now` only grows, and grows only from a settled moment (or by force).

use jiff::Timestamp;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Calendar {
    pub(super) now: Timestamp,
    /// Raised by one with every move of `now`, and whenever the program was given something to do.
    pub(super) version: u64,
    /// When the program wants to be woken next, as it last said.
    pub(super) next_wake: Option<Timestamp>,
    /// `now`, if the program has done everything that was due then.
    pub(super) settled_at: Option<Timestamp>,
    /// Where the calendar is going, stopping at every wake on the way.
    pub(super) target: Option<Timestamp>,
    /// IANA name of the zone in which it is shown.
    pub(super) time_zone: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CalendarError {
    #[error("the calendar only moves forward; it stands at {0}")]
    Backwards(Timestamp),
    #[error("next_wake must be later than now ({0})")]
    WakeNotLater(Timestamp),
    #[error("nothing is planned, so there is no next wake to move to")]
    NothingPlanned,
    #[error("the program has not settled yet at {0}; wait for it, then ask for the next wake")]
    NotSettled(Timestamp),
}

impl Calendar {
    pub(super) fn new(now: Timestamp, time_zone: String) -> Self {
        Self { now, version: 1, next_wake: None, settled_at: None, target: None, time_zone }
    }

    /// Replays a move that was written down.
    pub(super) fn restore(&mut self, now: Timestamp, target: Option<Timestamp>) {
        if now != self.now {
            self.version += 1;
            self.settled_at = None;
            self.next_wake = self.next_wake.filter(|wake| *wake > now);
        }
        self.now = now;
        self.target = target;
    }

    pub(super) fn is_settled(&self) -> bool {
        self.settled_at == Some(self.now)
    }

    /// The moment that "the next wake" stands for just now.
    pub(super) fn wake(&self) -> Result<Timestamp, CalendarError> {
        if !self.is_settled() {
            return Err(CalendarError::NotSettled(self.now));
        }
        self.next_wake.ok_or(CalendarError::NothingPlanned)
    }

    /// Asks for a move and answers the first step of it: `(now, target)` to be written down.
    pub(super) fn advance(
        &self,
        to: Timestamp,
        force: bool,
    ) -> Result<(Timestamp, Option<Timestamp>), CalendarError> {
        if to < self.now {
            return Err(CalendarError::Backwards(self.now));
        }
        if force {
            return Ok((to, None));
        }
        let aimed = Self { target: Some(to), ..self.clone() };
        Ok(aimed.step().unwrap_or((self.now, Some(to).filter(|to| *to > self.now))))
    }

    /// The next step towards the target, if one may be taken.
    pub(super) fn step(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let target = self.target.filter(|target| *target > self.now)?;
        if !self.is_settled() {
            return None;
        }
        let now = self.next_wake.map_or(target, |wake| wake.min(target));
        Some((now, Some(target).filter(|target| *target > now)))
    }

    /// The program has done everything due at `now`. False: it spoke of another moment and is not heard.
    pub(super) fn settle(
        &mut self,
        now: Timestamp,
        next_wake: Option<Timestamp>,
        version: Option<u64>,
    ) -> Result<bool, CalendarError> {
        // What it said before it was given something to do doesn't count afterwards.
        if now != self.now || version.is_some_and(|version| version != self.version) {
            return Ok(false);
        }
        if next_wake.is_some_and(|wake| wake <= now) {
            return Err(CalendarError::WakeNotLater(now));
        }
        self.settled_at = Some(now);
        self.next_wake = next_wake;
        Ok(true)
    }

    /// The program was given something to do, or is gone; what was said before counts no longer.
    pub(super) fn unsettle(&mut self) {
        self.settled_at = None;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_long_move_stops_at_every_wake_and_waits_there_until_settled() {
        let mut calendar = Calendar::new(at(0), "UTC".into());
        assert_eq!(calendar.advance(at(100), false), Ok((at(0), Some(at(100)))));
        calendar.restore(at(0), Some(at(100)));
        assert_eq!(calendar.step(), None);
        let mut stops = Vec::new();
        for wake in [Some(at(30)), Some(at(70)), Some(at(500))] {
            assert_eq!(calendar.settle(calendar.now, wake, None), Ok(true));
            let (now, target) = calendar.step().unwrap();
            calendar.restore(now, target);
            stops.push(now);
            assert_eq!(calendar.step(), None, "unsettled, it stands still");
        }
        assert_eq!(stops, [at(30), at(70), at(100)]);
        assert_eq!(calendar.target, None);
    }

    #[test]
    fn a_report_about_another_moment_settles_nothing() {
        let mut calendar = Calendar::new(at(10), "UTC".into());
        assert_eq!(calendar.settle(at(9), None, None), Ok(false));
        assert!(!calendar.is_settled());
        assert_eq!(calendar.settle(at(10), Some(at(10)), None), Err(CalendarError::WakeNotLater(at(10))));
    }

    #[test]
    fn a_report_from_before_something_was_to_do_settles_nothing() {
        let mut calendar = Calendar::new(at(10), "UTC".into());
        let before = calendar.version;
        calendar.unsettle();
        assert_eq!(calendar.settle(at(10), Some(at(99)), Some(before)), Ok(false));
        assert_eq!(calendar.settle(at(10), Some(at(20)), Some(calendar.version)), Ok(true));
        assert_eq!(calendar.wake(), Ok(at(20)));
    }

    #[test]
    fn it_never_goes_back() {
        let calendar = Calendar::new(at(10), "UTC".into());
        assert_eq!(calendar.advance(at(9), true), Err(CalendarError::Backwards(at(10))));
    }
}
