//! `canvass doctor`: the workspace and the app, online, with what to do about each fault.

use std::env;

use clap::Args;
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::run::{load, runtime};
use super::{Done, Failure, Places, terminal};
use crate::clock::Clock;
use crate::config::settings::{Settings, Transport};
use crate::domain::host_calendar::{CalendarError, Reading};
use crate::domain::program::Program;
use crate::domain::stretch::Stretch;
use crate::egress;
use crate::service::calendars::opened;
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
    let (findings, calendars) =
        runtime()?.block_on(async { (checkup.examine().await, calendars(&program).await) });
    let mut findings =
        findings.map_err(|error| Failure::Failed(format!("Slack can't be called: {error}.")))?;
    findings.extend(calendars);
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

/// How each host's calendar is read, with the words in which its host is told.
async fn calendars(program: &Program) -> Vec<Finding> {
    let now = Clock::system().now();
    let day = Stretch { from: now, until: now.checked_add(SignedDuration::from_hours(24)).unwrap_or(now) };
    let hosts = program.hours.values().filter_map(|hours| Some((hours, hours.calendar.as_ref()?)));
    let looked = hosts.map(|(hours, source)| async move {
        let name = program.people.get(&hours.host).map_or(hours.host.as_str(), |host| host.name.as_str());
        let calendar = match opened(program, hours, source, None) {
            Ok(calendar) => calendar,
            Err(why) => return fault(format!("{name}'s calendar can't be opened: {why}.")),
        };
        let reading = if hours.blocks { Reading::Events } else { Reading::EventsOrReport };
        let looked = match calendar.busy(day, reading).await {
            Ok(_) if hours.writes_calendar() => calendar.may_be_written().await,
            Ok(_) => Ok(true),
            Err(error) => Err(error),
        };
        match looked {
            Ok(true) => {
                let says = format!("{name}'s calendar is read.");
                Finding { check: CALENDAR, verdict: Verdict::Ok, says, advice: None }
            }
            Ok(false) => fault(format!("{name}'s calendar: {}.", CalendarError::ReadOnly)),
            Err(error) => fault(format!("{name}'s calendar can't be read: {error}.")),
        }
    });
    join_all(looked).await
}

const CALENDAR: &str = "calendar";

fn fault(says: String) -> Finding {
    let advice = Some("Until then nobody is offered this host's times by what it says now.".to_owned());
    Finding { check: CALENDAR, verdict: Verdict::Fault, says, advice }
}
