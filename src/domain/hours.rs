//! Send hours and days off: when a person may be written to at all.
//!
//! A range of hours is half-open: at 17:00 sharp of `09:00-17:00` nothing is sent any more.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

/// Weekdays with one range of hours, such as `Mon-Fri 09:00-17:00`, in the zone of whoever it is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SendHours {
    /// Indexed by days since Monday.
    days: [bool; 7],
    from: Time,
    until: Time,
}

/// Why a text is not send hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "write weekdays and a range of hours within one day, such as `Mon-Fri 09:00-17:00` or `Mon,Tue,Thu 10:00-16:00`"
)]
pub struct BadHours;

fn weekday(text: &str) -> Result<usize, BadHours> {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().position(|day| *day == text).ok_or(BadHours)
}

impl FromStr for SendHours {
    type Err = BadHours;
    fn from_str(text: &str) -> Result<Self, BadHours> {
        let (days_text, hours) = text.trim().split_once(' ').ok_or(BadHours)?;
        let mut days = [false; 7];
        for part in days_text.split(',') {
            let (first, last) = match part.split_once('-') {
                Some((first, last)) => (weekday(first)?, weekday(last)?),
                None => (weekday(part)?, weekday(part)?),
            };
            // Where the week begins on a Sunday, `Sun-Thu` are its working days.
            for (day, on) in days.iter_mut().enumerate() {
                let (begun, ended) = (first <= day, last < day);
                *on |= if first <= last { begun && !ended } else { begun || !ended };
            }
        }
        let (from, until) = hours.trim().split_once('-').ok_or(BadHours)?;
        let time = |text: &str| Time::strptime("%H:%M", text).map_err(|_| BadHours);
        let (from, until) = (time(from)?, time(until)?);
        if from < until { Ok(Self { days, from, until }) } else { Err(BadHours) }
    }
}

impl std::fmt::Display for SendHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let days: Vec<(usize, &str)> =
            names.into_iter().enumerate().zip(self.days).filter_map(|(day, on)| on.then_some(day)).collect();
        // Three and more in a row are read as one: "Mon-Fri".
        let runs = days.chunk_by(|(a, _), (b, _)| a + 1 == *b).map(|run| match run {
            [(_, first), _, .., (_, last)] => format!("{first}-{last}"),
            few => few.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(","),
        });
        write!(
            f,
            "{} {}-{}",
            runs.collect::<Vec<_>>().join(","),
            self.from.strftime("%H:%M"),
            self.until.strftime("%H:%M")
        )
    }
}

impl SendHours {
    /// Nobody is written to before this time of their day, whatever is configured.
    const MORNING: Time = Time::constant(7, 0, 0, 0);
    /// Nobody is written to from this time of their day on, whatever is configured.
    const NIGHT: Time = Time::constant(20, 0, 0, 0);

    /// Whether they reach into the night.
    pub fn reach_into_the_night(&self) -> bool {
        self.from < Self::MORNING || Self::NIGHT < self.until
    }

    fn takes(&self, weekday: Weekday) -> bool {
        usize::try_from(weekday.to_monday_zero_offset())
            .ok()
            .and_then(|i| self.days.get(i))
            .copied()
            .unwrap_or(false)
    }

    /// Each of the days with the hours of it, `[from, until)`.
    pub fn ranges(&self) -> impl Iterator<Item = (Weekday, Time, Time)> {
        let days = Weekday::Monday.cycle_forward().zip(self.days);
        days.filter_map(|(day, on)| on.then_some((day, self.from, self.until)))
    }

    /// Whether `at` lies in these hours in `zone`, days off left out.
    pub fn contains(&self, at: Timestamp, zone: &TimeZone, off: &DaysOff) -> bool {
        let civil = zone.to_datetime(at);
        self.takes(civil.weekday())
            && !off.contains(civil.date())
            && self.from <= civil.time()
            && civil.time() < self.until
    }

    /// When the hours that `at` lies in end; `None` outside of them.
    pub fn end(&self, at: Timestamp, zone: &TimeZone, off: &DaysOff) -> Option<Timestamp> {
        let until = zone.to_datetime(at).date().to_datetime(self.until);
        self.contains(at, zone, off).then(|| zone.to_timestamp(until).ok()).flatten()
    }

    /// When the last of these hours before `before` end, which is `before` itself if it lies in them; `None` if there
    /// are none within 60 days.
    pub fn last_end(&self, before: Timestamp, zone: &TimeZone, off: &DaysOff) -> Option<Timestamp> {
        let mut day = zone.to_datetime(before).date();
        for _ in 0..60 {
            if self.takes(day.weekday()) && !off.contains(day) {
                let from = zone.to_timestamp(day.to_datetime(self.from)).ok()?;
                let until = zone.to_timestamp(day.to_datetime(self.until)).ok()?;
                if from < before && from < until {
                    return Some(until.min(before));
                }
            }
            day = day.yesterday().ok()?;
        }
        None
    }

    /// When the hours of the first day after the one that `at` falls on end, days off left out; `None`
    /// if there is none within 400 days.
    pub fn end_of_next_day(&self, at: Timestamp, zone: &TimeZone, off: &DaysOff) -> Option<Timestamp> {
        let tomorrow = zone.to_datetime(at).date().tomorrow().ok()?;
        let next = self.next(zone.to_timestamp(tomorrow.to_datetime(Time::midnight())).ok()?, zone, off)?;
        self.end(next, zone, off)
    }

