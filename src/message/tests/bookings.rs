//! Bookings, as both of their sides read of them.

use super::*;
use crate::domain::booking::{Ahead, By, Subject, Via, Word};
use crate::domain::message::Attachment;

const TOPIC: &str = "Retries; flags, and \\ who pages?\nAnd: büro — 会議";

fn booked() -> Story {
    Story::new().then(
        "2026-12-07T10:00:00Z",
        Event::SlotBooked {
            guest: person_id("ana"),
            host: person_id("priya"),
            starts: at("2026-12-15T15:00:00Z"),
            minutes: 30,
            subject: Some(Subject { initiative: payments_id(), quarter: "2027-Q1".parse().unwrap() }),
            topic: Some(Personal::new(person_id("ana"), TOPIC)),
            via: Via::Slack,
        },
    )
}

fn moved(story: Story, by: By) -> Story {
    let (host, starts) = (person_id("priya"), at("2026-12-17T16:30:00Z"));
    let event = Event::BookingMoved { booking: Seq(1), host, starts, minutes: 30, by, via: None };
    story.then("2026-12-08T10:00:00Z", event)
}

fn cancelled(story: Story, by: By) -> Story {
    story.then("2026-12-09T10:00:00Z", Event::BookingCancelled { booking: Seq(1), by })
}

fn closed(story: Story, met: bool) -> Story {
    let event = Event::BookingClosed { booking: Seq(1), by: person_id("priya"), met, note: None };
    story.then("2026-12-17T17:30:00Z", event)
}

fn by(id: &str) -> By {
    By::Person(person_id(id))
}

fn word(to: &str, word: Word) -> PostKey {
    PostKey::Booking { of: Seq(1), to: person_id(to), word }
}

fn told(since: u64) -> Word {
    Word::Told { since: Seq(since) }
}

#[test]
fn a_booking_reads_from_both_sides_as_it_stands() {
    let day = Word::Reminder { since: Seq(1), ahead: Ahead::Day };
    let minutes = Word::Reminder { since: Seq(1), ahead: Ahead::Minutes };
    let page = Story::new().then(
        "2026-12-07T10:00:00Z",
        Event::SlotBooked {
            guest: person_id("ana"),
            host: person_id("priya"),
            starts: at("2026-12-15T15:00:00Z"),
            minutes: 30,
            subject: None,
            topic: None,
            via: Via::Page { provider: crate::domain::booking::Provider::CalCom, id: "x".into() },
        },
    );
    let handed = || {
        let (host, starts) = (person_id("ben"), at("2026-12-15T15:00:00Z"));
        let event =
            Event::BookingMoved { booking: Seq(1), host, starts, minutes: 30, by: by("priya"), via: None };
        booked().then("2026-12-08T10:00:00Z", event)
    };
    let later = handed().then(
        "2026-12-09T10:00:00Z",
        Event::BookingMoved {
            booking: Seq(1),
            host: person_id("ben"),
            starts: at("2026-12-17T15:00:00Z"),
            minutes: 30,
            by: by("ana"),
            via: None,
        },
    );
    let shown = [
        ("booked", booked(), told(1), "2026-12-07T10:00:00Z", vec!["ana", "priya"]),
        ("booked on a page", page, told(1), "2026-12-07T10:00:00Z", vec!["ana", "priya"]),
        ("booked, and moved since", moved(booked(), by("ana")), told(1), "2026-12-08T11:00:00Z", vec!["ana"]),
        (
            "moved by the guest",
            moved(booked(), by("ana")),
            told(2),
            "2026-12-08T11:00:00Z",
            vec!["ana", "priya"],
        ),
        (
            "moved in the host's calendar",
            moved(booked(), By::Calendar),
            told(2),
            "2026-12-08T11:00:00Z",
            vec!["ana", "priya"],
        ),
        ("handed on", handed(), told(2), "2026-12-08T11:00:00Z", vec!["ana", "priya", "ben"]),
        ("booked, and handed on since", handed(), told(1), "2026-12-08T11:00:00Z", vec!["ana", "priya"]),
        ("handed on, and moved since", later, told(2), "2026-12-09T11:00:00Z", vec!["ana", "priya", "ben"]),
        (
            "cancelled by the host",
            cancelled(booked(), by("priya")),
            told(2),
            "2026-12-09T11:00:00Z",
            vec!["ana", "priya"],
        ),
        ("a day before", booked(), day, "2026-12-14T15:00:00Z", vec!["ana", "priya"]),
        ("ten minutes before", booked(), minutes, "2026-12-15T14:50:00Z", vec!["ana", "priya"]),
        (
            "reminded, and cancelled since",
            cancelled(booked(), by("ana")),
            day,
            "2026-12-14T15:00:00Z",
            vec!["priya"],
        ),
        ("afterwards", booked(), Word::Aftermath, "2026-12-15T15:31:00Z", vec!["priya"]),
        ("they met", closed(booked(), true), Word::Aftermath, "2026-12-17T18:00:00Z", vec!["priya"]),
        ("nobody came", closed(booked(), false), Word::Aftermath, "2026-12-17T18:00:00Z", vec!["priya"]),
    ];
    let program = program();
    let mut all = String::new();
    for (title, story, kind, now, readers) in shown {
        for reader in readers {
            let message = composed(&program, &story, &word(reader, kind), now);
            all.push_str(&format!(
                "━━━ {title}, to {reader}: {}\n\n{}\n",
                message.notification,
                to_text(&message)
            ));
        }
    }
    insta::assert_snapshot!("bookings", all);
}

