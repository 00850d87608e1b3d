//! What people book, move and cancel on outside booking pages, and what is recorded of it.
//!
//! Invariant: whatever a page tells twice, or in another order than it happened, is recorded once at most:
//! a booking is found by every id that the page ever gave it, and only its present id cancels it. Nobody's
//! mail address is recorded; it only says who is meant.

use jiff::{SignedDuration, Timestamp};

use crate::domain::booking::{By, Provider, Subject, Via};
use crate::domain::directory::{Address, Person};
use crate::domain::event::{Cause, Event};
use crate::domain::ids::Seq;
use crate::domain::marks;
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::question::argued;
use crate::domain::state::{BookingState, Slot, Standing, State};

/// What a page tells of one of its bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideBooking {
    /// The page.
    pub provider: Provider,
    /// What it calls the booking.
    pub id: String,
    /// What it called the booking before, if it was moved: the same id on pages that keep it.
    pub replaces: Option<String>,
    /// When it happened, as far as the page says so.
    pub at: Option<Timestamp>,
    /// What happened.
    pub what: Told,
}

/// What became of a booking on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is agreed, for the first time or at another time.
    Made(Meeting),
    /// It is off.
    Cancelled,
}

/// Who meets whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Mail addresses of whoever is booked, in lower case; the first one that is known counts.
    pub hosts: Vec<String>,
    /// Mail addresses of whoever comes, in the same way.
    pub guests: Vec<String>,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends: later, by no more than [`Meeting::LONGEST`].
    pub ends: Timestamp,
}

impl Meeting {
    /// A page sells hours, not days.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

    /// How long after it began a page may still tell of a meeting.
    const LATEST_WORD: SignedDuration = SignedDuration::from_hours(24);
    /// How far ahead a page may sell. What is further is a mistake, or somebody's joke.
    const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);

    /// Whether it is at a time for which people make appointments.
    fn is_near(&self, now: Timestamp) -> bool {
        let ahead = self.starts.duration_since(now);
        -Self::LATEST_WORD <= ahead && ahead <= Self::FURTHEST
    }

    /// How long it lasts, in minutes begun.
    fn minutes(&self) -> u32 {
        let seconds = self.ends.duration_since(self.starts).as_secs();
        u32::try_from(seconds.max(0).unsigned_abs().div_ceil(60)).unwrap_or(u32::MAX)
    }
}

impl OutsideBooking {
    /// What a second delivery of it is recognised by.
    pub fn cause(&self) -> Cause {
        let page = match self.provider {
            Provider::CalCom => "cal_com",
            Provider::Calendly => "calendly",
        };
        let (event, starts) = match &self.what {
            Told::Made(meeting) => ("made", meeting.starts.to_string()),
            Told::Cancelled => ("cancelled", String::new()),
        };
        let at = self.at.map(|at| at.to_string()).unwrap_or_default();
        Cause::Webhook(format!("{page} {event} {} {at} {starts}", self.id))
    }

    fn via(&self) -> Via {
        Via::Page { provider: self.provider, id: self.id.clone() }
    }
}

/// What a page's word came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is recorded.
    Recorded,
    /// It was on record, or is overtaken by what is.
    Known,
    /// No such booking is on record.
    Elsewhere,
    /// Whoever is booked is nobody of the program.
    UnknownHost,
    /// Whoever comes is nobody of the program.
    UnknownGuest,
    /// It is further ahead, or longer ago, than anybody makes appointments for.
    OutOfTime,
}

