//! `/readyz` and `canvass health` say what is wrong, and what is repaired is noticed within seconds.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::House;

/// A service whose tokens are in files.
struct Files {
    house: House,
    bot: PathBuf,
    app: PathBuf,
}

impl Files {
    async fn start() -> Self {
        let mut house = House::empty().await;
        house.in_use();
        let folder = house.world.folder.path().to_owned();
        let (bot, app) = (folder.join("bot-token"), folder.join("app-token"));
        fs::write(&bot, "xoxb-sandbox\n").unwrap();
        fs::write(&app, "xapp-sandbox\n").unwrap();
        let mut command = house.command();
        command.env_remove("SLACK_BOT_TOKEN").env_remove("SLACK_APP_TOKEN");
        command.env("SLACK_BOT_TOKEN_FILE", &bot).env("SLACK_APP_TOKEN_FILE", &app);
        house.start(command).await;
        Self { house, bot, app }
    }

    /// Asks to read them now, as after every change that somebody waits for.
    fn hang_up(&self) {
        self.house.bot.as_ref().unwrap().signal(Signal::HUP);
    }
}

async fn check(house: &House, name: &str) -> (bool, String) {
    let Some((_, said)) = house.ready().await else { return (false, "no answer".to_owned()) };
    (said[name]["ok"] == json!(true), said[name]["reason"].as_str().unwrap_or_default().to_owned())
}

/// Waits until this part is so, and says what was said of it then: a moment later it may be otherwise.
async fn becomes(house: &House, name: &str, ok: bool) -> String {
    let said = Mutex::new(String::new());
    let so = async |house: &House| {
        let (is, reason) = check(house, name).await;
        *said.lock().unwrap() = reason;
        is == ok
    };
    house.until(&format!("{name}: {ok}"), so).await;
    said.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_in_order_is_ready_and_a_pause_is_told_with_who() {
    let files = Files::start().await;
    let house = &files.house;
    for name in ["token", "people", "journal", "clock", "transport"] {
        becomes(house, name, true).await;
    }
    house.until("ready", async |house| house.ready().await.is_some_and(|(status, _)| status == 200)).await;
    let priya = house.world.person("priya").await;
    assert_eq!(house.runs(&["health"]).0, Some(0));
    priya.commands("pause").await;
    let reason = check(house, "sending").await;
    assert_eq!(reason, (true, "Paused by priya. `/canvass resume` ends the pause.".to_owned()));
    let (code, said) = house.runs(&["health"]);
    assert_eq!(code, Some(0), "an advocate's pause is nothing for whoever runs the service: {said}");
    assert!(said.contains("sending: Paused by priya"), "{said}");
    assert!(said.contains("token: in order"), "each part, as README says: {said}");
    priya.commands("resume").await;
    let told = async |house: &House| {
        let log = house.log();
        log.lines().any(|line| line.contains("sending was paused") && line.contains("by=priya"))
            && log.lines().any(|line| line.contains("sending was resumed") && line.contains("by=priya"))
    };
    house.until("who paused and who resumed", told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_bot_token_is_told_and_a_renewed_file_mends_it_at_once() {
    let files = Files::start().await;
    let house = &files.house;
    becomes(house, "token", true).await;
    fs::write(&files.bot, "xoxb-another").unwrap();
    files.hang_up();
    let reason = becomes(house, "token", false).await;
    assert!(reason.contains("Slack refuses the bot token (invalid_auth)"), "{reason}");
    assert_eq!(house.status("/readyz").await, Some(503));
    assert_eq!(house.status("/healthz").await, Some(200), "a restart mends no token");
    let (code, said) = house.runs(&["health"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("token: Slack refuses the bot token (invalid_auth)"), "{said}");
    assert_eq!(house.runs(&["health", "--alive"]).0, Some(0));
    assert!(house.log().contains("Slack refuses the bot token"), "{}", house.log());
    fs::write(&files.bot, "xoxb-sandbox").unwrap();
    // By itself: nobody has to say that the file has changed.
    becomes(house, "token", true).await;
    assert!(!house.log().contains("xoxb-"), "a token is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_app_token_connects_within_seconds() {
    let files = Files::start().await;
    let house = &files.house;
    fs::write(&files.app, "xapp-another").unwrap();
    files.hang_up();
    house.until("the renewal", async |house| house.log().contains("the tokens were renewed")).await;
    house.world.post("socket/cut", json!({})).await;
    house.world.post("socket/cut", json!({})).await;
    let reason = becomes(house, "transport", false).await;
    assert!(
        reason.contains("Slack refuses Socket Mode (invalid_auth)") || reason.contains("no Socket Mode"),
        "{reason}"
    );
    fs::write(&files.app, "xapp-sandbox").unwrap();
    becomes(house, "transport", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_slack_takes_again_is_noticed_without_a_restart() {
    let files = Files::start().await;
    let house = &files.house;
    becomes(house, "people", true).await;
    house
        .world
        .post("faults", json!({ "method": "auth.test", "kind": "error:token_revoked", "times": 1000 }))
        .await;
    files.hang_up();
    let reason = becomes(house, "token", false).await;
    assert!(reason.contains("(token_revoked)"), "{reason}");
    house.world.post("faults/clear", json!({})).await;
    becomes(house, "token", true).await;
    house.until("the log", async |house| house.log().contains("Slack takes the bot token again")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_can_not_be_read_are_told() {
    let mut house = House::empty().await;
    let fault = json!({ "method": "users.list", "kind": "error:missing_scope", "times": 1000 });
    house.world.post("faults", fault).await;
    let command = house.command();
    house.start(command).await;
    let people = async |house: &House| check(house, "people").await.1;
    house.until("a reason", async |house| people(house).await.contains("missing_scope")).await;
    let (status, said) = house.ready().await.unwrap();
    assert_eq!((status, &said["ready"]), (503, &Value::Bool(false)));
}
