//! Socket Mode: connections that are kept up, watched and replaced before they go.
//!
//! The loop is ours, on tokio-tungstenite, and not slack-morphism's, for what its source and measurements
//! showed:
//! - it acknowledges one envelope at a time a socket, so four sockets can have four decisions waiting for
//!   one flush of the journal. With a flush of 1, 4 and 10 ms that made 1,799, 462 and 184 acknowledgements
//!   a second over four sockets (loopback, 2 cores), where 1,000 are wanted; here a socket has many under
//!   way, one flush serves them all, and it made 51,000, 50,900 and 14,700;
//! - it closes a socket before it opens the next one and then drops what was decided meanwhile;
//! - after a failure it waits 30 s, for ever, whether the network was down or the token is wrong, and tells
//!   nobody;
//! - it has no time limit on connecting, notices a silent socket after 90 s, and writes what people wrote
//!   to the log at its finest level.
//!
//! Invariant: envelopes are handed on in the order in which they arrive on a connection; acknowledgements
//! may overtake each other, which Slack allows.

mod connection;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::clock::monotonic;

use super::client::Client;
use super::errors::Class;
use super::receiver::Receiver;

use connection::{Connection, Ended};

pub(super) use connection::OpenError;

/// Opens a connection, waits for its hello and lets go of it.
pub(super) async fn opens(client: &Client) -> Result<(), OpenError> {
    Connection::open(client, Patience::default().hello).await.map(drop)
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection and its `hello`.
    pub hello: Duration,
    /// Between pings.
    pub ping: Duration,
    /// For any sign of life.
    pub silence: Duration,
    /// For Slack to close a connection that it said it would, and for decisions under way at the end.
    pub drain: Duration,
    /// After the first failure; doubled after each further one.
    pub pause: Duration,
    /// The longest of these pauses.
    pub longest_pause: Duration,
    /// At least, after a refusal that only a change at Slack's side or of the settings can fix. A renewed token
    /// is tried at once.
    pub misconfigured: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(10),
            ping: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            drain: Duration::from_secs(20),
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            misconfigured: Duration::from_secs(5),
        }
    }
}

/// How the connections are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// How many have said hello and are not closed.
    pub open: usize,
    /// Why the last attempt failed, until one succeeds.
    pub fault: Option<Fault>,
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Somebody has to mend the app-level token or the app; Slack's code, or ours.
    Configuration(String),
    /// It will pass.
    Passing(String),
}

/// The Socket Mode connections of the app.
#[derive(Debug)]
pub struct Sockets {
    client: Arc<Client>,
    receiver: Arc<Receiver>,
    count: usize,
    patience: Patience,
    health: watch::Sender<Health>,
}

/// Most connections that Slack lets an app have.
pub const MOST: usize = 10;
/// The usual number: one goes on while the other is replaced.
pub const USUAL: usize = 2;

/// A connection that lasted less than that doesn't prove that all is well.
const PROVEN: Duration = Duration::from_secs(10);

impl Sockets {
    /// `count` connections, between one and [`MOST`]; none is made before [`run`](Self::run).
    pub fn new(client: Arc<Client>, receiver: Arc<Receiver>, count: usize, patience: Patience) -> Self {
        let count = count.clamp(1, MOST);
        Self { client, receiver, count, patience, health: watch::Sender::default() }
    }

