//! Who else could be there at the time of a booking.

use jiff::Timestamp;

use super::{House, Unbookable};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::observation::Observations;
use crate::domain::program::Program;
use crate::domain::state::{BookingState, State};

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
    let free = move |host: &&PersonId| check_hand_on(program, state, seen, (of, booking), host, now).is_ok();
    program.hours.keys().filter(free)
}

/// Whether `host` can take over a booking at `now`: asked once more when it is submitted.
///
/// # Errors
/// [`Unbookable`]: they have something else at its time, or it isn't known whether they have.
pub fn check_hand_on(
    program: &Program,
    state: &State,
    seen: &Observations,
    (of, booking): (Seq, &BookingState),
    host: &PersonId,
    now: Timestamp,
) -> Result<(), Unbookable> {
    let is_side = booking.is_side(host);
    let hours = program.hours.get(host).filter(|_| !is_side).ok_or(Unbookable::Closed)?;
    if hours.is_page_only() {
        return Err(Unbookable::PageOnly);
    }
    let house = House { program, state, seen, now };
    let slot = booking.slot.stretch();
    house.with_diary(hours, Some(of), |diary| diary.check_handed_on(&slot))?;
    if house.is_full(hours, &booking.guest, Some(of)) { Err(Unbookable::PersonFull) } else { Ok(()) }
}
