//! Our entries, written over what a host has added to.

use super::*;
use crate::ical::merged;

const OURS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Canvass//Office hours//EN\r\nBEGIN:VEVENT\r\nUID:canvass-1\r\nSEQUENCE:2\r\nDTSTAMP:20260302T000000Z\r\nDTSTART:20260311T090000Z\r\nDTEND:20260311T093000Z\r\nSUMMARY:Office hours: a rather long name that has to be folded somewhere, Ben a\r\n nd Ana\r\nDESCRIPTION:About deadlines\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Theirs with `lines` in the event.
fn theirs(lines: &str) -> String {
    calendar(&format!(
        "BEGIN:VTIMEZONE\nTZID:Here\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:other\nSUMMARY:Other\nEND:VEVENT\nBEGIN:VEVENT\nUID:canvass-1\n{lines}\nEND:VEVENT"
    ))
}

/// What is in the event of ours after merging with `lines`, beside what we wrote.
fn check(lines: &str, kept: &[&str]) {
    let text = merged(OURS, &theirs(lines), "canvass-1");
    let (before, event) = text.split_once("BEGIN:VEVENT\r\nUID:canvass-1\r\n").unwrap();
    assert_eq!(before, theirs("x").split_once("BEGIN:VEVENT\r\nUID:canvass-1").unwrap().0);
    let event = event.split_once("\r\nEND:VEVENT").unwrap().0;
    let own = OURS.split_once("UID:canvass-1\r\n").unwrap().1.split_once("\r\nEND:VEVENT").unwrap().0;
    let rest: Vec<&str> =
        event.split("\r\n").filter(|line| !own.split("\r\n").any(|our| our == *line)).collect();
    assert_eq!(rest, kept, "{lines}");
    let found = reader().find(&text, "canvass-1").unwrap();
    assert_eq!(found.starts.to_string(), "2026-03-11T09:00:00Z");
}

#[test]
fn what_the_host_added_stays_to_the_letter() {
    let added = [
        "CLASS:PRIVATE",
        "ATTACH;FMTTYPE=text/plain:https://example.org/a",
        "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT15M",
        "COMMENT:a long comment that is folded",
        "\t and goes on",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT10M",
        "SUMMARY:Soon",
        "DURATION:PT5M",
        "END:VALARM",
    ];
    check(&added.join("\n"), &added);
}

#[test]
fn what_we_write_takes_the_place_of_what_was_there() {
    check(
        "DTSTART;TZID=Here:20260310T090000\nDTEND;TZID=Here:20260310T093000\nSEQUENCE:1\nsummary:Old\n and folded",
        &[],
    );
    check("DTSTART:20260310T090000Z\nDURATION:PT30M", &[]);
}

#[test]
fn notes_are_the_hosts_once_they_are_there() {
    check(
        "DESCRIPTION:About deadlines\\n\\nAsk about May",
        &["DESCRIPTION:About deadlines\\n\\nAsk about May"],
    );
    assert!(merged(OURS, &theirs("CLASS:PRIVATE"), "canvass-1").contains("DESCRIPTION:About deadlines"));
    assert!(!merged(OURS, &theirs("DESCRIPTION:Mine"), "canvass-1").contains("DESCRIPTION:About deadlines"));
}

#[test]
fn whom_the_host_invited_stays_invited() {
    check(
        "ATTENDEE;PARTSTAT=TENTATIVE:MAILTO:Ana@example.org\nATTENDEE;CN=Carl:mailto:carl@example.org",
        &["ATTENDEE;CN=Carl:mailto:carl@example.org"],
    );
}

#[test]
fn where_our_event_is_not_there_ours_is_written_whole() {
    for theirs in
        ["", "<html>", &calendar("BEGIN:VEVENT\nUID:other\nEND:VEVENT"), "BEGIN:VEVENT\nUID:canvass-1"]
    {
        assert_eq!(merged(OURS, theirs, "canvass-1"), OURS);
    }
    let moved = calendar("BEGIN:VEVENT\nUID:canvass-1\nRECURRENCE-ID:20260310T090000Z\nEND:VEVENT");
    assert_eq!(merged(OURS, &moved, "canvass-1"), OURS);
}

#[test]
fn a_method_has_no_place_in_a_calendar() {
    let text = theirs("CLASS:PRIVATE").replace("VERSION:2.0", "METHOD:REQUEST\r\nVERSION:2.0");
    assert!(!merged(OURS, &text, "canvass-1").contains("METHOD"));
}
