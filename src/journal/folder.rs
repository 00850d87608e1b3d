//! The data folder: who holds it, whether it can be written to, and what a crash has left in it.
//!
//! ```text
//! data/lock           held by the one process that uses the folder, with its pid
//! data/journal/       the store
//! data/journal.mark   a record that is known to be durable: the store must not end before it
//! data/keys/          one key per person and quarter, wrapped under the root key, which is in it too unless it
//!                     was given from outside; keep them out of backups that are kept for long
//! ```
//! Invariant: nothing in the folder is read or written before the lock is held.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::errors::{LEAST_FREE, OpenError, StorageError};
use super::key_store::sync_folder;
use crate::domain::ids::Seq;
use crate::private::{self, FolderError};

/// How often, and how long apart, sled's lock is tried: a second in all.
const LOCK_TRIES: u32 = 100;
const BEFORE_NEXT_TRY: Duration = Duration::from_millis(10);

/// The store within `data`.
pub(super) fn journal(data: &Path) -> PathBuf {
    data.join("journal")
}

/// Where a restore builds the store, before it takes its name.
pub(super) fn restoring(data: &Path) -> PathBuf {
    data.join("journal.restoring")
}

/// The keys within `data`.
pub(super) fn keys(data: &Path) -> PathBuf {
    data.join("keys")
}

/// What notes how far the journal is known to be durable, within `data`.
pub(super) fn mark(data: &Path) -> PathBuf {
    data.join("journal.mark")
}

/// A data folder that this process holds until the value is dropped.
#[derive(Debug)]
pub(super) struct Held {
    path: PathBuf,
    lock: File,
}

impl Drop for Held {
    /// Lets go at once. Closing the file alone would leave the lock, for a moment, to a child process that
    /// another thread has just forked and that has not yet become its own program.
    fn drop(&mut self) {
        if let Err(error) = self.lock.unlock() {
            tracing::debug!(%error, "the lock goes with the file instead");
        }
    }
}

impl Held {
    /// Takes hold of `data`, which is made if it isn't there.
    pub(super) fn take(data: &Path) -> Result<Self, OpenError> {
        private::folder(data).map_err(|fault| match fault {
            FolderError::Io { source, .. } => StorageError::of_io(data, data, source).into(),
            other @ (FolderError::Foreign { .. } | FolderError::Open { .. }) => OpenError::NotPrivate(other),
        })?;
        let path = data.join("lock");
        let failed = |source| StorageError::of_io(data, &path, source);
        let mut lock = private::file()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Without a pid in it the message is only less helpful.
                let _ = (&lock).take(32).read_to_string(&mut text);
                return Err(OpenError::Locked { folder: data.to_owned(), pid: text.trim().parse().ok() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source).into()),
        }
        let held = Self { path: data.to_owned(), lock: lock.try_clone().map_err(failed)? };
        held.require_space()?;
        let note = |lock: &mut File| {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "{}", std::process::id())
        };
        note(&mut lock).map_err(failed)?;
        Ok(held)
    }

    /// The data folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until nobody holds sled's own lock in `store`. This process holds the folder, so that can only be
    /// a child process that was forked while sled was open and is about to become its own program.
    pub(super) fn wait_for_store(&self, store: &Path) -> Result<(), StorageError> {
        let path = store.join("db");
        let Ok(file) = File::open(&path) else { return Ok(()) };
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => {
                    return file.unlock().map_err(|source| StorageError::of_io(&self.path, &path, source));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(BEFORE_NEXT_TRY),
                Err(TryLockError::Error(source)) => {
                    return Err(StorageError::of_io(&self.path, &path, source));
                }
            }
        }
        // sled says what is wrong.
        Ok(())
    }

    /// Fails unless there is room to work in.
    pub(super) fn require_space(&self) -> Result<(), StorageError> {
        let free = rustix::fs::statvfs(&self.path)
            .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
            .map_err(|errno| StorageError::of_io(&self.path, &self.path, errno.into()))?;
        if free < LEAST_FREE {
            return Err(StorageError::Full { folder: self.path.clone(), needed: LEAST_FREE });
        }
        Ok(())
    }

    /// Deletes snapshots of `store` that were never finished. sled 0.34.7 writes `snap.<lsn>.generating`
    /// and renames it; a process killed in between leaves a half-written candidate which sorts last at
    /// the next start, fails its checksum, and makes a whole journal unreadable. The log holds all that
    /// a snapshot holds.
    pub(super) fn sweep(&self, store: &Path) -> Result<(), StorageError> {
        let failed = |source| StorageError::of_io(&self.path, store, source);
        let entries = match fs::read_dir(store) {
            Ok(entries) => entries,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(fault) => return Err(failed(fault)),
        };
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let Some(text) = name.to_str() else { continue };
            if text.starts_with("snap.") && text.ends_with(".generating") {
                fs::remove_file(store.join(&name)).map_err(failed)?;
                tracing::warn!(
                    journal.snapshot = text,
                    "deleted a snapshot that an earlier process left unfinished"
                );
            }
        }
        Ok(())
    }

    /// Makes the names in the folder and in `store` durable.
    pub(super) fn settle(&self, store: &Path) -> Result<(), StorageError> {
        let failed = |source| StorageError::of_io(&self.path, store, source);
        for entry in fs::read_dir(store).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            File::open(path).and_then(|file| file.sync_all()).map_err(failed)?;
        }
        sync_folder(store).and_then(|()| sync_folder(&self.path)).map_err(failed)
    }
}

