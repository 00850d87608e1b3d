//! A stand-in Slack workspace: the Web API subset, Socket Mode or signed HTTP, and Block Kit rules that an app of
//! ours meets, served on loopback by one listener, with a web page where one can be any of its people.
//!
//! Invariant: it knows Slack and nothing of the bot. When it and Slack's documentation differ, the
//! stand-in is wrong. Whatever it answers as accepted is already in its own log, so that killing the
//! process loses nothing.

mod api;
mod app;
pub mod blockkit;
mod calendar;
mod calls;
mod connection;
mod deliver;
mod driver;
mod faults;
mod file;
mod guard;
mod hub;
mod limits;
mod message;
mod page;
mod payload;
mod person;
mod record;
mod request;
mod response_url;
mod seed;
mod socket;
mod store;
mod ticket;
mod view;
mod workspace;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use limits::{Limits, Rate};
pub use request::WallClock;
pub use seed::{EnterpriseUser, Seed, SeedApp, SeedPerson, SeedUserGroup, Team};

use connection::{Cut, CuttableListener};
use hub::Hub;

/// Time since some fixed moment, for limits and deadlines. Real time, never the calendar's.
pub type Monotonic = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Largest request body that is read: a view may be 250 kB, and form encoding can triple it.
const MAX_BODY_BYTES: usize = 1_000_000;

/// How a stand-in is started.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address under which the app reaches it, if something stands between; without a slash at its end.
    pub public: Option<String>,
    /// Folder for the stand-in's own files; created if it is missing.
    pub data: PathBuf,
    /// The workspace as it is founded. Once the folder has one, that one wins and only new people are taken.
    pub seed: Seed,
    pub limits: Limits,
    pub monotonic: Monotonic,
    /// What requests are signed with, if the app's manifest switches Socket Mode off.
    pub wall: WallClock,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// Why a stand-in could not be started, or stopped working.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("{0}")]
    Store(#[from] store::StoreError),
    #[error("HTTP requests can't be made: {0}")]
    Requests(#[from] reqwest::Error),
    #[error("the sample workspace has a fault: {0}")]
    Seed(String),
    #[error("the stand-in workspace stopped serving: {0}")]
    Serve(std::io::Error),
}

/// A running stand-in.
#[derive(Debug)]
pub struct Serving {
    /// The address it listens on.
    pub address: SocketAddr,
    stopping: watch::Sender<bool>,
    cut_all: Arc<Cut>,
    server: JoinHandle<std::io::Result<()>>,
    hub: Arc<Hub>,
}

impl Serving {
    /// The base of the Web API, as `SLACK_API_URL` wants it.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}/api/", self.address)
    }

    /// Closes every connection and waits until nothing is served any more.
    pub async fn stop(self) -> Result<(), Error> {
        self.stopping.send_replace(true);
        self.hub.lock().close();
        self.cut_all.cut();
        self.finished().await
    }

    /// Waits until the stand-in ends by itself, which it does only on a fault.
    pub async fn finished(self) -> Result<(), Error> {
        match self.server.await {
            Ok(ended) => ended.map_err(Error::Serve),
            Err(panicked) => Err(Error::Serve(std::io::Error::other(panicked))),
        }
    }
}

/// Opens or founds the workspace in `options.data` and serves it until it is stopped.
///
/// # Errors
/// When the address can't be listened on, the folder can't be used, its log is damaged or held by
/// another process, or the seed names an unknown time zone.
pub async fn serve(options: Options) -> Result<Serving, Error> {
    let address = options.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let address = listener.local_addr().map_err(|source| Error::Listen { address, source })?;
    let (stopping, stopped) = watch::channel(false);
    let (hub, undelivered) = Hub::open(options, address, stopped.clone())?;
    let hub = Arc::new(hub);
    deliver::start(&hub, undelivered);

    let listener = CuttableListener::new(listener);
    let cut_all = listener.all();
    let service = router(Arc::clone(&hub)).into_make_service_with_connect_info::<connection::Wire>();
    let server = tokio::spawn(async move {
        let mut stopped = stopped;
        axum::serve(listener, service)
            .with_graceful_shutdown(async move {
                // A closed channel means that the handle is gone, which is no reason to stop.
                if stopped.wait_for(|stop| *stop).await.is_err() {
                    std::future::pending::<()>().await;
                }
            })
            .await
    });
    Ok(Serving { address, stopping, cut_all, server, hub })
}

fn router(hub: Arc<Hub>) -> Router {
    let dated = axum::middleware::map_response_with_state(hub.clone(), api::dated);
    Router::new()
        .route("/api/{method}", any(api::call).layer(dated))
        .route("/socket", get(socket::connect))
        .route("/response_url/{id}", post(response_url::answer))
        .route("/upload/v1/{ticket}", post(api::upload))
        .route("/files-pri/{place}/{name}", get(api::private_file))
        .route("/files-pri/{place}/download/{name}", get(api::downloaded_file))
        .merge(driver::routes())
        .merge(page::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(axum::middleware::from_fn(guard::guard))
        .with_state(hub)
}
