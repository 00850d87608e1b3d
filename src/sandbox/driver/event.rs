//! Events as Slack sends them, of what the page has no way to do: clips, pictures, messages that are passed on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::hub::Hub;
use super::super::record::Record;
use super::DriverError;
use super::act::{EVENT_PATIENCE, acting};

/// An event, word for word. A message needs neither its place nor its sender.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Sent {
    /// Whose message it is.
    r#as: Option<String>,
    event: Map<String, Value>,
    /// What stands beside the event instead of this workspace's own, such as `team_id`.
    #[serde(default)]
    around: Map<String, Value>,
}

/// `POST event`: the app gets it, as far as it subscribes to it.
pub(super) async fn event(
    Extract(hub): Extract<Arc<Hub>>,
    Json(sent): Json<Sent>,
) -> Result<Json<Value>, DriverError> {
    let (id, ts) = queued(&hub, sent)?;
    let delivered = match &id {
        Some(id) if hub.connections() > 0 => {
            let taken = hub.wait_for(EVENT_PATIENCE, |state| (!state.workspace.is_pending(id)).then_some(()));
            taken.await.is_some()
        }
        _ => false,
    };
    Ok(Json(json!({ "delivered": delivered, "event_id": id, "ts": ts })))
}

fn queued(hub: &Hub, sent: Sent) -> Result<(Option<String>, String), DriverError> {
    let mut state = hub.lock();
    let mut records = Vec::new();
    let ts = state.workspace.next_ts();
    let mut event = sent.event;
    let kind = event.get("type").and_then(Value::as_str).unwrap_or("message").to_owned();
    if let Some(person) = &sent.r#as {
        acting(&state, person)?;
        let (channel, _) = state.channel_for(person, &mut records);
        let usual = [
            ("type", kind.as_str()),
            ("user", person),
            ("channel", &channel),
            ("channel_type", "im"),
            ("ts", &ts),
            ("event_ts", &ts),
        ];
        for (name, value) in usual {
            event.entry(name).or_insert_with(|| value.into());
        }
    }
    let subscription = if kind == "message" { "message.im" } else { &kind };
    let id = state.queue_event(subscription, event.into(), &mut records);
    if let Some(Record::EventQueued { payload, .. }) = records.last_mut()
        && let Some(payload) = payload.as_object_mut()
    {
        payload.extend(sent.around);
    }
    state.commit(records)?;
    Ok((id, ts))
}
