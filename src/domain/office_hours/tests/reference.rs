//! The slots against a reference that goes minute by minute and is too slow for anything else.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::{NOTHING, days, hours};
use crate::domain::hours::DaysOff;
use crate::domain::observation::Busy;
use crate::domain::office_hours::slots::{Diary, Held};
use crate::domain::office_hours::{CalendarSource, Dated, Feed, Hours, Unbookable, Window};
use crate::domain::state::AddedHours;
use crate::domain::stretch::Stretch;

/// Everything that slots depend on.
#[derive(Debug, Clone)]
struct Given {
    hours: Hours,
    days_off: DaysOff,
    leave: Option<(Date, Date)>,
    added: Vec<AddedHours>,
    bookings: Vec<Stretch>,
    elsewhere: Vec<Stretch>,
    busy: Option<Busy>,
    now: Timestamp,
    within: Stretch,
}

impl Given {
    fn diary(&self) -> Diary<'_> {
        let (bookings, elsewhere) = (self.bookings.as_slice(), self.elsewhere.as_slice());
        let held = Held { bookings, elsewhere, busy: self.busy.as_ref(), ..NOTHING };
        Diary::new(&self.hours, &self.days_off, self.leave, &self.added, held, self.now)
    }
}

fn minutes(at: Timestamp, minutes: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

/// Every minute of a stretch.
fn each_minute(of: Stretch) -> impl Iterator<Item = Timestamp> {
    std::iter::successors(Some(of.from), |at| Some(minutes(*at, 1))).take_while(move |at| *at < of.until)
}

/// The slots of one window: a minute that comes twice in civil time is counted once, and every so many
/// counted minutes a slot starts.
fn of_window(given: &Given, day: Date, from: Time, until: Time) -> Vec<Stretch> {
    let zone = &given.hours.zone;
    let instant = |time: Time| zone.to_timestamp(day.to_datetime(time)).unwrap();
    let window = Stretch { from: instant(from), until: instant(until) };
    let lasts = i64::from(given.hours.minutes);
    let first = |at: &Timestamp| zone.to_timestamp(zone.to_datetime(*at)).unwrap() == *at;
    let starts = each_minute(window).filter(first).step_by(usize::try_from(lasts).unwrap());
    let slots = starts.map(|from| Stretch { from, until: minutes(from, lasts) });
    slots.filter(|slot| slot.until <= window.until).collect()
}

fn windows(given: &Given, day: Date) -> Vec<(Time, Time)> {
    let Given { hours, .. } = given;
    let away = given.leave.is_some_and(|(first, last)| (first..=last).contains(&day));
    let closed = hours.closed.contains(&day) || given.days_off.contains(day) || away;
    let weekly = hours.weekly.iter().filter(|of| !closed && of.weekday == day.weekday());
    let mut all: Vec<(Time, Time)> = weekly.map(|of| (of.from, of.until)).collect();
    all.extend(hours.extra.iter().filter(|of| of.on == day).map(|of| (of.from, of.until)));
    all.extend(given.added.iter().filter(|of| of.on == day).map(|of| (of.from, of.until)));
    all
}

/// What may be booked, by the rules as they are written.
fn reference(given: &Given) -> Vec<Timestamp> {
    let Given { hours, now, within, .. } = given;
    let mut sold: BTreeSet<Timestamp> = BTreeSet::new();
    let mut slots: Vec<Stretch> = Vec::new();
    for day in days(date(2026, 10, 1), 50).chain(days(date(2027, 3, 1), 50)) {
        for (from, until) in windows(given, day) {
            for slot in of_window(given, day, from, until) {
                if each_minute(slot).all(|at| !sold.contains(&at)) {
                    sold.extend(each_minute(slot));
                    slots.push(slot);
                }
            }
        }
    }
    let buffer = hours.buffer.as_mins();
    let held = |at: Timestamp| {
        let in_any = |held: &[Stretch]| held.iter().any(|of| of.from <= at && at < of.until);
        let busy = given.busy.as_ref().filter(|_| hours.reads_calendar());
        in_any(&given.bookings)
            || in_any(&given.elsewhere)
            || busy.is_some_and(|busy| in_any(&busy.stretches))
    };
    let on = |at: Timestamp| hours.zone.to_datetime(at).date();
    let known = |slot: &Stretch| {
        !hours.reads_calendar()
            || given.busy.as_ref().is_some_and(|busy| {
                busy.as_of >= minutes(*now, -12 * 60) && each_minute(*slot).all(|at| busy.over.contains(at))
            })
    };
    let mut free: Vec<Timestamp> = slots
        .into_iter()
        .filter(|slot| within.contains(slot.from) && *now < slot.from)
        .filter(|slot| slot.from.duration_since(*now) >= hours.notice)
        .filter(|slot| slot.from.duration_since(*now) < hours.horizon)
        .filter(known)
        .filter(|slot| {
            let around = Stretch { from: minutes(slot.from, -buffer), until: minutes(slot.until, buffer) };
            !each_minute(around).any(held)
        })
        .filter(|slot| {
            let booked = given.bookings.iter().filter(|of| on(of.from) == on(slot.from)).count();
            hours.per_day.is_none_or(|most| booked < usize::try_from(most).unwrap())
        })
        .map(|slot| slot.from)
        .collect();
    free.sort();
    free
}

/// Around the nights in which daylight saving changes, of one of the zones at least.
fn a_day() -> impl Strategy<Value = Date> {
    let first = prop::sample::select(vec![
        date(2026, 10, 21),
        date(2026, 10, 29),
        date(2027, 3, 11),
        date(2027, 3, 25),
    ]);
    (first, 0..8i64).prop_map(|(first, days)| first.checked_add(days.days()).unwrap())
}

/// A range of hours within a day, by five minutes; often in the night.
fn a_range() -> impl Strategy<Value = (Time, Time)> {
    let five = |number: i32| Time::midnight().checked_add((number * 5).minutes()).unwrap();
    let from = prop_oneof![0..48i32, 0..280i32];
    (from, 1..48i32).prop_map(move |(from, long)| (five(from), five((from + long).min(287))))
}

fn a_stretch(longest: i64) -> impl Strategy<Value = Stretch> {
    (a_day(), 0..1440i64, 1..longest).prop_map(|(day, minute, long)| {
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        let from = minutes(midnight, minute);
        Stretch { from, until: minutes(from, long) }
    })
}

/// Apart and in order, as readings of calendars are.
fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort();
    let mut merged: Vec<Stretch> = Vec::new();
    for next in stretches {
        match merged.last_mut() {
            Some(last) if next.from <= last.until => last.until = last.until.max(next.until),
            Some(_) | None => merged.push(next),
        }
    }
    merged
}

