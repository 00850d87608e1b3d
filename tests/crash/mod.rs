//! The real binary is killed at every step of a post, and its workspace fails in every way it can.
//!
//! What must hold afterwards is always the same: no acknowledged record lost, no message twice, none
//! missing.

mod audit;
mod bookings;
mod faults;
mod organisation;
mod record;
mod rounds;
mod step;
