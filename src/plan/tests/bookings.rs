//! Bookings: word to both sides, invitations, reminders of a time that still holds, and how it went.

use super::world::{Fate, Life, at, initiative, person, program};
use crate::domain::account::{Former, Turn};
use crate::domain::booking::{By, Subject, Via, Word};
use crate::domain::effect::PostKey;
use crate::domain::engagement::{Stance, Touch};
use crate::domain::event::{Event, Said};
use crate::domain::ids::Seq;

/// A life in which Ana books a time with Priya on Tuesday the 10th; both live in Lisbon, where it is UTC.
fn booked(starts: &str) -> (Life, Seq) {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T10:00:00Z"));
    let of = books(&mut life, "ana", starts);
    (life, of)
}

fn books(life: &mut Life, guest: &str, starts: &str) -> Seq {
    life.happens(Event::SlotBooked {
        guest: person(guest),
        host: person("priya"),
        starts: at(starts),
        minutes: 30,
        subject: Some(Subject { initiative: initiative("payments"), quarter: "2027-Q1".parse().unwrap() }),
        topic: None,
        via: Via::Slack,
    });
    life.state.head
}

fn moves(life: &mut Life, booking: Seq, host: &str, starts: &str, by: By) {
    life.happens(Event::BookingMoved {
        booking,
        host: person(host),
        starts: at(starts),
        minutes: 30,
        by,
        via: None,
    });
}

fn by(id: &str) -> By {
    By::Person(person(id))
}

/// What was sent about bookings, in order: "told ana Tue 10 Nov 10:00".
fn about(life: &Life) -> Vec<String> {
    let said = |word: &Word| match word {
        Word::Told { .. } => "told",
        Word::Invitation { .. } => "invitation",
        Word::Reminder { .. } => "reminder",
        Word::Aftermath => "aftermath",
    };
    life.sent
        .iter()
        .filter_map(|(at, post)| {
            let PostKey::Booking { to, word, .. } = &post.key else { return None };
            Some(format!("{} {to} {}", said(word), at.strftime("%a %-d %b %H:%M")))
        })
        .collect()
}

#[test]
fn both_sides_hear_of_a_booking_are_reminded_and_the_host_is_asked_afterwards() {
    let (mut life, _) = booked("2026-11-12T15:00:00Z");
    life.until(at("2026-11-13T12:00:00Z"));
    let expected = [
        "told ana Tue 10 Nov 10:00",
        "invitation ana Tue 10 Nov 10:00",
        "told priya Tue 10 Nov 10:00",
        "invitation priya Tue 10 Nov 10:00",
        "reminder ana Wed 11 Nov 15:00",
        "reminder priya Wed 11 Nov 15:00",
        "reminder ana Thu 12 Nov 14:50",
        "reminder priya Thu 12 Nov 14:50",
        "aftermath priya Thu 12 Nov 15:30",
    ];
    let mut got = about(&life);
    got.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(got, expected);
}

#[test]
fn nobody_is_reminded_of_a_time_that_no_longer_holds() {
    let (mut life, of) = booked("2026-11-12T15:00:00Z");
    life.until(at("2026-11-10T11:00:00Z"));
    moves(&mut life, of, "priya", "2026-11-19T16:30:00Z", by("ana"));
    life.until(at("2026-11-20T18:00:00Z"));
    let reminders: Vec<String> =
        about(&life).into_iter().filter(|line| line.starts_with("reminder ana")).collect();
    assert_eq!(reminders, ["reminder ana Wed 18 Nov 16:30", "reminder ana Thu 19 Nov 16:20"]);

    let (mut life, booking) = booked("2026-11-12T15:00:00Z");
    life.until(at("2026-11-11T16:00:00Z"));
    life.happens(Event::BookingCancelled { booking, by: by("priya") });
    life.until(at("2026-11-20T18:00:00Z"));
    let after: Vec<String> = about(&life).split_off(6);
    let expected = [
        "told ana Wed 11 Nov 16:00",
        "told priya Wed 11 Nov 16:00",
        "invitation ana Wed 11 Nov 16:00",
        "invitation priya Wed 11 Nov 16:00",
    ];
    let (mut after, mut expected) = (after, expected.map(str::to_owned));
    after.sort();
    expected.sort();
    assert_eq!(after, expected, "word of it and the entry taken back, no reminder, no question afterwards");
}

