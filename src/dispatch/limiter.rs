//! How fast calls may go out: just under each method's limit, and never against a Retry-After.
//!
//! Invariant: as Slack counts arrivals, no window of `per`, wherever it begins, holds more than `most`
//! calls of a method. A pacer that only spaces departures can't promise that: two calls that leave a
//! step apart may arrive together. So each of the `most` places of a window is taken from departure
//! until `per` after the *reply*, when the arrival is certainly past. What every call spends on the way
//! is the same for the call before and the call after it, so the least round trip seen of late is
//! taken off again; the limit then costs no throughput, however far away Slack is.
//!
//! Time is an argument here; nothing waits.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::ids::PersonId;
use crate::domain::performer::LONGEST_RETRY_AFTER;

/// How long before its call a place is given out, so that the intent is on disk when the call may go.
pub(super) const LEAD: Duration = Duration::from_millis(100);

/// How late a call may be and still have the next one keep its place in the rhythm.
const SLACK_IN_RHYTHM: Duration = Duration::from_millis(100);

/// Kept back from the least round trip: way there and way back are seldom both at their shortest.
const MARGIN: Duration = Duration::from_millis(2);

/// Round trips looked back on, and how many it takes before they are believed.
const ROUND_TRIPS: usize = 64;
const FEWEST_ROUND_TRIPS: usize = 8;

/// After a breach of a limit, how many replies it takes before round trips are believed again.
const DISTRUST: usize = 256;

/// How many calls in a row may be lost before the others wait, and how long they wait then.
const LOST_BEFORE_REST: u32 = 5;
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Limit of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Most calls in any window; at least one.
    pub most: u32,
    /// How long a window is.
    pub per: Duration,
    /// How many calls may go at once after a rest; the others follow evenly. At least one.
    pub at_once: u32,
}

impl Rate {
    /// A rate that goes out evenly from the first call on.
    pub const fn even(most: u32, per: Duration) -> Self {
        Self { most, per, at_once: 1 }
    }

    /// A rate whose whole allowance may go at once.
    pub const fn bursts(most: u32, per: Duration) -> Self {
        Self { most, per, at_once: most }
    }

    fn step(self) -> Duration {
        self.per / self.most.max(1)
    }
}

/// The limits of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// New messages. Slack names no figure but "several hundred a minute" (docs of `chat.postMessage`).
    pub posts: Rate,
    /// Shortest time between two new messages in one conversation: one a second (same page).
    pub channel_gap: Duration,
    /// Updates of sent messages: `chat.update`, tier 3, 50 and more a minute.
    pub refreshes: Rate,
    /// Look-ups: `conversations.history`, and once a person `conversations.open`; tier 3.
    pub look_ups: Rate,
    /// How soon an update or a look-up that failed is made again, at first; later twice as long each time.
    pub first_retry: Duration,
}

impl Default for Rates {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Self {
            posts: Rate::even(200, minute),
            channel_gap: Duration::from_secs(1),
            refreshes: Rate::bursts(50, minute),
            look_ups: Rate::bursts(50, minute),
            first_retry: Duration::from_secs(2),
        }
    }
}

/// What is limited by itself; Slack counts each method alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Method {
    Post,
    Refresh,
    LookUp,
}

/// Why no call can go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// The method is exhausted until then.
    Method(Instant),
    /// The method is exhausted until a reply comes in.
    Reply,
    /// This conversation has just had a message; others may go.
    Conversation(Instant),
}

/// The limits of one workspace, shared by all who call it.
#[derive(Debug, Clone)]
pub(super) struct Limiter(Arc<Mutex<Lanes>>);

#[derive(Debug)]
struct Lanes {
    posts: Lane,
    refreshes: Lane,
    look_ups: Lane,
    channel_gap: Duration,
    /// When each conversation may have its next message.
    conversations: HashMap<PersonId, Instant>,
}

impl Lanes {
    fn of(&mut self, method: Method) -> &mut Lane {
        match method {
            Method::Post => &mut self.posts,
            Method::Refresh => &mut self.refreshes,
            Method::LookUp => &mut self.look_ups,
        }
    }
}

