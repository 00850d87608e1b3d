//! HTTP mode: what Slack sends to `/slack/commands`, `/slack/interactions` and `/slack/events`.
//!
//! Invariant: whether a request is Slack's is decided on its raw bytes, within limits of size and time,
//! before anything of it is parsed; whatever is refused has done no work and leaves no trace of its body.
//! What is accepted goes the way of Socket Mode: the same payload to the same [`Receiver`].

mod body;
mod payload;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;

use crate::clock::Clock;

use super::receiver::{Receipt, Receiver};
use super::signature::{Claim, SigningSecret};

use body::read;
use payload::Encoding;
use refusal::{Refusal, Refusals};

const TIMESTAMP: HeaderName = HeaderName::from_static("x-slack-request-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("x-slack-signature");

/// How much is read of a request, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body: usize,
    /// How long a body may take to arrive. Slack itself waits three seconds for the answer.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1 << 20, patience: Duration::from_secs(5) }
    }
}

/// What is behind the three addresses.
#[derive(Debug)]
struct Endpoint {
    receiver: Arc<Receiver>,
    secret: SigningSecret,
    clock: Clock,
    limits: Limits,
    refusals: Refusals,
}

/// The three addresses. `clock` is what the signatures' times are compared with: the system's, also where
/// the calendar is moved by hand. The window guards against recordings, which are made in real time, and a
/// calendar that leaps ahead must not make a request stale that has just been sent.
pub fn routes(receiver: Arc<Receiver>, secret: SigningSecret, clock: Clock, limits: Limits) -> Router {
    let endpoint = Endpoint { receiver, secret, clock, limits, refusals: Refusals::default() };
    Router::new()
        .route("/slack/commands", post(commands))
        .route("/slack/interactions", post(interactions))
        .route("/slack/events", post(events))
        .with_state(Arc::new(endpoint))
}

async fn commands(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    endpoint.answer(request, Encoding::Fields, true).await
}

async fn interactions(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    endpoint.answer(request, Encoding::Payload, true).await
}

async fn events(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    // Nobody waits for the answer to an event, so it can't carry anything.
    endpoint.answer(request, Encoding::Json, false).await
}

impl Endpoint {
    async fn answer(&self, request: Request, encoding: Encoding, carries: bool) -> Response {
        match self.accept(request, encoding).await {
            Ok(Some(payload)) => respond(self.receiver.receive(&payload, carries).await),
            Ok(None) => StatusCode::OK.into_response(),
            Err(refusal) => {
                self.refusals.note(refusal);
                refusal.into_response()
            }
        }
    }

    /// The payload of a genuine request; none if Slack only tries the address.
    async fn accept(&self, request: Request, encoding: Encoding) -> Result<Option<Value>, Refusal> {
        let (head, body) = request.into_parts();
        let text = |name: &HeaderName| {
            let mut values = head.headers.get_all(name).iter();
            // Of two signatures none counts: whoever checked before us may have looked at the other one.
            values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
        };
        if !encoding.is_named_by(text(&header::CONTENT_TYPE)) {
            return Err(Refusal::Encoding);
        }
        let claim = Claim::read(text(&TIMESTAMP), text(&SIGNATURE), self.clock.now().as_second())?;
        let bytes = read(body, self.limits).await?;
        self.secret.check(&claim, &bytes)?;
        encoding.parse(&bytes)
    }
}

fn respond(receipt: Receipt) -> Response {
    match receipt {
        Receipt::Acknowledge(None) => StatusCode::OK.into_response(),
        Receipt::Acknowledge(Some(payload)) => {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            // A value always serialises: its keys are text.
            let body = serde_json::to_vec(&payload).unwrap_or_default();
            ([(header::CONTENT_TYPE, json)], body).into_response()
        }
        // Without `x-slack-no-retry`, so that an event comes again.
        Receipt::Withhold => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
