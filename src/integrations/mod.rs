//! The calendars of those who offer office hours: CalDAV servers, which can be written, and .ics addresses.

mod address;
mod caldav;
mod http;
mod ics;

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::domain::host_calendar::{BusyTimes, CalendarError, HostCalendar};
use crate::ical::Reader;

pub use address::BadAddress;

/// Where a host's calendar is.
#[derive(Clone)]
pub enum Source {
    /// On a CalDAV server.
    CalDav {
        /// The calendar's address; or the server's, and the calendar is looked for.
        address: String,
        /// Who logs in.
        user: String,
        /// With which password.
        password: SecretString,
        /// The calendar's display name, if the address isn't a calendar's and there are several.
        calendar: Option<String>,
    },
    /// At an address that gives the whole calendar as iCalendar text. It can only be read.
    Ics {
        /// `https://` or `webcal://`; often a secret.
        address: SecretString,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CalDav { .. } => f.write_str("CalDav { … }"),
            Self::Ics { .. } => f.write_str("Ics { … }"),
        }
    }
}

/// Why a calendar can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address.
    #[error("the calendar's address can't be used: {0}")]
    Address(#[from] BadAddress),
    /// HTTP itself.
    #[error("calendars can't be read: {0}")]
    Http(#[from] reqwest::Error),
}

/// The calendar at `source`. Nothing is sent yet.
///
/// Whole days and floating times are in `zone`, the host's. What the host declined takes no time, if it is
/// known by which `email` the host is invited.
///
/// # Errors
/// An address that a password or a secret must not be sent to, or a machine without root certificates.
pub fn host_calendar(
    source: Source,
    zone: TimeZone,
    email: Option<String>,
) -> Result<Arc<dyn HostCalendar>, SetupError> {
    let reader = Reader { zone, email };
    let http = http::Http::new(http::PATIENCE)?;
    Ok(match source {
        Source::CalDav { address, user, password, calendar } => {
            let login = http::Login::new(user, password);
            Arc::new(caldav::CalDav::new(address::of_server(&address)?, login, calendar, http, reader))
        }
        Source::Ics { address } => Arc::new(ics::Ics::new(address::of_file(&address)?, http, reader)),
    })
}

/// Does what takes more than a moment off the threads that serve Slack. Calendars hold what strangers wrote:
/// should a library give up on it, that calendar can't be read, and nothing else is harmed.
async fn work_out<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CalendarError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| CalendarError::Unreadable { what: "an event can't be worked through" })
}

/// Says in the log that events aren't understood in full. Which ones is for the host alone.
fn note_doubts(host: Option<&str>, busy: &BusyTimes) {
    let doubts = busy.doubts.len();
    if doubts > 0 {
        tracing::warn!(
            calendar.server = host,
            doubts,
            "events that can't be understood count as busy as widely as they may be"
        );
    }
}
