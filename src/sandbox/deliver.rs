//! Delivery to the app, over Socket Mode or HTTP: events with their retries, commands and interactions once.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::hub::{Event, Hub};
use super::record::Record;
use super::request::Parcel;
use super::socket::{Envelope, NotAcknowledged};

/// Waits before the first attempt and the three retries (<https://docs.slack.dev/apis/events-api>).
const ATTEMPTS: [Duration; 4] =
    [Duration::ZERO, Duration::ZERO, Duration::from_secs(60), Duration::from_secs(300)];

/// What became of a command or an interaction, as its author would notice it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Outcome {
    /// The app acknowledged in time.
    pub(super) delivered: bool,
    /// Real milliseconds until it did.
    pub(super) acked_in_ms: u64,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(super) ack_payload: Value,
    /// `operation_timeout`, `dispatch_failed`, `http_client_error` or `http_service_error`, as Slack's client
    /// names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'static str>,
}

/// Starts the task that sends queued events; it ends with the stand-in.
pub(super) fn start(hub: &Arc<Hub>, mut queued: mpsc::UnboundedReceiver<Event>) {
    let hub = Arc::downgrade(hub);
    tokio::spawn(async move {
        while let Some(event) = queued.recv().await {
            let Some(hub) = hub.upgrade() else { return };
            tokio::spawn(async move {
                tokio::select! {
                    () = deliver_event(&hub, &event) => {}
                    () = hub.stopping() => {}
                }
            });
        }
    });
}

async fn deliver_event(hub: &Hub, event: &Event) {
    let mut acknowledged = false;
    let mut hurry = hub.hurry.subscribe();
    let mut reason = "";
    for (attempt, wait) in (0u32..).zip(ATTEMPTS) {
        hurry.borrow_and_update();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = hurry.changed() => {}
        }
        if hub.requests.is_none() {
            // While the app is away an attempt would be wasted, and no person could wait for the next.
            hub.sockets.connected().await;
        }
        match send_event(hub, event, Some((attempt, reason))).await {
            Ok(_) => {
                acknowledged = true;
                break;
            }
            Err(NotAcknowledged::Status { no_retry: true, .. }) => break,
            Err(failure) => reason = retry_reason(hub, failure),
        }
    }
    let settled = Record::EventSettled { event_id: event.id.clone(), acknowledged };
    // A log that can't be written shows at the next request; the event is then sent again after a restart.
    let _ = hub.lock().commit(vec![settled]);
}

/// What a retry says about the attempt before it.
fn retry_reason(hub: &Hub, failure: NotAcknowledged) -> &'static str {
    if hub.requests.is_none() {
        return "timeout";
    }
    match failure {
        NotAcknowledged::TimedOut => "http_timeout",
        NotAcknowledged::NoConnection => "connection_failed",
        NotAcknowledged::Status { .. } => "http_error",
        NotAcknowledged::Closed => "unknown_error",
    }
}

async fn send_event(hub: &Hub, event: &Event, retry: Option<(u32, &str)>) -> Result<Value, NotAcknowledged> {
    let id = hub.lock().fresh_id("", 32);
    let envelope = Envelope {
        id: &id,
        kind: "events_api",
        payload: &event.payload,
        accepts_response_payload: false,
        retry,
    };
    send(hub, envelope).await
}

/// Over whichever way the app's manifest chose.
async fn send(hub: &Hub, envelope: Envelope<'_>) -> Result<Value, NotAcknowledged> {
    let outcome = match &hub.requests {
        None => hub.sockets.deliver(envelope).await,
        Some(requests) => {
            let parcel = Parcel::of(&hub.lock().app, &envelope).ok_or(NotAcknowledged::NoConnection)?;
            requests.deliver(parcel, envelope.retry).await
        }
    };
    if outcome.is_ok() {
        // What was accepted may have made something due: the calendar waits until the program says so.
        let mut state = hub.lock();
        state.workspace.calendar.unsettle();
        state.touch();
    }
    outcome
}

/// Sends an event once more although it was acknowledged, as after a lost acknowledgement.
pub(super) async fn redeliver(hub: &Hub, event: &Event) -> bool {
    let reason = if hub.requests.is_none() { "timeout" } else { "http_timeout" };
    send_event(hub, event, Some((1, reason))).await.is_ok()
}

/// Sends a command or an interaction, once.
pub(super) async fn interact(
    hub: &Hub,
    kind: &str,
    payload: &Value,
    accepts_response_payload: bool,
) -> Outcome {
    let id = hub.lock().fresh_id("", 32);
    let envelope = Envelope { id: &id, kind, payload, accepts_response_payload, retry: None };
    let started = hub.real_now();
    let outcome = send(hub, envelope).await;
    let took = hub.real_now().saturating_sub(started);
    let error = match outcome {
        Ok(_) => None,
        Err(NotAcknowledged::NoConnection) => Some("dispatch_failed"),
        Err(NotAcknowledged::TimedOut | NotAcknowledged::Closed) => Some("operation_timeout"),
        Err(NotAcknowledged::Status { status: 500.., .. }) => Some("http_service_error"),
        Err(NotAcknowledged::Status { .. }) => Some("http_client_error"),
    };
    Outcome {
        delivered: error.is_none(),
        acked_in_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        ack_payload: outcome.unwrap_or_default(),
        error,
    }
}
