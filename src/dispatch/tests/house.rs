//! A house around the loop: a journal in memory that can die at any append, a Slack that does what a
//! test tells it, a list in place of the plan, and a calendar with a hand on it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::clock::{Clock, Hand, monotonic};
use crate::dispatch::{Compose, Dispatch, Means, Planner, Rate, Rates, Settled, Unsayable, World};
use crate::domain::calendar::{Offset, PlanningCalendar};
use crate::domain::directory::{Address, Person};
use crate::domain::effect::{DeliveryKey, Effect, Life, Post, PostId, PostKey};
use crate::domain::engagement::{Audience, Touch};
use crate::domain::event::{Event, PauseReason, Record};
use crate::domain::hours::DaysOff;
use crate::domain::ids::{InitiativeId, MessageTs, PersonId, Seq, SlackChannelId, SlackUserId, TeamId};
use crate::domain::message::{Message, Recipient};
use crate::domain::observation::Observations;
use crate::domain::performer::{Found, Outcome, Outgoing, Performer};
use crate::domain::program::{Cadence, ConfigDigest, Limits, Program};
use crate::domain::state::{Phase, State};
use crate::journal::{
    AppendError, BatchId, Decision, Journal, Records, Stopped, StorageError, Vault, Writer,
};

pub(super) fn start_of_test() -> Timestamp {
    "2026-12-07T09:00:00Z".parse().unwrap()
}

pub(super) fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

pub(super) fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

pub(super) fn touch(to: &str) -> PostKey {
    PostKey::Touch(DeliveryKey {
        person: person(to),
        initiative: InitiativeId::parse("payment-deadlines").unwrap(),
        quarter: "2027-Q1".parse().unwrap(),
        touch: Touch::Pitch,
        occurrence: None,
    })
}

pub(super) fn receipt(to: &str) -> PostKey {
    PostKey::Receipt { of: Seq(1), to: person(to) }
}

fn slack_id(person: &PersonId) -> SlackUserId {
    SlackUserId::parse(&format!("U{}", person.as_str().to_uppercase())).unwrap()
}

fn program(people: &[&str]) -> Program {
    let people = people.iter().map(|id| Person {
        id: person(id),
        name: (*id).to_owned(),
        given_name: (*id).to_owned(),
        address: Address::Slack(slack_id(&person(id))),
        was: Vec::new(),
        audiences: [Audience::Product].into(),
        teams: Default::default(),
        reports_to: None,
        zone: None,
        days_off: DaysOff::default(),
    });
    Program {
        digest: ConfigDigest("test".to_owned()),
        command: "/canvass".to_owned(),
        bot_name: "Canvass".to_owned(),
        calendar: PlanningCalendar {
            zone: TimeZone::UTC,
            fiscal_start: 1,
            opens: Offset::default(),
            freezes: Offset::default(),
            explicit: Default::default(),
            holidays: Default::default(),
        },
        cadence: Cadence::default(),
        limits: Limits {
            hours: "Mon-Fri 09:00-17:00".parse().unwrap(),
            per_week: 2,
            gap: minutes(60),
            asks: 3,
            burst_per_hour: 100,
            capacity_share: 0.2,
        },
        teams: Default::default(),
        people: people.map(|person| (person.id.clone(), person)).collect(),
        admins: Default::default(),
        initiatives: Vec::new(),
        office_hours: Vec::new(),
        stale_after_days: 90,
        templates: Default::default(),
    }
}

// --- the journal ---

/// Where the process dies, by the name of the event being appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    Before(&'static str),
    After(&'static str),
}

/// Outlives the process.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    records: Vec<Record>,
    death: Option<Death>,
    /// Which process may write; what a dead one still had in hand is lost.
    process: u32,
}

struct DiskJournal {
    disk: Disk,
    process: u32,
}

pub(super) fn name(event: &Event) -> String {
    serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned()
}

impl Disk {
    pub(super) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().records.iter().map(|record| name(&record.event)).collect()
    }

    pub(super) fn state(&self) -> State {
        State::of(&self.0.lock().unwrap().records)
    }
}

impl Records for DiskJournal {
    fn head(&self) -> Seq {
        Seq(self.disk.0.lock().unwrap().records.len() as u64)
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        let records = self.disk.0.lock().unwrap().records.clone();
        records.into_iter().filter(|record| record.seq > after).for_each(visit);
        Ok(())
    }
}

impl Journal for DiskJournal {
    fn append(&mut self, _: Seq, _: BatchId, records: &[Record]) -> Result<(), AppendError> {
        let mut platter = self.disk.0.lock().unwrap();
        if platter.process != self.process {
            return Err(dead());
        }
        let dies = |event| records.iter().any(|record| name(&record.event) == event);
        match platter.death {
            Some(Death::Before(event)) if dies(event) => {
                platter.process += 1;
                Err(dead())
            }
            Some(Death::After(event)) if dies(event) => {
                platter.records.extend_from_slice(records);
                platter.process += 1;
                Err(dead())
            }
            Some(_) | None => {
                platter.records.extend_from_slice(records);
                Ok(())
            }
        }
    }

