//! Somebody else decides, or is missing: the advocate decides whom to approach.

use super::{Decided, Scene, refuse};
use crate::domain::directory::Person;
use crate::domain::ids::Seq;
use crate::domain::message::Values;

/// Opens the modal in which an advocate says how to approach whom a stakeholder named.
pub(super) fn open(_scene: Scene<'_>, _actor: &Person, _referral: Seq) -> Decided {
    refuse("I can't do that yet.")
}

/// Lets a referral be.
pub(super) fn dismiss(_scene: Scene<'_>, _actor: &Person, _referral: Seq) -> Decided {
    refuse("I can't do that yet.")
}

/// An advocate approaches whom a stakeholder named.
pub(super) fn approach(_scene: Scene<'_>, _actor: &Person, _referral: Seq, _values: &Values) -> Decided {
    refuse("I can't do that yet.")
}
