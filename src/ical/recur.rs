//! When a rule lets something recur.
//!
//! Rules are about the time on the wall, so they are followed there; in which zone the wall is comes after.
//! They are followed here and not by the `rrule` crate, because calendars hold what strangers wrote and its work
//! can't be bounded: a rule that never gives a date sends it through 100,000 periods, and a rule from long ago through
//! all of them since. Here whole periods are skipped where none has to be counted, and each day that is looked at is
//! paid for in advance. Tests hold the two against each other.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span};

use super::rule::{Frequency, Rule};

/// Most days and starts that are looked at for one rule: every day of a thousand years.
const MOST_FOR_ONE: u64 = 400_000;
/// Most starts that one rule gives.
const MOST_STARTS: usize = 20_000;
/// Most for all rules of a reading together.
const MOST: u64 = 2_000_000;

/// What may still be done.
#[derive(Debug)]
pub(super) struct Work {
    left: u64,
}

impl Work {
    /// For a whole reading.
    pub(super) fn for_all() -> Self {
        Self { left: MOST }
    }

    /// For a single rule.
    pub(super) fn for_one() -> Self {
        Self { left: MOST_FOR_ONE }
    }

    /// Takes some of it; an error once there isn't enough.
    pub(super) fn take(&mut self, some: u64) -> Result<(), TooMuch> {
        self.left = self.left.checked_sub(some).ok_or(TooMuch)?;
        Ok(())
    }
}

/// It recurs more often than anybody follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMuch;

/// The starts that `rule` gives something that starts first at `first`, from the one time to the other, in order, all
/// on the wall. The first start itself is among them only if the rule says so.
pub(super) fn starts(
    rule: &Rule,
    first: DateTime,
    [from, until]: [DateTime; 2],
    work: &mut Work,
) -> Result<Vec<DateTime>, TooMuch> {
    let until = rule.until.map_or(until, |last| last.min(until));
    if until < first || until < from {
        return Ok(Vec::new());
    }
    if let Frequency::Seconds(unit) = rule.frequency {
        return within_days(rule, unit, first, [from, until], work);
    }
    let mut own = Work { left: MOST_FOR_ONE.min(work.left) };
    let before = own.left;
    let found = by_days(rule, first, [from, until], &mut own);
    work.take(before - own.left)?;
    found
}

fn by_days(
    rule: &Rule,
    first: DateTime,
    [from, until]: [DateTime; 2],
    work: &mut Work,
) -> Result<Vec<DateTime>, TooMuch> {
    let count = rule.count.filter(|count| matters(*count, rule, first, until));
    let mut starts = Vec::new();
    let mut counted = 0;
    let begin = if count.is_some() { 0 } else { skipped(rule, first.date(), from.date()) };
    for step in begin.. {
        let Some(period) = period(rule, first.date(), step) else { break };
        if period.first > until.date() {
            break;
        }
        for at in in_period(rule, period, work)? {
            if at < first {
                continue;
            }
            counted += 1;
            if at > until || count.is_some_and(|count| counted > count) {
                return Ok(starts);
            }
            if at >= from {
                if starts.len() == MOST_STARTS {
                    return Err(TooMuch);
                }
                starts.push(at);
            }
        }
    }
    Ok(starts)
}

/// A count that can't be reached by then is none, so that nothing has to be counted.
fn matters(count: u64, rule: &Rule, first: DateTime, until: DateTime) -> bool {
    let days = u64::try_from(days_between(first.date(), until.date()) + 1).unwrap_or(0);
    count < days.saturating_mul(rule.times_of_a_day())
}

fn days_between(from: Date, until: Date) -> i64 {
    from.duration_until(until).as_hours() / 24
}

/// Days in a row that are looked at together.
#[derive(Debug, Clone, Copy)]
struct Period {
    first: Date,
    last: Date,
}

/// How many steps certainly end before `from`.
fn skipped(rule: &Rule, first: Date, from: Date) -> i64 {
    let periods = match rule.frequency {
        Frequency::Yearly => i64::from(from.year() - first.year()),
        Frequency::Monthly => months(from) - months(first),
        Frequency::Weekly => days_between(first, from) / 7,
        Frequency::Daily | Frequency::Seconds(_) => days_between(first, from),
    };
    (periods / rule.interval - 1).max(0)
}

