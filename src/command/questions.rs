//! Questions and answers: asked, placed, answered, rated, kept, changed and taken back.

use super::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::effect::PostId;
use crate::domain::ids::{MessageTs, SlackChannelId};
use crate::domain::message::{Action, ModalKind, Reply, Values};

/// A button about a question or an answer.
pub(super) fn act(_scene: Scene<'_>, _actor: &Person, _post: Option<PostId>, _action: &Action) -> Decided {
    refuse("I can't do that yet. Write to me in our direct message, and a human reads it.")
}

/// A submitted modal about a question or an answer.
pub(super) fn submit(_scene: Scene<'_>, _actor: &Person, _modal: &ModalKind, _values: &Values) -> Decided {
    refuse("I can't do that yet. Write to me in our direct message, and a human reads it.")
}

/// A person changed what they had typed.
pub(super) fn edit(
    _scene: Scene<'_>,
    _actor: &Person,
    _channel: &SlackChannelId,
    _ts: &MessageTs,
    _text: &str,
) -> Decided {
    (Vec::new(), Reply::Nothing)
}

/// A person took back what they had typed.
pub(super) fn delete(
    _scene: Scene<'_>,
    _actor: &Person,
    _channel: &SlackChannelId,
    _ts: &MessageTs,
) -> Decided {
    (Vec::new(), Reply::Nothing)
}
