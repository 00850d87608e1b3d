//! Slash commands.

use serde_json::Value;

use crate::command::{Incoming, Request};
use crate::domain::event::Cause;
use crate::domain::hidden::without_hidden;
use crate::domain::ids::SlackUserId;

use super::events::unescape;
use super::field::{Malformed, name, optional_text, parsed};
use super::{Hints, Inbound, Surface, response_url, trigger};

pub(super) fn slash(payload: &Value) -> Result<Inbound, Malformed> {
    let actor = parsed(payload, "/user_id", |id| SlackUserId::parse(id).ok())?;
    let cause = Cause::Slash(name(payload, "/trigger_id")?.to_owned());
    // A command without words comes with an empty text, or with none at all.
    let words = without_hidden(&unescape(optional_text(payload, "/text")?.unwrap_or_default())).into_owned();
    let hints = Hints {
        actor: actor.clone(),
        surface: Surface::Slash,
        post: None,
        trigger: trigger(payload),
        response_url: response_url(payload),
    };
    let incoming = Incoming { cause, actor, request: Request::Slash { text: words } };
    Ok(Inbound::Request(Box::new(incoming), hints))
}
