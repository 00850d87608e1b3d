//! A file that appears under its name only when it is whole and on disk.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::private;

/// A file being written under another name beside its own. Dropped before it is finished, it is gone.
#[derive(Debug)]
pub(super) struct Whole {
    name: PathBuf,
    draft: PathBuf,
    out: BufWriter<File>,
    finished: bool,
}

impl Whole {
    /// Begins the file `name`, for its owner alone.
    ///
    /// # Errors
    /// There is one of that name already, or none can be made there.
    pub(super) fn begin(name: &Path) -> io::Result<Self> {
        if name.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file_name = name.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut draft = OsString::from(".");
        draft.push(file_name);
        draft.push(format!(".{}.part", std::process::id()));
        let draft = name.with_file_name(draft);
        let out = BufWriter::new(private::file().write(true).create_new(true).open(&draft)?);
        Ok(Self { name: name.to_owned(), draft, out, finished: false })
    }

    /// Puts it on disk and gives it its name.
    ///
    /// # Errors
    /// It can't be written, or a file of that name has appeared meanwhile, which is kept.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        match renameat_with(CWD, &self.draft, CWD, &self.name, RenameFlags::NOREPLACE) {
            // The file system can't look and rename in one step.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if !self.name.exists() => {
                fs::rename(&self.draft, &self.name)?;
            }
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            renamed => renamed?,
        }
        self.finished = true;
        let folder = self.name.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // What is left of one that wasn't finished could only be taken for a whole one.
        if !self.finished {
            _ = fs::remove_file(&self.draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn it_has_its_name_only_once_it_is_finished_and_leaves_nothing_if_it_is_not() {
        let home = tempfile::tempdir().unwrap();
        let name = home.path().join("backup.jsonl");
        let mut file = Whole::begin(&name).unwrap();
        file.write_all(b"half").unwrap();
        file.flush().unwrap();
        assert!(!name.exists(), "half a file under its name");
        drop(file);
        assert!(names(home.path()).is_empty());
        let mut file = Whole::begin(&name).unwrap();
        file.write_all(b"whole").unwrap();
        file.finish().unwrap();
        assert_eq!(names(home.path()), ["backup.jsonl"]);
        assert_eq!(fs::read(&name).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_is_there_is_kept_also_if_it_appeared_meanwhile() {
        let home = tempfile::tempdir().unwrap();
        let name = home.path().join("backup.jsonl");
        let mut late = Whole::begin(&name).unwrap();
        fs::write(&name, "older").unwrap();
        late.write_all(b"newer").unwrap();
        assert_eq!(late.finish().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(Whole::begin(&name).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&name).unwrap(), b"older");
        assert_eq!(names(home.path()), ["backup.jsonl"]);
    }
}