#[test]
fn the_other_side_is_not_woken_at_night_unless_it_is_soon() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T23:30:00Z"));
    books(&mut life, "ana", "2026-11-12T15:00:00Z");
    life.until(at("2026-11-11T08:00:00Z"));
    assert!(about(&life).contains(&"told ana Tue 10 Nov 23:30".to_owned()));
    assert!(about(&life).contains(&"told priya Wed 11 Nov 07:00".to_owned()), "{:?}", about(&life));

    let mut life = Life::begin(program());
    life.until(at("2026-11-10T23:30:00Z"));
    books(&mut life, "ana", "2026-11-11T08:00:00Z");
    life.until(at("2026-11-11T09:00:00Z"));
    assert!(about(&life).contains(&"told priya Tue 10 Nov 23:30".to_owned()), "{:?}", about(&life));
}

#[test]
fn a_booking_handed_on_tells_all_three_and_reminds_the_new_host() {
    let (mut life, of) = booked("2026-11-12T15:00:00Z");
    life.until(at("2026-11-10T12:00:00Z"));
    moves(&mut life, of, "ben", "2026-11-12T15:00:00Z", by("priya"));
    life.until(at("2026-11-13T12:00:00Z"));
    let all = about(&life);
    // Seven in the morning where Ben is.
    for told in ["told ana Tue 10 Nov 12:00", "told ben Tue 10 Nov 13:00", "told priya Tue 10 Nov 12:00"] {
        assert!(all.contains(&told.to_owned()), "{told}: {all:?}");
    }
    assert!(all.contains(&"reminder ben Thu 12 Nov 14:50".to_owned()), "{all:?}");
    assert!(!all.iter().any(|line| line.starts_with("reminder priya")), "{all:?}");
    assert!(all.contains(&"aftermath ben Thu 12 Nov 15:30".to_owned()), "{all:?}");
}

#[test]
fn whoever_books_after_asking_to_talk_is_not_passed_on_as_well() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-10T10:00:00Z"));
    life.takes("ana", "payments", Stance::Considering);
    life.says("ana", Some("payments"), Said::Talk);
    life.until(at("2026-11-10T10:01:00Z"));
    books(&mut life, "ana", "2026-11-12T15:00:00Z");
    life.until(at("2026-11-11T12:00:00Z"));
    let passed_on =
        life.sent.iter().any(|(_, post)| matches!(post.key, PostKey::Relay { .. } | PostKey::Receipt { .. }));
    assert!(!passed_on, "{:?}", life.sent);

    let mut life = Life::begin(program());
    life.until(at("2026-11-10T10:00:00Z"));
    life.says("ana", Some("payments"), Said::Talk);
    life.until(at("2026-11-10T10:05:00Z"));
    let relays = life.sent.iter().filter(|(_, post)| matches!(post.key, PostKey::Relay { .. })).count();
    assert_eq!(relays, 1, "whoever books nothing is written to");
}

#[test]
fn whoever_has_booked_is_not_asked_again_before_they_talked() {
    let mut life = Life::begin(program());
    life.until(at("2026-11-20T10:00:00Z"));
    let booking = books(&mut life, "ana", "2026-12-22T15:00:00Z");
    life.until(at("2026-12-22T16:00:00Z"));
    let story = life.story("ana");
    assert!(story.iter().all(|line| !line.contains("pitch") && !line.contains("reminder")), "{story:?}");

    life.happens(Event::BookingClosed { booking, by: person("priya"), met: false, note: None });
    life.until(at("2027-01-14T16:00:00Z"));
    assert!(life.story("ana").iter().any(|line| line.contains("last_call")), "{:?}", life.story("ana"));

    let mut life = Life::begin(program());
    life.until(at("2026-11-20T10:00:00Z"));
    let booking = books(&mut life, "ana", "2026-11-24T15:00:00Z");
    life.until(at("2026-11-24T16:00:00Z"));
    life.happens(Event::BookingClosed { booking, by: person("priya"), met: true, note: None });
    life.until(at("2027-01-14T16:00:00Z"));
    let asked = life.sent.iter().filter(|(at, post)| {
        *at > self::at("2026-11-24T16:00:00Z")
            && post.key.delivery().is_some_and(|of| of.person == person("ana") && of.touch != Touch::HeadsUp)
    });
    assert_eq!(asked.count(), 0, "a conversation took place");
}

