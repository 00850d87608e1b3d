//! The hosts' calendars: read for busy time, and kept in step with the bookings.
//!
//! An entry in a calendar is a projection: written as often as need be until the calendar shows what is on
//! record, and recorded once it does. What the host changes there is taken for their word: an entry that
//! they moved or took out moves or cancels the booking.
//!
//! How often is counted by the calendar clock; the calls themselves take real time.

mod blocks;
mod round;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::broadcast::error::RecvError;

use crate::clock::Clock;
use crate::config::settings;
use crate::domain::directory::Address;
use crate::domain::event::Event;
use crate::domain::host_calendar::HostCalendar;
use crate::domain::ids::PersonId;
use crate::domain::office_hours::{CalendarSource, Feed, Hours};
use crate::domain::program::{ConfigDigest, Program};
use crate::integrations::{Source, host_calendar};
use crate::journal::{Stopped, Writer};

use super::feeds::Feeds;
use super::shared::Shared;
use round::{Attempt, Round};

/// How old busy time may become before it is read again.
const READ_EVERY: SignedDuration = SignedDuration::from_mins(3);
/// How soon a calendar that failed is tried again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// A host's calendar, and how reading it went last.
struct Kept {
    calendar: Arc<dyn HostCalendar>,
    attempt: Attempt,
    /// When it is looked at next, whatever happens before.
    next: Timestamp,
}

/// Keeps the calendars of all hosts.
pub(super) struct Calendars {
    pub(super) shared: Shared,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    /// Where hosts subscribe to their bookings.
    pub(super) feeds: Feeds,
}

impl Calendars {
    /// Reads and writes calendars, for ever.
    pub(super) async fn keep(self) -> Result<(), Stopped> {
        let mut records = self.writer.subscribe();
        let mut programs = self.shared.program.subscribe();
        let mut opened: Option<ConfigDigest> = None;
        let mut reshaped = None;
        let mut kept: BTreeMap<PersonId, Kept> = BTreeMap::new();
        loop {
            let program = programs.borrow_and_update().clone();
            if opened.as_ref() != Some(&program.digest) {
                kept = self.open(&program);
                self.show_feeds(&program);
                opened = Some(program.digest.clone());
            }
            // Whoever was taken for a host by mistake knows the address of before.
            let shape = self.writer.state().reshaped;
            if shape != reshaped {
                self.show_feeds(&program);
                reshaped = shape;
            }
            let now = self.clock.now();
            for (host, kept) in &mut kept {
                let writes = program.hours.get(host).is_some_and(Hours::writes_calendar);
                // It was put off by a calendar that was ahead then.
                if READ_EVERY < kept.next.duration_since(now) {
                    kept.next = now;
                }
                let behind =
                    writes && kept.attempt.may_write(now) && round::is_behind(&self.writer.state(), host);
                if behind || kept.next <= now {
                    self.look(&program, host, kept).await?;
                }
            }
            let next = kept.values().map(|kept| kept.next).min();
            tokio::select! {
                biased;
                () = self.clock.reaches_or_turns_back(next, now) => {}
                changed = programs.changed() => if changed.is_err() { return Ok(()) },
                () = of_interest(&mut records) => {}
            }
        }
    }

    async fn look(&self, program: &Program, host: &PersonId, kept: &mut Kept) -> Result<(), Stopped> {
        let round = Round {
            program,
            shared: &self.shared,
            writer: &self.writer,
            clock: &self.clock,
            host,
            calendar: kept.calendar.as_ref(),
        };
        let well = round.run(&mut kept.attempt).await?;
        let wait = if well { READ_EVERY } else { TRY_AGAIN };
        kept.next = self.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        Ok(())
    }

    fn open(&self, program: &Program) -> BTreeMap<PersonId, Kept> {
        let now = self.clock.now();
        let open = |hours: &Hours| {
            let source = hours.calendar.as_ref()?;
            match self.connect(program, hours, source) {
                Ok(calendar) => {
                    Some((hours.host.clone(), Kept { calendar, attempt: Attempt::default(), next: now }))
                }
                Err(error) => {
                    tracing::error!(person = %hours.host, error, "a host's calendar can't be used, so this host's times aren't offered");
                    None
                }
            }
        };
        program.hours.values().filter_map(open).collect()
    }

    fn show_feeds(&self, program: &Program) {
        let feeds = {
            let state = self.writer.state();
            let address = |host: &PersonId| Some((host.clone(), self.feeds.feed_address(&state, host)?));
            program.hours.keys().filter_map(address).collect()
        };
        self.shared.seen.send_modify(|all| Arc::make_mut(all).feeds = feeds);
    }

    fn connect(
        &self,
        program: &Program,
        hours: &Hours,
        source: &CalendarSource,
    ) -> Result<Arc<dyn HostCalendar>, String> {
        let source = match source {
            CalendarSource::CalDav(server) => Source::CalDav {
                address: server.address.clone(),
                user: server.user.clone(),
                password: secret(&server.password_env)?,
                calendar: server.calendar.clone(),
            },
            CalendarSource::Feed(Feed::Open(address)) => Source::Ics { address: address.clone().into() },
            CalendarSource::Feed(Feed::Secret(variable)) => Source::Ics { address: secret(variable)? },
        };
        let mail = program.people.get(&hours.host).and_then(|host| match &host.address {
            Address::Email(mail) => Some(mail.clone()),
            Address::Slack(_) => self.shared.seen().of(&host.id)?.mail.clone(),
        });
        host_calendar(source, hours.zone.clone(), mail).map_err(|error| error.to_string())
    }
}

fn secret(variable: &str) -> Result<SecretString, String> {
    let found =
        settings::secret(&|name| std::env::var(name).ok(), variable).map_err(|error| error.to_string())?;
    let found = found.filter(|secret| !secret.expose_secret().is_empty());
    found.ok_or_else(|| format!("{variable}: set it, or {variable}_FILE"))
}

/// Waits for a record after which a calendar may have to follow.
async fn of_interest(records: &mut tokio::sync::broadcast::Receiver<Arc<[crate::domain::event::Record]>>) {
    let concerns = |event: &Event| {
        matches!(
            event,
            Event::SlotBooked { .. }
                | Event::BookingMoved { .. }
                | Event::BookingCancelled { .. }
                | Event::HoursAdded { .. }
                | Event::PersonLinked { .. }
                | Event::AccountRefused { .. }
        )
    };
    loop {
        match records.recv().await {
            Ok(batch) if batch.iter().any(|record| concerns(&record.event)) => return,
            Ok(_) => {}
            // The state has them all.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}

/// How often each entry was missing in a row.
type Misses = HashMap<String, u32>;
