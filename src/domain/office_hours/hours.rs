//! When a host is there to talk, as the configuration says it.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::domain::ids::PersonId;

/// A range of hours on a weekday, in the host's zone: `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The day.
    pub weekday: Weekday,
    /// From then.
    pub from: Time,
    /// Until then, exclusive.
    pub until: Time,
}

/// A range of hours on one day, in the host's zone: `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// The day.
    pub on: Date,
    /// From then.
    pub from: Time,
    /// Until then, exclusive.
    pub until: Time,
}

/// An outside page on which a host can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingPage {
    /// An `https` address.
    pub address: String,
    /// Nothing is booked in Slack with this host, only there.
    pub only: bool,
}

/// Where a host's calendar is. Secrets are named by the environment variable that holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarSource {
    /// On a CalDAV server (RFC 4791).
    CalDav(CalDav),
    /// A calendar that is published at an address of its own; it can only be read.
    Feed(Feed),
}

/// A calendar on a CalDAV server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalDav {
    /// The server's or the calendar's address: `https`, or `http` on this machine.
    pub address: String,
    /// Who logs in.
    pub user: String,
    /// The environment variable that holds the password; with `_FILE` added, one that names a file.
    pub password_env: String,
    /// The calendar's display name, where the address doesn't name one calendar.
    pub calendar: Option<String>,
    /// Whether bookings are entered in it.
    pub writes: bool,
}

/// The address of a published calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feed {
    /// Everybody may know it: `https`, or `http` on this machine.
    Open(String),
    /// Whoever knows it can read the calendar: the environment variable that holds it; with `_FILE`
    /// added, one that names a file.
    Secret(String),
}

/// The office hours of one host, and the rules by which they are booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Who is there.
    pub host: PersonId,
    /// The zone of the windows.
    pub zone: TimeZone,
    /// Every week.
    pub weekly: Vec<Window>,
    /// Besides, on these days; also on a holiday.
    pub extra: Vec<Dated>,
    /// On these days there are none of the weekly ones, nor on the host's days off.
    pub closed: BTreeSet<Date>,
    /// How long one booking lasts, minutes.
    pub minutes: u32,
    /// Kept free before and after each booking and each appointment in the calendar.
    pub buffer: SignedDuration,
    /// How long before its beginning a slot can be booked at the latest.
    pub notice: SignedDuration,
    /// How far ahead slots can be booked.
    pub horizon: SignedDuration,
    /// Most bookings on one day of the host's.
    pub per_day: Option<u32>,
    /// Most bookings that one guest may have ahead with this host.
    pub per_person: Option<u32>,
    /// Where, as people read it: an `https` address or a place.
    pub place: Option<String>,
    /// The calendar from which busy time is read, if there is one.
    pub calendar: Option<CalendarSource>,
    /// Whether the windows themselves are kept free in that calendar.
    pub blocks: bool,
    /// The outside page, if there is one.
    pub page: Option<BookingPage>,
}

impl Hours {
    /// Whether busy time is read from a calendar of the host's.
    pub fn reads_calendar(&self) -> bool {
        self.calendar.is_some()
    }

    /// Whether bookings are entered in that calendar.
    pub fn writes_calendar(&self) -> bool {
        match &self.calendar {
            Some(CalendarSource::CalDav(server)) => server.writes,
            Some(CalendarSource::Feed(_)) | None => false,
        }
    }

    /// Whether nothing is booked in Slack with this host, only on their own page.
    pub fn is_page_only(&self) -> bool {
        self.page.as_ref().is_some_and(|page| page.only)
    }
}
