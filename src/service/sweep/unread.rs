//! What is still to be read, and when it is tried again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::ids::{SlackChannelId, SlackUserId};

/// When conversations that could not be looked through are tried again, real time.
pub(super) const BEFORE_RETRY: Duration = Duration::from_secs(60);
/// When conversations that Slack doesn't let us read are tried again, real time: that may be a mistake of some days. So
/// are, at the latest, replies that can't be decided yet.
pub(super) const BEFORE_DENIED_RETRY: Duration = Duration::from_secs(3600);
/// When a reply that can't be decided yet is read again at the earliest, real time: until then Slack delivers it again.
pub(super) const AFTER_REDELIVERIES: Duration = Duration::from_secs(7 * 60);

/// A conversation to look through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    Channel(SlackChannelId),
    /// With somebody with whom there may be one by now.
    With(SlackUserId),
}

/// A conversation that could not be read: from when on it is to be looked through, and since when it could not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unread {
    pub(super) place: Place,
    pub(super) since: Timestamp,
    pub(super) tried: Timestamp,
}

/// Conversations that Slack did not let us read.
pub(super) type Denied = Vec<Unread>;

/// Each conversation once, from the earliest time on from which it is to be read, but from no earlier one than `oldest`.
/// One that could not be read since then is let go of.
pub(super) fn merged(unread: Denied, oldest: Timestamp) -> Denied {
    let mut places: BTreeMap<Place, Unread> = BTreeMap::new();
    for mut unread in unread.into_iter().filter(|unread| oldest <= unread.tried) {
        if let Some(other) = places.get(&unread.place) {
            unread.since = unread.since.min(other.since);
            unread.tried = unread.tried.max(other.tried);
        }
        unread.since = unread.since.max(oldest);
        places.insert(unread.place.clone(), unread);
    }
    places.into_values().collect()
}

/// When the replies that can't be decided yet are read again, real time: less and less often.
pub(super) struct Rereading {
    pub(super) at: Instant,
    wait: Duration,
}

impl Rereading {
    pub(super) fn at(at: Instant) -> Self {
        Self { at, wait: BEFORE_RETRY }
    }

    /// One has arrived.
    pub(super) fn arrives(&mut self, now: Instant) {
        let after = now + AFTER_REDELIVERIES;
        *self = Self::at(if now < self.at { self.at.min(after) } else { after });
    }

    /// Conversations were looked through, and `any` are left.
    pub(super) fn again(&mut self, now: Instant, any: bool) {
        if !any {
            *self = Self::at(now);
            return;
        }
        self.at = self.at.max(now + self.wait);
        self.wait = self.wait.saturating_mul(2).min(BEFORE_DENIED_RETRY);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::at;
    use super::*;
    use crate::clock::monotonic;

    #[test]
    fn a_conversation_is_read_from_no_further_back_than_it_is_remembered_what_was_heard() {
        let place = |channel: &str| Place::Channel(SlackChannelId::parse(channel).unwrap());
        let unread = |channel: &str, since: i64, tried: i64| Unread {
            place: place(channel),
            since: at(since),
            tried: at(tried),
        };
        let all = [unread("D1", 30, 90), unread("D1", -50, 80), unread("D2", -60, -1), unread("D3", 20, 20)];
        assert_eq!(merged(all.to_vec(), at(0)), [unread("D1", 0, 90), unread("D3", 20, 20)]);
    }

    #[test]
    fn a_reply_that_can_not_be_decided_is_read_again_once_slack_delivers_it_no_more_and_then_less_often() {
        let began = monotonic();
        let minutes = |minutes: u64| began + Duration::from_secs(60 * minutes);
        let mut rereading = Rereading::at(began);
        rereading.arrives(began);
        assert_eq!(rereading.at, minutes(7));
        // Another one keeps the first waiting no longer.
        rereading.arrives(minutes(5));
        assert_eq!(rereading.at, minutes(7));
        let mut now = 7;
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            rereading.again(minutes(now), true);
            now += wait;
            assert_eq!(rereading.at, minutes(now));
        }
        rereading.again(minutes(now), false);
        rereading.arrives(minutes(now));
        assert_eq!(rereading.at, minutes(now + 7));
    }
}
