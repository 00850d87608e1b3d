//! The stand-in's own log: JSON lines, appended before anything is answered, replayed on start.
//!
//! It has to survive the end of the process, not of the machine, so a plain write is enough. The last
//! line may be torn by a kill in the middle of a write; it was never answered and is dropped.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::record::Record;

const FILE_NAME: &str = "workspace.jsonl";

/// Why the stand-in's files can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("could not use {path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{path} is in use by another process")]
    Held { path: PathBuf },
    #[error("{path}, line {line} can't be read: {source}; move the file away to start afresh")]
    Damaged { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("the stand-in is stopping")]
    Closed,
    #[error("a record could not be written as JSON: {0}")]
    Encode(serde_json::Error),
}

#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    file: File,
}

impl Store {
    /// Opens the log in `folder`, creating both, and reads what it holds.
    pub(super) fn open(folder: &Path) -> Result<(Self, Vec<Record>), StoreError> {
        let path = folder.join(FILE_NAME);
        let failed = |source| StoreError::Io { path: path.clone(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::Held { path }),
            Err(std::fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
        }
        let mut records = Vec::new();
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let Some(line) = line.strip_suffix(b"\n") else { break };
            let record = serde_json::from_slice(line).map_err(|source| StoreError::Damaged {
                path: path.clone(),
                line: index + 1,
                source,
            })?;
            records.push(record);
        }
        Ok((Self { path, file }, records))
    }

    /// Appends records in one write.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, record).map_err(StoreError::Encode)?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines).map_err(|source| StoreError::Io { path: self.path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(second: i64) -> Record {
        Record::CalendarMoved { now: jiff::Timestamp::from_second(second).unwrap(), target: None }
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_later_records_follow_the_whole_ones() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(folder.path()).unwrap();
        store.append(&[moved(1), moved(2)]).unwrap();
        drop(store);
        let path = folder.path().join(FILE_NAME);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"record\":\"cal").unwrap();

        let (mut store, records) = Store::open(folder.path()).unwrap();
        assert_eq!(records, [moved(1), moved(2)]);
        store.append(&[moved(3)]).unwrap();
        drop(store);
        let (_, records) = Store::open(folder.path()).unwrap();
        assert_eq!(records, [moved(1), moved(2), moved(3)]);
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_named_and_nothing_is_guessed() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = Store::open(folder.path()).unwrap();
        store.append(&[moved(1)]).unwrap();
        store.file.write_all(b"nonsense\n").unwrap();
        store.append(&[moved(2)]).unwrap();
        drop(store);
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Damaged { line: 2, .. })));
    }

    #[test]
    fn a_second_process_is_refused_while_the_first_holds_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let held = Store::open(folder.path()).unwrap();
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Held { .. })));
        drop(held);
        assert!(Store::open(folder.path()).is_ok());
    }
}
