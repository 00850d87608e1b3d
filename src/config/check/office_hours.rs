//! Office hours that people can come to.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, ToSpan};

use super::Findings;
use super::plan::{MOST_MINUTES, title};
use crate::config::diagnostic::Place;
use crate::config::organisation::{Described, Organisation};
use crate::config::raw::OfficeHours;
use crate::config::read::{At, Maybe, Soundness, value};
use crate::config::resolve::{self, Layers, OFFICE_HORIZON, OFFICE_MINUTES, OFFICE_NOTICE};
use crate::config::word::Gap;
use crate::domain::calendar::PlanningCalendar;
use crate::domain::hours::DaysOff;
use crate::domain::office_hours::at_best;
use crate::domain::stretch::Stretch;

/// How many are offered in a message.
const OFFERED: usize = crate::domain::office_hours::OFFERED;
/// With a shorter horizon, a message would offer nothing on most days.
const SHORTEST_HORIZON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Nobody knows their hours further ahead.
const LONGEST_HORIZON: SignedDuration = SignedDuration::from_hours(366 * 24);

pub(super) fn all<'o>(organisation: &'o Organisation<'_>) -> impl Iterator<Item = &'o OfficeHours> {
    organisation.canvass.raw.iter().flat_map(|canvass| canvass.office_hours.values())
}

pub(super) fn host(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    let hosts: Vec<_> = all(organisation).filter_map(|hours| hours.host.0.as_ref()).collect();
    for (number, host) in hosts.iter().enumerate() {
        if hosts.iter().take(number).any(|before| before.value == host.value) {
            findings
                .fault(host.place, format!("`{}` has office hours twice", host.value))
                .label("has a table above")
                .help("write all hours of a host into one `[[office_hours]]`");
        }
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
    for hours in all(organisation) {
        windows(hours, findings);
        ahead(hours, findings);
    }
    let Some(calendar) = resolve::calendar(organisation) else { return };
    if organisation.canvass.soundness == Soundness::Broken {
        return;
    }
    let layers = Layers::of(organisation, &calendar);
    for described in organisation.initiatives.iter().filter(|of| !of.is_withdrawn()) {
        if can_meet(organisation, described, &calendar, &layers) == Some(false) {
            findings
                .warning(title(described), "no office hour can be offered for this initiative")
                .label("none of its advocates is there before plans freeze")
                .help(format!(
                    "add `[[office_hours]]` to `canvass.toml`: each message offers the next {OFFERED} that are free"
                ));
        }
    }
}

/// A range of hours with the day it belongs to.
struct Ranged<D> {
    place: Place,
    day: D,
    from: Time,
    until: Time,
}

/// Windows that are long enough and apart.
fn windows(hours: &OfficeHours, findings: &mut Findings<'_>) {
    // What is out of range is told as that.
    let minutes = value(&hours.minutes).copied().filter(|minutes| *minutes <= MOST_MINUTES);
    let minutes = minutes.unwrap_or(if hours.minutes.is_some() { 0 } else { OFFICE_MINUTES });
    let weekly = hours.weekly.iter().flat_map(|written| {
        let of = |window: &crate::domain::office_hours::Window| Ranged {
            place: written.place,
            day: window.weekday,
            from: window.from,
            until: window.until,
        };
        written.value.0.iter().map(of)
    });
    let extra = hours.extra.iter().map(|written| Ranged {
        place: written.place,
        day: written.value.0.on,
        from: written.value.0.from,
        until: written.value.0.until,
    });
    apart(weekly.collect(), |day| format!("on {}", name(*day)), minutes, findings);
    apart(extra.collect(), |day| format!("on {day}"), minutes, findings);
}

fn apart<D: PartialEq>(
    ranges: Vec<Ranged<D>>,
    day: impl Fn(&D) -> String,
    minutes: u32,
    findings: &mut Findings<'_>,
) {
    let mut told: Vec<Place> = Vec::new();
    for (number, range) in ranges.iter().enumerate() {
        // `Mon-Fri` is five windows and one fault.
        if told.contains(&range.place) {
            continue;
        }
        let lasts = range.until.duration_since(range.from).as_mins();
        if lasts < i64::from(minutes) {
            told.push(range.place);
            findings
                .fault(range.place, "these office hours are shorter than one booking")
                .label(format!("{lasts} minutes; a booking takes {minutes}"))
                .help(format!("let them last {minutes} minutes or more, or write a smaller `minutes`"));
            continue;
        }
        let overlaps = |other: &&Ranged<D>| {
            other.day == range.day && other.from < range.until && range.from < other.until
        };
        if let Some(other) = ranges.iter().take(number).find(overlaps) {
            told.push(range.place);
            let (from, until) = (other.from.strftime("%H:%M"), other.until.strftime("%H:%M"));
            findings
                .fault(range.place, "two office hours of one host overlap")
                .label(format!("{} there are some from {from} to {until} already", day(&range.day)))
                .help("let them follow one another, or write them as one");
        }
    }
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mondays",
        Weekday::Tuesday => "Tuesdays",
        Weekday::Wednesday => "Wednesdays",
        Weekday::Thursday => "Thursdays",
        Weekday::Friday => "Fridays",
        Weekday::Saturday => "Saturdays",
        Weekday::Sunday => "Sundays",
    }
}

