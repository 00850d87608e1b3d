//! A journal in memory that outlives the process and can die at any append.

use std::sync::{Arc, Mutex};

use crate::domain::event::{Event, Record};
use crate::domain::ids::Seq;
use crate::domain::state::State;
use crate::journal::{AppendError, BatchId, Journal, Records, StorageError};

/// Where the process dies, by the name of the event being appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    Before(&'static str),
    After(&'static str),
}

/// Outlives the process.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
struct Platter {
    records: Vec<Record>,
    death: Option<Death>,
    /// Which process may write; what a dead one still had in hand is lost.
    process: u32,
}

/// One process's way to it.
struct DiskJournal {
    disk: Disk,
    process: u32,
}

pub(super) fn name(event: &Event) -> String {
    serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned()
}

impl Disk {
    /// A process starts, with `death` ahead of it; those before it can't write any more.
    pub(super) fn opens(&self, death: Option<Death>) -> impl Journal {
        let mut platter = self.0.lock().unwrap();
        platter.process += 1;
        platter.death = death;
        DiskJournal { disk: self.clone(), process: platter.process }
    }

    /// Nobody can write until it is opened again.
    pub(super) fn loses_power(&self) {
        self.0.lock().unwrap().process += 1;
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().records.iter().map(|record| name(&record.event)).collect()
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.0.lock().unwrap().records.clone()
    }

    pub(super) fn state(&self) -> State {
        State::of(&self.0.lock().unwrap().records)
    }
}

impl Records for DiskJournal {
    fn head(&self) -> Seq {
        Seq(self.disk.0.lock().unwrap().records.len() as u64)
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        let records = self.disk.0.lock().unwrap().records.clone();
        records.into_iter().filter(|record| record.seq > after).for_each(visit);
        Ok(())
    }
}

impl Journal for DiskJournal {
    fn append(&mut self, _: Seq, _: BatchId, records: &[Record]) -> Result<(), AppendError> {
        let mut platter = self.disk.0.lock().unwrap();
        if platter.process != self.process {
            return Err(dead());
        }
        let dies = |event| records.iter().any(|record| name(&record.event) == event);
        match platter.death {
            Some(Death::Before(event)) if dies(event) => {
                platter.process += 1;
                Err(dead())
            }
            Some(Death::After(event)) if dies(event) => {
                platter.records.extend_from_slice(records);
                platter.process += 1;
                Err(dead())
            }
            Some(_) | None => {
                platter.records.extend_from_slice(records);
                Ok(())
            }
        }
    }

    fn holds(&self, _: Seq, _: BatchId) -> Result<bool, StorageError> {
        Ok(false)
    }
}

fn dead() -> AppendError {
    AppendError::Storage(StorageError::Damaged { folder: "disk".into(), what: "the test says so".to_owned() })
}
