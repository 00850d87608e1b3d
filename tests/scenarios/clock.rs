//! A wrong clock, and what was given up because of one.

use serde_json::{Value, json};

use crate::world::{PATIENCE, Running, World, canvass, sample};

/// Waits until `/healthz` says this of the clock.
async fn clock_is(world: &World, well: bool) {
    let url = format!("http://{}/healthz", world.bot_listen);
    let asked = async {
        loop {
            let health = match world.http.get(&url).send().await {
                Ok(answer) => answer.json().await.unwrap_or(Value::Null),
                Err(_) => Value::Null,
            };
            if health["clock"] == json!(well) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("a health that says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_slack_contradicts_is_told_and_one_agreeing_answer_lifts_it() {
    let world = World::without_bot(&sample()).await;
    world.post("faults/date", json!({ "date": "Thu, 01 Jan 2026 00:00:00 GMT" })).await;
    let mut command = canvass();
    command
        .arg("run")
        .arg("--config")
        .arg(world.config())
        .arg("--data")
        .arg(world.data())
        .env("SLACK_BOT_TOKEN", "xoxb-sandbox")
        .env("SLACK_APP_TOKEN", "xapp-sandbox")
        .env("SLACK_API_URL", format!("{}/api/", world.base.trim_end_matches('/')))
        .env("CANVASS_LISTEN", &world.bot_listen)
        .env("CANVASS_LOG", "off");
    let _bot = Running::new(command.spawn().unwrap());
    clock_is(&world, false).await;
    world.person("priya").await.reads("the clock of the machine I run on is").await;
    world.post("faults/date", json!({})).await;
    clock_is(&world, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_after_two_looks_is_shown_and_only_what_is_still_to_come_is_revived() {
    let world = World::sample().await;
    let priya = world.person("priya").await;
    assert!(priya.commands("help").await.contains("/canvass revive"));
    let nothing = priya.commands("revive").await;
    assert!(nothing.contains("No message was missed."), "{nothing}");
    priya.commands("pause").await;
    // The pitches come due while sending is paused, so the time of every heads-up passes.
    world.advance_to("2026-12-03T10:30:00Z").await;
    priya.commands("resume").await;
    world.settled().await;
    assert!(!priya.commands("gaps").await.contains("No message reached"), "one look at a clock");
    world.advance_to("2026-12-05T10:30:00Z").await;
    let revive = priya.commands("revive").await;
    assert!(revive.contains("too late to send"), "{revive}");
}
