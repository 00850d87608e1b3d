//! What can go wrong with the data folder, in words for the operator: what it is, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::codec::CodecError;
use super::keys::KeyError;
use crate::clock::NoEntropy;
use crate::domain::ids::Seq;
use crate::private::FolderError;

/// The journal can't be read or written. The process ends; starting again is safe.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No space is left, or the file may not grow any further.
    #[error(
        "The disk that holds {folder} is full. Free at least {} MiB there and start again; nothing that was \
         acknowledged is lost.", needed >> 20
    )]
    Full {
        /// The data folder.
        folder: PathBuf,
        /// How much must be free, in bytes.
        needed: u64,
    },
    /// The folder or a file in it can't be written to.
    #[error(
        "{path} can't be written to. Give the user that runs canvass write access to it and start again."
    )]
    ReadOnly {
        /// The folder or file.
        path: PathBuf,
    },
    /// What is stored is not what was written.
    #[error(
        "The journal in {folder} is damaged: {what}. Move everything but `keys` out of it, then put the last export \
         back with: canvass restore <export.jsonl>. Without `keys`, what people wrote is lost."
    )]
    Damaged {
        /// The data folder.
        folder: PathBuf,
        /// What was found, as a clause.
        what: String,
    },
    /// A later version of the program has written here.
    #[error(
        "The journal in {folder} was written by a newer canvass (schema {found}; this one knows {known}). \
         Run that version or a later one."
    )]
    Newer {
        /// The data folder.
        folder: PathBuf,
        /// The schema found.
        found: u32,
        /// The newest schema this program knows.
        known: u32,
    },
    /// A record can't be read.
    #[error("Record {seq} of the journal can't be read: {fault}.")]
    Record {
        /// Its place.
        seq: Seq,
        /// Why.
        fault: CodecError,
    },
    /// A record can't be written.
    #[error("Record {seq} was not written: {fault}. This is a fault in the program; please report it.")]
    Refused {
        /// Its place.
        seq: Seq,
        /// Why.
        fault: CodecError,
    },
    /// The key of a person can't be read or made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The operating system gave no randomness.
    #[error("{0}. Start again; if it happens again, look at the operating system's log.")]
    Entropy(#[from] NoEntropy),
    /// The operating system refused for another reason.
    #[error("{path} can't be read or written: {source}. Look at the disk and start again.")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The store under the journal failed.
    #[error(
        "The store in {folder} failed: {what}. Start again; if it happens again, restore the last export."
    )]
    Store {
        /// The data folder.
        folder: PathBuf,
        /// What it said.
        what: String,
    },
}

/// Free space below which nothing is written, in bytes: sled grows its file by half a mebibyte at a
/// time, rewrites pages as it goes, and can't be relied on once a write of its own has failed.
pub(super) const LEAST_FREE: u64 = 16 << 20;

impl StorageError {
    /// The class of a failed call on `path` within `folder`.
    pub(super) fn of_io(folder: &Path, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { folder: folder.to_owned(), needed: LEAST_FREE }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path: path.to_owned() }
            }
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    /// Damage found in `folder`.
    pub(super) fn damaged(folder: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { folder: folder.to_owned(), what: what.into() }
    }
}

/// An append did not happen, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first; nothing was written. Catch up and decide again.
    #[error("the journal has moved on to record {head}")]
    Conflict {
        /// Where the journal is now.
        head: Seq,
    },
    /// The reply was lost; ask [`Journal::holds`](super::Journal::holds).
    #[error("whether the batch was written is not known: {0}")]
    InDoubt(StorageError),
    /// It failed; the process has to end.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The data folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process holds it.
    #[error(
        "Another canvass process{} is using the data folder {folder}. Stop it first, or set CANVASS_DATA to \
         another folder.", pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    Locked {
        /// The data folder.
        folder: PathBuf,
        /// Whose process, if the lock file says so.
        pid: Option<u32>,
    },
    /// A restore was cut short.
    #[error(
        "A restore into {folder} was cut short. Run it again: canvass restore <export.jsonl>. It starts over."
    )]
    Unfinished {
        /// The data folder.
        folder: PathBuf,
    },
    /// Others could read it.
    #[error(transparent)]
    NotPrivate(FolderError),
    /// It is full, read-only, damaged, or newer than the program.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
