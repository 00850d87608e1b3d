//! What can't be understood: busy as widely as it may be, and told.

use super::*;
use crate::ical::{Doubt, check as whole};

/// What the event makes busy of 10 to 13 March 2026, and what is doubtful.
fn three_days(lines: &str, expected: &[&str], why: &[Why]) {
    let text = event(&format!("SUMMARY:Dentist\n{lines}"));
    let busy = reader().busy([&*text], range("2026-03-10", "2026-03-13"), true);
    assert_eq!(busy.stretches.iter().map(shown).collect::<Vec<_>>(), expected, "{lines}");
    let doubts: Vec<Doubt> = why.iter().map(|why| Doubt::new("Dentist", *why)).collect();
    assert_eq!(busy.doubts, doubts, "{lines}");
}

const ALWAYS: &str = "2026-03-10T00:00 2026-03-13T00:00";
const DAILY: [&str; 3] = [
    "2026-03-10T09:00 2026-03-10T10:00",
    "2026-03-11T09:00 2026-03-11T10:00",
    "2026-03-12T09:00 2026-03-12T10:00",
];

#[test]
fn a_rule_that_cannot_be_read_may_be_every_day() {
    let rule = |rule: &str| format!("DTSTART:20260109T090000Z\nDURATION:PT1H\nRRULE:{rule}");
    for unread in [
        "FREQ=SOMETIMES",
        "nonsense",
        "",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=99999999999999999999",
        "FREQ=WEEKLY;FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=5L",
        "FREQ=YEARLY;BYDAY=1MO;BYWEEKNO=3",
        "FREQ=MONTHLY;BYEASTER=1",
        "FREQ=YEARLY;BYMONTH=-9223372036854775808",
        "FREQ=MONTHLY;BYDAY=-9223372036854775808MO",
        "RSCALE=CHINESE;FREQ=YEARLY",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
        "COUNT=3",
    ] {
        three_days(&rule(unread), &DAILY, &[Why::Rule]);
    }
    three_days(&rule("FREQ=SOMETIMES;UNTIL=20260311T090000Z"), &DAILY[..2], &[Why::Rule]);
    three_days(&rule("FREQ=SOMETIMES;UNTIL=20260301"), &[], &[]);
    // Of several rules, one that can be read.
    three_days(&rule("FREQ=YEARLY\nRRULE:FREQ=SOMETIMES"), &DAILY, &[Why::Rule]);
}

#[test]
fn exceptions_hold_for_a_rule_that_cannot_be_read_too() {
    let lines = "DTSTART:20260109T090000Z\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES\nEXDATE:20260311T090000Z";
    three_days(lines, &[DAILY[0], DAILY[2]], &[Why::Rule]);
}

#[test]
fn a_rule_that_may_be_at_any_time_or_lasts_for_days_is_always() {
    let rule = |rule: &str, lasts: &str| format!("DTSTART:20260109T090000Z\nDURATION:{lasts}\nRRULE:{rule}");
    three_days(&rule("FREQ=HOURLY;BYSETPOS=1", "PT1M"), &[ALWAYS], &[Why::Rule]);
    three_days(&rule("FREQ=SOMETIMES;BYHOUR=9,10", "PT1M"), &[ALWAYS], &[Why::Rule]);
    three_days(&rule("FREQ=SOMETIMES", "P2D"), &[ALWAYS], &[Why::Rule]);
    three_days(
        &rule("FREQ=SOMETIMES;UNTIL=20260309T090000Z", "P2D"),
        &["2026-03-10T00:00 2026-03-12T09:00"],
        &[Why::Rule],
    );
}

#[test]
fn what_recurs_too_often_to_be_followed_is_always() {
    let rule = |start: &str, rule: &str| format!("DTSTART:{start}\nDURATION:PT1S\nRRULE:{rule}");
    three_days(&rule("20200101T000000Z", "FREQ=SECONDLY"), &[ALWAYS], &[Why::TooOften]);
    three_days(
        &rule("20260311T000000Z", "FREQ=SECONDLY"),
        &["2026-03-11T00:00 2026-03-13T00:00"],
        &[Why::TooOften],
    );
    three_days(&rule("16010101T000000Z", "FREQ=HOURLY;BYDAY=MO;COUNT=4000"), &[ALWAYS], &[Why::TooOften]);
    // A count that ends long before is an end.
    three_days(&rule("20200101T000000Z", "FREQ=SECONDLY;COUNT=999"), &[], &[]);
    three_days(&rule("20200101T000000Z", "FREQ=SECONDLY;COUNT=999999999"), &[ALWAYS], &[Why::TooOften]);
    // Every day of nine thousand years, counted.
    let ages = "DTSTART:-99990101T000000Z";
    assert!(reader().busy([&*event(ages)], spring(), true).stretches.is_empty());
    let minutes = (0..60).map(|minute| minute.to_string()).collect::<Vec<_>>().join(",");
    three_days(
        &rule("20260101T000000Z", &format!("FREQ=DAILY;BYHOUR=9,10;BYMINUTE={minutes}")),
        &[ALWAYS],
        &[Why::Rule],
    );
}

