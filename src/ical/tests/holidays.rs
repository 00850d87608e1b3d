//! Whole days: holidays, days off, leave.

use super::*;
use crate::ical::{Doubt, days};

fn of_case(id: &str) -> crate::ical::Days {
    let path = format!("{}/src/ical/tests/cases/{id}.ics", env!("CARGO_MANIFEST_DIR"));
    days(&crate::ical::text(std::fs::read(path).unwrap())).unwrap()
}

/// The days of the case around the end of November 2026.
fn case(id: &str, expected: &[&str]) {
    let days = of_case(id);
    let shown = days.named.iter().map(|(day, name)| format!("{day} {name}"));
    let autumn: Vec<String> =
        shown.filter(|day| ("2026-11-25".."2026-12-06").contains(&&day[..10])).collect();
    assert_eq!(autumn, expected, "{id}");
    assert_eq!(days.doubts, [], "{id}");
}

fn check(lines: &str, expected: &[&str]) {
    let days = days(&event(lines)).unwrap();
    let shown: Vec<String> = days.named.iter().map(|(day, name)| format!("{day} {name}")).collect();
    assert_eq!(shown, expected, "{lines}");
    assert_eq!(days.doubts, [], "{lines}");
}

#[test]
fn h02_a_duration_lasts_that_long() {
    case("h02", &["2026-11-30 Company days", "2026-12-01 Company days", "2026-12-02 Company days"]);
}

#[test]
fn h03_extra_dates_are_days() {
    case("h03", &["2026-11-30 Moving feast", "2026-12-01 Moving feast"]);
    assert_eq!(of_case("h03").named.len(), 3);
}

#[test]
fn h07_from_midnight_to_midnight_is_whole_days() {
    case("h07", &["2026-11-30 Holiday", "2026-12-01 Holiday"]);
}

#[test]
fn h09_h10_h23_a_file_that_is_badly_written_is_read() {
    case("h09", &["2026-11-30 Holiday"]);
    case("h10", &["2026-11-30 Restauração da Independência"]);
    case("h23", &["2026-11-30 Holiday"]);
}

#[test]
fn h13_a_day_off_each_week_recurs_to_the_end_of_what_is_known() {
    case("h13", &["2026-11-30 Monday off"]);
    let days = of_case("h13").named;
    assert_eq!(days.len(), 1826);
    assert_eq!(days.last_key_value().unwrap().0.to_string(), "2060-12-27");
}

#[test]
fn h17_an_occurrence_that_is_cancelled_is_no_holiday() {
    case("h17", &[]);
    let days = of_case("h17").named;
    let first: Vec<String> = days.keys().take(3).map(ToString::to_string).collect();
    assert_eq!(first, ["2024-11-30", "2025-11-30", "2027-11-30"]);
}

#[test]
fn h19_a_file_may_hold_several_calendars() {
    case("h19", &["2026-11-30 Day off"]);
    assert_eq!(of_case("h19").named.len(), 2);
}

#[test]
fn h27_a_date_with_a_time_is_a_date() {
    case("h27", &["2026-11-30 Shutdown", "2026-12-01 Shutdown"]);
}

#[test]
fn whole_days_are_written_in_several_ways() {
    check("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224\nSUMMARY:Eve", &["2026-12-24 Eve"]);
    check("DTSTART:20261224\nSUMMARY:Eve\\, half", &["2026-12-24 Eve, half"]);
    check("DTSTART;TZID=Asia/Tokyo:20261224T000000\nDTEND;TZID=Asia/Tokyo:20261225T000000", &["2026-12-24 "]);
    check("DTSTART;VALUE=DATE:20261224\nTRANSP:TRANSPARENT", &["2026-12-24 "]);
    check(
        "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20271225",
        &["2026-12-25 ", "2028-12-25 "],
    );
    check(
        "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;UNTIL=20330101",
        &["2024-02-29 ", "2028-02-29 ", "2032-02-29 "],
    );
}

#[test]
fn what_has_hours_is_no_holiday() {
    for lines in [
        "DTSTART:20261224T090000Z\nDTEND:20261224T100000Z",
        "DTSTART:20261224T000000\nDTEND:20261224T120000",
        "DTSTART:20261224T000000",
        "DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED",
        "DTSTART:20261224T090000Z\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES",
    ] {
        check(lines, &[]);
    }
}

#[test]
fn a_holiday_that_cannot_be_understood_is_named_and_is_none() {
    for (lines, why) in [
        ("DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=SOMETIMES", Why::Rule),
        ("DTSTART;VALUE=DATE:20261224\nRRULE:RSCALE=HEBREW;FREQ=YEARLY", Why::Rule),
        ("DTSTART;VALUE=DATE:20261224\nEXDATE:x\nRRULE:FREQ=YEARLY", Why::Exception),
        ("DTSTART;VALUE=DATE:20261224\nDTEND:x", Why::End),
        ("DTSTART:24.12.2026", Why::NoStart),
        ("DTSTART:20261224T99", Why::StartTime),
    ] {
        let days = days(&event(&format!("SUMMARY:Feast\n{lines}"))).unwrap();
        assert!(days.named.is_empty(), "{lines}");
        assert_eq!(days.doubts, [Doubt::new("Feast", why)], "{lines}");
    }
    assert_eq!(days("nothing"), Err(Why::NotACalendar));
}
