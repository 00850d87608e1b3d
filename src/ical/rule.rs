//! A rule by which something repeats (RRULE, RFC 5545, 3.3.10; RSCALE and SKIP, RFC 7529), as written.
//!
//! A rule that has anything in it that isn't understood is not followed in part: it would give other times.

use jiff::civil::{DateTime, Time, Weekday, time};
use jiff::tz::TimeZone;

use super::lines::Property;
use super::when::Moment;
use super::zones::Zones;

/// Most times of a day that a rule may name.
const MOST_TIMES: u64 = 100;

/// Every how much it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frequency {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    /// So many seconds: hourly, minutely or secondly.
    Seconds(i64),
}

/// A rule that is understood.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<u64>,
    /// The last start there may be, on the wall of the first.
    pub(super) until: Option<DateTime>,
    /// UNTIL can't be read, so that nothing ends it.
    pub(super) until_is_bad: bool,
    pub(super) months: Vec<i64>,
    pub(super) weeks: Vec<i64>,
    pub(super) year_days: Vec<i64>,
    pub(super) month_days: Vec<i64>,
    /// Which one, counted within the month or year, 0 for each; and the weekday.
    pub(super) weekdays: Vec<(i64, Weekday)>,
    pub(super) hours: Vec<i64>,
    pub(super) minutes: Vec<i64>,
    pub(super) seconds: Vec<i64>,
    pub(super) positions: Vec<i64>,
    pub(super) week_starts: Weekday,
}

/// A rule that isn't understood, and what is sure about it nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadRule {
    /// It may be at several times of a day.
    pub(super) any_time: bool,
    /// The last start there may be.
    pub(super) until: Option<DateTime>,
}

impl Rule {
    /// The rule in `text`, of something that starts first at `first`.
    pub(super) fn read(text: &str, first: &Moment) -> Result<Self, BadRule> {
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            until_is_bad: false,
            months: Vec::new(),
            weeks: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            positions: Vec::new(),
            week_starts: Weekday::Monday,
        };
        let text = text.to_ascii_uppercase();
        let mut seen: Vec<&str> = Vec::new();
        let mut understood = true;
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim(), value.trim());
            understood &= !seen.contains(&name) && rule.take(name, value, first).is_some();
            seen.push(name);
        }
        if understood && seen.contains(&"FREQ") && rule.is_whole() {
            rule.complete(first.civil);
            return Ok(rule);
        }
        let times = ["BYHOUR", "BYMINUTE", "BYSECOND", "HOURLY", "MINUTELY", "SECONDLY"];
        Err(BadRule { any_time: times.iter().any(|name| text.contains(name)), until: rule.until })
    }

    /// True if nothing ends it.
    pub(super) fn is_endless(&self) -> bool {
        self.count.is_none() && self.until.is_none()
    }

    /// How often it is on a day, unless it goes by hours.
    pub(super) fn times_of_a_day(&self) -> u64 {
        let all = [&self.hours, &self.minutes, &self.seconds];
        all.into_iter().map(|numbers| numbers.len().max(1) as u64).product()
    }

    fn take(&mut self, name: &str, value: &str, first: &Moment) -> Option<()> {
        match name {
            "FREQ" => self.frequency = frequency(value)?,
            "INTERVAL" => self.interval = value.parse().ok().filter(|interval| *interval > 0)?,
            "COUNT" => self.count = Some(value.parse().ok().filter(|count| *count > 0)?),
            "UNTIL" => match last(value, first) {
                Some(last) => self.until = last,
                None => self.until_is_bad = true,
            },
            "WKST" => self.week_starts = weekday(value)?,
            "BYMONTH" => self.months = numbers(value, 12)?,
            "BYWEEKNO" => self.weeks = numbers(value, 53)?,
            "BYYEARDAY" => self.year_days = numbers(value, 366)?,
            "BYMONTHDAY" => self.month_days = numbers(value, 31)?,
            "BYSETPOS" => self.positions = numbers(value, 366)?,
            "BYDAY" => self.weekdays = value.split(',').map(nth_weekday).collect::<Option<_>>()?,
            "BYHOUR" => self.hours = clock_numbers(value, 23)?,
            "BYMINUTE" => self.minutes = clock_numbers(value, 59)?,
            // A leap second counts as the one before it.
            "BYSECOND" => {
                self.seconds = clock_numbers(value, 60)?.into_iter().map(|second| second.min(59)).collect();
            }
            // Any other scale is of another calendar.
            "RSCALE" => (value == "GREGORIAN").then_some(())?,
            // The others move a day that a month doesn't have.
            "SKIP" => (value == "OMIT").then_some(())?,
            _ => return None,
        }
        Some(())
    }

    /// The combinations that RFC 5545 knows, and that are worth following.
    fn is_whole(&self) -> bool {
        let nth = self.weekdays.iter().any(|(nth, _)| *nth != 0);
        let by_day = match self.frequency {
            Frequency::Yearly => !nth || self.weeks.is_empty(),
            Frequency::Monthly => self.weeks.is_empty() && self.year_days.is_empty(),
            Frequency::Weekly => {
                !nth && self.weeks.is_empty() && self.year_days.is_empty() && self.month_days.is_empty()
            }
            Frequency::Daily => !nth && self.weeks.is_empty() && self.year_days.is_empty(),
            Frequency::Seconds(_) => {
                let plain = [&self.weeks, &self.year_days, &self.minutes, &self.seconds, &self.positions];
                !nth && plain.into_iter().all(Vec::is_empty)
            }
        };
        by_day && self.times_of_a_day() <= MOST_TIMES && self.months.iter().all(|month| *month > 0)
    }

    /// Takes from the first start what the rule leaves open (RFC 5545, 3.3.10).
    fn complete(&mut self, first: DateTime) {
        let days = [&self.weeks, &self.year_days, &self.month_days];
        if days.into_iter().all(Vec::is_empty) && self.weekdays.is_empty() {
            match self.frequency {
                Frequency::Yearly => {
                    if self.months.is_empty() {
                        self.months.push(first.month().into());
                    }
                    self.month_days.push(first.day().into());
                }
                Frequency::Monthly => self.month_days.push(first.day().into()),
                Frequency::Weekly => self.weekdays.push((0, first.weekday())),
                Frequency::Daily | Frequency::Seconds(_) => {}
            }
        }
        if matches!(self.frequency, Frequency::Seconds(_)) {
            return;
        }
        let open = [
            (&mut self.hours, first.hour()),
            (&mut self.minutes, first.minute()),
            (&mut self.seconds, first.second()),
        ];
        for (numbers, own) in open {
            if numbers.is_empty() {
                numbers.push(own.into());
            }
        }
    }
}

