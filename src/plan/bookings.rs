//! What a booking sends: word of each change and an invitation to both sides, reminders that hold only for
//! the time they were made for, and the question afterwards how it went (rule R9).
//!
//! Invariant: a reminder belongs to the change that set its time. Once the booking is moved or cancelled
//! its life is over, so nobody is reminded of a time that no longer holds.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::booking::{Ahead, By, Via, Word};
use crate::domain::effect::{Notice, PostKey};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::observation::Observations;
use crate::domain::office_hours::{any_free, closers, horizon, offers_with, windows};
use crate::domain::program::Program;
use crate::domain::state::{BookingState, Change, Standing, State, WaitState};
use crate::domain::stretch::Stretch;

use super::case::{Ground, out_of_reach, refused};
use super::posts::{Hours, Item, Moment, notices};

/// How close a booking has to be for its news to come at any hour.
const SOON: SignedDuration = SignedDuration::from_hours(12);
/// How long a host is asked how it went.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long the advocates are asked instead of a host who is gone: they may go long after.
const INSTEAD_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long after it has come due a reminder of the day before is still worth sending.
const DAY_REMINDER_LIFE: SignedDuration = SignedDuration::from_hours(20);

/// The posts about booking `of`. What is no longer wanted has no life left.
pub(super) fn about_booking(
    program: &Program,
    state: &State,
    seen: &Observations,
    (of, booking): (Seq, &BookingState),
) -> Vec<Item> {
    let mut items = Vec::new();
    let latest = booking.latest().map(|change| change.since);
    for change in &booking.changes {
        let stands = Some(change.since) == latest;
        for to in told(booking, change) {
            let key = |word| PostKey::Booking { of, to: to.clone(), word };
            let word = news(key(Word::Told { since: change.since }), booking, change, &to);
            items.push(if stands { word } else { word.over() });
            // An outside page sends its own invitations and reminders.
            if booking.via != Via::Slack {
                continue;
            }
            let invitation = news(key(Word::Invitation { since: change.since }), booking, change, &to);
            let wanted = stands && (change.agreed.is_some() || state.was_invited(of, &to, change.since));
            items.push(if wanted { invitation } else { invitation.over() });
            for ahead in Ahead::ALL {
                let word = Word::Reminder { since: change.since, ahead };
                let stands = stands && booking.standing == Standing::Agreed;
                items.extend(reminder(key(word), change, ahead, stands && booking.is_side(&to)));
            }
        }
    }
    items.extend(aftermath(program, seen, of, booking));
    if state.is_pseudonym(&booking.guest) {
        // The host hears that it is off, and nothing else about somebody who is forgotten.
        items.retain(|item| {
            item.is_word(|word| matches!(word, Word::Told { since } if Some(*since) == latest))
        });
    }
    items
}

/// Who hears of a change: both sides, and whoever was the host before it.
fn told(booking: &BookingState, change: &Change) -> BTreeSet<PersonId> {
    let before = booking.before(change.since).map(|slot| slot.host.clone());
    let after = change.agreed.as_ref().map(|slot| slot.host.clone());
    [Some(booking.guest.clone()), before, after].into_iter().flatten().collect()
}

/// Whoever made the change hears of it at once, the other side by day, unless it is soon.
fn news(key: PostKey, booking: &BookingState, change: &Change, to: &PersonId) -> Item {
    let slot = change.agreed.as_ref().or_else(|| booking.before(change.since));
    let starts = slot.map_or(booking.slot.starts, |slot| slot.starts);
    let soon = starts.duration_since(change.at) < SOON;
    let item = Item::new(key, change.at).at(Moment::After(change.at));
    if change.by == By::Person(to.clone()) {
        item.at_once()
    } else if soon {
        item.in_hours(Hours::AtOnceUntil(starts))
    } else {
        item.in_hours(Hours::ByDay)
    }
}

