//! Rules by which events repeat.

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::*;
use crate::ical::lines::Property;
use crate::ical::recur::{Work, starts};
use crate::ical::rule::Rule;
use crate::ical::when::Moment;
use crate::ical::zones::Zones;

/// The days in spring 2026 on which something at 9:00 UTC for an hour is, as `03-10`.
fn days(lines: &str, expected: &[&str]) {
    let text = event(&format!("{lines}\nDURATION:PT1H"));
    let busy = reader().busy([&*text], spring(), true);
    let days: Vec<String> = busy.stretches.iter().map(|at| at.from.strftime("%m-%d").to_string()).collect();
    assert_eq!(days, expected, "{lines}");
    assert_eq!(busy.doubts, [], "{lines}");
}

#[test]
fn positions_pick_from_what_a_period_has() {
    days(
        "DTSTART:20260301T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        &["03-01", "03-31", "04-30"],
    );
    days(
        "DTSTART:20260303T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=1,3",
        &["03-03", "03-05", "04-01", "04-07"],
    );
    days(
        "DTSTART:20250106T090000Z\nRRULE:FREQ=WEEKLY;INTERVAL=4;BYDAY=MO,FR;BYSETPOS=-1",
        &["03-06", "04-03"],
    );
    days("DTSTART:20250401T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=3,4;BYDAY=TU;BYSETPOS=-1", &["04-28"]);
}

#[test]
fn weekdays_are_counted_in_the_month_or_in_the_year() {
    days("DTSTART:20250114T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=2TU", &["03-10", "04-14"]);
    days("DTSTART:20250131T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=-1FR", &["03-27", "04-24"]);
    days("DTSTART:20250305T090000Z\nRRULE:FREQ=YEARLY;BYDAY=10WE", &["03-11"]);
    days("DTSTART:20250305T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1WE,1MO", &["04-06", "04-29"]);
    days("DTSTART:20250131T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", &["03-13"]);
}

#[test]
fn days_and_weeks_may_be_counted_from_the_end() {
    days("DTSTART:20250131T090000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1", &["03-31", "04-30"]);
    days("DTSTART:20250131T090000Z\nRRULE:FREQ=MONTHLY", &["03-31"]);
    days("DTSTART:20250101T090000Z\nRRULE:FREQ=YEARLY;BYYEARDAY=60,-276", &["03-01", "03-31"]);
    days("DTSTART:20250512T090000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=12,-40;BYDAY=MO", &["03-16", "03-30"]);
}

#[test]
fn the_day_on_which_weeks_begin_matters_where_weeks_are_left_out() {
    // The standard's own example, moved to 2026: the same rule, weeks that begin on Monday or on Sunday.
    let every_other = |start: &str| {
        format!("DTSTART:20260303T090000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={start}")
    };
    days(&every_other("MO"), &["03-03", "03-08", "03-17", "03-22"]);
    days(&every_other("SU"), &["03-03", "03-15", "03-17", "03-29"]);
}

#[test]
fn a_leap_day_comes_when_there_is_one() {
    let text = event("DTSTART:20240229T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY");
    let busy = |from, until| reader().busy([&*text], range(from, until), true).stretches.len();
    assert_eq!((busy("2026-01-01", "2027-01-01"), busy("2028-01-01", "2029-01-01")), (0, 1));
}

#[test]
fn a_rule_from_long_ago_is_followed_to_today() {
    days("DTSTART:19000310T090000Z\nRRULE:FREQ=YEARLY", &["03-10"]);
    days("DTSTART:16010102T090000Z\nRRULE:FREQ=YEARLY;INTERVAL=5;BYMONTH=4;BYMONTHDAY=7", &["04-07"]);
    days("DTSTART:00010301T090000Z\nRRULE:FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=9", &["03-09"]);
    days("DTSTART:19000101T090000Z\nRRULE:FREQ=DAILY;INTERVAL=30", &["03-01", "03-31", "04-30"]);
}

