//! The Slack room against the stand-in workspace, which is as strict as Slack: scopes of our own manifest,
//! Block Kit rules, triggers that serve once.

mod checkup;
mod conversation;
mod files;
mod posts;
mod refusals;
mod transports;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use canvass::clock::Clock;
use canvass::command::Incoming;
use canvass::domain::effect::{PostId, Traffic};
use canvass::domain::ids::{PersonId, SlackChannelId, SlackUserId};
use canvass::domain::message::{
    Action, Answer, Button, Look, Message, Paragraph, Part, Recipient, Reply, Span,
};
use canvass::domain::performer::Outgoing;
use canvass::sandbox::Limits;
use canvass::slack::directory::Member;
use canvass::slack::heard::Heard;
use canvass::slack::http::{self, routes};
use canvass::slack::inbound::How;
use canvass::slack::socket::{Patience, Sockets};
use canvass::slack::{
    Client, Closed, FreshUrls, Inbox, Lookout, Receiver, Settings, SigningSecret, SlackPerformer, Transport,
    manifest,
};
use canvass::web::{self, ServerPatience};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::sandbox::stand_in::{APP_TOKEN, BOT_TOKEN, StandIn, seed};

pub(crate) const POST: &str = "9ff5fb5708b31b4499d44f8c1fef4a83";

/// The room, wired as the service wires it, with a scripted program behind it.
pub(crate) struct Room {
    pub(crate) stand: StandIn,
    pub(crate) client: Arc<Client>,
    pub(crate) performer: SlackPerformer,
    pub(crate) script: Arc<Script>,
    over_http: bool,
    stop: watch::Sender<bool>,
    _folder: TempDir,
}

/// What came in, and what is answered next.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) taken: Mutex<Vec<Incoming>>,
    pub(crate) replies: Mutex<VecDeque<Reply>>,
    pub(crate) seen: Mutex<Vec<Member>>,
}

#[async_trait]
impl Inbox for Script {
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
        self.taken.lock().unwrap().push(incoming);
        Ok(self.replies.lock().unwrap().pop_front().unwrap_or_default())
    }
}

impl Lookout for Script {
    fn seen(&self, member: Member) {
        self.seen.lock().unwrap().push(member);
    }
    fn at_home(&self, _who: canvass::domain::ids::SlackUserId, _page: canvass::domain::message::Page) {}
    fn lost(&self, _: How) {}
}

fn client(stand: &StandIn) -> Client {
    let settings = Settings {
        api_url: stand.serving.api_url(),
        call_timeout: Duration::from_secs(5),
        ..Settings::new(BOT_TOKEN.into(), Some(APP_TOKEN.into()))
    };
    Client::new(&settings).unwrap()
}

impl Room {
    /// As a process that has just been started: it knows of no limit that was met before.
    pub(crate) fn started_anew(&self) -> SlackPerformer {
        SlackPerformer::new(Arc::new(client(&self.stand)), Arc::new(FreshUrls::default()))
    }

    pub(crate) async fn open() -> Self {
        Self::open_with(false, false).await
    }

    /// Reached over HTTP or over connections of its own; installed in one workspace or for an organisation.
    pub(crate) async fn open_with(over_http: bool, org_wide: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let transport = if over_http { Transport::Http { base } } else { Transport::Socket };
        let mut seed = seed();
        seed.app.manifest = manifest("/canvass", "Canvass", &transport);
        seed.app.manifest["settings"]["org_deploy_enabled"] = org_wide.into();
        let secret = SigningSecret::new(&seed.app.signing_secret.as_str().into());
        let limits = Limits { enforced: false, ..Limits::default() };
        let stand = StandIn::start_with(folder.path(), seed, limits).await;
        let client = Arc::new(client(&stand));
        let fresh = Arc::new(FreshUrls::default());
        let script = Arc::new(Script::default());
        let receiver = Arc::new(Receiver::new(
            Arc::clone(&script) as _,
            Arc::clone(&script) as _,
            Arc::clone(&client),
            Arc::clone(&fresh),
            Heard::new(Clock::system()),
        ));
        let (stop, mut stopping) = watch::channel(false);
        if over_http {
            let routes = routes(receiver, secret, Clock::system(), http::Limits::default());
            let stop = async move { _ = stopping.wait_for(|stop| *stop).await };
            tokio::spawn(web::serve(listener, routes, ServerPatience::default(), stop));
        } else {
            let sockets = Sockets::new(Arc::clone(&client), receiver, 2, Patience::default());
            let mut health = sockets.health();
            tokio::spawn(sockets.run(stopping));
            health.wait_for(|health| health.open == 2).await.unwrap();
        }
        let performer = SlackPerformer::new(Arc::clone(&client), fresh);
        Self { stand, client, performer, script, over_http, stop, _folder: folder }
    }

