//! Faults that tests of an app can ask for.

use serde_json::json;

use super::stand_in::StandIn;

#[tokio::test]
async fn a_lost_reply_leaves_the_message_stored() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    slack.drive("faults", json!({"method": "chat.postMessage", "kind": "lose_reply"})).await;
    let lost = slack.try_api("chat.postMessage", json!({"channel": "U1", "text": "x"})).await;
    assert!(lost.is_err());
    slack.drive("faults", json!({"method": "chat.postMessage", "kind": "torn"})).await;
    let torn = slack.try_api("chat.postMessage", json!({"channel": "U1", "text": "y"})).await;
    assert!(torn.is_err());
    let log = slack.look("log").await;
    assert_eq!(log["posted"].as_array().unwrap().len(), 2);
    let counts = slack.look("faults").await;
    assert_eq!(counts["counts"][0]["count"], 1);
}

#[tokio::test]
async fn nothing_is_stored_when_slack_itself_fails_or_limits() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    for (kind, status) in [("http_500", 500), ("http_503", 503), ("ratelimited", 429), ("garbage", 200)] {
        let fault = json!({"method": "chat.postMessage", "kind": kind, "retry_after": 7});
        slack.drive("faults", fault).await;
        let answer = slack.send("chat.postMessage", json!({"channel": "U1", "text": "x"})).await.unwrap();
        assert_eq!(answer.status(), status, "{kind}");
        if kind == "ratelimited" {
            assert_eq!(answer.headers()["retry-after"], "7");
        }
    }
    slack.drive("faults", json!({"method": "*", "kind": "error:token_revoked"})).await;
    assert_eq!(slack.api("auth.test", json!({})).await["error"], "token_revoked");
    assert_eq!(slack.look("log").await["posted"], json!([]));
}

#[tokio::test]
async fn a_held_call_is_carried_out_when_released_even_if_its_caller_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    slack.drive("faults", json!({"method": "chat.postMessage", "kind": "hold_before_store"})).await;
    let call = slack.send("chat.postMessage", json!({"channel": "U1", "text": "x"}));
    tokio::select! {
        _ = call => panic!("it should have been held"),
        held = slack.look("faults/held?method=chat.postMessage") => {
            assert_eq!(held["held"][0]["kind"], "hold_before_store");
        }
    }
    assert_eq!(slack.look("log").await["posted"], json!([]));
    let version = slack.look("changes?since=0").await["version"].clone();
    assert_eq!(slack.drive("faults/release", json!({})).await["released"], 1);
    slack.look(&format!("changes?since={version}")).await;
    assert_eq!(slack.look("log").await["posted"].as_array().unwrap().len(), 1);
}
