//! What people say, and how it reaches the advocate and nobody else.

use serde_json::json;

use crate::world::{World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn lets_talk_reaches_the_advocate_and_the_person_is_told_so() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    ben.clicks("Let's talk").await;
    let told = ben.reads("Priya").await;
    assert!(!words(&told).is_empty());
    world.advance_to("2026-12-04T12:00:00Z").await;
    let relayed = priya.reads("Ben Carter").await;
    assert!(words(&relayed).contains("payment calls"), "who and about what: {}", words(&relayed));
    assert!(priya.commands("coverage payment-deadlines").await.contains("considering"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_message_is_kept_relayed_and_acknowledged() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    dev.types("Does the limit also cover refunds? <!channel> *bold* & more").await;
    dev.reads("Priya").await;
    world.advance_to("2026-12-04T12:00:00Z").await;
    let relayed = priya.reads("Does the limit also cover refunds?").await;
    let blocks = relayed["blocks"].to_string();
    assert!(!blocks.contains("\"type\":\"broadcast\""), "a typed <!channel> pings nobody: {blocks}");
    for handle in ["ana", "ben", "lucia"] {
        let others = world.person(handle).await.messages().await;
        assert!(others.iter().all(|message| !words(message).contains("refunds?")), "{handle} never sees it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concern_holds_messages_until_the_advocate_releases_it() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    dev.clicks("I have a concern").await;
    dev.submits(&[("text", json!("A deadline without retries loses orders."))]).await;
    dev.reads("Recorded").await;
    assert!(priya.commands("gaps").await.contains("Dev Patel has raised a concern"));
    world.advance_to("2026-12-04T12:00:00Z").await;
    let relayed = priya.reads("loses orders").await;
    priya.clicks_on(&relayed, "Concern settled").await;
    priya.reads("can go out again").await;
    assert!(!priya.commands("gaps").await.contains("Dev Patel has raised a concern"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redelivered_event_is_taken_once() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let dev = world.person("dev").await;
    let typed = dev.types("Does it work in Japan?").await;
    dev.reads("Priya").await;
    let again = world.post("redeliver", json!({ "event_id": typed["event_id"] })).await;
    assert_eq!(again["delivered"], json!(true), "{again}");
    world.advance_to("2026-12-04T12:00:00Z").await;
    let priya = world.person("priya").await;
    priya.reads("Does it work in Japan?").await;
    let relay = |message: &&serde_json::Value| {
        let words = words(message);
        words.contains("Does it work in Japan?") && words.contains("asks about")
    };
    let relayed = priya.messages().await.iter().filter(relay).count();
    assert_eq!(relayed, 1);
}
