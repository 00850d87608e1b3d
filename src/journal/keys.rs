//! One key per person and quarter, each in a place of its own beside the journal and never inside it or its
//! exports, wrapped under the root key.
//!
//! Invariant: a key is durable before anything is sealed with it, and a key that was destroyed never
//! comes back: whoever is written about after that gets a new one. Names are digests, so that nobody can
//! read from them who is known. Secrets of the service's own lie beside them, by their names.
//!
//! Earlier versions had one key per person, unwrapped. Such a key is read wherever it turns up; the first
//! start wraps it, and notes the last quarter of which it can have sealed anything.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io;
use std::path::PathBuf;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use super::key_store::KeyStore;
use super::root::{self, RootKey, RootKeys, Roots};
use crate::clock::{Clock, NoEntropy};
use crate::domain::calendar::Quarter;
use crate::domain::hex::to_hex;
use crate::domain::ids::PersonId;
use crate::domain::keyed::Keyed;

/// Length of a key in bytes (XChaCha20-Poly1305).
pub(super) const KEY_LENGTH: usize = 32;
pub(super) const NONCE_LENGTH: usize = 24;
/// How a wrapped key begins; its nonce and its ciphertext with a tag of 16 bytes follow.
const WRAPPED: &[u8] = b"w1";
const WRAPPED_LENGTH: usize = WRAPPED.len() + NONCE_LENGTH + KEY_LENGTH + 16;

/// A key can't be read, made or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is there, but isn't a key.
    #[error(
        "The key file {path} is damaged. Put it back from a backup, or delete it: the words it protects are then lost for good."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The keys are wrapped, and the root key is not there.
    #[error(
        "The keys in {folder} are wrapped under a root key that isn't given. Set CANVASS_ROOT_KEY or \
         CANVASS_ROOT_KEY_FILE to it and start again. Nothing was changed."
    )]
    NoRoot {
        /// Where the keys are.
        folder: PathBuf,
    },
    /// The keys are wrapped under another root key.
    #[error(
        "The keys in {folder} are wrapped under another root key than the one in CANVASS_ROOT_KEY. Give the \
         right one and start again. To change the root key, give the old one as well, in \
         CANVASS_OLD_ROOT_KEY. Nothing was changed."
    )]
    OtherRoot {
        /// Where the keys are.
        folder: PathBuf,
    },
    /// The operating system refused.
    #[error("The key file {path} can't be read or written: {source}. Look at the disk and who may use it.")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system gave no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// A secret that opens what one person wrote.
#[derive(Clone, Copy)]
pub(super) struct Key(pub(super) [u8; KEY_LENGTH]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    pub(super) fn fresh(clock: &Clock) -> Result<Self, NoEntropy> {
        let mut key = Self([0; KEY_LENGTH]);
        clock.entropy(&mut key.0)?;
        Ok(key)
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }

    /// Which key it is: says nothing about it, and a record may name it.
    fn fingerprint(&self) -> String {
        let digest = Keyed::new(&self.0).subkey("fingerprint");
        to_hex(digest.get(..8).unwrap_or(&digest))
    }
}

/// `key` as it is kept under `name`.
fn wrap(root: &RootKey, name: &str, key: Key, clock: &Clock) -> Result<Vec<u8>, KeyError> {
    let mut nonce = [0; NONCE_LENGTH];
    clock.entropy(&mut nonce)?;
    let payload = Payload { msg: &key.0, aad: name.as_bytes() };
    // It fails only for texts of more than 256 GiB.
    let text = root.wrapping().cipher().encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
    Ok([WRAPPED, &nonce, &text].concat())
}

/// The key that is kept under `name` as `bytes`; one that isn't wrapped is what it is.
fn unwrap(root: &RootKey, name: &str, bytes: &[u8], store: &dyn KeyStore) -> Result<Key, KeyError> {
    if let Ok(bare) = bytes.try_into() {
        return Ok(Key(bare));
    }
    let damaged = || KeyError::Damaged { path: store.place(name) };
    let rest = bytes.strip_prefix(WRAPPED).filter(|_| bytes.len() == WRAPPED_LENGTH).ok_or_else(damaged)?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or_else(damaged)?;
    let payload = Payload { msg: text, aad: name.as_bytes() };
    let key = root.wrapping().cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| damaged())?;
    key.try_into().map(Key).map_err(|_| damaged())
}

