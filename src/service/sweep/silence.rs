//! A silence is an outage if it lasts.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use super::MARGIN;
use crate::slack::heard::Moment;

/// Shorter silences on connections are covered by Slack itself: it tries at once, after a minute and after
/// five. A connection that lives says something every ten seconds.
pub(in crate::service) const SILENT_SOCKETS: SignedDuration = SignedDuration::from_secs(60);
/// Where Slack calls us, it is silent whenever nobody does anything, so only what its redeliveries don't
/// cover counts.
pub(in crate::service) const SILENT_REQUESTS: SignedDuration = SignedDuration::from_mins(5);
/// What is looked through if the file names a time to come: a clock that was wrong wrote it.
pub(super) const UNKNOWN: SignedDuration = SignedDuration::from_hours(24);

/// Since when Slack could not be heard, if it was last heard at `last` and again at `now`, and that is as long
/// as `silence`. A `last` without an instant is an earlier process's. A calendar that is moved by hand says
/// nothing about how long this process listened.
pub(super) fn outage(
    last: (Timestamp, Option<Instant>),
    now: Moment,
    silence: SignedDuration,
    by_hand: bool,
) -> Option<Timestamp> {
    let calendar = now.at.duration_since(last.0);
    let Some(instant) = last.1 else {
        let wrong = calendar < -MARGIN;
        let since = if wrong { back(now.at, UNKNOWN) } else { last.0 };
        return (wrong || silence <= calendar).then_some(since);
    };
    let real = SignedDuration::try_from(now.instant.duration_since(instant)).unwrap_or(SignedDuration::MAX);
    let silent = if by_hand { real } else { real.max(calendar) };
    // A clock that was set back meanwhile names no beginning; what really passed does.
    (silence <= silent).then(|| last.0.min(back(now.at, real)))
}

/// Since when this machine slept, if it did between two looks.
pub(super) fn slept(looked: Moment, now: Moment, by_hand: bool) -> Option<Timestamp> {
    outage((looked.at, Some(looked.instant)), now, SILENT_SOCKETS, by_hand).filter(|_| !by_hand)
}

pub(super) fn earlier(next: Option<Timestamp>, since: Timestamp) -> Timestamp {
    next.map_or(since, |next| next.min(since))
}

pub(super) fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::at;
    use super::*;
    use crate::clock::monotonic;

    #[test]
    fn a_silence_is_an_outage_from_when_slack_was_last_heard() {
        let began = monotonic();
        // Minutes from the last sign of life to the next, by the calendar and in real time, and since when
        // something may have been missed.
        let check = |what: &str, calendar: i64, real: Option<u64>, by_hand: bool, expected: Option<i64>| {
            let instant = began + Duration::from_secs(60 * real.unwrap_or(0));
            let now = Moment { at: at(calendar), instant };
            let found = outage((at(0), real.map(|_| began)), now, SILENT_SOCKETS, by_hand);
            assert_eq!(found, expected.map(at), "{what}");
        };
        check("a suspended machine: its own clock stood still", 600, Some(0), false, Some(0));
        check("a cable that was out", 30, Some(30), false, Some(0));
        check("a socket that was half dead for a minute", 1, Some(1), false, Some(0));
        check("signs of life as usual", 0, Some(0), false, None);
        check("a clock that was set back during an outage", -600, Some(30), false, Some(-630));
        check("a calendar that is moved by hand", 60 * 24 * 14, Some(0), true, None);
        check("the same, and nothing was heard meanwhile", 60 * 24, Some(2), true, Some(0));
        check("a start after a stop", 3, None, false, Some(0));
        check("a start at once", 0, None, false, None);
        check("a start that finds a time to come", -600, None, false, Some(-600 - 24 * 60));
    }
}
