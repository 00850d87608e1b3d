//! Who has been engaged, and where they stand.

use serde::{Deserialize, Serialize};

/// Most asks of one person for one initiative in a quarter, whatever the configuration says (ARCHITECTURE, *What a
/// message must be*).
pub const MOST_ASKS: u32 = 3;

/// Where a person stands on one ask in one quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// The team will plan the whole ask.
    Committed,
    /// The team will plan the first step only.
    FirstStep,
    /// An executive backs it, or an engineer finds it right.
    Supportive,
    /// Wants to talk before deciding.
    Considering,
    /// Has a concern; only a human writes until an advocate releases it.
    Concerned,
    /// Not this quarter.
    Declined,
}

impl Stance {
    /// Every stance, strongest support first.
    pub const ALL: [Self; 6] = [
        Self::Committed,
        Self::FirstStep,
        Self::Supportive,
        Self::Considering,
        Self::Concerned,
        Self::Declined,
    ];

    /// Whether nothing but one `follow_up` may be sent for the quarter after it.
    pub fn is_final(self) -> bool {
        match self {
            Self::Committed | Self::FirstStep | Self::Supportive | Self::Declined => true,
            Self::Considering | Self::Concerned => false,
        }
    }

    /// The word of the vocabulary, as configuration and commands write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::FirstStep => "first_step",
            Self::Supportive => "supportive",
            Self::Considering => "considering",
            Self::Concerned => "concerned",
            Self::Declined => "declined",
        }
    }

    /// The stance that a word of the vocabulary names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stance| stance.word() == word)
    }
}

/// The kind of a planned message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// "This is coming; tell me what I have wrong." Asks for nothing.
    HeadsUp,
    /// The case and the ask.
    Pitch,
    /// Something new for the undecided and the unanswered.
    Reminder,
    /// The smallest step, and the promise not to ask again.
    LastCall,
    /// Thanks, and what became of it.
    FollowUp,
}

impl Touch {
    /// Every touch in the order of a cadence.
    pub const ALL: [Self; 5] = [Self::HeadsUp, Self::Pitch, Self::Reminder, Self::LastCall, Self::FollowUp];

    /// Whether it counts towards the three after which there is silence.
    pub fn asks(self) -> bool {
        match self {
            Self::Pitch | Self::Reminder | Self::LastCall => true,
            Self::HeadsUp | Self::FollowUp => false,
        }
    }

    /// The word of the vocabulary.
    pub fn word(self) -> &'static str {
        match self {
            Self::HeadsUp => "heads_up",
            Self::Pitch => "pitch",
            Self::Reminder => "reminder",
            Self::LastCall => "last_call",
            Self::FollowUp => "follow_up",
        }
    }

    /// The touch that a word of the vocabulary names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|touch| touch.word() == word)
    }
}

/// The role a message is argued for (rule R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Product managers.
    Product,
    /// Engineering managers.
    EngineeringManager,
    /// Executives.
    Executive,
    /// Engineers.
    Engineer,
}

impl Audience {
    /// Every audience, the one closest to deciding an ask first.
    pub const ALL: [Self; 4] = [Self::Product, Self::EngineeringManager, Self::Executive, Self::Engineer];

    /// The word of the vocabulary.
    pub fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::EngineeringManager => "engineering_manager",
            Self::Executive => "executive",
            Self::Engineer => "engineer",
        }
    }

    /// Whether it is asked for a plan.
    pub fn plans(self) -> bool {
        match self {
            Self::Product | Self::EngineeringManager => true,
            Self::Executive | Self::Engineer => false,
        }
    }

    /// The audience that a word of the vocabulary names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.word() == word)
    }

    /// As people call it in running text, singular.
    pub fn title(self) -> &'static str {
        match self {
            Self::Product => "product manager",
            Self::EngineeringManager => "engineering manager",
            Self::Executive => "executive",
            Self::Engineer => "engineer",
        }
    }
}