    /// How the connections are, now and after each change.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// Keeps the connections up until `stop` says true (or its sender is gone), then lets what is under way
    /// be decided and acknowledged.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let shared = Arc::new(self);
        let mut places = JoinSet::new();
        for place in 0..shared.count {
            places.spawn(Arc::clone(&shared).keep_up(place, stop.clone()));
        }
        while let Some(ended) = places.join_next().await {
            if ended.is_err() && !*stop.borrow() {
                tracing::error!("keeping up a Socket Mode connection panicked; it is taken up again");
                places.spawn(Arc::clone(&shared).keep_up(0, stop.clone()));
            }
        }
    }

    /// Keeps one connection up; for a moment there are two, while one is replaced.
    async fn keep_up(self: Arc<Self>, place: usize, mut stop: watch::Receiver<bool>) {
        let mut open = JoinSet::new();
        let mut pauses = Pauses::new(self.patience, place);
        let mut mended = self.client.tokens().mended();
        while !stopped(&stop) {
            mended.mark_unchanged();
            let connected = tokio::select! {
                biased;
                () = stopping(&mut stop) => break,
                connected = Connection::open(&self.client, self.patience.hello) => connected,
            };
            let pause = match connected {
                Ok(connection) => {
                    tracing::info!(slack.socket = place, "Socket Mode connection open");
                    let guard = Open::new(&self);
                    let since = monotonic();
                    let (leaving, left) = oneshot::channel();
                    let serving =
                        connection.serve(Arc::clone(&self.receiver), self.patience, stop.clone(), leaving);
                    open.spawn(async move {
                        serving.await;
                        drop(guard);
                    });
                    // Without a word it ended by a panic.
                    let ended = left.await.unwrap_or(Ended::Broken);
                    tracing::info!(
                        slack.socket = place,
                        slack.reason = ended.word(),
                        "Socket Mode connection going"
                    );
                    if since.elapsed() >= PROVEN {
                        pauses.reset();
                    }
                    self.after(ended, since.elapsed(), &mut pauses)
                }
                Err(error) => self.failed(&error, &mut pauses),
            };
            // Those that are closed by now.
            while open.try_join_next().is_some() {}
            tokio::select! {
                biased;
                () = stopping(&mut stop) => break,
                Ok(()) = mended.changed() => pauses.reset(),
                () = tokio::time::sleep(pause) => {}
            }
        }
        while open.join_next().await.is_some() {}
    }

    fn after(&self, ended: Ended, lasted: Duration, pauses: &mut Pauses) -> Duration {
        match ended {
            Ended::Stopped | Ended::Replaced => Duration::ZERO,
            Ended::LinkDisabled => {
                self.report(Fault::Configuration("link_disabled".to_owned()));
                tracing::error!(
                    slack.code = "link_disabled",
                    "Socket Mode is switched off for the app; switch it on in its settings"
                );
                pauses.next().max(self.patience.misconfigured)
            }
            Ended::TooMany => {
                self.report(Fault::Passing("too_many_websockets".to_owned()));
                pauses.next()
            }
            Ended::Closed | Ended::Silent | Ended::Broken if lasted >= PROVEN => Duration::ZERO,
            Ended::Closed | Ended::Silent | Ended::Broken => pauses.next(),
        }
    }

    fn failed(&self, error: &OpenError, pauses: &mut Pauses) -> Duration {
        let code = error.code();
        let at_least = match error {
            OpenError::Call(call)
                if matches!(
                    call.class(),
                    Class::Revoked | Class::Token | Class::Setting | Class::Recipient | Class::Gateway
                ) =>
            {
                tracing::error!(
                    slack.code = code,
                    "Slack refuses Socket Mode; check SLACK_APP_TOKEN and that Socket Mode is on in the app's settings"
                );
                self.report(Fault::Configuration(code));
                return pauses.next().max(self.patience.misconfigured);
            }
            OpenError::Call(call) if call.class() == Class::NotApplied => match call {
                super::errors::CallError::Limited { retry_after } => *retry_after,
                _ => Duration::ZERO,
            },
            OpenError::Call(_)
            | OpenError::Address(_)
            | OpenError::Connect(_)
            | OpenError::Socket(_)
            | OpenError::NoHello => Duration::ZERO,
        };
        let pause = pauses.next().max(at_least);
        tracing::warn!(slack.code = code, pause_ms = pause.as_millis(), "no Socket Mode connection: {error}");
        self.report(Fault::Passing(code));
        pause
    }

    fn report(&self, fault: Fault) {
        self.health.send_modify(|health| health.fault = Some(fault));
    }
}

fn stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Returns once the service stops.
async fn stopping(stop: &mut watch::Receiver<bool>) {
    // An error means that whoever could say so is gone.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Counts a connection as open while it lives.
struct Open(watch::Sender<Health>);

impl Open {
    fn new(sockets: &Sockets) -> Self {
        let health = sockets.health.clone();
        health.send_modify(|health| {
            health.open += 1;
            health.fault = None;
        });
        Self(health)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|health| health.open = health.open.saturating_sub(1));
    }
}

/// Pauses that grow, a little different for each place so that not all knock at once.
#[derive(Debug)]
struct Pauses {
    patience: Patience,
    offset: Duration,
    next: Duration,
}

impl Pauses {
    fn new(patience: Patience, place: usize) -> Self {
        let place = u32::try_from(place).unwrap_or_default();
        Self { patience, offset: patience.pause / 4 * place, next: patience.pause }
    }

    fn reset(&mut self) {
        self.next = self.patience.pause;
    }

    fn next(&mut self) -> Duration {
        let pause = self.next + self.offset;
        self.next = (self.next * 2).min(self.patience.longest_pause);
        pause
    }
}

#[cfg(test)]
mod tests;
