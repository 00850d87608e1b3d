//! Methods, their errors and their limits.

use serde_json::{Value, json};

use super::stand_in::{StandIn, seed, with_button};
use canvass::sandbox::Limits;

#[tokio::test]
async fn each_refusal_has_slack_s_code() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let long = "x".repeat(76);
    let button = json!([{"type": "actions", "elements": [
        {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": long}}]}]);
    let cases = [
        ("chat.sing", json!({}), "unknown_method"),
        ("chat.postMessage", json!({"text": "x"}), "channel_not_found"),
        ("chat.postMessage", json!({"channel": "U9", "text": "x"}), "user_not_found"),
        ("chat.postMessage", json!({"channel": "D9", "text": "x"}), "channel_not_found"),
        ("chat.postMessage", json!({"channel": "U3", "text": "x"}), "user_disabled"),
        ("chat.postMessage", json!({"channel": "U0BOT", "text": "x"}), "cannot_dm_bot"),
        ("chat.postMessage", json!({"channel": "U1"}), "no_text"),
        ("chat.postMessage", json!({"channel": "U1", "blocks": "nonsense"}), "invalid_blocks_format"),
        ("chat.postMessage", json!({"channel": "U1", "blocks": button}), "invalid_blocks"),
        (
            "chat.postMessage",
            json!({"channel": "U1", "text": "x", "metadata": {"event_type": "a"}}),
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            json!({"channel": "U1", "text": "x", "metadata": {"event_type": "a", "event_payload": {"k": "x".repeat(2000)}}}),
            "metadata_too_large",
        ),
        ("chat.update", json!({"channel": "D9", "ts": "1.1", "text": "x"}), "channel_not_found"),
        ("chat.update", json!({"channel": "D1", "ts": "1.1", "text": "x"}), "channel_not_found"),
        ("conversations.history", json!({"channel": "D9"}), "channel_not_found"),
        ("conversations.open", json!({"users": "U3"}), "user_disabled"),
        ("users.info", json!({"user": "U9"}), "user_not_found"),
        ("users.lookupByEmail", json!({"email": "nobody@example.com"}), "users_not_found"),
        ("dnd.info", json!({"user": "U1"}), "missing_scope"),
        (
            "views.open",
            json!({"trigger_id": "x", "view": {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}}),
            "invalid_trigger_id",
        ),
        (
            "views.publish",
            json!({"user_id": "U1", "view": {"type": "home", "blocks": []}, "hash": "x"}),
            "hash_conflict",
        ),
        (
            "views.update",
            json!({"view_id": "V1", "view": {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}}),
            "not_found",
        ),
        (
            "views.publish",
            json!({"user_id": "U1", "view": {"type": "home", "blocks": [{"type": "section"}]}}),
            "invalid_arguments",
        ),
        (
            "views.publish",
            json!({"user_id": "U1", "view": {"type": "home", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x".repeat(260_000)}}]}}),
            "view_too_large",
        ),
    ];
    for (method, body, expected) in cases {
        let answer = slack.api(method, body.clone()).await;
        assert_eq!(answer["error"], expected, "{method} {body}");
        assert_eq!(answer["ok"], false);
    }
    let refused = slack.api("chat.postMessage", json!({"channel": "U1", "blocks": button})).await;
    assert_eq!(
        refused["response_metadata"]["messages"],
        json!(["[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"])
    );
    let scope = slack.api("dnd.info", json!({"user": "U1"})).await;
    assert_eq!(scope["needed"], "dnd:read");
}

#[tokio::test]
async fn a_token_has_to_be_there_and_of_the_right_kind() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let url = format!("{}auth.test", slack.serving.api_url());
    let error = async |request: reqwest::RequestBuilder| {
        request.send().await.unwrap().json::<Value>().await.unwrap()["error"].clone()
    };
    assert_eq!(error(slack.client.post(&url)).await, "not_authed");
    assert_eq!(error(slack.client.post(&url).bearer_auth("xoxb-9")).await, "invalid_auth");
    assert_eq!(error(slack.client.post(&url).bearer_auth("xapp-1")).await, "not_allowed_token_type");
    let form = slack.client.post(&url).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(error(form.body("token=xoxb-1")).await, Value::Null);
}

#[tokio::test]
async fn history_is_newest_first_in_pages_and_keeps_metadata_for_those_who_ask() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let mut times = Vec::new();
    for number in 0..3 {
        let metadata = json!({"event_type": "touch", "event_payload": {"key": format!("k{number}")}});
        let posted = slack
            .api(
                "chat.postMessage",
                json!({"channel": "U1", "text": number.to_string(), "metadata": metadata}),
            )
            .await;
        assert_eq!(posted["channel"], "D1");
        times.push(posted["ts"].as_str().unwrap().to_owned());
    }
    assert!(times.is_sorted() && times.windows(2).all(|pair| pair[0] != pair[1]), "{times:?}");
    let reply = json!({"channel": "D1", "thread_ts": times[0], "text": "in the thread"});
    slack.api("chat.postMessage", reply).await;

    let page = slack.api("conversations.history", json!({"channel": "D1", "limit": 2})).await;
    let texts = |page: &Value| -> Vec<String> {
        let messages = page["messages"].as_array().unwrap();
        messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((texts(&page), &page["has_more"]), (vec!["2".into(), "1".into()], &json!(true)));
    assert_eq!(page["messages"][0]["metadata"], Value::Null);
    let cursor = &page["response_metadata"]["next_cursor"];
    let rest = slack
        .api(
            "conversations.history",
            json!({"channel": "D1", "limit": 2, "cursor": cursor, "include_all_metadata": true}),
        )
        .await;
    assert_eq!((texts(&rest), &rest["has_more"]), (vec!["0".into()], &json!(false)));
    assert_eq!(rest["messages"][0]["metadata"]["event_payload"]["key"], "k0");
    assert_eq!(rest["messages"][0]["reply_count"], 1);
    let after = slack.api("conversations.history", json!({"channel": "D1", "oldest": times[1]})).await;
    assert_eq!(texts(&after), ["2"]);
    let inclusive = json!({"channel": "D1", "oldest": times[1], "inclusive": true});
    assert_eq!(texts(&slack.api("conversations.history", inclusive).await), ["2", "1"]);
    let thread = slack.api("conversations.replies", json!({"channel": "D1", "ts": times[0]})).await;
    assert_eq!(texts(&thread), ["0", "in the thread"]);
}

#[tokio::test]
async fn an_update_without_blocks_keeps_them_and_an_empty_list_takes_them_away() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let posted = slack
        .api("chat.postMessage", json!({"channel": "U1", "text": "a", "blocks": with_button("a")}))
        .await;
    let (channel, ts) = (&posted["channel"], &posted["ts"]);
    let kept = slack.api("chat.update", json!({"channel": channel, "ts": ts, "text": "b"})).await;
    assert_eq!((&kept["text"], &kept["message"]["blocks"][0]["block_id"]), (&json!("b"), &json!("s")));
    let gone =
        slack.api("chat.update", json!({"channel": channel, "ts": ts, "text": "c", "blocks": []})).await;
    assert_eq!(gone["message"]["blocks"], Value::Null);
    assert!(gone["message"]["edited"]["ts"].is_string());
}

#[tokio::test]
async fn more_than_one_message_a_second_to_a_channel_is_limited_and_says_for_how_long() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start_with(folder.path(), seed(), Limits::default()).await;
    let post = || slack.send("chat.postMessage", json!({"channel": "U1", "text": "x"}));
    for _ in 0..3 {
        assert_eq!(post().await.unwrap().status(), 200);
    }
    let limited = post().await.unwrap();
    assert_eq!(limited.status(), 429);
    assert_eq!(limited.headers()["retry-after"], "1");
    assert_eq!(limited.json::<Value>().await.unwrap()["error"], "ratelimited");
    slack.pass(std::time::Duration::from_secs(1));
    assert_eq!(post().await.unwrap().status(), 200);
}
