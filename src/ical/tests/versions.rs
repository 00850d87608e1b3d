//! Several events of one UID: moved, taken out, written anew.

use super::*;

const WEEKLY: &str = "DTSTART;TZID=Europe/Lisbon:20260310T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3";
const FIRST: &str = "2026-03-10T09:00 2026-03-10T10:00";
const SECOND: &str = "2026-03-17T09:00 2026-03-17T10:00";
const THIRD: &str = "2026-03-24T09:00 2026-03-24T10:00";
const MOVED: &str = "2026-03-18T14:00 2026-03-18T15:00";

fn events(all: &[&str]) -> String {
    let blocks: Vec<String> =
        all.iter().map(|lines| format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT")).collect();
    calendar(&blocks.join("\n"))
}

/// A weekly meeting with something in place of its second time.
fn with(instead: &str, expected: &[&str]) {
    check(&events(&[WEEKLY, instead]), expected);
    check(&events(&[instead, WEEKLY]), expected);
}

#[test]
fn a_recurrence_is_named_in_any_zone_or_by_its_day() {
    let moved = "DTSTART:20260318T140000Z\nDURATION:PT1H";
    for id in [
        "RECURRENCE-ID;TZID=Europe/Lisbon:20260317T090000",
        "RECURRENCE-ID:20260317T090000Z",
        "RECURRENCE-ID;TZID=America/New_York:20260317T050000",
        "RECURRENCE-ID;VALUE=DATE:20260317",
        "RECURRENCE-ID:20260317T090000",
    ] {
        with(&format!("{id}\n{moved}"), &[FIRST, MOVED, THIRD]);
    }
    // None of the series: both are busy.
    with(&format!("RECURRENCE-ID:20260317T100000Z\n{moved}"), &[FIRST, SECOND, MOVED, THIRD]);
}

#[test]
fn what_replaces_a_recurrence_may_be_off_or_another_day() {
    let id = "RECURRENCE-ID:20260317T090000Z";
    with(&format!("{id}\nDTSTART:20260317T090000Z\nDURATION:PT1H\nSTATUS:CANCELLED"), &[FIRST, THIRD]);
    with(&format!("{id}\nDTSTART;VALUE=DATE:20260318"), &[FIRST, "2026-03-18T00:00 2026-03-19T00:00", THIRD]);
    with(
        &format!("{id}\nDTSTART:20260317T090000Z\nDURATION:PT2H"),
        &[FIRST, "2026-03-17T09:00 2026-03-17T11:00", THIRD],
    );
}

#[test]
fn what_replaces_something_that_is_not_there_counts_by_itself() {
    check(&events(&["RECURRENCE-ID:20260317T090000Z\nDTSTART:20260318T140000Z\nDURATION:PT1H"]), &[MOVED]);
}

#[test]
fn all_that_follows_is_moved_on_the_wall() {
    // From 24 March on two hours later, an hour longer, and in Berlin; summer time begins on the 29th in both.
    let text = events(&[
        "DTSTART;TZID=Europe/Lisbon:20260310T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260324T090000Z\nDTSTART;TZID=Europe/Berlin:20260324T120000\nDURATION:PT2H",
    ]);
    check(&text, &[FIRST, SECOND, "2026-03-24T11:00 2026-03-24T13:00", "2026-03-31T10:00 2026-03-31T12:00"]);
}

#[test]
fn all_that_follows_may_be_cancelled_or_moved_again() {
    let series = "DTSTART:20260310T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4";
    let from = |id: &str, lines: &str| {
        format!("RECURRENCE-ID;RANGE=THISANDFUTURE:{id}T090000Z\n{lines}\nDURATION:PT1H")
    };
    check(&events(&[series, &from("20260317", "DTSTART:20260317T090000Z\nSTATUS:CANCELLED")]), &[FIRST]);
    check(
        &events(&[
            series,
            &from("20260324", "DTSTART:20260325T080000Z"),
            &from("20260317", "DTSTART:20260317T120000Z"),
            "RECURRENCE-ID:20260331T090000Z\nDTSTART:20260410T090000Z\nDURATION:PT1H",
        ]),
        &[
            FIRST,
            "2026-03-17T12:00 2026-03-17T13:00",
            "2026-03-25T08:00 2026-03-25T09:00",
            "2026-04-10T09:00 2026-04-10T10:00",
        ],
    );
}

#[test]
fn the_higher_sequence_wins_and_then_what_was_written_last() {
    let at = |hour: &str, lines: &str| format!("DTSTART:202603{hour}0000Z\nDURATION:PT1H\n{lines}");
    let (old, new) = ("17T09", "18T14");
    for (of_old, of_new) in [
        ("SEQUENCE:1\nDTSTAMP:20260302T000000Z", "SEQUENCE:2\nDTSTAMP:20260301T000000Z"),
        ("", "SEQUENCE:1"),
        ("DTSTAMP:20260301T000000Z", "DTSTAMP:20260302T000000Z"),
        ("SEQUENCE:3\nLAST-MODIFIED:20260301T000000Z", "SEQUENCE:3\nLAST-MODIFIED:20260301T000001Z"),
    ] {
        check(&events(&[&at(old, of_old), &at(new, of_new)]), &[MOVED]);
        check(&events(&[&at(new, of_new), &at(old, of_old)]), &[MOVED]);
    }
    // Cancelled later.
    check(&events(&[&at(old, ""), &at(old, "SEQUENCE:1\nSTATUS:CANCELLED")]), &[]);
    // Nobody knows which is later, so both stand.
    for both in ["", "SEQUENCE:none", "DTSTAMP:20260301T000000Z"] {
        check(&events(&[&at(old, both), &at(new, both)]), &[SECOND, MOVED]);
    }
}

#[test]
fn of_two_that_replace_the_same_recurrence_the_later_wins() {
    let at = |hour: &str, sequence: u8| {
        format!(
            "RECURRENCE-ID:20260317T090000Z\nDTSTART:202603{hour}0000Z\nDURATION:PT1H\nSEQUENCE:{sequence}"
        )
    };
    check(&events(&[WEEKLY, &at("19T08", 1), &at("18T14", 2)]), &[FIRST, MOVED, THIRD]);
}

#[test]
fn what_is_moved_and_removed_goes_by_the_later_word() {
    let without = format!("{WEEKLY}\nEXDATE:20260317T090000Z");
    let moved = "RECURRENCE-ID:20260317T090000Z\nDTSTART:20260318T140000Z\nDURATION:PT1H";
    check(&events(&[&format!("{without}\nSEQUENCE:2"), moved]), &[FIRST, THIRD]);
    let both = events(&[&without, moved]);
    doubted(&both, &[FIRST, MOVED, THIRD], &[Why::MovedAndRemoved]);
    let later = events(&[&without, &format!("{moved}\nSEQUENCE:2")]);
    doubted(&later, &[FIRST, MOVED, THIRD], &[Why::MovedAndRemoved]);
}

#[test]
fn exceptions_are_named_in_lists_by_day_and_in_other_zones() {
    let but = |except: &str| event(&format!("{WEEKLY}\n{except}"));
    check(&but("EXDATE;TZID=Europe/Lisbon:20260310T090000,20260324T090000"), &[SECOND]);
    check(&but("EXDATE;VALUE=DATE:20260310\nEXDATE;VALUE=DATE:20260324"), &[SECOND]);
    check(&but("EXDATE;TZID=Asia/Tokyo:20260310T180000"), &[SECOND, THIRD]);
    check(&but("EXDATE;TZID=Asia/Tokyo:20260310T090000"), &[FIRST, SECOND, THIRD]);
    check(&but("EXDATE:\nEXDATE:20260310T090000Z, 20260317T090000Z,"), &[THIRD]);
    // In the hour that daylight saving takes out.
    check(
        &event(
            "DTSTART;TZID=Europe/Lisbon:20260328T013000\nDURATION:PT15M\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20260329T013000Z",
        ),
        &["2026-03-28T01:30 2026-03-28T01:45"],
    );
}

#[test]
fn a_day_may_be_excepted_by_its_midnight_wherever_that_is() {
    let but = |except: &str| {
        event(&format!("DTSTART;VALUE=DATE:20260401\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE{except}"))
    };
    let first_and_last = &["2026-03-31T23:00 2026-04-01T23:00", "2026-04-02T23:00 2026-04-03T23:00"];
    check(&but(";VALUE=DATE:20260402"), first_and_last);
    check(&but(":20260402T000000"), first_and_last);
    check(&but(":20260402T000000Z"), first_and_last);
    // Lisbon's midnight; and no midnight at all.
    check(&but(":20260401T230000Z"), first_and_last);
    check(&but(":20260402T120000Z"), &["2026-03-31T23:00 2026-04-03T23:00"]);
}

#[test]
fn extra_dates_may_be_periods_and_days() {
    check(
        &event(
            "DTSTART:20260310T090000Z\nDURATION:PT1H\nRDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260318T150000/20260318T160000",
        ),
        &[FIRST, MOVED],
    );
    check(
        &event("DTSTART;VALUE=DATE:20260310\nRDATE;VALUE=DATE:20260312,20260313"),
        &["2026-03-10T00:00 2026-03-11T00:00", "2026-03-12T00:00 2026-03-14T00:00"],
    );
    check(
        &event("DTSTART:20260310T090000Z\nDURATION:PT1H\nRDATE:20260318T140000Z\nEXDATE:20260318T140000Z"),
        &[FIRST],
    );
}

#[test]
fn events_without_a_uid_have_nothing_to_do_with_each_other() {
    let bare = |hour: &str, sequence: u8| {
        format!("BEGIN:VEVENT\nDTSTART:202603{hour}0000Z\nDURATION:PT1H\nSEQUENCE:{sequence}\nEND:VEVENT")
    };
    check(&calendar(&format!("{}\n{}", bare("17T09", 1), bare("18T14", 2))), &[SECOND, MOVED]);
}

#[test]
fn calendars_in_one_file_have_nothing_to_do_with_each_other() {
    let one = |hour: &str, sequence: u8| {
        event(&format!("DTSTART:202603{hour}0000Z\nDURATION:PT1H\nSEQUENCE:{sequence}"))
    };
    check(&format!("{}{}", one("17T09", 1), one("18T14", 2)), &[SECOND, MOVED]);
}
