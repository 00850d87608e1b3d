//! What every request shares: the workspace with its log, and what lives only as long as the process.
//!
//! Invariant: the workspace changes by [`State::commit`] alone, which writes first and applies then.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};

use super::app::App;
use super::calls::Calls;
use super::faults::Faults;
use super::limits::{Limiter, Limits};
use super::message::format_ts;
use super::payload;
use super::person::Person;
use super::record::Record;
use super::request::Requests;
use super::seed::{Seed, SeedPerson};
use super::socket::Sockets;
use super::store::{Store, StoreError};
use super::ticket::Tickets;
use super::workspace::Workspace;
use super::{Error, Monotonic, Options};

pub(super) struct Hub {
    pub(super) address: SocketAddr,
    pub(super) limits: Limits,
    pub(super) sockets: Sockets,
    /// The other way to the app, if its manifest switches Socket Mode off.
    pub(super) requests: Option<Requests>,
    /// Raised to make waiting redeliveries go at once.
    pub(super) hurry: watch::Sender<u64>,
    stopped: watch::Receiver<bool>,
    monotonic: Monotonic,
    /// The workspace's version, for those who wait for a change.
    changed: watch::Receiver<u64>,
    state: Mutex<State>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("address", &self.address).finish_non_exhaustive()
    }
}

pub(super) struct State {
    pub(super) workspace: Workspace,
    pub(super) app: App,
    pub(super) limiter: Limiter,
    pub(super) tickets: Tickets,
    pub(super) faults: Faults,
    pub(super) calls: Calls,
    /// None once the stand-in has stopped: the folder is free for the next one.
    store: Option<Store>,
    counter: u64,
    /// When an element was last used, microseconds.
    last_action: i64,
    changed: watch::Sender<u64>,
    events: mpsc::UnboundedSender<Event>,
    /// The newest events, so that a test can have one delivered again.
    recent: VecDeque<Event>,
}

/// How many events can be delivered again.
const MAX_RECENT: usize = 1000;

/// An event on its way to the app.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) payload: Value,
}

