//! Round trips between a person and a scripted app.

use std::time::Duration;

use serde_json::{Value, json};

use super::stand_in::{StandIn, with_button};

#[tokio::test]
async fn what_a_person_types_reaches_the_app_and_its_answer_reaches_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut app = slack.connect().await;
    let (typed, event) =
        tokio::join!(slack.drive("type", json!({"as": "U1", "text": "a < b, @ben"})), async {
            let event = app.next().await;
            app.ack(&event, Value::Null).await;
            event
        });
    assert_eq!(typed["delivered"], true);
    insta::assert_json_snapshot!(event, {
        ".envelope_id" => "[id]", ".payload.event_id" => "[id]",
        ".payload.event.client_msg_id" => "[id]", ".payload.event.blocks[0].block_id" => "[id]",
    });
    let channel = event["payload"]["event"]["channel"].clone();
    slack.api("chat.postMessage", json!({"channel": channel, "text": "You said it"})).await;
    let seen = slack.look("state?as=U1").await;
    let texts: Vec<&Value> =
        seen["selected"]["messages"].as_array().unwrap().iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, ["a &lt; b, <@U2>", "You said it"]);
    assert_eq!(seen["people"][0]["unread"], 1);
}

#[tokio::test]
async fn a_click_carries_the_message_and_its_trigger_opens_a_modal_whose_submission_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let posted = slack
        .api(
            "chat.postMessage",
            json!({"channel": "U1", "text": "Will you?", "blocks": with_button("Will you?")}),
        )
        .await;
    let mut app = slack.connect().await;
    let own_message = app.next().await;
    assert_eq!(own_message["payload"]["event"]["bot_id"], "B0BOT", "an app hears its own messages");
    app.ack(&own_message, Value::Null).await;

    let click = json!({"as": "U1", "ts": posted["ts"], "action_id": "yes"});
    let (outcome, opened) = tokio::join!(slack.drive("click", click), async {
        let envelope = app.next().await;
        insta::assert_json_snapshot!("block_actions", envelope, {
            ".envelope_id" => "[id]", ".payload.trigger_id" => "[id]", ".payload.response_url" => "[url]",
        });
        let modal = json!({
            "type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "callback_id": "why",
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": [{"type": "input", "block_id": "reason", "label": {"type": "plain_text", "text": "Reason"},
                "element": {"type": "plain_text_input", "action_id": "text"}}],
        });
        let trigger = envelope["payload"]["trigger_id"].clone();
        let opened = slack.api("views.open", json!({"trigger_id": trigger, "view": modal})).await;
        assert_eq!(opened["ok"], true, "{opened}");
        let again = slack.api("views.open", json!({"trigger_id": trigger, "view": modal})).await;
        assert_eq!(again["error"], "exchanged_trigger_id");
        app.ack(&envelope, Value::Null).await;
        opened
    });
    assert_eq!(outcome["delivered"], true);

    let view_id = opened["view"]["id"].clone();
    let empty = slack.drive("modal/submit", json!({"as": "U1", "view_id": view_id})).await;
    assert_eq!(empty["errors"]["reason"], "Please complete this required field.");

    let submission = json!({"as": "U1", "view_id": view_id, "values": {"reason": {"text": "no time"}}});
    let (outcome, ()) = tokio::join!(slack.drive("modal/submit", submission.clone()), async {
        let envelope = app.next().await;
        insta::assert_json_snapshot!("view_submission", envelope, {
            ".envelope_id" => "[id]", ".payload.trigger_id" => "[id]", ".payload.view.id" => "[id]",
            ".payload.view.root_view_id" => "[id]", ".payload.view.hash" => "[hash]",
        });
        let errors = json!({"response_action": "errors", "errors": {"reason": "Say more."}});
        app.ack(&envelope, errors).await;
    });
    assert_eq!(outcome["errors"]["reason"], "Say more.");

    let (outcome, ()) = tokio::join!(slack.drive("modal/submit", submission), async {
        let envelope = app.next().await;
        app.ack(&envelope, Value::Null).await;
    });
    assert_eq!(outcome["delivered"], true);
    assert_eq!(slack.look("state?as=U1").await["selected"]["modals"], json!([]));
}

