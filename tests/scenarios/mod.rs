//! Scenarios that read as conversations, over the real wire.

mod answers;
mod campaign;
mod conversation;
mod moods;
mod reading;
mod restarts;