/// What advocates were told of their hours: "no hours payments Mon 30 Nov 09:00".
fn warned(life: &Life) -> Vec<String> {
    let all = super::posts::answers(life);
    all.into_iter().filter(|line| line.contains("hours")).collect()
}

#[test]
fn advocates_are_told_once_that_nobody_can_book_them_while_they_argue() {
    let mut without = program();
    without.hours.clear();
    let mut life = Life::begin(without);
    life.until(at("2027-01-10T12:00:00Z"));
    // Two weeks before planning opens, in their hours.
    assert_eq!(warned(&life), ["no hours payments to priya Mon 30 Nov 09:00"]);

    let mut life = Life::begin(program());
    life.until(at("2027-01-10T12:00:00Z"));
    assert_eq!(warned(&life), [""; 0]);
}

#[test]
fn advocates_are_told_when_the_last_time_is_taken_and_who_waits_hears_of_new_ones() {
    let mut few = program();
    let hours = few.hours.get_mut(&person("priya")).unwrap();
    hours.weekly.clear();
    hours.extra = vec![crate::domain::office_hours::Dated {
        on: jiff::civil::date(2026, 12, 15),
        from: jiff::civil::time(15, 0, 0, 0),
        until: jiff::civil::time(15, 30, 0, 0),
    }];
    let mut life = Life::begin(few);
    life.until(at("2026-12-08T10:00:00Z"));
    books(&mut life, "ana", "2026-12-15T15:00:00Z");
    life.until(at("2026-12-08T12:00:00Z"));
    assert_eq!(warned(&life), ["hours taken payments to priya Tue 8 Dec 10:00"]);
    let subject = Some(Subject { initiative: initiative("payments"), quarter: "2027-Q1".parse().unwrap() });
    for waiting in ["dev", "ben"] {
        life.happens(Event::WaitJoined { person: person(waiting), subject: subject.clone(), host: None });
    }
    life.until(at("2026-12-08T15:00:00Z"));
    life.happens(Event::HoursAdded {
        host: person("priya"),
        on: jiff::civil::date(2026, 12, 17),
        from: jiff::civil::time(11, 0, 0, 0),
        until: jiff::civil::time(11, 30, 0, 0),
    });
    life.until(at("2026-12-09T07:00:00Z"));
    assert_eq!(told_of_vacancies(&life), ["dev"], "one slot, and dev waited longest");
    // Whoever was told has a day to book it; then the next is told, and so on.
    life.until(at("2026-12-11T15:00:00Z"));
    assert_eq!(told_of_vacancies(&life), ["dev", "ben"]);
    // Dev may wait once more; somebody who has left holds nobody up.
    life.happens(Event::WaitJoined { person: person("gone"), subject: subject.clone(), host: None });
    life.happens(Event::WaitJoined { person: person("dev"), subject, host: None });
    life.until(at("2026-12-14T15:00:00Z"));
    assert_eq!(told_of_vacancies(&life), ["dev", "ben", "dev"]);
}

/// Hours on one day only, so that few slots are to be had.
fn hold_on(program: &mut crate::domain::program::Program, host: &str, day: jiff::civil::Date) {
    let hours = super::world::office_hours(host);
    let (from, until) = (jiff::civil::time(15, 0, 0, 0), jiff::civil::time(15, 30, 0, 0));
    let extra = vec![crate::domain::office_hours::Dated { on: day, from, until }];
    let hours = crate::domain::office_hours::Hours { weekly: Vec::new(), extra, ..hours };
    program.hours.insert(person(host), hours);
}

