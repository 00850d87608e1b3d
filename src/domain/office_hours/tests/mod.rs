//! Which slots there are, told by tables and against a reference that goes minute by minute.

mod reference;
mod turns;

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::slots::{Diary, Held};
use super::{CalendarSource, Dated, Feed, Hours, Unbookable, Window};
use crate::domain::hours::{DaysOff, SendHours};
use crate::domain::ids::PersonId;
use crate::domain::observation::Busy;
use crate::domain::state::AddedHours;
use crate::domain::stretch::Stretch;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn time(text: &str) -> Time {
    Time::strptime("%H:%M", text).unwrap()
}

fn stretch(from: &str, until: &str) -> Stretch {
    Stretch { from: at(from), until: at(until) }
}

/// `Tue 09:00-10:00` in `zone`, half an hour each, no notice, 60 days ahead.
fn hours(zone: &str, weekly: &[&str]) -> Hours {
    let windows = weekly.iter().flat_map(|text| {
        let hours: SendHours = text.parse().unwrap();
        let of = |(weekday, from, until)| Window { weekday, from, until };
        hours.ranges().map(of).collect::<Vec<_>>()
    });
    Hours {
        host: person("priya"),
        zone: TimeZone::get(zone).unwrap(),
        weekly: windows.collect(),
        extra: Vec::new(),
        closed: BTreeSet::new(),
        minutes: 30,
        buffer: SignedDuration::ZERO,
        notice: SignedDuration::ZERO,
        horizon: SignedDuration::from_hours(60 * 24),
        per_day: None,
        per_person: None,
        place: None,
        calendar: None,
        blocks: false,
        page: None,
    }
}

const NOTHING: Held<'static> = Held { bookings: &[], elsewhere: &[], busy: None, own: None };

/// The free slots from `now` to `until`, as they read in `zone`.
fn free_in(zone: &str, hours: &Hours, held: Held<'_>, now: &str, until: &str) -> Vec<String> {
    let zone = TimeZone::get(zone).unwrap();
    let days_off = DaysOff::default();
    let diary = Diary::new(hours, &days_off, None, &[], held, at(now));
    let free = diary.free(stretch(now, until));
    free.iter()
        .map(|slot| slot.starts.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string())
        .collect()
}

/// The same in the host's own zone.
fn free(hours: &Hours, held: Held<'_>, now: &str, until: &str) -> Vec<String> {
    free_in(hours.zone.iana_name().unwrap(), hours, held, now, until)
}

#[test]
fn a_viewer_sees_the_hosts_hours_move_when_only_one_of_the_zones_has_changed() {
    let lisbon = hours("Europe/Lisbon", &["Tue 09:00-10:00"]);
    let check = |zone: &str, now: &str, until: &str, expected: [&str; 2]| {
        assert_eq!(free_in(zone, &lisbon, NOTHING, now, until), expected, "{zone} from {now}");
    };
    // New York goes back on 1 November 2026, Lisbon on 25 October: for a week they are four hours apart.
    check(
        "America/New_York",
        "2026-10-19T00:00:00Z",
        "2026-10-22T00:00:00Z",
        ["Tue 20 Oct 04:00", "Tue 20 Oct 04:30"],
    );
    check(
        "America/New_York",
        "2026-10-26T00:00:00Z",
        "2026-10-29T00:00:00Z",
        ["Tue 27 Oct 05:00", "Tue 27 Oct 05:30"],
    );
    check(
        "America/New_York",
        "2026-11-02T00:00:00Z",
        "2026-11-05T00:00:00Z",
        ["Tue 3 Nov 04:00", "Tue 3 Nov 04:30"],
    );
    // It goes forward on 14 March 2027, Lisbon on 28 March.
    check(
        "America/New_York",
        "2027-03-15T00:00:00Z",
        "2027-03-18T00:00:00Z",
        ["Tue 16 Mar 05:00", "Tue 16 Mar 05:30"],
    );
    check(
        "America/New_York",
        "2027-03-29T00:00:00Z",
        "2027-04-01T00:00:00Z",
        ["Tue 30 Mar 04:00", "Tue 30 Mar 04:30"],
    );
    // Kolkata is half an hour off, and has no daylight saving.
    check(
        "Asia/Kolkata",
        "2026-10-19T00:00:00Z",
        "2026-10-22T00:00:00Z",
        ["Tue 20 Oct 13:30", "Tue 20 Oct 14:00"],
    );
    check(
        "Asia/Kolkata",
        "2026-10-26T00:00:00Z",
        "2026-10-29T00:00:00Z",
        ["Tue 27 Oct 14:30", "Tue 27 Oct 15:00"],
    );
    let kolkata = hours("Asia/Kolkata", &["Tue 09:30-10:30"]);
    let seen = |now, until| free_in("Europe/Lisbon", &kolkata, NOTHING, now, until);
    assert_eq!(
        seen("2026-10-19T00:00:00Z", "2026-10-22T00:00:00Z"),
        ["Tue 20 Oct 05:00", "Tue 20 Oct 05:30"]
    );
    assert_eq!(
        seen("2026-10-26T00:00:00Z", "2026-10-29T00:00:00Z"),
        ["Tue 27 Oct 04:00", "Tue 27 Oct 04:30"]
    );
}

