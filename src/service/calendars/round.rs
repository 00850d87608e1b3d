//! One look at one host's calendar: what is to be written, what the host changed, and when they are busy.

use jiff::{SignedDuration, Timestamp};

use super::Misses;
use super::blocks;
use crate::clock::Clock;
use crate::domain::booking::{By, Via};
use crate::domain::event::Event;
use crate::domain::host_calendar::{BusyTimes, CalendarError, Entry, HostCalendar, Reading};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::observation::Busy;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, Standing, State};
use crate::domain::stretch::Stretch;
use crate::journal::{Decision, Stopped, Writer};
use crate::message::calendar_entry;
use crate::service::shared::Shared;

use std::sync::Arc;

/// How often an entry has to be missing, a round apart, before it counts as taken out: a server that has
/// trouble may show an empty calendar.
const MISSED_TWICE: u32 = 2;
/// Bookings that are over for longer are left as they are.
const PAST: SignedDuration = SignedDuration::from_hours(24);

/// How looking at a calendar went so far.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// It can't be written before then.
    not_before: Option<Timestamp>,
    /// How often each entry was missing in a row.
    misses: Misses,
    /// Said already that it fails.
    told: bool,
}

impl Attempt {
    pub(super) fn may_write(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }
}

/// What one calendar still has to show.
enum Owed {
    Put(Entry),
    Remove { uid: String },
}

/// Whether the calendar of `host` doesn't show what is on record.
pub(super) fn is_behind(state: &State, host: &PersonId) -> bool {
    concerning(state, host).any(|(_, booking)| is_owed(booking, host))
}

/// The bookings that may have an entry in the calendar of `host`.
fn concerning<'a>(state: &'a State, host: &'a PersonId) -> impl Iterator<Item = (Seq, &'a BookingState)> {
    let all = state.person(host).map(|known| known.bookings.as_slice()).unwrap_or_default();
    let all = all.iter().filter_map(|of| Some((*of, state.bookings.get(of)?)));
    all.filter(|(_, booking)| booking.via == Via::Slack && booking.guest != *host)
}

fn is_owed(booking: &BookingState, host: &PersonId) -> bool {
    let Some(latest) = booking.latest() else { return false };
    let shown = booking.written.get(host).copied();
    let theirs = booking.slot.host == *host;
    match booking.standing {
        Standing::Agreed | Standing::Cancelled { .. } => {
            shown != Some(latest.since) && (theirs || shown.is_some())
        }
        Standing::Kept | Standing::NoShow => false,
    }
}

/// A look at the calendar of one host.
pub(super) struct Round<'a> {
    pub(super) program: &'a Program,
    pub(super) shared: &'a Shared,
    pub(super) writer: &'a Writer,
    pub(super) clock: &'a Clock,
    pub(super) host: &'a PersonId,
    pub(super) calendar: &'a dyn HostCalendar,
}

