//! Events of the Events API.

use serde_json::Value;

use crate::command::{Incoming, Request};
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::slack::directory::Member;

use super::field::{Malformed, Problem, is_there, optional_text, parsed, text, text_if_any, value};
use super::{Hints, Inbound, Lost, Surface};

pub(super) fn event(payload: &Value) -> Result<Inbound, Malformed> {
    match text(payload, "/event/type")? {
        "message" => message(payload),
        "user_change" | "team_join" => {
            let user = value(payload, "/event/user")?;
            let member =
                Member::read(user).ok_or(Malformed { place: "/event/user/id", problem: Problem::Form })?;
            Ok(Inbound::Seen(Box::new(member)))
        }
        "app_uninstalled" => Ok(Inbound::Lost(Lost::Uninstalled)),
        "tokens_revoked" => Ok(Inbound::Lost(Lost::TokensRevoked)),
        "app_home_opened" => Ok(Inbound::Ignored("app_home_opened")),
        _ => Ok(Inbound::Unknown),
    }
}

/// A person typed something. What bots say, what is edited, deleted or joined, and what isn't said in a
/// direct message is none of ours.
fn message(payload: &Value) -> Result<Inbound, Malformed> {
    // A file or a reply that is shown in the channel too still has the person's words.
    let with_words =
        matches!(text_if_any(payload, "/event/subtype"), Some("file_share" | "thread_broadcast"));
    if is_there(payload, "/event/subtype") && !with_words {
        return Ok(Inbound::Ignored("message with a subtype"));
    }
    if is_there(payload, "/event/bot_id") {
        return Ok(Inbound::Ignored("message by a bot"));
    }
    let channel = parsed(payload, "/event/channel", |id| SlackChannelId::parse(id).ok())?;
    let direct = text_if_any(payload, "/event/channel_type")
        .map_or_else(|| channel.as_str().starts_with('D'), |kind| kind == "im");
    if !direct {
        return Ok(Inbound::Ignored("message outside a direct message"));
    }
    let actor = parsed(payload, "/event/user", |id| SlackUserId::parse(id).ok())?;
    let by_us = payload
        .pointer("/authorizations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|ours| text_if_any(ours, "/user_id") == Some(actor.as_str()));
    if by_us {
        return Ok(Inbound::Ignored("message by ourselves"));
    }
    let ts = parsed(payload, "/event/ts", |ts| MessageTs::parse(ts).ok())?;
    let thread = text_if_any(payload, "/event/thread_ts")
        .and_then(|thread| MessageTs::parse(thread).ok())
        .filter(|thread| *thread != ts);
    let words = optional_text(payload, "/event/text")?.unwrap_or_default();
    if words.trim().is_empty() {
        return Ok(Inbound::Ignored("message without words"));
    }
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Typed { channel: channel.clone() },
        post: None,
        trigger: None,
        response_url: None,
    };
    let incoming = Incoming {
        // The sweep after an outage finds the message by its place and not by any event id.
        cause: Cause::Message(channel.clone(), ts.clone()),
        actor,
        request: Request::Typed { channel, ts, thread, text: unescape(words) },
    };
    Ok(Inbound::Request(Box::new(incoming), hints))
}

/// The text as it was typed: Slack escapes three characters on the way.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
