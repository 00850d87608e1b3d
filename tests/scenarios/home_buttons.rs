//! Every button of App Home is clicked once: what it answers, and what the page shows after.

use serde_json::{Value, json};

use crate::world::{Actor, World, words};

/// Everybody in Europe has the payments pitch and nothing else yet; it is a Thursday.
const PITCHED: &str = "2026-12-03T10:30:00Z";

async fn pitched() -> World {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    world
}

/// Waits until their App Home has `wanted` and no longer `gone`.
async fn has(actor: &Actor<'_>, wanted: &str, gone: &str) -> Value {
    actor
        .sees(&format!("{wanted}, without {gone}"), |seen| {
            let home = words(&seen["home"]);
            (home.contains(wanted) && !home.contains(gone)).then(|| seen["home"].clone())
        })
        .await
}

/// Clicks, reads what a modal says and closes it.
async fn told(world: &World, actor: &Actor<'_>, label: &str) -> String {
    actor.clicks_at_home(label).await;
    let modal = actor.modal().await;
    world.post("modal/close", json!({ "as": actor.id, "view_id": modal["id"] })).await;
    words(&modal)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advocate_pauses_and_resumes_and_takes_somebody_over() {
    let world = pitched().await;
    let priya = world.person("priya").await;
    priya.opens_home().await;
    priya.reads_at_home("Talk to next").await;

    let paused = told(&world, &priya, "Pause sending").await;
    assert!(paused.contains("Paused: no planned message goes out"), "{paused}");
    has(&priya, "Sending is paused: you asked for it.", "Pause sending").await;
    let resumed = told(&world, &priya, "Resume sending").await;
    assert!(resumed.contains("Resumed: planned messages go out again"), "{resumed}");
    has(&priya, "Pause sending", "Sending is paused").await;

    let mine = told(&world, &priya, "I'll talk to them").await;
    assert!(mine.contains("You're talking to"), "{mine}");
    let home = words(&has(&priya, "Leave them to the bot", "\u{0}").await);
    assert!(home.contains("wanted to speak to them"), "{home}");
    let theirs = told(&world, &priya, "Leave them to the bot").await;
    assert!(theirs.contains("I'm writing to"), "{theirs}");
    has(&priya, "I'll talk to them", "Leave them to the bot").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advocate_sees_hastens_and_holds_what_goes_out_this_week() {
    let world = pitched().await;
    let priya = world.person("priya").await;
    priya.opens_home().await;
    priya.clicks_at_home("This week").await;
    let week = words(&priya.reads_at_home("What goes out this week").await);
    let coming = week.matches("Send now").count();
    assert!(0 < coming, "{week}");

    let read = told(&world, &priya, "See").await;
    assert!(read.contains("would read it") && read.contains("They do nothing here"), "{read}");

    priya.clicks_at_home("Hold").await;
    let held = words(&has(&priya, "Held · ", "\u{0}").await);
    assert!(held.contains("Release"), "{held}");
    priya.clicks_at_home("Release").await;
    has(&priya, "What goes out this week", "Held · ").await;

    // It has to keep its distance from the message before, so the page may show the same.
    let soon = told(&world, &priya, "Send now").await;
    assert!(soon.contains("goes at the next moment they may be written to"), "{soon}");
    let again = told(&world, &priya, "Send now").await;
    assert!(again.contains("on its way already"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_from_one_home_is_answered_in_the_other() {
    let world = pitched().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    ana.opens_home().await;
    ana.clicks_at_home("Ask a question").await;
    ana.submits(&[("text", json!("Is there budget for a contractor?"))]).await;
    has(&ana, "A human reads it and answers you", "\u{0}").await;

    priya.opens_home().await;
    let home = words(&priya.reads_at_home("A question waits for you").await);
    assert!(home.contains("budget for a contractor?") && home.contains("Ana Souza"), "{home}");
    priya.clicks_at_home("Questions").await;
    priya.reads_at_home("Questions that wait for you").await;
    priya.clicks_at_home("Answer").await;
    let asks = words(&priya.modal().await);
    assert!(asks.contains("Only Ana Souza gets your answer"), "{asks}");
    priya.submits(&[("text", json!("No, but I can review."))]).await;
    has(&priya, "None. Whoever asks gets an answer", "contractor").await;
    has(&ana, "No, but I can review.", "A human reads it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stakeholder_snoozes_stops_undoes_and_reads_what_is_known() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    ana.opens_home().await;
    ana.reads_at_home("Messages about planning come in your working hours").await;

    let known = told(&world, &ana, "What Canvass knows about me").await;
    assert!(known.contains("the pitch about") && !known.contains("Ben Carter"), "{known}");

    ana.clicks_at_home("Remind me later").await;
    let refused = ana.submits(&[("until", json!("2026-12-01"))]).await;
    assert!(refused.to_string().contains("a day after today"), "{refused}");
    ana.submits(&[("until", json!("2026-12-14"))]).await;
    has(&ana, "Nothing is sent to you before Monday 14 December", "Remind me later").await;
    let awake = told(&world, &ana, "Write to me again").await;
    assert!(awake.contains("The snooze is over"), "{awake}");
    has(&ana, "Messages about planning come in your working hours", "Nothing is sent").await;

    let stopped = told(&world, &ana, "No more about this").await;
    assert!(stopped.contains("write to you about “A time limit on payment calls” again"), "{stopped}");
    has(&ana, "You want no more about", "No more about this").await;
    let undone = told(&world, &ana, "Undo").await;
    assert!(undone.contains("Undone"), "{undone}");
    has(&ana, "No more about this", "You want no more about").await;

    let stopped = told(&world, &ana, "Stop all messages").await;
    assert!(stopped.contains("write to you about planning again"), "{stopped}");
    has(&ana, "You stopped all messages about planning", "Stop all messages").await;
    let undone = told(&world, &ana, "Undo").await;
    assert!(undone.contains("Undone"), "{undone}");
    has(&ana, "Stop all messages", "You stopped all messages").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_undo_in_the_answer_to_a_command_undoes() {
    let world = pitched().await;
    let ana = world.person("ana").await;
    assert!(ana.commands("stop").await.contains("Stopped."));
    let answer = ana.reads("Stopped. I won't write to you").await;
    ana.clicks_on(&answer, "Undo").await;
    ana.reads("Undone. Messages about planning continue as before.").await;
    assert!(ana.commands("stop undo").await.contains("Nothing is stopped"));
}
