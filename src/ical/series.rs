//! The events of one UID: which of them count, and which take the place of others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::event::{Event, Instead};
use super::when::Moment;
use crate::domain::doubt::Why;

/// Most pairs of events that are looked at: a strange calendar may have ten thousand of each kind.
const MOST_PAIRS: usize = 100_000;

/// All that has one UID.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// What recurs, or happens once.
    pub(super) events: Vec<Event>,
    /// What takes the place of one recurrence, or of all from one on.
    pub(super) instead: Vec<Event>,
}

impl Series {
    /// The latest versions among `events`.
    pub(super) fn of(events: Vec<Event>) -> Self {
        let (instead, events): (Vec<Event>, Vec<Event>) =
            events.into_iter().partition(|event| event.instead_of.is_some());
        let mut by_start: BTreeMap<(bool, DateTime, Option<Timestamp>), Vec<Event>> = BTreeMap::new();
        for event in instead {
            let Some(Instead { of, .. }) = &event.instead_of else { continue };
            // By the instant if there is one, however it is written.
            let key = match of.instant().filter(|_| !of.all_day && of.place.unsure.is_none()) {
                Some(instant) => (of.all_day, DateTime::MIN, Some(instant)),
                None => (of.all_day, of.civil, None),
            };
            by_start.entry(key).or_default().push(event);
        }
        let mut series =
            Self { events: latest(events), instead: by_start.into_values().flat_map(latest).collect() };
        series.settle();
        series
    }

    /// Something that one event moves and another takes out: the later word holds. If neither is later, it stays.
    fn settle(&mut self) {
        if self.events.len().saturating_mul(self.instead.len()) > MOST_PAIRS {
            return;
        }
        for event in &self.events {
            let except = Starts::of(event.except.iter(), &event.start);
            if except.is_empty() {
                continue;
            }
            self.instead.retain_mut(|moved| {
                let Some(Instead { of, onwards: false }) = &moved.instead_of else { return true };
                if !except.has(of, &event.start) {
                    return true;
                }
                if moved.takes_time() {
                    moved.doubts.insert(Why::MovedAndRemoved);
                }
                !event.version.beats(&moved.version)
            });
        }
    }

    /// The starts that are somebody else's to fill.
    pub(super) fn replaced(&self, event: &Event) -> Starts {
        let single = self.instead.iter().filter_map(|event| event.instead_of.as_ref());
        Starts::of(single.map(|instead| &instead.of), &event.start)
    }
}

/// Without the versions that a later one certainly replaces. One that is damaged replaces nothing.
fn latest(mut events: Vec<Event>) -> Vec<Event> {
    let mut best = None;
    for event in events.iter().filter(|event| event.is_whole()) {
        if best.is_none_or(|best| event.version.beats(&best)) {
            best = Some(event.version);
        }
    }
    events.retain(|event| best.is_none_or(|best| !best.beats(&event.version)));
    events
}

/// Starts that don't count, as they are on the wall of an event: by the time, or by the day where only that is
/// written.
#[derive(Debug, Default)]
pub(super) struct Starts {
    civil: BTreeSet<DateTime>,
    instants: BTreeSet<Timestamp>,
    days: BTreeSet<Date>,
}

impl Starts {
    /// The starts that `moments` name, of an event that starts first at `first`.
    pub(super) fn of<'a>(moments: impl Iterator<Item = &'a Moment>, first: &Moment) -> Self {
        let mut starts = Self::default();
        for moment in moments {
            if moment.all_day || first.all_day {
                starts.days.extend(moment.day_of(first));
                continue;
            }
            starts.civil.extend(moment.on_the_wall_of(first));
            // What daylight saving takes out has another name on the wall once it has been an instant.
            if moment.place.unsure.is_none() {
                starts.instants.extend(moment.instant());
            }
        }
        starts
    }

    fn is_empty(&self) -> bool {
        self.civil.is_empty() && self.days.is_empty()
    }

    /// True if `moment` is one of them.
    pub(super) fn has(&self, moment: &Moment, first: &Moment) -> bool {
        if first.all_day {
            return moment.day_of(first).is_some_and(|day| self.days.contains(&day));
        }
        let civil = moment.on_the_wall_of(first);
        let instant = || moment.instant().filter(|_| moment.place.unsure.is_none());
        civil.is_some_and(|civil| self.days.contains(&civil.date()) || self.civil.contains(&civil))
            || instant().is_some_and(|instant| self.instants.contains(&instant))
    }
}
