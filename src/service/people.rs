//! Who the people of the configuration are in Slack, kept fresh: read in bulk, corrected by events.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::shared::Shared;
use crate::clock::Clock;
use crate::domain::event::Event;
use crate::domain::ids::{PersonId, SlackUserId};
use crate::journal::{Decision, Stopped, Writer};
use crate::slack::Client;
use crate::slack::directory::{self, Member, Quiet, Sighting};

/// How soon a reading that failed is tried again, calendar and real time.
const BEFORE_RETRY: std::time::Duration = std::time::Duration::from_secs(30);

/// Keeps the observations fresh.
pub(super) struct People {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) shared: Shared,
    pub(super) changes: mpsc::UnboundedReceiver<Member>,
}

impl People {
    /// Reads and reads again, for ever; `first` is told of the first reading that succeeds.
    pub(super) async fn keep_fresh(mut self, first: oneshot::Sender<()>) -> Result<(), Stopped> {
        let mut first = Some(first);
        let mut members: BTreeMap<SlackUserId, Member> = BTreeMap::new();
        let mut quiet = Quiet::new();
        let mut read_again = self.clock.now();
        let mut program = self.shared.program.subscribe();
        loop {
            if read_again <= self.clock.now() {
                match self.read().await {
                    Some((fresh, fresh_quiet)) => {
                        members = fresh.into_iter().map(|member| (member.id.clone(), member)).collect();
                        quiet = fresh_quiet;
                        read_again = later(self.clock.now(), directory::REFRESH);
                    }
                    None => {
                        tokio::time::sleep(BEFORE_RETRY).await;
                        continue;
                    }
                }
            }
            self.recognise(&members, &quiet).await?;
            if let Some(first) = first.take() {
                // Whoever waited for it is gone only when the service stops.
                _ = first.send(());
            }
            tokio::select! {
                biased;
                () = self.clock.reaches(Some(read_again)) => {}
                Some(member) = self.changes.recv() => {
                    members.insert(member.id.clone(), member);
                    while let Ok(member) = self.changes.try_recv() {
                        members.insert(member.id.clone(), member);
                    }
                }
                Ok(()) = program.changed() => {}
            }
        }
    }

    async fn read(&self) -> Option<(Vec<Member>, Quiet)> {
        let read = async {
            let members = directory::read_members(&self.client).await?;
            let ours = self.ours(&members);
            let quiet = directory::read_quiet(&self.client, &ours).await?;
            Ok::<_, crate::slack::CallError>((members, quiet))
        };
        match read.await {
            Ok(read) => Some(read),
            Err(error) => {
                tracing::error!(%error, "the people of the workspace could not be read; nothing is sent before they are");
                None
            }
        }
    }

    /// The accounts of people of the configuration: nobody else's do-not-disturb is asked for.
    fn ours(&self, members: &[Member]) -> Vec<SlackUserId> {
        let (program, now) = (self.shared.program(), self.clock.now());
        let state = self.writer.state();
        let sighting = directory::recognise(&program, &state, members, &Quiet::new(), now);
        let linked = sighting.seen.keys().filter_map(|person| state.person(person)?.slack.clone());
        let mut ours: Vec<SlackUserId> =
            linked.chain(sighting.links.iter().map(|(_, slack)| slack.clone())).collect();
        // In which order they are asked for is no matter of chance.
        ours.sort_unstable();
        ours
    }

    async fn recognise(&self, members: &BTreeMap<SlackUserId, Member>, quiet: &Quiet) -> Result<(), Stopped> {
        let members: Vec<Member> = members.values().cloned().collect();
        let program = self.shared.program();
        let now = self.clock.now();
        let Sighting { links, seen, missing } =
            directory::recognise(&program, &self.writer.state(), &members, quiet, now);
        for person in &missing {
            tracing::warn!(%person, "nobody in the workspace is this person; they can't be written to");
        }
        if !links.is_empty() {
            self.writer
                .submit(None, move |state, _| Decision { events: new_links(state, &links), reply: () })
                .await?;
        }
        self.shared.seen.send_modify(|all| Arc::make_mut(all).people = seen);
        Ok(())
    }
}

/// Only what isn't recorded yet: a decision may be taken again on a later state.
fn new_links(state: &crate::domain::state::State, links: &[(PersonId, SlackUserId)]) -> Vec<Event> {
    links
        .iter()
        .filter(|(person, _)| state.person(person).is_none_or(|known| known.slack.is_none()))
        .map(|(person, slack)| Event::PersonLinked { person: person.clone(), slack: slack.clone() })
        .collect()
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
