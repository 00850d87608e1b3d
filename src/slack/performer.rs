//! Posts, look-ups and updates in Slack.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::monotonic;
use crate::domain::effect::PostId;
use crate::domain::event::RefusedFor;
use crate::domain::ids::{MessageTs, SlackChannelId};
use crate::domain::message::{Message, Recipient};
use crate::domain::performer::{Found, Outcome, Outgoing, Performer, Probed, Refreshed};
use crate::domain::refusal::{Call, Does};

use super::answer::{replacing, shown};
use super::client::Client;
use super::directory::patiently;
use super::errors::CallError;
use super::fresh_urls::FreshUrls;
use super::methods::Method;
use super::views::{self, METADATA};

mod file;

/// How many of the newest messages of a direct message are looked through (ARCHITECTURE, *a post*).
const LOOKED_THROUGH: u32 = 200;
/// When to look again while nothing can be told.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Codes after which a message will never show anything else.
const GONE: [&str; 3] = ["message_not_found", "cant_update_message", "edit_window_closed"];

/// The way out to Slack.
#[derive(Debug, Clone)]
pub struct SlackPerformer {
    client: Arc<Client>,
    fresh: Arc<FreshUrls>,
}

impl SlackPerformer {
    /// A performer that shares `fresh` with the [`Receiver`](super::Receiver).
    pub fn new(client: Arc<Client>, fresh: Arc<FreshUrls>) -> Self {
        Self { client, fresh }
    }

    /// The direct message with `to`, opened only if it isn't known.
    async fn channel(&self, to: &Recipient) -> Result<SlackChannelId, CallError> {
        if let Some(channel) = &to.channel {
            return Ok(channel.clone());
        }
        let answer =
            self.client.call(Method::ConversationsOpen, &json!({ "users": to.slack.as_str() })).await?;
        answer
            .pointer("/channel/id")
            .and_then(Value::as_str)
            .and_then(|id| SlackChannelId::parse(id).ok())
            .ok_or(CallError::Unreadable)
    }

    async fn search(
        &self,
        post: PostId,
        to: &Recipient,
        thread: Option<&MessageTs>,
    ) -> Result<Found, CallError> {
        let channel = self.channel(to).await?;
        let mut arguments = json!({
            "channel": channel.as_str(),
            "limit": LOOKED_THROUGH,
            "include_all_metadata": true,
        });
        let method = match thread {
            // The history of a conversation doesn't show what is in its threads.
            Some(thread) => {
                if let Some(arguments) = arguments.as_object_mut() {
                    arguments.insert("ts".to_owned(), thread.as_str().into());
                }
                Method::ConversationsReplies
            }
            None => Method::ConversationsHistory,
        };
        let page = self.client.call(method, &arguments).await?;
        let messages = page.get("messages").and_then(Value::as_array).ok_or(CallError::Unreadable)?;
        Ok(match place_of(messages, post) {
            Some(ts) => Found::There { channel, ts },
            None => Found::Absent,
        })
    }
}

/// Where in `messages` the post is. Other apps' metadata may be of any shape.
fn place_of(messages: &[Value], post: PostId) -> Option<MessageTs> {
    let id = post.to_string();
    let ours = |message: &Value| {
        let text = |place: &str| message.pointer(place).and_then(Value::as_str);
        let marked = text("/metadata/event_type") == Some(METADATA)
            && text("/metadata/event_payload/id") == Some(id.as_str());
        marked || file::shows_file_of(message, post)
    };
    let place = |message: &Value| MessageTs::parse(message.get("ts")?.as_str()?).ok();
    // A person may send a file of ours back, but not before they got it.
    messages
        .iter()
        .filter(|message| ours(message))
        .filter_map(place)
        .min_by(|a, b| a.as_str().cmp(b.as_str()))
}

/// The posts of ours among the newest messages of `channel`, with the time of each. Those that came with a file
/// name only a part of their id and are left out, and so are the test messages of `canvass doctor`.
///
/// # Errors
/// As for any call; a limit has been waited out several times before.
pub async fn own_posts(
    client: &Client,
    channel: &SlackChannelId,
) -> Result<Vec<(PostId, Timestamp)>, CallError> {
    let arguments =
        json!({ "channel": channel.as_str(), "limit": LOOKED_THROUGH, "include_all_metadata": true });
    let page = patiently(client, Method::ConversationsHistory, &arguments).await?;
    let messages = page.get("messages").and_then(Value::as_array).ok_or(CallError::Unreadable)?;
    Ok(messages.iter().filter_map(own_post).collect())
}