impl Limiter {
    pub(super) fn new(rates: Rates) -> Self {
        Self(Arc::new(Mutex::new(Lanes {
            posts: Lane::new(rates.posts),
            refreshes: Lane::new(rates.refreshes),
            look_ups: Lane::new(rates.look_ups),
            channel_gap: rates.channel_gap,
            conversations: HashMap::new(),
        })))
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        // Nothing panics while it is held; and if so, the counts are still counts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a call to `to`, to be made at [`Slot::at`], which is at most [`LEAD`] away. Of the most calls
    /// in a window, `leave` says how many are left to others after it.
    pub(super) fn take(
        &self,
        method: Method,
        leave: impl Fn(u32) -> u32,
        to: &PersonId,
        now: Instant,
    ) -> Result<Slot, Wait> {
        let mut lanes = self.lanes();
        if method == Method::Post
            && let Some(free) = lanes.conversations.get(to)
            && *free > now
        {
            return Err(Wait::Conversation(*free));
        }
        let lane = lanes.of(method);
        let (at, place) = lane.take(leave(lane.rate.most), now)?;
        Ok(Slot { limiter: self.clone(), method, to: to.clone(), at, place: Some(place) })
    }
}

/// A place in the window, held from before the call until its reply; given back if no call is made.
#[derive(Debug)]
pub(super) struct Slot {
    limiter: Limiter,
    method: Method,
    to: PersonId,
    at: Instant,
    place: Option<Place>,
}

impl Slot {
    /// From when on the call may be made.
    pub(super) fn at(&self) -> Instant {
        self.at
    }

    /// The call was made and answered, or given up.
    pub(super) fn answered(mut self, started: Instant, done: Instant) {
        self.give_back(started, done);
        self.limiter.lanes().of(self.method).lost_in_a_row = 0;
    }

    /// The call was refused because a limit was met: nothing more of this method until `done + rest`, and
    /// then one call first. A rest beyond [`LONGEST_RETRY_AFTER`] is taken for that long.
    pub(super) fn limited(mut self, started: Instant, done: Instant, rest: Duration) {
        self.give_back(started, done);
        self.limiter.lanes().of(self.method).limited(done + rest.min(LONGEST_RETRY_AFTER));
    }

    /// The call got no reply that says anything. After several in a row calls go out less and less often:
    /// each would have to be looked up.
    pub(super) fn lost(mut self, started: Instant, done: Instant) {
        self.give_back(started, done);
        self.limiter.lanes().of(self.method).lost(done);
    }

    fn give_back(&mut self, started: Instant, done: Instant) {
        self.place = None;
        let mut lanes = self.limiter.lanes();
        lanes.of(self.method).answered(started, done);
        if self.method == Method::Post {
            let gap = lanes.channel_gap;
            // Only the latest conversations matter: an old entry says what no entry says.
            if lanes.conversations.len() >= 1024 {
                lanes.conversations.retain(|_, free| *free > done);
            }
            lanes.conversations.insert(self.to.clone(), done + gap);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            self.limiter.lanes().of(self.method).untaken(place);
        }
    }
}

/// One method's window.
#[derive(Debug)]
struct Lane {
    rate: Rate,
    /// Places that were used and when they are free; those never used are free.
    used: BinaryHeap<Reverse<Instant>>,
    /// Places of calls without a reply.
    out: usize,
    /// When the next call would go out in an even rhythm.
    rhythm: Option<Instant>,
    /// Slack asked for a rest until then.
    rests: Option<Instant>,
    /// A limit was met, and no call since that rest has shown that it holds no longer.
    trying: bool,
    round_trips: VecDeque<Duration>,
    distrust: usize,
    lost_in_a_row: u32,
}

/// When a place that was taken had become free.
#[derive(Debug)]
struct Place(Option<Instant>);

impl Lane {
    fn new(rate: Rate) -> Self {
        let rate = Rate { most: rate.most.max(1), at_once: rate.at_once.max(1), ..rate };
        Self {
            rate,
            used: BinaryHeap::new(),
            out: 0,
            rhythm: None,
            rests: None,
            trying: false,
            round_trips: VecDeque::new(),
            distrust: 0,
            lost_in_a_row: 0,
        }
    }

    fn most(&self) -> usize {
        usize::try_from(self.rate.most).unwrap_or(usize::MAX)
    }

