//! `response_url`: an app's later answers to a command or a click, five within thirty minutes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::{Refusal, checked_blocks, ephemeral, post, remove, replace};
use super::hub::{Hub, State};
use super::message::{Message, cut_text};
use super::ticket::ResponseError;

/// `POST /response_url/{id}`
pub(super) async fn answer(
    Extract(hub): Extract<Arc<Hub>>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    let real_now = hub.real_now();
    let real_ms = hub.real_ms();
    let mut state = hub.lock();
    let now = state.workspace.now();
    let place = match state.tickets.use_response(&id, now, real_now) {
        Ok(place) => place,
        Err(ResponseError::Unknown | ResponseError::Expired) => {
            return (StatusCode::NOT_FOUND, "expired_url").into_response();
        }
        Err(ResponseError::UsedUp) => return (StatusCode::NOT_FOUND, "used_url").into_response(),
    };
    let said =
        Said { user: place.user, channel: place.channel, original: place.original, command: place.command };
    match say(&mut state, &said, &body, real_ms) {
        Ok(()) => (StatusCode::OK, "ok").into_response(),
        Err(refusal) => Json(json!({ "ok": false, "error": refusal.code })).into_response(),
    }
}

/// Where an answer goes.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) user: String,
    pub(super) channel: String,
    /// The message that was clicked.
    pub(super) original: Option<String>,
    /// The command line that is answered.
    pub(super) command: Option<String>,
}

/// Shows what an app answered: text or blocks, for one person unless it says `in_channel`.
pub(super) fn say(state: &mut State, said: &Said, body: &Value, real_ms: u64) -> Result<(), Refusal> {
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or_default();
    let original =
        said.original.as_deref().and_then(|ts| state.workspace.message(&said.channel, ts)).cloned();
    if let (true, Some(original)) = (flag("delete_original"), &original) {
        return Ok(remove(state, original)?);
    }
    let text = cut_text(body.get("text").and_then(Value::as_str).unwrap_or_default());
    let blocks = match body.get("blocks") {
        None | Some(Value::Null) => None,
        Some(blocks) => Some(checked_blocks(state, blocks.clone())?),
    };
    if text.trim().is_empty() && blocks.is_none() {
        return Err("no_text".into());
    }
    if let (true, Some(original)) = (flag("replace_original"), original) {
        let ts = state.workspace.next_ts();
        let after = Message { text, blocks, edited_ts: Some(ts.clone()), ..original.clone() };
        return Ok(replace(state, &original, after, &ts)?);
    }
    let thread = body.get("thread_ts").and_then(Value::as_str).map(str::to_owned);
    let mut message =
        ephemeral(state, said.channel.clone(), said.user.clone(), text, blocks, thread, said.command.clone());
    if body.get("response_type").and_then(Value::as_str) == Some("in_channel") {
        message.only_for = None;
    }
    post(state, message, real_ms, Vec::new())?;
    Ok(())
}