impl Round<'_> {
    /// Writes what is owed, takes up what the host changed, and reads when they are busy. False if the
    /// calendar could not be reached or refused.
    pub(super) async fn run(&self, attempt: &mut Attempt) -> Result<bool, Stopped> {
        let Some(hours) = self.program.hours.get(self.host) else { return Ok(true) };
        let mut failed: Option<CalendarError> = None;
        if hours.writes_calendar() {
            failed = self.write().await?;
            if failed.is_none() {
                failed = self.take_up(&mut attempt.misses).await?;
            }
            if failed.is_none() && hours.blocks {
                failed = blocks::keep(self, hours).await?;
            }
        }
        let read = self.read().await;
        let failed = failed.or(read.err());
        attempt.not_before =
            failed.as_ref().and_then(|_| self.clock.now().checked_add(SignedDuration::from_secs(20)).ok());
        match (&failed, attempt.told) {
            (Some(error), false) => tracing::warn!(
                person = %self.host, %error, "a host's calendar can't be kept in step; it is tried again"
            ),
            (None, true) => tracing::info!(person = %self.host, "a host's calendar is kept in step again"),
            (Some(_), true) | (None, false) => {}
        }
        attempt.told = failed.is_some();
        Ok(failed.is_none())
    }

    /// Every booking whose entry doesn't show what is on record.
    async fn write(&self) -> Result<Option<CalendarError>, Stopped> {
        for (of, through, owed) in self.owed() {
            let written = match &owed {
                Owed::Put(entry) => self.calendar.put(entry).await,
                Owed::Remove { uid } => self.calendar.remove(uid).await,
            };
            match written {
                Ok(()) => {
                    let entered = Event::BookingEntered { booking: of, host: self.host.clone(), through };
                    self.record(move |_| vec![entered.clone()]).await?;
                }
                Err(error) => return Ok(Some(error)),
            }
        }
        Ok(None)
    }

    fn owed(&self) -> Vec<(Seq, Seq, Owed)> {
        let (state, seen) = (self.writer.state(), self.shared.seen());
        let gone = self.clock.now().checked_sub(PAST).unwrap_or(Timestamp::MIN);
        concerning(&state, self.host)
            .filter(|(_, booking)| is_owed(booking, self.host) && gone < booking.slot.stretch().until)
            .filter_map(|(of, booking)| {
                let through = booking.latest()?.since;
                let uid = booking.uid.clone();
                let stands = booking.standing == Standing::Agreed && booking.slot.host == *self.host;
                let owed = match calendar_entry(self.program, &seen, booking) {
                    Some(text) if stands => Owed::Put(Entry { uid, text }),
                    Some(_) | None => Owed::Remove { uid },
                };
                Some((of, through, owed))
            })
            .collect()
    }

    /// What the host changed in their own calendar is their word.
    async fn take_up(&self, misses: &mut Misses) -> Result<Option<CalendarError>, Stopped> {
        let now = self.clock.now();
        let shown: Vec<(Seq, Seq, BookingState)> = {
            let state = self.writer.state();
            let ahead = concerning(&state, self.host).filter(|(_, booking)| {
                booking.is_ahead(now) && booking.slot.host == *self.host && !is_owed(booking, self.host)
            });
            ahead.filter_map(|(of, booking)| Some((of, booking.latest()?.since, booking.clone()))).collect()
        };
        for (of, through, booking) in shown {
            let found = match self.calendar.find(&booking.uid).await {
                Ok(found) => found,
                Err(error) => return Ok(Some(error)),
            };
            let missed = misses.entry(booking.uid.clone()).or_default();
            let changed = match found {
                None => {
                    *missed += 1;
                    (*missed >= MISSED_TWICE)
                        .then_some(Event::BookingCancelled { booking: of, by: By::Calendar })
                }
                Some(found) if found.cancelled => {
                    Some(Event::BookingCancelled { booking: of, by: By::Calendar })
                }
                Some(found) => {
                    *missed = 0;
                    moved(of, &booking, found.starts, found.ends)
                }
            };
            let Some(changed) = changed else { continue };
            misses.remove(&booking.uid);
            let host = self.host.clone();
            // Unless somebody changed it in Slack meanwhile.
            self.record(move |state| {
                let latest = state.bookings.get(&of).and_then(|booking| booking.latest());
                if latest.is_none_or(|latest| latest.since != through) {
                    return Vec::new();
                }
                vec![changed.clone()]
            })
            .await?;
            let entered = move |state: &State| {
                let latest = state.bookings.get(&of).and_then(|booking| booking.latest());
                let by_calendar =
                    latest.filter(|latest| latest.by == By::Calendar && latest.since != through);
                by_calendar
                    .map(|latest| Event::BookingEntered {
                        booking: of,
                        host: host.clone(),
                        through: latest.since,
                    })
                    .into_iter()
                    .collect()
            };
            self.record(entered).await?;
        }
        Ok(None)
    }

    /// When the host is busy. An old reading is kept, with word of its age.
    async fn read(&self) -> Result<(), CalendarError> {
        let Some(hours) = self.program.hours.get(self.host) else { return Ok(()) };
        let now = self.clock.now();
        let over = Stretch { from: now, until: now.checked_add(hours.horizon).unwrap_or(Timestamp::MAX) };
        // Blocks are ours, and would be busy time to a server that counts for us.
        let reading = if hours.blocks { Reading::Events } else { Reading::FreeBusy };
        let read = self.calendar.busy(over, reading).await;
        self.shared.seen.send_modify(|all| {
            let all = Arc::make_mut(all);
            match &read {
                Ok(BusyTimes { stretches, doubts }) => {
                    let (stretches, doubts) = (stretches.clone(), doubts.clone());
                    let busy = Busy { as_of: now, over, stretches, doubts, failing: None };
                    all.busy.insert(self.host.clone(), busy);
                }
                Err(_) => {
                    if let Some(busy) = all.busy.get_mut(self.host) {
                        busy.failing.get_or_insert(now);
                    }
                }
            }
        });
        read.map(drop)
    }

    pub(super) async fn record(
        &self,
        decide: impl Fn(&State) -> Vec<Event> + Send + 'static,
    ) -> Result<(), Stopped> {
        self.writer.submit(None, move |state, _| Decision { events: decide(state), reply: () }).await
    }
}

/// The host moved the entry, or made it longer or shorter.
fn moved(of: Seq, booking: &BookingState, starts: Timestamp, ends: Timestamp) -> Option<Event> {
    let minutes = u32::try_from(ends.duration_since(starts).as_mins()).ok().filter(|minutes| *minutes > 0)?;
    if starts == booking.slot.starts && minutes == booking.slot.minutes {
        return None;
    }
    Some(Event::BookingMoved {
        booking: of,
        host: booking.slot.host.clone(),
        starts,
        minutes,
        by: By::Calendar,
        via: None,
    })
}
