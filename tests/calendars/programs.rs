//! Radicale and Xandikos, each on a free port with a folder of its own, gone when the test ends.

use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use canvass::clock::monotonic;
use reqwest::{Method, StatusCode};
use tempfile::TempDir;

use super::{PASSWORD, USER};

/// How long a program may take to answer; the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// A port that was free may be taken before the program listens on it.
const TRIES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Radicale,
    Xandikos,
}

pub(super) const BOTH: [Kind; 2] = [Kind::Radicale, Kind::Xandikos];

/// A program that runs, with two calendars: `Private`, and `Work`.
pub(crate) struct Program {
    kind: Kind,
    port: u16,
    child: Child,
    folder: TempDir,
    /// Where it is.
    pub(super) base: String,
    /// The path of the user's calendars.
    home: &'static str,
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
        let mut command = command(self.kind, &self.folder, self.port);
        self.child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = monotonic();
        while self.http.request(Method::OPTIONS, &self.base).send().await.is_err() {
            assert!(started.elapsed() < PATIENCE, "{:?} does not start again", self.kind);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
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

    /// Ends it, as a crash would.
    pub(super) fn stop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }

    async fn try_start(kind: Kind) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(kind, &folder, port);
        let log = File::create(folder.path().join("log")).unwrap();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{kind:?} can't be run ({error}): `./test` installs it"));
        let base = format!("http://127.0.0.1:{port}/");
        let http = reqwest::Client::new();
        let started = monotonic();
        while http.request(Method::OPTIONS, &base).send().await.is_err() {
            let ended = child.try_wait().unwrap().is_some();
            if ended || started.elapsed() > PATIENCE {
                _ = child.kill();
                _ = child.wait();
                println!("{}", std::fs::read_to_string(folder.path().join("log")).unwrap_or_default());
                return None;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let home = match kind {
            Kind::Radicale => "ana/",
            Kind::Xandikos => "user/calendars/",
        };
        Some(Self { kind, port, child, folder, base, home, http })
    }

    /// The address of a calendar.
    pub(crate) fn calendar(&self, name: &str) -> String {
        format!("{}{}{}/", self.base, self.home, name.to_lowercase())
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
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

/// Where `./test` installs the programs.
fn tool(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/bin").join(name);
    assert!(path.exists(), "{name} is not installed: `./test` installs it in target/test-tools");
    path
}

fn command(kind: Kind, folder: &TempDir, port: u16) -> Command {
    match kind {
        Kind::Radicale => radicale(folder, port),
        Kind::Xandikos => xandikos(folder, port),
    }
}

fn radicale(folder: &TempDir, port: u16) -> Command {
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
    let mut command = Command::new(tool("radicale"));
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
