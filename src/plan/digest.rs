//! When an advocate's digest is due: at each time of the schedule in their zone, if there is news.
//!
//! Invariant: at most one a scheduled time, and none when nothing happened between the one before and
//! that time. What could not be sent within half a day is dropped; the next one tells it too.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::changes::any_news;
use crate::domain::effect::PostKey;
use crate::domain::ids::{PersonId, Seq};
use crate::domain::initiative::Initiative;
use crate::domain::schedule::Schedule;

use super::case::Ground;
use super::posts::Item;

/// How late a digest may still come.
const LIFE: SignedDuration = SignedDuration::from_hours(12);

/// How far back a digest that was begun is still looked for.
const REACH: SignedDuration = SignedDuration::from_hours(24);

/// The times of the schedule around a moment: the latest that may still be sent, and the next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Times {
    zone: TimeZone,
    /// They hold from here until the next one.
    from: Timestamp,
    latest: Option<(Date, Timestamp)>,
    next: Option<(Date, Timestamp)>,
}

impl Times {
    fn of(schedule: &Schedule, zone: &TimeZone, now: Timestamp) -> Self {
        let long_ago = now.checked_sub(REACH).unwrap_or(Timestamp::MIN);
        let (mut latest, mut next) = (None, None);
        for (civil, at) in schedule.between(zone, long_ago, Timestamp::MAX) {
            if now < at {
                next = Some((civil.date(), at));
                break;
            }
            latest = Some((civil.date(), at));
        }
        Self { zone: zone.clone(), from: now, latest, next }
    }

    fn hold(&self, zone: &TimeZone, now: Timestamp) -> bool {
        self.zone == *zone && self.from <= now && self.next.is_none_or(|(_, at)| now < at)
    }
}

/// The times of each advocate's schedule, worked out once and met at every look.
#[derive(Debug, Default)]
pub(super) struct Digests(HashMap<PersonId, Times>);

impl Digests {
    /// The digests that are due at `now` or come next.
    /// `waits` says of which initiatives, by their place in the advocate's order, anything waits for approval.
    pub(super) fn items(
        &mut self,
        ground: Ground<'_>,
        waits: &mut dyn FnMut(usize) -> bool,
        now: Timestamp,
    ) -> Vec<Item> {
        let Some(schedule) = &ground.program.digests else { return Vec::new() };
        readers(ground).into_iter().flat_map(|to| self.of(ground, schedule, to, waits, now)).collect()
    }

    fn of(
        &mut self,
        ground: Ground<'_>,
        schedule: &Schedule,
        to: &PersonId,
        waits: &mut dyn FnMut(usize) -> bool,
        now: Timestamp,
    ) -> Vec<Item> {
        let Some(person) = ground.program.people.get(to) else { return Vec::new() };
        let zone = ground.program.zone_of(person, ground.seen.zone(to));
        let known = self.0.get(to).filter(|times| times.hold(zone, now));
        let times = match known {
            Some(times) => times.clone(),
            None => {
                let times = Times::of(schedule, zone, now);
                self.0.insert(to.clone(), times.clone());
                times
            }
        };
        let since = ground.state.person(to).and_then(|known| known.digest).map_or(Seq(0), |(of, _)| of);
        let latest = times.latest.filter(|(on, at)| {
            // Times that were worked out long ago reach no further back than those worked out now.
            if REACH <= now.duration_since(*at) {
                return false;
            }
            let alive = now < at.checked_add(LIFE).unwrap_or(Timestamp::MAX);
            let begun = || {
                let key = PostKey::Digest { to: to.clone(), on: *on };
                ground.state.post_of(&key).is_some_and(|post| post.phase.is_open())
            };
            // By a clock that is off it may be another week's.
            let in_time = alive && ground.state.clock_off.is_none();
            let any_news = || any_news(ground.program, ground.state, to, since, *at);
            (in_time && (any_news() || still_waits(ground, to, *at, waits))) || begun()
        });
        // The next one makes the plan look again at its time, whatever becomes of it then.
        latest.into_iter().chain(times.next).map(|(on, at)| item(to, on, at)).collect()
    }
}

/// Whether something still waits for approval about an initiative of which `to` was told so before `at`.
fn still_waits(
    ground: Ground<'_>,
    to: &PersonId,
    at: Timestamp,
    waits: &mut dyn FnMut(usize) -> bool,
) -> bool {
    let told = |of: &Initiative| {
        let review = ground.state.review(&of.id, to);
        !of.withdrawn && review.is_some_and(|review| review.intended_at < at)
    };
    let all = ground.program.initiatives.iter().enumerate();
    all.filter(|(_, of)| told(of)).any(|(rank, _)| waits(rank))
}

fn item(to: &PersonId, on: Date, at: Timestamp) -> Item {
    let key = PostKey::Digest { to: to.clone(), on };
    Item::new(key, at).until(at.checked_add(LIFE).unwrap_or(Timestamp::MAX))
}

/// Everybody who oversees an initiative.
fn readers(ground: Ground<'_>) -> BTreeSet<&PersonId> {
    let program = ground.program;
    let advocates = program.initiatives.iter().filter(|of| !of.withdrawn).flat_map(|of| &of.advocates);
    advocates.chain(&program.admins).collect()
}
