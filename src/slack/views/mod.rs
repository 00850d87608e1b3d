//! Semantic messages drawn with Block Kit: pure, one file a surface.
//!
//! Invariant: whatever is drawn keeps Slack's limits (docs.slack.dev), by cutting and splitting, never by luck;
//! and nothing that a person or a file wrote is read by Slack as markup, a mention or a link.

mod comment;
mod controls;
mod ephemeral;
mod home;
mod limits;
mod message;
mod modal;
mod parts;
mod table;
mod text;

pub use comment::comment;
pub use controls::{Carried, Choice, OVERFLOW, action_of, word_of};
pub use ephemeral::ephemeral;
pub use home::{home_view, page_of};
pub use message::{METADATA, blocks, body, metadata};
pub use modal::{INPUT, modal_view, note_view};

#[cfg(test)]
mod tests;
