//! What is under way, and what has to wait: the books of the loop.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::task::Id;

use super::limiter::{Method, Wait};
use crate::domain::effect::{PostId, PostKey, Traffic};
use crate::domain::ids::PersonId;
use crate::domain::performer::LONGEST_RETRY_AFTER;

/// The longest wait before work that could not be done is tried again.
const LONGEST_RETRY: Duration = Duration::from_secs(600);

/// For how long Slack may refuse to say what became of a post before nobody counts on its word any more: of one that
/// somebody waits for, and of one that is never sent again. The longer is less than a day, so that a program that is
/// started anew each night comes to an end as well.
const PATIENCE: [SignedDuration; 2] = [SignedDuration::from_mins(15), SignedDuration::from_hours(20)];

/// Kinds of work. Each has room of its own, so that a slow campaign never keeps an answer waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Interactive,
    Campaign,
    LookUp,
    Refresh,
    /// Showing somebody what they did themselves.
    Click,
    Renewal,
}

impl Kind {
    pub(super) fn of(traffic: Traffic) -> Self {
        match traffic {
            Traffic::Interactive => Self::Interactive,
            Traffic::Campaign => Self::Campaign,
        }
    }

    /// The method whose limit counts here, if one does.
    pub(super) fn method(self) -> Option<Method> {
        match self {
            Self::Interactive | Self::Campaign => Some(Method::Post),
            Self::LookUp => Some(Method::LookUp),
            Self::Refresh | Self::Click => Some(Method::Refresh),
            // Whoever reads keeps the limits of reading.
            Self::Renewal => None,
        }
    }

    /// How many of a window's `most` calls are left to others.
    pub(super) fn leaves(self, most: u32) -> u32 {
        match self {
            Self::Refresh => most / 5,
            Self::Interactive | Self::Campaign | Self::LookUp | Self::Click | Self::Renewal => 0,
        }
    }

    /// Most calls of this kind at a time.
    fn room(self) -> usize {
        match self {
            Self::Campaign => 64,
            Self::Interactive => 32,
            Self::LookUp | Self::Refresh | Self::Click | Self::Renewal => 16,
        }
    }
}

/// The calls in flight: at most one a person, and so one a conversation.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    calls: HashMap<Id, (Kind, PostId, PersonId)>,
    people: HashSet<PersonId>,
    count: HashMap<Kind, usize>,
    /// Tasks that began before the world changed: what they found out about it doesn't hold any more.
    of_before: HashSet<Id>,
}

impl InFlight {
    /// The world has changed under everything that is under way.
    pub(super) fn world_changed(&mut self) {
        self.of_before = self.calls.keys().copied().collect();
    }

    /// Whether the task goes by the world in force.
    pub(super) fn is_current(&self, task: Id) -> bool {
        !self.of_before.contains(&task)
    }

    pub(super) fn has_room(&self, kind: Kind) -> bool {
        self.count.get(&kind).copied().unwrap_or(0) < kind.room()
    }

    pub(super) fn reaches(&self, person: &PersonId) -> bool {
        self.people.contains(person)
    }

    pub(super) fn started(&mut self, task: Id, kind: Kind, post: PostId, to: PersonId) {
        *self.count.entry(kind).or_default() += 1;
        self.people.insert(to.clone());
        self.calls.insert(task, (kind, post, to));
    }

    /// The post that the task was about.
    pub(super) fn ended(&mut self, task: Id) -> Option<PostId> {
        self.of_before.remove(&task);
        let (kind, post, to) = self.calls.remove(&task)?;
        self.people.remove(&to);
        if let Some(count) = self.count.get_mut(&kind) {
            *count = count.saturating_sub(1);
        }
        Some(post)
    }
}

/// What failed for reasons that pass, and when it is tried again: twice as late each time.
#[derive(Debug, Default)]
pub(super) struct Retries(HashMap<PostId, (u32, Instant)>);

