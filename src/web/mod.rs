//! What the service shows and takes over HTTP: whether it is well, calendars to subscribe to, what outside
//! booking pages tell, and beside it what other rooms serve.

mod crowd;
mod feed;
mod server;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_http::timeout::TimeoutLayer;

pub use feed::{FeedKey, feed_address, feeds};
pub(crate) use server::Shortage;
pub use server::{Patience as ServerPatience, serve};

/// Whether the process works; it should be restarted if not.
pub(crate) const HEALTHZ: &str = "/healthz";
/// Whether everything that the service needs is in order.
pub(crate) const READYZ: &str = "/readyz";

/// How long a request may take. Nothing here waits for anybody.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The journal can be written.
    pub journal: bool,
    /// How Slack reaches the service.
    pub transport: &'static str,
    /// Socket Mode connections that have said hello; always none over HTTP.
    pub connections: usize,
    /// The last record.
    pub head: u64,
    /// Posting is paused.
    pub paused: bool,
    /// This machine's clock agrees with Slack's, or can't be compared.
    pub clock: bool,
    /// Which configuration is in force.
    pub configuration: String,
}

impl Health {
    /// Whether a supervisor should leave the process alone: being paused, or without a connection for a
    /// while, is nothing that a restart mends.
    fn is_well(&self) -> bool {
        self.journal
    }
}

/// One thing that the service needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// It is in order.
    pub ok: bool,
    /// What is wrong and what to do about it; or what is worth knowing though nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Check {
    /// In order.
    pub fn ok() -> Self {
        Self { ok: true, reason: None }
    }

    /// In order, with something to know.
    pub fn noted(reason: impl Into<String>) -> Self {
        Self { ok: true, reason: Some(reason.into()) }
    }

    /// Not in order.
    pub fn fault(reason: impl Into<String>) -> Self {
        Self { ok: false, reason: Some(reason.into()) }
    }
}

/// Whether everything that the service needs is in order. For people and alarms, never for what restarts the
/// service or leads Slack's requests to it: most of this is nothing that a restart fixes, and clicks have to
/// arrive to fix some of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Slack takes the bot token.
    pub token: Check,
    /// The people of the workspace were read.
    pub people: Check,
    /// The journal can be written.
    pub journal: Check,
    /// This machine's clock agrees with Slack's.
    pub clock: Check,
    /// Planned messages go out, or an advocate has paused them.
    pub sending: Check,
    /// What people do in Slack arrives.
    pub transport: Check,
}

impl Readiness {
    /// Each part with its name.
    pub fn checks(&self) -> [(&'static str, &Check); 6] {
        let Self { token, people, journal, clock, sending, transport } = self;
        [
            ("token", token),
            ("people", people),
            ("journal", journal),
            ("clock", clock),
            ("sending", sending),
            ("transport", transport),
        ]
    }

    /// Whether everything is in order.
    pub fn is_ready(&self) -> bool {
        self.checks().iter().all(|(_, check)| check.ok)
    }
}

/// What `/readyz` answers.
#[derive(Debug, Serialize)]
struct Report {
    ready: bool,
    #[serde(flatten)]
    readiness: Readiness,
}

type Ask<T> = Arc<dyn Fn() -> T + Send + Sync>;

/// `/healthz` and `/readyz`, which ask each time.
pub fn health(
    health: impl Fn() -> Health + Send + Sync + 'static,
    readiness: impl Fn() -> Readiness + Send + Sync + 'static,
) -> Router {
    let (health, readiness): (Ask<Health>, Ask<Readiness>) = (Arc::new(health), Arc::new(readiness));
    Router::new()
        .route(HEALTHZ, get(healthz).with_state(health))
        .route(READYZ, get(readyz).with_state(readiness))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
}

fn status(well: bool) -> StatusCode {
    if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

async fn healthz(State(ask): State<Ask<Health>>) -> Response {
    let health = ask();
    (status(health.is_well()), Json(health)).into_response()
}

async fn readyz(State(ask): State<Ask<Readiness>>) -> Response {
    let readiness = ask();
    let ready = readiness.is_ready();
    (status(ready), Json(Report { ready, readiness })).into_response()
}
