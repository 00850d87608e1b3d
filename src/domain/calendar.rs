//! Quarters, planning windows and the moments that are counted from them (rule R5).
//!
//! Civil dates are kept civil until a zone is known; an instant is a [`Timestamp`]. Where a civil time
//! doesn't exist it moves forward, where it exists twice the first is meant (jiff's *compatible*).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// A fiscal quarter. The fiscal year is named after the calendar year in which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quarter {
    /// The fiscal year.
    pub year: i16,
    /// 1 to 4.
    pub number: i8,
}

impl Quarter {
    /// The quarter after this one.
    #[must_use]
    pub fn next(self) -> Self {
        if self.number == 4 {
            Self { year: self.year.saturating_add(1), number: 1 }
        } else {
            Self { year: self.year, number: self.number + 1 }
        }
    }

    /// The first day, when fiscal years start with `fiscal_start` (a month, 1 to 12).
    pub fn starts(self, fiscal_start: i8) -> Option<Date> {
        let months = i32::from(fiscal_start) - 1 + (i32::from(self.number) - 1) * 3;
        let start_year = if fiscal_start == 1 { self.year } else { self.year.checked_sub(1)? };
        let year = i32::from(start_year) + months / 12;
        Date::new(i16::try_from(year).ok()?, i8::try_from(months % 12 + 1).ok()?, 1).ok()
    }

    /// The quarter that `date` lies in.
    pub fn of(date: Date, fiscal_start: i8) -> Self {
        let months = (i16::from(date.month()) - i16::from(fiscal_start)).rem_euclid(12);
        let started = if date.month() < fiscal_start { date.year() - 1 } else { date.year() };
        let year = if fiscal_start == 1 { started } else { started + 1 };
        // `months` is 0 to 11, so the quarter is 1 to 4.
        Self { year, number: i8::try_from(months / 3).unwrap_or(0) + 1 }
    }

    /// "Q1", as people say it in a sentence.
    pub fn short(self) -> String {
        format!("Q{}", self.number)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-Q{}", self.year, self.number))
    }
}

/// A text that isn't a quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a quarter is written like 2027-Q1")]
pub struct BadQuarter;

impl FromStr for Quarter {
    type Err = BadQuarter;
    fn from_str(text: &str) -> Result<Self, BadQuarter> {
        let (year, number) = text.split_once("-Q").ok_or(BadQuarter)?;
        let year: i16 = year.parse().map_err(|_| BadQuarter)?;
        let number: i8 = number.parse().map_err(|_| BadQuarter)?;
        if (1..=4).contains(&number) && (1970..=9000).contains(&year) {
            Ok(Self { year, number })
        } else {
            Err(BadQuarter)
        }
    }
}

impl TryFrom<String> for Quarter {
    type Error = BadQuarter;
    fn try_from(text: String) -> Result<Self, BadQuarter> {
        text.parse()
    }
}

impl From<Quarter> for String {
    fn from(quarter: Quarter) -> Self {
        quarter.to_string()
    }
}

/// The time in which a quarter's backlog is decided: `[opens, freezes)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanningWindow {
    /// The quarter that is planned.
    pub quarter: Quarter,
    /// First day of the quarter itself.
    pub starts: Date,
    /// First day of the window, in the calendar's zone.
    pub opens_on: Date,
    /// Last day of the window, in the calendar's zone.
    pub freezes_on: Date,
    /// When the window opens.
    pub opens: Timestamp,
    /// When answers become final.
    pub freezes: Timestamp,
}

/// An offset from a date: whole days or working days, and a time of day if one was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset {
    /// Calendar days; weeks are seven of them. Negative is before.
    pub days: i32,
    /// Working days (Monday to Friday, no company holiday), counted after `days`.
    pub working_days: i32,
    /// Time of day, in the zone of whoever it is for.
    pub time: Option<Time>,
}

/// What a touch's moment is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    /// The day the planning window opens.
    Opens,
    /// The day it freezes.
    Freezes,
}

/// A moment relative to the planning window, such as `opens - 4w` or `freezes - 2wd 10:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// What it is counted from.
    pub base: Base,
    /// How far away.
    pub offset: Offset,
}

