//! Slack: the only room that knows its wire. Everything else speaks of messages, actions and people.

mod answer;
mod bursts;
pub mod checkup;
mod client;
pub mod directory;
mod errors;
mod fresh_urls;
pub mod heard;
mod home;
pub mod http;
pub mod inbound;
pub mod manifest;
mod methods;
mod performer;
mod receiver;
mod signature;
pub mod socket;
pub mod sweep;
pub mod views;

pub use client::{
    BadAddress, Client, Identity, ResponseUrl, Settings, SetupError, Standing, Tokens, UploadUrl, Wire,
};
pub use errors::{CallError, Class, class_of};
pub use fresh_urls::FreshUrls;
pub use home::{is_conflict, publish};
pub use manifest::{Transport, manifest};
pub use methods::Method;
pub use performer::{SlackPerformer, own_posts};
pub use receiver::{Closed, Inbox, Lookout, Receipt, Receiver};
pub use signature::SigningSecret;
pub use views::{blocks, home_view, modal_view};
