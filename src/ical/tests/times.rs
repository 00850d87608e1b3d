//! Starts, ends, lengths, and what takes time at all.

use super::*;

#[test]
fn durations_are_read_in_every_form() {
    let lasting = |duration: &str, until: &str| {
        let text = event(&format!("DTSTART:20260310T090000Z\nDURATION:{duration}"));
        check(&text, &[&format!("2026-03-10T09:00 {until}")]);
    };
    lasting("P2W", "2026-03-24T09:00");
    lasting("P1DT2H3M4S", "2026-03-11T11:03");
    lasting("+PT15M", "2026-03-10T09:15");
    lasting("PT1H0M0S", "2026-03-10T10:00");
    lasting("pt1h", "2026-03-10T10:00");
    // Into what is after the range, and after the end of time.
    lasting("P500W", "2026-05-01T00:00");
    lasting("P9999W", "2026-05-01T00:00");
}

#[test]
fn a_day_of_duration_is_a_day_of_the_calendar_and_hours_are_hours() {
    let over_the_change =
        |duration: &str| event(&format!("DTSTART;TZID=Europe/Lisbon:20260328T120000\nDURATION:{duration}"));
    check(&over_the_change("P1D"), &["2026-03-28T12:00 2026-03-29T11:00"]);
    check(&over_the_change("PT24H"), &["2026-03-28T12:00 2026-03-29T12:00"]);
}

#[test]
fn what_has_no_end_is_a_day_or_no_time() {
    check(&event("DTSTART;VALUE=DATE:20260310"), &["2026-03-10T00:00 2026-03-11T00:00"]);
    check(&event("DTSTART;TZID=Europe/Lisbon:20260310T090000"), &[]);
    check(&event("DTSTART:20260310T090000Z\nDTEND:20260310T090000Z"), &[]);
    check(&event("DTSTART:20260310T090000Z\nDURATION:PT0S"), &[]);
}

#[test]
fn start_and_end_may_be_written_in_different_ways() {
    // A flight.
    check(
        &event("DTSTART;TZID=Europe/Lisbon:20260310T100000\nDTEND;TZID=America/New_York:20260310T130000"),
        &["2026-03-10T10:00 2026-03-10T17:00"],
    );
    check(
        &event("DTSTART;VALUE=DATE:20260310\nDTEND:20260311T120000Z"),
        &["2026-03-10T00:00 2026-03-11T12:00"],
    );
    check(
        &event("DTSTART:20260310T090000Z\nDTEND;VALUE=DATE:20260311"),
        &["2026-03-10T09:00 2026-03-11T00:00"],
    );
    // Both an end and a duration are one too many; the end is read.
    check(
        &event("DTSTART:20260310T090000Z\nDURATION:PT3H\nDTEND:20260310T100000Z"),
        &["2026-03-10T09:00 2026-03-10T10:00"],
    );
    // Of two ends, the later.
    check(
        &event("DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nDTEND:20260310T110000Z"),
        &["2026-03-10T09:00 2026-03-10T11:00"],
    );
}

#[test]
fn times_are_read_in_the_spellings_that_are_seen() {
    let ten = &["2026-03-10T09:00 2026-03-10T10:00"];
    check(&event("DTSTART:2026-03-10T09:00:00Z\nDURATION:PT1H"), ten);
    check(&event("DTSTART:2026-03-10 09:00\nDURATION:PT1H"), ten);
    check(&event("DTSTART:20260310t090000z\nDURATION:PT1H"), ten);
    check(&event("DTSTART;VALUE=DATE-TIME:20260310T090060Z\nDURATION:PT1H"), ten);
    check(&event("DTSTART;VALUE=DATE:2026-03-10"), &["2026-03-10T00:00 2026-03-11T00:00"]);
    check(
        &event("DTSTART;VALUE=DATE:20260310T000000\nDTEND;VALUE=DATE:20260312T000000"),
        &["2026-03-10T00:00 2026-03-12T00:00"],
    );
}

#[test]
fn days_of_the_host_are_as_long_as_daylight_saving_has_them() {
    // Thirteen hours ahead of UTC in summer, which ends there on 5 April 2026.
    let auckland = Reader { zone: TimeZone::get("Pacific/Auckland").unwrap(), email: None };
    let text = event("DTSTART;VALUE=DATE:20260404\nDTEND;VALUE=DATE:20260406");
    let busy = auckland.busy([&*text], spring(), true).stretches;
    assert_eq!(busy.iter().map(shown).collect::<Vec<_>>(), ["2026-04-03T11:00 2026-04-05T12:00"]);
}

#[test]
fn a_time_without_a_zone_is_the_hosts_and_that_of_the_calendar() {
    let in_calendar = |zone: &str| {
        format!(
            "BEGIN:VCALENDAR\nX-WR-TIMEZONE:{zone}\nBEGIN:VEVENT\nUID:1\nDTSTART:20260401T090000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR"
        )
    };
    let own = "2026-04-01T08:00 2026-04-01T09:00";
    check(&in_calendar("Europe/Lisbon"), &[own]);
    check(&in_calendar("Nowhere/Special"), &[own]);
    check(&in_calendar("America/New_York"), &[own, "2026-04-01T13:00 2026-04-01T14:00"]);
    // What has a zone, or is a whole day, has nothing to do with it.
    let others = in_calendar("America/New_York");
    check(&others.replace("T090000", "T080000Z"), &[own]);
    check(&others.replace("T090000\nDURATION:PT1H", ""), &["2026-03-31T23:00 2026-04-01T23:00"]);
}

#[test]
fn outlooks_word_on_being_busy_counts_where_the_standards_is_missing() {
    let at = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z";
    let busy = &["2026-03-10T09:00 2026-03-10T10:00"];
    let says = |lines: &str| event(&format!("{at}\n{lines}"));
    check(&says("X-MICROSOFT-CDO-BUSYSTATUS:FREE"), &[]);
    for status in ["BUSY", "TENTATIVE", "OOF", "WORKINGELSEWHERE", "UNHEARDOF"] {
        check(&says(&format!("X-MICROSOFT-CDO-BUSYSTATUS:{status}")), busy);
    }
    check(&says("X-MICROSOFT-CDO-BUSYSTATUS:FREE\nTRANSP:OPAQUE"), busy);
    check(&says("X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nTRANSP:TRANSPARENT"), &[]);
    check(&says("TRANSP:UNHEARDOF"), busy);
    check(&says("STATUS:CONFIRMED"), busy);
    check(&says("status:cancelled"), &[]);
}

#[test]
fn only_the_hosts_own_no_takes_an_event_off() {
    let at = "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z";
    let busy = &["2026-03-10T09:00 2026-03-10T10:00"];
    let with = |attendee: &str| event(&format!("{at}\nATTENDEE{attendee}"));
    check(&with(";CN=\"Ana: PARTSTAT=DECLINED\";PARTSTAT=ACCEPTED:mailto:ana@example.org"), busy);
    check(&with(";partstat=declined;CN=Ana:MAILTO:ANA@EXAMPLE.ORG"), &[]);
    check(&with(";PARTSTAT=DECLINED:mailto:diana@example.org"), busy);
    check(&with(";PARTSTAT=TENTATIVE:mailto:ana@example.org"), busy);
    check(&with(";PARTSTAT=NEEDS-ACTION:mailto:ana@example.org"), busy);
}
