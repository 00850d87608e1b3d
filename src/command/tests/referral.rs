//! Somebody else decides, or is missing.

use super::*;
use crate::domain::coverage::{Coverage, Gap};
use crate::domain::engagement::{Audience, Stance};
use crate::domain::event::How;
use crate::domain::ids::TeamId;
use crate::domain::message::Value;
use crate::domain::survey::{Argued, Standings};

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

#[test]
fn whoever_is_relieved_is_asked_nothing_any_more_and_still_reads_who_sees_their_answers() {
    let mut office = Office::open();
    let post = office.sends("ana", pitch("ana"), "1.0");
    let asks = |office: &Office| {
        let teams = [team_id("checkout")];
        let (program, state, seen) = (&office.program, &office.state, &office.seen);
        crate::message::compose(
            program,
            state,
            seen,
            &pitch("ana"),
            &teams,
            Some(Audience::Product),
            office.now,
        )
        .unwrap()
    };
    assert!(!asks(&office).buttons.is_empty());
    let referral = office.hears(Said::Referral, Some(Referral { whom: Some(slack("noor")), decides: true }));
    assert!(!asks(&office).buttons.is_empty(), "nobody has decided about the hint");
    let values = Values::from([
        ("audience".to_owned(), Value::Choice("engineering_manager".to_owned())),
        ("teams".to_owned(), Value::Ticks(vec!["checkout".to_owned()])),
        ("decides".to_owned(), Value::Ticks(vec!["yes".to_owned()])),
    ]);
    office.state.outdated.clear();
    office.does(&slack("priya"), Request::Submit { modal: ModalKind::Approach { referral }, values });
    office.program = office.program.with(&office.state);
    assert!(office.state.outdated.contains(&post), "her message is brought up to date");
    let closed = asks(&office);
    let says = closed.recorded.clone().unwrap().plain();
    assert!(says.starts_with("You said that someone else decides; Priya asks them instead."), "{says}");
    assert!(closed.buttons.is_empty(), "{:?}", closed.buttons);
    let page = office.home("ana");
    assert!(
        page.contains("someone else decides; Priya asks them instead") && !page.contains("Put in our plan"),
        "{page}"
    );
    assert!(page.contains("Your answers are seen by Priya Raman"), "{page}");
    assert!(page.contains("your time, with Priya Raman"), "{page}");
}

#[test]
fn whoever_is_relieved_is_still_one_of_the_team() {
    let mut office = Office::open();
    office.program.people.remove(&person_id("mia"));
    let nobody = |office: &Office| {
        let initiative = office.program.initiative(&payments_id()).unwrap();
        let coverage = Coverage::of(&office.program, &office.state, &office.seen, initiative, office.now);
        let argued = Argued::of(&office.program);
        let (program, state, seen) = (&office.program, &office.state, &office.seen);
        let standings = Standings::of(program, state, seen, &argued, |_| true, office.now);
        let of_survey = standings.survey(program, |_| true, 0).gaps[0].clone();
        let gaps = coverage.gaps.into_iter().chain(of_survey).filter_map(|gap| match gap {
            Gap::NobodyInAudience { team, audience } if team == team_id("checkout") => Some(audience),
            _ => None,
        });
        gaps.collect::<Vec<_>>()
    };
    assert_eq!(nobody(&office), []);
    office.approaches_noor();
    assert_eq!(nobody(&office), [], "Ana is still its product manager");
}

#[test]
fn an_account_that_is_not_believed_to_be_somebodys_is_nobody_elses_and_the_advocate_hears_of_it() {
    let mut office = Office::open();
    office.state = State::default();
    let priya = Event::PersonLinked {
        person: person_id("priya"),
        slack: slack("priya"),
        proof: None,
        replaces: None,
    };
    office.happens(priya);
    let because = crate::domain::account::Disbelief::Guest;
    office.happens(Event::AccountRefused { person: person_id("noor"), because, lost: None });
    office.seen.unbelieved.insert(slack("noor"), person_id("noor"));
    let (referral, says) = office.approaches_noor();
    assert!(
        says.starts_with(
            "Done, but as things stand Noor Aziz gets no message about it from me. The Slack account with"
        ),
        "{says}"
    );
    let approached: Vec<&PersonId> = office.state.approached.keys().map(|(_, person)| person).collect();
    assert_eq!(approached, [&person_id("noor")], "no second entry for her");
    assert!(referral < office.state.head);
}

