//! Where Slack's requests meet the writer, and where plans meet the words.

use async_trait::async_trait;

use super::home::Opening;
use super::shared::Shared;
use crate::command::{self, Incoming};
use crate::dispatch::{Compose, Unsayable, World};
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::event::{Event, PauseReason};
use crate::domain::ids::{SlackUserId, TeamId};
use crate::domain::message::{Message, Page, Reply};
use crate::domain::state::State;
use crate::journal::{Decision, Writer};
use crate::message;
use crate::slack::directory::Member;
use crate::slack::inbound::Lost;
use crate::slack::{Closed, Inbox, Lookout};

/// Decides what people do in Slack, one after the other, on what is on record.
pub(super) struct Decider {
    pub(super) writer: Writer,
    pub(super) shared: Shared,
}

#[async_trait]
impl Inbox for Decider {
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
        let (program, seen) = (self.shared.program(), self.shared.seen());
        let cause = Some(incoming.cause.clone());
        let decided = self.writer.submit(cause, move |state, now| {
            let (events, reply) = command::decide(&program, state, &seen, &incoming, now);
            Decision { events, reply }
        });
        decided.await.map_err(|_| Closed)
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
        now: jiff::Timestamp,
    ) -> Result<Message, Unsayable> {
        message::compose(&world.program, state, &world.seen, key, teams, audience, now)
            .map_err(|unsayable| Unsayable(unsayable.to_string()))
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

    fn lost(&self, how: Lost) {
        let code = match how {
            Lost::Uninstalled => "app_uninstalled",
            Lost::TokensRevoked => "tokens_revoked",
        };
        tracing::error!(slack.code = code, "Slack took the app's rights away; posting is paused");
        let writer = self.writer.clone();
        self.runtime.spawn(async move {
            let paused = writer.submit(None, move |state, _| {
                let reason = PauseReason::Configuration { code: code.to_owned() };
                let events =
                    if state.paused.is_none() { vec![Event::PostingPaused { reason }] } else { Vec::new() };
                Decision { events, reply: () }
            });
            // The writer ends only with the process; there is then nothing left to pause.
            _ = paused.await;
        });
    }
}
