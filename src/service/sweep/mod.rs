//! After an outage longer than Slack's redeliveries, the direct messages are looked through for what people
//! typed meanwhile.
//!
//! An outage is a silence: Slack was heard, and then for a while it wasn't. How the connections look says
//! little, since a machine that was suspended and a half-dead socket don't notice. When Slack was last heard
//! is kept in a file, which moves on only when nothing is left to look through.

mod silence;
mod unread;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt, OptionFuture};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

pub(super) use self::silence::{SILENT_REQUESTS, SILENT_SOCKETS};
use self::silence::{UNKNOWN, back, earlier, outage, slept};
use self::unread::{BEFORE_DENIED_RETRY, BEFORE_RETRY, Denied, Place, Rereading, Unread, merged};
use super::heard::{Keeper, Kept};
use super::undecided::{Place as TypedAt, Undecided};
use crate::clock::{Clock, Trust, monotonic};
use crate::domain::ids::{MessageTs, Seq, SlackChannelId};
use crate::domain::message::Reply;
use crate::domain::observation::Observations;
use crate::journal::Writer;
use crate::slack::heard::{Heard, Moment};
use crate::slack::sweep::{Found, channel_with, typed_since};
use crate::slack::{CallError, Class, Client, Inbox};

/// Looked at again from before the outage began, since clocks differ and the file may be a minute old.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);
/// An answer to something older would be odder than none.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 14);
/// From how long before the end of a journal that was put back: a machine may have slept over a weekend and been backed up
/// as it woke.
const BEFORE_BACKUP: SignedDuration = SignedDuration::from_hours(72);
/// Where Slack calls us, a quiet afternoon looks like an outage, so there conversations are looked through once an hour
/// at most, in real time. Nothing is lost by that: the file stays where it is until they are.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(3600);
/// How often the file is written.
const BETWEEN_KEEPING: SignedDuration = SignedDuration::from_mins(1);
/// How soon the file is written again because the journal has grown meanwhile, real time.
const LEAST_BETWEEN_HEADS: Duration = Duration::from_secs(60);
/// How often it is looked whether this machine slept, real time.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);
/// For how long after a start campaign messages wait for what was typed before it, from the moment on at which it is
/// known who is who, real time: what can't be read by then is read later.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// How often what can't be read is tried a minute apart before it is left to be tried by the hour.
const MOST_ROUNDS: u32 = 10;

/// Looks for what was typed while nobody listened.
pub(super) struct Sweep {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    /// How far that is from Slack's, by which everything there is dated.
    pub(super) trust: Trust,
    pub(super) inbox: Arc<dyn Inbox>,
    /// The replies that could not be decided yet, to be read again until they are.
    pub(super) undecided: Undecided,
    pub(super) heard: Heard,
    pub(super) keeper: Arc<dyn Keeper>,
    /// The last record of the process before this one, and when it was made.
    pub(super) opened: (Seq, Option<Timestamp>),
    /// How long a silence has to be.
    pub(super) silence: SignedDuration,
    /// Who is who: until that was read nobody's words can be taken.
    pub(super) seen: watch::Receiver<Arc<Observations>>,
    /// Slack says something by itself while it can: otherwise the start counts as the end of an outage.
    pub(super) connects: bool,
    /// Told once what was typed before the start is taken, as far as it can be: campaign messages wait for that, so that
    /// none overtakes a *stop*.
    pub(super) caught_up: watch::Sender<bool>,
}

