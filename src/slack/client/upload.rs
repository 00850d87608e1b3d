//! The bytes of a file, sent where Slack said they are taken.

use std::fmt;

use http_body_util::Full;
use hyper::Request;
use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use url::Url;

use super::{BadAddress, Files, safe_address, transport};
use crate::slack::errors::CallError;

/// Where Slack takes the bytes of one file, once; a secret, since whoever has it decides what is in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadUrl(Url);

impl UploadUrl {
    /// The address, if it may be used.
    ///
    /// # Errors
    /// Anything but https, or plain http on this machine.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        safe_address(text, "https", "http").map(Self)
    }

    /// The address itself: whoever has it decides what is in the file.
    pub fn address(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for UploadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadUrl(…)")
    }
}

/// Sends the bytes of a file through `files`, and reads nothing of the answer but its status.
pub(super) async fn send(
    files: &Files,
    url: &UploadUrl,
    media_type: &str,
    content: &str,
) -> Result<(), CallError> {
    let request = Request::post(url.0.as_str())
        .header(CONTENT_TYPE, media_type)
        .body(Full::from(content.to_owned()))
        .map_err(|_| CallError::Unreadable)?;
    match files.request(request).await {
        Ok(answer) if answer.status() == StatusCode::OK => Ok(()),
        Ok(answer) => Err(CallError::Status(answer.status().as_u16())),
        Err(error) => Err(transport(&error)),
    }
}