#[test]
fn in_the_night_in_which_an_hour_is_left_out_a_window_moves_and_no_slot_leaves_it() {
    // In Berlin, 02:00 to 03:00 is left out on 28 March 2027.
    let check = |window: &str, minutes: u32, expected: &[&str]| {
        let hours = Hours { minutes, ..hours("Europe/Berlin", &[window]) };
        let free = free_in("UTC", &hours, NOTHING, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z");
        assert_eq!(free, expected, "{window} by {minutes}");
    };
    // 01:30, then 03:00 and 03:30 (01:00 and 01:30 UTC).
    check("Sun 01:30-04:00", 30, &["Sun 28 Mar 00:30", "Sun 28 Mar 01:00", "Sun 28 Mar 01:30"]);
    // The whole window is left out: it moves to 03:30 to 04:00.
    check("Sun 02:30-03:00", 30, &[]);
    check("Sun 02:00-02:30", 30, &["Sun 28 Mar 01:00"]);
    check("Sun 02:30-04:00", 30, &["Sun 28 Mar 01:30"]);
    // A slot over the hour that is left out, and the next right after it.
    check("Sun 00:30-05:00", 120, &["Sat 27 Mar 23:30"]);
    check("Sun 00:30-06:00", 120, &["Sat 27 Mar 23:30", "Sun 28 Mar 01:30"]);
    // Windows that come to lie on each other sell the time once, that of the earlier one.
    let both = hours("Europe/Berlin", &["Sun 02:00-03:00", "Sun 03:00-04:00"]);
    let free = free_in("UTC", &both, NOTHING, "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z");
    assert_eq!(free, ["Sun 28 Mar 01:00", "Sun 28 Mar 01:30"]);
}

#[test]
fn in_the_night_in_which_an_hour_comes_twice_it_is_sold_once() {
    // In Lisbon, 01:00 to 02:00 comes twice on 25 October 2026: from midnight UTC and from one.
    let check = |window: &str, minutes: u32, expected: &[&str]| {
        let hours = Hours { minutes, ..hours("Europe/Lisbon", &[window]) };
        let free = free_in("UTC", &hours, NOTHING, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
        assert_eq!(free, expected, "{window} by {minutes}");
    };
    check("Sun 01:30-02:30", 30, &["Sun 25 Oct 00:30", "Sun 25 Oct 02:00"]);
    check("Sun 01:30-01:45", 15, &["Sun 25 Oct 00:30"]);
    check("Sun 00:30-01:30", 30, &["Sat 24 Oct 23:30", "Sun 25 Oct 00:00"]);
    check("Sun 01:00-02:00", 30, &["Sun 25 Oct 00:00", "Sun 25 Oct 00:30"]);
    check("Sun 01:15-03:00", 45, &["Sun 25 Oct 00:15", "Sun 25 Oct 02:00"]);
    // New York's hour is on another day; there a window at 01:30 is the first 01:30.
    let new_york = hours("America/New_York", &["Sun 01:30-02:30"]);
    let free = free_in("UTC", &new_york, NOTHING, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z");
    assert_eq!(free, ["Sun 1 Nov 05:30", "Sun 1 Nov 07:00"]);
}

#[test]
fn where_a_zone_left_out_a_whole_day_its_hours_are_sold_with_the_next_once() {
    // Samoa had no 30 December 2011, a Friday.
    let hours = hours("Pacific/Apia", &["Thu-Sat 10:00-11:00"]);
    let free = free(&hours, NOTHING, "2011-12-28T00:00:00Z", "2012-01-01T12:00:00Z");
    assert_eq!(free, ["Thu 29 Dec 10:00", "Thu 29 Dec 10:30", "Sat 31 Dec 10:00", "Sat 31 Dec 10:30"]);
}

const NOW: &str = "2026-12-07T09:00:00Z";
const WEEK: &str = "2026-12-14T09:00:00Z";

#[test]
fn weekly_hours_rest_on_days_off_and_others_do_not() {
    let mut hours = hours("Europe/Lisbon", &["Mon-Fri 09:00-09:30"]);
    hours.closed = BTreeSet::from([date(2026, 12, 10)]);
    let dated = |on| Dated { on, from: time("11:00"), until: time("11:30") };
    hours.extra = vec![dated(date(2026, 12, 10)), dated(date(2026, 12, 12))];
    let own = BTreeSet::from([date(2026, 12, 8)]);
    let days_off = DaysOff { own, ..DaysOff::default() };
    let added = [AddedHours { on: date(2026, 12, 8), from: time("16:00"), until: time("16:45") }];
    let leave = Some((date(2026, 12, 11), date(2026, 12, 13)));
    let diary = Diary::new(&hours, &days_off, leave, &added, NOTHING, at(NOW));
    let starts: Vec<String> =
        diary.free(stretch(NOW, WEEK)).iter().map(|slot| slot.starts.to_string()).collect();
    assert_eq!(
        starts,
        ["2026-12-08T16:00:00Z", "2026-12-09T09:00:00Z", "2026-12-10T11:00:00Z", "2026-12-12T11:00:00Z"]
    );
}

#[test]
fn hours_that_are_added_leave_the_slots_that_were_there() {
    let hours = hours("Europe/Lisbon", &["Thu 16:30-17:30"]);
    let added = [AddedHours { on: date(2026, 12, 10), from: time("15:45"), until: time("18:15") }];
    let days_off = DaysOff::default();
    let diary = Diary::new(&hours, &days_off, None, &added, NOTHING, at(NOW));
    let starts: Vec<String> = diary
        .free(stretch(NOW, WEEK))
        .iter()
        .map(|slot| hours.zone.to_datetime(slot.starts).strftime("%H:%M").to_string())
        .collect();
    // 16:15 and 17:15 would share time with the weekly ones.
    assert_eq!(starts, ["15:45", "16:30", "17:00", "17:45"]);
}

#[test]
fn notice_horizon_bookings_buffer_and_cap_keep_slots_from_being_offered() {
    let base = hours("Europe/Lisbon", &["Mon-Fri 09:00-11:00"]);
    let tuesday = |hours: &Hours, held| free(hours, held, NOW, "2026-12-09T00:00:00Z");
    let monday = ["Mon 7 Dec 09:30", "Mon 7 Dec 10:00", "Mon 7 Dec 10:30"];
    let all = ["Tue 8 Dec 09:00", "Tue 8 Dec 09:30", "Tue 8 Dec 10:00", "Tue 8 Dec 10:30"];
    assert_eq!(tuesday(&base, NOTHING), [monday.as_slice(), &all].concat(), "not the one that starts now");
    let noticed = Hours { notice: SignedDuration::from_mins(60), ..base.clone() };
    assert_eq!(tuesday(&noticed, NOTHING), [&monday[1..], &all].concat(), "an hour's notice is enough");
    let near = Hours { horizon: SignedDuration::from_hours(25), ..base.clone() };
    assert_eq!(tuesday(&near, NOTHING), [&monday[..], &all[..2]].concat());
    let bookings = [stretch("2026-12-08T09:30:00Z", "2026-12-08T10:00:00Z")];
    let held = Held { bookings: &bookings, ..NOTHING };
    assert_eq!(
        tuesday(&base, held),
        [&monday[..], &["Tue 8 Dec 09:00", "Tue 8 Dec 10:00", "Tue 8 Dec 10:30"]].concat()
    );
    let buffered = Hours { buffer: SignedDuration::from_mins(10), ..base.clone() };
    assert_eq!(tuesday(&buffered, held), [&monday[..], &["Tue 8 Dec 10:30"]].concat());
    let guest = Held { elsewhere: &bookings, ..NOTHING };
    assert_eq!(tuesday(&buffered, guest), tuesday(&buffered, held));
    let capped = Hours { per_day: Some(1), ..base };
    assert_eq!(tuesday(&capped, held), monday);
}

#[test]
fn an_unread_calendar_offers_nothing_and_a_read_one_what_is_free_as_far_as_it_was_read() {
    let feed = CalendarSource::Feed(Feed::Open("https://example.com/priya.ics".into()));
    let hours = Hours { calendar: Some(feed), ..hours("Europe/Lisbon", &["Mon-Fri 09:30-10:30"]) };
    let busy = Busy {
        as_of: at("2026-12-06T21:00:00Z"),
        over: stretch("2026-12-06T00:00:00Z", "2026-12-09T10:00:00Z"),
        stretches: vec![
            stretch("2026-12-01T00:00:00Z", "2026-12-01T12:00:00Z"),
            stretch("2026-12-08T09:45:00Z", "2026-12-08T10:00:00Z"),
            stretch("2026-12-12T00:00:00Z", "2026-12-13T00:00:00Z"),
        ],
        doubts: Vec::new(),
        failing: None,
    };
    let with = |busy: Option<&Busy>| free(&hours, Held { busy, ..NOTHING }, NOW, WEEK);
    assert_eq!(with(None), [""; 0]);
    let read = ["Mon 7 Dec 09:30", "Mon 7 Dec 10:00", "Tue 8 Dec 10:00", "Wed 9 Dec 09:30"];
    assert_eq!(with(Some(&busy)), read, "twelve hours old, and nothing after 10:00 on the 9th");
    let old = Busy { as_of: at("2026-12-06T20:59:59Z"), ..busy.clone() };
    assert_eq!(with(Some(&old)), [""; 0]);
    // The booking that is being moved is no obstacle; what overlaps it is.
    let moved = |own| {
        let held = Held { busy: Some(&busy), own: Some(own), ..NOTHING };
        let days_off = DaysOff::default();
        let slot = stretch("2026-12-08T09:30:00Z", "2026-12-08T10:00:00Z");
        Diary::new(&hours, &days_off, None, &[], held, at(NOW)).check(&slot)
    };
    assert_eq!(moved(stretch("2026-12-08T09:45:00Z", "2026-12-08T10:00:00Z")), Ok(()));
    assert_eq!(moved(stretch("2026-12-08T09:30:00Z", "2026-12-08T10:00:00Z")), Err(Unbookable::Busy));
    // Who has no calendar isn't judged by one.
    let without = Hours { calendar: None, ..hours.clone() };
    assert_eq!(free(&without, Held { busy: Some(&old), ..NOTHING }, NOW, WEEK).len(), 10);
}

#[test]
fn hours_without_end_are_listed_in_bounds() {
    let hours = Hours {
        minutes: 0,
        horizon: SignedDuration::MAX,
        weekly: Weekday::Monday
            .cycle_forward()
            .take(7)
            .map(|weekday| Window { weekday, from: Time::MIN, until: Time::MAX })
            .collect(),
        ..hours("Europe/Lisbon", &[])
    };
    let days_off = DaysOff::default();
    let listed = |now: Timestamp, until: Timestamp| {
        Diary::new(&hours, &days_off, None, &[], NOTHING, now).free(Stretch { from: now, until }).len()
    };
    let near_the_end = Timestamp::MAX.checked_sub(24.hours()).unwrap();
    assert!(listed(near_the_end, Timestamp::MAX) > 0);
    assert!(listed(Timestamp::MIN, Timestamp::MIN.checked_add(24.hours()).unwrap()) > 0);
    assert_eq!(listed(Timestamp::MAX, Timestamp::MIN), 0);
}

/// Every day from `first` on.
fn days(first: Date, number: usize) -> impl Iterator<Item = Date> {
    first.series(1.day()).take(number)
}
