//! App Home is published.

use serde_json::{Value, json};

use crate::domain::ids::SlackUserId;

use super::client::Client;
use super::errors::CallError;
use super::methods::Method;

/// Shows `view` to `to` as their App Home, and returns the hash that Slack gives it. With the `hash` of the
/// view that it replaces, Slack refuses if another one has been published meanwhile (see [`is_conflict`]).
///
/// # Errors
/// As for every call.
pub async fn publish(
    client: &Client,
    to: &SlackUserId,
    view: &Value,
    hash: Option<&str>,
) -> Result<Option<String>, CallError> {
    let mut arguments = json!({ "user_id": to.as_str(), "view": view });
    if let (Some(hash), Some(fields)) = (hash, arguments.as_object_mut()) {
        fields.insert("hash".to_owned(), hash.into());
    }
    let answer = client.call(Method::ViewsPublish, &arguments).await?;
    Ok(answer.pointer("/view/hash").and_then(Value::as_str).map(str::to_owned))
}

/// Whether another view was published since the one whose hash was given.
pub fn is_conflict(error: &CallError) -> bool {
    matches!(error, CallError::Refused { code, .. } if code == "hash_conflict")
}