#[test]
fn numbers_of_any_size_are_taken_as_they_are() {
    days("DTSTART:20260310T090000Z\nRRULE:FREQ=DAILY;INTERVAL=99999999", &["03-10"]);
    days("DTSTART:20260310T090000Z\nRRULE:FREQ=YEARLY;INTERVAL=9223372036854775807", &["03-10"]);
    days(
        "DTSTART:20260425T090000Z\nRRULE:FREQ=DAILY;COUNT=999999999",
        &["04-25", "04-26", "04-27", "04-28", "04-29", "04-30"],
    );
    days("DTSTART:20260427T090000Z\nRRULE:FREQ=WEEKLY;COUNT=18446744073709551615", &["04-27"]);
}

#[test]
fn spellings_that_are_seen_are_read() {
    days("DTSTART:20260424T090000Z\nRRULE:freq=weekly;byday=fr;", &["04-24"]);
    days("DTSTART:20260424T090000Z\nRRULE: FREQ=WEEKLY ; BYDAY= FR ;WKST=SU", &["04-24"]);
    days("DTSTART:20260403T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=+1FR", &["04-03"]);
}

#[test]
fn several_rules_and_extra_dates_add_up() {
    days(
        "DTSTART:20260406T090000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3\n\
         RDATE:20260420T090000Z,20260421T090000Z\nRDATE:20260422T090000Z",
        &["04-06", "04-08", "04-13", "04-20", "04-21", "04-22"],
    );
}

#[test]
fn a_rule_may_name_times_of_the_day_and_go_by_hours() {
    check(
        &event("DTSTART:20260310T090000Z\nDURATION:PT5M\nRRULE:FREQ=DAILY;COUNT=3;BYHOUR=9,17;BYMINUTE=30"),
        &[
            "2026-03-10T09:00 2026-03-10T09:05",
            "2026-03-10T09:30 2026-03-10T09:35",
            "2026-03-10T17:30 2026-03-10T17:35",
            "2026-03-11T09:30 2026-03-11T09:35",
        ],
    );
    check(
        &event("DTSTART:20260310T090000Z\nDURATION:PT5M\nRRULE:FREQ=HOURLY;INTERVAL=6;COUNT=3"),
        &[
            "2026-03-10T09:00 2026-03-10T09:05",
            "2026-03-10T15:00 2026-03-10T15:05",
            "2026-03-10T21:00 2026-03-10T21:05",
        ],
    );
    check(
        &event("DTSTART:20260427T090000Z\nDURATION:PT5M\nRRULE:FREQ=HOURLY;BYDAY=TU;BYHOUR=9,10"),
        &[
            "2026-04-27T09:00 2026-04-27T09:05",
            "2026-04-28T09:00 2026-04-28T09:05",
            "2026-04-28T10:00 2026-04-28T10:05",
        ],
    );
}

#[test]
fn an_hour_that_comes_twice_is_busy_twice_if_every_hour_is() {
    let text = event(
        "DTSTART;TZID=Europe/Lisbon:20261024T000000\nDURATION:PT1H\nRRULE:FREQ=HOURLY;UNTIL=20261026T000000Z",
    );
    let busy = reader().busy([&*text], range("2026-10-25", "2026-10-26"), true);
    assert_eq!(busy.stretches.iter().map(shown).collect::<Vec<_>>(), ["2026-10-25T00:00 2026-10-26T00:00"]);
}

#[test]
fn the_end_of_a_rule_may_be_of_another_kind_than_its_start() {
    let daily =
        |until: &str| format!("DTSTART;TZID=Asia/Tokyo:20260425T180000\nRRULE:FREQ=DAILY;UNTIL={until}");
    let two = &["04-25", "04-26"];
    days(&daily("20260426"), two);
    days(&daily("20260426T180000"), two);
    days(&daily("20260426T090000Z"), two);
    days(&daily("20260427T085959Z"), two);
    // Whole days of Lisbon's summer, ended at the last one's midnight.
    check(
        &event("DTSTART;VALUE=DATE:20260425\nRRULE:FREQ=DAILY;UNTIL=20260425T230000Z"),
        &["2026-04-24T23:00 2026-04-26T23:00"],
    );
}

