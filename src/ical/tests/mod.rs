//! Calendars as programs write them, well and badly, and when they make somebody busy.

mod cases;
mod damage;
mod doubtful;
mod holidays;
mod merging;
mod plain;
mod rules;
mod times;
mod versions;
mod weekly;
mod zones;

use jiff::tz::TimeZone;

use crate::domain::host_calendar::Found;
use crate::domain::stretch::{Stretch, covered};

use super::{Reader, Why};

const LISBON: &str = "Europe/Lisbon";

fn reader() -> Reader {
    Reader { zone: TimeZone::get(LISBON).unwrap(), email: Some("ana@example.org".into()) }
}

fn range(from: &str, until: &str) -> Stretch {
    let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
    Stretch { from: at(from), until: at(until) }
}

fn spring() -> Stretch {
    range("2026-03-01", "2026-05-01")
}

fn calendar(inside: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n{inside}\nEND:VCALENDAR\n")
        .replace('\n', "\r\n")
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT"))
}

/// `2026-03-23T09:00 2026-03-23T10:00`, in UTC.
fn shown(stretch: &Stretch) -> String {
    format!("{} {}", stretch.from.strftime("%Y-%m-%dT%H:%M"), stretch.until.strftime("%Y-%m-%dT%H:%M"))
}

/// What `text` makes busy of spring 2026, nothing of it doubtful.
fn check(text: &str, expected: &[&str]) {
    doubted(text, expected, &[]);
}

/// What `text` makes busy of spring 2026, and what is doubtful about it.
fn doubted(text: &str, expected: &[&str], why: &[Why]) {
    let busy = reader().busy([text], spring(), true);
    assert_eq!(busy.stretches.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    assert_eq!(busy.doubts.iter().map(|doubt| doubt.why).collect::<Vec<_>>(), why, "{text}");
}
