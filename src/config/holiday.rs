//! Days on which nobody is written to, from the lines of the configuration and from .ics files.
//!
//! Of a calendar file the all-day events count: what has hours is a meeting, not a holiday. Recurring
//! ones are expanded up to [`LAST_YEAR`].

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeZone as _};
use icalendar::{Calendar, CalendarDateTime, Component, DatePerhapsTime, Event, EventStatus};
use jiff::civil::Date;
use rrule::{RRuleSet, Tz};

use super::read::List;
use super::source::Files;
use super::word::{Holiday, Period};

/// Recurring holidays are known up to the end of this year.
const LAST_YEAR: i32 = 2060;
/// A holiday that recurs more often than this is none.
const MOST_RECURRENCES: u16 = 1000;
/// The longest holiday, in days.
const LONGEST: i32 = 366;
/// What a holiday without a name is called.
const UNNAMED: &str = "holiday";

/// Why a calendar file gives no holidays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadCalendar {
    #[error("there is no such file in the configuration folder")]
    Missing,
    #[error("it is not a calendar: {0}")]
    Syntax(String),
    #[error("it has no all-day event")]
    NoDays,
    #[error("the recurrence of `{0}` can't be understood")]
    Recurrence(String),
}

/// The days of several lines. A calendar file that can't be read gives none; the check says so.
pub(super) fn days(lines: &List<Holiday>, files: &Files) -> BTreeMap<Date, String> {
    let mut days = BTreeMap::new();
    for line in lines.values() {
        match line {
            Holiday::Days { period, name } => {
                let name = name.as_deref().unwrap_or(UNNAMED);
                days.extend(every_day(*period).map(|day| (day, name.to_owned())));
            }
            Holiday::Calendar(path) => days.extend(calendar(files, path).unwrap_or_default()),
        }
    }
    days
}

fn every_day(period: Period) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(period.from), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= period.to)
}

/// The days of one calendar file.
pub(super) fn calendar(files: &Files, path: &str) -> Result<BTreeMap<Date, String>, BadCalendar> {
    let text = files.text(path).ok_or(BadCalendar::Missing)?;
    let calendar: Calendar = text.parse().map_err(BadCalendar::Syntax)?;
    let mut days = BTreeMap::new();
    for event in calendar.events().filter(|event| event.get_status() != Some(EventStatus::Cancelled)) {
        let Some(DatePerhapsTime::Date(first)) = event.get_start() else { continue };
        let name = event.get_summary().unwrap_or(UNNAMED);
        let length = length(event, first);
        for start in starts(event, first, name)? {
            let lasts = (0..length).filter_map(|more| date(start + chrono::Duration::days(i64::from(more))));
            days.extend(lasts.map(|day| (day, name.to_owned())));
        }
    }
    if days.is_empty() { Err(BadCalendar::NoDays) } else { Ok(days) }
}

/// Days that an all-day event lasts: its end is the day after (RFC 5545, 3.6.1).
fn length(event: &Event, first: NaiveDate) -> i32 {
    let until = match event.get_end() {
        Some(DatePerhapsTime::Date(until)) => until,
        Some(DatePerhapsTime::DateTime(CalendarDateTime::Floating(until))) => until.date(),
        _ => return 1,
    };
    i32::try_from((until - first).num_days()).unwrap_or(1).clamp(1, LONGEST)
}

/// The first day of each recurrence.
fn starts(event: &Event, first: NaiveDate, name: &str) -> Result<Vec<NaiveDate>, BadCalendar> {
    let Some(rule) = event.property_value("RRULE") else { return Ok(vec![first]) };
    let bad = || BadCalendar::Recurrence(name.to_owned());
    // Days are expanded at midnight UTC, where no daylight saving moves them.
    let mut lines = format!("DTSTART:{}T000000Z\nRRULE:{}", first.format("%Y%m%d"), in_utc(rule));
    let excepted = event.multi_properties().get("EXDATE").into_iter().flatten();
    for except in excepted.flat_map(|property| property.value().split(',')) {
        let day = except.get(..8).ok_or_else(bad)?;
        lines.push_str(&format!("\nEXDATE:{day}T000000Z"));
    }
    let end = Tz::UTC.with_ymd_and_hms(LAST_YEAR, 12, 31, 0, 0, 0).single().ok_or_else(bad)?;
    let set: RRuleSet = lines.parse().map_err(|_| bad())?;
    let found = set.before(end).all(MOST_RECURRENCES);
    if found.limited { Err(bad()) } else { Ok(found.dates.into_iter().map(|at| at.date_naive()).collect()) }
}

/// An all-day event ends its recurrence with a date; at midnight UTC it has to be an instant.
fn in_utc(rule: &str) -> String {
    rule.split(';')
        .map(|part| match part.strip_prefix("UNTIL=") {
            Some(until) => format!("UNTIL={}T000000Z", until.get(..8).unwrap_or(until)),
            None => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(";")
}

fn date(day: NaiveDate) -> Option<Date> {
    Date::new(i16::try_from(day.year()).ok()?, i8::try_from(day.month()).ok()?, i8::try_from(day.day()).ok()?)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(event: &str) -> Result<Vec<String>, BadCalendar> {
        let mut files = Files::default();
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            event.replace('\n', "\r\n")
        );
        files.insert("days.ics", &text);
        let days = calendar(&files, "days.ics")?;
        Ok(days.into_iter().map(|(day, name)| format!("{day} {name}")).collect())
    }

    #[test]
    fn the_end_of_an_all_day_event_is_the_day_after() {
        let event = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas";
        assert_eq!(
            of(event).unwrap(),
            ["2026-12-24 Christmas", "2026-12-25 Christmas", "2026-12-26 Christmas"]
        );
        assert_eq!(of("DTSTART;VALUE=DATE:20261224").unwrap(), ["2026-12-24 holiday"]);
    }

    #[test]
    fn a_yearly_holiday_recurs_until_it_is_said_to_end() {
        let event = "DTSTART;VALUE=DATE:20241003\nSUMMARY:Unity\nRRULE:FREQ=YEARLY;UNTIL=20271003\nEXDATE;VALUE=DATE:20251003";
        assert_eq!(of(event).unwrap(), ["2024-10-03 Unity", "2026-10-03 Unity", "2027-10-03 Unity"]);
        let thanksgiving = "DTSTART;VALUE=DATE:20251127\nSUMMARY:Thanksgiving\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2";
        assert_eq!(of(thanksgiving).unwrap(), ["2025-11-27 Thanksgiving", "2026-11-26 Thanksgiving"]);
    }

    #[test]
    fn what_has_hours_or_was_cancelled_is_no_holiday() {
        assert_eq!(of("DTSTART:20261224T090000Z\nDTEND:20261224T100000Z"), Err(BadCalendar::NoDays));
        assert_eq!(of("DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED"), Err(BadCalendar::NoDays));
    }

    #[test]
    fn a_calendar_that_is_none_says_so() {
        let mut files = Files::default();
        files.insert("days.ics", "nothing");
        assert!(matches!(calendar(&files, "days.ics"), Err(BadCalendar::Syntax(_) | BadCalendar::NoDays)));
        assert_eq!(calendar(&files, "other.ics"), Err(BadCalendar::Missing));
        assert_eq!(
            of("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=SOMETIMES"),
            Err(BadCalendar::Recurrence("holiday".into()))
        );
    }
}
