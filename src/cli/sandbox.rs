//! `canvass sandbox`: the whole product on loopback, with no Slack workspace and no configuration.
//!
//! The bot is the one of `canvass run`; only its calendar is moved by hand. Its stand-in workspace keeps
//! messages and calendar in the data folder, so that both can be stopped and started at any moment.

use std::env;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};

use super::run::{ended, runtime};
use super::{Done, Failure, root_keys};
use crate::clock::{Clock, monotonic};
use crate::config;
use crate::dispatch::{Rate, Rates};
use crate::domain::calendar::PlanningWindow;
use crate::domain::program::Program;
use crate::sandbox::{Limits, Serving};
use crate::service::{self, Calendar, Empty, Front, Surroundings, seed};
use crate::{private, slack, telemetry};

/// The half of the sandbox that runs in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The stand-in workspace and its page.
    Workspace,
    /// The bot.
    Bot,
}

/// How the workspace reaches the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Transport {
    /// Over connections that the bot opens.
    Socket,
    /// Over signed requests.
    Http,
}

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The configuration folder; the sample organization that comes with the program if left out.
    #[arg(long, env = "CANVASS_CONFIG", value_name = "FOLDER")]
    config: Option<PathBuf>,
    /// Where messages, calendar and journal of the sandbox are kept.
    #[arg(long, default_value = "data/sandbox", value_name = "FOLDER")]
    data: PathBuf,
    /// Where the page is shown.
    #[arg(long, default_value = "127.0.0.1:7400", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// How the workspace reaches the bot.
    #[arg(long, value_enum, default_value_t = Transport::Socket)]
    transport: Transport,
    /// Where the bot is reached over HTTP.
    #[arg(long, default_value = "127.0.0.1:7401", value_name = "ADDRESS")]
    bot_listen: SocketAddr,
    /// Forget what was played so far and begin anew.
    #[arg(long)]
    fresh: bool,
    /// Run only this half; the other runs in a process of its own.
    #[arg(long, value_enum, hide = true)]
    part: Option<Part>,
    /// Address of the workspace, for the bot's half.
    #[arg(long, hide = true, value_name = "URL", required_if_eq("part", "bot"))]
    workspace: Option<String>,
    /// Where the calendar stands on the first day.
    #[arg(long, hide = true, value_name = "INSTANT")]
    starts: Option<Timestamp>,
    /// Messages a second that the stand-in lets through to all people together.
    #[arg(long, hide = true, value_name = "RATE")]
    messages_per_second: Option<f64>,
    /// So many times what Slack lets through of each method, so that a quarter goes by in seconds.
    #[arg(long, hide = true, default_value_t = 1, value_name = "TIMES")]
    wider: u16,
    /// The stand-in limits nothing, so that a test is as fast as the machine.
    #[arg(long, hide = true)]
    unlimited: bool,
    /// The address under which the bot reaches the stand-in, if something stands between.
    #[arg(long, hide = true, value_name = "URL")]
    public: Option<String>,
    /// Socket Mode connections of the bot.
    #[arg(long, hide = true, default_value_t = 2)]
    connections: usize,
}

pub(super) fn sandbox(options: &Options) -> Done {
    let filter = env::var("CANVASS_LOG").ok();
    let quiet = filter.as_deref().or(Some("warn"));
    telemetry::start(quiet, telemetry::Format::Text).map_err(|error| Failure::Usage(error.to_string()))?;
    for address in [options.listen, options.bot_listen] {
        if !address.ip().is_loopback() {
            return Err(Failure::Usage(format!(
                "The sandbox lets anybody be anybody, so it listens on this machine only: {address} is not a loopback address.",
            )));
        }
    }
    let program = program(options)?;
    if options.fresh {
        begin_anew(&options.data)?;
    }
    ended(runtime()?, async {
        match options.part {
            None => whole(options, program).await,
            Some(Part::Workspace) => {
                let serving = found(options, &program, &options.data).await?;
                announce(&format!("The workspace is at {}\n", page(&serving)))?;
                service::interrupted().await;
                serving.stop().await.map_err(|error| Failure::Failed(error.to_string()))
            }
            Some(Part::Bot) => {
                let workspace = options.workspace.clone().unwrap_or_default();
                bot(options, program, &options.data, &workspace, None).await
            }
        }
    })
}

fn program(options: &Options) -> Result<Program, Failure> {
    let loaded = match folder(options) {
        Some(folder) => config::load(&folder),
        None => config::load_files(&config::Files::sample()),
    };
    loaded
        .map(|loaded| loaded.program)
        .map_err(|faults| Failure::Usage(format!("{}\n{faults}", faults.draw(config::Paint::Plain))))
}

/// The configuration folder: the one that is named, or `config` where the program is started; none for
/// the sample that comes with it.
fn folder(options: &Options) -> Option<PathBuf> {
    let own = || Path::new("config").join("canvass.toml").exists().then(|| PathBuf::from("config"));
    options.config.clone().or_else(own)
}