#[test]
fn an_end_of_a_rule_that_cannot_be_read_is_none() {
    three_days(
        "DTSTART:20260109T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=never",
        &DAILY,
        &[Why::Until],
    );
    three_days(
        "DTSTART:20260109T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260231T090000Z",
        &DAILY,
        &[Why::Until],
    );
    // No zone has that far an instant, but it is no doubt that it is far.
    three_days(
        "DTSTART:20260109T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=99991231T235959Z",
        &DAILY,
        &[],
    );
}

#[test]
fn an_end_that_cannot_be_read_is_a_day_away_or_a_week() {
    let day = &["2026-03-11T09:00 2026-03-12T09:00"];
    three_days("DTSTART:20260311T090000Z\nDTEND:never", day, &[Why::End]);
    three_days("DTSTART:20260311T090000Z\nDTEND:", day, &[Why::End]);
    three_days("DTSTART:20260311T090000Z\nDURATION:2h", day, &[Why::End]);
    three_days("DTSTART:20260311T090000Z\nDURATION:P", day, &[Why::End]);
    three_days("DTSTART:20260311T090000Z\nDURATION:P99999999999999W", day, &[Why::End]);
    three_days(
        "DTSTART;VALUE=DATE:20260304\nDTEND;VALUE=DATE:x",
        &["2026-03-10T00:00 2026-03-11T00:00"],
        &[Why::End],
    );
}

#[test]
fn an_event_that_ends_before_it_starts_is_both_ways_round() {
    let both = &["2026-03-11T08:00 2026-03-12T09:00"];
    three_days("DTSTART:20260311T090000Z\nDTEND:20260311T080000Z", both, &[Why::Backward]);
    three_days("DTSTART:20260311T090000Z\nDURATION:-PT1H", both, &[Why::Backward]);
    // By weeks, or more than there were: one day after it, and nothing before.
    let after = &["2026-03-11T09:00 2026-03-12T09:00"];
    three_days("DTSTART:20260311T090000Z\nDURATION:-P3W", after, &[Why::Backward]);
    three_days("DTSTART:20260311T090000Z\nDURATION:-P999999W", after, &[Why::Backward]);
    three_days(
        "DTSTART;VALUE=DATE:20260312\nDTEND;VALUE=DATE:20260311",
        &["2026-03-11T00:00 2026-03-13T00:00"],
        &[Why::Backward],
    );
    // A night shift whose end has the wrong day.
    three_days(
        "DTSTART:20260310T220000Z\nDTEND:20260310T060000Z",
        &["2026-03-10T06:00 2026-03-11T22:00"],
        &[Why::Backward],
    );
}

#[test]
fn a_start_whose_time_cannot_be_read_is_its_day_anywhere_on_earth() {
    let day = &["2026-03-10T10:00 2026-03-12T13:00"];
    for start in ["20260311T250000Z", "20260311T", "20260311Tnoon", "20260311T09h", "2026-03-11T9:00"] {
        three_days(&format!("DTSTART:{start}\nDURATION:PT1H"), day, &[Why::StartTime]);
    }
}

#[test]
fn what_says_nothing_of_when_it_is_is_told() {
    for lines in [
        "LOCATION:here",
        "DTSTART:tomorrow",
        "DTSTART:20260231T090000Z",
        "DTSTART:é0260310",
        "DTSTART",
        "DURATION:PT1H",
    ] {
        three_days(lines, &[], &[Why::NoStart]);
    }
    for lines in ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"] {
        three_days(lines, &[], &[]);
    }
    // Its end says when it is over, its id when it was.
    three_days("DTEND:20260311T100000Z", &["2026-03-10T10:00 2026-03-11T10:00"], &[Why::NoStart]);
    three_days(
        "RECURRENCE-ID:20260311T100000Z\nDTSTART:soon\nDURATION:PT1H",
        &["2026-03-11T10:00 2026-03-11T11:00"],
        &[Why::NoStart],
    );
}

