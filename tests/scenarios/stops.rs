//! A *stop* that is typed, that comes while the bot is away, or that is said under an old message.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::reload::{Organisation, answers};
use crate::world::{Actor, PATIENCE, World, words};

/// Everybody in Europe has the payments pitch and nothing else yet.
const PITCHED: &str = "2026-12-03T10:30:00Z";
/// After the last message of a campaign.
const FROZEN: &str = "2027-01-16T12:00:00Z";

/// How many messages somebody got from the bot, ephemeral ones left out.
async fn got(person: &Actor<'_>) -> usize {
    let of_bot =
        |message: &&Value| message["from_app"] == json!(true) && message["is_ephemeral"] == json!(false);
    person.messages().await.iter().filter(of_bot).count()
}

/// The label of the answer's button that takes it for one initiative only.
fn only_about(answer: &Value) -> Option<String> {
    words(answer).lines().find(|line| line.starts_with("Only about “")).map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_that_is_typed_ends_all_messages_until_it_is_undone() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ana, lucia) = (world.person("ana").await, world.person("lucia").await);
    for person in [&ana, &lucia] {
        person.types("Stop, please.").await;
        let answer = person.reads("Stopped. I won't write to you about planning again").await;
        assert_eq!(only_about(&answer), None, "it was said about nothing: {}", words(&answer));
    }
    let had = (got(&ana).await, got(&lucia).await);
    let answer = lucia.reads("Stopped. I won't write to you").await;
    lucia.clicks_on(&answer, "Undo").await;
    lucia.reads("Undone. Messages about planning continue as before").await;
    world.advance_to(FROZEN).await;
    assert_eq!(got(&ana).await, had.0, "nothing comes after it");
    assert!(had.1 < got(&lucia).await, "and hers go on");
    let priya = world.person("priya").await;
    assert!(
        priya.messages().await.iter().all(|message| !words(message).contains("Stop, please")),
        "nobody is asked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_that_is_typed_under_a_message_may_have_meant_its_initiative_only() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (carla, priya) = (world.person("carla").await, world.person("priya").await);
    let pitch = carla.last_message().await;
    carla.replies(&pitch, "stop").await;
    let answer = carla.reads("Stopped. I won't write to you about planning again").await;
    let label = only_about(&answer).expect("what else it may have meant");
    assert_eq!(label, "Only about “Changes that can be switched off”", "what she was written to about");
    carla.clicks_on(&answer, &label).await;
    carla.reads("Stopped: I won't write to you about “Changes that can be switched off” again").await;
    let plan = priya.commands("plan safe-rollouts").await;
    assert!(plan.contains("They asked for no more messages about this"), "{plan}");
    let had = got(&carla).await;
    world.advance_to(FROZEN).await;
    let later: Vec<String> = carla.messages().await.iter().map(words).collect();
    assert!(had < got(&carla).await, "the other initiatives go on: {later:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_that_is_typed_while_the_bot_is_down_goes_before_what_is_due_at_its_start() {
    let mut world = World::sample().await;
    world.advance_to("2026-11-24T18:00:00Z").await;
    let ana = world.person("ana").await.id;
    let had = got(&world.actor(&ana)).await;
    assert_eq!(had, 1, "the heads-up");
    world.kill_bot();
    world.post("type", json!({ "as": ana, "text": "stop", "lost": true })).await;
    // Meanwhile the pitch falls due.
    world.post("calendar/advance", json!({ "to": PITCHED, "force": true })).await;
    // While what was typed can't be read yet, a question is answered, and nothing of the campaign goes out.
    world
        .post(
            "faults",
            json!({ "method": "conversations.history", "kind": "hold_before_store", "times": 1000 }),
        )
        .await;
    let before = world.sent().await.len();
    world.launch_bot();
    let (ben, priya) = (world.person("ben").await, world.person("priya").await);
    // Two are searched at once: Priya's, for what the journal doesn't know, before anything goes out at all; and the
    // first of the many in which somebody may have typed.
    let first = async {
        loop {
            let held = world.get("faults/held").await["held"].as_array().unwrap().clone();
            if 2 <= held.len() {
                return held;
            }
        }
    };
    for held in tokio::time::timeout(PATIENCE, first).await.expect("two searches") {
        world.post("faults/release", json!({ "id": held["id"] })).await;
    }
    ben.commands("ask payment-deadlines Is there budget for an okapi?").await;
    ben.reads("goes to Priya").await;
    priya.reads("budget for an okapi").await;
    let sent = world.sent().await.split_off(before);
    assert!(sent.iter().all(|(_, text)| text.contains("question") || text.contains("okapi")), "{sent:#?}");
    world.post("faults/clear", json!({})).await;
    world.advance_to("2026-12-03T18:00:00Z").await;
    assert!(ben.has_read("Put in our plan").await, "the others have it");
    assert_eq!(got(&world.actor(&ana)).await, had);
    world.advance_to(FROZEN).await;
    assert_eq!(got(&world.actor(&ana)).await, had, "nor after it");
    assert!(world.actor(&ana).commands("stop undo").await.contains("Undone"), "it is on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_an_old_message_of_somebody_who_was_taken_out_holds_once_they_are_back() {
    let organisation = Organisation::copy();
    let world = World::with(&organisation.path()).await;
    world.advance_to("2026-11-24T18:00:00Z").await;
    let (lucia, priya) = (world.person("lucia").await, world.person("priya").await);
    let old = lucia.last_message().await;
    let had = got(&lucia).await;
    let mut entry = String::new();
    organisation.edit("people.toml", |text| {
        let from = text.find("[people.lucia]").unwrap();
        let until = from + text[from..].find("# --- Payments").unwrap();
        text[from..until].clone_into(&mut entry);
        format!("{}{}", &text[..from], &text[until..])
    });
    world.bot().signal(Signal::HUP);
    answers(&lucia, "bookings", "I don't know you").await;
    lucia.clicks_on(&old, "Stop these messages").await;
    lucia.reads("Stopped. I won't write to you").await;

    organisation.edit("people.toml", |text| format!("{text}\n{entry}"));
    world.bot().signal(Signal::HUP);
    answers(&priya, "plan payment-deadlines", "Lucía Ortega").await;
    world.advance_to(FROZEN).await;
    assert_eq!(got(&lucia).await, had, "she gets nothing");
}
