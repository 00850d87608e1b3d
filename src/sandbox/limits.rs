//! Slack's rate limits: a token bucket for each method, each channel and the workspace's messages.
//!
//! Figures: <https://docs.slack.dev/apis/web-api/rate-limits>. Slack promises at least the figure of a
//! tier and tolerates bursts; the defaults here are that figure with a minute's worth of burst. Time is the time of the
//! workspace: a move of its calendar counts like waiting, since in a week a week's calls become free.

use std::collections::HashMap;
use std::time::Duration;

/// A rate, and how many calls may come at once after a quiet time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub per_second: f64,
    pub burst: f64,
}

impl Rate {
    /// `figure` calls a minute, all of which may come at once.
    #[must_use]
    pub const fn per_minute(figure: f64) -> Self {
        Self { per_second: figure / 60.0, burst: figure }
    }
}

/// The limits of the workspace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// False: nothing is ever limited (faults still can be).
    pub enforced: bool,
    /// `chat.postMessage` for each channel: one a second.
    pub channel_messages: Rate,
    /// `chat.postMessage` over the whole workspace: several hundred a minute.
    pub workspace_messages: Rate,
    pub tier1: Rate,
    pub tier2: Rate,
    pub tier3: Rate,
    pub tier4: Rate,
    /// `auth.test`: hundreds a minute.
    pub special: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enforced: true,
            channel_messages: Rate { per_second: 1.0, burst: 3.0 },
            workspace_messages: Rate { per_second: 5.0, burst: 20.0 },
            // One a minute would not let an app open the ten connections that it may have.
            tier1: Rate { per_second: 1.0 / 60.0, burst: 20.0 },
            tier2: Rate::per_minute(20.0),
            tier3: Rate::per_minute(50.0),
            tier4: Rate::per_minute(100.0),
            special: Rate::per_minute(300.0),
        }
    }
}

impl Limits {
    /// So many times as many calls of each method; messages are limited as before.
    #[must_use]
    pub fn wider(self, times: u16) -> Self {
        let wider = |rate: Rate| {
            let times = f64::from(times.max(1));
            Rate { per_second: rate.per_second * times, burst: rate.burst * times }
        };
        Self {
            tier1: wider(self.tier1),
            tier2: wider(self.tier2),
            tier3: wider(self.tier3),
            tier4: wider(self.tier4),
            special: wider(self.special),
            ..self
        }
    }
}

/// The class of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    One,
    Two,
    Three,
    Four,
    Special,
    /// Limited by channel and workspace instead of by method.
    Posting,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Limiter {
    buckets: HashMap<String, Bucket>,
}

impl Limiter {
    /// Takes one call from every bucket that applies, or from none and says for how long to wait.
    pub(super) fn take(
        &mut self,
        limits: &Limits,
        method: &str,
        tier: Tier,
        channel: Option<&str>,
        now: Duration,
    ) -> Result<(), Duration> {
        if !limits.enforced {
            return Ok(());
        }
        let applying: Vec<(String, Rate)> = match tier {
            Tier::One => vec![(method.to_owned(), limits.tier1)],
            Tier::Two => vec![(method.to_owned(), limits.tier2)],
            Tier::Three => vec![(method.to_owned(), limits.tier3)],
            Tier::Four => vec![(method.to_owned(), limits.tier4)],
            Tier::Special => vec![(method.to_owned(), limits.special)],
            Tier::Posting => channel
                .map(|channel| (format!("{method} {channel}"), limits.channel_messages))
                .into_iter()
                .chain([(method.to_owned(), limits.workspace_messages)])
                .collect(),
        };
        let mut wait = Duration::ZERO;
        for (key, rate) in &applying {
            let bucket =
                self.buckets.entry(key.clone()).or_insert(Bucket { tokens: rate.burst, filled: now });
            let gained = now.saturating_sub(bucket.filled).as_secs_f64() * rate.per_second;
            bucket.tokens = (bucket.tokens + gained).min(rate.burst);
            bucket.filled = now;
            // A hair's breadth, because refilling in fractions does not add up to exactly one.
            if bucket.tokens < 1.0 - 1e-9 {
                let missing = (1.0 - bucket.tokens) / rate.per_second.max(1e-9);
                wait = wait.max(Duration::try_from_secs_f64(missing).unwrap_or(Duration::MAX));
            }
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        for (key, _) in &applying {
            if let Some(bucket) = self.buckets.get_mut(key) {
                bucket.tokens -= 1.0;
            }
        }
        Ok(())
    }
}

/// `Retry-After` is in whole seconds, rounded up, at least one.
pub(super) fn retry_after(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: fn() -> Limits = Limits::default;

    #[test]
    fn a_channel_takes_its_burst_and_then_one_message_a_second() {
        let mut limiter = Limiter::default();
        let mut post = |channel, millis| {
            limiter.take(
                &LIMITS(),
                "chat.postMessage",
                Tier::Posting,
                Some(channel),
                Duration::from_millis(millis),
            )
        };
        for _ in 0..3 {
            assert_eq!(post("D1", 0), Ok(()));
        }
        assert_eq!(post("D1", 0).map_err(retry_after), Err(1));
        assert_eq!(post("D2", 0), Ok(()), "another channel has a bucket of its own");
        assert!(post("D1", 999).is_err());
        assert_eq!(post("D1", 1000), Ok(()));
        assert!(post("D1", 1001).is_err());
    }

    #[test]
    fn the_workspace_figure_bounds_messages_to_different_channels() {
        let limits = Limits { workspace_messages: Rate { per_second: 50.0, burst: 1.0 }, ..LIMITS() };
        let mut limiter = Limiter::default();
        let taken = (0..10_000u64)
            .filter(|milli| {
                let channel = format!("D{milli}");
                let now = Duration::from_millis(*milli);
                limiter.take(&limits, "chat.postMessage", Tier::Posting, Some(&channel), now).is_ok()
            })
            .count();
        assert_eq!(taken, 500);
    }

    #[test]
    fn a_tier_is_counted_by_method() {
        let mut limiter = Limiter::default();
        for _ in 0..20 {
            assert_eq!(limiter.take(&LIMITS(), "users.list", Tier::Two, None, Duration::ZERO), Ok(()));
        }
        let refused = limiter.take(&LIMITS(), "users.list", Tier::Two, None, Duration::ZERO);
        assert_eq!(refused.map_err(retry_after), Err(3));
        assert_eq!(limiter.take(&LIMITS(), "dnd.teamInfo", Tier::Two, None, Duration::ZERO), Ok(()));
    }
}
