//! Where keys lie: a folder of files beside the journal, and never inside it or its exports.
//!
//! Invariant: what [`KeyStore::write`] has written is durable and whole under its name when it returns, and
//! what [`KeyStore::destroy`] has destroyed never comes back by itself.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::keys::KeyError;
use crate::private;

/// How the file of a key that isn't whole yet ends.
const DRAFT: &str = ".draft";

/// Keeps keys, wrapped or not, by name. A second backend has to do no more than this.
pub(super) trait KeyStore: fmt::Debug + Send {
    /// What is kept under `name`.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, KeyError>;

    /// Keeps `bytes` under `name`, instead of what was there.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), KeyError>;

    /// Destroys what is kept under `name`; nothing if nothing is.
    fn destroy(&mut self, name: &str) -> Result<(), KeyError>;

    /// Every name, in no order.
    fn names(&self) -> Result<Vec<String>, KeyError>;

    /// The place of `name`, for the operator.
    fn place(&self, name: &str) -> PathBuf;
}

/// A folder with a file a key. It is made with the first key.
#[derive(Debug)]
pub(super) struct KeyFolder(PathBuf);

impl KeyFolder {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }
}

impl KeyStore for KeyFolder {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, KeyError> {
        let path = self.place(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if is_absent(&fault) => Ok(None),
            Err(source) => Err(KeyError::Io { path, source }),
        }
    }

    /// It appears under its name only when it is whole: a crash leaves a draft that the next try overwrites.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), KeyError> {
        let (path, draft) = (self.place(name), self.place(&format!("{name}{DRAFT}")));
        let write = || -> io::Result<()> {
            private::folder(&self.0).map_err(io::Error::other)?;
            let mut file = private::file().write(true).create(true).truncate(true).open(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            sync_folder(&self.0)?;
            self.0.parent().map_or(Ok(()), sync_folder)
        };
        write().map_err(|source| KeyError::Io { path, source })
    }

    fn destroy(&mut self, name: &str) -> Result<(), KeyError> {
        let path = self.place(name);
        let failed = |source| KeyError::Io { path: path.clone(), source };
        let mut file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(fault) if is_absent(&fault) => return Ok(()),
            Err(fault) => return Err(failed(fault)),
        };
        let length = file.metadata().map_err(failed)?.len();
        let zeros = vec![0; usize::try_from(length).unwrap_or_default()];
        file.write_all(&zeros).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::remove_file(&path).and_then(|()| sync_folder(&self.0)).map_err(failed)
    }

    fn names(&self) -> Result<Vec<String>, KeyError> {
        let failed = |source| KeyError::Io { path: self.0.clone(), source };
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(fault) if is_absent(&fault) => return Ok(Vec::new()),
            Err(fault) => return Err(failed(fault)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            names.extend(name.to_str().filter(|name| !name.ends_with(DRAFT)).map(str::to_owned));
        }
        Ok(names)
    }

    fn place(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

fn is_absent(fault: &io::Error) -> bool {
    fault.kind() == io::ErrorKind::NotFound
}

/// Makes the names in `folder` durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_written_is_whole_for_its_owner_alone_and_gone_once_destroyed() {
        let home = tempfile::tempdir().unwrap();
        let mut folder = KeyFolder::new(home.path().join("keys"));
        assert_eq!(folder.names().unwrap(), Vec::<String>::new());
        folder.write("a", b"first").unwrap();
        folder.write("a", b"second").unwrap();
        fs::write(home.path().join("keys/b.draft"), b"half").unwrap();
        assert_eq!(folder.read("a").unwrap().unwrap(), b"second");
        assert_eq!(folder.names().unwrap(), ["a"], "a draft is no key");
        let mode = |path: &str| fs::metadata(home.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("keys"), mode("keys/a")), (0o700, 0o600));
        folder.destroy("a").unwrap();
        folder.destroy("a").unwrap();
        assert_eq!(folder.read("a").unwrap(), None);
        assert!(!home.path().join("keys/a").exists());
    }
}
