//! `canvass run`: the service.

use std::env;

use super::{Done, Failure, Places};
use crate::clock::Clock;
use crate::config::{self, settings};
use crate::service::{self, Surroundings};
use crate::telemetry;

pub(super) fn run(places: &Places) -> Done {
    let settings = settings::from_env(&|name| env::var(name).ok()).map_err(|faults| Failure::Usage(faults.to_string()))?;
    telemetry::start(settings.log.as_deref(), settings.log_format()).map_err(|error| Failure::Usage(error.to_string()))?;
    let program = load(places)?;
    let surroundings = Surroundings { data: places.data.clone(), settings, program, clock: Clock::system(), announce: None };
    runtime()?.block_on(service::run(surroundings)).map_err(Failure::Failed)
}

/// The configuration, or all its faults.
pub(super) fn load(places: &Places) -> Result<crate::domain::program::Program, Failure> {
    config::load(&places.config).map(|loaded| loaded.program).map_err(|faults| Failure::Usage(faults.to_string()))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("The program could not start its threads: {error}.")))
}
