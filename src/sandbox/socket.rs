//! Socket Mode: up to ten connections, each envelope to any one of them, acknowledged within three seconds.
//!
//! <https://docs.slack.dev/apis/events-api/using-socket-mode>

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};

use super::connection::{Cut, Wire};
use super::hub::Hub;

/// Most connections an app may have open.
pub(super) const MAX_CONNECTIONS: usize = 10;
/// How long an acknowledgement may take.
pub(super) const ACK_WITHIN: Duration = Duration::from_secs(3);
const PING_EVERY: Duration = Duration::from_secs(10);
/// How long Slack says that a connection lasts, in seconds. The stand-in refreshes only on demand.
const CONNECTION_TIME: u64 = 18_060;
const CONNECTION_TIME_DEBUG: u64 = 360;

/// The open connections and the envelopes that wait for an acknowledgement.
#[derive(Debug)]
pub(super) struct Sockets {
    inner: Mutex<Inner>,
    open: watch::Sender<usize>,
    last: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    connections: Vec<Connection>,
    next: usize,
    waiting: HashMap<String, Waiting>,
}

#[derive(Debug)]
struct Connection {
    id: u64,
    out: mpsc::UnboundedSender<Frame>,
    cut: Arc<Cut>,
}

#[derive(Debug)]
struct Waiting {
    connection: u64,
    acknowledge: oneshot::Sender<Value>,
}

/// Why an envelope, or a request in its place, was not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAcknowledged {
    /// No connection is open, or none could be made.
    NoConnection,
    /// Three seconds passed.
    TimedOut,
    /// The connection was closed first.
    Closed,
    /// Another answer than 200.
    Status {
        status: u16,
        /// The app doesn't want it again.
        no_retry: bool,
    },
}

/// What is put on the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope<'a> {
    pub(super) id: &'a str,
    /// `events_api`, `slash_commands` or `interactive`.
    pub(super) kind: &'a str,
    pub(super) payload: &'a Value,
    pub(super) accepts_response_payload: bool,
    /// Attempt and reason, for events.
    pub(super) retry: Option<(u32, &'a str)>,
}

impl Default for Sockets {
    fn default() -> Self {
        Self { inner: Mutex::default(), open: watch::channel(0).0, last: AtomicU64::new(0) }
    }
}

