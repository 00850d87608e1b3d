//! One VEVENT, understood as far as that goes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::blocks::Block;
use super::lines::Property;
use super::when::{Lasts, Moment, period};
use super::zones::Zones;
use crate::domain::doubt::{Doubt, Why};

/// How long something takes of which nobody knows when it ends.
const UNKNOWN_LENGTH: SignedDuration = SignedDuration::from_hours(24);
/// And how many days, if it is about days.
const UNKNOWN_DAYS: i64 = 7;

/// An event, or what takes the place of one of its recurrences.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) uid: String,
    pub(super) name: String,
    pub(super) start: Moment,
    pub(super) lasts: Lasts,
    /// RRULE, as written.
    pub(super) rules: Vec<String>,
    /// RDATE: further starts, some with a length of their own.
    pub(super) also: Vec<(Moment, Option<Lasts>)>,
    /// EXDATE.
    pub(super) except: Vec<Moment>,
    pub(super) instead_of: Option<Instead>,
    pub(super) version: Version,
    /// Cancelled, or declined by the host.
    pub(super) off: bool,
    /// Takes no time.
    transparent: bool,
    /// By how much it may begin earlier and end later than it says.
    pub(super) earlier: SignedDuration,
    pub(super) later: SignedDuration,
    pub(super) doubts: BTreeSet<Why>,
}

/// RECURRENCE-ID: which start this takes the place of.
#[derive(Debug)]
pub(super) struct Instead {
    pub(super) of: Moment,
    /// And of all that follow it (RANGE=THISANDFUTURE, RFC 5545, 3.2.13).
    pub(super) onwards: bool,
}

/// Which of several versions of an event is the latest: the one of the highest SEQUENCE, then the one that was
/// written last (RFC 5546, 2.1.5). What can't be read doesn't tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) sequence: Option<u64>,
    pub(super) stamp: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
}

impl Version {
    fn read(block: &Block, zones: &Zones) -> Self {
        let instant = |name: &str| Moment::of(block.first(name)?, zones)?.instant();
        Self {
            sequence: block.value("SEQUENCE").map_or(Some(0), |number| number.parse().ok()),
            stamp: instant("DTSTAMP"),
            modified: instant("LAST-MODIFIED"),
        }
    }

    /// True if this is certainly later than `other`.
    pub(super) fn beats(&self, other: &Self) -> bool {
        let (Some(this), Some(that)) = (self.sequence, other.sequence) else { return false };
        let later = |this: Option<Timestamp>, that: Option<Timestamp>| match (this, that) {
            (Some(this), Some(that)) => this.cmp(&that),
            _ => std::cmp::Ordering::Equal,
        };
        let order = this.cmp(&that);
        let order = order.then_with(|| later(self.stamp, other.stamp));
        order.then_with(|| later(self.modified, other.modified)).is_gt()
    }
}

/// An event of which nothing says when it is.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) uid: String,
    pub(super) doubt: Doubt,
    /// It would take no time anyway.
    pub(super) harmless: bool,
}

impl Event {
    /// Reads an event for whoever has that e-mail address.
    pub(super) fn read(block: &Block, zones: &Zones, email: Option<&str>) -> Result<Self, Lost> {
        let mut doubts = BTreeSet::new();
        if block.torn {
            doubts.insert(Why::Torn);
        }
        let name = block.first("SUMMARY").map(Property::text).unwrap_or_default();
        let uid = block.value("UID").unwrap_or_default().to_owned();
        let off = block.is("STATUS", "CANCELLED") || email.is_some_and(|email| declined(block, email));
        let transparent = is_transparent(block);
        let instead_of = instead_of(block, zones, &mut doubts);
        let Some(start) = start(block, zones, instead_of.as_ref(), &mut doubts) else {
            let doubt = Doubt::new(&name, Why::NoStart);
            return Err(Lost { uid, doubt, harmless: off || transparent });
        };
        let mut event = Self {
            uid,
            name,
            lasts: Lasts::Exactly(SignedDuration::ZERO),
            rules: block.all("RRULE").map(|rule| rule.value.clone()).collect(),
            also: also(block, zones, &mut doubts),
            except: except(block, zones, &mut doubts),
            instead_of,
            version: Version::read(block, zones),
            off,
            transparent,
            start,
            earlier: SignedDuration::ZERO,
            later: SignedDuration::ZERO,
            doubts,
        };
        // There may be one start only; who knows which one is meant.
        for another in block.all("DTSTART").skip(1) {
            event.doubts.insert(Why::StartTime);
            event.also.extend(Moment::of(another, zones).map(|start| (start, None)));
        }
        event.measure(block, zones);
        if !event.start.all_day {
            for (_, lasts) in event.also.iter_mut().filter(|(start, _)| start.all_day) {
                // A day as an extra date of a meeting doesn't say at what time.
                *lasts = Some(Lasts::Days(1));
                event.doubts.insert(Why::Extra);
            }
        }
        Ok(event)
    }

    /// True if it takes the host's time. What is tentative does.
    pub(super) fn takes_time(&self) -> bool {
        !self.off && !self.transparent
    }

    /// True if what it says of itself is whole enough to take the place of another version.
    pub(super) fn is_whole(&self) -> bool {
        ![Why::NoStart, Why::StartTime, Why::Torn].iter().any(|why| self.doubts.contains(why))
    }

