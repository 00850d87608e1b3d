//! A host's bookings as a calendar that they can subscribe to: `/calendar/TOKEN.ics`.
//!
//! Invariant: whoever knows the address reads the calendar, so the address can't be guessed: its token is made
//! with a secret of this data folder. Tokens are compared in constant time, and an unknown one is answered
//! like any address that isn't there.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::domain::hex::{from_hex_exactly, to_hex};
use crate::domain::ids::{PersonId, Seq};
use crate::domain::keyed::{Keyed, TAG};

const ENDING: &str = ".ics";

/// What tokens are made with.
#[derive(Debug, Clone)]
pub struct FeedKey(Keyed);

impl FeedKey {
    /// The key of this secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(Keyed::new(secret))
    }

    /// The token of `host`'s calendar: 64 hexadecimal digits. It is another `since` a record by which somebody
    /// lost the right to it who knows the one before.
    pub fn token(&self, host: &PersonId, since: Option<Seq>) -> String {
        to_hex(&self.0.tag(&[&signed(host, since)]))
    }

    /// Whether `token` is that of `host`'s calendar since then.
    pub fn opens(&self, token: &str, host: &PersonId, since: Option<Seq>) -> bool {
        let tag: Option<[u8; TAG]> = from_hex_exactly(token);
        tag.is_some_and(|tag| self.0.is_tag(&[&signed(host, since)], &tag))
    }
}

fn signed(host: &PersonId, since: Option<Seq>) -> Vec<u8> {
    let since = since.map_or_else(String::new, |since| format!(" since {}", since.0));
    [b"calendar of ", host.as_str().as_bytes(), since.as_bytes()].concat()
}

/// Where the calendar of `token` is read; `base` without a slash at its end.
pub fn feed_address(base: &str, token: &str) -> String {
    format!("{base}/calendar/{token}{ENDING}")
}

type Find = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The calendars; `find` gives the text of a token's, if there is one.
pub fn feeds(find: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Router {
    let find: Find = Arc::new(find);
    Router::new().route("/calendar/{name}", get(feed)).with_state(find)
}

async fn feed(State(find): State<Find>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(text) = name.strip_suffix(ENDING).and_then(|token| find(token)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let digest = Sha256::digest(text.as_bytes());
    let tag = format!("\"{}\"", to_hex(digest.get(..16).unwrap_or(&digest)));
    let caching = [
        (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private")),
    ];
    if is_held(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"))];
    (caching, kind, text).into_response()
}

/// Whether whoever asks has the text of `tag` already; compared weakly, as RFC 9110 says of reading.
fn is_held(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut held = values.flat_map(|value| value.split(',')).map(str::trim);
    held.any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(id: &str) -> PersonId {
        PersonId::parse(id).unwrap()
    }

    #[test]
    fn a_token_opens_one_calendar_under_one_secret() {
        let key = FeedKey::new(&[7; 32]);
        let token = key.token(&host("priya"), None);
        assert_eq!(token.len(), 64);
        assert!(token.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(key.opens(&token, &host("priya"), None));
        assert!(!key.opens(&token, &host("jo"), None));
        assert!(!key.opens(&token, &host("priya"), Some(Seq(7))), "nobody's any more");
        assert!(!FeedKey::new(&[8; 32]).opens(&token, &host("priya"), None));
        for not_one in ["", "priya", &token[..62], &format!("{token}00"), &"0".repeat(64)] {
            assert!(!key.opens(not_one, &host("priya"), None), "{not_one}");
        }
        assert_eq!(format!("{key:?}"), "FeedKey(Keyed(…))");
    }

    #[test]
    fn an_address_is_below_its_base() {
        assert_eq!(
            feed_address("https://example.com/canvass", "ab"),
            "https://example.com/canvass/calendar/ab.ics"
        );
    }

    #[tokio::test]
    async fn a_calendar_is_sent_once_and_then_only_if_it_changed() {
        let ask = async |name: &str, held: Option<&str>| {
            let find: Find = Arc::new(|token| (token == "ab").then(|| "BEGIN:VCALENDAR\r\n".to_owned()));
            let mut headers = HeaderMap::new();
            if let Some(held) = held {
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(held).unwrap());
            }
            feed(State(find), Path(name.to_owned()), headers).await
        };
        let answer = ask("ab.ics", None).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "private");
        let tag = answer.headers()[header::ETAG].to_str().unwrap().to_owned();
        for held in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let answer = ask("ab.ics", Some(&held)).await;
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{held}");
            assert_eq!(answer.headers()[header::ETAG], tag);
        }
        assert_eq!(ask("ab.ics", Some("\"other\"")).await.status(), StatusCode::OK);
        for name in ["ab", "cd.ics", ".ics", "ab.ics.ics"] {
            assert_eq!(ask(name, None).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
