//! Folders and files for their owner alone: what people wrote and where they stand is in them.
//!
//! Invariant: nothing that Canvass makes can be read by another user of the machine, not even for a
//! moment, whatever the umask it was started with. [`by_default`] is called first thing in `main`, so it
//! also holds for what libraries make. A folder that is there already is closed before anything is put
//! into it, or refused.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

/// The rights of the group and of everybody else.
const OTHERS: u32 = 0o077;
/// How deep a folder that stood open is closed; nothing of ours lies deeper.
const DEPTH: u32 = 4;

/// A folder that can't be kept private.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Its owner could read everything in it.
    #[error(
        "The folder {folder} belongs to another user (id {owner}; Canvass runs as {us}), who could read what \
         people answer. Run Canvass as that user, or give the folder to this one (chown {us} {folder}), or name \
         a folder inside it that doesn't exist yet, such as {}: Canvass makes it for itself.",
        folder.join("canvass").display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who we are.
        us: u32,
    },
    /// Others have rights on it that can't be taken away.
    #[error(
        "Other users can read the folder {folder} (mode {mode:03o}), and that can't be changed here: {why}. Put \
         it on a file system that keeps modes, or mount it with the mode 0700."
    )]
    Open {
        /// The folder.
        folder: PathBuf,
        /// Its mode.
        mode: u32,
        /// What the operating system said, or that it had no effect.
        why: String,
    },
    /// It can't be made or looked at.
    #[error("The folder {folder} can't be used: {source}. Make it writable for this user.")]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// From now on everything that this process makes is for its owner alone.
pub fn by_default() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS));
}

/// How files for their owner alone are opened. A file that is there already keeps its mode.
pub fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Makes the folder at `path`, with what is missing above it, for its owner alone. One that is there is
/// closed to others, with what is in it.
///
/// # Errors
/// [`FolderError`] if it belongs to somebody else, can't be closed, or can't be made.
pub fn folder(path: &Path) -> Result<(), FolderError> {
    let failed = |source| FolderError::Io { folder: path.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let found = fs::metadata(path).map_err(failed)?;
    let us = rustix::process::geteuid().as_raw();
    if found.uid() != us {
        return Err(FolderError::Foreign { folder: path.to_owned(), owner: found.uid(), us });
    }
    let mode = found.mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let open = |why: String| FolderError::Open { folder: path.to_owned(), mode, why };
    fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS))
        .map_err(|error| open(error.to_string()))?;
    // Some file systems take a mode and keep their own.
    if fs::metadata(path).map_err(failed)?.mode() & OTHERS != 0 {
        return Err(open("its file system keeps no modes".to_owned()));
    }
    close_below(path, DEPTH);
    tracing::warn!(
        folder = %path.display(),
        mode = format!("{mode:03o}"),
        "other users could read this folder; it is closed to them now"
    );
    Ok(())
}

/// Closes what is in a folder that nobody else can enter any more: a second line, for whoever copies it.
fn close_below(folder: &Path, depth: u32) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        // Not of what a link leads to.
        let Ok(found) = entry.metadata() else { continue };
        let mode = found.mode() & 0o777;
        if !found.is_symlink()
            && mode & OTHERS != 0
            && let Err(error) = fs::set_permissions(entry.path(), Permissions::from_mode(mode & !OTHERS))
        {
            tracing::debug!(%error, "a file in the closed folder keeps its mode");
        }
        if found.is_dir() && depth > 1 {
            close_below(&entry.path(), depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_folder_is_made_for_its_owner_alone_with_those_above_it() {
        let home = tempfile::tempdir().unwrap();
        let made = home.path().join("a/b");
        folder(&made).unwrap();
        assert_eq!((mode(&home.path().join("a")), mode(&made)), (0o700, 0o700));
    }

    #[test]
    fn a_folder_that_stood_open_is_closed_with_what_is_in_it() {
        let home = tempfile::tempdir().unwrap();
        let (outside, inside) = (home.path().join("outside"), home.path().join("data"));
        for path in [inside.join("journal"), outside.clone()] {
            fs::create_dir_all(&path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(inside.join("journal/db"), "x").unwrap();
        fs::set_permissions(inside.join("journal/db"), Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
        fs::set_permissions(&inside, Permissions::from_mode(0o755)).unwrap();
        folder(&inside).unwrap();
        assert_eq!(mode(&inside), 0o700);
        assert_eq!(mode(&inside.join("journal")), 0o700);
        assert_eq!(mode(&inside.join("journal/db")), 0o600);
        assert_eq!(mode(&outside), 0o755, "what a link leads to is not ours");
    }

    #[test]
    fn a_folder_of_another_user_is_refused_with_what_to_do() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(home.path(), Some(65534), None).unwrap();
        let refused = folder(home.path()).unwrap_err().to_string();
        assert!(refused.contains("another user (id 65534; Canvass runs as 0)"), "{refused}");
        assert!(refused.contains("chown 0 "), "{refused}");
    }
}
