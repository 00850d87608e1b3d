//! One life of the program: the same tasks as in [`run`](super::super::run), on one thread, over the simulated
//! disk and Slack. Sockets, sled, calendars and the control socket stay outside.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::disk::Disk;
use super::slack::Slack;
use super::time::Time;
use crate::clock::Trust;
use crate::config::{self, Files};
use crate::dispatch::{Campaigns, Dispatch, Means, Planner, Rates, World};
use crate::domain::effect::{DeliveryKey, Effect, Post, PostKey};
use crate::domain::event::Record;
use crate::domain::message::Page;
use crate::domain::program::Program;
use crate::domain::state::State;
use crate::journal::{Vault, Writer};
use crate::service::heard::Keeper as _;
use crate::service::home::{Coming, Desk};
use crate::service::people::{Asker, People};
use crate::service::reload::Reload;
use crate::service::shared::Shared;
use crate::service::sweep::Sweep;
use crate::service::timekeeping::Timekeeping;
use crate::service::undecided::{Live, Undecided};
use crate::service::{CALL_TIMEOUT, Empty, adopt, inbox, post, proof, restored, until};
use crate::slack::heard::Heard;
use crate::slack::{Client, FreshUrls, Inbox, Receipt, Receiver, SlackPerformer};

/// How often a living connection says something. In truth it is ten seconds; a quarter has too many of those.
const BETWEEN_SIGNS: Duration = Duration::from_secs(600);
/// How soon a jump of the clock is noticed; in truth it is five seconds.
const LOOK: Duration = Duration::from_secs(600);
/// How long a silence is an outage, accordingly.
const SILENCE: SignedDuration = SignedDuration::from_mins(16);

/// More looks at the plan than this within an hour are a loop.
const MOST_LOOKS: u32 = 10_000;
const LOOKED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Where the plan was found to differ from one made from nothing.
pub(super) type Differences = Arc<Mutex<Vec<String>>>;

/// What has been due, by the process's clock, and since when.
pub(super) type DueSince = Arc<Mutex<BTreeMap<String, Timestamp>>>;

/// The campaigns' plan, compared with one from nothing after all records and whenever something comes due by itself.
struct Compared {
    plan: Campaigns,
    /// Made from nothing each time.
    nothing: Campaigns,
    differences: Differences,
    since: DueSince,
    disk: Disk,
    /// How often it was looked at since the clock went on.
    looks: (Timestamp, u32),
    /// Before that nothing comes due by itself.
    next: Option<Timestamp>,
}

impl Compared {
    fn new(doubtful: bool, around: &Surroundings) -> Self {
        around.due.lock().unwrap().clear();
        Self {
            plan: Campaigns::new(doubtful),
            nothing: Campaigns::new(false),
            differences: around.differences.clone(),
            since: around.due.clone(),
            disk: around.disk.clone(),
            looks: (Timestamp::MIN, 0),
            next: Some(Timestamp::MIN),
        }
    }

    /// Ends a process that looks at its plan again and again.
    fn count(&mut self, now: Timestamp) {
        let (began, looks) = self.looks;
        let goes_on = now.duration_since(began).abs() < LOOKED_FOR;
        self.looks = if goes_on { (began, looks + 1) } else { (now, 0) };
        if self.looks.1 == MOST_LOOKS {
            let first = self.plan.due(now).into_iter().next();
            self.disk
                .spins(format!("the plan was looked at {MOST_LOOKS} times at {now}; first is {first:?}"));
        }
    }

    /// Notes since when each post has been due.
    fn note(&self, now: Timestamp) {
        let posts = self.plan.due(now).into_iter().filter_map(|effect| match effect {
            Effect::Post(post) => Some(format!("{:?}", post.key)),
            _ => None,
        });
        let mut since = self.since.lock().unwrap();
        *since = posts
            .map(|key| (since.get(&key).copied().unwrap_or(now), key))
            .map(|(at, key)| (key, at))
            .collect();
    }

    fn compare(&mut self, world: &World, state: &State, now: Timestamp, records: &[Record]) {
        self.nothing.start(world, state, now);
        let sorted = |plan: &Campaigns| {
            let mut due: Vec<String> = plan.due(now).iter().map(|effect| format!("{effect:?}")).collect();
            due.sort();
            due
        };
        let (ours, theirs) = (sorted(&self.plan), sorted(&self.nothing));
        if ours != theirs || self.plan.next_wake() != self.nothing.next_wake() {
            let only = |of: &[String], other: &[String]| {
                of.iter().find(|effect| !other.contains(effect)).cloned().unwrap_or_default()
            };
            let after: Vec<String> = records.iter().map(|record| super::disk::name(&record.event)).collect();
            self.differences.lock().unwrap().push(format!(
                "at {now} after {after:?}: kept up to date it has {} due (next {:?}), from nothing {} (next {:?}); only kept: {}; only from nothing: {}",
                ours.len(), self.plan.next_wake(), theirs.len(), self.nothing.next_wake(), only(&ours, &theirs), only(&theirs, &ours)
            ));
        }
    }
}

