//! Clicks and submitted modals.

use serde_json::Value;

use crate::command::{Incoming, Request};
use crate::domain::effect::PostId;
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::ModalKind;
use crate::slack::views::{Choice, OVERFLOW, action_of};

use super::field::{Malformed, Problem, is_there, name, parsed, text, text_if_any, value};
use super::values::values;
use super::{Hints, Inbound, Surface, response_url, trigger};

fn actor(payload: &Value) -> Result<SlackUserId, Malformed> {
    parsed(payload, "/user/id", |id| SlackUserId::parse(id).ok())
}

/// A control of a message was used.
pub(super) fn block_actions(payload: &Value) -> Result<Inbound, Malformed> {
    if text_if_any(payload, "/container/type").is_some_and(|kind| kind != "message") {
        // Inputs of a modal report each change; what counts is what is submitted.
        return Ok(Inbound::Ignored("block_actions in a view"));
    }
    let actor = actor(payload)?;
    // One click is one action.
    let id = text(payload, "/actions/0/action_id")?;
    let Choice { word, post } = if id == OVERFLOW {
        parsed(payload, "/actions/0/selected_option/value", Choice::parse)?
    } else {
        let post = if is_there(payload, "/actions/0/value") {
            Some(parsed(payload, "/actions/0/value", PostId::parse)?)
        } else {
            None
        };
        Choice { word: id.to_owned(), post }
    };
    if word == "open" || word.starts_with("open.") {
        return Ok(Inbound::Ignored("a link was followed"));
    }
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Click {
            channel: channel(payload)?,
            ts: parsed(payload, "/container/message_ts", |ts| MessageTs::parse(ts).ok())?,
        },
        post,
        trigger: trigger(payload),
        response_url: response_url(payload),
    };
    let action =
        action_of(&word).ok_or(Malformed { place: "/actions/0/action_id", problem: Problem::Form })?;
    let Some(post) = post else { return Ok(Inbound::Preview(hints)) };
    let cause = Cause::Click(actor.clone(), name(payload, "/actions/0/action_ts")?.to_owned());
    let incoming = Incoming { cause, actor, request: Request::Act { post, action } };
    Ok(Inbound::Request(Box::new(incoming), hints))
}

fn channel(payload: &Value) -> Result<SlackChannelId, Malformed> {
    let parse = |id: &str| SlackChannelId::parse(id).ok();
    parsed(payload, "/container/channel_id", parse).or_else(|_| parsed(payload, "/channel/id", parse))
}

/// A modal was submitted.
pub(super) fn view_submission(payload: &Value) -> Result<Inbound, Malformed> {
    let actor = actor(payload)?;
    let modal: ModalKind = parsed(payload, "/view/private_metadata", |kind| serde_json::from_str(kind).ok())?;
    let cause = Cause::Submission(name(payload, "/view/id")?.to_owned());
    let values = values(value(payload, "/view/state/values")?)?;
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Submission,
        post: Some(post_of(&modal)),
        trigger: trigger(payload),
        response_url: None,
    };
    let incoming = Incoming { cause, actor, request: Request::Submit { modal, values } };
    Ok(Inbound::Request(Box::new(incoming), hints))
}

fn post_of(modal: &ModalKind) -> PostId {
    match modal {
        ModalKind::Reason { post }
        | ModalKind::Numbers { post }
        | ModalKind::Concern { post }
        | ModalKind::Wrong { post }
        | ModalKind::Later { post }
        | ModalKind::SomeoneElse { post }
        | ModalKind::Stop { post } => *post,
    }
}
