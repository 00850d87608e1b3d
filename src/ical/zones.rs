//! The zone that a TZID means.
//!
//! TZIDs are free text. Most are IANA names, some with a prefix; Microsoft's programs write their own; and a
//! calendar may define any other in a VTIMEZONE. What can't be found out is taken for the host's zone, since
//! that is where most of a host's events are.

use std::collections::HashMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Block, when::Moment};

/// The zones that a calendar's TZIDs mean, for a host.
#[derive(Debug)]
pub(super) struct Zones {
    host: TimeZone,
    /// What the calendar itself defines, where the name alone doesn't tell.
    defined: HashMap<String, TimeZone>,
}

impl Zones {
    /// The zones that `blocks` define.
    pub(super) fn new(host: &TimeZone, blocks: &[Block]) -> Self {
        let mut zones = Self { host: host.clone(), defined: HashMap::new() };
        for block in blocks {
            let Some(name) = block.value("TZID") else { continue };
            if known(name).is_some() {
                continue;
            }
            let located = block.value("X-LIC-LOCATION").and_then(known);
            if let Some(zone) = located.or_else(|| by_rule(block, &zones)) {
                zones.defined.insert(name.to_owned(), zone);
            }
        }
        zones
    }

    /// The host's zone.
    pub(super) fn host(&self) -> &TimeZone {
        &self.host
    }

    /// The zone that `tzid` means.
    pub(super) fn named(&self, tzid: &str) -> TimeZone {
        let tzid = tzid.trim().trim_matches('"');
        known(tzid).or_else(|| self.defined.get(tzid).cloned()).unwrap_or_else(|| self.host.clone())
    }
}

/// The zone that everybody knows by that name: IANA's, also after a prefix such as
/// `/freeassociation.sourceforge.net/`, or Microsoft's.
fn known(name: &str) -> Option<TimeZone> {
    let iana = |name: &str| TimeZone::get(name).ok();
    // A name has at most three parts: America/Argentina/Ushuaia.
    let after_prefix = |name: &str| {
        let parts: Vec<&str> = name.split('/').collect();
        let longest = parts.len().saturating_sub(3);
        (longest..parts.len()).find_map(|from| iana(&parts.get(from..)?.join("/")))
    };
    iana(name)
        .or_else(|| name.contains('/').then(|| after_prefix(name)).flatten())
        .or_else(|| localzone::win_zone_to_iana(name, None).and_then(iana))
}

/// One observance of a VTIMEZONE: since when, and at which offset from UTC.
struct Observance {
    since: Moment,
    /// Seconds east of UTC.
    offset: i32,
    /// It begins anew each year, for ever.
    yearly: bool,
    /// The days of a year on which it begins, as POSIX writes it.
    begins: String,
}

impl Observance {
    fn read(block: &Block, zones: &Zones) -> Option<Self> {
        let since = Moment::of(block.first("DTSTART")?, zones).ok()?;
        let rule = block.value("RRULE");
        Some(Self {
            offset: offset(block.value("TZOFFSETTO")?)?,
            yearly: rule.is_some_and(|rule| !rule.contains("UNTIL=") && !rule.contains("COUNT=")),
            begins: begins(since.civil.date(), rule.unwrap_or_default())?,
            since,
        })
    }
}

/// The zone that a VTIMEZONE describes, as it is since its last change: two offsets that take turns each
/// year, or a single one. The past before that change is not needed for who is busy when.
fn by_rule(block: &Block, zones: &Zones) -> Option<TimeZone> {
    let latest = |name: &str| {
        let those = block.within.iter().filter(|block| block.name == name);
        those
            .filter_map(|block| Observance::read(block, zones))
            .max_by_key(|observance| observance.since.civil)
    };
    let text = match (latest("STANDARD"), latest("DAYLIGHT")) {
        (Some(standard), Some(daylight)) if take_turns(&standard, &daylight) => format!(
            "<STD>{}<DST>{},{}/{},{}/{}",
            posix_offset(standard.offset),
            posix_offset(daylight.offset),
            daylight.begins,
            daylight.since.civil.time(),
            standard.begins,
            standard.since.civil.time(),
        ),
        (Some(only), _) | (None, Some(only)) => format!("<STD>{}", posix_offset(only.offset)),
        (None, None) => return None,
    };
    TimeZone::posix(&text).ok()
}

/// True if both recur, or if a calendar lists the changes of each year and these are of the same year.
fn take_turns(standard: &Observance, daylight: &Observance) -> bool {
    let apart = (standard.since.civil.year() - daylight.since.civil.year()).abs() <= 1;
    daylight.yearly && standard.yearly || !daylight.yearly && !standard.yearly && apart
}

/// `+0100`, `-053000`: seconds east of UTC.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let part = |from, until| digits.get(from..until)?.parse::<i32>().ok();
    let seconds = if digits.len() == 6 { part(4, 6)? } else { 0 };
    Some(sign * (part(0, 2)? * 3600 + part(2, 4)? * 60 + seconds))
}

/// POSIX counts west of Greenwich.
fn posix_offset(east: i32) -> String {
    let sign = if east > 0 { '-' } else { '+' };
    let seconds = east.abs();
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The day of the year in `rule`, or else that of the first time: `M3.5.0` is the last Sunday of March.
fn begins(first: Date, rule: &str) -> Option<String> {
    let part = |name: &str| {
        rule.split(';')
            .find_map(|part| part.split_once('=').filter(|(key, _)| *key == name))
            .map(|(_, value)| value)
    };
    let month: i8 = match part("BYMONTH") {
        Some(month) => month.parse().ok()?,
        None => first.month(),
    };
    let weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    let (week, weekday) = match part("BYDAY") {
        Some(day) => {
            let (number, name) = day.split_at_checked(day.len().checked_sub(2)?)?;
            let weekday = weekdays.iter().position(|known| known.eq_ignore_ascii_case(name))?;
            let week = match (number, part("BYMONTHDAY")) {
                ("-1", _) => 5,
                // "The Sunday from the 8th to the 14th" is the second.
                ("", Some(days)) => (days.split(',').next()?.parse::<i8>().ok()? - 1) / 7 + 1,
                (number, _) => number.parse().ok()?,
            };
            (week, weekday)
        }
        None => {
            let last = first.day() + 7 > first.days_in_month();
            let week = if last { 5 } else { (first.day() - 1) / 7 + 1 };
            (week, usize::try_from(first.weekday().since(Weekday::Sunday)).ok()?)
        }
    };
    (1..=5).contains(&week).then(|| format!("M{month}.{week}.{weekday}"))
}