prop_compose! {
    fn some_hours()(
        zone in prop::sample::select(vec![
            "Europe/Lisbon", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
            "America/Sao_Paulo", "Pacific/Auckland",
        ]),
        weekly in prop::collection::vec((0..7usize, a_range()), 0..8),
        extra in prop::collection::vec((a_day(), a_range()), 0..4),
        closed in prop::collection::btree_set(a_day(), 0..4),
        lasts in prop::sample::select(vec![5u32, 15, 20, 30, 45, 60, 90, 150]),
        buffer in prop::sample::select(vec![0i64, 0, 5, 15]),
        notice in prop::sample::select(vec![0i64, 60, 240, 2880]),
        horizon in prop::sample::select(vec![1i64, 7, 60]),
        per_day in prop::option::of(1..3u32),
        reads in prop::bool::ANY,
    ) -> Hours {
        let weekday = |number: usize| Weekday::Monday.cycle_forward().nth(number).unwrap();
        let window = |(day, (from, until))| Window { weekday: weekday(day), from, until };
        let feed = CalendarSource::Feed(Feed::Open("https://example.com/a.ics".into()));
        Hours {
            weekly: weekly.into_iter().map(window).collect(),
            extra: extra.into_iter().map(|(on, (from, until))| Dated { on, from, until }).collect(),
            closed,
            minutes: lasts,
            buffer: SignedDuration::from_mins(buffer),
            notice: SignedDuration::from_mins(notice),
            horizon: SignedDuration::from_hours(horizon * 24),
            per_day,
            calendar: reads.then_some(feed),
            ..hours(zone, &[])
        }
    }
}

prop_compose! {
    fn given()(
        hours in some_hours(),
        own in prop::collection::btree_set(a_day(), 0..3),
        leave in prop::option::of((a_day(), 0..3i64)),
        added in prop::collection::vec((a_day(), a_range()), 0..3),
        bookings in prop::collection::vec(a_stretch(120), 0..6),
        elsewhere in prop::collection::vec(a_stretch(120), 0..3),
        busy in prop::collection::vec(a_stretch(600), 0..12),
        (age, over) in (0..800i64, a_stretch(30 * 1440)),
        read in prop::bool::weighted(0.8),
        (today, minute) in (a_day(), 0..1440i64),
        (from, days) in (-2..4i64, 1..10i64),
    ) -> Given {
        let now = minutes(today.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp(), minute);
        let busy = Busy { as_of: minutes(now, -age), over, stretches: merged(busy), doubts: Vec::new(), failing: None };
        let from = minutes(now, from * 600);
        Given {
            hours,
            days_off: DaysOff { own, ..DaysOff::default() },
            leave: leave.map(|(first, more)| (first, first.checked_add(more.days()).unwrap())),
            added: added.into_iter().map(|(on, (from, until))| AddedHours { on, from, until }).collect(),
            bookings,
            elsewhere,
            busy: read.then_some(busy),
            now,
            within: Stretch { from, until: minutes(from, days * 1440) },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_offered_is_what_the_rules_say_minute_by_minute(given in given()) {
        let diary = given.diary();
        let offered = diary.free(given.within);
        let starts: Vec<Timestamp> = offered.iter().map(|slot| slot.starts).collect();
        prop_assert_eq!(&starts, &reference(&given));
        // What is offered can be booked; a minute off, or longer, it is no slot.
        for slot in &offered {
            let stretch = slot.stretch();
            prop_assert_eq!(diary.check(&stretch), Ok(()));
            let longer = Stretch { until: minutes(stretch.until, 1), ..stretch };
            prop_assert_eq!(diary.check(&longer), Err(Unbookable::Closed));
        }
        for pair in offered.windows(2) {
            prop_assert!(!pair[0].stretch().overlaps(&pair[1].stretch()));
        }
    }
}
