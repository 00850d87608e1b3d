//! Scenarios that read as conversations, over the real wire.

mod answers;
mod approval;
mod campaign;
mod conversation;
mod reading;
mod referral;
mod respect;
mod restarts;
