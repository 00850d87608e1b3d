//! The office hours of a host, with what is left out filled in.

use jiff::SignedDuration;

use crate::config::holiday;
use crate::config::raw;
use crate::config::read::{value, written};
use crate::config::source::Files;
use crate::domain::calendar::PlanningCalendar;
use crate::domain::office_hours::{BookingPage, CalDav, CalendarSource, Feed, Hours};

/// How long a booking lasts unless it says so, minutes.
pub(in crate::config) const OFFICE_MINUTES: u32 = 30;
/// How long before its beginning a slot can be booked unless it says so: half a working day, so that it is
/// not booked unseen.
pub(in crate::config) const OFFICE_NOTICE: SignedDuration = SignedDuration::from_hours(4);
/// How far ahead slots can be booked unless it says so: the two months from a heads-up to the freeze.
pub(in crate::config) const OFFICE_HORIZON: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The office hours of one table.
pub(in crate::config) fn office_hours(
    raw: &raw::OfficeHours,
    calendar: &PlanningCalendar,
    files: &Files,
) -> Option<Hours> {
    let source = match &raw.calendar {
        None => None,
        Some(_) => Some(source(&written(&raw.calendar)?.value)?),
    };
    let page = value(&raw.page).map(|page| BookingPage {
        address: page.0.clone(),
        only: value(&raw.page_only).copied().unwrap_or_default(),
    });
    Some(Hours {
        host: raw.host.get()?.clone(),
        zone: value(&raw.zone).unwrap_or(&calendar.zone).clone(),
        weekly: raw.weekly.values().flat_map(|weekly| weekly.0.iter().copied()).collect(),
        extra: raw.extra.values().map(|extra| extra.0).collect(),
        closed: holiday::days(&raw.closed, files).into_keys().collect(),
        minutes: value(&raw.minutes).copied().unwrap_or(OFFICE_MINUTES),
        buffer: value(&raw.buffer).map_or(SignedDuration::ZERO, |gap| gap.0),
        notice: value(&raw.notice).map_or(OFFICE_NOTICE, |gap| gap.0),
        horizon: value(&raw.horizon).map_or(OFFICE_HORIZON, |gap| gap.0),
        per_day: value(&raw.per_day).copied(),
        per_person: value(&raw.per_person).copied(),
        place: value(&raw.place).cloned(),
        calendar: source,
        blocks: value(&raw.block).copied().unwrap_or_default(),
        page,
    })
}

fn source(raw: &raw::HostCalendar) -> Option<CalendarSource> {
    if let Some(server) = written(&raw.caldav) {
        return Some(CalendarSource::CalDav(CalDav {
            address: server.value.address.clone(),
            user: written(&raw.user)?.value.clone(),
            password_env: written(&raw.password_env)?.value.0.clone(),
            calendar: value(&raw.calendar).cloned(),
            writes: value(&raw.write).copied().unwrap_or(true),
        }));
    }
    let open = written(&raw.ics).map(|open| Feed::Open(open.value.address.clone()));
    let secret = || written(&raw.ics_env).map(|variable| Feed::Secret(variable.value.0.clone()));
    open.or_else(secret).map(CalendarSource::Feed)
}
