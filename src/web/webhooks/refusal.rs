//! Webhooks that are not taken, and how the operator hears of them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::signature::Forged;
use super::{Malformed, NotNow};
use crate::clock::monotonic;
use crate::domain::booking::Provider;

/// Why a webhook is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Forged(#[from] Forged),
    #[error("its body is too large")]
    TooLarge,
    #[error("its body took too long to arrive")]
    Slow,
    #[error("its body broke off")]
    Torn,
    #[error("it can't be understood")]
    Malformed,
    #[error("it can't be recorded now")]
    NotNow,
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<NotNow> for Refusal {
    fn from(_: NotNow) -> Self {
        Self::NotNow
    }
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Forged(_) => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Torn | Self::Malformed => StatusCode::BAD_REQUEST,
            // The page tries again.
            Self::NotNow => StatusCode::SERVICE_UNAVAILABLE,
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
            Self::Forged(_) | Self::Malformed | Self::NotNow => self.status().into_response(),
        }
    }
}

/// How often refusals are told: anybody who finds the address can cause them.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Tells the first refusal of a page's webhooks, and then at most one a minute with how many there were.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Option<(Instant, u64)>>);

impl Refusals {
    pub(super) fn note(&self, provider: Provider, refusal: Refusal) {
        if let Some(count) = self.to_tell(monotonic()) {
            tracing::warn!(
                http.status = refusal.status().as_u16(),
                http.refused = count,
                booking.page = provider.title(),
                "a webhook was refused: {refusal}"
            );
        }
    }

    /// How many to tell of, if it is time to.
    fn to_tell(&self, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *told {
            Some((since, untold)) if now.duration_since(*since) < TELL_EVERY => {
                *untold += 1;
                None
            }
            Some((since, untold)) => {
                *since = now;
                Some(std::mem::take(untold) + 1)
            }
            None => {
                *told = Some((now, 0));
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
        assert_eq!(refusals.to_tell(begun), Some(1));
        for _ in 0..9 {
            assert_eq!(refusals.to_tell(begun + TELL_EVERY / 2), None);
        }
        assert_eq!(refusals.to_tell(begun + TELL_EVERY), Some(10));
        assert_eq!(refusals.to_tell(begun + TELL_EVERY * 2), Some(1));
    }
}