    fn take(&mut self, leave: u32, now: Instant) -> Result<(Instant, Place), Wait> {
        while self.used.peek().is_some_and(|Reverse(free)| *free <= now) {
            self.used.pop();
        }
        // The first call after a rest goes alone: the others would only meet the same limit.
        if self.trying && self.out > 0 {
            return Err(Wait::Reply);
        }
        let left = usize::try_from(leave).unwrap_or(usize::MAX);
        if left > 0 && self.most().saturating_sub(left) <= self.used.len() + self.out {
            return Err(self.used.peek().map_or(Wait::Reply, |Reverse(free)| Wait::Method(*free)));
        }
        let unused = self.used.len() + self.out < self.most();
        let free = if unused { None } else { self.used.peek().map(|Reverse(free)| *free) };
        if !unused && free.is_none() {
            return Err(Wait::Reply);
        }
        let leeway = self.rate.step() * (self.rate.at_once - 1) + SLACK_IN_RHYTHM.min(self.rate.step());
        let in_rhythm = self.rhythm.and_then(|rhythm| rhythm.checked_sub(leeway));
        let at = [free, in_rhythm, self.rests].into_iter().flatten().fold(now, Instant::max);
        if at > now + LEAD {
            return Err(Wait::Method(at - LEAD));
        }
        if free.is_some() {
            self.used.pop();
        }
        self.out += 1;
        self.rhythm = Some(self.rhythm.map_or(at, |rhythm| rhythm.max(at)) + self.rate.step());
        Ok((at, Place(free)))
    }

    fn answered(&mut self, started: Instant, done: Instant) {
        self.out = self.out.saturating_sub(1);
        self.trying &= self.rests.is_some_and(|until| started < until);
        let took = done.saturating_duration_since(started);
        self.distrust = self.distrust.saturating_sub(1);
        if self.round_trips.len() == ROUND_TRIPS {
            self.round_trips.pop_front();
        }
        self.round_trips.push_back(took);
        self.used.push(Reverse(done + self.rate.per.saturating_sub(self.least_round_trip())));
    }

    /// What every call has spent on its way of late, less a margin; nothing until that is known.
    fn least_round_trip(&self) -> Duration {
        if self.distrust > 0 || self.round_trips.len() < FEWEST_ROUND_TRIPS {
            return Duration::ZERO;
        }
        self.round_trips.iter().min().copied().unwrap_or_default().saturating_sub(MARGIN)
    }

    fn untaken(&mut self, Place(free): Place) {
        self.out = self.out.saturating_sub(1);
        self.used.extend(free.map(Reverse));
        self.rhythm = self.rhythm.and_then(|rhythm| rhythm.checked_sub(self.rate.step()));
    }

    fn lost(&mut self, now: Instant) {
        self.lost_in_a_row = self.lost_in_a_row.saturating_add(1);
        if let Some(doublings) = self.lost_in_a_row.checked_sub(LOST_BEFORE_REST) {
            let rest = FIRST_REST.saturating_mul(1 << doublings.min(8)).min(LONGEST_REST);
            self.rests = self.rests.max(Some(now + rest));
        }
    }

