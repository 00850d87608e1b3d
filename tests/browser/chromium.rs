//! Chromium, driven through chromedriver. Both are started by the test and gone when it ends.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use axum::http::Method;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::PATIENCE;

const OPTIONS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser window. Dropped, it takes chromedriver and the browser with it, also when a test has failed.
#[derive(Debug)]
pub(super) struct Chromium {
    client: Client,
    driver: Driver,
    _profile: TempDir,
}

/// chromedriver in a process group of its own, so that the browser can be ended with it.
#[derive(Debug)]
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        _ = self.0.wait();
    }
}

impl Chromium {
    pub(super) async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: `./test` installs it with Chromium");
        let out = driver.stdout.take().unwrap();
        let driver = Driver(driver);
        let port: u16 = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says on which port it listens");
        let profile = tempfile::tempdir().unwrap();
        let mut options: Vec<String> = OPTIONS.map(str::to_owned).to_vec();
        options.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({
            "goog:chromeOptions": { "args": options },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts: `./test` installs it");
        Self { client, driver, _profile: profile }
    }

    pub(super) async fn stop(self) {
        self.client.close().await.unwrap();
        drop(self.driver);
    }

    pub(super) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub(super) async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    /// Waits for the first element at an XPath.
    pub(super) async fn find(&self, path: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(path)).await;
        match found {
            Ok(element) => element,
            Err(CmdError::WaitTimeout) => {
                let body = self.run("return document.body.innerText").await;
                panic!("{path} is not there; the page reads:\n{}", body.as_str().unwrap_or_default())
            }
            Err(error) => panic!("{path}: {error}"),
        }
    }

    /// Whether there is an element at an XPath right now.
    pub(super) async fn has(&self, path: &str) -> bool {
        !self.client.find_all(Locator::XPath(path)).await.unwrap().is_empty()
    }

    /// Waits until there is no element at an XPath any more.
    pub(super) async fn loses(&self, path: &str) {
        let gone = async { while self.has(path).await {} };
        tokio::time::timeout(PATIENCE, gone).await.unwrap_or_else(|_| panic!("{path} is still there"));
    }

    /// Clicks the first element at an XPath, waiting for it to be there and for nothing to lie over it.
    pub(super) async fn click(&self, path: &str) {
        let clicked = async {
            loop {
                match self.find(path).await.click().await {
                    Ok(()) => return,
                    // Drawn anew, or under a dialog that is just closing.
                    Err(CmdError::Standard(error)) if passes(&error.error) => {}
                    Err(error) => panic!("{path}: {error}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, clicked).await.unwrap_or_else(|_| panic!("{path} can't be clicked"));
    }

    /// The visible text of the first element at an XPath.
    pub(super) async fn text(&self, path: &str) -> String {
        loop {
            match self.find(path).await.text().await {
                Ok(text) => return text,
                Err(CmdError::Standard(error)) if passes(&error.error) => {}
                Err(error) => panic!("{path}: {error}"),
            }
        }
    }

    /// Waits until the first element at an XPath reads otherwise than `before`.
    pub(super) async fn changes(&self, path: &str, before: &str) {
        let changed = async { while self.text(path).await == before {} };
        tokio::time::timeout(PATIENCE, changed)
            .await
            .unwrap_or_else(|_| panic!("{path} still reads {before}"));
    }

    /// Types where the focus is.
    pub(super) async fn types(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Presses a key where the focus is, as a keyboard does.
    pub(super) async fn press(&self, key: Key) {
        let value = char::from(key);
        let keys =
            KeyActions::new("keyboard".into()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.client.perform_actions(keys).await.unwrap();
    }

    /// The label of what has the focus.
    pub(super) async fn focused(&self) -> String {
        let label = "const at = document.activeElement; return at.getAttribute('aria-label') ?? at.innerText";
        self.run(label).await.as_str().unwrap_or_default().trim().to_owned()
    }

    /// Presses Tab until something whose label begins like this has the focus.
    pub(super) async fn tabs_to(&self, label: &str) {
        for _ in 0..150 {
            self.press(Key::Tab).await;
            if self.focused().await.starts_with(label) {
                return;
            }
        }
        panic!("the keyboard never comes to “{label}”; it is at “{}”", self.focused().await);
    }

    pub(super) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Makes the window's inside this large, which a headless window can't do by itself when it is narrow.
    pub(super) async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics });
        self.client.issue_cmd(Vendor { path: "goog/cdp/execute", body: command }).await.unwrap();
    }

    /// What the console has shown since it was last asked, faults only.
    pub(super) async fn console_errors(&self) -> Vec<Value> {
        let command = Vendor { path: "se/log", body: json!({ "type": "browser" }) };
        let entries = self.client.issue_cmd(command).await.unwrap();
        let severe = |entry: &&Value| entry["level"] == json!("SEVERE");
        entries.as_array().unwrap().iter().filter(severe).cloned().collect()
    }
}

fn passes(error: &ErrorStatus) -> bool {
    matches!(
        error,
        ErrorStatus::StaleElementReference
            | ErrorStatus::ElementClickIntercepted
            | ErrorStatus::ElementNotInteractable
            | ErrorStatus::NoSuchElement
    )
}

/// A command beside the standard.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
