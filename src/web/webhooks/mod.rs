//! What outside booking pages tell: `/webhooks/cal-com` and `/webhooks/calendly`.
//!
//! Invariant: whether a request is its page's is decided on its raw bytes, within limits of size and time,
//! before anything of it is parsed; whatever is refused has done no work and leaves no trace of its body. An
//! address is only there once what its page signs with is known.

mod cal_com;
mod calendly;
mod refusal;
mod signature;
mod value;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use crate::clock::Clock;
use crate::command::{Meeting, OutsideBooking, Told};
use crate::domain::booking::Provider;

use refusal::{Refusal, Refusals};
use signature::{Claim, Key};

/// What each page signs its webhooks with; those of a page without it are not taken.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The secret of Cal.com's webhook.
    pub cal_com: Option<SecretString>,
    /// The signing key of Calendly's webhook subscription.
    pub calendly: Option<SecretString>,
}

/// The keys in use, made from the secrets; clones are renewed together.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    cal_com: Option<Key>,
    calendly: Option<Key>,
}

impl Keys {
    /// The keys of these pages.
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            cal_com: secrets.cal_com.as_ref().map(Key::new),
            calendly: secrets.calendly.as_ref().map(Key::new),
        }
    }

    /// Takes other secrets; true if one was another. A page that had none has no address until the next start.
    pub fn renew(&self, secrets: &Secrets) -> bool {
        let renew = |key: &Option<Key>, secret: &Option<SecretString>| {
            key.as_ref().zip(secret.as_ref()).is_some_and(|(key, secret)| key.renew(secret))
        };
        let cal_com = renew(&self.cal_com, &secrets.cal_com);
        renew(&self.calendly, &secrets.calendly) || cal_com
    }
}

/// How much is read of a webhook, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest body, in bytes: a booking with its answers has some ten thousand.
    pub body: usize,
    /// How long a body may take to arrive. Calendly itself waits fifteen seconds for the answer.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 256 << 10, patience: Duration::from_secs(5) }
    }
}

/// It can't be recorded now; the page should try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it can't be recorded now")]
pub struct NotNow;

/// Records what a page told. It ends once that is durable, or once it is clear that nothing is to be.
pub type Record = Arc<dyn Fn(OutsideBooking) -> BoxFuture<'static, Result<(), NotNow>> + Send + Sync>;

/// A genuine webhook that lacks what it can't do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Malformed;

/// What is behind one address.
struct Endpoint {
    provider: Provider,
    key: Key,
    record: Record,
    clock: Clock,
    limits: Limits,
    refusals: Refusals,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// The addresses of the pages in `keys`. `clock` is what the signatures' times are compared with: the
/// system's, also where the calendar is moved by hand.
pub fn webhooks(keys: &Keys, record: &Record, clock: &Clock, limits: Limits) -> Router {
    let pages = [
        (Provider::CalCom, "/webhooks/cal-com", &keys.cal_com),
        (Provider::Calendly, "/webhooks/calendly", &keys.calendly),
    ];
    pages.into_iter().fold(Router::new(), |routes, (provider, path, key)| {
        let Some(key) = key else { return routes };
        let endpoint = Endpoint {
            provider,
            key: key.clone(),
            record: Arc::clone(record),
            clock: clock.clone(),
            limits,
            refusals: Refusals::default(),
        };
        routes.merge(Router::new().route(path, post(take)).with_state(Arc::new(endpoint)))
    })
}

async fn take(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    match endpoint.accept(request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => {
            endpoint.refusals.note(endpoint.provider, refusal);
            refusal.into_response()
        }
    }
}

impl Endpoint {
    async fn accept(&self, request: Request) -> Result<(), Refusal> {
        let (head, body) = request.into_parts();
        let claim = Claim::read(self.provider, &head.headers, self.clock.now().as_second())?;
        let bytes = whole(body, self.limits).await?;
        self.key.check(&claim, &bytes)?;
        let body: Value =
            serde_json::from_slice(&bytes).ok().filter(Value::is_object).ok_or(Refusal::Malformed)?;
        let told = match self.provider {
            Provider::CalCom => cal_com::read(&body)?,
            Provider::Calendly => calendly::read(&body)?,
        };
        match told {
            Some(told) => Ok((self.record)(told).await?),
            None => Ok(()),
        }
    }
}

/// The whole body, as it came over the wire. One that is announced as too large is not read at all.
async fn whole(body: Body, limits: Limits) -> Result<Bytes, Refusal> {
    let announced = axum::body::HttpBody::size_hint(&body).lower();
    if usize::try_from(announced).map_or(true, |announced| announced > limits.body) {
        return Err(Refusal::TooLarge);
    }
    let collecting = Limited::new(body, limits.body).collect();
    match tokio::time::timeout(limits.patience, collecting).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Refusal::TooLarge),
        Ok(Err(_)) => Err(Refusal::Torn),
        Err(_) => Err(Refusal::Slow),
    }
}

/// A meeting, if it has a beginning, and an end not long after.
fn meeting(
    hosts: Vec<String>,
    guests: Vec<String>,
    starts: Option<Timestamp>,
    ends: Option<Timestamp>,
) -> Result<Told, Malformed> {
    let (Some(starts), Some(ends)) = (starts, ends) else { return Err(Malformed) };
    let lasts = ends.duration_since(starts);
    if !lasts.is_positive() || lasts > Meeting::LONGEST {
        return Err(Malformed);
    }
    Ok(Told::Made(Meeting { hosts, guests, starts, ends }))
}
