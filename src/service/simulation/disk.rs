//! A journal in memory that outlives the process, fails as told, and has a second writer at times.

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::watch;

use jiff::{SignedDuration, Timestamp};

use super::time::Time;
use crate::domain::event::{Event, Record};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::personal::Personal;
use crate::journal::{AppendError, BatchId, Journal, Records, StorageError};
use crate::service::heard::{Keeper, Kept};

/// What goes wrong with an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mishap {
    /// The process dies before it is on disk.
    DiesBefore,
    /// It is on disk, and the process dies before it knows.
    DiesAfter,
    /// It is on disk, and nobody is told; asked again the disk says so.
    AnswerLost,
    /// It isn't on disk, and nobody is told.
    Lost,
    /// Another process appended first.
    Conflict,
    /// The machine falls asleep right after, for so many hours.
    Sleeps(i64),
}

/// When a mishap comes: with the next append of an event of this name, or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trap {
    pub(super) on: Option<&'static str>,
    pub(super) mishap: Mishap,
}

/// Outlives the process. Clones are the same disk.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    platter: Arc<Mutex<Platter>>,
    /// Which process is alive; one more than it when none is.
    alive: Arc<watch::Sender<u32>>,
    time: Time,
}

#[derive(Debug, Default)]
struct Platter {
    records: Vec<Record>,
    /// When each was recorded, in truth.
    stamps: Vec<Timestamp>,
    batches: Vec<(Seq, BatchId)>,
    heard: Option<Kept>,
    trap: Option<Trap>,
    /// What the process did without end.
    endless: Option<String>,
    /// Mishaps that came.
    come: Vec<Mishap>,
}

/// The name of an event, as the journal calls it.
pub(super) fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    let word: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
    word
}

impl Disk {
    pub(super) fn new(time: Time) -> Self {
        Self { platter: Arc::default(), alive: Arc::new(watch::Sender::new(0)), time }
    }

    /// A process starts; those before it can't write any more. Its number.
    pub(super) fn boots(&self) -> u32 {
        self.alive.send_modify(|process| *process += 1);
        *self.alive.borrow()
    }

    pub(super) fn journal(&self, process: u32) -> impl Journal {
        DiskJournal { disk: self.clone(), process }
    }

    /// Whoever is alive dies.
    pub(super) fn dies(&self) {
        self.alive.send_modify(|process| *process += 1);
    }

    pub(super) fn lives(&self, process: u32) -> bool {
        *self.alive.borrow() == process
    }

    /// Returns once `process` is dead.
    pub(super) async fn death_of(&self, process: u32) {
        let mut alive = self.alive.subscribe();
        // The sender lives as long as the disk.
        _ = alive.wait_for(|now| *now != process).await;
    }

    pub(super) fn sets(&self, trap: Trap) {
        self.platter.lock().unwrap().trap = Some(trap);
    }

    pub(super) fn come(&self) -> Vec<Mishap> {
        self.platter.lock().unwrap().come.clone()
    }

    /// Everything on record, its free text sealed, and when each was recorded in truth.
    pub(super) fn read<R>(&self, read: impl FnOnce(&[Record], &[Timestamp]) -> R) -> R {
        let platter = self.platter.lock().unwrap();
        read(&platter.records, &platter.stamps)
    }

    /// The process does the same again and again without any time passing: it is ended.
    pub(super) fn spins(&self, how: String) {
        self.platter.lock().unwrap().endless = Some(how);
        self.dies();
    }

    /// What the process did without end, if it did.
    pub(super) fn endless(&self) -> Option<String> {
        self.platter.lock().unwrap().endless.clone()
    }

    pub(super) fn head(&self) -> usize {
        self.platter.lock().unwrap().records.len()
    }

    pub(super) fn keeper(&self, process: u32) -> impl Keeper + use<> {
        DiskKeeper { disk: self.clone(), process }
    }

