//! After an outage longer than Slack's redeliveries, the known direct messages are looked through for what
//! people typed meanwhile.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::ids::SlackChannelId;
use crate::journal::Writer;
use crate::slack::socket::Health;
use crate::slack::sweep::{Pace, typed_since};
use crate::slack::{Client, Inbox};

/// Shorter outages are covered by Slack itself: it tries at once, after a minute and after five.
const SHORT: SignedDuration = SignedDuration::from_secs(60);
/// Looked at again from before the outage began, since clocks differ and the last record may be older.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);
/// An answer to something older would be odder than none.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Looks for what was typed while nobody listened.
pub(super) struct Sweep {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) inbox: Arc<dyn Inbox>,
    /// When the process before this one recorded something last.
    pub(super) last_heard: Option<Timestamp>,
}

impl Sweep {
    /// Sweeps after each outage of the connections, the one before this start included, for ever.
    pub(super) async fn follow(self, mut health: watch::Receiver<Health>) {
        let mut away_since = self.last_heard;
        loop {
            let connected = health.borrow_and_update().open > 0;
            match (connected, away_since) {
                (true, Some(since)) => {
                    away_since = None;
                    self.after(since).await;
                }
                (false, None) => away_since = Some(self.clock.now()),
                (true, None) | (false, Some(_)) => {}
            }
            if health.changed().await.is_err() {
                return;
            }
        }
    }

    /// Sweeps after the outage before this start: what calls us can't be seen to be away later.
    pub(super) async fn once(self) {
        if let Some(since) = self.last_heard {
            self.after(since).await;
        }
    }

    /// Takes what was typed from `since` on, if that is long enough ago.
    async fn after(&self, since: Timestamp) {
        let now = self.clock.now();
        if now.duration_since(since) < SHORT {
            return;
        }
        let since = since.checked_sub(MARGIN).unwrap_or(since).max(now.checked_sub(OLDEST).unwrap_or(since));
        let channels = self.channels();
        tracing::info!(conversations = channels.len(), %since, "looking for what was typed during an outage");
        let mut pace = Pace::default();
        let mut taken = 0_usize;
        for channel in channels {
            let found = match typed_since(&self.client, &channel, since, &mut pace).await {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(slack.code = error.code(), "a conversation could not be looked through");
                    continue;
                }
            };
            for incoming in found {
                if self.writer.state().knows(&incoming.cause) {
                    continue;
                }
                if self.inbox.take(incoming).await.is_err() {
                    return;
                }
                taken += 1;
            }
        }
        tracing::info!(taken, "looked through every conversation");
    }

    /// The known direct messages of people who are known, whoever heard from us last first.
    fn channels(&self) -> Vec<SlackChannelId> {
        let state = self.writer.state();
        let mut channels: Vec<_> = state
            .people
            .values()
            .filter_map(|person| Some((person.campaign.back().copied(), person.channel.clone()?)))
            .collect();
        channels.sort_by(|(a, _), (b, _)| b.cmp(a));
        channels.into_iter().map(|(_, channel)| channel).collect()
    }
}
