//! Dates, times, durations and periods as iCalendar writes them (RFC 5545, 3.3.4 to 3.3.9).

use std::rc::Rc;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

use super::lines::Property;
use super::zones::{Place, Zones};

/// A time on the wall, and where that wall is.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// As written; midnight if it is a whole day.
    pub(super) civil: DateTime,
    /// The host's, if the time is a day.
    pub(super) place: Rc<Place>,
    /// A day rather than a time.
    pub(super) all_day: bool,
}

impl Moment {
    /// The same kind of time at another place of the wall.
    pub(super) fn at(&self, civil: DateTime) -> Self {
        Self { civil, ..self.clone() }
    }

    /// When that is, as far as the place is sure. A time that daylight saving takes out moves forward, one that it
    /// repeats is the first of the two (RFC 5545, 3.3.5). None at the ends of time.
    pub(super) fn instant(&self) -> Option<Timestamp> {
        let zoned = self.place.zone.to_ambiguous_zoned(self.civil).compatible();
        zoned.ok().map(|zoned| zoned.timestamp())
    }

    /// The second of two times that daylight saving gives the same name.
    pub(super) fn again(&self) -> Option<Timestamp> {
        let ambiguous = self.place.zone.to_ambiguous_zoned(self.civil);
        match ambiguous.offset() {
            AmbiguousOffset::Fold { .. } => ambiguous.later().ok().map(|zoned| zoned.timestamp()),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
        }
    }

    /// What it is on the wall of `other`. In two places of which nobody is sure, only the same name is the same.
    pub(super) fn on_the_wall_of(&self, other: &Self) -> Option<DateTime> {
        if self.place.same_wall(&other.place) || self.all_day || other.all_day {
            return Some(self.civil);
        }
        let sure = self.place.unsure.is_none() && other.place.unsure.is_none();
        sure.then(|| self.instant()).flatten().map(|at| other.place.zone.to_datetime(at))
    }

    /// Which day it is for something that is about days: the one that is written, if that is its midnight, or else the
    /// one whose midnight it is in the host's zone. None if it is at no midnight.
    pub(super) fn day_of(&self, days: &Self) -> Option<Date> {
        let midnight = |at: &DateTime| at.time() == Time::midnight();
        let there = || self.instant().map(|at| days.place.zone.to_datetime(at));
        Some(self.civil).filter(midnight).or_else(|| there().filter(midnight)).map(|at| at.date())
    }

    /// The first of the property's values.
    pub(super) fn of(property: &Property, zones: &Zones) -> Option<Self> {
        Self::parse(&property.value, property, zones)
    }

    /// The moment in `text`, one of the values of `property`, which says where its wall is.
    pub(super) fn parse(text: &str, property: &Property, zones: &Zones) -> Option<Self> {
        let text = text.trim();
        let (day, time) = match text.split_once(['T', 't', ' ']) {
            Some((day, time)) => (day, Some(time)),
            None => (text, None),
        };
        let day = date(day)?;
        // Some write whole days without saying VALUE=DATE, and some say it and write a time all the same.
        let Some(time) = time.filter(|_| !property.says("VALUE", "DATE")) else {
            return Some(Self::day(day, zones));
        };
        let (time, utc) = match time.strip_suffix(['Z', 'z']) {
            Some(time) => (time, true),
            None => (time, false),
        };
        let civil = day.to_datetime(clock(time)?);
        let tzid = property.parameter("TZID").filter(|tzid| !tzid.is_empty());
        let place = match tzid {
            _ if utc => Rc::new(Place::sure(TimeZone::UTC)),
            Some(tzid) => zones.named(tzid),
            None => zones.floating(),
        };
        Some(Self { civil, place, all_day: false })
    }

    /// A whole day of the host's.
    pub(super) fn day(day: Date, zones: &Zones) -> Self {
        Self { civil: day.to_datetime(Time::midnight()), place: zones.host(), all_day: true }
    }

    /// The moment that is at that instant.
    pub(super) fn utc(at: Timestamp) -> Self {
        let place = Rc::new(Place::sure(TimeZone::UTC));
        Self { civil: TimeZone::UTC.to_datetime(at), place, all_day: false }
    }

