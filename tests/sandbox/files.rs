//! Files: a place for the bytes, the bytes, the message that shows them.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::stand_in::{BOT_TOKEN, StandIn, seed};
use canvass::sandbox::Limits;

const NAME: &str = "office hours.ics";
const BYTES: &[u8] = b"BEGIN:VCALENDAR\r\n\xff\r\nEND:VCALENDAR\r\n";

/// A call as Slack takes it: in the query.
async fn query(slack: &StandIn, method: &str, arguments: &[(&str, &str)]) -> reqwest::Response {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(arguments).finish();
    let url = format!("{}{method}?{query}", slack.serving.api_url());
    slack.client.get(url).bearer_auth(BOT_TOKEN).send().await.unwrap()
}

async fn reserve(slack: &StandIn, name: &str, length: usize) -> Value {
    let arguments = [("filename", name), ("length", &length.to_string())];
    query(slack, "files.getUploadURLExternal", &arguments).await.json().await.unwrap()
}

async fn upload(slack: &StandIn, place: &Value, bytes: &[u8]) -> reqwest::Response {
    let url = place["upload_url"].as_str().unwrap();
    slack.client.post(url).body(bytes.to_vec()).send().await.unwrap()
}

/// A file whose bytes have arrived; its id.
async fn uploaded(slack: &StandIn) -> Value {
    let place = reserve(slack, NAME, BYTES.len()).await;
    let answer = upload(slack, &place, BYTES).await;
    assert_eq!(answer.status(), 200);
    place["file_id"].clone()
}

async fn complete(slack: &StandIn, file: &Value, more: Value) -> Value {
    let mut arguments = json!({ "files": [{ "id": file, "title": "Office hours" }] });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    slack.api("files.completeUploadExternal", arguments).await
}

async fn open(slack: &StandIn) {
    slack.api("conversations.open", json!({ "users": "U1" })).await;
}

async fn history(slack: &StandIn) -> Value {
    slack.api("conversations.history", json!({ "channel": "D1" })).await["messages"].clone()
}

#[tokio::test]
async fn a_file_is_shown_with_its_comment_and_the_answer_does_not_say_where() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut app = slack.connect().await;
    open(&slack).await;
    let file = uploaded(&slack).await;
    assert_eq!(history(&slack).await, json!([]), "nothing is shown before the last call");
    let answer = complete(&slack, &file, json!({ "channel_id": "D1", "initial_comment": "See *you*" })).await;
    assert_eq!((&answer["ok"], &answer["files"][0]["id"]), (&json!(true), &file));
    assert!(answer.get("ts").is_none() && answer["files"][0].get("shares").is_none(), "{answer}");

    let shown = history(&slack).await[0].clone();
    assert_eq!(shown["text"], "See *you*");
    assert_eq!((&shown["upload"], &shown["user"]), (&json!(true), &json!("U0BOT")));
    assert!(shown["bot_id"].is_string() && shown.get("subtype").is_none(), "{shown}");
    let described = &shown["files"][0];
    let expected = json!({
        "id": file, "name": NAME, "title": "Office hours", "size": BYTES.len(), "user": "U0BOT",
        "mimetype": "text/calendar", "mode": "hosted", "created": 1_796_634_000,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&described[key], value, "{key}");
    }
    let event = app.next().await;
    assert_eq!(event["payload"]["event"]["subtype"], "file_share");
    assert_eq!(event["payload"]["event"]["files"], shown["files"]);
    assert_eq!(event["payload"]["event"]["bot_id"], shown["bot_id"]);
}

