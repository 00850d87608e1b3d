//! The root key: the one secret from which everything else that is secret here follows.
//!
//! It comes from the environment or, where none is given, from a file beside the keys that is made once.
//! Nothing is encrypted with it: each purpose has a key of its own made from it, so that none says anything
//! about another.
//!
//! Invariant: which root key the keys are wrapped under is noted beside them. Another one is refused before
//! anything is read or written with it, unless the one before it is given as well: then every key is wrapped
//! anew, and only after the last one is the note changed, so that a crash in between is made good by the next
//! start with both.

use secrecy::{ExposeSecret, SecretString};

use super::key_store::KeyStore;
use super::keys::{self, KEY_LENGTH, Key, KeyError};
use crate::clock::Clock;
use crate::domain::hex::{from_hex, to_hex};
use crate::domain::keyed::Keyed;

/// What the file with a root key of the folder's own is called. It holds text, so that it can be moved into
/// the environment as it is.
const OWN: &str = "root";
/// What the note is called that says which root key is in use.
const IN_USE: &str = "root.id";

/// The root keys that the surroundings give.
#[derive(Debug, Clone, Default)]
pub struct RootKeys {
    /// The one to use; the folder's own if none is given.
    pub current: Option<SecretString>,
    /// The one before it, while it is being changed.
    pub former: Option<SecretString>,
}

/// A root key.
#[derive(Debug, Clone)]
pub(super) struct RootKey(Keyed);

impl RootKey {
    /// From a text of any length. What surrounds it is not part of it.
    fn of(text: &str) -> Self {
        // HKDF's *extract* (RFC 5869, 2.2).
        Self(Keyed::new(&Keyed::new(b"canvass root key").tag(&[text.trim().as_bytes()])))
    }

    /// What other keys are wrapped with.
    pub(super) fn wrapping(&self) -> Key {
        Key(self.0.subkey("wrapping keys"))
    }

    /// What the key of the marks is sealed with.
    pub(super) fn of_marks(&self) -> Key {
        Key(self.0.subkey("sealing the key of marks"))
    }

    /// What it is recognised by; says nothing about it.
    fn id(&self) -> String {
        let digest = self.0.subkey("id");
        to_hex(digest.get(..8).unwrap_or(&digest))
    }
}

/// The root keys at hand, the one in use first.
#[derive(Debug, Clone)]
pub(super) struct Roots {
    pub(super) current: RootKey,
    pub(super) former: Vec<RootKey>,
}

impl Roots {
    /// The one in use, then the others.
    pub(super) fn all(&self) -> impl Iterator<Item = &RootKey> {
        std::iter::once(&self.current).chain(&self.former)
    }
}

/// Finds the root key to use, and wraps every key of `store` under it if another was in use before.
pub(super) fn settle(store: &mut dyn KeyStore, given: &RootKeys, clock: &Clock) -> Result<Roots, KeyError> {
    let text = |name: &str, store: &dyn KeyStore| -> Result<Option<String>, KeyError> {
        let bytes = store.read(name)?;
        let damaged = |_| KeyError::Damaged { path: store.place(name) };
        bytes.map(String::from_utf8).transpose().map_err(damaged)
    };
    let of_secret = |secret: &SecretString| RootKey::of(secret.expose_secret());
    let own = text(OWN, store)?;
    if own.as_ref().is_some_and(|own| from_hex(own.trim()).is_none_or(|key| key.len() != KEY_LENGTH)) {
        return Err(KeyError::Damaged { path: store.place(OWN) });
    }
    let own = own.as_deref().map(RootKey::of);
    let in_use = text(IN_USE, store)?.map(|id| id.trim().to_owned());
    let mut former: Vec<RootKey> = given.former.iter().map(of_secret).collect();
    let current = match (given.current.as_ref().map(of_secret), own) {
        (Some(given), own) => {
            former.extend(own);
            given
        }
        (None, Some(own)) => own,
        // A new one would open nothing of what is here.
        (None, None) if in_use.is_some() => return Err(KeyError::NoRoot { folder: store.place("") }),
        (None, None) => make(store, clock)?,
    };
    let (id, before) = (current.id(), former.iter().find(|key| in_use.as_ref() == Some(&key.id())));
    match (in_use, before) {
        (Some(in_use), _) if in_use == id => {}
        (Some(_), Some(before)) => {
            let wrapped = keys::wrap_anew(store, before, &current, clock)?;
            tracing::info!(
                keys = wrapped,
                "the root key was changed; every key is wrapped under the new one"
            );
            store.write(IN_USE, id.as_bytes())?;
        }
        (Some(_), None) => return Err(KeyError::OtherRoot { folder: store.place("") }),
        (None, _) => store.write(IN_USE, id.as_bytes())?,
    }
    Ok(Roots { current, former })
}

/// Whether `name` is one of the root key's own.
pub(super) fn is_own(name: &str) -> bool {
    [OWN, IN_USE].contains(&name)
}

fn make(store: &mut dyn KeyStore, clock: &Clock) -> Result<RootKey, KeyError> {
    let mut bytes = [0; KEY_LENGTH];
    clock.entropy(&mut bytes)?;
    let text = to_hex(&bytes);
    store.write(OWN, format!("{text}\n").as_bytes())?;
    Ok(RootKey::of(&text))
}