/// Decides what is recorded of what a page told.
pub fn outside(
    program: &Program,
    state: &State,
    seen: &Observations,
    told: &OutsideBooking,
    now: Timestamp,
) -> (Vec<Event>, Fate) {
    if state.knows(&told.cause()) {
        return (Vec::new(), Fate::Known);
    }
    if let Told::Made(meeting) = &told.what
        && !meeting.is_near(now)
    {
        return (Vec::new(), Fate::OutOfTime);
    }
    let known = state.booking_on_page(told.provider, &told.id);
    let decided = match (&told.what, known) {
        (Told::Cancelled, None) if state.is_off_on_page(told.provider, &told.id) => Err(Fate::Known),
        // Its making may come later: pages don't keep the order in which things happen.
        (Told::Cancelled, None) => Ok(Event::PageCancelled { provider: told.provider, id: told.id.clone() }),
        // The page may say that an id is off after it gave the booking another one.
        (Told::Cancelled, Some((of, booking))) if booking.via == told.via() && is_agreed(booking) => {
            Ok(Event::BookingCancelled { booking: of, by: By::Page })
        }
        (Told::Cancelled, Some(_)) => Err(Fate::Known),
        (Told::Made(meeting), Some((of, booking))) => {
            let keeps_its_id = told.replaces.as_ref() == Some(&told.id) && booking.via == told.via();
            let moved = moved(program, seen, told, meeting, (of, booking));
            match moved {
                Some(event) if keeps_its_id && is_agreed(booking) => Ok(event),
                Some(_) | None => Err(Fate::Known),
            }
        }
        (Told::Made(meeting), None) => {
            let before = told.replaces.as_deref().and_then(|id| state.booking_on_page(told.provider, id));
            let is_off = state.is_off_on_page(told.provider, &told.id);
            match before.filter(|(_, booking)| is_agreed(booking)) {
                Some((of, _)) if is_off => Ok(Event::BookingCancelled { booking: of, by: By::Page }),
                None if is_off => Err(Fate::Known),
                Some(before) => moved(program, seen, told, meeting, before).ok_or(Fate::Known),
                // Cancelled in Slack and moved on the page all the same: there they are going to meet.
                None => booked(program, state, seen, told, meeting),
            }
        }
    };
    match decided {
        Ok(event @ Event::PageCancelled { .. }) => (vec![event], Fate::Elsewhere),
        Ok(event) => (vec![event], Fate::Recorded),
        Err(fate) => (Vec::new(), fate),
    }
}

fn is_agreed(booking: &BookingState) -> bool {
    booking.standing == Standing::Agreed
}

fn booked(
    program: &Program,
    state: &State,
    seen: &Observations,
    told: &OutsideBooking,
    meeting: &Meeting,
) -> Result<Event, Fate> {
    let host = person(program, seen, &meeting.hosts, None).ok_or(Fate::UnknownHost)?;
    let guest = person(program, seen, &meeting.guests, Some(host));
    let known = guest.filter(|guest| !marks::is_forgotten(state, seen, guest));
    let guest = known.ok_or(Fate::UnknownGuest)?;
    let about = argued(program, &guest.id).into_iter().find(|of| of.advocates.contains(&host.id));
    Ok(Event::SlotBooked {
        guest: guest.id.clone(),
        host: host.id.clone(),
        starts: meeting.starts,
        minutes: meeting.minutes(),
        subject: about.map(|of| Subject { initiative: of.id.clone(), quarter: of.quarter }),
        topic: None,
        via: told.via(),
    })
}

/// The booking at its new time; cancelled if it went to a host whom nobody knows. None if it is where it was,
/// under the name that it had.
fn moved(
    program: &Program,
    seen: &Observations,
    told: &OutsideBooking,
    meeting: &Meeting,
    (of, booking): (Seq, &BookingState),
) -> Option<Event> {
    let host = match meeting.hosts.as_slice() {
        [] => Some(booking.slot.host.clone()),
        hosts => person(program, seen, hosts, program.people.get(&booking.guest)).map(|host| host.id.clone()),
    };
    let Some(host) = host else { return Some(Event::BookingCancelled { booking: of, by: By::Page }) };
    let slot = Slot { host, starts: meeting.starts, minutes: meeting.minutes() };
    if slot == booking.slot && booking.via == told.via() {
        return None;
    }
    let Slot { host, starts, minutes } = slot;
    Some(Event::BookingMoved { booking: of, host, starts, minutes, by: By::Page, via: Some(told.via()) })
}

