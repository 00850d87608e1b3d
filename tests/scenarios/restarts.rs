//! Killing and starting again, on either side of the wire.

use std::collections::BTreeSet;

use serde_json::json;

use crate::world::World;

async fn ids(world: &World) -> Vec<String> {
    let log = world.log().await;
    log.iter()
        .filter_map(|posting| posting["metadata"]["event_payload"]["id"].as_str())
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_acceptance_is_looked_up_and_not_sent_again() {
    let world = World::sample().await;
    world.post("faults", json!({ "method": "chat.postMessage", "kind": "lose_reply", "times": 5 })).await;
    world.advance_to("2026-11-20T18:00:00Z").await;
    let ids = ids(&world).await;
    assert!(ids.len() > 10);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "none twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_can_be_killed_and_go_on_where_they_were() {
    let mut world = World::sample().await;
    world.advance_to("2026-11-17T12:00:00Z").await;
    let before = ids(&world).await;
    world.kill_bot();
    world.restart_workspace();
    assert_eq!(ids(&world).await, before, "the workspace keeps its messages");
    world.start_bot().await;
    assert_eq!(ids(&world).await, before, "nothing is repeated");
    world.advance_to("2026-11-20T18:00:00Z").await;
    let after = ids(&world).await;
    assert!(after.len() > before.len());
    assert_eq!(after.iter().collect::<BTreeSet<_>>().len(), after.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_during_a_long_outage_is_found_and_taken_once() {
    let mut world = World::sample().await;
    // The last record is hours old, so Slack may have dropped what was typed since.
    world.advance_to("2026-12-03T14:34:00Z").await;
    world.kill_bot();
    let dev = world.person("dev").await;
    let pitch = dev.messages().await.last().unwrap()["ts"].clone();
    let dev = dev.id;
    let typed = |text: &str, thread: &serde_json::Value| json!({ "as": dev, "text": text, "thread_ts": thread, "lost": true });
    world.post("type", typed("Does it cover refunds?", &json!(null))).await;
    world.post("type", typed("And gift cards?", &pitch)).await;
    world.start_bot().await;
    let dev = world.person("dev").await;
    dev.reads("Priya").await;
    world.advance_to("2026-12-04T12:00:00Z").await;
    let priya = world.person("priya").await;
    for question in ["Does it cover refunds?", "And gift cards?"] {
        priya.reads(question).await;
    }
    // Longer ago than redeliveries are remembered, and still known.
    world.advance_to("2026-12-08T15:00:00Z").await;
    world.kill_bot();
    world.start_bot().await;
    world.advance_to("2026-12-09T12:00:00Z").await;
    let relayed = priya_reads(&world).await;
    let relays = relayed.iter().filter(|text| text.contains("gift cards?") && !text.contains("still waits"));
    assert_eq!(relays.count(), 1, "{relayed:#?}");
}

async fn priya_reads(world: &World) -> Vec<String> {
    world.person("priya").await.messages().await.iter().map(crate::world::words).collect()
}
