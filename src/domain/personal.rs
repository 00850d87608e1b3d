//! Free text by people.
//!
//! Invariant: what a person wrote is never logged, never printed by `Debug`, and can't be serialised
//! until it has been sealed with that person's key. Forgetting a person destroys their keys, and those of
//! quarters long past are destroyed by themselves; what they wrote is then [`Personal::Forgotten`] for ever.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::calendar::Quarter;
use super::ids::PersonId;

/// Ciphertext of what a person wrote, as the journal keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Whose key opens it.
    pub of: PersonId,
    /// Which of their keys: that of the calendar quarter, in UTC, in which it was written. None if it was
    /// sealed before there was one a quarter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarter: Option<Quarter>,
    /// Nonce, hexadecimal (24 bytes).
    pub nonce: String,
    /// Ciphertext with its tag, hexadecimal.
    pub text: String,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(of {})", self.of)
    }
}

/// Something a person wrote or that was written about them.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal {
    /// Readable, in memory only.
    Open {
        /// The person whose key seals it.
        of: PersonId,
        /// The text itself.
        text: String,
    },
    /// As stored; read back without its key at hand.
    Sealed(Sealed),
    /// The key is gone.
    Forgotten,
}

impl Personal {
    /// Text of `of`, readable until it is stored.
    pub fn new(of: PersonId, text: impl Into<String>) -> Self {
        Self::Open { of, text: text.into() }
    }

    /// The person whose key seals it; none once the key is gone.
    pub fn of(&self) -> Option<&PersonId> {
        match self {
            Self::Open { of, .. } => Some(of),
            Self::Sealed(sealed) => Some(&sealed.of),
            Self::Forgotten => None,
        }
    }

    /// The text, if it can be read. Show it only to those whom rule R7 allows.
    pub fn reveal(&self) -> Option<&str> {
        match self {
            Self::Open { text, .. } => Some(text),
            Self::Sealed(_) | Self::Forgotten => None,
        }
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { of, .. } => write!(f, "Personal(of {of})"),
            Self::Sealed(sealed) => sealed.fmt(f),
            Self::Forgotten => f.write_str("Personal(forgotten)"),
        }
    }
}

impl Serialize for Personal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open { .. } => {
                Err(serde::ser::Error::custom("personal text must be sealed before it is stored"))
            }
            Self::Sealed(sealed) => Some(sealed).serialize(serializer),
            Self::Forgotten => None::<Sealed>.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Personal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Sealed>::deserialize(deserializer)?.map_or(Self::Forgotten, Self::Sealed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_text_is_neither_printed_nor_stored() {
        let person = PersonId::parse("ana").unwrap();
        let text = Personal::new(person, "our on-call is burnt out");
        assert!(!format!("{text:?}").contains("burnt"));
        assert!(serde_json::to_string(&text).is_err());
    }
}
