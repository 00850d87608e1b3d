//! iCalendar text (RFC 5545): when somebody is busy, which days are holidays, where an event is.
//!
//! Invariant: what isn't understood is never free. A reader that leaves out what it can't read sells the hour that
//! stands there. So every part that can't be read widens what it is part of, as far as it may reach: an unknown zone
//! to all zones, an unknown rule to every day. What is widened is told, with the name of its event ([`Doubt`]).
//! Exceptions are the other way round: one that can't be read excepts nothing.
//!
//! Invariant: calendars hold what strangers wrote. No text makes the reader panic, and what it has to do for one is
//! bounded by the text's length, whatever the text says.
//!
//! A text goes through `lines`, `blocks`, `event` (with `when` and `zones`), `series` (which of the events of one UID
//! count) and `expand` (with `rule` and `recur`); `reader` and `holidays` are the ways in. `merge` is the way back: it
//! writes our part of an event and leaves the rest alone.

mod blocks;
mod event;
mod expand;
mod free_busy;
mod holidays;
mod lines;
mod merge;
mod reader;
mod recur;
mod rule;
mod series;
mod when;
mod zones;

pub use crate::domain::doubt::{Doubt, Why};
pub use holidays::{Days, days};
pub use lines::text;
pub use merge::{holds, merged};
pub use reader::{Reader, check};

#[cfg(test)]
mod tests;
