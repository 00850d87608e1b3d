//! Messages, in the shape that history, events and interactions carry.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::file::About;

/// Text beyond this is cut, as `chat.postMessage` documents.
pub(super) const MAX_TEXT_CHARS: usize = 40_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) channel: String,
    /// Unique and increasing over the workspace.
    pub(super) ts: String,
    /// The author.
    pub(super) user: String,
    pub(super) from_app: bool,
    pub(super) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) blocks: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) thread_ts: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) edited_ts: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_msg_id: Option<String>,
    /// The files that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<About>,
    /// An ephemeral message: only this person sees it, and no history has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) only_for: Option<String>,
    /// The command line that an ephemeral message answers; shown by the page alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answers: Option<String>,
    /// When it was posted, by the calendar.
    pub(super) posted_at: Timestamp,
}

/// Who the app is, as messages name it.
#[derive(Debug, Clone)]
pub(super) struct Byline {
    pub(super) team_id: String,
    pub(super) app_id: String,
    pub(super) bot_id: String,
    pub(super) bot_name: String,
    /// Where the workspace is served, without a slash at its end: the addresses of files begin with it.
    pub(super) base: String,
}

impl Message {
    /// The message object; metadata only when it was asked for.
    pub(super) fn shape(&self, by: &Byline, with_metadata: bool) -> Value {
        let mut shape = Map::new();
        let mut put = |key: &str, value: Value| shape.insert(key.to_owned(), value);
        put("type", json!("message"));
        put("user", json!(self.user));
        put("ts", json!(self.ts));
        put("team", json!(by.team_id));
        put("text", json!(self.text));
        if self.from_app {
            put("bot_id", json!(by.bot_id));
            put("app_id", json!(by.app_id));
            put(
                "bot_profile",
                json!({
                    "id": by.bot_id,
                    "app_id": by.app_id,
                    "name": by.bot_name,
                    "deleted": false,
                    "updated": 0,
                    "team_id": by.team_id,
                }),
            );
        }
        if let Some(id) = &self.client_msg_id {
            put("client_msg_id", json!(id));
        }
        if !self.files.is_empty() {
            put("files", self.files.iter().map(|file| file.shape(by)).collect());
            put("upload", json!(true));
            put("display_as_bot", json!(false));
        }
        if let Some(blocks) = &self.blocks {
            put("blocks", blocks.clone());
        }
        if let Some(thread) = &self.thread_ts {
            put("thread_ts", json!(thread));
        }
        if let Some(ts) = &self.edited_ts {
            put("edited", json!({ "user": self.user, "ts": ts }));
        }
        if with_metadata && let Some(metadata) = &self.metadata {
            put("metadata", metadata.clone());
        }
        Value::Object(shape)
    }

    /// Whether it is a reply inside somebody's thread, which history leaves out.
    pub(super) fn is_reply(&self) -> bool {
        self.thread_ts.as_ref().is_some_and(|thread| *thread != self.ts)
    }
}

/// `seconds.microseconds`, as Slack writes a message's `ts`.
pub(super) fn format_ts(micros: i64) -> String {
    format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
}

/// Microseconds since 1970 of a `ts`; none if it isn't one.
pub(super) fn parse_ts(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    seconds.checked_mul(1_000_000)?.checked_add(micros)
}

/// Cuts text after `MAX_TEXT_CHARS`.
pub(super) fn cut_text(text: &str) -> String {
    text.chars().take(MAX_TEXT_CHARS).collect()
}

/// Escapes the three characters that Slack's text gives a meaning.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ts_keeps_its_microseconds() {
        for micros in [0, 1, 1_596_183_880_004_200] {
            assert_eq!(parse_ts(&format_ts(micros)), Some(micros));
        }
        assert_eq!(parse_ts("12.5"), Some(12_500_000));
        assert_eq!(parse_ts("12"), Some(12_000_000));
        assert_eq!(parse_ts("x.1"), None);
        assert_eq!(parse_ts("1.-1"), None);
    }
}
