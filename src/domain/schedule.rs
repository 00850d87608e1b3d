//! What recurs, as a `cron` expression: seconds first, weekdays by name.
//!
//! The `cron` crate skips times that daylight saving takes out and repeats those it gives twice. Here
//! the expression runs over civil time, and each civil time becomes one instant: a missing time moves
//! forward, a repeated one counts once. This file is the one place where `chrono` is spoken.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, TimeZone as _, Timelike, Utc};
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
    /// Five fields, as Unix has them.
    #[error("it has five fields; seconds come first, so write `0 {0}`")]
    FiveFields(String),
    /// Weekdays as numbers mean different days in different programs.
    #[error(
        "weekdays are written by name, such as `Mon-Fri`: numbers mean different days in different programs"
    )]
    NumericWeekday,
    /// It can never come due.
    #[error("no date ever matches it")]
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
        if fields.len() == 5 {
            return Err(BadSchedule::FiveFields(text.trim().to_owned()));
        }
        if fields.get(5).is_some_and(|days| days.bytes().any(|b| b.is_ascii_digit())) {
            return Err(BadSchedule::NumericWeekday);
        }
        let inner = cron::Schedule::from_str(text.trim()).map_err(|_| BadSchedule::Syntax)?;
        let schedule = Self { text: text.trim().to_owned(), inner };
        let early = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);
        if schedule.civil_after(early).next().is_none() { Err(BadSchedule::Never) } else { Ok(schedule) }
    }
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
        check("0 0 9 30 2 *", "no date ever matches it");
        check(
            "soon",
            "it is not a schedule of seconds, minutes, hours, days of month, months and weekdays, such as `0 0 9 * * Mon`",
        );
    }
}
