//! When a host is there to talk (rule R9): which slots are offered, and whether one can be booked.

mod co_hosts;
mod hours;
mod page;
mod slots;
mod unbookable;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use co_hosts::{check_hand_on, co_hosts};
pub use hours::{BookingPage, CalDav, CalendarSource, Dated, Feed, Hours, Window};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
pub use page::prefilled;
pub use unbookable::Unbookable;

use super::hours::DaysOff;
use super::ids::{PersonId, Seq};
use super::initiative::Initiative;
use super::observation::Observations;
use super::program::Program;
use super::state::{AddedHours, BookingState, Slot, Standing, State};
use super::stretch::{Stretch, covered};
use slots::{Diary, Held};

/// How many are offered in a message (point 7).
pub const OFFERED: usize = 2;

/// The hours of a day, in the reader's zone, in which somebody can be expected to come: from, until.
const DAYTIME: (i8, i8) = (7, 20);

/// Bookings that are over for longer don't count when it is somebody's turn.
const LATELY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How far a search for the next slots goes at a time.
const STEP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Who would come, and where they are.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// Who.
    pub guest: &'a PersonId,
    /// The zone in which times are read.
    pub zone: &'a TimeZone,
}

/// The slots of `hosts` that can be booked at `now` and start before `until`, by start and then host.
///
/// Hosts who are only booked on their own page have none. `but` is a booking that is being moved: its time
/// is not taken, nor busy where the calendar says exactly its time.
pub fn free_slots(
    program: &Program,
    state: &State,
    seen: &Observations,
    hosts: &[PersonId],
    now: Timestamp,
    until: Timestamp,
    but: Option<Seq>,
) -> Vec<Slot> {
    let house = House { program, state, seen, now };
    let hosts: BTreeSet<&PersonId> = hosts.iter().collect();
    let mut free: Vec<Slot> =
        hosts.into_iter().flat_map(|host| house.free(host, Stretch { from: now, until }, but)).collect();
    free.sort_by(|a, b| (a.starts, &a.host).cmp(&(b.starts, &b.host)));
    free
}

/// What `guest` is offered about `initiative` at `now`, before `until`: one slot for each start.
///
/// Where several of its advocates are free, it is the turn of the one with the fewest bookings, ahead or
/// of the last 30 days. Nobody is offered themselves, nor a host with whom they have all the bookings
/// that one may have.
pub fn offers(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &Initiative,
    guest: &PersonId,
    now: Timestamp,
    until: Timestamp,
) -> Vec<Slot> {
    let house = House { program, state, seen, now };
    house.offered(&house.by_turn(initiative, guest), Stretch { from: now, until })
}

/// Until when slots are offered for an initiative at `now`: before its plans freeze, or any time after that.
pub fn horizon(program: &Program, initiative: &Initiative, now: Timestamp) -> Timestamp {
    let window = program.window(initiative.quarter).filter(|window| now < window.freezes);
    window.map_or(Timestamp::MAX, |window| window.freezes)
}

/// What `guest` may choose from about `initiative` at `now`, up to its [`horizon`]: the slots of `host`, or the
/// [`offers`] of its advocates.
pub fn offers_with(
    program: &Program,
    state: &State,
    seen: &Observations,
    (initiative, host): (&Initiative, Option<&PersonId>),
    guest: &PersonId,
    now: Timestamp,
) -> Vec<Slot> {
    let until = horizon(program, initiative, now);
    match host {
        Some(host) => {
            let mut free = free_slots(program, state, seen, std::slice::from_ref(host), now, until, None);
            free.retain(|slot| check_bookable(program, state, seen, slot, guest, now, None).is_ok());
            free
        }
        None => offers(program, state, seen, initiative, guest, now, until),
    }
}

/// The next of the [`offers`] that start by day in the viewer's zone, since an hour at night is no offer;
/// on different days if there are some on several, so that whoever has no time on one may have on the
/// other.
pub fn next_free_by_day(
    program: &Program,
    state: &State,
    seen: &Observations,
    initiative: &Initiative,
    viewer: Viewer<'_>,
    now: Timestamp,
    until: Timestamp,
) -> Vec<Slot> {
    let house = House { program, state, seen, now };
    let hosts = house.by_turn(initiative, viewer.guest);
    let furthest = hosts.iter().map(|hours| hours.horizon).max().unwrap_or_default();
    let end = until.min(now.checked_add(furthest).unwrap_or(Timestamp::MAX));
    let by_day = |slot: &Slot| is_by_day(slot, viewer.zone);
    let day = |slot: &Slot| viewer.zone.to_datetime(slot.starts).date();
    let mut chosen: Vec<Slot> = Vec::new();
    let mut spare: Option<Slot> = None;
    let mut from = now;
    while from < end && chosen.len() < OFFERED {
        let to = from.checked_add(STEP).unwrap_or(Timestamp::MAX).min(end);
        for slot in house.offered(&hosts, Stretch { from, until: to }).into_iter().filter(by_day) {
            if chosen.last().is_none_or(|last| day(last) != day(&slot)) {
                chosen.push(slot);
            } else {
                spare.get_or_insert(slot);
            }
        }
        from = to;
    }
    if chosen.len() < OFFERED {
        chosen.extend(spare);
        chosen.sort_by_key(|slot| slot.starts);
    }
    chosen.truncate(OFFERED);
    chosen
}