fn invitation(story: &Story, to: &str, since: u64) -> Attachment {
    let key = word(to, Word::Invitation { since: Seq(since) });
    composed(&program(), story, &key, "2026-12-09T11:00:00Z").attachment.unwrap()
}

/// The content lines, unfolded (RFC 5545, 3.1).
fn lines(of: &Attachment) -> Vec<String> {
    of.content.replace("\r\n ", "").lines().map(str::to_owned).collect()
}

#[test]
fn an_invitation_keeps_its_name_counts_its_changes_and_is_taken_back() {
    let check = |story: &Story, to: &str, since: u64, expected: [&str; 5]| {
        let lines = lines(&invitation(story, to, since));
        for line in expected {
            assert!(lines.iter().any(|found| found == line), "{line} is not in {lines:#?}");
        }
        lines.into_iter().find(|line| line.starts_with("UID:")).unwrap()
    };
    let first = [
        "METHOD:REQUEST",
        "SEQUENCE:0",
        "DTSTART:20261215T150000Z",
        "DTEND:20261215T153000Z",
        "STATUS:CONFIRMED",
    ];
    let second = [
        "METHOD:REQUEST",
        "SEQUENCE:1",
        "DTSTART:20261217T163000Z",
        "DTEND:20261217T170000Z",
        "STATUS:CONFIRMED",
    ];
    let last = [
        "METHOD:CANCEL",
        "SEQUENCE:2",
        "DTSTART:20261217T163000Z",
        "DTSTAMP:20261209T100000Z",
        "STATUS:CANCELLED",
    ];
    let story = cancelled(moved(booked(), by("ana")), by("ana"));
    for to in ["ana", "priya"] {
        let uids = [check(&booked(), to, 1, first), check(&story, to, 2, second), check(&story, to, 3, last)];
        assert!(uids.iter().all(|uid| *uid == uids[0]), "{uids:?}");
    }
}

#[test]
fn whoever_handed_a_booking_on_gets_theirs_taken_back() {
    let (host, starts) = (person_id("ben"), at("2026-12-15T15:00:00Z"));
    let event =
        Event::BookingMoved { booking: Seq(1), host, starts, minutes: 30, by: by("priya"), via: None };
    let story = booked().then("2026-12-08T10:00:00Z", event);
    let method =
        |to: &str| lines(&invitation(&story, to, 2)).into_iter().find(|line| line.starts_with("METHOD:"));
    assert_eq!(method("priya").unwrap(), "METHOD:CANCEL");
    assert_eq!(method("ben").unwrap(), "METHOD:REQUEST");
    assert_eq!(method("ana").unwrap(), "METHOD:REQUEST");
}

#[test]
fn only_what_is_kept_in_a_calendar_asks_its_server_to_write_to_nobody() {
    let state = booked().state();
    let entry = calendar_entry(&program(), &Observations::default(), &state.bookings[&Seq(1)]).unwrap();
    let entry = entry.replace("\r\n ", "");
    let parties = |text: &str| {
        let named = text.lines().filter(|line| line.starts_with("ORGANIZER") || line.starts_with("ATTENDEE"));
        named.map(|line| line.contains(";SCHEDULE-AGENT=CLIENT")).collect::<Vec<_>>()
    };
    assert_eq!(parties(&entry), [true, true, true], "{entry}");
    let sent = invitation(&booked(), "ana", 1).content.replace("\r\n ", "");
    assert_eq!(parties(&sent), [false, false, false], "RFC 6638, 7.1: {sent}");
}