/// A reminder of what was agreed; none where it was agreed too late for one.
fn reminder(key: PostKey, change: &Change, ahead: Ahead, stands: bool) -> Option<Item> {
    let slot = change.agreed.as_ref()?;
    let due = slot.starts.checked_sub(ahead.lasts()).ok()?;
    if due <= change.at {
        return None;
    }
    let item = Item::new(key, due);
    let item = match ahead {
        Ahead::Day => {
            let until = due.checked_add(DAY_REMINDER_LIFE).unwrap_or(slot.starts);
            item.in_hours(Hours::ByDay).until(until)
        }
        Ahead::Minutes => item.in_hours(Hours::AtOnceUntil(slot.starts)).until(slot.starts),
    };
    Some(if stands { item } else { item.over() })
}

/// How it went is the host's to say, once it is over; the advocates are asked once the host is gone.
fn aftermath(program: &Program, seen: &Observations, of: Seq, booking: &BookingState) -> Vec<Item> {
    let over = booking.slot.stretch().until;
    let asked = closers(program, seen, booking).iter().map(|to| {
        let lasts = if *to == booking.slot.host { ASKED_FOR } else { INSTEAD_FOR };
        let key = PostKey::Booking { of, to: to.clone(), word: Word::Aftermath };
        let until = over.checked_add(lasts).unwrap_or(Timestamp::MAX);
        let item = Item::new(key, over).in_hours(Hours::ByDay).until(until);
        match booking.standing {
            Standing::Agreed => item,
            Standing::Cancelled { .. } | Standing::Kept | Standing::NoShow => item.over(),
        }
    });
    asked.collect()
}

/// How long a time that somebody was told of is theirs to book before the next is told.
const THEIRS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Whoever waits longest is told first: as many as there are slots to be had. Whoever can't be told holds nobody
/// up, and neither does whoever waits for other hosts.
pub(super) fn about_waiting(ground: Ground<'_>, now: Timestamp) -> Vec<Item> {
    let (program, state, seen) = (ground.program, ground.state, ground.seen);
    let theirs_until = |told: Timestamp| told.checked_add(THEIRS_FOR).unwrap_or(Timestamp::MAX);
    // When a time that somebody was told of goes to the next, the first one first, and whose it is.
    let told = state.waiting_list.values().filter_map(|wait| Some((theirs_until(wait.told?), wait)));
    let mut held: Vec<(Timestamp, &[PersonId])> = told
        .filter(|(until, _)| now < *until)
        .map(|(until, wait)| (until, waits_for(ground, wait)))
        .collect();
    held.sort_unstable();
    let mut promised: Vec<&[PersonId]> = Vec::new();
    let mut items = Vec::new();
    for (of, wait) in state.waiting_list.iter().filter(|(of, wait)| state.is_open_wait(**of, wait)) {
        let about = wait.subject.as_ref().and_then(|subject| program.initiative(&subject.initiative));
        let Some(initiative) = about else { continue };
        let Some(person) = program.people.get(&wait.person) else { continue };
        if out_of_reach(ground, person).is_some() {
            continue;
        }
        let hosts = waits_for(ground, wait);
        let shares = |others: &[PersonId]| others.iter().any(|host| hosts.contains(host));
        let before = promised.iter().filter(|others| shares(others)).count();
        let about = (initiative, wait.host.as_ref());
        let free = offers_with(program, state, seen, about, &wait.person, now).len();
        if free <= before {
            continue;
        }
        // Whom Slack refuses for now is told once it doesn't; until then the next is.
        let zone = program.zone_of(person, seen.zone(&wait.person));
        if refused(program, (&wait.person, state.person(&wait.person)), zone, now).is_none() {
            promised.push(hosts);
        }
        // So many of the free ones are still somebody's: this one waits until enough of them are not.
        let held: Vec<Timestamp> =
            held.iter().filter(|(_, others)| shares(others)).map(|(until, _)| *until).collect();
        let over = (before + 1 + held.len()).saturating_sub(free);
        let since = over.checked_sub(1).and_then(|last| held.get(last)).copied().unwrap_or(wait.at);
        let key = PostKey::Vacancy { of: *of, to: wait.person.clone() };
        let until = horizon(program, initiative, now);
        items.push(Item::new(key, since.max(wait.at)).in_hours(Hours::ByDay).until(until));
    }
    items
}

