//! Hosts' calendars that can be read, without anything secret in the file.

use super::Findings;
use super::office_hours::all;
use crate::config::diagnostic::Place;
use crate::config::organisation::Organisation;
use crate::config::raw::{HostCalendar, OfficeHours};
use crate::config::read::{At, Must, value, written};

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
    let HostCalendar { caldav, user, password_env, calendar: named, write, ics, ics_env } = calendar;
    let feed = match (ics, ics_env) {
        (Some(_), _) => Some("ics"),
        (None, Some(_)) => Some("ics_env"),
        (None, None) => None,
    };
    match (caldav, feed) {
        (None, None) => {
            findings.fault(place, "this calendar is nowhere").label("has neither `caldav` nor `ics`").help(
                "write the address of its server as `caldav`, or that of the published calendar as `ics`",
            );
        }
        (Some(_), None) => {
            let example = variable(hours, "CALENDAR_PASSWORD");
            let needed = [
                ("user", user.is_some(), "who logs in, such as `user = \"priya\"`".to_owned()),
                (
                    "password_env",
                    password_env.is_some(),
                    format!("the variable that holds the password, such as `password_env = \"{example}\"`"),
                ),
            ];
            for (key, _, what) in needed.into_iter().filter(|(_, is_there, _)| !is_there) {
                findings
                    .fault(place, format!("`{key}` is missing"))
                    .label(format!("a CalDAV server needs `{key}`"))
                    .help(format!("add {what}"));
            }
        }
        (Some(_), Some(feed)) => {
            findings
                .fault(place, "a host's calendar is read from one place")
                .label(format!("has both `caldav` and `{feed}`"))
                .help("keep one: `caldav`, in which bookings can be entered, or the published calendar");
        }
        (None, Some(_)) if ics.is_some() && ics_env.is_some() => {
            findings
                .fault(place, "a host's calendar is read from one place")
                .label("has both `ics` and `ics_env`")
                .help("keep `ics_env` if the address is secret, else `ics`");
        }
        (None, Some(feed)) => {
            let only_caldav = [
                ("user", user.is_some()),
                ("password_env", password_env.is_some()),
                ("calendar", named.is_some()),
                ("write", write.is_some()),
            ];
            for (key, _) in only_caldav.into_iter().filter(|(_, is_there)| *is_there) {
                findings
                    .fault(place, format!("`{key}` means nothing for a published calendar"))
                    .label(format!("`{feed}` can only be read, by its address alone"))
                    .help(format!("take `{key}` out"));
            }
        }
    }
}

/// Nothing secret stands in the file, and none is repeated here.
fn secrets(hours: &OfficeHours, calendar: &HostCalendar, findings: &mut Findings<'_>) {
    let caldav = format!(
        "write `caldav` without them, `user`, and `password_env = \"{}\"` for the variable that holds the password",
        variable(hours, "CALENDAR_PASSWORD")
    );
    let ics = format!(
        "write `ics_env = \"{}\"` instead, and the whole address into that environment variable",
        variable(hours, "CALENDAR")
    );
    for (address, instead) in [(&calendar.caldav, caldav), (&calendar.ics, ics)] {
        if let Some(address) = written(address).filter(|address| address.value.has_login()) {
            findings
                .fault(address.place, "no user and no password stand in an address")
                .label("has some before the `@`")
                .help(instead)
                .hide();
        }
    }
    if let Some(address) = written(&calendar.ics).filter(|ics| !ics.value.has_login())
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
    for (key, what, variable_name) in [
        ("password_env", "CALENDAR_PASSWORD", &calendar.password_env),
        ("ics_env", "CALENDAR", &calendar.ics_env),
    ] {
        if let Some(name) = written(variable_name).filter(|name| !name.value.is_name()) {
            findings
                .fault(name.place, "this is no name of an environment variable")
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