impl Planner for Compared {
    fn start(&mut self, world: &World, state: &State, now: Timestamp) {
        self.plan.start(world, state, now);
        self.note(now);
        self.next = self.plan.next_wake();
    }

    fn refresh(&mut self, world: &World, state: &State, now: Timestamp, records: &[Record]) {
        self.count(now);
        self.plan.refresh(world, state, now, records);
        // Most looks are for a call that has ended, and change nothing.
        if !records.is_empty() || self.next.is_some_and(|next| next <= now) {
            self.compare(world, state, now, records);
            self.note(now);
        }
        self.next = self.plan.next_wake();
    }

    fn due(&self, now: Timestamp) -> Vec<Effect> {
        self.plan.due(now)
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.plan.next_wake()
    }

    fn eligible(world: &World, state: &State, now: Timestamp, key: &PostKey) -> Option<Post> {
        Campaigns::eligible(world, state, now, key)
    }

    fn unproven(&self, world: &World, state: &State, now: Timestamp) -> Option<Vec<DeliveryKey>> {
        self.plan.unproven(world, state, now)
    }
}

/// A running program.
pub(super) struct Process {
    pub(super) number: u32,
    pub(super) writer: Writer,
    pub(super) shared: Shared,
    receiver: Arc<Receiver>,
    desk: Desk,
    connected: watch::Sender<bool>,
    /// What the files said before, as the task that reads them remembers it.
    former: tokio::sync::Mutex<adopt::Former>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<Result<(), String>>,
}

/// What a process is started with.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) disk: Disk,
    pub(super) slack: Slack,
    pub(super) time: Time,
    pub(super) data: PathBuf,
    pub(super) differences: Differences,
    pub(super) due: DueSince,
}

impl Process {
    /// Starts on what the disk holds. None if the configuration has faults: then nothing runs.
    pub(super) async fn start(around: &Surroundings, files: &Files) -> Option<Self> {
        let program = config::load_files(files).ok()?.program;
        let doubtful = proof::is_doubtful(&around.data).unwrap();
        let number = around.disk.boots();
        let clock = around.time.clock();
        let journal = around.disk.journal(number);
        let (writer, stepping) =
            Writer::without_thread(journal, Vault::of(&around.data), clock.clone()).unwrap();
        let mut tasks: JoinSet<Result<(), String>> = JoinSet::new();
        tasks.spawn(async move { stepping.run().await.map_err(|fault| fault.to_string()) });
        let client = Arc::new(Client::over(around.slack.line(number), CALL_TIMEOUT));
        let last_record = writer.state().as_of;
        let shared = Shared::new(program);
        let opened_at = writer.head();
        let recorded = restored::record(&around.data, &writer, opened_at).await;
        let keeper = Arc::new(around.disk.keeper(number));
        let cut_off = restored::cut_off(&writer, &clock, opened_at, keeper.read()).await;
        if recorded.is_err()
            || cut_off.is_err()
            || super::super::adopt(&writer, &shared, Empty::FirstStart).await.is_err()
        {
            return None;
        }
        shared.lay_over(&writer.state());

        let fresh = Arc::new(FreshUrls::default());
        let (members, changes) = mpsc::unbounded_channel();
        let (ask, asked) = mpsc::unbounded_channel();
        let (opened, mut openings) = mpsc::unbounded_channel();
        let inbox: Arc<dyn Inbox> =
            Arc::new(inbox::Decider { writer: writer.clone(), shared: shared.clone() });
        let runtime = tokio::runtime::Handle::current();
        let watch_out = inbox::Watch { members, writer: writer.clone(), runtime, homes: opened };
        let heard = Heard::new(clock.clone());
        let undecided = Undecided::default();
        let live = Live { decider: inbox.clone(), undecided: undecided.clone() };
        let receiver =
            Receiver::new(Arc::new(live), Arc::new(watch_out), client.clone(), fresh.clone(), heard.clone());
        // Pages are composed when somebody looks, see `home`.
        tasks.spawn(async move {
            while openings.recv().await.is_some() {}
            Ok(())
        });
        let (stop, stopping) = watch::channel(false);
        let desk = Desk {
            client: client.clone(),
            writer: writer.clone(),
            shared: shared.clone(),
            clock: clock.clone(),
            coming: Coming::default(),
        };
        let trust = Trust::default();
        let (catching_up, caught_up) = watch::channel(false);
        let sweep = Sweep {
            client: client.clone(),
            writer: writer.clone(),
            clock: clock.clone(),
            trust: trust.clone(),
            inbox,
            undecided,
            heard: heard.clone(),
            keeper,
            opened: (opened_at, last_record),
            seen: shared.seen.subscribe(),
            silence: SILENCE,
            connects: true,
            caught_up: catching_up,
        };
        tasks.spawn(until(stopping.clone(), async move {
            sweep.follow().await;
            Ok(())
        }));
        // A connection that lives says something from time to time.
        let (connected, connection) = watch::channel(true);
        tasks.spawn(async move {
            loop {
                if *connection.borrow() {
                    heard.note();
                }
                tokio::time::sleep(BETWEEN_SIGNS).await;
            }
        });
        let (first, first_reading) = oneshot::channel();
        let people = People {
            client: client.clone(),
            writer: writer.clone(),
            clock: clock.clone(),
            shared: shared.clone(),
            changes,
            asked,
        };
        let stopped = |_| "the journal stopped".to_owned();
        let (compared, first_comparison) = oneshot::channel();
        let timekeeping = Timekeeping {
            client: client.clone(),
            writer: writer.clone(),
            clock: clock.clone(),
            trust: trust.clone(),
            look: LOOK,
        };
        tasks
            .spawn(until(stopping.clone(), async move { timekeeping.keep(compared).await.map_err(stopped) }));
        tasks.spawn(until(stopping.clone(), async move { people.keep_fresh(first).await.map_err(stopped) }));
        let means = Means {
            writer: writer.clone(),
            clock: clock.clone(),
            trust,
            caught_up,
            performer: Arc::new(SlackPerformer::new(client.clone(), fresh)),
            renew: Arc::new(Asker(ask)),
            compose: Arc::new(inbox::Words),
            rates: Rates::default(),
            timeout: CALL_TIMEOUT,
        };
        let plan = Compared::new(doubtful, around);
        let (dispatch, settled) =
            Dispatch::new(means, plan, shared.program.subscribe(), shared.seen.subscribe());
        tasks.spawn(super::super::trust(doubtful, around.data.clone(), settled));
        let prepared = {
            let (writer, shared) = (writer.clone(), shared.clone());
            async move {
                if first_reading.await.is_err() {
                    return Ok(false);
                }
                _ = first_comparison.await;
                restored::compare(&client, &writer, &clock, &shared.program(), opened_at).await?;
                Ok(true)
            }
        };
        tasks.spawn(post(dispatch, prepared, stopping));
        let receiver = Arc::new(receiver);
        let mut former = adopt::Former::new();
        adopt::remember(&mut former, &shared.program());
        let former = tokio::sync::Mutex::new(former);
        Some(Self { number, writer, shared, receiver, desk, connected, former, stop, tasks })
    }