/// The highest record that is known to be durable, noted after each append without a flush of its own.
///
/// A store that ends before it has lost what was acknowledged: sled takes damage near the end of its log
/// for a write that was cut short, and silently ends there.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    data: PathBuf,
}

/// A place with its bitwise complement, so that a half-written mark isn't believed.
const MARK_LENGTH: usize = 16;

impl Mark {
    /// The mark of a held folder.
    pub(super) fn of(held: &Held) -> Result<Self, StorageError> {
        let path = mark(held.path());
        let file = private::file()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| StorageError::of_io(held.path(), &path, source))?;
        Ok(Self { file, data: held.path().to_owned() })
    }

    /// Fails if the journal ends before the mark.
    pub(super) fn check(&self, head: Seq) -> Result<(), StorageError> {
        let mut bytes = [0; MARK_LENGTH];
        if self.file.read_exact_at(&mut bytes, 0).is_err() {
            return Ok(());
        }
        let both = u128::from_be_bytes(bytes);
        let (place, complement) = ((both >> 64) as u64, both as u64);
        if place == !complement && head < Seq(place) {
            let mark = mark(&self.data);
            let what = format!(
                "it ends at record {head}, but record {place} was acknowledged (if you put an older copy back \
                 on purpose, delete {} and start again)",
                mark.display()
            );
            return Err(StorageError::damaged(&self.data, what));
        }
        Ok(())
    }

    /// Notes that everything up to `head` is durable.
    pub(super) fn note(&self, head: Seq) -> Result<(), StorageError> {
        let both = u128::from(head.0) << 64 | u128::from(!head.0);
        self.file
            .write_all_at(&both.to_be_bytes(), 0)
            .map_err(|source| StorageError::of_io(&self.data, &mark(&self.data), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A child process that was just forked shares what its parent has open.
    #[test]
    fn a_folder_is_let_go_of_though_a_forked_child_still_has_its_lock_open() {
        let data = tempfile::tempdir().unwrap();
        let held = Held::take(data.path()).unwrap();
        let child = held.lock.try_clone().unwrap();
        assert!(matches!(Held::take(data.path()), Err(OpenError::Locked { .. })));
        drop(held);
        Held::take(data.path()).unwrap();
        drop(child);
    }
}
