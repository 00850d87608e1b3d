//! A workspace, the bot and a calendar: real processes, real HTTP, a real WebSocket.
//!
//! The stand-in workspace and the bot are two processes, so that either can be killed by itself. What
//! people do goes through the stand-in's driver, as the page does it. Nothing here sleeps: every wait is
//! for something that the stand-in reports.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The same for what people see: longer than the minute after which a service tries again that met a limit.
const SEEN_WITHIN: Duration = Duration::from_secs(90);

/// Messages a second that the workspace lets through: a quarter goes by in seconds.
const RATE: &str = "50";

/// So many times what Slack lets through of each method, for the same reason.
const WIDER: &str = "10";
const SLACKS_OWN: &str = "1";

/// A program that is killed when it goes out of scope.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl From<Child> for Running {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Running {
    /// Takes charge of a program that was started.
    pub(crate) fn new(child: Child) -> Self {
        Self(child)
    }

    /// Kills it at once, as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Asks it to stop, and waits for its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The program under test.
pub(crate) fn canvass() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canvass"));
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CANVASS_") || name.starts_with("SLACK_"))
    {
        command.env_remove(name);
    }
    command.env("CANVASS_LOG", std::env::var("TEST_LOG").unwrap_or_else(|_| "warn".into()));
    command
}

/// The sample organisation's configuration.
pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

/// How the workspace reaches the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Socket,
    Http,
}

impl Transport {
    /// What `TEST_TRANSPORT` says; Socket Mode if it says nothing.
    fn usual() -> Self {
        match std::env::var("TEST_TRANSPORT").as_deref() {
            Err(_) | Ok("socket") => Self::Socket,
            Ok("http") => Self::Http,
            Ok(other) => panic!("TEST_TRANSPORT is socket or http, not {other}"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Http => "http",
        }
    }
}

/// An address of the bot's own: another one of the 127/8 for every world of every test process, at a port
/// that the system gives nobody by itself.
pub(crate) fn bot_address() -> String {
    static LAST: AtomicU16 = AtomicU16::new(0);
    let (process, world) = (std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
    let [_, _, high, low] = process.to_be_bytes();
    format!("127.{}.{high}.{low}:{}", 1 + world % 250, 7401 + world / 250)
}

/// A workspace with its people, its calendar and, mostly, the bot.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) folder: TempDir,
    config: PathBuf,
    workspace: Option<Running>,
    bot: Option<Running>,
    /// Messages a second that the bot sends.
    rate: String,
    /// How many times what Slack lets through of each method.
    wider: &'static str,
    /// The workspace limits nothing. What goes wrong is expected then, and the bot keeps quiet about it.
    unlimited: bool,
    /// Where the bot reaches the workspace, if something stands between.
    public: Option<String>,
    transport: Transport,
    /// Variables that the bot is started with.
    secrets: Vec<(String, String)>,
    /// Where the bot is reached over HTTP.
    pub(crate) bot_listen: String,
}

impl World {
    /// The sample organisation, with the bot at work.
    pub(crate) async fn sample() -> Self {
        Self::with(&sample()).await
    }

    /// The organisation of a configuration folder, with the bot at work.
    pub(crate) async fn with(config: &Path) -> Self {
        let mut world = Self::without_bot(config).await;
        world.start_bot().await;
        world
    }

    /// The sample organisation, with the bot reached by `transport`.
    pub(crate) async fn over(transport: Transport) -> Self {
        let mut world = Self::open(&sample(), RATE, false, transport);
        world.start_bot().await;
        world
    }

    /// The same before the bot is started.
    pub(crate) async fn over_without_bot(transport: Transport) -> Self {
        Self::open(&sample(), RATE, false, transport)
    }

    /// The same, reached by the bot at another address.
    pub(crate) async fn over_public(transport: Transport, public: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open_in(folder, &sample(), (RATE, WIDER), false, transport, Some(public.to_owned()))
    }

    /// The organisation of a configuration folder, before the bot is started.
    pub(crate) async fn without_bot(config: &Path) -> Self {
        Self::open(config, RATE, false, Transport::usual())
    }

