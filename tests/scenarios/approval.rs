//! Nothing goes without the advocate: approval, staged start, hand-over, correct and recall.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::reload::replaced;
use crate::world::{Actor, World, sample, words};

/// A copy of the sample organisation in which `change` was made to `canvass.toml`.
pub(super) fn organisation(change: impl FnOnce(String) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&sample(), folder.path());
    let file = folder.path().join("canvass.toml");
    std::fs::write(&file, change(std::fs::read_to_string(&file).unwrap())).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Without the tables that the sample organisation turns approval off with.
pub(super) fn fresh(text: String) -> String {
    let (before, rest) = text.split_once("[approval]").unwrap();
    let (_, after) = rest.split_once("[evidence]").unwrap();
    format!("{before}[evidence]{after}")
}

pub(super) fn rehearsing(text: String) -> String {
    text.replace("start = \"all\"", "start = \"rehearsal\"")
}

pub(super) async fn sent_to(world: &World, handle: &str) -> Vec<String> {
    world.sent().await.into_iter().filter(|(to, _)| to == handle).map(|(_, text)| text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_configuration_sends_nothing_that_no_advocate_approved() {
    let config = organisation(fresh);
    let world = World::with(config.path()).await;
    world.advance_to("2026-11-13T12:00:00Z").await;
    let priya = world.person("priya").await;
    let review = priya.last_message().await;
    assert!(words(&review).contains("wait for your approval"), "{}", words(&review));

    let listed = priya.commands("approve").await;
    assert!(listed.contains("these are the first") && listed.contains("Also waiting: "), "{listed}");

    // See it as it would be read, and rewrite it.
    priya.clicks_on(&review, "See").await;
    let modal = priya.modal().await;
    assert!(words(&modal).contains("would read it"), "{}", words(&modal));
    priya.submits(&[("next", json!("edit"))]).await;
    let reads =
        |seen: &Value| words(seen["modals"].as_array()?.last()?).contains("A paragraph a line").then_some(());
    priya.sees("the prose", reads).await;
    let refused = priya.submits(&[("prose", json!("Ask Henrik Olsen about the last outage."))]).await;
    assert!(refused.to_string().contains("Henrik Olsen"), "{refused}");
    let warned = priya.submits(&[("prose", json!("It hangs! Twice a week!"))]).await;
    assert!(warned.to_string().contains("exclamation mark"), "{warned}");
    priya.submits(&[("prose", json!("It hangs twice a week, and that is felt by those who pay."))]).await;
    world.settled().await;

    // Approve them all, and they go; nobody else's do.
    let review = priya.last_message().await;
    let label = label_of(&review, "Approve all");
    priya.clicks_on(&review, &label).await;
    world.settled().await;
    world.advance_to("2026-11-18T20:00:00Z").await;
    let everything = world.sent().await;
    let edited = everything.iter().filter(|(_, text)| text.contains("twice a week")).count();
    assert_eq!(edited, 1, "{everything:#?}");
    let others = everything.iter().filter(|(to, _)| to != "priya").count();
    assert!(5 < others, "{everything:#?}");
    assert!(
        sent_to(&world, "ana").await.is_empty(),
        "hers belongs to another initiative, which nobody approved"
    );
    let waiting = priya.commands("approve safe-rollouts").await;
    assert!(waiting.contains("wait for approval"), "{waiting}");
}

fn label_of(message: &Value, start: &str) -> String {
    let found = words(message).lines().find(|line| line.starts_with(start)).map(str::to_owned);
    found.unwrap_or_else(|| panic!("no “{start}…” in {}", words(message)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_held_sent_before_its_time_and_handed_over_by_command() {
    let world = World::sample().await;
    let priya = world.person("priya").await;
    let held = priya.commands("hold @ana payment-deadlines").await;
    assert!(held.contains("Held: the heads-up to Ana Souza"), "{held}");
    let again = priya.commands("hold @ana payment-deadlines").await;
    assert!(again.contains("approve"), "{again}");
    let mine = priya.commands("handover @ben payment-deadlines").await;
    assert!(mine.contains("You're talking to Ben Carter yourself"), "{mine}");
    let sent = priya.commands("send @marta payment-deadlines").await;
    assert!(sent.contains("next moment they may be written to"), "{sent}");
    world.advance_to("2026-11-13T20:00:00Z").await;
    assert_eq!(sent_to(&world, "marta").await.len(), 1, "before its time");
    world.advance_to("2026-11-17T20:00:00Z").await;
    let about = |texts: Vec<String>| texts.len();
    assert_eq!(about(sent_to(&world, "ana").await), 0);
    assert!(
        priya.commands("gaps payment-deadlines").await.contains("Ben Carter is Priya Raman's to speak to")
    );
    assert!(priya.commands("plan payment-deadlines").await.contains("Held by you"));
    let approved = priya.commands("approve @ana payment-deadlines").await;
    assert!(approved.contains("Approved"), "{approved}");
    world.advance_to("2026-11-18T20:00:00Z").await;
    assert_eq!(sent_to(&world, "ana").await.len(), 1);
    priya.commands("met @ben payment-deadlines").await;
    assert!(!priya.commands("gaps payment-deadlines").await.contains("to speak to"));
    let ana = world.person("ana").await;
    assert!(ana.commands("hold @ben").await.contains("I don't know “hold”"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staged_start_goes_to_the_advocate_then_to_three_then_to_all() {
    let config = organisation(rehearsing);
    let world = World::with(config.path()).await;
    world.advance_to("2026-11-16T20:00:00Z").await;
    let priya = world.person("priya").await;
    let rehearsals: Vec<_> = priya.messages().await;
    let rehearsals = rehearsals.iter().filter(|message| words(message).contains("would read it")).count();
    assert_eq!(rehearsals, 12, "twelve a day at most");
    let recipients: std::collections::BTreeSet<String> =
        world.sent().await.into_iter().map(|(to, _)| to).collect();
    assert_eq!(recipients.into_iter().collect::<Vec<_>>(), ["priya"]);

    let moved = priya.commands("stage payment-deadlines few").await;
    assert!(moved.contains("moved on"), "{moved}");
    world.advance_to("2026-11-17T20:00:00Z").await;
    let others = |sent: Vec<(String, String)>| {
        sent.into_iter()
            .map(|(to, _)| to)
            .filter(|to| to != "priya")
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert!((1..=3).contains(&others(world.sent().await).len()));
    let back = priya.commands("stage payment-deadlines rehearsal").await;
    assert!(back.contains("moved back") && back.contains("gone already"), "{back}");
    priya.commands("stage payment-deadlines all").await;
    world.advance_to("2026-11-18T20:00:00Z").await;
    assert!(others(world.sent().await).len() > 3);
    let twice = priya.commands("stage payment-deadlines all").await;
    assert!(twice.contains("at that stage already"), "{twice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_copy_is_corrected_and_a_campaign_can_be_taken_back() {
    let world = World::sample().await;
    world.advance_to("2026-11-17T20:00:00Z").await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    let named = priya.commands("correct payment-deadlines Ben Carter miscounted").await;
    assert!(named.contains("leave the name out"), "{named}");
    priya.commands("correct payment-deadlines It was 11 incidents, not 12.").await;
    let corrected = priya.submits(&[]).await;
    assert!(words(&corrected["ack_payload"]["view"]).contains("is rewritten"), "{corrected}");
    ana.reads("Corrected on 17 Nov: ").await;
    ana.reads("It was 11 incidents, not 12.").await;

    let message = ana.last_message().await;
    let recalled = priya.commands("recall payment-deadlines").await;
    assert!(recalled.contains("Taken back"), "{recalled}");
    ana.reads("took this message back").await;
    let before = sent_to(&world, "ana").await.len();
    world.advance_to("2026-12-02T20:00:00Z").await;
    let about = |texts: &[String]| texts.iter().filter(|text| text.contains("payment")).count();
    assert_eq!(about(&sent_to(&world, "ana").await[before..]), 0);
    assert!(priya.commands("plan payment-deadlines").await.contains("taken back"));
    priya.commands("recall payment-deadlines undo").await;
    ana.sees("the message again", |seen| {
        let shown = seen["messages"].as_array()?.iter().find(|shown| shown["ts"] == message["ts"])?;
        words(shown).contains("Corrected on").then_some(())
    })
    .await;
}

/// Heads-ups are due on a Wednesday and pitches the day after, so that a Monday's review lists only heads-ups.
fn close_together(text: String) -> String {
    let text = fresh(text);
    let text = replaced(&text, "at = \"opens - 4w\"", "at = \"opens - 26d\"");
    replaced(&text, "at = \"opens - 2w\"", "at = \"opens - 25d\"")
}

/// Her reviews of what waits about payments, oldest first.
async fn reviews(priya: &Actor<'_>) -> Vec<Value> {
    let of_payments =
        |message: &Value| words(message).contains("messages about “A time limit on payment calls” wait");
    priya.messages().await.into_iter().filter(of_payments).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_review_closes_the_one_before_and_approves_what_it_lists() {
    let config = organisation(close_together);
    let world = World::with(config.path()).await;
    let priya = world.person("priya").await;
    world.advance_to("2026-11-16T12:00:00Z").await;
    let monday = reviews(&priya).await;
    assert_eq!(monday.len(), 1, "{monday:#?}");
    assert!(words(&monday[0]).starts_with("13 messages "), "{monday:#?}");
    world.advance_to("2026-11-17T12:00:00Z").await;
    let closed = priya.reads("this one is closed").await;
    assert_eq!(closed["ts"], monday[0]["ts"], "{closed:#?}");
    assert!(words(&closed).contains("is in the newer list that came on Tue 17 Nov"), "{closed:#?}");
    assert!(!closed["blocks"].to_string().contains("\"button\""), "{closed:#?}");

    // More has come within what a review looks ahead: pitches, besides the heads-ups.
    let tuesday = reviews(&priya).await.pop().unwrap();
    assert!(words(&tuesday).starts_with("26 messages "), "{tuesday:#?}");
    priya.clicks_on(&tuesday, &label_of(&tuesday, "Approve all 26")).await;
    world.settled().await;
    let waiting = priya.commands("approve payment-deadlines").await;
    assert!(!waiting.contains("heads-up") && !waiting.contains("pitch"), "{waiting}");
    let about = |sent: &[(String, String)]| sent.iter().filter(|(to, _)| to != "priya").count();
    world.advance_to("2026-11-18T20:00:00Z").await;
    assert_eq!(about(&world.sent().await), 13, "the heads-ups and nothing else");
    world.advance_to("2026-11-25T20:00:00Z").await;
    assert_eq!(about(&world.sent().await), 13 + 13);
}