    /// Hands a payload in; none if the process dies over it or is too slow.
    pub(super) async fn receives(&self, payload: &Value, carries: bool) -> Option<Option<Value>> {
        let receipt = self.receiver.receive(payload, carries);
        match tokio::time::timeout(Duration::from_secs(10), receipt).await {
            Ok(Receipt::Acknowledge(answer)) => Some(answer),
            Ok(Receipt::Withhold) | Err(_) => None,
        }
    }

    /// The view of somebody's App Home.
    pub(super) fn home(&self, who: &str, page: &Page) -> Value {
        self.desk.compose(&who.parse().unwrap(), page)
    }

    /// Whether events reach it.
    pub(super) fn connected(&self, connected: bool) {
        self.connected.send_replace(connected);
    }

    /// The folder of the configuration was written, and this is what is in it.
    pub(super) async fn reloads(&self, files: &Files) -> bool {
        let reload =
            Reload { folder: PathBuf::new(), shared: self.shared.clone(), writer: self.writer.clone() };
        let mut former = self.former.lock().await;
        match config::load_files(files) {
            Ok(loaded) => reload.adopt(loaded.program, &mut former).await.is_ok(),
            Err(faults) => {
                _ = reload.refuse(files.digest(), &faults).await;
                false
            }
        }
    }

    /// The program that is in effect.
    pub(super) fn program(&self) -> Arc<Program> {
        self.shared.program()
    }

    /// How a task ended that should not have.
    pub(super) fn ended(&mut self) -> Option<String> {
        match self.tasks.try_join_next()? {
            Ok(Ok(())) => None,
            Ok(Err(end)) => Some(end),
            Err(broke) => Some(broke.to_string()),
        }
    }

    /// Stops in good order.
    pub(super) async fn stops(mut self) {
        self.stop.send_replace(true);
        let rest = async {
            tokio::time::sleep(Duration::from_secs(12)).await;
            self.writer.close().await;
        };
        rest.await;
        self.tasks.shutdown().await;
    }

    /// Is gone at once.
    pub(super) async fn dies(mut self) {
        self.tasks.shutdown().await;
    }
}