    /// The same in a workspace without limits, with a bot that sends so many messages a second and doesn't
    /// complain of what is done to it.
    pub(crate) async fn troubled(config: &Path, per_second: u32) -> Self {
        Self::open(config, &per_second.to_string(), true, Transport::usual())
    }

    /// The same in a workspace that lets so many messages a second through, and of the rest as much as Slack.
    pub(crate) async fn at_rate(config: &Path, per_second: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open_in(folder, config, (per_second, SLACKS_OWN), false, Transport::usual(), None)
    }

    /// The same by `transport`, before the bot is started.
    pub(crate) async fn at(config: &Path, transport: Transport, per_second: &str) -> Self {
        Self::open(config, per_second, true, transport)
    }

    /// The workspace and the bot's data as they lie in `folder`, in copies of their own, before the bot is
    /// started.
    pub(crate) fn resumed(config: &Path, folder: &Path) -> Self {
        let copy = tempfile::tempdir().unwrap();
        for (from, to) in [("workspace", "workspace"), ("data", "bot")] {
            copy_private(&folder.join(from), &copy.path().join(to));
        }
        Self::open_in(copy, config, (RATE, WIDER), false, Transport::Socket, None)
    }

    fn open(config: &Path, rate: &str, unlimited: bool, transport: Transport) -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), config, (rate, WIDER), unlimited, transport, None)
    }

    fn open_in(
        folder: TempDir,
        config: &Path,
        (rate, wider): (&str, &'static str),
        unlimited: bool,
        transport: Transport,
        public: Option<String>,
    ) -> Self {
        canvass::install_crypto();
        let http = reqwest::Client::builder().timeout(PATIENCE * 2).build().unwrap();
        let mut world = Self {
            http,
            base: String::new(),
            folder,
            config: config.to_owned(),
            workspace: None,
            bot: None,
            rate: rate.to_owned(),
            wider,
            unlimited,
            public,
            transport,
            secrets: Vec::new(),
            bot_listen: bot_address(),
        };
        world.start_workspace("127.0.0.1:0");
        world
    }

    fn start_workspace(&mut self, listen: &str) {
        let mut child = canvass()
            .args(["sandbox", "--part", "workspace", "--listen", listen])
            .args(["--messages-per-second", &self.rate, "--wider", self.wider])
            .args(["--transport", self.transport.word(), "--bot-listen", &self.bot_listen])
            .arg("--config")
            .arg(&self.config)
            .arg("--data")
            .arg(self.folder.path().join("workspace"))
            .args(self.unlimited.then_some("--unlimited"))
            .args(self.public.iter().flat_map(|public| ["--public", public]))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        self.workspace = Some(Running(child));
        self.base = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned)
            })
            .expect("the workspace prints its address");
    }

    /// A variable that the bot is started with.
    pub(crate) fn secret(&mut self, name: &str, value: &str) {
        self.secrets.push((name.to_owned(), value.to_owned()));
    }

    /// The bot is started without any such variable from here on.
    pub(crate) fn no_secrets(&mut self) {
        self.secrets.clear();
    }

    /// Starts the bot and waits until it has done everything that is due.
    pub(crate) async fn start_bot(&mut self) {
        if self.transport == Transport::Http {
            // What an earlier bot reported says nothing about this one.
            self.post("calendar/unsettle", json!({})).await;
        }
        self.launch_bot();
        self.settled().await;
    }

    /// Starts the bot without waiting for anything.
    pub(crate) fn launch_bot(&mut self) {
        self.bot = Some(Running(self.bot_command().spawn().unwrap()));
    }

    pub(crate) fn bot_command(&self) -> Command {
        let mut command = canvass();
        command
            .args([
                "sandbox",
                "--part",
                "bot",
                "--workspace",
                &self.base,
                "--messages-per-second",
                &self.rate,
                "--wider",
                self.wider,
                "--transport",
                self.transport.word(),
                "--bot-listen",
                &self.bot_listen,
            ])
            .arg("--config")
            .arg(&self.config)
            .arg("--data")
            .arg(self.data());
        command.envs(self.secrets.iter().cloned());
        if self.unlimited && std::env::var_os("TEST_LOG").is_none() {
            command.env("CANVASS_LOG", "off");
        }
        command
    }

    /// The bot's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("bot")
    }

    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// Kills the bot as `kill -9` does.
    pub(crate) fn kill_bot(&mut self) {
        self.bot.take().expect("the bot runs").kill();
    }

    /// Stops the bot in good order.
    pub(crate) fn stop_bot(&mut self) -> Option<i32> {
        self.bot.take().expect("the bot runs").stop()
    }

    /// The bot's process.
    pub(crate) fn bot(&self) -> &Running {
        self.bot.as_ref().expect("the bot runs")
    }

    /// Kills the workspace and starts it again at the same address.
    pub(crate) fn restart_workspace(&mut self) {
        self.workspace.take().expect("the workspace runs").kill();
        let listen = self.base.trim_start_matches("http://").trim_end_matches('/').to_owned();
        self.start_workspace(&listen);
    }

    /// A reading call of the driver.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let url = format!("{}/sandbox/api/{path}", self.base.trim_end_matches('/'));
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// A call of the driver.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/sandbox/api/{path}", self.base.trim_end_matches('/'));
        self.http.post(url).json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// Waits until the bot has done everything that is due now.
    pub(crate) async fn settled(&self) {
        let wait = async {
            loop {
                let calendar = self.get("calendar/settled").await;
                if calendar["settled"] == json!(true) && calendar["target"].is_null() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE * 6, wait).await.expect("the bot settles");
    }

    /// Waits until the bot has as many connections as are wanted.
    pub(crate) async fn connections(&self, wanted: impl Fn(u64) -> bool) {
        let wait = async {
            loop {
                let version = self.get("state").await["version"].as_u64().unwrap();
                if wanted(self.get("socket").await["connections"].as_u64().unwrap()) {
                    return;
                }
                self.get(&format!("changes?since={version}")).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("as many connections");
    }

    /// Moves the calendar to `to`, stopping at every wake on the way.
    pub(crate) async fn advance_to(&self, to: &str) {
        self.settled().await;
        let moved = self.post("calendar/advance", json!({ "to": to })).await;
        assert!(moved["error"].is_null(), "{moved}");
        self.settled().await;
    }

    /// Moves the calendar to the next wake; false if nothing is planned any more.
    pub(crate) async fn next_wake(&self) -> bool {
        self.settled().await;
        let moved = self.post("calendar/advance", json!({ "to": "next_wake" })).await;
        self.settled().await;
        moved["error"].is_null()
    }

    /// Everything that was ever posted, in order.
    pub(crate) async fn log(&self) -> Vec<Value> {
        self.get("log").await["posted"].as_array().unwrap().clone()
    }

    /// The messages of the log that the bot sent, as `(handle, text)`.
    pub(crate) async fn sent(&self) -> Vec<(String, String)> {
        let people = self.get("state").await["people"].as_array().unwrap().clone();
        let handle = |id: &Value| {
            let of = people.iter().find(|person| person["id"] == *id);
            of.and_then(|person| person["name"].as_str()).unwrap_or_default().to_owned()
        };
        let from_bot =
            |posting: &&Value| posting["from_app"] == json!(true) && posting["is_ephemeral"] == json!(false);
        let text = |posting: &Value| posting["text"].as_str().unwrap_or_default().to_owned();
        self.log()
            .await
            .iter()
            .filter(from_bot)
            .map(|posting| (handle(&posting["person"]), text(posting)))
            .collect()
    }

    /// Somebody of the workspace, by their id.
    pub(crate) fn actor(&self, id: &str) -> Actor<'_> {
        Actor { world: self, id: id.to_owned() }
    }

    /// Somebody of the workspace, by their handle.
    pub(crate) async fn person(&self, handle: &str) -> Actor<'_> {
        let people = self.get("state").await["people"].as_array().unwrap().clone();
        let found = people.iter().find(|person| person["name"] == json!(handle));
        let id =
            found.unwrap_or_else(|| panic!("nobody is called {handle}"))["id"].as_str().unwrap().to_owned();
        Actor { world: self, id }
    }
}

