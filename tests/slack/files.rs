//! Posts that come with a file.

use canvass::domain::event::RefusedFor;
use canvass::domain::message::{Attachment, FileKind, Message};
use canvass::domain::performer::{Found, Outcome, Performer, Refreshed};
use serde_json::{Value, json};

use super::*;

const NAME: &str = "office-hours-9ff5fb5708b3.ics";
const CONTENT: &str = "BEGIN:VCALENDAR\r\nSUMMARY:Büro\r\nEND:VCALENDAR\r\n";

fn invitation() -> Message {
    let attachment = Attachment {
        name: "office-hours".into(),
        kind: FileKind::Calendar,
        title: "Office hours with Priya".into(),
        content: CONTENT.into(),
    };
    Message { attachment: Some(attachment), ..Message::line("You are booked <!channel>.") }
}

impl Room {
    async fn fault(&self, method: &str, kind: &str, times: u32) {
        self.stand.drive("faults", json!({ "method": method, "kind": kind, "times": times })).await;
    }

    async fn invite(&self, to: Recipient) -> Outcome {
        self.started_anew().post(&outgoing(POST, to, invitation())).await
    }

    /// The names of all files that were ever shown.
    async fn shown(&self) -> Vec<Value> {
        let log = self.stand.look("log").await;
        log["posted"].as_array().unwrap().iter().map(|posted| posted["files"].clone()).collect()
    }

    async fn found(&self) -> Found {
        self.started_anew().look_up(post_id(POST), &to("U1", None), None).await
    }
}