/// How far ahead and how late they can be booked.
fn ahead(hours: &OfficeHours, findings: &mut Findings<'_>) {
    let of = |gap: &Maybe<Gap>, default| value(gap).map_or(default, |gap| gap.0);
    let horizon = of(&hours.horizon, OFFICE_HORIZON);
    if let Some(At { place, .. }) = &hours.horizon {
        if horizon < SHORTEST_HORIZON {
            findings
                .fault(*place, "office hours that can be booked so little ahead are hardly ever offered")
                .label("less than a week")
                .help("write a week or more, such as `horizon = \"60d\"`");
            // Against such a horizon any notice would look too long.
            return;
        } else if LONGEST_HORIZON < horizon {
            findings
                .fault(*place, "nobody knows their hours so far ahead")
                .label("more than a year")
                .help("write a year or less, such as `horizon = \"60d\"`");
        }
    }
    if let Some(At { place, .. }) = &hours.notice
        && horizon <= of(&hours.notice, OFFICE_NOTICE)
    {
        findings
            .fault(*place, "these office hours can never be booked")
            .label("the notice is longer than the horizon")
            .help("write less, such as `notice = \"4h\"`");
    }
}

pub(super) fn page(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for hours in all(organisation) {
        if let Some(At { value: true, place }) = &hours.page_only
            && hours.page.is_none()
        {
            findings
                .fault(*place, "nobody could book these office hours")
                .label("there is no `page`")
                .help("add the page's address, such as `page = \"https://cal.example.com/priya\"`, or take `page_only` out");
        }
    }
}

/// Whether a slot of one of its advocates can be booked before the freeze, as far as the rules go.
fn can_meet(
    organisation: &Organisation<'_>,
    described: &Described,
    calendar: &PlanningCalendar,
    layers: &Layers<'_>,
) -> Option<bool> {
    let window = calendar.window(*described.raw.quarter.get()?)?;
    let earliest = window.opens_on.checked_sub(8.weeks()).ok()?.to_zoned(calendar.zone.clone()).ok()?;
    let within = Stretch { from: earliest.timestamp(), until: window.freezes };
    let mut hosted =
        all(organisation).filter(|hours| hours.host.get().is_some_and(|host| described.is_advocate(host)));
    Some(hosted.any(|raw| {
        let host = raw.host.get().and_then(|host| organisation.person(host));
        let days_off = host.map_or_else(DaysOff::default, |host| layers.days_off(host));
        resolve::office_hours(raw, calendar, organisation.files)
            .is_none_or(|hours| hours.page.is_some() || !at_best(&hours, &days_off, within).is_empty())
    }))
}
