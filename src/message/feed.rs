//! A host's bookings as a calendar to subscribe to (RFC 5545, RFC 7986).
//!
//! Invariant: the same records make the same text, so that it can be told whether it changed: nothing in it
//! is of the moment at which it is asked for.

use icalendar::{Component, Event, Property};
use jiff::{SignedDuration, Timestamp};

use crate::domain::hidden::in_a_line;
use crate::domain::ids::PersonId;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, Standing, State};

use super::invitation::{calendar, utc};

/// How long a booking is listed after it is over.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often a calendar program may ask again.
const REFRESH: &str = "PT15M";

/// The calendar of `host`: what is agreed, and what was in the last thirty days.
pub fn feed(program: &Program, state: &State, host: &PersonId, now: Timestamp) -> String {
    let since = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    let all = state.person(host).map(|known| known.bookings.as_slice()).unwrap_or_default();
    let mut bookings: Vec<&BookingState> = all
        .iter()
        .filter_map(|of| state.bookings.get(of))
        .filter(|booking| booking.slot.host == *host && is_listed(booking, since))
        .collect();
    bookings.sort_by(|a, b| (a.slot.starts, &a.uid).cmp(&(b.slot.starts, &b.uid)));

    let mut calendar = calendar();
    calendar
        .append_property(Property::new(
            "X-WR-CALNAME",
            in_a_line(&format!("Office hours of {}", name(program, host))),
        ))
        .append_property(Property::new("X-PUBLISHED-TTL", REFRESH));
    let mut refresh = Property::new("REFRESH-INTERVAL", REFRESH);
    refresh.add_parameter("VALUE", "DURATION");
    calendar.append_property(refresh.done());
    for booking in bookings {
        calendar.push(entry(program, booking));
    }
    calendar.to_string()
}

fn is_listed(booking: &BookingState, since: Timestamp) -> bool {
    let stands = match booking.standing {
        Standing::Agreed | Standing::Kept | Standing::NoShow => true,
        Standing::Cancelled { .. } => false,
    };
    stands && since < booking.slot.stretch().until
}

fn entry(program: &Program, booking: &BookingState) -> Event {
    let stretch = booking.slot.stretch();
    let changed = booking.latest().map_or(booking.at, |change| change.at);
    let sequence = u32::try_from(booking.changes.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let mut event = Event::new();
    event
        .uid(&booking.uid)
        .summary(&in_a_line(&summary(program, booking)))
        .add_property("DTSTAMP", utc(changed))
        .add_property("LAST-MODIFIED", utc(changed))
        .sequence(sequence)
        .add_property("DTSTART", utc(stretch.from))
        .add_property("DTEND", utc(stretch.until))
        .add_property("STATUS", "CONFIRMED");
    event.done()
}

fn summary(program: &Program, booking: &BookingState) -> String {
    let guest = name(program, &booking.guest);
    let about = booking.subject.as_ref().and_then(|subject| program.initiative(&subject.initiative));
    match about {
        Some(initiative) => format!("Office hours: {guest} about {}", initiative.title),
        None => format!("Office hours: {guest}"),
    }
}

/// What people call somebody; the id if they have left the configuration.
fn name(program: &Program, person: &PersonId) -> String {
    program.people.get(person).map_or_else(|| person.to_string(), |person| person.name.clone())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use icalendar::Calendar;

    use super::*;
    use crate::domain::booking::{By, Subject, Via};
    use crate::domain::event::{Event as Happened, Record};
    use crate::domain::ids::{InitiativeId, Seq};

    const NOW: &str = "2026-12-01T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    fn says(state: &mut State, event: Happened) -> Seq {
        let (seq, at) = (state.head.next(), at("2026-11-20T09:00:00.5Z"));
        state.apply(&Record { seq, at, cause: None, event });
        seq
    }

    fn booked(state: &mut State, guest: &str, starts: &str, about: Option<&str>) -> Seq {
        let subject = about.map(|id| Subject {
            initiative: InitiativeId::parse(id).unwrap(),
            quarter: "2027-Q1".parse().unwrap(),
        });
        says(
            state,
            Happened::SlotBooked {
                guest: person(guest),
                host: person("priya"),
                starts: at(starts),
                minutes: 30,
                subject,
                topic: None,
                via: Via::Slack,
            },
        )
    }

    fn text(state: &State) -> String {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        feed(&program, state, &person("priya"), at(NOW))
    }

    #[test]
    fn a_calendar_lists_what_is_agreed_and_what_was_lately() {
        let mut state = State::default();
        let moved = booked(&mut state, "ana", "2026-12-08T10:00:00Z", Some("payment-deadlines"));
        booked(&mut state, "ben", "2026-12-07T10:00:00Z", None);
        let off = booked(&mut state, "ana", "2026-12-09T10:00:00Z", None);
        booked(&mut state, "ana", "2026-11-01T11:30:00Z", None);
        booked(&mut state, "ana", "2026-11-01T12:00:00Z", None);
        let elsewhere = booked(&mut state, "ana", "2026-12-10T10:00:00Z", None);
        let (starts, by) = (at("2026-12-03T10:00:00Z"), By::Page);
        let to = |booking, host: &str, starts, by| Happened::BookingMoved {
            booking,
            host: person(host),
            starts,
            minutes: 45,
            by,
            via: None,
        };
        says(&mut state, to(moved, "priya", starts, by));
        says(&mut state, to(elsewhere, "ben", at("2026-12-10T10:00:00Z"), By::Page));
        says(&mut state, Happened::BookingCancelled { booking: off, by: By::Page });

        let text = text(&state);
        let calendar: Calendar = text.parse().unwrap();
        assert_eq!(calendar.property_value("X-WR-CALNAME"), Some("Office hours of Priya Raman"));
        assert_eq!(calendar.property_value("REFRESH-INTERVAL"), Some("PT15M"));
        assert!(
            text.contains("REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n") && !text.contains("METHOD"),
            "{text}"
        );
        let events: Vec<_> =
            calendar.components.iter().filter_map(|component| component.as_event()).collect();
        let listed: Vec<_> = events
            .iter()
            .map(|event| {
                let value = |name| event.property_value(name).unwrap_or_default();
                (value("DTSTART"), value("DTEND"), value("SEQUENCE"), event.get_summary().unwrap_or_default())
            })
            .collect();
        let title = |id: &str| {
            let program = crate::config::load(Path::new("config")).unwrap().program;
            program.initiative(&InitiativeId::parse(id).unwrap()).unwrap().title.clone()
        };
        let about = format!("Office hours: Ana Souza about {}", title("payment-deadlines"));
        assert_eq!(
            listed,
            [
                ("20261101T120000Z", "20261101T123000Z", "0", "Office hours: Ana Souza"),
                ("20261203T100000Z", "20261203T104500Z", "1", about.as_str()),
                ("20261207T100000Z", "20261207T103000Z", "0", "Office hours: Ben Carter"),
            ]
        );
        assert_eq!(events[1].get_uid(), Some(state.bookings[&moved].uid.as_str()));
        assert_eq!(events[1].property_value("DTSTAMP"), Some("20261120T090000Z"));
    }

    #[test]
    fn the_same_records_make_the_same_text() {
        let mut state = State::default();
        assert!(text(&state).parse::<Calendar>().unwrap().components.is_empty());
        booked(&mut state, "ana", "2026-12-08T10:00:00Z", None);
        assert_eq!(text(&state), text(&state));
    }
}
