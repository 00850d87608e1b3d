//! What Slack refuses has an end that somebody hears of.

use std::collections::BTreeMap;

use serde_json::json;

use crate::world::{Actor, World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";
const NEXT_DAY: &str = "2026-12-04T12:00:00Z";

/// Slack refuses the next new messages so.
async fn refuses(world: &World, kind: &str, times: usize) {
    world.post("faults", json!({ "method": "chat.postMessage", "kind": kind, "times": times })).await;
}

/// How many messages of theirs say so.
async fn says(who: &Actor<'_>, text: &str) -> usize {
    who.messages().await.iter().filter(|message| words(message).contains(text)).count()
}

/// How many messages everybody got.
async fn counted(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (to, _) in world.sent().await {
        *counts.entry(to).or_default() += 1;
    }
    counts
}

/// Who got fewer messages than `expected`.
fn fewer<'a>(counts: &BTreeMap<String, usize>, expected: &'a BTreeMap<String, usize>) -> Vec<&'a str> {
    let of = |(who, count): &(&'a String, &usize)| counts.get(*who).is_none_or(|got| got < *count);
    expected.iter().filter(of).map(|(who, _)| who.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_its_content_is_told_once_and_is_a_gap() {
    let world = World::sample().await;
    let priya = world.person("priya").await;
    refuses(&world, "error:invalid_blocks", 4).await;
    world.advance_to(NEXT_DAY).await;
    let told = priya.reads("something in the text or layout").await;
    assert!(words(&told).contains("(invalid_blocks)"), "{}", words(&told));
    world.advance_to("2026-12-08T12:00:00Z").await;
    assert_eq!(says(&priya, "something in the text or layout").await, 1);
    // Whoever was left out by it is in the digest, among who is missing.
    priya.reads("Slack refused the message to").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_answers_for_a_while_stops_nobody() {
    let undisturbed = World::sample().await;
    undisturbed.advance_to(PITCHED).await;
    let world = World::sample().await;
    refuses(&world, "http_403", 6).await;
    world.advance_to(PITCHED).await;
    assert_eq!(counted(&world).await, counted(&undisturbed).await, "nobody had to resume anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_recipient_is_refused_keeps_nobody_else_waiting() {
    let undisturbed = World::sample().await;
    undisturbed.advance_to(PITCHED).await;
    let pitched = counted(&undisturbed).await;
    undisturbed.advance_to(NEXT_DAY).await;
    let next_day = counted(&undisturbed).await;
    for code in ["error:restricted_action", "error:team_access_not_granted"] {
        let world = World::sample().await;
        refuses(&world, code, 1).await;
        world.advance_to(PITCHED).await;
        let waiting = fewer(&counted(&world).await, &pitched);
        assert!(waiting.len() <= 1, "{code}: {waiting:?}");
        world.advance_to(NEXT_DAY).await;
        assert_eq!(fewer(&counted(&world).await, &next_day), [""; 0], "{code}: it is tried again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_is_probed_and_an_advocate_s_pause_outlives_it() {
    let world = World::sample().await;
    let priya = world.person("priya").await;
    world.advance_to("2026-12-02T09:00:00Z").await;
    priya.commands("pause").await;
    refuses(&world, "error:invalid_auth", 1).await;
    world.person("ben").await.types("Why now, of all times?").await;
    world.advance_to(NEXT_DAY).await;
    priya.reads("Why now, of all times?").await;
    let plan = priya.commands("plan").await;
    assert!(
        plan.contains("Sending is paused: you asked for it."),
        "a probe lifts its own pause and no other: {plan}"
    );
}
