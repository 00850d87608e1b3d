//! Scenarios that read as conversations, over the real wire.

mod accounts;
mod advocates;
mod ages;
mod answers;
mod approval;
mod bookings;
mod campaign;
mod clock;
mod conversation;
mod digest;
mod home;
mod home_buttons;
mod home_queue;
mod moods;
mod named;
mod questions;
mod race;
mod reading;
mod referral;
mod refusals;
mod reload;
mod respect;
mod restarts;
mod transports;