#[tokio::test]
async fn a_command_s_answer_is_shown_to_its_author_alone() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut app = slack.connect().await;
    let command = json!({"as": "U1", "command": "/echo", "text": "hello @ben"});
    let (outcome, ()) = tokio::join!(slack.drive("command", command), async {
        let envelope = app.next().await;
        insta::assert_json_snapshot!("slash_command", envelope, {
            ".envelope_id" => "[id]", ".payload.trigger_id" => "[id]", ".payload.response_url" => "[url]",
        });
        app.ack(&envelope, json!({"text": "hello yourself"})).await;
        let url = envelope["payload"]["response_url"].as_str().unwrap();
        for expected in [200, 200, 200, 200, 200, 404] {
            let answer = slack.client.post(url).json(&json!({"text": "later"})).send().await.unwrap();
            assert_eq!(answer.status(), expected);
        }
    });
    assert_eq!(outcome["delivered"], true);
    let seen = slack.look("state?as=U1").await;
    let messages = seen["selected"]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 6);
    assert!(messages.iter().all(|message| message["is_ephemeral"] == true));
    let history = slack.api("conversations.history", json!({"channel": "D1"})).await;
    assert_eq!(history["messages"], json!([]));
    let unknown = slack.drive("command", json!({"as": "U1", "command": "/other"})).await;
    assert_eq!(unknown["error"], "no app knows the command /other");
}

#[tokio::test]
async fn an_event_that_was_not_acknowledged_comes_again_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut first = slack.connect().await;
    let home = slack.drive("open_home", json!({"as": "U1"})).await;
    assert_eq!(first.next().await["retry_attempt"], 0);
    slack.drive("socket/cut", json!({})).await;
    assert!(first.is_closed().await);

    let mut second = slack.connect().await;
    let again = second.next().await;
    assert_eq!((&again["retry_attempt"], &again["retry_reason"]), (&json!(1), &json!("timeout")));
    assert_eq!(again["payload"]["event_id"], home["event_id"]);
    second.ack(&again, Value::Null).await;

    let redeliver = json!({"event_id": home["event_id"]});
    let (outcome, ()) = tokio::join!(slack.drive("redeliver", redeliver), async {
        let envelope = second.next().await;
        assert_eq!(envelope["payload"]["event_id"], home["event_id"]);
        second.ack(&envelope, Value::Null).await;
    });
    assert_eq!(outcome["delivered"], true);
}

#[tokio::test]
async fn a_click_that_nobody_takes_shows_slack_s_error() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let posted = slack.api("chat.postMessage", json!({"channel": "U1", "blocks": with_button("x")})).await;
    let click = json!({"as": "U1", "ts": posted["ts"], "action_id": "yes"});
    assert_eq!(slack.drive("click", click.clone()).await["error"], "dispatch_failed");

    let mut app = slack.connect().await;
    let event = app.next().await;
    app.ack(&event, Value::Null).await;
    let (outcome, ()) = tokio::join!(slack.drive("click", click), async {
        app.next().await;
        slack.drive("socket/cut", json!({})).await;
    });
    assert_eq!(outcome["error"], "operation_timeout");
}

#[tokio::test]
async fn a_trigger_expires_after_three_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut app = slack.connect().await;
    let command = json!({"as": "U1", "command": "/echo"});
    let (_, ()) = tokio::join!(slack.drive("command", command), async {
        let envelope = app.next().await;
        slack.pass(Duration::from_millis(3001));
        let view = json!({"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []});
        let trigger = &envelope["payload"]["trigger_id"];
        let late = slack.api("views.open", json!({"trigger_id": trigger, "view": view})).await;
        assert_eq!(late["error"], "expired_trigger_id");
        app.ack(&envelope, Value::Null).await;
    });
}

#[tokio::test]
async fn at_most_ten_connections_are_open_and_a_ticket_opens_one() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(slack.connect().await);
    }
    let mut eleventh = slack.connect().await;
    assert_eq!(eleventh.next().await["reason"], "too_many_websockets");
    slack.drive("socket/disconnect", json!({"reason": "refresh_requested"})).await;
    for socket in &mut open {
        assert_eq!(socket.next().await["reason"], "refresh_requested");
        assert!(socket.is_closed().await);
    }
}
