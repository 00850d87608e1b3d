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

/// Slack can't be reached any more, and what people type is told to nobody.
async fn cut_off(world: &World) {
    let fault = json!({ "method": "apps.connections.open", "kind": "error:access_denied", "times": 100_000 });
    world.post("faults", fault).await;
    world.post("socket/cut", json!({})).await;
    world.connections(|open| open == 0).await;
}

async fn types_unheard(world: &World, handle: &str, text: &str) {
    let id = world.person(handle).await.id;
    world.post("type", json!({ "as": id, "text": text, "lost": true })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_while_slack_was_away_is_found_though_the_bot_recorded_more_since() {
    let mut world = World::sample().await;
    world.advance_to("2026-12-03T14:34:00Z").await;
    cut_off(&world).await;
    types_unheard(&world, "dev", "Does it cover refunds?").await;
    // Messages still go out, so the last record is from long after.
    world.advance_to("2026-12-04T12:00:00Z").await;
    world.kill_bot();
    world.post("faults/clear", json!({})).await;
    world.start_bot().await;
    world.person("priya").await.reads("Does it cover refunds?").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_to_the_bot_for_the_first_time_while_it_is_away_is_heard() {
    let mut world = World::sample().await;
    let known = world.person("dev").await.messages().await;
    assert_eq!(known.len(), 0, "the bot has no conversation with Dev yet");
    cut_off(&world).await;
    types_unheard(&world, "dev", "Does it cover refunds?").await;
    world.advance_to("2026-11-16T15:00:00Z").await;
    world.kill_bot();
    world.post("faults/clear", json!({})).await;
    world.start_bot().await;
    world.advance_to("2026-11-17T15:00:00Z").await;
    world.person("priya").await.reads("Does it cover refunds?").await;
}

async fn priya_reads(world: &World) -> Vec<String> {
    world.person("priya").await.messages().await.iter().map(crate::world::words).collect()
}