    /// How many connections it has.
    pub(crate) fn connections(&self) -> usize {
        if self.over_http { 0 } else { 2 }
    }

    pub(crate) fn will_reply(&self, reply: Reply) {
        self.script.replies.lock().unwrap().push_back(reply);
    }

    pub(crate) fn last_taken(&self) -> Incoming {
        self.script.taken.lock().unwrap().last().cloned().expect("nothing came in")
    }

    /// What `user` sees, once `there` says that it is what is waited for.
    pub(crate) async fn sees(
        &self,
        user: &str,
        there: impl Fn(&serde_json::Value) -> bool,
    ) -> serde_json::Value {
        let mut since = 0;
        loop {
            let state = self.stand.look(&format!("state?as={user}")).await;
            if there(&state["selected"]) {
                return state["selected"].clone();
            }
            since = state["version"].as_u64().unwrap().max(since);
            let changes = format!("changes?since={since}");
            tokio::time::timeout(Duration::from_secs(5), self.stand.look(&changes))
                .await
                .unwrap_or_else(|_| panic!("{user} sees {:#}", state["selected"]));
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

pub(crate) fn post_id(text: &str) -> PostId {
    PostId::parse(text).unwrap()
}

pub(crate) fn to(user: &str, channel: Option<&str>) -> Recipient {
    Recipient {
        person: PersonId::parse("ana").unwrap(),
        slack: SlackUserId::parse(user).unwrap(),
        channel: channel.map(|id| SlackChannelId::parse(id).unwrap()),
    }
}

pub(crate) fn outgoing(post: &str, to: Recipient, message: Message) -> Outgoing {
    Outgoing { post: post_id(post), attempt: 1, to, thread: None, message, traffic: Traffic::Campaign }
}

/// A message with everything that can be drawn.
pub(crate) fn everything() -> Message {
    let plain = |label: &str, action| Button { label: label.into(), action, look: Look::Plain };
    let spans = vec![
        Span::Text("Read the ".into()),
        Span::Link { label: "design & plan".into(), url: "https://example.com/d?a=1&b=2".into() },
        Span::Text(" or ask ".into()),
        Span::Mention(SlackUserId::parse("U2").unwrap()),
        Span::Text(": ".into()),
        Span::Code("/canvass help".into()),
        Span::Strong(" soon".into()),
    ];
    Message {
        notification: "Ana, payment incidents interrupted Checkout 14 times <!channel>".into(),
        parts: vec![
            Part::Heading("Payments".into()),
            Part::Paragraph(Paragraph(spans.clone())),
            Part::List(vec![Paragraph(spans.clone()), "The rest".into()]),
            Part::Quote("We did this last year".into()),
            Part::Table {
                header: vec!["Team".into(), "Reached".into()],
                rows: vec![vec!["Checkout".into(), "3/4".into()]],
            },
            Part::Small(Paragraph(spans.clone())),
            Part::Divider,
        ],
        recorded: Some("Recorded: in your plan.".into()),
        buttons: vec![
            Button {
                label: "Put in our plan".into(),
                action: Action::Answer(Answer::PlanIt),
                look: Look::Primary,
            },
            plain("Open the design", Action::Open { url: "https://example.com/design".into() }),
            plain("Not this quarter", Action::Answer(Answer::No)),
        ],
        overflow: vec![
            plain("Where the numbers come from, and why me", Action::Numbers),
            plain("Stop these messages", Action::Stop),
        ],
        footer: Some(Paragraph(spans)),
        attachment: None,
    }
}
