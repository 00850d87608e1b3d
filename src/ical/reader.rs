//! From calendar text to when its owner is busy, and where one of its events is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::blocks::{Calendar, Calendars};
use super::event::{Event, Lost};
use super::expand::each;
use super::free_busy;
use super::recur::Work;
use super::series::Series;
use super::zones::{Zones, of_calendar};
use crate::domain::doubt::{Doubt, Why};
use crate::domain::host_calendar::{BusyTimes, Found, OURS};
use crate::domain::stretch::{Stretch, covered};

/// Most doubts that are told at a time.
const MOST_DOUBTS: usize = 50;
/// So many stretches are brought down to what they cover.
const MANY: usize = 20_000;

/// Reads calendars for one host.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Where days begin and end, and floating times are.
    pub zone: TimeZone,
    /// The host's address among those invited: what the host declined takes no time.
    pub email: Option<String>,
}

impl Reader {
    /// What `texts` make busy of `over`. With `all`, entries of ours count as well.
    pub fn busy<'a>(&self, texts: impl IntoIterator<Item = &'a str>, over: Stretch, all: bool) -> BusyTimes {
        let mut found = Collected { over, stretches: Vec::new(), doubts: BTreeSet::new() };
        let mut work = Work::for_all();
        for text in texts {
            let Some(calendars) = Calendars::read(text) else {
                found.doubts.insert(Doubt::new("a calendar", Why::NotACalendar));
                continue;
            };
            if !calendars.ends {
                found.doubts.insert(Doubt::new("a calendar", Why::CutOff));
            }
            for calendar in &calendars.all {
                for floating in self.floating(calendar) {
                    let zones = Zones::new(&self.zone, &floating, &calendar.zones);
                    self.collect(calendar, &zones, all, &mut work, &mut found);
                }
            }
        }
        let doubts = found.doubts.into_iter().take(MOST_DOUBTS).collect();
        BusyTimes { stretches: covered(found.stretches, over), doubts }
    }

    /// Where times without a zone are: with whoever looks at them (RFC 5545, 3.3.5), which is the host. Google means the
    /// calendar's own zone instead, which stands in X-WR-TIMEZONE. Both are read somewhere, so both are busy.
    fn floating(&self, calendar: &Calendar) -> Vec<TimeZone> {
        let other = calendar.zone.as_deref().and_then(of_calendar).filter(|zone| *zone != self.zone);
        std::iter::once(self.zone.clone()).chain(other).collect()
    }

    fn collect(&self, calendar: &Calendar, zones: &Zones, all: bool, work: &mut Work, found: &mut Collected) {
        for series in self.series(calendar, zones, all, |lost| {
            if !lost.harmless {
                found.doubts.insert(lost.doubt);
            }
        }) {
            each(&series, found.over, false, work, &mut |occurrence| {
                let Some((stretch, why)) = occurrence.stretch() else { return };
                if stretch.overlaps(&found.over) {
                    let doubts = occurrence.event.doubts.iter().copied().chain(why);
                    found.add(stretch, doubts.map(|why| Doubt::new(&occurrence.event.name, why)));
                }
            });
        }
        match free_busy::stretches(&calendar.free_busy, zones) {
            Some(stretches) => stretches.into_iter().for_each(|stretch| found.add(stretch, [].into_iter())),
            None => _ = found.doubts.insert(Doubt::new("a free-busy report", Why::NoStart)),
        }
    }

    /// The events of a calendar, those of one UID together. What has no UID stands for itself.
    pub(super) fn series(
        &self,
        calendar: &Calendar,
        zones: &Zones,
        all: bool,
        mut lost: impl FnMut(Lost),
    ) -> Vec<Series> {
        let mut by_uid: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        let mut series = Vec::new();
        for block in &calendar.events {
            match Event::read(block, zones, self.email.as_deref()) {
                Ok(event) if !all && event.uid.starts_with(OURS) => {}
                Err(event) if !all && event.uid.starts_with(OURS) => {}
                Ok(event) if event.uid.is_empty() => series.push(Series::of(vec![event])),
                Ok(event) => by_uid.entry(event.uid.clone()).or_default().push(event),
                Err(event) => lost(event),
            }
        }
        series.extend(by_uid.into_values().map(Series::of));
        series
    }

    /// What a free-busy report says of `over`; none if `text` is no such report or not all of it can be read.
    pub fn report(&self, text: &str, over: Stretch) -> Option<Vec<Stretch>> {
        let calendars = Calendars::read(text)?;
        let mut stretches = Vec::new();
        let mut is_report = false;
        for calendar in &calendars.all {
            let zones = Zones::new(&self.zone, &self.zone, &calendar.zones);
            is_report |= !calendar.free_busy.is_empty();
            stretches.extend(free_busy::stretches(&calendar.free_busy, &zones)?);
        }
        (is_report && calendars.ends).then(|| covered(stretches, over))
    }

    /// Where the event with that UID stands; its first start, if it recurs. None if it isn't in `text`, or if when it is
    /// can't be read.
    pub fn find(&self, text: &str, uid: &str) -> Option<Found> {
        let calendars = Calendars::read(text)?;
        let mut found = None;
        for calendar in &calendars.all {
            let zones = Zones::new(&self.zone, &self.zone, &calendar.zones);
            let series = self.series(calendar, &zones, true, |_| {});
            for event in series.iter().flat_map(|series| &series.events).filter(|event| event.uid == uid) {
                let sure = event.is_whole() && event.doubts.is_empty() && event.start.place.unsure.is_none();
                let starts = event.start.instant().filter(|_| sure);
                let there = |starts| Found {
                    starts,
                    ends: event.lasts.end(&event.start),
                    cancelled: event.off,
                    place: None,
                };
                found = starts.map(there).or(found);
            }
        }
        found
    }
}

struct Collected {
    over: Stretch,
    stretches: Vec<Stretch>,
    doubts: BTreeSet<Doubt>,
}

impl Collected {
    fn add(&mut self, stretch: Stretch, doubts: impl Iterator<Item = Doubt>) {
        self.stretches.push(stretch);
        // A calendar may repeat the same hour a thousandfold; it is kept once.
        if self.stretches.len() > MANY {
            self.stretches = covered(std::mem::take(&mut self.stretches), self.over);
        }
        for doubt in doubts {
            if self.doubts.len() <= MOST_DOUBTS {
                self.doubts.insert(doubt);
            }
        }
    }
}

/// Checks that `text` is a calendar, and all of it: of one that was cut off, who knows what it doesn't say.
///
/// # Errors
/// What is wrong with it.
pub fn check(text: &str) -> Result<(), Why> {
    match Calendars::read(text) {
        None => Err(Why::NotACalendar),
        Some(calendars) if !calendars.ends => Err(Why::CutOff),
        Some(_) => Ok(()),
    }
}
