//! The frames of a Socket Mode connection.

use serde_json::Value;

use super::field::{self, Malformed, Problem};

/// What arrives on a Socket Mode connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The connection is ready.
    Hello {
        /// The app that it is of, if Slack says so.
        app: Option<String>,
    },
    /// Slack is going to close it.
    Disconnect(Disconnect),
    /// Something to handle and acknowledge.
    Envelope(Envelope),
    /// A frame of another type without an id: nothing can be done with it.
    Other,
}

/// Why Slack closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// Soon; another one should be made first.
    Soon,
    /// Socket Mode is switched off for the app.
    LinkDisabled,
    /// There are too many connections already.
    TooMany,
}

/// A payload with what is needed to acknowledge it.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// What the acknowledgement names.
    pub id: String,
    /// Its type: `events_api`, `slash_commands`, `interactive` or one to come.
    pub kind: String,
    /// Whether the acknowledgement may carry an answer.
    pub accepts_response: bool,
    /// What it carries; null if it carries nothing.
    pub payload: Value,
}

/// Reads a frame.
///
/// # Errors
/// A text that is no JSON, or an envelope without an id. Neither can be acknowledged.
pub fn frame(text: &str) -> Result<Frame, Malformed> {
    let mut json: Value =
        serde_json::from_str(text).map_err(|_| Malformed { place: "", problem: Problem::Form })?;
    let kind = field::text_if_any(&json, "/type").unwrap_or_default().to_owned();
    match kind.as_str() {
        "hello" => {
            Ok(Frame::Hello { app: field::text_if_any(&json, "/connection_info/app_id").map(str::to_owned) })
        }
        "disconnect" => Ok(Frame::Disconnect(match field::text_if_any(&json, "/reason") {
            Some("link_disabled") => Disconnect::LinkDisabled,
            Some("too_many_websockets") => Disconnect::TooMany,
            // `warning`, `refresh_requested`, and whatever else: the connection goes away.
            Some(_) | None => Disconnect::Soon,
        })),
        _ if json.get("envelope_id").is_none() && json.get("payload").is_none() => Ok(Frame::Other),
        _ => {
            let id = field::name(&json, "/envelope_id")?.to_owned();
            let accepts_response =
                json.get("accepts_response_payload").and_then(Value::as_bool).unwrap_or(false);
            let payload = json.get_mut("payload").map(Value::take).unwrap_or_default();
            Ok(Frame::Envelope(Envelope { id, kind, accepts_response, payload }))
        }
    }
}
