//! Who was told lately that what they sent can't be read: whoever sends ten pictures is told once.
//!
//! Kept in memory only. After a restart somebody may be told once more.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::ids::SlackUserId;

/// What comes within this time after the one before belongs to it.
const TOGETHER: Duration = Duration::from_secs(60);
/// Most people that are remembered; beyond it, those whose burst is over are forgotten.
const MOST: usize = 1_000;

/// When each person last sent something without words.
#[derive(Debug, Default)]
pub(super) struct Bursts(Mutex<BTreeMap<SlackUserId, Instant>>);

impl Bursts {
    /// Whether what `who` sends now begins a burst, and is answered.
    pub(super) fn begins(&self, who: &SlackUserId, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MOST <= last.len() {
            last.retain(|_, at| now.saturating_duration_since(*at) < TOGETHER);
        }
        let before = last.insert(who.clone(), now);
        before.is_none_or(|before| TOGETHER <= now.saturating_duration_since(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;

    #[test]
    fn whoever_sends_many_things_at_once_is_told_once() {
        let (bursts, start) = (Bursts::default(), monotonic());
        let who = |id: &str| SlackUserId::parse(id).unwrap();
        let check = |id: &str, seconds: u64, begins: bool| {
            assert_eq!(
                bursts.begins(&who(id), start + Duration::from_secs(seconds)),
                begins,
                "{id} {seconds}"
            );
        };
        check("U1", 0, true);
        check("U1", 1, false);
        check("U2", 1, true);
        // Each one lengthens the burst.
        check("U1", 59, false);
        check("U1", 110, false);
        check("U1", 170, true);
    }
}
