//! Scenarios that read as conversations, over the real wire.

mod answers;
mod campaign;
mod conversation;
mod questions;
mod reading;
mod restarts;
