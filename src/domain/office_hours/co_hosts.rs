//! Who else could be there at the time of a booking.

use jiff::Timestamp;

use super::{Unbookable, check_bookable};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, Slot, State};

/// The hosts to whom booking `of` could be handed: free at its time, whether or not they hold office hours
/// at that hour.
pub fn co_hosts<'a>(
    program: &'a Program,
    state: &'a State,
    seen: &'a Observations,
    of: Seq,
    booking: &'a BookingState,
    now: Timestamp,
) -> impl Iterator<Item = &'a PersonId> {
    program.hours.keys().filter(move |host| {
        let slot = Slot { host: (*host).clone(), ..booking.slot.clone() };
        let free = match check_bookable(program, state, seen, &slot, &booking.guest, now, Some(of)) {
            Ok(()) => true,
            Err(Unbookable::Closed | Unbookable::TooSoon | Unbookable::TooFar | Unbookable::DayFull) => true,
            Err(
                Unbookable::Taken
                | Unbookable::Busy
                | Unbookable::PersonFull
                | Unbookable::PageOnly
                | Unbookable::Unread,
            ) => false,
        };
        **host != booking.slot.host && **host != booking.guest && free
    })
}
