//! An answer that only the person who acted sees: listings, previews, a sentence.

use serde_json::Value;

use crate::domain::effect::PostId;
use crate::domain::message::Message;

use super::message::body;

/// The answer to a slash command or a click. It never replaces the message that was clicked.
pub fn ephemeral(message: &Message, post: Option<PostId>) -> Value {
    let mut answer = body(message, post);
    answer.insert("response_type".to_owned(), "ephemeral".into());
    answer.insert("replace_original".to_owned(), false.into());
    answer.into()
}