    /// The first instant at or after `at` in these hours; `None` if there is none within 400 days.
    pub fn next(&self, at: Timestamp, zone: &TimeZone, off: &DaysOff) -> Option<Timestamp> {
        let mut day = zone.to_datetime(at).date();
        for _ in 0..400 {
            if self.takes(day.weekday()) && !off.contains(day) {
                let from = zone.to_timestamp(day.to_datetime(self.from)).ok()?;
                let until = zone.to_timestamp(day.to_datetime(self.until)).ok()?;
                if at < until && from < until {
                    return Some(at.max(from));
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

/// The days on which a person doesn't work: company, site and own, in layers that people share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaysOff {
    /// Holidays shared with others, with their names.
    pub shared: Vec<Arc<BTreeMap<Date, String>>>,
    /// Days of this person alone.
    pub own: BTreeSet<Date>,
}

impl DaysOff {
    /// Whether `date` is one.
    pub fn contains(&self, date: Date) -> bool {
        self.own.contains(&date) || self.shared.iter().any(|layer| layer.contains_key(&date))
    }

    /// Why `date` is one: the holiday's name, or leave.
    pub fn reason(&self, date: Date) -> Option<&str> {
        if self.own.contains(&date) {
            return Some("leave");
        }
        self.shared.iter().find_map(|layer| layer.get(&date)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_next_send_time_is_in_hours_and_on_no_day_off() {
        let hours: SendHours = "Mon-Fri 09:00-17:00".parse().unwrap();
        let off = DaysOff { own: BTreeSet::from([date(2026, 12, 8)]), ..DaysOff::default() };
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let check = |at: &str, expected: &str| {
            let next = hours.next(at.parse().unwrap(), &zone, &off).unwrap();
            assert_eq!(next.to_string(), expected, "from {at}");
            assert!(hours.contains(next, &zone, &off));
        };
        check("2026-12-07T03:00:00Z", "2026-12-07T03:30:00Z");
        check("2026-12-07T05:00:00Z", "2026-12-07T05:00:00Z");
        check("2026-12-07T11:30:00Z", "2026-12-09T03:30:00Z");
        check("2026-12-12T05:00:00Z", "2026-12-14T03:30:00Z");
    }

    #[test]
    fn hours_end_where_they_say_in_the_zone_of_the_reader() {
        let hours: SendHours = "Mon-Fri 09:00-17:00".parse().unwrap();
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let end =
            |at: &str| hours.end(at.parse().unwrap(), &zone, &DaysOff::default()).map(|end| end.to_string());
        assert_eq!(end("2026-12-07T03:30:00Z").as_deref(), Some("2026-12-07T11:30:00Z"));
        assert_eq!(end("2026-12-07T11:30:00Z"), None);
    }

    #[test]
    fn the_last_hours_before_a_moment_end_on_the_last_working_day_or_at_that_moment() {
        let hours: SendHours = "Mon-Fri 09:00-17:00".parse().unwrap();
        let off =
            DaysOff { own: BTreeSet::from([date(2026, 11, 26), date(2026, 11, 27)]), ..DaysOff::default() };
        let zone = TimeZone::get("America/New_York").unwrap();
        let check = |before: &str, expected: &str| {
            let end = hours.last_end(before.parse().unwrap(), &zone, &off);
            assert_eq!(end.map(|end| end.to_string()).as_deref(), Some(expected), "before {before}");
        };
        // Thanksgiving and the day after, then a weekend.
        check("2026-11-30T05:00:00Z", "2026-11-25T22:00:00Z");
        check("2026-11-30T14:00:00Z", "2026-11-25T22:00:00Z");
        check("2026-11-30T14:00:01Z", "2026-11-30T14:00:01Z");
        check("2026-12-01T03:00:00Z", "2026-11-30T22:00:00Z");
    }

    #[test]
    fn days_in_a_row_are_read_as_one() {
        for text in ["Mon-Fri 09:00-17:00", "Mon,Tue,Thu-Sat 10:00-12:00", "Wed 08:00-09:00"] {
            assert_eq!(text.parse::<SendHours>().unwrap().to_string(), text);
        }
        let sunday_first: SendHours = "Sun-Thu 09:00-17:00".parse().unwrap();
        assert_eq!(sunday_first.to_string(), "Mon-Thu,Sun 09:00-17:00");
    }

    #[test]
    fn the_night_is_told_from_early_and_late_hours() {
        let check = |text: &str, night: bool| {
            let hours: SendHours = text.parse().unwrap();
            assert_eq!(hours.reach_into_the_night(), night, "{text}");
        };
        check("Mon-Fri 09:00-17:00", false);
        check("Mon-Sun 07:00-20:00", false);
        check("Mon-Fri 06:59-17:00", true);
        check("Mon-Fri 09:00-20:01", true);
        check("Mon-Sun 00:00-23:59", true);
    }

    #[test]
    fn hours_that_make_no_sense_are_refused() {
        for bad in
            ["", "09:00-17:00", "Mon-Fri", "Fri-Noon 09:00-17:00", "Mon-Fri 17:00-09:00", "Mon 09:00-24:01"]
        {
            assert_eq!(bad.parse::<SendHours>(), Err(BadHours), "{bad}");
        }
    }
}
