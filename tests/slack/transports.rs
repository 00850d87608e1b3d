//! The same conversation over Socket Mode and over HTTP, in one workspace and for a whole organisation.

use canvass::command::Request;
use canvass::domain::message::{Action, Answer, Modal, ModalKind, Reply};
use canvass::domain::performer::{Outcome, Performer};
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn a_conversation_is_the_same_whichever_way_it_comes() {
    for over_http in [false, true] {
        for org_wide in [false, true] {
            let room = Room::open_with(over_http, org_wide).await;
            converse(&room).await;
        }
    }
}

async fn converse(room: &Room) {
    let sent = room.performer.post(&outgoing(POST, to("U1", None), everything())).await;
    let Outcome::Sent { channel, ts } = sent else { panic!("{sent:?}") };
    let click = |action: &str| json!({ "as": "U1", "channel": channel.as_str(), "ts": ts.as_str(), "action_id": action });

    let clicked = room.stand.drive("click", click("plan_it")).await;
    assert_eq!(clicked["delivered"], true, "{clicked}");
    let expected = Request::Act { post: Some(post_id(POST)), action: Action::Answer(Answer::PlanIt) };
    assert_eq!(room.last_taken().request, expected);

    let kind = ModalKind::Reason { post: post_id(POST) };
    let modal =
        Modal { kind, title: "Why?".into(), parts: vec![], fields: vec![], submit: Some("Send".into()) };
    room.will_reply(Reply::Open(Box::new(modal)));
    room.stand.drive("click", click("no")).await;
    let seen = room.sees("U1", |seen| seen["modals"].as_array().is_some_and(|all| !all.is_empty())).await;
    room.will_reply(Reply::say("Thank you."));
    let submission = json!({ "as": "U1", "view_id": seen["modals"][0]["id"] });
    room.stand.drive("modal/submit", submission).await;
    room.sees("U1", |seen| seen["modals"].to_string().contains("Thank you.")).await;

    room.will_reply(Reply::say("All well."));
    let command = json!({ "as": "U1", "command": "/canvass", "text": "show a & b" });
    let answered = room.stand.drive("command", command).await;
    assert!(answered["ack_payload"].to_string().contains("All well."), "{answered}");
    assert_eq!(room.last_taken().request, Request::Slash { text: "show a & b".into() });

    room.will_reply(Reply::say("I passed it on."));
    let typed = room.stand.drive("type", json!({ "as": "U1", "text": "Is it < 300 ms?" })).await;
    assert_eq!(typed["delivered"], true, "{typed}");
    room.sees("U1", |seen| seen["messages"].to_string().contains("I passed it on.")).await;
    let Request::Typed { text, .. } = room.last_taken().request else { panic!() };
    assert_eq!(text, "Is it < 300 ms?");

    room.stand.drive("open_home", json!({ "as": "U1" })).await;
    let opened = || {
        room.script.taken.lock().unwrap().iter().any(|one| matches!(one.request, Request::OpenHome { .. }))
    };
    while !opened() {
        tokio::task::yield_now().await;
    }
    assert_eq!(room.stand.look("socket").await["connections"], room.connections());
    assert_ne!(Value::Null, room.stand.look("events").await["events"]);
}
