//! Where Slack's requests meet the writer, and where plans meet the words.

use async_trait::async_trait;

use super::home::Opening;
use super::shared::Shared;
use crate::command::{self, Incoming};
use crate::dispatch::{Compose, Unsayable, World};
use crate::domain::effect::PostKey;
use crate::domain::engagement::Audience;
use crate::domain::event::{Event, PauseReason};
use crate::domain::ids::{InitiativeId, PersonId, SlackUserId, TeamId};
use crate::domain::message::{Message, Page, Reply};
use crate::domain::state::State;
use crate::journal::{Decision, Writer};
use crate::slack::directory::Member;
use crate::slack::inbound::How;
use crate::slack::{Closed, Inbox, Lookout};
use crate::{message, plan};

/// Decides what people do in Slack, one after the other, on what is on record.
pub(super) struct Decider {
    pub(super) writer: Writer,
    pub(super) shared: Shared,
}

#[async_trait]
impl Inbox for Decider {
    async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
        let (program, seen) = (self.shared.program(), self.shared.seen());
        if command::is_light(&incoming.request) {
            let decided = self.writer.decide_unrecorded(|state, now| {
                let (events, reply) = command::decide(&program, state, &seen, &incoming, now);
                Decision { events, reply }
            });
            if let Some(reply) = decided {
                return Ok(reply);
            }
        }
        // The FAQ is searched here, so that nobody else's click waits for it; the state is let go of before.
        let sought = self.writer.decide_unrecorded(|state, now| Decision {
            events: Vec::new(),
            reply: command::sought(&program, state, &seen, &incoming, now),
        });
        let found = sought.flatten().map(command::Sought::look_up);
        let cause = Some(incoming.cause.clone());
        let decided = self.writer.submit(cause, move |state, now| {
            let (events, reply) =
                command::decide_with(&program, state, &seen, &incoming, now, found.as_ref());
            let approached = events.iter().any(|event| matches!(event, Event::Approached { .. }));
            Decision { events, reply: (reply, approached) }
        });
        let (reply, approached) = decided.await.map_err(|_| Closed)?;
        if approached {
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
        now: jiff::Timestamp,
    ) -> Result<Message, Unsayable> {
        let composed = if let PostKey::Review { to, initiative, .. } = key {
            let waiting = waiting(world, state, initiative, to, now);
            message::review(&world.program, state, &world.seen, initiative, to, &waiting)
        } else {
            message::compose(&world.program, state, &world.seen, key, teams, audience, now)
        };
        composed.map_err(|unsayable| Unsayable(unsayable.to_string()))
    }
}

/// What a review shows: what waits and comes due soon.
fn waiting(
    world: &World,
    state: &State,
    initiative: &InitiativeId,
    to: &PersonId,
    now: jiff::Timestamp,
) -> Vec<message::Queued> {
    let (program, seen) = (&world.program, &world.seen);
    let Some(initiative) = program.initiative(initiative) else { return Vec::new() };
    let until = plan::review_horizon(program, seen, to, now).unwrap_or(now);
    let waiting = plan::waiting(program, state, seen, now, initiative).into_iter();
    let soon = waiting.take_while(|waiting| waiting.due < until);
    soon.map(|waiting| message::Queued { delivery: waiting.delivery, due: waiting.due }).collect()
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