impl Retries {
    pub(super) fn again(&mut self, post: PostId, now: Instant, after: Duration) {
        let (times, at) = self.0.entry(post).or_insert((0, now));
        *times = times.saturating_add(1);
        let after = after.min(LONGEST_RETRY_AFTER);
        // Longer than the rest of its method even the first time, so that others come first.
        let wait = after.saturating_mul(1 << (*times).min(10));
        *at = now + wait.min(LONGEST_RETRY.max(after));
    }

    /// How often it has failed so far.
    pub(super) fn times(&self, post: PostId) -> u32 {
        self.0.get(&post).map_or(0, |(times, _)| *times)
    }

    pub(super) fn forget(&mut self, post: PostId) {
        self.0.remove(&post);
    }

    /// When `post` may be tried again, if that is still to come.
    pub(super) fn after(&self, post: PostId, now: Instant) -> Option<Instant> {
        self.0.get(&post).map(|(_, at)| *at).filter(|at| *at > now)
    }
}

/// For how long look-ups have to fail in one life of the program before what earlier ones found counts with it: after a
/// long time in which nobody looked, Slack may say.
const LEAST_LOOKING: SignedDuration = PATIENCE[0];

/// The codes of calls that left a post in doubt though Slack answered. A code that is forgotten with the process
/// costs one more try.
#[derive(Debug, Default)]
pub(super) struct Unknown(Mutex<HashMap<PostId, (u32, String)>>);

impl Unknown {
    pub(super) fn note(&self, post: PostId, attempt: u32, code: &str) {
        self.codes().insert(post, (attempt, code.to_owned()));
    }

    /// The code of this attempt, if it is known.
    pub(super) fn take(&self, post: PostId, attempt: u32) -> Option<String> {
        self.codes().remove(&post).filter(|(of, _)| *of == attempt).map(|(_, code)| code)
    }

    fn codes(&self) -> MutexGuard<'_, HashMap<PostId, (u32, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For how long look-ups of posts have come to nothing. A process that starts anew knows nothing of what the one before
/// found, only since when there was something to look up.
#[derive(Debug, Default)]
pub(super) struct Patience(Mutex<Looking>);

#[derive(Debug, Default)]
struct Looking {
    /// How each fails, and since when it does so, by the calendar.
    failing: HashMap<PostId, (Failing, Timestamp)>,
    /// When Slack last took a call of a message or a look-up.
    taken: Option<Timestamp>,
}

/// How a look-up comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    /// Slack refuses to say.
    Refused,
    /// There is no answer of use.
    Failed,
}

impl Patience {
    /// A look-up of `post`, which is looked for since `recorded` if the record says that, came to nothing once more;
    /// whether that lasts so long that nobody counts on Slack's word any more. What gets no answer is waited for while
    /// nothing else gets through either.
    pub(super) fn is_over(
        &self,
        (post, key): (PostId, &PostKey),
        failing: Failing,
        recorded: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let mut looking = self.looking();
        let taken = looking.taken;
        let (before, since) = looking.failing.entry(post).or_insert((failing, now));
        if *before != failing {
            (*before, *since) = (failing, now);
        }
        let [awaited, other] = PATIENCE;
        let patience = if key.is_awaited() { awaited } else { other };
        let is_over = match failing {
            Failing::Refused => {
                let since_when = recorded.map_or(*since, |recorded| recorded.min(*since));
                LEAST_LOOKING <= now.duration_since(*since) && patience <= now.duration_since(since_when)
            }
            Failing::Failed => {
                patience <= now.duration_since(*since) && taken.is_some_and(|taken| *since < taken)
            }
        };
        if is_over {
            // What is sent once more is looked up with as much patience.
            looking.failing.remove(&post);
        }
        is_over
    }

    /// A look-up of `post` ended otherwise.
    pub(super) fn ends(&self, post: PostId) {
        self.looking().failing.remove(&post);
    }

