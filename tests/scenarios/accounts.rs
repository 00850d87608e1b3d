//! An account is the human: who is believed to be whom, and what becomes of their acts.

use serde_json::json;

use crate::world::{World, sample};

/// Somebody with Henrik's address, whom nobody may take for him.
const IMPOSTORS: [(&str, &str); 3] =
    [("U0OUTSIDER", "team_id"), ("U0BOTTY000", "is_bot"), ("U0GUEST000", "is_restricted")];

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_a_bot_or_a_guest_with_somebodys_address_is_never_taken_for_them() {
    let mut world = World::without_bot(&sample()).await;
    let henrik = world.person("henrik").await.id;
    let email = "henrik.olsen@example.com";
    // His own account is gone, so nothing but the address speaks for anybody.
    world.post("person", json!({ "id": henrik, "deleted": true, "email": "gone@example.com" })).await;
    for (id, what) in IMPOSTORS {
        let value = if what == "team_id" { json!("T0ELSEWHERE") } else { json!(true) };
        let name = id.to_lowercase();
        world
            .post(
                "person",
                json!({ "id": id, "name": name, "real_name": "Henrik Olsen", "email": email, what: value }),
            )
            .await;
    }
    world.start_bot().await;
    world.advance_to("2026-12-10T18:00:00Z").await;
    for (id, what) in IMPOSTORS {
        let impostor = world.actor(id);
        assert!(impostor.messages().await.is_empty(), "{what}: nothing of Henrik's reaches them");
        let told = impostor.commands("bookings").await;
        assert!(told.contains("I don't know you"), "{what}: {told}");
    }
}
