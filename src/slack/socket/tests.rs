//! The connections against a stand-in that speaks the wire's side of Socket Mode.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::Json;
use axum::routing::post;
use futures_util::{SinkExt, StreamExt};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::clock::Clock;
use crate::command::{Incoming, Request};
use crate::domain::message::Reply;
use crate::slack::directory::Member;
use crate::slack::heard::Heard;
use crate::slack::inbound::How;
use crate::slack::{Closed, FreshUrls, Inbox, Lookout, Settings};

use super::*;

type Wire = WebSocketStream<TcpStream>;

/// What `apps.connections.open` answers, and the sockets that are then opened.
struct Stand {
    api: SocketAddr,
    sockets: mpsc::UnboundedReceiver<Wire>,
    opened: Arc<AtomicUsize>,
}

impl Stand {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/link", listener.local_addr().unwrap());
        Self::answering(json!({ "ok": true, "url": url }), Some(listener)).await
    }

    async fn answering(answer: Value, listener: Option<TcpListener>) -> Self {
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let open = post(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            async move { Json(answer) }
        });
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = http.local_addr().unwrap();
        let router = axum::Router::new().route("/api/apps.connections.open", open);
        tokio::spawn(async move { axum::serve(http, router).await.unwrap() });
        let (sender, sockets) = mpsc::unbounded_channel();
        if let Some(listener) = listener {
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let wire = tokio_tungstenite::accept_async(stream).await.unwrap();
                    if sender.send(wire).is_err() {
                        break;
                    }
                }
            });
        }
        Self { api, sockets, opened }
    }

    /// The next socket that is opened, greeted.
    async fn socket(&mut self) -> Wire {
        let mut wire = self.sockets.recv().await.unwrap();
        send(&mut wire, json!({ "type": "hello", "num_connections": 1 })).await;
        wire
    }

    fn start(&self, count: usize, inbox: impl Inbox + 'static, patience: Patience) -> Running {
        let settings = Settings {
            api_url: format!("http://{}/api", self.api),
            ..Settings::new(SecretString::from("xoxb-1"), Some(SecretString::from("xapp-1")))
        };
        let client = Arc::new(Client::new(&settings).unwrap());
        let fresh = Arc::new(FreshUrls::default());
        let receiver = Receiver::new(
            Arc::new(inbox),
            Arc::new(Nobody),
            Arc::clone(&client),
            fresh,
            Heard::new(Clock::system()),
        );
        let sockets = Sockets::new(client, Arc::new(receiver), count, patience);
        let health = sockets.health();
        let (stop, stopping) = watch::channel(false);
        Running { health, stop, done: tokio::spawn(sockets.run(stopping)) }
    }
}

struct Running {
    health: watch::Receiver<Health>,
    stop: watch::Sender<bool>,
    done: JoinHandle<()>,
}

struct Nobody;

impl Lookout for Nobody {
    fn seen(&self, _: Member) {}
    fn at_home(&self, _who: crate::domain::ids::SlackUserId, _page: crate::domain::message::Page) {}
    fn lost(&self, _: How) {}
}

/// An inbox of one function.
struct Deciding<F>(F);

#[async_trait]
impl<F, R> Inbox for Deciding<F>
where
    F: Fn(String) -> R + Send + Sync,
    R: Future<Output = Result<Reply, Closed>> + Send,
{
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
        let Request::Slash { text } = incoming.request else { panic!("only commands are sent here") };
        (self.0)(text).await
    }
}

fn patience() -> Patience {
    Patience {
        ping: Duration::from_millis(50),
        silence: Duration::from_secs(20),
        pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(4),
        ..Patience::default()
    }
}

async fn send(wire: &mut Wire, json: Value) {
    wire.send(Message::text(json.to_string())).await.unwrap();
}

async fn command(wire: &mut Wire, text: &str) {
    let payload =
        json!({ "command": "/canvass", "text": text, "user_id": "U1", "trigger_id": format!("t-{text}") });
    send(
        wire,
        json!({ "type": "slash_commands", "envelope_id": text, "payload": payload, "accepts_response_payload": true }),
    )
    .await;
}

/// Something that is acknowledged without being decided.
async fn trifle(wire: &mut Wire, id: &str) {
    let payload = json!({ "type": "view_closed" });
    send(wire, json!({ "type": "interactive", "envelope_id": id, "payload": payload })).await;
}

/// The next acknowledgement.
async fn acknowledged(wire: &mut Wire) -> Value {
    loop {
        match wire.next().await.expect("the socket was closed").unwrap() {
            Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
            _ => continue,
        }
    }
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("nothing happened")
}

#[tokio::test]
async fn an_envelope_is_acknowledged_once_it_is_decided_and_not_before() {
    let mut stand = Stand::new().await;
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let _running = stand.start(
        1,
        Deciding(move |_| {
            let gate = Arc::clone(&opened);
            async move {
                gate.notified().await;
                Ok(Reply::say("Noted."))
            }
        }),
        patience(),
    );
    let mut wire = within(stand.socket()).await;
    command(&mut wire, "a").await;
    trifle(&mut wire, "b").await;
    // What came later needs no decision, so it is acknowledged first.
    assert_eq!(within(acknowledged(&mut wire)).await, json!({ "envelope_id": "b" }));
    gate.notify_one();
    let acknowledged = within(acknowledged(&mut wire)).await;
    assert_eq!(acknowledged["envelope_id"], "a");
    assert_eq!(acknowledged["payload"]["text"], "Noted.");
}

