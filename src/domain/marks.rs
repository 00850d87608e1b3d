//! Do-not-contact marks: what is left of somebody who was forgotten.
//!
//! A mark is a keyed hash of an account or a mail address. Whoever has the key can tell whether somebody who
//! turns up carries one, under whatever id; whoever hasn't can tell nothing, and can't find out by trying.
//! The key is sealed under the root key and recorded beside the marks, so that an export carries both and
//! needs only the root key.

use serde::{Deserialize, Serialize};

use super::account::MailMark;
use super::directory::{Address, Person};
use super::hex::to_hex;
use super::ids::SlackUserId;
use super::keyed::Keyed;
use super::observation::Observations;
use super::state::State;

/// Why nothing is sent while marks can't be read.
pub const UNREADABLE: &str = "Nothing is sent: somebody asked to be forgotten, and without the right root key I \
    can't tell who. Set CANVASS_ROOT_KEY to the one that the service had before, and start it again.";

/// What is left of an account or an address: 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(String);

/// The key of the marks as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKey {
    /// Nonce, hexadecimal (24 bytes).
    pub nonce: String,
    /// Ciphertext with its tag, hexadecimal.
    pub key: String,
}

/// Makes marks and knows them again.
#[derive(Debug, Clone)]
pub struct Marker(Keyed);

impl Marker {
    /// With the key of the marks.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Keyed::new(key))
    }

    /// The mark of an account.
    pub fn account(&self, account: &SlackUserId) -> Mark {
        self.mark(&[b"account ", account.as_str().as_bytes()])
    }

    /// The mark of a mail address, in whatever case it is written.
    pub fn address(&self, address: &str) -> Mark {
        self.mark(&[b"address ", address.trim().to_lowercase().as_bytes()])
    }

    /// The mark of a mail address of which only what a record keeps is known.
    pub fn recorded(&self, address: &MailMark) -> Mark {
        self.mark(&[b"recorded ", address.as_bytes()])
    }

    fn mark(&self, parts: &[&[u8]]) -> Mark {
        Mark(to_hex(&self.0.tag(parts)))
    }
}

/// Whether marks are on record that can't be read, since the root key isn't the one they were made under.
/// Nobody may be written to then: it could be somebody who carries one.
pub fn are_unreadable(state: &State, seen: &Observations) -> bool {
    !state.marks.is_empty() && seen.marker.is_none()
}

/// Whether the account carries a mark.
pub fn is_marked(state: &State, seen: &Observations, account: &SlackUserId) -> bool {
    let carries = |marker: &Marker| state.marks.contains(&marker.account(account));
    !state.marks.is_empty() && seen.marker.as_ref().is_some_and(carries)
}

/// Whether `person` asked to be forgotten: an account or an address of theirs carries a mark, whatever the
/// configuration calls them now.
pub fn is_forgotten(state: &State, seen: &Observations, person: &Person) -> bool {
    if state.marks.is_empty() {
        return false;
    }
    let Some(marker) = &seen.marker else { return false };
    let (known, of) = (state.person(&person.id), seen.of(&person.id));
    let (account, address) = match &person.address {
        Address::Slack(account) => (Some(account), None),
        Address::Email(address) => (None, Some(address)),
    };
    let linked = known.and_then(|known| known.slack.as_ref());
    let accounts = account.into_iter().chain(linked).chain(of.and_then(|seen| seen.account.as_ref()));
    let addresses = address.into_iter().chain(of.and_then(|seen| seen.mail.as_ref()));
    let both = |address: &String| [marker.address(address), marker.recorded(&MailMark::of(address.trim()))];
    accounts.map(|account| marker.account(account)).any(|mark| state.marks.contains(&mark))
        || addresses.flat_map(both).any(|mark| state.marks.contains(&mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_nothing_without_its_key_and_is_the_same_again_with_it() {
        let (marker, other) = (Marker::new(&[1; 32]), Marker::new(&[2; 32]));
        let account = SlackUserId::parse("U012AB3CD").unwrap();
        assert_eq!(marker.account(&account), marker.account(&account));
        assert_ne!(marker.account(&account), other.account(&account));
        assert_ne!(marker.account(&account), marker.address("U012AB3CD"));
        assert_eq!(marker.address(" Ana@Example.com"), marker.address("ana@example.com"));
        assert_eq!(format!("{marker:?}"), "Marker(Keyed(…))");
    }
}
