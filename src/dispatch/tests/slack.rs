//! A Slack that does what a test tells it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{Notify, watch};

use super::world::slack_id;
use crate::clock::monotonic;
use crate::dispatch::Rate;
use crate::domain::effect::{PostId, PostKey};
use crate::domain::ids::{MessageTs, SlackChannelId, SlackUserId};
use crate::domain::message::{Message, Recipient};
use crate::domain::performer::{Found, Outcome, Outgoing, Performer, Probed, Refreshed};

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
    /// How many messages were brought up to date.
    refreshed: watch::Sender<usize>,
    clicks: Notify,
    /// How often it was asked whether a click can be answered.
    pub(super) asked: AtomicUsize,
}

#[derive(Debug, Default)]
struct Workspace {
    does: HashMap<PostId, VecDeque<Does>>,
    finds: HashMap<PostId, VecDeque<Found>>,
    delivered: Vec<(PostId, SlackUserId)>,
    shown: Vec<(PostId, String)>,
    talking: HashSet<SlackUserId>,
    /// Calls to somebody with whom another was in flight.
    overlaps: usize,
    /// At most so many posts in any window.
    limit: Option<Limit>,
    /// How long an answer takes.
    latency: Duration,
    /// At most so many updates in any window.
    updates: Option<Limit>,
    /// What probes find; that calls are taken if nothing is said.
    probes: VecDeque<Probed>,
    probed: usize,
    /// What becomes of updates; they are shown if nothing is said.
    updated: VecDeque<Refreshed>,
    /// Clicked a moment ago.
    clicked: HashSet<(SlackChannelId, MessageTs)>,
}

/// A limit, as Slack counts it.
#[derive(Debug)]
struct Limit {
    rate: Rate,
    arrivals: VecDeque<Instant>,
    /// The Retry-After of what is refused.
    retry_after: Duration,
    /// How often it was met.
    met: usize,
}

impl Limit {
    fn of(rate: Rate, retry_after: Duration) -> Self {
        Self { rate, arrivals: VecDeque::new(), retry_after, met: 0 }
    }

    /// Counts a call; how long to wait if it is one too many.
    fn counts(&mut self) -> Option<Duration> {
        let now = monotonic();
        while self.arrivals.front().is_some_and(|arrived| *arrived + self.rate.per <= now) {
            self.arrivals.pop_front();
        }
        if self.arrivals.len() < self.rate.most as usize {
            self.arrivals.push_back(now);
            return None;
        }
        self.met += 1;
        Some(self.retry_after)
    }
}

/// Each post has a place of its own.
pub(super) fn place(post: PostId) -> (SlackChannelId, MessageTs) {
    let number = u64::from_str_radix(&post.to_string()[..12], 16).unwrap();
    (SlackChannelId::parse("D1").unwrap(), MessageTs::parse(&format!("{number}.000001")).unwrap())
}

fn sent(post: PostId) -> Outcome {
    let (channel, ts) = place(post);
    Outcome::Sent { channel, ts }
}