fn own_post(message: &Value) -> Option<(PostId, Timestamp)> {
    let text = |place: &str| message.pointer(place).and_then(Value::as_str);
    let post = PostId::parse(text("/metadata/event_payload/id")?)?;
    // Before their ids had a mark, tests were known by their words only.
    let test = post.is_test() || text("/text").is_some_and(|text| text.contains("test of canvass doctor"));
    if text("/metadata/event_type") != Some(METADATA) || test {
        return None;
    }
    Some((post, MessageTs::parse(text("/ts")?).ok()?.at()?))
}

#[async_trait]
impl Performer for SlackPerformer {
    async fn post(&self, post: &Outgoing) -> Outcome {
        if let Some(attachment) = &post.message.attachment {
            return self.send_file(post, attachment).await;
        }
        let mut arguments = views::body(&post.message, Some(post.post));
        // A person's id opens the direct message by itself.
        let to = post.to.channel.as_ref().map_or(post.to.slack.as_str(), SlackChannelId::as_str);
        arguments.insert("channel".to_owned(), to.into());
        arguments.insert("metadata".to_owned(), views::metadata(post.post));
        arguments.insert("unfurl_links".to_owned(), false.into());
        arguments.insert("unfurl_media".to_owned(), false.into());
        if let Some(thread) = &post.thread {
            arguments.insert("thread_ts".to_owned(), thread.as_str().into());
        }
        match self.client.call(Method::ChatPostMessage, &arguments.into()).await {
            Ok(answer) => sent(&answer),
            Err(error) => failed(&error, Call::Post),
        }
    }

    async fn look_up(&self, post: PostId, to: &Recipient, thread: Option<&MessageTs>) -> Found {
        match self.search(post, to, thread).await {
            Ok(found) => found,
            Err(error) => match error.does(Call::LookUp) {
                Does::Unknowable => Found::Impossible { code: error.code() },
                Does::Suspends => Found::Refused { code: error.code(), after: LOOK_AGAIN },
                Does::Pauses | Does::PausesIfItLasts => Found::Misconfigured { code: error.code() },
                Does::Repeats
                | Does::LooksUp
                | Does::LooksUpThenRefuses
                | Does::RepeatsThenLeavesIt
                | Does::Unreachable
                | Does::Refuses
                | Does::LeavesIt
                | Does::Drops => match error {
                    CallError::Limited { retry_after } => Found::Later(retry_after),
                    other => Found::Failed { code: other.code(), after: LOOK_AGAIN },
                },
            },
        }
    }

    async fn probe(&self) -> Probed {
        match self.client.call(Method::AuthTest, &json!({})).await {
            Ok(_) => Probed::Through,
            Err(CallError::Limited { retry_after }) => Probed::Limited(retry_after),
            Err(error) => Probed::Refused { code: error.code() },
        }
    }

    async fn refresh(
        &self,
        post: PostId,
        channel: &SlackChannelId,
        ts: &MessageTs,
        message: &Message,
    ) -> Refreshed {
        if message.attachment.is_some() {
            return Refreshed::Never;
        }
        let mut arguments = shown(message, Some(post));
        if let Some(arguments) = arguments.as_object_mut() {
            arguments.insert("channel".to_owned(), channel.as_str().into());
            arguments.insert("ts".to_owned(), ts.as_str().into());
        }
        match self.client.call(Method::ChatUpdate, &arguments).await {
            Ok(_) => Refreshed::Shown,
            Err(CallError::Refused { code, .. }) if GONE.contains(&code.as_str()) => Refreshed::Never,
            Err(CallError::Limited { retry_after }) => Refreshed::Limited(retry_after),
            Err(error) => {
                let code = error.code();
                match error.does(Call::Update) {
                    Does::LeavesIt => Refreshed::Refused { code },
                    Does::RepeatsThenLeavesIt => Refreshed::Unknown { code },
                    Does::Suspends => Refreshed::Suspended { code },
                    Does::Pauses | Does::PausesIfItLasts => Refreshed::Misconfigured { code },
                    Does::Repeats
                    | Does::LooksUp
                    | Does::LooksUpThenRefuses
                    | Does::Unknowable
                    | Does::Unreachable
                    | Does::Refuses
                    | Does::Drops => Refreshed::Later { code },
                }
            }
        }
    }

    fn answers(&self, channel: &SlackChannelId, ts: &MessageTs) -> bool {
        self.fresh.has(channel, ts, monotonic())
    }

    async fn clicked(&self) {
        self.fresh.noted().await;
    }

    async fn answer(
        &self,
        post: PostId,
        channel: &SlackChannelId,
        ts: &MessageTs,
        message: &Message,
    ) -> bool {
        let Some(url) = self.fresh.take(channel, ts, monotonic()) else { return false };
        let answered = match &message.attachment {
            // It stays as it was sent.
            Some(_) => true,
            None => self.client.respond(&url, &replacing(shown(message, Some(post)))).await.is_ok(),
        };
        if !answered {
            self.fresh.forget(channel, ts);
        }
        answered
    }
}