/// Wraps every key of `store` under `to`; how many. Those that are already stay as they are.
pub(super) fn wrap_anew(
    store: &mut dyn KeyStore,
    from: &RootKey,
    to: &RootKey,
    clock: &Clock,
) -> Result<usize, KeyError> {
    let mut wrapped = 0;
    for name in store.names()? {
        let Some(bytes) = store.read(&name)?.filter(|_| !root::is_own(&name)) else { continue };
        if bytes.len() == WRAPPED_LENGTH && unwrap(to, &name, &bytes, store).is_ok() {
            continue;
        }
        let key = unwrap(from, &name, &bytes, store)?;
        store.write(&name, &wrap(to, &name, key, clock)?)?;
        wrapped += 1;
    }
    Ok(wrapped)
}

/// What a key's name says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seals {
    /// Of an earlier version, and it isn't known until when it sealed.
    Anything,
    /// Of an earlier version: it sealed nothing after this quarter.
    Until(Quarter),
    /// What was written in this quarter.
    In(Quarter),
}

impl Seals {
    fn ending(self) -> String {
        match self {
            Self::Anything => String::new(),
            Self::Until(quarter) => format!(".until-{quarter}"),
            Self::In(quarter) => format!(".{quarter}"),
        }
    }

    /// Whose key `name` is, as a digest, and what it seals; none if it is no person's.
    fn of(name: &str) -> Option<(&str, Self)> {
        let (digest, rest) = name.split_at_checked(2 * KEY_LENGTH)?;
        if !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let seals = match (rest.strip_prefix(".until-"), rest.strip_prefix('.')) {
            (Some(quarter), _) => Self::Until(quarter.parse().ok()?),
            (None, Some(quarter)) => Self::In(quarter.parse().ok()?),
            (None, None) if rest.is_empty() => Self::Anything,
            (None, None) => return None,
        };
        Some((digest, seals))
    }
}

fn digest(person: &PersonId) -> String {
    to_hex(&Sha256::new().chain_update(b"canvass key of ").chain_update(person.as_str()).finalize())
}

/// The keys of a store, with those used so far in memory.
#[derive(Debug)]
pub(super) struct KeyRing {
    store: Box<dyn KeyStore>,
    given: RootKeys,
    /// Where randomness comes from.
    pub(super) clock: Clock,
    /// Found with the first key that needs it.
    roots: Option<Roots>,
    /// What is in the store, read with the first need: nobody else changes it while the folder is held.
    names: Option<BTreeSet<String>>,
    /// By person and quarter; without a quarter those of earlier versions, of which a store that was put
    /// together from backups may hold several.
    known: HashMap<(PersonId, Option<Quarter>), Vec<Key>>,
}

impl KeyRing {
    /// The keys in `store`, under one of the root keys `given`.
    pub(super) fn new(store: Box<dyn KeyStore>, given: RootKeys) -> Self {
        Self { store, given, clock: Clock::system(), roots: None, names: None, known: HashMap::new() }
    }

    /// The root keys; the first call checks them.
    pub(super) fn roots(&mut self) -> Result<&Roots, KeyError> {
        match &mut self.roots {
            Some(roots) => Ok(roots),
            none => Ok(none.insert(root::settle(&mut *self.store, &self.given, &self.clock)?)),
        }
    }

