//! What the program starts by itself: posts, and projections of what is recorded.
//!
//! Invariant: a post is identified by what it is *for*, never by when it was planned; planning again
//! names the same posts. The key is structured; its digest is the opaque id that leaves the house.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::booking::Word;
use super::calendar::Quarter;
use super::engagement::Touch;
use super::ids::{InitiativeId, PersonId, Seq, TeamId};

/// One touch to one person: a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliveryKey {
    /// To whom.
    pub person: PersonId,
    /// About what.
    pub initiative: InitiativeId,
    /// For which quarter's planning.
    pub quarter: Quarter,
    /// Which touch.
    pub touch: Touch,
    /// For touches that recur: the local date of the schedule's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Date>,
}

/// News for an advocate that no stakeholder caused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A person can't be reached by direct message at all.
    Unreachable {
        /// Who.
        person: PersonId,
    },
    /// Whether this post arrived could not be found out; it won't be sent again.
    Unknown {
        /// Which. Not called `post` in the record, where that names the kind of [`PostKey`].
        #[serde(rename = "of")]
        post: PostId,
    },
    /// An initiative was adopted after its first touch should have gone out; its cadence is compressed.
    Late {
        /// Which.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
    },
    /// Two people of a team gave answers that don't go together.
    Disagreement {
        /// On which initiative.
        initiative: InitiativeId,
        /// In which team.
        team: TeamId,
        /// For which planning.
        quarter: Quarter,
        /// The answer that made it one.
        since: Seq,
    },
    /// Posting stopped; the record that says why.
    Paused {
        /// The record.
        since: Seq,
    },
    /// A changed configuration has faults, and the one before stays in force.
    ConfigRefused {
        /// The record.
        since: Seq,
    },
    /// Nobody holds office hours on an initiative while it is argued.
    NoHours {
        /// Which.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
    },
    /// All office hours on an initiative before its plans freeze are taken.
    HoursTaken {
        /// Which.
        initiative: InitiativeId,
        /// For which planning.
        quarter: Quarter,
        /// The booking that took the last.
        since: Seq,
    },
}

/// What a post is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "post", rename_all = "snake_case")]
pub enum PostKey {
    /// A campaign message.
    Touch(DeliveryKey),
    /// What a person said or asked for, passed on to an advocate.
    Relay {
        /// The record of it.
        of: Seq,
        /// The advocate.
        to: PersonId,
    },
    /// The word back to that person: who was told, and about what.
    Receipt {
        /// The record of what they said.
        of: Seq,
        /// The person.
        to: PersonId,
    },
    /// An advocate's answer to a question, passed on to whoever asked.
    Answer {
        /// The record of the answer.
        of: Seq,
        /// Who asked.
        to: PersonId,
    },
    /// A question that nobody has answered for a working day, brought back to an advocate.
    Overdue {
        /// The record of the question.
        of: Seq,
        /// The advocate.
        to: PersonId,
    },
    /// What changed, what is missing and what to do next, for an advocate.
    Digest {
        /// The advocate.
        to: PersonId,
        /// The local date of the schedule's time.
        on: Date,
    },
    /// Planned messages that wait for an advocate's approval.
    Review {
        /// The advocate.
        to: PersonId,
        /// About which initiative.
        initiative: InitiativeId,
        /// The local date on which they are brought up.
        on: Date,
    },
    /// A staged start: a planned message as its recipient would read it, for an advocate.
    Rehearsal {
        /// The advocate.
        to: PersonId,
        /// The message.
        delivery: DeliveryKey,
    },
    /// Something about a booking of office hours, for one of its sides.
    Booking {
        /// The record that made the booking.
        of: Seq,
        /// The host or the guest.
        to: PersonId,
        /// What it is for.
        #[serde(flatten)]
        word: Word,
    },
    /// Office hours have become free, for somebody who waits for some.
    Vacancy {
        /// The record of their waiting.
        of: Seq,
        /// Who waits.
        to: PersonId,
    },
    /// News for an advocate.
    Notice {
        /// The advocate.
        to: PersonId,
        /// The news.
        #[serde(flatten)]
        notice: Notice,
    },
}

impl PostKey {
    /// The opaque id: a digest of the key, so that equal keys have equal ids in every process.
    pub fn id(&self) -> PostId {
        // A key is made of plain strings and numbers, which always serialise.
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(&canonical);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        PostId(id)
    }

    /// To whom it goes.
    pub fn to(&self) -> &PersonId {
        match self {
            Self::Touch(delivery) => &delivery.person,
            Self::Relay { to, .. }
            | Self::Receipt { to, .. }
            | Self::Answer { to, .. }
            | Self::Overdue { to, .. }
            | Self::Digest { to, .. }
            | Self::Review { to, .. }
            | Self::Rehearsal { to, .. }
            | Self::Booking { to, .. }
            | Self::Vacancy { to, .. }
            | Self::Notice { to, .. } => to,
        }
    }

