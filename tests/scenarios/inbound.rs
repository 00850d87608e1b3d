//! What people send that isn't plain words, and what Slack tells that isn't about us.

use serde_json::{Value, json};

use super::advocates::two_advocates;
use crate::world::{World, words};

const PITCHED: &str = "2026-12-03T10:30:00Z";

fn file(kind: Value) -> Value {
    json!({ "type": "message", "subtype": "file_share", "text": "", "files": [kind] })
}

#[tokio::test(flavor = "multi_thread")]
async fn s01_s02_what_has_no_words_gets_one_line_that_says_what_can_be_read() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ana, ben, dev) = (world.person("ana").await, world.person("ben").await, world.person("dev").await);
    let clip = json!({
        "id": "F1", "mimetype": "audio/mp4", "subtype": "slack_audio", "name": "audio_message.m4a",
        "transcription": { "status": "complete", "preview": { "content": "how much work is it" } },
    });
    ana.sends(file(clip)).await;
    ana.reads(
        "I can't listen to voice clips. Type it in a few words, and I'll answer or pass it on to Priya.",
    )
    .await;

    // A burst of pictures is one thing that was sent.
    for number in 0..4 {
        let sent = ben.sends(file(json!({ "id": format!("F{number}"), "mimetype": "image/png" }))).await;
        assert_eq!(sent["delivered"], json!(true), "{sent}");
    }
    let forwarded = json!({
        "type": "message", "text": "",
        "attachments": [{
            "is_share": true, "is_msg_unfurl": true, "text": "can we do this?", "author_id": "U1",
            "from_url": "https://example.slack.com/archives/C1/p1",
        }],
    });
    dev.sends(forwarded).await;
    dev.reads("I can't read forwarded messages. Type your question").await;
    ben.reads("I can't read pictures. Type what it's about").await;
    ben.types("Which vendor contract covers this?").await;
    ben.reads("Priya").await;
    world.settled().await;
    let told = ben.messages().await;
    assert_eq!(told.iter().filter(|message| words(message).contains("I can't read pictures")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_heard_however_they_come() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ana, ben, priya) =
        (world.person("ana").await, world.person("ben").await, world.person("priya").await);
    ana.sends(
        json!({ "type": "message", "subtype": "me_message", "text": "wonders which zebra pays for it?" }),
    )
    .await;
    priya.reads("wonders which zebra pays for it?").await;

    // A caption that is added later is the question.
    let picture = json!({ "id": "F1", "mimetype": "image/png" });
    let sent = ben.sends(file(picture.clone())).await;
    ben.reads("I can't read pictures.").await;
    let after = json!({ "type": "message", "user": ben.id, "text": "which okapi owns this?", "files": [picture],
        "ts": sent["ts"] });
    let before = json!({ "type": "message", "user": ben.id, "text": "", "ts": sent["ts"] });
    let edit = json!({ "type": "message", "subtype": "message_changed", "message": after,
        "previous_message": before, "hidden": true });
    ben.sends(edit).await;
    priya.reads("which okapi owns this?").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_reaches_the_advocate_with_names_for_what_stands_in_it() {
    let world = World::sample().await;
    world.advance_to(PITCHED).await;
    let (ana, ben, priya) =
        (world.person("ana").await, world.person("ben").await, world.person("priya").await);
    let text = format!(
        "Does <@{}> or <!subteam^S1|@checkout-team> own the tapir &amp; see <https://example.com/d|the design> in \
         <#C1|general>?\u{202e}",
        ben.id
    );
    ana.sends(json!({ "type": "message", "text": text })).await;
    let relayed = priya
        .reads("Does @Ben Carter or @checkout-team own the tapir & see the design (https://example.com/d) in #general?")
        .await;
    assert!(!words(&relayed).contains("<@") && !words(&relayed).contains('\u{202e}'));
    priya.commands(&format!("ask payment-deadlines does @{} know?", "ben")).await;
    ana.commands("ask does @ben know the tapir?").await;
    priya.reads("does @Ben Carter know the tapir?").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_or_removed_elsewhere_pauses_nothing() {
    let world = World::sample().await;
    let (ana, priya) = (world.person("ana").await, world.person("priya").await);
    let revoked = |oauth: Value, bot: Value| json!({ "type": "tokens_revoked", "tokens": { "oauth": oauth, "bot": bot } });
    for (event, around) in [
        (revoked(json!([ana.id]), json!([])), json!({})),
        (revoked(json!([]), json!(["U0OTHERBOT"])), json!({})),
        (json!({ "type": "app_uninstalled" }), json!({ "team_id": "T0ELSEWHERE" })),
    ] {
        let sent = world.post("event", json!({ "event": event, "around": around })).await;
        assert_eq!(sent["delivered"], json!(true), "{sent}");
    }
    // Messages go out all the same.
    world.advance_to("2026-11-17T20:00:00Z").await;
    assert!(priya.commands("resume").await.contains("not paused"));
    assert!(world.sent().await.iter().any(|(to, _)| to == "ana"));
    // What is about us pauses.
    let ours = json!({ "type": "app_uninstalled" });
    world.post("event", json!({ "event": ours })).await;
    let stops = async {
        while !priya.commands("plan payment-deadlines").await.contains("Slack refuses everything") {}
    };
    tokio::time::timeout(crate::world::PATIENCE, stops).await.expect("it pauses");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_people_were_read_the_bot_says_that_it_starts() {
    let folder = two_advocates();
    let mut world = World::without_bot(folder.path()).await;
    world.post("faults", json!({ "method": "users.list", "kind": "hold_before_store", "times": 100 })).await;
    world.launch_bot();
    let nadia = world.person("nadia").await;
    let starting = "I'm just starting and haven't yet read who is in this workspace";
    let greeted = async {
        loop {
            // Until it is connected, nothing answers.
            let said = nadia.commands("coverage").await;
            if !said.is_empty() {
                return said;
            }
        }
    };
    let said = tokio::time::timeout(crate::world::PATIENCE, greeted).await.expect("an answer");
    assert!(said.contains(starting) && said.contains("try again"), "{said}");
    nadia.opens_home().await;
    nadia.reads_at_home(starting).await;
    nadia.types("Is there a flag?").await;
    nadia.reads("so I couldn't record that. Please send it again").await;
    world.post("faults/clear", json!({})).await;
    world.post("faults/release", json!({})).await;
    world.settled().await;
    assert!(nadia.commands("coverage").await.contains("Leo Fischer"));
    // Somebody whom nobody configured is a stranger now.
    world.post("person", json!({ "id": "U0STRANGER1", "name": "zoe", "real_name": "Zoe" })).await;
    assert!(world.actor("U0STRANGER1").commands("help").await.contains("I don't know you yet"));
}
