//! One key per person, each in a file of its own beside the journal and never inside it or its exports.
//!
//! Invariant: a key is durable before anything is sealed with it, and a key that was destroyed never
//! comes back: whoever is written about after that gets a new one. File names are digests, so that the
//! folder doesn't list who is known. Secrets of the service's own lie beside them, by their names.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::clock::{Clock, NoEntropy};
use crate::domain::ids::PersonId;
use crate::private;

/// Length of a key in bytes (XChaCha20-Poly1305).
const KEY_LENGTH: usize = 32;

/// A key can't be read, made or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is there, but isn't a key.
    #[error(
        "The key file {path} is damaged. Put it back from a backup, or delete it: what it opens is then forgotten."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
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

/// The folder of keys, with those used so far in memory.
#[derive(Debug)]
pub(super) struct KeyRing {
    folder: PathBuf,
    /// Where randomness comes from.
    pub(super) clock: Clock,
    known: HashMap<PersonId, Option<Key>>,
}

impl KeyRing {
    /// The keys in `folder`, which is made with the first key.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, clock: Clock::system(), known: HashMap::new() }
    }

    /// The key of `person`, unless there is none.
    pub(super) fn find(&mut self, person: &PersonId) -> Result<Option<Key>, KeyError> {
        if let Some(known) = self.known.get(person) {
            return Ok(*known);
        }
        let key = read(&self.path(person))?;
        self.known.insert(person.clone(), key);
        Ok(key)
    }

    /// The key of `person`; if there is none, a new one, durable when this returns.
    pub(super) fn find_or_make(&mut self, person: &PersonId) -> Result<Key, KeyError> {
        if let Some(key) = self.find(person)? {
            return Ok(key);
        }
        let key = make(&self.folder, &self.path(person), &self.clock)?;
        self.known.insert(person.clone(), Some(key));
        Ok(key)
    }

    /// Destroys the key of `person`; durable when this returns.
    pub(super) fn destroy(&mut self, person: &PersonId) -> Result<(), KeyError> {
        let path = self.path(person);
        let failed = |source| KeyError::Io { path: path.clone(), source };
        match OpenOptions::new().write(true).open(&path) {
            Ok(mut file) => {
                file.write_all(&[0; KEY_LENGTH]).and_then(|()| file.sync_all()).map_err(failed)?;
                fs::remove_file(&path).and_then(|()| sync_folder(&self.folder)).map_err(failed)?;
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            Err(fault) => return Err(failed(fault)),
        }
        self.known.insert(person.clone(), None);
        Ok(())
    }

    fn path(&self, person: &PersonId) -> PathBuf {
        let digest = Sha256::new().chain_update(b"canvass key of ").chain_update(person.as_str()).finalize();
        self.folder.join(super::seal::to_hex(&digest))
    }
}

/// A secret of the service's own in the data folder `data`, called `name`, beside the keys of people. Asked
/// for the first time it is made; it is durable when this returns.
///
/// # Errors
/// As for a person's key: the file is damaged, can't be read or written, or there is no randomness.
pub fn own_secret(data: &Path, name: &str) -> Result<[u8; KEY_LENGTH], KeyError> {
    let folder = super::folder::keys(data);
    // The keys of people have names of 64 hexadecimal digits: no name of ours is one of them.
    let path = folder.join(name);
    let key = match read(&path)? {
        Some(key) => key,
        None => make(&folder, &path, &Clock::system())?,
    };
    Ok(key.0)
}

fn read(path: &Path) -> Result<Option<Key>, KeyError> {
    match fs::read(path) {
        Ok(bytes) => {
            let key = bytes.try_into().map_err(|_| KeyError::Damaged { path: path.to_owned() })?;
            Ok(Some(Key(key)))
        }
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyError::Io { path: path.to_owned(), source }),
    }
}

/// A new key appears under its name only when it is whole: a crash leaves a draft that the next try
/// overwrites.
fn make(folder: &Path, path: &Path, clock: &Clock) -> Result<Key, KeyError> {
    let mut key = Key([0; KEY_LENGTH]);
    clock.entropy(&mut key.0)?;
    let draft = path.with_extension("draft");
    let write = || -> io::Result<()> {
        private::folder(folder).map_err(io::Error::other)?;
        let mut file = private::file().write(true).create(true).truncate(true).open(&draft)?;
        file.write_all(&key.0)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        sync_folder(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)
    };
    write().map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
    Ok(key)
}

/// Makes the names in `folder` durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn ana() -> PersonId {
        PersonId::parse("ana").unwrap()
    }

    fn only_file(folder: &Path) -> PathBuf {
        let mut entries = fs::read_dir(folder).unwrap();
        let path = entries.next().unwrap().unwrap().path();
        assert!(entries.next().is_none());
        path
    }

    #[test]
    fn a_key_outlives_the_process_and_is_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("keys");
        let made = KeyRing::new(folder.clone()).find_or_make(&ana()).unwrap();
        let found = KeyRing::new(folder.clone()).find(&ana()).unwrap().unwrap();
        assert_eq!(made.0, found.0);
        let path = only_file(&folder);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!path.to_string_lossy().contains("ana"), "the name tells who is known");
    }

    #[test]
    fn a_damaged_key_file_is_a_fault_and_not_a_forgotten_person() {
        let home = tempfile::tempdir().unwrap();
        let mut ring = KeyRing::new(home.path().to_owned());
        ring.find_or_make(&ana()).unwrap();
        fs::write(only_file(home.path()), b"short").unwrap();
        let fault = KeyRing::new(home.path().to_owned()).find_or_make(&ana()).unwrap_err();
        assert!(matches!(fault, KeyError::Damaged { .. }), "{fault}");
    }

    #[test]
    fn a_secret_of_the_service_is_made_once_and_is_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let made = own_secret(home.path(), "feeds").unwrap();
        assert_eq!(own_secret(home.path(), "feeds").unwrap(), made);
        assert_ne!(own_secret(home.path(), "others").unwrap(), made);
        let path = home.path().join("keys/feeds");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, b"").unwrap();
        assert!(matches!(own_secret(home.path(), "feeds"), Err(KeyError::Damaged { .. })));
    }

    #[test]
    fn a_destroyed_key_is_gone_and_its_successor_is_another() {
        let home = tempfile::tempdir().unwrap();
        let mut ring = KeyRing::new(home.path().to_owned());
        let first = ring.find_or_make(&ana()).unwrap();
        ring.destroy(&ana()).unwrap();
        ring.destroy(&ana()).unwrap();
        assert!(ring.find(&ana()).unwrap().is_none());
        assert!(fs::read_dir(home.path()).unwrap().next().is_none());
        assert_ne!(ring.find_or_make(&ana()).unwrap().0, first.0);
    }
}
