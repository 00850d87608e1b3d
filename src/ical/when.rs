//! Dates, times, durations and periods as iCalendar writes them (RFC 5545, 3.3.4 to 3.3.9).

use icalendar::Property;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::zones::Zones;
use super::{Broken, parameter};

/// A time on the wall, and the zone whose wall it is.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// As written; midnight if it is a whole day.
    pub(super) civil: DateTime,
    /// The host's, if the time floats or is a day.
    pub(super) zone: TimeZone,
    /// A day rather than a time.
    pub(super) all_day: bool,
}

impl Moment {
    /// The same kind of time at another place of the wall.
    pub(super) fn at(&self, civil: DateTime) -> Self {
        Self { civil, zone: self.zone.clone(), all_day: self.all_day }
    }

    /// When that is. A time that daylight saving takes out moves forward, one that it repeats is the first of
    /// the two (RFC 5545, 3.3.5).
    pub(super) fn instant(&self) -> Result<Timestamp, Broken> {
        let zoned = self.zone.to_ambiguous_zoned(self.civil).compatible();
        zoned.map(|zoned| zoned.timestamp()).map_err(|_| OUT_OF_RANGE)
    }

    /// The first of the property's values.
    pub(super) fn of(property: &Property, zones: &Zones) -> Result<Self, Broken> {
        Self::parse(property.value(), parameter(property, "TZID"), zones)
    }

    /// The moment in `text`, on the wall of `tzid` if it names no other.
    pub(super) fn parse(text: &str, tzid: Option<&str>, zones: &Zones) -> Result<Self, Broken> {
        let text = text.trim();
        // Some write whole days without saying VALUE=DATE, so the shape decides.
        let Some((day, time)) = text.split_once(['T', 't']) else {
            let civil = date(text).ok_or(NO_DATE)?.to_datetime(Time::midnight());
            return Ok(Self { civil, zone: zones.host().clone(), all_day: true });
        };
        let (time, utc) = match time.strip_suffix(['Z', 'z']) {
            Some(time) => (time, true),
            None => (time, false),
        };
        let civil = date(day).zip(clock(time)).map(|(day, time)| day.to_datetime(time)).ok_or(NO_DATE)?;
        let zone = match tzid {
            _ if utc => TimeZone::UTC,
            Some(tzid) => zones.named(tzid),
            None => zones.host().clone(),
        };
        Ok(Self { civil, zone, all_day: false })
    }
}

const NO_DATE: Broken = Broken("a date or time is none");
const NO_DURATION: Broken = Broken("a duration is none");
const OUT_OF_RANGE: Broken = Broken("a time is out of range");

fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from, until| text.get(from..until);
    let parts = (part(0, 4)?.parse().ok()?, part(4, 6)?.parse().ok()?, part(6, 8)?.parse().ok()?);
    if digits { Date::new(parts.0, parts.1, parts.2).ok() } else { None }
}

/// `HHMMSS`, and `HHMM` as some write it.
fn clock(text: &str) -> Option<Time> {
    if !matches!(text.len(), 4 | 6) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from, until| text.get(from..until)?.parse::<i8>().ok();
    // A leap second counts as the one before it.
    let second = if text.len() == 6 { part(4, 6)?.min(59) } else { 0 };
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
    pub(super) fn parse(text: &str) -> Result<Self, Broken> {
        let text = text.trim();
        // `Span` reads friendlier spellings too, which mean nothing here.
        if !text.trim_start_matches(['+', '-']).starts_with('P') {
            return Err(NO_DURATION);
        }
        text.parse().map(Self::Nominally).map_err(|_| NO_DURATION)
    }

    /// From one moment to another.
    pub(super) fn between(start: &Moment, end: &Moment) -> Result<Self, Broken> {
        if start.all_day && end.all_day {
            let days = start.civil.date().duration_until(end.civil.date()).as_hours() / 24;
            // Some write the same day twice for a day.
            return Ok(Self::Days(days.max(1)));
        }
        Ok(Self::Exactly(end.instant()?.duration_since(start.instant()?)))
    }

    /// When what starts at `start` ends.
    pub(super) fn end(&self, start: &Moment) -> Result<Timestamp, Broken> {
        match self {
            Self::Exactly(time) => start.instant()?.checked_add(*time).map_err(|_| OUT_OF_RANGE),
            Self::Days(days) => {
                let span = Span::new().try_days(*days).map_err(|_| OUT_OF_RANGE)?;
                start.at(start.civil.checked_add(span).map_err(|_| OUT_OF_RANGE)?).instant()
            }
            Self::Nominally(span) => {
                let zoned = start.zone.to_ambiguous_zoned(start.civil).compatible();
                let end = zoned.and_then(|zoned| zoned.checked_add(*span));
                end.map(|end| end.timestamp()).map_err(|_| OUT_OF_RANGE)
            }
        }
    }
}

/// One value of RDATE or FREEBUSY: a start, and if it is a period, how long.
pub(super) fn period(
    text: &str,
    tzid: Option<&str>,
    zones: &Zones,
) -> Result<(Moment, Option<Lasts>), Broken> {
    let Some((start, end)) = text.split_once('/') else {
        return Ok((Moment::parse(text, tzid, zones)?, None));
    };
    let start = Moment::parse(start, tzid, zones)?;
    let lasts = match Lasts::parse(end) {
        Ok(lasts) => lasts,
        Err(_) => Lasts::between(&start, &Moment::parse(end, tzid, zones)?)?,
    };
    Ok((start, Some(lasts)))
}