/// What the `rrule` crate gives. It isn't asked about the weeks around New Year: to it, 1 January 2022 is in a week 53.
fn by_rrule(first: DateTime, rule: &str, until: DateTime) -> Option<Vec<DateTime>> {
    use chrono::{Datelike as _, Timelike as _};
    let text = format!("DTSTART:{}Z\nRRULE:{rule}", first.strftime("%Y%m%dT%H%M%S"));
    let set: rrule::RRuleSet = text.parse().ok()?;
    let civil = |at: chrono::DateTime<rrule::Tz>| {
        let small = |number: u32| i8::try_from(number).unwrap();
        date(i16::try_from(at.year()).unwrap(), small(at.month()), small(at.day())).at(
            small(at.hour()),
            small(at.minute()),
            small(at.second()),
            0,
        )
    };
    Some(set.into_iter().map(civil).take_while(|at| *at <= until).collect())
}

fn some_rule() -> impl Strategy<Value = String> {
    let pick = |some: &'static [&'static str]| prop::sample::select(some);
    let ends = pick(&["", "", ";COUNT=7", ";COUNT=40", ";COUNT=1"]);
    let yearly = pick(&[
        "",
        ";BYMONTH=2",
        ";BYMONTH=2,11;BYMONTHDAY=29,30,-1",
        ";BYYEARDAY=1,100,-1",
        ";BYWEEKNO=10,20",
        ";BYWEEKNO=-30;BYDAY=MO,SU",
        ";BYDAY=FR",
        ";BYDAY=1MO,-1SU,20TH",
        ";BYMONTH=3,6;BYDAY=-1FR",
        ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,3",
        ";BYMONTHDAY=13;BYDAY=FR",
    ]);
    let monthly = pick(&[
        "",
        ";BYMONTHDAY=31",
        ";BYMONTHDAY=-1,15",
        ";BYDAY=2TU",
        ";BYDAY=-1FR,1MO",
        ";BYDAY=SA,SU;BYSETPOS=1,-2",
        ";BYMONTH=1,7",
        ";BYMONTHDAY=13;BYDAY=FR",
    ]);
    let weekly = pick(&[
        "",
        ";BYDAY=MO,WE,FR",
        ";BYDAY=SU",
        ";BYDAY=TU,SU;WKST=SU",
        ";BYMONTH=5,6;BYDAY=TH",
        ";WKST=TH;BYDAY=WE,TH",
    ]);
    let daily = pick(&[
        "",
        ";BYDAY=MO,TU",
        ";BYMONTH=1,2",
        ";BYMONTHDAY=1,-1",
        ";BYHOUR=8,20",
        ";BYHOUR=9;BYMINUTE=0,30;BYSETPOS=-1",
    ]);
    let of = |name: &'static str, parts: prop::sample::Select<&'static str>| {
        parts.prop_map(move |parts| format!("{name}{parts}"))
    };
    let by =
        prop_oneof![of("YEARLY", yearly), of("MONTHLY", monthly), of("WEEKLY", weekly), of("DAILY", daily)];
    (by, 1..5_u8, ends).prop_map(|(by, interval, ends)| format!("FREQ={by};INTERVAL={interval}{ends}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn rules_give_what_the_rrule_crate_makes_of_them(rule in some_rule(), after in 0_i64..4000, hour in 0_i8..24, begin in 0_i64..2000) {
        let first = date(2015, 1, 1).at(hour, 15, 0, 0) + jiff::Span::new().days(after);
        let until = date(2032, 1, 1).at(0, 0, 0, 0);
        let from = first + jiff::Span::new().days(begin);
        let utc = TimeZone::UTC;
        let zones = Zones::new(&utc, &utc, &[]);
        let written = first.strftime("%Y%m%dT%H%M%S").to_string();
        let moment = Moment::parse(&written, &Property::default(), &zones).unwrap();
        let read = Rule::read(&rule, &moment).unwrap();
        let ours = starts(&read, first, [from, until], &mut Work::for_one()).unwrap();
        let theirs: Vec<_> = by_rrule(first, &rule, until).unwrap().into_iter().filter(|at| *at >= from).collect();
        let differ = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        prop_assert!(ours == theirs, "{rule} from {first}: {differ:?}");
    }
}
