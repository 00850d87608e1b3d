//! An app whose manifest switches Socket Mode off: signed requests, with Slack's retries.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use canvass::sandbox::Limits;
use canvass::slack::SigningSecret;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use url::form_urlencoded;

use super::stand_in::{StandIn, seed, with_button};

/// A request as the app gets it; it is answered by whoever looks at it.
struct Arrived {
    path: String,
    headers: HeaderMap,
    body: Bytes,
    answer: oneshot::Sender<Response>,
}

impl Arrived {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn fields(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    fn field(&self, name: &str) -> String {
        self.fields().into_iter().find(|(field, _)| field == name).unwrap().1
    }

    fn answer(self, answer: impl IntoResponse) {
        self.answer.send(answer.into_response()).unwrap();
    }
}

/// A stand-in with an app behind an address of its own.
struct Hooked {
    slack: StandIn,
    arrivals: mpsc::UnboundedReceiver<Arrived>,
    _folder: tempfile::TempDir,
}

impl Hooked {
    async fn open(change: impl FnOnce(&mut Value)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (arrived, arrivals) = mpsc::unbounded_channel();
        let app = Router::new().fallback(take).with_state(arrived);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

        let folder = tempfile::tempdir().unwrap();
        let mut seed = seed();
        let manifest = &mut seed.app.manifest;
        manifest["settings"]["socket_mode_enabled"] = json!(false);
        manifest["settings"]["event_subscriptions"]["request_url"] = json!(format!("{base}/events"));
        manifest["settings"]["interactivity"]["request_url"] = json!(format!("{base}/interactions"));
        manifest["features"]["slash_commands"][0]["url"] = json!(format!("{base}/commands"));
        change(manifest);
        let limits = Limits { enforced: false, ..Limits::default() };
        let slack = StandIn::start_with(folder.path(), seed, limits).await;
        Self { slack, arrivals, _folder: folder }
    }

    async fn next(&mut self) -> Arrived {
        tokio::time::timeout(Duration::from_secs(10), self.arrivals.recv()).await.unwrap().unwrap()
    }

    /// The next request, with everything that waits for its retry sent at once.
    async fn next_in_a_hurry(&mut self) -> Arrived {
        loop {
            self.slack.drive("redeliver", json!({})).await;
            if let Ok(arrived) = tokio::time::timeout(Duration::from_millis(50), self.arrivals.recv()).await {
                return arrived.unwrap();
            }
        }
    }

