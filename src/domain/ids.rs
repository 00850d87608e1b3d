//! Names that are for ever: what the journal, the configuration and Slack call things.
//!
//! Invariant: an id that exists is valid. Each type has one way in (`parse`, or `FromStr`, or serde,
//! which goes through it) and is never assembled from or split into other ids.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Nothing was written.
    #[error("it is empty")]
    Empty,
    /// Longer than the type allows (characters).
    #[error("it is longer than {0} characters")]
    TooLong(usize),
    /// A character that the type doesn't take.
    #[error("it has {found:?}; {allowed}")]
    Character {
        /// The offending character.
        found: char,
        /// What may be written instead, as a clause.
        allowed: &'static str,
    },
    /// The text lacks the shape of the type, as a clause.
    #[error("{0}")]
    Shape(&'static str),
}

/// The longest slug, in characters. Slack's `block_id` and `value` limits (255, 2000) are far away;
/// this one keeps tables readable.
pub const LONGEST_SLUG: usize = 64;

fn slug(text: &str) -> Result<(), BadId> {
    const ALLOWED: &str = "use lower-case letters, digits and single hyphens";
    if text.is_empty() {
        return Err(BadId::Empty);
    }
    if text.chars().count() > LONGEST_SLUG {
        return Err(BadId::TooLong(LONGEST_SLUG));
    }
    if let Some(found) = text.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')) {
        return Err(BadId::Character { found, allowed: ALLOWED });
    }
    if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
        return Err(BadId::Character { found: '-', allowed: ALLOWED });
    }
    Ok(())
}

fn slack_id(text: &str, initials: &[char]) -> Result<(), BadId> {
    if text.is_empty() {
        return Err(BadId::Empty);
    }
    if text.len() > 32 {
        return Err(BadId::TooLong(32));
    }
    if let Some(found) = text.chars().find(|c| !(c.is_ascii_uppercase() || c.is_ascii_digit())) {
        return Err(BadId::Character { found, allowed: "Slack ids have capital letters and digits only" });
    }
    if !text.starts_with(initials) {
        return Err(BadId::Shape("it does not start with the letter of its kind of Slack id"));
    }
    Ok(())
}

fn timestamp(text: &str) -> Result<(), BadId> {
    let shape = BadId::Shape("a Slack timestamp is digits, a point and six digits");
    let Some((seconds, micros)) = text.split_once('.') else { return Err(shape) };
    let digits =
        |part: &str| !part.is_empty() && part.len() <= 16 && part.bytes().all(|b| b.is_ascii_digit());
    if digits(seconds) && digits(micros) { Ok(()) } else { Err(shape) }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The id, if `text` is one.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                $check(text)?;
                Ok(Self(text.into()))
            }

            /// The id as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

text_id!(
    /// An initiative: the file name of its configuration, without the ending.
    InitiativeId,
    slug
);
text_id!(
    /// A step of an initiative; unique within it.
    StepId,
    slug
);
text_id!(
    /// A figure of an initiative's evidence; unique within it.
    FigureId,
    slug
);
text_id!(
    /// A team of the organisation.
    TeamId,
    slug
);
text_id!(
    /// A person of the organisation, as the configuration names them.
    PersonId,
    slug
);
text_id!(
    /// An entry of an initiative's FAQ; unique within it.
    FaqId,
    slug
);
text_id!(
    /// A site whose holidays people share.
    SiteId,
    slug
);
text_id!(
    /// A Slack user: `U…` or, in organisation-wide workspaces, `W…`.
    SlackUserId,
    |text: &str| slack_id(text, &['U', 'W'])
);
text_id!(
    /// A Slack conversation: `D…` for a direct message, `C…` and `G…` for others.
    SlackChannelId,
    |text: &str| slack_id(text, &['D', 'C', 'G'])
);
text_id!(
    /// A Slack message within its conversation: seconds and microseconds, as text.
    MessageTs,
    timestamp
);

impl MessageTs {
    /// When Slack took the message, to the second.
    pub fn at(&self) -> Option<Timestamp> {
        let (seconds, _) = self.as_str().split_once('.')?;
        Timestamp::from_second(seconds.parse().ok()?).ok()
    }
}

/// What is asked of one team for one initiative. There is at most one (rule R4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AskId {
    /// The initiative that asks.
    pub initiative: InitiativeId,
    /// The team that is asked.
    pub team: TeamId,
}

/// The place of a record in the journal; the first is 1, and 0 means "before any".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_lower_case_words_joined_by_single_hyphens() {
        let check = |text: &str, valid: bool| assert_eq!(TeamId::parse(text).is_ok(), valid, "{text:?}");
        check("checkout", true);
        check("retry-budget-2", true);
        check("", false);
        check("Checkout", false);
        check("-a", false);
        check("a--b", false);
        check("a_b", false);
        check(&"a".repeat(65), false);
    }

    #[test]
    fn slack_ids_keep_their_kind_apart() {
        assert!(SlackUserId::parse("U012AB3CD").is_ok());
        assert!(SlackUserId::parse("W012AB3CD").is_ok());
        assert!(SlackUserId::parse("D012AB3CD").is_err());
        assert!(SlackChannelId::parse("D012AB3CD").is_ok());
        assert!(SlackChannelId::parse("U012AB3CD").is_err());
        assert!(MessageTs::parse("1355517523.000005").is_ok());
        assert!(MessageTs::parse("1355517523").is_err());
    }

    #[test]
    fn an_invalid_id_does_not_come_in_through_serde() {
        assert!(serde_json::from_str::<PersonId>("\"Ana Souza\"").is_err());
    }
}
