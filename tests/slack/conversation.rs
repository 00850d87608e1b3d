//! Clicks, modals, commands and typed messages, there and back.

use std::collections::BTreeMap;

use canvass::command::Request;
use canvass::domain::message::{
    Action, Answer, Field, Input, Message, Modal, ModalKind, Reply, Value as Filled,
};
use canvass::domain::performer::{Outcome, Performer};
use serde_json::{Value, json};

use super::*;

async fn posted(room: &Room) -> Value {
    let sent = room.performer.post(&outgoing(POST, to("U1", None), everything())).await;
    let Outcome::Sent { channel, ts } = sent else { panic!("{sent:?}") };
    json!({ "as": "U1", "channel": channel.as_str(), "ts": ts.as_str() })
}

fn click(place: &Value, action: &str) -> Value {
    let mut click = place.clone();
    click["action_id"] = json!(action);
    click
}

fn reason() -> Modal {
    let field = Field {
        name: "text",
        label: "What makes it hard?".into(),
        hint: None,
        optional: true,
        input: Input::Text { lines: true, most: 1_000, placeholder: None, initial: None },
    };
    let when = Field { name: "until", input: Input::Date { initial: None }, ..field.clone() };
    let who = Field { name: "who", input: Input::Person, ..field.clone() };
    let options = vec![("yes".to_owned(), "Tell me what became of it".to_owned())];
    let ticks = Field {
        name: "follow_up",
        input: Input::Ticks { options: options.clone(), initial: vec![] },
        ..field.clone()
    };
    let choice = Field { name: "which", input: Input::Choice(options), ..field.clone() };
    Modal {
        kind: ModalKind::Reason { post: post_id(POST) },
        title: "Why not this quarter?".into(),
        parts: everything().parts,
        fields: vec![field, when, who, ticks, choice],
        submit: Some("Send".into()),
    }
}

#[tokio::test]
async fn a_click_is_taken_and_answered_to_that_person_only() {
    let room = Room::open().await;
    let place = posted(&room).await;
    room.will_reply(Reply::Say(Box::new(everything())));
    let clicked = room.stand.drive("click", click(&place, "plan_it")).await;
    assert_eq!(clicked["delivered"], true, "{clicked}");
    let expected = Request::Act { post: Some(post_id(POST)), action: Action::Answer(Answer::PlanIt) };
    assert_eq!(room.last_taken().request, expected);
    let seen = room.sees("U1", |seen| seen["messages"].as_array().is_some_and(|all| all.len() == 2)).await;
    assert_eq!(seen["messages"][1]["is_ephemeral"], true);
}

#[tokio::test]
async fn an_entry_of_the_menu_is_taken_by_its_own_word() {
    let room = Room::open().await;
    let place = posted(&room).await;
    let mut entry = click(&place, "more");
    entry["value"] = json!(format!("stop {POST}"));
    let clicked = room.stand.drive("click", entry).await;
    assert_eq!(clicked["delivered"], true, "{clicked}");
    assert_eq!(room.last_taken().request, Request::Act { post: Some(post_id(POST)), action: Action::Stop });
}

#[tokio::test]
async fn whoever_waits_for_a_modal_that_does_not_open_is_told_so() {
    let room = Room::open().await;
    let place = posted(&room).await;
    let fault = json!({ "method": "views.open", "kind": "error:expired_trigger_id", "times": 2 });
    room.stand.drive("faults", fault).await;
    room.will_reply(Reply::Open(Box::new(reason())));
    room.stand.drive("click", click(&place, "no")).await;
    room.will_reply(Reply::Open(Box::new(reason())));
    room.stand.drive("command", json!({ "as": "U1", "command": "/canvass", "text": "book" })).await;
    let told = |seen: &Value| {
        let all = seen["messages"].as_array().into_iter().flatten();
        let whispered = all.filter(|message| message["is_ephemeral"] == true);
        whispered.filter(|message| message.to_string().contains("That took too long.")).count()
    };
    let seen = room.sees("U1", |seen| told(seen) == 2).await;
    assert_eq!(seen["modals"], json!([]));
}