/// The hosts for any of whom somebody waits.
fn waits_for<'a>(ground: Ground<'a>, wait: &'a WaitState) -> &'a [PersonId] {
    let about = || ground.program.initiative(&wait.subject.as_ref()?.initiative);
    match &wait.host {
        Some(host) => std::slice::from_ref(host),
        None => about().map_or(&[], |initiative| initiative.advocates.as_slice()),
    }
}

/// What a host has to know about their own calendar: that it can't be kept in step, for as long as it can't, and which
/// entries it doesn't take.
pub(super) fn about_calendars(ground: Ground<'_>) -> Vec<Item> {
    let (program, state) = (ground.program, ground.state);
    let mut items = Vec::new();
    for (host, trouble) in &state.calendars {
        if program.hours.get(host).is_none_or(|hours| hours.calendar.is_none()) {
            continue;
        }
        let to = |notice: Notice, at| notices([host.clone()], &notice, at).into_iter();
        if let Some(failing) = trouble.now() {
            let notice = Notice::CalendarFails { since: failing.since };
            items
                .extend(to(notice, failing.at).map(|item| item.in_hours(Hours::ByDay).until(Timestamp::MAX)));
        }
        for (since, refused) in trouble.refused.iter().filter(|(_, refused)| !refused.taken) {
            let booking = state.bookings.get(&refused.booking);
            let Some(ends) = booking.map(|booking| booking.slot.stretch().until) else { continue };
            let notice = Notice::EntryRefused { since: *since };
            items.extend(to(notice, refused.at).map(|item| item.in_hours(Hours::ByDay).until(ends)));
        }
    }
    items
}

/// How long before planning opens somebody has to be there to talk: the pitches go out then.
const BEFORE_OPENING: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Whoever argues an initiative is told when nobody can book them while it is argued.
pub(super) fn about_hours(ground: Ground<'_>, rank: usize, now: Timestamp) -> Vec<Item> {
    let (program, state) = (ground.program, ground.state);
    let (Some(initiative), Some(frame)) = (program.initiatives.get(rank), ground.frames.get(rank)) else {
        return Vec::new();
    };
    let (Some(window), Some(adopted)) = (&frame.window, frame.adopted) else { return Vec::new() };
    let hosts = &initiative.advocates;
    let page = |host: &PersonId| program.hours.get(host).is_some_and(|hours| hours.page.is_some());
    if initiative.withdrawn || window.freezes <= now || hosts.iter().any(page) {
        return Vec::new();
    }
    let from = window.opens.checked_sub(BEFORE_OPENING).unwrap_or(window.opens).max(adopted);
    let argued = Stretch { from: now.max(from), until: window.freezes };
    if any_free(program, state, ground.seen, hosts, argued) {
        return Vec::new();
    }
    let (initiative_id, quarter) = (initiative.id.clone(), initiative.quarter);
    let held = hosts.iter().any(|host| !windows(program, state, host, argued).is_empty());
    let last = || hosts.iter().filter_map(|host| last_booking(state, host)).max();
    let (notice, since) = match (held, last()) {
        // Theirs are there, and nobody has any: their calendar is in the way, which its own log line says.
        (true, None) => return Vec::new(),
        (true, Some((at, since))) => {
            // A clock that was ahead says nothing of when that was.
            let taken = if at <= now { at.max(from) } else { from };
            (Notice::HoursTaken { initiative: initiative_id, quarter, since }, taken)
        }
        (false, _) => (Notice::NoHours { initiative: initiative_id, quarter }, from),
    };
    notices(hosts.iter().cloned(), &notice, since)
        .into_iter()
        // It begins as scheduled, even if nothing is on record at that time.
        .map(|item| item.at(Moment::Then).until(window.freezes))
        .collect()
}

/// The last booking that was made with `host`, and when.
fn last_booking(state: &State, host: &PersonId) -> Option<(Timestamp, Seq)> {
    let (of, booking) = state
        .person(host)?
        .bookings
        .iter()
        .filter_map(|of| Some((*of, state.bookings.get(of)?)))
        .filter(|(_, booking)| booking.slot.host == *host && booking.standing == Standing::Agreed)
        .max_by_key(|(of, _)| *of)?;
    Some((booking.at, of))
}
