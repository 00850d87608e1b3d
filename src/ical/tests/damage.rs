//! Calendars that were damaged on the way.

use proptest::prelude::*;

use super::*;
use crate::domain::stretch::covered;

/// What Google, Outlook, Apple, Nextcloud and Evolution write about a week, shortened. The last line of each event
/// with time is one that says nothing of when it is.
const WHOLE: &str = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Test//EN
X-WR-TIMEZONE:Europe/Lisbon
BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
DTSTART;TZID=Romance Standard Time:20260106T100000
DTEND;TZID=Romance Standard Time:20260106T110000
RRULE:FREQ=WEEKLY;BYDAY=TU
EXDATE;TZID=Romance Standard Time:20260317T100000
SUMMARY:Standup
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
DURATION:PT5M
END:VALARM
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=Romance Standard Time:20260324T100000
DTSTART;TZID=Romance Standard Time:20260325T150000
DTEND;TZID=Romance Standard Time:20260325T160000
SUMMARY:Standup\\, moved
END:VEVENT
BEGIN:VTODO
UID:todo
DTSTART:20260312T090000Z
END:VTODO
BEGIN:VEVENT
UID:day
DTSTART;VALUE=DATE:20260402
DTEND;VALUE=DATE:20260404
TRANSP:OPAQUE
SUMMARY:Offsite
END:VEVENT
BEGIN:VEVENT
UID:once
DTSTART:20260319T120000Z
DURATION:PT45M
CLASS:PRIVATE
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
";

fn busy_of(text: &str) -> Vec<Stretch> {
    reader().busy([text], spring(), true).stretches
}

/// Everything of `before` is in `after`.
fn holds(before: &[Stretch], after: &[Stretch]) -> bool {
    covered([before, after].concat(), spring()) == after
}

/// The lines, each with the number of the component that it stands in: 0 outside of all.
fn lines() -> Vec<(usize, String)> {
    let (mut number, mut inside, mut depth) = (0, 0, 0);
    let mut numbered = Vec::new();
    for line in WHOLE.lines().map(str::to_owned) {
        if line.starts_with("BEGIN:") && line != "BEGIN:VCALENDAR" {
            depth += 1;
            if depth == 1 {
                number += 1;
                inside = number;
            }
        }
        numbered.push((inside, line.clone()));
        if line.starts_with("END:") && line != "END:VCALENDAR" {
            depth -= 1;
            if depth == 0 {
                inside = 0;
            }
        }
    }
    numbered
}

fn joined(lines: &[(usize, String)]) -> String {
    lines.iter().map(|(_, line)| format!("{line}\r\n")).collect()
}

/// The busy time of one component with all zones, as if it stood alone.
fn alone(component: usize) -> Vec<Stretch> {
    let kept: Vec<(usize, String)> =
        lines().into_iter().filter(|(of, _)| [0, 1, component].contains(of)).collect();
    busy_of(&joined(&kept))
}

#[test]
fn the_whole_calendar_is_what_it_says() {
    let busy = reader().busy([WHOLE], spring(), true);
    let shown: Vec<String> = busy.stretches.iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            "2026-03-03T09:00 2026-03-03T10:00",
            "2026-03-10T09:00 2026-03-10T10:00",
            "2026-03-19T12:00 2026-03-19T12:45",
            "2026-03-25T14:00 2026-03-25T15:00",
            "2026-03-31T08:00 2026-03-31T09:00",
            "2026-04-01T23:00 2026-04-03T23:00",
            "2026-04-07T08:00 2026-04-07T09:00",
            "2026-04-14T08:00 2026-04-14T09:00",
            "2026-04-21T08:00 2026-04-21T09:00",
            "2026-04-28T08:00 2026-04-28T09:00",
        ]
    );
    assert_eq!(busy.doubts, []);
}

#[test]
fn a_line_that_is_left_out_frees_nothing_of_other_components() {
    let all = lines();
    // What a moved recurrence takes the place of is its own to say, so it is looked at together with its series.
    let whole = busy_of(WHOLE);
    let own: Vec<Vec<Stretch>> = (0..=6)
        .map(|component| alone(component).into_iter().filter(|at| whole.contains(at)).collect())
        .collect();
    for left_out in 0..all.len() {
        let (damaged, line) = &all[left_out];
        // Without a line of the zone's, its well-known name tells the same.
        let mut rest = all.clone();
        rest.remove(left_out);
        let busy = busy_of(&joined(&rest));
        for component in (2..=6).filter(|component| component != damaged) {
            assert!(holds(&own[component], &busy), "without `{line}`, component {component}");
        }
    }
}

#[test]
fn a_line_that_says_nothing_of_when_frees_nothing_however_it_is_damaged() {
    let harmless = [
        "SUMMARY", "CLASS", "DTSTAMP", "ACTION", "TRIGGER", "X-", "UID", "VERSION", "PRODID", "END:",
        "BEGIN:V",
    ];
    let all = lines();
    let whole = busy_of(WHOLE);
    let mut damaged = 0;
    for at in (0..all.len()).filter(|at| harmless.iter().any(|start| all[*at].1.starts_with(start))) {
        let line = &all[at].1;
        for left in [&line[..0], &line[..1], &line[..line.len() / 2], &line[..line.len() - 1]] {
            let mut torn = all.clone();
            torn[at].1 = left.to_owned();
            assert!(holds(&whole, &busy_of(&joined(&torn))), "`{line}` became `{left}`");
            damaged += 1;
        }
    }
    assert!(damaged > 100, "{damaged}");
}