    /// Puts the journal back to its first `records` records: that alone, or in a folder of its own.
    pub(super) fn rewinds(&self, records: usize, alone: bool) {
        let mut platter = self.platter.lock().unwrap();
        platter.records.truncate(records);
        platter.stamps.truncate(records);
        platter.batches.retain(|(after, _)| after.0 < records as u64);
        platter.heard = platter.heard.filter(|_| alone);
    }
}

struct DiskKeeper {
    disk: Disk,
    process: u32,
}

#[async_trait]
impl Keeper for DiskKeeper {
    fn read(&self) -> Option<Kept> {
        self.disk.platter.lock().unwrap().heard
    }

    async fn keep(&self, kept: Kept) -> io::Result<()> {
        if !self.disk.lives(self.process) {
            return Err(io::Error::other("the process is dead"));
        }
        self.disk.platter.lock().unwrap().heard = Some(kept);
        Ok(())
    }
}

struct DiskJournal {
    disk: Disk,
    process: u32,
}

impl Records for DiskJournal {
    fn head(&self) -> Seq {
        Seq(self.disk.head() as u64)
    }

    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError> {
        let records: Vec<Record> = self
            .disk
            .read(|records, _| records.iter().filter(|record| record.seq > after).cloned().collect());
        records.into_iter().for_each(visit);
        Ok(())
    }
}

impl Journal for DiskJournal {
    fn append(&mut self, after: Seq, batch: BatchId, records: &[Record]) -> Result<(), AppendError> {
        if !self.disk.lives(self.process) {
            return Err(AppendError::Storage(fault()));
        }
        let mut platter = self.disk.platter.lock().unwrap();
        if platter.records.len() as u64 != after.0 {
            return Err(AppendError::Conflict { head: Seq(platter.records.len() as u64) });
        }
        let springs =
            |trap: &Trap| trap.on.is_none_or(|on| records.iter().any(|record| name(&record.event) == on));
        let mishap = platter.trap.filter(springs).map(|trap| trap.mishap);
        if let Some(mishap) = mishap {
            platter.trap = None;
            platter.come.push(mishap);
        }
        let land = |platter: &mut Platter| {
            platter.records.extend_from_slice(records);
            platter.stamps.resize(platter.records.len(), self.disk.time.truth());
            platter.batches.push((after, batch));
        };
        match mishap {
            None => land(&mut platter),
            Some(Mishap::Sleeps(hours)) => {
                land(&mut platter);
                self.disk.time.sleeps(SignedDuration::from_hours(hours));
            }
            Some(Mishap::DiesBefore) => {
                self.disk.dies();
                return Err(AppendError::Storage(fault()));
            }
            Some(Mishap::DiesAfter) => {
                land(&mut platter);
                self.disk.dies();
                return Err(AppendError::Storage(fault()));
            }
            Some(Mishap::AnswerLost) => {
                land(&mut platter);
                return Err(AppendError::InDoubt(doubt()));
            }
            Some(Mishap::Lost) => return Err(AppendError::InDoubt(doubt())),
            Some(Mishap::Conflict) => {
                // What a second process might have to say at any time.
                let event = Event::NoteTaken {
                    by: PersonId::parse("priya").unwrap(),
                    about: None,
                    initiative: None,
                    text: Personal::Forgotten,
                };
                let at = records.first().map(|record| record.at).unwrap_or_default();
                let record = Record { seq: after.next(), at, cause: None, event };
                platter.records.push(record);
                platter.stamps.push(self.disk.time.truth());
                return Err(AppendError::Conflict { head: after.next() });
            }
        }
        Ok(())
    }

    fn holds(&self, after: Seq, batch: BatchId) -> Result<bool, StorageError> {
        Ok(self.disk.platter.lock().unwrap().batches.contains(&(after, batch)))
    }
}

fn fault() -> StorageError {
    StorageError::Damaged { folder: "disk".into(), what: "the simulation says so".to_owned() }
}

fn doubt() -> StorageError {
    fault()
}
