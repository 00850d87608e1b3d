//! A whole quarter of the sample organisation: who is written to, when, and what was foretold.

use std::collections::{BTreeMap, BTreeSet};

use canvass::domain::effect::{DeliveryKey, PostKey};
use canvass::domain::ids::{InitiativeId, PersonId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{World, canvass};

/// When the whole quarter, follow-ups included, lies behind.
const AFTER_EVERYTHING: &str = "2027-02-15T12:00:00Z";

/// A campaign message of the log: its recipient's handle and zone, when, and its opaque id.
#[derive(Debug)]
struct Sent {
    to: String,
    zone: TimeZone,
    at: Timestamp,
    id: String,
}

async fn campaign(world: &World) -> Vec<Sent> {
    let people = world.get("state").await["people"].as_array().unwrap().clone();
    let log = world.log().await;
    log.iter()
        .filter(|posting| posting["from_app"] == json!(true) && posting["is_ephemeral"] == json!(false))
        .map(|posting| {
            let person =
                people.iter().find(|person| person["id"] == posting["person"]).expect("a direct message");
            Sent {
                to: person["name"].as_str().unwrap().to_owned(),
                zone: TimeZone::get(person["tz"].as_str().unwrap()).unwrap(),
                at: posting["posted_at"].as_str().unwrap().parse().unwrap(),
                id: posting["metadata"]["event_payload"]["id"]
                    .as_str()
                    .expect("an id in the metadata")
                    .to_owned(),
            }
        })
        .collect()
}

/// What `canvass plan` foretells: opaque id to moment.
fn foretold(plan: &Value) -> BTreeMap<String, Timestamp> {
    let mut foretold = BTreeMap::new();
    for initiative in plan["initiatives"].as_array().unwrap() {
        for row in initiative["people"].as_array().unwrap() {
            for touch in row["touches"].as_array().unwrap() {
                let Some(planned) = touch["planned"].as_str() else { continue };
                let key = PostKey::Touch(DeliveryKey {
                    person: PersonId::parse(row["person"].as_str().unwrap()).unwrap(),
                    initiative: InitiativeId::parse(initiative["initiative"].as_str().unwrap()).unwrap(),
                    quarter: initiative["quarter"].as_str().unwrap().parse().unwrap(),
                    touch: serde_json::from_value(touch["touch"].clone()).unwrap(),
                    occurrence: serde_json::from_value(touch["occurrence"].clone()).unwrap(),
                });
                let at: jiff::Zoned = planned.parse().unwrap();
                foretold.insert(key.id().to_string(), at.timestamp());
            }
        }
    }
    foretold
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_goes_by_as_foretold_and_within_every_limit() {
    let world = World::sample().await;
    let plan = canvass().args(["plan", "--json", "--data"]).arg(world.data()).output().unwrap();
    assert!(plan.status.success(), "{}", String::from_utf8_lossy(&plan.stderr));
    let foretold = foretold(&serde_json::from_slice(&plan.stdout).unwrap());
    assert!(foretold.len() > 60, "the sample organisation is written to: {} messages", foretold.len());

    world.advance_to(AFTER_EVERYTHING).await;
    let sent = campaign(&world).await;
    let known: BTreeSet<&str> = sent.iter().map(|sent| sent.id.as_str()).collect();
    assert_eq!(known.len(), sent.len(), "nothing twice");

    let touches: BTreeMap<String, Timestamp> =
        sent.iter().filter(|sent| sent.to != "priya").map(|sent| (sent.id.clone(), sent.at)).collect();
    assert_eq!(touches, foretold, "what was foretold is what was sent, at that moment");

    for message in &sent {
        let local = message.zone.to_datetime(message.at);
        let weekday = local.weekday().to_monday_zero_offset();
        assert!(weekday < 5 && (9..17).contains(&local.hour()), "{} at {local}", message.to);
    }
    let mut by_person: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for message in sent.iter().filter(|sent| sent.to != "priya") {
        by_person.entry(&message.to).or_default().push(message.at);
    }
    for (person, times) in by_person {
        for pair in times.windows(2) {
            assert!(pair[1].duration_since(pair[0]) >= SignedDuration::from_hours(48), "{person}: {pair:?}");
        }
        for three in times.windows(3) {
            assert!(
                three[2].duration_since(three[0]) >= SignedDuration::from_hours(7 * 24),
                "{person}: {three:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_goes_to_one_person_alone() {
    let world = World::sample().await;
    world.advance_to("2026-12-12T12:00:00Z").await;
    for posting in world.log().await {
        let channel = posting["channel"].as_str().unwrap();
        assert!(channel.starts_with('D'), "{channel} is a direct message");
        assert_eq!(posting["visible_to"], posting["person"]);
    }
}