#[tokio::test]
async fn a_file_may_answer_in_a_thread_or_stay_private_or_come_with_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let root = slack.api("chat.postMessage", json!({ "channel": "U1", "text": "root" })).await["ts"].clone();
    let file = uploaded(&slack).await;
    let reply = json!({ "channel_id": "D1", "thread_ts": root });
    assert_eq!(complete(&slack, &file, reply).await["ok"], true);
    let thread = slack.api("conversations.replies", json!({ "channel": "D1", "ts": root })).await;
    assert_eq!(thread["messages"][1]["files"][0]["id"], file);
    let history = slack.api("conversations.history", json!({ "channel": "D1" })).await;
    assert_eq!(history["messages"].as_array().unwrap().len(), 1);

    let file = uploaded(&slack).await;
    assert_eq!(complete(&slack, &file, json!({})).await["ok"], true);
    assert_eq!(slack.look("log").await["posted"].as_array().unwrap().len(), 2);

    let section = json!([{ "type": "section", "text": { "type": "plain_text", "text": "In blocks" } }]);
    let with_blocks = json!({ "channels": "D1", "blocks": section });
    assert_eq!(complete(&slack, &uploaded(&slack).await, with_blocks).await["ok"], true);
    let ignored = json!({ "channel_id": "D1", "blocks": section, "initial_comment": "In words" });
    assert_eq!(complete(&slack, &uploaded(&slack).await, ignored).await["ok"], true);
    let history = slack.api("conversations.history", json!({ "channel": "D1" })).await;
    assert_eq!(history["messages"][0]["blocks"], Value::Null);
    assert_eq!(history["messages"][1]["blocks"][0]["text"]["text"], "In blocks");
}

#[tokio::test]
async fn each_refusal_of_a_place_has_slack_s_code() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let long = "x".repeat(1_001);
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[("length", "1")], "invalid_arguments"),
        (&[("filename", "a")], "invalid_arguments"),
        (&[("filename", "a"), ("length", "one")], "invalid_arguments"),
        (&[("filename", "a"), ("length", "-1")], "invalid_arguments"),
        (&[("filename", "a"), ("length", "0")], "missing_argument"),
        (&[("filename", "a"), ("length", "9"), ("alt_txt", &long)], "alt_txt_too_large"),
        (&[("filename", "a"), ("length", "99999999")], "file_upload_size_restricted"),
    ];
    for (arguments, expected) in cases {
        let answer = query(&slack, "files.getUploadURLExternal", arguments).await;
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], expected, "{arguments:?}");
    }
    // A JSON body isn't read.
    let answer = slack.api("files.getUploadURLExternal", json!({ "filename": "a", "length": 1 })).await;
    assert_eq!(answer["error"], "invalid_arguments");
}

#[tokio::test]
async fn each_refusal_to_show_a_file_has_slack_s_code_and_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    open(&slack).await;
    let file = uploaded(&slack).await;
    let empty = reserve(&slack, NAME, 5).await["file_id"].clone();
    let many = vec!["D1"; 101].join(",");
    let files = json!([{ "id": file }]);
    let cases = [
        (json!({ "channel_id": "D1" }), "invalid_arguments"),
        (json!({ "channel_id": "D1", "files": [] }), "invalid_arguments"),
        (json!({ "channel_id": "D1", "files": "nonsense" }), "invalid_arguments"),
        (json!({ "channel_id": "D1", "files": [{ "title": "a" }] }), "invalid_arguments"),
        (json!({ "channel_id": "D1", "files": [{ "id": file, "title": 7 }] }), "invalid_arguments"),
        (json!({ "channel_id": "D1", "files": [{ "id": "F9" }] }), "file_not_found"),
        (json!({ "channel_id": "D1", "files": [{ "id": empty }] }), "file_not_found"),
        (json!({ "channel_id": "D1", "files": [{ "id": file }, { "id": file }] }), "file_not_found"),
        // A person is no conversation, and theirs has to be open.
        (json!({ "channel_id": "U1", "files": files }), "invalid_arguments"),
        (json!({ "channel_id": "D2", "files": files }), "channel_not_found"),
        (json!({ "channels": "D1,D2", "files": files }), "invalid_channel"),
        (json!({ "channels": many, "files": files }), "channels_limit_exceeded"),
        (json!({ "channel_id": "D1", "thread_ts": "1.1", "files": files }), "thread_not_found"),
        (json!({ "channel_id": "D1", "blocks": [{ "type": "section" }], "files": files }), "invalid_blocks"),
        (json!({ "channel_id": "D1", "blocks": "nonsense", "files": files }), "invalid_blocks"),
    ];
    for (arguments, expected) in cases {
        let answer = slack.api("files.completeUploadExternal", arguments.clone()).await;
        assert_eq!(answer["error"], expected, "{arguments}");
    }
    slack.drive("person", json!({ "id": "U1", "deleted": true })).await;
    let denied = complete(&slack, &file, json!({ "channel_id": "D1" })).await;
    assert_eq!(denied["error"], "posting_to_channel_denied");
    slack.drive("person", json!({ "id": "U1", "deleted": false })).await;
    assert_eq!(history(&slack).await, json!([]));
    // None of them used the file up; being shown does.
    assert_eq!(complete(&slack, &file, json!({ "channel_id": "D1" })).await["ok"], true);
    assert_eq!(complete(&slack, &file, json!({ "channel_id": "D1" })).await["error"], "file_not_found");
    assert_eq!(history(&slack).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_its_scope_or_the_message_tab_no_file_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = seed();
    seed.app.manifest["features"]["app_home"]["messages_tab_enabled"] = json!(false);
    let slack = StandIn::start_with(folder.path(), seed.clone(), Limits::default()).await;
    open(&slack).await;
    let file = uploaded(&slack).await;
    let shown = complete(&slack, &file, json!({ "channel_id": "D1" })).await;
    assert_eq!(shown["error"], "messages_tab_disabled");
    slack.serving.stop().await.unwrap();
    seed.app.manifest["oauth_config"]["scopes"]["bot"] = json!(["chat:write"]);
    let slack = StandIn::start_with(folder.path(), seed, Limits::default()).await;
    let place = reserve(&slack, NAME, 1).await;
    assert_eq!((&place["error"], &place["needed"]), (&json!("missing_scope"), &json!("files:write")));
    let shown = complete(&slack, &file, json!({ "channel_id": "D1" })).await;
    assert_eq!((&shown["error"], &shown["needed"]), (&json!("missing_scope"), &json!("files:write")));
}