impl Hub {
    /// Opens the workspace in the folder, or founds it from the seed, and answers the events to deliver.
    pub(super) fn open(
        options: Options,
        address: SocketAddr,
        stopped: watch::Receiver<bool>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Event>), Error> {
        let Options { public, data, seed, limits, monotonic, wall, .. } = options;
        let base = public.unwrap_or_else(|| format!("http://{address}"));
        check_seed(&seed)?;
        let (store, mut records) = Store::open(&data)?;
        let founding = Record::Founded {
            team: seed.team.clone(),
            starts_at: seed.starts_at,
            time_zone: seed.time_zone.clone(),
            user_groups: seed.user_groups.clone(),
        };
        let is_new = records.is_empty();
        let founded = if is_new { founding.clone() } else { records.remove(0) };
        let mut workspace = Workspace::found(founded)
            .ok_or_else(|| Error::Seed("the log does not begin with the founding".to_owned()))?;
        records.into_iter().for_each(|record| workspace.apply(record));

        let (changed, watched) = watch::channel(workspace.version);
        let (events, undelivered) = mpsc::unbounded_channel();
        for (id, payload) in workspace.pending() {
            // The receiver is handed out below, so it can't be gone.
            let _ = events.send(Event { id: id.clone(), payload: payload.clone() });
        }
        let mut state = State {
            workspace,
            app: App::install(&seed, base),
            limiter: Limiter::default(),
            tickets: Tickets::default(),
            faults: Faults::default(),
            calls: Calls::default(),
            store: Some(store),
            counter: 0,
            last_action: 0,
            changed,
            events,
            recent: VecDeque::new(),
        };
        state.join(&seed, founding, is_new)?;
        let requests = if state.app.socket_mode { None } else { Some(Requests::new(wall)?) };
        let hub = Self {
            address,
            limits,
            sockets: Sockets::default(),
            requests,
            hurry: watch::channel(0).0,
            stopped,
            monotonic,
            changed: watched,
            state: Mutex::new(state),
        };
        Ok((hub, undelivered))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock has left no half-applied record: applying can't panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connections of the app. Over HTTP it counts as connected: Slack finds out only by calling it.
    pub(super) fn connections(&self) -> usize {
        if self.requests.is_some() { 1 } else { self.sockets.count() }
    }

    /// Ends when the stand-in stops.
    pub(super) async fn stopping(&self) {
        let mut stopped = self.stopped.clone();
        // An error says that the handle is gone: nobody can ask for a stop any more.
        if stopped.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Real time since some fixed moment.
    pub(super) fn real_now(&self) -> Duration {
        (self.monotonic)()
    }

    pub(super) fn real_ms(&self) -> u64 {
        u64::try_from(self.real_now().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits until `ready` answers something, or `patience` is over, or the stand-in stops.
    pub(super) async fn wait_for<T>(
        &self,
        patience: Duration,
        mut ready: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let mut changed = self.changed.clone();
        let deadline = tokio::time::sleep(patience);
        tokio::pin!(deadline);
        loop {
            changed.borrow_and_update();
            if let Some(found) = ready(&self.lock()) {
                return Some(found);
            }
            tokio::select! {
                outcome = changed.changed() => outcome.ok()?,
                () = self.stopping() => return None,
                () = &mut deadline => return None,
            }
        }
    }
}

impl State {
    /// Writes the records, applies them, wakes those who wait for a change and sends new events.
    pub(super) fn commit(&mut self, records: Vec<Record>) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        self.store.as_mut().ok_or(StoreError::Closed)?.append(&records)?;
        for record in records {
            if let Record::EventQueued { event_id, payload } = &record {
                let event = Event { id: event_id.clone(), payload: payload.clone() };
                if self.recent.len() == MAX_RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back(event.clone());
                // Nobody receives any more only while the process stops; the event is on disk.
                let _ = self.events.send(event);
            }
            self.workspace.apply(record);
        }
        self.changed.send_replace(self.workspace.version);
        Ok(())
    }

    /// Lets go of the folder; nothing is accepted any more.
    pub(super) fn close(&mut self) {
        self.store = None;
    }

    /// Wakes those who wait for a change of what isn't written down: a settled calendar, a hold.
    pub(super) fn touch(&mut self) {
        self.workspace.version += 1;
        self.changed.send_replace(self.workspace.version);
    }

    /// Wakes those who wait for something that nobody sees, so that there is no new version: how far a call
    /// got.
    pub(super) fn stir(&self) {
        self.changed.send_replace(self.workspace.version);
    }

    /// The newest events, oldest first.
    pub(super) fn recent(&self) -> impl Iterator<Item = &Event> {
        self.recent.iter()
    }

    /// An id that this workspace has never given out.
    pub(super) fn fresh_id(&mut self, prefix: &str, length: usize) -> String {
        self.counter += 1;
        let source = format!("{}/{}/{}", self.workspace.team.id, self.workspace.boot, self.counter);
        let digest = Sha256::digest(source.as_bytes());
        let letters = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(length);
        letters.fold(prefix.to_owned(), |mut id, nibble| {
            id.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            id
        })
    }

    /// When an element is used: another moment each time, though the calendar stands still. What was used
    /// before a restart is out of its way.
    pub(super) fn action_ts(&mut self) -> String {
        let boots = i64::try_from(self.workspace.boot).unwrap_or_default();
        let at = self.workspace.now().as_microsecond().saturating_add(boots.saturating_mul(1_000));
        self.last_action = at.max(self.last_action.saturating_add(1));
        format_ts(self.last_action)
    }

    /// Queues an event for the app, if it subscribed to it, and answers its id.
    pub(super) fn queue_event(
        &mut self,
        subscription: &str,
        event: Value,
        records: &mut Vec<Record>,
    ) -> Option<String> {
        if !self.app.subscribes(subscription) {
            return None;
        }
        let event_id = self.fresh_id("Ev", 11);
        let payload = payload::event_callback(&self.workspace, &self.app, &event_id, event);
        records.push(Record::EventQueued { event_id: event_id.clone(), payload });
        Some(event_id)
    }

    /// The conversation of a person with the app, opened now if it is not there yet.
    pub(super) fn channel_for(&self, user: &str, records: &mut Vec<Record>) -> (String, bool) {
        if let Some(channel) = self.workspace.channel_of(user) {
            return (channel.to_owned(), true);
        }
        let channel = channel_id(user);
        records.push(Record::ChannelOpened { channel: channel.clone(), user: user.to_owned() });
        (channel, false)
    }

    /// Opens the process's chapter of the log and takes in what is new in the seed.
    fn join(&mut self, seed: &Seed, founding: Record, is_new: bool) -> Result<(), StoreError> {
        let mut records = Vec::new();
        let groups_changed = self.workspace.user_groups != seed.user_groups;
        if is_new || groups_changed {
            records.push(founding);
        }
        records.push(Record::Started { boot: self.workspace.boot + 1 });
        let now = self.workspace.now();
        let bot = SeedPerson {
            id: seed.app.bot_user_id.clone(),
            name: self.app.name.to_lowercase().replace(' ', "_"),
            real_name: self.app.name.clone(),
            is_bot: true,
            ..SeedPerson::default()
        };
        for person in seed.people.iter().chain([&bot]) {
            let known = records
                .iter()
                .any(|record| matches!(record, Record::Person { person: added } if added.id == person.id));
            if !known && self.workspace.person(&person.id).is_none() {
                records.push(Record::Person { person: Box::new(Person::from_seed(person, now)) });
            }
        }
        self.commit(records)
    }
}

/// `D…` of a person's conversation with the app, opened or not.
pub(super) fn channel_id(user: &str) -> String {
    format!("D{}", user.get(1..).unwrap_or_default())
}

fn check_seed(seed: &Seed) -> Result<(), Error> {
    let zones = seed.people.iter().map(|person| &person.tz).chain([&seed.time_zone]);
    for zone in zones.filter(|zone| !zone.is_empty()) {
        TimeZone::get(zone).map_err(|_| Error::Seed(format!("no time zone is called {zone}")))?;
    }
    Ok(())
}
