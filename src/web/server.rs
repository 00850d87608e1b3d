//! The server under every address of the service.
//!
//! Invariant: no connection can be held for ever, and held ones keep nobody from being answered (see
//! `crowd`); when the service stops, requests in flight are answered and nothing new is taken.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::clock::monotonic;

use super::crowd::{Crowd, Guest, Phase, Room};

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the first head of a connection: whoever connects has something to ask.
    pub first: Duration,
    /// For the head of the next request, a connection's idle time included: longer than the minute after
    /// which load balancers let go of idle connections, so that it is they who do.
    pub head: Duration,
    /// For requests in flight when the service stops. Slack waits three seconds for any answer.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(5), head: Duration::from_secs(75), drain: Duration::from_secs(5) }
    }
}

/// What is answered at once, whatever else is under way.
const AT_ONCE: [&str; 2] = [super::HEALTHZ, super::READYZ];
/// The largest head: Slack's have less than one kilobyte, a proxy adds little.
const LARGEST_HEAD: usize = 16 << 10;

/// Serves `routes` on `listener` until `stop`.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    patience: Patience,
    stop: impl Future<Output = ()> + Send,
) {
    let mut http = http1::Builder::new();
    // How long a head may take is watched here: the first one is waited for less long.
    http.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(LARGEST_HEAD);
    let routes = TowerToHyperService::new(routes);
    let descriptors = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let crowd = Crowd::new(Room::within(descriptors));
    let under_way = GracefulShutdown::new();
    let mut shortage = Shortage::default();
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            biased;
            () = &mut stop => break,
            stream = accepted(&listener, &crowd, &mut shortage) => stream,
        };
        let Some(guest) = crowd.enter() else { continue };
        let (attended, routes) = (Arc::clone(&guest), routes.clone());
        let service = service_fn(move |request| answer(Arc::clone(&attended), routes.clone(), request));
        let connection = under_way.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let phase = guest.phase();
            tokio::select! {
                biased;
                ended = connection => {
                    // Whatever ends a connection early is the other side's doing.
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended early");
                    }
                }
                () = has_to_go(phase, patience) => tracing::debug!("a connection that said nothing is closed"),
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(patience.drain, under_way.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way when the service stopped");
    }
}

/// Answers one request, unless too many are under way.
async fn answer(
    guest: Arc<Guest>,
    routes: TowerToHyperService<Router>,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let Some(busy) = guest.begin(AT_ONCE.contains(&request.uri().path())) else {
        // Slack sends again what is answered so.
        let close = [(header::CONNECTION, HeaderValue::from_static("close"))];
        return Ok((StatusCode::SERVICE_UNAVAILABLE, close).into_response());
    };
    let answered = routes.call(request).await;
    drop(busy);
    answered
}

/// Returns once a connection has been silent for longer than it may be, or has to make room.
async fn has_to_go(mut phase: watch::Receiver<Phase>, patience: Patience) {
    loop {
        let limit = match *phase.borrow_and_update() {
            Phase::New => Some(patience.first),
            Phase::Idle => Some(patience.head),
            // Whoever answers has limits of its own.
            Phase::Busy => None,
            Phase::Leaving => return,
        };
        let limit = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            changed = phase.changed() => if changed.is_err() { return std::future::pending().await },
            () = limit => return,
        }
    }
}

async fn accepted(listener: &TcpListener, crowd: &Crowd, shortage: &mut Shortage) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and somebody waits for them; a failure here only makes them slower.
                _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                crowd.make_room();
                shortage.lasts("over HTTP", &error).await;
            }
        }
    }
}

/// A time in which no connection can be taken because something ran out, mostly descriptors. It passes, so
/// whoever accepts waits and goes on.
#[derive(Debug, Default)]
pub(crate) struct Shortage {
    latest: Option<Instant>,
}

impl Shortage {
    /// The pause before the next try.
    const PAUSE: Duration = Duration::from_millis(100);
    /// After so long without one it is another shortage.
    const OVER: Duration = Duration::from_secs(60);

    /// Waits for a moment; logs the first time.
    pub(crate) async fn lasts(&mut self, place: &'static str, error: &io::Error) {
        let now = monotonic();
        let before = self.latest.replace(now);
        if before.is_none_or(|before| Self::OVER < now.duration_since(before)) {
            tracing::error!(%error, place, "no connection can be taken at the moment; trying again until one can");
        }
        tokio::time::sleep(Self::PAUSE).await;
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
