//! What in a host's calendar isn't understood is read by that host alone.

use super::*;
use crate::domain::doubt::{Doubt, Why};
use crate::domain::observation::Busy;
use crate::domain::stretch::Stretch;

impl Office {
    /// The calendar of `who` has been read.
    fn reads_calendar(&mut self, who: &str, doubts: Vec<Doubt>) {
        let over = Stretch::of_minutes(self.now, 60);
        let busy = Busy { as_of: self.now, over, stretches: Vec::new(), doubts, failing: None };
        self.seen.busy.insert(person_id(who), busy);
    }
}

#[test]
fn a_host_reads_which_events_are_not_understood_and_what_is_made_of_them() {
    let mut office = Office::open();
    let doubts = vec![Doubt::new("Dentist", Why::Zone), Doubt::new("Team lunch", Why::Rule)];
    office.reads_calendar("priya", doubts);
    let told = "I can't read everything in your calendar, so I don't offer any time that these might take: \
                Dentist (its time zone is unknown); Team lunch (how it repeats can't be read).";
    assert!(office.commands("priya", "bookings").contains(told));
    assert!(!office.commands("ana", "bookings").contains("Dentist"));
    assert!(!office.home("ana").contains("Dentist"));
}

#[test]
fn many_are_counted_and_none_are_not_mentioned() {
    let mut office = Office::open();
    office.reads_calendar(
        "priya",
        (1..=7).map(|number| Doubt::new(&format!("Event {number}"), Why::End)).collect(),
    );
    let told = office.commands("priya", "bookings");
    assert!(told.contains("Event 5 (its end can't be read); and 2 more."), "{told}");
    office.reads_calendar("priya", Vec::new());
    assert!(!office.commands("priya", "bookings").contains("calendar, so I don't offer"));
}
