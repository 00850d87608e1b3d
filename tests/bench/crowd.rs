//! Two hundred people at once, while a campaign is being sent.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::campaign::{ORGANISATION, counted, world};
use super::figure::{Figures, millis, percentile};
use crate::world::World;

const PEOPLE: usize = 200;
/// What each of them does, one after the other.
const DEEDS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn two_hundred_people_while_a_campaign_is_sent() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let world = world(home.path()).await;
    let people: Vec<String> = world.get("state").await["people"]
        .as_array()
        .unwrap()
        .iter()
        .take(PEOPLE)
        .map(|person| person["id"].as_str().unwrap().to_owned())
        .collect();
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
        join_all(people.iter().map(|person| acts(&world, person))).await
    };
    let ((), times) = tokio::join!(sending, talking);
    let mut times: Vec<Duration> = times.into_iter().flatten().collect();
    assert_eq!(times.len(), PEOPLE * DEEDS);

    let mut figures = Figures::default();
    let p99 = percentile(&mut times, 99);
    figures.within("200 people at once during a campaign: ack, 99 of 100", Duration::from_millis(100), p99);
    figures.told("  half of them", &millis(percentile(&mut times, 50)));
    let counts = counted(&world).await;
    assert!(ORGANISATION.people <= counts.len() && counts.values().all(|count| *count >= 1));
    figures.settle();
}

/// Commands and typed messages of one person; how long each took to be acknowledged.
async fn acts(world: &World, person: &str) -> Vec<Duration> {
    let mut times = Vec::new();
    for deed in 0..DEEDS {
        let done = if deed % 2 == 0 {
            world.post("command", json!({ "as": person, "command": "/canvass", "text": "help" })).await
        } else {
            world.post("type", json!({ "as": person, "text": format!("Question {deed}, please?") })).await
        };
        times.push(taken(&done));
    }
    times
}

fn taken(done: &Value) -> Duration {
    let took = done["acked_in_ms"].as_u64();
    Duration::from_millis(took.unwrap_or_else(|| panic!("it was not acknowledged: {done}")))
}
