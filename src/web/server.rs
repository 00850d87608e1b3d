//! The server under every address of the service.
//!
//! Invariant: no connection can be held for ever, nor can there be without end; when the service stops,
//! requests in flight are answered and nothing new is taken.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of the next request, a connection's idle time included: longer than the minute after
    /// which load balancers let go of idle connections, so that it is they who do.
    pub head: Duration,
    /// For requests in flight when the service stops. Slack waits three seconds for any answer.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(75), drain: Duration::from_secs(5) }
    }
}

/// Connections at a time; further ones wait in the system's queue.
const MOST_CONNECTIONS: usize = 1024;
/// The largest head: Slack's have less than one kilobyte, a proxy adds little.
const LARGEST_HEAD: usize = 16 << 10;
/// The pause after a connection could not be taken because something ran out.
const BEFORE_RETRY: Duration = Duration::from_millis(100);

/// Serves `routes` on `listener` until `stop`.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    patience: Patience,
    stop: impl Future<Output = ()> + Send,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(LARGEST_HEAD);
    let service = TowerToHyperService::new(routes);
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let under_way = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let next = async {
            // The semaphore is never closed.
            let slot = Arc::clone(&slots).acquire_owned().await.ok();
            (slot, accepted(&listener).await)
        };
        let (slot, stream) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = next => next,
        };
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let connection = under_way.watch(connection);
        tokio::spawn(async move {
            // Whatever ends a connection early is the other side's doing.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(patience.drain, under_way.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way when the service stopped");
    }
}

async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and somebody waits for them; a failure here only makes them slower.
                _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                tokio::time::sleep(BEFORE_RETRY).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
