//! When a rule lets an event recur (RRULE, RFC 5545, 3.3.10).
//!
//! Rules are about the time on the wall, so they are expanded there: as if in UTC, where no daylight saving
//! moves anything. What zone the wall is in comes after. Invitations are written by strangers, so the work
//! that a rule can make is bounded before it is done.

use chrono::{Datelike as _, Timelike as _};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, time};
use jiff::tz::TimeZone;
use rrule::RRuleSet;

use super::Broken;
use super::when::Moment;

/// Most occurrences of an event that are counted; what comes after them is left out.
pub(super) const MOST_OCCURRENCES: usize = 10_000;
/// Most days, hours and so on that a rule may be followed through: every day for fifty years.
const MOST_STEPS: i64 = 20_000;
/// Most times of a day that a rule may name.
const MOST_TIMES: usize = 100;

const BAD_RULE: Broken = Broken("its recurrence can't be understood");
const TOO_MUCH: Broken = Broken("it recurs too often");

/// The starts that `rule` gives an event, no earlier than `from` and no later than `until`, on the wall of
/// `first`. The first start itself is not among them unless the rule says so.
pub(super) fn starts(
    first: &Moment,
    rule: &str,
    from: DateTime,
    until: DateTime,
) -> Result<Vec<DateTime>, Broken> {
    let rule = Rule::read(rule, first)?;
    let until = rule.until.map_or(until, |last| last.min(until));
    let start = rule.nearest_start(first.civil, from)?;
    if until < start {
        return Ok(Vec::new());
    }
    if let Some(step) = rule.step
        && (until.duration_since(start).as_secs() / step.as_secs()) > MOST_STEPS
    {
        return Err(TOO_MUCH);
    }
    let text = format!("DTSTART:{}Z\nRRULE:{}", start.strftime("%Y%m%dT%H%M%S"), rule.parts);
    let set: RRuleSet = text.parse().map_err(|_| BAD_RULE)?;
    let mut starts = Vec::new();
    for at in &set.limit() {
        let at = civil(&at).ok_or(BAD_RULE)?;
        if at > until || starts.len() == MOST_OCCURRENCES {
            break;
        }
        if at >= from {
            starts.push(at);
        }
    }
    Ok(starts)
}

struct Rule {
    /// All that `rrule` is given; its end is ours.
    parts: String,
    /// The last start there may be, on the wall.
    until: Option<DateTime>,
    counted: bool,
    /// What the rule goes by, if that has always the same length.
    step: Option<SignedDuration>,
    /// Every how many steps.
    interval: i32,
}

impl Rule {
    fn read(text: &str, first: &Moment) -> Result<Self, Broken> {
        let mut rule = Self { parts: String::new(), until: None, counted: false, step: None, interval: 1 };
        let mut times = 1_usize;
        for part in text.trim().split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or(BAD_RULE)?;
            match name.to_ascii_uppercase().as_str() {
                "UNTIL" => {
                    rule.until = Some(last(value, first)?);
                    continue;
                }
                "FREQ" => rule.step = step(value),
                "COUNT" => rule.counted = true,
                "INTERVAL" => rule.interval = value.trim().parse::<u16>().map_err(|_| BAD_RULE)?.into(),
                "BYHOUR" | "BYMINUTE" | "BYSECOND" => times = times.saturating_mul(value.split(',').count()),
                _ => {}
            }
            rule.parts.push_str(if rule.parts.is_empty() { "" } else { ";" });
            rule.parts.push_str(part);
        }
        if rule.interval == 0 {
            return Err(BAD_RULE);
        }
        if times > MOST_TIMES { Err(TOO_MUCH) } else { Ok(rule) }
    }

    /// A start from which the rule gives the same recurrences from `from` on as from the first one. Whole
    /// periods are skipped, unless they have to be counted.
    fn nearest_start(&self, first: DateTime, from: DateTime) -> Result<DateTime, Broken> {
        let Some(step) = self.step else { return Ok(first) };
        let period = step.checked_mul(self.interval).ok_or(TOO_MUCH)?;
        let behind = from.duration_since(first).as_secs() / period.as_secs();
        if self.counted || behind <= 0 {
            return Ok(first);
        }
        let skipped = i32::try_from(behind).ok().and_then(|periods| period.checked_mul(periods));
        skipped.and_then(|skipped| first.checked_add(skipped).ok()).ok_or(TOO_MUCH)
    }
}

/// Months and years differ in length, but there are few of them.
fn step(frequency: &str) -> Option<SignedDuration> {
    match frequency.trim().to_ascii_uppercase().as_str() {
        "WEEKLY" => Some(SignedDuration::from_hours(7 * 24)),
        "DAILY" => Some(SignedDuration::from_hours(24)),
        "HOURLY" => Some(SignedDuration::from_hours(1)),
        "MINUTELY" => Some(SignedDuration::from_mins(1)),
        "SECONDLY" => Some(SignedDuration::from_secs(1)),
        _ => None,
    }
}

/// The last start there may be. It should be of the kind that the first start is, but often isn't.
fn last(text: &str, first: &Moment) -> Result<DateTime, Broken> {
    let zones = super::zones::Zones::new(&first.zone, &[]);
    let until = Moment::parse(text, None, &zones).map_err(|_| BAD_RULE)?;
    Ok(match (first.all_day, until.all_day) {
        (true, _) => until.civil.date().to_datetime(Time::midnight()),
        // A day's last second, since the day counts.
        (false, true) => until.civil.date().to_datetime(time(23, 59, 59, 0)),
        (false, false) if until.zone == TimeZone::UTC => {
            first.zone.to_datetime(until.instant().map_err(|_| BAD_RULE)?)
        }
        (false, false) => until.civil,
    })
}

fn civil(at: &chrono::DateTime<rrule::Tz>) -> Option<DateTime> {
    let small = |number: u32| i8::try_from(number).ok();
    let day = Date::new(i16::try_from(at.year()).ok()?, small(at.month())?, small(at.day())?).ok()?;
    let time = Time::new(small(at.hour())?, small(at.minute())?, small(at.second())?, 0).ok()?;
    Some(day.to_datetime(time))
}
