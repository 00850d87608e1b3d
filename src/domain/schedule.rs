//! What recurs, as a `cron` expression: seconds first, weekdays by name.
//!
//! The `cron` crate skips times that daylight saving takes out and repeats those it gives twice. Here
//! the expression runs over civil time, and each civil time becomes one instant: a missing time moves
//! forward, a repeated one counts once. This file is the one place where `chrono` is spoken.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, TimeZone as _, Timelike, Utc};
use cron::TimeUnitSpec as _;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A recurring schedule in civil time.
#[derive(Clone)]
pub struct Schedule {
    text: String,
    inner: cron::Schedule,
}

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    /// Five fields, as Unix has them; and how it is written here.
    #[error("it has five fields; seconds come first, so write `{0}`")]
    FiveFields(String),
    /// Nobody is written to several times an hour.
    #[error("it comes due several times an hour; name one second and one minute, such as `0 0 9 * * Mon`")]
    TooOften,
    /// Weekdays as numbers mean different days in different programs.
    #[error(
        "weekdays are written by name, such as `Mon-Fri`: numbers mean different days in different programs"
    )]
    NumericWeekday,
    /// It can never come due.
    #[error("no date to come ever matches it")]
    Never,
    /// Not a cron expression.
    #[error(
        "it is not a schedule of seconds, minutes, hours, days of month, months and weekdays, such as `0 0 9 * * Mon`"
    )]
    Syntax,
}

impl Schedule {
    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Civil times after `after`, earliest first.
    fn civil_after(&self, after: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let start = NaiveDate::from_ymd_opt(
            i32::from(after.year()),
            u32::from(after.month().unsigned_abs()),
            u32::from(after.day().unsigned_abs()),
        )
        .and_then(|day| {
            day.and_hms_opt(
                u32::from(after.hour().unsigned_abs()),
                u32::from(after.minute().unsigned_abs()),
                u32::from(after.second().unsigned_abs()),
            )
        })
        .map(|at| Utc.from_utc_datetime(&at));
        start.into_iter().flat_map(|start| self.inner.after_owned(start)).filter_map(|at| {
            DateTime::new(
                i16::try_from(at.year()).ok()?,
                i8::try_from(at.month()).ok()?,
                i8::try_from(at.day()).ok()?,
                i8::try_from(at.hour()).ok()?,
                i8::try_from(at.minute()).ok()?,
                i8::try_from(at.second()).ok()?,
                0,
            )
            .ok()
        })
    }

    /// The instants after `after` and before `until` in `zone`, each with the civil time it stands for.
    pub fn between<'a>(
        &'a self,
        zone: &'a TimeZone,
        after: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = (DateTime, Timestamp)> + 'a {
        // A day of slack on either side covers any zone offset and any daylight-saving jump.
        let from = zone.to_datetime(after).checked_sub(jiff::Span::new().hours(3)).unwrap_or(DateTime::MIN);
        self.civil_after(from)
            .map_while(move |civil| zone.to_timestamp(civil).ok().map(|at| (civil, at)))
            .skip_while(move |(_, at)| *at <= after)
            .take_while(move |(_, at)| *at < until)
    }

    /// The first instant after `after` in `zone`.
    pub fn next(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        self.between(zone, after, Timestamp::MAX).next().map(|(_, at)| at)
    }
}

impl FromStr for Schedule {
    type Err = BadSchedule;
    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        if let [minutes, hours, days, months, weekdays] = fields.as_slice() {
            // What is proposed has to be taken.
            let six =
                named(weekdays).map(|weekdays| format!("0 {minutes} {hours} {days} {months} {weekdays}"));
            let proposed = six.filter(|six| six.parse::<Self>().is_ok());
            return Err(proposed.map_or(BadSchedule::Syntax, BadSchedule::FiveFields));
        }
        if fields.get(5).is_some_and(|days| days.bytes().any(|b| b.is_ascii_digit())) {
            return Err(BadSchedule::NumericWeekday);
        }
        let inner = cron::Schedule::from_str(&unwrapped(&fields)).map_err(|_| BadSchedule::Syntax)?;
        let schedule = Self { text: text.trim().to_owned(), inner };
        if schedule.inner.seconds().count() > 1 || schedule.inner.minutes().count() > 1 {
            return Err(BadSchedule::TooOften);
        }
        if schedule.civil_after(BEGINNING).next().is_none() { Err(BadSchedule::Never) } else { Ok(schedule) }
    }
}

/// Nobody plans for what was before: the program is younger.
const BEGINNING: DateTime = DateTime::constant(2026, 1, 1, 0, 0, 0, 0);