    async fn is_pending(&self, event_id: &Value) -> bool {
        let events = self.slack.look("events").await;
        let of = events["events"].as_array().unwrap().iter().find(|event| event["event_id"] == *event_id);
        of.unwrap()["pending"] == json!(true)
    }
}

async fn take(
    State(arrived): State<mpsc::UnboundedSender<Arrived>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (answer, answered) = oneshot::channel();
    arrived.send(Arrived { path: uri.path().to_owned(), headers, body, answer }).unwrap();
    match answered.await {
        Ok(answer) => answer,
        Err(_) => std::future::pending().await,
    }
}

#[tokio::test]
async fn a_command_and_a_click_are_signed_forms() {
    let mut hooked = Hooked::open(|_| {}).await;
    let command = json!({ "as": "U1", "command": "/echo", "text": "a & b <ü>" });
    let url = format!("http://{}/sandbox/api/command", hooked.slack.serving.address);
    let sending = tokio::spawn(hooked.slack.client.post(url).json(&command).send());
    let arrived = hooked.next().await;
    assert_eq!((arrived.path.as_str(), arrived.field("text").as_str()), ("/commands", "a &amp; b &lt;ü&gt;"));
    assert_eq!(arrived.header("content-type"), Some("application/x-www-form-urlencoded"));
    let at: i64 = arrived.header("x-slack-request-timestamp").unwrap().parse().unwrap();
    let expected = SigningSecret::new(&"secret".into()).sign(at, &arrived.body);
    assert_eq!(arrived.header("x-slack-signature"), Some(expected.as_str()));
    assert!(
        canvass::clock::Clock::system().now().as_second().abs_diff(at) < 60,
        "real time, not the calendar's"
    );
    arrived.answer("said in plain text");
    let outcome: Value = sending.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(outcome["ack_payload"]["text"], "said in plain text");

    let posted =
        hooked.slack.api("chat.postMessage", json!({ "channel": "U1", "blocks": with_button("x") })).await;
    hooked.next().await.answer(StatusCode::OK);
    let click = json!({ "as": "U1", "ts": posted["ts"], "action_id": "yes" });
    let url = format!("http://{}/sandbox/api/click", hooked.slack.serving.address);
    let sending = tokio::spawn(hooked.slack.client.post(url).json(&click).send());
    let arrived = hooked.next().await;
    assert_eq!(arrived.path, "/interactions");
    let payload: Value = serde_json::from_str(&arrived.field("payload")).unwrap();
    assert_eq!(payload["actions"][0]["action_id"], "yes");
    arrived.answer(StatusCode::INTERNAL_SERVER_ERROR);
    let outcome: Value = sending.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(outcome["error"], "http_service_error");
}

#[tokio::test]
async fn an_event_is_tried_four_times_and_says_why_it_comes_again() {
    let mut hooked = Hooked::open(|_| {}).await;
    let event = hooked.slack.drive("open_home", json!({ "as": "U1" })).await["event_id"].clone();
    let first = hooked.next().await;
    assert_eq!((first.path.as_str(), first.header("x-slack-retry-num")), ("/events", None));
    first.answer(StatusCode::SERVICE_UNAVAILABLE);
    let second = hooked.next().await;
    assert_eq!(second.header("x-slack-retry-num"), Some("1"));
    assert_eq!(second.header("x-slack-retry-reason"), Some("http_error"));
    // Nothing is answered within three seconds.
    let third = hooked.next_in_a_hurry().await;
    assert_eq!(third.header("x-slack-retry-num"), Some("2"));
    assert_eq!(third.header("x-slack-retry-reason"), Some("http_timeout"));
    assert_eq!(serde_json::from_slice::<Value>(&third.body).unwrap()["event_id"], event);
    third.answer(StatusCode::FOUND);
    let fourth = hooked.next_in_a_hurry().await;
    assert_eq!(fourth.header("x-slack-retry-num"), Some("3"));
    assert!(hooked.is_pending(&event).await);
    fourth.answer(StatusCode::OK);
    while hooked.is_pending(&event).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_app_can_forgo_retries() {
    let mut hooked = Hooked::open(|_| {}).await;
    let event = hooked.slack.drive("open_home", json!({ "as": "U1" })).await["event_id"].clone();
    hooked.next().await.answer((StatusCode::BAD_REQUEST, [("x-slack-no-retry", "1")]));
    while hooked.is_pending(&event).await {
        tokio::task::yield_now().await;
    }
    assert!(hooked.arrivals.try_recv().is_err(), "it came once");
}

#[tokio::test]
async fn an_app_that_is_installed_for_the_organisation_is_told_no_workspace() {
    let mut hooked = Hooked::open(|manifest| manifest["settings"]["org_deploy_enabled"] = json!(true)).await;
    let posted =
        hooked.slack.api("chat.postMessage", json!({ "channel": "U1", "blocks": with_button("x") })).await;
    let event = hooked.next().await;
    let payload: Value = serde_json::from_slice(&event.body).unwrap();
    assert_eq!(payload["authorizations"][0]["team_id"], Value::Null);
    assert_eq!(payload["authorizations"][0]["is_enterprise_install"], true);
    event.answer(StatusCode::OK);
    let click = json!({ "as": "U1", "ts": posted["ts"], "action_id": "yes" });
    let url = format!("http://{}/sandbox/api/click", hooked.slack.serving.address);
    tokio::spawn(hooked.slack.client.post(url).json(&click).send());
    let payload: Value = serde_json::from_str(&hooked.next().await.field("payload")).unwrap();
    assert_eq!((&payload["team"], &payload["is_enterprise_install"]), (&Value::Null, &json!(true)));
    assert!(payload["enterprise"]["id"].is_string());
}
