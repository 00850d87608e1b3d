//! What Slack's clock says.

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{DATE, HeaderMap};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::{Files, transport};
use crate::slack::errors::CallError;

/// The `Date` of an answer, to a second.
pub(in crate::slack) fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(DATE)?.to_str().ok()?;
    rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

/// Asks what time it is. Any answer will do, so the call needs no token, and what it answers is not read.
/// slack-morphism gives no headers away, which is why this one goes past it, by the same connector.
pub(super) async fn ask(files: &Files, api_url: &str) -> Result<Option<Timestamp>, CallError> {
    let request = Request::get(format!("{api_url}/api.test"))
        .body(Full::<Bytes>::default())
        .map_err(|_| CallError::Unreadable)?;
    match files.request(request).await {
        Ok(answer) => Ok(date_of(answer.headers())),
        Err(error) => Err(transport(&error)),
    }
}
