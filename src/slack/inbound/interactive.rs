//! Clicks and submitted modals.

use serde_json::Value;

use crate::command::{Incoming, Request};
use crate::domain::effect::PostId;
use crate::domain::event::Cause;
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::{Action, ModalKind};
use crate::slack::views::{Carried, Choice, OVERFLOW, action_of, page_of};

use super::field::{Malformed, Problem, is_there, name, parsed, text, text_if_any, value};
use super::values::values;
use super::{Hints, Inbound, Surface, response_url, trigger};

fn actor(payload: &Value) -> Result<SlackUserId, Malformed> {
    parsed(payload, "/user/id", |id| SlackUserId::parse(id).ok())
}

/// A control of a message or of App Home was used.
pub(super) fn block_actions(payload: &Value) -> Result<Inbound, Malformed> {
    let in_view = text_if_any(payload, "/container/type").is_some_and(|kind| kind != "message");
    let at_home = in_view && text_if_any(payload, "/view/type") == Some("home");
    if in_view && !at_home {
        // Inputs of a modal report each change; what counts is what is submitted.
        return Ok(Inbound::Ignored("block_actions in a view"));
    }
    let actor = actor(payload)?;
    // One click is one action.
    let id = text(payload, "/actions/0/action_id")?;
    if id == "open" || id.starts_with("open.") {
        return Ok(Inbound::Ignored("a link was followed"));
    }
    let (post, action) = clicked(payload, id)?;
    let surface = if at_home {
        Surface::Home { page: page_of(text_if_any(payload, "/view/private_metadata")) }
    } else {
        Surface::Click {
            channel: channel(payload)?,
            ts: parsed(payload, "/container/message_ts", |ts| MessageTs::parse(ts).ok())?,
        }
    };
    let hints = Hints {
        actor: actor.clone(),
        surface,
        post,
        trigger: trigger(payload),
        response_url: response_url(payload),
    };
    let Some(action) = action else { return Ok(Inbound::Preview(hints)) };
    let cause = Cause::Click(actor.clone(), name(payload, "/actions/0/action_ts")?.to_owned());
    let incoming = Incoming { cause, actor, request: Request::Act { post, action } };
    Ok(Inbound::Request(Box::new(incoming), hints))
}

/// What was clicked, and the message it is about. No action is a control that does nothing: a preview's.
fn clicked(payload: &Value, id: &str) -> Result<(Option<PostId>, Option<Action>), Malformed> {
    let unknown = Malformed { place: "/actions/0/action_id", problem: Problem::Form };
    let (word, post) = if id == OVERFLOW {
        let Choice { word, post } = parsed(payload, "/actions/0/selected_option/value", Choice::parse)?;
        (word, post)
    } else if !is_there(payload, "/actions/0/value") {
        (id.to_owned(), None)
    } else {
        let value = text(payload, "/actions/0/value")?;
        if value.starts_with('{') {
            let read = |value: &str| serde_json::from_str::<Carried>(value).ok();
            let Carried { post, action } = parsed(payload, "/actions/0/value", read)?;
            return Ok((post, Some(action)));
        }
        (id.to_owned(), Some(parsed(payload, "/actions/0/value", PostId::parse)?))
    };
    let action = action_of(&word).ok_or(unknown)?;
    Ok((post, post.is_some().then_some(action)))
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
        post: modal.post(),
        trigger: trigger(payload),
        response_url: None,
    };
    let incoming = Incoming { cause, actor, request: Request::Submit { modal, values } };
    Ok(Inbound::Request(Box::new(incoming), hints))
}
