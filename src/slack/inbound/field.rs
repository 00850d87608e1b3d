//! Reading one field out of JSON that somebody else wrote.

use serde_json::Value;

/// A field that is not as Slack documents it. It names the place and never the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Malformed {
    /// The field, as a JSON pointer.
    pub place: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is absent or null.
    #[error("missing")]
    Missing,
    /// It is of another type.
    #[error("of another type")]
    Type,
    /// It is of the right type, but not what it should be.
    #[error("not of the documented form")]
    Form,
}

/// What is at `place`, unless it is null.
pub(super) fn value<'a>(json: &'a Value, place: &'static str) -> Result<&'a Value, Malformed> {
    match json.pointer(place) {
        None | Some(Value::Null) => Err(Malformed { place, problem: Problem::Missing }),
        Some(value) => Ok(value),
    }
}

/// The text at `place`.
pub(super) fn text<'a>(json: &'a Value, place: &'static str) -> Result<&'a str, Malformed> {
    value(json, place)?.as_str().ok_or(Malformed { place, problem: Problem::Type })
}

/// The name at `place`: a text that tells things apart, so an empty one is none.
pub(super) fn name<'a>(json: &'a Value, place: &'static str) -> Result<&'a str, Malformed> {
    match text(json, place)? {
        "" => Err(Malformed { place, problem: Problem::Form }),
        name => Ok(name),
    }
}

/// The text at `place`; nothing if it is absent or null.
pub(super) fn optional_text<'a>(json: &'a Value, place: &'static str) -> Result<Option<&'a str>, Malformed> {
    if is_there(json, place) { text(json, place).map(Some) } else { Ok(None) }
}

/// Whether there is anything at `place`.
pub(super) fn is_there(json: &Value, place: &str) -> bool {
    json.pointer(place).is_some_and(|value| !value.is_null())
}

/// The text at `place`, if there is one; anything else there is taken for nothing.
pub(super) fn text_if_any<'a>(json: &'a Value, place: &'static str) -> Option<&'a str> {
    json.pointer(place)?.as_str()
}

/// What the text at `place` means, according to `parse`.
pub(super) fn parsed<T>(
    json: &Value,
    place: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Malformed> {
    parse(text(json, place)?).ok_or(Malformed { place, problem: Problem::Form })
}
