//! Events of the Events API.

use jiff::Timestamp;
use serde_json::Value;

use crate::command::{Incoming, Request};
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::slack::directory::Member;
use crate::slack::views::page_of;

use super::field::{Malformed, Problem, is_there, name, optional_text, parsed, text, text_if_any, value};
use super::{Hints, Inbound, Lost, Surface};

pub(super) fn event(payload: &Value) -> Result<Inbound, Malformed> {
    match text(payload, "/event/type")? {
        "message" => message(payload),
        "user_change" | "team_join" => {
            let user = value(payload, "/event/user")?;
            let member = Member::read(user, told_at(payload))
                .ok_or(Malformed { place: "/event/user/id", problem: Problem::Form })?;
            Ok(Inbound::Seen(Box::new(member)))
        }
        "app_uninstalled" => Ok(Inbound::Lost(Lost::Uninstalled)),
        "tokens_revoked" => Ok(Inbound::Lost(Lost::TokensRevoked)),
        "app_home_opened" => home_opened(payload),
        _ => Ok(Inbound::Unknown),
    }
}

/// When Slack sent an event first; one that doesn't say so counts from its arrival.
fn told_at(payload: &Value) -> Timestamp {
    let second = payload.pointer("/event_time").and_then(Value::as_i64);
    second.and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX)
}

/// App Home was opened; its *Messages* tab is none of ours.
fn home_opened(payload: &Value) -> Result<Inbound, Malformed> {
    if text_if_any(payload, "/event/tab").is_some_and(|tab| tab != "home") {
        return Ok(Inbound::Ignored("app_home_opened on another tab"));
    }
    let actor = parsed(payload, "/event/user", |id| SlackUserId::parse(id).ok())?;
    let page = page_of(text_if_any(payload, "/event/view/private_metadata"));
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Home { page: page.clone() },
        post: None,
        trigger: None,
        response_url: None,
    };
    let cause = Cause::Event(name(payload, "/event_id")?.to_owned());
    let incoming = Incoming { cause, actor, request: Request::OpenHome { page } };
    Ok(Inbound::Request(Box::new(incoming), hints))
}

/// A person typed something, changed it or took it back. What bots say, who joined, and what isn't said
/// in a direct message is none of ours.
fn message(payload: &Value) -> Result<Inbound, Malformed> {
    let channel = parsed(payload, "/event/channel", |id| SlackChannelId::parse(id).ok())?;
    let direct = text_if_any(payload, "/event/channel_type")
        .map_or_else(|| channel.as_str().starts_with('D'), |kind| kind == "im");
    if !direct {
        return Ok(Inbound::Ignored("message outside a direct message"));
    }
    match text_if_any(payload, "/event/subtype") {
        Some("message_changed") => return changed(payload),
        Some("message_deleted") => return deleted(payload),
        // A file or a reply that is shown in the channel too still has the person's words.
        Some("file_share" | "thread_broadcast") => {}
        Some(_) => return Ok(Inbound::Ignored("message with a subtype")),
        None if is_there(payload, "/event/subtype") => {
            return Ok(Inbound::Ignored("message with a subtype"));
        }
        None => {}
    }
    if is_there(payload, "/event/bot_id") {
        return Ok(Inbound::Ignored("message by a bot"));
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

/// What a person typed reads otherwise now. Slack tells the same of our own messages, and when it adds a
/// preview of a link.
fn changed(payload: &Value) -> Result<Inbound, Malformed> {
    if is_there(payload, "/event/message/bot_id") {
        return Ok(Inbound::Ignored("a message of a bot was changed"));
    }
    let before = text_if_any(payload, "/event/previous_message/text");
    let now = optional_text(payload, "/event/message/text")?.unwrap_or_default();
    if before == Some(now) {
        return Ok(Inbound::Ignored("a message was changed, not its words"));
    }
    // A message with replies is not deleted but blanked.
    if text_if_any(payload, "/event/message/subtype") == Some("tombstone") {
        return taken_back(payload, "/event/previous_message/user", "/event/message/ts");
    }
    let text = unescape(now);
    after_the_fact(payload, "/event/message/user", "/event/message/ts", |channel, ts| Request::Edit {
        channel,
        ts,
        text,
    })
}

/// What a person typed was taken back.
fn deleted(payload: &Value) -> Result<Inbound, Malformed> {
    if is_there(payload, "/event/previous_message/bot_id") {
        return Ok(Inbound::Ignored("a message of a bot was deleted"));
    }
    taken_back(payload, "/event/previous_message/user", "/event/deleted_ts")
}

fn taken_back(payload: &Value, user: &'static str, ts: &'static str) -> Result<Inbound, Malformed> {
    after_the_fact(payload, user, ts, |channel, ts| Request::Delete { channel, ts })
}

fn after_the_fact(
    payload: &Value,
    user: &'static str,
    ts: &'static str,
    request: impl FnOnce(SlackChannelId, MessageTs) -> Request,
) -> Result<Inbound, Malformed> {
    let channel = parsed(payload, "/event/channel", |id| SlackChannelId::parse(id).ok())?;
    let actor = parsed(payload, user, |id| SlackUserId::parse(id).ok())?;
    let ts = parsed(payload, ts, |ts| MessageTs::parse(ts).ok())?;
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Typed { channel: channel.clone() },
        post: None,
        trigger: None,
        response_url: None,
    };
    let cause = Cause::Event(name(payload, "/event_id")?.to_owned());
    let incoming = Incoming { cause, actor, request: request(channel, ts) };
    Ok(Inbound::Request(Box::new(incoming), hints))
}

/// The text as it was typed: Slack escapes three characters on the way.
pub(super) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
