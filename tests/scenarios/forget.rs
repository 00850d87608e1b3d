//! Somebody asks to be forgotten: nothing of theirs is left to read, and nothing is ever sent to them again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::reload::Organisation;
use crate::world::{Actor, World, canvass, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";
/// What only Ben writes, so that it can be looked for.
const WORD: &str = "quagga";
const KEY: &str = "a root key that is long enough for it";

fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = canvass();
    command.args(arguments).arg("--data").arg(world.data()).arg("--config").arg(world.config());
    command.stdin(Stdio::null());
    command
}

fn run(world: &World, arguments: &[&str], key: Option<&str>) -> (Option<i32>, String) {
    let mut command = command(world, arguments);
    command.envs(key.map(|key| ("CANVASS_ROOT_KEY", key)));
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Everything in a folder, as bytes that are looked through for text.
fn contents(folder: &Path, into: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            contents(&entry.path(), into);
        } else if entry.file_type().unwrap().is_file() {
            into.extend(fs::read(entry.path()).unwrap());
        }
    }
}

fn keys_of(world: &World, person: &str) -> usize {
    let digest = Sha256::digest(format!("canvass key of {person}").as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let keys = fs::read_dir(world.data().join("keys")).unwrap();
    keys.filter(|key| key.as_ref().unwrap().file_name().to_string_lossy().starts_with(&digest)).count()
}

/// Ben answers, asks and books; Priya has it all in her direct message, and in a digest.
async fn ben_takes_part(world: &World) {
    world.advance_to(PITCHED).await;
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    ben.clicks("Put in our plan").await;
    ben.reads("Recorded").await;
    ben.types(&format!("Does the {WORD} team know about this?")).await;
    world.settled().await;
    priya.reads(&format!("Does the {WORD} team")).await;
    ben.commands("book payment-deadlines").await;
    let topic = format!("Who carries the {WORD} pager?");
    ben.submits(&[("slot", json!("priya 1797526800")), ("topic", json!(topic))]).await;
    ben.reads("Booked: office hours with Priya").await;
    let said = priya.commands(&format!("note @ben payment-deadlines {WORD} again")).await;
    assert!(said.contains("Kept your note"), "{said}");
    world.advance_to("2026-12-07T12:00:00Z").await;
    priya.reads("Ben booked your office hours").await;
    priya.reads("asked a question").await;
}

fn read_by(messages: &[Value], text: &str) -> Vec<String> {
    // What only its reader sees until they look away is kept nowhere.
    let lasts =
        |message: &&Value| message["from_app"] == json!(true) && message["is_ephemeral"] == json!(false);
    let from_bot = messages.iter().filter(lasts);
    from_bot.map(words).filter(|message| message.contains(text)).collect()
}

async fn nothing_left_to_read(world: &World, priya: &Actor<'_>) {
    for text in [WORD, "Ben"] {
        priya
            .sees("nothing of Ben", |seen| {
                read_by(seen["messages"].as_array()?, text).is_empty().then_some(())
            })
            .await;
    }
    priya.opens_home().await;
    let home = priya.reads_at_home("Where they stand").await;
    assert!(!words(&home).contains(WORD), "{}", words(&home));
    world.settled().await;
}

async fn restored(world: &mut World, export: &str) {
    world.kill_bot();
    fs::remove_dir_all(world.data()).unwrap();
    let (code, said) = run(world, &["restore", export], None);
    assert_eq!(code, Some(0), "{said}");
    world.start_bot().await;
    assert!(world.person("priya").await.commands("resume").await.contains("Resumed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_somebody_who_is_forgotten_is_left_to_read_and_nothing_is_sent_to_them_again() {
    let organisation = Organisation::copy();
    let mut world = World::without_bot(&organisation.path()).await;
    world.secret("CANVASS_ROOT_KEY", KEY);
    world.start_bot().await;
    ben_takes_part(&world).await;
    assert!(keys_of(&world, "ben") > 0);

    let (code, said) = run(&world, &["forget", "ben"], None);
    assert_eq!(code, Some(2), "it asks first, and nobody is there to answer: {said}");
    for told in ["This forgets Ben", "3 texts by or about them", "Nothing was done", "--yes"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(keys_of(&world, "ben") > 0);
    let (code, said) = run(&world, &["forget", "bne"], None);
    assert_eq!((code, said.contains("I don't know “bne”")), (Some(1), true), "{said}");
    let (code, said) = run(&world, &["forget", "priya", "--yes"], None);
    assert_eq!((code, said.contains("advocates an initiative")), (Some(1), true), "{said}");
    let (code, said) = run(&world, &["forget", "ben", "--yes"], None);
    assert_eq!(code, Some(0), "{said}");
    for told in [
        "Forgot Ben",
        "3 texts by or about them",
        "1 key destroyed",
        "1 booking to come: canceled",
        "marks for 1 account and 1 address",
        "take ben out of people.toml",
        "calendars of hosts",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }

    world.settled().await;
    let priya = world.person("priya").await;
    nothing_left_to_read(&world, &priya).await;
    assert_eq!(keys_of(&world, "ben"), 0);
    let export = world.folder.path().join("export.jsonl");
    let export = export.to_str().unwrap();
    assert_eq!(run(&world, &["export", export], None).0, Some(0));
    let mut all = fs::read(export).unwrap();
    contents(&world.data(), &mut all);
    assert!(!String::from_utf8_lossy(&all).contains(WORD));
    assert!(String::from_utf8_lossy(&all).contains("person_forgotten"));
    let (_, plan) = run(&world, &["plan"], None);
    assert!(plan.contains("asked to be forgotten"), "{plan}");

    // Neither they nor anybody else puts anything on record about them again.
    let ben = world.person("ben").await;
    let answered = ben.commands("hours").await;
    assert!(answered.contains("You asked to be forgotten"), "{answered}");
    let (code, said) = run(&world, &["preview", "ben"], None);
    assert_eq!((code, said.contains("asked to be forgotten")), (Some(1), true), "{said}");
    for refused in [
        "note @ben no",
        "met @ben payment-deadlines",
        "send @ben payment-deadlines",
        "leave @ben 3",
        "preview @ben payment-deadlines",
    ] {
        let said = priya.commands(refused).await;
        assert!(said.contains("asked to be forgotten"), "{refused}: {said}");
    }

    // On another machine, from the export alone, and under another id.
    organisation.edit("people.toml", |text| {
        text.replace("[people.ben]", "[people.benedict]").replace("\"ben\"", "\"benedict\"")
    });
    let heard = |sent: &[(String, String)], who: &str| sent.iter().filter(|(to, _)| to == who).count();
    let before = world.sent().await;

    world.no_secrets();
    restored(&mut world, export).await;
    world.advance_to("2027-01-05T18:00:00Z").await;
    assert_eq!(world.sent().await.len(), before.len(), "without the root key nothing is sent at all");
    let plan = world.person("priya").await.commands("plan").await;
    assert!(plan.contains("CANVASS_ROOT_KEY"), "{plan}");

    world.secret("CANVASS_ROOT_KEY", KEY);
    restored(&mut world, export).await;
    world.advance_to("2027-01-20T18:00:00Z").await;
    let after = world.sent().await;
    assert_eq!(heard(&after, "ben"), heard(&before, "ben"), "nothing is sent to Ben again");
    assert!(after.len() > before.len(), "others go on getting theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_forgotten_without_a_service_and_a_wrong_root_key_is_refused() {
    let mut world = World::without_bot(&crate::world::sample()).await;
    world.secret("CANVASS_ROOT_KEY", KEY);
    world.start_bot().await;
    ben_takes_part(&world).await;
    assert_eq!(world.stop_bot(), Some(0));
    let wrong = KEY.replace("long", "good");
    for key in [None, Some(wrong.as_str())] {
        let (code, said) = run(&world, &["forget", "ben", "--yes"], key);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("root key") && said.contains("Nothing was changed"), "{said}");
    }
    let (code, said) = run(&world, &["forget", "ben", "--yes"], Some(KEY));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(keys_of(&world, "ben"), 0);
    world.start_bot().await;
    nothing_left_to_read(&world, &world.person("priya").await).await;
    let (code, said) = run(&world, &["forget", "ben", "--yes"], None);
    assert_eq!((code, said.contains("was forgotten already")), (Some(1), true), "{said}");
}
