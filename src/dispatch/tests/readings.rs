//! How old what Slack said of somebody may be.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::house::House;
use super::world::{Says, person, receipt, start_of_test, touch};
use crate::clock::Hand;
use crate::dispatch::{Compose, Unsayable, World};
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::ids::TeamId;
use crate::domain::message::Message;
use crate::domain::state::State;

fn hours_ago(hours: i64) -> Timestamp {
    start_of_test() - SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn a_campaign_message_needs_a_reading_of_its_recipient_from_the_last_day() {
    for (age, asked) in [(None, 1), (Some(25), 1), (Some(24), 1), (Some(23), 0), (Some(0), 0), (Some(-2), 1)]
    {
        let house = House::new(&[touch("ana")]);
        if let Some(age) = age {
            house.directory.has_read(&person("ana"), hours_ago(age));
        }
        let mut process = house.start();
        process.runs_dry().await;
        assert_eq!(house.directory.asked(&person("ana")), asked, "read {age:?} hours ago");
        assert_eq!(house.slack.count(&touch("ana")), 1);
        process.stops().await.unwrap();
    }
}

#[tokio::test]
async fn nobody_waits_for_a_person_who_can_not_be_read() {
    let house = House::new(&[touch("ana"), touch("ben")]);
    house.directory.has_read(&person("ben"), start_of_test());
    *house.directory.failures.lock().unwrap() = usize::MAX;
    let process = house.start();
    house.slack.arrivals(1).await;
    house.directory.is_asked(&person("ana")).await;
    assert_eq!((house.slack.count(&touch("ana")), house.slack.count(&touch("ben"))), (0, 1));
    assert_eq!(house.directory.asked(&person("ben")), 0);
    process.stops().await.unwrap();
}

#[tokio::test]
async fn what_somebody_waits_for_goes_whatever_the_age_of_a_reading() {
    let house = House::new(&[receipt("ana")]);
    house.directory.has_read(&person("ana"), hours_ago(24 * 30));
    let mut process = house.start();
    process.runs_dry().await;
    assert_eq!((house.directory.asked(&person("ana")), house.slack.count(&receipt("ana"))), (0, 1));
    process.stops().await.unwrap();
}

/// The machine is suspended just when the first message has been written.
struct Suspended {
    hand: Hand,
    until: Timestamp,
}

impl Compose for Suspended {
    fn compose(
        &self,
        world: &World,
        state: &State,
        key: &PostKey,
        teams: &[TeamId],
        audience: Option<Audience>,
        now: Timestamp,
    ) -> Result<Message, Unsayable> {
        self.hand.set(self.until);
        Says.compose(world, state, key, teams, audience, now)
    }
}

#[tokio::test]
async fn an_intent_that_slept_before_its_call_is_judged_anew() {
    for (slept, records, asked) in [
        (SignedDuration::from_secs(20), &["post_intended", "post_sent"][..], 0),
        (SignedDuration::from_secs(40), &["post_intended", "post_deferred", "post_intended", "post_sent"], 0),
        (
            SignedDuration::from_hours(60),
            &["post_intended", "post_deferred", "post_intended", "post_sent"],
            1,
        ),
    ] {
        let mut house = House::new(&[touch("ana")]);
        house.directory.has_read(&person("ana"), start_of_test());
        house.compose = Arc::new(Suspended { hand: house.hand.clone(), until: start_of_test() + slept });
        let mut process = house.start();
        process.runs_dry().await;
        assert_eq!(house.disk.names(), records, "{slept}");
        assert_eq!(house.slack.count(&touch("ana")), 1, "{slept}");
        assert_eq!(house.directory.asked(&person("ana")), asked, "{slept}");
        process.stops().await.unwrap();
    }
}
