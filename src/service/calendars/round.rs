//! One look at one host's calendar: what is to be written, what the host changed, and when they are busy.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::attempt::Attempt;
use super::blocks;
use crate::clock::Clock;
use crate::domain::booking::{By, Via};
use crate::domain::event::Event;
use crate::domain::host_calendar::{
    BusyTimes, CalendarError, Entry, Found, HostCalendar, Place, Put, Reading, Trouble,
};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::observation::Busy;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, CalendarTrouble, Slot, Standing, State};
use crate::domain::stretch::Stretch;
use crate::journal::{Decision, Stopped, Writer};
use crate::message::calendar_entry;
use crate::service::shared::Shared;

/// Bookings that are over for longer are left as they are.
const PAST: SignedDuration = SignedDuration::from_hours(24);

/// What one calendar still has to show.
enum Owed {
    Put(Entry),
    Remove { uid: String },
}

/// What a calendar has to show of a booking, as of a change of it.
struct Owing {
    of: Seq,
    through: Seq,
    booking: BookingState,
    owed: Owed,
}

/// The bookings that may have an entry in the calendar of `host`.
fn concerning<'a>(state: &'a State, host: &'a PersonId) -> impl Iterator<Item = (Seq, &'a BookingState)> {
    let all = state.person(host).map(|known| known.bookings.as_slice()).unwrap_or_default();
    let all = all.iter().filter_map(|of| Some((*of, state.bookings.get(of)?)));
    all.filter(|(_, booking)| booking.via == Via::Slack && booking.guest != *host)
}

fn is_owed(booking: &BookingState, host: &PersonId) -> bool {
    let Some(latest) = booking.latest() else { return false };
    let shown = booking.written.get(host).map(|entry| entry.through);
    let theirs = booking.slot.host == *host;
    match booking.standing {
        Standing::Agreed | Standing::Cancelled { .. } => {
            shown != Some(latest.since) && (theirs || shown.is_some())
        }
        Standing::Kept | Standing::NoShow => false,
    }
}

/// Puts on record that the calendar of `host` can't even be opened.
pub(super) async fn cannot_begin(writer: &Writer, host: &PersonId, why: String) -> Result<(), Stopped> {
    let (event, host) = (
        Event::CalendarTroubled { host: host.clone(), trouble: Trouble::Failing { why, reads: false } },
        host.clone(),
    );
    let decide = move |state: &State, _: Timestamp| {
        let known = state.calendars.get(&host).and_then(CalendarTrouble::now).is_some_and(|now| !now.reads);
        Decision { events: (!known).then(|| event.clone()).into_iter().collect(), reply: () }
    };
    writer.submit(None, decide).await
}

