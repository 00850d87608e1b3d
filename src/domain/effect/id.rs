//! The opaque ids of posts.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::ids::{MessageTs, PersonId, SlackChannelId};

/// The opaque id of a post: the only thing about it that message metadata and buttons carry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostId([u8; 16]);

impl PostId {
    /// The digest of a key, as it is serialized.
    pub(super) fn digest(canonical: &[u8]) -> Self {
        let digest = Sha256::digest(canonical);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// The id to take instead of this one where a post that went out to somebody else has it: they were
    /// called then what the recipient is called now.
    #[must_use]
    pub fn instead(self) -> Self {
        Self::digest(&self.0)
    }

    /// The id of what is for something that happened since a restore. The journal before may have had another
    /// record in its place, and may have sent a post about that.
    #[must_use]
    pub fn within(self, epoch: &Epoch) -> Self {
        Self::digest(&[self.0, epoch.0.0].concat())
    }

    /// The id of what follows from something that was typed: by its place in Slack, which is the same in whichever journal it
    /// comes to be on record.
    pub fn of_typed(word: &str, to: &PersonId, (channel, ts): (&SlackChannelId, &MessageTs)) -> Self {
        let parts = ["typed", word, to.as_str(), channel.as_str(), ts.as_str()];
        Self::digest(parts.join("\n").as_bytes())
    }

    /// An id for a test message of the operator's, made of randomness: it is no post of the program.
    pub fn of_test(random: [u8; 8]) -> Self {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&random);
        Self(id)
    }

    /// Whether it is that of a test message.
    pub fn is_test(self) -> bool {
        self.0[..8] == [0; 8]
    }

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

/// The time since a restore, apart from what the journal before went on to record: 16 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(PostId);

impl Epoch {
    /// One that never was before, made of randomness.
    pub fn new(random: [u8; 16]) -> Self {
        Self(PostId(random))
    }

    /// The epoch, if `text` is 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        PostId::parse(text).map(Self)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