impl Anchor {
    /// The civil day it names for one window. `None` where it leaves the calendar.
    pub fn day(&self, window: &PlanningWindow, is_holiday: impl Fn(Date) -> bool) -> Option<Date> {
        let base = match self.base {
            Base::Opens => window.opens_on,
            Base::Freezes => window.freezes_on,
        };
        self.offset.from(base, is_holiday)
    }
}

impl Offset {
    /// The civil day this far from `base`.
    pub fn from(&self, base: Date, is_holiday: impl Fn(Date) -> bool) -> Option<Date> {
        let mut day = base.checked_add(Span::new().try_days(self.days).ok()?).ok()?;
        let step = if self.working_days < 0 { -1 } else { 1 };
        let mut left = self.working_days.unsigned_abs();
        while left > 0 {
            day = day.checked_add(step.days()).ok()?;
            if is_working_weekday(day.weekday()) && !is_holiday(day) {
                left -= 1;
            }
        }
        Some(day)
    }
}

/// Monday to Friday.
pub fn is_working_weekday(weekday: Weekday) -> bool {
    !matches!(weekday, Weekday::Saturday | Weekday::Sunday)
}

/// Why a text is not an anchor or offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a base, a sign and an amount, such as `opens - 4w`, `freezes - 3wd` or `freezes - 2d 10:00` (w weeks, d days, wd working days)"
)]
pub struct BadAnchor;

fn amount(text: &str, sign: i32) -> Result<Offset, BadAnchor> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or(BadAnchor)?;
    let (number, unit) = text.split_at(unit_at);
    let number: i32 = number.parse().map_err(|_| BadAnchor)?;
    if number > 400 {
        return Err(BadAnchor);
    }
    match unit {
        "w" => Ok(Offset { days: sign * number * 7, ..Offset::default() }),
        "d" => Ok(Offset { days: sign * number, ..Offset::default() }),
        "wd" => Ok(Offset { working_days: sign * number, ..Offset::default() }),
        _ => Err(BadAnchor),
    }
}

/// Reads `BASE [+|- AMOUNT] [HH:MM]`; `bases` are the words that may stand first.
pub fn parse_offset<B: Copy>(text: &str, bases: &[(&str, B)]) -> Result<(B, Offset), BadAnchor> {
    let spaced = text.replace('-', " - ").replace('+', " + ");
    let mut words = spaced.split_whitespace().peekable();
    let first = words.next().ok_or(BadAnchor)?;
    let base = bases.iter().find(|(word, _)| *word == first).ok_or(BadAnchor)?.1;
    let mut offset = match words.peek().copied() {
        Some(sign @ ("+" | "-")) => {
            words.next();
            amount(words.next().ok_or(BadAnchor)?, if sign == "-" { -1 } else { 1 })?
        }
        _ => Offset::default(),
    };
    if let Some(time) = words.next() {
        offset.time = Some(Time::strptime("%H:%M", time).map_err(|_| BadAnchor)?);
    }
    if words.next().is_some() { Err(BadAnchor) } else { Ok((base, offset)) }
}

impl FromStr for Anchor {
    type Err = BadAnchor;
    fn from_str(text: &str) -> Result<Self, BadAnchor> {
        let (base, offset) = parse_offset(text, &[("opens", Base::Opens), ("freezes", Base::Freezes)])?;
        Ok(Self { base, offset })
    }
}

/// The company's planning calendar.
#[derive(Debug, Clone)]
pub struct PlanningCalendar {
    /// The zone of `opens` and `freezes`, and of people whose own isn't known.
    pub zone: TimeZone,
    /// The month in which fiscal years start, 1 to 12.
    pub fiscal_start: i8,
    /// Where windows open, counted from the first day of their quarter.
    pub opens: Offset,
    /// Where windows freeze, counted from the first day of their quarter.
    pub freezes: Offset,
    /// Windows with dates of their own, `(opens, freezes)`; they win over the offsets.
    pub explicit: BTreeMap<Quarter, (Date, Date)>,
    /// Company holidays with their names.
    pub holidays: BTreeMap<Date, String>,
}

impl PlanningCalendar {
    /// When a window freezes on its last day unless the configuration names a time.
    pub const FREEZE_TIME: Time = Time::constant(17, 0, 0, 0);

