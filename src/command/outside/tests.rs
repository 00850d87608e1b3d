//! What pages tell, and what is recorded of it.

use std::path::Path;

use jiff::tz::TimeZone;

use super::*;
use crate::domain::event::Record;
use crate::domain::ids::PersonId;
use crate::domain::observation::Seen;

const FIRST: &str = "2026-12-15T15:00:00Z";
const SECOND: &str = "2026-12-16T15:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(person: &str) -> PersonId {
    PersonId::parse(person).unwrap()
}

/// The sample organisation as Slack knows it, with a journal.
struct House {
    program: Program,
    state: State,
    seen: Observations,
    /// How many webhooks came.
    came: i64,
}

impl House {
    fn sample() -> Self {
        let program = crate::config::load(Path::new("config")).unwrap().program;
        let mut seen = Observations::default();
        for person in program.people.keys() {
            let mail = Some(format!("{person}@example.com"));
            let as_of = at("2026-12-01T09:00:00Z");
            let zone = Some(TimeZone::UTC);
            let of = Seen { as_of, zone, mail, deactivated: false, quiet: None, away_until: None };
            seen.people.insert(person.clone(), of);
        }
        Self { program, state: State::default(), seen, came: 0 }
    }

    /// A page tells something, at a moment of its own.
    fn told(&mut self, mut told: OutsideBooking) -> Fate {
        self.came += 1;
        told.at = Timestamp::from_second(1_780_000_000 + self.came).ok();
        self.again(&told)
    }

    /// A page tells exactly this.
    fn again(&mut self, told: &OutsideBooking) -> Fate {
        let (events, fate) = outside(&self.program, &self.state, &self.seen, told);
        assert_eq!(events.is_empty(), fate != Fate::Recorded);
        for event in events {
            let (seq, cause) = (self.state.head.next(), Some(told.cause()));
            self.state.apply(&Record { seq, at: at("2026-12-01T09:00:00Z"), cause, event });
        }
        fate
    }

    /// Host, guest, beginning and whether it is agreed, of each booking.
    fn bookings(&self) -> Vec<(String, String, String, bool)> {
        let told = |booking: &BookingState| {
            let Slot { host, starts, .. } = &booking.slot;
            (host.to_string(), booking.guest.to_string(), starts.to_string(), is_agreed(booking))
        };
        self.state.bookings.values().map(told).collect()
    }
}

fn made(id: &str, replaces: Option<&str>, host: &str, guest: &str, starts: &str) -> OutsideBooking {
    let starts = at(starts);
    let mails = |mail: &str| if mail.is_empty() { vec![] } else { vec![mail.to_owned()] };
    OutsideBooking {
        provider: Provider::Calendly,
        id: id.to_owned(),
        replaces: replaces.map(str::to_owned),
        at: None,
        what: Told::Made(Meeting {
            hosts: mails(host),
            guests: mails(guest),
            starts,
            ends: starts + SignedDuration::from_mins(30),
        }),
    }
}

fn cancelled(id: &str) -> OutsideBooking {
    OutsideBooking { what: Told::Cancelled, ..made(id, None, "", "", FIRST) }
}

const PRIYA: &str = "priya@example.com";
const ANA: &str = "ana@example.com";

fn booking(host: &str, guest: &str, starts: &str, agreed: bool) -> (String, String, String, bool) {
    (host.to_owned(), guest.to_owned(), starts.to_owned(), agreed)
}

#[test]
fn a_booking_is_made_moved_and_cancelled() {
    let mut house = House::sample();
    assert_eq!(house.told(made("a", None, PRIYA, ANA, FIRST)), Fate::Recorded);
    let (of, made_first) = house.state.booking_on_page(Provider::Calendly, "a").unwrap();
    let subject = made_first.subject.clone().unwrap();
    let argued = argued(&house.program, &id("ana"));
    assert_eq!((&subject.initiative, subject.quarter), (&argued[0].id, argued[0].quarter));
    assert_eq!(made_first.slot.minutes, 30);

    assert_eq!(house.told(made("b", Some("a"), PRIYA, ANA, SECOND)), Fate::Recorded);
    assert_eq!(house.bookings(), [booking("priya", "ana", SECOND, true)]);
    assert_eq!(house.told(cancelled("b")), Fate::Recorded);
    assert_eq!(house.bookings(), [booking("priya", "ana", SECOND, false)]);
    assert_eq!(house.state.bookings[&of].changes.len(), 3, "one booking throughout");
}

