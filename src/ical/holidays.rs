//! The whole days of a calendar: holidays, days off, leave.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;

use super::blocks::Calendars;
use super::expand::{Occurrence, each};
use super::reader::Reader;
use super::recur::Work;
use super::when::Lasts;
use super::zones::Zones;
use crate::domain::doubt::{Doubt, Why};
use crate::domain::stretch::Stretch;

/// Days that recur are known from the first of these years to the end of the last.
const KNOWN: [i16; 2] = [2000, 2060];
/// The longest holiday, in days.
const LONGEST: usize = 366;

/// The days that a calendar names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// Each with the name of its event, which may be empty. Of two names of a day, the later event's.
    pub named: BTreeMap<Date, String>,
    /// The events that can't be understood. Their days are not among the named.
    pub doubts: Vec<Doubt>,
}

/// The days that the events of `text` take from their first moment to their last, whether they make anybody busy or
/// not. What has hours is a meeting and no holiday, except from midnight to midnight.
///
/// # Errors
/// [`Why::NotACalendar`]
pub fn days(text: &str) -> Result<Days, Why> {
    let calendars = Calendars::read(text).ok_or(Why::NotACalendar)?;
    // Days are the same everywhere, so any zone does.
    let reader = Reader { zone: TimeZone::UTC, email: None };
    let mut days = Days::default();
    let mut work = Work::for_all();
    for calendar in &calendars.all {
        let zones = Zones::new(&reader.zone, &reader.zone, &calendar.zones);
        let series = reader.series(calendar, &zones, true, |lost| days.doubts.push(lost.doubt));
        for series in &series {
            let mut named = Vec::new();
            let before = days.doubts.len();
            each(series, known(), true, &mut work, &mut |occurrence| {
                let event = occurrence.event;
                let Some(first) = whole_day(&occurrence).filter(|_| !event.off) else { return };
                match occurrence.why.or(event.doubts.first().copied()) {
                    Some(why) => days.doubts.push(Doubt::new(&event.name, why)),
                    None => named.extend(covered(first, &occurrence).map(|day| (day, event.name.clone()))),
                }
                days.doubts.dedup();
            });
            if days.doubts.len() == before {
                days.named.extend(named);
            }
        }
    }
    days.doubts.sort();
    days.doubts.dedup();
    Ok(days)
}

fn known() -> Stretch {
    let midnight =
        |year: i16| TimeZone::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0)).unwrap_or_default();
    Stretch { from: midnight(KNOWN[0]), until: midnight(KNOWN[1] + 1) }
}

/// Its first day, if it is about days. Outlook writes whole days from midnight to midnight.
fn whole_day(occurrence: &Occurrence<'_>) -> Option<Date> {
    let start = &occurrence.start;
    let at_midnight = |lasts: &Lasts| {
        let end = lasts.end_on_the_wall(start)?;
        Some(start.civil.time() == Time::midnight() && end.time() == Time::midnight() && start.civil < end)
    };
    // A day whose time can't be read may be a whole one.
    let doubtful = start.place.unsure.is_some() || occurrence.why.is_some() && start.all_day;
    let whole = start.all_day || doubtful || at_midnight(&occurrence.lasts).unwrap_or(false);
    whole.then(|| start.civil.date())
}

fn covered(first: Date, occurrence: &Occurrence<'_>) -> impl Iterator<Item = Date> {
    let end = occurrence.lasts.end_on_the_wall(&occurrence.start).map(|end| end.date());
    let last = end.and_then(|end| end.yesterday().ok()).unwrap_or(first).max(first);
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= last)
        .take(LONGEST)
        // Days before them are as unknown as those after them.
        .filter(|day| day.year() <= KNOWN[1])
}
