//! Two hundred people at once, while a campaign is being sent.

use std::time::Duration;

use canvass::clock::monotonic;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, interval_at};

use super::campaign::{ORGANISATION, counted, world};
use super::figure::{Figures, millis, percentile};
use crate::world::World;

const PEOPLE: usize = 200;
/// What each of them does, one after the other.
const DEEDS: usize = 12;
/// How often each of them does something: faster than anybody reads, and four hundred deeds a second in all.
const PACE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn two_hundred_people_while_a_campaign_is_sent() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let world = world(home.path()).await;
    let state = world.get("state").await;
    let of = |person: &Value, what: &str| person[what].as_str().unwrap().to_owned();
    let people = state["people"].as_array().unwrap().iter().take(PEOPLE);
    let (people, names): (Vec<String>, Vec<String>) =
        people.map(|person| (of(person, "id"), of(person, "name"))).unzip();
    let sending = async {
        while world.log().await.iter().filter(|posting| posting["from_app"] == json!(true)).count() == 0 {
            assert!(world.next_wake().await, "nothing was ever due");
        }
    };
    let talking = async {
        // Not before the campaign is under way.
        while world.log().await.is_empty() {
            let version = world.get("state").await["version"].as_u64().unwrap();
            world.get(&format!("changes?since={version}")).await;
        }
        let acts = people.iter().enumerate().map(|(place, person)| acts(&world, place, person));
        join_all(acts).await
    };
    let ((), times) = tokio::join!(sending, talking);
    let mut times: Vec<Duration> = times.into_iter().flatten().collect();
    assert_eq!(times.len(), PEOPLE * DEEDS);

    let mut figures = Figures::default();
    let p99 = percentile(&mut times, 99);
    figures.within("200 people at once during a campaign: ack, 99 of 100", Duration::from_millis(100), p99);
    figures.told("  half of them", &millis(percentile(&mut times, 50)));
    let counts = counted(&world).await;
    // Who snoozed before the message came to them gets it after the day they named.
    let snoozed = names.iter().skip(1).step_by(2).filter(|name| !counts.contains_key(*name)).count();
    assert!(ORGANISATION.people <= counts.len() + snoozed, "{} and {snoozed} snoozed", counts.len());
    figures.settle();
}

/// What one person does, and how long each of it took to be acknowledged. Every other one asks something
/// once: what is asked goes on to one advocate, who gets a message a second at the most.
async fn acts(world: &World, place: usize, person: &str) -> Vec<Duration> {
    let commands = ["help", "snooze 2027-01-11", "initiatives", "hours"];
    let mut times = Vec::new();
    // They begin one after the other, and none waits for another.
    let begins = Instant::from_std(monotonic())
        + PACE * u32::try_from(place).unwrap() / u32::try_from(PEOPLE).unwrap();
    let mut pace = interval_at(begins, PACE);
    for deed in 0..DEEDS {
        pace.tick().await;
        let done = if deed == 1 && place.is_multiple_of(2) {
            world.post("type", json!({ "as": person, "text": "What would it cost my team, please?" })).await
        } else {
            let text = commands[deed % commands.len()];
            world.post("command", json!({ "as": person, "command": "/canvass", "text": text })).await
        };
        times.push(taken(&done));
    }
    times
}

fn taken(done: &Value) -> Duration {
    let took = done["acked_in_ms"].as_u64();
    Duration::from_millis(took.unwrap_or_else(|| panic!("it was not acknowledged: {done}")))
}