    /// The planning window of `quarter`. `None` where it leaves the calendar (years 1 to 9999).
    pub fn window(&self, quarter: Quarter) -> Option<PlanningWindow> {
        let starts = quarter.starts(self.fiscal_start)?;
        let holiday = |date| self.holidays.contains_key(&date);
        let (opens_on, freezes_on) = match self.explicit.get(&quarter) {
            Some(dates) => *dates,
            None => (self.opens.from(starts, holiday)?, self.freezes.from(starts, holiday)?),
        };
        let opens = opens_on.to_datetime(self.opens.time.unwrap_or(Time::midnight()));
        let freezes = freezes_on.to_datetime(self.freezes.time.unwrap_or(Self::FREEZE_TIME));
        let instant = |at: jiff::civil::DateTime| Some(at.to_zoned(self.zone.clone()).ok()?.timestamp());
        Some(PlanningWindow {
            quarter,
            starts,
            opens_on,
            freezes_on,
            opens: instant(opens)?,
            freezes: instant(freezes)?,
        })
    }

    /// The window that is open at `now` or opens next: the one whose freeze is still ahead.
    pub fn coming_window(&self, now: Timestamp) -> Option<PlanningWindow> {
        let today = now.to_zoned(self.zone.clone()).date();
        let here = Quarter::of(today, self.fiscal_start);
        // A window may freeze before its quarter starts or after it has begun: look from here on.
        std::iter::successors(Some(here), |quarter| Some(quarter.next()))
            .take(6)
            .filter_map(|quarter| self.window(quarter))
            .find(|window| now < window.freezes)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn calendar(fiscal_start: i8) -> PlanningCalendar {
        PlanningCalendar {
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            fiscal_start,
            opens: Offset { days: -21, ..Offset::default() },
            freezes: Offset { days: 14, ..Offset::default() },
            explicit: BTreeMap::new(),
            holidays: BTreeMap::from([(date(2027, 1, 1), "New Year".into())]),
        }
    }

    #[test]
    fn a_quarter_starts_where_the_fiscal_year_says() {
        let check = |quarter: &str, fiscal_start, expected: Date| {
            let quarter: Quarter = quarter.parse().unwrap();
            assert_eq!(quarter.starts(fiscal_start), Some(expected), "{quarter} from {fiscal_start}");
            assert_eq!(Quarter::of(expected, fiscal_start), quarter);
            assert_eq!(Quarter::of(expected.yesterday().unwrap(), fiscal_start).next(), quarter);
        };
        check("2027-Q1", 1, date(2027, 1, 1));
        check("2027-Q4", 1, date(2027, 10, 1));
        check("2027-Q1", 2, date(2026, 2, 1));
        check("2027-Q4", 2, date(2026, 11, 1));
        check("2027-Q1", 10, date(2026, 10, 1));
        check("2027-Q2", 10, date(2027, 1, 1));
        check("2027-Q3", 12, date(2027, 6, 1));
    }

    #[test]
    fn the_coming_window_is_the_one_whose_freeze_is_ahead() {
        let calendar = calendar(1);
        let at = |text: &str| calendar.coming_window(text.parse().unwrap()).unwrap().quarter.to_string();
        assert_eq!(at("2026-11-22T09:00:00Z"), "2027-Q1");
        assert_eq!(at("2027-01-15T15:59:59Z"), "2027-Q1");
        assert_eq!(at("2027-01-15T16:00:00Z"), "2027-Q2");
    }

    #[test]
    fn anchors_read_as_they_are_written() {
        let window = calendar(1).window("2027-Q1".parse().unwrap()).unwrap();
        let check = |text: &str, expected: Date| {
            let anchor: Anchor = text.parse().unwrap();
            let holidays = calendar(1).holidays;
            assert_eq!(anchor.day(&window, |day| holidays.contains_key(&day)), Some(expected), "{text}");
        };
        check("opens", date(2026, 12, 11));
        check("opens - 4w", date(2026, 11, 13));
        check("opens+3d", date(2026, 12, 14));
        check("freezes - 2wd", date(2027, 1, 13));
        check("freezes - 11wd", date(2026, 12, 30));
        for bad in
            ["", "open - 4w", "opens - 4", "opens - w", "opens 4w", "opens - 4w 25:00", "opens - 999999d"]
        {
            assert!(bad.parse::<Anchor>().is_err(), "{bad}");
        }
        assert_eq!(
            "freezes - 2d 10:30".parse::<Anchor>().unwrap().offset.time,
            Some(Time::constant(10, 30, 0, 0))
        );
    }
}
