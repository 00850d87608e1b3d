//! Days on which nobody is written to, from the lines of the configuration and from .ics files.
//!
//! What a file says is read as every other calendar is (`ical`). Of it the whole days count: what has hours is a
//! meeting, not a holiday. A holiday that isn't understood is a fault: left out, people would be written to on it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::domain::doubt::{Doubt, Why};
use crate::ical;

use super::read::List;
use super::source::Files;
use super::word::{Holiday, Period};

/// What a holiday without a name is called.
const UNNAMED: &str = "holiday";

/// Why a calendar file gives no holidays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadCalendar {
    #[error("there is no such file in the configuration folder")]
    Missing,
    #[error("{0}")]
    Unreadable(Why),
    #[error("it has no all-day event")]
    NoDays,
    #[error("`{}`: {}", .0.event, .0.why)]
    Doubtful(Doubt),
}

/// The days of several lines. A calendar file that can't be read gives none; the check says so.
pub(super) fn days(lines: &List<Holiday>, files: &Files) -> BTreeMap<Date, String> {
    let mut days = BTreeMap::new();
    for line in lines.values() {
        match line {
            Holiday::Days { period, name } => {
                let name = name.as_deref().unwrap_or(UNNAMED);
                days.extend(every_day(*period).map(|day| (day, name.to_owned())));
            }
            Holiday::Calendar(path) => days.extend(calendar(files, path).unwrap_or_default()),
        }
    }
    days
}

fn every_day(period: Period) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(period.from), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= period.to)
}

/// The days of one calendar file.
pub(super) fn calendar(files: &Files, path: &str) -> Result<BTreeMap<Date, String>, BadCalendar> {
    let text = files.text(path).ok_or(BadCalendar::Missing)?;
    ical::check(text).map_err(BadCalendar::Unreadable)?;
    let mut days = ical::days(text).map_err(BadCalendar::Unreadable)?;
    if let Some(doubt) = days.doubts.first() {
        return Err(BadCalendar::Doubtful(doubt.clone()));
    }
    days.named.values_mut().filter(|name| name.is_empty()).for_each(|name| UNNAMED.clone_into(name));
    if days.named.is_empty() { Err(BadCalendar::NoDays) } else { Ok(days.named) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(event: &str) -> Result<Vec<String>, BadCalendar> {
        let mut files = Files::default();
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            event.replace('\n', "\r\n")
        );
        files.insert("days.ics", &text);
        let days = calendar(&files, "days.ics")?;
        Ok(days.into_iter().map(|(day, name)| format!("{day} {name}")).collect())
    }

    #[test]
    fn the_end_of_an_all_day_event_is_the_day_after() {
        let event = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas";
        assert_eq!(
            of(event).unwrap(),
            ["2026-12-24 Christmas", "2026-12-25 Christmas", "2026-12-26 Christmas"]
        );
        assert_eq!(of("DTSTART;VALUE=DATE:20261224").unwrap(), ["2026-12-24 holiday"]);
    }

    #[test]
    fn a_yearly_holiday_recurs_until_it_is_said_to_end() {
        let event = "DTSTART;VALUE=DATE:20241003\nSUMMARY:Unity\nRRULE:FREQ=YEARLY;UNTIL=20271003\nEXDATE;VALUE=DATE:20251003";
        assert_eq!(of(event).unwrap(), ["2024-10-03 Unity", "2026-10-03 Unity", "2027-10-03 Unity"]);
        let thanksgiving = "DTSTART;VALUE=DATE:20251127\nSUMMARY:Thanksgiving\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2";
        assert_eq!(of(thanksgiving).unwrap(), ["2025-11-27 Thanksgiving", "2026-11-26 Thanksgiving"]);
    }

    #[test]
    fn what_has_hours_or_was_cancelled_is_no_holiday() {
        assert_eq!(of("DTSTART:20261224T090000Z\nDTEND:20261224T100000Z"), Err(BadCalendar::NoDays));
        assert_eq!(of("DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED"), Err(BadCalendar::NoDays));
    }

    #[test]
    fn the_samples_holidays_are_known_by_name() {
        let files = Files::sample();
        let days = calendar(&files, "holidays/bengaluru.ics").unwrap();
        let some = days.range(jiff::civil::date(2026, 11, 1)..jiff::civil::date(2028, 1, 1));
        let some: Vec<String> = some.map(|(day, name)| format!("{day} {name}")).collect();
        assert_eq!(
            some,
            [
                "2026-11-27 Kanakadasa Jayanti",
                "2026-12-25 Christmas Day",
                "2027-01-14 Makara Sankranti",
                "2027-01-15 Makara Sankranti",
                "2027-12-25 Christmas Day"
            ]
        );
        assert_eq!(days.len(), 37 + 3);
    }

    #[test]
    fn a_calendar_that_is_none_or_is_doubtful_says_so() {
        let mut files = Files::default();
        files.insert("days.ics", "nothing");
        assert_eq!(calendar(&files, "days.ics"), Err(BadCalendar::Unreadable(Why::NotACalendar)));
        assert_eq!(calendar(&files, "other.ics"), Err(BadCalendar::Missing));
        assert_eq!(
            of("DTSTART;VALUE=DATE:20261224\nSUMMARY:Eve\nRRULE:FREQ=SOMETIMES"),
            Err(BadCalendar::Doubtful(Doubt::new("Eve", Why::Rule)))
        );
        let fault = BadCalendar::Doubtful(Doubt::new("Eve", Why::Rule));
        assert_eq!(fault.to_string(), "`Eve`: how it repeats can't be read");
    }
}
