//! What people typed while nobody listened. Slack delivers an event again three times within some minutes and
//! then drops it; what it was about is still in the direct message.
//!
//! Invariant: a message is read by the same code as its event would have been, and is recognised by its
//! place, and a change of it by when that was, so what did arrive changes nothing.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::command::{Incoming, Request};
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::Reply;
use crate::domain::state::State;

use super::answer::answer;
use super::client::Client;
use super::directory::patiently;
use super::errors::CallError;
use super::inbound::{Hints, Inbound, read};
use super::methods::Method;

/// How many of the newest messages of a direct message are looked through, and as many of each thread.
const LOOKED_THROUGH: u32 = 100;

/// Lets some calls go at once and the others one by one: posts in doubt are looked up within the same limit.
#[derive(Debug)]
pub struct Pace {
    at_once: u32,
    pause: Duration,
    made: u32,
}

impl Pace {
    /// The pace where so many calls a minute are let through: two fifths of them may go at once, and the
    /// others leave a fifth of the limit to whoever else reads.
    pub(super) fn within(a_minute: u32) -> Self {
        let pause = Duration::from_secs(75) / a_minute.max(1);
        Self { at_once: a_minute.saturating_mul(2) / 5, pause, made: 0 }
    }

    /// Waits until the next call may go.
    pub async fn wait(&mut self) {
        if self.at_once <= self.made {
            tokio::time::sleep(self.pause).await;
        }
        self.made = self.made.saturating_add(1);
    }
}

/// A message that somebody typed or changed.
#[derive(Debug, Clone)]
pub struct Found {
    /// In which direct message.
    pub channel: SlackChannelId,
    /// Its place in it.
    pub ts: MessageTs,
    /// As its event would have brought it, but with its present words; none if it is from before and was only changed.
    typed: Option<Incoming>,
    /// Its latest change, as the event of that would have brought it, if it was changed.
    changed: Option<Incoming>,
    hints: Hints,
}

impl Found {
    /// What of it was not heard yet: the message itself, or its change. What is on record with the words that it has now,
    /// or was changed by an event of before these were recognised so, comes to nothing when it is decided.
    pub fn unheard(&self, state: &State) -> Option<&Incoming> {
        let is_known = |incoming: &&Incoming| state.knows(&incoming.cause);
        let on_record = state.typed_at(&self.channel, &self.ts).is_some()
            || self.typed.as_ref().is_some_and(|typed| is_known(&typed));
        let typed = self.typed.as_ref().filter(|_| !on_record);
        typed.or_else(|| self.changed.as_ref().filter(|changed| !is_known(changed)))
    }

    /// Says what is answered to it, as if it had just been typed. It may get lost, like any such answer.
    pub async fn say(&self, client: &Client, reply: Reply) {
        let Some(errand) = answer(reply, &self.hints, false).errand else { return };
        if let Err(error) = errand.run(client).await {
            tracing::warn!(
                slack.code = error.code(),
                "an answer to what was typed before did not get through"
            );
        }
    }
}

