//! What is asked of the calendar of whoever offers office hours. `integrations` implements it; tests do too.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::ids::Seq;
use super::stretch::Stretch;

/// How the UID of every entry that we write begins.
pub const OURS: &str = "canvass-";

/// Longest UID of an entry, in characters; its address has to fit any server's file system.
pub const LONGEST_UID: usize = 200;

/// By what a host is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The events, without those that we wrote (see [`OURS`]).
    Events,
    /// The same; from a server that doesn't give its events, what its free-busy report says. That has ours in it, and
    /// whole days and floating times are in the zone that the server thinks of, not necessarily the host's.
    EventsOrReport,
}

/// Which calendar of a server: the address of its collection. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(pub String);

/// What came of writing an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// The calendar at that place holds it.
    Written(Place),
    /// Nothing was written: the host has moved or cancelled it meanwhile.
    Changed(Found),
    /// Nothing was written: it was there and isn't any more.
    Missing,
}

/// What is wrong with a host's calendar, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It can't be kept in step.
    Failing {
        /// Why, as [`CalendarError`] says it.
        why: String,
        /// Whether it can still be read.
        reads: bool,
    },
    /// It can again.
    Over,
    /// It doesn't take the entry of a booking.
    Refused {
        /// The record that made the booking.
        booking: Seq,
        /// The change that the entry would show.
        through: Seq,
        /// Why.
        why: String,
    },
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// The host cancelled or declined it.
    pub cancelled: bool,
    /// Which calendar it is in; none where that can't be said.
    pub place: Option<Place>,
}

impl Found {
    /// When a meeting that was agreed for `agreed` is by this entry, and for how many minutes: none if it is where it was.
    ///
    /// An entry for whole days says no hour: the meeting keeps its own, on the first of these days if it wasn't on one
    /// of them.
    pub fn moves(&self, agreed: Stretch, zone: &TimeZone) -> Option<(Timestamp, u32)> {
        let minutes =
            |from: Timestamp, until: Timestamp| u32::try_from(until.duration_since(from).as_mins()).ok();
        let lasted = minutes(agreed.from, agreed.until)?;
        let (first, over) = (zone.to_datetime(self.starts), zone.to_datetime(self.ends));
        let before = zone.to_datetime(agreed.from);
        let midnight = Time::midnight();
        let now = if first.time() == midnight && over.time() == midnight && first.date() < over.date() {
            let holds = first.date() <= before.date() && before.date() < over.date();
            let day = if holds { before.date() } else { first.date() };
            (zone.to_timestamp(day.to_datetime(before.time())).ok()?, lasted)
        } else {
            (self.starts, minutes(self.starts, self.ends).filter(|minutes| *minutes > 0)?)
        };
        (now != (agreed.from, lasted)).then_some(now)
    }
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

    /// Whether it can be written, as far as can be told without writing.
    ///
    /// # Errors
    /// Any but [`CalendarError::ReadOnly`] and [`CalendarError::BadUid`].
    async fn may_be_written(&self) -> Result<bool, CalendarError>;

    /// Makes the calendar hold `entry` as it is: where it is already, looked for at `place` first, or else in the
    /// calendar that is meant now. May be repeated. If it is there at another time than any of `ours`, and there are
    /// some, it is left alone.
    ///
    /// # Errors
    /// Any. After one that is transient the entry may or may not be there.
    async fn put(&self, entry: &Entry, place: Option<&Place>, ours: &[Stretch])
    -> Result<Put, CalendarError>;

    /// Makes the calendar not hold the entry. May be repeated, also for what never was there.
    ///
    /// # Errors
    /// Any. After one that is transient the entry may or may not be there.
    async fn remove(&self, uid: &str, place: Option<&Place>) -> Result<(), CalendarError>;

