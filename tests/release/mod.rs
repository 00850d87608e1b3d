//! What an earlier release wrote goes on as if nothing had happened.
//!
//! `fixture` was made by the release whose records have version 1: the sample organization in the middle of a
//! campaign, with a booking, a question and its answer, a recorded conversation, a correction. Beside the bot's
//! data folder and its export lie the workspace it wrote to, the configuration of that day, and what that
//! release went on to send (`sent.tsv`: to whom, and the id of the message).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::world::{World, canvass};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/release/fixture")
}

/// What the bot posted from the `from`th entry of the log on, as `(handle, id)`.
async fn posted(world: &World, from: usize) -> Vec<(String, String)> {
    let people = world.get("state").await["people"].as_array().unwrap().clone();
    let handle = |id: &Value| {
        let person = people.iter().find(|person| person["id"] == *id)?;
        Some(person["name"].as_str()?.to_owned())
    };
    let log = world.log().await;
    let ours = log[from..].iter().filter(|posting| posting["from_app"] == json!(true));
    ours.filter_map(|posting| {
        let id = posting["metadata"]["event_payload"]["id"].as_str()?;
        Some((handle(&posting["person"])?, id.to_owned()))
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_an_earlier_release_opens_plans_and_sends_the_same() {
    let mut world = World::resumed(&fixture().join("config"), &fixture());
    let before = world.log().await.len();
    world.start_bot().await;
    for day in ["2026-12-18T18:00:00Z", "2027-01-10T18:00:00Z", "2027-02-01T12:00:00Z"] {
        world.advance_to(day).await;
    }
    let sent = posted(&world, before).await;
    let then = fs::read_to_string(fixture().join("sent.tsv")).unwrap();
    let then: BTreeSet<(String, String)> = then
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(to, id)| (to.to_owned(), id.to_owned()))
        .collect();
    let now: BTreeSet<(String, String)> = sent.iter().cloned().collect();
    assert_eq!(now.len(), sent.len(), "none twice");
    let (missing, new) = (then.difference(&now), now.difference(&then));
    assert_eq!(now, then, "missing: {:#?}\nnew: {:#?}", missing.collect::<Vec<_>>(), new.collect::<Vec<_>>());
}

#[test]
fn an_export_of_an_earlier_release_is_restored_whole() {
    let home = tempfile::tempdir().unwrap();
    let (data, again) = (home.path().join("data"), home.path().join("again.jsonl"));
    let run = |arguments: &[&str], file: &Path| {
        let ended = canvass()
            .args(arguments)
            .arg(file)
            .arg("--data")
            .arg(&data)
            .arg("--config")
            .arg(fixture().join("config"))
            .output()
            .unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    };
    run(&["restore"], &fixture().join("export.jsonl"));
    run(&["export"], &again);
    let records = |file: &Path| -> Vec<Value> {
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line.get("event").is_some()).collect()
    };
    let (then, now) = (records(&fixture().join("export.jsonl")), records(&again));
    let without_version = |record: &Value| {
        let mut record = record.clone();
        record.as_object_mut().unwrap().remove("v");
        record
    };
    assert!(then.len() > 100);
    let carried = &now[..then.len()];
    assert!(
        then.iter().zip(carried).all(|(then, now)| without_version(then) == without_version(now)),
        "every record comes back in its place"
    );
}
