//! Office hours: booked, moved, handed on and cancelled by their two sides, and closed by their host
//! (rule R9).
//!
//! Invariant: a slot is offered and booked by one rule, [`check_bookable`]; it is asked again when a modal
//! is submitted, on the state that includes every booking before it, so nothing is sold twice.

mod book;
mod change;
mod close;
mod list;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Decided, Scene, refuse};
use crate::domain::booking::Subject;
use crate::domain::directory::{Address, Person};
use crate::domain::effect::PostId;
use crate::domain::ids::{InitiativeId, PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::message::{Field, Input, Reply, Value, Values};
use crate::domain::office_hours::Unbookable;
use crate::domain::state::{BookingState, Slot, Standing};
use crate::message::{slot_in_words, slot_on};

pub(super) use book::{leave_wait, offer, open, open_named, submit, submit_wait};
pub(super) use change::{cancel, hand_on, move_to, submit_cancel, submit_hand_on, submit_move};
pub(super) use close::{add_hours, close, submit_close, submit_hours};
pub(super) use list::{bookings, doubts, feed};

/// Fields of the modals.
const SLOT: &str = "slot";
const TOPIC: &str = "topic";
/// Most slots that a menu offers: Slack shows a hundred.
const MOST_SLOTS: usize = 100;

/// The initiative that a button is about: the one it names, else that of the message it is on.
fn about<'a>(
    scene: Scene<'a>,
    actor: &Person,
    named: Option<&InitiativeId>,
    post: Option<PostId>,
) -> Option<&'a Initiative> {
    let of_post = || scene.state.initiative_of(&scene.post_to(actor, post)?.key).cloned();
    let named = named.cloned().or_else(of_post);
    let named = named.and_then(|id| scene.program.initiative(&id)).filter(|of| !of.withdrawn);
    named.or_else(|| crate::domain::question::choices(scene.program, &actor.id).into_iter().next())
}

fn subject(initiative: &Initiative) -> Subject {
    Subject { initiative: initiative.id.clone(), quarter: initiative.quarter }
}

/// A slot as the value of a menu entry, and back: in seconds, so that it fits Slack's 75 characters with the
/// longest id.
fn value_of(slot: &Slot) -> String {
    format!("{} {}", slot.host, slot.starts.as_second())
}

fn parsed(value: &str) -> Option<(PersonId, Timestamp)> {
    let (host, starts) = value.split_once(' ')?;
    Some((PersonId::parse(host).ok()?, Timestamp::from_second(starts.parse().ok()?).ok()?))
}

/// A menu of slots, each with its host where there are several.
fn slot_field(scene: Scene<'_>, slots: &[Slot], zone: &TimeZone) -> Field {
    let several = slots.iter().any(|slot| Some(&slot.host) != slots.first().map(|first| &first.host));
    let label = |slot: &Slot| {
        let when = slot_in_words(slot, zone);
        if several { format!("{when}, {}", scene.given(&slot.host)) } else { when }
    };
    let options: Vec<(String, String)> =
        slots.iter().take(MOST_SLOTS).map(|slot| (value_of(slot), label(slot))).collect();
    let initial = options.first().map(|(value, _)| value.clone());
    Field {
        name: SLOT,
        label: "When".to_owned(),
        hint: Some(format!("In your time ({}).", zone_name(zone))),
        optional: false,
        input: Input::Pick { options, initial },
    }
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| "your zone".to_owned(), |name| name.replace('_', " "))
}

fn chosen(values: &Values) -> Option<(PersonId, Timestamp)> {
    match values.get(SLOT)? {
        Value::Choice(value) => parsed(value),
        Value::Text(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_) => None,
    }
}

fn text_in<'a>(values: &'a Values, field: &str) -> Option<&'a str> {
    match values.get(field)? {
        Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Value::Choice(_) | Value::Ticks(_) | Value::Date(_) | Value::Time(_) | Value::Person(_) => None,
    }
}

fn fault(field: &str, sentence: impl Into<String>) -> Decided {
    (Vec::new(), Reply::Faults(BTreeMap::from([(field.to_owned(), sentence.into())])))
}

/// The booking, if `actor` is one of its sides and it is agreed; otherwise what to tell them.
fn agreed<'a>(scene: Scene<'a>, actor: &Person, of: Seq) -> Result<&'a BookingState, String> {
    let booking = scene.state.bookings.get(&of).ok_or("I no longer have this booking on record.")?;
    if !booking.is_side(&actor.id) {
        return Err("This booking isn't one of yours, so only its two sides can change it.".to_owned());
    }
    let zone = scene.zone(actor);
    let when = slot_on(&booking.slot, &zone, scene.now);
    match booking.standing {
        Standing::Agreed if booking.is_ahead(scene.now) => Ok(booking),
        Standing::Cancelled { .. } => Err(format!(
            "Your booking of {when} was canceled already. `{} book` makes another.",
            scene.program.command
        )),
        Standing::Agreed | Standing::Kept | Standing::NoShow => {
            Err(format!("Your booking of {when} is over, so it can't be changed any more."))
        }
    }
}

impl<'a> Scene<'a> {
    /// What people call somebody in a sentence.
    fn given(self, id: &PersonId) -> String {
        self.person(id).map_or_else(|| id.to_string(), |person| person.given_name.clone())
    }

    /// The mail address of somebody, as far as it is known.
    fn mail(self, person: &'a Person) -> Option<&'a str> {
        match &person.address {
            Address::Email(mail) => Some(mail),
            Address::Slack(_) => self.seen.of(&person.id)?.mail.as_deref(),
        }
    }

    /// The other side of a booking, as `reader` would say it.
    fn other_side(self, booking: &BookingState, reader: &PersonId) -> String {
        self.given(if booking.guest == *reader { &booking.slot.host } else { &booking.guest })
    }
}

/// "Tue 15 Dec 15:00 / Thu 17 Dec 10:00": the next that are free, for whoever came too late.
fn next_ones(scene: Scene<'_>, slots: &[Slot], actor: &Person) -> String {
    let zone = scene.zone(actor);
    let next: Vec<String> = slots.iter().take(3).map(|slot| slot_in_words(slot, &zone)).collect();
    next.join(" / ")
}

/// Why a time can't be booked, to whoever chose it.
fn told(why: Unbookable) -> &'static str {
    match why {
        Unbookable::Taken => "Somebody was faster: this time is taken.",
        Unbookable::Busy => "The host has something else at this time by now.",
        Unbookable::TooSoon => "This time is too soon by now.",
        Unbookable::TooFar => "This time is further ahead than can be booked.",
        Unbookable::Closed => "There are no office hours at this time any more.",
        Unbookable::DayFull => "This day is full.",
        Unbookable::PersonFull => {
            "You have as many bookings ahead with this host as one can have; move or cancel one of them first."
        }
        Unbookable::PageOnly => "This host is booked on their own page only.",
        Unbookable::Unread => {
            "The host's calendar can't be read at the moment, so I don't know whether this time is free."
        }
    }
}

fn or_refuse(decided: Result<Decided, String>) -> Decided {
    decided.unwrap_or_else(refuse)
}
