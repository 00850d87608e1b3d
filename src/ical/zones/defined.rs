//! The zone that a VTIMEZONE describes (RFC 5545, 3.6.5).
//!
//! Its changes are listed and handed to jiff as a compiled zone (TZif, RFC 8536), so that gaps, folds and
//! conversions are the same as in every other zone. Nothing in it is guessed: if any part can't be read, there is
//! no definition.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::{Place, Unsure, Zones};
use crate::domain::doubt::Why;
use crate::ical::blocks::Block;
use crate::ical::recur::{Work, starts};
use crate::ical::rule::Rule;
use crate::ical::when::{Moment, period};

/// Changes that follow a rule are listed from the one to the other. Nobody asks when somebody was busy before, nor
/// for so long ahead.
const LISTED: [DateTime; 2] = [date(2000, 1, 1).at(0, 0, 0, 0), date(2070, 1, 1).at(0, 0, 0, 0)];
/// Most observances of a zone.
const MOST_OBSERVANCES: usize = 500;
/// A summer or a winter is no longer than this: where two changes are that close and none follows, it is unclear
/// whether they would go on.
const LONGEST_SEASON: SignedDuration = SignedDuration::from_hours(24 * 250);

/// One change of the clock.
struct Change {
    /// The offset from then on.
    to: Offset,
    from: Offset,
}

/// The place that `block` describes; none if any of it can't be read.
pub(super) fn place(block: &Block, name: &str, zones: &Zones) -> Option<Place> {
    if block.torn || block.within.is_empty() || block.within.len() > MOST_OBSERVANCES {
        return None;
    }
    let mut changes = BTreeMap::new();
    let mut goes_on = false;
    for observance in &block.within {
        goes_on |= add(observance, zones, &mut changes)?;
    }
    if goes_on && !is_consistent(&changes) {
        return None;
    }
    let zone = compiled(&changes)?;
    let unsure = if goes_on { None } else { runs_out(&changes, name) };
    Some(Place { zone, unsure })
}

/// Adds when one observance begins, each time; true if that goes on for ever.
fn add(observance: &Block, zones: &Zones, changes: &mut BTreeMap<Timestamp, Change>) -> Option<bool> {
    let from = offset(observance.value("TZOFFSETFROM")?)?;
    let to = offset(observance.value("TZOFFSETTO")?)?;
    // Onsets are written on the wall of before.
    let first = Moment {
        civil: Moment::of(observance.first("DTSTART")?, zones)?.civil,
        place: std::rc::Rc::new(Place::sure(TimeZone::fixed(from))),
        all_day: false,
    };
    let mut onsets = vec![first.civil];
    let mut goes_on = false;
    for property in observance.all("RRULE") {
        let rule = Rule::read(&property.value, &first).ok()?;
        goes_on |= rule.is_endless();
        onsets.extend(starts(&rule, first.civil, LISTED, &mut Work::for_one()).ok()?);
    }
    for property in observance.all("RDATE") {
        for text in property.value.split(',') {
            onsets.push(period(text, property, zones)?.0.civil);
        }
    }
    for civil in onsets {
        let at = first.at(civil).instant()?;
        changes.insert(at, Change { to, from });
    }
    Some(goes_on)
}

/// `+0100`, `-053000`: how far east of UTC.
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from, until| digits.get(from..until)?.parse::<i32>().ok();
    let seconds = if digits.len() == 6 { part(4, 6)? } else { 0 };
    Offset::from_seconds(sign * (part(0, 2)? * 3600 + part(2, 4)? * 60 + seconds)).ok()
}

/// True if the last change begins where the one before it ends. If changes that go on for ever don't, some are missing.
/// History is often told with gaps, which do no harm.
fn is_consistent(changes: &BTreeMap<Timestamp, Change>) -> bool {
    let mut latest = changes.values().rev();
    let last = latest.next().zip(latest.next());
    last.is_none_or(|(last, before)| last.from == before.to)
}

/// What is unsure after the last change, where it isn't clear whether another would follow: some list the changes
/// of one year only.
fn runs_out(changes: &BTreeMap<Timestamp, Change>, name: &str) -> Option<Unsure> {
    let mut latest = changes.iter().rev();
    let ((last, now), (before, _)) = (latest.next()?, latest.next()?);
    let swing = SignedDuration::from_secs(i64::from(now.from.seconds() - now.to.seconds()));
    if swing.is_zero() || last.duration_since(*before) > LONGEST_SEASON {
        return None;
    }
    Some(Unsure {
        name: name.to_owned(),
        earlier: swing.max(SignedDuration::ZERO),
        later: (-swing).max(SignedDuration::ZERO),
        since: last.checked_add(SignedDuration::from_hours(24 * 120)).unwrap_or(Timestamp::MAX),
        why: Why::ZoneRunsOut,
    })
}

/// The changes as a compiled zone.
fn compiled(changes: &BTreeMap<Timestamp, Change>) -> Option<TimeZone> {
    let (_, first) = changes.first_key_value()?;
    // Before the first change, the offset is the one that it changes from.
    let mut offsets = vec![first.from];
    let mut times = Vec::with_capacity(changes.len());
    for (at, change) in changes {
        let known = offsets.iter().position(|offset| *offset == change.to);
        let index = known.unwrap_or(offsets.len());
        if known.is_none() {
            offsets.push(change.to);
        }
        times.push((at.as_second(), u8::try_from(index).ok()?));
    }
    let mut data = Vec::new();
    // The first block, for readers of 32 bits, is empty but for one type, as the format demands.
    header(&mut data, 0, 1)?;
    data.extend([0; 7]);
    header(&mut data, times.len(), offsets.len())?;
    data.extend(times.iter().flat_map(|(at, _)| at.to_be_bytes()));
    data.extend(times.iter().map(|(_, index)| *index));
    for offset in &offsets {
        data.extend(offset.seconds().to_be_bytes());
        // Whether it is called daylight saving changes nothing, nor does its abbreviation.
        data.extend([0, 0]);
    }
    data.extend(b"\0\n\n");
    TimeZone::tzif("Calendar", &data).ok()
}

fn header(data: &mut Vec<u8>, times: usize, types: usize) -> Option<()> {
    data.extend(b"TZif2");
    data.extend([0; 15]);
    // Counts of: UT indicators, standard indicators, leap seconds, times, types, letters.
    for count in [0, 0, 0, times, types, 1] {
        data.extend(u32::try_from(count).ok()?.to_be_bytes());
    }
    Some(())
}
