//! When an advocate is there to talk (rule R9).

mod co_hosts;
mod hours;

pub use co_hosts::co_hosts;
pub use hours::{BookingPage, Dated, Hours, Window};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::initiative::Initiative;
use crate::domain::program::{OfficeHour, Program};

/// How many are offered in a message (point 7).
pub const OFFERED: usize = 2;

/// The hours of a day, in the reader's zone, in which somebody can be expected to come: from, until.
const DAYTIME: (i8, i8) = (7, 20);

/// The next free office hours of the initiative's advocates, after `now` and before `until`.
pub fn next_free<'a>(
    program: &'a Program,
    initiative: &'a Initiative,
    now: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = &'a OfficeHour> {
    free(program, initiative, now, until).take(OFFERED)
}

/// As [`next_free`], only those that start by day in `zone`: an hour at night is no offer.
pub fn next_free_by_day<'a>(
    program: &'a Program,
    initiative: &'a Initiative,
    zone: &'a TimeZone,
    now: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = &'a OfficeHour> {
    free(program, initiative, now, until)
        .filter(|hour| (DAYTIME.0..DAYTIME.1).contains(&zone.to_datetime(hour.starts).hour()))
        .take(OFFERED)
}

fn free<'a>(
    program: &'a Program,
    initiative: &'a Initiative,
    now: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = &'a OfficeHour> {
    program
        .office_hours
        .iter()
        .filter(move |hour| !hour.taken && now < hour.starts && hour.starts < until)
        .filter(|hour| initiative.advocates.contains(&hour.host))
}
