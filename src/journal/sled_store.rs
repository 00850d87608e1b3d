//! The journal of a single process, on sled.
//!
//! Invariant: what `append` acknowledged is on stable storage. sled 0.34.7 alone doesn't see to that: on
//! Linux its flush ends in `sync_file_range`, which neither commits the file's size nor empties the
//! disk's cache, so each append ends with an `fdatasync` of the file. sled also panics where it could
//! fail; such a panic is a failed call here, after which the value is not used again.

use std::fs::{self, File};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::errors::{AppendError, OpenError, StorageError};
use super::folder::{self, Held, Mark};
use super::frame::{self, Assembly, Header, Piece};
use super::{BatchId, Journal, Records, codec};
use crate::domain::event::Record;
use crate::domain::ids::Seq;

/// The layout of the store that this program writes.
const SCHEMA: u32 = 1;
const SCHEMA_KEY: &[u8] = b"m/schema";

/// Pages that sled keeps in memory, in bytes: the journal is read once, at the start.
const CACHE: u64 = 512 << 10;

/// The journal in a data folder, and its only writer.
#[derive(Debug)]
pub struct SledJournal {
    shared: Arc<Shared>,
    store: PathBuf,
    /// Another handle on the file that sled writes, to flush it with.
    file: File,
    mark: Mark,
    failed: bool,
}

/// Reads the journal, also from other threads and while it is being written.
#[derive(Debug, Clone)]
pub struct ReadHandle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    db: sled::Db,
    /// The last durable record.
    head: AtomicU64,
    /// Last, so that the folder is let go of after sled has closed.
    held: Held,
}

/// Opens the journal in the data folder `data`, which is made if it isn't there.
///
/// Everything is checked for damage that reading does not find by itself: reading all records, as
/// the writer's start does, finds the rest.
pub fn open(data: &Path) -> Result<(SledJournal, ReadHandle), OpenError> {
    let held = Held::take(data)?;
    let store = folder::journal(data);
    if !store.exists() && folder::restoring(data).exists() {
        return Err(OpenError::Unfinished { folder: data.to_owned() });
    }
    let journal = SledJournal::open(held, &store)?;
    let reader = journal.reader();
    Ok((journal, reader))
}

impl SledJournal {
    /// Opens the store at `store` in a folder that is held.
    pub(super) fn open(held: Held, store: &Path) -> Result<Self, StorageError> {
        held.sweep(store)?;
        held.wait_for_store(store)?;
        let data = held.path().to_owned();
        let config = sled::Config::new().path(store).cache_capacity(CACHE).flush_every_ms(None);
        let db = guarded(&data, || config.open())?;
        let schema = guarded(&data, || db.get(SCHEMA_KEY))?;
        match schema.as_deref().map(<[u8; 4]>::try_from) {
            None if guarded(&data, || Ok(db.is_empty()))? => {
                guarded(&data, || db.insert(SCHEMA_KEY, &SCHEMA.to_be_bytes()))?;
                guarded(&data, || db.flush())?;
                held.settle(store)?;
            }
            Some(Ok(bytes)) => {
                let found = u32::from_be_bytes(bytes);
                if found > SCHEMA {
                    return Err(StorageError::Newer { folder: data, found, known: SCHEMA });
                }
            }
            None | Some(Err(_)) => return Err(StorageError::damaged(&data, "it doesn't say its schema")),
        }
        let head = head(&db, &data)?;
        let mark = Mark::of(&held)?;
        mark.check(head)?;
        let path = store.join("db");
        let file = File::options()
            .write(true)
            .open(&path)
            .map_err(|source| StorageError::of_io(&data, &path, source))?;
        let shared = Arc::new(Shared { db, head: AtomicU64::new(head.0), held });
        Ok(Self { shared, store: store.to_owned(), file, mark, failed: false })
    }

    /// A handle to read with.
    pub fn reader(&self) -> ReadHandle {
        ReadHandle(Arc::clone(&self.shared))
    }

    /// Gives a new journal the name under which it is found, and closes it.
    pub(super) fn rename(self, name: &Path) -> Result<(), StorageError> {
        let held = &self.shared.held;
        let failed = |source| StorageError::of_io(held.path(), name, source);
        fs::rename(&self.store, name).map_err(failed)?;
        held.settle(name)
    }

    fn write(&mut self, head: Seq, pieces: Vec<Piece>) -> Result<(), StorageError> {
        let Shared { db, held, .. } = &*self.shared;
        held.require_space()?;
        let mut batch = sled::Batch::default();
        for Piece { key, value } in pieces {
            batch.insert(&key, value);
        }
        guarded(held.path(), || db.apply_batch(batch))?;
        guarded(held.path(), || db.flush())?;
        self.file
            .sync_data()
            .map_err(|source| StorageError::of_io(held.path(), &folder::journal(held.path()), source))?;
        self.mark.note(head)
    }
}