    /// Checks the root key, and wraps keys of earlier versions, which seal nothing any more from `now` on.
    pub(super) fn settle(&mut self, now: Quarter) -> Result<(), KeyError> {
        let root = self.roots()?.current.clone();
        for name in self.names()?.clone() {
            let bare = self.store.read(&name)?.filter(|bytes| bytes.len() == KEY_LENGTH);
            let Some(bytes) = bare else { continue };
            let key = unwrap(&root, &name, &bytes, &*self.store)?;
            match Seals::of(&name) {
                Some((digest, Seals::Anything)) => {
                    let wrapped = format!("{digest}{}", Seals::Until(now).ending());
                    self.write(&wrapped, &wrap(&root, &wrapped, key, &self.clock)?)?;
                    self.remove(&name)?;
                }
                Some(_) | None => self.write(&name, &wrap(&root, &name, key, &self.clock)?)?,
            }
        }
        Ok(())
    }

    /// The keys that may open what `person` wrote in `quarter`, or before there were quarters.
    pub(super) fn find(&mut self, person: &PersonId, quarter: Option<Quarter>) -> Result<&[Key], KeyError> {
        let which = (person.clone(), quarter);
        if !self.known.contains_key(&which) {
            let names = match quarter {
                Some(quarter) => vec![format!("{}{}", digest(person), Seals::In(quarter).ending())],
                None => self.names_of(person, |seals| !matches!(seals, Seals::In(_)))?,
            };
            let mut keys = Vec::new();
            for name in names {
                keys.extend(self.read(&name)?);
            }
            self.known.insert(which.clone(), keys);
        }
        Ok(self.known.get(&which).map(Vec::as_slice).unwrap_or_default())
    }

    /// The key of `person` for what is written in `quarter`; if there is none, a new one, durable when this
    /// returns.
    pub(super) fn find_or_make(&mut self, person: &PersonId, quarter: Quarter) -> Result<Key, KeyError> {
        if let Some(key) = self.find(person, Some(quarter))?.first() {
            return Ok(*key);
        }
        let key = self.make(&format!("{}{}", digest(person), Seals::In(quarter).ending()))?;
        self.known.insert((person.clone(), Some(quarter)), vec![key]);
        Ok(key)
    }

    /// The secret called `name`, made when it is asked for the first time.
    pub(super) fn secret(&mut self, name: &str) -> Result<Key, KeyError> {
        match self.read(name)? {
            Some(key) => Ok(key),
            None => self.make(name),
        }
    }

    /// The keys of these people, by their fingerprints.
    pub(super) fn of(&mut self, people: &[PersonId]) -> Result<Vec<Doomed>, KeyError> {
        let mut names = Vec::new();
        for person in people {
            names.extend(self.names_of(person, |_| true)?);
        }
        self.doomed(names)
    }

    /// The keys of which everything that they sealed was written before `quarter`, but for those of
    /// these people from these quarters on.
    pub(super) fn older_than(
        &mut self,
        quarter: Quarter,
        but: &[(PersonId, Quarter)],
    ) -> Result<Vec<Doomed>, KeyError> {
        let but: Vec<(String, Quarter)> = but.iter().map(|(person, from)| (digest(person), *from)).collect();
        // What was written then may have been changed later, under a later key.
        let is_kept = |digest: &str, seals| but.iter().any(|(of, from)| of == digest && *from <= seals);
        let is_old = |name: &str| match Seals::of(name) {
            Some((digest, Seals::In(of) | Seals::Until(of))) => of < quarter && !is_kept(digest, of),
            Some((_, Seals::Anything)) | None => false,
        };
        let names = self.names()?.iter().filter(|name| is_old(name)).cloned().collect();
        self.doomed(names)
    }

