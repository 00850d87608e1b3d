//! Where the webhooks of outside booking pages meet the writer.

use std::sync::Arc;

use super::shared::Shared;
use crate::command::{self, Fate, OutsideBooking};
use crate::journal::{Decision, Writer};
use crate::web::webhooks::{NotNow, Record};

/// Decides what booking pages tell, one after the other, on what is on record.
pub(super) fn recorder(writer: Writer, shared: Shared) -> Record {
    Arc::new(move |told| Box::pin(record(writer.clone(), shared.clone(), told)))
}

async fn record(writer: Writer, shared: Shared, told: OutsideBooking) -> Result<(), NotNow> {
    let (program, seen) = (shared.program(), shared.seen());
    let page = told.provider.title();
    let decided = writer.submit(Some(told.cause()), move |state, now| {
        let (events, reply) = command::outside(&program, state, &seen, &told, now);
        Decision { events, reply }
    });
    let fate = decided.await.map_err(|_| NotNow)?;
    // Nobody's address: who else books on the page is none of ours to keep.
    match fate {
        Fate::Recorded => tracing::info!(booking.page = page, "what a booking page told is recorded"),
        Fate::Known => tracing::debug!(booking.page = page, "what a booking page told was on record"),
        Fate::Elsewhere => {
            tracing::info!(booking.page = page, "a booking page canceled a booking that isn't on record");
        }
        Fate::UnknownHost => tracing::info!(
            booking.page = page,
            "a booking on a page is not recorded: its host is nobody of the configuration"
        ),
        Fate::UnknownGuest => tracing::info!(
            booking.page = page,
            "a booking on a page is not recorded: its guest is nobody of the configuration"
        ),
        Fate::OutOfTime => tracing::warn!(
            booking.page = page,
            "a booking on a page is not recorded: it is over, or more than a year ahead"
        ),
    }
    Ok(())
}
