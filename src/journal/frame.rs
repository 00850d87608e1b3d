//! How one batch lies in the store: a header and its records as lines, cut into pieces.
//!
//! Invariant: a batch is one unit with a digest; what reads back is exactly what was appended, in its
//! place, or damage. Pieces are small because sled writes a leaf of up to 17 of them as one item, and an
//! item over 128 KiB as a file of its own, which it doesn't flush.

use sha2::{Digest, Sha256};

use super::BatchId;
use super::codec;
use super::errors::StorageError;
use crate::domain::event::Record;
use crate::domain::ids::Seq;

/// The longest value in bytes: 17 of them stay under sled's 128 KiB.
const LONGEST_PIECE: usize = 6 << 10;

/// The key of every piece begins with this, so that other things may lie beside them.
pub(super) const PREFIX: u8 = b'r';

const DIGEST_LENGTH: usize = 16;
const HEADER_LENGTH: usize = 16 + 4 + 8 + DIGEST_LENGTH;

/// The key of piece `piece` of the batch that begins with record `first`. Keys sort as the records do.
pub(super) fn key(first: Seq, piece: u32) -> [u8; 13] {
    let mut key = [PREFIX; 13];
    key[1..9].copy_from_slice(&first.0.to_be_bytes());
    key[9..].copy_from_slice(&piece.to_be_bytes());
    key
}

/// What [`key`] made the key of.
pub(super) fn of_key(key: &[u8]) -> Option<(Seq, u32)> {
    let (first, piece) = key.strip_prefix(&[PREFIX])?.split_at_checked(8)?;
    Some((Seq(u64::from_be_bytes(first.try_into().ok()?)), u32::from_be_bytes(piece.try_into().ok()?)))
}

/// What the first piece says about the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// Its id.
    pub(super) batch: BatchId,
    /// How many records.
    pub(super) count: u32,
    /// How many bytes its lines have.
    length: u64,
    digest: [u8; DIGEST_LENGTH],
}

impl Header {
    /// The header at the beginning of a first piece.
    pub(super) fn read(piece: &[u8]) -> Option<(Self, &[u8])> {
        let (header, lines) = piece.split_at_checked(HEADER_LENGTH)?;
        let (batch, rest) = header.split_at_checked(16)?;
        let (count, rest) = rest.split_at_checked(4)?;
        let (length, digest) = rest.split_at_checked(8)?;
        let header = Self {
            batch: BatchId(batch.try_into().ok()?),
            count: u32::from_be_bytes(count.try_into().ok()?),
            length: u64::from_be_bytes(length.try_into().ok()?),
            digest: digest.try_into().ok()?,
        };
        Some((header, lines))
    }

    fn write(&self) -> Vec<u8> {
        [&self.batch.0[..], &self.count.to_be_bytes(), &self.length.to_be_bytes(), &self.digest].concat()
    }
}

fn digest(first: Seq, batch: BatchId, count: u32, lines: &[u8]) -> [u8; DIGEST_LENGTH] {
    let digest = Sha256::new()
        .chain_update(first.0.to_be_bytes())
        .chain_update(batch.0)
        .chain_update(count.to_be_bytes())
        .chain_update(lines)
        .finalize();
    let mut short = [0; DIGEST_LENGTH];
    short.copy_from_slice(&digest[..DIGEST_LENGTH]);
    short
}

/// A part of a batch, as it lies in the store.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where.
    pub(super) key: [u8; 13],
    /// What.
    pub(super) value: Vec<u8>,
}

/// The pieces of a batch that begins with record `first`.
pub(super) fn pieces(first: Seq, batch: BatchId, records: &[Record]) -> Result<Vec<Piece>, StorageError> {
    let mut lines = Vec::with_capacity(records.len() * 320);
    for record in records {
        codec::encode(record, &mut lines)
            .map_err(|fault| StorageError::Refused { seq: record.seq, fault })?;
        lines.push(b'\n');
    }
    let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let header = Header {
        batch,
        count,
        length: u64::try_from(lines.len()).unwrap_or(u64::MAX),
        digest: digest(first, batch, count, &lines),
    };
    let mut bytes = header.write();
    bytes.append(&mut lines);
    let numbered = (0..).zip(bytes.chunks(LONGEST_PIECE));
    Ok(numbered.map(|(piece, bytes)| Piece { key: key(first, piece), value: bytes.to_vec() }).collect())
}

/// Puts batches together again from their pieces, one after the other.
#[derive(Debug)]
pub(super) struct Assembly {
    /// Where the next batch has to begin, once one has been seen.
    next: Option<Seq>,
    open: Option<(Seq, u32, Header)>,
    lines: Vec<u8>,
}

/// A whole batch.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    /// The place of its first record.
    pub(super) first: Seq,
    /// A line for each of its records.
    pub(super) lines: std::slice::Split<'a, u8, fn(&u8) -> bool>,
}

impl Assembly {
    /// An assembly whose first batch begins at `first`, or anywhere.
    pub(super) fn new(first: Option<Seq>) -> Self {
        Self { next: first, open: None, lines: Vec::new() }
    }

    /// Takes the next piece; the batch, once it is whole. The error says what is wrong, as a clause.
    pub(super) fn take(&mut self, key: &[u8], piece: &[u8]) -> Result<Option<Lines<'_>>, String> {
        let (first, number) = of_key(key).ok_or("it holds something that isn't a record")?;
        let (header, taken) = match self.open.take() {
            None => {
                if self.next.is_some_and(|next| next != first) || number != 0 {
                    return Err(self.hole());
                }
                let (header, lines) = Header::read(piece).ok_or_else(|| broken(first))?;
                self.lines.clear();
                self.lines.extend_from_slice(lines);
                (header, 1)
            }
            Some((begun, taken, header)) => {
                if begun != first || taken != number {
                    return Err(broken(begun));
                }
                self.lines.extend_from_slice(piece);
                (header, taken + 1)
            }
        };
        if (self.lines.len() as u64) < header.length {
            self.open = Some((first, taken, header));
            return Ok(None);
        }
        if digest(first, header.batch, header.count, &self.lines) != header.digest {
            return Err(broken(first));
        }
        self.next = Some(Seq(first.0 + u64::from(header.count)));
        let lines = self.lines.strip_suffix(b"\n").unwrap_or(&self.lines);
        Ok(Some(Lines { first, lines: lines.split(|byte| *byte == b'\n') }))
    }

    /// To be called after the last piece: where the next batch would begin, if everything was whole.
    pub(super) fn finish(self) -> Result<Option<Seq>, String> {
        match self.open {
            Some((first, ..)) => Err(broken(first)),
            None => Ok(self.next),
        }
    }

    fn hole(&self) -> String {
        format!("record {} is missing", self.next.unwrap_or(Seq(1)))
    }
}

fn broken(first: Seq) -> String {
    format!("the batch that begins with record {first} is not as it was written")
}