    fn holds(&self, _: Seq, _: BatchId) -> Result<bool, StorageError> {
        Ok(false)
    }
}

fn dead() -> AppendError {
    AppendError::Storage(StorageError::Damaged { folder: "disk".into(), what: "the test says so".to_owned() })
}

// --- Slack ---

/// What Slack does with a post.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Answers so; `Sent` stands for taking it in.
    Says(Outcome),
    /// Takes it in; the reply is lost.
    LosesReply,
    /// Doesn't take it in; nor does it say so.
    Swallows,
    /// Never answers, having taken it in or not.
    Hangs { taken: bool },
}

#[derive(Debug)]
pub(super) struct Slack {
    inner: Mutex<Workspace>,
    /// How many posts have arrived.
    arrived: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Workspace {
    does: HashMap<PostId, VecDeque<Does>>,
    finds: HashMap<PostId, VecDeque<Found>>,
    delivered: Vec<(PostId, SlackUserId)>,
    shown: Vec<(PostId, String)>,
    talking: HashSet<SlackUserId>,
    /// At most so many posts in any window.
    limit: Option<Rate>,
    /// How long an answer takes.
    latency: Duration,
    arrivals: VecDeque<Instant>,
    limited: usize,
}

impl Workspace {
    /// Counts a post as Slack does; how long to wait if it is one too many.
    fn counts(&mut self) -> Option<Duration> {
        let limit = self.limit?;
        let now = monotonic();
        while self.arrivals.front().is_some_and(|arrived| *arrived + limit.per <= now) {
            self.arrivals.pop_front();
        }
        if self.arrivals.len() < limit.most as usize {
            self.arrivals.push_back(now);
            return None;
        }
        self.limited += 1;
        Some(Duration::from_secs(1))
    }
}

fn place(post: PostId) -> (SlackChannelId, MessageTs) {
    (
        SlackChannelId::parse("D1").unwrap(),
        MessageTs::parse(&format!("{}.000001", post.to_string().len())).unwrap(),
    )
}

fn sent(post: PostId) -> Outcome {
    let (channel, ts) = place(post);
    Outcome::Sent { channel, ts }
}

impl Slack {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { inner: Mutex::default(), arrived: watch::channel(0).0 })
    }

    pub(super) fn does(&self, key: &PostKey, does: impl IntoIterator<Item = Does>) {
        self.inner.lock().unwrap().does.insert(key.id(), does.into_iter().collect());
    }

    pub(super) fn finds(&self, key: &PostKey, finds: impl IntoIterator<Item = Found>) {
        self.inner.lock().unwrap().finds.insert(key.id(), finds.into_iter().collect());
    }

    /// As if an earlier life of the program had sent it.
    pub(super) fn has(&self, key: &PostKey) {
        self.inner.lock().unwrap().delivered.push((key.id(), slack_id(key.to())));
    }

    /// Refuses whatever goes beyond `limit`, and takes `latency` to answer.
    pub(super) fn is_strict(&self, limit: Rate, latency: Duration) {
        let mut workspace = self.inner.lock().unwrap();
        (workspace.limit, workspace.latency) = (Some(limit), latency);
    }

    /// How often it said that a limit was met.
    pub(super) fn limited(&self) -> usize {
        self.inner.lock().unwrap().limited
    }

    /// How often `key` is in somebody's direct messages.
    pub(super) fn count(&self, key: &PostKey) -> usize {
        self.inner.lock().unwrap().delivered.iter().filter(|(id, _)| *id == key.id()).count()
    }

    pub(super) fn shown(&self) -> Vec<String> {
        self.inner.lock().unwrap().shown.iter().map(|(_, text)| text.clone()).collect()
    }

    /// Waits until so many posts have arrived.
    pub(super) async fn arrivals(&self, count: usize) {
        self.arrived.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
    }
}

