//! An empty data folder is a first start or a folder that is missing: the advocates are asked.

use serde_json::{Value, json};

use super::House;
use crate::world::{canvass, words};

/// `canvass run` as it is started every day.
fn every_day(house: &House) -> std::process::Command {
    house.with_settings(canvass(), &["run"])
}

async fn by_day() -> House {
    let mut house = House::empty().await;
    house.by_day();
    house
}

/// What the bot has posted, as pairs of who got it and its text.
async fn posted(house: &House) -> Vec<(String, String)> {
    house.world.sent().await
}

/// The question to Priya, once it is there.
async fn question(house: &House) -> Value {
    house.world.person("priya").await.reads("Is this my first start here?").await
}

fn sending(ready: Option<(u16, Value)>) -> (bool, String) {
    let sending = ready.map(|(_, said)| said["sending"].clone()).unwrap_or_default();
    (sending["ok"] == json!(true), sending["reason"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_one_question_is_sent_from_an_empty_folder_before_an_advocate_has_answered() {
    let mut house = by_day().await;
    let command = every_day(&house);
    house.start(command).await;
    let asked = question(&house).await;
    let labels = words(&asked);
    assert!(labels.contains("Yes, it's the first") && labels.contains("No, it isn't"), "{labels}");
    house.knows_people().await;
    // Somebody writes before the question is answered: no receipt goes, no relay either.
    house.world.person("ben").await.types("What does this cost my team, exactly?").await;
    let questions =
        |all: &[(String, String)]| all.iter().all(|(_, text)| text.contains("Is this my first start here?"));
    let sent = posted(&house).await;
    assert!(questions(&sent), "{sent:?}");
    let (ok, reason) = sending(house.ready().await);
    assert!(!ok && reason.contains("The data folder is empty"), "{reason}");
    let (code, said) = house.runs(&["health"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("sending: The data folder is empty"), "{said}");
    assert!(
        house.log().contains("the advocates are asked whether this is the first start"),
        "{}",
        house.log()
    );

    // Whoever asks to be forgotten before the first message is: a mark is left, and nothing is sent.
    let (code, said) = house.runs(&["forget", "dev", "--yes"]);
    assert!(code == Some(0) && said.contains("do-not-contact marks for 1 account"), "{said}");
    let sent = posted(&house).await;
    assert!(questions(&sent), "{sent:?}");

    let priya = house.world.person("priya").await;
    priya.clicks_on(&asked, "Yes, it's the first").await;
    house.until("sending", async |house| sending(house.ready().await).0).await;
    house.world.person("ben").await.reads("Priya").await;
    house.until("who said so", async |house| house.log().contains("by=priya")).await;
    let each: Vec<String> = posted(&house)
        .await
        .into_iter()
        .filter(|(_, text)| text.contains("first start"))
        .map(|(who, _)| who)
        .collect();
    let mut distinct = each.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(each.len(), distinct.len(), "asked twice: {each:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_folder_that_an_advocate_tells_of_keeps_everything_held_also_after_a_restart() {
    let mut house = by_day().await;
    let command = every_day(&house);
    house.start(command).await;
    let asked = question(&house).await;
    let priya = house.world.person("priya").await;
    priya.clicks_on(&asked, "No, it isn't").await;
    house.until("who said so", async |house| sending(house.ready().await).1.starts_with("priya said")).await;
    priya.reads("You said that this isn't my first start").await;
    assert!(house.log().contains("this is not the first start"), "{}", house.log());
    let before = posted(&house).await.len();
    assert_eq!(house.bot.take().unwrap().stop(), Some(0));
    let command = every_day(&house);
    house.start(command).await;
    house.until("who said so", async |house| sending(house.ready().await).1.starts_with("priya said")).await;
    assert_eq!(posted(&house).await.len(), before, "asked again");
    // Somebody finds out that it was the first start after all.
    let priya = house.world.person("priya").await;
    let asked = priya.reads("You said that this isn't my first start").await;
    priya.clicks_on(&asked, "It is the first start").await;
    priya.reads("Sending had stopped and has resumed.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_is_said_to_be_one_and_a_later_start_ask_nothing() {
    let mut house = House::empty().await;
    let command = house.command();
    house.start(command).await;
    assert!(!sending(house.ready().await).1.contains("data folder is empty"));
    assert_eq!(house.bot.take().unwrap().stop(), Some(0));
    let command = every_day(&house);
    house.start(command).await;
    assert!(!sending(house.ready().await).1.contains("data folder is empty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_folder_keeps_its_own_rule_and_the_log_says_who_restored_it() {
    let mut house = House::empty().await;
    let command = house.command();
    house.start(command).await;
    let export = house.world.folder.path().join("export.jsonl");
    assert_eq!(house.runs(&["export", export.to_str().unwrap()]).0, Some(0));
    assert_eq!(house.bot.take().unwrap().stop(), Some(0));
    std::fs::remove_dir_all(house.world.data()).unwrap();
    assert_eq!(house.runs(&["restore", export.to_str().unwrap()]).0, Some(0));
    let command = every_day(&house);
    house.start(command).await;
    assert!(!sending(house.ready().await).1.contains("data folder is empty"));
    let by = format!("by=\"user {}\"", rustix::process::getuid().as_raw());
    assert!(house.log().contains("was restored") && house.log().contains(&by), "{}", house.log());
}
