//! Entries for calendars: the invitation that both sides get, and the event in the host's calendar.
//!
//! iTIP (RFC 5546): an invitation is a REQUEST with the same UID for ever, a SEQUENCE that grows with every
//! change, and a CANCEL at the end. An object that is stored in a calendar has no METHOD (RFC 4791, 4.1) and says
//! that its server isn't to write to anybody (RFC 6638, 7.1): both sides have heard from Canvass.

use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::directory::{Address, Person};
use crate::domain::hidden::{in_a_line, is_hidden, without_hidden};
use crate::domain::ids::PersonId;
use crate::domain::message::{Attachment, FileKind};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, Change, Slot};

use super::dates;

/// The invitation that tells of `change`, for one of the sides.
pub(super) fn invitation(
    program: &Program,
    seen: &Observations,
    booking: &BookingState,
    change: &Change,
    to: &PersonId,
) -> Option<Attachment> {
    let slot = change.agreed.as_ref().or_else(|| booking.before(change.since))?;
    // Whoever handed it on is no longer in it.
    let cancelled = change.agreed.is_none() || (*to != booking.guest && *to != slot.host);
    let slot = if cancelled { booking.before(change.since)? } else { slot };
    let (method, purpose) =
        if cancelled { ("CANCEL", Purpose::Cancellation) } else { ("REQUEST", Purpose::Invitation) };
    let event = event(program, seen, booking, slot, change, purpose);
    let mut calendar = calendar();
    calendar.append_property(Property::new("METHOD", method));
    calendar.push(event);
    let zone = program
        .people
        .get(to)
        .map_or(&program.calendar.zone, |person| program.zone_of(person, seen.zone(to)));
    let verb = if cancelled { "Canceled: office hours" } else { "Office hours" };
    Some(Attachment {
        name: "office-hours".to_owned(),
        kind: FileKind::Calendar,
        title: format!("{verb}, {}", dates::slot(slot.starts, zone)),
        content: calendar.to_string(),
    })
}

/// The object that the host's calendar holds for a booking as it stands.
pub fn calendar_entry(program: &Program, seen: &Observations, booking: &BookingState) -> Option<String> {
    let change = booking.latest()?;
    let slot = change.agreed.as_ref()?;
    let mut calendar = calendar();
    calendar.push(event(program, seen, booking, slot, change, Purpose::Entry));
    Some(calendar.to_string())
}

/// What an event is written for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Sent to a side, who is in it.
    Invitation,
    /// Sent to a side, who no longer is.
    Cancellation,
    /// Kept in the host's calendar.
    Entry,
}

pub(super) fn calendar() -> Calendar {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Canvass//Office hours//EN"));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar
}

fn event(
    program: &Program,
    seen: &Observations,
    booking: &BookingState,
    slot: &Slot,
    change: &Change,
    purpose: Purpose,
) -> Event {
    let name = |id: &PersonId| program.people.get(id).map_or_else(|| id.to_string(), |of| of.name.clone());
    let subject = booking.subject.as_ref().and_then(|subject| program.initiative(&subject.initiative));
    let about = subject.map_or_else(String::new, |initiative| format!(" about {}", initiative.title));
    let mut event = Event::new();
    event.uid(&booking.uid);
    event.sequence(u32::try_from(booking.sequence_at(change.since)).unwrap_or(u32::MAX));
    let summary = format!("Office hours: {} and {}{about}", name(&booking.guest), name(&slot.host));
    event.summary(&in_a_line(&summary));
    // Coordinated time needs no zone definition, and every calendar shows it in its owner's own.
    event.append_property(Property::new("DTSTAMP", utc(change.at)));
    event.append_property(Property::new("DTSTART", utc(slot.starts)));
    event.append_property(Property::new("DTEND", utc(slot.stretch().until)));
    if let Some(topic) = booking.topic.as_ref().and_then(|topic| topic.reveal()) {
        event.description(&without_hidden(topic));
    }
    if let Some(place) = program.hours.get(&slot.host).and_then(|hours| hours.place.as_deref()) {
        event.location(&in_a_line(place));
    }
    event.status(match purpose {
        Purpose::Cancellation => EventStatus::Cancelled,
        Purpose::Invitation | Purpose::Entry => EventStatus::Confirmed,
    });
    let party = |property: &str, id: &PersonId| {
        let mut party = party(property, program, seen, id);
        if purpose == Purpose::Entry {
            party.add_parameter("SCHEDULE-AGENT", "CLIENT");
        }
        party
    };
    event.append_property(party("ORGANIZER", &slot.host));
    for id in [&slot.host, &booking.guest] {
        let mut attendee = party("ATTENDEE", id);
        attendee.add_parameter("ROLE", "REQ-PARTICIPANT");
        attendee.add_parameter("PARTSTAT", "ACCEPTED");
        event.append_multi_property(attendee);
    }
    event
}

/// An instant as calendars write it, in whole seconds.
pub(super) fn utc(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A person by their mail address. Where none is known, one that leads nowhere (RFC 2606) still tells the
/// two sides apart.
fn party(property: &str, program: &Program, seen: &Observations, id: &PersonId) -> Property {
    let person = program.people.get(id);
    let mail =
        person.and_then(|person| mail(seen, person)).unwrap_or_else(|| format!("{id}@canvass.invalid"));
    // No address has a space in it, and no value of this kind may have a line end.
    let mail: String = mail.chars().filter(|letter| !letter.is_whitespace() && !is_hidden(*letter)).collect();
    let mut party = Property::new(property, format!("mailto:{mail}"));
    if let Some(person) = person {
        // Neither a quote nor a control character can stand in a parameter (RFC 5545, 3.2).
        let plain = |letter: char| if letter == '"' { '\'' } else { letter };
        let name: String = in_a_line(&person.name).chars().map(plain).collect();
        party.add_parameter("CN", &name);
    }
    party
}

fn mail(seen: &Observations, person: &Person) -> Option<String> {
    match &person.address {
        Address::Email(mail) => Some(mail.clone()),
        Address::Slack(_) => seen.of(&person.id)?.mail.clone(),
    }
}
