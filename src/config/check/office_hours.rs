//! Office hours that people can come to.

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::Findings;
use super::cadence::is_working_day;
use super::plan::title;
use crate::config::organisation::{Described, Organisation};
use crate::config::raw::OfficeHours;
use crate::config::read::{Soundness, value};
use crate::config::resolve;
use crate::domain::calendar::PlanningCalendar;

/// How many are offered in a message.
const OFFERED: usize = crate::domain::office_hours::OFFERED;

fn all<'o>(organisation: &'o Organisation<'_>) -> impl Iterator<Item = &'o OfficeHours> {
    organisation.canvass.raw.iter().flat_map(|canvass| canvass.office_hours.values())
}

pub(super) fn host(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for host in all(organisation).filter_map(|hours| hours.host.0.as_ref()) {
        let known = organisation.person(&host.value).is_some();
        let advocates = organisation.initiatives.iter().any(|of| of.is_advocate(&host.value));
        if known && !advocates {
            findings
                .warning(host.place, format!("`{}` advocates nothing", host.value))
                .label("no message offers these hours")
                .help("messages offer the office hours of their initiative's advocates");
        }
    }
}

pub(super) fn hours(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let calendar = resolve::calendar(organisation);
    let mut held: Vec<(&OfficeHours, DateTime)> = Vec::new();
    for hours in all(organisation) {
        let minutes = value(&hours.minutes).copied().unwrap_or(resolve::OFFICE_MINUTES);
        for taken in hours.taken.iter() {
            if !hours.at.values().any(|at| *at == taken.value) {
                findings
                    .fault(taken.place, "this office hour is taken but not held")
                    .label("not in `at`")
                    .help("add it to `at`, or take it out of `taken`");
            }
        }
        for at in hours.at.iter() {
            let starts = at.value.0;
            let overlaps = |other: DateTime| {
                starts.duration_since(other).abs() < jiff::SignedDuration::from_mins(i64::from(minutes))
            };
            if held.iter().any(|(of, other)| of.host.get() == hours.host.get() && overlaps(*other)) {
                findings
                    .fault(at.place, "two office hours of one host overlap")
                    .label("the one before is not over yet")
                    .help("let them follow one another");
            }
            held.push((hours, starts));
            if calendar.as_ref().is_some_and(|calendar| !is_working_day(calendar, starts.date())) {
                findings
                    .warning(at.place, "this office hour is on a day off")
                    .label(format!("{}", starts.strftime("a %A")))
                    .help("people read their mail on working days");
            }
        }
    }
    let Some(calendar) = calendar else { return };
    if organisation.canvass.soundness == Soundness::Broken {
        return;
    }
    for described in organisation.initiatives.iter().filter(|of| !of.is_withdrawn()) {
        if free_before_freeze(organisation, described, &calendar) == Some(0) {
            findings
                .warning(title(described), "no office hour can be offered for this initiative")
                .label("none of its advocates is there before plans freeze")
                .help(format!(
                    "add `[[office_hours]]` to `canvass.toml`: each message offers the next {OFFERED} that are free"
                ));
        }
    }
}

/// How many free office hours the advocates hold before the freeze.
fn free_before_freeze(
    organisation: &Organisation<'_>,
    described: &Described,
    calendar: &PlanningCalendar,
) -> Option<usize> {
    let window = calendar.window(*described.raw.quarter.get()?)?;
    let earliest = window.opens_on.checked_sub(8.weeks()).ok()?;
    let hosted =
        all(organisation).filter(|hours| hours.host.get().is_some_and(|host| described.is_advocate(host)));
    let free = hosted
        .flat_map(|hours| hours.at.values().filter(|at| !hours.taken.values().any(|taken| taken == *at)));
    Some(free.filter(|at| earliest <= at.0.date() && at.0.date() <= window.freezes_on).count())
}
