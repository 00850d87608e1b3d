//! Answers in one click, from the stakeholder's side.

use serde_json::json;

use crate::world::{World, words};

/// After the pitches, before the window freezes.
const PITCHED: &str = "2026-12-03T18:00:00Z";
const FROZEN: &str = "2027-01-16T12:00:00Z";

async fn pitched() -> World {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_is_recorded_shown_in_place_and_seen_by_the_advocate_only() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    let pitch = ana.last_message().await;

    let clicked = ana.clicks("Put in our plan").await;
    assert_eq!(clicked["delivered"], json!(true), "{clicked}");
    let updated = ana
        .sees("the message updated in place", |seen| {
            let same = seen["messages"].as_array()?.iter().find(|message| message["ts"] == pitch["ts"])?;
            words(same).contains("Recorded").then(|| same.clone())
        })
        .await;
    assert!(words(&updated).contains("Priya"), "it names who sees the answer: {}", words(&updated));

    assert!(priya.commands("coverage").await.contains("committed"));
    let refused = ana.commands("coverage").await;
    assert!(refused.contains("I don't know “coverage”"), "{refused}");
    assert!(!ana.commands("help").await.contains("coverage"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_changed_until_the_freeze_and_not_after() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.clicks("Put in our plan").await;
    ana.reads("Recorded").await;
    ana.clicks("Change").await;
    ana.sees("the buttons again", |seen| {
        let last = seen["messages"].as_array()?.last()?;
        words(last).contains("Not this quarter").then_some(())
    })
    .await;
    ana.clicks("Not this quarter").await;
    ana.submits(&[("text", json!("The quarter is full with the tax change."))]).await;
    ana.sees("the changed answer", |seen| {
        let last = seen["messages"].as_array()?.last()?;
        words(last).contains("Change").then_some(())
    })
    .await;
    assert!(priya.commands("coverage payment-deadlines").await.contains("not this quarter"));

    let answered = ana.last_message().await;
    world.advance_to(FROZEN).await;
    let clicked = ana.clicks_on(&answered, "Change").await;
    assert_eq!(clicked["delivered"], json!(true), "{clicked}");
    ana.reads("froze on").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_click_changes_nothing() {
    let world = pitched().await;
    let ben = world.person("ben").await;
    let pitch = ben.last_message().await;
    ben.clicks_on(&pitch, "Put in our plan").await;
    let head = head(&world).await;
    ben.clicks_on(&pitch, "Put in our plan").await;
    ben.reads("Recorded").await;
    world.settled().await;
    assert_eq!(stances(&world), 1);
    assert!(head >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_advocate_recorded_is_theirs_once_they_say_the_same() {
    let world = pitched().await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    priya.commands("met @ben payment-deadlines committed said so at lunch").await;
    world.settled().await;
    assert_eq!(stances(&world), 1);
    ben.clicks("Change").await;
    ben.sees("the buttons again", |seen| {
        words(seen["messages"].as_array()?.last()?).contains("Not this quarter").then_some(())
    })
    .await;
    ben.clicks("Put in our plan").await;
    ben.reads("Recorded").await;
    world.settled().await;
    assert_eq!(stances(&world), 2, "his own word is on record");
}

async fn head(world: &World) -> usize {
    world.settled().await;
    stances(world)
}

/// How many stances are on record.
fn stances(world: &World) -> usize {
    let export = crate::world::canvass().args(["export", "--data"]).arg(world.data()).output().unwrap();
    assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
    String::from_utf8(export.stdout).unwrap().lines().filter(|line| line.contains("\"stance_taken\"")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_no_there_is_thanks_and_silence() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    let before = ana.last_message().await;
    ana.clicks("Not this quarter").await;
    let modal = ana.modal().await;
    assert!(words(&modal).contains("thank you"), "{}", words(&modal));
    ana.reads("Recorded").await;
    world.advance_to(FROZEN).await;
    let about = |text: &str| text.contains("payment") || text.contains("checkout");
    let later: Vec<String> = ana
        .messages()
        .await
        .iter()
        .filter(|message| {
            message["ts"].as_str() > before["ts"].as_str() && message["is_ephemeral"] == json!(false)
        })
        .map(|message| message["text"].as_str().unwrap().to_lowercase())
        .filter(|text| about(text))
        .collect();
    assert!(later.is_empty(), "nothing more about it: {later:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_honoured_at_once_and_for_good() {
    let world = pitched().await;
    let tomas = world.person("tomas").await;
    tomas.clicks("Stop these messages").await;
    tomas.reads("Stopped").await;
    let had = tomas.messages().await.len();
    world.advance_to(FROZEN).await;
    assert_eq!(tomas.messages().await.len(), had);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snooze_lasts_until_the_day_it_names() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    let before = ana.last_message().await["ts"].clone();
    ana.clicks("Remind me later").await;
    let refused = ana.submits(&[("until", json!("2026-12-01"))]).await;
    assert!(refused.to_string().contains("after today"), "{refused}");
    ana.submits(&[("until", json!("2026-12-21"))]).await;
    world.advance_to("2026-12-20T12:00:00Z").await;
    assert_eq!(ana.last_message().await["ts"], before, "nothing before the day");
    world.advance_to("2027-01-10T12:00:00Z").await;
    assert_ne!(ana.last_message().await["ts"], before, "and messages go on from then");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_numbers_come_from_is_open_to_every_recipient() {
    let world = pitched().await;
    for handle in ["ana", "ben", "dev", "carla"] {
        let person = world.person(handle).await;
        person.clicks("Where the numbers come from").await;
        let shown = words(&person.modal().await);
        for wanted in ["Measured by", "read on", "config/initiatives/"] {
            assert!(shown.contains(wanted), "{handle} reads {wanted} in {shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_a_message_written_to_somebody_else() {
    let world = pitched().await;
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let to_ana = ana.last_message().await;
    let refused = ben.clicks_on(&to_ana, "Put in our plan").await;
    assert_ne!(refused["delivered"], json!(true), "Slack itself doesn't let Ben see it: {refused}");
}
