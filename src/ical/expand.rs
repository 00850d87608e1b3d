//! From calendar text to when its owner is busy.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::host_calendar::{Found, OURS};
use crate::domain::stretch::{Stretch, covered};

use super::event::Event;
use super::recurrence::{MOST_OCCURRENCES, starts};
use super::when::{Lasts, Moment};
use super::zones::Zones;
use super::{Blocks, Broken, free_busy};

/// Longer than any two zones are apart, in hours: what may start in the range is looked for this much around
/// it on the wall, and compared exactly afterwards.
const APART: i64 = 30;

/// True if `text` is a calendar.
pub fn in_calendar(text: &str) -> bool {
    Blocks::read(text).is_some()
}

/// Reads calendars for one host.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Where days begin and end, and floating times are.
    pub zone: TimeZone,
    /// The host's address among those invited: what the host declined takes no time.
    pub email: Option<String>,
}

/// What is busy, and how much of it could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// In order, apart from each other, clipped to the range asked for.
    pub stretches: Vec<Stretch>,
    /// Events that were left out because they can't be understood.
    pub skipped: usize,
}

impl Reader {
    /// What `texts` make busy of `over`; what isn't a calendar counts as one event that can't be understood.
    /// With `all`, entries of ours count as well.
    pub fn busy<'a>(&self, texts: impl IntoIterator<Item = &'a str>, over: Stretch, all: bool) -> Busy {
        let mut stretches = Vec::new();
        let mut skipped = 0;
        for text in texts {
            let Some(blocks) = Blocks::read(text) else {
                skipped += 1;
                continue;
            };
            let zones = Zones::new(&self.zone, &blocks.zones);
            let mut by_uid: BTreeMap<String, Vec<Event>> = BTreeMap::new();
            skipped += blocks.broken;
            for block in &blocks.events {
                match Event::read(block, &zones, self.email.as_deref()) {
                    Ok(event) if !all && event.uid.starts_with(OURS) => {}
                    Ok(event) => by_uid.entry(event.uid.clone()).or_default().push(event),
                    Err(_) => skipped += 1,
                }
            }
            for events in by_uid.values() {
                skipped += together(events, over, &mut stretches);
            }
            stretches.extend(free_busy::stretches(&blocks.free_busy, &zones));
            // A calendar may repeat the same hour a thousandfold; it is kept once.
            stretches = covered(stretches, over);
        }
        Busy { stretches, skipped }
    }

    /// What a free-busy report says; none if `text` is no such report.
    pub fn report(&self, text: &str, over: Stretch) -> Option<Vec<Stretch>> {
        let blocks = Blocks::read(text)?;
        let zones = Zones::new(&self.zone, &blocks.zones);
        let none = blocks.free_busy.is_empty();
        (!none).then(|| covered(free_busy::stretches(&blocks.free_busy, &zones), over))
    }

    /// Where the event with that UID stands; its first start, if it recurs.
    pub fn find(&self, text: &str, uid: &str) -> Option<Found> {
        let blocks = Blocks::read(text)?;
        let zones = Zones::new(&self.zone, &blocks.zones);
        let events = blocks.events.iter().filter_map(|block| {
            let event = Event::read(block, &zones, self.email.as_deref()).ok()?;
            (event.uid == uid && event.instead_of.is_none()).then_some(event)
        });
        let mut found = None;
        for event in events {
            let Ok((starts, ends)) =
                event.start.instant().and_then(|at| Ok((at, event.lasts.end(&event.start)?)))
            else {
                continue;
            };
            found = Some(Found { starts, ends, cancelled: event.off });
        }
        found
    }
}

/// Adds what the events of one UID make busy; returns how many of them can't be understood.
fn together(events: &[Event], over: Stretch, stretches: &mut Vec<Stretch>) -> usize {
    let mut replaced = Starts::default();
    let mut skipped = 0;
    for event in events {
        match &event.instead_of {
            Some(id) if replaced.add(id).is_err() => skipped += 1,
            _ => {}
        }
    }
    for event in events.iter().filter(|event| event.takes_time()) {
        let added = if event.instead_of.is_some() {
            once(event, over, stretches)
        } else {
            every(event, &replaced, over, stretches)
        };
        skipped += usize::from(added.is_err());
    }
    skipped
}

/// Starts that don't count: by the instant, or by the day where only that is written.
#[derive(Default)]
struct Starts {
    instants: BTreeSet<Timestamp>,
    days: BTreeSet<Date>,
}

impl Starts {
    fn add(&mut self, moment: &Moment) -> Result<(), Broken> {
        if moment.all_day {
            self.days.insert(moment.civil.date());
        } else {
            self.instants.insert(moment.instant()?);
        }
        Ok(())
    }

    /// `instant` is when `moment` is.
    fn has(&self, moment: &Moment, instant: Timestamp) -> bool {
        self.days.contains(&moment.civil.date()) || self.instants.contains(&instant)
    }
}

fn once(event: &Event, over: Stretch, stretches: &mut Vec<Stretch>) -> Result<(), Broken> {
    let stretch = Stretch { from: event.start.instant()?, until: event.lasts.end(&event.start)? };
    if stretch.overlaps(&over) {
        stretches.push(stretch);
    }
    Ok(())
}

fn every(
    event: &Event,
    replaced: &Starts,
    over: Stretch,
    stretches: &mut Vec<Stretch>,
) -> Result<(), Broken> {
    let mut except = Starts::default();
    for moment in &event.except {
        // A day is excepted by its date, however the exception is written.
        except.add(&Moment { all_day: moment.all_day || event.start.all_day, ..moment.clone() })?;
    }
    let mut add = |start: &Moment, lasts: &Lasts| -> Result<(), Broken> {
        let from = start.instant()?;
        if except.has(start, from) || replaced.has(start, from) {
            return Ok(());
        }
        let stretch = Stretch { from, until: lasts.end(start)? };
        if stretch.overlaps(&over) {
            stretches.push(stretch);
        }
        Ok(())
    };
    // A set, since the first start and what RDATE adds may be among what the rule gives.
    let mut civil = BTreeSet::from([event.start.civil]);
    if !event.rules.is_empty() {
        let (from, until) = window(event, over)?;
        for rule in &event.rules {
            civil.extend(starts(&event.start, rule, from, until)?);
        }
    }
    for start in civil.into_iter().take(MOST_OCCURRENCES) {
        add(&event.start.at(start), &event.lasts)?;
    }
    for (start, lasts) in event.also.iter().take(MOST_OCCURRENCES) {
        add(start, lasts.as_ref().unwrap_or(&event.lasts))?;
    }
    Ok(())
}

/// Where on the wall an occurrence may start that is in `over`.
fn window(event: &Event, over: Stretch) -> Result<(DateTime, DateTime), Broken> {
    let long = event.lasts.end(&event.start)?.duration_since(event.start.instant()?);
    let before = long.max(SignedDuration::ZERO).saturating_add(SignedDuration::from_hours(APART));
    let from = over.from.checked_sub(before).unwrap_or(Timestamp::MIN);
    let until = over.until.checked_add(SignedDuration::from_hours(APART)).unwrap_or(Timestamp::MAX);
    Ok((TimeZone::UTC.to_datetime(from), TimeZone::UTC.to_datetime(until)))
}
