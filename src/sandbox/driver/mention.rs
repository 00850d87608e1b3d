//! Mentions in typed text: what Slack's client makes of `@handle`.

use serde_json::{Value, json};

use super::super::message::escape;
use super::super::person::Person;
use super::super::workspace::Workspace;

/// A piece of typed text: words, or somebody who is mentioned by `@handle`.
enum Piece<'a> {
    Words(&'a str),
    Mention(&'a Person),
}

/// Splits text where Slack's client would make a mention.
fn split<'a>(workspace: &'a Workspace, text: &'a str) -> Vec<Piece<'a>> {
    let mut found = Vec::new();
    let mut words = 0;
    for (at, _) in text.match_indices('@') {
        let begins = !text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let handle = text.get(at + 1..).unwrap_or_default();
        let length =
            handle.find(|c: char| !c.is_alphanumeric() && !"_-.".contains(c)).unwrap_or(handle.len());
        let handle = handle.get(..length).unwrap_or_default().trim_end_matches('.');
        let person = workspace.people().find(|person| !handle.is_empty() && person.name == handle);
        if let Some(person) = person.filter(|_| begins && at >= words) {
            found.push(Piece::Words(text.get(words..at).unwrap_or_default()));
            found.push(Piece::Mention(person));
            words = at + 1 + handle.len();
        }
    }
    found.push(Piece::Words(text.get(words..).unwrap_or_default()));
    found
}

/// Typed text as rich text.
pub(super) fn pieces(workspace: &Workspace, text: &str) -> Vec<Value> {
    let shape = |piece: Piece<'_>| match piece {
        Piece::Words("") => None,
        Piece::Words(words) => Some(json!({ "type": "text", "text": words })),
        Piece::Mention(person) => Some(json!({ "type": "user", "user_id": person.id })),
    };
    split(workspace, text).into_iter().filter_map(shape).collect()
}

/// Typed text as Slack sends it: escaped, and mentions by id.
pub(super) fn as_sent(workspace: &Workspace, text: &str, with_name: bool) -> String {
    split(workspace, text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => escape(words),
            Piece::Mention(person) if with_name => format!("<@{}|{}>", person.id, person.name),
            Piece::Mention(person) => format!("<@{}>", person.id),
        })
        .collect()
}
