//! The app is removed from the workspace, and installed again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::hub::Hub;
use super::super::record::Record;
use super::DriverError;

#[derive(Debug, Deserialize)]
pub(in super::super) struct Installed {
    installed: bool,
}

/// `POST app`: removes the app, which is told of it by the last two events it gets, or installs it again
/// with the tokens it had.
pub(super) async fn app(
    Extract(hub): Extract<Arc<Hub>>,
    Json(wanted): Json<Installed>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    let mut records = Vec::new();
    if !wanted.installed && state.workspace.installed {
        let bot = state.app.bot_user_id.clone();
        let revoked = json!({ "type": "tokens_revoked", "tokens": { "oauth": [], "bot": [bot] } });
        state.queue_event("tokens_revoked", revoked, &mut records);
        state.queue_event("app_uninstalled", json!({ "type": "app_uninstalled" }), &mut records);
    }
    records.push(Record::AppInstalled { installed: wanted.installed });
    state.commit(records)?;
    Ok(Json(json!({ "ok": true })))
}
