//! What steers the campaigns, in the log: who did what, by their ids and without anybody's words.

use std::sync::Arc;

use tokio::sync::broadcast::{self, error::RecvError};

use crate::domain::event::{Event, PauseReason, Record};
use crate::journal::Writer;

/// Logs the records from now on, until the journal ends.
pub(super) fn log(writer: &Writer) -> impl Future<Output = ()> + use<> {
    let records = writer.subscribe();
    follow(records)
}

async fn follow(mut records: broadcast::Receiver<Arc<[Record]>>) {
    loop {
        match records.recv().await {
            Ok(batch) => batch.iter().for_each(note),
            Err(RecvError::Lagged(batches)) => {
                tracing::warn!(batches, "some records came too fast to be logged; the journal has them");
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Whatever isn't named here is nobody's decision about a campaign; the journal has it.
fn note(record: &Record) {
    let seq = record.seq.0;
    if let Event::PostingPaused { reason } = &record.event {
        paused(seq, reason);
    }
    if let Event::PostingResumed { by } = &record.event {
        tracing::info!(seq, %by, "sending was resumed");
    }
    if let Event::InitiativePaused { initiative, by, paused } = &record.event {
        let what = if *paused { "an initiative was paused" } else { "an initiative was resumed" };
        tracing::info!(seq, %by, %initiative, "{what}");
    }
    if let Event::PauseLifted { .. } = &record.event {
        tracing::info!(seq, by = "canvass", "Slack takes messages again");
    }
    if let Event::Revived { deliveries, by } = &record.event {
        tracing::info!(seq, %by, messages = deliveries.len(), "messages that were given up are planned again");
    }
    if let Event::Restored { from, .. } = &record.event {
        tracing::warn!(
            seq,
            from = from.0,
            "the journal was restored; what came after that record may be missing"
        );
    }
    if let Event::StageSet { initiative, quarter, stage, by } = &record.event {
        tracing::info!(seq, %by, %initiative, %quarter, stage = stage.word(), "a stage was set");
    }
    if let Event::Corrected { initiative, quarter, by, .. } = &record.event {
        tracing::info!(seq, %by, %initiative, %quarter, "every copy that was sent was corrected");
    }
    if let Event::Recalled { initiative, quarter, by, recalled } = &record.event {
        let what = if *recalled { "a campaign was recalled" } else { "the recall of a campaign was undone" };
        tracing::info!(seq, %by, %initiative, %quarter, "{what}");
    }
    if let Event::InitiativePaused { initiative, by, paused } = &record.event {
        let what = if *paused { "an initiative was paused" } else { "an initiative was resumed" };
        tracing::info!(seq, %by, %initiative, "{what}");
    }
}

fn paused(seq: u64, reason: &PauseReason) {
    match reason {
        PauseReason::Asked { by } => tracing::info!(seq, %by, "sending was paused"),
        PauseReason::Unproven => {
            tracing::warn!(seq, by = "canvass", reason = "unproven journal", "sending was paused");
        }
        PauseReason::FirstStart { denied_by: None } => tracing::warn!(
            seq,
            by = "canvass",
            "the data folder is empty, so the advocates are asked whether this is the first start; nothing else is \
             sent before one of them has said so"
        ),
        PauseReason::FirstStart { denied_by: Some(by) } => tracing::error!(
            seq,
            %by,
            "this is not the first start: put the data folder back, or restore a backup, and start again"
        ),
        PauseReason::Configuration { code } | PauseReason::Returned { code } => {
            tracing::error!(seq, by = "canvass", slack.code = code, "sending was paused");
        }
    }
}
