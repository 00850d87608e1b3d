//! When an advocate is there to talk (rule R9).

use jiff::Timestamp;

use super::initiative::Initiative;
use super::program::{OfficeHour, Program};

/// How many are offered in a message (point 7).
pub const OFFERED: usize = 2;

/// The next free office hours of the initiative's advocates, after `now` and before `until`.
pub fn next_free<'a>(
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
        .take(OFFERED)
}
