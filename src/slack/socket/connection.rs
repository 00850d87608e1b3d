//! One Socket Mode connection.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::clock::monotonic;
use crate::egress::{ConnectError, Stream};
use crate::slack::client::{BadAddress, Client, safe_address};
use crate::slack::errors::CallError;
use crate::slack::inbound::{Disconnect, Envelope, Frame, frame};
use crate::slack::methods::Method;
use crate::slack::receiver::{Receipt, Receiver};

use super::{Patience, stopped, stopping};

type Socket = WebSocketStream<MaybeTlsStream<TokioIo<Stream>>>;

/// The largest frame: a view has at most 250 kB, and the envelope of a message names little else.
const LARGEST: usize = 4 << 20;
/// Decisions under way on one connection before no more is read; Slack then waits, or uses another one.
const UNDER_WAY: usize = 512;

/// Why a connection could not be made.
#[derive(Debug, thiserror::Error)]
pub(in crate::slack) enum OpenError {
    /// Slack gave no address.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Slack gave one that is not used.
    #[error("the address that Slack gave can't be used: {0}")]
    Address(BadAddress),
    /// There is no way there.
    #[error("the socket can't be opened: {0}")]
    Connect(#[from] ConnectError),
    /// The socket itself.
    #[error("the socket can't be opened: {0}")]
    Socket(Box<Error>),
    /// It stayed silent.
    #[error("Slack did not say hello in time")]
    NoHello,
}

impl OpenError {
    /// A stable word for logs.
    pub(in crate::slack) fn code(&self) -> String {
        match self {
            Self::Call(call) => call.code(),
            Self::Address(_) => "bad-address".to_owned(),
            Self::Connect(_) | Self::Socket(_) => "no-socket".to_owned(),
            Self::NoHello => "no-hello".to_owned(),
        }
    }
}

/// Why a connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Slack said it would close it; it is served until then.
    Replaced,
    /// Socket Mode is switched off.
    LinkDisabled,
    /// There are too many.
    TooMany,
    /// The other side closed it.
    Closed,
    /// No sign of life.
    Silent,
    /// It broke.
    Broken,
    /// The service stops.
    Stopped,
}

impl Ended {
    /// A stable word for logs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::LinkDisabled => "link_disabled",
            Self::TooMany => "too_many_websockets",
            Self::Closed => "closed",
            Self::Silent => "silent",
            Self::Broken => "broken",
            Self::Stopped => "stopped",
        }
    }
}

/// A connection that has said hello.
#[derive(Debug)]
pub(super) struct Connection {
    app: Option<String>,
    write: SplitSink<Socket, Message>,
    read: SplitStream<Socket>,
}

impl Connection {
    /// Asks Slack for an address, connects to it and waits for `hello`.
    pub(super) async fn open(client: &Client, patience: Duration) -> Result<Self, OpenError> {
        let answer = client.call(Method::AppsConnectionsOpen, &json!({})).await?;
        let url = answer.get("url").and_then(Value::as_str).ok_or(CallError::Unreadable)?;
        let url = safe_address(url, "wss", "ws").map_err(OpenError::Address)?;
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let connecting = async {
            let no_network = || ConnectError::Direct("there is no network".to_owned());
            let egress = client.egress().ok_or_else(no_network)?;
            let stream = egress.open(&url).await?;
            let tls = Some(Connector::Rustls(egress.tls()));
            let (socket, _) = client_async_tls_with_config(url.as_str(), stream, Some(config), tls)
                .await
                .map_err(|error| OpenError::Socket(Box::new(error)))?;
            let (write, mut read) = socket.split();
            while let Some(message) = read.next().await {
                let message = message.map_err(|error| OpenError::Socket(Box::new(error)))?;
                let Message::Text(text) = message else { continue };
                match frame(text.as_str()) {
                    Ok(Frame::Hello { app }) => return Ok(Self { app, write, read }),
                    Ok(Frame::Disconnect(Disconnect::LinkDisabled)) => {
                        return Err(CallError::refused("link_disabled").into());
                    }
                    Ok(Frame::Disconnect(Disconnect::TooMany)) => {
                        return Err(CallError::refused("too_many_websockets").into());
                    }
                    Ok(Frame::Disconnect(Disconnect::Soon)) => break,
                    // Nothing is sent before hello; if it were, Slack would send it again.
                    Ok(Frame::Envelope(_) | Frame::Other) | Err(_) => {}
                }
            }
            Err(OpenError::NoHello)
        };
        timeout(patience, connecting).await.unwrap_or(Err(OpenError::NoHello))
    }

