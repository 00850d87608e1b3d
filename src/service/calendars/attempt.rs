//! What is remembered from one look at a host's calendar to the next: what failed, what is missing, and since when.
//!
//! Invariant: no trouble is taken for the host's word on one look, and none is told that soon passes.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::host_calendar::CalendarError;
use crate::domain::ids::Seq;
use crate::domain::state::BookingState;

/// How long a calendar may fail for a reason that passes before its host is told; other reasons are told sooner.
const PASSES_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// How soon an entry that was refused is tried again.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How long an entry has to be missing before it counts as taken out: a server that has trouble may show an empty
/// calendar, or an old one.
const LOOKED_TWICE: SignedDuration = SignedDuration::from_mins(3);
/// How soon an entry that wasn't taken for a reason that may pass is tried again.
const SOON: SignedDuration = SignedDuration::from_mins(1);
/// How soon a calendar that failed is tried again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(20);
/// Longest time for which a server that asks for it is left alone.
const LEFT_ALONE: SignedDuration = SignedDuration::from_hours(1);
/// How long for any other reason: a server that is started anew may say strange things.
const STARTS_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// How looking at a calendar went so far.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// It isn't looked at before then.
    not_before: Option<Timestamp>,
    /// Since when each entry is missing.
    missing: HashMap<Seq, Timestamp>,
    /// Entries that stand at an hour that was given up, and since when that is seen: some servers show for a while what
    /// was there before.
    stale: HashMap<Seq, Timestamp>,
    /// Entries that aren't taken.
    refused: HashMap<Seq, Refused>,
    /// Since when it fails.
    failing: Option<Timestamp>,
}

/// An entry that isn't taken.
#[derive(Debug, Clone, Copy)]
struct Refused {
    /// As of which change.
    through: Seq,
    since: Timestamp,
    /// When it is tried again.
    until: Timestamp,
}

impl Attempt {
    pub(super) fn not_before(&self) -> Option<Timestamp> {
        self.not_before
    }

    pub(super) fn may_write(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }

    /// Whether the latest change of a booking isn't taken, and isn't tried again yet.
    pub(super) fn refuses(&self, of: Seq, booking: &BookingState, now: Timestamp) -> bool {
        let latest = booking.latest().map(|change| change.since);
        self.refused.get(&of).is_some_and(|refused| Some(refused.through) == latest && now < refused.until)
    }

    /// Whether it failed the last time.
    pub(super) fn fails(&self) -> bool {
        self.failing.is_some()
    }

    /// Notes how it went at `now`. True if it has failed for so long that its host has to hear of it.
    pub(super) fn went(&mut self, failed: Option<&CalendarError>, now: Timestamp) -> bool {
        let Some(error) = failed else {
            (self.not_before, self.failing) = (None, None);
            return false;
        };
        let asked = error.retry_after().and_then(|asked| SignedDuration::try_from(asked).ok());
        let wait = asked.map_or(TRY_AGAIN, |asked| asked.clamp(TRY_AGAIN, LEFT_ALONE));
        self.not_before = now.checked_add(wait).ok();
        // A clock that was ahead says nothing of how long that is.
        let since = self.failing.map_or(now, |since| since.min(now));
        self.failing = Some(since);
        let patience = if error.is_transient() { PASSES_WITHIN } else { STARTS_WITHIN };
        patience <= now.duration_since(since)
    }

    /// The entry is as it should be.
    pub(super) fn taken(&mut self, of: Seq) {
        self.refused.remove(&of);
        self.missing.remove(&of);
    }

    /// The entry is there.
    pub(super) fn is_there(&mut self, of: Seq) {
        self.missing.remove(&of);
    }

    /// The entry stands at no hour that was given up.
    pub(super) fn is_fresh(&mut self, of: Seq) {
        self.stale.remove(&of);
    }

    /// Whether an entry that stands at an hour that was given up may be what a server shows late.
    pub(super) fn is_stale(&mut self, of: Seq, now: Timestamp) -> bool {
        !lasts(&mut self.stale, of, now)
    }

    /// Whether an entry that is missing at `now` has been for long enough to be gone.
    pub(super) fn is_gone(&mut self, of: Seq, now: Timestamp) -> bool {
        lasts(&mut self.missing, of, now)
    }

    /// Notes that an entry isn't taken. True once its host has to hear of it.
    pub(super) fn refuse(&mut self, of: Seq, through: Seq, error: &CalendarError, now: Timestamp) -> bool {
        let later = |by| now.checked_add(by).unwrap_or(Timestamp::MAX);
        let before = self.refused.get(&of).filter(|refused| refused.through == through);
        let since = before.map_or(now, |refused| refused.since.min(now));
        let for_good = matches!(error, CalendarError::Refused { .. } | CalendarError::BadUid);
        let is_told = for_good || PASSES_WITHIN <= now.duration_since(since);
        let until = later(if is_told { REFUSED_FOR } else { SOON });
        self.refused.insert(of, Refused { through, since, until });
        is_told
    }
}

/// Whether what is seen of an entry at `now` was seen long enough ago as well.
fn lasts(seen: &mut HashMap<Seq, Timestamp>, of: Seq, now: Timestamp) -> bool {
    let since = seen.entry(of).or_insert(now);
    // A clock that was ahead says nothing of how long that is.
    *since = (*since).min(now);
    let lasts = LOOKED_TWICE <= now.duration_since(*since);
    if lasts {
        seen.remove(&of);
    }
    lasts
}