fn waits(life: &mut Life, who: &str, about: &str, host: Option<&str>) {
    let subject = Some(Subject { initiative: initiative(about), quarter: "2027-Q1".parse().unwrap() });
    life.happens(Event::WaitJoined { person: person(who), subject, host: host.map(person) });
}

#[test]
fn whoever_waits_after_the_freeze_is_told_too() {
    let mut few = program();
    hold_on(&mut few, "priya", jiff::civil::date(2027, 1, 28));
    let mut life = Life::begin(few);
    life.until(at("2027-01-20T10:00:00Z"));
    waits(&mut life, "ana", "payments", None);
    life.until(at("2027-01-21T10:00:00Z"));
    assert_eq!(told_of_vacancies(&life), ["ana"], "plans froze on the 15th, and hours are still held");
}

#[test]
fn who_waits_for_one_host_holds_up_nobody_who_waits_for_another() {
    let mut two = program();
    let mut other = super::world::an_initiative("search", &["search"]);
    other.advocates = vec![person("ben")];
    two.initiatives.push(other);
    // Priya has one slot and Ben has one.
    for host in ["priya", "ben"] {
        hold_on(&mut two, host, jiff::civil::date(2026, 12, 15));
    }
    let mut life = Life::begin(two);
    life.until(at("2026-12-08T10:00:00Z"));
    waits(&mut life, "ana", "payments", None);
    waits(&mut life, "dev", "search", None);
    // Both of these wait for Ben, whose only slot is Dev's to book.
    waits(&mut life, "eli", "payments", Some("ben"));
    life.until(at("2026-12-08T15:00:00Z"));
    let mut told = told_of_vacancies(&life);
    told.sort_unstable();
    assert_eq!(told, ["ana", "dev"]);
    life.until(at("2026-12-09T15:00:00Z"));
    assert_eq!(told_of_vacancies(&life).last(), Some(&"eli"), "a day later Ben's is Eli's to book");
}

#[test]
fn whoever_can_not_be_told_holds_nobody_up() {
    for (fate, later) in [
        (Fate::Unknown, None),
        (Fate::RefusedForContent, None),
        // A week later Slack is asked again.
        (Fate::RefusedForRecipient, Some("ana")),
    ] {
        let mut few = program();
        hold_on(&mut few, "priya", jiff::civil::date(2026, 12, 18));
        let mut life = Life::begin(few);
        life.until(at("2026-12-08T10:00:00Z"));
        waits(&mut life, "ana", "payments", None);
        waits(&mut life, "eli", "payments", None);
        life.fates.push(fate);
        life.until(at("2026-12-09T15:00:00Z"));
        assert_eq!(told_of_vacancies(&life), ["eli"], "{fate:?}");
        life.until(at("2026-12-16T15:00:00Z"));
        let told: Vec<&str> = std::iter::once("eli").chain(later).collect();
        assert_eq!(told_of_vacancies(&life), told, "{fate:?}");
    }
}

fn told_of_vacancies(life: &Life) -> Vec<&str> {
    let told = life.sent.iter().filter_map(|(_, post)| match &post.key {
        PostKey::Vacancy { to, .. } => Some(to.as_str()),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_booking_of_an_account_of_before_holds_messages_to_whoever_has_the_entry_until_it_is_closed() {
    let (mut life, booking) = booked("2026-11-12T10:00:00Z");
    let former = life.state.person(&person("ana")).unwrap().slack.clone().unwrap();
    let replaces = Some(Former { slack: former, turn: Turn::Replaced });
    let slack = "U0NEW".parse().unwrap();
    life.happens(Event::PersonLinked { person: person("ana"), slack, proof: None, replaces });
    let pitched = |life: &Life| {
        life.sent
            .iter()
            .any(|(_, post)| post.key.to() == &person("ana") && matches!(post.key, PostKey::Touch(_)))
    };
    life.until(at("2026-12-02T12:00:00Z"));
    assert!(!pitched(&life), "that account had booked");
    // The plan is compared with one from nothing.
    life.happens(Event::BookingClosed { booking, by: person("priya"), met: false, note: None });
    life.until(at("2026-12-04T12:00:00Z"));
    assert!(pitched(&life));
}
