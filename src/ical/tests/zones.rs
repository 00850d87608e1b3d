//! The names of zones, and what calendars define themselves.

use super::*;

/// When 9:00 on 1 April 2026 is in that zone, in UTC.
fn at(zone: &str, expected: &str) {
    let text = event(&format!("DTSTART;TZID={zone}:20260401T090000\nDURATION:PT1H"));
    let until: jiff::Timestamp = format!("2026-04-01T{expected}:00Z").parse().unwrap();
    let until = until + jiff::SignedDuration::from_hours(1);
    check(&text, &[&format!("2026-04-01T{expected} {}", until.strftime("%Y-%m-%dT%H:%M"))]);
}

#[test]
fn display_names_are_known_by_their_offset_and_a_city() {
    at("\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"", "07:00");
    at("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "07:00");
    at("\"(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"", "07:00");
    at("\"(UTC+00:00) Dublin, Edinburgh, Lisbon, London\"", "08:00");
    at("\"(UTC) Dublin, Edinburgh, Lisbon, London\"", "08:00");
    at("\"(UTC-05:00) Eastern Time (US & Canada)\"", "13:00");
    at("\"(UTC-08:00) Pacific Time (US & Canada)\"", "16:00");
    at("\"(UTC-07:00) Arizona\"", "16:00");
    at("\"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi\"", "03:30");
    at("\"(UTC-03:30) Newfoundland\"", "11:30");
    at("\"(UTC) Coordinated Universal Time\"", "09:00");
}

#[test]
fn names_that_programs_write_are_known() {
    at("\"Europe/Berlin\"", "07:00");
    at("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "07:00");
    at("/citadel.org/20210210_1/America/New_York", "13:00");
    at("tzone://Microsoft/Utc", "09:00");
    at("Eastern Standard Time", "13:00");
    at("Tokyo Standard Time", "00:00");
    at("UTC", "09:00");
    at("GMT", "09:00");
    at("Etc/GMT+3", "12:00");
    at("US/Pacific", "16:00");
}

/// Where 9:00 Lisbon time is with that definition of `Here`.
fn defined(zone: &str, day: &str) -> String {
    calendar(&format!(
        "BEGIN:VTIMEZONE\nTZID:Here\n{zone}\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Here:{day}T090000\nDURATION:PT1H\nEND:VEVENT"
    ))
}

fn observance(name: &str, start: &str, from: &str, to: &str, more: &str) -> String {
    format!("BEGIN:{name}\nDTSTART:{start}\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{more}END:{name}")
}

#[test]
fn a_definition_may_list_its_changes() {
    let listed = format!(
        "{}\n{}",
        observance(
            "DAYLIGHT",
            "20250330T010000",
            "+0000",
            "+0100",
            "RDATE:20260329T010000,20270328T010000\n"
        ),
        observance(
            "STANDARD",
            "20251026T020000",
            "+0100",
            "+0000",
            "RDATE;VALUE=DATE-TIME:20261025T020000\n"
        ),
    );
    check(&defined(&listed, "20260328"), &["2026-03-28T09:00 2026-03-28T10:00"]);
    check(&defined(&listed, "20260329"), &["2026-03-29T08:00 2026-03-29T09:00"]);
}

#[test]
fn a_definition_holds_its_history() {
    // Summer time was given up in 2016, for good.
    let history = format!(
        "{}\n{}\n{}",
        observance(
            "STANDARD",
            "20071028T040000",
            "+0300",
            "+0200",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20151025T010000Z\n"
        ),
        observance(
            "DAYLIGHT",
            "20070325T030000",
            "+0200",
            "+0300",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20160327T010000Z\n"
        ),
        observance("STANDARD", "20180908T000000", "+0300", "+0300", ""),
    );
    check(&defined(&history, "20260301"), &["2026-03-01T06:00 2026-03-01T07:00"]);
    check(&defined(&history, "20260401"), &["2026-04-01T06:00 2026-04-01T07:00"]);
}

#[test]
fn offsets_may_have_seconds_and_be_anywhere() {
    let only = |to: &str| observance("STANDARD", "19700101T000000", to, to, "");
    check(&defined(&only("-001915"), "20260310"), &["2026-03-10T09:19 2026-03-10T10:19"]);
    check(&defined(&only("+1400"), "20260310"), &["2026-03-09T19:00 2026-03-09T20:00"]);
    check(&defined(&only("+0545"), "20260310"), &["2026-03-10T03:15 2026-03-10T04:15"]);
}

#[test]
fn a_definition_that_cannot_be_read_leaves_the_name() {
    let broken = observance("STANDARD", "19700101T000000", "+0100", "east", "");
    let text = |name: &str| defined(&broken, "20260310").replace("Here", name);
    check(&text("Asia/Tokyo"), &["2026-03-10T00:00 2026-03-10T01:00"]);
    doubted(&text("Here"), &["2026-03-09T19:00 2026-03-10T22:00"], &[Why::Zone]);
    let located = format!("X-LIC-LOCATION:Asia/Tokyo\n{broken}");
    check(&defined(&located, "20260310"), &["2026-03-10T00:00 2026-03-10T01:00"]);
}

#[test]
fn after_the_last_change_that_is_listed_both_offsets_are_busy() {
    let one_year = format!(
        "{}\n{}",
        observance("STANDARD", "20241027T030000", "+0200", "+0100", ""),
        observance("DAYLIGHT", "20250330T020000", "+0100", "+0200", ""),
    );
    doubted(&defined(&one_year, "20260310"), &["2026-03-10T07:00 2026-03-10T09:00"], &[Why::ZoneRunsOut]);
}

#[test]
fn in_a_place_that_nobody_knows_times_are_compared_as_they_are_written() {
    let text = event(
        "DTSTART;TZID=Nowhere:20260310T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2\n\
         EXDATE;TZID=Nowhere:20260310T090000\nEXDATE:20260317T090000Z",
    );
    doubted(&text, &["2026-03-16T19:00 2026-03-17T22:00"], &[Why::Zone]);
}
