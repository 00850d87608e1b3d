//! The bot is killed between a booking, its entry in the host's calendar, the invitation and the
//! confirmation; after a restart there is one of each.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::calendars::PASSWORD;
use crate::calendars::programs::{Kind, Program};
use crate::calendars::service::{self, SECRET};
use crate::world::{World, words};

/// Where a call is held before the kill: none is right after the click was acknowledged.
const KILLS: [Option<(&str, &str)>; 9] = [
    None,
    Some(("chat.postMessage", "hold_before_store")),
    Some(("chat.postMessage", "hold_after_store")),
    Some(("files.getUploadURLExternal", "hold_before_store")),
    Some(("files.getUploadURLExternal", "hold_after_store")),
    Some(("upload", "hold_after_store")),
    Some(("files.completeUploadExternal", "hold_before_store")),
    Some(("files.completeUploadExternal", "hold_after_store")),
    Some(("conversations.history", "hold_after_store")),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_of_a_booking_leaves_one_of_everything() {
    let program = Program::start(Kind::Radicale).await;
    let config = tempfile::tempdir().unwrap();
    service::organisation(config.path(), &program, "");
    let mut world = World::troubled(config.path(), 50).await;
    world.secret(SECRET, PASSWORD);
    world.start_bot().await;
    world.advance_to("2026-12-01T08:00:00Z").await;
    let guests = ["ben", "ana", "dev", "lucia", "carla", "henrik", "yuki", "marta", "tomas"];
    for (guest, kill) in guests.into_iter().zip(KILLS) {
        let actor = world.person(guest).await;
        let before = files(&actor.messages().await);
        service::offered(&world, &actor).await;
        actor.commands("book").await;
        actor.modal().await;
        if let Some((method, kind)) = kill {
            world.post("faults", json!({ "method": method, "kind": kind })).await;
        }
        let done = actor.submits(&[]).await;
        assert!(done["ack_payload"].is_null() || done["ack_payload"] == json!({}), "{guest}: {done}");
        if kill.is_some() {
            while world.get("faults/held").await["held"] == json!([]) {}
        }
        world.kill_bot();
        world.post("faults/clear", json!({})).await;
        world.start_bot().await;
        // Longer than a post in doubt is left alone.
        for _ in 0..4 {
            world.advance_to(&later(&world).await).await;
        }
        let actor = world.person(guest).await;
        let told = actor.messages().await;
        let booked = told.iter().filter(|message| words(message).contains("Booked: office hours with Priya"));
        assert_eq!(booked.count(), 1, "{guest}, killed at {kill:?}");
        assert_eq!(files(&told), before + 1, "{guest}, killed at {kill:?}: one invitation");
    }
    // The host hears of them by day, and has each once; so has the calendar.
    world.advance_to("2026-12-01T12:00:00Z").await;
    for _ in 0..3 {
        world.advance_to(&later(&world).await).await;
    }
    assert_eq!(program.entries("Work").await.len(), KILLS.len());
    let heard = world.person("priya").await.messages().await;
    let heard_of = heard.iter().filter(|message| words(message).contains("booked your office hours"));
    assert_eq!(heard_of.count(), KILLS.len());
    assert_eq!(files(&heard), KILLS.len());
}

fn files(messages: &[Value]) -> usize {
    messages.iter().map(|message| message["files"].as_array().map_or(0, Vec::len)).sum()
}

async fn later(world: &World) -> String {
    let now: Timestamp = world.get("state").await["calendar"]["now"].as_str().unwrap().parse().unwrap();
    now.checked_add(SignedDuration::from_mins(4)).unwrap().to_string()
}
