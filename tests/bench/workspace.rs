//! A workspace that does next to nothing, so that it is the bot that is measured: it answers every call at
//! once, keeps no message, and hands each Socket Mode connection to whoever drives it.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use canvass::clock::monotonic;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::organisation::{Organisation, channel, slack};

/// A connection that has been told hello.
pub(super) struct Link {
    pub(super) socket: WebSocket,
    /// When hello was said.
    pub(super) since: Instant,
}

impl Link {
    /// The id of the next envelope that is acknowledged.
    pub(super) async fn acknowledged(&mut self) -> String {
        loop {
            if let Message::Text(text) = self.socket.next().await.unwrap().unwrap() {
                return envelope_of(text.as_str());
            }
        }
    }
}

/// The envelope that an acknowledgement names.
pub(super) fn envelope_of(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap();
    json["envelope_id"].as_str().unwrap().to_owned()
}

/// The workspace of an organisation.
pub(super) struct Workspace {
    /// Its address.
    pub(super) base: String,
    links: mpsc::UnboundedReceiver<Link>,
    settled: watch::Receiver<Option<Timestamp>>,
}

struct Hub {
    base: String,
    members: String,
    now: Timestamp,
    links: mpsc::UnboundedSender<Link>,
    settled: watch::Sender<Option<Timestamp>>,
}

impl Workspace {
    /// Opens it; its calendar, for a bot that follows one, stands at `now` for ever.
    pub(super) async fn open(organisation: &Organisation, now: Timestamp) -> Self {
        canvass::install_crypto();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (links, receiver) = mpsc::unbounded_channel();
        let (settling, settled) = watch::channel(None);
        let members = json!({ "ok": true, "members": members(organisation) }).to_string();
        let hub = Hub { base: base.clone(), members, now, links, settled: settling };
        let router = Router::new()
            .route("/link", get(link))
            .route("/api/{method}", any(call))
            .route("/response", any(async || json_text(json!({ "ok": true }).to_string())))
            .route("/sandbox/api/calendar", get(calendar))
            .route("/sandbox/api/calendar/settled", any(settle))
            .with_state(Arc::new(hub));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, links: receiver, settled }
    }

    /// The next connection.
    pub(super) async fn link(&mut self) -> Link {
        self.links.recv().await.unwrap()
    }

    /// Lets go of connections that nobody drives.
    pub(super) fn forget_links(&mut self) {
        while self.links.try_recv().is_ok() {}
    }

    /// Waits until the bot says that it has done everything that was due.
    pub(super) async fn settled(&mut self) {
        self.settled.wait_for(Option::is_some).await.unwrap();
    }
}

fn members(organisation: &Organisation) -> Vec<Value> {
    let member = |id: &str, name: &str| {
        json!({ "id": id, "team_id": "T1", "name": name, "deleted": false, "tz": "Europe/Lisbon",
            "is_bot": false, "is_restricted": false, "is_ultra_restricted": false, "updated": 1,
            "profile": { "email": format!("{name}@example.com"), "real_name": name, "status_text": "",
                "status_emoji": "", "status_expiration": 0 } })
    };
    (0..organisation.people)
        .map(|number| member(slack(number).as_str(), &format!("person-{number}")))
        .chain([member("UADVOCATE", "priya")])
        .collect()
}

fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

async fn call(State(hub): State<Arc<Hub>>, Path(method): Path<String>) -> Response {
    let answer = match method.as_str() {
        "users.list" => return json_text(hub.members.clone()),
        "apps.connections.open" => {
            json!({ "ok": true, "url": format!("{}/link", hub.base.replacen("http", "ws", 1)) })
        }
        "auth.test" => json!({ "ok": true, "user_id": "UBOT", "team": "Bench", "team_id": "T1" }),
        "conversations.open" => json!({ "ok": true, "channel": { "id": channel(0).as_str() } }),
        // Nobody typed anything meanwhile.
        "conversations.history" | "conversations.replies" => {
            json!({ "ok": true, "messages": [], "has_more": false })
        }
        "dnd.teamInfo" => json!({ "ok": true, "users": {} }),
        "chat.postMessage" => {
            json!({ "ok": true, "channel": channel(0).as_str(), "ts": "1700000000.000001" })
        }
        _ => json!({ "ok": true }),
    };
    json_text(answer.to_string())
}

async fn calendar(State(hub): State<Arc<Hub>>, RawQuery(query): RawQuery) -> Response {
    if query.is_some_and(|query| query.starts_with("after=")) {
        // The calendar never moves.
        return std::future::pending().await;
    }
    json_text(json!({ "now": hub.now, "version": 1 }).to_string())
}

async fn settle(State(hub): State<Arc<Hub>>) -> Response {
    hub.settled.send_replace(Some(hub.now));
    json_text("{}".to_owned())
}

async fn link(State(hub): State<Arc<Hub>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let hello = json!({ "type": "hello", "num_connections": 1 }).to_string();
        if socket.send(Message::Text(hello.into())).await.is_ok() {
            // Nobody drives it any more when a measurement has ended.
            _ = hub.links.send(Link { socket, since: monotonic() });
        }
    })
}
