//! Takes what Slack sends to whoever decides, and brings the answer back. The same for Socket Mode and HTTP.
//!
//! Invariant: a payload is acknowledged once it is decided and durable, or once it is clear that it can
//! never be handled. What fails for reasons of ours is not, so that Slack delivers it again.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::clock::monotonic;
use crate::command::{Incoming, Request};
use crate::domain::ids::SlackUserId;
use crate::domain::message::{Page, Reply};

use super::answer::{Answer, Errand, answer, preview, unopened, unreadable};
use super::bursts::Bursts;
use super::client::{Client, Identity};
use super::directory::Member;
use super::errors::CallError;
use super::fresh_urls::FreshUrls;
use super::heard::Heard;
use super::inbound::{Hints, How, Inbound, Lost, Ours, Surface, read};
use super::methods::Method;

/// The service is stopping; nothing more is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the service is stopping")]
pub struct Closed;

/// Where requests go.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Decides; resolves once the decision is durable. Requests are taken in the order of the first polls.
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed>;
}

/// Where everything goes that Slack tells without anybody having asked for something.
pub trait Lookout: Send + Sync {
    /// An account changed, or is new.
    fn seen(&self, member: Member);
    /// The app may do nothing any more.
    fn lost(&self, how: How);
    /// Somebody looks at this page of their App Home: it was opened, turned to, or something on it was
    /// used.
    fn at_home(&self, who: SlackUserId, page: Page);
}

/// What becomes of a payload.
#[derive(Debug, Clone, PartialEq)]
pub enum Receipt {
    /// It is acknowledged, with this answer if there is one. The body of an HTTP answer is the same.
    Acknowledge(Option<Value>),
    /// It is not, so that Slack delivers it again.
    Withhold,
}

/// The one place where payloads arrive.
pub struct Receiver {
    inbox: Arc<dyn Inbox>,
    lookout: Arc<dyn Lookout>,
    client: Arc<Client>,
    fresh: Arc<FreshUrls>,
    heard: Heard,
    bursts: Bursts,
    /// The app, once a connection has said it.
    app: OnceLock<String>,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

impl Receiver {
    /// A receiver that shares `fresh` with whoever brings messages up to date, and notes in `heard` when Slack
    /// was heard.
    pub fn new(
        inbox: Arc<dyn Inbox>,
        lookout: Arc<dyn Lookout>,
        client: Arc<Client>,
        fresh: Arc<FreshUrls>,
        heard: Heard,
    ) -> Self {
        Self { inbox, lookout, client, fresh, heard, bursts: Bursts::default(), app: OnceLock::new() }
    }

    /// Slack has just been heard, whatever it said.
    pub(super) fn hears(&self) {
        self.heard.note();
    }

    /// A connection says of which app it is.
    pub(super) fn introduced(&self, app: Option<String>) {
        if let Some(app) = app {
            // All connections are made with the same token, so every one says the same.
            _ = self.app.set(app);
        }
    }

    /// Handles a payload. `carries` says whether the acknowledgement may carry an answer. Nothing is
    /// awaited but the decision; whatever else the person waits for runs on its own.
    pub async fn receive(&self, payload: &Value, carries: bool) -> Receipt {
        self.hears();
        // Only what `inbox` does can panic, and it is not ours; the connection must outlive it.
        let handled = AssertUnwindSafe(self.handle(payload, carries)).catch_unwind().await;
        handled.unwrap_or_else(|_| {
            tracing::error!(
                slack.kind = kind(payload),
                "handling a payload panicked; Slack will deliver it again"
            );
            Receipt::Withhold
        })
    }

    async fn handle(&self, payload: &Value, carries: bool) -> Receipt {
        let answer = match read(payload) {
            Ok(Inbound::Request(incoming, hints)) => {
                if matches!(incoming.request, Request::Wordless { .. })
                    && !self.bursts.begins(&hints.actor, monotonic())
                {
                    tracing::debug!("something else without words, of which nothing more is said");
                    return Receipt::Acknowledge(None);
                }
                self.note(&hints);
                match self.inbox.take(*incoming).await {
                    Ok(Reply::NotYet) => return Receipt::Withhold,
                    Ok(reply) => {
                        self.look_at_home(&reply, &hints);
                        answer(reply, &hints, carries)
                    }
                    Err(Closed) => return Receipt::Withhold,
                }
            }
            Ok(Inbound::Preview(hints)) => preview(&hints),
            Ok(Inbound::Seen(member)) => {
                self.lookout.seen(*member);
                Answer::default()
            }
            Ok(Inbound::Lost(lost)) => {
                self.find_out(lost);
                Answer::default()
            }
            Ok(Inbound::Challenge(challenge)) => {
                Answer { payload: Some(json!({ "challenge": challenge })), errand: None }
            }
            Ok(Inbound::Ignored(what)) => {
                tracing::debug!(slack.kind = what, "nothing to do");
                Answer::default()
            }
            Ok(Inbound::Unknown) => {
                tracing::info!(slack.kind = kind(payload), "Slack sent something that Canvass doesn't know");
                Answer::default()
            }
            Err(malformed) => {
                tracing::warn!(
                    slack.kind = kind(payload),
                    slack.field = malformed.place,
                    problem = %malformed.problem,
                    "a payload can't be read; it is dropped"
                );
                unreadable(payload, carries)
            }
        };
        if let Some(errand) = answer.errand {
            self.run(errand);
        }
        Receipt::Acknowledge(answer.payload)
    }