/// Whether the calendar of `host` has something to show that it may take at `now`.
pub(super) fn is_behind(attempt: &Attempt, state: &State, host: &PersonId, now: Timestamp) -> bool {
    concerning(state, host).any(|(of, booking)| is_owed(booking, host) && !attempt.refuses(of, booking, now))
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
            failed = self.write(attempt).await?;
            let stopped =
                |failed: &Option<CalendarError>| failed.as_ref().is_some_and(CalendarError::stops_all);
            if !stopped(&failed) {
                failed = failed.or(self.take_up(attempt).await?);
            }
            if !stopped(&failed) && hours.blocks {
                failed = failed.or(blocks::keep(self, hours).await?);
            }
        }
        // A server that asks to be left alone is.
        let read = match failed.as_ref().is_some_and(|error| error.retry_after().is_some()) {
            true => Ok(()),
            false => self.read().await,
        };
        let reads = read.is_ok();
        let failed = read.err().or(failed);
        self.tell(attempt, failed.as_ref(), reads).await?;
        Ok(failed.is_none())
    }

    /// What the log says of how it went, and what the host has to hear.
    async fn tell(
        &self,
        attempt: &mut Attempt,
        failed: Option<&CalendarError>,
        reads: bool,
    ) -> Result<(), Stopped> {
        let now = self.clock.now();
        match (failed, attempt.fails()) {
            (Some(error), false) => tracing::warn!(
                person = %self.host, %error, "a host's calendar can't be kept in step; it is tried again"
            ),
            (None, true) => tracing::info!(person = %self.host, "a host's calendar is kept in step again"),
            (Some(_), true) | (None, false) => {}
        }
        let is_told = attempt.went(failed, now);
        let Some(error) = failed else {
            return self.trouble(|known| known.now().is_some(), Trouble::Over).await;
        };
        if !is_told {
            return Ok(());
        }
        let failing = Trouble::Failing { why: error.to_string(), reads };
        self.trouble(move |known| known.now().is_none_or(|failing| failing.reads && !reads), failing).await
    }

    /// Puts on record what the host has to hear of, if `news` says of what is known that it is news.
    async fn trouble(
        &self,
        news: impl Fn(&CalendarTrouble) -> bool + Send + 'static,
        trouble: Trouble,
    ) -> Result<(), Stopped> {
        let host = self.host.clone();
        let is_news = move |state: &State| match state.calendars.get(&host) {
            Some(known) => news(known),
            None => news(&CalendarTrouble::default()),
        };
        if !is_news(&self.writer.state()) {
            return Ok(());
        }
        let event = Event::CalendarTroubled { host: self.host.clone(), trouble };
        self.record(move |state| is_news(state).then(|| event.clone()).into_iter().collect()).await
    }

    /// Every booking whose entry doesn't show what is on record. One that isn't taken stands in no other's way.
    async fn write(&self, attempt: &mut Attempt) -> Result<Option<CalendarError>, Stopped> {
        let mut failed = None;
        for Owing { of, through, booking, owed } in self.owed() {
            let now = self.clock.now();
            if attempt.refuses(of, &booking, now) {
                continue;
            }
            let place = booking.written.get(self.host).and_then(|entry| entry.place.clone());
            let done = match &owed {
                Owed::Put(entry) => match self.put(entry, place.as_ref(), &booking).await {
                    Ok(Put::Written(at)) => Ok(self.shown(attempt, of, through, Some(at)).await?),
                    // They hadn't been asked when it was changed in Slack; what they say of their own time counts.
                    Ok(Put::Changed(found)) => Ok(self.take(of, through, &booking, found).await?),
                    Ok(Put::Missing) => Ok(self.is_missing(attempt, of, through).await?),
                    Err(error) => Err(error),
                },
                // Where the next host has the same calendar, the entry is theirs now.
                Owed::Remove { .. } if self.is_shared(&booking, place.as_ref()) => {
                    Ok(self.shown(attempt, of, through, place).await?)
                }
                Owed::Remove { uid } => match self.calendar.remove(uid, place.as_ref()).await {
                    Ok(()) => Ok(self.shown(attempt, of, through, place).await?),
                    Err(error) => Err(error),
                },
            };
            match done {
                Ok(()) => {}
                Err(error) if error.is_of_the_entry() => {
                    tracing::warn!(person = %self.host, %error, "a host's calendar doesn't take an entry");
                    if attempt.refuse(of, through, &error, now) {
                        let refused = Trouble::Refused { booking: of, through, why: error.to_string() };
                        self.trouble(move |known| !known.refuses(of, through), refused).await?;
                    }
                }
                Err(error) if error.stops_all() => return Ok(Some(error)),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Ok(failed)
    }

    /// The calendar shows everything up to change `through`.
    async fn shown(
        &self,
        attempt: &mut Attempt,
        of: Seq,
        through: Seq,
        place: Option<Place>,
    ) -> Result<(), Stopped> {
        attempt.taken(of);
        let entered = Event::BookingEntered { booking: of, host: self.host.clone(), through, place };
        self.record(move |_| vec![entered.clone()]).await
    }

    /// Whether the entry of a booking that was handed on is in a calendar that its present host has as well.
    fn is_shared(&self, booking: &BookingState, place: Option<&Place>) -> bool {
        let theirs = booking.written.get(&booking.slot.host).and_then(|entry| entry.place.as_ref());
        booking.standing == Standing::Agreed
            && booking.slot.host != *self.host
            && place.is_some()
            && theirs == place
    }

    /// Writes an entry, unless the host has moved it meanwhile to an hour that was never agreed. Where it stands at one
    /// that was, that is ours, or says the same in another way.
    async fn put(
        &self,
        entry: &Entry,
        place: Option<&Place>,
        booking: &BookingState,
    ) -> Result<Put, CalendarError> {
        let agreed: Vec<&Slot> = booking.changes.iter().filter_map(|change| change.agreed.as_ref()).collect();
        let ours: Vec<Stretch> = agreed.iter().map(|slot| slot.stretch()).collect();
        match self.calendar.put(entry, place, &ours).await? {
            Put::Changed(found)
                if !found.cancelled && agreed.iter().any(|slot| self.moved(slot, &found).is_none()) =>
            {
                self.calendar.put(entry, place, &[]).await
            }
            put => Ok(put),
        }
    }

    /// An entry isn't there. Seen twice, some minutes apart, its host has taken it out.
    async fn is_missing(&self, attempt: &mut Attempt, of: Seq, through: Seq) -> Result<(), Stopped> {
        if !attempt.is_gone(of, self.clock.now()) {
            return Ok(());
        }
        let cancelled = Event::BookingCancelled { booking: of, by: By::Calendar };
        self.follow(of, through, Some(cancelled), None).await
    }

    fn owed(&self) -> Vec<Owing> {
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
                Some(Owing { of, through, booking: booking.clone(), owed })
            })
            .collect()
    }

    /// What the host changed in their own calendar is their word.
    async fn take_up(&self, attempt: &mut Attempt) -> Result<Option<CalendarError>, Stopped> {
        let now = self.clock.now();
        let shown: Vec<(Seq, Seq, BookingState)> = {
            let state = self.writer.state();
            let ahead = concerning(&state, self.host).filter(|(_, booking)| {
                booking.is_ahead(now) && booking.slot.host == *self.host && !is_owed(booking, self.host)
            });
            ahead.filter_map(|(of, booking)| Some((of, booking.latest()?.since, booking.clone()))).collect()
        };
        let (mut failed, mut missing) = (None, Vec::new());
        let looked = shown.len();
        for (of, through, booking) in shown {
            let place = booking.written.get(self.host).and_then(|entry| entry.place.clone());
            match self.calendar.find(&booking.uid, place.as_ref()).await {
                Ok(Some(found)) => {
                    attempt.is_there(of);
                    if self.is_stale(attempt, of, &booking, &found) {
                        continue;
                    }
                    self.take(of, through, &booking, found).await?;
                }
                // What was entered before places were remembered may be in a calendar that nobody looks into.
                Ok(None) if place.is_none() => self.enter_again(attempt, of, through, &booking).await?,
                Ok(None) => missing.push((of, through)),
                // Nobody removed the entry in particular: it is written into the calendar that is meant now.
                Err(CalendarError::CalendarGone) => self.enter_again(attempt, of, through, &booking).await?,
                Err(error) if error.is_of_the_entry() => {
                    tracing::debug!(person = %self.host, %error, "an entry in a host's calendar can't be read");
                }
                Err(error) if error.stops_all() => return Ok(Some(error)),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        // A calendar that was made anew, or put back from a backup: nobody takes out everything at once.
        if 1 < missing.len() && missing.len() == looked {
            return Ok(failed.or(Some(CalendarError::Emptied)));
        }
        for (of, through) in missing {
            self.is_missing(attempt, of, through).await?;
        }
        Ok(failed)
    }

    /// Whether an entry stands at an hour that was given up, seen for the first time.
    fn is_stale(&self, attempt: &mut Attempt, of: Seq, booking: &BookingState, found: &Found) -> bool {
        let before = booking.changes.iter().filter_map(|change| change.agreed.as_ref());
        let given_up = self.moved(&booking.slot, found).is_some()
            && before.into_iter().any(|slot| self.moved(slot, found).is_none());
        if !given_up {
            attempt.is_fresh(of);
        }
        given_up && attempt.is_stale(of, self.clock.now())
    }

    /// Writes an entry anew whose place is gone, once that was seen twice.
    async fn enter_again(
        &self,
        attempt: &mut Attempt,
        of: Seq,
        through: Seq,
        booking: &BookingState,
    ) -> Result<(), Stopped> {
        if !attempt.is_gone(of, self.clock.now()) {
            return Ok(());
        }
        let entry = calendar_entry(self.program, &self.shared.seen(), booking);
        let Some(text) = entry else { return Ok(()) };
        let entry = Entry { uid: booking.uid.clone(), text };
        match self.calendar.put(&entry, None, &[]).await {
            Ok(Put::Written(place)) => self.follow(of, through, None, Some(place)).await?,
            Ok(Put::Changed(_) | Put::Missing) => {}
            Err(error) => {
                tracing::warn!(person = %self.host, %error, "an entry whose calendar is gone could not be entered in another");
            }
        }
        Ok(())
    }

    /// Takes the entry of a booking as it stands in the calendar for the host's word.
    async fn take(&self, of: Seq, through: Seq, booking: &BookingState, found: Found) -> Result<(), Stopped> {
        let changed = if found.cancelled {
            Some(Event::BookingCancelled { booking: of, by: By::Calendar })
        } else {
            let moved = self.moved(&booking.slot, &found);
            let host = booking.slot.host.clone();
            moved.map(|(starts, minutes)| Event::BookingMoved {
                booking: of,
                host,
                starts,
                minutes,
                by: By::Calendar,
                via: None,
            })
        };
        let known = booking.written.get(self.host);
        let is_news = known.is_none_or(|entry| entry.through != through || entry.place != found.place);
        if changed.is_none() && !is_news {
            return Ok(());
        }
        self.follow(of, through, changed, found.place).await
    }

    /// Records what a host's calendar says of a booking, and that it shows it; unless somebody changed the booking in
    /// Slack meanwhile.
    async fn follow(
        &self,
        of: Seq,
        through: Seq,
        changed: Option<Event>,
        place: Option<Place>,
    ) -> Result<(), Stopped> {
        let latest = move |state: &State| {
            state
                .bookings
                .get(&of)
                .and_then(BookingState::latest)
                .map(|latest| (latest.since, latest.by.clone()))
        };
        let host = self.host.clone();
        let entered = move |through| Event::BookingEntered {
            booking: of,
            host: host.clone(),
            through,
            place: place.clone(),
        };
        let Some(changed) = changed else {
            let is_latest = move |state: &State| latest(state).is_some_and(|(since, _)| since == through);
            return self
                .record(move |state| is_latest(state).then(|| entered(through)).into_iter().collect())
                .await;
        };
        self.record(move |state| match latest(state) {
            Some((since, _)) if since == through => vec![changed.clone()],
            Some(_) | None => Vec::new(),
        })
        .await?;
        self.record(move |state| match latest(state) {
            Some((since, By::Calendar)) if since != through => vec![entered(since)],
            Some(_) | None => Vec::new(),
        })
        .await
    }

    fn moved(&self, slot: &Slot, found: &Found) -> Option<(Timestamp, u32)> {
        found.moves(slot.stretch(), &self.program.hours.get(self.host)?.zone)
    }

    /// When the host is busy. An old reading is kept, with word of its age.
    async fn read(&self) -> Result<(), CalendarError> {
        let Some(hours) = self.program.hours.get(self.host) else { return Ok(()) };
        let now = self.clock.now();
        let over = Stretch { from: now, until: now.checked_add(hours.horizon).unwrap_or(Timestamp::MAX) };
        // Blocks are ours, and would be busy time to a server that counts for us.
        let reading = if hours.blocks { Reading::Events } else { Reading::EventsOrReport };
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
