//! Calendars of hosts as they are met: Radicale, Xandikos, DAViCal, servers with moods of their own, and .ics files.

mod busy;
mod discovery;
mod entries;
mod files;
mod invitations;
mod moods;
pub(crate) mod programs;
pub(crate) mod service;

use std::sync::Arc;

use canvass::domain::host_calendar::{Entry, HostCalendar};
use canvass::domain::stretch::Stretch;
use canvass::integrations::{Source, host_calendar};
use jiff::tz::TimeZone;

/// Who hosts office hours in these tests.
pub(crate) const USER: &str = "ana";
pub(crate) const PASSWORD: &str = "correct horse";

/// A calendar on the server at `address`, of a host in Lisbon.
fn at(address: &str, password: &str, name: Option<&str>) -> Arc<dyn HostCalendar> {
    in_zone("Europe/Lisbon", address, password, name)
}

fn in_zone(zone: &str, address: &str, password: &str, name: Option<&str>) -> Arc<dyn HostCalendar> {
    canvass::install_crypto();
    let source = Source::CalDav {
        address: address.to_owned(),
        user: USER.to_owned(),
        password: password.into(),
        calendar: name.map(str::to_owned),
    };
    let zone = TimeZone::get(zone).unwrap();
    host_calendar(source, zone, Some("ana@example.org".to_owned())).unwrap()
}

fn lisbon() -> TimeZone {
    TimeZone::get("Europe/Lisbon").unwrap()
}

/// March and April 2026, in which daylight saving begins.
fn spring() -> Stretch {
    stretch("2026-03-01T00:00 2026-05-01T00:00")
}

/// `2026-03-10T09:00 2026-03-10T10:00`, in UTC.
fn stretch(text: &str) -> Stretch {
    let (from, until) = text.split_once(' ').unwrap();
    let at = |text: &str| format!("{text}:00Z").parse().unwrap();
    Stretch { from: at(from), until: at(until) }
}

fn shown(stretches: &[Stretch]) -> Vec<String> {
    let at = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M").to_string();
    stretches.iter().map(|stretch| format!("{} {}", at(stretch.from), at(stretch.until))).collect()
}

/// A calendar object with one event of these lines, and what else is given.
fn object(uid: &str, lines: &str, more: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\nSUMMARY:{uid}\n{lines}\nEND:VEVENT\n{more}END:VCALENDAR\n"
    )
    .replace('\n', "\r\n")
}

/// An entry of ours, at that hour of 10 March 2026.
fn entry(uid: &str, hour: u8) -> Entry {
    let lines = format!("DTSTART:20260310T{hour:02}0000Z\nDTEND:20260310T{hour:02}3000Z");
    Entry { uid: uid.to_owned(), text: object(uid, &lines, "") }
}