#[tokio::test]
async fn bytes_are_taken_once_and_only_as_many_as_were_announced() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let place = reserve(&slack, NAME, BYTES.len()).await;
    assert_eq!(upload(&slack, &place, &BYTES[1..]).await.status(), 400);
    assert_eq!(upload(&slack, &place, BYTES).await.status(), 200);
    assert_eq!(upload(&slack, &place, BYTES).await.status(), 400);
    let nowhere = json!({ "upload_url": format!("http://{}/upload/v1/nowhere", slack.serving.address) });
    assert_eq!(upload(&slack, &nowhere, BYTES).await.status(), 404);

    let place = reserve(&slack, NAME, BYTES.len()).await;
    let head = b"--x\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"a.ics\"\r\n\r\n";
    let form = [head, BYTES, b"\r\n--x--\r\n"].concat();
    let request = slack.client.post(place["upload_url"].as_str().unwrap());
    let request = request.header("content-type", "multipart/form-data; boundary=x").body(form);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn both_calls_are_limited_as_their_tier_says() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start_with(folder.path(), seed(), Limits::default()).await;
    for _ in 0..100 {
        assert_eq!(query(&slack, "files.getUploadURLExternal", &[]).await.status(), 200);
        assert_eq!(slack.send("files.completeUploadExternal", json!({})).await.unwrap().status(), 200);
    }
    let limited = query(&slack, "files.getUploadURLExternal", &[]).await;
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    assert_eq!(slack.send("files.completeUploadExternal", json!({})).await.unwrap().status(), 429);
}

#[tokio::test]
async fn a_file_survives_a_restart_at_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    open(&slack).await;
    let reserved = reserve(&slack, NAME, BYTES.len()).await;
    let file = uploaded(&slack).await;
    slack.serving.stop().await.unwrap();

    let slack = StandIn::start(folder.path()).await;
    let ticket = reserved["upload_url"].as_str().unwrap().rsplit('/').next().unwrap();
    let place = json!({ "upload_url": format!("http://{}/upload/v1/{ticket}", slack.serving.address) });
    assert_eq!(upload(&slack, &place, BYTES).await.status(), 200);
    assert_eq!(complete(&slack, &file, json!({ "channel_id": "D1" })).await["ok"], true);
    slack.serving.stop().await.unwrap();

    let slack = StandIn::start(folder.path()).await;
    let shown = history(&slack).await[0]["files"][0].clone();
    assert_eq!((&shown["id"], &shown["title"]), (&file, &json!("Office hours")));
    let url = shown["url_private_download"].as_str().unwrap();
    let bytes = slack.client.get(url).bearer_auth(BOT_TOKEN).send().await.unwrap();
    assert_eq!(bytes.bytes().await.unwrap(), BYTES);
}

