//! Invitations and entries as others read them: a strict parser, and both calendar servers.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::PASSWORD;
use super::programs::{ALL, Program};
use super::service::{SECRET, offered, organisation};
use crate::world::{World, words};

const TOPIC: &str = "Who pages; who pays, \"exactly\"? \\ Büro 会議 🎉";

/// Reads calendar text as RFC 5545 has it, and refuses what isn't.
const STRICT: &str = r#"
import icalendar, json, sys
text = sys.stdin.buffer.read()
assert b"\r\n" in text and b"\n" not in text.replace(b"\r\n", b""), "lines end in CR LF"
assert all(len(line) <= 75 for line in text.split(b"\r\n")), "lines are folded"
calendar = icalendar.Calendar.from_ical(text)
[event] = calendar.walk("VEVENT")
assert not event.errors and not calendar.errors, event.errors
for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "SEQUENCE"):
    assert name in event, name
assert event["DTSTART"].dt.tzinfo is not None and event["DTSTART"].dt < event["DTEND"].dt
people = event["ATTENDEE"]
print(json.dumps({
    "version": calendar["VERSION"], "product": calendar["PRODID"], "method": calendar.get("METHOD"),
    "uid": event["UID"], "sequence": int(event["SEQUENCE"]), "status": event["STATUS"],
    "description": event.get("DESCRIPTION"), "starts": event["DTSTART"].dt.isoformat(),
    "attendees": sorted(str(person) for person in people), "organizer": str(event["ORGANIZER"]),
}))
"#;

fn strictly(text: &[u8]) -> Value {
    let python = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/bin/python");
    assert!(python.exists(), "`./test` installs python's icalendar in target/test-tools");
    let mut child = Command::new(python)
        .args(["-c", STRICT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let done = child.wait_with_output().unwrap();
    let (said, text) = (String::from_utf8_lossy(&done.stderr), String::from_utf8_lossy(text));
    assert!(done.status.success(), "{said}\n{text}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The files in a conversation, as they are downloaded, oldest first.
async fn downloads(world: &World, messages: &[Value]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for file in messages.iter().flat_map(|message| message["files"].as_array().cloned().unwrap_or_default()) {
        let url =
            format!("{}/sandbox/files/{}", world.base.trim_end_matches('/'), file["id"].as_str().unwrap());
        all.push(world.http.get(url).send().await.unwrap().bytes().await.unwrap().to_vec());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_are_read_by_a_strict_parser_and_count_their_changes() {
    let world = World::sample().await;
    world.advance_to("2026-12-03T10:30:00Z").await;
    let ben = world.person("ben").await;
    ben.commands("book payment-deadlines").await;
    ben.submits(&[("topic", json!(TOPIC))]).await;
    ben.reads("Booked: office hours").await;
    // What nobody was invited to is neither moved nor taken back.
    world.settled().await;
    ben.clicks_on(&ben.reads("Booked: office hours").await, "Move").await;
    ben.submits(&[]).await;
    ben.reads("Moved: your office hours").await;
    world.settled().await;
    ben.clicks_on(&ben.reads("Moved: your office hours").await, "Cancel").await;
    ben.submits(&[]).await;
    ben.reads("Canceled: your office hours").await;
    world.settled().await;
    let read: Vec<Value> =
        downloads(&world, &ben.messages().await).await.iter().map(|text| strictly(text)).collect();
    let told: Vec<(&str, u64, &str)> = read
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap();
            (text("method"), one["sequence"].as_u64().unwrap(), text("status"))
        })
        .collect();
    assert_eq!(
        told,
        [("REQUEST", 0, "CONFIRMED"), ("REQUEST", 1, "CONFIRMED"), ("CANCEL", 2, "CANCELLED")],
        "{read:#?}"
    );
    assert!(read.iter().all(|one| one["uid"] == read[0]["uid"] && one["description"] == json!(TOPIC)));
    assert_eq!(read[0]["attendees"].as_array().unwrap().len(), 2);
    assert!(read[0]["attendees"].as_array().unwrap().contains(&read[0]["organizer"]), "the host comes too");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_comes_back_from_both_servers_as_it_was_written() {
    let mut read = Vec::new();
    for kind in ALL {
        let program = Program::start(kind).await;
        let config = tempfile::tempdir().unwrap();
        organisation(config.path(), &program, "");
        let mut world = World::without_bot(config.path()).await;
        world.secret(SECRET, PASSWORD);
        world.start_bot().await;
        world.advance_to("2026-12-03T10:30:00Z").await;
        let ben = world.person("ben").await;
        offered(&world, &ben).await;
        ben.commands("book payment-deadlines").await;
        ben.submits(&[("topic", json!(TOPIC))]).await;
        assert!(!words(&ben.reads("Booked: office hours").await).is_empty());
        let mut held = Vec::new();
        for minute in 0..30 {
            held = program.entries("Work").await;
            if !held.is_empty() {
                break;
            }
            world.advance_to(&format!("2026-12-03T10:{:02}:00Z", 31 + minute)).await;
        }
        let [entry] = held.as_slice() else { panic!("{kind:?} holds {held:#?}") };
        // Servers may end lines and fold them in their own way.
        let text = entry.replace("\r\n", "\n").replace("\n ", "");
        let text: String = text.lines().map(|line| format!("{}\r\n", folded(line))).collect();
        let mut one = strictly(text.as_bytes());
        assert_eq!((&one["method"], &one["description"]), (&Value::Null, &json!(TOPIC)), "{kind:?}");
        one["uid"] = Value::Null;
        one["product"] = Value::Null;
        read.push(one);
    }
    assert_eq!(read[0], read[1]);
}

fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut room = 74;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            folded.push_str("\r\n ");
            room = 73;
        }
        folded.push(letter);
        room -= letter.len_utf8();
    }
    folded
}
