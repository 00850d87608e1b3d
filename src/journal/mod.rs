//! The log of what happened: the only durable truth.
//!
//! Invariant: [`Journal::append`] is atomic, and what it acknowledged survives a loss of power. Records
//! pass through here *sealed*: a backend never sees what a person wrote. [`Vault`] seals and opens,
//! [`Writer`] is the one that decides and appends, and everybody else reads the state it publishes.

mod codec;
mod errors;
mod export;
mod folder;
mod frame;
mod key_store;
mod keys;
mod marking;
mod root;
mod seal;
mod sled_store;
mod submission;
mod writer;

use crate::clock::{Clock, NoEntropy};
use crate::domain::event::Record;
use crate::domain::ids::Seq;

pub use codec::{CodecError, RECORD_VERSION, decode, encode};
pub use errors::{AppendError, OpenError, StorageError};
pub use export::{ExportError, Exported, RestoreError, export, restore, restore_into};
pub use keys::KeyError;
pub use marking::Marking;
pub use root::RootKeys;
pub use seal::Vault;
pub use sled_store::{ReadHandle, SledJournal, open};
pub use submission::{Decision, Stopped};
pub use writer::{Destroy, End, Ending, Stepping, Writer};

/// Names one append, so that after a lost reply one can ask whether it landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchId(pub [u8; 16]);

impl BatchId {
    /// An id that no other append has, drawn from `clock`.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn fresh(clock: &Clock) -> Result<Self, NoEntropy> {
        let mut id = [0; 16];
        clock.entropy(&mut id)?;
        Ok(Self(id))
    }
}

/// Records in their order, as far as they are durable.
pub trait Records {
    /// The place of the last durable record.
    fn head(&self) -> Seq;

    /// Visits the records after `after` up to the head as it is when the call begins, in order and
    /// without a hole. Free text is as stored: sealed.
    fn read(&self, after: Seq, visit: &mut dyn FnMut(Record)) -> Result<(), StorageError>;
}

/// A log that can be added to. Its calls block; it lives on the writer's own thread.
pub trait Journal: Records + Send + 'static {
    /// Adds `records` after `expected_head`, all or none; they are on stable storage when it returns.
    ///
    /// The records are numbered from `expected_head.next()` and their free text is sealed; anything else
    /// is refused, as is an empty batch. After an error other than a conflict, nothing more is appended
    /// through this value.
    fn append(&mut self, expected_head: Seq, batch: BatchId, records: &[Record]) -> Result<(), AppendError>;

    /// Whether `batch` is what follows `after`: the question to ask when the reply to an append that
    /// expected `after` was lost. Exact without an index over all batches, because a batch can only have
    /// landed where it was expected.
    fn holds(&self, after: Seq, batch: BatchId) -> Result<bool, StorageError>;
}