#[async_trait]
impl Performer for Slack {
    async fn post(&self, post: &Outgoing) -> Outcome {
        let (does, latency) = {
            let mut workspace = self.inner.lock().unwrap();
            if let Some(retry_after) = workspace.counts() {
                return Outcome::NotApplied { retry_after, code: "ratelimited".to_owned() };
            }
            assert!(workspace.talking.insert(post.to.slack.clone()), "one call in flight per conversation");
            let does = workspace.does.get_mut(&post.post).and_then(VecDeque::pop_front);
            let does = does.unwrap_or(Does::Says(sent(post.post)));
            if matches!(
                does,
                Does::Says(Outcome::Sent { .. }) | Does::LosesReply | Does::Hangs { taken: true }
            ) {
                workspace.delivered.push((post.post, post.to.slack.clone()));
            }
            (does, workspace.latency)
        };
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        self.arrived.send_modify(|count| *count += 1);
        let outcome = match does {
            Does::Says(outcome) => outcome,
            Does::LosesReply | Does::Swallows => Outcome::InDoubt { code: "connection_reset".to_owned() },
            Does::Hangs { .. } => {
                self.inner.lock().unwrap().talking.remove(&post.to.slack);
                std::future::pending().await
            }
        };
        self.inner.lock().unwrap().talking.remove(&post.to.slack);
        outcome
    }

    async fn look_up(&self, post: PostId, to: &Recipient) -> Found {
        let mut workspace = self.inner.lock().unwrap();
        if let Some(found) = workspace.finds.get_mut(&post).and_then(VecDeque::pop_front) {
            return found;
        }
        if workspace.delivered.contains(&(post, to.slack.clone())) {
            let (channel, ts) = place(post);
            Found::There { channel, ts }
        } else {
            Found::Absent
        }
    }

    async fn refresh(&self, post: PostId, _: &SlackChannelId, _: &MessageTs, message: &Message) -> bool {
        self.inner.lock().unwrap().shown.push((post, message.notification.clone()));
        true
    }
}

// --- the plan ---

/// Posts that are due from a moment on, for ten days.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    keys: Vec<(PostKey, Timestamp)>,
    unproven: Option<Vec<DeliveryKey>>,
    effects: Vec<(Timestamp, Effect)>,
}

fn stands(state: &State, key: &PostKey, due: Timestamp) -> Option<(Timestamp, Effect)> {
    let life = Life { due, expires: due + minutes(14_400) };
    let post = |attempt| {
        Effect::Post(Post {
            key: key.clone(),
            attempt,
            life,
            teams: Vec::new(),
            audience: Some(Audience::Product),
        })
    };
    let paused = match &state.paused {
        Some((_, PauseReason::Configuration { .. })) => true,
        Some(_) => key.delivery().is_some(),
        None => false,
    };
    let id = key.id();
    match state.post(id).map(|known| (known.attempt, &known.phase)) {
        Some((attempt, Phase::Intended { deadline })) => {
            Some((*deadline + minutes(2), Effect::Settle { post: id, attempt }))
        }
        _ if paused => None,
        None if state.as_of.is_some_and(|as_of| as_of >= life.expires) => {
            Some((due, Effect::Miss(key.clone())))
        }
        None => Some((due, post(1))),
        Some((attempt, Phase::Waiting { until })) => Some(((*until).max(due), post(attempt + 1))),
        Some(_) => None,
    }
}

impl Planner for List {
    fn start(&mut self, _: &World, state: &State, _: Timestamp) {
        let refreshes = state
            .outdated
            .iter()
            .map(|post| (Timestamp::MIN, Effect::Refresh { post: *post, through: state.head }));
        let posts = self.keys.iter().filter_map(|(key, due)| stands(state, key, *due));
        self.effects = posts.chain(refreshes).collect();
    }

    fn refresh(&mut self, world: &World, state: &State, now: Timestamp, _: &[Record]) {
        self.start(world, state, now);
    }

    fn due(&self, now: Timestamp) -> Vec<Effect> {
        self.effects.iter().filter(|(due, _)| *due <= now).map(|(_, effect)| effect.clone()).collect()
    }

    fn next_wake(&self) -> Option<Timestamp> {
        // Moments that have come are over: what was due then is in `due`.
        self.effects.iter().map(|(due, _)| *due).filter(|due| *due > start_of_test()).min()
    }

    fn eligible(_: &World, state: &State, _: Timestamp, key: &PostKey) -> Option<Post> {
        match stands(state, key, Timestamp::MIN.max(start_of_test())) {
            Some((_, Effect::Post(post))) => Some(post),
            Some(_) | None => None,
        }
    }

    fn unproven(&self, _: &World, state: &State, _: Timestamp) -> Option<Vec<DeliveryKey>> {
        self.unproven.clone().filter(|_| state.posts.is_empty())
    }
}

// --- messages ---

/// Says how much the state knows; nothing to people whom the program calls `mute`.
struct Says;

impl Compose for Says {
    fn compose(
        &self,
        world: &World,
        state: &State,
        key: &PostKey,
        _: &[TeamId],
        _: Option<Audience>,
        _: Timestamp,
    ) -> Result<Message, Unsayable> {
        let name = world.program.people.get(key.to()).map(|person| person.name.as_str());
        if name == Some("mute") {
            return Err(Unsayable("no sentence".to_owned()));
        }
        Ok(Message::line(format!("as of {}", state.head)))
    }
}

