//! The sandbox's calendar: it belongs to the stand-in workspace, the bot's clock follows it.
//!
//! One way for both set-ups, the stand-in in this process or in one of its own: the same HTTP calls.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

use super::shared::Shared;
use crate::clock::{Clock, Hand};
use crate::dispatch::Settled;
use crate::egress;
use crate::journal::Writer;

/// Longer than the stand-in holds a call open.
const PATIENCE: Duration = Duration::from_secs(40);
const BEFORE_RETRY: Duration = Duration::from_millis(200);
/// How soon a report is repeated: the stand-in may have been started anew and know of none.
const BEFORE_REPEAT: Duration = Duration::from_secs(2);

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
        let http = egress::client().timeout(PATIENCE).build()?;
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

    /// Moves `hand` with the calendar, for ever, and says which of its versions is known.
    pub(super) async fn follow(self, hand: Hand, known: watch::Sender<u64>) {
        let mut version = None;
        loop {
            match self.read(version).await {
                Ok(reading) => {
                    version = Some(reading.version);
                    hand.set(reading.now);
                    known.send_replace(reading.version);
                }
                Err(error) => {
                    tracing::debug!(%error, "the sandbox's calendar is away");
                    // It may count anew when it is back.
                    version = None;
                    tokio::time::sleep(BEFORE_RETRY).await;
                }
            }
        }
    }

    /// Tells the stand-in, for ever, when everything that is due has been done.
    pub(super) async fn report(
        self,
        clock: Clock,
        writer: Writer,
        shared: Shared,
        mut settled: watch::Receiver<Settled>,
        mut known: watch::Receiver<u64>,
    ) {
        let url = format!("{}/settled", self.base);
        loop {
            // The version first: whatever it stands for is on record by then.
            let version = *known.borrow_and_update();
            let now = clock.now();
            let latest = settled.borrow_and_update().clone();
            // Behind the journal nothing is settled: what was just recorded may have made something due, and so
            // may a configuration that has just been taken up.
            if latest.covers(now, writer.head()) && latest.is_by(&shared.program()) {
                let told = json!({ "now": now, "next_wake": latest.next_wake, "version": version });
                if let Err(error) = self.http.post(&url).json(&told).send().await {
                    tracing::debug!(%error, "the sandbox's calendar is away");
                }
            }
            let moved = now.checked_add(SignedDuration::from_nanos(1)).ok();
            tokio::select! {
                biased;
                changed = settled.changed() => if changed.is_err() { return },
                changed = known.changed() => if changed.is_err() { return },
                () = clock.reaches(moved) => {}
                () = tokio::time::sleep(BEFORE_REPEAT) => {}
            }
        }
    }
}
