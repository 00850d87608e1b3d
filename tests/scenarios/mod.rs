//! Scenarios that read as conversations, over the real wire.

mod advocates;
mod ages;
mod answers;
mod approval;
mod bookings;
mod campaign;
mod clock;
mod conversation;
mod digest;
mod heavy;
mod home;
mod home_buttons;
mod home_queue;
mod inbound;
mod moods;
mod named;
mod pausing;
mod questions;
mod race;
mod reading;
mod referral;
mod reload;
mod respect;
mod restarts;
mod transports;