// --- the house ---

pub(super) struct House {
    pub(super) disk: Disk,
    pub(super) slack: Arc<Slack>,
    pub(super) hand: Hand,
    clock: Clock,
    pub(super) list: List,
    pub(super) rates: Rates,
    pub(super) timeout: Duration,
    pub(super) program: watch::Sender<Arc<Program>>,
}

impl House {
    /// A house in which `keys` are due at once.
    pub(super) fn new(keys: &[PostKey]) -> Self {
        let (clock, hand) = Clock::manual(start_of_test());
        let people: Vec<&str> = keys.iter().map(|key| key.to().as_str()).collect();
        let fast = Rate::bursts(1_000, Duration::from_millis(100));
        Self {
            disk: Disk::default(),
            slack: Slack::new(),
            hand,
            clock,
            list: List {
                keys: keys.iter().map(|key| (key.clone(), start_of_test())).collect(),
                ..List::default()
            },
            rates: Rates { posts: fast, refreshes: fast, look_ups: fast, channel_gap: Duration::ZERO },
            timeout: Duration::from_secs(20),
            program: watch::channel(Arc::new(program(&people))).0,
        }
    }

    pub(super) fn unproven(&mut self, keys: &[PostKey]) {
        self.list.unproven = Some(keys.iter().filter_map(|key| key.delivery().cloned()).collect());
    }

    /// Gives everybody this name.
    pub(super) fn rename_all(&self, name: &str) {
        self.program.send_modify(|program| {
            let mut changed = Program::clone(program);
            changed.people.values_mut().for_each(|person| person.name = name.to_owned());
            *program = Arc::new(changed);
        });
    }

    /// The process starts, with `death` ahead of it.
    pub(super) fn start_to_die(&self, death: Option<Death>) -> Process {
        let process = {
            let mut platter = self.disk.0.lock().unwrap();
            platter.process += 1;
            platter.death = death;
            platter.process
        };
        self.slack.inner.lock().unwrap().talking.clear();
        let journal = DiskJournal { disk: self.disk.clone(), process };
        let vault = Vault::of(std::path::Path::new("no free text here"));
        let (writer, _) = Writer::start(journal, vault, self.clock.clone()).unwrap();
        let means = Means {
            writer: writer.clone(),
            clock: self.clock.clone(),
            performer: self.slack.clone(),
            compose: Arc::new(Says),
            rates: self.rates,
            timeout: self.timeout,
        };
        let seen = watch::channel(Arc::new(Observations::default())).1;
        let (dispatch, settled) = Dispatch::new(means, self.list.clone(), self.program.subscribe(), seen);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(dispatch.run(async move { _ = stopped.await }));
        Process {
            writer,
            settled,
            task,
            stop,
            hand: self.hand.clone(),
            clock: self.clock.clone(),
            disk: self.disk.clone(),
        }
    }

    pub(super) fn start(&self) -> Process {
        self.start_to_die(None)
    }
}

pub(super) struct Process {
    pub(super) writer: Writer,
    settled: watch::Receiver<Settled>,
    task: JoinHandle<Result<(), Stopped>>,
    stop: oneshot::Sender<()>,
    hand: Hand,
    clock: Clock,
    disk: Disk,
}

impl Process {
    /// Waits until everything that is due now is done.
    pub(super) async fn settles(&mut self) -> Settled {
        let now = self.clock.now();
        let through = self.writer.head();
        *self.settled.wait_for(|settled| settled.covers(now, through)).await.unwrap()
    }

    /// Moves the calendar to the next wake until there is none.
    pub(super) async fn runs_dry(&mut self) {
        while let Some(wake) = self.settles().await.next_wake {
            self.hand.set(wake);
        }
    }

    pub(super) async fn happens(&self, event: Event) {
        let event = self.writer.submit(None, move |_, _| Decision { events: vec![event.clone()], reply: () });
        event.await.unwrap();
    }

    /// As [`Self::runs_dry`], unless the process dies before.
    pub(super) async fn runs_dry_or_dies(&mut self) {
        loop {
            let (now, through) = (self.clock.now(), self.writer.head());
            match self
                .settled
                .wait_for(|settled| settled.covers(now, through))
                .await
                .map(|settled| settled.next_wake)
            {
                Ok(Some(wake)) => self.hand.set(wake),
                // The loop drops its end of the channel when it ends.
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Pulls the plug.
    pub(super) async fn gets_killed(self) {
        self.disk.0.lock().unwrap().process += 1;
        self.task.abort();
        _ = self.task.await;
    }

    /// Asks it to stop and waits until it has.
    pub(super) async fn stops(self) -> Result<(), Stopped> {
        _ = self.stop.send(());
        self.task.await.unwrap()
    }
}
