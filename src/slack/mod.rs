//! Slack: the only room that knows its wire. Everything else speaks of messages, actions and people.

mod client;
mod errors;
mod methods;
pub mod views;

pub use client::{BadAddress, Client, ResponseUrl, Settings, SetupError};
pub use errors::{CallError, Class, class_of};
pub use methods::Method;
pub use views::{blocks, modal_view};
