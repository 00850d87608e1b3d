//! What a booking sends: word of each change and an invitation to both sides, reminders that hold only for
//! the time they were made for, and the question afterwards how it went (rule R9).
//!
//! Invariant: a reminder belongs to the change that set its time. Once the booking is moved or cancelled
//! its life is over, so nobody is reminded of a time that no longer holds.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::booking::{Ahead, By, Via, Word};
use crate::domain::effect::PostKey;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::office_hours::offers;
use crate::domain::state::{BookingState, Change, Standing, State};

use super::case::Ground;
use super::posts::{Hours, Item};

/// How close a booking has to be for its news to come at any hour.
const SOON: SignedDuration = SignedDuration::from_hours(12);
/// How long a host is asked how it went.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How long after it has come due a reminder of the day before is still worth sending.
const DAY_REMINDER_LIFE: SignedDuration = SignedDuration::from_hours(20);

/// The posts about booking `of`. What is no longer wanted has no life left.
pub(super) fn about_booking(state: &State, of: Seq, booking: &BookingState) -> Vec<Item> {
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
            let wanted =
                stands && (change.agreed.is_some() || has_invitation(state, of, booking, change, &to));
            items.push(if wanted { invitation } else { invitation.over() });
            for ahead in Ahead::ALL {
                let word = Word::Reminder { since: change.since, ahead };
                let stands = stands && booking.standing == Standing::Agreed;
                items.extend(reminder(key(word), change, ahead, stands && booking.is_side(&to)));
            }
        }
    }
    items.extend(aftermath(of, booking));
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
    let item = Item::new(key, change.at);
    if change.by == By::Person(to.clone()) {
        item.at_once()
    } else if soon {
        item.in_hours(Hours::AtOnceUntil(starts))
    } else {
        item.in_hours(Hours::ByDay)
    }
}

/// Whether an invitation of an earlier change may be in `to`'s calendar: only then it is taken back.
fn has_invitation(state: &State, of: Seq, booking: &BookingState, change: &Change, to: &PersonId) -> bool {
    booking.changes.iter().take_while(|earlier| earlier.since < change.since).any(|earlier| {
        let word = Word::Invitation { since: earlier.since };
        let key = PostKey::Booking { of, to: to.clone(), word };
        state.post(key.id()).is_some_and(|post| post.may_have_arrived())
    })
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

/// How it went is the host's to say, once it is over.
fn aftermath(of: Seq, booking: &BookingState) -> Option<Item> {
    let over = booking.slot.stretch().until;
    let key = PostKey::Booking { of, to: booking.slot.host.clone(), word: Word::Aftermath };
    let until = over.checked_add(ASKED_FOR).unwrap_or(Timestamp::MAX);
    let item = Item::new(key, over).in_hours(Hours::ByDay).until(until);
    match booking.standing {
        Standing::Agreed => Some(item),
        Standing::Cancelled { .. } | Standing::Kept | Standing::NoShow => Some(item.over()),
    }
}

/// Whoever waits longest is told first: as many as there are slots to be had.
pub(super) fn about_waiting(ground: Ground<'_>, now: Timestamp) -> Vec<Item> {
    let (program, state, seen) = (ground.program, ground.state, ground.seen);
    let mut promised = 0;
    let mut items = Vec::new();
    for (of, wait) in &state.waiting_list {
        let about = wait.subject.as_ref().and_then(|subject| program.initiative(&subject.initiative));
        let Some(initiative) = about else { continue };
        let until = program.window(initiative.quarter).map_or(Timestamp::MAX, |window| window.freezes);
        let free = offers(program, state, seen, initiative, &wait.person, now, until).len();
        if free <= promised {
            continue;
        }
        promised += 1;
        let key = PostKey::Vacancy { of: *of, to: wait.person.clone() };
        items.push(Item::new(key, wait.at).in_hours(Hours::ByDay).until(until));
    }
    items
}
