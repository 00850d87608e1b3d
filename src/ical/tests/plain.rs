//! What programs write when all is well.

use super::*;

#[test]
fn an_event_is_busy_from_its_start_to_its_end() {
    check(&event("DTSTART:20260310T090000Z\nDTEND:20260310T100000Z"), &["2026-03-10T09:00 2026-03-10T10:00"]);
    check(&event("DTSTART:20260310T090000Z\nDURATION:PT90M"), &["2026-03-10T09:00 2026-03-10T10:30"]);
    check(&event("DTSTART:20260310T090000Z\nDURATION:P1W"), &["2026-03-10T09:00 2026-03-17T09:00"]);
    check(&event("DTSTART:20260310T0900Z\nDTEND:20260310T1000Z"), &["2026-03-10T09:00 2026-03-10T10:00"]);
    check(&event("DTSTART:20260310T090000Z"), &[]);
}

#[test]
fn an_event_that_begins_before_the_range_or_ends_after_it_is_clipped() {
    check(&event("DTSTART:20260228T230000Z\nDTEND:20260301T010000Z"), &["2026-03-01T00:00 2026-03-01T01:00"]);
    check(&event("DTSTART:20260430T230000Z\nDTEND:20260501T010000Z"), &["2026-04-30T23:00 2026-05-01T00:00"]);
    check(&event("DTSTART:20260101T000000Z\nDTEND:20270101T000000Z"), &["2026-03-01T00:00 2026-05-01T00:00"]);
    check(&event("DTSTART:20260501T000000Z\nDTEND:20260501T010000Z"), &[]);
}

#[test]
fn a_meeting_stays_at_its_hour_when_daylight_saving_begins() {
    check(
        &event(
            "DTSTART;TZID=Europe/Lisbon:20260323T090000\nDTEND;TZID=Europe/Lisbon:20260323T100000\nRRULE:FREQ=WEEKLY;COUNT=3",
        ),
        &[
            "2026-03-23T09:00 2026-03-23T10:00",
            "2026-03-30T08:00 2026-03-30T09:00",
            "2026-04-06T08:00 2026-04-06T09:00",
        ],
    );
}

#[test]
fn a_meeting_stays_at_its_hour_when_daylight_saving_ends() {
    let text = event("DTSTART;TZID=Europe/Lisbon:20200106T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY");
    let busy = reader().busy([&*text], range("2026-10-19", "2026-11-03"), true);
    assert_eq!(
        busy.stretches.iter().map(shown).collect::<Vec<_>>(),
        [
            "2026-10-19T08:00 2026-10-19T09:00",
            "2026-10-26T09:00 2026-10-26T10:00",
            "2026-11-02T09:00 2026-11-02T10:00"
        ]
    );
}

#[test]
fn an_hour_that_does_not_exist_moves_forward_and_one_that_is_twice_is_the_first() {
    // In Lisbon 01:00 to 02:00 is left out on 29 March 2026 and comes twice on 25 October.
    check(
        &event("DTSTART;TZID=Europe/Lisbon:20260329T013000\nDURATION:PT15M"),
        &["2026-03-29T01:30 2026-03-29T01:45"],
    );
    let text = event("DTSTART;TZID=Europe/Lisbon:20261025T013000\nDURATION:PT15M");
    let busy = reader().busy([&*text], range("2026-10-25", "2026-10-26"), true);
    assert_eq!(busy.stretches.iter().map(shown).collect::<Vec<_>>(), ["2026-10-25T00:30 2026-10-25T00:45"]);
}

#[test]
fn a_rule_ends_when_it_says() {
    let daily = |rule: &str| {
        event(&format!("DTSTART;TZID=Europe/Lisbon:20260309T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;{rule}"))
    };
    let two = &["2026-03-09T09:00 2026-03-09T10:00", "2026-03-10T09:00 2026-03-10T10:00"];
    check(&daily("COUNT=2"), two);
    check(&daily("UNTIL=20260310T090000Z"), two);
    check(&daily("UNTIL=20260311T085959Z"), two);
    check(&daily("UNTIL=20260310T090000"), two);
    check(&daily("UNTIL=20260310"), two);
    check(&daily("UNTIL=20260301T000000Z"), &two[..1]);
    check(
        &event("DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=DAILY;UNTIL=20260310"),
        &["2026-03-09T00:00 2026-03-11T00:00"],
    );
}