/// A person, acting.
#[derive(Debug, Clone)]
pub(crate) struct Actor<'a> {
    world: &'a World,
    pub(crate) id: String,
}

impl Actor<'_> {
    async fn seen(&self) -> (u64, Value) {
        let state = self.world.get(&format!("state?as={}", self.id)).await;
        (state["version"].as_u64().unwrap(), state["selected"].clone())
    }

    /// Everything in their conversation, oldest first.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        self.seen().await.1["messages"].as_array().unwrap().clone()
    }

    /// The bot's latest message that isn't ephemeral.
    pub(crate) async fn last_message(&self) -> Value {
        let of_bot =
            |message: &&Value| message["from_app"] == json!(true) && message["is_ephemeral"] == json!(false);
        self.messages().await.iter().rfind(of_bot).cloned().expect("a message of the bot")
    }

    /// Waits until what they see fulfils `wanted`, and returns what it gives.
    pub(crate) async fn sees<T>(&self, what: &str, wanted: impl Fn(&Value) -> Option<T>) -> T {
        let wait = async {
            loop {
                let (version, seen) = self.seen().await;
                if let Some(found) = wanted(&seen) {
                    return found;
                }
                self.world.get(&format!("changes?since={version}")).await;
            }
        };
        match tokio::time::timeout(SEEN_WITHIN, wait).await {
            Ok(found) => found,
            Err(_) => panic!("{what} was never seen; the conversation is {:#}", self.seen().await.1),
        }
    }

    /// Whether some message, ephemeral ones included, reads like this.
    pub(crate) async fn has_read(&self, text: &str) -> bool {
        self.messages().await.iter().any(|message| words(message).contains(text))
    }

    /// Waits until some message, ephemeral ones included, reads like this.
    pub(crate) async fn reads(&self, text: &str) -> Value {
        self.sees(text, |seen| {
            seen["messages"].as_array()?.iter().find(|message| words(message).contains(text)).cloned()
        })
        .await
    }

    /// Clicks the button or overflow entry with this label on a message.
    pub(crate) async fn clicks_on(&self, message: &Value, label: &str) -> Value {
        let (action_id, block_id, value) =
            find_element(&message["blocks"], label).unwrap_or_else(|| panic!("no “{label}” on {message:#}"));
        let mut click = json!({ "as": self.id, "channel": message["channel"], "ts": message["ts"],
            "block_id": block_id, "action_id": action_id });
        if let Some(value) = value {
            click["value"] = value;
        }
        self.world.post("click", click).await
    }

    /// Clicks on the bot's latest message.
    pub(crate) async fn clicks(&self, label: &str) -> Value {
        let message = self.last_message().await;
        self.clicks_on(&message, label).await
    }

    /// Opens App Home.
    pub(crate) async fn opens_home(&self) -> Value {
        self.world.post("open_home", json!({ "as": self.id, "tab": "home" })).await
    }

    /// Clicks the first button with this label in App Home, once it is there.
    pub(crate) async fn clicks_at_home(&self, label: &str) -> Value {
        let click = self
            .sees(label, |seen| {
                let (action_id, block_id, _) = find_element(&seen["home"]["blocks"], label)?;
                Some(json!({ "as": self.id, "view_id": seen["home"]["id"], "block_id": block_id,
                    "action_id": action_id }))
            })
            .await;
        self.world.post("click", click).await
    }

    /// Waits until their App Home reads like this, and returns it.
    pub(crate) async fn reads_at_home(&self, text: &str) -> Value {
        self.sees(text, |seen| words(&seen["home"]).contains(text).then(|| seen["home"].clone())).await
    }

    /// Types to the bot.
    pub(crate) async fn types(&self, text: &str) -> Value {
        self.world.post("type", json!({ "as": self.id, "text": text })).await
    }

    /// Something arrives from them as Slack sends it, such as a message with a file.
    pub(crate) async fn sends(&self, event: Value) -> Value {
        self.world.post("event", json!({ "as": self.id, "event": event })).await
    }

    /// Types in the thread under a message.
    pub(crate) async fn replies(&self, message: &Value, text: &str) -> Value {
        let thread = message["thread_ts"].as_str().or(message["ts"].as_str()).unwrap();
        self.world.post("type", json!({ "as": self.id, "text": text, "thread_ts": thread })).await
    }

    /// Changes what they typed.
    pub(crate) async fn retypes(&self, typed: &Value, text: &str) -> Value {
        self.world.post("edit", json!({ "as": self.id, "ts": typed["ts"], "text": text })).await
    }

    /// Takes back what they typed.
    pub(crate) async fn takes_back(&self, typed: &Value) -> Value {
        self.world.post("delete", json!({ "as": self.id, "ts": typed["ts"] })).await
    }

    /// Gives the slash command, and returns what comes of it: the acknowledgement, or Slack's error.
    pub(crate) async fn asks(&self, text: &str) -> Value {
        self.world.post("command", json!({ "as": self.id, "command": "/canvass", "text": text })).await
    }

    /// Gives the slash command, and returns what comes back.
    pub(crate) async fn commands(&self, text: &str) -> String {
        words(&self.asks(text).await["ack_payload"])
    }

    /// The modal that is open, once it is.
    pub(crate) async fn modal(&self) -> Value {
        self.sees("a modal", |seen| seen["modals"].as_array()?.last().cloned()).await
    }

    /// Submits the open modal with `values`, by the name of the field.
    pub(crate) async fn submits(&self, values: &[(&str, Value)]) -> Value {
        let modal = self.modal().await;
        let mut filled = serde_json::Map::new();
        for block in modal["blocks"].as_array().unwrap() {
            let Some(action) = block["element"]["action_id"].as_str() else { continue };
            let block_id = block["block_id"].as_str().unwrap();
            if let Some((_, value)) = values.iter().find(|(name, _)| *name == block_id) {
                filled.insert(block_id.to_owned(), json!({ action: value }));
            }
        }
        assert_eq!(filled.len(), values.len(), "every value has its field in {modal:#}");
        self.world
            .post("modal/submit", json!({ "as": self.id, "view_id": modal["id"], "values": filled }))
            .await
    }
}

