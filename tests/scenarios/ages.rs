//! What Slack said of people long ago decides nothing: readings that fail, and changes nobody heard of.

use serde_json::json;

use crate::world::{World, sample};

const PITCHED: &str = "2026-12-03T10:30:00Z";

/// Whom the bot wrote to, by handle.
async fn reached(world: &World) -> Vec<String> {
    world.sent().await.into_iter().map(|(handle, _)| handle).collect()
}

async fn status(world: &World, handle: &str, emoji: &str) {
    let id = world.person(handle).await.id;
    let change = json!({ "id": id, "status_emoji": emoji, "status_text": "", "lost": true });
    world.post("person", change).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_for_a_vacation_unheard_is_not_written_to_while_the_directory_fails() {
    let world = World::sample().await;
    let fault = json!({ "method": "users.list", "kind": "error:access_denied", "times": 100_000 });
    world.post("faults", fault).await;
    status(&world, "ben", ":palm_tree:").await;
    world.advance_to(PITCHED).await;
    let to = reached(&world).await;
    assert!(!to.contains(&"ben".to_owned()), "{to:?}");
    assert!(to.contains(&"ana".to_owned()), "the others are read one by one: {to:?}");
    // Back from vacation, and nobody heard of that either.
    status(&world, "ben", "").await;
    world.advance_to("2026-12-09T17:00:00Z").await;
    assert!(reached(&world).await.contains(&"ben".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn do_not_disturb_that_can_not_be_read_holds_nothing_up() {
    let mut world = World::without_bot(&sample()).await;
    let fault = json!({ "method": "dnd.teamInfo", "kind": "error:access_denied", "times": 100_000 });
    world.post("faults", fault).await;
    world.start_bot().await;
    world.advance_to(PITCHED).await;
    assert!(reached(&world).await.contains(&"ana".to_owned()));
}
