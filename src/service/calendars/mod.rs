//! The hosts' calendars: read for busy time, and kept in step with the bookings.
//!
//! An entry in a calendar is a projection: written as often as need be until the calendar shows what is on
//! record, and recorded once it does. What the host changes there is taken for their word: an entry that
//! they moved or took out moves or cancels the booking.
//!
//! How often is counted by the calendar clock; the calls themselves take real time.

mod attempt;
mod blocks;
mod round;

use std::sync::Arc;

use futures_util::future::try_join_all;
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
use crate::domain::program::Program;
use crate::integrations::{Source, host_calendar};
use crate::journal::{Stopped, Writer};

use super::feeds::Feeds;
use super::shared::Shared;
use attempt::Attempt;
use round::Round;

/// How old busy time may become before it is read again.
const READ_EVERY: SignedDuration = SignedDuration::from_mins(3);
/// How soon a calendar that failed is tried again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(1);

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
        let mut programs = self.shared.program.subscribe();
        loop {
            let program = programs.borrow_and_update().clone();
            let hosts = program.hours.values().filter(|hours| hours.calendar.is_some());
            // Side by side: a server that is slow keeps only its own host waiting.
            let all = try_join_all(hosts.map(|hours| self.keep_one(&hours.host)));
            let other = async {
                while programs.changed().await.is_ok() {
                    if programs.borrow_and_update().digest != program.digest {
                        return true;
                    }
                }
                false
            };
            tokio::select! {
                biased;
                changed = other => if !changed { return Ok(()) },
                failed = async { futures_util::future::try_join(all, self.keep_feeds(&program)).await } => {
                    return failed.map(drop);
                }
            }
        }
    }

    /// Shows each host where to subscribe. Whoever was taken for a host by mistake knows the address of before.
    async fn keep_feeds(&self, program: &Program) -> Result<(), Stopped> {
        let mut records = self.writer.subscribe();
        let mut shown = None;
        loop {
            let shape = Some(self.writer.state().reshaped);
            if shape != shown {
                self.show_feeds(program);
                shown = shape;
            }
            of_interest(&mut records).await;
        }
    }

    /// Reads and writes the calendar of one host, until the configuration changes.
    async fn keep_one(&self, host: &PersonId) -> Result<(), Stopped> {
        let mut records = self.writer.subscribe();
        let mut attempt = Attempt::default();
        let mut calendar: Option<Arc<dyn HostCalendar>> = None;
        let mut said: Option<String> = None;
        loop {
            // The one of this moment: somebody who is approached since may be among the guests.
            let program = self.shared.program();
            let hours = program.hours.get(host);
            let Some((hours, source)) = hours.and_then(|hours| Some((hours, hours.calendar.as_ref()?)))
            else {
                return std::future::pending().await;
            };
            // Opened anew after each failure: a secret may have been corrected, or a right given.
            let mail = self.shared.seen().of(host).and_then(|seen| seen.mail.clone());
            let open = match calendar.take() {
                Some(calendar) => Ok(calendar),
                None => opened(&program, hours, source, mail),
            };
            let (shared, writer, clock) = (&self.shared, &self.writer, &self.clock);
            let well = match open {
                Ok(open) => {
                    let round =
                        Round { program: &program, shared, writer, clock, host, calendar: open.as_ref() };
                    let well = round.run(&mut attempt).await?;
                    calendar = well.then_some(open);
                    well
                }
                Err(why) => {
                    // Once for each reason: it is tried again every minute.
                    if said.as_ref() != Some(&why) {
                        tracing::error!(person = %host, why, "a host's calendar can't be used, so this host's times aren't offered");
                        said = Some(why.clone());
                    }
                    round::cannot_begin(&self.writer, host, why).await?;
                    false
                }
            };
            let looked = self.clock.now();
            let wait =
                looked.checked_add(if well { READ_EVERY } else { TRY_AGAIN }).unwrap_or(Timestamp::MAX);
            let next = attempt.not_before().map_or(wait, |at| at.max(wait));
            // Until it is time to look again, or there is something to write. A calendar that was ahead put it off.
            loop {
                tokio::select! {
                    biased;
                    () = self.clock.reaches_or_turns_back(Some(next), looked) => {}
                    () = of_interest(&mut records) => {}
                }
                let now = self.clock.now();
                let writes = hours.writes_calendar() && attempt.may_write(now);
                if next <= now
                    || now < looked
                    || writes && round::is_behind(&attempt, &self.writer.state(), host, now)
                {
                    break;
                }
            }
        }
    }

    fn show_feeds(&self, program: &Program) {
        let feeds = {
            let state = self.writer.state();
            let address = |host: &PersonId| Some((host.clone(), self.feeds.feed_address(&state, host)?));
            program.hours.keys().filter_map(address).collect()
        };
        self.shared.seen.send_modify(|all| Arc::make_mut(all).feeds = feeds);
    }
}

/// The calendar of a host whom Slack knows by `mail`, if by any. Nothing is asked of it yet.
///
/// # Errors
/// A sentence that says what to set.
pub(crate) fn opened(
    program: &Program,
    hours: &Hours,
    source: &CalendarSource,
    mail: Option<String>,
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
        Address::Slack(_) => mail,
    });
    host_calendar(source, hours.zone.clone(), mail).map_err(|error| error.to_string())
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