impl Journal for SledJournal {
    fn append(&mut self, expected_head: Seq, batch: BatchId, records: &[Record]) -> Result<(), AppendError> {
        let data = self.shared.path();
        if self.failed {
            return Err(
                StorageError::Store { folder: data, what: "an append failed before".to_owned() }.into()
            );
        }
        let head = self.head();
        if head != expected_head {
            return Err(AppendError::Conflict { head });
        }
        let mut last = expected_head;
        for record in records {
            if record.seq != last.next() {
                let what = format!("record {} was to follow record {last}", record.seq);
                return Err(StorageError::Store { folder: data, what }.into());
            }
            last = record.seq;
        }
        if last == expected_head {
            return Err(StorageError::Store { folder: data, what: "a batch was empty".to_owned() }.into());
        }
        let pieces = frame::pieces(expected_head.next(), batch, records)?;
        self.write(last, pieces).inspect_err(|_| self.failed = true)?;
        self.shared.head.store(last.0, Ordering::Release);
        Ok(())
    }

    fn holds(&self, after: Seq, batch: BatchId) -> Result<bool, StorageError> {
        let data = self.shared.path();
        let first = guarded(&data, || self.shared.db.get(frame::key(after.next(), 0)))?;
        match first {
            None => Ok(false),
            Some(piece) => Header::read(&piece)
                .map(|(header, _)| header.batch == batch)
                .ok_or_else(|| StorageError::damaged(&data, "a batch has no header")),
        }
    }
}

impl Records for SledJournal {
    fn head(&self) -> Seq {
        self.shared.durable()
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        self.shared.read(after, visit)
    }
}

impl Records for ReadHandle {
    fn head(&self) -> Seq {
        self.0.durable()
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        self.0.read(after, visit)
    }
}

impl Shared {
    fn path(&self) -> PathBuf {
        self.held.path().to_owned()
    }

    fn durable(&self) -> Seq {
        Seq(self.head.load(Ordering::Acquire))
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        let data = self.path();
        let through = self.durable();
        if after >= through {
            return Ok(());
        }
        let Some(start) = batch_of(&self.db, &data, after.next())? else {
            return Err(StorageError::damaged(&data, format!("record {} is missing", after.next())));
        };
        let mut assembly = Assembly::new(Some(start));
        let mut last = after;
        let mut pieces = self.db.range(frame::key(start, 0)..);
        while last < through {
            let Some((key, piece)) = guarded(&data, || pieces.next().transpose())? else { break };
            let damaged = |what| StorageError::damaged(&data, what);
            let Some(batch) = assembly.take(&key, &piece).map_err(damaged)? else { continue };
            for (place, line) in (batch.first.0..).zip(batch.lines) {
                let seq = Seq(place);
                if seq <= after {
                    continue;
                }
                let record = codec::decode(line).map_err(|fault| StorageError::Record { seq, fault })?;
                if record.seq != seq {
                    return Err(damaged(format!("record {} lies in the place of record {seq}", record.seq)));
                }
                last = seq;
                visit(record);
            }
        }
        if last < through {
            return Err(StorageError::damaged(&data, format!("record {} is missing", last.next())));
        }
        Ok(())
    }
}

/// The first record of the batch that `seq` is in or would be in.
fn batch_of(db: &sled::Db, data: &Path, seq: Seq) -> Result<Option<Seq>, StorageError> {
    let bounds = frame::key(Seq(0), 0)..=frame::key(seq, u32::MAX);
    let found = guarded(data, || db.range(bounds).next_back().transpose())?;
    Ok(found.and_then(|(key, _)| frame::of_key(&key)).map(|(first, _)| first))
}

/// The last record; 0 if there is none. The last batch is checked for being whole.
fn head(db: &sled::Db, data: &Path) -> Result<Seq, StorageError> {
    let Some(first) = batch_of(db, data, Seq(u64::MAX))? else { return Ok(Seq::default()) };
    let mut assembly = Assembly::new(Some(first));
    let mut pieces = db.range(frame::key(first, 0)..);
    while let Some((key, piece)) = guarded(data, || pieces.next().transpose())? {
        assembly.take(&key, &piece).map_err(|what| StorageError::damaged(data, what))?;
    }
    let next = assembly.finish().map_err(|what| StorageError::damaged(data, what))?;
    Ok(Seq(next.map_or(0, |next| next.0.saturating_sub(1))))
}

/// Makes a call to sled, with its failures and panics as errors of ours.
fn guarded<T>(data: &Path, call: impl FnOnce() -> sled::Result<T>) -> Result<T, StorageError> {
    let folder = data.to_owned();
    match panic::catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(source))) => Err(StorageError::of_io(data, &folder::journal(data), source)),
        Ok(Err(sled::Error::Corruption { .. })) => {
            Err(StorageError::damaged(data, "the store's checksums don't match"))
        }
        Ok(Err(
            fault @ (sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_)
            | sled::Error::ReportableBug(_)),
        )) => Err(StorageError::Store { folder, what: fault.to_string() }),
        Err(_) => Err(StorageError::Store { folder, what: "it gave up on what it found there".to_owned() }),
    }
}