/// An acceptance without a place is none to rely on.
fn sent(answer: &Value) -> Outcome {
    let text = |name| answer.get(name).and_then(Value::as_str);
    let channel = text("channel").and_then(|id| SlackChannelId::parse(id).ok());
    let ts = text("ts").and_then(|ts| MessageTs::parse(ts).ok());
    match (channel, ts) {
        (Some(channel), Some(ts)) => Outcome::Sent { channel, ts },
        (Some(_) | None, _) => Outcome::InDoubt { code: CallError::Unreadable.code() },
    }
}

/// What became of a new message whose call failed.
fn failed(error: &CallError, call: Call) -> Outcome {
    let code = error.code();
    if let CallError::Refused { needed: Some(scope), .. } = error {
        tracing::error!(
            slack.code = code,
            slack.scope = scope,
            "the app lacks a scope; add it and reinstall"
        );
    }
    match error.does(call) {
        Does::Unreachable => Outcome::Refused { because: RefusedFor::Recipient, code },
        Does::Refuses => Outcome::Refused { because: RefusedFor::Content, code },
        Does::Pauses => Outcome::Misconfigured { code },
        Does::PausesIfItLasts => Outcome::Barred { code },
        Does::Suspends => Outcome::Suspended { code },
        Does::LooksUpThenRefuses => Outcome::Unknown { code, maybe: true },
        Does::Repeats => Outcome::NotApplied { retry_after: error.retry_after(), code },
        // What is said of other calls leaves a message in doubt.
        Does::LooksUp | Does::Unknowable | Does::LeavesIt | Does::RepeatsThenLeavesIt | Does::Drops => {
            Outcome::InDoubt { code }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "9ff5fb5708b31b4499d44f8c1fef4a83";

    #[test]
    fn a_post_is_found_by_its_metadata_whatever_else_is_in_the_conversation() {
        let post = PostId::parse(ID).unwrap();
        let messages = json!([
            { "ts": "5.000000", "metadata": null },
            { "ts": "4.000000", "metadata": { "event_type": METADATA, "event_payload": { "id": 7 } } },
            { "ts": "3.000000", "metadata": { "event_type": "other", "event_payload": { "id": ID } } },
            "not even an object",
            { "ts": "2.000000", "metadata": { "event_type": METADATA, "event_payload": { "id": ID, "n": 1 } } },
        ]);
        let found = place_of(messages.as_array().unwrap(), post);
        assert_eq!(found, MessageTs::parse("2.000000").ok());
        assert_eq!(place_of(&[], post), None);
    }

    #[test]
    fn a_file_that_a_person_sent_back_is_not_taken_for_the_post() {
        let file = json!([{ "name": "office-hours-9ff5fb5708b3.ics" }]);
        let messages = [
            json!({ "ts": "1700000005.000000", "user": "U1", "files": file }),
            json!({ "ts": "1700000004.000000", "bot_id": "B1", "files": file }),
        ];
        let post = PostId::parse(ID).unwrap();
        assert_eq!(place_of(&messages, post), MessageTs::parse("1700000004.000000").ok());
    }

    #[test]
    fn an_acceptance_without_a_place_is_in_doubt() {
        let check = |answer: Value, in_doubt: bool| {
            assert_eq!(matches!(sent(&answer), Outcome::InDoubt { .. }), in_doubt, "{answer}");
        };
        check(json!({ "ok": true, "channel": "D1", "ts": "1.000000" }), false);
        check(json!({ "ok": true, "channel": "D1" }), true);
        check(json!({ "ok": true, "channel": null, "ts": "1.000000" }), true);
        check(json!({ "ok": true }), true);
    }

    #[test]
    fn each_class_of_error_has_its_own_outcome() {
        let refused = |code: &str| failed(&CallError::refused(code), Call::Post);
        assert!(matches!(refused("user_disabled"), Outcome::Refused { because: RefusedFor::Recipient, .. }));
        assert!(matches!(refused("invalid_blocks"), Outcome::Refused { because: RefusedFor::Content, .. }));
        assert!(matches!(refused("missing_scope"), Outcome::Misconfigured { .. }));
        assert!(matches!(refused("fatal_error"), Outcome::InDoubt { .. }));
        assert!(matches!(refused("brand_new_error"), Outcome::Unknown { maybe: true, .. }));
        assert!(matches!(failed(&CallError::Status(403), Call::Post), Outcome::Barred { .. }));
        let scope = failed(&CallError::refused("missing_scope"), Call::File);
        assert!(matches!(scope, Outcome::Suspended { .. }), "other messages need no such scope");
        let limited = failed(&CallError::Limited { retry_after: Duration::from_secs(7) }, Call::Post);
        let expected =
            Outcome::NotApplied { retry_after: Duration::from_secs(7), code: "ratelimited".into() };
        assert_eq!(limited, expected);
    }
}