#[tokio::test]
async fn a_file_is_sent_once_and_found_by_its_name() {
    let room = Room::open().await;
    assert_eq!(room.found().await, Found::Absent);
    let sent = room.invite(to("U1", None)).await;
    let Outcome::Sent { channel, ts } = sent else { panic!("{sent:?}") };
    assert_eq!(room.shown().await, [json!([NAME])]);
    assert_eq!(room.found().await, Found::There { channel: channel.clone(), ts: ts.clone() });
    let other = post_id("9ff5fb5708b4b4499d44f8c1fef4a830");
    assert_eq!(room.performer.look_up(other, &to("U1", None), None).await, Found::Absent);

    let seen = room.sees("U1", |seen| seen["messages"][0].is_object()).await;
    let message = &seen["messages"][0];
    assert_eq!(message["text"], "You are booked &lt;!channel&gt;.");
    assert_eq!(message["files"][0]["title"], "Office hours with Priya");
    let file = message["files"][0]["id"].as_str().unwrap();
    let url = format!("http://{}/sandbox/files/{file}", room.stand.serving.address);
    assert_eq!(room.stand.client.get(url).send().await.unwrap().text().await.unwrap(), CONTENT);

    // It stays as it was sent.
    let refreshed = room.performer.refresh(post_id(POST), &channel, &ts, &invitation()).await;
    assert_eq!(refreshed, Refreshed::Never);
    assert_eq!(room.sees("U1", |_| true).await["messages"][0]["edited"], Value::Null);
    let calls =
        async |method: &str| room.stand.look(&format!("calls?method={method}")).await["calls"].clone();
    assert_eq!(calls("chat.update").await, json!([]));
    // What Slack says of our own file is none of ours.
    room.stand.drive("type", json!({ "as": "U1", "text": "Thank you" })).await;
    assert_eq!(room.script.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_answers_in_its_thread_and_is_found_there() {
    let room = Room::open().await;
    let root = room.performer.post(&outgoing(&"1".repeat(32), to("U1", None), Message::line("Root"))).await;
    let Outcome::Sent { channel, ts: root } = root else { panic!("{root:?}") };
    let known = to("U1", Some(channel.as_str()));
    let reply = Outgoing { thread: Some(root.clone()), ..outgoing(POST, known.clone(), invitation()) };
    let sent = room.performer.post(&reply).await;
    let Outcome::Sent { ts, .. } = sent else { panic!("{sent:?}") };
    assert_ne!(ts, root);
    let in_thread = room.performer.look_up(post_id(POST), &known, Some(&root)).await;
    assert_eq!(in_thread, Found::There { channel, ts });
    assert_eq!(room.found().await, Found::Absent, "it isn't beside the thread");
}

#[tokio::test]
async fn a_lost_answer_leaves_the_post_in_doubt_and_its_look_up_finds_the_one_file() {
    for kind in ["lose_reply", "torn", "http_500_stored"] {
        let room = Room::open().await;
        room.fault("files.completeUploadExternal", kind, 1).await;
        let sent = room.invite(to("U1", None)).await;
        assert!(matches!(sent, Outcome::InDoubt { .. }), "{kind}: {sent:?}");
        let found = room.found().await;
        assert!(matches!(found, Found::There { .. }), "{kind}: {found:?}");
        assert_eq!(room.shown().await, [json!([NAME])], "{kind}");
    }
}

#[tokio::test]
async fn an_answer_that_says_nothing_is_in_doubt_and_the_file_is_then_sent() {
    for kind in ["http_500", "garbage", "error:fatal_error", "error:file_update_failed"] {
        let room = Room::open().await;
        room.fault("files.completeUploadExternal", kind, 1).await;
        let sent = room.invite(to("U1", None)).await;
        assert!(matches!(sent, Outcome::InDoubt { .. }), "{kind}: {sent:?}");
        assert_eq!(room.found().await, Found::Absent, "{kind}");
        assert!(matches!(room.invite(to("U1", None)).await, Outcome::Sent { .. }), "{kind}");
        assert_eq!(room.shown().await, [json!([NAME])], "{kind}");
    }
}

#[tokio::test]
async fn what_fails_before_the_file_is_shown_was_not_applied() {
    let room = Room::open().await;
    for method in ["conversations.open", "files.getUploadURLExternal", "upload"] {
        for kind in
            ["http_500", "http_500_stored", "lose_reply", "torn", "ratelimited", "error:internal_error"]
        {
            if (method, kind) == ("upload", "torn") {
                // Its status is all that is read of the answer.
                continue;
            }
            room.fault(method, kind, 1).await;
            let sent = room.invite(to("U1", None)).await;
            assert!(matches!(sent, Outcome::NotApplied { .. }), "{method} {kind}: {sent:?}");
        }
    }
    // The bytes never arrived, although it looked so.
    room.fault("upload", "garbage", 1).await;
    let sent = room.invite(to("U1", None)).await;
    assert!(matches!(&sent, Outcome::NotApplied { code, .. } if code == "file_not_found"), "{sent:?}");
    assert_eq!(room.shown().await, Vec::<Value>::new());
    assert!(matches!(room.invite(to("U1", None)).await, Outcome::Sent { .. }));
    assert_eq!(room.shown().await, [json!([NAME])]);
}

#[tokio::test]
async fn a_refusal_for_good_has_the_outcome_of_its_class() {
    let room = Room::open().await;
    let gone = room.invite(to("U3", None)).await;
    assert!(matches!(gone, Outcome::Refused { because: RefusedFor::Recipient, .. }), "{gone:?}");
    let check = async |method: &str, kind: &str, expected: fn(&Outcome) -> bool| {
        room.fault(method, kind, 1).await;
        let outcome = room.invite(to("U1", None)).await;
        assert!(expected(&outcome), "{method} {kind}: {outcome:?}");
    };
    let content =
        |outcome: &Outcome| matches!(outcome, Outcome::Refused { because: RefusedFor::Content, .. });
    let recipient =
        |outcome: &Outcome| matches!(outcome, Outcome::Refused { because: RefusedFor::Recipient, .. });
    let app = |outcome: &Outcome| matches!(outcome, Outcome::Misconfigured { .. });
    check("files.getUploadURLExternal", "error:file_uploads_disabled", content).await;
    // Messages without a file need no such scope.
    let files = |outcome: &Outcome| matches!(outcome, Outcome::Suspended { .. });
    check("files.getUploadURLExternal", "error:missing_scope", files).await;
    check("files.completeUploadExternal", "error:posting_to_channel_denied", recipient).await;
    check("files.completeUploadExternal", "error:token_revoked", app).await;
    check("files.completeUploadExternal", "ratelimited", |outcome| {
        matches!(outcome, Outcome::NotApplied { .. })
    })
    .await;
    assert_eq!(room.shown().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_file_that_is_not_to_be_seen_at_once_is_looked_for_again() {
    let room = Room::open().await;
    room.fault("conversations.history", "http_503", 2).await;
    let sent = room.invite(to("U1", None)).await;
    assert!(matches!(sent, Outcome::Sent { .. }), "{sent:?}");
    assert_eq!(
        room.stand.look("calls?method=conversations.history").await["calls"].as_array().unwrap().len(),
        3
    );
    // A limit ends it: what can't be looked at now is looked up later.
    let room = Room::open().await;
    room.fault("conversations.history", "ratelimited", 1).await;
    let sent = room.invite(to("U1", None)).await;
    assert!(matches!(&sent, Outcome::InDoubt { code } if code == "not-shown-yet"), "{sent:?}");
    assert!(matches!(room.found().await, Found::There { .. }));
    assert_eq!(room.shown().await, [json!([NAME])]);
}