fn frequency(value: &str) -> Option<Frequency> {
    Some(match value {
        "YEARLY" => Frequency::Yearly,
        "MONTHLY" => Frequency::Monthly,
        "WEEKLY" => Frequency::Weekly,
        "DAILY" => Frequency::Daily,
        "HOURLY" => Frequency::Seconds(3600),
        "MINUTELY" => Frequency::Seconds(60),
        "SECONDLY" => Frequency::Seconds(1),
        _ => return None,
    })
}

/// From 1 to `most`, or from the end.
fn numbers(value: &str, most: u64) -> Option<Vec<i64>> {
    value.split(',').map(|text| number(text.trim(), most)).collect()
}

fn number(text: &str, most: u64) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| (1..=most).contains(&number.unsigned_abs()))
}

/// From 0 to `most`, in order, each once.
fn clock_numbers(value: &str, most: i64) -> Option<Vec<i64>> {
    let number = |text: &str| text.trim().parse().ok().filter(|number| (0..=most).contains(number));
    let mut numbers: Vec<i64> = value.split(',').map(number).collect::<Option<_>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

/// `2TU`, `-1FR`, `MO`.
fn nth_weekday(text: &str) -> Option<(i64, Weekday)> {
    let text = text.trim();
    let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { 0 } else { number(nth, 53)? };
    Some((nth, weekday(name)?))
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

/// The last start there may be, on the wall of `first`: it should be of the kind that the first start is, but often
/// isn't. `Some(None)` if that is beyond the end of time, where some programs let everything end.
fn last(text: &str, first: &Moment) -> Option<Option<DateTime>> {
    let zones = Zones::new(&first.place.zone, &first.place.zone, &[]);
    let until = Moment::parse(text, &Property::default(), &zones)?;
    let on_the_wall = || until.instant().map(|at| first.place.zone.to_datetime(at));
    let is_utc = !until.all_day && until.place.zone == TimeZone::UTC && text.trim_end().ends_with(['Z', 'z']);
    Some(match (first.all_day, until.all_day, is_utc) {
        // Some end days at an instant of the zone they are in, which is a day earlier in UTC.
        (true, _, true) => {
            on_the_wall().map(|wall| wall.max(until.civil).date().to_datetime(Time::midnight()))
        }
        (true, _, false) => Some(until.civil.date().to_datetime(Time::midnight())),
        // A day's last second, since the day counts.
        (false, true, _) => Some(until.civil.date().to_datetime(time(23, 59, 59, 0))),
        // Where the wall isn't known, it may be up to a day on.
        (false, false, true) if first.place.unsure.is_some() => {
            until.civil.checked_add(jiff::Span::new().days(1)).ok()
        }
        (false, false, true) => on_the_wall(),
        (false, false, false) => Some(until.civil),
    })
}
