//! Where Slack's requests meet the writer, and where plans meet the words.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::home::Opening;
use super::shared::Shared;
use crate::command::{self, Incoming};
use crate::dispatch::{Compose, Unsayable, World};
use crate::domain::approach;
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::ids::{SlackUserId, TeamId};
use crate::domain::message::{Message, Page, Reply};
use crate::domain::program::Program;
use crate::domain::refusal::{Call, Does};
use crate::domain::state::State;
use crate::journal::{Decision, Writer};
use crate::slack::directory::Member;
use crate::slack::inbound::How;
use crate::slack::{Closed, Inbox, Lookout};

/// Decides what people do in Slack, one after the other, on what is on record.
pub(super) struct Decider {
    pub(super) writer: Writer,
    pub(super) shared: Shared,
}

#[async_trait]
impl Inbox for Decider {
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
        let mut programs = self.shared.program.subscribe();
        loop {
            let program = programs.borrow_and_update().clone();
            if let Some(reply) = self.decide(program, &incoming).await? {
                return Ok(reply);
            }
            // Another configuration was adopted, and is about to be shared.
            let shared = tokio::time::timeout(LONGEST_ADOPTION, programs.changed()).await;
            if !matches!(shared, Ok(Ok(()))) {
                return Err(Closed);
            }
        }
    }
}

/// How long it may take after a configuration was adopted until everybody decides by it, real time.
const LONGEST_ADOPTION: std::time::Duration = std::time::Duration::from_secs(2);

impl Decider {
    /// Decides by `program`; none if it is no longer in force. Who may act, and as whom, is what the configuration
    /// in force says, from the moment on at which it is.
    async fn decide(&self, program: Arc<Program>, incoming: &Incoming) -> Result<Option<Reply>, Closed> {
        let seen = self.shared.seen();
        let in_force = |program: &Program, state: &State| {
            state.adopted.as_ref().is_none_or(|adopted| adopted.digest == program.digest)
        };
        if command::is_light(&incoming.request) {
            let decided = self.writer.decide_unrecorded(|state, now| {
                let (events, reply) = command::decide(&program, state, &seen, incoming, now);
                Decision { events, reply: in_force(&program, state).then_some(reply) }
            });
            if let Some(reply) = decided {
                return Ok(reply);
            }
        }
        // The FAQ is searched here, so that nobody else's click waits for it; the state is let go of before.
        let sought = self.writer.decide_unrecorded(|state, now| Decision {
            events: Vec::new(),
            reply: command::sought(&program, state, &seen, incoming, now),
        });
        let found = sought.flatten().map(command::Sought::look_up);
        let (cause, incoming) = (Some(incoming.cause.clone()), incoming.clone());
        let decided = self.writer.submit(cause, move |state, now| {
            if !in_force(&program, state) {
                return Decision { events: Vec::new(), reply: (None, false) };
            }
            let (events, reply) =
                command::decide_with(&program, state, &seen, &incoming, now, found.as_ref());
            let changed = events.iter().any(approach::changes);
            Decision { events, reply: (Some(reply), changed) }
        });
        let (reply, changed) = decided.await.map_err(|_| Closed)?;
        if changed {
            self.shared.lay_over(&self.writer.state());
        }
        Ok(reply)
    }
}

/// Writes messages.
pub(super) struct Words;

impl Compose for Words {
    fn compose(
        &self,
        world: &World,
        state: &State,
        key: &PostKey,
        teams: &[TeamId],
        audience: Option<Audience>,
        now: Timestamp,
    ) -> Result<Message, Unsayable> {
        let World { program, seen, .. } = world;
        let composed = command::composed(program, state, seen, key, (teams, audience), now);
        composed.map_err(|unsayable| Unsayable(unsayable.to_string()))
    }
}

/// What Slack tells without having been asked.
pub(super) struct Watch {
    pub(super) members: tokio::sync::mpsc::UnboundedSender<Member>,
    pub(super) writer: Writer,
    pub(super) runtime: tokio::runtime::Handle,
    pub(super) homes: tokio::sync::mpsc::UnboundedSender<Opening>,
}

impl Lookout for Watch {
    fn seen(&self, member: Member) {
        if self.members.send(member).is_err() {
            tracing::debug!("a change of an account came while the service was stopping");
        }
    }

    fn at_home(&self, who: SlackUserId, page: Page) {
        if self.homes.send((who, page)).is_err() {
            tracing::debug!("App Home was opened while the service was stopping");
        }
    }

    fn lost(&self, how: How) {
        let code = match how {
            How::Uninstalled => "app_uninstalled",
            How::TokensRevoked { .. } => "tokens_revoked",
        };
        tracing::error!(slack.code = code, "Slack took the app's rights away; posting is paused");
        let writer = self.writer.clone();
        self.runtime.spawn(async move {
            let paused = writer.submit(None, move |state, _| {
                let events = state.when_refused(Call::Post, Does::Pauses, code);
                Decision { events, reply: () }
            });
            // The writer ends only with the process; there is then nothing left to pause.
            _ = paused.await;
        });
    }
}
