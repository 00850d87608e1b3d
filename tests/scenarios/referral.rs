//! Somebody else decides, or is missing: the advocate decides, and they are approached afresh.

use serde_json::json;

use super::approval::organisation;
use crate::world::{World, words};

/// A workspace in which Lucía works, whom the configuration doesn't name.
async fn without_lucia() -> (tempfile::TempDir, World) {
    let config = organisation(|text| text);
    let mut world = World::without_bot(config.path()).await;
    let file = config.path().join("people.toml");
    let people = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = people.split_once("[people.lucia]").unwrap();
    let after = rest.split_once("[people.").map(|(_, after)| format!("[people.{after}")).unwrap();
    std::fs::write(&file, format!("{before}{after}")).unwrap();
    world.start_bot().await;
    (config, world)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_unknown_is_approached_with_a_message_of_their_own() {
    let (_config, world) = without_lucia().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (dev, priya) = (world.person("dev").await, world.person("priya").await);
    let lucia = world.person("lucia").await;
    assert!(lucia.messages().await.is_empty());
    dev.clicks("Someone else decides").await;
    let submitted = dev.submits(&[("how", json!("missing")), ("who", json!(lucia.id))]).await;
    assert!(!submitted.to_string().contains("error"), "{submitted}");
    world.settled().await;
    world.advance_to("2026-12-04T09:30:00Z").await;
    let relay = priya.reads("says that somebody is missing").await;
    priya.clicks_on(&relay, "Approach them").await;
    let approached = priya
        .submits(&[
            ("name", json!("Lucía Ortega")),
            ("audience", json!("engineer")),
            ("teams", json!(["checkout"])),
        ])
        .await;
    assert!(approached["errors"].is_null(), "{approached}");
    // It is in the morning of a working day where she is.
    lucia.reads("Lucía, ").await;
    let pitch = lucia.last_message().await;
    let read = words(&pitch);
    assert!(read.contains("Lucía") && read.contains("Priya"), "{read}");
    for message in lucia.messages().await {
        assert!(!words(&message).contains("Dev"), "who named them is never told: {}", words(&message));
    }
    lucia.clicks_on(&pitch, "Where the numbers come from").await;
    let why = words(&lucia.modal().await);
    assert!(why.contains("A colleague named you") && !why.contains("Dev"), "{why}");
    lucia.clicks_on(&pitch, "Looks right").await;
    lucia.reads("Recorded").await;
    priya.reads("decided to approach").await;
    assert!(priya.commands("coverage payment-deadlines").await.contains("Lucía Ortega"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_not_me_is_asked_no_more_and_the_new_decider_is() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (ana, ben, priya) =
        (world.person("ana").await, world.person("ben").await, world.person("priya").await);
    ana.clicks("Someone else decides").await;
    ana.submits(&[("how", json!("instead")), ("who", json!(ben.id)), ("text", json!("Ben has the plan."))])
        .await;
    world.settled().await;
    world.advance_to("2026-12-04T09:30:00Z").await;
    let relay = priya.reads("says that someone else decides").await;
    priya.clicks_on(&relay, "Approach them").await;
    priya
        .submits(&[
            ("audience", json!("engineering_manager")),
            ("teams", json!(["checkout"])),
            ("decides", json!(["yes"])),
        ])
        .await;
    world.settled().await;
    let coverage = priya.commands("coverage payment-deadlines").await;
    assert!(coverage.contains("Ben Carter (decides)"), "{coverage}");
    assert!(!coverage.contains("Ana Souza"), "{coverage}");
    let plan = priya.commands("plan payment-deadlines").await;
    let row = plan.lines().find(|line| line.contains("Ana Souza")).unwrap_or_default();
    assert!(row.contains("nothing") && row.contains("somebody else decides"), "she isn't overlooked: {plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_can_be_let_be() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.clicks("Someone else decides").await;
    let empty = ana.submits(&[("how", json!("missing"))]).await;
    assert!(empty.to_string().contains("Please name somebody"), "{empty}");
    ana.submits(&[("how", json!("missing")), ("text", json!("Somebody from support."))]).await;
    world.settled().await;
    world.advance_to("2026-12-04T09:30:00Z").await;
    let relay = priya.reads("says that somebody is missing").await;
    priya.clicks_on(&relay, "Let it be").await;
    priya.reads("You decided to let it be").await;
}