    /// Tells that the app was lost, unless it was another app, another bot's token or another workspace.
    fn find_out(&self, lost: Lost) {
        let (client, lookout) = (Arc::clone(&self.client), Arc::clone(&self.lookout));
        let app = self.app.get().cloned();
        tokio::spawn(async move {
            // A token that is gone can't be asked for; then nothing speaks against it.
            let ours = match client.identity().await {
                Ok(Identity { bot, team, .. }) => Ours { bot: Some(bot), team, app },
                Err(_) => Ours { app, ..Ours::default() },
            };
            if lost.is_of(&ours) {
                lookout.lost(lost.how);
            } else {
                tracing::info!(
                    "Slack says that another app, bot or workspace was lost; nothing changes here"
                );
            }
        });
    }

    fn note(&self, hints: &Hints) {
        if let (Surface::Click { channel, ts }, Some(url)) = (&hints.surface, &hints.response_url) {
            self.fresh.note(channel.clone(), ts.clone(), url.clone(), monotonic());
        }
    }

    /// Tells of a page of App Home that is looked at, if one is.
    fn look_at_home(&self, reply: &Reply, hints: &Hints) {
        let page = match (reply, &hints.surface) {
            (Reply::Home(page), _) | (_, Surface::Home { page }) => page.clone(),
            (_, Surface::Slash | Surface::Click { .. } | Surface::Submission | Surface::Typed { .. }) => {
                return;
            }
        };
        self.lookout.at_home(hints.actor.clone(), page);
    }

    fn run(&self, errand: Errand) {
        let client = Arc::clone(&self.client);
        tokio::spawn(async move {
            let name = errand.name();
            if let Err(error) = errand.run(&client).await {
                tracing::warn!(
                    slack.errand = name,
                    slack.code = error.code(),
                    "an answer did not get through"
                );
            }
        });
    }
}

impl Errand {
    fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open a modal",
            Self::Respond { .. } => "respond",
            Self::Whisper { .. } => "whisper",
            Self::Update { .. } => "update",
        }
    }

    pub(super) async fn run(self, client: &Client) -> Result<(), CallError> {
        let with = |mut body: Value, fields: &[(&str, &str)]| {
            if let Some(body) = body.as_object_mut() {
                body.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
            }
            body
        };
        match self {
            Self::Open { trigger, view, otherwise } => {
                let arguments = json!({ "trigger_id": trigger, "view": view });
                let opened = client.call(Method::ViewsOpen, &arguments).await.map(drop);
                match (&opened, otherwise) {
                    (Err(error), Some(url)) => {
                        tracing::warn!(
                            slack.code = error.code(),
                            "a modal could not be opened; whoever waits is told"
                        );
                        client.respond(&url, &unopened()).await
                    }
                    (Ok(()) | Err(_), _) => opened,
                }
            }
            Self::Respond { url, body } => client.respond(&url, &body).await,
            Self::Whisper { channel, to, body } => {
                let arguments = with(body, &[("channel", channel.as_str()), ("user", to.as_str())]);
                client.call(Method::ChatPostEphemeral, &arguments).await.map(drop)
            }
            Self::Update { channel, ts, body } => {
                let arguments = with(body, &[("channel", channel.as_str()), ("ts", ts.as_str())]);
                client.call(Method::ChatUpdate, &arguments).await.map(drop)
            }
        }
    }
}

/// The types of a payload and of the event in it, which say nothing about anybody.
fn kind(payload: &Value) -> String {
    let text = |place| payload.pointer(place).and_then(Value::as_str);
    match (text("/type"), text("/event/type")) {
        (_, Some(event)) => event.to_owned(),
        (Some(kind), None) => kind.to_owned(),
        (None, None) => "unnamed".to_owned(),
    }
}