#[test]
fn a_text_that_is_cut_anywhere_is_read_as_far_as_it_goes() {
    for at in (0..WHOLE.len()).step_by(7).filter(|at| WHOLE.is_char_boundary(*at)) {
        let busy = reader().busy([&WHOLE[..at]], spring(), true);
        assert!(!busy.doubts.is_empty() || at + 1 >= WHOLE.trim_end().len(), "cut at {at}");
    }
}

fn garbage() -> impl Strategy<Value = String> {
    "(BEGIN:|END:|VEVENT|VALARM|DTSTART|DTEND|RRULE:FREQ=|EXDATE|RDATE|TZID|DURATION|P[0-9]{1,20}W|;|:|=|,|\"|[0-9]{8}T[0-9]{6}Z?)*[ -~é\t]{0,20}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn damage_to_a_line_frees_nothing_of_other_events(at in 0..64_usize, garbage in garbage()) {
        let mut all = lines();
        let at = at % all.len();
        let damaged = all[at].0;
        all[at].1 = garbage;
        let busy = busy_of(&joined(&all));
        // What is damaged may say anything of itself, a zone of who is in it, and one UID's events of each other.
        let whole = busy_of(WHOLE);
        for component in [2, 5, 6].into_iter().filter(|component| *component != damaged) {
            let apart = component != 2 || damaged >= 4;
            let own: Vec<Stretch> = alone(component).into_iter().filter(|at| whole.contains(at)).collect();
            prop_assert!(!apart || holds(&own, &busy), "{}", joined(&all));
        }
    }

    #[test]
    fn no_order_of_lines_makes_the_reader_panic(order in Just(lines()).prop_shuffle(), extra in garbage()) {
        let text = format!("{}{extra}", joined(&order));
        _ = reader().busy([&*text], spring(), false);
        _ = reader().find(&text, "once");
        _ = reader().report(&text, spring());
        _ = crate::ical::days(&text);
        _ = crate::ical::merged(&text, WHOLE, "once");
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = crate::ical::text(bytes);
        _ = reader().busy([&*text], spring(), true);
        _ = crate::ical::days(&text);
        _ = crate::ical::merged(WHOLE, &text, "once");
    }

    #[test]
    fn no_event_makes_the_reader_panic(lines in prop::collection::vec(garbage(), 0..20)) {
        let text = event(&lines.join("\n"));
        _ = reader().busy([&*text], spring(), true);
        _ = reader().find(&text, "1");
        _ = reader().report(&text, spring());
        _ = crate::ical::days(&text);
    }

    #[test]
    fn no_rule_makes_the_reader_panic(
        start in "(0001|1601|2026|9999)(01|12)(01|31)(T(00|23)5959Z?)?",
        parts in prop::collection::vec("(FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY|SECONDLY)|(INTERVAL|COUNT)=[0-9]{1,20}|BY(DAY|SETPOS|MONTH|MONTHDAY|YEARDAY|WEEKNO|HOUR|MINUTE)=-?([0-9]{1,3}|9223372036854775808)(MO|SU)?|UNTIL=[0-9]{8}(T[0-9]{6}Z?)?|WKST=SU)", 1..5),
        lasts in "(DURATION:-?P[0-9]{1,9}[WD]|DTEND:[0-9]{8})",
    ) {
        let text = event(&format!("DTSTART:{start}\n{lasts}\nRRULE:{}", parts.join(";")));
        _ = reader().busy([&*text], spring(), true);
        _ = crate::ical::days(&text);
    }
}

#[test]
fn a_calendar_of_nothing_but_work_is_read_in_bounded_time() {
    // Each of these would be followed for a long time, if it were alone.
    let rules = [
        "FREQ=DAILY;COUNT=720000",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9",
        "FREQ=MINUTELY;INTERVAL=5",
    ];
    let events = (0..1_000).map(|number| {
        let rule = rules[number % rules.len()];
        format!(
            "BEGIN:VEVENT\nUID:{number}\nDTSTART:00010101T090000Z\nDURATION:PT1H\nRRULE:{rule}\nEND:VEVENT\n"
        )
    });
    let busy = reader().busy([&*calendar(&events.collect::<String>())], spring(), true);
    assert_eq!(busy.stretches, [spring()]);
    assert!(busy.doubts.len() <= 50);
}

#[test]
fn a_calendar_of_nothing_but_versions_is_read_in_bounded_time() {
    let one = |number: u32, lines: &str| {
        let minute = number % 60;
        format!(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20260310T09{minute:02}00Z\nDURATION:PT1M\n{lines}\nEND:VEVENT\n"
        )
    };
    let masters = (0..3_000).map(|number| one(number, "RRULE:FREQ=WEEKLY\nEXDATE:20260401T090000Z"));
    let moved =
        (0..3_000).map(|number| one(number, &format!("RECURRENCE-ID:2026{:04}T090000Z", 101 + number % 28)));
    let text = calendar(&masters.chain(moved).collect::<String>());
    assert!(!reader().busy([&*text], spring(), true).stretches.is_empty());
}