/// The direct message with `person`, if there is one. None is opened: nobody typed in one that isn't there.
///
/// # Errors
/// As for [`typed_since`].
pub async fn channel_with(
    client: &Client,
    person: &SlackUserId,
    pace: &mut Pace,
) -> Result<Option<SlackChannelId>, CallError> {
    pace.wait().await;
    let arguments = json!({ "users": person.as_str(), "prevent_creation": true });
    match patiently(client, Method::ConversationsOpen, &arguments).await {
        Ok(answer) => {
            let channel = answer.pointer("/channel/id").and_then(Value::as_str);
            Ok(channel.and_then(|channel| SlackChannelId::parse(channel).ok()))
        }
        Err(error) if NOBODY_THERE.contains(&error.code().as_str()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The codes of `conversations.open` that say that there is no such conversation, or nobody to have it with.
const NOBODY_THERE: [&str; 4] = ["channel_not_found", "user_not_found", "users_not_found", "user_disabled"];

/// Reads what was typed or changed in `channel` after `since`, oldest first. One call, and one for each thread that
/// has a newer reply; `pace` is kept.
///
/// # Errors
/// As for any call; a limit has been waited out several times before.
pub async fn typed_since(
    client: &Client,
    channel: &SlackChannelId,
    since: Timestamp,
    pace: &mut Pace,
) -> Result<Vec<Found>, CallError> {
    pace.wait().await;
    let arguments = json!({ "channel": channel.as_str(), "limit": LOOKED_THROUGH });
    let mut found = messages(patiently(client, Method::ConversationsHistory, &arguments).await?)?;
    let threads: Vec<String> = found.iter().filter_map(|message| newer_thread(message, since)).collect();
    for thread in threads {
        pace.wait().await;
        let arguments = json!({ "channel": channel.as_str(), "ts": thread, "limit": LOOKED_THROUGH });
        found.extend(messages(patiently(client, Method::ConversationsReplies, &arguments).await?)?);
    }
    Ok(typed(channel, &found, since))
}

fn messages(mut answer: Value) -> Result<Vec<Value>, CallError> {
    match answer.get_mut("messages").map(Value::take) {
        Some(Value::Array(messages)) => Ok(messages),
        Some(_) | None => Err(CallError::Unreadable),
    }
}

/// The thread under `message`, if it has a reply after `since`.
fn newer_thread(message: &Value, since: Timestamp) -> Option<String> {
    let latest = message.get("latest_reply").and_then(Value::as_str)?;
    let ts = message.get("ts").and_then(Value::as_str)?;
    (since.as_second() <= second(latest)?).then(|| ts.to_owned())
}

/// The second of a timestamp.
fn second(ts: &str) -> Option<i64> {
    ts.split_once('.')?.0.parse().ok()
}

/// What people typed or changed among `messages`, each once, oldest first.
fn typed(channel: &SlackChannelId, messages: &[Value], since: Timestamp) -> Vec<Found> {
    let user = |message: &Value| message.get("user").and_then(Value::as_str).map(str::to_owned);
    // A message with a file may name its bot as it would a person.
    let bots: HashSet<String> = messages
        .iter()
        .filter(|message| message.get("bot_id").is_some_and(Value::is_string))
        .filter_map(user)
        .collect();
    let is_new = |ts: &&str| second(ts).is_some_and(|second| since.as_second() <= second);
    let mut found: Vec<Found> = messages
        .iter()
        .filter_map(|message| {
            let ts = message.get("ts").and_then(Value::as_str)?;
            let edited = message.pointer("/edited/ts").and_then(Value::as_str).filter(is_new);
            let typed = Some(ts).filter(is_new);
            if typed.or(edited).is_none() || bots.contains(&user(message)?) {
                return None;
            }
            let mut event = message.clone();
            let fields = event.as_object_mut()?;
            fields.insert("type".to_owned(), "message".into());
            fields.insert("channel".to_owned(), channel.as_str().into());
            fields.insert("channel_type".to_owned(), "im".into());
            match read(&json!({ "type": "event_callback", "event": event })) {
                Ok(Inbound::Request(incoming, hints)) => Some(Found {
                    channel: channel.clone(),
                    ts: MessageTs::parse(ts).ok()?,
                    changed: edited.and_then(|edited| changed(&incoming, edited)),
                    typed: typed.map(|_| *incoming),
                    hints,
                }),
                Ok(_) | Err(_) => None,
            }
        })
        .collect();
    found.sort_by(|a, b| a.ts.as_str().cmp(b.ts.as_str()));
    found.dedup_by(|a, b| a.ts == b.ts);
    found
}

/// The change of a message at `edited`, after which it reads as `typed`.
fn changed(typed: &Incoming, edited: &str) -> Option<Incoming> {
    let Request::Typed { channel, ts, thread, text } = &typed.request else { return None };
    Some(Incoming {
        cause: Cause::Edit(channel.clone(), ts.clone(), MessageTs::parse(edited).ok()?),
        actor: typed.actor.clone(),
        request: Request::Edit {
            channel: channel.clone(),
            ts: ts.clone(),
            thread: thread.clone(),
            text: text.clone(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Event, Record};
    use crate::domain::ids::{PersonId, Seq};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn only_what_people_typed_since_then_is_taken_once_and_in_order() {
        let channel = SlackChannelId::parse("D1").unwrap();
        let messages = [
            json!({ "type": "message", "user": "U1", "text": "third", "ts": "1300.000200", "thread_ts": "900.000100" }),
            json!({ "type": "message", "user": "U1", "text": "second &amp; last", "ts": "1200.000100" }),
            json!({ "type": "message", "user": "U1", "text": "second &amp; last", "ts": "1200.000100" }),
            json!({ "type": "message", "user": "U9", "bot_id": "B1", "text": "ours", "ts": "1250.000100" }),
            json!({ "type": "message", "user": "U9", "text": "our file", "ts": "1255.000100", "files": [] }),
            json!({ "type": "message", "subtype": "channel_join", "user": "U1", "text": "x", "ts": "1260.000100" }),
            json!({ "type": "message", "user": "U1", "text": "before", "ts": "999.000100" }),
            json!("not even an object"),
            json!({ "ts": 5 }),
        ];
        let texts: Vec<String> = typed(&channel, &messages, at(1000))
            .into_iter()
            .map(|found| match found.unheard(&State::default()).map(|incoming| &incoming.request) {
                Some(Request::Typed { text, thread, .. }) => format!("{text} {}", thread.is_some()),
                _ => panic!("{found:?}"),
            })
            .collect();
        assert_eq!(texts, ["second & last false", "third true"]);
    }

    #[test]
    fn what_was_changed_since_then_is_heard_once_whether_it_was_on_record_before_or_not() {
        let channel = SlackChannelId::parse("D1").unwrap();
        let message = |ts: &str, edited: Option<&str>| {
            let mut message = json!({ "type": "message", "user": "U1", "text": "stop", "ts": ts });
            if let Some(edited) = edited {
                message["edited"] = json!({ "user": "U1", "ts": edited });
            }
            message
        };
        let heard = |cause: Cause| Record {
            seq: Seq(1),
            at: at(1000),
            cause: Some(cause),
            event: Event::Stopped { person: PersonId::parse("ana").unwrap(), initiative: None },
        };
        let place = |ts: &str| (channel.clone(), MessageTs::parse(ts).unwrap());
        let typed_at = |ts: &str| Cause::Message(place(ts).0, place(ts).1);
        let changed_at = |ts: &str, edited: &str| Cause::Edit(place(ts).0, place(ts).1, place(edited).1);
        // What is on record, and what is then left to hear.
        let check = |ts: &str, edited: Option<&str>, known: &[Cause], expected: Option<Cause>| {
            let records: Vec<Record> = known.iter().cloned().map(heard).collect();
            let found = typed(&channel, &[message(ts, edited)], at(1000));
            let unheard = found.first().and_then(|found| found.unheard(&State::of(&records)).cloned());
            assert_eq!(unheard.map(|incoming| incoming.cause), expected, "{ts} {edited:?} {known:?}");
        };
        let (old, new, edited) = ("900.000100", "1100.000100", "1200.000000");
        check(new, None, &[], Some(typed_at(new)));
        check(new, None, &[typed_at(new)], None);
        // Its present words are taken as if they were its first.
        check(new, Some(edited), &[], Some(typed_at(new)));
        check(new, Some(edited), &[typed_at(new)], Some(changed_at(new, edited)));
        check(new, Some(edited), &[typed_at(new), changed_at(new, edited)], None);
        check(old, Some(edited), &[], Some(changed_at(old, edited)));
        check(old, Some(edited), &[changed_at(old, edited)], None);
        check(old, Some("950.000000"), &[], None);
        check(old, None, &[], None);
    }

    #[test]
    fn a_thread_is_read_only_if_it_has_a_newer_reply() {
        let check = |message: Value, read: bool| {
            assert_eq!(newer_thread(&message, at(1000)).is_some(), read, "{message}");
        };
        check(json!({ "ts": "1.000000", "latest_reply": "1000.000000" }), true);
        check(json!({ "ts": "1.000000", "latest_reply": "999.000000" }), false);
        check(json!({ "ts": "1.000000" }), false);
        check(json!({ "ts": "1.000000", "latest_reply": null }), false);
        check(json!({ "ts": "1.000000", "latest_reply": "soon" }), false);
    }
}
