//! Scenarios that read as conversations, over the real wire.

mod advocates;
mod answers;
mod approval;
mod campaign;
mod conversation;
mod digest;
mod home;
mod moods;
mod questions;
mod reading;
mod referral;
mod reload;
mod respect;
mod restarts;
mod transports;
