//! Radicale, old and new, Xandikos and DAViCal, each on a free port with a folder of its own, gone when the test ends.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{PASSWORD, USER};

/// How long a program may take to say that it is ready; the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// A port that was free may be taken before the program listens on it.
const TRIES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Radicale,
    /// 3.5, whose free-busy reports have no FREEBUSY lines.
    OldRadicale,
    Xandikos,
    /// Behind nginx, below a path of its own.
    DaviCal,
}

pub(super) const ALL: [Kind; 4] = [Kind::Radicale, Kind::OldRadicale, Kind::Xandikos, Kind::DaviCal];

impl Kind {
    /// What it says once it listens.
    fn ready(self) -> &'static str {
        match self {
            Self::Radicale | Self::OldRadicale => "Radicale server ready",
            Self::Xandikos => "Listening on",
            Self::DaviCal => "ready",
        }
    }

    /// The path of the user's calendars.
    fn home(self) -> &'static str {
        match self {
            Self::Radicale | Self::OldRadicale => "ana/",
            Self::Xandikos => "user/calendars/",
            Self::DaviCal => "caldav.php/ana/",
        }
    }

    /// Below which path it is.
    fn root(self) -> &'static str {
        match self {
            Self::Radicale | Self::OldRadicale | Self::Xandikos => "",
            Self::DaviCal => "dav/",
        }
    }

    /// What an operator writes for the server as a whole.
    pub(super) fn server(self) -> &'static str {
        match self {
            Self::Radicale | Self::OldRadicale | Self::Xandikos => "",
            Self::DaviCal => "dav/caldav.php/",
        }
    }
}

