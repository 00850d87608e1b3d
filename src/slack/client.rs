//! Calls to Slack: slack-morphism's HTTP session under our own connector, time-outs and error classes.
//!
//! Answers are read as plain JSON: the typed calls refuse whole pages for one unexpected field. Every call
//! ends within its time-out, and every way it can end is a [`CallError`] that says what may have happened.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use slack_morphism::errors::SlackClientError;
use slack_morphism::hyper_tokio::SlackClientHyperConnector;
use slack_morphism::{SlackClient, SlackClientApiCallContext, SlackClientHttpConnector};
use url::{Host, Url};

use crate::domain::ids::SlackUserId;
use crate::egress::{self, Egress, barred, innermost};

use super::errors::{CallError, kept};
use super::methods::{Method, Passing, Token};
use super::sweep::Pace;

mod date;
mod rests;
mod tokens;
mod upload;

pub(super) use date::date_of;
pub use tokens::{Standing, Tokens};
pub use upload::UploadUrl;

use rests::Rests;

/// Where Slack's Web API is, and how patient to be with it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The base of the Web API; [`Settings::SLACK`] unless the operator says otherwise.
    pub api_url: String,
    /// The bot token.
    pub bot_token: SecretString,
    /// The app-level token, for Socket Mode.
    pub app_token: Option<SecretString>,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long a call may take, connection and answer included.
    pub call_timeout: Duration,
    /// How many calls a minute the workspace lets through of a method of tier 3, such as those that read
    /// conversations.
    pub tier_three: u32,
}

impl Settings {
    /// Slack's own address.
    pub const SLACK: &'static str = "https://slack.com/api";
    /// Slack's own figure: <https://docs.slack.dev/apis/web-api/rate-limits>.
    const TIER_THREE: u32 = 50;

    /// The usual patience with Slack's own address.
    pub fn new(bot_token: SecretString, app_token: Option<SecretString>) -> Self {
        Self {
            api_url: Self::SLACK.to_owned(),
            bot_token,
            app_token,
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(30),
            tier_three: Self::TIER_THREE,
        }
    }
}

/// Why an address is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no address.
    #[error("it is not an address ({0}); write one such as {slack}", slack = Settings::SLACK)]
    Unreadable(String),
    /// Tokens would travel readable.
    #[error("plain http is accepted for this machine only (localhost, 127.0.0.1, [::1]); use https")]
    Plain,
    /// Neither http nor https.
    #[error("it has to start with https://")]
    Scheme,
}

/// Why the client can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base address.
    #[error("SLACK_API_URL can't be used: {0}")]
    Address(#[from] BadAddress),
    /// The system's certificates.
    #[error("the system's root certificates can't be read: {0}")]
    Certificates(#[from] std::io::Error),
    /// TLS itself.
    #[error("TLS can't be set up: {0}")]
    Tls(String),
}

/// The address in `text`, if a secret may be sent there: https, or plain http (`ws` likewise) on loopback.
pub(super) fn safe_address(text: &str, secure: &str, plain: &str) -> Result<Url, BadAddress> {
    let url = Url::parse(text).map_err(|error| BadAddress::Unreadable(error.to_string()))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    };
    if url.scheme() == secure || (url.scheme() == plain && loopback) {
        Ok(url)
    } else if url.scheme() == plain {
        Err(BadAddress::Plain)
    } else {
        Err(BadAddress::Scheme)
    }
}

/// Where Slack takes an answer to a click or a command; a secret, since whoever has it can answer.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseUrl(Url);

impl ResponseUrl {
    /// The address, if it may be used.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        safe_address(text, "https", "http").map(Self)
    }

    /// The address itself: whoever has it can answer.
    pub fn address(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseUrl(…)")
    }
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The bot's own account.
    pub bot: SlackUserId,
    /// The name of the workspace.
    pub workspace: String,
    /// Its id, if Slack says it.
    pub team: Option<String>,
}

/// What carries calls to Slack and brings the answers back: HTTP, or the simulation's Slack.
#[async_trait]
pub trait Wire: Send + Sync + 'static {
    /// Calls `method` with `arguments`; the answer is whatever Slack said with success.
    ///
    /// # Errors
    /// As for [`Client::call`].
    async fn call(&self, method: Method, arguments: &Value) -> Result<Value, CallError>;

    /// Sends `body` to a response address.
    ///
    /// # Errors
    /// As for [`Client::respond`].
    async fn respond(&self, url: &ResponseUrl, body: &Value) -> Result<(), CallError>;

    /// Sends the bytes of a file to the place that Slack named for them.
    ///
    /// # Errors
    /// As for [`Client::upload`].
    async fn upload(&self, url: &UploadUrl, media_type: &str, content: &str) -> Result<(), CallError>;

    /// What Slack's clock says.
    ///
    /// # Errors
    /// As for [`Client::date`].
    async fn date(&self) -> Result<Option<Timestamp>, CallError> {
        Ok(None)
    }
}