    /// Every key whose fingerprint is in `fingerprints`: it was destroyed before, and has come back.
    pub(super) fn back_again(
        &mut self,
        fingerprints: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Doomed>, KeyError> {
        let names = self.names()?.iter().filter(|name| Seals::of(name).is_some()).cloned().collect();
        let mut all = self.doomed(names)?;
        all.retain(|key| fingerprints(&key.fingerprint));
        Ok(all)
    }

    /// Destroys keys; durable when this returns.
    pub(super) fn destroy(&mut self, doomed: &[Doomed]) -> Result<(), KeyError> {
        for key in doomed {
            self.remove(&key.name)?;
        }
        self.known.clear();
        Ok(())
    }

    fn doomed(&mut self, names: Vec<String>) -> Result<Vec<Doomed>, KeyError> {
        let mut doomed = Vec::new();
        for name in names {
            if let Some(key) = self.read(&name)? {
                doomed.push(Doomed { fingerprint: key.fingerprint(), name });
            }
        }
        Ok(doomed)
    }

    fn names_of(
        &mut self,
        person: &PersonId,
        wanted: impl Fn(Seals) -> bool,
    ) -> Result<Vec<String>, KeyError> {
        let digest = digest(person);
        let theirs = self.names()?.range(digest.clone()..).take_while(|name| name.starts_with(&digest));
        Ok(theirs.filter(|name| Seals::of(name).is_some_and(|(_, seals)| wanted(seals))).cloned().collect())
    }

    fn names(&mut self) -> Result<&BTreeSet<String>, KeyError> {
        match &mut self.names {
            Some(names) => Ok(names),
            none => Ok(none.insert(self.store.names()?.into_iter().collect())),
        }
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), KeyError> {
        self.store.write(name, bytes)?;
        self.names.iter_mut().for_each(|names| _ = names.insert(name.to_owned()));
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), KeyError> {
        self.store.destroy(name)?;
        self.names.iter_mut().for_each(|names| _ = names.remove(name));
        Ok(())
    }

    fn read(&mut self, name: &str) -> Result<Option<Key>, KeyError> {
        let Some(bytes) = self.store.read(name)? else { return Ok(None) };
        let root = self.roots()?.current.clone();
        unwrap(&root, name, &bytes, &*self.store).map(Some)
    }

    fn make(&mut self, name: &str) -> Result<Key, KeyError> {
        let root = self.roots()?.current.clone();
        let key = Key::fresh(&self.clock)?;
        self.write(name, &wrap(&root, name, key, &self.clock)?)?;
        Ok(key)
    }
}

/// A key that is to be destroyed.
#[derive(Debug, Clone)]
pub(super) struct Doomed {
    name: String,
    /// Which key it is: the record of its end names it, so that a copy of it that turns up later is destroyed
    /// as well.
    pub(super) fingerprint: String,
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::journal::key_store::KeyFolder;

    fn ana() -> PersonId {
        PersonId::parse("ana").unwrap()
    }

    fn quarter(text: &str) -> Quarter {
        text.parse().unwrap()
    }

    fn given(current: Option<&str>, former: Option<&str>) -> RootKeys {
        RootKeys { current: current.map(Into::into), former: former.map(Into::into) }
    }

    fn ring(folder: &Path, given: RootKeys) -> KeyRing {
        KeyRing::new(Box::new(KeyFolder::new(folder.to_owned())), given)
    }

    fn own(folder: &Path) -> KeyRing {
        ring(folder, RootKeys::default())
    }

    fn names(folder: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
        names.sort();
        names
    }

    fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
        names(folder).into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
    }

    #[test]
    fn a_key_outlives_the_process_and_lies_there_wrapped() {
        let home = tempfile::tempdir().unwrap();
        let made = own(home.path()).find_or_make(&ana(), quarter("2026-Q4")).unwrap();
        let mut ring = own(home.path());
        assert_eq!(ring.find(&ana(), Some(quarter("2026-Q4"))).unwrap()[0].0, made.0);
        assert!(ring.find(&ana(), Some(quarter("2027-Q1"))).unwrap().is_empty());
        let other = ring.find_or_make(&ana(), quarter("2027-Q1")).unwrap();
        assert_ne!(other.0, made.0);
        for (name, bytes) in bytes(home.path()) {
            assert!(!bytes.windows(KEY_LENGTH).any(|part| part == made.0), "{name} holds the key itself");
            assert!(!name.contains("ana"), "the name tells who is known");
        }
    }