    /// Some time on the day that `text` names, if it names one: anywhere on earth, since the rest can't be read.
    pub(super) fn some_time(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|letter| *letter != '-').take(8).collect();
        let civil = date(&digits)?.to_datetime(Time::midnight());
        Some(Self { civil, place: Rc::new(Place::any_time_of_day()), all_day: false })
    }
}

/// `20260310`, and `2026-03-10` as some write it.
fn date(text: &str) -> Option<Date> {
    let plain = match text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _] => text.replace('-', ""),
        _ => text.to_owned(),
    };
    let digits = plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from, until| plain.get(from..until);
    let parts = (part(0, 4)?.parse().ok()?, part(4, 6)?.parse().ok()?, part(6, 8)?.parse().ok()?);
    if digits { Date::new(parts.0, parts.1, parts.2).ok() } else { None }
}

/// `090000`; `0900` and `09:00:00` as some write it.
fn clock(text: &str) -> Option<Time> {
    let plain = match text.as_bytes() {
        [_, _, b':', _, _] | [_, _, b':', _, _, b':', _, _] => text.replace(':', ""),
        _ => text.to_owned(),
    };
    if !matches!(plain.len(), 4 | 6) || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from, until| plain.get(from..until)?.parse::<i8>().ok();
    // A leap second counts as the one before it.
    let second = if plain.len() == 6 { part(4, 6)?.min(59) } else { 0 };
    Time::new(part(0, 2)?, part(2, 4)?, second, 0).ok()
}

/// How long an event lasts, whenever it starts.
#[derive(Debug, Clone)]
pub(super) enum Lasts {
    /// From one written time to another: the same exact time at each recurrence (RFC 5545, 3.8.5.3).
    Exactly(SignedDuration),
    /// Whole days.
    Days(i64),
    /// A written duration: its days and weeks are days on the calendar, whatever their length.
    Nominally(Span),
}

impl Lasts {
    /// The duration in `text`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // `Span` reads friendlier spellings too, which mean nothing here.
        let written = text.trim_start_matches(['+', '-']).starts_with(['P', 'p']);
        written.then(|| text.parse().ok()).flatten().map(Self::Nominally)
    }

    /// From one moment to another, which may be before it. None at the ends of time.
    pub(super) fn between(start: &Moment, end: &Moment) -> Option<Self> {
        if start.all_day && end.all_day {
            return Some(Self::Days(start.civil.date().duration_until(end.civil.date()).as_hours() / 24));
        }
        Some(Self::Exactly(end.instant()?.duration_since(start.instant()?)))
    }

    /// True if it ends before it starts.
    pub(super) fn is_backward(&self) -> bool {
        match self {
            Self::Exactly(time) => time.is_negative(),
            Self::Days(days) => *days < 0,
            Self::Nominally(span) => span.is_negative(),
        }
    }

    /// When what starts at `start` ends; the end of time if it goes beyond it.
    pub(super) fn end(&self, start: &Moment) -> Timestamp {
        let end = match self {
            Self::Exactly(time) => start.instant().and_then(|at| at.checked_add(*time).ok()),
            Self::Days(_) => self.end_on_the_wall(start).and_then(|civil| start.at(civil).instant()),
            Self::Nominally(span) => {
                let zoned = start.place.zone.to_ambiguous_zoned(start.civil).compatible();
                zoned.and_then(|zoned| zoned.checked_add(*span)).ok().map(|end| end.timestamp())
            }
        };
        end.unwrap_or(Timestamp::MAX)
    }

    /// The same on the wall, where days have 24 hours.
    pub(super) fn end_on_the_wall(&self, start: &Moment) -> Option<DateTime> {
        match self {
            Self::Exactly(time) => start.civil.checked_add(*time).ok(),
            Self::Days(days) => start.civil.checked_add(Span::new().try_days(*days).ok()?).ok(),
            Self::Nominally(span) => start.civil.checked_add(*span).ok(),
        }
    }
}

/// One value of RDATE or FREEBUSY: a start, and if it is a period, how long.
pub(super) fn period(text: &str, property: &Property, zones: &Zones) -> Option<(Moment, Option<Lasts>)> {
    let Some((start, end)) = text.split_once('/') else {
        return Some((Moment::parse(text, property, zones)?, None));
    };
    let start = Moment::parse(start, property, zones)?;
    let lasts =
        Lasts::parse(end).or_else(|| Lasts::between(&start, &Moment::parse(end, property, zones)?))?;
    Some((start, Some(lasts)))
}
