//! The log: structured, one line an event, without message text, secrets or e-mail addresses.
//!
//! Invariant: no filter makes a line hold what people wrote. The libraries below us log bodies, frames and
//! addresses at debug and trace, so nothing of theirs is logged below [`OTHERS`], whatever `CANVASS_LOG` says.
//!
//! Field names, the same everywhere: `post`, `attempt`, `person`, `initiative`, `touch`, `code`, `seq`,
//! `connection`, `elapsed_ms`. People appear by their configuration id only.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

/// The most talkative level of anything but the program itself.
const OTHERS: Level = Level::INFO;
/// Libraries that may tell of a body at any level above an error.
const SILENT: [&str; 1] = ["slack_morphism"];

/// What is logged unless `CANVASS_LOG` says otherwise.
pub const DEFAULT_FILTER: &str = "info,slack_morphism=warn,hyper=warn,sled=warn";

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// A log filter that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("CANVASS_LOG is not a filter such as `info` or `info,canvass=debug`: {0}")]
pub struct BadFilter(String);

/// Whether an event may be logged at all. Levels are ordered from the gravest up.
fn is_allowed(metadata: &Metadata<'_>) -> bool {
    let from = |library: &str| {
        let rest = metadata.target().strip_prefix(library);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    if from("canvass") {
        return true;
    }
    let most = if SILENT.into_iter().any(from) { Level::ERROR } else { OTHERS };
    *metadata.level() <= most
}

/// Whether what is written to `out` may be coloured: it is a terminal that knows colours, and nobody said that they
/// don't want any (<https://no-color.org>).
pub fn colours(out: &impl IsTerminal) -> bool {
    may_be_coloured(out.is_terminal(), &|name| std::env::var(name).ok())
}

fn may_be_coloured(is_terminal: bool, environment: &dyn Fn(&str) -> Option<String>) -> bool {
    let unwanted = environment("NO_COLOR").is_some_and(|value| !value.is_empty());
    is_terminal && !unwanted && environment("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// Starts logging to standard error. A second call, as tests make it, changes nothing.
pub fn start(filter: Option<&str>, format: Format) -> Result<(), BadFilter> {
    let filter =
        EnvFilter::try_new(filter.unwrap_or(DEFAULT_FILTER)).map_err(|error| BadFilter(error.to_string()))?;
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(is_allowed));
    let started = match format {
        Format::Text => {
            let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(colours(&std::io::stderr()));
            registry.with(lines.with_target(false)).try_init()
        }
        Format::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
        }
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_that_knows_colours_gets_them_and_nobody_who_wants_none() {
        let check = |is_terminal: bool, set: &[(&str, &str)], expected: bool| {
            let environment = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(may_be_coloured(is_terminal, &environment), expected, "{set:?}");
        };
        check(true, &[], true);
        check(false, &[], false);
        check(true, &[("TERM", "xterm-256color"), ("NO_COLOR", "")], true);
        check(true, &[("NO_COLOR", "1")], false);
        check(true, &[("NO_COLOR", "0")], false);
        check(true, &[("TERM", "dumb")], false);
    }
}