#[test]
fn people_are_found_as_configured_or_as_slack_knows_them() {
    let mut house = House::sample();
    // Henrik is configured by this address, and Slack knows him by another one.
    assert_eq!(house.told(made("a", None, PRIYA, "henrik.olsen@example.com", FIRST)), Fate::Recorded);
    assert_eq!(house.told(made("b", None, PRIYA, "henrik@example.com", SECOND)), Fate::Recorded);
    assert_eq!(house.told(made("c", None, PRIYA, "stranger@example.com", FIRST)), Fate::UnknownGuest);
    assert_eq!(house.told(made("d", None, "stranger@example.com", ANA, FIRST)), Fate::UnknownHost);
    assert_eq!(
        house.told(made("e", None, PRIYA, PRIYA, FIRST)),
        Fate::UnknownGuest,
        "nobody meets themselves"
    );
    assert_eq!(house.told(made("f", None, "", ANA, FIRST)), Fate::UnknownHost);
    assert_eq!(house.told(cancelled("c")), Fate::Elsewhere);
    let guests: Vec<_> = house.bookings().into_iter().map(|(_, guest, ..)| guest).collect();
    assert_eq!(guests, ["henrik", "henrik"]);
    house.seen = Observations::default();
    assert_eq!(house.told(made("g", None, PRIYA, ANA, FIRST)), Fate::UnknownHost, "Slack was not read yet");
}

#[test]
fn a_host_who_advocates_nothing_to_the_guest_is_booked_about_nothing() {
    let mut house = House::sample();
    assert_eq!(house.told(made("a", None, "ben@example.com", ANA, FIRST)), Fate::Recorded);
    assert!(house.state.bookings.values().all(|booking| booking.subject.is_none()));
}

#[test]
fn what_is_told_again_or_late_changes_nothing() {
    let mut house = House::sample();
    let (first, second) = (made("a", None, PRIYA, ANA, FIRST), made("b", Some("a"), PRIYA, ANA, SECOND));
    assert_eq!(house.again(&first), Fate::Recorded);
    assert_eq!(house.again(&second), Fate::Recorded);
    let head = house.state.head;
    // The same webhooks, and others that tell the same.
    for told in [&first, &second, &cancelled("a")] {
        assert_eq!(house.again(told), Fate::Known);
        assert_eq!(house.told(told.clone()), Fate::Known);
    }
    assert_eq!(house.told(cancelled("b")), Fate::Recorded);
    for told in [first, second, cancelled("a"), cancelled("b")] {
        assert_eq!(house.told(told), Fate::Known);
    }
    assert_eq!(house.state.head, head.next());
}

#[test]
fn a_booking_whose_first_half_was_never_told_is_made_when_it_moves() {
    let mut house = House::sample();
    assert_eq!(house.told(made("b", Some("a"), PRIYA, ANA, SECOND)), Fate::Recorded);
    assert_eq!(house.bookings(), [booking("priya", "ana", SECOND, true)]);
}

#[test]
fn a_booking_may_keep_its_id_when_it_moves() {
    let mut house = House::sample();
    assert_eq!(house.told(made("a", None, PRIYA, ANA, FIRST)), Fate::Recorded);
    let moved = made("a", Some("a"), PRIYA, ANA, SECOND);
    assert_eq!(house.told(moved.clone()), Fate::Recorded);
    assert_eq!(house.told(moved), Fate::Known);
    assert_eq!(house.bookings(), [booking("priya", "ana", SECOND, true)]);
}

#[test]
fn a_booking_follows_its_host_and_ends_with_one_whom_nobody_knows() {
    let mut house = House::sample();
    assert_eq!(house.told(made("a", None, PRIYA, ANA, FIRST)), Fate::Recorded);
    assert_eq!(house.told(made("b", Some("a"), "ben@example.com", ANA, SECOND)), Fate::Recorded);
    assert_eq!(house.bookings(), [booking("ben", "ana", SECOND, true)]);
    assert_eq!(
        house.told(made("c", Some("b"), "", ANA, FIRST)),
        Fate::Recorded,
        "the page may not name them"
    );
    assert_eq!(house.bookings(), [booking("ben", "ana", FIRST, true)]);
    assert_eq!(house.told(made("d", Some("c"), "stranger@example.com", ANA, SECOND)), Fate::Recorded);
    assert_eq!(house.bookings(), [booking("ben", "ana", FIRST, false)]);
}

#[test]
fn a_booking_that_was_off_and_is_moved_on_the_page_is_made_anew() {
    let mut house = House::sample();
    assert_eq!(house.told(made("a", None, PRIYA, ANA, FIRST)), Fate::Recorded);
    assert_eq!(house.told(cancelled("a")), Fate::Recorded);
    assert_eq!(house.told(made("b", Some("a"), PRIYA, ANA, SECOND)), Fate::Recorded);
    assert_eq!(
        house.bookings(),
        [booking("priya", "ana", FIRST, false), booking("priya", "ana", SECOND, true)]
    );
}

#[test]
fn no_mail_address_is_recorded() {
    let mut house = House::sample();
    let told = made("a", None, PRIYA, ANA, FIRST);
    let (events, _) = outside(&house.program, &house.state, &house.seen, &told);
    assert!(!format!("{events:?} {:?}", told.cause()).contains('@'));
    house.again(&told);
}
