//! A direct message.

use serde_json::{Map, Value, json};

use crate::domain::effect::PostId;
use crate::domain::message::Message;

use super::controls;
use super::limits;
use super::parts;
use super::text::cut_escaped;

/// The type of our message metadata. Everybody in the workspace can read it, so it holds an opaque id only.
pub const METADATA: &str = "canvass_post";

/// The blocks of `message`. `post` is what its buttons are about; without it (a preview) they do nothing.
pub fn blocks(message: &Message, post: Option<PostId>) -> Vec<Value> {
    let mut tail = Vec::new();
    if let Some(recorded) = &message.recorded {
        tail.push(parts::divider());
        tail.extend(parts::paragraph(recorded).into_iter().take(1));
    }
    let footer = message.footer.as_ref().and_then(parts::small);
    let row = controls::row(&message.buttons, &message.overflow, post);
    let taken = tail.len() + usize::from(footer.is_some()) + usize::from(row.is_some());
    let mut shown = parts::fit(
        parts::draw(&message.parts),
        limits::MESSAGE_BLOCKS.saturating_sub(taken),
        limits::MESSAGE_TEXT,
    );
    shown.extend(tail);
    let footer_from = shown.len();
    shown.extend(footer);
    let mut blocks = parts::numbered(shown);
    if let Some(mut row) = row {
        if let Some(row) = row.as_object_mut() {
            row.insert("block_id".to_owned(), "controls".into());
        }
        blocks.insert(footer_from.min(blocks.len()), row);
    }
    blocks
}

/// What every way of showing a message takes: its blocks, and the text for notifications.
pub fn body(message: &Message, post: Option<PostId>) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("text".to_owned(), cut_escaped(&message.notification, limits::NOTIFICATION).into());
    let blocks = blocks(message, post);
    if !blocks.is_empty() {
        body.insert("blocks".to_owned(), blocks.into());
    }
    body
}

/// The metadata by which a post is found again.
pub fn metadata(post: PostId) -> Value {
    json!({ "event_type": METADATA, "event_payload": { "id": post.to_string() } })
}
