//! Scenarios that read as conversations, over the real wire.

mod answers;
mod campaign;
mod conversation;
mod reading;
mod restarts;
mod transports;