    /// The entry as the host left it, by its UID, wherever in their calendars it is; none if it was removed.
    ///
    /// # Errors
    /// Any but [`CalendarError::ReadOnly`]. [`CalendarError::CalendarGone`] if the calendar at `place` isn't there any
    /// more: then nobody removed the entry in particular.
    async fn find(&self, uid: &str, place: Option<&Place>) -> Result<Option<Found>, CalendarError>;
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
    /// The server has several calendars, and none is named.
    #[error("{}", several(wanted.as_deref(), there))]
    Several {
        /// The name that was asked for, if several have it.
        wanted: Option<String>,
        /// The names of the calendars that take events.
        there: Vec<String>,
    },
    /// The calendar that the entry was in is gone.
    #[error("the calendar that the entry was in is gone")]
    CalendarGone,
    /// The server wants passwords in a way that isn't spoken.
    #[error(
        "the calendar server wants to be logged in to by {scheme}, which isn't spoken; switch on Basic or Digest there"
    )]
    Login {
        /// The ways that it offers.
        scheme: String,
    },
    /// The entry is there, and when it is can't be read.
    #[error("the entry that is there can't be read")]
    Garbled,
    /// Every entry of ours is gone at once.
    #[error(
        "all of my entries are gone from it at once. No booking was canceled for that; cancel them in Slack if you mean it"
    )]
    Emptied,
    /// The server took the entry and doesn't show it.
    #[error(
        "the calendar server doesn't show the entry that it took; check that the address is a calendar's"
    )]
    NotShown,
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
    /// True if another entry may be taken all the same: it is this one that is refused.
    pub fn is_of_the_entry(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::BadUid
                | Self::Contended
                | Self::CalendarGone
                | Self::Garbled
                | Self::NotShown
        )
    }

    /// True if no other call is worth the trouble before this has passed or somebody has mended it.
    pub fn stops_all(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut
            | Self::Unauthorised
            | Self::Login { .. }
            | Self::NotFound
            | Self::NoCalendar { .. }
            | Self::Several { .. }
            | Self::Elsewhere { .. }
            | Self::Emptied => true,
            Self::Later { status, retry_after } => retry_after.is_some() || [429, 503].contains(status),
            Self::Contended
            | Self::Refused { .. }
            | Self::CalendarGone
            | Self::Garbled
            | Self::NotShown
            | Self::ReadOnly
            | Self::Unreadable { .. }
            | Self::TooLarge { .. }
            | Self::BadUid => false,
        }
    }

    /// How long the server asks to be left alone, if it says.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// True if the same call may succeed later without anybody mending something.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut | Self::Later { .. } | Self::Contended => true,
            Self::Refused { .. }
            | Self::Unauthorised
            | Self::NotFound
            | Self::NoCalendar { .. }
            | Self::Several { .. }
            | Self::CalendarGone
            | Self::Login { .. }
            | Self::Garbled
            | Self::Emptied
            | Self::NotShown
            | Self::Elsewhere { .. }
            | Self::ReadOnly
            | Self::Unreadable { .. }
            | Self::TooLarge { .. }
            | Self::BadUid => false,
        }
    }
}

fn several(wanted: Option<&str>, there: &[String]) -> String {
    let names = there.join("`, `");
    match wanted {
        Some(wanted) => {
            format!("the server has several calendars `{wanted}`; give the address of the right one")
        }
        None => format!("the server has several calendars and none is named; name one of `{names}`"),
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

    #[test]
    fn an_entry_says_when_a_meeting_is_and_one_for_whole_days_on_which_day() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let at = |text: &str| format!("{text}:00Z").parse::<Timestamp>().unwrap();
        // Thursday, 10:30 in Sao Paulo.
        let agreed = Stretch { from: at("2026-12-10T13:30"), until: at("2026-12-10T14:00") };
        let cases = [
            ("2026-12-10T13:30 2026-12-10T14:00", None),
            ("2026-12-10T14:30 2026-12-10T15:00", Some("2026-12-10T14:30 30")),
            ("2026-12-10T13:30 2026-12-10T14:15", Some("2026-12-10T13:30 45")),
            // The whole of that day, and of three around it.
            ("2026-12-10T03:00 2026-12-11T03:00", None),
            ("2026-12-09T03:00 2026-12-12T03:00", None),
            // The whole of the day after, and of the week after that.
            ("2026-12-11T03:00 2026-12-12T03:00", Some("2026-12-11T13:30 30")),
            ("2026-12-14T03:00 2026-12-21T03:00", Some("2026-12-14T13:30 30")),
            // Twenty-four hours that are no day there.
            ("2026-12-10T00:00 2026-12-11T00:00", Some("2026-12-10T00:00 1440")),
            ("2026-12-10T14:00 2026-12-10T14:00", None),
        ];
        for (entry, expected) in cases {
            let (starts, ends) = entry.split_once(' ').unwrap();
            let found = Found { starts: at(starts), ends: at(ends), cancelled: false, place: None };
            let now = found.moves(agreed, &zone);
            let shown = now.map(|(at, minutes)| format!("{} {minutes}", at.strftime("%Y-%m-%dT%H:%M")));
            assert_eq!(shown.as_deref(), expected, "{entry}");
        }
    }
}