impl Sockets {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().connections.len()
    }

    /// Waits until at least one connection is open.
    pub(super) async fn connected(&self) {
        // The sender lives in `self`, so waiting can't fail.
        let _ = self.open.subscribe().wait_for(|open| *open > 0).await;
    }

    /// Sends an envelope over the next connection and waits for its acknowledgement.
    ///
    /// The answer is the `payload` of the acknowledgement, `null` if it has none.
    pub(super) async fn deliver(&self, envelope: Envelope<'_>) -> Result<Value, NotAcknowledged> {
        let acknowledged = self.send(envelope)?;
        match tokio::time::timeout(ACK_WITHIN, acknowledged).await {
            Ok(Ok(payload)) => Ok(payload),
            Ok(Err(_)) => Err(NotAcknowledged::Closed),
            Err(_) => {
                self.lock().waiting.remove(envelope.id);
                Err(NotAcknowledged::TimedOut)
            }
        }
    }

    fn send(&self, envelope: Envelope<'_>) -> Result<oneshot::Receiver<Value>, NotAcknowledged> {
        let mut body = json!({
            "type": envelope.kind,
            "envelope_id": envelope.id,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.accepts_response_payload,
        });
        if let (Some((attempt, reason)), Some(body)) = (envelope.retry, body.as_object_mut()) {
            body.insert("retry_attempt".to_owned(), json!(attempt));
            body.insert("retry_reason".to_owned(), json!(reason));
        }
        let mut inner = self.lock();
        let count = inner.connections.len();
        inner.next = inner.next.wrapping_add(1);
        let turn = inner.next.checked_rem(count).ok_or(NotAcknowledged::NoConnection)?;
        let connection = inner.connections.get(turn).ok_or(NotAcknowledged::NoConnection)?;
        let (id, out) = (connection.id, connection.out.clone());
        let (acknowledge, acknowledged) = oneshot::channel();
        inner.waiting.insert(envelope.id.to_owned(), Waiting { connection: id, acknowledge });
        out.send(Frame::Text(body.to_string().into())).map_err(|_| NotAcknowledged::Closed)?;
        Ok(acknowledged)
    }

    fn acknowledge(&self, frame: &Utf8Bytes) {
        #[derive(Deserialize)]
        struct Acknowledgement {
            envelope_id: String,
            #[serde(default)]
            payload: Value,
        }
        let Ok(ack) = serde_json::from_str::<Acknowledgement>(frame) else { return };
        if let Some(waiting) = self.lock().waiting.remove(&ack.envelope_id) {
            // Whoever waited may have given up a moment ago.
            let _ = waiting.acknowledge.send(ack.payload);
        }
    }

    fn add(&self, out: mpsc::UnboundedSender<Frame>, cut: Arc<Cut>) -> Option<u64> {
        let mut inner = self.lock();
        if inner.connections.len() >= MAX_CONNECTIONS {
            return None;
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        inner.connections.push(Connection { id, out, cut });
        self.open.send_replace(inner.connections.len());
        Some(id)
    }

    fn remove(&self, id: u64) {
        let mut inner = self.lock();
        inner.connections.retain(|connection| connection.id != id);
        // Dropping the sender tells whoever waits that the connection is gone.
        inner.waiting.retain(|_, waiting| waiting.connection != id);
        self.open.send_replace(inner.connections.len());
    }

    /// Sends `disconnect` over every connection; `close_after` says when Slack's end closes them.
    pub(super) fn disconnect(&self, reason: &str, close_after: Duration) -> usize {
        let inner = self.lock();
        let body = json!({
            "type": "disconnect",
            "reason": reason,
            "debug_info": { "host": "applink-sandbox" },
        });
        for connection in &inner.connections {
            let out = connection.out.clone();
            // A connection that ended meanwhile needs no farewell.
            let _ = out.send(Frame::Text(body.to_string().into()));
            tokio::spawn(async move {
                tokio::time::sleep(close_after).await;
                let _ = out.send(Frame::Close(None));
            });
        }
        inner.connections.len()
    }

    /// Cuts every connection without a word.
    pub(super) fn cut(&self) -> usize {
        let inner = self.lock();
        inner.connections.iter().for_each(|connection| connection.cut.cut());
        inner.connections.len()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Ticket {
    ticket: String,
    #[serde(default)]
    debug_reconnects: Option<String>,
}

/// `GET /socket?ticket=…`: the WebSocket that `apps.connections.open` gave out.
pub(super) async fn connect(
    State(hub): State<Arc<Hub>>,
    Query(ticket): Query<Ticket>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let now = hub.real_now();
    if !hub.lock().tickets.use_socket(&ticket.ticket, now) {
        return (StatusCode::FORBIDDEN, "this ticket was used, or is too old").into_response();
    }
    let debug = ticket.debug_reconnects.as_deref() == Some("true");
    upgrade.on_upgrade(move |socket| run(hub, socket, wire.0, debug))
}

async fn run(hub: Arc<Hub>, mut socket: WebSocket, cut: Arc<Cut>, debug: bool) {
    let (out, mut outgoing) = mpsc::unbounded_channel();
    let hello = json!({
        "type": "hello",
        "num_connections": hub.sockets.count() + 1,
        "debug_info": {
            "host": "applink-sandbox",
            "build_number": 1,
            "approximate_connection_time": if debug { CONNECTION_TIME_DEBUG } else { CONNECTION_TIME },
        },
        "connection_info": { "app_id": hub.lock().app.app_id },
    });
    if socket.send(Frame::Text(hello.to_string().into())).await.is_err() {
        return;
    }
    let Some(id) = hub.sockets.add(out, cut) else {
        let refusal = json!({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "applink-sandbox"}});
        // Either way the connection ends here.
        let _ = socket.send(Frame::Text(refusal.to_string().into())).await;
        return;
    };
    hub.lock().touch();
    let stopping = hub.stopping();
    tokio::pin!(stopping);
    let mut ping = tokio::time::interval(PING_EVERY);
    ping.tick().await;
    loop {
        tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => hub.sockets.acknowledge(&text),
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                Some(Ok(Frame::Binary(_) | Frame::Ping(_) | Frame::Pong(_))) => {}
            },
            frame = outgoing.recv() => {
                let Some(frame) = frame else { break };
                let closes = matches!(frame, Frame::Close(_));
                if socket.send(frame).await.is_err() || closes {
                    break;
                }
            }
            _ = ping.tick() => {
                if socket.send(Frame::Ping("Ping from the stand-in".into())).await.is_err() {
                    break;
                }
            }
            () = &mut stopping => break,
        }
    }
    hub.sockets.remove(id);
    let mut state = hub.lock();
    if hub.sockets.count() == 0 {
        // A program that is gone has settled nothing; back again, it says so anew.
        state.workspace.calendar.unsettle();
    }
    state.touch();
}
