//! After an outage longer than Slack's redeliveries, the direct messages are looked through for what people
//! typed meanwhile.
//!
//! An outage is a silence: Slack was heard, and then for a while it wasn't. How the connections look says
//! little, since a machine that was suspended and a half-dead socket don't notice. When Slack was last heard
//! is kept in a file, which moves on only when nothing is left to look through.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, FutureExt, OptionFuture};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::heard::{Keeper, Kept};
use crate::clock::{Clock, Trust, monotonic};
use crate::domain::ids::{Seq, SlackChannelId, SlackUserId};
use crate::domain::message::Reply;
use crate::domain::observation::Observations;
use crate::journal::Writer;
use crate::slack::heard::{Heard, Moment};
use crate::slack::sweep::{channel_with, typed_since};
use crate::slack::{Class, Client, Inbox};

/// Shorter silences on connections are covered by Slack itself: it tries at once, after a minute and after
/// five. A connection that lives says something every ten seconds.
pub(super) const SILENT_SOCKETS: SignedDuration = SignedDuration::from_secs(60);
/// Where Slack calls us, it is silent whenever nobody does anything, so only what its redeliveries don't
/// cover counts.
pub(super) const SILENT_REQUESTS: SignedDuration = SignedDuration::from_mins(5);
/// Looked at again from before the outage began, since clocks differ and the file may be a minute old.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);
/// An answer to something older would be odder than none.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 14);
/// What is looked through if the file names a time to come: a clock that was wrong wrote it.
const UNKNOWN: SignedDuration = SignedDuration::from_hours(24);
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
/// When conversations that could not be looked through are tried again, real time.
const BEFORE_RETRY: Duration = Duration::from_secs(60);
/// When conversations that Slack doesn't let us read are tried again, real time: that may be a mistake of some days.
const BEFORE_DENIED_RETRY: Duration = Duration::from_secs(3600);

/// Looks for what was typed while nobody listened.
pub(super) struct Sweep {
    pub(super) client: Arc<Client>,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    /// How far that is from Slack's, by which everything there is dated.
    pub(super) trust: Trust,
    pub(super) inbox: Arc<dyn Inbox>,
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

/// A conversation to look through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    Channel(SlackChannelId),
    /// With somebody with whom there may be one by now.
    With(SlackUserId),
}

/// How often what can't be read is tried a minute apart before it is left to be tried by the hour.
const MOST_ROUNDS: u32 = 10;

/// A conversation that could not be read: from when on it is to be looked through, and since when it could not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unread {
    place: Place,
    since: Timestamp,
    tried: Timestamp,
}

/// Conversations that Slack did not let us read.
type Denied = Vec<Unread>;

/// Since when Slack could not be heard, if it was last heard at `last` and again at `now`, and that is as long
/// as `silence`. A `last` without an instant is an earlier process's. A calendar that is moved by hand says
/// nothing about how long this process listened.
fn outage(
    last: (Timestamp, Option<Instant>),
    now: Moment,
    silence: SignedDuration,
    by_hand: bool,
) -> Option<Timestamp> {
    let calendar = now.at.duration_since(last.0);
    let Some(instant) = last.1 else {
        let wrong = calendar < -MARGIN;
        let since = if wrong { back(now.at, UNKNOWN) } else { last.0 };
        return (wrong || silence <= calendar).then_some(since);
    };
    let real = SignedDuration::try_from(now.instant.duration_since(instant)).unwrap_or(SignedDuration::MAX);
    let silent = if by_hand { real } else { real.max(calendar) };
    // A clock that was set back meanwhile names no beginning; what really passed does.
    (silence <= silent).then(|| last.0.min(back(now.at, real)))
}

fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// Each conversation once, from the earliest time on from which it is to be read, but from no earlier one than `oldest`.
/// One that could not be read since then is let go of.
fn merged(unread: Denied, oldest: Timestamp) -> Denied {
    let mut places: BTreeMap<Place, Unread> = BTreeMap::new();
    for mut unread in unread.into_iter().filter(|unread| oldest <= unread.tried) {
        if let Some(other) = places.get(&unread.place) {
            unread.since = unread.since.min(other.since);
            unread.tried = unread.tried.max(other.tried);
        }
        unread.since = unread.since.max(oldest);
        places.insert(unread.place.clone(), unread);
    }
    places.into_values().collect()
}

impl Sweep {
    /// Sweeps after each outage, the one before this start included, for ever.
    pub(super) async fn follow(self) {
        let started = Moment { at: self.clock.now(), instant: monotonic() };
        let by_hand = self.clock.moves_by_hand();
        let mut signs = self.heard.subscribe();
        let (head, last_record) = self.opened;
        // What was heard after the end of a journal that was put back is on no record.
        let kept = self.keeper.read().filter(|kept| kept.head <= head);
        let mut written: Option<(Kept, Instant)> = None;
        // A backup may be of a journal in which nothing had happened yet.
        let otherwise = match self.writer.state().restored.is_empty() {
            true => started.at,
            false => back(started.at, UNKNOWN),
        };
        let mut last = (kept.map(|kept| kept.at).or(last_record).unwrap_or(otherwise), None);
        let mut next = if self.connects { None } else { outage(last, started, self.silence, by_hand) };
        if !self.connects {
            last = (last.0, Some(started.instant));
        }
        let mut looked = started;
        let mut sweeping: Option<BoxFuture<'_, Denied>> = None;
        let mut denied = Denied::new();
        let mut denied_until = started.instant;
        let mut rests_until: Option<Instant> = None;
        // This machine slept: that is looked through without a rest.
        let mut at_once = false;
        let mut waited = std::pin::pin!(self.waits());
        loop {
            let rests = rests_until.is_some_and(|until| monotonic() < until);
            if sweeping.is_none() {
                match next {
                    None => {
                        // What is left to look through is so at the next start as well.
                        let left = denied.iter().map(|unread| unread.since).min();
                        self.keep(left.map_or(last.0, |left| left.min(last.0)), &mut written).await;
                        // Before the first sign of life nobody knows how long the outage was.
                        if last.1.is_some() {
                            self.catches_up();
                        }
                    }
                    Some(_) if rests => {}
                    Some(since) => {
                        next = None;
                        sweeping = Some(self.after(since).boxed());
                    }
                }
            }
            let earlier =
                |next: Option<Timestamp>, since: Timestamp| next.map_or(since, |next| next.min(since));
            tokio::select! {
                biased;
                Some(left) = OptionFuture::from(sweeping.as_mut()) => {
                    sweeping = None;
                    denied.extend(left);
                    denied_until = monotonic() + BEFORE_DENIED_RETRY;
                    let rests = !self.connects && !std::mem::take(&mut at_once);
                    rests_until = rests.then(|| monotonic() + BETWEEN_SWEEPS);
                }
                changed = signs.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let Some(sign) = *signs.borrow_and_update() else { continue };
                    if let Some(since) = outage(last, sign, self.silence, by_hand) {
                        next = Some(earlier(next, since));
                    }
                    last = (sign.at, Some(sign.instant));
                }
                () = &mut waited, if !*self.caught_up.borrow() => {
                    tracing::warn!("what was typed before the start is not all read yet; campaign messages go on");
                    self.catches_up();
                }
                () = tokio::time::sleep_until(denied_until.into()),
                    if sweeping.is_none() && next.is_none() && !denied.is_empty() =>
                {
                    sweeping = Some(self.again(std::mem::take(&mut denied)).boxed());
                }
                () = tokio::time::sleep_until((looked.instant + BETWEEN_LOOKS).into()), if !self.connects => {
                    // Who is called doesn't hear at once that it was away.
                    let now = Moment { at: self.clock.now(), instant: monotonic() };
                    let slept = outage((looked.at, Some(looked.instant)), now, SILENT_SOCKETS, by_hand);
                    if let Some(since) = slept.filter(|_| !by_hand) {
                        next = Some(earlier(next, since));
                        (rests_until, at_once) = (None, sweeping.is_some());
                    }
                    looked = now;
                }
            }
        }
    }

    /// Passes once campaign messages have waited long enough for what was typed before the start.
    async fn waits(&self) {
        if self.seen.clone().wait_for(|seen| !seen.starting).await.is_err() {
            return std::future::pending().await;
        }
        tokio::time::sleep(LONGEST_WAIT).await;
    }

    fn catches_up(&self) {
        self.caught_up.send_if_modified(|caught_up| !std::mem::replace(caught_up, true));
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

    /// Takes what was typed in conversations that were denied before. None is read from further back than it is remembered
    /// what was heard: a *stop* that was undone since would be taken again.
    async fn again(&self, denied: Denied) -> Denied {
        self.look_through(merged(denied, back(self.now(), OLDEST))).await
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
                match channel {
                    Some(channel) => typed_since(&self.client, &channel, *since, &mut pace).await,
                    None => Ok(Vec::new()),
                }
            };
            let found = match looked.await {
                Ok(found) => found,
                Err(error) => {
                    tracing::debug!(slack.code = error.code(), "a conversation could not be looked through");
                    let of = if error.class() == Class::Recipient { &mut *denied } else { &mut failed };
                    of.push(unread);
                    continue;
                }
            };
            let mut waits = false;
            for found in found {
                let Some(incoming) = found.unheard(&self.writer.state()).cloned() else { continue };
                match self.inbox.take(incoming).await.ok()? {
                    Reply::NotYet => waits = true,
                    Reply::Nothing
                    | Reply::Say(_)
                    | Reply::Open(_)
                    | Reply::Faults(_)
                    | Reply::Show(_)
                    | Reply::Home(_) => *taken += 1,
                }
            }
            if waits {
                failed.push(unread);
            }
        }
        Some(failed)
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
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-12-07T09:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn a_silence_is_an_outage_from_when_slack_was_last_heard() {
        let began = monotonic();
        // Minutes from the last sign of life to the next, by the calendar and in real time, and since when
        // something may have been missed.
        let check = |what: &str, calendar: i64, real: Option<u64>, by_hand: bool, expected: Option<i64>| {
            let instant = began + Duration::from_secs(60 * real.unwrap_or(0));
            let now = Moment { at: at(calendar), instant };
            let found = outage((at(0), real.map(|_| began)), now, SILENT_SOCKETS, by_hand);
            assert_eq!(found, expected.map(at), "{what}");
        };
        check("a suspended machine: its own clock stood still", 600, Some(0), false, Some(0));
        check("a cable that was out", 30, Some(30), false, Some(0));
        check("a socket that was half dead for a minute", 1, Some(1), false, Some(0));
        check("signs of life as usual", 0, Some(0), false, None);
        check("a clock that was set back during an outage", -600, Some(30), false, Some(-630));
        check("a calendar that is moved by hand", 60 * 24 * 14, Some(0), true, None);
        check("the same, and nothing was heard meanwhile", 60 * 24, Some(2), true, Some(0));
        check("a start after a stop", 3, None, false, Some(0));
        check("a start at once", 0, None, false, None);
        check("a start that finds a time to come", -600, None, false, Some(-600 - 24 * 60));
    }

    #[test]
    fn a_conversation_is_read_from_no_further_back_than_it_is_remembered_what_was_heard() {
        let place = |channel: &str| Place::Channel(SlackChannelId::parse(channel).unwrap());
        let unread = |channel: &str, since: i64, tried: i64| Unread {
            place: place(channel),
            since: at(since),
            tried: at(tried),
        };
        let all = [unread("D1", 30, 90), unread("D1", -50, 80), unread("D2", -60, -1), unread("D3", 20, 20)];
        assert_eq!(merged(all.to_vec(), at(0)), [unread("D1", 0, 90), unread("D3", 20, 20)]);
    }
}
