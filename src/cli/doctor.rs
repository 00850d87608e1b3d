//! `canvass doctor`: the workspace and the app, online, with what to do about each fault.

use std::env;

use clap::Args;

use super::run::{load, runtime};
use super::{Done, Failure, Places, terminal};
use crate::clock::Clock;
use crate::config::settings::{Settings, Transport};
use crate::egress;
use crate::slack::checkup::{Checkup, Finding, Reach, Verdict};
use crate::slack::{self, SigningSecret};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    places: Places,
    /// Also post a test message to the first advocate, find it again and change it.
    #[arg(long)]
    post: bool,
    /// In HTTP mode: the address that Slack calls, such as https://canvass.example.com.
    #[arg(long, value_name = "ADDRESS")]
    url: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn doctor(options: &Options) -> Done {
    let settings =
        Settings::read(&|name| env::var(name).ok()).map_err(|faults| Failure::Usage(faults.to_string()))?;
    egress::check(&|name| env::var(name).ok()).map_err(|bad| Failure::Usage(bad.to_string()))?;
    let program = load(&options.places)?;
    let (app_token, reach) = match settings.transport {
        Transport::SocketMode { app_token } => (Some(app_token), Reach::Sockets),
        Transport::Http { signing_secret } => {
            let here = format!("http://{}", super::health::reachable(settings.listen));
            let base = options.url.as_ref().unwrap_or(&here).trim_end_matches('/').to_owned();
            let secret = SigningSecret::new(&signing_secret);
            (None, Reach::Http { secret, base, public: options.url.is_some() })
        }
    };
    let mut slack = slack::Settings::new(settings.bot_token, app_token);
    slack.api_url = settings.api_url;
    let checkup =
        Checkup { program: &program, slack: &slack, reach, clock: Clock::system(), post: options.post };
    let findings = runtime()?
        .block_on(checkup.examine())
        .map_err(|error| Failure::Failed(format!("Slack can't be called: {error}.")))?;
    if options.json {
        let text = serde_json::to_string_pretty(&findings)
            .map_err(|error| Failure::Failed(format!("The answer could not be written as JSON: {error}.")))?;
        terminal::print(&text)?;
    } else {
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        terminal::print(&lines.join("\n"))?;
    }
    let faults = findings.iter().filter(|finding| finding.verdict == Verdict::Fault).count();
    match faults {
        0 => Ok(()),
        1 => Err(Failure::Failed("1 fault.".to_owned())),
        _ => Err(Failure::Failed(format!("{faults} faults."))),
    }
}
