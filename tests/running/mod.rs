//! What whoever runs the service relies on, with the program as it is run.

mod command_line;
mod crowd;
mod first_start;
mod private;
mod proxies;
mod ready;
mod stopping;
mod suspended;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use canvass::clock::Clock;
use canvass::domain::event::{Event, Record};
use canvass::domain::ids::{PersonId, Seq};
use canvass::journal::{BatchId, Journal};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{PATIENCE, Running, Transport, World, canvass, sample};

/// A stand-in workspace and what `canvass run` is started with in it.
pub(super) struct House {
    pub(super) world: World,
    pub(super) address: SocketAddr,
    pub(super) bot: Option<Running>,
    /// The service's configuration folder.
    pub(super) config: PathBuf,
}

impl House {
    /// A workspace of the sample organization; the service isn't started yet.
    pub(super) async fn empty() -> Self {
        let world = World::over_without_bot(Transport::Socket).await;
        // The service goes by the system's clock, so what is typed has to be of now as well.
        let now = Clock::system().now().to_string();
        let moved = world.post("calendar/advance", json!({ "to": now, "force": true })).await;
        assert!(moved["error"].is_null(), "{moved}");
        Self::of(world)
    }

    /// Of that workspace.
    pub(super) fn of(world: World) -> Self {
        let address = world.bot_listen.parse().unwrap();
        Self { world, address, bot: None, config: sample() }
    }

    /// Gives the service a configuration of its own: the sample with one file changed.
    pub(super) fn changes(&mut self, file: &str, change: impl FnOnce(String) -> String) {
        if self.config == sample() {
            self.config = self.world.folder.path().join("config");
            copy(&sample(), &self.config);
        }
        let file = self.config.join(file);
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, change(text)).unwrap();
    }

    /// Makes it day for Priya, whenever this is.
    pub(super) fn by_day(&mut self) {
        let ahead = 12 - i32::from(Clock::system().now().to_zoned(TimeZone::UTC).hour());
        // These zones count the other way.
        let zone = format!("Etc/GMT{:+}", -ahead);
        self.changes("people.toml", |text| text.replace("Europe/Lisbon", &zone));
    }

    /// A data folder that has been in use, so that nothing may have been sent before it.
    pub(super) fn in_use(&self) {
        let (mut journal, _) = canvass::journal::open(&self.world.data()).unwrap();
        let event = Event::PostingResumed { by: PersonId::parse("priya").unwrap() };
        let record = Record { seq: Seq(1), at: Timestamp::UNIX_EPOCH, cause: None, event };
        journal.append(Seq(0), BatchId::fresh(&Clock::system()).unwrap(), &[record]).unwrap();
    }

    /// `canvass run` with everything it needs, said to be the first start.
    pub(super) fn command(&self) -> Command {
        self.with_settings(canvass(), &["run", "--first-start"])
    }

    /// `command` with the arguments and the variables of the service.
    pub(super) fn with_settings(&self, mut command: Command, arguments: &[&str]) -> Command {
        command
            .args(arguments)
            .env("CANVASS_CONFIG", &self.config)
            .env("CANVASS_DATA", self.world.data())
            .env("SLACK_BOT_TOKEN", "xoxb-sandbox")
            .env("SLACK_APP_TOKEN", "xapp-sandbox")
            .env("SLACK_API_URL", format!("{}/api/", self.world.base.trim_end_matches('/')))
            .env("CANVASS_LISTEN", &self.world.bot_listen)
            .env("CANVASS_LOG", "info");
        command
    }

    /// Where the log of the service goes.
    pub(super) fn log_file(&self) -> PathBuf {
        self.world.folder.path().join("log")
    }

    /// What the service has logged so far.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Starts `command` as the service, with its log in a file.
    pub(super) fn launch(&mut self, mut command: Command) {
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        self.bot = Some(Running::new(command.stderr(Stdio::from(log)).spawn().unwrap()));
    }

    /// Starts the service and waits until it is connected and can be asked.
    pub(super) async fn start(&mut self, command: Command) {
        self.launch(command);
        self.world.connections(|open| open > 0).await;
        self.until("an answer of /healthz", async |house| house.status("/healthz").await == Some(200)).await;
    }

    /// Waits until it has read who is in the workspace: whoever writes before that is asked to do so again.
    pub(super) async fn knows_people(&self) {
        let known = async |house: &Self| {
            house.ready().await.is_some_and(|(_, said)| said["people"]["ok"] == serde_json::json!(true))
        };
        self.until("a reading of the people", known).await;
    }

    /// Waits until `holds`; it is asked again and again, since nothing tells of what goes on inside.
    pub(super) async fn until(&self, what: &str, holds: impl AsyncFn(&Self) -> bool) {
        let wait = async {
            while !holds(self).await {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            panic!("never: {what}; the log:\n{}", self.log());
        }
    }

    /// The status and the body of an answer to `GET path`.
    pub(super) async fn get(&self, path: &str) -> Option<(u16, String)> {
        let asking = async {
            let mut stream = TcpStream::connect(self.address).await.ok()?;
            let request = format!("GET {path} HTTP/1.1\r\nHost: canvass\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.ok()?;
            let (head, body) = answer.split_once("\r\n\r\n")?;
            Some((head.split_whitespace().nth(1)?.parse().ok()?, body.to_owned()))
        };
        tokio::time::timeout(Duration::from_secs(5), asking).await.ok()?
    }

    /// The status alone.
    pub(super) async fn status(&self, path: &str) -> Option<u16> {
        self.get(path).await.map(|(status, _)| status)
    }

    /// What `/readyz` says.
    pub(super) async fn ready(&self) -> Option<(u16, Value)> {
        let (status, body) = self.get("/readyz").await?;
        Some((status, serde_json::from_str(&body).ok()?))
    }

    /// Runs a subcommand in the same surroundings: its exit code, and what it printed.
    pub(super) fn runs(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.with_settings(canvass(), arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
