//! The bytes of a file, sent where Slack said they are taken.

use std::fmt;

use http_body_util::Full;
use hyper::Request;
use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use url::Url;

use super::{BadAddress, Client, safe_address, transport};
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
}

impl fmt::Debug for UploadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadUrl(…)")
    }
}

impl Client {
    /// Uploads the bytes of a file, without the token: the address is all that this place asks for. Nothing
    /// of the answer but its status is read, and a redirection is not followed.
    ///
    /// # Errors
    /// As for [`call`](Self::call); every status but 200 is a failure
    /// (docs.slack.dev, `files.getUploadURLExternal`).
    pub async fn upload(&self, url: &UploadUrl, media_type: &str, content: &str) -> Result<(), CallError> {
        let request = Request::post(url.0.as_str())
            .header(CONTENT_TYPE, media_type)
            .body(Full::from(content.to_owned()))
            .map_err(|_| CallError::Unreadable)?;
        match tokio::time::timeout(self.call_timeout, self.files.request(request)).await {
            Ok(Ok(answer)) if answer.status() == StatusCode::OK => Ok(()),
            Ok(Ok(answer)) => Err(CallError::Status(answer.status().as_u16())),
            Ok(Err(error)) => Err(transport(&error)),
            Err(_) => Err(CallError::TimedOut),
        }
    }
}