    /// Finds out how long it lasts. Without an end, a day lasts that day and anything else no time (RFC 5545, 3.6.1).
    fn measure(&mut self, block: &Block, zones: &Zones) {
        let ends: Vec<Option<Moment>> =
            block.all("DTEND").map(|property| Moment::of(property, zones)).collect();
        let last = ends.iter().flatten().max_by_key(|end| end.instant());
        let written = block.all("DURATION").map(|property| Lasts::parse(&property.value));
        let written: Vec<Option<Lasts>> = written.collect();
        let longest = written.iter().flatten().max_by_key(|lasts| lasts.end(&self.start));
        let read = match (last, longest) {
            (Some(end), _) => {
                if !end.place.same_wall(&self.start.place) {
                    self.later +=
                        end.place.unsure.as_ref().map_or(SignedDuration::ZERO, |unsure| unsure.later);
                }
                Lasts::between(&self.start, end)
            }
            (None, Some(longest)) => Some(longest.clone()),
            (None, None) if ends.is_empty() && written.is_empty() && !block.torn => {
                Some(match self.start.all_day {
                    true => Lasts::Days(1),
                    false => Lasts::Exactly(SignedDuration::ZERO),
                })
            }
            (None, None) => None,
        };
        self.lasts = match read {
            // Some write the same day twice for a day.
            Some(Lasts::Days(0)) => Lasts::Days(1),
            Some(lasts) if lasts.is_backward() => {
                self.doubts.insert(Why::Backward);
                self.turn(&lasts);
                self.unknown()
            }
            Some(lasts) => lasts,
            None => {
                self.doubts.insert(Why::End);
                self.unknown()
            }
        };
    }

    fn unknown(&self) -> Lasts {
        if self.start.all_day { Lasts::Days(UNKNOWN_DAYS) } else { Lasts::Exactly(UNKNOWN_LENGTH) }
    }

    /// Its start and end may be the wrong way round.
    fn turn(&mut self, backward: &Lasts) {
        let Some(start) = self.start.instant() else { return };
        let back = start.duration_since(backward.end(&self.start));
        if back.is_positive() && back <= SignedDuration::from_hours(24 * UNKNOWN_DAYS) {
            self.earlier += back;
        }
    }
}

/// TRANSP tells; Outlook's own property only where there is none.
fn is_transparent(block: &Block) -> bool {
    match block.first("TRANSP") {
        Some(_) => block.is("TRANSP", "TRANSPARENT"),
        None => block.is("X-MICROSOFT-CDO-BUSYSTATUS", "FREE"),
    }
}

/// When it starts; or what comes closest to that.
fn start(
    block: &Block,
    zones: &Zones,
    instead_of: Option<&Instead>,
    doubts: &mut BTreeSet<Why>,
) -> Option<Moment> {
    let written = block.first("DTSTART");
    if let Some(start) = written.and_then(|property| Moment::of(property, zones)) {
        return Some(start);
    }
    if let Some(day) = written.and_then(|property| Moment::some_time(&property.value)) {
        doubts.insert(Why::StartTime);
        return Some(day);
    }
    doubts.insert(Why::NoStart);
    if let Some(instead) = instead_of {
        // It was moved who knows where; at least it keeps the place that it had.
        return Some(instead.of.clone());
    }
    let end = block.first("DTEND").and_then(|property| Moment::of(property, zones))?;
    let start = end.civil.checked_sub(UNKNOWN_LENGTH).ok()?;
    Some(end.at(start))
}

fn instead_of(block: &Block, zones: &Zones, doubts: &mut BTreeSet<Why>) -> Option<Instead> {
    let property = block.first("RECURRENCE-ID")?;
    let Some(of) = Moment::of(property, zones) else {
        doubts.insert(Why::Replaces);
        return None;
    };
    let onwards = property.says("RANGE", "THISANDFUTURE");
    // RFC 5545 took THISANDPRIOR out; who knows what else may stand there.
    if !onwards && property.parameter("RANGE").is_some() {
        doubts.insert(Why::Replaces);
    }
    Some(Instead { of, onwards })
}

fn also(block: &Block, zones: &Zones, doubts: &mut BTreeSet<Why>) -> Vec<(Moment, Option<Lasts>)> {
    let mut also = Vec::new();
    for property in block.all("RDATE") {
        for text in property.value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            match period(text, property, zones) {
                Some((start, lasts)) => also.push((start, lasts.filter(|lasts| !lasts.is_backward()))),
                None => {
                    doubts.insert(Why::Extra);
                    also.extend(Moment::some_time(text).map(|day| (day, None)));
                }
            }
        }
    }
    also
}

fn except(block: &Block, zones: &Zones, doubts: &mut BTreeSet<Why>) -> Vec<Moment> {
    if block.first("EXRULE").is_some() {
        doubts.insert(Why::ExceptionRule);
    }
    let mut except = Vec::new();
    for property in block.all("EXDATE") {
        for text in property.value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            match Moment::parse(text, property, zones) {
                Some(moment) => except.push(moment),
                None => _ = doubts.insert(Why::Exception),
            }
        }
    }
    except
}

/// True if the host said no, and nowhere anything else.
fn declined(block: &Block, email: &str) -> bool {
    let mut answers = block.all("ATTENDEE").filter(|attendee| {
        let address = attendee.value.as_str();
        let address = match address.split_at_checked("mailto:".len()) {
            Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address,
            _ => address,
        };
        address.trim().eq_ignore_ascii_case(email)
    });
    let said_no = |attendee: &Property| attendee.says("PARTSTAT", "DECLINED");
    answers.next().is_some_and(said_no) && answers.all(said_no)
}
