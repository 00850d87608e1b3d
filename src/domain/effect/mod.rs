//! What the program starts by itself: posts, and projections of what is recorded.

mod id;
mod key;

pub use id::{Epoch, PostId};
pub use key::{About, DeliveryKey, Listing, Notice, PostKey};

use jiff::Timestamp;

use super::engagement::Audience;
use super::ids::{Seq, TeamId};

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
    pub audience: Option<Audience>,
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

impl Effect {
    /// Of which post it says that its life is over.
    pub fn missed(&self) -> Option<&PostKey> {
        match self {
            Self::Miss(key) => Some(key),
            Self::Post(_) | Self::Refresh { .. } | Self::Settle { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