/// The first of `mails` that is somebody's of the program: as configured, or else as Slack knows them.
fn person<'a>(
    program: &'a Program,
    seen: &Observations,
    mails: &[String],
    but: Option<&Person>,
) -> Option<&'a Person> {
    let configured = |mail: &str, person: &Person| match &person.address {
        Address::Email(address) => address.to_lowercase() == mail,
        Address::Slack(_) => false,
    };
    let in_slack = |mail: &str, person: &Person| {
        seen.of(&person.id).and_then(|seen| seen.mail.as_deref()).is_some_and(|known| known == mail)
    };
    let of = |mail: &String| {
        let mut people = program.people.values();
        let found = people.find(|person| configured(mail, person));
        found.or_else(|| program.people.values().find(|person| in_slack(mail, person)))
    };
    mails.iter().filter_map(of).find(|person| but.is_none_or(|but| but.id != person.id))
}

#[cfg(test)]
mod tests {
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

    /// The sample organization as Slack knows it, with a journal.
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
                let of = Seen {
                    as_of,
                    account: None,
                    zone,
                    mail,
                    deactivated: false,
                    quiet: None,
                    away_until: None,
                };
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
            let now = at("2026-12-01T09:00:00Z");
            let (events, fate) = outside(&self.program, &self.state, &self.seen, told, now);
            let noted = events.iter().all(|event| matches!(event, Event::PageCancelled { .. }));
            assert_eq!(noted, fate != Fate::Recorded);
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
        assert_eq!(
            house.told(made("g", None, PRIYA, ANA, FIRST)),
            Fate::UnknownHost,
            "Slack was not read yet"
        );
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
    fn calcom_a_cancellation_that_comes_before_what_it_cancels_counts() {
        let mut house = House::sample();
        assert_eq!(house.told(cancelled("a")), Fate::Elsewhere);
        assert_eq!(house.told(cancelled("a")), Fate::Known);
        assert_eq!(house.told(made("a", None, PRIYA, ANA, FIRST)), Fate::Known);
        assert_eq!(house.bookings(), []);
        // It was moved and then called off; the middle of that comes last.
        assert_eq!(house.told(made("b", None, PRIYA, ANA, FIRST)), Fate::Recorded);
        assert_eq!(house.told(cancelled("c")), Fate::Elsewhere);
        assert_eq!(house.told(made("c", Some("b"), PRIYA, ANA, SECOND)), Fate::Recorded);
        assert_eq!(house.bookings(), [booking("priya", "ana", FIRST, false)]);
        // Of a booking that isn't on record, being called off is remembered for weeks, not for ever.
        assert!(house.state.is_off_on_page(Provider::Calendly, "a"));
        let at = at("2026-12-01T09:00:00Z") + SignedDuration::from_hours(24 * 15);
        let event = Event::PageCancelled { provider: Provider::Calendly, id: "z".to_owned() };
        house.state.apply(&Record { seq: house.state.head.next(), at, cause: None, event });
        assert!(!house.state.is_off_on_page(Provider::Calendly, "a"));
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
    fn a_booking_is_between_yesterday_and_a_year_ahead() {
        let mut house = House::sample();
        for far in
            ["2020-01-01T10:00:00Z", "2026-11-30T08:00:00Z", "2027-12-03T10:00:00Z", "9999-12-30T10:00:00Z"]
        {
            assert_eq!(house.told(made(far, None, PRIYA, ANA, far)), Fate::OutOfTime, "{far}");
        }
        assert_eq!(house.told(made("a", None, PRIYA, ANA, "2026-11-30T10:00:00Z")), Fate::Recorded);
        assert_eq!(house.told(made("b", None, PRIYA, ANA, "2027-12-01T10:00:00Z")), Fate::Recorded);
        // Nor is one moved there.
        assert_eq!(house.told(made("c", Some("b"), PRIYA, ANA, "9999-12-30T10:00:00Z")), Fate::OutOfTime);
        assert_eq!(house.told(cancelled("b")), Fate::Recorded);
    }

    #[test]
    fn no_mail_address_is_recorded() {
        let mut house = House::sample();
        let told = made("a", None, PRIYA, ANA, FIRST);
        let now = at("2026-12-01T09:00:00Z");
        let (events, _) = outside(&house.program, &house.state, &house.seen, &told, now);
        assert!(!format!("{events:?} {:?}", told.cause()).contains('@'));
        house.again(&told);
    }
}