#[test]
fn the_form_knows_whom_the_directory_knows() {
    let mut office = Office::open();
    let fields = |office: &mut Office, whom: &str| {
        let whom = Some(SlackUserId::parse(whom).unwrap());
        let referral = office.hears(Said::Referral, Some(Referral { whom, decides: true }));
        let (_, reply) = office.clicks("priya", None, Action::Approach { referral });
        let Reply::Open(modal) = reply else { panic!("{reply:?}") };
        format!("{:?}", modal.fields)
    };
    let known = fields(&mut office, "UNOOR");
    assert!(known.contains("initial: Some(\"engineering_manager\")"), "{known}");
    assert!(known.contains("initial: [\"partners\"]") && !known.contains("What are they called?"), "{known}");
    let unknown = fields(&mut office, "U0STRANGER");
    assert!(unknown.contains("What are they called?"), "{unknown}");
    assert!(unknown.contains("initial: [\"checkout\"]"), "Ana's own part: {unknown}");
}

#[test]
fn nobody_is_asked_to_plan_it_in_a_role_that_is_not_and_nobody_names_themselves() {
    let mut office = Office::open();
    let whom = Some(slack("dev"));
    let referral = office.hears(Said::Referral, Some(Referral { whom, decides: true }));
    let (_, reply) = office.clicks("priya", None, Action::Approach { referral });
    let fields = format!("{reply:?}");
    assert!(fields.contains("initial: Some(\"product\")"), "what Ana was asked: {fields}");
    let values = |role: &str| {
        Values::from([
            ("audience".to_owned(), Value::Choice(role.to_owned())),
            ("teams".to_owned(), Value::Ticks(vec!["checkout".to_owned()])),
            ("decides".to_owned(), Value::Ticks(vec!["yes".to_owned()])),
        ])
    };
    let modal = ModalKind::Approach { referral };
    let (events, reply) =
        office.does(&slack("priya"), Request::Submit { modal: modal.clone(), values: values("engineer") });
    assert!(events.is_empty() && format!("{reply:?}").contains("is asked to plan it"), "{reply:?}");
    let (events, _) = office.does(&slack("priya"), Request::Submit { modal, values: values("product") });
    assert!(matches!(events.as_slice(), [Event::Approached { .. }]), "{events:?}");

    let post = office.sends("ana", pitch("ana"), "1.0");
    let modal = ModalKind::SomeoneElse { post };
    let values = Values::from([("who".to_owned(), Value::Person(slack("ana")))]);
    let (events, reply) = office.does(&slack("ana"), Request::Submit { modal, values });
    assert!(events.is_empty() && format!("{reply:?}").contains("That's you."), "{reply:?}");
}

#[test]
fn a_heads_up_that_was_given_up_leaves_nobody_out_and_what_asks_does() {
    let missed = |touch: Touch| {
        let mut office = Office::open();
        let PostKey::Touch(delivery) = pitch("noor") else { panic!("a touch") };
        office.happens(Event::PostMissed { key: PostKey::Touch(DeliveryKey { touch, ..delivery }) });
        let initiative = office.program.initiative(&payments_id()).unwrap();
        let coverage = Coverage::of(&office.program, &office.state, &office.seen, initiative, office.now);
        coverage.gaps.iter().any(|gap| matches!(gap, Gap::Missed { .. }))
    };
    assert!(!missed(Touch::HeadsUp), "the pitch is still to come");
    assert!(missed(Touch::Pitch));
}
