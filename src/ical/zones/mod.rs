//! Where the wall is that a time is written on.
//!
//! TZIDs are free text. A definition in the calendar itself counts before any name (RFC 5545, 3.6.5), since that is
//! what whoever wrote the calendar meant, even where the name is a well-known one. Then come IANA's names, with or
//! without a prefix, and Microsoft's, with the display names of its programs. What is left may be anywhere on
//! earth.

mod defined;
mod names;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::blocks::Block;
use crate::domain::doubt::Why;

/// The zones furthest east and west of Greenwich, in hours.
const FURTHEST_EAST: i64 = 14;
const FURTHEST_WEST: i64 = 12;
/// Most zones that a calendar may define; a name beyond them is unknown.
const MOST_DEFINED: usize = 200;

/// A wall, and how sure it is that it is that one.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) zone: TimeZone,
    pub(super) unsure: Option<Unsure>,
}

/// By how much the real time may differ from what the zone says.
#[derive(Debug, Clone)]
pub(super) struct Unsure {
    /// What the place is called: the same name is the same place, wherever it is.
    name: String,
    pub(super) earlier: SignedDuration,
    pub(super) later: SignedDuration,
    /// What is before that is sure.
    pub(super) since: Timestamp,
    pub(super) why: Why,
}

impl Place {
    /// A place in a zone that is known.
    pub(super) fn sure(zone: TimeZone) -> Self {
        Self { zone, unsure: None }
    }

    /// Anywhere on earth.
    fn anywhere(name: &str) -> Self {
        let unsure = Unsure {
            name: name.to_owned(),
            earlier: SignedDuration::from_hours(FURTHEST_EAST),
            later: SignedDuration::from_hours(FURTHEST_WEST),
            since: Timestamp::MIN,
            why: Why::Zone,
        };
        Self { zone: TimeZone::UTC, unsure: Some(unsure) }
    }

    /// Anywhere on earth, at any time of the day whose midnight is written.
    pub(super) fn any_time_of_day() -> Self {
        let mut place = Self::anywhere("");
        if let Some(unsure) = &mut place.unsure {
            unsure.later += SignedDuration::from_hours(24);
            unsure.why = Why::StartTime;
        }
        place
    }

    /// True if what is written on both walls can be compared as it is written.
    pub(super) fn same_wall(&self, other: &Self) -> bool {
        match (&self.unsure, &other.unsure) {
            (None, None) => self.zone == other.zone,
            (Some(this), Some(that)) => this.name == that.name && !this.name.is_empty(),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

/// The places that a calendar's times are written in, for a host.
#[derive(Debug)]
pub(super) struct Zones {
    host: Rc<Place>,
    floating: Rc<Place>,
    defined: HashMap<String, Rc<Place>>,
    /// What was looked up already.
    named: RefCell<HashMap<String, Rc<Place>>>,
}

impl Zones {
    /// The zones that `blocks` define. Whole days are in `host`, times without a zone in `floating`.
    pub(super) fn new(host: &TimeZone, floating: &TimeZone, blocks: &[Block]) -> Self {
        let mut zones = Self {
            host: Rc::new(Place::sure(host.clone())),
            floating: Rc::new(Place::sure(floating.clone())),
            defined: HashMap::new(),
            named: RefCell::default(),
        };
        for block in blocks.iter().take(MOST_DEFINED) {
            let Some(name) = block.value("TZID") else { continue };
            let located = || block.value("X-LIC-LOCATION").and_then(names::known).map(Place::sure);
            if let Some(place) = defined::place(block, name, &zones).or_else(located) {
                zones.defined.insert(name.trim_matches('"').to_owned(), Rc::new(place));
            }
        }
        zones
    }

    /// The host's own.
    pub(super) fn host(&self) -> Rc<Place> {
        Rc::clone(&self.host)
    }

    /// Where times without a zone are.
    pub(super) fn floating(&self) -> Rc<Place> {
        Rc::clone(&self.floating)
    }

    /// The place that `tzid` means.
    pub(super) fn named(&self, tzid: &str) -> Rc<Place> {
        if let Some(defined) = self.defined.get(tzid) {
            return Rc::clone(defined);
        }
        let look_up = || {
            let known = names::known(tzid).map(Place::sure);
            Rc::new(known.or_else(|| names::displayed(tzid)).unwrap_or_else(|| Place::anywhere(tzid)))
        };
        Rc::clone(self.named.borrow_mut().entry(tzid.to_owned()).or_insert_with(look_up))
    }
}

/// The zone that a calendar says its own times are in, if that is one that everybody knows.
pub(super) fn of_calendar(name: &str) -> Option<TimeZone> {
    names::known(name)
}
