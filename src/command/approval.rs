//! What advocates decide about planned messages: approve, hold, rewrite, hand over, correct, recall.

use super::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::message::{Action, ModalKind, Values};

/// A button about planned messages.
pub(super) fn act(_scene: Scene<'_>, _actor: &Person, _action: &Action) -> Decided {
    refuse("I can't do that yet.")
}

/// A submitted modal about planned messages.
pub(super) fn submit(_scene: Scene<'_>, _actor: &Person, _modal: &ModalKind, _values: &Values) -> Decided {
    refuse("I can't do that yet.")
}