    fn limited(&mut self, until: Instant) {
        self.rests = self.rests.max(Some(until));
        self.trying = true;
        self.lost_in_a_row = 0;
        self.round_trips.clear();
        self.distrust = DISTRUST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;

    /// Leaves nothing to others.
    const ALL: fn(u32) -> u32 = |_| 0;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// How the calls of a simulated campaign travel.
    #[derive(Clone, Copy)]
    struct Road {
        /// Least time there and back, milliseconds.
        there: u64,
        back: u64,
        /// Up to this much more each way.
        jitter: u64,
        /// Every so many calls the caller stalls for `stall` ms before the call leaves.
        stall_every: u64,
        stall: u64,
        /// The first calls take this much longer there: connections are opened.
        opening: u64,
    }

    struct Counted {
        took: Duration,
        arrivals: Vec<Duration>,
    }

    /// Sends `calls` through a limiter of `rate`, as `dispatch` does, in simulated time.
    fn campaign(rate: Rate, calls: usize, road: Road) -> Counted {
        let limiter = Limiter::new(Rates { posts: rate, ..Rates::default() });
        let start = monotonic();
        let (mut now, mut seed) = (start, 7_u64);
        let mut random = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Duration::from_micros((seed >> 33) % (below * 1000 + 1))
        };
        let mut out: Vec<(Slot, Instant, Instant)> = Vec::new();
        let mut arrivals = Vec::new();
        let (mut sent, mut last) = (0, start);
        while sent < calls || !out.is_empty() {
            let mut next = None;
            while sent < calls && out.len() < 48 {
                let to = PersonId::parse(&format!("p{sent}")).unwrap();
                match limiter.take(Method::Post, ALL, &to, now) {
                    Ok(slot) => {
                        sent += 1;
                        let stalls = road.stall_every > 0 && (sent as u64).is_multiple_of(road.stall_every);
                        let late = random(1) + if stalls { ms(road.stall) } else { Duration::ZERO };
                        let opening = if sent <= 8 { ms(road.opening) } else { Duration::ZERO };
                        let started = slot.at() + late;
                        let arrived = started + opening + ms(road.there) + random(road.jitter);
                        let done = arrived + ms(road.back) + random(road.jitter);
                        arrivals.push(arrived.duration_since(start));
                        out.push((slot, started, done));
                    }
                    Err(Wait::Method(at)) => {
                        next = Some(at);
                        break;
                    }
                    Err(Wait::Reply) => break,
                    Err(Wait::Conversation(_)) => unreachable!("each goes to somebody else"),
                }
            }
            let reply = out.iter().map(|(.., done)| *done).min();
            now = [next, reply].into_iter().flatten().min().unwrap();
            for (slot, started, done) in out.extract_if(.., |(.., done)| *done <= now) {
                slot.answered(started, done);
                last = last.max(done);
            }
        }
        arrivals.sort();
        Counted { took: last.duration_since(start), arrivals }
    }

    /// Calls that a sliding window would have refused.
    fn breaches(counted: &Counted, rate: Rate) -> usize {
        let most = rate.most as usize;
        counted.arrivals.windows(most + 1).filter(|window| window[most] - window[0] < rate.per).count()
    }

    #[test]
    fn a_campaign_stays_under_the_limit_and_costs_no_more_than_two_percent_of_its_time() {
        let second = Duration::from_secs(1);
        let near = Road { there: 0, back: 1, jitter: 1, stall_every: 0, stall: 0, opening: 5 };
        let check = |rate: Rate, road: Road| {
            let counted = campaign(rate, 1000, road);
            let own = rate.per * 1000 / rate.most;
            assert_eq!(breaches(&counted, rate), 0, "{rate:?}");
            assert!(counted.took <= own * 102 / 100 + ms(road.there + road.back), "{:?}", counted.took);
            assert!(counted.took >= own * 93 / 100, "the simulation is wrong: {:?}", counted.took);
        };
        check(Rate::even(50, second), near);
        check(Rate::bursts(50, second), near);
        check(Rate::even(50, second), Road { back: 40, there: 40, jitter: 2, ..near });
        check(Rate::even(50, second), Road { back: 150, opening: 300, jitter: 3, ..near });
        check(Rate::even(50, second), Road { stall_every: 97, stall: 60, ..near });
        check(Rate::even(200, second * 60), Road { back: 60, there: 30, jitter: 200, ..near });
    }

    #[test]
    fn after_a_rest_calls_do_not_bunch_unless_the_rate_lets_them() {
        let check = |rate: Rate, expected: usize| {
            let limiter = Limiter::new(Rates { posts: rate, ..Rates::default() });
            let now = monotonic();
            let taken: Vec<Slot> = (0..100)
                .map_while(|n| {
                    limiter.take(Method::Post, ALL, &PersonId::parse(&format!("p{n}")).unwrap(), now).ok()
                })
                .collect();
            assert_eq!(taken.iter().filter(|slot| slot.at() == now).count(), expected, "{rate:?}");
        };
        check(Rate::even(60, Duration::from_secs(60)), 1);
        check(Rate::bursts(60, Duration::from_secs(60)), 60);
        check(Rate { most: 60, per: Duration::from_secs(60), at_once: 5 }, 5);
    }

