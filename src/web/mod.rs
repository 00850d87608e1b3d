//! What the service shows and takes over HTTP: whether it is well, calendars to subscribe to, what outside
//! booking pages tell, and beside it what other rooms serve.

mod crowd;
mod feed;
mod hex;
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

type Ask = Arc<dyn Fn() -> Health + Send + Sync>;

/// `/healthz`, which asks `health` each time.
pub fn health(health: impl Fn() -> Health + Send + Sync + 'static) -> Router {
    let health: Ask = Arc::new(health);
    Router::new()
        .route(HEALTHZ, get(healthz))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .with_state(health)
}

async fn healthz(State(ask): State<Ask>) -> Response {
    let health = ask();
    let status = if health.is_well() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}