    /// What kind of post it is, as records and logs name it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Touch(_) => "touch",
            Self::Relay { .. } => "relay",
            Self::Receipt { .. } => "receipt",
            Self::Answer { .. } => "answer",
            Self::Overdue { .. } => "overdue",
            Self::Digest { .. } => "digest",
            Self::Review { .. } => "review",
            Self::Rehearsal { .. } => "rehearsal",
            Self::Booking { .. } => "booking",
            Self::Vacancy { .. } => "vacancy",
            Self::Notice { .. } => "notice",
        }
    }

    /// The delivery, if it is a campaign message.
    pub fn delivery(&self) -> Option<&DeliveryKey> {
        match self {
            Self::Touch(delivery) => Some(delivery),
            Self::Relay { .. }
            | Self::Receipt { .. }
            | Self::Answer { .. }
            | Self::Overdue { .. }
            | Self::Digest { .. }
            | Self::Review { .. }
            | Self::Rehearsal { .. }
            | Self::Booking { .. }
            | Self::Vacancy { .. }
            | Self::Notice { .. } => None,
        }
    }

    /// Its traffic class.
    pub fn traffic(&self) -> Traffic {
        match self {
            Self::Touch(_) => Traffic::Campaign,
            Self::Relay { .. }
            | Self::Receipt { .. }
            | Self::Answer { .. }
            | Self::Overdue { .. }
            | Self::Digest { .. }
            | Self::Review { .. }
            | Self::Rehearsal { .. }
            | Self::Booking { .. }
            | Self::Vacancy { .. }
            | Self::Notice { .. } => Traffic::Interactive,
        }
    }
}

/// The opaque id of a post: the only thing about it that message metadata and buttons carry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostId([u8; 16]);

impl PostId {
    /// The id, if `text` is 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut id = [0; 16];
        for (byte, digits) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<PostId> for String {
    fn from(id: PostId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for PostId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a post id is 32 lower-case hexadecimal digits")
    }
}

/// Which traffic goes first, and which limits apply: caps, stop and snooze apply to campaigns only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Traffic {
    /// Answers and receipts that somebody is waiting for.
    Interactive,
    /// Planned messages.
    Campaign,
}

/// When an effect may be performed: `[due, expires)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// From when on.
    pub due: Timestamp,
    /// Until when, exclusive.
    pub expires: Timestamp,
}

impl Life {
    /// Whether it may be performed at `now`.
    pub fn contains(&self, now: Timestamp) -> bool {
        self.due <= now && now < self.expires
    }
}

/// A post that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// What it is for.
    pub key: PostKey,
    /// Which try this is, from 1; raised only by a recorded event.
    pub attempt: u32,
    /// When it may be sent.
    pub life: Life,
    /// For a campaign message: the teams whose ask it names.
    pub teams: Vec<TeamId>,
    /// For a campaign message: the role it is argued for.
    pub audience: Option<super::engagement::Audience>,
}

/// Anything `plan` wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a new message: intent, perform, outcome; never twice.
    Post(Post),
    /// Record that a touch's life passed while nothing could be sent.
    Miss(PostKey),
    /// Bring a sent message up to date with what is recorded; the latest wins, may be repeated.
    Refresh {
        /// The message.
        post: PostId,
        /// The record up to which it must show.
        through: Seq,
    },
    /// Look a post in doubt up where it would be, and settle it.
    Settle {
        /// The post.
        post: PostId,
        /// The attempt in doubt.
        attempt: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PostKey {
        PostKey::Touch(DeliveryKey {
            person: PersonId::parse("ana").unwrap(),
            initiative: InitiativeId::parse("payment-deadlines").unwrap(),
            quarter: "2027-Q1".parse().unwrap(),
            touch: Touch::Pitch,
            occurrence: None,
        })
    }

    #[test]
    fn the_id_of_a_post_never_changes() {
        // Messages already sent carry this id: a change here would send them again.
        assert_eq!(key().id().to_string(), "9ff5fb5708b31b4499d44f8c1fef4a83");
    }

    #[test]
    fn ids_read_back_and_nothing_else_does() {
        let id = key().id();
        assert_eq!(PostId::parse(&id.to_string()), Some(id));
        for bad in ["", "abc", "g0000000000000000000000000000000", "ABCDEF00000000000000000000000000"] {
            assert_eq!(PostId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn keys_keep_their_meaning_in_the_journal() {
        let notice = |notice| PostKey::Notice { to: PersonId::parse("priya").unwrap(), notice };
        let unreachable = notice(Notice::Unreachable { person: PersonId::parse("ana").unwrap() });
        let unknown = notice(Notice::Unknown { post: key().id() });
        for key in [key(), unreachable, unknown] {
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<PostKey>(&json).unwrap(), key, "{json}");
        }
    }
}
