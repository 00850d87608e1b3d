//! The host's windows, kept free in their own calendar so that colleagues don't book over them.
//!
//! Each window of the coming weeks is an entry of its own: no rule of recurrence, so that holidays and
//! daylight saving are nothing a server could get wrong.

use std::collections::BTreeSet;

use icalendar::{Calendar, Component, Event as Entry, Property};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::round::Round;
use crate::domain::event::Event;
use crate::domain::host_calendar::{self, CalendarError, OURS};
use crate::domain::ids::PersonId;
use crate::domain::office_hours::{Hours, windows};
use crate::domain::stretch::Stretch;
use crate::journal::Stopped;

/// How far ahead windows are kept free.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 6);

/// Makes the calendar hold the coming windows, and none that are no longer held.
pub(super) async fn keep(round: &Round<'_>, hours: &Hours) -> Result<Option<CalendarError>, Stopped> {
    let now = round.clock.now();
    let within = Stretch { from: now, until: now.checked_add(AHEAD).unwrap_or(Timestamp::MAX) };
    let (wanted, before) = {
        let state = round.writer.state();
        let wanted = windows(round.program, &state, &hours.host, within);
        (wanted, state.blocks.get(&hours.host).cloned().unwrap_or_default())
    };
    let named: Vec<(String, Stretch)> =
        wanted.into_iter().map(|window| (uid(&hours.host, &window), window)).collect();
    let all: BTreeSet<String> = named.iter().map(|(uid, _)| uid.clone()).collect();
    if all == before {
        return Ok(None);
    }
    for (uid, window) in named.iter().filter(|(uid, _)| !before.contains(uid)) {
        let entry = host_calendar::Entry { uid: uid.clone(), text: text(uid, window, now) };
        if let Err(error) = round.calendar.put(&entry, None, &[]).await {
            return Ok(Some(error));
        }
    }
    // Also those that are over: what was only kept free needs no memory.
    for uid in before.difference(&all) {
        if let Err(error) = round.calendar.remove(uid, None).await {
            return Ok(Some(error));
        }
    }
    let kept = Event::HoursBlocked { host: hours.host.clone(), uids: all.into_iter().collect() };
    round.record(move |_| vec![kept.clone()]).await?;
    Ok(None)
}

fn uid(host: &PersonId, window: &Stretch) -> String {
    let digest = Sha256::digest(format!("{host}|{}|{}", window.from, window.until));
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("{OURS}hours-{hex}")
}

fn text(uid: &str, window: &Stretch, now: Timestamp) -> String {
    let utc = |at: Timestamp| TimeZone::UTC.to_datetime(at).strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut entry = Entry::new();
    entry.uid(uid);
    entry.summary("Office hours (kept free)");
    entry.append_property(Property::new("DTSTAMP", utc(now)));
    entry.append_property(Property::new("DTSTART", utc(window.from)));
    entry.append_property(Property::new("DTEND", utc(window.until)));
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Canvass//Office hours//EN"));
    calendar.push(entry);
    calendar.to_string()
}
