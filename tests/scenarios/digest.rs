//! The digest: what changed, whom to talk to next, and nothing when nothing changed.

use crate::world::{World, words};

#[tokio::test(flavor = "multi_thread")]
async fn on_monday_morning_an_advocate_reads_what_changed_and_whom_to_talk_to() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (ana, ben, priya) =
        (world.person("ana").await, world.person("ben").await, world.person("priya").await);
    ana.clicks("Put in our plan").await;
    ben.clicks("Let's talk").await;
    world.advance_to("2026-12-07T08:00:00Z").await;
    let before = priya.messages().await.len();
    // Nine in the morning in Lisbon.
    world.advance_to("2026-12-07T09:01:00Z").await;
    let digest = priya.reads("Talk to next").await;
    let text = words(&digest);
    for wanted in
        ["Ana Souza (product manager, Checkout): plans it", "Ben Carter", "wants to talk", "Coming up", "opens"]
    {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert_eq!(priya.messages().await.len(), before + 1);
    let digests = world.sent().await.iter().filter(|(_, text)| text.starts_with("Since")).count();
    assert!(digests <= 2, "one a week at most");
    assert!(!world.sent().await.iter().any(|(to, text)| to != "priya" && to != "jonas" && text.contains("plans it")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_without_news_brings_no_digest() {
    let world = World::sample().await;
    let priya = world.person("priya").await;
    // The first message of the campaign goes out days after this Monday.
    world.advance_to("2026-11-16T12:00:00Z").await;
    let read: Vec<String> = priya.messages().await.iter().map(words).collect();
    assert!(!read.iter().any(|text| text.contains("Talk to next")), "{read:#?}");
}
