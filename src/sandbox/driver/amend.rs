//! A person changes or takes back what they typed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::api::{remove, replace};
use super::super::hub::{Hub, State};
use super::super::message::Message;
use super::DriverError;
use super::act::acting;
use super::mention::{as_sent, pieces};

#[derive(Debug, Deserialize)]
pub(in super::super) struct Retyped {
    r#as: String,
    ts: String,
    text: String,
}

/// `POST edit`: a message that the person typed reads otherwise now.
pub(super) async fn edit(
    Extract(hub): Extract<Arc<Hub>>,
    Json(retyped): Json<Retyped>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    let before = own(&state, &retyped.r#as, &retyped.ts)?;
    if retyped.text.trim().is_empty() {
        return Err(DriverError::Empty);
    }
    let ts = state.workspace.next_ts();
    let text = as_sent(&state.workspace, &retyped.text, false);
    let section = json!({ "type": "rich_text_section", "elements": pieces(&state.workspace, &retyped.text) });
    let block_id = state.fresh_id("", 5);
    let blocks = Some(json!([{ "type": "rich_text", "block_id": block_id, "elements": [section] }]));
    let after = Message { text, blocks, edited_ts: Some(ts.clone()), ..before.clone() };
    replace(&mut state, &before, after, &ts)?;
    Ok(Json(json!({ "edited": true })))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct TakenBack {
    r#as: String,
    ts: String,
}

/// `POST delete`: a message that the person typed is gone.
pub(super) async fn delete(
    Extract(hub): Extract<Arc<Hub>>,
    Json(taken): Json<TakenBack>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    let before = own(&state, &taken.r#as, &taken.ts)?;
    remove(&mut state, &before)?;
    Ok(Json(json!({ "deleted": true })))
}

/// The message of this person at that place: nobody changes what others wrote.
fn own(state: &State, person: &str, ts: &str) -> Result<Message, DriverError> {
    acting(state, person)?;
    let none = || DriverError::NoMessage(ts.to_owned());
    let channel = state.workspace.channel_of(person).ok_or_else(none)?;
    let message = state.workspace.message(channel, ts).ok_or_else(none)?;
    (!message.from_app && message.user == person).then(|| message.clone()).ok_or_else(none)
}
