//! Calendars that other programs were reported to read wrongly, each by the id under which it is known here.

use super::*;

/// What the case makes busy of `over`, for a host in `zone`.
fn busy(id: &str, zone: &str, over: Stretch, expected: &[&str], why: &[Why]) {
    let path = format!("{}/src/ical/tests/cases/{id}.ics", env!("CARGO_MANIFEST_DIR"));
    let text = crate::ical::text(std::fs::read(path).unwrap());
    let reader = Reader { zone: TimeZone::get(zone).unwrap(), email: None };
    let busy = reader.busy([&*text], over, true);
    assert_eq!(busy.stretches.iter().map(shown).collect::<Vec<_>>(), expected, "{id}");
    assert_eq!(busy.doubts.iter().map(|doubt| doubt.why).collect::<Vec<_>>(), why, "{id}");
}

fn week(id: &str, expected: &[&str]) {
    busy(id, LISBON, range("2026-12-07", "2026-12-14"), expected, &[]);
}

fn one_day(id: &str, day: &str, expected: &[&str], why: &[Why]) {
    let from: jiff::Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
    let over = Stretch { from, until: from + jiff::SignedDuration::from_hours(24) };
    busy(id, "Europe/Berlin", over, expected, why);
}

#[test]
fn b01_a_rule_that_names_the_gregorian_calendar_is_followed() {
    week("b01", &["2026-12-08T10:00 2026-12-08T11:00"]);
}

#[test]
fn b02_what_is_moved_with_all_that_follows_moves_them_too() {
    week("b02", &["2026-12-09T14:00 2026-12-09T15:00"]);
    busy(
        "b02",
        LISBON,
        range("2026-10-25", "2026-11-08"),
        &["2026-10-28T10:00 2026-10-28T11:00", "2026-11-04T14:00 2026-11-04T15:00"],
        &[],
    );
}

#[test]
fn b20_and_c17_the_end_of_time_is_no_end() {
    week("b20", &["2026-12-08T10:00 2026-12-08T11:00"]);
    one_day("c17", "2026-12-08", &["2026-12-08T11:00 2026-12-08T12:00"], &[]);
    one_day("c17", "2027-03-16", &["2027-03-16T11:00 2027-03-16T12:00"], &[]);
    one_day("c17", "2027-07-20", &["2027-07-20T10:00 2027-07-20T11:00"], &[]);
}

#[test]
fn c01_and_c25_what_a_calendar_defines_counts_before_a_name_that_everybody_knows() {
    one_day("c01", "2027-07-20", &["2027-07-20T09:20 2027-07-20T09:50"], &[]);
    one_day("c25", "2027-07-20", &["2027-07-20T14:00 2027-07-20T15:00"], &[]);
}

#[test]
fn c04_what_was_moved_and_then_taken_out_is_gone() {
    one_day("c04", "2026-12-08", &[], &[]);
    one_day("c04", "2027-03-16", &["2027-03-16T10:00 2027-03-16T11:00"], &[]);
    one_day("c04", "2027-07-20", &["2027-07-20T10:00 2027-07-20T11:00"], &[]);
}

#[test]
fn c14_a_display_name_is_a_zone() {
    week("c14", &["2026-12-08T14:00 2026-12-08T15:00"]);
}

#[test]
fn c21_an_exception_that_cannot_be_read_excepts_nothing() {
    for (day, expected) in [
        ("2026-12-08", "2026-12-08T11:00 2026-12-08T12:00"),
        ("2026-12-15", "2026-12-15T11:00 2026-12-15T12:00"),
        ("2027-07-20", "2027-07-20T10:00 2027-07-20T11:00"),
    ] {
        one_day("c21", day, &[expected], &[Why::Exception]);
    }
}
