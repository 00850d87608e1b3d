//! A journal in memory that can be stopped, outrun, cut off and broken: what a disk and a network do.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use canvass::domain::event::Record;
use canvass::domain::ids::Seq;
use canvass::journal::{AppendError, BatchId, Journal, Records, StorageError};

/// What becomes of an append.
#[derive(Debug)]
pub(super) enum Fate {
    /// It lands.
    Lands,
    /// Somebody else appends these first.
    Outrun(Vec<Record>),
    /// It lands, and the reply is lost.
    LandsUnheard,
    /// It doesn't land, and that isn't known.
    LostUnheard,
    /// It fails.
    Fails,
}

/// What is in a journal, batch by batch. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Batches(Arc<Mutex<Vec<Landed>>>);

#[derive(Debug)]
struct Landed {
    after: Seq,
    batch: BatchId,
    records: Vec<Record>,
}

impl Batches {
    /// All records.
    pub(super) fn records(&self) -> Vec<Record> {
        self.0.lock().unwrap().iter().flat_map(|landed| landed.records.clone()).collect()
    }

    /// How many records each batch has.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.0.lock().unwrap().iter().map(|landed| landed.records.len()).collect()
    }

    fn push(&self, batch: BatchId, records: &[Record]) {
        let after = self.head();
        self.0.lock().unwrap().push(Landed { after, batch, records: records.to_vec() });
    }

    fn head(&self) -> Seq {
        let landed = self.0.lock().unwrap();
        landed.last().map_or(Seq(0), |last| Seq(last.after.0 + last.records.len() as u64))
    }
}

/// The journal; its fates come in the order given, and then everything lands.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) batches: Batches,
    fates: VecDeque<Fate>,
    gate: Option<(Sender<()>, Receiver<()>)>,
}

/// The other side of a gate that each append has to pass.
#[derive(Debug)]
pub(super) struct Gate {
    /// An append has arrived.
    pub(super) arrived: Receiver<()>,
    /// Lets one append through.
    pub(super) open: Sender<()>,
}

impl Memory {
    pub(super) fn with(fates: impl IntoIterator<Item = Fate>) -> Self {
        Self { fates: fates.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn gated(mut self) -> (Self, Gate) {
        let ((arrive, arrived), (open, opened)) = (channel(), channel());
        self.gate = Some((arrive, opened));
        (self, Gate { arrived, open })
    }
}

fn broken() -> StorageError {
    StorageError::Store { folder: PathBuf::from("memory"), what: "it was told to fail".to_owned() }
}

impl Records for Memory {
    fn head(&self) -> Seq {
        self.batches.head()
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        self.batches.records().into_iter().filter(|record| record.seq > after).for_each(visit);
        Ok(())
    }
}

impl Journal for Memory {
    fn append(&mut self, expected_head: Seq, batch: BatchId, records: &[Record]) -> Result<(), AppendError> {
        if let Some((arrive, opened)) = &self.gate {
            arrive.send(()).unwrap();
            opened.recv().unwrap();
        }
        let fate = self.fates.pop_front().unwrap_or(Fate::Lands);
        if let Fate::Outrun(others) = &fate {
            self.batches.push(BatchId([0; 16]), others);
        }
        let head = self.head();
        match fate {
            _ if head != expected_head => return Err(AppendError::Conflict { head }),
            Fate::Fails => return Err(broken().into()),
            Fate::LostUnheard => return Err(AppendError::InDoubt(broken())),
            Fate::Lands | Fate::Outrun(_) | Fate::LandsUnheard => self.batches.push(batch, records),
        }
        if matches!(fate, Fate::LandsUnheard) { Err(AppendError::InDoubt(broken())) } else { Ok(()) }
    }

    fn holds(&self, after: Seq, batch: BatchId) -> Result<bool, StorageError> {
        Ok(self.batches.0.lock().unwrap().iter().any(|landed| (landed.after, landed.batch) == (after, batch)))
    }
}
