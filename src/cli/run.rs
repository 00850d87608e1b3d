//! `canvass run`: the service.

use std::env;
use std::time::Duration;

use super::{Done, Failure, Places, given};
use crate::clock::Clock;
use crate::config::settings::{Settings, Store, Transport};
use crate::config::{self, Paint};
use crate::dispatch::Rates;
use crate::domain::program::Program;
use crate::egress;
use crate::service::{self, Empty, Front, Surroundings};
use crate::slack::{self, SigningSecret};
use crate::telemetry::{self, colours};
use crate::web::webhooks::Secrets;

/// Socket Mode connections: two, so that one can be renewed while the other serves.
const CONNECTIONS: usize = 2;
/// How long an answer under way may still take when everything else has stopped.
const LAST_MOMENT: Duration = Duration::from_millis(500);

pub(super) fn run(places: &Places, first_start: bool) -> Done {
    let settings =
        Settings::read(&|name| env::var(name).ok()).map_err(|faults| Failure::Usage(faults.to_string()))?;
    egress::check(&|name| env::var(name).ok()).map_err(|bad| Failure::Usage(bad.to_string()))?;
    telemetry::start(Some(&settings.places.log), settings.places.log_format)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    if let Store::Postgres(_) = settings.store {
        return Err(Failure::Usage(
            "CANVASS_DATABASE_URL: this version keeps its journal in the data folder only; unset the variable.".into(),
        ));
    }
    let program = load(places)?;
    let (app_token, transport) = match settings.transport {
        Transport::SocketMode { app_token } => (Some(app_token), service::Transport::Sockets(CONNECTIONS)),
        Transport::Http { signing_secret } => {
            (None, service::Transport::Http(SigningSecret::new(&signing_secret)))
        }
    };
    let mut slack = slack::Settings::new(settings.bot_token, app_token);
    slack.api_url = settings.api_url;
    let surroundings = Surroundings {
        data: places.data.clone(),
        empty: if first_start { Empty::FirstStart } else { Empty::Suspicious },
        root: given(settings.root),
        slack,
        transport,
        rates: Rates::default(),
        listen: Some(settings.listen),
        front: Front {
            url: Some(settings.url),
            webhooks: Secrets { cal_com: settings.cal_com_secret, calendly: settings.calendly_secret },
        },
        secrets: Some(Box::new(secrets)),
        program,
        config: Some(places.config.clone()),
        clock: Clock::system(),
        calendar: None,
        ready: None,
    };
    ended(runtime()?, service::run(surroundings)).map_err(Failure::Failed)
}

/// The secrets as they are now.
fn secrets() -> Result<service::Secrets, String> {
    let settings = Settings::read(&|name| env::var(name).ok()).map_err(|faults| faults.to_string())?;
    let (app, signing) = match settings.transport {
        Transport::SocketMode { app_token } => (Some(app_token), None),
        Transport::Http { signing_secret } => (None, Some(signing_secret)),
    };
    let webhooks = Secrets { cal_com: settings.cal_com_secret, calendly: settings.calendly_secret };
    Ok(service::Secrets { bot: settings.bot_token, app, signing, webhooks })
}

/// Runs `service` to its end. Whoever is still being answered then doesn't hold the process up.
pub(super) fn ended<T>(runtime: tokio::runtime::Runtime, service: impl Future<Output = T>) -> T {
    let ended = runtime.block_on(service);
    runtime.shutdown_timeout(LAST_MOMENT);
    ended
}

/// The configuration, or all its faults.
pub(super) fn load(places: &Places) -> Result<Program, Failure> {
    config::load(&places.config).map(|loaded| loaded.program).map_err(|faults| {
        let paint = if colours(&std::io::stderr()) { Paint::Colour } else { Paint::Plain };
        Failure::Usage(format!("{}\n{faults}; nothing was started.", faults.draw(paint)))
    })
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("The program could not start its threads: {error}.")))
}
