//! Somebody else decides, or is missing.

use super::*;
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::engagement::Stance;
use crate::domain::event::How;
use crate::domain::ids::TeamId;
use crate::domain::message::Value;

impl Office {
    /// Ana says that Noor decides instead of her, and Priya approaches Noor for Checkout. Returns the hint and what
    /// is said to Priya.
    fn approaches_noor(&mut self) -> (Seq, String) {
        let referral =
            self.hears(Said::Referral, Some(Referral { whom: Some(slack("noor")), decides: true }));
        let values = Values::from([
            ("audience".to_owned(), Value::Choice("engineering_manager".to_owned())),
            ("teams".to_owned(), Value::Ticks(vec!["checkout".to_owned()])),
            ("decides".to_owned(), Value::Ticks(vec!["yes".to_owned()])),
        ]);
        let modal = ModalKind::Approach { referral };
        let (_, reply) = self.does(&slack("priya"), Request::Submit { modal, values });
        self.program = self.program.with(&self.state);
        (referral, said(&reply).0)
    }

    /// What is said to Priya under the message that brought her the hint.
    fn relayed(&self, of: Seq) -> String {
        let relay = PostKey::Relay { of, to: person_id("priya") };
        let (program, state, seen) = (&self.program, &self.state, &self.seen);
        let relay = crate::message::compose(program, state, seen, &relay, &[], None, self.now).unwrap();
        relay.recorded.map(|recorded| recorded.plain()).unwrap_or_default()
    }

    fn unasked(&self) -> Vec<TeamId> {
        let initiative = self.program.initiative(&payments_id()).unwrap();
        let coverage = Coverage::of(&self.program, &self.state, &self.seen, initiative, self.now);
        let teams = coverage.gaps.into_iter().filter_map(|gap| match gap {
            Gap::Unasked { person, teams, .. } if person == person_id("noor") => Some(teams),
            _ => None,
        });
        teams.flatten().collect()
    }

    /// Noor answers for her own team.
    fn noor_plans_it(&mut self) {
        self.happens(Event::StanceTaken {
            person: person_id("noor"),
            initiative: payments_id(),
            teams: vec![team_id("partners")],
            quarter: "2027-Q1".parse().unwrap(),
            stance: Stance::Committed,
            how: How::Clicked,
        });
    }
}

#[test]
fn whoever_is_said_to_decide_is_approached_as_the_one_who_decides() {
    for decides in [true, false] {
        let mut office = Office::open();
        let referral = office.hears(Said::Referral, Some(Referral { whom: Some(slack("noor")), decides }));
        let (_, reply) = office.clicks("priya", None, Action::Approach { referral });
        let Reply::Open(modal) = reply else { panic!("{reply:?}") };
        let ticked =
            modal.fields.iter().any(|field| format!("{:?}", field.input).contains("initial: [\"yes\"]"));
        assert_eq!(ticked, decides);
    }
}

/// What ends the messages to somebody.
type End<'e> = &'e dyn Fn(&mut Office);

#[test]
fn whoever_gets_no_message_any_more_is_the_advocates_to_ask() {
    let talked = |office: &mut Office| {
        office.happens(Event::ConversationRecorded {
            person: person_id("noor"),
            initiative: payments_id(),
            quarter: "2027-Q1".parse().unwrap(),
            by: person_id("priya"),
            note: None,
        });
    };
    let stops = |office: &mut Office| {
        office.noor_plans_it();
        office.happens(Event::Stopped { person: person_id("noor"), initiative: None });
    };
    let ends: [(End<'_>, &str); 3] = [
        (&Office::noor_plans_it, "they have answered already"),
        (&talked, "a conversation with them is on record"),
        (&stops, "they want no messages about it"),
    ];
    for (ends, because) in ends {
        let mut office = Office::open();
        ends(&mut office);
        office.now += jiff::SignedDuration::from_hours(1);
        let (referral, says) = office.approaches_noor();
        assert!(
            says.starts_with(&format!("Noted, but {because}, so I write nothing more to Noor Aziz")),
            "{says}"
        );
        assert!(says.contains("talk to them about Checkout yourself"), "{says}");
        let relayed = office.relayed(referral);
        assert!(relayed.contains(because) && relayed.contains("talk to them about Checkout"), "{relayed}");
        assert_eq!(office.unasked(), [team_id("checkout")], "{because}");
        let gaps = office.commands("priya", "gaps payment-deadlines");
        assert!(gaps.contains("Noor Aziz was to be asked about Checkout"), "{gaps}");
        office.now += jiff::SignedDuration::from_hours(1);
        office.commands("priya", "met <@UNOOR> payment-deadlines");
        assert_eq!(office.unasked(), [], "{because}: Priya has asked");
    }
}

#[test]
fn whoever_gets_another_message_is_asked_in_that() {
    let mut office = Office::open();
    let (referral, says) = office.approaches_noor();
    assert!(says.starts_with("Done: Noor Aziz gets a first message of their own"), "{says}");
    assert_eq!(office.relayed(referral), "You decided to approach Noor Aziz, who is written to about it.");
    assert_eq!(office.unasked(), []);

    let mut office = Office::open();
    office.sends("noor", pitch("noor"), "1.0");
    let (_, says) = office.approaches_noor();
    assert!(says.ends_with("has had messages about “A time limit on payment calls” already; the next one names this part too."), "{says}");
}