    /// Serves the connection to its end. `leaving` is told why it goes as soon as that is known, which may
    /// be long before: what is decided meanwhile is still acknowledged.
    pub(super) async fn serve(
        self,
        receiver: Arc<Receiver>,
        patience: Patience,
        mut stop: watch::Receiver<bool>,
        leaving: oneshot::Sender<Ended>,
    ) {
        let Self { app, mut write, mut read } = self;
        receiver.introduced(app);
        let mut leaving = Leaving(Some(leaving));
        let mut under_way = FuturesUnordered::new();
        let mut heard = monotonic();
        receiver.hears();
        let mut ping = tokio::time::interval(patience.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let closing = tokio::time::sleep(patience.drain);
        tokio::pin!(closing);
        let mut reads = !stopped(&stop);
        let mut drains = !reads;
        // Why the connection is left, once nothing is awaited from it any more.
        let ended = loop {
            if !reads && under_way.is_empty() {
                break Ended::Stopped;
            }
            tokio::select! {
                biased;
                Some(acknowledgement) = under_way.next(), if !under_way.is_empty() => {
                    let Some(text) = acknowledgement else { continue };
                    if write.send(Message::text::<String>(text)).await.is_err() {
                        break Ended::Broken;
                    }
                }
                () = stopping(&mut stop), if reads => {
                    leaving.say(Ended::Stopped);
                    reads = false;
                    drains = true;
                    closing.as_mut().reset(tokio::time::Instant::from_std(monotonic() + patience.drain));
                }
                () = closing.as_mut(), if drains => break Ended::Replaced,
                message = read.next(), if reads && under_way.len() < UNDER_WAY => {
                    heard = monotonic();
                    let text = match message {
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Close(_))) | None => break Ended::Closed,
                        Some(Ok(_)) => {
                            receiver.hears();
                            continue;
                        }
                        Some(Err(_)) => break Ended::Broken,
                    };
                    receiver.hears();
                    match frame(text.as_str()) {
                        Ok(Frame::Envelope(envelope)) => under_way.push(handle(Arc::clone(&receiver), envelope)),
                        Ok(Frame::Disconnect(how)) => {
                            leaving.say(match how {
                                Disconnect::Soon => Ended::Replaced,
                                Disconnect::LinkDisabled => Ended::LinkDisabled,
                                Disconnect::TooMany => Ended::TooMany,
                            });
                            drains = true;
                            closing.as_mut().reset(tokio::time::Instant::from_std(heard + patience.drain));
                        }
                        Ok(Frame::Hello { .. } | Frame::Other) => {}
                        Err(malformed) => tracing::warn!(
                            slack.field = malformed.place,
                            problem = %malformed.problem,
                            "a frame can't be read, so it can't be acknowledged"
                        ),
                    }
                }
                _ = ping.tick() => {
                    if reads && heard.elapsed() > patience.silence {
                        break Ended::Silent;
                    }
                    if write.send(Message::Ping(Vec::new().into())).await.is_err() {
                        break Ended::Broken;
                    }
                }
            }
        };
        leaving.say(ended);
        // A close that is not answered must not hold anything up.
        drop(timeout(Duration::from_secs(1), write.close()).await);
        // What was handed on is decided all the same; only its acknowledgement is lost.
        drop(timeout(patience.drain, async { while under_way.next().await.is_some() {} }).await);
    }
}

/// Tells once why the connection goes.
struct Leaving(Option<oneshot::Sender<Ended>>);

impl Leaving {
    fn say(&mut self, why: Ended) {
        if let Some(leaving) = self.0.take() {
            // Nobody waits if the service has stopped.
            let _nobody_waiting = leaving.send(why);
        }
    }
}

/// The acknowledgement of an envelope, if it is to be given.
async fn handle(receiver: Arc<Receiver>, envelope: Envelope) -> Option<String> {
    let receipt = match &envelope.payload {
        // There is nothing to handle, now or later.
        Value::Null => {
            tracing::warn!(slack.kind = envelope.kind, "an envelope without a payload is dropped");
            Receipt::Acknowledge(None)
        }
        payload => receiver.receive(payload, envelope.accepts_response).await,
    };
    match receipt {
        Receipt::Acknowledge(Some(answer)) if envelope.accepts_response => {
            Some(json!({ "envelope_id": envelope.id, "payload": answer }).to_string())
        }
        Receipt::Acknowledge(_) => Some(json!({ "envelope_id": envelope.id }).to_string()),
        Receipt::Withhold => None,
    }
}
