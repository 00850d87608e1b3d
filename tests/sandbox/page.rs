//! The page as the server renders it.

use serde_json::{Value, json};

use super::stand_in::StandIn;

async fn fragments(slack: &StandIn, query: &str) -> Value {
    let url = format!("http://{}/sandbox/fragments?{query}", slack.serving.address);
    slack.client.get(url).send().await.unwrap().json().await.unwrap()
}

fn has(html: &Value, wanted: &str) -> bool {
    html.as_str().unwrap().contains(wanted)
}

#[tokio::test]
async fn what_an_app_sends_is_escaped_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let evil = "<img src=x onerror=alert(1)>";
    let plain = json!({"type": "plain_text", "text": evil});
    let blocks = json!([
        {"type": "header", "text": plain},
        {"type": "section", "text": {"type": "mrkdwn", "text": evil}, "fields": [plain]},
        {"type": "image", "image_url": "https://x.example", "alt_text": evil},
        {"type": "context", "elements": [plain]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": evil}]}]},
        {"type": "actions", "elements": [
            {"type": "button", "action_id": evil, "value": evil, "text": plain},
            {"type": "static_select", "action_id": "s", "options": [{"text": plain, "value": evil}]},
        ]},
    ]);
    let posted =
        slack.api("chat.postMessage", json!({"channel": "U1", "text": evil, "blocks": blocks})).await;
    assert_eq!(posted["ok"], true, "{posted}");
    slack.drive("type", json!({"as": "U1", "text": evil})).await;
    let parts = fragments(&slack, "as=U1").await;
    assert!(!has(&parts["body"], "<img"), "{}", parts["body"]);
    assert!(has(&parts["body"], "&lt;img src=x"));
}

#[tokio::test]
async fn a_person_without_messages_is_told_when_the_next_thing_is_due_in_their_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let before = fragments(&slack, "as=U1").await;
    assert!(has(&before["body"], "Nothing yet for Ana"));
    assert!(has(&before["calendar"], "disabled"), "nothing moves before the program has settled");
    let settled = json!({"now": "2026-12-07T09:00:00Z", "next_wake": "2027-07-01T08:00:00Z"});
    slack.drive("calendar/settled", settled).await;
    let after = fragments(&slack, "as=U1").await;
    assert!(has(&after["body"], "Thu 1 Jul, 09:00"), "{}", after["body"]);
    assert!(!has(&after["calendar"], "disabled"));
    assert_eq!((&before["working"], &after["working"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn the_page_opens_on_the_person_that_its_address_names() {
    let folder = tempfile::tempdir().unwrap();
    let slack = StandIn::start(folder.path()).await;
    let url = format!("http://{}/?as=U2", slack.serving.address);
    let page = slack.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<h1>Ben Roy</h1>"));
    for path in ["sandbox/page.css", "sandbox/page.js"] {
        assert!(page.contains(path));
        let answer =
            slack.client.get(format!("http://{}/{path}", slack.serving.address)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert!(!page.contains("https://"), "the page needs nothing from outside");
}
