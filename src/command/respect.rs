//! To be left alone: snooze, stop, and what is known of oneself.

use super::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::message::Action;

/// A button about being left alone.
pub(super) fn act(_scene: Scene<'_>, _actor: &Person, _action: &Action) -> Decided {
    refuse("I can't do that yet.")
}