    fn person(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    #[test]
    fn a_retry_after_stops_its_method_and_no_other() {
        let limiter = Limiter::new(Rates::default());
        let now = monotonic();
        let slot = limiter.take(Method::Post, ALL, &person("ana"), now).unwrap();
        slot.limited(now, now + ms(50), Duration::from_secs(30));
        let until = now + ms(50) + Duration::from_secs(30);
        assert_eq!(
            limiter.take(Method::Post, ALL, &person("ben"), now + ms(60)).unwrap_err(),
            Wait::Method(until - LEAD)
        );
        assert!(limiter.take(Method::Refresh, ALL, &person("ben"), now).is_ok());
        assert!(limiter.take(Method::LookUp, ALL, &person("ben"), now).is_ok());
        assert_eq!(limiter.take(Method::Post, ALL, &person("ben"), until - LEAD).unwrap().at(), until);
    }

    #[test]
    fn a_rest_beyond_all_sense_is_cut_short_and_then_one_call_tries_alone() {
        let longest = LONGEST_RETRY_AFTER;
        for (asked, kept) in [
            (Duration::ZERO, Duration::ZERO),
            (Duration::from_secs(1), Duration::from_secs(1)),
            (longest, longest),
            (longest + ms(1), longest),
            (Duration::from_secs(99_999), longest),
            (Duration::from_secs(u64::MAX), longest),
            (Duration::MAX, longest),
        ] {
            let limiter = Limiter::new(Rates::default());
            let now = monotonic();
            limiter.take(Method::LookUp, ALL, &person("ana"), now).unwrap().limited(now, now, asked);
            let until = now + kept;
            if kept > LEAD {
                let wait = limiter.take(Method::LookUp, ALL, &person("ben"), now).unwrap_err();
                assert_eq!(wait, Wait::Method(until - LEAD), "{asked:?}");
            }
            let first = limiter.take(Method::LookUp, ALL, &person("ben"), until).unwrap();
            assert_eq!(limiter.take(Method::LookUp, ALL, &person("cid"), until).unwrap_err(), Wait::Reply);
            first.answered(until, until + ms(5));
            let rest: Vec<_> = ["cid", "dia"]
                .into_iter()
                .map(|who| limiter.take(Method::LookUp, ALL, &person(who), until + ms(5)))
                .collect();
            assert!(rest.iter().all(Result::is_ok), "{asked:?}");
        }
    }

    #[test]
    fn what_nobody_waits_for_leaves_a_share_of_the_limit_to_what_somebody_does() {
        let rate = Rate::bursts(10, ms(1000));
        let limiter = Limiter::new(Rates { refreshes: rate, ..Rates::default() });
        let now = monotonic();
        let leaving = || limiter.take(Method::Refresh, |most| most / 5, &person("ana"), now);
        let mut taken: Vec<Slot> = Vec::new();
        while let Ok(slot) = leaving() {
            taken.push(slot);
        }
        assert_eq!(taken.len(), 8);
        assert_eq!(leaving().unwrap_err(), Wait::Reply);
        taken.into_iter().for_each(|slot| slot.answered(now, now));
        assert_eq!(leaving().unwrap_err(), Wait::Method(now + rate.per));
        for _ in 0..2 {
            limiter.take(Method::Refresh, ALL, &person("ben"), now).unwrap().answered(now, now);
        }
        assert!(limiter.take(Method::Refresh, ALL, &person("ben"), now).is_err());
    }

    #[test]
    fn one_conversation_gets_a_message_a_second_while_others_go_on() {
        let limiter = Limiter::new(Rates { posts: Rate::even(50, ms(1000)), ..Rates::default() });
        let now = monotonic();
        limiter.take(Method::Post, ALL, &person("ana"), now).unwrap().answered(now, now + ms(5));
        let later = now + ms(500);
        assert_eq!(
            limiter.take(Method::Post, ALL, &person("ana"), later).unwrap_err(),
            Wait::Conversation(now + ms(1005))
        );
        assert!(limiter.take(Method::Post, ALL, &person("ben"), later).is_ok());
        assert!(limiter.take(Method::Post, ALL, &person("ana"), now + ms(1005)).is_ok());
    }

    #[test]
    fn a_place_that_was_not_needed_is_given_back() {
        let limiter = Limiter::new(Rates { posts: Rate::bursts(1, ms(1000)), ..Rates::default() });
        let now = monotonic();
        let slot = limiter.take(Method::Post, ALL, &person("ana"), now).unwrap();
        assert_eq!(limiter.take(Method::Post, ALL, &person("ben"), now).unwrap_err(), Wait::Reply);
        drop(slot);
        assert_eq!(limiter.take(Method::Post, ALL, &person("ben"), now).unwrap().at(), now);
    }
}