fn months(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

/// The period after so many steps; none beyond the end of time.
fn period(rule: &Rule, first: Date, step: i64) -> Option<Period> {
    let on = step.checked_mul(rule.interval)?;
    match rule.frequency {
        Frequency::Yearly => {
            let year = i16::try_from(i64::from(first.year()).checked_add(on)?).ok()?;
            Some(Period { first: Date::new(year, 1, 1).ok()?, last: Date::new(year, 12, 31).ok()? })
        }
        Frequency::Monthly => {
            let month = months(first).checked_add(on)?;
            let year = i16::try_from(month.div_euclid(12)).ok()?;
            let first = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
            Some(Period { first, last: first.last_of_month() })
        }
        Frequency::Weekly => {
            let into = i64::from(first.weekday().since(rule.week_starts));
            let first = later(first, on.checked_mul(7)?.checked_sub(into)?)?;
            Some(Period { first, last: later(first, 6)? })
        }
        Frequency::Daily | Frequency::Seconds(_) => {
            let day = later(first, on)?;
            Some(Period { first: day, last: day })
        }
    }
}

fn later(day: Date, days: i64) -> Option<Date> {
    day.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// All starts of a period, in order.
fn in_period(rule: &Rule, period: Period, work: &mut Work) -> Result<Vec<DateTime>, TooMuch> {
    let mut starts = Vec::new();
    let mut day = Some(period.first);
    while let Some(today) = day.filter(|day| *day <= period.last) {
        work.take(1)?;
        let out_of_season = !rule.months.is_empty() && !rule.months.contains(&today.month().into());
        if !out_of_season && takes(rule, today) {
            starts.extend(times(rule).map(|time| today.to_datetime(time)));
            work.take(rule.times_of_a_day())?;
        }
        let passed = if out_of_season { today.last_of_month() } else { today };
        day = passed.tomorrow().ok();
    }
    if rule.positions.is_empty() {
        return Ok(starts);
    }
    let at = |position: &i64| match usize::try_from(*position) {
        Ok(from_start) => from_start.checked_sub(1),
        Err(_) => starts.len().checked_sub(usize::try_from(position.unsigned_abs()).ok()?),
    };
    let mut chosen: Vec<DateTime> =
        rule.positions.iter().filter_map(at).filter_map(|at| starts.get(at).copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

fn times(rule: &Rule) -> impl Iterator<Item = Time> {
    let small = |number: &i64| i8::try_from(*number).unwrap_or(0);
    rule.hours.iter().flat_map(move |hour| {
        rule.minutes.iter().flat_map(move |minute| {
            let seconds = rule.seconds.iter();
            seconds.filter_map(move |second| Time::new(small(hour), small(minute), small(second), 0).ok())
        })
    })
}

/// True if the rule has something on that day.
fn takes(rule: &Rule, day: Date) -> bool {
    let listed = |numbers: &[i64], at: i64, of: i64| {
        numbers.is_empty() || numbers.iter().any(|number| *number == at || *number == at - of - 1)
    };
    let in_month = i64::from(day.day());
    let in_year = i64::from(day.day_of_year());
    (rule.months.is_empty() || rule.months.contains(&day.month().into()))
        && listed(&rule.month_days, in_month, day.days_in_month().into())
        && listed(&rule.year_days, in_year, day.days_in_year().into())
        && (rule.weekdays.is_empty() || rule.weekdays.iter().any(|which| is_weekday(rule, *which, day)))
        && (rule.weeks.is_empty() || is_week(rule, day))
}

/// Weekdays are counted within the month, or of a yearly rule that names no months, within the year.
fn is_weekday(rule: &Rule, (nth, weekday): (i64, jiff::civil::Weekday), day: Date) -> bool {
    if day.weekday() != weekday || nth == 0 {
        return day.weekday() == weekday;
    }
    let (at, of) = if rule.frequency == Frequency::Yearly && rule.months.is_empty() {
        (i64::from(day.day_of_year()), i64::from(day.days_in_year()))
    } else {
        (i64::from(day.day()), i64::from(day.days_in_month()))
    };
    if nth > 0 { (at - 1) / 7 + 1 == nth } else { (of - at) / 7 + 1 == -nth }
}

/// Weeks belong to the year that most of their days are in.
fn is_week(rule: &Rule, day: Date) -> bool {
    let into = i64::from(day.weekday().since(rule.week_starts));
    let Some(middle) = later(day, 3 - into) else { return false };
    let number = (i64::from(middle.day_of_year()) - 1) / 7 + 1;
    let left = (i64::from(middle.days_in_year()) - i64::from(middle.day_of_year())) / 7;
    rule.weeks.iter().any(|week| *week == number || *week == -left - 1)
}

/// What recurs every so many hours, minutes or seconds.
fn within_days(
    rule: &Rule,
    unit: i64,
    first: DateTime,
    [from, until]: [DateTime; 2],
    work: &mut Work,
) -> Result<Vec<DateTime>, TooMuch> {
    let every = unit.checked_mul(rule.interval).ok_or(TooMuch)?;
    let open = [&rule.months, &rule.month_days, &rule.hours].into_iter().all(Vec::is_empty);
    let mut last = first.duration_until(until).as_secs() / every;
    match rule.count.and_then(|count| i64::try_from(count - 1).ok()) {
        Some(count) if open && rule.weekdays.is_empty() => last = last.min(count),
        // What it leaves out would have to be counted from the first on.
        Some(count) if count < last => return Err(TooMuch),
        _ => {}
    }
    let behind = first.duration_until(from).as_secs();
    let begin = if behind > 0 { (behind - 1) / every + 1 } else { 0 };
    let most = i64::try_from(MOST_STARTS).unwrap_or(i64::MAX);
    if last - begin >= most {
        return Err(TooMuch);
    }
    work.take(u64::try_from(last - begin + 1).unwrap_or(0))?;
    let at = |step: i64| first.checked_add(SignedDuration::from_secs(step * every)).ok();
    let all = (begin..=last).filter_map(at);
    Ok(all
        .filter(|at| {
            takes(rule, at.date()) && (rule.hours.is_empty() || rule.hours.contains(&at.hour().into()))
        })
        .collect())
}