impl Sweep {
    /// Sweeps after each outage, the one before this start included, for ever.
    pub(super) async fn follow(self) {
        let started = Moment { at: self.clock.now(), instant: monotonic() };
        let by_hand = self.clock.moves_by_hand();
        let mut signs = self.heard.subscribe();
        let mut written: Option<(Kept, Instant)> = None;
        let mut last = (self.last_heard(started.at), None);
        let mut next = None;
        if !self.connects {
            next = outage(last, started, self.silence, by_hand);
            last.1 = Some(started.instant);
        }
        let mut looked = started;
        let mut sweeping: Option<BoxFuture<'_, Denied>> = None;
        let mut denied = Denied::new();
        let mut denied_until = started.instant;
        let mut arrivals = self.undecided.subscribe();
        let mut rereading = Rereading::at(started.instant);
        // Every conversation is looked through, not only some of them again.
        let mut whole = false;
        let mut rests_until: Option<Instant> = None;
        // This machine slept: that is looked through without a rest.
        let mut at_once = false;
        let mut waited = std::pin::pin!(self.waits());
        loop {
            let rests = rests_until.is_some_and(|until| monotonic() < until);
            if sweeping.is_none() {
                match next {
                    None => {
                        self.keep(self.left(&denied).map_or(last.0, |left| left.min(last.0)), &mut written)
                            .await;
                        // Before the first sign of life nobody knows how long the outage was.
                        self.catches_up(last.1.is_some());
                    }
                    Some(_) if rests => {}
                    Some(since) => {
                        (next, whole) = (None, true);
                        sweeping = Some(self.after(since).boxed());
                    }
                }
            }
            tokio::select! {
                biased;
                Some(left) = OptionFuture::from(sweeping.as_mut()) => {
                    sweeping = None;
                    denied.extend(left);
                    denied_until = monotonic() + BEFORE_DENIED_RETRY;
                    rereading.again(monotonic(), self.undecided.since().is_some());
                    if std::mem::take(&mut whole) {
                        let rests = !self.connects && !std::mem::take(&mut at_once);
                        rests_until = rests.then(|| monotonic() + BETWEEN_SWEEPS);
                    }
                }
                Ok(()) = arrivals.changed() => rereading.arrives(monotonic()),
                changed = signs.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let Some(sign) = *signs.borrow_and_update() else { continue };
                    let since = outage(last, sign, self.silence, by_hand);
                    next = since.map(|since| earlier(next, since)).or(next);
                    last = (sign.at, Some(sign.instant));
                }
                () = &mut waited, if !*self.caught_up.borrow() => self.waits_no_longer(),
                () = tokio::time::sleep_until(denied_until.into()),
                    if sweeping.is_none() && next.is_none() && !denied.is_empty() =>
                {
                    sweeping = Some(self.again(std::mem::take(&mut denied)).boxed());
                }
                () = tokio::time::sleep_until(rereading.at.into()),
                    if sweeping.is_none() && (next.is_none() || rests) && self.undecided.since().is_some() =>
                {
                    sweeping = Some(self.again(self.unread_replies()).boxed());
                }
                () = tokio::time::sleep_until((looked.instant + BETWEEN_LOOKS).into()), if !self.connects => {
                    // Who is called doesn't hear at once that it was away.
                    let now = Moment { at: self.clock.now(), instant: monotonic() };
                    if let Some(since) = slept(looked, now, by_hand) {
                        next = Some(earlier(next, since));
                        (rests_until, at_once) = (None, sweeping.is_some());
                    }
                    looked = now;
                }
            }
        }
    }

    /// When Slack was last heard before this start.
    fn last_heard(&self, started: Timestamp) -> Timestamp {
        let (head, last_record) = self.opened;
        // What was heard after the end of a journal that was put back is on no record.
        let kept = self.keeper.read().filter(|kept| kept.head <= head);
        if let Some(kept) = kept {
            return kept.at;
        }
        match (last_record, self.writer.state().restored.is_empty()) {
            (Some(last), true) => last,
            // It may be of a moment at which an outage was over and not looked through.
            (Some(last), false) => back(last, BEFORE_BACKUP),
            (None, true) => started,
            // A backup may be of a journal in which nothing had happened yet.
            (None, false) => back(started, UNKNOWN),
        }
    }

    /// Passes once campaign messages have waited long enough for what was typed before the start.
    async fn waits(&self) {
        if self.seen.clone().wait_for(|seen| !seen.starting).await.is_err() {
            return std::future::pending().await;
        }
        tokio::time::sleep(LONGEST_WAIT).await;
    }

    fn catches_up(&self, has: bool) {
        self.caught_up.send_if_modified(|caught_up| has && !std::mem::replace(caught_up, true));
    }

    fn waits_no_longer(&self) {
        tracing::warn!("what was typed before the start is not all read yet; campaign messages go on");
        self.catches_up(true);
    }

    /// From when on something is left to look through: it is so at the next start as well.
    fn left(&self, denied: &Denied) -> Option<Timestamp> {
        denied.iter().map(|unread| unread.since).chain(self.undecided.since()).min()
    }

    /// Keeps when Slack was last heard and how far the journal goes, once a minute at most; what was kept before stays
    /// while neither changes.
    async fn keep(&self, at: Timestamp, written: &mut Option<(Kept, Instant)>) {
        let now = Kept { at, head: self.writer.head() };
        if let Some((kept, when)) = written {
            let is_near = at.duration_since(kept.at).abs() < BETWEEN_KEEPING;
            let grew = kept.head != now.head && LEAST_BETWEEN_HEADS <= monotonic().duration_since(*when);
            if is_near && !grew {
                return;
            }
        }
        *written = Some((now, monotonic()));
        if let Err(error) = self.keeper.keep(now).await {
            tracing::warn!(%error, "when Slack was last heard can't be kept; the next start looks through more");
        }
    }

    /// Takes what was typed from `since` on. What can't be looked through now is tried again until it can; what Slack
    /// denies is left to be tried later.
    async fn after(&self, since: Timestamp) -> Denied {
        if self.seen.clone().wait_for(|seen| !seen.starting).await.is_err() {
            return Denied::new();
        }
        let tried = self.now();
        let since = back(since, MARGIN).max(back(tried, OLDEST));
        let places = self.places();
        tracing::info!(conversations = places.len(), %since, "looking for what was typed during an outage");
        self.look_through(places.into_iter().map(|place| Unread { place, since, tried }).collect()).await
    }

    /// The conversations with replies that can't be decided yet, from the first of these on.
    fn unread_replies(&self) -> Denied {
        let tried = self.now();
        let oldest = back(tried, OLDEST);
        let mut unread = Denied::new();
        for place in self.undecided.places() {
            match place.1.at().filter(|typed| oldest <= *typed) {
                Some(since) => unread.push(Unread { place: Place::Channel(place.0), since, tried }),
                // Nothing that old is read any more.
                None => _ = self.undecided.settle(&place),
            }
        }
        unread
    }

    /// Takes what was typed in conversations that were denied before, or in which a reply waits. None is read from further
    /// back than it is remembered what was heard: a *stop* that was undone since would be taken again.
    async fn again(&self, unread: Denied) -> Denied {
        self.look_through(merged(unread, back(self.now(), OLDEST))).await
    }

    /// What time it is, as far as that is known, by Slack's clock.
    fn now(&self) -> Timestamp {
        self.trust.corrected(self.clock.now())
    }

    /// What was denied; nothing if the service stops.
    async fn look_through(&self, mut left: Denied) -> Denied {
        let (mut taken, mut denied) = (0_usize, Denied::new());
        for round in 1_u32.. {
            let Some(failed) = self.look_once(left, &mut taken, &mut denied).await else {
                return Denied::new();
            };
            if failed.is_empty() {
                break;
            }
            tracing::warn!(
                conversations = failed.len(),
                "some conversations could not be looked through; they are tried again"
            );
            if round == MOST_ROUNDS {
                denied.extend(failed);
                break;
            }
            left = failed;
            tokio::time::sleep(BEFORE_RETRY).await;
        }
        tracing::info!(taken, denied = denied.len(), "looked through every conversation");
        denied
    }

    /// The places that are to be tried again at once; none if the service stops.
    async fn look_once(&self, places: Denied, taken: &mut usize, denied: &mut Denied) -> Option<Denied> {
        let mut pace = self.client.pace();
        let mut failed = Denied::new();
        for unread in places {
            let Unread { place, since, .. } = &unread;
            let looked = async {
                let channel = match place {
                    Place::Channel(channel) => Some(channel.clone()),
                    Place::With(person) => channel_with(&self.client, person, &mut pace).await?,
                };
                let Some(channel) = channel else { return Ok((BTreeSet::new(), Vec::new())) };
                let waiting = self.waiting_in(&channel, *since);
                Ok((waiting, typed_since(&self.client, &channel, *since, &mut pace).await?))
            };
            let looked: Result<_, CallError> = looked.await;
            let (waiting, found) = match looked {
                Ok(looked) => looked,
                Err(error) => {
                    tracing::debug!(slack.code = error.code(), "a conversation could not be looked through");
                    let of = if error.class() == Class::Recipient { &mut *denied } else { &mut failed };
                    of.push(unread);
                    continue;
                }
            };
            *taken += self.take(found, waiting).await?;
        }
        Some(failed)
    }

    /// The replies in `channel` from `since` on that can't be decided yet.
    fn waiting_in(&self, channel: &SlackChannelId, since: Timestamp) -> BTreeSet<TypedAt> {
        let read = |ts: &MessageTs| ts.at().is_some_and(|at| since.as_second() <= at.as_second());
        self.undecided.places().into_iter().filter(|(of, ts)| of == channel && read(ts)).collect()
    }

    /// Has what was found in a conversation decided, how much that was; `waiting` are the replies there that could not be
    /// decided before. None if the service stops.
    async fn take(&self, found: Vec<Found>, mut waiting: BTreeSet<TypedAt>) -> Option<usize> {
        let mut taken = 0;
        for found in found {
            let Some(incoming) = found.unheard(&self.writer.state()).cloned() else { continue };
            let cause = incoming.cause.clone();
            let place = (found.channel.clone(), found.ts.clone());
            let reply = self.inbox.take(incoming).await.ok()?;
            if matches!(reply, Reply::NotYet) {
                waiting.remove(&place);
                self.undecided.keep(place);
                continue;
            }
            taken += 1;
            // What came to nothing may have been said already when it arrived: nothing of it is on record.
            if self.undecided.settle(&place) || self.writer.state().knows(&cause) {
                found.say(&self.client, reply).await;
            }
        }
        // The others were decided meanwhile, or taken back.
        for place in waiting {
            self.undecided.settle(&place);
        }
        Some(taken)
    }

    /// The direct messages with people who are known, whoever was written to last first; then whoever may have
    /// begun one themselves.
    fn places(&self) -> Vec<Place> {
        let state = self.writer.state();
        let mut people: Vec<_> = state.people.iter().collect();
        people.sort_by_key(|(id, person)| (Reverse(person.campaign.back().copied()), *id));
        let known = people.iter().filter_map(|(_, person)| person.channel.clone()).map(Place::Channel);
        let unknown = people.iter().filter(|(_, person)| person.channel.is_none());
        let unknown = unknown.filter_map(|(_, person)| person.slack.clone()).map(Place::With);
        known.chain(unknown).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;

    use serde_json::{Value, json};

    use super::*;
    use crate::command::{Incoming, Request};
    use crate::domain::effect::Epoch;
    use crate::domain::event::Event;
    use crate::domain::ids::PersonId;
    use crate::domain::state::State;
    use crate::journal::{self, Decision, Vault};
    use crate::slack::{Closed, Method, ResponseUrl, UploadUrl, Wire};

    pub(super) fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-12-07T09:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    #[tokio::test]
    async fn what_was_typed_in_an_outage_that_a_backup_was_made_after_is_looked_for() {
        // Whether the journal was restored, what the file tells by its last record, and since when it is looked.
        let check = async |restored: bool, kept: Option<Kept>, expected: i64| {
            let data = tempfile::tempdir().unwrap();
            let mut sweep = over(data.path(), Conversation::default(), 0);
            (sweep.opened, sweep.keeper) = ((Seq(3), Some(at(0))), Arc::new(File(kept)));
            if restored {
                let event = Event::Restored { epoch: Epoch::new([1; 16]), from: Seq(3) };
                let decided = move |_: &State, _| Decision { events: vec![event.clone()], reply: () };
                sweep.writer.submit(None, decided).await.unwrap();
            }
            assert_eq!(sweep.last_heard(at(9_999)), at(expected), "{restored} {kept:?}");
        };
        let kept = |head: u64| Some(Kept { at: at(-5), head: Seq(head) });
        check(false, kept(3), -5).await;
        check(false, None, 0).await;
        check(true, kept(3), -5).await;
        // A later process kept it, beyond the end of what was put back.
        check(true, kept(4), -72 * 60).await;
        check(true, None, -72 * 60).await;
    }

    /// What an earlier process kept; nothing is kept in its place.
    struct File(Option<Kept>);

    #[async_trait::async_trait]
    impl Keeper for File {
        fn read(&self) -> Option<Kept> {
            self.0
        }

        async fn keep(&self, _: Kept) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// A conversation in which these messages are, and what is whispered in it.
    #[derive(Clone, Default)]
    struct Conversation {
        messages: serde_json::Value,
        whispered: Arc<Mutex<Vec<String>>>,
    }

    #[async_trait::async_trait]
    impl Wire for Conversation {
        async fn call(&self, method: Method, arguments: &Value) -> Result<Value, CallError> {
            if method == Method::ChatPostEphemeral {
                let text = arguments["text"].as_str().unwrap_or_default().to_owned();
                self.whispered.lock().unwrap().push(text);
            }
            Ok(json!({ "ok": true, "messages": self.messages.clone() }))
        }

        async fn respond(&self, _: &ResponseUrl, _: &Value) -> Result<(), CallError> {
            Ok(())
        }

        async fn upload(&self, _: &UploadUrl, _: &str, _: &str) -> Result<(), CallError> {
            Ok(())
        }
    }

    /// Decides as the office does whose advocate types a reply, which waits as often as it is told.
    struct Office {
        writer: Writer,
        waits: Mutex<u32>,
    }

    #[async_trait::async_trait]
    impl Inbox for Office {
        async fn take(&self, incoming: Incoming) -> Result<Reply, Closed> {
            let Request::Typed { text, .. } = &incoming.request else { panic!("{incoming:?}") };
            if text == "stop" {
                let stopped = Event::Stopped { person: PersonId::parse("ana").unwrap(), initiative: None };
                let decided = self.writer.submit(Some(incoming.cause), move |_, _| Decision {
                    events: vec![stopped.clone()],
                    reply: Reply::say("Stopped."),
                });
                return decided.await.map_err(|_| Closed);
            }
            let mut waits = self.waits.lock().unwrap();
            if *waits == 0 || text != "They do." {
                return Ok(Reply::say("I can't tell which question this answers."));
            }
            *waits -= 1;
            Ok(Reply::NotYet)
        }
    }

    /// A sweep of `wire` for the journal in `data`, whose office lets a reply wait `waits` times.
    fn over(data: &Path, wire: Conversation, waits: u32) -> Sweep {
        let (journal, _) = journal::open(data).unwrap();
        let (writer, _) = Writer::start(journal, Vault::of(data), Clock::system()).unwrap();
        Sweep {
            client: Arc::new(Client::over(wire, Duration::from_secs(5))),
            writer: writer.clone(),
            clock: Clock::system(),
            trust: Trust::default(),
            inbox: Arc::new(Office { writer, waits: Mutex::new(waits) }),
            undecided: Undecided::default(),
            heard: Heard::new(Clock::system()),
            keeper: Arc::new(File(None)),
            opened: (Seq(0), None),
            silence: SILENT_SOCKETS,
            seen: watch::channel(Arc::new(Observations::default())).1,
            connects: true,
            caught_up: watch::channel(false).0,
        }
    }

    #[tokio::test]
    async fn what_a_sweep_decides_is_said_once_and_what_it_can_not_decide_is_kept_until_it_can() {
        let data = tempfile::tempdir().unwrap();
        let message = |second: u32, text: &str| json!({ "type": "message", "user": "U1", "text": text, "ts": format!("{second}.000100") });
        let now = Clock::system().now().as_second();
        let said = |ago: i64, text: &str| message(u32::try_from(now - ago).unwrap(), text);
        let wire = Conversation {
            // What could not be decided at all was said when it arrived.
            messages: json!([said(90, "stop"), said(60, "Who are you?"), said(30, "They do.")]),
            whispered: Arc::default(),
        };
        let channel = SlackChannelId::parse("D1").unwrap();
        let sweep = over(data.path(), wire.clone(), 2);
        let tried = sweep.now();
        let unread = Unread { place: Place::Channel(channel.clone()), since: back(tried, UNKNOWN), tried };
        let whispered = || wire.whispered.lock().unwrap().clone();
        assert_eq!(sweep.again(vec![unread]).await, []);
        assert_eq!(whispered(), ["Stopped."]);
        let waits: Vec<Unread> = sweep.unread_replies();
        assert_eq!(
            waits.iter().map(|unread| unread.place.clone()).collect::<Vec<_>>(),
            [Place::Channel(channel)]
        );
        assert_eq!(sweep.again(waits).await, []);
        assert_eq!(sweep.undecided.places().len(), 1, "it waits still");
        sweep.again(sweep.unread_replies()).await;
        assert_eq!(whispered(), ["Stopped.", "I can't tell which question this answers."]);
        assert_eq!(sweep.unread_replies(), []);
    }
}