#[test]
fn a_count_is_counted_from_the_first_start_long_before_the_range() {
    check(
        &event("DTSTART:20260102T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=10"),
        &["2026-03-06T09:00 2026-03-06T10:00"],
    );
}

#[test]
fn rules_with_days_intervals_and_positions_are_followed_from_afar() {
    check(
        &event("DTSTART;TZID=Europe/Lisbon:20190108T100000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR"),
        &["2026-03-27T10:00 2026-03-27T11:00", "2026-04-24T09:00 2026-04-24T10:00"],
    );
    check(
        &event("DTSTART:20200101T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=8;BYDAY=MO,WE"),
        // 2020-01-01 was a Wednesday; 2026-04-15 is 41 times eight weeks later.
        &["2026-04-13T08:00 2026-04-13T09:00", "2026-04-15T08:00 2026-04-15T09:00"],
    );
    check(
        &event("DTSTART:20200331T080000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY"),
        &["2026-03-31T08:00 2026-03-31T09:00"],
    );
}

#[test]
fn exceptions_and_additions_count() {
    check(
        &event(
            "DTSTART;TZID=Europe/Lisbon:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4\n\
             EXDATE;TZID=Europe/Lisbon:20260330T090000\nEXDATE:20260406T080000Z\n\
             RDATE;TZID=Europe/Lisbon:20260410T150000,20260323T090000\n\
             RDATE;VALUE=PERIOD:20260420T090000Z/20260420T093000Z,20260421T090000Z/PT10M",
        ),
        &[
            "2026-03-23T09:00 2026-03-23T10:00",
            "2026-04-10T14:00 2026-04-10T15:00",
            "2026-04-13T08:00 2026-04-13T09:00",
            "2026-04-20T09:00 2026-04-20T09:30",
            "2026-04-21T09:00 2026-04-21T09:10",
        ],
    );
    check(
        &event("DTSTART;VALUE=DATE:20260309\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20260316T000000Z"),
        &["2026-03-09T00:00 2026-03-10T00:00"],
    );
}

#[test]
fn one_occurrence_can_be_moved_or_cancelled() {
    let series = "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Lisbon:20260310T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n";
    let with = |lines: &str| calendar(&format!("{series}BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT"));
    let (first, last) = ("2026-03-10T09:00 2026-03-10T10:00", "2026-03-24T09:00 2026-03-24T10:00");
    check(
        &with("RECURRENCE-ID;TZID=Europe/Lisbon:20260317T090000\nDTSTART:20260318T140000Z\nDURATION:PT2H"),
        &[first, "2026-03-18T14:00 2026-03-18T16:00", last],
    );
    check(
        &with("RECURRENCE-ID:20260317T090000Z\nDTSTART:20260317T090000Z\nDURATION:PT1H\nSTATUS:CANCELLED"),
        &[first, last],
    );
    check(
        &with("RECURRENCE-ID:20260317T090000Z\nDTSTART:20260317T090000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT"),
        &[first, last],
    );
    // Into the range from outside of it.
    check(
        &calendar(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260608T090000Z\nDTSTART:20260401T090000Z\nDURATION:PT1H\nEND:VEVENT",
        ),
        &["2026-04-01T09:00 2026-04-01T10:00"],
    );
}

