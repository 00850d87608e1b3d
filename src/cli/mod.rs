//! The command line: one file a subcommand.
//!
//! Exit codes: 0 done, 1 failed, 2 bad usage or bad configuration.

mod check;
mod doctor;
mod forget;
mod health;
mod manifest;
mod manual;
mod read;
mod restore;
mod run;
mod sandbox;
mod schema;
mod terminal;
mod whole;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

use crate::config::settings;
use crate::domain::engagement::Touch;
use crate::journal::RootKeys;
use crate::service::query::Query;

/// How a subcommand ended.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was tried and failed; the sentence says what to do.
    Failed(String),
    /// It was asked wrongly, or the configuration has faults; the text says where.
    Usage(String),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
        }
    }
}

type Done = Result<(), Failure>;

/// The root key that the environment gives, for a subcommand that opens the data folder.
fn root_keys() -> Result<RootKeys, Failure> {
    let read = settings::RootKey::read(&|name| env::var(name).ok());
    read.map(given).map_err(|faults| Failure::Usage(faults.to_string()))
}

fn given(root: settings::RootKey) -> RootKeys {
    RootKeys { current: root.current, former: root.former }
}

/// A Slack bot that carries your reliability work into other teams' quarterly backlogs.
#[derive(Debug, Parser)]
#[command(name = "canvass", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The data folder, if none is named.
const DATA: &str = "data";

/// Where things are.
#[derive(Debug, Clone, Args)]
pub(crate) struct Places {
    /// The configuration folder.
    #[arg(long, env = "CANVASS_CONFIG", default_value = "config", value_name = "FOLDER")]
    pub(crate) config: PathBuf,
    /// The data folder: the journal and the keys.
    #[arg(long, env = "CANVASS_DATA", default_value = DATA, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole product on loopback, with a stand-in for Slack and the sample organization.
    Sandbox(sandbox::Options),
    /// The service.
    Run {
        #[command(flatten)]
        places: Places,
        /// The data folder is empty because this is the first start: the advocates aren't asked. Leave it out
        /// afterwards, so that a data folder that goes missing is noticed.
        #[arg(long)]
        first_start: bool,
    },
    /// Check the configuration offline: every fault in one run, with its place and what to write.
    Check {
        #[command(flatten)]
        places: Places,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look at the Slack app and the workspace, online: what is in order, what isn't, and what to do about it.
    Doctor(doctor::Options),
    /// Who gets what and when, who is skipped and why, and who is left out.
    Plan {
        #[command(flatten)]
        places: Places,
        /// Only this initiative.
        initiative: Option<String>,
        /// For another day, such as 2026-12-07.
        #[arg(long, value_name = "DAY", value_parser = day)]
        at: Option<Date>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// One message, as its recipient would get it.
    Preview {
        #[command(flatten)]
        places: Places,
        /// Whose: an id of people.toml, a name or an e-mail address.
        person: String,
        /// About which initiative; the first they are a stakeholder of if left out.
        initiative: Option<String>,
        /// Which touch: heads_up, pitch, reminder, last_call or follow_up.
        #[arg(long, default_value = "pitch", value_parser = touch)]
        touch: Touch,
        /// On another day, such as 2026-12-07.
        #[arg(long, value_name = "DAY", value_parser = day)]
        at: Option<Date>,
        /// As Block Kit JSON.
        #[arg(long, visible_alias = "json")]
        blocks: bool,
    },
    /// Who was reached and engaged, where they stand, and who is left out.
    Coverage {
        #[command(flatten)]
        places: Places,
        /// Only this initiative.
        initiative: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// The journal as JSON Lines, also while the service runs: a backup. Keys are not in it.
    Export {
        #[command(flatten)]
        places: Places,
        /// Where to write it; standard output if left out.
        file: Option<PathBuf>,
    },
    /// Fill an empty data folder from an export.
    Restore {
        #[command(flatten)]
        places: Places,
        /// An export.
        file: PathBuf,
    },
    /// Forget a person for good: their words, their name in messages to others, and that they may be written
    /// to. What is counted stays, under a pseudonym.
    Forget(forget::Options),
    /// The Slack app manifest to paste at api.slack.com/apps.
    Manifest {
        #[command(flatten)]
        places: Places,
        /// For HTTP mode: the address that Slack calls, such as https://canvass.example.com.
        #[arg(long, value_name = "ADDRESS")]
        url: Option<String>,
    },
    /// Ask the running service whether everything it needs is in order.
    Health {
        /// Only whether the process works: for what restarts it when it doesn't.
        #[arg(long)]
        alive: bool,
    },
    /// What a shell needs to complete these commands: canvass completions bash > /etc/bash_completion.d/canvass.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// The manual page: canvass man > canvass.1.
    Man,
    /// The JSON Schema of a configuration file, for editors: canvass, people or initiative.
    #[command(hide = true)]
    Schema {
        /// Which file.
        file: String,
    },
}

fn touch(word: &str) -> Result<Touch, String> {
    Touch::from_word(word).ok_or_else(|| "one of heads_up, pitch, reminder, last_call, follow_up".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write year, month and day, such as 2026-12-07".to_owned())
}

/// Runs the subcommand that the arguments name.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Sandbox(options) => sandbox::sandbox(&options),
        Command::Run { places, first_start } => run::run(&places, first_start),
        Command::Check { places, json } => check::check(&places, json),
        Command::Doctor(options) => doctor::doctor(&options),
        Command::Plan { places, initiative, at, json } => {
            read::read(&places, &Query::Plan { initiative, at, json }, None)
        }
        Command::Preview { places, person, initiative, touch, at, blocks } => {
            read::read(&places, &Query::Preview { person, initiative, touch, at, blocks }, None)
        }
        Command::Coverage { places, initiative, json } => {
            read::read(&places, &Query::Coverage { initiative, json }, None)
        }
        Command::Export { places, file } => read::read(&places, &Query::Export, file.as_deref()),
        Command::Restore { places, file } => restore::restore(&places, &file),
        Command::Forget(options) => forget::forget(&options),
        Command::Manifest { places, url } => manifest::manifest(&places, url),
        Command::Health { alive } => health::health(alive),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::page(),
        Command::Schema { file } => schema::schema(&file),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let code = failure.code();
            let (Failure::Failed(text) | Failure::Usage(text)) = failure;
            terminal::complain(&text);
            ExitCode::from(code)
        }
    }
}
