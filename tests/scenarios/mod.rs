//! Scenarios that read as conversations, over the real wire.

mod advocates;
mod answers;
mod campaign;
mod conversation;
mod moods;
mod questions;
mod reading;
mod restarts;
mod transports;
