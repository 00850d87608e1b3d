//! Days, periods, holidays, zones and durations.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemars::{Schema, json_schema};

use crate::config::nearest;
use crate::config::read::{Advice, Word};
use crate::domain::calendar::{Offset, parse_offset};

impl Word for Date {
    const CHECK: &'static str = "date";
    const WHAT: &'static str = "a date";
    fn form() -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        Self::strptime("%Y-%m-%d", text.trim()).map_err(|_| Advice {
            because: "no such day".into(),
            instead: Some("write year, month and day, such as `2026-11-12`".into()),
        })
    }
}

/// A day and a time of day, in a zone said elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::config) struct Moment(pub DateTime);

impl Word for Moment {
    const CHECK: &'static str = "date";
    const WHAT: &'static str = "a day and a time";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["2026-12-15 15:00"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let text = text.trim().replace('T', " ");
        DateTime::strptime("%Y-%m-%d %H:%M", &text)
            .or_else(|_| DateTime::strptime("%Y-%m-%d %H:%M:%S", &text))
            .map(Self)
            .map_err(|_| Advice {
                because: "no such moment".into(),
                instead: Some("write it like `2026-12-15 15:00`".into()),
            })
    }
}

/// A first and a last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) struct Period {
    /// The first day.
    pub from: Date,
    /// The last one, not before the first.
    pub to: Date,
}

impl Word for Period {
    const CHECK: &'static str = "period";
    const WHAT: &'static str = "a period";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["2026-07-01..2026-09-30"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let form = || Some("write the first and the last day, such as `2026-07-01..2026-09-30`".into());
        let Some((from, to)) = text.split_once("..") else {
            return Err(Advice { because: "it lacks the `..` between two days".into(), instead: form() });
        };
        let day = |text: &str| {
            Date::strptime("%Y-%m-%d", text.trim())
                .map_err(|_| Advice { because: format!("`{}` is no day", text.trim()), instead: form() })
        };
        let (from, to) = (day(from)?, day(to)?);
        if to < from {
            return Err(Advice {
                because: "it ends before it starts".into(),
                instead: Some(format!("write `{to}..{from}`")),
            });
        }
        Ok(Self { from, to })
    }
}

/// Days on which nobody is written to: one day, several, or a calendar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) enum Holiday {
    /// From the first to the last day, with a name if one was written.
    Days { period: Period, name: Option<String> },
    /// An iCalendar file in the configuration folder.
    Calendar(String),
}

impl Word for Holiday {
    const CHECK: &'static str = "holiday";
    const WHAT: &'static str = "a holiday";
    fn form() -> Schema {
        json_schema!({
            "type": "string",
            "examples": ["2026-12-25 Christmas Day", "2026-12-24..2027-01-01 Winter break", "holidays/berlin.ics"]
        })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        const LONGEST_DAYS: i32 = 366;
        let text = text.trim();
        if text.ends_with(".ics") {
            return Ok(Self::Calendar(text.trim_start_matches("./").to_owned()));
        }
        let (days, name) = match text.split_once(' ') {
            Some((days, name)) => (days, Some(name.trim().to_owned())),
            None => (text, None),
        };
        let instead = || {
            Some(
                "write a day, such as `2026-12-25 Christmas Day`, several, such as `2026-12-24..2027-01-01`, \
                 or the path of an .ics file"
                    .to_owned(),
            )
        };
        let period = if days.contains("..") {
            <Period as Word>::parse(days)?
        } else {
            let day = Date::strptime("%Y-%m-%d", days)
                .map_err(|_| Advice { because: format!("`{days}` is no day"), instead: instead() })?;
            Period { from: day, to: day }
        };
        if period.from.until(period.to)?.get_days() > LONGEST_DAYS {
            return Err(Advice { because: "it is longer than a year".into(), instead: instead() });
        }
        Ok(Self::Days { period, name })
    }
}

/// Where a planning window opens or freezes, counted from the first day of its quarter.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct FromStart(pub Offset);

impl Word for FromStart {
    const CHECK: &'static str = "offset";
    const WHAT: &'static str = "a moment counted from the start of the quarter";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["starts - 18d", "starts + 2w 17:00"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        parse_offset(text, &[("starts", ())]).map(|((), offset)| Self(offset)).map_err(|_| Advice {
            because: "not `starts`, a sign and an amount".into(),
            instead: Some(
                "write `starts`, a sign and an amount, such as `starts - 3w` or `starts + 14d 17:00` (w weeks, d days, wd working days)"
                    .into(),
            ),
        })
    }
}

impl Word for TimeZone {
    const CHECK: &'static str = "zone";
    const WHAT: &'static str = "a time zone";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["Europe/Lisbon", "America/Chicago", "Asia/Kolkata"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        Self::get(text).map_err(|_| {
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            let near = nearest::nearest(text, known.iter().map(String::as_str));
            Advice {
                because: "the IANA time zone database doesn't have it".into(),
                instead: Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write a region and a city, such as `Europe/Lisbon`".into(),
                }),
            }
        })
    }
}

/// A duration of whole hours or days of 24 hours.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct Gap(pub jiff::SignedDuration);

impl Word for Gap {
    const CHECK: &'static str = "duration";
    const WHAT: &'static str = "a duration";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[hd]$", "examples": ["48h", "2d"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let hours = |digits: &str, each: u32| {
            digits
                .parse::<u16>()
                .ok()
                .map(|number| Self(jiff::SignedDuration::from_hours(i64::from(number) * i64::from(each))))
        };
        let text = text.trim();
        text.strip_suffix('h')
            .and_then(|digits| hours(digits, 1))
            .or_else(|| text.strip_suffix('d').and_then(|digits| hours(digits, 24)))
            .ok_or_else(|| Advice {
                because: "not a number of hours or days".into(),
                instead: Some("write hours or days, such as `48h` or `2d`".into()),
            })
    }
}
