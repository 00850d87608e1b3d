//! A stretch of time, and what several of them cover.

use jiff::{SignedDuration, Timestamp};

/// From one instant up to another, which is no longer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it. Not after `from`: nothing is in it.
    pub until: Timestamp,
}

impl Stretch {
    /// The stretch of `minutes` from `from` on; as far as time goes.
    pub fn of_minutes(from: Timestamp, minutes: u32) -> Self {
        let lasts = SignedDuration::from_mins(i64::from(minutes));
        Self { from, until: from.checked_add(lasts).unwrap_or(Timestamp::MAX) }
    }

    /// The stretch with time added before and after.
    #[must_use]
    pub fn widened(&self, before: SignedDuration, after: SignedDuration) -> Self {
        Self {
            from: self.from.checked_sub(before).unwrap_or(Timestamp::MIN),
            until: self.until.checked_add(after).unwrap_or(Timestamp::MAX),
        }
    }

    /// True if there is an instant in both. What merely touches doesn't overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from.max(other.from) < self.until.min(other.until)
    }

    /// True if `at` is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// True if no instant is in it.
    pub fn is_empty(&self) -> bool {
        self.until <= self.from
    }
}

/// What `stretches` cover of `over`: in order, apart from each other, none of them empty.
pub fn covered(mut stretches: Vec<Stretch>, over: Stretch) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut covered: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        let stretch = Stretch { from: stretch.from.max(over.from), until: stretch.until.min(over.until) };
        if stretch.is_empty() {
            continue;
        }
        match covered.last_mut() {
            Some(last) if stretch.from <= last.until => last.until = last.until.max(stretch.until),
            _ => covered.push(stretch),
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: i64, until: i64) -> Stretch {
        let at = |second| Timestamp::from_second(second).unwrap();
        Stretch { from: at(from), until: at(until) }
    }

    #[test]
    fn what_merely_touches_does_not_overlap() {
        assert!(stretch(0, 10).overlaps(&stretch(9, 20)));
        assert!(stretch(0, 10).overlaps(&stretch(2, 3)));
        assert!(!stretch(0, 10).overlaps(&stretch(10, 20)));
        assert!(!stretch(0, 10).overlaps(&stretch(5, 5)));
        assert!(!stretch(0, 10).overlaps(&stretch(8, 3)));
    }

    #[test]
    fn what_is_covered_is_in_order_clipped_and_apart() {
        let check = |stretches: &[(i64, i64)], expected: &[(i64, i64)]| {
            let of =
                |pairs: &[(i64, i64)]| pairs.iter().map(|(from, until)| stretch(*from, *until)).collect();
            let expected: Vec<Stretch> = of(expected);
            assert_eq!(covered(of(stretches), stretch(0, 100)), expected, "{stretches:?}");
        };
        check(&[], &[]);
        check(&[(20, 30), (0, 10)], &[(0, 10), (20, 30)]);
        check(&[(0, 10), (10, 20), (15, 18)], &[(0, 20)]);
        check(&[(-50, 5), (95, 400)], &[(0, 5), (95, 100)]);
        check(&[(100, 120), (-10, 0), (7, 7), (9, 3)], &[]);
        check(&[(0, 50), (1, 2), (60, 61)], &[(0, 50), (60, 61)]);
    }
}
