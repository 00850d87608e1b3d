//! Scenarios that read as conversations, over the real wire.

mod answers;
mod campaign;
mod conversation;
mod digest;
mod home;
mod reading;
mod reload;
mod restarts;
