//! Bookings of office hours: the words that records and posts use of them (rule R9).
//!
//! A booking is named by the record that made it. Whatever changes it later names that record, so its
//! messages and its entry in calendars stay the same ones when it is moved or handed on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::calendar::Quarter;
use super::host_calendar::OURS;
use super::ids::{InitiativeId, PersonId, Seq};

/// What a booking is about, and for which planning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The initiative.
    pub initiative: InitiativeId,
    /// The quarter whose planning it serves.
    pub quarter: Quarter,
}

/// An outside booking page whose bookings are taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Cal.com.
    CalCom,
    /// Calendly.
    Calendly,
}

impl Provider {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::CalCom => "Cal.com",
            Self::Calendly => "Calendly",
        }
    }
}

/// Where a booking was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// In Slack.
    #[default]
    Slack,
    /// On an outside page, which sends its own invitations.
    Page {
        /// Whose.
        provider: Provider,
        /// What it calls the booking.
        id: String,
    },
}

/// Who or what changed a booking.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// One of its two sides, or an advocate.
    Person(PersonId),
    /// The host changed the entry in their own calendar.
    Calendar,
    /// The outside page on which it was made.
    Page,
}

/// How long before a booking both sides are reminded of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ahead {
    /// A day.
    Day,
    /// Ten minutes.
    Minutes,
}

impl Ahead {
    /// Both, the earlier first.
    pub const ALL: [Self; 2] = [Self::Day, Self::Minutes];

    /// How long that is.
    pub fn lasts(self) -> SignedDuration {
        match self {
            Self::Day => SignedDuration::from_hours(24),
            Self::Minutes => SignedDuration::from_mins(10),
        }
    }
}

/// What a post about a booking is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Word {
    /// That it was booked, moved, handed on or cancelled.
    Told {
        /// The record that says so.
        since: Seq,
    },
    /// The same, as an invitation for a calendar.
    Invitation {
        /// The record that says so.
        since: Seq,
    },
    /// That it is near.
    Reminder {
        /// The record that set its time.
        since: Seq,
        /// How near.
        ahead: Ahead,
    },
    /// How it went, for its host.
    Aftermath,
}

/// The UID of a booking's entry in calendars, from the record that made it: opaque, and never that of
/// another journal's booking. It is made once, so that renaming somebody doesn't make it another.
pub fn uid(of: Seq, at: Timestamp, guest: &PersonId, host: &PersonId) -> String {
    let made = format!("{of}|{at}|{guest}|{host}");
    let digest = Sha256::digest(made.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{OURS}{hex}")
}