/// A program that runs, with two calendars: `Private`, and `Work`.
pub(crate) struct Program {
    kind: Kind,
    port: u16,
    child: Child,
    folder: TempDir,
    log: Arc<Mutex<String>>,
    /// Where an operator says that it is.
    pub(super) base: String,
    /// Where its calendars are.
    home: String,
    http: reqwest::Client,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Program {
    pub(crate) async fn start(kind: Kind) -> Self {
        canvass::install_crypto();
        for _ in 0..TRIES {
            if let Some(program) = Self::try_start(kind).await {
                for name in ["Private", "Work"] {
                    program.make_calendar(name).await;
                }
                return program;
            }
        }
        panic!("{kind:?} does not start");
    }

    /// Starts it once more where it was, with what it held.
    pub(super) async fn again(&mut self) {
        let (child, ready) = spawn(self.kind, &self.folder, self.port, &self.log);
        self.child = child;
        assert!(ready.await.is_ok(), "{:?} does not start again: {}", self.kind, self.log());
    }

    /// The entries of ours in a calendar.
    pub(crate) async fn entries(&self, name: &str) -> Vec<String> {
        let list = Method::from_bytes(b"PROPFIND").unwrap();
        let address = self.calendar(name);
        let answer = self
            .http
            .request(list, &address)
            .basic_auth(USER, Some(PASSWORD))
            .header("depth", "1")
            .send()
            .await
            .unwrap();
        let listed = answer.text().await.unwrap();
        let mut names: Vec<&str> = listed
            .split('/')
            .filter_map(|piece| piece.split_once(".ics").map(|(name, _)| name))
            .filter(|name| name.starts_with("canvass-"))
            .collect();
        names.sort_unstable();
        names.dedup();
        let mut entries = Vec::new();
        for name in names {
            let (status, text) = self.host(Method::GET, &format!("{address}{name}.ics"), "").await;
            if status.is_success() {
                entries.push(text);
            }
        }
        entries
    }

    /// The host's own program moves an entry.
    pub(super) async fn moves(&self, from: &str, to: &str) {
        let request = self.http.request(Method::from_bytes(b"MOVE").unwrap(), from);
        let request =
            request.basic_auth(USER, Some(PASSWORD)).header("destination", to).header("overwrite", "F");
        let status = request.send().await.unwrap().status();
        if status.is_success() {
            return;
        }
        // One that knows no MOVE is told to put it there.
        let (_, text) = self.host(Method::GET, from, "").await;
        let (gone, why) = self.host(Method::DELETE, from, "").await;
        assert!(gone.is_success(), "{status} {gone} {why}");
        let (put, why) = self.host(Method::PUT, to, &text).await;
        assert!(put.is_success(), "{status} {put} {why}");
    }

    /// The names of all that is in a calendar.
    pub(super) async fn named(&self, name: &str) -> Vec<String> {
        let request = self.http.request(Method::from_bytes(b"PROPFIND").unwrap(), self.calendar(name));
        let answer = request.basic_auth(USER, Some(PASSWORD)).header("depth", "1").send().await.unwrap();
        let listed = answer.text().await.unwrap();
        let mut names: Vec<String> = listed
            .split(['/', '>', '<'])
            .filter_map(|piece| piece.strip_suffix(".ics").map(str::to_owned))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Ends it, as a crash would.
    pub(super) fn stop(&mut self) {
        // DAViCal is several programs, which its script ends together when nothing more is to be read.
        drop(self.child.stdin.take());
        if self.kind != Kind::DaviCal {
            _ = self.child.kill();
        }
        _ = self.child.wait();
    }

    async fn try_start(kind: Kind) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = Arc::default();
        let (mut child, ready) = spawn(kind, &folder, port, &log);
        if !matches!(tokio::time::timeout(PATIENCE, ready).await, Ok(Ok(()))) {
            _ = child.kill();
            _ = child.wait();
            println!("{}", log.lock().unwrap());
            return None;
        }
        let at = |path: &str| format!("http://127.0.0.1:{port}/{path}");
        let (base, home) = (at(kind.server()), at(&format!("{}{}", kind.root(), kind.home())));
        let http = reqwest::Client::new();
        // Xandikos says it before it does.
        while http.request(Method::OPTIONS, &base).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Some(Self { kind, port, child, folder, log, base, home, http })
    }

    /// The address of a calendar.
    pub(crate) fn calendar(&self, name: &str) -> String {
        format!("{}{}/", self.home, name.to_lowercase())
    }

    /// What the host's own program does to an entry of a calendar.
    pub(super) async fn host(&self, method: Method, address: &str, body: &str) -> (StatusCode, String) {
        let answer = self
            .http
            .request(method, address)
            .basic_auth(USER, Some(PASSWORD))
            .header("content-type", "text/calendar; charset=utf-8")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// The host puts an event in the calendar `Work`.
    pub(super) async fn has(&self, uid: &str, text: &str) {
        let (status, answer) =
            self.host(Method::PUT, &format!("{}{uid}.ics", self.calendar("Work")), text).await;
        assert!(status.is_success(), "{status} {answer} {}", self.log());
    }

    async fn make_calendar(&self, name: &str) {
        let body = format!(
            r#"<?xml version="1.0" encoding="utf-8"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>{name}</D:displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"#
        );
        let make = Method::from_bytes(b"MKCALENDAR").unwrap();
        let answer = self
            .http
            .request(make, self.calendar(name))
            .basic_auth(USER, Some(PASSWORD))
            .header("content-type", "application/xml; charset=utf-8")
            .body(body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{status} {} {}", answer.text().await.unwrap(), self.log());
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

/// Where `./test` installs the programs.
fn tools() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-tools")
}

fn tool(name: &str) -> PathBuf {
    let path = tools().join("bin").join(name);
    assert!(path.exists(), "{name} is not installed: `./test` installs it in target/test-tools");
    path
}

/// Starts a program, and says when it is ready; never, if it ends before.
fn spawn(
    kind: Kind,
    folder: &TempDir,
    port: u16,
    log: &Arc<Mutex<String>>,
) -> (Child, oneshot::Receiver<()>) {
    let mut command = command(kind, folder, port);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{kind:?} can't be run ({error}): `./test` installs it"));
    let (tell, ready) = oneshot::channel();
    let tell = Arc::new(Mutex::new(Some(tell)));
    let outputs: [Box<dyn Read + Send>; 2] =
        [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
    for output in outputs {
        let (tell, log) = (Arc::clone(&tell), Arc::clone(log));
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if line.contains(kind.ready()) {
                    tell.lock().unwrap().take().map(|tell| tell.send(()));
                }
                log.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
    }
    (child, ready)
}

fn command(kind: Kind, folder: &TempDir, port: u16) -> Command {
    match kind {
        Kind::Radicale => radicale(Command::new(tool("radicale")), folder, port),
        Kind::OldRadicale => {
            let mut command = Command::new(tool("python"));
            command.args(["-m", "radicale"]).env("PYTHONPATH", tools().join("radicale-3.5"));
            radicale(command, folder, port)
        }
        Kind::Xandikos => xandikos(folder, port),
        Kind::DaviCal => {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/calendars/davical.sh");
            let mut command = Command::new("bash");
            command.arg(script).arg(folder.path()).arg(port.to_string());
            command
        }
    }
}

fn radicale(mut command: Command, folder: &TempDir, port: u16) -> Command {
    let users = folder.path().join("users");
    std::fs::write(&users, format!("{USER}:{PASSWORD}\n")).unwrap();
    let config = folder.path().join("config");
    let text = format!(
        "[server]\nhosts = 127.0.0.1:{port}\n\
         [auth]\ntype = htpasswd\nhtpasswd_filename = {users}\nhtpasswd_encryption = plain\ndelay = 0\n\
         [rights]\ntype = owner_only\n\
         [storage]\nfilesystem_folder = {collections}\n",
        users = users.display(),
        collections = folder.path().join("collections").display(),
    );
    std::fs::write(&config, text).unwrap();
    command.arg("--config").arg(config);
    command
}

/// Xandikos asks nobody for a password.
fn xandikos(folder: &TempDir, port: u16) -> Command {
    let mut command = Command::new(tool("xandikos"));
    command
        .args(["serve", "--listen-address", "127.0.0.1", "--port", &port.to_string()])
        .args(["--autocreate", "--current-user-principal", "/user/", "-d"])
        .arg(folder.path().join("collections"));
    command
}
