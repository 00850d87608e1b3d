//! Why a slot can't be booked.

/// Why exactly this slot can't be booked by this guest now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unbookable {
    /// It is in no window of the host's: they are not there, have the day off, or would be their own guest.
    Closed,
    /// It starts earlier than the host wants notice, or has started.
    TooSoon,
    /// It is further ahead than the host's time can be booked.
    TooFar,
    /// Another booking has this time, or the buffer around it.
    Taken,
    /// The host has something else then, or the buffer around it.
    Busy,
    /// The host has as many bookings on that day as they take.
    DayFull,
    /// The guest has as many bookings ahead with this host as one may have.
    PersonFull,
    /// The host is only booked on their own page.
    PageOnly,
    /// Whether the host is free isn't known: their calendar was not read, or not lately, or not so far.
    Unread,
}
