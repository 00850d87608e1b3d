//! Nothing is written off on one look at a clock.
//!
//! A life that is over counts as missed once the calendar has said so twice, a day apart, without an earlier
//! time in between. A clock that stands in March for half a minute is contradicted before the second look, and
//! a calendar that is moved by hand, days at a time, gets there with its next move. First looks are kept in
//! memory: a start begins anew, since what is not yet written off is as little sent as what is.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::PostKey;

/// How far apart the two looks have to be, calendar time.
const APART: SignedDuration = SignedDuration::from_hours(24);
/// A clock that is set right by less than that contradicts nothing.
const CORRECTION: SignedDuration = SignedDuration::from_mins(5);

/// When each life that is over was first seen to be.
#[derive(Debug, Default)]
pub(super) struct Looks {
    first: HashMap<PostKey, Timestamp>,
    /// The latest time that was looked at.
    latest: Option<Timestamp>,
}

impl Looks {
    /// Looks at `now`, when the lives of exactly `over` are past. Those of them that may be written off.
    pub(super) fn at(&mut self, now: Timestamp, over: Vec<PostKey>) -> Vec<PostKey> {
        if self.latest.is_some_and(|latest| CORRECTION < latest.duration_since(now)) {
            self.forget();
        }
        self.latest = self.latest.max(Some(now));
        let before = std::mem::take(&mut self.first);
        let mut twice = Vec::new();
        for key in over {
            let first = before.get(&key).copied().unwrap_or(now);
            self.first.insert(key.clone(), first);
            if APART <= now.duration_since(first) {
                twice.push(key);
            }
        }
        twice
    }

    /// Takes back every first look: the calendar was wrong, or may have been.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// When a second look comes due after `now`.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let seconds = self.first.values().filter_map(|first| first.checked_add(APART).ok());
        seconds.filter(|second| now < *second).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{PersonId, Seq};

    fn key(of: u64) -> PostKey {
        PostKey::Receipt { of: Seq(of), to: PersonId::parse("ana").unwrap() }
    }

    fn hours(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_life_is_written_off_at_the_second_look_a_day_after_the_first() {
        // Each look: at which hour, whether the life is over then, and whether it is written off.
        let check = |what: &str, looks: &[(i64, bool, bool)]| {
            let mut kept = Looks::default();
            for (hour, over, expected) in looks {
                let over = if *over { vec![key(1)] } else { Vec::new() };
                let written_off = kept.at(hours(*hour), over);
                assert_eq!(!written_off.is_empty(), *expected, "{what}, hour {hour}");
            }
        };
        check("as time goes by", &[(0, true, false), (5, true, false), (24, true, true)]);
        check("by hand, weeks at a time", &[(0, true, false), (400, true, true)]);
        check("in March for a moment", &[(2_000, true, false), (0, false, false), (2_000, true, false)]);
        check("in March, back, and past it", &[(2_000, true, false), (0, true, false), (23, true, false)]);
        check("wrong twice", &[(2_000, true, false), (0, false, false), (2_030, true, false)]);
        check("planned anew in between", &[(0, true, false), (20, false, false), (30, true, false)]);
    }

    #[test]
    fn the_second_look_is_planned_and_a_correction_of_seconds_is_no_contradiction() {
        let mut looks = Looks::default();
        assert_eq!(looks.at(hours(0), vec![key(1)]), []);
        assert_eq!(looks.at(hours(10), vec![key(1), key(2)]), []);
        assert_eq!(looks.next(hours(10)), Some(hours(24)));
        let corrected = hours(10) - SignedDuration::from_secs(2);
        assert_eq!(looks.at(corrected, vec![key(1), key(2)]), []);
        assert_eq!(looks.at(hours(24), vec![key(1), key(2)]), [key(1)]);
        assert_eq!(looks.next(hours(24)), Some(hours(34)));
    }
}