/// Removes what an earlier sandbox left, and nothing else: the folder must look like one.
fn begin_anew(data: &Path) -> Done {
    for part in ["workspace", "bot"] {
        match std::fs::remove_dir_all(data.join(part)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::Failed(format!(
                    "{} could not be removed: {error}.",
                    data.join(part).display()
                )));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

async fn whole(options: &Options, program: Program) -> Done {
    let serving = found(options, &program, &options.data.join("workspace")).await?;
    let address = page(&serving);
    let welcome = format!(
        "Canvass sandbox: {address}\n\n\
         Open it, pick a person, and move the calendar to the next message. Ctrl-C stops it;\n\
         restart it and it picks up where it left off. What was played is in {}; --fresh begins anew.\n",
        options.data.display()
    );
    let done = bot(options, program, &options.data.join("bot"), &address, Some(welcome)).await;
    let stopped = serving.stop().await.map_err(|error| Failure::Failed(error.to_string()));
    done.and(stopped)
}

fn page(serving: &Serving) -> String {
    format!("http://{}", serving.address)
}

async fn found(options: &Options, program: &Program, data: &Path) -> Result<Serving, Failure> {
    private::folder(data).map_err(|error| Failure::Failed(error.to_string()))?;
    let transport = match options.transport {
        Transport::Socket => slack::Transport::Socket,
        Transport::Http => slack::Transport::Http { base: format!("http://{}", options.bot_listen) },
    };
    let manifest = slack::manifest(&program.command, &program.bot_name, &transport);
    let starts_at = options.starts.or_else(|| day_before_all(program)).unwrap_or(Timestamp::UNIX_EPOCH);
    let limits = Limits::default().wider(options.wider);
    let mut limits = Limits { enforced: !options.unlimited, ..limits };
    if let Some(rate) = options.messages_per_second {
        limits.workspace_messages.per_second = rate;
    }
    let began = monotonic();
    let options = crate::sandbox::Options {
        listen: options.listen,
        public: options.public.clone(),
        data: data.to_owned(),
        seed: seed::seed(program, manifest, starts_at),
        limits,
        monotonic: Arc::new(move || began.elapsed()),
        wall: Arc::new(|| Clock::system().now()),
    };
    crate::sandbox::serve(options)
        .await
        .map_err(|error| Failure::Failed(format!("The sandbox can't start: {error}.")))
}

/// A quiet moment before the first message of the first planning: three days ahead.
fn day_before_all(program: &Program) -> Option<Timestamp> {
    let first_day = |window: PlanningWindow| {
        let holiday = |day| program.calendar.holidays.contains_key(&day);
        program.cadence.touches.values().filter_map(|rule| rule.at.day(&window, holiday)).min()
    };
    let windows = program.initiatives.iter().filter_map(|initiative| program.window(initiative.quarter));
    let first = windows.filter_map(first_day).min()?;
    let morning = first.to_datetime(jiff::civil::time(8, 0, 0, 0));
    let at = program.calendar.zone.to_timestamp(morning).ok()?;
    at.checked_sub(SignedDuration::from_hours(3 * 24)).ok()
}

async fn bot(
    options: &Options,
    program: Program,
    data: &Path,
    workspace: &str,
    welcome: Option<String>,
) -> Done {
    let failed =
        |error: &dyn std::fmt::Display| Failure::Failed(format!("The sandbox can't start: {error}."));
    let calendar = Calendar::of(workspace).map_err(|error| failed(&error))?;
    let (clock, hand) = calendar.clock().await.map_err(|error| failed(&error))?;
    let (app_token, transport, listen) = match options.transport {
        Transport::Socket => {
            (Some(seed::APP_TOKEN.into()), service::Transport::Sockets(options.connections), None)
        }
        Transport::Http => {
            let secret = slack::SigningSecret::new(&seed::SIGNING_SECRET.into());
            (None, service::Transport::Http(secret), Some(options.bot_listen))
        }
    };
    let mut slack = slack::Settings::new(seed::BOT_TOKEN.into(), app_token);
    slack.api_url = format!("{}/api/", workspace.trim_end_matches('/'));
    slack.tier_three = slack.tier_three.saturating_mul(options.wider.into());
    let surroundings = Surroundings {
        data: data.to_owned(),
        empty: Empty::FirstStart,
        root: root_keys()?,
        slack,
        transport,
        rates: rates(options),
        listen,
        front: Front { url: listen.map(|listen| format!("http://{listen}")), ..Front::default() },
        secrets: None,
        program,
        config: folder(options),
        clock,
        calendar: Some((calendar, hand)),
        ready: welcome
            .map(|welcome| -> Box<dyn FnOnce() + Send> { Box::new(move || _ = announce(&welcome)) }),
    };
    service::run(surroundings).await.map_err(Failure::Failed)
}

/// What the bot takes the workspace's limits to be: what the stand-in lets through.
fn rates(options: &Options) -> Rates {
    let per_second = options.messages_per_second.unwrap_or(Limits::default().workspace_messages.per_second);
    let window = Duration::from_secs(60);
    // At least one a minute; a rate that is no number is none.
    let most = (per_second * window.as_secs_f64()).clamp(1.0, 100_000.0) as u32;
    let wider = |rate: Rate| Rate::bursts(rate.most.saturating_mul(options.wider.into()), rate.per);
    let usual = Rates::default();
    Rates {
        posts: Rate::even(most, window),
        refreshes: wider(usual.refreshes),
        look_ups: wider(usual.look_ups),
        ..usual
    }
}

fn announce(text: &str) -> Done {
    let mut out = std::io::stdout().lock();
    write!(out, "{text}").and_then(|()| out.flush()).map_err(|error| Failure::Failed(error.to_string()))
}
