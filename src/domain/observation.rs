//! What the outside world says now. Never journalled; each reading has a greatest age.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::doubt::Doubt;
use super::ids::{PersonId, SlackUserId};
use super::marks::Marker;
use super::stretch::Stretch;

/// What Slack says of a person.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When Slack said what the account and its status are.
    pub as_of: Timestamp,
    /// Their account.
    pub account: Option<SlackUserId>,
    /// Their zone in Slack.
    pub zone: Option<TimeZone>,
    /// Their mail address in Slack.
    pub mail: Option<String>,
    /// Their account is switched off.
    pub deactivated: bool,
    /// Do-not-disturb, if it is on or comes next.
    pub quiet: Option<DoNotDisturb>,
    /// Out of office until then, if their status says so.
    pub away_until: Option<Timestamp>,
}

/// Do-not-disturb of somebody: the one window that Slack tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoNotDisturb {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends, by what Slack says; never later than that.
    pub until: Timestamp,
    /// From when on it is unknown: see [`Observations::GREATEST_QUIET_AGE`].
    pub unknown_from: Timestamp,
}

impl DoNotDisturb {
    /// What is told at `as_of`; nothing if it begins only when this is unknown again.
    pub fn told(as_of: Timestamp, from: Timestamp, until: Timestamp) -> Option<Self> {
        let unknown_from = as_of.checked_add(Observations::GREATEST_QUIET_AGE).unwrap_or(Timestamp::MAX);
        (from < until.min(unknown_from)).then_some(Self { from, until, unknown_from })
    }

    /// When it holds messages, as `[from, until)`.
    pub fn holds(&self) -> (Timestamp, Timestamp) {
        (self.from, self.until.min(self.unknown_from))
    }
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
    /// What of it isn't understood, for the host alone.
    pub doubts: Vec<Doubt>,
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
    /// Whose account is that of another id, which comes first in the file and is written to instead.
    pub same: BTreeMap<PersonId, PersonId>,
    /// Accounts that have the mail address of an entry and aren't believed to be theirs, and whose entry it is.
    pub unbelieved: BTreeMap<SlackUserId, PersonId>,
    /// What the calendar of each host says who has one.
    pub busy: HashMap<PersonId, Busy>,
    /// The people of the workspace have not been read since the service started, so that whoever isn't known may
    /// well be somebody.
    pub starting: bool,
    /// Where each host can subscribe to their bookings. A secret: shown to nobody else.
    pub feeds: HashMap<PersonId, String>,
    /// What do-not-contact marks are known by, if there are any and the root key is the one they need.
    pub marker: Option<Marker>,
}

impl Observations {
    /// How old the reading of an account and its status may be before a campaign message needs a new one.
    pub const GREATEST_AGE: SignedDuration = SignedDuration::from_hours(24);

    /// How old a reading of do-not-disturb may be before it is unknown. What is unknown holds nothing up.
    pub const GREATEST_QUIET_AGE: SignedDuration = SignedDuration::from_hours(12);

    /// Whether Slack said recently enough who `person` is and how they are for a campaign message to go to
    /// them at `now`. A reading from the future is none: the clock was set back since.
    pub fn is_recent(&self, person: &PersonId, now: Timestamp) -> bool {
        self.of(person).is_some_and(|seen| {
            let age = now.duration_since(seen.as_of);
            -Self::CLOCKS_DIFFER <= age && age < Self::GREATEST_AGE
        })
    }

    /// By how much two clocks that are right may differ.
    const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

    /// The same, for whoever looks ahead from `now`: do-not-disturb that is known today lasts as long as Slack says,
    /// since it will be read again before that is unknown.
    pub fn ahead_of(&self, now: Timestamp) -> Cow<'_, Self> {
        let lasts = |quiet: &DoNotDisturb| now < quiet.unknown_from && quiet.unknown_from < quiet.until;
        if !self.people.values().any(|seen| seen.quiet.as_ref().is_some_and(lasts)) {
            return Cow::Borrowed(self);
        }
        let mut ahead = self.clone();
        for quiet in
            ahead.people.values_mut().filter_map(|seen| seen.quiet.as_mut()).filter(|quiet| lasts(quiet))
        {
            quiet.unknown_from = quiet.until;
        }
        Cow::Owned(ahead)
    }

    /// What is known of `person`.
    pub fn of(&self, person: &PersonId) -> Option<&Seen> {
        self.people.get(person)
    }

    /// The zone that Slack gives for `person`. An old reading is better than the calendar's zone.
    pub fn zone(&self, person: &PersonId) -> Option<&TimeZone> {
        self.of(person).and_then(|seen| seen.zone.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_recent_for_a_day_and_never_when_it_is_from_the_future() {
        let now: Timestamp = "2026-12-07T09:00:00Z".parse().unwrap();
        let ana = PersonId::parse("ana").unwrap();
        let check = |minutes: i64, recent: bool| {
            let as_of = now - SignedDuration::from_mins(minutes);
            let seen = Seen {
                as_of,
                account: None,
                zone: None,
                mail: None,
                deactivated: false,
                quiet: None,
                away_until: None,
            };
            let all = Observations { people: [(ana.clone(), seen)].into(), ..Observations::default() };
            assert_eq!(all.is_recent(&ana, now), recent, "{minutes} minutes old");
        };
        check(0, true);
        check(24 * 60 - 1, true);
        check(24 * 60, false);
        check(60 * 24 * 30, false);
        check(-5, true);
        check(-6, false);
        assert!(!Observations::default().is_recent(&ana, now), "never read");
    }
}