/// Whether a slot starts by day in `zone`.
fn is_by_day(slot: &Slot, zone: &TimeZone) -> bool {
    (DAYTIME.0..DAYTIME.1).contains(&zone.to_datetime(slot.starts).hour())
}

/// The slots that somebody in `zone` would want to choose from: those by day, or all where there are no such.
pub fn preferably_by_day(slots: Vec<Slot>, zone: &TimeZone) -> Vec<Slot> {
    let (day, night): (Vec<Slot>, Vec<Slot>) = slots.into_iter().partition(|slot| is_by_day(slot, zone));
    if day.is_empty() { night } else { day }
}

/// Whether `guest` may book exactly this slot at `now`: asked once more when it is submitted.
///
/// `but` is a booking that is being moved, as for [`free_slots`].
///
/// # Errors
/// [`Unbookable`] with the reason that concerns most: what holds for everybody first.
pub fn check_bookable(
    program: &Program,
    state: &State,
    seen: &Observations,
    slot: &Slot,
    guest: &PersonId,
    now: Timestamp,
    but: Option<Seq>,
) -> Result<(), Unbookable> {
    let house = House { program, state, seen, now };
    let Some(hours) = program.hours.get(&slot.host).filter(|hours| hours.host != *guest) else {
        return Err(Unbookable::Closed);
    };
    if hours.is_page_only() {
        return Err(Unbookable::PageOnly);
    }
    house.with_diary(hours, but, |diary| diary.check(&slot.stretch()))?;
    if house.is_full(hours, guest, but) { Err(Unbookable::PersonFull) } else { Ok(()) }
}

/// Who says how a booking went: its host. Once the host is gone, the advocates of what it was about, so that its
/// guest isn't left out for want of a word.
pub fn closers<'a>(program: &'a Program, seen: &Observations, booking: &'a BookingState) -> &'a [PersonId] {
    let host = &booking.slot.host;
    let left = seen.of(host).is_some_and(|seen| seen.deactivated);
    if program.people.contains_key(host) && !left {
        return std::slice::from_ref(host);
    }
    let initiative = booking.subject.as_ref().and_then(|subject| program.initiative(&subject.initiative));
    initiative.map_or(&[], |initiative| initiative.advocates.as_slice())
}

/// Whether any slot of `hosts` that starts in the stretch can be booked at its beginning.
pub fn any_free(
    program: &Program,
    state: &State,
    seen: &Observations,
    hosts: &[PersonId],
    within: Stretch,
) -> bool {
    let house = House { program, state, seen, now: within.from };
    // Mostly the first week has one.
    let any = |host: &PersonId| {
        let mut from = within.from;
        while from < within.until {
            let until = from.checked_add(STEP).unwrap_or(Timestamp::MAX).min(within.until);
            if !house.free(host, Stretch { from, until }, None).is_empty() {
                return true;
            }
            from = until;
        }
        false
    };
    hosts.iter().any(any)
}

/// The time that `host` keeps for office hours in the stretch, booked or not: in order, apart from each other.
pub fn windows(program: &Program, state: &State, host: &PersonId, within: Stretch) -> Vec<Stretch> {
    let Some(hours) = program.hours.get(host) else { return Vec::new() };
    // Who is busy when is nothing that the grid of slots depends on.
    let house = House { program, state, seen: &Observations::default(), now: within.from };
    let slots = house.with_diary(hours, None, |diary| diary.grid(within));
    covered(slots, within)
}

/// The slots that the rules alone give `hours` in the stretch, if nobody booked any and no calendar was in
/// the way: what a configuration can be judged by.
pub fn at_best(hours: &Hours, days_off: &DaysOff, within: Stretch) -> Vec<Slot> {
    let unhindered = Hours {
        calendar: None,
        notice: SignedDuration::ZERO,
        horizon: within.until.duration_since(within.from),
        ..hours.clone()
    };
    let held = Held { bookings: &[], elsewhere: &[], busy: None, own: None };
    Diary::new(&unhindered, days_off, None, &[], held, within.from).free(within)
}

