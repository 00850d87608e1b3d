//! From the bytes of a genuine request to the payload that [`read`](crate::slack::inbound::read) takes. Pure.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::refusal::Refusal;

/// How a payload is written into a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// A form whose fields are the payload: commands.
    Fields,
    /// A form whose field `payload` is the payload's JSON: interactions.
    Payload,
    /// JSON: events.
    Json,
}

impl Encoding {
    /// Whether `content_type` names it; its parameters, such as a charset, don't matter.
    pub(super) fn is_named_by(self, content_type: Option<&str>) -> bool {
        let named = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let wanted = match self {
            Self::Fields | Self::Payload => "application/x-www-form-urlencoded",
            Self::Json => "application/json",
        };
        named.eq_ignore_ascii_case(wanted)
    }

    /// The payload in `body`; none if Slack only tries whether the address takes commands.
    pub(super) fn parse(self, body: &[u8]) -> Result<Option<Value>, Refusal> {
        match self {
            Self::Fields => fields(body),
            Self::Payload => {
                let payload = form_urlencoded::parse(body).find(|(name, _)| name == "payload");
                let (_, json) = payload.ok_or(Refusal::Malformed)?;
                object(json.as_bytes()).map(Some)
            }
            Self::Json => object(body).map(Some),
        }
    }
}

/// The fields of a command that are read; there are twice as many, and each costs memory.
const FIELDS: [&str; 6] = ["command", "text", "user_id", "trigger_id", "response_url", "ssl_check"];

fn fields(body: &[u8]) -> Result<Option<Value>, Refusal> {
    let fields: Map<String, Value> = form_urlencoded::parse(body)
        .filter(|(name, _)| FIELDS.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    match (fields.get("command"), fields.get("ssl_check")) {
        (Some(_), _) => Ok(Some(Value::Object(fields))),
        (None, Some(_)) => Ok(None),
        (None, None) => Err(Refusal::Malformed),
    }
}

fn object(json: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(json).ok().filter(Value::is_object).ok_or(Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_address_reads_its_own_encoding() {
        let check = |encoding: Encoding, body: &str, expected: Result<Option<Value>, Refusal>| {
            assert_eq!(encoding.parse(body.as_bytes()), expected, "{encoding:?} {body}");
        };
        let malformed = || Err(Refusal::Malformed);
        check(
            Encoding::Fields,
            "token=x&command=%2Fcanvass&text=show+%3C%40U1%7Cana%3E&user_id=U1",
            Ok(Some(json!({ "command": "/canvass", "text": "show <@U1|ana>", "user_id": "U1" }))),
        );
        check(Encoding::Fields, "ssl_check=1&token=x", Ok(None));
        check(Encoding::Fields, "text=help", malformed());
        check(Encoding::Fields, "", malformed());
        check(
            Encoding::Payload,
            "payload=%7B%22type%22%3A%22x%22%2C%22team%22%3Anull%7D",
            Ok(Some(json!({ "type": "x", "team": null }))),
        );
        check(Encoding::Payload, "payload=%7B%22type%22", malformed());
        check(Encoding::Payload, "payload=%ff%fe", malformed());
        check(Encoding::Payload, "other=%7B%7D", malformed());
        check(
            Encoding::Json,
            r#"{"type":"url_verification"}"#,
            Ok(Some(json!({ "type": "url_verification" }))),
        );
        check(Encoding::Json, "[]", malformed());
        check(Encoding::Json, "null", malformed());
        check(Encoding::Json, &"[".repeat(10_000), malformed());
        check(Encoding::Json, &format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000)), malformed());
        assert_eq!(Encoding::Json.parse(b"{\"a\":\"\xff\"}"), malformed());
    }

    #[test]
    fn a_content_type_counts_without_its_parameters() {
        let check = |encoding: Encoding, name: Option<&str>, expected: bool| {
            assert_eq!(encoding.is_named_by(name), expected, "{encoding:?} {name:?}");
        };
        check(Encoding::Json, Some("application/json"), true);
        check(Encoding::Json, Some("Application/JSON; charset=utf-8"), true);
        check(Encoding::Json, Some("application/jsonp"), false);
        check(Encoding::Json, Some("text/plain"), false);
        check(Encoding::Json, None, false);
        check(Encoding::Fields, Some("application/x-www-form-urlencoded"), true);
        check(Encoding::Payload, Some("multipart/form-data; boundary=x"), false);
    }
}
