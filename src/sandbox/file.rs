//! Files: what is known of one, in the shape that messages and answers carry, and its bytes.
//!
//! <https://docs.slack.dev/reference/objects/file-object>

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::message::Byline;

/// What messages say of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) title: String,
    /// Bytes.
    pub(super) size: usize,
    /// Who uploaded it.
    pub(super) user: String,
    pub(super) created: Timestamp,
}

/// A file, from the moment at which a place was reserved for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) about: About,
    /// What the address for its bytes ends with; it works once.
    pub(super) ticket: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<Content>,
    /// The upload was finished, so it is a file of the workspace.
    #[serde(default)]
    pub(super) finished: bool,
}

/// Bytes, written down in hexadecimal: two of the log's characters each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content(pub(super) Vec<u8>);

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        let text: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        to.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let pair = |pair: &[u8]| match pair {
            [high, low] => {
                let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|n| u8::try_from(n).ok());
                Some(value(high)? << 4 | value(low)?)
            }
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("a file's content is no hexadecimal"))
    }
}

/// What Slack makes of a name's ending, of those that it documents: ending, its type, its type in words,
/// its media type.
const TYPES: &[(&str, &str, &str, &str)] = &[
    ("txt", "text", "Plain Text", "text/plain"),
    ("csv", "csv", "CSV", "text/csv"),
    ("pdf", "pdf", "PDF", "application/pdf"),
    ("png", "png", "PNG", "image/png"),
    ("jpg", "jpg", "JPEG", "image/jpeg"),
    ("gif", "gif", "GIF", "image/gif"),
    // None of its types: a file of which it knows no more than that it is one.
    ("ics", "binary", "Binary", "text/calendar"),
];

impl About {
    fn kind(&self) -> (&'static str, &'static str, &'static str) {
        let ending = self.name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        TYPES
            .iter()
            .find(|(known, ..)| *known == ending)
            .map_or(("binary", "Binary", "application/octet-stream"), |(_, kind, words, media)| {
                (*kind, *words, *media)
            })
    }

    /// Its media type.
    pub(super) fn media_type(&self) -> &'static str {
        self.kind().2
    }

    /// Its name as part of an address.
    pub(super) fn encoded_name(&self) -> String {
        encoded(&self.name)
    }

    /// The file object.
    pub(super) fn shape(&self, by: &Byline) -> Value {
        let (kind, words, media) = self.kind();
        let place = format!("{}/files-pri/{}-{}", by.base, by.team_id, self.id);
        let encoded = self.encoded_name();
        json!({
            "id": self.id,
            "created": self.created.as_second(),
            "timestamp": self.created.as_second(),
            "name": self.name,
            "title": self.title,
            "mimetype": media,
            "filetype": kind,
            "pretty_type": words,
            "user": self.user,
            "user_team": by.team_id,
            "editable": false,
            "size": self.size,
            "mode": "hosted",
            "is_external": false,
            "external_type": "",
            "is_public": false,
            "public_url_shared": false,
            "display_as_bot": false,
            "username": "",
            "url_private": format!("{place}/{encoded}"),
            "url_private_download": format!("{place}/download/{encoded}"),
            "permalink": format!("{}/files/{}/{}/{encoded}", by.base, self.user, self.id),
            "is_starred": false,
            "has_rich_preview": false,
            "file_access": "visible",
        })
    }
}

/// A name as part of an address.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_of_any_bytes_is_read_back_as_it_was_written() {
        let content = Content((0..=255).collect());
        let text = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content);
        for broken in [r#""0""#, r#""0g""#, r#""+1""#, "7"] {
            assert!(serde_json::from_str::<Content>(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_name_is_encoded_in_its_address() {
        assert_eq!(encoded("a b/é?.ics"), "a%20b%2F%C3%A9%3F.ics");
    }
}
