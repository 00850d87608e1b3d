//! Which host's slots a guest is offered, and which slot may be booked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{NOW, at, hours, person, stretch};
use crate::domain::booking::{By, Via};
use crate::domain::calendar::{Offset, PlanningCalendar};
use crate::domain::directory::{Address, Person};
use crate::domain::event::{Event, Record, Stage};
use crate::domain::hours::DaysOff;
use crate::domain::ids::{InitiativeId, PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::observation::{Busy, Observations};
use crate::domain::office_hours::{
    BookingPage, CalendarSource, Feed, Hours, Unbookable, Viewer, check_bookable, check_hand_on, co_hosts,
    free_slots, next_free_by_day, offers,
};
use crate::domain::program::{Approval, Cadence, ConfigDigest, Limits, Program};
use crate::domain::state::{Slot, State};

/// Two hosts with the same hours on Tuesdays and Thursdays, and a guest.
struct Office {
    program: Program,
    initiative: Initiative,
    state: State,
    seen: Observations,
}

impl Office {
    fn new() -> Self {
        let somebody = |id: &str| Person {
            id: person(id),
            name: id.into(),
            given_name: id.into(),
            address: Address::Email(format!("{id}@example.com")),
            was: Vec::new(),
            audiences: BTreeSet::new(),
            teams: BTreeSet::new(),
            reports_to: None,
            zone: None,
            hours: None,
            days_off: DaysOff::default(),
        };
        let held = |id: &str| {
            let hours = hours("Europe/Lisbon", &["Tue 15:00-16:00", "Thu 15:00-16:00"]);
            (person(id), Hours { host: person(id), ..hours })
        };
        let program = Program {
            digest: ConfigDigest("test".into()),
            command: "/canvass".into(),
            bot_name: "Canvass".into(),
            calendar: PlanningCalendar {
                zone: TimeZone::UTC,
                fiscal_start: 1,
                opens: Offset::default(),
                freezes: Offset::default(),
                explicit: BTreeMap::new(),
                holidays: BTreeMap::new(),
            },
            cadence: Cadence::default(),
            limits: Limits {
                hours: "Mon-Fri 09:00-17:00".parse().unwrap(),
                per_week: 1,
                gap: SignedDuration::ZERO,
                asks: 3,
                burst_per_hour: 60,
                capacity_share: 0.3,
            },
            digests: None,
            approval: Approval::default(),
            words_expire: Some(4),
            stage: Stage::All,
            teams: BTreeMap::new(),
            people: ["ana", "ben", "priya", "sol"].map(|id| (person(id), somebody(id))).into(),
            admins: BTreeSet::new(),
            recognition: Default::default(),
            laid_over: Default::default(),
            initiatives: Vec::new(),
            hours: [held("priya"), held("sol")].into(),
            stale_after_days: 60,
            templates: BTreeMap::new(),
        };
        let initiative = Initiative {
            id: InitiativeId::parse("payments").unwrap(),
            was: Vec::new(),
            title: "Payments".into(),
            problem: "They hang.".into(),
            quarter: "2027-Q1".parse().unwrap(),
            advocates: vec![person("sol"), person("priya")],
            design: None,
            figures: Vec::new(),
            steps: Vec::new(),
            asks: BTreeMap::new(),
            words: BTreeMap::new(),
            news: Vec::new(),
            faq: Vec::new(),
            extra: Vec::new(),
            excluded: Vec::new(),
            approached: Vec::new(),
            withdrawn: false,
        };
        Self { program, initiative, state: State::default(), seen: Observations::default() }
    }

    fn happens(&mut self, when: &str, event: Event) -> Seq {
        let seq = self.state.head.next();
        self.state.apply(&Record { seq, at: at(when), cause: None, event });
        seq
    }

    fn books(&mut self, guest: &str, host: &str, starts: &str) -> Seq {
        let (guest, host, starts) = (person(guest), person(host), at(starts));
        self.happens(
            "2026-12-01T09:00:00Z",
            Event::SlotBooked {
                guest,
                host,
                starts,
                minutes: 30,
                subject: None,
                topic: None,
                via: Via::Slack,
            },
        )
    }

    fn hours(&mut self, host: &str) -> &mut Hours {
        self.program.hours.get_mut(&person(host)).unwrap()
    }

    fn offered(&self, guest: &str, until: &str) -> Vec<String> {
        let Self { program, state, seen, initiative } = self;
        told(&offers(program, state, seen, initiative, &person(guest), at(NOW), at(until)))
    }

    fn next(&self, guest: &str, zone: &str, until: Timestamp) -> Vec<String> {
        let Self { program, state, seen, initiative } = self;
        let zone = TimeZone::get(zone).unwrap();
        let guest = person(guest);
        let viewer = Viewer { guest: &guest, zone: &zone };
        told(&next_free_by_day(program, state, seen, initiative, viewer, at(NOW), until))
    }

    fn check(&self, guest: &str, host: &str, starts: &str, but: Option<Seq>) -> Result<(), Unbookable> {
        let slot = Slot { host: person(host), starts: at(starts), minutes: 30 };
        check_bookable(&self.program, &self.state, &self.seen, &slot, &person(guest), at(NOW), but)
    }
}

/// "8 15:00 priya"
fn told(slots: &[Slot]) -> Vec<String> {
    slots.iter().map(|slot| format!("{} {}", slot.starts.strftime("%-d %H:%M"), slot.host)).collect()
}

const TUESDAY: &str = "2026-12-08T15:00:00Z";
const THURSDAY: &str = "2026-12-10T15:00:00Z";
const SOON: &str = "2026-12-09T00:00:00Z";

#[test]
fn it_is_the_turn_of_the_host_with_the_fewest_bookings_and_then_of_the_first_by_id() {
    let mut office = Office::new();
    assert_eq!(office.offered("ana", SOON), ["8 15:00 priya", "8 15:30 priya"]);
    office.books("ben", "priya", TUESDAY);
    assert_eq!(office.offered("ana", SOON), ["8 15:00 sol", "8 15:30 sol"], "sol has none yet");
    let lately = office.books("ben", "sol", "2026-12-03T15:00:00Z");
    assert_eq!(office.offered("ana", SOON), ["8 15:00 sol", "8 15:30 priya"], "one each");
    let cancelled = Event::BookingCancelled { booking: lately, by: By::Person(person("ben")) };
    office.happens("2026-12-02T09:00:00Z", cancelled);
    assert_eq!(
        office.offered("ana", SOON),
        ["8 15:00 sol", "8 15:30 sol"],
        "what was cancelled doesn't count"
    );
    let long_ago = office.books("ben", "sol", "2026-11-05T15:00:00Z");
    assert_eq!(office.offered("ana", SOON), ["8 15:00 sol", "8 15:30 sol"], "nor what is over for long");
    let close = Event::BookingClosed { booking: long_ago, by: person("sol"), met: true, note: None };
    office.happens("2026-11-06T09:00:00Z", close);
    let kept = office.books("ben", "sol", "2026-12-03T15:00:00Z");
    let close = Event::BookingClosed { booking: kept, by: person("sol"), met: true, note: None };
    office.happens("2026-12-03T16:00:00Z", close);
    assert_eq!(office.offered("ana", SOON), ["8 15:00 sol", "8 15:30 priya"], "what was kept lately does");
}

#[test]
fn nobody_is_offered_themselves_a_page_or_more_than_one_may_have() {
    let mut office = Office::new();
    assert_eq!(office.offered("priya", SOON), ["8 15:00 sol", "8 15:30 sol"]);
    let address = "https://cal.example.com/sol".to_owned();
    office.hours("sol").page = Some(BookingPage { address, only: true });
    assert_eq!(office.offered("priya", SOON), [""; 0]);
    assert_eq!(office.offered("ana", SOON), ["8 15:00 priya", "8 15:30 priya"]);
    office.hours("priya").per_person = Some(1);
    let booked = office.books("ana", "priya", THURSDAY);
    assert_eq!(office.offered("ana", SOON), [""; 0]);
    assert_eq!(office.offered("ben", SOON), ["8 15:00 priya", "8 15:30 priya"]);
    assert_eq!(office.check("ana", "priya", TUESDAY, None), Err(Unbookable::PersonFull));
    assert_eq!(office.check("ana", "priya", TUESDAY, Some(booked)), Ok(()), "it is moved");
    let all = free_slots(
        &office.program,
        &office.state,
        &office.seen,
        &[person("sol"), person("priya")],
        at(NOW),
        at("2026-12-11T00:00:00Z"),
        Some(booked),
    );
    assert_eq!(told(&all), ["8 15:00 priya", "8 15:30 priya", "10 15:00 priya", "10 15:30 priya"]);
}

#[test]
fn the_next_are_by_day_for_the_viewer_and_on_two_days_where_there_are_two() {
    let mut office = Office::new();
    assert_eq!(office.next("ana", "Europe/Lisbon", Timestamp::MAX), ["8 15:00 priya", "10 15:00 priya"]);
    assert_eq!(office.next("ana", "Europe/Lisbon", at(SOON)), ["8 15:00 priya", "8 15:30 priya"]);
    assert_eq!(office.next("ana", "Asia/Tokyo", Timestamp::MAX), [""; 0], "15:00 is after midnight there");
    // 15:00 in Lisbon is 20:30 in Kolkata; an hour earlier it would do.
    assert_eq!(office.next("ana", "Asia/Kolkata", Timestamp::MAX), [""; 0]);
    office.books("ben", "priya", TUESDAY);
    office.books("ben", "sol", TUESDAY);
    assert_eq!(office.next("ana", "Europe/Lisbon", Timestamp::MAX), ["8 15:30 priya", "10 15:00 priya"]);
    // Far ahead, but within the horizon.
    for host in ["priya", "sol"] {
        let days = super::days(date(2026, 12, 7), 40);
        office.hours(host).closed = days.collect();
    }
    assert_eq!(office.next("ana", "Europe/Lisbon", Timestamp::MAX), ["19 15:00 priya", "21 15:00 priya"]);
}

#[test]
fn each_refusal_has_its_name() {
    let mut office = Office::new();
    assert_eq!(office.check("ana", "priya", TUESDAY, None), Ok(()));
    assert_eq!(office.check("ana", "priya", "2026-12-08T15:10:00Z", None), Err(Unbookable::Closed));
    assert_eq!(office.check("ana", "ben", TUESDAY, None), Err(Unbookable::Closed), "no host");
    assert_eq!(office.check("priya", "priya", TUESDAY, None), Err(Unbookable::Closed), "their own guest");
    assert_eq!(office.check("ana", "priya", "2026-12-03T15:00:00Z", None), Err(Unbookable::TooSoon));
    assert_eq!(office.check("ana", "priya", "2027-02-09T15:00:00Z", None), Err(Unbookable::TooFar));
    office.hours("priya").per_day = Some(1);
    let booked = office.books("ben", "priya", TUESDAY);
    assert_eq!(office.check("ana", "priya", TUESDAY, None), Err(Unbookable::Taken));
    assert_eq!(office.check("ben", "priya", TUESDAY, Some(booked)), Ok(()));
    assert_eq!(office.check("ana", "priya", "2026-12-08T15:30:00Z", None), Err(Unbookable::DayFull));
    // Sol is Priya's guest then.
    office.books("sol", "priya", THURSDAY);
    assert_eq!(office.check("ana", "sol", THURSDAY, None), Err(Unbookable::Busy));
    office.hours("sol").calendar = Some(CalendarSource::Feed(Feed::Secret("SOL".into())));
    assert_eq!(office.check("ana", "sol", TUESDAY, None), Err(Unbookable::Unread));
    let busy = Busy {
        as_of: at(NOW),
        over: stretch("2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z"),
        stretches: vec![stretch("2026-12-08T15:20:00Z", "2026-12-08T15:40:00Z")],
        doubts: Vec::new(),
        failing: None,
    };
    office.seen.busy.insert(person("sol"), busy);
    assert_eq!(office.check("ana", "sol", TUESDAY, None), Err(Unbookable::Busy));
    let address = "https://cal.example.com/sol".to_owned();
    office.hours("sol").page = Some(BookingPage { address, only: true });
    assert_eq!(office.check("ana", "sol", TUESDAY, None), Err(Unbookable::PageOnly));
}

#[test]
fn a_booking_is_handed_on_only_to_a_host_who_is_free_then_whatever_their_hours() {
    // In half an hour, when nobody holds hours and nothing new could be booked.
    const SOON: &str = "2026-12-07T09:30:00Z";
    let mut office = Office::new();
    for host in ["priya", "sol"] {
        office.hours(host).notice = SignedDuration::from_hours(4);
    }
    let of = office.books("ana", "priya", SOON);
    let to_sol = |office: &Office| {
        let booking = office.state.bookings.get(&of).unwrap();
        let Office { program, state, seen, .. } = office;
        let offered: Vec<PersonId> = co_hosts(program, state, seen, of, booking, at(NOW)).cloned().collect();
        let checked = check_hand_on(program, state, seen, (of, booking), &person("sol"), at(NOW));
        assert_eq!(offered.contains(&person("sol")), checked.is_ok(), "offered and submitted by one rule");
        checked
    };
    assert_eq!(to_sol(&office), Ok(()));
    let other = office.books("ben", "sol", SOON);
    assert_eq!(to_sol(&office), Err(Unbookable::Taken));
    let cancelled = Event::BookingCancelled { booking: other, by: By::Person(person("ben")) };
    office.happens("2026-12-02T09:00:00Z", cancelled);
    office.hours("sol").calendar = Some(CalendarSource::Feed(Feed::Secret("SOL".into())));
    assert_eq!(to_sol(&office), Err(Unbookable::Unread));
    let busy = Busy {
        as_of: at(NOW),
        over: stretch("2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z"),
        stretches: vec![stretch("2026-12-07T09:20:00Z", "2026-12-07T09:40:00Z")],
        doubts: Vec::new(),
        failing: None,
    };
    office.seen.busy.insert(person("sol"), busy);
    assert_eq!(to_sol(&office), Err(Unbookable::Busy));
    office.seen.busy.get_mut(&person("sol")).unwrap().stretches.clear();
    assert_eq!(to_sol(&office), Ok(()));
}
