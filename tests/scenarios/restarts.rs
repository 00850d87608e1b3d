//! Killing and starting again, on either side of the wire.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::world::{World, canvass, sample};

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
    world.advance_to("2026-12-03T14:34:00Z").await;
    world.kill_bot();
    // What was heard in the minute of the end may be kept as heard: an outage of no length isn't one.
    let later = json!({ "to": "2026-12-03T16:34:00Z", "force": true });
    assert!(world.post("calendar/advance", later).await["error"].is_null());
    let dev = world.person("dev").await;
    let pitch = dev.messages().await.last().unwrap()["ts"].clone();
    let dev = dev.id;
    let typed = |text: &str, thread: &serde_json::Value| json!({ "as": dev, "text": text, "thread_ts": thread, "lost": true });
    world.post("type", typed("Does it cover refunds?", &json!(null))).await;
    world.post("type", typed("And gift cards?", &pitch)).await;
    world.start_bot().await;
    let dev = world.person("dev").await;
    // Her name alone stands under everything that the bot sends.
    dev.reads("word for word").await;
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
    // Slack says nothing in these minutes, so the bot was last heard of a while before it goes.
    world.advance_to("2026-11-16T14:34:00Z").await;
    world.kill_bot();
    types_unheard(&world, "dev", "Does it cover refunds?").await;
    world.start_bot().await;
    world.advance_to("2026-11-17T15:00:00Z").await;
    world.person("priya").await.reads("Does it cover refunds?").await;
}

fn run(world: &World, arguments: &[&str]) -> String {
    let output = canvass().args(arguments).arg("--data").arg(world.data()).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

async fn restores(world: &mut World, export: &Path) {
    world.kill_bot();
    fs::remove_dir_all(world.data()).unwrap();
    run(world, &["restore", export.to_str().unwrap()]);
    world.start_bot().await;
}

async fn none_twice(world: &World) {
    let ids = ids(world).await;
    let twice: Vec<&String> =
        ids.iter().filter(|id| ids.iter().filter(|other| other == id).count() > 1).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?} of {}", ids.len());
}

/// Nobody reads the same twice, under whatever id.
async fn no_words_twice(world: &World, handle: &str, words: &str) {
    let messages = world.person(handle).await.messages().await;
    let shown: Vec<String> = messages
        .iter()
        .map(crate::world::words)
        .filter(|shown| shown.contains(words) && shown.contains("asks"))
        .collect();
    assert!(shown.len() <= 1, "{handle}: {shown:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_restored_twice_repeats_no_message_of_any_kind_and_loses_none() {
    let mut world = World::troubled(&sample(), 50).await;
    world.start_bot().await;
    world.advance_to("2026-12-03T14:34:00Z").await;
    let dev = world.person("dev").await.id;
    let asks = |text: &'static str| json!({ "as": dev, "text": text });
    world.post("type", asks("Does it cover refunds?")).await;
    world.settled().await;
    let export = world.folder.path().join("export.jsonl");
    run(&world, &["export", export.to_str().unwrap()]);
    // Relays, digests and touches go out that the backup knows nothing of.
    world.advance_to("2026-12-10T18:00:00Z").await;
    restores(&mut world, &export).await;
    none_twice(&world).await;
    // What is asked now has the place in the journal that something else had before.
    world.post("type", asks("And gift cards?")).await;
    world.settled().await;
    world.person("priya").await.commands("resume").await;
    world.advance_to("2026-12-15T18:00:00Z").await;
    none_twice(&world).await;
    restores(&mut world, &export).await;
    world.post("type", asks("Who pays for vouchers?")).await;
    world.settled().await;
    world.person("priya").await.commands("resume").await;
    world.advance_to("2026-12-21T18:00:00Z").await;
    none_twice(&world).await;
    for question in ["Does it cover refunds?", "And gift cards?"] {
        no_words_twice(&world, "priya", question).await;
    }
    let relayed = priya_reads(&world).await;
    for question in ["Does it cover refunds?", "And gift cards?", "Who pays for vouchers?"] {
        assert!(relayed.iter().any(|text| text.contains(question)), "{question} of {relayed:#?}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_is_put_back_from_a_copy_is_noticed_and_pauses_sending() {
    let mut world = World::troubled(&sample(), 50).await;
    world.start_bot().await;
    world.advance_to("2026-12-03T14:34:00Z").await;
    assert_eq!(world.stop_bot(), Some(0));
    let kept = world.folder.path().join("copy");
    copy(&world.data(), &kept);
    world.start_bot().await;
    assert!(!world.person("priya").await.commands("plan").await.contains("paused"), "nothing is missing yet");
    world.advance_to("2026-12-10T18:00:00Z").await;
    world.kill_bot();
    fs::remove_dir_all(world.data()).unwrap();
    copy(&kept, &world.data());
    world.start_bot().await;
    let plan = world.person("priya").await.commands("plan").await;
    assert!(plan.contains("Sending is paused until an advocate resumes it"), "{plan}");
    world.person("priya").await.commands("resume").await;
    world.advance_to("2026-12-15T18:00:00Z").await;
    none_twice(&world).await;
    world.kill_bot();
    world.start_bot().await;
    let plan = world.person("priya").await.commands("plan").await;
    assert!(!plan.contains("paused"), "once is enough: {plan}");
}

async fn priya_reads(world: &World) -> Vec<String> {
    world.person("priya").await.messages().await.iter().map(crate::world::words).collect()
}
