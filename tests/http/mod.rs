//! HTTP from outside: what is refused, what is answered, and how it stops.

mod answers;
mod refusals;
mod webhooks;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use canvass::clock::Clock;
use canvass::slack::heard::Heard;
use canvass::slack::http::{Limits, routes};
use canvass::slack::{Client, FreshUrls, Inbox, Receiver, Settings, SigningSecret};
use canvass::web::{self, ServerPatience};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::slack::Script;
use crate::world::PATIENCE;

pub(crate) const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

pub(crate) fn secret(text: &str) -> SigningSecret {
    SigningSecret::new(&text.into())
}

pub(crate) fn now() -> i64 {
    Clock::system().now().as_second()
}

/// The three addresses with a scripted program behind them, as patient as a test can be.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) script: Arc<Script>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Door {
    pub(crate) async fn open() -> Self {
        let script = Arc::new(Script::default());
        Self::open_to(Arc::clone(&script) as _, script).await
    }

    pub(crate) async fn open_to(inbox: Arc<dyn Inbox>, script: Arc<Script>) -> Self {
        Self::open_at("127.0.0.1:0", inbox, script).await
    }

    pub(crate) async fn open_at(place: &str, inbox: Arc<dyn Inbox>, script: Arc<Script>) -> Self {
        canvass::install_crypto();
        let client = Client::new(&Settings::new("xoxb-1".into(), None)).unwrap();
        let receiver = Receiver::new(
            inbox,
            Arc::clone(&script) as _,
            Arc::new(client),
            Arc::new(FreshUrls::default()),
            Heard::new(Clock::system()),
        );
        let limits = Limits { patience: Duration::from_millis(300), ..Limits::default() };
        let routes = routes(Arc::new(receiver), secret(SECRET), Clock::system(), limits);
        let listener = TcpListener::bind(place).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel();
        let limit = Duration::from_millis(600);
        let patience = ServerPatience { first: limit, head: limit, drain: PATIENCE };
        let server = tokio::spawn(web::serve(listener, routes, patience, async { _ = stopping.await }));
        Self { address, script, stop, server }
    }

    pub(crate) fn taken(&self) -> usize {
        self.script.taken.lock().unwrap().len()
    }

    /// Says that it should stop; what it returns ends when it has.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.server
    }
}

/// A request as bytes; `lines` are its headers but for the length.
pub(crate) fn raw(method: &str, path: &str, lines: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: canvass\r\n");
    for (name, value) in lines {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    if !lines.iter().any(|(name, _)| matches!(*name, "Content-Length" | "Transfer-Encoding")) {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    [request.as_bytes(), body].concat()
}

/// The headers of a genuine request.
pub(crate) fn genuine(kind: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    signed(SECRET, kind, now(), body)
}

pub(crate) fn signed(with: &str, kind: &str, at: i64, body: &[u8]) -> Vec<(&'static str, String)> {
    vec![
        ("Content-Type", kind.to_owned()),
        ("X-Slack-Request-Timestamp", at.to_string()),
        ("X-Slack-Signature", secret(with).sign(at, body)),
    ]
}

/// Everything that comes back before the connection is closed or an answer is whole.
pub(crate) async fn reply(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let reading = async {
        let mut some = [0; 4096];
        loop {
            match stream.read(&mut some).await {
                Ok(0) | Err(_) => return,
                Ok(count) => answer.extend_from_slice(&some[..count]),
            }
            let text = String::from_utf8_lossy(&answer).to_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_some_and(|length| body.len() >= length.trim().parse().unwrap()) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("an answer, or the end of the connection");
    String::from_utf8(answer).unwrap()
}

/// The status of an answer; none if the connection was closed without one.
pub(crate) fn status(answer: &str) -> Option<u16> {
    answer.split_whitespace().nth(1).map(|status| status.parse().unwrap())
}

/// Sends `request` over a connection of its own.
pub(crate) async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    reply(&mut stream).await
}
