//! A thousand messages that come due at once, against a workspace's limit.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use canvass::clock::monotonic;
use canvass::domain::event::Event;
use canvass::domain::ids::Seq;
use canvass::journal::{Records, open};
use serde_json::json;

use super::figure::Figures;
use super::organisation::{Organisation, Touches};
use crate::world::World;

const RATE: u32 = 50;
pub(super) const ORGANISATION: Organisation = Organisation {
    people: 1_000,
    initiatives: 1,
    touches: Touches::Pitch,
    one_zone: true,
    opens: jiff::civil::date(2026, 12, 14),
};

/// The organisation's workspace with the bot at work.
pub(super) async fn world(config: &Path) -> World {
    ORGANISATION.write(config);
    let rate = RATE.to_string();
    let mut world = World::at_rate(config, &rate).await;
    world.start_bot().await;
    world
}

/// Moves the calendar on until the messages are out; how long the moment took in which they were sent.
async fn send(world: &World) -> Duration {
    loop {
        let begun = monotonic();
        assert!(world.next_wake().await, "nothing was ever due");
        let took = begun.elapsed();
        if !world.log().await.is_empty() {
            return took;
        }
    }
}

/// How many people have how many messages.
pub(super) async fn counted(world: &World) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for (person, _) in world.sent().await {
        *counts.entry(person).or_default() += 1;
    }
    counts
}

/// How often the bot was told to wait.
fn limited(data: &Path) -> usize {
    let (_journal, reader) = open(data).unwrap();
    let mut limited = 0;
    reader
        .read(Seq::default(), &mut |record| {
            limited += usize::from(matches!(record.event, Event::PostDeferred { .. }));
        })
        .unwrap();
    limited
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_thousand_messages_against_a_limit_of_fifty_a_second() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut world = world(home.path()).await;
    let took = send(&world).await;
    let counts = counted(&world).await;
    assert_eq!(world.stop_bot(), Some(0));

    let own = Duration::from_secs(1) * u32::try_from(ORGANISATION.people).unwrap() / RATE;
    let mut figures = Figures::default();
    figures.within("1,000 messages against a limit of 50/s (20 s)", own * 102 / 100, took);
    figures.at_most("  limits met (HTTP 429)", 1, limited(&world.data()));
    assert_eq!((counts.len(), counts.values().sum::<usize>()), (ORGANISATION.people, ORGANISATION.people));
    figures.settle();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_thousand_messages_while_replies_are_lost() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let world = world(home.path()).await;
    let fault = json!({ "method": "chat.postMessage", "kind": "lose_reply", "probability": 0.02, "seed": 7 });
    world.post("faults", fault).await;
    send(&world).await;
    let lost = world.get("faults").await["counts"][0]["count"].as_u64().unwrap();
    world.post("faults/clear", json!({})).await;
    // What is in doubt is looked up two minutes after its deadline.
    for _ in 0..3 {
        world.next_wake().await;
    }

    let counts = counted(&world).await;
    let mut figures = Figures::default();
    figures.told("1,000 messages, replies lost after acceptance", &lost.to_string());
    assert!(lost >= 10, "the fault struck {lost} times");
    figures.at_most("  sent twice", 0, counts.values().filter(|count| **count > 1).count());
    figures.at_most("  missing", 0, ORGANISATION.people - counts.len());
    figures.settle();
}
