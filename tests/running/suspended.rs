//! A machine that was suspended notices nothing of it; what people typed meanwhile is looked for.

use std::time::Duration;

use canvass::clock::monotonic;
use rustix::process::Signal;
use serde_json::json;

use crate::world::{Transport, World};

/// A silence as long as this counts as an outage.
const OUTAGE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_while_the_machine_was_suspended_is_found_and_taken_once() {
    let world = World::over(Transport::Socket).await;
    world.advance_to("2026-12-03T14:34:00Z").await;
    let dev = world.person("dev").await.id;
    world.bot().signal(Signal::STOP);
    let suspended = monotonic();
    // Slack gave up delivering it before the machine woke.
    world.post("type", json!({ "as": dev, "text": "Does it cover refunds?", "lost": true })).await;
    while monotonic().duration_since(suspended) <= OUTAGE {
        // Answers at the next change, or after a while.
        let version = world.get("state").await["version"].as_u64().unwrap();
        world.get(&format!("changes?since={version}")).await;
    }
    world.bot().signal(Signal::CONT);
    world.person("priya").await.reads("Does it cover refunds?").await;
    world.advance_to("2026-12-04T18:00:00Z").await;
    let told =
        world.sent().await.into_iter().filter(|(who, text)| {
            who == "priya" && text.contains("refunds?") && !text.contains("still waits")
        });
    assert_eq!(told.count(), 1);
}
