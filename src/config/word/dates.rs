//! Days, periods, holidays, zones and durations.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use schemars::{Schema, json_schema};

use crate::config::nearest;
use crate::config::read::{Advice, Word};
use crate::domain::calendar::{Offset, parse_offset};
use crate::domain::hours::SendHours;
use crate::domain::office_hours::{Dated, Window};

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

/// A day and a range of hours on it, in a zone said elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) struct DatedRange(pub Dated);

impl Word for DatedRange {
    const CHECK: &'static str = "date";
    const WHAT: &'static str = "a day and a range of hours";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["2026-12-15 15:00-16:00"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let range = || {
            let (day, hours) = text.trim().split_once(' ')?;
            let (from, until) = hours.trim().split_once('-')?;
            let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
            let on = Date::strptime("%Y-%m-%d", day).ok()?;
            Some(Dated { on, from: time(from)?, until: time(until)? })
        };
        let advice = |because: &str| Advice {
            because: because.to_owned(),
            instead: Some("write it like `2026-12-15 15:00-16:00`".into()),
        };
        let range = range().ok_or_else(|| advice("no day with a range of hours"))?;
        if range.until <= range.from {
            return Err(advice("it ends before it starts"));
        }
        Ok(Self(range))
    }
}

/// Weekdays with a range of hours, for every week.
#[derive(Debug, Clone)]
pub(in crate::config) struct Weekly(pub Vec<Window>);

impl Word for Weekly {
    const CHECK: &'static str = "hours";
    const WHAT: &'static str = "hours that come back every week";
    fn form() -> Schema {
        json_schema!({ "type": "string", "examples": ["Tue 09:00-10:00", "Mon-Fri 16:30-17:30"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        // Written as send hours are, they are read as those.
        let hours = <SendHours as Word>::parse(text)?;
        Ok(Self(hours.ranges().map(|(weekday, from, until)| Window { weekday, from, until }).collect()))
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
            // A place is proposed, never another abbreviation: that would be other hours.
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            let places = known.iter().map(String::as_str).filter(|name| name.contains('/'));
            let instead = match abbreviated(text) {
                Some(place) => format!("write a region and a city, such as `{place}`"),
                None => match nearest::nearest(text, places) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write a region and a city, such as `Europe/Lisbon`".into(),
                },
            };
            Advice { because: "the IANA time zone database doesn't have it".into(), instead: Some(instead) }
        })
    }
}

/// A place where people say `text` for their time, as far as that is clear. Several places say the same.
pub(in crate::config) fn abbreviated(text: &str) -> Option<&'static str> {
    Some(match text.to_ascii_uppercase().as_str() {
        "PST" | "PDT" | "PT" => "America/Los_Angeles",
        "MST" | "MDT" | "MT" => "America/Denver",
        "CST" | "CDT" | "CT" => "America/Chicago",
        "EST" | "EDT" | "ET" => "America/New_York",
        "HST" => "Pacific/Honolulu",
        "BRT" => "America/Sao_Paulo",
        "GMT" | "BST" => "Europe/London",
        "WET" | "WEST" => "Europe/Lisbon",
        "CET" | "CEST" => "Europe/Berlin",
        "EET" | "EEST" => "Europe/Helsinki",
        "MSK" => "Europe/Moscow",
        "IST" => "Asia/Kolkata",
        "SGT" => "Asia/Singapore",
        "JST" => "Asia/Tokyo",
        "AEST" | "AEDT" => "Australia/Sydney",
        _ => return None,
    })
}

/// Whether a zone of the database is an offset rather than a place: it knows no daylight saving, wherever people live.
pub(in crate::config) fn is_offset(name: &str) -> bool {
    ["EST", "MST", "HST"].contains(&name) || name.starts_with("Etc/GMT+") || name.starts_with("Etc/GMT-")
}

/// After how many quarters something ends; none if it never does.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct Expiry(pub Option<u32>);

/// Most quarters that can be waited for: ten years. Longer is `never`.
const MOST_QUARTERS: u32 = 40;

impl Word for Expiry {
    const CHECK: &'static str = "expiry";
    const WHAT: &'static str = "when something ends";
    fn form() -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(never|after [0-9]+ quarters?)$",
            "examples": ["after 4 quarters", "never"],
        })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let quarters = match words.as_slice() {
            ["never"] => return Ok(Self(None)),
            ["after", number, "quarter" | "quarters"] => number.parse::<u32>().ok(),
            _ => None,
        };
        let possible = |quarters: &u32| (1..=MOST_QUARTERS).contains(quarters);
        quarters.filter(possible).map(|quarters| Self(Some(quarters))).ok_or_else(|| Advice {
            because: format!("not `never` or a number of quarters from 1 to {MOST_QUARTERS}"),
            instead: Some("write `after 4 quarters` or `never`".into()),
        })
    }
}

/// A duration of whole minutes, hours or days of 24 hours.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct Gap(pub SignedDuration);

impl Word for Gap {
    const CHECK: &'static str = "duration";
    const WHAT: &'static str = "a duration";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+[mhd]$", "examples": ["30m", "48h", "2d"] })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let text = text.trim();
        let minutes = |unit: char, each: u32| {
            let number: u16 = text.strip_suffix(unit)?.parse().ok()?;
            Some(Self(SignedDuration::from_mins(i64::from(number) * i64::from(each))))
        };
        minutes('m', 1).or_else(|| minutes('h', 60)).or_else(|| minutes('d', 24 * 60)).ok_or_else(|| Advice {
            because: "not a number of minutes, hours or days".into(),
            instead: Some("write minutes, hours or days, such as `30m`, `48h` or `2d`".into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever writes an abbreviation is shown a place, never another abbreviation with other hours.
    #[test]
    fn k01_an_abbreviation_is_no_place() {
        let check = |text: &str, expected: &str| {
            let advice = TimeZone::parse(text).unwrap_err();
            assert!(advice.instead.as_deref().unwrap_or_default().contains(expected), "{text}: {advice:?}");
        };
        check("PST", "such as `America/Los_Angeles`");
        check("cest", "such as `Europe/Berlin`");
        check("Europe/Lisboa", "did you mean `Europe/Lisbon`?");
        check("XST", "write a region and a city");
        check("here", "write a region and a city");
        for offset in ["EST", "MST", "HST", "Etc/GMT+5"] {
            assert!(is_offset(TimeZone::get(offset).unwrap().iana_name().unwrap()), "{offset}");
        }
        for place in ["Europe/Lisbon", "Asia/Kolkata", "UTC", "Etc/UTC", "CET"] {
            assert!(!is_offset(TimeZone::get(place).unwrap().iana_name().unwrap()), "{place}");
        }
    }
}
