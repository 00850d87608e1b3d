//! Bookings of outside pages.
