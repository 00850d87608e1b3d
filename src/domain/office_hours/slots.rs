//! When one host can be booked.
//!
//! A window is meant in civil time and becomes a stretch of instants as jiff's *compatible* says: a time
//! that daylight saving takes out moves forward, of one that it repeats the first counts. Slots start at
//! the window's beginning and follow each other, each wholly within it; none starts in the repetition of
//! an hour. Where windows overlap, the weekly ones go first, then those of the configuration, then what
//! was added in Slack; a slot of a later one that would share time with a slot of an earlier is none. So
//! what was offered stays as it was when hours are added.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::hours::Hours;
use super::unbookable::Unbookable;
use crate::domain::hours::DaysOff;
use crate::domain::observation::Busy;
use crate::domain::state::{AddedHours, Slot};
use crate::domain::stretch::Stretch;

/// What is in the way of a host's slots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    /// Their bookings, also those that are over, in any order.
    pub bookings: &'a [Stretch],
    /// Time in which they are another host's guest, in any order.
    pub elsewhere: &'a [Stretch],
    /// What their calendar says; none if it hasn't been read.
    pub busy: Option<&'a Busy>,
    /// The time of the booking that is being moved: where the calendar says exactly this, it says it of
    /// that booking.
    pub own: Option<Stretch>,
}

/// The hours of one host with everything that is known of their time.
pub(super) struct Diary<'a> {
    hours: &'a Hours,
    days_off: &'a DaysOff,
    leave: Option<(Date, Date)>,
    added: &'a [AddedHours],
    held: Held<'a>,
    per_day: BTreeMap<Date, u32>,
    now: Timestamp,
}

impl<'a> Diary<'a> {
    pub(super) fn new(
        hours: &'a Hours,
        days_off: &'a DaysOff,
        leave: Option<(Date, Date)>,
        added: &'a [AddedHours],
        held: Held<'a>,
        now: Timestamp,
    ) -> Self {
        let mut per_day = BTreeMap::new();
        for booking in held.bookings {
            *per_day.entry(hours.zone.to_datetime(booking.from).date()).or_default() += 1;
        }
        Self { hours, days_off, leave, added, held, per_day, now }
    }

    /// The slots that can be booked now and start in `within`, earliest first.
    pub(super) fn free(&self, within: Stretch) -> Vec<Slot> {
        let free = self.grid(self.bookable(within)).into_iter().filter(|slot| self.refuses(slot).is_none());
        free.map(|slot| Slot {
            host: self.hours.host.clone(),
            starts: slot.from,
            minutes: self.hours.minutes,
        })
        .collect()
    }

    /// Why exactly this stretch can't be booked, if it can't.
    pub(super) fn check(&self, slot: &Stretch) -> Result<(), Unbookable> {
        let there = Stretch { from: slot.from, until: next_instant(slot.from) };
        let is_there = || self.grid(there).contains(slot);
        match self.refuses(slot) {
            // Far ahead or long ago the windows needn't be asked.
            Some(why @ (Unbookable::TooSoon | Unbookable::TooFar)) => Err(why),
            _ if !is_there() => Err(Unbookable::Closed),
            Some(why) => Err(why),
            None => Ok(()),
        }
    }

    /// Why the host can't take over a booking at this time, if they can't. It was agreed already, and they
    /// may take it outside their hours: notice, horizon and windows are for new bookings.
    pub(super) fn check_handed_on(&self, slot: &Stretch) -> Result<(), Unbookable> {
        self.in_the_way(slot).map_or(Ok(()), Err)
    }

    /// The part of `within` in which anything can be booked at all.
    fn bookable(&self, within: Stretch) -> Stretch {
        Stretch { from: within.from.max(self.earliest()), until: within.until.min(self.latest()) }
    }

    /// From when on slots may start.
    fn earliest(&self) -> Timestamp {
        let noticed = self.now.checked_add(self.hours.notice).unwrap_or(Timestamp::MAX);
        noticed.max(next_instant(self.now))
    }

    /// Before when slots have to start.
    fn latest(&self) -> Timestamp {
        self.now.checked_add(self.hours.horizon).unwrap_or(Timestamp::MAX)
    }

    /// What is in the way of a slot in a window.
    fn refuses(&self, slot: &Stretch) -> Option<Unbookable> {
        if slot.from < self.earliest() {
            Some(Unbookable::TooSoon)
        } else if self.latest() <= slot.from {
            Some(Unbookable::TooFar)
        } else {
            self.in_the_way(slot).or_else(|| self.is_full(slot).then_some(Unbookable::DayFull))
        }
    }