#[tokio::test]
async fn decisions_of_one_socket_wait_for_the_journal_together_and_in_their_order() {
    const MANY: usize = 100;
    let mut stand = Stand::new().await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let together = Arc::new(Barrier::new(MANY));
    let seen = Arc::clone(&order);
    let _running = stand.start(
        1,
        Deciding(move |text: String| {
            seen.lock().unwrap().push(text);
            let together = Arc::clone(&together);
            async move {
                together.wait().await;
                Ok(Reply::Nothing)
            }
        }),
        patience(),
    );
    let mut wire = within(stand.socket()).await;
    let sent: Vec<String> = (0..MANY).map(|i| i.to_string()).collect();
    for text in &sent {
        command(&mut wire, text).await;
    }
    let mut answered = HashSet::new();
    for _ in 0..MANY {
        answered.insert(within(acknowledged(&mut wire)).await["envelope_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(answered.len(), MANY);
    assert_eq!(*order.lock().unwrap(), sent);
}

#[tokio::test]
async fn a_connection_that_is_to_close_is_replaced_before_it_goes() {
    let mut stand = Stand::new().await;
    let mut running = stand.start(1, Deciding(|_| async { Ok(Reply::Nothing) }), patience());
    let mut first = within(stand.socket()).await;
    send(&mut first, json!({ "type": "disconnect", "reason": "warning" })).await;
    let mut second = within(stand.socket()).await;
    within(running.health.wait_for(|health| health.open == 2)).await.unwrap();
    for wire in [&mut first, &mut second] {
        command(wire, "still here").await;
        assert_eq!(within(acknowledged(wire)).await["envelope_id"], "still here");
    }
    drop(first);
    within(running.health.wait_for(|health| health.open == 1)).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_closes_or_falls_silent_is_made_again() {
    let mut stand = Stand::new().await;
    let short = Patience { silence: Duration::from_millis(200), ..patience() };
    let _running = stand.start(1, Deciding(|_| async { Ok(Reply::Nothing) }), short);
    drop(within(stand.socket()).await);
    // This one is never read, so no ping is answered.
    let _silent = within(stand.socket()).await;
    let mut third = within(stand.socket()).await;
    command(&mut third, "c").await;
    assert_eq!(within(acknowledged(&mut third)).await["envelope_id"], "c");
}

#[tokio::test]
async fn a_refused_token_is_reported_and_not_knocked_with() {
    let stand = Stand::answering(json!({ "ok": false, "error": "invalid_auth" }), None).await;
    let mut running = stand.start(1, Deciding(|_| async { Ok(Reply::Nothing) }), patience());
    let expected = Fault::Configuration("invalid_auth".into());
    within(running.health.wait_for(|health| health.fault.as_ref() == Some(&expected))).await.unwrap();
    assert_eq!(stand.opened.load(Ordering::SeqCst), 1);
    running.stop.send_replace(true);
    within(running.done).await.unwrap();
}

#[tokio::test]
async fn what_fails_for_reasons_of_ours_is_left_for_slack_to_deliver_again() {
    let mut stand = Stand::new().await;
    let _running = stand.start(
        1,
        Deciding(|text: String| async move {
            match text.as_str() {
                "panic" => panic!("a fault in deciding"),
                "closed" => Err(Closed),
                "not yet" => Ok(Reply::NotYet),
                _ => Ok(Reply::Nothing),
            }
        }),
        patience(),
    );
    let mut wire = within(stand.socket()).await;
    for text in ["panic", "closed", "not yet", "fine"] {
        command(&mut wire, text).await;
    }
    assert_eq!(within(acknowledged(&mut wire)).await["envelope_id"], "fine");
}

#[tokio::test]
async fn what_can_never_be_handled_is_acknowledged() {
    let mut stand = Stand::new().await;
    let _running = stand.start(1, Deciding(|_| async { Ok(Reply::Nothing) }), patience());
    let mut wire = within(stand.socket()).await;
    for (i, payload) in [json!(null), json!([]), json!({ "type": "from_the_future" })].into_iter().enumerate()
    {
        let id = i.to_string();
        send(&mut wire, json!({ "type": "novelty", "envelope_id": id, "payload": payload })).await;
        assert_eq!(within(acknowledged(&mut wire)).await, json!({ "envelope_id": id }));
    }
    for text in ["", "{", "[]", r#"{"type":"events_api","payload":{}}"#] {
        wire.send(Message::text(text)).await.unwrap();
    }
    trifle(&mut wire, "alive").await;
    assert_eq!(within(acknowledged(&mut wire)).await["envelope_id"], "alive");
}

#[tokio::test]
async fn stopping_lets_what_is_under_way_be_decided_and_acknowledged() {
    let mut stand = Stand::new().await;
    let (taken, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&taken), Arc::clone(&gate));
    let running = stand.start(
        1,
        Deciding(move |_| {
            let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
            async move {
                tell.notify_one();
                wait.notified().await;
                Ok(Reply::Nothing)
            }
        }),
        patience(),
    );
    let mut wire = within(stand.socket()).await;
    command(&mut wire, "last").await;
    within(taken.notified()).await;
    running.stop.send_replace(true);
    gate.notify_one();
    assert_eq!(within(acknowledged(&mut wire)).await["envelope_id"], "last");
    within(running.done).await.unwrap();
}
