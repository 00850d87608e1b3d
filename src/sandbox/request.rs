//! HTTP instead of Socket Mode: signed requests to the addresses of the app's manifest, answered with 200
//! within three seconds.
//!
//! <https://docs.slack.dev/apis/events-api/#responding>,
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, header};
use ring::hmac;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::app::App;
use super::socket::{ACK_WITHIN, Envelope, NotAcknowledged};

/// What stands on the wall: requests are signed with it, and never with the calendar, which leaps.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Sends requests to the app.
pub(super) struct Requests {
    client: Client,
    wall: WallClock,
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests").finish_non_exhaustive()
    }
}

/// A request, ready to be sent once or again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parcel {
    url: String,
    content_type: &'static str,
    body: String,
    secret: String,
    /// Whether what comes back is shown to anybody.
    answered: bool,
}

impl Parcel {
    /// What `envelope` is over HTTP; none if the manifest names no address for it.
    pub(super) fn of(app: &App, envelope: &Envelope<'_>) -> Option<Self> {
        const FORM: &str = "application/x-www-form-urlencoded";
        let payload = envelope.payload;
        let (url, content_type, body) = match envelope.kind {
            "slash_commands" => {
                let name = payload.get("command")?.as_str()?;
                (app.command(name)?.url.clone(), FORM, fields(payload))
            }
            "interactive" => {
                let body = form_urlencoded::Serializer::new(String::new())
                    .append_pair("payload", &payload.to_string())
                    .finish();
                (app.interactions_url.clone(), FORM, body)
            }
            _ => (app.events_url.clone(), "application/json", payload.to_string()),
        };
        let (secret, answered) = (app.signing_secret.clone(), envelope.accepts_response_payload);
        Some(Self { url: url?, content_type, body, secret, answered })
    }
}

/// A form with the payload's fields; Slack leaves none out, and writes what is absent as nothing.
fn fields(payload: &Value) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in payload.as_object().into_iter().flatten() {
        match value {
            Value::Null => form.append_pair(name, ""),
            Value::String(text) => form.append_pair(name, text),
            other => form.append_pair(name, &other.to_string()),
        };
    }
    form.finish()
}

impl Requests {
    pub(super) fn new(wall: WallClock) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(ACK_WITHIN)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent("Slackbot 1.0 (+https://api.slack.com/robots)")
            .build()?;
        Ok(Self { client, wall })
    }

    /// Sends it and waits for the answer: its JSON, or its text as the message that a command is answered
    /// with, or `null`.
    pub(super) async fn deliver(
        &self,
        parcel: Parcel,
        retry: Option<(u32, &str)>,
    ) -> Result<Value, NotAcknowledged> {
        let at = (self.wall)().as_second();
        let mut request = self
            .client
            .post(&parcel.url)
            .header(header::CONTENT_TYPE, parcel.content_type)
            .header("x-slack-request-timestamp", at)
            .header("x-slack-signature", signature(&parcel.secret, at, &parcel.body));
        if let Some((number, reason)) = retry.filter(|(number, _)| *number > 0) {
            request = request.header("x-slack-retry-num", number).header("x-slack-retry-reason", reason);
        }
        let answer = request.body(parcel.body).send().await.map_err(|error| failure(&error))?;
        if !answer.status().is_success() {
            let headers = answer.headers();
            let no_retry = headers.get("x-slack-no-retry").is_some_and(|value| value == "1");
            return Err(NotAcknowledged::Status { status: answer.status().as_u16(), no_retry });
        }
        let body = answer.bytes().await.map_err(|error| failure(&error))?;
        if !parcel.answered || body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&body)
            .unwrap_or_else(|_| json!({ "text": String::from_utf8_lossy(&body) })))
    }
}

fn failure(error: &reqwest::Error) -> NotAcknowledged {
    if error.is_timeout() {
        NotAcknowledged::TimedOut
    } else if error.is_connect() {
        NotAcknowledged::NoConnection
    } else {
        NotAcknowledged::Closed
    }
}

fn signature(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("v0:{at}:{body}").as_bytes());
    tag.as_ref().iter().fold("v0=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_signed_as_slack_s_documentation_shows() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
            &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
            &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
            %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
            &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        assert_eq!(
            signature("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body),
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }

    #[test]
    fn a_command_is_a_form_of_its_fields() {
        let payload = json!({ "command": "/canvass", "text": "a & b", "enterprise_id": null, "n": 1 });
        let form = fields(&payload);
        let mut fields: Vec<&str> = form.split('&').collect();
        fields.sort_unstable();
        assert_eq!(fields, ["command=%2Fcanvass", "enterprise_id=", "n=1", "text=a+%26+b"]);
    }
}
