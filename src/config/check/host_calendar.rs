//! Hosts' calendars that can be read, without anything secret in the file.

use super::Findings;
use super::office_hours::all;
use crate::config::diagnostic::Place;
use crate::config::organisation::Organisation;
use crate::config::raw::{HostCalendar, OfficeHours};
use crate::config::read::{At, Must, value};

/// An environment variable to write as an example, for a host called `name`.
fn variable(hours: &OfficeHours, what: &str) -> String {
    let host = hours.host.get().map_or("HOST", |host| host.as_str());
    format!("{}_{what}", host.replace('-', "_").to_ascii_uppercase())
}

pub(super) fn calendar(organisation: &Organisation<'_>, findings: &mut Findings<'_>) {
    for hours in all(organisation) {
        match &hours.calendar {
            None => {}
            Some(Must(None)) => continue,
            Some(Must(Some(At { value: calendar, place }))) => {
                source(hours, calendar, *place, findings);
                secrets(hours, calendar, findings);
            }
        }
        block(hours, findings);
    }
}

/// One source, with what it takes and nothing else.
fn source(hours: &OfficeHours, calendar: &HostCalendar, place: Place, findings: &mut Findings<'_>) {
    let feeds = [("ics", calendar.ics.as_ref().map(|at| at.place)), ("ics_env", place_of(&calendar.ics_env))];
    let feeds: Vec<(&str, Place)> =
        feeds.into_iter().filter_map(|(key, place)| Some((key, place?))).collect();
    let only_caldav = [
        ("user", place_of(&calendar.user)),
        ("password_env", place_of(&calendar.password_env)),
        ("calendar", place_of(&calendar.calendar)),
        ("write", place_of(&calendar.write)),
    ];
    match (&calendar.caldav, feeds.as_slice()) {
        (None, []) => {
            findings.fault(place, "this calendar is nowhere").label("has neither `caldav` nor `ics`").help(
                "write the address of its server as `caldav`, or that of the published calendar as `ics`",
            );
        }
        (Some(_), []) => {
            let needed = [
                ("user", calendar.user.is_some(), "who logs in, such as `user = \"priya\"`".to_owned()),
                (
                    "password_env",
                    calendar.password_env.is_some(),
                    format!(
                        "the variable that holds the password, such as `password_env = \"{}\"`",
                        variable(hours, "CALENDAR_PASSWORD")
                    ),
                ),
            ];
            for (key, _, what) in needed.into_iter().filter(|(_, is_there, _)| !is_there) {
                findings
                    .fault(place, format!("`{key}` is missing"))
                    .label(format!("a CalDAV server needs `{key}`"))
                    .help(format!("add {what}"));
            }
        }
        (Some(_), [(key, place), ..]) => {
            findings
                .fault(*place, "a host's calendar is read from one place")
                .label(format!("`caldav` and `{key}`"))
                .help("keep one of the two: `caldav`, in which bookings can be entered, or the published calendar")
                .hide();
        }
        (None, [_, (_, place), ..]) => {
            findings
                .fault(*place, "a host's calendar is read from one place")
                .label("`ics` and `ics_env`")
                .help("keep `ics_env` if the address is secret, else `ics`");
        }
        (None, [(feed, _)]) => {
            for (key, place) in only_caldav.into_iter().filter_map(|(key, place)| Some((key, place?))) {
                findings
                    .fault(place, format!("`{key}` means nothing for a published calendar"))
                    .label(format!("`{feed}` can only be read, by its address alone"))
                    .help("take it out");
            }
        }
    }
}

fn place_of<T>(at: &Option<At<T>>) -> Option<Place> {
    at.as_ref().map(|at| at.place)
}

/// Nothing secret stands in the file, and none is repeated here.
fn secrets(hours: &OfficeHours, calendar: &HostCalendar, findings: &mut Findings<'_>) {
    for address in calendar.caldav.iter().chain(calendar.ics.iter()) {
        if address.value.has_login() {
            findings
                .fault(address.place, "no user and no password stand in an address")
                .label("has some before the `@`")
                .help(format!(
                    "write `caldav` without them, `user`, and `password_env = \"{}\"` for the variable that holds the password",
                    variable(hours, "CALENDAR_PASSWORD")
                ))
                .hide();
        }
    }
    if let Some(address) = calendar.ics.as_ref().filter(|ics| !ics.value.has_login())
        && address.value.looks_secret()
    {
        let variable = variable(hours, "CALENDAR");
        findings
            .warning(address.place, "this address looks secret: whoever knows it reads the whole calendar")
            .label("here for everybody who sees this file")
            .help(format!(
                "write `ics_env = \"{variable}\"` instead, and the address into that environment variable"
            ))
            .hide();
    }
    for (key, what, written) in [
        ("password_env", "CALENDAR_PASSWORD", &calendar.password_env),
        ("ics_env", "CALENDAR", &calendar.ics_env),
    ] {
        if let Some(written) = written.as_ref().filter(|written| !written.value.is_name()) {
            findings
                .fault(written.place, "this is no name of an environment variable")
                .label("upper-case letters, digits and `_`, a letter first")
                .help(format!(
                    "write the name of the variable that holds the secret, such as `{key} = \"{}\"`, never the secret",
                    variable(hours, what)
                ))
                .hide();
        }
    }
}

/// Whoever blocks has a calendar that can be written to.
fn block(hours: &OfficeHours, findings: &mut Findings<'_>) {
    let Some(At { value: true, place }) = &hours.block else { return };
    let calendar = hours.calendar.as_ref().and_then(|calendar| calendar.get());
    let writes = calendar.filter(|of| of.caldav.is_some() && value(&of.write) != Some(&false));
    if writes.is_none() {
        findings
            .fault(*place, "there is no calendar in which these hours could be kept free")
            .label(match calendar {
                None => "has no `calendar`",
                Some(of) if of.caldav.is_some() => "its `calendar` says `write = false`",
                Some(_) => "a published calendar can only be read",
            })
            .help("add an `[office_hours.calendar]` with `caldav`, or take `block` out");
    }
}
