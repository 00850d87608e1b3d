//! Requests to calendar servers: bounded in time and size, redirected with care.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use digest_auth::{AuthContext, HttpMethod, WwwAuthenticateHeader};
use reqwest::header::{
    AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::domain::host_calendar::CalendarError;
use crate::egress;
use crate::ical;

use super::address;

/// How long a server may take, connection and answer included.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
pub(super) const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Most redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// Who logs in.
pub(super) struct Login {
    user: String,
    password: SecretString,
    /// The challenge of a server that takes no password as it is (RFC 7616).
    digest: Mutex<Option<WwwAuthenticateHeader>>,
}

impl Login {
    pub(super) fn new(user: String, password: SecretString) -> Self {
        Self { user, password, digest: Mutex::new(None) }
    }

    /// What goes with a request to a server that wants a digest; none for other servers.
    fn digest(&self, ask: &Ask<'_>) -> Option<HeaderValue> {
        let mut challenge = self.digest.lock().unwrap_or_else(PoisonError::into_inner);
        let method = HttpMethod(ask.method.as_str().into());
        let path = match ask.url.query() {
            Some(query) => format!("{}?{query}", ask.url.path()),
            None => ask.url.path().to_owned(),
        };
        let body = ask.body.as_ref().map(|body| body.as_bytes());
        let secret = self.password.expose_secret();
        let context = AuthContext::new_with_method(&self.user, secret, path, body, method);
        let answer = challenge.as_mut()?.respond(&context).ok()?;
        let mut value = HeaderValue::from_str(&answer.to_string()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes up the challenge of a server that turned a request down.
    ///
    /// # Errors
    /// The password is wrong, or the server wants something else.
    fn challenged(&self, response: &Response, answered: bool) -> Result<(), CalendarError> {
        let ways = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let ways: Vec<&str> = ways.filter_map(|way| way.to_str().ok()).collect();
        let scheme = |way: &str| way.trim().split(' ').next().unwrap_or_default().to_ascii_lowercase();
        // One header may name several, between the parameters of the one before.
        let offers =
            |wanted: &str| ways.iter().flat_map(|way| way.split(',')).any(|way| scheme(way) == wanted);
        let digest = ways.iter().find(|way| scheme(way) == "digest");
        let Some(digest) = digest.filter(|_| !answered && !offers("basic")) else {
            let spoken = ways.is_empty() || offers("basic") || offers("digest");
            let unspoken = || ways.iter().filter_map(|way| way.trim().split([' ', ',']).next());
            return Err(match spoken {
                true => CalendarError::Unauthorised,
                false => CalendarError::Login { scheme: unspoken().collect::<Vec<_>>().join(", ") },
            });
        };
        let challenge = digest_auth::parse(digest)
            .map_err(|_| CalendarError::Login { scheme: "a digest of its own kind".to_owned() })?;
        *self.digest.lock().unwrap_or_else(PoisonError::into_inner) = Some(challenge);
        Ok(())
    }
}

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Option<String>,
    pub(super) login: Option<&'a Login>,
}

/// What a server answered, whatever its status.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: String,
    /// Where the answer came from, after redirects.
    pub(super) url: Url,
}

impl Answer {
    /// A header's value, if it is text.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error that its status is.
    pub(super) fn error(&self) -> CalendarError {
        let status = self.status.as_u16();
        match self.status {
            StatusCode::UNAUTHORIZED => CalendarError::Unauthorised,
            StatusCode::NOT_FOUND | StatusCode::GONE => CalendarError::NotFound,
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::LOCKED
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS => {
                CalendarError::Later { status, retry_after: self.retry_after() }
            }
            StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED => {
                CalendarError::Refused { status, condition: None }
            }
            other if other.is_server_error() => {
                CalendarError::Later { status, retry_after: self.retry_after() }
            }
            _ => CalendarError::Refused { status, condition: None },
        }
    }

    /// In seconds, or until a date, which is by the server's clock (RFC 9110, 10.2.3).
    fn retry_after(&self) -> Option<Duration> {
        let asked = self.header(&RETRY_AFTER)?.trim();
        if let Ok(seconds) = asked.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp());
        let now = at(self.header(&DATE)?)?;
        Duration::try_from(at(asked)?.duration_since(now)).ok()
    }
}

/// The way to calendar servers.
pub(super) struct Http {
    client: Client,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

impl Http {
    /// A client that waits that long for a connection and an answer.
    pub(super) fn new(patience: Duration) -> Result<Self, reqwest::Error> {
        let client = egress::client()
            .connect_timeout(patience)
            .timeout(patience)
            // Redirects are followed here, where it is decided who gets the password.
            .redirect(Policy::none())
            .user_agent(concat!("canvass/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client })
    }

    /// Asks, and follows redirects: with a login within the same origin only, without one by https anywhere.
    /// The method and the body stay the same, as CalDAV needs it (RFC 6764, 5).
    pub(super) async fn ask(&self, mut ask: Ask<'_>) -> Result<Answer, CalendarError> {
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send(&ask).await?;
            let Some(to) = redirect(&response) else { return read(response, ask.url).await };
            let to = ask
                .url
                .join(&to)
                .map_err(|_| CalendarError::Unreadable { what: "a redirect leads nowhere" })?;
            let followed = address::same_origin(&ask.url, &to)
                || (ask.login.is_none() && ask.url.scheme() == "https" && to.scheme() == "https");
            if !followed {
                return Err(CalendarError::Elsewhere { host: address::host(&to) });
            }
            ask.url = to;
        }
        Err(CalendarError::Unreadable { what: "its redirects lead in circles" })
    }

    /// Asks once; twice where the server wants a digest for which it hadn't given what it takes.
    async fn send(&self, ask: &Ask<'_>) -> Result<Response, CalendarError> {
        let response = self.send_once(ask).await?;
        let Some(login) = ask.login.filter(|_| response.status() == StatusCode::UNAUTHORIZED) else {
            return Ok(response);
        };
        login.challenged(&response, false)?;
        let response = self.send_once(ask).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            login.challenged(&response, true)?;
        }
        Ok(response)
    }

    async fn send_once(&self, ask: &Ask<'_>) -> Result<Response, CalendarError> {
        let mut request = self.client.request(ask.method.clone(), ask.url.clone());
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        if let Some(login) = ask.login {
            request = match login.digest(ask) {
                Some(digest) => request.header(AUTHORIZATION, digest),
                None => request.basic_auth(&login.user, Some(login.password.expose_secret())),
            };
        }
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        request.send().await.map_err(failure)
    }
}

fn redirect(response: &Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(LOCATION)?.to_str().ok()?;
    redirects.then(|| to.to_owned())
}

async fn read(mut response: Response, url: Url) -> Result<Answer, CalendarError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(CalendarError::TooLarge { limit: MOST_BYTES });
        }
        bytes.extend_from_slice(&chunk);
    }
    // Only calendars are written in bytes that are no text.
    let body = ical::text(bytes);
    Ok(Answer { status: response.status(), headers: response.headers().clone(), body, url })
}

fn failure(error: reqwest::Error) -> CalendarError {
    if error.is_timeout() {
        return CalendarError::TimedOut;
    }
    // The address may be a secret; what lies at the bottom ("connection refused") doesn't name it.
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    CalendarError::Unreachable { why: innermost.to_string() }
}

#[cfg(test)]
mod tests;