#[test]
fn what_takes_no_time_is_not_busy() {
    let at = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z";
    let busy = &["2026-03-10T09:00 2026-03-10T10:00"];
    check(&event(&format!("{at}\nTRANSP:TRANSPARENT")), &[]);
    check(&event(&format!("{at}\nTRANSP:OPAQUE")), busy);
    check(&event(&format!("{at}\nSTATUS:CANCELLED")), &[]);
    check(&event(&format!("{at}\nSTATUS:TENTATIVE")), busy);
    check(&event(&format!("{at}\nATTENDEE;PARTSTAT=DECLINED:mailto:Ana@Example.org")), &[]);
    check(&event(&format!("{at}\nATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.org")), busy);
    check(&event(&format!("{at}\nATTENDEE;CN=\"Ana; B\";PARTSTAT=ACCEPTED:mailto:ana@example.org")), busy);
}

#[test]
fn whole_days_and_floating_times_are_the_hosts() {
    check(&event("DTSTART;VALUE=DATE:20260310"), &["2026-03-10T00:00 2026-03-11T00:00"]);
    check(
        &event("DTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260310"),
        &["2026-03-10T00:00 2026-03-11T00:00"],
    );
    check(&event("DTSTART:20260310"), &["2026-03-10T00:00 2026-03-11T00:00"]);
    // The day on which daylight saving begins has 23 hours.
    check(
        &event("DTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330"),
        &["2026-03-29T00:00 2026-03-29T23:00"],
    );
    check(&event("DTSTART;VALUE=DATE:20260401\nDURATION:P2D"), &["2026-03-31T23:00 2026-04-02T23:00"]);
    check(&event("DTSTART;VALUE=DATE:20260401\nTRANSP:TRANSPARENT"), &[]);
    check(&event("DTSTART:20260401T090000\nDTEND:20260401T100000"), &["2026-04-01T08:00 2026-04-01T09:00"]);
}

#[test]
fn a_zone_is_known_by_many_names() {
    let at = |zone: &str| event(&format!("DTSTART;TZID={zone}:20260401T090000\nDURATION:PT1H"));
    let berlin = &["2026-04-01T07:00 2026-04-01T08:00"];
    check(&at("Europe/Berlin"), berlin);
    check(&at("europe/berlin"), berlin);
    check(&at("/freeassociation.sourceforge.net/Europe/Berlin"), berlin);
    check(&at("/mozilla.org/20050126_1/America/Argentina/Ushuaia"), &["2026-04-01T12:00 2026-04-01T13:00"]);
    check(&at("W. Europe Standard Time"), berlin);
    check(&at("\"W. Europe Standard Time\""), berlin);
    check(&at("India Standard Time"), &["2026-04-01T03:30 2026-04-01T04:30"]);
}

#[test]
fn a_calendar_may_define_its_own_zone() {
    let zoned = |zone: &str, at: &str| {
        calendar(&format!(
            "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\n{zone}\nEND:VTIMEZONE\n\
             BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Customized Time Zone:{at}\nDURATION:PT1H\nEND:VEVENT"
        ))
    };
    // As Outlook writes it.
    let berlin = "BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n\
                  BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT";
    check(&zoned(berlin, "20260328T090000"), &["2026-03-28T08:00 2026-03-28T09:00"]);
    check(&zoned(berlin, "20260329T090000"), &["2026-03-29T07:00 2026-03-29T08:00"]);
    // The changes of one year, listed.
    let listed = "BEGIN:STANDARD\nDTSTART:20251026T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n\
                  BEGIN:DAYLIGHT\nDTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT";
    check(&zoned(listed, "20260328T090000"), &["2026-03-28T08:00 2026-03-28T09:00"]);
    check(&zoned(listed, "20260329T090000"), &["2026-03-29T07:00 2026-03-29T08:00"]);
    // New York, where the second Sunday is written as days of the month.
    let york = "BEGIN:STANDARD\nDTSTART:20071104T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nEND:STANDARD\n\
                BEGIN:DAYLIGHT\nDTSTART:20070311T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nRRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU\nEND:DAYLIGHT";
    check(&zoned(york, "20260307T090000"), &["2026-03-07T14:00 2026-03-07T15:00"]);
    check(&zoned(york, "20260308T090000"), &["2026-03-08T13:00 2026-03-08T14:00"]);
    // One that gave daylight saving up.
    let fixed = "BEGIN:DAYLIGHT\nDTSTART:19850331T020000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0400\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3;UNTIL=20110101T000000Z\nEND:DAYLIGHT\n\
                 BEGIN:STANDARD\nDTSTART:20160907T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0330\nEND:STANDARD";
    check(&zoned(fixed, "20260401T090000"), &["2026-04-01T05:30 2026-04-01T06:30"]);
    check(&zoned("X-LIC-LOCATION:Europe/Berlin", "20260401T090000"), &["2026-04-01T07:00 2026-04-01T08:00"]);
}

