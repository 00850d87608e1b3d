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
    /// Whether busy time is read from a calendar of the host's.
    pub reads_calendar: bool,
    /// Whether bookings are entered in that calendar.
    pub writes_calendar: bool,
    /// Whether the windows themselves are kept free in that calendar.
    pub blocks: bool,
    /// The outside page, if there is one.
    pub page: Option<BookingPage>,
}
