//! A staged start.

use serde::{Deserialize, Serialize};

/// How far a staged start has come: a campaign goes to its advocates first, then to a few, then to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Each message goes to the advocates instead, so that they read it as it would be read.
    Rehearsal,
    /// The first three people get theirs.
    Few,
    /// Everybody does.
    All,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 3] = [Self::Rehearsal, Self::Few, Self::All];

    /// The word of the vocabulary, as configuration and commands write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rehearsal => "rehearsal",
            Self::Few => "few",
            Self::All => "all",
        }
    }

    /// The stage that a word of the vocabulary names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}
