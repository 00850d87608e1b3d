//! What is asked of the calendar of whoever offers office hours. `integrations` implements it; tests do too.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::doubt::Doubt;
use super::stretch::Stretch;

/// How the UID of every entry that we write begins.
pub const OURS: &str = "canvass-";

/// Longest UID of an entry, in characters; its address has to fit any server's file system.
pub const LONGEST_UID: usize = 200;

/// What counts as busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// All that the server's free-busy report says; where there is none, all events. Whole days and floating
    /// times are then in the zone that the server thinks of, not necessarily the host's.
    FreeBusy,
    /// The events, without those that we wrote (see [`OURS`]).
    Events,
}

/// An entry of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Names it for ever, and is its address in the calendar: begins with [`OURS`], letters `a` to `z`,
    /// digits and `-`, at most [`LONGEST_UID`].
    pub uid: String,
    /// The iCalendar object, without METHOD (RFC 4791, 4.1), with that UID.
    pub text: String,
}

impl std::fmt::Debug for Entry {
    /// Without its text, which names people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("uid", &self.uid).finish_non_exhaustive()
    }
}

impl Entry {
    /// True if `uid` can be the address of an entry.
    pub fn is_uid(uid: &str) -> bool {
        !uid.is_empty()
            && uid.len() <= LONGEST_UID
            && uid.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    }
}

/// An entry as it stands in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// The host cancelled or declined it.
    pub cancelled: bool,
}

/// When a host is busy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusyTimes {
    /// In order, apart from each other, clipped to the range asked for. What is doubtful is in it, as wide as it may
    /// be.
    pub stretches: Vec<Stretch>,
    /// What isn't understood of what may be in the range: in order, each once, at most 50. For the host alone.
    pub doubts: Vec<Doubt>,
}

/// A calendar that can be read, and unless it is read only, written.
#[async_trait]
pub trait HostCalendar: Send + Sync + 'static {
    /// When the host is busy in `over`.
    ///
    /// # Errors
    /// Any but [`CalendarError::ReadOnly`] and [`CalendarError::BadUid`].
    async fn busy(&self, over: Stretch, reading: Reading) -> Result<BusyTimes, CalendarError>;

    /// Makes the calendar hold `entry` as it is. May be repeated.
    ///
    /// # Errors
    /// Any. After one that is transient the entry may or may not be there.
    async fn put(&self, entry: &Entry) -> Result<(), CalendarError>;

    /// Makes the calendar not hold the entry. May be repeated, also for what never was there.
    ///
    /// # Errors
    /// Any. After one that is transient the entry may or may not be there.
    async fn remove(&self, uid: &str) -> Result<(), CalendarError>;

    /// The entry as the host left it; none if it was removed.
    ///
    /// # Errors
    /// Any but [`CalendarError::ReadOnly`].
    async fn find(&self, uid: &str) -> Result<Option<Found>, CalendarError>;
}

/// Why a calendar could not be read or written. Says nothing of addresses beyond the server's name, since an
/// address may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No connection, or one that broke.
    #[error("the calendar server can't be reached ({why}); it is tried again")]
    Unreachable {
        /// "connection refused" and the like.
        why: String,
    },
    /// No answer in time.
    #[error("the calendar server did not answer in time; it is tried again")]
    TimedOut,
    /// The server has trouble, or enough of us.
    #[error("the calendar server has trouble (HTTP status {status}); it is tried again")]
    Later {
        /// HTTP status.
        status: u16,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// Somebody keeps changing the entry while it is written.
    #[error("the entry was changed elsewhere each time that it was written; it is tried again")]
    Contended,
    /// The server won't, and asking again won't help.
    #[error("the calendar server refuses (HTTP status {status}{}); look at its log",
        condition.as_deref().map(|name| format!(", {name}")).unwrap_or_default())]
    Refused {
        /// HTTP status.
        status: u16,
        /// The name of the WebDAV precondition that failed, if it says.
        condition: Option<String>,
    },
    /// Wrong user or password.
    #[error("the calendar server doesn't accept the user and password; many servers want an app password")]
    Unauthorised,
    /// Nothing is at the address.
    #[error("there is nothing at the calendar's address; check it")]
    NotFound,
    /// The server has no such calendar.
    #[error("{}", no_calendar(wanted.as_deref(), there))]
    NoCalendar {
        /// The name that was asked for.
        wanted: Option<String>,
        /// The names of the calendars that take events.
        there: Vec<String>,
    },
    /// The server sends us to another, which is not given the password.
    #[error(
        "the calendar server sends to another server ({host}), which isn't given the password; write that server's address if it is the right one"
    )]
    Elsewhere {
        /// The other server's name.
        host: String,
    },
    /// It can be read, but not written.
    #[error("the calendar can only be read; give the user the right to write, or name another calendar")]
    ReadOnly,
    /// The answer is not what it should be.
    #[error("the calendar server's answer can't be read ({what}); check that the address is a calendar's")]
    Unreadable {
        /// What is wrong.
        what: &'static str,
    },
    /// The answer is longer than is read.
    #[error("the calendar's answer is longer than {limit} bytes; name a calendar with fewer events")]
    TooLarge {
        /// Most bytes that are read.
        limit: usize,
    },
    /// The entry has a UID that can't be an address.
    #[error("the entry's UID can't be an address: it may have only a to z, 0 to 9 and -")]
    BadUid,
}

impl CalendarError {
    /// True if the same call may succeed later without anybody mending something.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut | Self::Later { .. } | Self::Contended => true,
            Self::Refused { .. }
            | Self::Unauthorised
            | Self::NotFound
            | Self::NoCalendar { .. }
            | Self::Elsewhere { .. }
            | Self::ReadOnly
            | Self::Unreadable { .. }
            | Self::TooLarge { .. }
            | Self::BadUid => false,
        }
    }
}

fn no_calendar(wanted: Option<&str>, there: &[String]) -> String {
    let names = there.join("`, `");
    match wanted {
        Some(wanted) if there.is_empty() => {
            format!("there is no calendar `{wanted}` on the server, nor any other that takes events")
        }
        Some(wanted) => format!("there is no calendar `{wanted}` on the server; it has `{names}`"),
        None => "the server has no calendar that takes events; make one, or give its address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_an_address_without_escapes() {
        for good in ["canvass-1", "a", "canvass-0f3a-77"] {
            assert!(Entry::is_uid(good), "{good}");
        }
        for bad in ["", "A", "a/b", "..", "a b", "é", "a.ics", &"a".repeat(201)] {
            assert!(!Entry::is_uid(bad), "{bad}");
        }
    }

    #[test]
    fn an_error_is_a_sentence_that_says_what_to_do() {
        let refused = CalendarError::Refused { status: 409, condition: Some("no-uid-conflict".into()) };
        assert_eq!(
            refused.to_string(),
            "the calendar server refuses (HTTP status 409, no-uid-conflict); look at its log"
        );
        let unknown = CalendarError::NoCalendar {
            wanted: Some("Wrok".into()),
            there: vec!["Home".into(), "Work".into()],
        };
        assert_eq!(unknown.to_string(), "there is no calendar `Wrok` on the server; it has `Home`, `Work`");
        assert!(!unknown.is_transient());
        assert!(CalendarError::Later { status: 503, retry_after: None }.is_transient());
    }
}