#[tokio::test]
async fn a_modal_opens_is_refused_with_a_reason_and_is_taken() {
    let room = Room::open().await;
    let place = posted(&room).await;
    room.will_reply(Reply::Open(Box::new(reason())));
    room.stand.drive("click", click(&place, "no")).await;
    let opened = |seen: &Value| seen["modals"].as_array().is_some_and(|modals| !modals.is_empty());
    let seen = room.sees("U1", opened).await;
    let view = seen["modals"][0]["id"].clone();

    let values = json!({
        "text": { "value": "We are full & tired" },
        "until": { "value": "2026-12-24" },
        "who": { "value": "U2" },
        "follow_up": { "value": ["yes"] },
        "which": { "value": "yes" },
    });
    let submission = json!({ "as": "U1", "view_id": view, "values": values });
    room.will_reply(Reply::Faults(BTreeMap::from([(
        "text".to_owned(),
        "A little more, please.".to_owned(),
    )])));
    let refused = room.stand.drive("modal/submit", submission.clone()).await;
    assert!(refused.to_string().contains("A little more"), "{refused}");

    let taken = room.stand.drive("modal/submit", submission).await;
    assert_eq!(taken["delivered"], true, "{taken}");
    let Request::Submit { modal, values } = room.last_taken().request else { panic!() };
    assert_eq!(modal, ModalKind::Reason { post: post_id(POST) });
    assert_eq!(values["text"], Filled::Text("We are full & tired".into()));
    assert_eq!(values["until"], Filled::Date("2026-12-24".parse().unwrap()));
    assert_eq!(values["who"], Filled::Person(SlackUserId::parse("U2").unwrap()));
    assert_eq!(values["follow_up"], Filled::Ticks(vec!["yes".into()]));
    assert_eq!(values["which"], Filled::Choice("yes".into()));
    room.sees("U1", |seen| seen["modals"].as_array().is_some_and(Vec::is_empty)).await;
}

#[tokio::test]
async fn what_is_said_after_a_submission_takes_the_modals_place() {
    let room = Room::open().await;
    let place = posted(&room).await;
    room.will_reply(Reply::Open(Box::new(reason())));
    room.stand.drive("click", click(&place, "no")).await;
    let seen = room.sees("U1", |seen| seen["modals"].as_array().is_some_and(|all| !all.is_empty())).await;
    room.will_reply(Reply::say("Thank you; that is the end of it."));
    let submission = json!({ "as": "U1", "view_id": seen["modals"][0]["id"] });
    room.stand.drive("modal/submit", submission).await;
    room.sees("U1", |seen| seen["modals"].to_string().contains("that is the end of it")).await;
}

#[tokio::test]
async fn a_message_can_show_something_else_for_now() {
    let room = Room::open().await;
    let place = posted(&room).await;
    room.will_reply(Reply::Show(Box::new(Message::line("Choose again"))));
    room.stand.drive("click", click(&place, "plan_it")).await;
    let seen = room.sees("U1", |seen| seen.to_string().contains("Choose again")).await;
    assert_eq!(seen["messages"].as_array().unwrap().len(), 1);
    // A click's own address brings it up to date from here on, and it is still found.
    let (channel, ts) = (place["channel"].as_str().unwrap(), place["ts"].as_str().unwrap());
    room.stand.drive("faults", json!({ "method": "chat.update", "kind": "error:internal_error" })).await;
    let channel = SlackChannelId::parse(channel).unwrap();
    let ts = canvass::domain::ids::MessageTs::parse(ts).unwrap();
    assert!(room.performer.answers(&channel, &ts));
    assert!(room.performer.answer(post_id(POST), &channel, &ts, &everything()).await);
    let found = room.performer.look_up(post_id(POST), &to("U1", Some(channel.as_str())), None).await;
    assert_eq!(found, canvass::domain::performer::Found::There { channel, ts });
}

#[tokio::test]
async fn a_command_is_answered_in_its_acknowledgement() {
    let room = Room::open().await;
    room.will_reply(Reply::Say(Box::new(everything())));
    let answered = room
        .stand
        .drive("command", json!({ "as": "U1", "command": "/canvass", "text": "coverage payments" }))
        .await;
    assert_eq!(answered["ack_payload"]["response_type"], "ephemeral", "{answered}");
    assert_eq!(room.last_taken().request, Request::Slash { text: "coverage payments".into() });
    room.sees("U1", |seen| seen["messages"].to_string().contains("Payments")).await;
}

#[tokio::test]
async fn what_is_typed_comes_in_and_is_answered_in_a_whisper() {
    let room = Room::open().await;
    posted(&room).await;
    room.will_reply(Reply::say("I passed it on."));
    room.stand.drive("type", json!({ "as": "U1", "text": "Is p99 < 300 ms & stable?" })).await;
    room.sees("U1", |seen| seen["messages"].to_string().contains("I passed it on.")).await;
    let Request::Typed { text, thread, .. } = room.last_taken().request else { panic!() };
    assert_eq!(text, "Is p99 < 300 ms & stable?");
    assert_eq!(thread, None);
    // Our own messages come as events too; they are nobody's question.
    assert_eq!(room.script.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_changed_account_is_noticed() {
    let room = Room::open().await;
    let away = json!({ "id": "U2", "status_emoji": ":palm_tree:", "status_text": "Vacationing" });
    room.stand.drive("person", away).await;
    let noticed = async {
        while !room.script.seen.lock().unwrap().iter().any(|member| member.away.is_some()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), noticed).await.expect("the change was not noticed");
}