impl Slack {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::default(),
            arrived: watch::channel(0).0,
            refreshed: watch::channel(0).0,
            clicks: Notify::new(),
            asked: AtomicUsize::new(0),
        })
    }

    pub(super) fn does(&self, key: &PostKey, does: impl IntoIterator<Item = Does>) {
        self.inner.lock().unwrap().does.insert(key.id(), does.into_iter().collect());
    }

    pub(super) fn finds(&self, key: &PostKey, finds: impl IntoIterator<Item = Found>) {
        self.inner.lock().unwrap().finds.insert(key.id(), finds.into_iter().collect());
    }

    /// How many of these haven't been found yet.
    pub(super) fn left_to_find(&self, key: &PostKey) -> usize {
        self.inner.lock().unwrap().finds.get(&key.id()).map_or(0, VecDeque::len)
    }

    /// As if an earlier life of the program had sent it.
    pub(super) fn has(&self, key: &PostKey) {
        self.has_at(key, slack_id(key.to()));
    }

    /// The same, to the account that its recipient had then.
    pub(super) fn has_at(&self, key: &PostKey, account: SlackUserId) {
        self.inner.lock().unwrap().delivered.push((key.id(), account));
    }

    /// Refuses whatever goes beyond `limit`, and takes `latency` to answer.
    pub(super) fn is_strict(&self, limit: Rate, latency: Duration) {
        let mut workspace = self.inner.lock().unwrap();
        workspace.limit = Some(Limit::of(limit, Duration::from_secs(1)));
        workspace.latency = latency;
    }

    /// Refuses updates that go beyond `limit`, with a *Retry-After* of so long.
    pub(super) fn limits_updates(&self, limit: Rate, retry_after: Duration) {
        self.inner.lock().unwrap().updates = Some(Limit::of(limit, retry_after));
    }

    /// How often an update was one too many.
    pub(super) fn updates_limited(&self) -> usize {
        self.inner.lock().unwrap().updates.as_ref().map_or(0, |limit| limit.met)
    }

    /// What the next probes find.
    pub(super) fn probes_find(&self, probes: impl IntoIterator<Item = Probed>) {
        self.inner.lock().unwrap().probes = probes.into_iter().collect();
    }

    /// How many probes were made.
    pub(super) fn probed(&self) -> usize {
        self.inner.lock().unwrap().probed
    }

    /// What becomes of the next updates.
    pub(super) fn updates_end(&self, updated: impl IntoIterator<Item = Refreshed>) {
        self.inner.lock().unwrap().updated = updated.into_iter().collect();
    }

    /// The message of `key` was clicked just now: it may be shown as the answer to that.
    pub(super) fn is_clicked(&self, key: &PostKey) {
        self.inner.lock().unwrap().clicked.insert(place(key.id()));
        self.clicks.notify_one();
    }

    /// Waits until so many messages were brought up to date.
    pub(super) async fn refreshes(&self, count: usize) {
        self.refreshed.subscribe().wait_for(|refreshed| *refreshed >= count).await.unwrap();
    }

    /// Waits until the message of `key` is brought up to date.
    pub(super) async fn shows(&self, key: &PostKey) {
        let shows = || self.inner.lock().unwrap().shown.iter().any(|(post, _)| *post == key.id());
        self.refreshed.subscribe().wait_for(|_| shows()).await.unwrap();
    }

    /// The messages that were brought up to date, in order.
    pub(super) fn refreshed(&self) -> Vec<PostId> {
        self.inner.lock().unwrap().shown.iter().map(|(post, _)| *post).collect()
    }

    /// How many calls met another to the same person.
    pub(super) fn overlaps(&self) -> usize {
        self.inner.lock().unwrap().overlaps
    }

    /// How often it said that a limit was met.
    pub(super) fn limited(&self) -> usize {
        self.inner.lock().unwrap().limit.as_ref().map_or(0, |limit| limit.met)
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

struct Call<'a> {
    slack: &'a Slack,
    with: &'a SlackUserId,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.slack.inner.lock().unwrap().talking.remove(self.with);
    }
}

#[async_trait]
impl Performer for Slack {
    async fn post(&self, post: &Outgoing) -> Outcome {
        // Given up or answered: the call is over when this goes.
        let _call = Call { slack: self, with: &post.to.slack };
        let (does, latency) = {
            let mut workspace = self.inner.lock().unwrap();
            if let Some(retry_after) = workspace.limit.as_mut().and_then(Limit::counts) {
                return Outcome::NotApplied { retry_after, code: "ratelimited".to_owned() };
            }
            if !workspace.talking.insert(post.to.slack.clone()) {
                workspace.overlaps += 1;
            }
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
        match does {
            Does::Says(outcome) => outcome,
            Does::LosesReply | Does::Swallows => Outcome::InDoubt { code: "connection_reset".to_owned() },
            Does::Hangs { .. } => std::future::pending().await,
        }
    }

    async fn look_up(&self, post: PostId, to: &Recipient, _thread: Option<&MessageTs>) -> Found {
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

    async fn probe(&self) -> Probed {
        let mut workspace = self.inner.lock().unwrap();
        workspace.probed += 1;
        workspace.probes.pop_front().unwrap_or(Probed::Through)
    }

    async fn refresh(&self, post: PostId, _: &SlackChannelId, _: &MessageTs, message: &Message) -> Refreshed {
        let latency = {
            let mut workspace = self.inner.lock().unwrap();
            if let Some(refreshed) = workspace.updated.pop_front() {
                return refreshed;
            }
            if let Some(retry_after) = workspace.updates.as_mut().and_then(Limit::counts) {
                return Refreshed::Limited(retry_after);
            }
            workspace.latency
        };
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        self.inner.lock().unwrap().shown.push((post, message.notification.clone()));
        self.refreshed.send_modify(|count| *count += 1);
        Refreshed::Shown
    }

    fn answers(&self, channel: &SlackChannelId, ts: &MessageTs) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.inner.lock().unwrap().clicked.contains(&(channel.clone(), ts.clone()))
    }

    async fn clicked(&self) {
        self.clicks.notified().await;
    }

    async fn answer(
        &self,
        post: PostId,
        channel: &SlackChannelId,
        ts: &MessageTs,
        message: &Message,
    ) -> bool {
        let mut workspace = self.inner.lock().unwrap();
        workspace.clicked.remove(&(channel.clone(), ts.clone()));
        workspace.shown.push((post, message.notification.clone()));
        self.refreshed.send_modify(|count| *count += 1);
        true
    }
}
