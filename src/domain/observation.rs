//! What the outside world says now. Never journalled; each reading has a greatest age.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::ids::PersonId;
use super::stretch::Stretch;

/// What Slack says of a person.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When it was read.
    pub as_of: Timestamp,
    /// Their zone in Slack.
    pub zone: Option<TimeZone>,
    /// Their mail address in Slack.
    pub mail: Option<String>,
    /// Their account is switched off.
    pub deactivated: bool,
    /// Do-not-disturb, as `[from, until)`, if it is on.
    pub quiet: Option<(Timestamp, Timestamp)>,
    /// Out of office until then, if their status says so.
    pub away_until: Option<Timestamp>,
}

/// What a host's calendar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// When it was last read.
    pub as_of: Timestamp,
    /// The time that was read.
    pub over: Stretch,
    /// When the host has something else, merged, earliest first.
    pub stretches: Vec<Stretch>,
    /// Since when it can't be read any more, if it can't.
    pub failing: Option<Timestamp>,
}

impl Busy {
    /// How old a reading may be before nothing is offered on its word.
    pub const GREATEST_AGE: SignedDuration = SignedDuration::from_hours(12);
}

/// Everything observed, by person.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    /// What Slack says of each person.
    pub people: HashMap<PersonId, Seen>,
    /// What the calendar of each host says who has one.
    pub busy: HashMap<PersonId, Busy>,
    /// Where each host can subscribe to their bookings. A secret: shown to nobody else.
    pub feeds: HashMap<PersonId, String>,
}

impl Observations {
    /// How old a reading of a person may be before it is read again.
    pub const GREATEST_AGE: SignedDuration = SignedDuration::from_hours(24);

    /// What is known of `person`.
    pub fn of(&self, person: &PersonId) -> Option<&Seen> {
        self.people.get(person)
    }

    /// The zone that Slack gives for `person`. An old reading is better than the calendar's zone.
    pub fn zone(&self, person: &PersonId) -> Option<&TimeZone> {
        self.of(person).and_then(|seen| seen.zone.as_ref())
    }
}
