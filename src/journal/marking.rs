//! The key of the do-not-contact marks, sealed under the root key.
//!
//! The marks themselves are records, and so is their sealed key: whoever has the journal, or an export of it,
//! and the root key can tell who carries one. When the root key is changed, the same key is sealed anew.

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};

use super::keys::{KEY_LENGTH, Key, KeyError, NONCE_LENGTH};
use super::root::{RootKey, Roots};
use crate::clock::Clock;
use crate::domain::hex::{from_hex, from_hex_exactly, to_hex};
use crate::domain::marks::{Marker, SealedKey};

const BOUND_TO: &[u8] = b"key of marks";

/// Seals the key of the marks and opens it.
#[derive(Debug, Clone)]
pub struct Marking {
    roots: Roots,
    /// Where randomness comes from.
    clock: Clock,
}

/// The key of the marks, opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What marks are made with.
    pub marker: Marker,
    /// The same key sealed under the root key in use, if it was sealed under the one before it.
    pub anew: Option<SealedKey>,
}

impl Marking {
    pub(super) fn under(roots: Roots, clock: Clock) -> Self {
        Self { roots, clock }
    }

    /// A new key, to be recorded before the first mark.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn begin(&self) -> Result<(Marker, SealedKey), KeyError> {
        let key = Key::fresh(&self.clock)?;
        Ok((Marker::new(&key.0), seal(&self.roots.current, key, &self.clock)?))
    }

    /// Opens the key that is on record; none if it was sealed under another root key than those at hand.
    ///
    /// # Errors
    /// There is no randomness to seal it anew.
    pub fn open(&self, sealed: &SealedKey) -> Result<Option<Opened>, KeyError> {
        let found = self.roots.all().enumerate().find_map(|(place, root)| Some((place, open(root, sealed)?)));
        let Some((place, key)) = found else { return Ok(None) };
        let anew = (place > 0).then(|| seal(&self.roots.current, key, &self.clock)).transpose()?;
        Ok(Some(Opened { marker: Marker::new(&key.0), anew }))
    }
}

fn seal(root: &RootKey, key: Key, clock: &Clock) -> Result<SealedKey, KeyError> {
    let mut nonce = [0; NONCE_LENGTH];
    clock.entropy(&mut nonce)?;
    let payload = Payload { msg: &key.0, aad: BOUND_TO };
    // It fails only for texts of more than 256 GiB.
    let text = root.of_marks().cipher().encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
    Ok(SealedKey { nonce: to_hex(&nonce), key: to_hex(&text) })
}

fn open(root: &RootKey, sealed: &SealedKey) -> Option<Key> {
    let nonce: [u8; NONCE_LENGTH] = from_hex_exactly(&sealed.nonce)?;
    let text = from_hex(&sealed.key)?;
    let payload = Payload { msg: text.as_slice(), aad: BOUND_TO };
    let key = root.of_marks().cipher().decrypt(&XNonce::from(nonce), payload).ok()?;
    <[u8; KEY_LENGTH]>::try_from(key).ok().map(Key)
}

#[cfg(test)]
mod tests {
    use super::super::{RootKeys, Vault};
    use super::*;
    use crate::domain::ids::SlackUserId;

    fn under(current: &str, former: Option<&str>) -> Marking {
        let home = tempfile::tempdir().unwrap();
        let given = RootKeys { current: Some(current.into()), former: former.map(Into::into) };
        Vault::under(home.path(), given).marking().unwrap()
    }

    #[test]
    fn marks_are_known_wherever_the_root_key_is_and_nowhere_else() {
        let account = SlackUserId::parse("U012AB3CD").unwrap();
        let (made, sealed) = under("old", None).begin().unwrap();
        let elsewhere = under("old", None).open(&sealed).unwrap().unwrap();
        assert_eq!(elsewhere.marker.account(&account), made.account(&account));
        assert!(elsewhere.anew.is_none());
        assert!(under("another", None).open(&sealed).unwrap().is_none());

        let changed = under("new", Some("old")).open(&sealed).unwrap().unwrap();
        let after = under("new", None).open(&changed.anew.unwrap()).unwrap().unwrap();
        assert_eq!(after.marker.account(&account), made.account(&account), "the same marks");
    }
}