/// Copies a folder with everything in it, for its owner alone as a data folder is.
fn copy_private(from: &Path, to: &Path) {
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_private(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// Everything that is read in a message or view: every text of its blocks, and its own.
pub(crate) fn words(message: &Value) -> String {
    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    match (key.as_str(), value) {
                        ("text" | "url", Value::String(text)) => into.push(text.clone()),
                        ("metadata" | "private_metadata", _) => {}
                        _ => collect(value, into),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut texts = Vec::new();
    collect(&message["blocks"], &mut texts);
    if let Some(text) = message["text"].as_str() {
        texts.push(text.to_owned());
    }
    texts.join("\n")
}

/// The element or overflow option with this label: action id, block id and, for options, the value.
fn find_element(blocks: &Value, label: &str) -> Option<(String, String, Option<Value>)> {
    for block in blocks.as_array()? {
        let elements = block["elements"].as_array().into_iter().flatten();
        for element in elements.chain(block.get("accessory")) {
            let id =
                || Some((element["action_id"].as_str()?.to_owned(), block["block_id"].as_str()?.to_owned()));
            if element["text"]["text"] == json!(label) {
                let (action, block) = id()?;
                return Some((action, block, None));
            }
            for option in element["options"].as_array().into_iter().flatten() {
                if option["text"]["text"].as_str().is_some_and(|text| text.starts_with(label)) {
                    let (action, block) = id()?;
                    return Some((action, block, Some(option["value"].clone())));
                }
            }
        }
    }
    None
}
