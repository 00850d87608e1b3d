//! Notes about somebody reach the advocates for whom they were written, and nobody else.

use super::*;
use crate::domain::booking::{Subject, Via};
use crate::domain::state::pseudonym;

const COVERAGE: &str = "coverage payment-deadlines";

impl Office {
    /// Ana and Priya talked at a time that Ana had booked, and Priya says what came of it.
    fn closes(&mut self, note: &str) {
        let (guest, host, starts) = (person_id("ana"), person_id("priya"), self.now);
        let subject = Some(Subject { initiative: payments_id(), quarter: "2027-Q1".parse().unwrap() });
        let (topic, via) = (None, Via::Slack);
        let booked =
            Event::SlotBooked { guest: guest.clone(), host, starts, minutes: 30, subject, topic, via };
        let booking = self.happens(booked);
        let (by, note) = (person_id("priya"), Some(Personal::new(guest, note)));
        self.happens(Event::BookingClosed { booking, by, met: true, note });
    }
}

#[test]
fn the_latest_notes_about_somebody_stand_where_their_stance_does() {
    let mut office = Office::open();
    office.commands("priya", "note <@UANA> payment-deadlines Ask again in March.");
    office.commands("priya", "met <@UANA> payment-deadlines considering Wants a smaller step.");
    let coverage = office.commands("priya", COVERAGE);
    for note in ["Ask again in March.", "Wants a smaller step."] {
        let line = format!("Ana Souza: “{note}” (Priya Raman, 7 December)");
        assert!(coverage.contains(&line), "{line} in {coverage}");
    }
    office.closes("Three days would do.");
    for shown in [office.commands("priya", COVERAGE), office.home("priya")] {
        assert!(shown.contains("“Three days would do.”") && shown.contains("smaller step"), "{shown}");
        assert!(!shown.contains("Ask again"), "the latest two: {shown}");
    }
}

#[test]
fn a_note_is_read_by_the_advocates_of_what_it_is_about_and_never_by_whom_it_is_about() {
    let mut office = Office::open();
    office.proposes_another();
    office.program.admins.insert(person_id("carla"));
    office.commands("priya", "note <@UANA> payment-deadlines Ask again in March.");
    office.commands("priya", "note <@UCARLA> She hates calls.");
    office.commands("priya", "note Remember the audit.");
    let read = |office: &mut Office, who: &str| {
        let shown = office.commands(who, COVERAGE) + &office.commands(who, "coverage restore-drills");
        shown + &office.home(who)
    };
    for (who, notes) in [
        ("priya", [true, true, true]),
        ("sam", [false, true, true]),
        ("carla", [true, false, true]),
        ("ben", [false, false, false]),
        ("ana", [false, false, false]),
    ] {
        let shown = read(&mut office, who);
        let found = ["Ask again", "hates calls", "the audit"].map(|note| shown.contains(note));
        assert_eq!(found, notes, "{who}: {shown}");
    }
}

#[test]
fn a_note_about_somebody_who_is_no_stakeholder_is_shown_all_the_same() {
    let mut office = Office::open();
    office.proposes_another();
    // Nothing is asked of Noor any more.
    office.program.people.get_mut(&person_id("noor")).unwrap().teams.clear();
    office.commands("priya", "note <@UNOOR> Knows the provider well.");
    office.commands("priya", "note <@UNOOR> payment-deadlines Built the first version.");
    let shown = office.commands("priya", COVERAGE) + &office.home("priya");
    for note in ["Knows the provider well.", "Built the first version."] {
        assert_eq!(shown.matches(note).count(), 2, "{note} in {shown}");
    }
    let other = office.commands("sam", "coverage restore-drills");
    assert!(other.contains("provider well") && !other.contains("first version"), "{other}");
    assert!(!office.commands("noor", COVERAGE).contains("provider well"));
}

#[test]
fn notes_end_with_whoever_they_are_about_and_with_their_time() {
    let noted = || {
        let mut office = Office::open();
        office.commands("priya", "met <@UANA> payment-deadlines considering Wants a smaller step.");
        office.closes("Three days would do.");
        office
    };
    let forgotten = Event::PersonForgotten {
        person: person_id("ana"),
        was: Vec::new(),
        pseudonym: pseudonym("7f3a90b1").unwrap(),
        marks: Vec::new(),
        keys: Vec::new(),
    };
    let before = monday() + jiff::SignedDuration::from_secs(1);
    let expired = Event::WordsExpired { before, unanswerable: Default::default(), keys: Vec::new() };
    for end in [forgotten, expired] {
        let mut office = noted();
        assert_eq!(office.state.notes.len(), 2);
        office.happens(end);
        assert!(office.state.notes.values().all(|note| note.text == Personal::Forgotten));
        assert!(!office.commands("priya", COVERAGE).contains("notes by advocates"));
    }
}