/// The way to Slack. Cheap to share behind an `Arc`.
pub struct Client {
    wire: Box<dyn Wire>,
    tokens: Arc<Tokens>,
    rests: Rests,
    /// For the WebSocket; none where there is no network.
    egress: Option<Egress>,
    call_timeout: Duration,
    tier_three: u32,
}

/// Where the bytes of files go by.
type Files = legacy::Client<HttpsConnector<egress::Connector>, Full<Bytes>>;

/// Slack over HTTP.
struct Http {
    morphism: SlackClient<SlackClientHyperConnector<HttpsConnector<egress::Connector>>>,
    tokens: Arc<Tokens>,
    /// For files, whose bytes go elsewhere and without a token, and to ask for the time.
    files: Files,
    /// The base of the Web API, without a slash at its end.
    api_url: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these settings; nothing is sent yet.
    ///
    /// # Errors
    /// A base address that tokens must not be sent to, or a machine without root certificates.
    pub fn new(settings: &Settings) -> Result<Self, SetupError> {
        safe_address(&settings.api_url, "https", "http")?;
        let egress = Egress::new(settings.connect_timeout)?;
        // `safe_address` decides who may be called without TLS.
        let connector = egress.http();
        let files = legacy::Client::builder(TokioExecutor::new()).build(connector.clone());
        let connector = SlackClientHyperConnector::with_connector(connector)
            .with_slack_api_url(settings.api_url.trim_end_matches('/'));
        let tokens = Arc::new(Tokens::new(settings.bot_token.clone(), settings.app_token.clone()));
        let api_url = settings.api_url.trim_end_matches('/').to_owned();
        let http =
            Http { morphism: SlackClient::new(connector), tokens: Arc::clone(&tokens), files, api_url };
        Ok(Self {
            wire: Box::new(http),
            tokens,
            rests: Rests::default(),
            egress: Some(egress),
            call_timeout: settings.call_timeout,
            tier_three: settings.tier_three,
        })
    }

    /// A client whose calls `wire` carries, each for at most `call_timeout`.
    pub fn over(wire: impl Wire, call_timeout: Duration) -> Self {
        let tokens = Arc::new(Tokens::new("".into(), None));
        Self {
            wire: Box::new(wire),
            tokens,
            rests: Rests::default(),
            egress: None,
            call_timeout,
            tier_three: Settings::TIER_THREE,
        }
    }

    /// The pace for reading many conversations one after another.
    pub fn pace(&self) -> Pace {
        Pace::within(self.tier_three)
    }

    /// The tokens, and what Slack says of the bot's.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The way to Slack for what isn't HTTP.
    pub(super) fn egress(&self) -> Option<&Egress> {
        self.egress.as_ref()
    }

    /// How long a call may take.
    pub fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    /// Calls `method` with `arguments`, a JSON object; its values are strings, numbers or booleans if the
    /// method takes them in the query.
    ///
    /// # Errors
    /// Anything but an answer with `"ok": true`.
    pub async fn call(&self, method: Method, arguments: &Value) -> Result<Value, CallError> {
        self.rests.allow(method)?;
        let generation = self.tokens.generation();
        let answered = self.within(self.wire.call(method, arguments)).await;
        if let Err(CallError::Limited { retry_after }) = &answered {
            self.rests.begin(method, *retry_after);
        }
        if method.token() == Token::Bot {
            self.tokens.judge(generation, &answered);
        }
        let answer = answered?;
        if answer.get("ok").and_then(Value::as_bool) == Some(true) {
            Ok(answer)
        } else {
            Err(CallError::Unreadable)
        }
    }

    /// Whose bot token this is; the first call of a service, so that a wrong token is told at once.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub async fn identity(&self) -> Result<Identity, CallError> {
        let answer = self.call(Method::AuthTest, &Value::Object(serde_json::Map::new())).await?;
        let text = |name| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        let bot = SlackUserId::parse(text("user_id")).map_err(|_| CallError::Unreadable)?;
        let team = Some(text("team_id").to_owned()).filter(|team| !team.is_empty());
        Ok(Identity { bot, workspace: text("team").to_owned(), team })
    }

    /// Sends `body` where a click or a command may be answered.
    ///
    /// # Errors
    /// As for a call; a used-up or expired address answers with HTTP status 404.
    pub async fn respond(&self, url: &ResponseUrl, body: &Value) -> Result<(), CallError> {
        self.within(self.wire.respond(url, body)).await
    }

    /// Uploads the bytes of a file, without the token: the address is all that this place asks for. Nothing
    /// of the answer but its status is read, and a redirection is not followed.
    ///
    /// # Errors
    /// As for [`call`](Self::call); every status but 200 is a failure
    /// (docs.slack.dev, `files.getUploadURLExternal`).
    pub async fn upload(&self, url: &UploadUrl, media_type: &str, content: &str) -> Result<(), CallError> {
        self.within(self.wire.upload(url, media_type, content)).await
    }

    /// What Slack's clock says, by the `Date` of an answer, to a second; none if nobody on the way says so.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn date(&self) -> Result<Option<Timestamp>, CallError> {
        self.within(self.wire.date()).await
    }

    async fn within<T>(&self, call: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
        tokio::time::timeout(self.call_timeout, call).await.unwrap_or(Err(CallError::TimedOut))
    }
}