    #[test]
    fn a_key_of_an_earlier_version_is_read_and_wrapped_by_the_first_start() {
        let home = tempfile::tempdir().unwrap();
        let bare = [7; KEY_LENGTH];
        fs::write(home.path().join(digest(&ana())), bare).unwrap();
        fs::write(home.path().join("feeds"), [8; KEY_LENGTH]).unwrap();
        assert_eq!(own(home.path()).find(&ana(), None).unwrap()[0].0, bare, "as it lies");
        let mut ring = own(home.path());
        ring.settle(quarter("2026-Q4")).unwrap();
        assert_eq!(ring.find(&ana(), None).unwrap()[0].0, bare);
        assert_eq!(ring.secret("feeds").unwrap().0, [8; KEY_LENGTH]);
        for (name, bytes) in bytes(home.path()) {
            assert!(!bytes.windows(8).any(|part| part == [7; 8] || part == [8; 8]), "{name} lies bare");
        }
        assert!(names(home.path()).contains(&format!("{}.until-2026-Q4", digest(&ana()))));
    }

    #[test]
    fn a_damaged_key_file_is_a_fault_and_not_a_forgotten_person() {
        let home = tempfile::tempdir().unwrap();
        own(home.path()).find_or_make(&ana(), quarter("2026-Q4")).unwrap();
        let file = home.path().join(format!("{}.2026-Q4", digest(&ana())));
        let whole = fs::read(&file).unwrap();
        for damage in [&b"short"[..], &[0; WRAPPED_LENGTH], &whole[1..]] {
            fs::write(&file, damage).unwrap();
            let fault = own(home.path()).find_or_make(&ana(), quarter("2026-Q4")).unwrap_err();
            assert!(matches!(fault, KeyError::Damaged { .. }), "{fault}");
        }
    }

    #[test]
    fn without_the_root_key_or_with_another_nothing_is_read_and_nothing_changed() {
        let home = tempfile::tempdir().unwrap();
        let right = given(Some("the right one"), None);
        let made = ring(home.path(), right.clone()).find_or_make(&ana(), quarter("2026-Q4")).unwrap();
        let before = bytes(home.path());
        let refused = |given: RootKeys| {
            let mut ring = ring(home.path(), given);
            ring.settle(quarter("2026-Q4")).unwrap_err().to_string()
        };
        let none = refused(RootKeys::default());
        assert!(
            none.contains("a root key that isn't given") && none.contains("Nothing was changed"),
            "{none}"
        );
        for wrong in [given(Some("another"), None), given(Some("another"), Some("a third"))] {
            let sentence = refused(wrong);
            assert!(sentence.contains("another root key than the one in CANVASS_ROOT_KEY"), "{sentence}");
        }
        assert_eq!(bytes(home.path()), before);
        let mut ring = ring(home.path(), right);
        assert_eq!(ring.find(&ana(), Some(quarter("2026-Q4"))).unwrap()[0].0, made.0);
    }

    #[test]
    fn the_root_key_is_changed_by_giving_both_and_a_crash_in_between_is_made_good() {
        let home = tempfile::tempdir().unwrap();
        let (old, both) = (given(Some("old"), None), given(Some("new"), Some("old")));
        let mut first = ring(home.path(), old.clone());
        let quarters: Vec<Quarter> = ["2026-Q3", "2026-Q4", "2027-Q1"].map(quarter).to_vec();
        let made: Vec<Key> = quarters.iter().map(|of| first.find_or_make(&ana(), *of).unwrap()).collect();
        let before = bytes(home.path());
        ring(home.path(), both.clone()).settle(quarters[0]).unwrap();
        // Killed after the first key: the others and the note are as they were.
        for (name, bytes) in before.iter().skip(1) {
            fs::write(home.path().join(name), bytes).unwrap();
        }
        ring(home.path(), both).settle(quarters[0]).unwrap();
        let mut after = ring(home.path(), given(Some("new"), None));
        after.settle(quarters[0]).unwrap();
        for (of, key) in quarters.iter().zip(&made) {
            assert_eq!(after.find(&ana(), Some(*of)).unwrap()[0].0, key.0);
        }
        let fault = ring(home.path(), old).settle(quarters[0]).unwrap_err();
        assert!(matches!(fault, KeyError::OtherRoot { .. }), "{fault}");
    }

