//! What is read out of a page's JSON, tolerantly: whatever is of another type than wanted is not there.

use jiff::Timestamp;
use serde_json::Value;

/// The longest id that is taken, in bytes: Calendly's are addresses of some 120.
const LONGEST_ID: usize = 300;
/// The longest mail address, in bytes (RFC 5321).
const LONGEST_MAIL: usize = 254;
/// Most addresses that are looked at.
const MOST_MAILS: usize = 50;

/// The text at `place`, a JSON pointer; none if it is empty.
pub(super) fn text<'a>(value: &'a Value, place: &str) -> Option<&'a str> {
    value.pointer(place)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The id at `place`.
pub(super) fn id(value: &Value, place: &str) -> Option<String> {
    text(value, place).filter(|id| id.len() <= LONGEST_ID).map(str::to_owned)
}

/// The instant at `place`, as RFC 3339 writes it.
pub(super) fn instant(value: &Value, place: &str) -> Option<Timestamp> {
    text(value, place)?.parse().ok()
}

/// The mail address at `place`, in lower case.
pub(super) fn mail(value: &Value, place: &str) -> Option<String> {
    let mail = text(value, place)?;
    (mail.len() <= LONGEST_MAIL && mail.contains('@')).then(|| mail.to_lowercase())
}

/// The mail addresses at `place` of each entry of `list`.
pub(super) fn mails(value: &Value, list: &str, place: &str) -> Vec<String> {
    let entries = value.pointer(list).and_then(Value::as_array).into_iter().flatten();
    entries.take(MOST_MAILS).filter_map(|entry| mail(entry, place)).collect()
}