#[test]
fn lines_are_read_as_programs_write_them() {
    // Folded, in small letters, with an alarm that has a duration of its own, and with line ends of one byte.
    check(
        "\u{feff}begin:vcalendar\nBEGIN:VEVENT\nuid:1\nDTSTART;TZID=Europe/\n Lisbon:2026031\n\t0T090000\nBEGIN:VALARM\nDURATION:PT5H\nTRIGGER:-PT5M\nEND:VALARM\nDTEND;TZID=Europe/Lisbon:20260310T100000\nDESCRIPTION:END\\nBEGIN:VEVENT\nEND:VEVENT\nend:vcalendar",
        &["2026-03-10T09:00 2026-03-10T10:00"],
    );
}

#[test]
fn our_own_entries_count_only_if_all_do() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:canvass-1\nDTSTART:20260310T090000Z\nDURATION:PT1H\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:2\nDTSTART:20260311T090000Z\nDURATION:PT1H\nEND:VEVENT",
    );
    let busy = |all| {
        let busy = reader().busy([&*text], spring(), all);
        busy.stretches.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(busy(false), ["2026-03-11T09:00 2026-03-11T10:00"]);
    assert_eq!(busy(true), ["2026-03-10T09:00 2026-03-10T10:00", "2026-03-11T09:00 2026-03-11T10:00"]);
}

#[test]
fn a_free_busy_report_is_read_in_either_spelling() {
    let check = |lines: &str, expected: &[&str]| {
        let text = calendar(&format!("BEGIN:VFREEBUSY\nDTSTART:20260301T000000Z\n{lines}\nEND:VFREEBUSY"));
        let report = reader().report(&text, spring()).unwrap();
        assert_eq!(report.iter().map(shown).collect::<Vec<_>>(), expected, "{lines}");
    };
    let hour = &["2026-03-10T09:00 2026-03-10T10:00"];
    check("FREEBUSY;VALUE=PERIOD:20260310T090000Z/20260310T100000Z", hour);
    check("FREEBUSY;FBTYPE=BUSY:20260310T090000Z/PT1H", hour);
    check("FREEBUSY:20260310T093000Z/PT30M,20260310T090000Z/PT30M", hour);
    check("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T090000Z/PT1H", hour);
    check("FREEBUSY;FBTYPE=FREE:20260310T090000Z/PT1H", &[]);
    check("X-NOTHING:1", &[]);
    assert_eq!(reader().report(&event("DTSTART:20260310T090000Z"), spring()), None);
    assert_eq!(reader().report("<html>", spring()), None);
}

#[test]
fn an_entry_is_found_where_it_stands_now() {
    let find = |lines: &str| reader().find(&event(lines), "1");
    let found = |cancelled| Found {
        starts: "2026-03-10T09:00:00Z".parse().unwrap(),
        ends: "2026-03-10T09:30:00Z".parse().unwrap(),
        cancelled,
        place: None,
    };
    let at = "DTSTART:20260310T090000Z\nDURATION:PT30M";
    assert_eq!(find(at), Some(found(false)));
    assert_eq!(find(&format!("{at}\nSTATUS:CANCELLED")), Some(found(true)));
    assert_eq!(find(&format!("{at}\nATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org")), Some(found(true)));
    assert_eq!(find("DTSTART:soon"), None);
    assert_eq!(reader().find(&event(at), "2"), None);
}
