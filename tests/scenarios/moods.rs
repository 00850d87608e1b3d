//! The moods of the wire: what people and Slack do out of turn.

use serde_json::json;

use crate::world::{World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn of_two_clicks_at_once_one_is_shown_and_it_is_the_one_on_record() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    let message = ben.last_message().await;
    tokio::join!(ben.clicks_on(&message, "Put in our plan"), ben.clicks_on(&message, "Let's talk"));
    world.settled().await;
    let recorded = priya.commands("coverage payment-deadlines").await;
    let row = recorded.lines().find(|line| line.contains("Ben Carter")).unwrap().to_owned();
    let says = if row.contains("committed") { "Checkout's plan for Q1" } else { "you'd like to talk" };
    ben.sees("the answer on record", |seen| {
        let shown = seen["messages"].as_array()?.iter().find(|shown| shown["ts"] == message["ts"])?;
        words(shown).contains(says).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modal_that_was_open_over_the_freeze_still_gets_its_words_through() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    dev.clicks("I have a concern").await;
    dev.modal().await;
    world.advance_to("2027-01-18T12:00:00Z").await;
    dev.submits(&[("text", json!("The flag defaults to on."))]).await;
    priya.reads("The flag defaults to on.").await;
    let coverage = priya.commands("coverage payment-deadlines").await;
    let row = coverage.lines().find(|line| line.contains("Dev Patel")).unwrap();
    assert!(!row.contains("concerned"), "plans are frozen, so no answer changes: {row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_an_old_message_says_what_can_still_be_done() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let ben = world.person("ben").await;
    let old = ben.last_message().await;
    world.advance_to("2027-01-18T12:00:00Z").await;
    ben.clicks_on(&old, "Put in our plan").await;
    ben.reads("froze on").await;
    ben.reads("Reply here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bot_types_is_nobodys_question() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let before = world.log().await.len();
    let stranger = json!({ "id": "UBOTLIKE", "name": "botlike", "real_name": "Somebody New" });
    world.post("person", stranger).await;
    let told =
        world.post("command", json!({ "as": "UBOTLIKE", "command": "/canvass", "text": "coverage" })).await;
    assert!(words(&told["ack_payload"]).contains("I don't know you yet"), "{told}");
    world.advance_to("2026-12-03T12:00:00Z").await;
    let after = world.log().await;
    assert!(
        after
            .iter()
            .skip(before)
            .all(|posting| posting["person"] != json!("UBOTLIKE") || posting["is_ephemeral"] == json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_removed_sends_nothing_until_it_is_back_and_an_advocate_resumes() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let priya = world.person("priya").await;
    world.post("app", json!({ "installed": false })).await;
    world.advance_to("2026-12-10T12:00:00Z").await;
    let sent = world.sent().await.len();
    let paused = priya.commands("plan payment-deadlines").await;
    assert!(paused.contains("paused") || paused.contains("HELD"), "{paused}");
    world.post("app", json!({ "installed": true })).await;
    assert_eq!(world.sent().await.len(), sent, "it waits for a human");
    priya.commands("resume").await;
    world.advance_to("2026-12-11T12:00:00Z").await;
    assert!(world.sent().await.len() > sent, "it goes on");
}
