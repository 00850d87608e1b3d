//! Addresses at which a message that was just clicked can be brought up to date.
//!
//! They are outside the limits of `chat.update`, of which a workspace gets some fifty a minute.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::domain::ids::{MessageTs, SlackChannelId};

use super::client::ResponseUrl;

/// Slack takes five answers at such an address; the click itself may need two of them.
const USES: u8 = 3;
/// Slack takes them for half an hour.
const LIFE: Duration = Duration::from_secs(25 * 60);
/// Far more messages than are clicked within that time.
const MOST: usize = 10_000;

#[derive(Debug)]
struct Fresh {
    url: ResponseUrl,
    left: u8,
    until: Instant,
}

/// The newest address of each message.
#[derive(Debug, Default)]
pub struct FreshUrls {
    known: Mutex<HashMap<(SlackChannelId, MessageTs), Fresh>>,
    noted: Notify,
}

impl FreshUrls {
    fn known(&self) -> MutexGuard<'_, HashMap<(SlackChannelId, MessageTs), Fresh>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message was clicked at `now`, and `url` came with the click.
    pub fn note(&self, channel: SlackChannelId, ts: MessageTs, url: ResponseUrl, now: Instant) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.retain(|_, fresh| now < fresh.until);
        }
        if known.len() < MOST {
            known.insert((channel, ts), Fresh { url, left: USES, until: now + LIFE });
        }
        drop(known);
        self.noted.notify_one();
    }

    /// Ends when a message was clicked since it ended the last time.
    pub async fn noted(&self) {
        self.noted.notified().await;
    }

    /// Whether there is an address left for the message.
    pub fn has(&self, channel: &SlackChannelId, ts: &MessageTs, now: Instant) -> bool {
        let known = self.known();
        known.get(&(channel.clone(), ts.clone())).is_some_and(|fresh| now < fresh.until)
    }

    /// An address to bring the message up to date at, if one is left; it counts as used.
    pub fn take(&self, channel: &SlackChannelId, ts: &MessageTs, now: Instant) -> Option<ResponseUrl> {
        let mut known = self.known();
        let place = (channel.clone(), ts.clone());
        let fresh = known.get_mut(&place)?;
        if now >= fresh.until {
            known.remove(&place);
            return None;
        }
        let url = fresh.url.clone();
        fresh.left -= 1;
        if fresh.left == 0 {
            known.remove(&place);
        }
        Some(url)
    }

    /// The address didn't work: it isn't offered again.
    pub fn forget(&self, channel: &SlackChannelId, ts: &MessageTs) {
        self.known().remove(&(channel.clone(), ts.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_serves_three_times_and_for_a_while() {
        let fresh = FreshUrls::default();
        let (channel, ts) = (SlackChannelId::parse("D1").unwrap(), MessageTs::parse("1.000001").unwrap());
        let url = ResponseUrl::parse("https://hooks.slack.com/actions/1").unwrap();
        let now = crate::clock::monotonic();
        assert_eq!(fresh.take(&channel, &ts, now), None);
        assert!(!fresh.has(&channel, &ts, now));
        fresh.note(channel.clone(), ts.clone(), url.clone(), now);
        for _ in 0..3 {
            assert!(fresh.has(&channel, &ts, now));
            assert_eq!(fresh.take(&channel, &ts, now), Some(url.clone()));
        }
        assert_eq!(fresh.take(&channel, &ts, now), None);
        fresh.note(channel.clone(), ts.clone(), url, now);
        assert!(!fresh.has(&channel, &ts, now + LIFE));
        assert_eq!(fresh.take(&channel, &ts, now + LIFE), None);
    }
}