#[tokio::test]
async fn bytes_are_for_the_app_that_may_read_files_and_for_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = seed();
    let slack = StandIn::start_with(folder.path(), seed.clone(), Limits::default()).await;
    open(&slack).await;
    let file = uploaded(&slack).await;
    let page = |slack: &StandIn| {
        let url = format!("http://{}/sandbox/files/{}", slack.serving.address, file.as_str().unwrap());
        slack.client.get(url).send()
    };
    assert_eq!(page(&slack).await.unwrap().status(), 404, "it isn't a file of the workspace yet");
    complete(&slack, &file, json!({ "channel_id": "D1" })).await;
    let no_redirects =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let get = async |slack: &StandIn, token: &str| {
        let url = history(slack).await[0]["files"][0]["url_private"].as_str().unwrap().to_owned();
        no_redirects.get(url).bearer_auth(token).send().await.unwrap()
    };
    let answer = get(&slack, BOT_TOKEN).await;
    assert_eq!(answer.headers()["content-type"], "text/calendar");
    assert_eq!(answer.bytes().await.unwrap(), BYTES);
    assert_eq!(get(&slack, "xoxb-another").await.status(), 302);
    let answer = page(&slack).await.unwrap();
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename*=UTF-8''office%20hours.ics");
    assert_eq!(answer.bytes().await.unwrap(), BYTES);
    let fragments = format!("http://{}/sandbox/fragments?as=U1", slack.serving.address);
    let parts: Value = slack.client.get(fragments).send().await.unwrap().json().await.unwrap();
    let body = parts["body"].as_str().unwrap();
    assert!(body.contains(&format!("href=\"/sandbox/files/{}\"", file.as_str().unwrap())), "{body}");
    assert!(body.contains("Calendar · 35 bytes · office hours.ics"), "{body}");
    slack.serving.stop().await.unwrap();

    seed.app.manifest["oauth_config"]["scopes"]["bot"] = json!(["im:history"]);
    let slack = StandIn::start_with(folder.path(), seed, Limits::default()).await;
    assert_eq!(get(&slack, BOT_TOKEN).await.status(), 302, "the scope to read files is missing");
}

#[tokio::test]
async fn faults_strike_each_step() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    open(&slack).await;
    let fault = async |method: &str, kind: &str| {
        slack.drive("faults", json!({ "method": method, "kind": kind })).await;
    };
    fault("files.getUploadURLExternal", "error:storage_limit_reached").await;
    assert_eq!(reserve(&slack, NAME, 1).await["error"], "storage_limit_reached");
    for (kind, status) in [("http_500", 500), ("http_503", 503), ("ratelimited", 429), ("error:x", 400)] {
        let place = reserve(&slack, NAME, BYTES.len()).await;
        fault("upload", kind).await;
        assert_eq!(upload(&slack, &place, BYTES).await.status(), status);
        assert_eq!(upload(&slack, &place, BYTES).await.status(), 200, "{kind} stored nothing");
    }
    let place = reserve(&slack, NAME, BYTES.len()).await;
    fault("upload", "lose_reply").await;
    let url = place["upload_url"].as_str().unwrap();
    assert!(slack.client.post(url).body(BYTES).send().await.is_err());
    assert_eq!(upload(&slack, &place, BYTES).await.status(), 400, "the bytes had arrived");
    fault("files.completeUploadExternal", "lose_reply").await;
    let arguments = json!({ "files": [{ "id": place["file_id"] }], "channel_id": "D1" });
    assert!(slack.try_api("files.completeUploadExternal", arguments).await.is_err());
    assert_eq!(history(&slack).await.as_array().unwrap().len(), 1);
    let calls = slack.look("calls?method=files.completeUploadExternal").await;
    assert_eq!(
        (&calls["calls"][0]["channel"], &calls["calls"][0]["carried_out"]),
        (&json!("D1"), &json!(true))
    );
}
