//! A stand-in for one test, and a small scripted app that talks to it as any app talks to Slack.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use canvass::sandbox::{Limits, Options, Seed, SeedApp, SeedPerson, Serving, Team, serve};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) const BOT_TOKEN: &str = "xoxb-1";
pub(crate) const APP_TOKEN: &str = "xapp-1";

/// A running stand-in with the folder that it writes to.
pub(crate) struct StandIn {
    pub(crate) serving: Serving,
    pub(crate) client: reqwest::Client,
    /// Real time as the stand-in sees it, in milliseconds: tests move it.
    pub(crate) real_ms: Arc<AtomicU64>,
}

pub(crate) fn seed() -> Seed {
    let person = |id: &str, name: &str, real_name: &str| SeedPerson {
        id: id.to_owned(),
        name: name.to_owned(),
        real_name: real_name.to_owned(),
        email: format!("{name}@example.com"),
        tz: "Europe/Lisbon".to_owned(),
        ..SeedPerson::default()
    };
    Seed {
        team: Team { id: "T1".into(), name: "Sample".into(), domain: "sample".into() },
        people: vec![
            person("U1", "ana", "Ana Lima"),
            person("U2", "ben", "Ben Roy"),
            SeedPerson { deleted: true, ..person("U3", "carla", "Carla Diaz") },
        ],
        user_groups: Vec::new(),
        app: SeedApp {
            app_id: "A1".into(),
            bot_user_id: "U0BOT".into(),
            bot_token: BOT_TOKEN.into(),
            app_token: APP_TOKEN.into(),
            signing_secret: "secret".into(),
            manifest: json!({
                "display_information": {"name": "Echo"},
                "features": {
                    "app_home": {"home_tab_enabled": true, "messages_tab_enabled": true},
                    "bot_user": {"display_name": "Echo"},
                    "slash_commands": [{"command": "/echo", "description": "Says it back", "should_escape": true}],
                },
                "oauth_config": {"scopes": {"bot": [
                    "chat:write", "commands", "files:read", "files:write", "im:history", "im:read", "im:write", "users:read", "users:read.email",
                ]}},
                "settings": {
                    "socket_mode_enabled": true,
                    "interactivity": {"is_enabled": true},
                    "event_subscriptions": {"bot_events": ["message.im", "app_home_opened", "user_change"]},
                },
            }),
        },
        starts_at: "2026-12-07T09:00:00Z".parse().unwrap(),
        time_zone: "Europe/Lisbon".into(),
    }
}

impl StandIn {
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::start_with(folder, seed(), Limits { enforced: false, ..Limits::default() }).await
    }

    pub(crate) async fn start_with(folder: &Path, seed: Seed, limits: Limits) -> Self {
        // Only the first test of the process installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let real_ms = Arc::new(AtomicU64::new(1_000));
        let clock = Arc::clone(&real_ms);
        let serving = serve(Options {
            public: None,
            listen: "127.0.0.1:0".parse().unwrap(),
            data: folder.to_owned(),
            seed,
            limits,
            monotonic: Arc::new(move || Duration::from_millis(clock.load(Ordering::Relaxed))),
            wall: Arc::new(|| canvass::clock::Clock::system().now()),
        })
        .await
        .unwrap();
        Self { serving, client: reqwest::Client::new(), real_ms }
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.real_ms.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Calls a method with the bot's token.
    pub(crate) async fn api(&self, method: &str, body: Value) -> Value {
        self.try_api(method, body).await.unwrap()
    }

    pub(crate) async fn try_api(&self, method: &str, body: Value) -> Result<Value, reqwest::Error> {
        self.send(method, body).await?.json().await
    }

    pub(crate) async fn send(&self, method: &str, body: Value) -> Result<reqwest::Response, reqwest::Error> {
        let token = if method.starts_with("apps.") { APP_TOKEN } else { BOT_TOKEN };
        let url = format!("{}{method}", self.serving.api_url());
        self.client.post(url).bearer_auth(token).json(&body).send().await
    }

    /// Asks the driver to do something.
    pub(crate) async fn drive(&self, action: &str, body: Value) -> Value {
        let url = format!("http://{}/sandbox/api/{action}", self.serving.address);
        self.client.post(url).json(&body).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn look(&self, path: &str) -> Value {
        let url = format!("http://{}/sandbox/api/{path}", self.serving.address);
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Opens a Socket Mode connection and takes its `hello`.
    pub(crate) async fn connect(&self) -> Socket {
        let answer = self.api("apps.connections.open", json!({})).await;
        let (stream, _) = connect_async(answer["url"].as_str().unwrap()).await.unwrap();
        let mut socket = Socket { stream };
        assert_eq!(socket.next().await["type"], "hello");
        socket
    }
}

/// An app's end of a Socket Mode connection.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// The next message, pings left out.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.stream.next().await.expect("the connection is open").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    /// Whether the other end has closed.
    pub(crate) async fn is_closed(&mut self) -> bool {
        matches!(self.stream.next().await, None | Some(Ok(Message::Close(_)) | Err(_)))
    }

    pub(crate) async fn ack(&mut self, envelope: &Value, payload: Value) {
        let mut ack = json!({ "envelope_id": envelope["envelope_id"] });
        if !payload.is_null() {
            ack["payload"] = payload;
        }
        self.stream.send(Message::Text(ack.to_string().into())).await.unwrap();
    }
}

/// A message with one button.
pub(crate) fn with_button(text: &str) -> Value {
    json!([
        {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "block_id": "a", "elements": [
            {"type": "button", "action_id": "yes", "value": "v1", "text": {"type": "plain_text", "text": "Yes"}},
            {"type": "overflow", "action_id": "more", "options": [
                {"text": {"type": "plain_text", "text": "Stop"}, "value": "stop"},
            ]},
        ]},
    ])
}
