//! Requests that are not taken, and how the operator hears of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::clock::monotonic;
use crate::slack::signature::Forged;

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub(super) enum Refusal {
    /// It isn't known to be Slack's.
    #[error(transparent)]
    Forged(#[from] Forged),
    /// Its body is too large.
    #[error("its body is too large")]
    TooLarge,
    /// Its body took too long to arrive.
    #[error("its body took too long to arrive")]
    Slow,
    /// Its body broke off.
    #[error("its body broke off")]
    Torn,
    /// It is of another content type.
    #[error("it is of another content type")]
    Encoding,
    /// It is Slack's and can't be parsed.
    #[error("it can't be parsed")]
    Malformed,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Forged(_) => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Torn | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    /// What the operator can do if it was Slack's all the same.
    fn advice(self) -> &'static str {
        match self {
            Self::Forged(Forged::Unsigned) => "if it was Slack's, a proxy in between drops its headers",
            Self::Forged(Forged::Stale) => "if it was Slack's, set this machine's clock",
            Self::Forged(Forged::Wrong) => {
                "if it was Slack's, SLACK_SIGNING_SECRET is not this app's, or a proxy changes the body"
            }
            Self::TooLarge | Self::Slow | Self::Torn | Self::Encoding | Self::Malformed => "it did nothing",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            // What is left of the body is not read, so nothing else can come over this connection.
            Self::TooLarge | Self::Slow | Self::Torn => {
                (self.status(), [(header::CONNECTION, HeaderValue::from_static("close"))]).into_response()
            }
            Self::Forged(_) | Self::Encoding | Self::Malformed => self.status().into_response(),
        }
    }
}

/// How often one kind of refusal is told: anybody who finds the address can cause them.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Tells the first refusal of a kind, and then at most one a minute with how many there were.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<HashMap<Refusal, (Instant, u64)>>);

impl Refusals {
    pub(super) fn note(&self, refusal: Refusal) {
        if let Some(count) = self.to_tell(refusal, monotonic()) {
            tracing::warn!(
                http.status = refusal.status().as_u16(),
                http.refused = count,
                advice = refusal.advice(),
                "a request to Slack's addresses was refused: {refusal}"
            );
        }
    }

    /// How many to tell of, if it is time to.
    fn to_tell(&self, refusal: Refusal, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match told.get_mut(&refusal) {
            Some((since, untold)) if now.duration_since(*since) < TELL_EVERY => {
                *untold += 1;
                None
            }
            Some((since, untold)) => {
                *since = now;
                Some(std::mem::take(untold) + 1)
            }
            None => {
                told.insert(refusal, (now, 0));
                Some(1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_once_a_minute_with_its_count() {
        let (refusals, begun) = (Refusals::default(), monotonic());
        let wrong = Refusal::Forged(Forged::Wrong);
        assert_eq!(refusals.to_tell(wrong, begun), Some(1));
        for _ in 0..9 {
            assert_eq!(refusals.to_tell(wrong, begun + TELL_EVERY / 2), None);
        }
        assert_eq!(refusals.to_tell(Refusal::TooLarge, begun + TELL_EVERY / 2), Some(1));
        assert_eq!(refusals.to_tell(wrong, begun + TELL_EVERY), Some(10));
        assert_eq!(refusals.to_tell(wrong, begun + TELL_EVERY * 2), Some(1));
    }
}
