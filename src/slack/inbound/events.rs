//! Events of the Events API.

use jiff::Timestamp;
use serde_json::Value;

use crate::command::{Incoming, Request, Wordless};
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::slack::directory::Member;
use crate::slack::views::page_of;

use super::field::{Malformed, Problem, is_there, name, optional_text, parsed, text, text_if_any, value};
use super::{Hints, How, Inbound, Lost, Surface};

pub(super) fn event(payload: &Value) -> Result<Inbound, Malformed> {
    match text(payload, "/event/type")? {
        "message" => message(payload),
        "user_change" | "team_join" => {
            let user = value(payload, "/event/user")?;
            let member = Member::read(user, told_at(payload))
                .ok_or(Malformed { place: "/event/user/id", problem: Problem::Form })?;
            Ok(Inbound::Seen(Box::new(member)))
        }
        "app_uninstalled" => Ok(Inbound::Lost(lost(payload, How::Uninstalled))),
        "tokens_revoked" => Ok(tokens_revoked(payload)),
        "app_home_opened" => home_opened(payload),
        _ => Ok(Inbound::Unknown),
    }
}

/// When Slack sent an event first; one that doesn't say so counts from its arrival.
fn told_at(payload: &Value) -> Timestamp {
    let second = payload.pointer("/event_time").and_then(Value::as_i64);
    second.and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX)
}

fn lost(payload: &Value, how: How) -> Lost {
    let text = |place| text_if_any(payload, place).map(str::to_owned);
    Lost { how, team: text("/team_id"), app: text("/api_app_id") }
}

/// Tokens were revoked: of people, which the app doesn't use, or of bots (docs.slack.dev/reference/events/tokens_revoked).
fn tokens_revoked(payload: &Value) -> Inbound {
    let bots = payload.pointer("/event/tokens/bot").and_then(Value::as_array).into_iter().flatten();
    let bots: Vec<SlackUserId> = bots.filter_map(|id| SlackUserId::parse(id.as_str()?).ok()).collect();
    if bots.is_empty() {
        return Inbound::Ignored("tokens of people were revoked, not the bot's");
    }
    Inbound::Lost(lost(payload, How::TokensRevoked { bots }))
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
        // With a file, shown in the channel too, or said of oneself (`/me`): they are the person's words all the same.
        Some("file_share" | "thread_broadcast" | "me_message") => {}
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
    let request = if !words.trim().is_empty() {
        Request::Typed { channel: channel.clone(), ts: ts.clone(), thread, text: unescape(words) }
    } else if let Some(what) = wordless(value(payload, "/event")?) {
        Request::Wordless { channel: channel.clone(), thread, what }
    } else {
        return Ok(Inbound::Ignored("message without words"));
    };
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Typed { channel: channel.clone() },
        post: None,
        trigger: None,
        response_url: None,
    };
    // The sweep after an outage finds the message by its place and not by any event id.
    let cause = Cause::Message(channel, ts);
    Ok(Inbound::Request(Box::new(Incoming { cause, actor, request }), hints))
}

/// What a message without words is instead: files (docs.slack.dev/reference/objects/file-object), or messages
/// that were passed on. None if it is nothing that anybody would wait for an answer to.
fn wordless(message: &Value) -> Option<Wordless> {
    let list = |name| message.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let kind = |file: &Value| {
        let type_of = |name| file.get(name).and_then(Value::as_str).unwrap_or_default();
        let (subtype, media) = (type_of("subtype"), type_of("mimetype"));
        if subtype == "slack_audio" || media.starts_with("audio/") {
            Wordless::Voice
        } else if subtype == "slack_video" || media.starts_with("video/") {
            Wordless::Video
        } else if media.starts_with("image/") {
            Wordless::Picture
        } else {
            Wordless::File
        }
    };
    let files = list("files");
    if let Some(first) = files.first().map(kind) {
        return Some(if files.iter().all(|file| kind(file) == first) { first } else { Wordless::File });
    }
    let flag = |shared: &Value, name| shared.get(name).and_then(Value::as_bool) == Some(true);
    let forwarded = |shared: &Value| flag(shared, "is_share") || flag(shared, "is_msg_unfurl");
    list("attachments").iter().any(forwarded).then_some(Wordless::Forwarded)
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
    // Words that were added to a file are heard as if they had come with it.
    if before.is_some_and(|before| before.trim().is_empty()) && !now.trim().is_empty() {
        return added(payload, unescape(now));
    }
    // A message with replies is not deleted but blanked.
    if text_if_any(payload, "/event/message/subtype") == Some("tombstone") {
        return taken_back(payload, "/event/previous_message/user", "/event/message/ts");
    }
    let text = unescape(now);
    let thread = thread_of(payload);
    let read = after_the_fact(payload, "/event/message/user", "/event/message/ts", |channel, ts| {
        let thread = thread.filter(|thread| *thread != ts);
        Request::Edit { channel, ts, thread, text }
    })?;
    let edited = text_if_any(payload, "/event/message/edited/ts").and_then(|ts| MessageTs::parse(ts).ok());
    Ok(match (read, edited) {
        (Inbound::Request(mut incoming, hints), Some(edited)) => {
            if let Request::Edit { channel, ts, .. } = &incoming.request {
                // The sweep after an outage finds the change by this and not by any event id.
                incoming.cause = Cause::Edit(channel.clone(), ts.clone(), edited);
            }
            Inbound::Request(incoming, hints)
        }
        (other, _) => other,
    })
}

/// The message to which a changed one replies, or that message itself.
fn thread_of(payload: &Value) -> Option<MessageTs> {
    text_if_any(payload, "/event/message/thread_ts").and_then(|ts| MessageTs::parse(ts).ok())
}

/// A message that had no words has some now.
fn added(payload: &Value, text: String) -> Result<Inbound, Malformed> {
    let thread = thread_of(payload);
    let read = after_the_fact(payload, "/event/message/user", "/event/message/ts", |channel, ts| {
        let thread = thread.filter(|thread| *thread != ts);
        Request::Typed { channel, ts, thread, text }
    })?;
    Ok(match read {
        Inbound::Request(mut incoming, hints) => {
            if let Request::Typed { channel, ts, .. } = &incoming.request {
                incoming.cause = Cause::Message(channel.clone(), ts.clone());
            }
            Inbound::Request(incoming, hints)
        }
        other => other,
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
