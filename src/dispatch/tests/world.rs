//! The people, keys and configuration of the tests.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::dispatch::{Compose, Unsayable, World};
use crate::domain::calendar::{Offset, PlanningCalendar};
use crate::domain::directory::{Address, Person};
use crate::domain::effect::{DeliveryKey, PostKey};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::Stage;
use crate::domain::hours::DaysOff;
use crate::domain::ids::{InitiativeId, PersonId, Seq, SlackUserId, TeamId};
use crate::domain::message::Message;
use crate::domain::program::{Approval, Cadence, ConfigDigest, Limits, Program};
use crate::domain::state::State;

pub(super) fn start_of_test() -> Timestamp {
    "2026-12-07T09:00:00Z".parse().unwrap()
}

pub(super) fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

pub(super) fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

pub(super) fn touch(to: &str) -> PostKey {
    PostKey::Touch(DeliveryKey {
        person: person(to),
        initiative: InitiativeId::parse("payment-deadlines").unwrap(),
        quarter: "2027-Q1".parse().unwrap(),
        touch: Touch::Pitch,
        occurrence: None,
    })
}

pub(super) fn receipt(to: &str) -> PostKey {
    PostKey::Receipt { of: Seq(1), to: person(to) }
}

pub(super) fn slack_id(person: &PersonId) -> SlackUserId {
    SlackUserId::parse(&format!("U{}", person.as_str().to_uppercase())).unwrap()
}

pub(super) fn program(people: &[&str]) -> Program {
    let people = people.iter().map(|id| Person {
        id: person(id),
        name: (*id).to_owned(),
        given_name: (*id).to_owned(),
        address: Address::Slack(slack_id(&person(id))),
        was: Vec::new(),
        audiences: [Audience::Product].into(),
        teams: Default::default(),
        reports_to: None,
        zone: None,
        hours: None,
        days_off: DaysOff::default(),
    });
    Program {
        digest: ConfigDigest("test".to_owned()),
        command: "/canvass".to_owned(),
        bot_name: "Canvass".to_owned(),
        calendar: PlanningCalendar {
            zone: TimeZone::UTC,
            fiscal_start: 1,
            opens: Offset::default(),
            freezes: Offset::default(),
            explicit: Default::default(),
            holidays: Default::default(),
        },
        cadence: Cadence::default(),
        limits: Limits {
            hours: "Mon-Fri 09:00-17:00".parse().unwrap(),
            per_week: 2,
            gap: minutes(60),
            asks: 3,
            burst_per_hour: 100,
            capacity_share: 0.2,
        },
        teams: Default::default(),
        people: people.map(|person| (person.id.clone(), person)).collect(),
        admins: Default::default(),
        recognition: Default::default(),
        laid_over: Default::default(),
        initiatives: Vec::new(),
        hours: Default::default(),
        stale_after_days: 90,
        digests: None,
        approval: Approval::default(),
        words_expire: Some(4),
        stage: Stage::All,
        templates: Default::default(),
    }
}

/// Says how much the state knows; nothing to people whom the program calls `mute`.
pub(super) struct Says;

impl Compose for Says {
    fn compose(
        &self,
        world: &World,
        state: &State,
        key: &PostKey,
        _: &[TeamId],
        _: Option<Audience>,
        _: Timestamp,
    ) -> Result<Message, Unsayable> {
        let name = world.program.people.get(key.to()).map(|person| person.name.as_str());
        if name == Some("mute") {
            return Err(Unsayable("no sentence".to_owned()));
        }
        Ok(Message::line(format!("as of {}", state.head)))
    }
}
