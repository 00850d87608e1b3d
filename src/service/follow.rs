//! The sandbox's calendar: it belongs to the stand-in workspace, the bot's clock follows it.
//!
//! One way for both set-ups, the stand-in in this process or in one of its own: the same HTTP calls.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::{Clock, Hand};

/// Longer than the stand-in holds a call open.
const PATIENCE: Duration = Duration::from_secs(40);
const BEFORE_RETRY: Duration = Duration::from_millis(200);

/// What the service has done and when it wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Settled {
    /// Everything due at this calendar time has been done.
    pub(super) now: Timestamp,
    /// The next moment at which anything may be due.
    pub(super) next_wake: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Reading {
    now: Timestamp,
    version: u64,
}

/// A connection to the stand-in's calendar.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    http: reqwest::Client,
    base: String,
}

/// The stand-in's calendar can't be reached.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox's calendar can't be reached: {0}")]
pub(crate) struct Unreachable(#[from] reqwest::Error);

impl Calendar {
    /// The calendar of the stand-in at `workspace`, such as `http://127.0.0.1:7878`.
    pub(crate) fn of(workspace: &str) -> Result<Self, Unreachable> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { http, base: format!("{}/sandbox/api/calendar", workspace.trim_end_matches('/')) })
    }

    /// A clock that stands where the calendar stands.
    pub(crate) async fn clock(&self) -> Result<(Clock, Hand), Unreachable> {
        let reading = self.read(None).await?;
        Ok(Clock::manual(reading.now))
    }

    async fn read(&self, after: Option<u64>) -> Result<Reading, reqwest::Error> {
        let url = match after {
            Some(after) => format!("{}?after={after}", self.base),
            None => self.base.clone(),
        };
        self.http.get(url).send().await?.error_for_status()?.json().await
    }

    /// Moves `hand` with the calendar, for ever.
    pub(super) async fn follow(self, hand: Hand) {
        let mut version = None;
        loop {
            match self.read(version).await {
                Ok(reading) => {
                    version = Some(reading.version);
                    hand.set(reading.now);
                }
                Err(error) => {
                    tracing::debug!(%error, "the sandbox's calendar is away");
                    tokio::time::sleep(BEFORE_RETRY).await;
                }
            }
        }
    }

    /// Tells the stand-in whenever the service has settled, for ever.
    pub(super) async fn report(self, mut settled: watch::Receiver<Option<Settled>>) {
        let url = format!("{}/settled", self.base);
        loop {
            let latest = *settled.borrow_and_update();
            if let Some(latest) = latest {
                let told = self.http.post(&url).json(&latest).send().await;
                if let Err(error) = told {
                    tracing::debug!(%error, "the sandbox's calendar is away");
                    tokio::time::sleep(BEFORE_RETRY).await;
                    settled.mark_changed();
                }
            }
            if settled.changed().await.is_err() {
                return;
            }
        }
    }
}