    /// What else the host has at the time of a slot, whenever it is.
    fn in_the_way(&self, slot: &Stretch) -> Option<Unbookable> {
        let wide = slot.widened(self.hours.buffer, self.hours.buffer);
        let overlaps = |held: &[Stretch]| held.iter().any(|other| other.overlaps(&wide));
        if !self.is_read(slot) {
            Some(Unbookable::Unread)
        } else if overlaps(self.held.bookings) {
            Some(Unbookable::Taken)
        } else if overlaps(self.held.elsewhere) || self.is_busy(&wide) {
            Some(Unbookable::Busy)
        } else {
            None
        }
    }

    /// Whether it is known if the host has something else then.
    fn is_read(&self, slot: &Stretch) -> bool {
        if !self.hours.reads_calendar() {
            return true;
        }
        self.held.busy.is_some_and(|busy| {
            self.now.duration_since(busy.as_of) <= Busy::GREATEST_AGE
                && busy.over.from <= slot.from
                && slot.until <= busy.over.until
        })
    }

    fn is_busy(&self, wide: &Stretch) -> bool {
        let Some(busy) = self.held.busy.filter(|_| self.hours.reads_calendar()) else { return false };
        // They are merged, so that their ends are in order as well.
        let first = busy.stretches.partition_point(|other| other.until <= wide.from);
        let near = busy.stretches.iter().skip(first).take_while(|other| other.from < wide.until);
        near.into_iter().any(|other| self.held.own != Some(*other))
    }

    fn is_full(&self, slot: &Stretch) -> bool {
        let Some(most) = self.hours.per_day else { return false };
        let day = self.hours.zone.to_datetime(slot.from).date();
        most <= self.per_day.get(&day).copied().unwrap_or_default()
    }

    fn is_closed(&self, day: Date) -> bool {
        self.hours.closed.contains(&day)
            || self.days_off.contains(day)
            || self.leave.is_some_and(|(first, last)| first <= day && day <= last)
    }

    /// Every slot of the windows that starts in `within`, whatever is in its way, earliest first.
    pub(super) fn grid(&self, within: Stretch) -> Vec<Stretch> {
        let zone = &self.hours.zone;
        let mut slots = BTreeMap::new();
        if within.until <= within.from {
            return Vec::new();
        }
        // Where a zone left out a whole day, its windows moved to the next.
        let first = zone.to_datetime(within.from).date();
        let first = first.yesterday().unwrap_or(first);
        let last = zone.to_datetime(within.until).date();
        for day in first.series(1.day()).take_while(|day| *day <= last) {
            for (from, until) in self.windows(day) {
                each_slot(zone, day, (from, until), self.lasts(), |slot| {
                    let before = slots.range(..slot.until).next_back();
                    if before.is_none_or(|(_, ends)| *ends <= slot.from) {
                        slots.insert(slot.from, slot.until);
                    }
                });
            }
        }
        let all = slots.range(within.from..within.until);
        all.map(|(from, until)| Stretch { from: *from, until: *until }).collect()
    }

    /// How long a slot lasts; never nothing.
    fn lasts(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.hours.minutes.max(1)))
    }

    /// The windows of one day, those first whose slots go first.
    fn windows(&self, day: Date) -> impl Iterator<Item = (Time, Time)> {
        let is_open = !self.is_closed(day);
        let weekday = day.weekday();
        let weekly = self.hours.weekly.iter().filter(move |window| is_open && window.weekday == weekday);
        let extra = self.hours.extra.iter().filter(move |extra| extra.on == day);
        let added = self.added.iter().filter(move |added| added.on == day);
        weekly
            .map(|window| (window.from, window.until))
            .chain(extra.map(|extra| (extra.from, extra.until)))
            .chain(added.map(|added| (added.from, added.until)))
    }
}

fn next_instant(at: Timestamp) -> Timestamp {
    at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX)
}

/// Hands the slots of one window on one day to `take`, in order.
fn each_slot(
    zone: &TimeZone,
    day: Date,
    (from, until): (Time, Time),
    lasts: SignedDuration,
    mut take: impl FnMut(Stretch),
) {
    let Ok(end) = zone.to_timestamp(day.to_datetime(until)) else { return };
    let mut civil = day.to_datetime(from);
    let mut over = Timestamp::MIN;
    // Going on in civil time leaves out what is repeated; where time is left out, the slot before is
    // over later than its civil time says.
    while let Ok(starts) = zone.to_timestamp(civil).map(|starts| starts.max(over)) {
        let Ok(ends) = starts.checked_add(lasts) else { return };
        if end < ends {
            return;
        }
        take(Stretch { from: starts, until: ends });
        over = ends;
        let Ok(next) = zone.to_datetime(starts).checked_add(lasts) else { return };
        civil = next;
    }
}
