//! The digest: what changed, whom to talk to next, and nothing when nothing changed.

use crate::world::{World, words};

#[tokio::test(flavor = "multi_thread")]
async fn on_monday_morning_an_advocate_reads_what_changed_and_whom_to_talk_to() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    let (ana, ben, priya) =
        (world.person("ana").await, world.person("ben").await, world.person("priya").await);
    ana.clicks("Put in our plan").await;
    ana.reads("Recorded").await;
    ben.clicks("Let's talk").await;
    ben.reads("Recorded").await;
    world.advance_to("2026-12-04T12:00:00Z").await;
    priya.reads("would like to talk").await;
    world.advance_to("2026-12-07T08:00:00Z").await;
    let before: Vec<String> = priya.messages().await.iter().map(words).collect();
    // Nine in the morning in Lisbon.
    world.advance_to("2026-12-07T09:01:00Z").await;
    let digest = priya.reads("plans it").await;
    let text = words(&digest);
    for wanted in [
        "Ana Souza",
        "(product manager, Checkout): plans it",
        "Ben Carter",
        "wants to talk",
        "Coming up",
        "opens",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let after: Vec<String> = priya.messages().await.iter().map(words).collect();
    let new: Vec<&String> = after.iter().filter(|text| !before.contains(text)).collect();
    assert_eq!(new.len(), 1, "one digest and nothing else: {new:#?}, before {before:#?}");
    let sent = world.sent().await;
    let told: Vec<&String> =
        sent.iter().filter(|(_, text)| text.starts_with("Since")).map(|(to, _)| to).collect();
    assert!(told.len() <= 3 && told.iter().all(|to| *to == "priya"), "one a week, to the advocate: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_without_news_bring_no_digest() {
    let world = World::sample().await;
    world.advance_to("2027-02-20T12:00:00Z").await;
    let digests = |sent: Vec<(String, String)>| {
        sent.into_iter().filter(|(_, text)| text.starts_with("Since") || text.starts_with("So far")).count()
    };
    let before = digests(world.sent().await);
    assert!(before > 0, "while there was news there were digests");
    world.advance_to("2027-03-20T12:00:00Z").await;
    assert_eq!(digests(world.sent().await), before);
}
