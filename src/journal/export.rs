//! The journal as JSON Lines, and back.
//!
//! ```text
//! {"canvass_journal":1,"records":2}
//! {"v":1,"seq":1,"at":…}
//! {"v":1,"seq":2,"at":…}
//! {"end":{"records":2,"sha256":"…"}}
//! ```
//! Invariant: an export is of one moment, is whole or known not to be, and holds no key: free text in it
//! stays sealed. A restore that is cut short leaves nothing that a start could take for the journal.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::codec::{self, CodecError};
use super::errors::{AppendError, OpenError, StorageError};
use super::folder::{self, Held};
use super::sled_store::SledJournal;
use super::{BatchId, Journal, Records};
use crate::clock::Clock;
use crate::domain::hex::to_hex;
use crate::domain::ids::Seq;

/// The version of the file around the records, which have their own.
const FORMAT: u32 = 1;

/// Records restored with one flush.
const RESTORED_AT_ONCE: usize = 1000;

#[derive(Serialize, Deserialize)]
struct Head {
    canvass_journal: u32,
    records: u64,
}

#[derive(Serialize, Deserialize)]
struct Tail {
    end: End,
}

#[derive(Serialize, Deserialize)]
struct End {
    records: u64,
    sha256: String,
}

/// What was exported or restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many records; the last one has this place.
    pub records: u64,
}

/// An export was not completed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal can't be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The output can't be written.
    #[error("The export can't be written: {0}. It is not complete; don't keep it.")]
    Output(#[from] io::Error),
}

/// A restore was not made; the data folder has no journal.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is something in the folder already.
    #[error(
        "The data folder {folder} is not empty: {found} is in it. Restore into an empty one; only the keys \
         folder may be in it."
    )]
    NotEmpty {
        /// The data folder.
        folder: PathBuf,
        /// Something that is in it.
        found: String,
    },
    /// The input doesn't begin like an export.
    #[error("This is not an export of a journal. Give the file that canvass export wrote.")]
    NotAnExport,
    /// A later version of the program wrote it.
    #[error(
        "This export has format {found}, and this canvass knows {FORMAT}. Run the version that wrote it."
    )]
    Newer {
        /// Its format.
        found: u32,
    },
    /// A line isn't what it should be.
    #[error("Line {line} of the export is damaged: {why}. Restore another export.")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong, as a clause.
        why: String,
    },
    /// A line was written by a later version of the program, or can't be read.
    #[error("Line {line} of the export can't be read: {fault}.")]
    Record {
        /// Counted from 1.
        line: u64,
        /// Why.
        fault: CodecError,
    },
    /// The end is missing.
    #[error(
        "The export is cut short: it ends after {found} of {records} records, without its last line. Restore \
         another export."
    )]
    Truncated {
        /// How many it announces.
        records: u64,
        /// How many are there.
        found: u64,
    },
    /// Its checksum doesn't match.
    #[error("The export is damaged: its checksum doesn't match. Restore another export.")]
    Checksum,
    /// The input can't be read.
    #[error("The export can't be read: {0}. Look at the file and its disk.")]
    Input(#[from] io::Error),
    /// The data folder can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new journal can't be written.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Writes all records that are durable now to `output`, one a line; later ones are left out.
pub fn export(records: &dyn Records, output: &mut dyn Write) -> Result<Exported, ExportError> {
    let head = records.head();
    let mut output = Digesting { output, digest: Sha256::new() };
    output.line(&Head { canvass_journal: FORMAT, records: head.0 })?;
    let mut fault = None;
    let mut line = Vec::new();
    records.read(Seq::default(), &mut |record| {
        if fault.is_some() || record.seq > head {
            return;
        }
        line.clear();
        let written = codec::encode(&record, &mut line)
            .map_err(|fault| StorageError::Refused { seq: record.seq, fault }.into())
            .and_then(|()| {
                line.push(b'\n');
                output.write(&line).map_err(ExportError::from)
            });
        fault = written.err();
    })?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    let end = End { records: head.0, sha256: to_hex(&output.digest.clone().finalize()) };
    output.line(&Tail { end })?;
    output.output.flush()?;
    Ok(Exported { records: head.0 })
}

/// Appends all records of an export to `journal`, which has to be empty.
pub fn restore(journal: &mut dyn Journal, input: &mut dyn BufRead) -> Result<Exported, RestoreError> {
    let head = journal.head();
    if head != Seq::default() {
        return Err(AppendError::Conflict { head }.into());
    }
    let mut lines = Lines { input, digest: Sha256::new(), line: Vec::new(), number: 0 };
    let announced = lines.head()?;
    let mut batch = Vec::new();
    let mut last = Seq::default();
    while last.0 < announced {
        let Some(line) = lines.next()? else {
            return Err(RestoreError::Truncated { records: announced, found: last.0 });
        };
        let decoded = codec::decode(line);
        let record = decoded.map_err(|fault| RestoreError::Record { line: lines.number, fault })?;
        if record.seq != last.next() {
            let why = format!("record {} was to follow record {last}", record.seq);
            return Err(RestoreError::Line { line: lines.number, why });
        }
        last = record.seq;
        batch.push(record);
        if batch.len() == RESTORED_AT_ONCE || last.0 == announced {
            let id = BatchId::fresh(&Clock::system())
                .map_err(|fault| AppendError::from(StorageError::from(fault)))?;
            journal.append(journal.head(), id, &batch)?;
            batch.clear();
        }
    }
    lines.tail(announced)?;
    Ok(Exported { records: announced })
}

/// Makes a journal in the data folder `data` from an export. The folder has to be empty but for keys
/// that were put back before; without them, free text reads as forgotten.
pub fn restore_into(data: &Path, input: &mut dyn BufRead) -> Result<Exported, RestoreError> {
    let held = Held::take(data)?;
    let failed = |source| OpenError::from(StorageError::of_io(data, data, source));
    let draft = folder::restoring(data);
    let (unfinished, mark) = (draft.exists(), folder::mark(data));
    for entry in fs::read_dir(data).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let kept = ["lock", "keys", "journal.restoring", "lost+found"];
        // A restore that was cut short has left its mark; any other is that of a journal which is missing.
        let of_it = unfinished && entry.path() == mark;
        if !of_it && !kept.iter().any(|kept| name == *kept) {
            let found = name.to_string_lossy().into_owned();
            return Err(RestoreError::NotEmpty { folder: data.to_owned(), found });
        }
    }
    let clear = || {
        // The mark goes first: it is known by the draft beside it.
        fs::remove_file(&mark).or_else(missing_is_fine)?;
        fs::remove_dir_all(&draft).or_else(missing_is_fine)
    };
    clear().map_err(failed)?;
    let mut journal = SledJournal::open(held, &draft).map_err(OpenError::from)?;
    let restored = restore(&mut journal, input);
    match &restored {
        Ok(_) => journal.rename(&folder::journal(data)).map_err(OpenError::from)?,
        // What is left of it could only be taken for a restore that was cut short.
        Err(_) => clear().map_err(failed)?,
    }
    restored
}