/// The fields with weekdays that go beyond the end of a week, such as `Fri-Mon`, one by one: `cron` knows only ranges
/// that go forward, and lets the week begin on Sunday.
fn unwrapped(fields: &[&str]) -> String {
    const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let place = |name: &str| DAYS.iter().position(|day| name.to_ascii_lowercase().starts_with(day));
    let part = |part: &str| match part.split_once('-').map(|(first, last)| (place(first), place(last))) {
        Some((Some(first), Some(last))) if last < first => {
            let days: Vec<&str> =
                DAYS.iter().cycle().skip(first).take(7 - first + last + 1).copied().collect();
            days.join(",")
        }
        _ => part.to_owned(),
    };
    let field = |(at, field): (usize, &&str)| match at {
        5 => field.split(',').map(part).collect::<Vec<_>>().join(","),
        _ => (*field).to_owned(),
    };
    fields.iter().enumerate().map(field).collect::<Vec<_>>().join(" ")
}

/// Weekdays as Unix numbers them, by their names: 0 and 7 are Sunday. None if they are something else.
fn named(weekdays: &str) -> Option<String> {
    const NAMES: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let name = |day: &str| match day.parse::<usize>() {
        Ok(number) => NAMES.get(number).map(|name| (*name).to_owned()),
        Err(_) => Some(day.to_owned()),
    };
    let part = |part: &str| match part.split_once('-') {
        Some((first, last)) => Some(format!("{}-{}", name(first)?, name(last)?)),
        None => name(part),
    };
    weekdays.split(',').map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join(","))
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({})", self.text)
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let schedule: Schedule = text.parse().unwrap();
        let after: Timestamp = after.parse().unwrap();
        schedule.between(&zone, after, Timestamp::MAX).take(count).map(|(_, at)| at.to_string()).collect()
    }

    #[test]
    fn a_time_that_daylight_saving_takes_out_moves_forward() {
        assert_eq!(
            first("0 30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2),
            ["2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"]
        );
    }

    #[test]
    fn a_time_that_daylight_saving_repeats_counts_once() {
        assert_eq!(
            first("0 30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2),
            ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
        );
        assert_eq!(
            first("0 30 1 * * *", "America/New_York", "2026-11-01T05:30:00Z", 1),
            ["2026-11-02T06:30:00Z"]
        );
    }

    /// What people have in their heads from elsewhere: taken as it is meant, or refused with something that is taken.
    #[test]
    fn k05_what_is_proposed_instead_is_taken() {
        let cases = [
            ("0 9 * * 1-5", "write `0 0 9 * * Mon-Fri`"),
            ("0 9 * * 1", "write `0 0 9 * * Mon`"),
            ("30 16 * * 0,6", "write `0 30 16 * * Sun,Sat`"),
            ("0 9 * * 5-1", "write `0 0 9 * * Fri-Mon`"),
            ("0 9 1 * *", "write `0 0 9 1 * *`"),
            ("H 9 * * 1", "it is not a schedule"),
            ("* * * * *", "it is not a schedule"),
            ("0 9 * * 1#2", "it is not a schedule"),
            ("0 0 9 ? * MON", ""),
            ("0 0 9 * * MON#1", "weekdays are written by name"),
            ("0 0 9 L * ?", "it is not a schedule"),
            ("@daily", ""),
            ("0 0 9 * * FRI-MON", ""),
            ("0 0 9 * * Sat-Sun", ""),
            ("0 0 9 31 2 *", "no date to come"),
            ("0 0 9 * * Mon 2020", "no date to come"),
            ("* * * * * *", "several times an hour"),
            ("0 */5 9 * * Mon", "several times an hour"),
            ("0 0 * * * Mon", ""),
        ];
        for (text, expected) in cases {
            let said = text.parse::<Schedule>().map_or_else(|error| error.to_string(), |_| String::new());
            assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{text}: {said}");
            let proposed = said.split_once("so write `").and_then(|(_, rest)| rest.split('`').next());
            if let Some(proposed) = proposed {
                proposed.parse::<Schedule>().unwrap_or_else(|error| panic!("{text}: {proposed}: {error}"));
            }
        }
        assert_eq!(
            first("0 0 9 * * FRI-MON", "UTC", "2026-12-02T12:00:00Z", 5),
            [4, 5, 6, 7, 11].map(|day| format!("2026-12-{day:02}T09:00:00Z"))
        );
    }

    #[test]
    fn what_would_mean_something_else_than_it_seems_is_refused() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<Schedule>().unwrap_err().to_string(), expected)
        };
        check("0 9 * * Mon", "it has five fields; seconds come first, so write `0 0 9 * * Mon`");
        check(
            "0 0 9 * * 1-5",
            "weekdays are written by name, such as `Mon-Fri`: numbers mean different days in different programs",
        );
        check("0 0 9 30 2 *", "no date to come ever matches it");
        check(
            "soon",
            "it is not a schedule of seconds, minutes, hours, days of month, months and weekdays, such as `0 0 9 * * Mon`",
        );
    }
}