    /// Slack took a call.
    pub(super) fn taken(&self, now: Timestamp) {
        self.looking().taken = Some(now);
    }

    fn looking(&self) -> MutexGuard<'_, Looking> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One walk along what is due.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) now: Instant,
    /// What is due and not done.
    pub(super) left: usize,
    /// Something of that is to be looked up.
    pub(super) looks_up: bool,
    /// When a limit lets more go.
    pub(super) wake: Option<Instant>,
    exhausted: HashSet<Kind>,
}

impl Round {
    pub(super) fn new(now: Instant) -> Self {
        Self { now, left: 0, looks_up: false, wake: None, exhausted: HashSet::new() }
    }

    /// Whether more of `kind` may be tried in this round.
    pub(super) fn open(&self, kind: Kind) -> bool {
        !self.exhausted.contains(&kind)
    }

    pub(super) fn wake_at(&mut self, at: Instant) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    pub(super) fn waits(&mut self, kind: Kind, wait: Wait) {
        match wait {
            Wait::Method(at) => {
                self.wake_at(at);
                self.exhausted.insert(kind);
            }
            // A reply ends work, and the end of work starts the next round.
            Wait::Reply => _ = self.exhausted.insert(kind),
            Wait::Conversation(at) => self.wake_at(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;
    use crate::domain::ids::Seq;

    #[test]
    fn what_is_sent_once_more_is_looked_up_with_as_much_patience() {
        let key = PostKey::Receipt { of: Seq(1), to: PersonId::parse("ana").unwrap() };
        let patience = Patience::default();
        let is_over = |failing, minute| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute);
            patience.is_over((key.id(), &key), failing, None, now)
        };
        assert!(!is_over(Failing::Failed, 0));
        // Another kind of failure begins anew.
        assert!(!is_over(Failing::Refused, 60));
        assert!(!is_over(Failing::Refused, 74));
        assert!(is_over(Failing::Refused, 75));
        assert!(!is_over(Failing::Refused, 76));
        assert!(is_over(Failing::Refused, 91));
    }

    #[test]
    fn what_is_refused_comes_to_an_end_however_often_the_program_is_started_anew() {
        let key =
            PostKey::Digest { to: PersonId::parse("ana").unwrap(), on: jiff::civil::date(2026, 11, 30) };
        let at = |minute| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute);
        // Each hour another process, which knows only since when there was something to look up.
        let ends = |failing, recorded: Option<i64>, first: i64| {
            (first..first + 40 * 60).find(|minute| {
                let begun = first + (minute - first) / 60 * 60;
                let patience = Patience::default();
                patience.taken(at(*minute));
                patience.is_over((key.id(), &key), failing, recorded.map(at), at(begun));
                patience.is_over((key.id(), &key), failing, recorded.map(at), at(*minute))
            })
        };
        assert_eq!(ends(Failing::Refused, Some(0), 2), Some(20 * 60));
        assert_eq!(ends(Failing::Refused, None, 2), None);
        // Nobody looked for three days: not at once.
        assert_eq!(ends(Failing::Refused, Some(0), 3 * 24 * 60), Some(3 * 24 * 60 + 15));
        assert_eq!(ends(Failing::Failed, Some(0), 3 * 24 * 60), None);
    }

    #[test]
    fn what_failed_waits_twice_as_long_each_time_and_never_beyond_all_sense() {
        let post = PostId::parse("9ff5fb5708b31b4499d44f8c1fef4a83").unwrap();
        let check = |after: u64, expected: &[u64]| {
            let (mut retries, now) = (Retries::default(), monotonic());
            for wait in expected {
                retries.again(post, now, Duration::from_secs(after));
                assert_eq!(retries.after(post, now), Some(now + Duration::from_secs(*wait)), "{after}");
            }
        };
        check(2, &[4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
        check(60, &[120, 240, 480, 600, 600]);
        check(900, &[900, 900]);
        check(86_400, &[900]);
        check(u64::MAX, &[900, 900]);
    }
}
