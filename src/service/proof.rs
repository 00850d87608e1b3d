//! Whether a journal can be trusted to know everything that was sent.
//!
//! A journal that is new or was restored can't: a mark in the data folder says so until the touches that
//! were past due have been dealt with. The mark is made before the journal, so that a process killed in
//! between finds it again.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::private::{self, FolderError};

fn mark(data: &Path) -> PathBuf {
    data.join("unproven")
}

/// Marks the journal in `data` that was restored by the user who runs this.
pub(crate) fn restored(data: &Path) -> Result<(), FolderError> {
    doubt(data, &format!("user {}", rustix::process::getuid().as_raw()))
}

/// Who restored the journal in `data`, if that is why it is marked.
pub(super) fn restored_by(data: &Path) -> Option<String> {
    fs::read_to_string(mark(data)).ok().filter(|by| !by.is_empty())
}

/// Marks the journal that will be made, or was restored, in `data`.
fn doubt(data: &Path, by: &str) -> Result<(), FolderError> {
    private::folder(data)?;
    let marked = || {
        let mut file = private::file().write(true).create(true).truncate(true).open(mark(data))?;
        file.write_all(by.as_bytes())?;
        file.sync_all()?;
        fs::File::open(data)?.sync_all()
    };
    marked().map_err(|source| FolderError::Io { folder: data.to_owned(), source })
}

/// Whether the journal in `data` is marked; one that doesn't exist yet is marked first.
pub(super) fn is_doubtful(data: &Path) -> Result<bool, FolderError> {
    if !data.join("journal").exists() {
        doubt(data, "")?;
    }
    Ok(mark(data).exists())
}

/// Takes the mark away.
pub(super) fn trust(data: &Path) {
    if let Err(error) = fs::remove_file(mark(data))
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "the mark of an unproven journal can't be removed; the next start will look again");
    }
}