#[test]
fn what_a_guest_wrote_cannot_add_lines_to_an_invitation() {
    let text = invitation(&booked(), "ana", 1).content;
    let read: icalendar::Calendar = text.parse().unwrap();
    let [icalendar::CalendarComponent::Event(event)] = read.components.as_slice() else {
        panic!("one event: {text}")
    };
    use icalendar::Component;
    assert_eq!(event.get_description(), Some(TOPIC));
    assert!(text.lines().all(|line| line.trim_end_matches('\r').len() <= 75), "lines are folded: {text}");
}

#[test]
fn no_control_character_of_anybodys_text_reaches_an_invitation() {
    let mut program = program();
    let hostile = "Ana\r\nATTENDEE:mailto:x@example.com\0\u{1b}\u{202e}";
    program.people.get_mut(&person_id("ana")).unwrap().name = hostile.to_owned();
    program.initiatives[0].title = hostile.to_owned();
    let mut story = booked();
    let wrote = "one\rtwo\0\r\nEND:VCALENDAR";
    for record in &mut story.records {
        if let Event::SlotBooked { topic, .. } = &mut record.event {
            *topic = Some(Personal::new(person_id("ana"), wrote));
        }
    }
    let key = word("priya", Word::Invitation { since: Seq(1) });
    let sent = composed(&program, &story, &key, "2026-12-09T11:00:00Z").attachment.unwrap().content;
    let feed = feed(&program, &story.state(), &person_id("priya"), at("2026-12-09T11:00:00Z"));
    for text in [sent, feed] {
        let plain = text.replace("\r\n", "\n");
        let control = |letter: &char| letter.is_control() && *letter != '\n';
        assert_eq!(plain.chars().find(control), None, "{text:?}");
        assert!(!plain.contains('\u{202e}'));
        let attendees =
            plain.lines().filter(|line| line.starts_with("ATTENDEE:") || line.starts_with("END:VCALENDAR"));
        assert_eq!(attendees.count(), 1, "the calendar's own end alone: {text}");
    }
}

#[test]
fn whoever_waits_is_told_that_a_time_is_free() {
    let subject = Some(Subject { initiative: payments_id(), quarter: "2027-Q1".parse().unwrap() });
    let joins = Event::WaitJoined { person: person_id("ana"), subject, host: None };
    let story = Story::new().then("2026-12-07T10:00:00Z", joins);
    let key = PostKey::Vacancy { of: Seq(1), to: person_id("ana") };
    let message = composed(&program(), &story, &key, MONDAY);
    assert_eq!(labels(&message.buttons), ["Book a time", "No longer needed"]);
    assert!(message.notification.contains("is free"), "{}", message.notification);
}

#[test]
fn a_wait_that_has_ended_is_told_as_one_and_people_who_wait_are_counted_once() {
    let subject = || Some(Subject { initiative: payments_id(), quarter: "2027-Q1".parse().unwrap() });
    let joins = |who: &str, host: Option<&str>| Event::WaitJoined {
        person: person_id(who),
        subject: subject(),
        host: host.map(person_id),
    };
    let story = Story::new().then(MONDAY, joins("ana", None)).then(MONDAY, joins("ana", Some("priya")));
    let taken = PostKey::Notice {
        to: person_id("priya"),
        notice: Notice::HoursTaken {
            initiative: payments_id(),
            quarter: "2027-Q1".parse().unwrap(),
            since: Seq(1),
        },
    };
    let warned = |story: &Story| crate::message::to_text(&composed(&program(), story, &taken, MONDAY));
    assert!(warned(&story).contains("One person waits for a time."), "{}", warned(&story));
    let known = |story: &Story| {
        let (program, seen) = (program(), Observations::default());
        let ana = &program.people[&person_id("ana")];
        let modal = crate::message::known_about(&program, &story.state(), &seen, ana, at(MONDAY));
        let text = crate::message::modal_to_text(&modal);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(known(&story).matches("You wait for office hours").count(), 2);
    let told = story.posted(MONDAY, PostKey::Vacancy { of: Seq(1), to: person_id("ana") });
    let told = told.posted(MONDAY, PostKey::Vacancy { of: Seq(2), to: person_id("ana") });
    assert!(!warned(&told).contains("waits for a time"), "{}", warned(&told));
    assert_eq!(known(&told).matches("You wait for office hours").count(), 0, "{}", known(&told));
    assert_eq!(known(&told).matches("You waited for office hours").count(), 2);
}