#[test]
fn what_contradicts_itself_is_busy() {
    let both = "DTSTART:20260310T090000Z\nDTSTART:20260311T090000Z\nDURATION:PT1H";
    three_days(both, &DAILY[..2], &[Why::StartTime]);
    let at = "DTSTART:20260310T090000Z\nDURATION:PT1H";
    for contradiction in [
        "TRANSP:TRANSPARENT\nTRANSP:OPAQUE",
        "STATUS:CANCELLED\nSTATUS:CONFIRMED",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org",
    ] {
        three_days(&format!("{at}\n{contradiction}"), &DAILY[..1], &[]);
    }
}

#[test]
fn exceptions_that_cannot_be_read_except_nothing() {
    let but = |lines: &str| format!("DTSTART:20260109T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n{lines}");
    three_days(&but("EXDATE:sometimes"), &DAILY, &[Why::Exception]);
    three_days(&but("EXDATE:20260311T090000Z,sometimes"), &[DAILY[0], DAILY[2]], &[Why::Exception]);
    three_days(&but("EXRULE:FREQ=WEEKLY"), &DAILY, &[Why::ExceptionRule]);
    three_days(&but("EXDATE"), &DAILY, &[]);
    three_days(&but("EXDATE;TZID=Nowhere:20260311T090000"), &DAILY, &[]);
}

#[test]
fn extra_dates_that_cannot_be_read_take_their_day() {
    let and = |lines: &str| format!("DTSTART:20260310T090000Z\nDURATION:PT1H\n{lines}");
    three_days(&and("RDATE:sometimes"), &DAILY[..1], &[Why::Extra]);
    // On that day, but at what time?
    three_days(
        &and("RDATE;VALUE=DATE:20260312"),
        &[DAILY[0], "2026-03-12T00:00 2026-03-13T00:00"],
        &[Why::Extra],
    );
    three_days(
        &and("RDATE:20260312T99"),
        &[DAILY[0], "2026-03-11T10:00 2026-03-13T00:00"],
        &[Why::StartTime, Why::Extra],
    );
}

#[test]
fn what_replaces_who_knows_what_is_busy_beside_it() {
    three_days(
        "RECURRENCE-ID:sometimes\nDTSTART:20260310T090000Z\nDURATION:PT1H",
        &DAILY[..1],
        &[Why::Replaces],
    );
    three_days(
        "RECURRENCE-ID;RANGE=THISANDPRIOR:20260311T090000Z\nDTSTART:20260310T090000Z\nDURATION:PT1H",
        &DAILY[..1],
        &[Why::Replaces],
    );
}

#[test]
fn a_zone_that_nobody_knows_may_be_any() {
    let wide = &["2026-03-10T19:00 2026-03-11T22:00"];
    for zone in ["Somewhere", "Customized Time Zone", "tzone://Microsoft/Custom", "Europe/Nowhere"] {
        three_days(&format!("DTSTART;TZID={zone}:20260311T090000\nDURATION:PT1H"), wide, &[Why::Zone]);
    }
    // Its offset is known, but not whether there is summer time.
    three_days(
        "DTSTART;TZID=\"(UTC+01:00) Somewhere\":20260311T090000\nDURATION:PT1H",
        &["2026-03-11T07:00 2026-03-11T09:00"],
        &[Why::Zone],
    );
    // Where the start is sure, the end may not be.
    three_days(
        "DTSTART:20260311T090000Z\nDTEND;TZID=Somewhere:20260311T100000",
        &["2026-03-11T09:00 2026-03-11T22:00"],
        &[],
    );
}

#[test]
fn what_is_doubtful_far_away_is_not_told() {
    three_days("DTSTART:20250311T090000Z\nDTEND:never", &[], &[]);
    three_days("DTSTART;TZID=Somewhere:20270311T090000\nDURATION:PT1H", &[], &[]);
}

