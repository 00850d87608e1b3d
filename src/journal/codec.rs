//! A record as one line of JSON: `{"v":1,"seq":…,"at":…,"cause":…,"event":{…}}`.
//!
//! Invariant: what was written stays readable. A changed shape raises [`RECORD_VERSION`] and adds the
//! upcaster from the version before, with a folder of fixtures in `tests/journal/fixtures`. Versions whose
//! shape is still today's are read straight into types; only others go through an untyped value.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::event::{Cause, Event, Record};
use crate::domain::ids::Seq;

/// The version that [`encode`] writes.
pub const RECORD_VERSION: u32 = 3;

/// How lines begin that are read straight into types, since fields are written in the order declared: those
/// of the current version, and those of the versions before, to which each later one only adds kinds and optional fields.
const READ_AS_WRITTEN: [&[u8]; 3] = [b"{\"v\":3,", b"{\"v\":2,", b"{\"v\":1,"];

/// Turns a record of one version into the next.
type Upcaster = fn(Value) -> Value;

/// The upcasters, the one from version 1 first.
const UPCASTERS: [Upcaster; RECORD_VERSION as usize - 1] =
    [std::convert::identity; RECORD_VERSION as usize - 1];

/// Why a record can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// A later version of the program wrote it.
    #[error("it has version {found}, and this canvass knows versions up to {known}; run the newer one")]
    Newer {
        /// Its version.
        found: u64,
        /// The newest version known.
        known: u32,
    },
    /// It isn't what a record looks like.
    #[error("it isn't a record of version {version} ({source})")]
    Shape {
        /// The version it claims, 0 if none.
        version: u64,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// It can't be written as JSON: text in it was not sealed.
    #[error("it can't be stored ({0})")]
    Unstorable(serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    seq: Seq,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a Cause>,
    event: &'a Event,
}

#[derive(Deserialize)]
struct Read {
    seq: Seq,
    at: Timestamp,
    #[serde(default)]
    cause: Option<Cause>,
    event: Event,
}

impl From<Read> for Record {
    fn from(Read { seq, at, cause, event }: Read) -> Self {
        Self { seq, at, cause, event }
    }
}

/// Writes `record` to the end of `line`, without a line break. Fails if free text in it isn't sealed;
/// `line` is then as it was.
pub fn encode(record: &Record, line: &mut Vec<u8>) -> Result<(), CodecError> {
    let before = line.len();
    let Record { seq, at, cause, event } = record;
    let written = Written { v: RECORD_VERSION, seq: *seq, at: *at, cause: cause.as_ref(), event };
    serde_json::to_writer(&mut *line, &written).map_err(|fault| {
        line.truncate(before);
        CodecError::Unstorable(fault)
    })
}

/// Reads a line of any version known.
pub fn decode(line: &[u8]) -> Result<Record, CodecError> {
    if READ_AS_WRITTEN.iter().any(|prefix| line.starts_with(prefix)) {
        let read: Read = serde_json::from_slice(line)
            .map_err(|source| CodecError::Shape { version: u64::from(RECORD_VERSION), source })?;
        return Ok(read.into());
    }
    let value = serde_json::from_slice(line).map_err(|source| CodecError::Shape { version: 0, source })?;
    decode_older(value, &UPCASTERS)
}

/// Lifts `value` through `upcasters` to the version after the last of them, and reads it.
fn decode_older(mut value: Value, upcasters: &[Upcaster]) -> Result<Record, CodecError> {
    let known = u32::try_from(upcasters.len()).unwrap_or(u32::MAX).saturating_add(1);
    let version = value.get("v").and_then(Value::as_u64).unwrap_or(0);
    if version > u64::from(known) {
        return Err(CodecError::Newer { found: version, known });
    }
    let skip = usize::try_from(version.saturating_sub(1)).unwrap_or(usize::MAX);
    for upcaster in upcasters.iter().skip(skip) {
        value = upcaster(value);
    }
    let read: Read = serde_json::from_value(value).map_err(|source| CodecError::Shape { version, source })?;
    if version == 0 {
        return Err(CodecError::Shape { version, source: serde::de::Error::custom("it names no version") });
    }
    Ok(read.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::PersonId;
    use crate::domain::personal::Personal;

    fn line() -> Value {
        json!({
            "v": 2, "seq": 7, "at": "2026-11-02T09:00:00Z", "cause": {"event": "Ev1"},
            "event": {"event": "stopped", "person": "ana", "initiative": null},
        })
    }

    fn read(line: &Value) -> Result<Record, CodecError> {
        decode(&serde_json::to_vec(line).unwrap())
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let record = read(&line()).unwrap();
        let mut bytes = Vec::new();
        encode(&record, &mut bytes).unwrap();
        assert!(bytes.starts_with(READ_AS_WRITTEN[0]), "the fast path must meet what is written");
        assert_eq!(decode(&bytes).unwrap(), record);
    }

    #[test]
    fn the_order_of_fields_means_nothing() {
        // serde_json's map sorts its keys, so that "v" comes last here.
        assert!(!serde_json::to_vec(&line()).unwrap().starts_with(READ_AS_WRITTEN[0]));
        assert_eq!(read(&line()).unwrap().seq, Seq(7));
    }

    #[test]
    fn a_record_of_a_newer_version_is_refused_by_that_version() {
        let mut newer = line();
        newer["v"] = json!(12);
        insta::assert_snapshot!(
            read(&newer).unwrap_err(),
            @"it has version 12, and this canvass knows versions up to 3; run the newer one"
        );
    }

    #[test]
    fn a_record_without_a_version_is_not_a_record() {
        let mut bare = line();
        bare.as_object_mut().unwrap().remove("v");
        assert!(matches!(read(&bare), Err(CodecError::Shape { version: 0, .. })));
    }

    #[test]
    fn an_old_record_climbs_every_step_from_its_version_up() {
        // An invented past: version 1 called the event "kind", version 2 called the person "who".
        let kind_to_event: Upcaster = |mut value| {
            let kind = value["event"]["kind"].take();
            value["event"]["event"] = kind;
            value
        };
        let who_to_person: Upcaster = |mut value| {
            let who = value["event"]["who"].take();
            value["event"]["person"] = who;
            value
        };
        let table = [kind_to_event, who_to_person];
        let mut first = line();
        first["v"] = json!(1);
        first["event"] = json!({"kind": "stopped", "who": "ana", "initiative": null});
        let mut second = line();
        second["v"] = json!(2);
        second["event"] = json!({"event": "stopped", "who": "ana", "initiative": null});
        let mut third = line();
        third["v"] = json!(3);
        for old in [first, second, third] {
            assert_eq!(decode_older(old, &table).unwrap(), read(&line()).unwrap());
        }
        let mut fourth = line();
        fourth["v"] = json!(4);
        assert!(matches!(decode_older(fourth, &table), Err(CodecError::Newer { found: 4, known: 3 })));
    }

    #[test]
    fn text_that_is_not_sealed_can_not_be_written() {
        let ana = PersonId::parse("ana").unwrap();
        let event = Event::NoteTaken {
            by: ana.clone(),
            about: None,
            initiative: None,
            text: Personal::new(ana, "worn out"),
        };
        let record = Record { seq: Seq(1), at: Timestamp::UNIX_EPOCH, cause: None, event };
        let mut bytes = b"kept".to_vec();
        assert!(matches!(encode(&record, &mut bytes), Err(CodecError::Unstorable(_))));
        assert_eq!(bytes, b"kept");
    }
}
