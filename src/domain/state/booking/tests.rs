//! What outside pages sold, told as short stories.

use super::*;
use crate::domain::event::{Event, Record};

const PAGE: Provider = Provider::CalCom;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn page(id: &str) -> Via {
    Via::Page { provider: PAGE, id: id.to_owned() }
}

/// A journal that is told line by line.
#[derive(Default)]
struct Story {
    state: State,
    records: Vec<Record>,
}

impl Story {
    fn says(&mut self, event: Event) -> Seq {
        let (seq, at) = (self.state.head.next(), at("2026-12-01T09:00:00Z"));
        let record = Record { seq, at, cause: None, event };
        self.state.apply(&record);
        self.records.push(record);
        seq
    }

    fn books(&mut self, guest: &str, starts: &str, via: Via) -> Seq {
        self.says(Event::SlotBooked {
            guest: person(guest),
            host: person("priya"),
            starts: at(starts),
            minutes: 30,
            subject: None,
            topic: None,
            via,
        })
    }

    fn moves(&mut self, booking: Seq, starts: &str, by: By, via: Option<Via>) {
        let (host, starts) = (person("priya"), at(starts));
        self.says(Event::BookingMoved { booking, host, starts, minutes: 30, by, via });
    }

    fn on_page(&self, id: &str) -> Option<Seq> {
        self.state.booking_on_page(PAGE, id).map(|(of, _)| of)
    }
}

#[test]
fn what_a_page_sold_is_on_record_whatever_else_was_sold() {
    let mut story = Story::default();
    let in_slack = story.books("ana", "2026-12-15T15:00:00Z", Via::Slack);
    let on_page = story.books("ben", "2026-12-15T15:15:00Z", page("u1"));
    assert_eq!(story.state.taken(&person("priya")).count(), 2);
    let refused = story.books("carla", "2026-12-15T15:40:00Z", Via::Slack);
    assert!(!story.state.bookings.contains_key(&refused), "nothing more is sold in Slack");

    story.moves(on_page, "2026-12-15T15:00:00Z", By::Page, Some(page("u2")));
    assert_eq!(story.state.bookings[&on_page].slot.starts, at("2026-12-15T15:00:00Z"));
    story.moves(in_slack, "2026-12-15T15:10:00Z", By::Person(person("ana")), None);
    assert_eq!(story.state.bookings[&in_slack].slot.starts, at("2026-12-15T15:00:00Z"), "still taken");
    story.says(Event::BookingCancelled { booking: on_page, by: By::Page });
    assert_eq!(story.state.taken(&person("priya")).map(|(of, _)| of).collect::<Vec<_>>(), [in_slack]);
}

#[test]
fn a_booking_is_found_by_every_id_that_a_page_gave_it() {
    let mut story = Story::default();
    let booking = story.books("ana", "2026-12-15T15:00:00Z", page("u1"));
    story.moves(booking, "2026-12-16T15:00:00Z", By::Page, Some(page("u2")));
    story.moves(booking, "2026-12-17T15:00:00Z", By::Page, Some(page("u3")));
    let replayed = State::of(&story.records);
    for state in [&story.state, &replayed] {
        for id in ["u1", "u2", "u3"] {
            assert_eq!(state.booking_on_page(PAGE, id).map(|(of, _)| of), Some(booking), "{id}");
        }
        assert_eq!(state.bookings[&booking].via, page("u3"));
        assert!(state.booking_on_page(Provider::Calendly, "u1").is_none());
        assert!(state.booking_on_page(PAGE, "u4").is_none());
    }
}

#[test]
fn an_id_of_a_page_names_one_booking() {
    let mut story = Story::default();
    let first = story.books("ana", "2026-12-15T15:00:00Z", page("u1"));
    let second = story.books("ana", "2026-12-18T15:00:00Z", page("u1"));
    assert!(!story.state.bookings.contains_key(&second));
    story.says(Event::BookingCancelled { booking: first, by: By::Page });
    story.moves(first, "2026-12-16T15:00:00Z", By::Page, Some(page("u2")));
    assert_eq!(
        (story.on_page("u1"), story.on_page("u2")),
        (Some(first), None),
        "it is off, so it moves no more"
    );
}

#[test]
fn a_booking_ends_the_wait_for_what_it_is_about_and_no_other() {
    let mut story = Story::default();
    let about = |initiative: &str| {
        let initiative = InitiativeId::parse(initiative).unwrap();
        Some(Subject { initiative, quarter: "2027-Q1".parse().unwrap() })
    };
    let ana = || person("ana");
    let book = |starts: &str, subject| Event::SlotBooked {
        guest: ana(),
        host: person("priya"),
        starts: at(starts),
        minutes: 30,
        subject,
        topic: None,
        via: Via::Slack,
    };
    story.says(Event::WaitJoined { person: ana(), subject: about("payments"), host: None });
    story.says(Event::WaitJoined { person: ana(), subject: about("payments"), host: Some(person("ben")) });
    let other = story.says(Event::WaitJoined { person: ana(), subject: about("search"), host: None });
    assert_eq!(story.state.waiting_list.len(), 3, "one host is another wait than any host");
    story.says(book("2026-12-15T15:00:00Z", about("payments")));
    assert_eq!(story.state.waiting_list.keys().collect::<Vec<_>>(), [&other]);
}

#[test]
fn whoever_leaves_one_wait_stays_in_the_others() {
    let mut story = Story::default();
    let about = |initiative: &str| {
        let initiative = InitiativeId::parse(initiative).unwrap();
        Some(Subject { initiative, quarter: "2027-Q1".parse().unwrap() })
    };
    let ana = || person("ana");
    let joins = |initiative| Event::WaitJoined { person: ana(), subject: about(initiative), host: None };
    let first = story.says(joins("payments"));
    let other = story.says(joins("search"));
    let of_ben = Event::WaitJoined { person: person("ben"), subject: about("search"), host: None };
    let of_ben = story.says(of_ben);
    story.says(Event::WaitLeft { person: ana(), of: Some(first) });
    story.says(Event::WaitLeft { person: ana(), of: Some(of_ben) });
    assert_eq!(story.state.waiting_list.keys().collect::<Vec<_>>(), [&other, &of_ben]);
    // Records of before name none, and end all of hers.
    story.says(Event::WaitLeft { person: ana(), of: None });
    assert_eq!(story.state.waiting_list.keys().collect::<Vec<_>>(), [&of_ben]);
}