#[test]
fn an_event_that_is_torn_takes_its_hours() {
    let good = "BEGIN:VEVENT\nUID:good\nDTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nEND:VEVENT";
    let torn = "UID:bad\nDTSTART:20260312T110000Z\nDURATION:PT1H";
    let hours = &["2026-03-10T09:00 2026-03-10T10:00", "2026-03-12T11:00 2026-03-12T12:00"];
    for inside in [
        format!("BEGIN:VEVENT\n{torn}\n{good}"),
        format!("{good}\nBEGIN:VEVENT\n{torn}"),
        format!("{torn}\nEND:VEVENT\n{good}"),
        format!(
            "BEGIN:VEVENT\nBEGIN:VALARM\nTRIGGER:-PT5M\n{}\nEND:VEVENT\n{good}",
            torn.replace("DURATION:PT1H", "DTEND:20260312T120000Z")
        ),
        format!(
            "BEGIN:VEVENT\n{torn}\nDTEND:20260312T120000Z\nDURATION:PT5M\nEND:VALARM\nEND:VEVENT\n{good}"
        ),
    ] {
        doubted(&calendar(&inside), hours, &[Why::Torn]);
    }
    // Its end may have been in the part that is missing.
    let text = calendar(&format!("BEGIN:VEVENT\nUID:bad\nDTSTART:20260312T110000Z\n{good}"));
    doubted(&text, &[hours[0], "2026-03-12T11:00 2026-03-13T11:00"], &[Why::End, Why::Torn]);
}

#[test]
fn a_torn_version_does_not_take_the_place_of_a_whole_one() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:1\nDTSTART:20260310T090000Z\nDURATION:PT1H\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nSEQUENCE:1\nDTSTART:20260312T110000Z\nDURATION:PT1H",
    );
    doubted(&text, &["2026-03-10T09:00 2026-03-10T10:00", "2026-03-12T11:00 2026-03-12T12:00"], &[Why::Torn]);
}

#[test]
fn what_is_not_about_events_says_nothing_of_them() {
    let other = |inside: &str| check(&calendar(inside), &[]);
    other("BEGIN:VTODO\nUID:1\nDTSTART:20260310T090000Z\nDUE:20260310T100000Z\nEND:VTODO");
    other("BEGIN:VJOURNAL\nUID:1\nDTSTART:20260310T090000Z\nEND:VJOURNAL");
    other("BEGIN:X-THING\nBEGIN:X-PART\nDTSTART:20260310T090000Z\nEND:X-PART\nEND:X-THING");
}

#[test]
fn what_is_no_calendar_or_not_all_of_one_is_said() {
    let why = |text: &str| {
        let busy = reader().busy([text], spring(), true);
        busy.doubts.iter().map(|doubt| doubt.why).collect::<Vec<_>>()
    };
    for text in ["", "<html>Log in</html>", "DTSTART:20260310"] {
        assert_eq!((whole(text), why(text)), (Err(Why::NotACalendar), vec![Why::NotACalendar]), "{text}");
    }
    let cut = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260310T090000Z\nDURATION:PT1H\nEND:VEVENT\n";
    assert_eq!((whole(cut), why(cut)), (Err(Why::CutOff), vec![Why::CutOff]));
    assert_eq!(whole(&format!("{cut}END:VCALENDAR")), Ok(()));
}

#[test]
fn a_report_that_cannot_be_read_in_full_is_none() {
    let report = |lines: &str| {
        let text = calendar(&format!("BEGIN:VFREEBUSY\n{lines}\nEND:VFREEBUSY"));
        reader().report(&text, spring()).map(|busy| busy.iter().map(shown).collect::<Vec<_>>())
    };
    assert_eq!(report("FREEBUSY:20260310T090000Z/PT1H,nonsense"), None);
    assert_eq!(report("FREEBUSY:20260310T090000Z"), None);
    assert_eq!(report("DTSTART:20260301T000000Z\nDTEND:20260501T000000Z"), Some(Vec::new()));
    // One report an event, as Radicale answered before 3.8.1.
    let single = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nFBTYPE:BUSY";
    assert_eq!(report(single), Some(vec!["2026-03-10T09:00 2026-03-10T10:00".to_owned()]));
    assert_eq!(report(&single.replace("BUSY", "FREE")), Some(Vec::new()));
    assert_eq!(report(&single.replace("DTEND:2", "DTEND:x")), None);
}

#[test]
fn an_entry_that_is_doubtful_is_not_found() {
    let find = |lines: &str| reader().find(&event(lines), "1");
    assert_eq!(find("DTSTART;TZID=Somewhere:20260310T090000\nDURATION:PT1H"), None);
    assert_eq!(find("DTSTART:20260310T090000Z\nDTEND:never"), None);
    let versions = "BEGIN:VEVENT\nUID:1\nDTSTART:20260310T090000Z\nDURATION:PT1H\nSEQUENCE:2\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nDTSTART:20260311T090000Z\nDURATION:PT1H\nSEQUENCE:1\nEND:VEVENT";
    let found = reader().find(&calendar(versions), "1").unwrap();
    assert_eq!(found.starts.to_string(), "2026-03-10T09:00:00Z");
}