fn missing_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

struct Digesting<'a> {
    output: &'a mut dyn Write,
    digest: Sha256,
}

impl Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.output.write_all(bytes)
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.write(&line)
    }
}

struct Lines<'a> {
    input: &'a mut dyn BufRead,
    /// Of all lines before the current one.
    digest: Sha256,
    line: Vec<u8>,
    /// The current line, counted from 1.
    number: u64,
}

impl Lines<'_> {
    /// The next line without its break; none at the end, also where the last line lacks its break.
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.digest.update(&self.line);
        self.line.clear();
        self.number += 1;
        self.input.read_until(b'\n', &mut self.line)?;
        Ok(self.line.strip_suffix(b"\n"))
    }

    /// Reads the first line: how many records are announced.
    fn head(&mut self) -> Result<u64, RestoreError> {
        let head = self.next()?.and_then(|line| serde_json::from_slice(line).ok());
        let Head { canvass_journal: format, records } = head.ok_or(RestoreError::NotAnExport)?;
        if format > FORMAT {
            return Err(RestoreError::Newer { found: format });
        }
        Ok(records)
    }

    /// Reads the last line: the checksum of all before it, and nothing after it.
    fn tail(&mut self, records: u64) -> Result<(), RestoreError> {
        let tail = self.next()?.and_then(|line| serde_json::from_slice(line).ok());
        let Tail { end } = tail.ok_or(RestoreError::Truncated { records, found: records })?;
        if end.records != records || end.sha256 != to_hex(&self.digest.clone().finalize()) {
            return Err(RestoreError::Checksum);
        }
        if self.next()?.is_some() || !self.line.is_empty() {
            return Err(RestoreError::Line {
                line: self.number,
                why: "nothing may follow the end".to_owned(),
            });
        }
        Ok(())
    }
}