/// Everything that slots depend on.
#[derive(Clone, Copy)]
struct House<'a> {
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    now: Timestamp,
}

impl<'a> House<'a> {
    /// The bookings of which `person` is a side and that were not cancelled.
    fn bookings(self, person: &PersonId) -> impl Iterator<Item = (Seq, &'a BookingState)> {
        let all = self.state.person(person).map(|known| known.bookings.as_slice()).unwrap_or_default();
        let state = self.state;
        all.iter()
            .filter_map(move |of| Some((*of, state.bookings.get(of)?)))
            .filter(|(_, booking)| !matches!(booking.standing, Standing::Cancelled { .. }))
    }

    /// What `ask` finds in the diary of a host.
    fn with_diary<T>(self, hours: &Hours, but: Option<Seq>, ask: impl FnOnce(&Diary<'_>) -> T) -> T {
        const NO_DAYS_OFF: &DaysOff = &DaysOff { shared: Vec::new(), own: BTreeSet::new() };
        // What was earlier today counts for the day, in whatever zone that is.
        let since = self.now.checked_sub(SignedDuration::from_hours(48)).unwrap_or(Timestamp::MIN);
        let (mut bookings, mut elsewhere) = (Vec::new(), Vec::new());
        for (of, booking) in self.bookings(&hours.host) {
            let stretch = booking.slot.stretch();
            if Some(of) == but || stretch.until < since {
                continue;
            }
            if booking.slot.host == hours.host {
                bookings.push(stretch);
            } else if booking.guest == hours.host {
                elsewhere.push(stretch);
            }
        }
        let own = but.and_then(|of| self.state.bookings.get(&of)).map(|booking| booking.slot.stretch());
        let busy = self.seen.busy.get(&hours.host);
        let held = Held { bookings: &bookings, elsewhere: &elsewhere, busy, own };
        let days_off = self.program.people.get(&hours.host).map_or(NO_DAYS_OFF, |host| &host.days_off);
        let leave = self.state.person(&hours.host).and_then(|known| known.leave);
        let added: &[AddedHours] = self.state.added_hours.get(&hours.host).map_or(&[], Vec::as_slice);
        ask(&Diary::new(hours, days_off, leave, added, held, self.now))
    }

    fn free(self, host: &PersonId, within: Stretch, but: Option<Seq>) -> Vec<Slot> {
        let hours = self.program.hours.get(host).filter(|hours| !hours.is_page_only());
        hours.map(|hours| self.with_diary(hours, but, |diary| diary.free(within))).unwrap_or_default()
    }

    /// Whether `guest` has all the bookings ahead with this host that one may have.
    fn is_full(self, hours: &Hours, guest: &PersonId, but: Option<Seq>) -> bool {
        let Some(most) = hours.per_person else { return false };
        let with_host = self.bookings(guest).filter(|(of, booking)| {
            Some(*of) != but
                && booking.guest == *guest
                && booking.slot.host == hours.host
                && booking.is_ahead(self.now)
        });
        usize::try_from(most).is_ok_and(|most| most <= with_host.count())
    }

    /// The advocates of `initiative` who can be booked by `guest` in Slack; whose turn it is first.
    fn by_turn(self, initiative: &Initiative, guest: &PersonId) -> Vec<&'a Hours> {
        let advocates: BTreeSet<&PersonId> = initiative.advocates.iter().filter(|id| *id != guest).collect();
        let hosts = advocates.into_iter().filter_map(|id| self.program.hours.get(id));
        let mut hosts: Vec<&Hours> =
            hosts.filter(|hours| !hours.is_page_only() && !self.is_full(hours, guest, None)).collect();
        hosts.sort_by_cached_key(|hours| (self.load(&hours.host), hours.host.clone()));
        hosts
    }

    /// How many bookings a host has ahead or had lately.
    fn load(self, host: &PersonId) -> usize {
        let since = self.now.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
        let counts =
            |booking: &BookingState| booking.slot.host == *host && since <= booking.slot.stretch().until;
        self.bookings(host).filter(|(_, booking)| counts(booking)).count()
    }

    /// One slot for each start, of the first of `hosts` who is free.
    fn offered(self, hosts: &[&Hours], within: Stretch) -> Vec<Slot> {
        let mut offered = BTreeMap::new();
        for hours in hosts {
            for slot in self.with_diary(hours, None, |diary| diary.free(within)) {
                offered.entry(slot.starts).or_insert(slot);
            }
        }
        offered.into_values().collect()
    }
}
