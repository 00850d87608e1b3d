//! The journal as facts: read through `canvass export` while no bot runs.

use std::path::Path;

use canvass::domain::effect::PostId;
use canvass::domain::event::{Cause, Event, Record};
use canvass::domain::ids::Seq;
use jiff::Timestamp;
use serde::Deserialize;

use crate::world::canvass;

#[derive(Deserialize)]
struct Line {
    seq: Seq,
    at: Timestamp,
    #[serde(default)]
    cause: Option<Cause>,
    event: Event,
}

/// Every record in the data folder of a bot that doesn't run.
pub(super) fn records(data: &Path) -> Vec<Record> {
    let export = canvass().args(["export", "--data"]).arg(data).output().unwrap();
    assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
    let text = String::from_utf8(export.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // The first line announces the records, the last one seals them.
    let [_, records @ .., _] = &lines[..] else { panic!("no export: {text}") };
    records
        .iter()
        .map(|line| {
            let Line { seq, at, cause, event } = serde_json::from_str(line).unwrap();
            Record { seq, at, cause, event }
        })
        .collect()
}

/// Which post this begins, and with which attempt: an intent names the id only where it doesn't follow from the key.
pub(super) fn begun(event: &Event) -> Option<(PostId, u32)> {
    match event {
        Event::PostIntended { key, attempt, found_as, .. } => {
            Some((found_as.unwrap_or_else(|| key.id()), *attempt))
        }
        _ => None,
    }
}
