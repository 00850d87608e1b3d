//! Pages from elsewhere in the same browser get nothing and do nothing.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::stand_in::{BOT_TOKEN, StandIn};

#[tokio::test]
async fn a_page_from_elsewhere_can_neither_act_nor_read() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let own = slack.serving.address.to_string();
    let here = format!("http://{own}");
    let beside = format!("http://127.0.0.1:{}", slack.serving.address.port().wrapping_add(1));
    let call = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        let mut request = slack
            .client
            .request(method, format!("{here}{path}"))
            .bearer_auth(BOT_TOKEN)
            .json(&json!({ "as": "U1", "channel": "U1", "text": "hello" }));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status()
    };
    let acts = [(Method::POST, "/sandbox/api/type"), (Method::POST, "/api/chat.postMessage")];
    let reads = [(Method::GET, "/sandbox/api/log"), (Method::GET, "/sandbox/fragments"), (Method::GET, "/")];
    for (method, path) in acts.iter().chain(&reads) {
        for stranger in [
            [("origin", "https://example.com")],
            [("origin", "null")],
            [("origin", beside.as_str())],
            [("host", "rebound.example.com")],
            [("sec-fetch-site", "cross-site")],
        ] {
            let status = call(method.clone(), path, &stranger).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} {stranger:?}");
        }
    }
    let log = slack.look("log").await;
    assert_eq!(log["posted"].as_array().unwrap().len(), 0, "nothing was done: {log}");

    for (method, path) in acts.iter().chain(&reads) {
        for friend in [&[][..], &[("origin", here.as_str()), ("sec-fetch-site", "same-origin")][..]] {
            assert_eq!(
                call(method.clone(), path, friend).await,
                StatusCode::OK,
                "{method} {path} {friend:?}"
            );
        }
    }
    let log = slack.look("log").await;
    assert_eq!(log["posted"].as_array().unwrap().len(), 4, "{log}");
}

#[tokio::test]
async fn the_page_runs_nothing_that_stands_in_its_own_text() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let answer = slack.client.get(format!("http://{}/", slack.serving.address)).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let page = answer.text().await.unwrap();
    assert!(!page.contains("style=\"") && !page.contains("onclick"), "the policy would not let it work");
}