    #[test]
    fn a_folder_s_own_root_key_moves_into_the_environment_or_gives_way_to_another() {
        let home = tempfile::tempdir().unwrap();
        let made = own(home.path()).find_or_make(&ana(), quarter("2026-Q4")).unwrap();
        let text = fs::read_to_string(home.path().join("root")).unwrap();
        // The same text in the environment is the same key.
        let mut moved = ring(home.path(), given(Some(&text), None));
        assert_eq!(moved.find(&ana(), Some(quarter("2026-Q4"))).unwrap()[0].0, made.0);
        // Another one takes over, since the folder's own is at hand.
        ring(home.path(), given(Some("another"), None)).settle(quarter("2026-Q4")).unwrap();
        fs::remove_file(home.path().join("root")).unwrap();
        let mut alone = ring(home.path(), given(Some("another"), None));
        assert_eq!(alone.find(&ana(), Some(quarter("2026-Q4"))).unwrap()[0].0, made.0);
    }

    #[test]
    fn a_secret_of_the_service_is_made_once() {
        let home = tempfile::tempdir().unwrap();
        let made = own(home.path()).secret("feeds").unwrap();
        assert_eq!(own(home.path()).secret("feeds").unwrap().0, made.0);
        assert_ne!(own(home.path()).secret("others").unwrap().0, made.0);
        fs::write(home.path().join("feeds"), b"").unwrap();
        assert!(matches!(own(home.path()).secret("feeds"), Err(KeyError::Damaged { .. })));
    }

    #[test]
    fn a_destroyed_key_is_gone_its_successor_is_another_and_its_copy_is_known_again() {
        let home = tempfile::tempdir().unwrap();
        let mut ring = own(home.path());
        let first = ring.find_or_make(&ana(), quarter("2026-Q4")).unwrap();
        let copy = bytes(home.path());
        let doomed = ring.of(&[ana()]).unwrap();
        let gone: Vec<String> = doomed.iter().map(|key| key.fingerprint.clone()).collect();
        ring.destroy(&doomed).unwrap();
        ring.destroy(&doomed).unwrap();
        assert!(ring.find(&ana(), Some(quarter("2026-Q4"))).unwrap().is_empty());
        assert_eq!(names(home.path()), ["root", "root.id"]);
        assert_ne!(ring.find_or_make(&ana(), quarter("2026-Q4")).unwrap().0, first.0);
        assert!(ring.back_again(&|key| gone.iter().any(|gone| gone == key)).unwrap().is_empty());
        for (name, bytes) in copy {
            fs::write(home.path().join(name), bytes).unwrap();
        }
        let back = own(home.path()).back_again(&|key| gone.iter().any(|gone| gone == key)).unwrap();
        assert_eq!(back.len(), 1);
    }

    #[test]
    fn only_keys_of_quarters_that_are_over_are_old() {
        let home = tempfile::tempdir().unwrap();
        let bo = PersonId::parse("bo").unwrap();
        fs::write(home.path().join(digest(&bo)), [7; KEY_LENGTH]).unwrap();
        let mut ring = own(home.path());
        ring.settle(quarter("2026-Q3")).unwrap();
        for of in ["2026-Q3", "2026-Q4", "2027-Q1"] {
            ring.find_or_make(&ana(), quarter(of)).unwrap();
        }
        let kept = [(ana(), quarter("2026-Q4"))];
        assert_eq!(ring.older_than(quarter("2026-Q3"), &[]).unwrap().len(), 0);
        assert_eq!(ring.older_than(quarter("2026-Q4"), &[]).unwrap().len(), 2, "Ana's and Bo's old one");
        assert_eq!(ring.older_than(quarter("2027-Q1"), &kept).unwrap().len(), 2);
        assert_eq!(ring.older_than(quarter("2027-Q1"), &[(bo, quarter("2026-Q2"))]).unwrap().len(), 2);
    }
}