#[async_trait]
impl Wire for Http {
    async fn call(&self, method: Method, arguments: &Value) -> Result<Value, CallError> {
        let token = match method.token() {
            Token::Bot => self.tokens.bot(),
            Token::App => self.tokens.app().ok_or(CallError::NoAppToken)?,
        };
        let session = self.morphism.open_session(&token);
        let api = &session.http_session_api;
        let answer = match method.passing() {
            Passing::Json => api.http_post::<Value, Value>(method.name(), arguments, None).await,
            Passing::Query => {
                let query = query(arguments);
                let pairs: Vec<(&str, Option<&String>)> =
                    query.iter().map(|(name, value)| (name.as_str(), Some(value))).collect();
                api.http_get::<Value, _, _>(method.name(), &pairs, None).await
            }
        };
        answer.map_err(error)
    }

    async fn respond(&self, url: &ResponseUrl, body: &Value) -> Result<(), CallError> {
        let span = tracing::debug_span!("slack.respond");
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        let connector = &self.morphism.http_api.connector;
        let sent = connector.http_post_uri::<Value, Value>(url.0.clone(), body, context).await;
        sent.map(drop).map_err(error)
    }

    async fn upload(&self, url: &UploadUrl, media_type: &str, content: &str) -> Result<(), CallError> {
        upload::send(&self.files, url, media_type, content).await
    }

    async fn date(&self) -> Result<Option<Timestamp>, CallError> {
        date::ask(&self.files, &self.api_url).await
    }
}

fn query(arguments: &Value) -> Vec<(String, String)> {
    let Value::Object(arguments) = arguments else { return Vec::new() };
    arguments
        .iter()
        .filter_map(|(name, value)| match value {
            Value::String(text) => Some((name.clone(), text.clone())),
            Value::Number(_) | Value::Bool(_) => Some((name.clone(), value.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}

/// The wait that Slack asks for when it names none: its limits count by the minute.
const UNNAMED_WAIT: Duration = Duration::from_secs(30);

/// The wait that an answer asks for, in its header or else as `retry_after` in its body: seconds, whole or
/// not, as a number or as text. Whatever can't be read as that counts as none.
fn wait(header: Option<Duration>, body: Option<&str>) -> Duration {
    let in_body = || {
        let body: Value = serde_json::from_str(body?).ok()?;
        let seconds = match body.get("retry_after")? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        // More seconds than a duration holds are still a wait.
        Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
            .filter(|_| !seconds.is_nan())
    };
    kept(header.or_else(in_body).unwrap_or(UNNAMED_WAIT))
}

/// Nothing of an answer's body is kept: it may repeat what people wrote.
fn error(error: SlackClientError) -> CallError {
    match error {
        SlackClientError::ApiError(api) => {
            let needed = api
                .http_response_body
                .as_deref()
                .and_then(|body| serde_json::from_str::<Value>(body).ok())
                .and_then(|body| body.get("needed")?.as_str().map(str::to_owned));
            if matches!(api.code.as_str(), "ratelimited" | "rate_limited") {
                return CallError::Limited { retry_after: wait(None, api.http_response_body.as_deref()) };
            }
            CallError::Refused { code: api.code, needed }
        }
        SlackClientError::RateLimitError(limit) => {
            CallError::Limited { retry_after: wait(limit.retry_after, limit.http_response_body.as_deref()) }
        }
        SlackClientError::HttpError(http) => CallError::Status(http.status_code.as_u16()),
        SlackClientError::HttpProtocolError(protocol) => {
            match protocol.cause.as_deref().and_then(|cause| cause.downcast_ref::<legacy::Error>()) {
                Some(broken) => transport(broken),
                None => CallError::Torn { why: "it is not HTTP".to_owned() },
            }
        }
        SlackClientError::ProtocolError(_) => CallError::Unreadable,
        SlackClientError::SystemError(_)
        | SlackClientError::EndOfStream(_)
        | SlackClientError::SocketModeProtocolError(_) => {
            CallError::Torn { why: "the answer broke off".to_owned() }
        }
    }
}

fn transport(error: &legacy::Error) -> CallError {
    let why = innermost(error);
    if let Some(status) = barred(error) {
        return CallError::Barred { status, why };
    }
    if error.is_connect() { CallError::Unreachable { why } } else { CallError::Torn { why } }
}

#[cfg(test)]
mod tests;
