//! What is wrong with the calendars of hosts, as long as somebody has to hear of it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::State;
use crate::domain::host_calendar::Trouble;
use crate::domain::ids::{PersonId, Seq};

/// What is or was wrong with one host's calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarTrouble {
    /// The latest time in which it couldn't be kept in step.
    pub failing: Option<FailingCalendar>,
    /// Entries that it didn't take, by the record of that.
    pub refused: BTreeMap<Seq, RefusedEntry>,
}

/// A time in which a calendar couldn't be kept in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingCalendar {
    /// The record of it.
    pub since: Seq,
    /// When that was recorded.
    pub at: Timestamp,
    /// Why.
    pub why: String,
    /// Whether it could still be read.
    pub reads: bool,
    /// When it was over, if it is.
    pub until: Option<Timestamp>,
}

/// An entry that a calendar didn't take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedEntry {
    /// The booking.
    pub booking: Seq,
    /// The change that it would have shown.
    pub through: Seq,
    /// When that was recorded.
    pub at: Timestamp,
    /// Why.
    pub why: String,
    /// It was taken since.
    pub taken: bool,
}

impl CalendarTrouble {
    /// Why and since when it can't be kept in step, if it can't.
    pub fn now(&self) -> Option<&FailingCalendar> {
        self.failing.as_ref().filter(|failing| failing.until.is_none())
    }

    /// Whether it is on record that it doesn't take that entry.
    pub fn refuses(&self, booking: Seq, through: Seq) -> bool {
        self.refused.values().any(|of| (of.booking, of.through) == (booking, through))
    }

    /// Two ids were one host.
    pub(super) fn join(&mut self, other: Self) {
        let since = |failing: &Option<FailingCalendar>| failing.as_ref().map(|failing| failing.since);
        if since(&self.failing) < since(&other.failing) {
            self.failing = other.failing;
        }
        self.refused.extend(other.refused);
    }
}

impl State {
    pub(super) fn calendar_troubled(&mut self, seq: Seq, at: Timestamp, host: &PersonId, trouble: &Trouble) {
        let known = self.calendars.entry(host.clone()).or_default();
        let told = match trouble {
            Trouble::Failing { why, reads } => {
                let (why, reads) = (why.clone(), *reads);
                let failing = FailingCalendar { since: seq, at, why, reads, until: None };
                // Whoever was told of what was wrong before reads that it has changed.
                known
                    .failing
                    .replace(failing)
                    .filter(|before| before.until.is_none())
                    .map(|before| before.since)
            }
            Trouble::Over => {
                known.failing.as_mut().filter(|failing| failing.until.is_none()).map(|failing| {
                    failing.until = Some(at);
                    failing.since
                })
            }
            Trouble::Refused { booking, through, why } => {
                let (booking, through, why) = (*booking, *through, why.clone());
                // What was refused before the booking changed is of no interest any more.
                known.refused.retain(|_, of| of.booking != booking || of.taken);
                known.refused.insert(seq, RefusedEntry { booking, through, at, why, taken: false });
                None
            }
        };
        if let Some(since) = told {
            self.told_changed(seq, since);
        }
    }

    /// The calendar of `host` holds the entry of a booking after all.
    pub(super) fn entry_taken(&mut self, seq: Seq, host: &PersonId, booking: Seq) {
        let Some(known) = self.calendars.get_mut(host) else { return };
        let open = known.refused.iter_mut().filter(|(_, of)| of.booking == booking && !of.taken);
        let told: Vec<Seq> = open
            .map(|(since, of)| {
                of.taken = true;
                *since
            })
            .collect();
        for since in told {
            self.told_changed(seq, since);
        }
    }
}
