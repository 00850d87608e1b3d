//! What is answered over HTTP, to Slack and at the end.

use std::sync::Arc;

use async_trait::async_trait;
use canvass::command::{Incoming, Request};
use canvass::domain::message::Reply;
use canvass::slack::{Closed, Inbox};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::{Door, ask, genuine, raw, reply, status};
use crate::slack::Script;

const FORM: &str = "application/x-www-form-urlencoded";
const COMMAND: &str = "command=%2Fcanvass&text=help&user_id=U1&trigger_id=1.2.3";

fn command() -> Vec<u8> {
    raw("POST", "/slack/commands", &genuine(FORM, COMMAND.as_bytes()), COMMAND.as_bytes())
}

fn event(json: &str) -> Vec<u8> {
    raw("POST", "/slack/events", &genuine("application/json", json.as_bytes()), json.as_bytes())
}

#[tokio::test]
async fn a_command_is_answered_in_the_response_itself() {
    let door = Door::open().await;
    door.script.replies.lock().unwrap().push_back(Reply::say("Here is help."));
    let answer = ask(door.address, &command()).await;
    assert_eq!(status(&answer), Some(200), "{answer}");
    assert!(answer.contains("content-type: application/json"), "{answer}");
    assert!(
        answer.contains("\"response_type\":\"ephemeral\"") && answer.contains("Here is help."),
        "{answer}"
    );
    let taken = door.script.taken.lock().unwrap();
    assert_eq!(taken.first().unwrap().request, Request::Slash { text: "help".into() });
}

#[tokio::test]
async fn slack_s_check_of_the_address_is_answered_with_its_challenge() {
    let door = Door::open().await;
    let answer = ask(door.address, &event(r#"{"type":"url_verification","challenge":"3eZbrw1a"}"#)).await;
    assert_eq!(status(&answer), Some(200));
    assert!(answer.ends_with(r#"{"challenge":"3eZbrw1a"}"#), "{answer}");
    let certificate = b"ssl_check=1&token=x";
    let answer =
        ask(door.address, &raw("POST", "/slack/commands", &genuine(FORM, certificate), certificate)).await;
    assert_eq!(status(&answer), Some(200));
    assert_eq!(door.taken(), 0);
}

#[tokio::test]
async fn many_requests_go_over_one_connection() {
    let door = Door::open().await;
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(&command()).await.unwrap();
        assert_eq!(status(&reply(&mut stream).await), Some(200));
    }
    assert_eq!(door.taken(), 3);
}

/// A program that has stopped.
struct Stopped;

#[async_trait]
impl Inbox for Stopped {
    async fn take(&self, _: Incoming) -> Result<Reply, Closed> {
        Err(Closed)
    }
}

#[tokio::test]
async fn what_can_not_be_taken_now_is_asked_for_again() {
    let door = Door::open_to(Arc::new(Stopped), Arc::default()).await;
    let typed = r#"{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"D1",
        "channel_type":"im","user":"U1","text":"hello","ts":"1.000001"}}"#;
    let answer = ask(door.address, &event(typed)).await;
    assert_eq!(status(&answer), Some(503));
    assert!(!answer.to_lowercase().contains("x-slack-no-retry"), "{answer}");
}

/// A program that is busy until it is told to go on.
#[derive(Default)]
struct Busy {
    began: Notify,
    go_on: Notify,
}

#[async_trait]
impl Inbox for Busy {
    async fn take(&self, _: Incoming) -> Result<Reply, Closed> {
        self.began.notify_one();
        self.go_on.notified().await;
        Ok(Reply::say("Done."))
    }
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_service_stops() {
    let busy = Arc::new(Busy::default());
    // An address of its own, so that no other test can have the port once it is free.
    let door = Door::open_at("127.0.0.2:0", Arc::clone(&busy) as _, Arc::<Script>::default()).await;
    let address = door.address;
    let mut idle = TcpStream::connect(address).await.unwrap();
    let asking = tokio::spawn(async move { ask(address, &command()).await });
    busy.began.notified().await;
    let stopped = door.stop();
    assert_eq!(reply(&mut idle).await, "", "an idle connection is closed");
    assert!(TcpStream::connect(address).await.is_err(), "no new one is taken");
    assert!(!stopped.is_finished());
    busy.go_on.notify_one();
    let answer = asking.await.unwrap();
    assert!(answer.contains("Done."), "{answer}");
    stopped.await.unwrap();
}
