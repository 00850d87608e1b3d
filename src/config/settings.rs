//! Deployment settings from the environment: the contract with the service's surroundings.
//!
//! Invariant: every secret may come from a file instead (`NAME_FILE`), is never in a fault's text, and
//! can't be printed. All faults are found in one run.

use std::fmt;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use crate::telemetry::Format;

/// Slack's own Web API.
const SLACK_API_URL: &str = "https://slack.com/api/";
const DEFAULT_CONFIG: &str = "config";
const DEFAULT_DATA: &str = "data";
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
/// Characters that a root key has at least.
const SHORTEST_KEY: usize = 32;
const DEFAULT_LOG: &str = crate::telemetry::DEFAULT_FILTER;

/// Where the environment's variables come from.
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// What every subcommand needs to know: where things lie, and how to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// `CANVASS_CONFIG`: the configuration folder.
    pub config: PathBuf,
    /// `CANVASS_DATA`: the data folder.
    pub data: PathBuf,
    /// `CANVASS_LOG`: the filter of the log.
    pub log: String,
    /// `CANVASS_LOG_FORMAT`: for people or for machines.
    pub log_format: Format,
}

/// How Slack reaches the service.
#[derive(Debug)]
pub enum Transport {
    /// `SLACK_APP_TOKEN` is there: the service connects to Slack; no public address is needed.
    SocketMode {
        /// The app-level token.
        app_token: SecretString,
    },
    /// `SLACK_SIGNING_SECRET` without an app token: Slack calls the service.
    Http {
        /// What Slack signs its calls with.
        signing_secret: SecretString,
    },
}

/// Where the journal is kept.
#[derive(Debug)]
pub enum Store {
    /// In the data folder.
    Sled,
    /// `CANVASS_DATABASE_URL`: in PostgreSQL. The address may hold a password.
    Postgres(SecretString),
}

/// Everything that `canvass run` needs from its surroundings.
#[derive(Debug)]
pub struct Settings {
    /// Folders and log.
    pub places: Places,
    /// `SLACK_BOT_TOKEN`.
    pub bot_token: SecretString,
    /// How Slack reaches the service.
    pub transport: Transport,
    /// `SLACK_API_URL`: base of the Web API, with a slash at its end.
    pub api_url: String,
    /// `CANVASS_LISTEN`: address of the HTTP server.
    pub listen: SocketAddr,
    /// `CANVASS_URL`: where people reach the HTTP server, without a slash at its end.
    pub url: String,
    /// `CANVASS_CALCOM_SECRET`: what Cal.com signs its webhooks with; without it they aren't taken.
    pub cal_com_secret: Option<SecretString>,
    /// `CANVASS_CALENDLY_SECRET`: the same of Calendly.
    pub calendly_secret: Option<SecretString>,
    /// What everything secret in the data folder follows from.
    pub root: RootKey,
    /// Where the journal is kept.
    pub store: Store,
}

/// `CANVASS_ROOT_KEY` and `CANVASS_OLD_ROOT_KEY`: what everything secret in the data folder follows from.
#[derive(Debug, Clone, Default)]
pub struct RootKey {
    /// The one to use; a file in the data folder if it isn't given.
    pub current: Option<SecretString>,
    /// The one before it, while it is being changed.
    pub former: Option<SecretString>,
}

impl RootKey {
    /// Reads it alone: what every subcommand that opens the data folder needs.
    ///
    /// # Errors
    /// [`BadSettings`] if it can't be used.
    pub fn read(environment: Environment<'_>) -> Result<Self, BadSettings> {
        let mut reading = Reading::new(environment);
        let root = reading.root_key();
        reading.end(Some(root))
    }
}

/// One variable that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct BadSetting {
    /// Its name.
    pub variable: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// Everything that is wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSettings(pub Vec<BadSetting>);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, setting) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            setting.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for BadSettings {}

impl Places {
    /// Reads what every subcommand needs.
    ///
    /// # Errors
    /// [`BadSettings`] with every variable that can't be used.
    pub fn read(environment: Environment<'_>) -> Result<Self, BadSettings> {
        let mut reading = Reading::new(environment);
        let places = reading.places();
        reading.end(Some(places))
    }
}

impl Settings {
    /// Reads everything that the service needs.
    ///
    /// # Errors
    /// [`BadSettings`] with every variable that can't be used.
    pub fn read(environment: Environment<'_>) -> Result<Self, BadSettings> {
        let mut reading = Reading::new(environment);
        let places = reading.places();
        let bot_token = reading.bot_token();
        let transport = reading.transport();
        let api_url = reading.api_url();
        let listen = reading.listen();
        let url = reading.url(listen);
        let cal_com_secret = reading.optional_secret("CANVASS_CALCOM_SECRET");
        let calendly_secret = reading.optional_secret("CANVASS_CALENDLY_SECRET");
        let root = reading.root_key();
        let store = reading.store();
        let whole = || {
            Some(Self {
                places,
                bot_token: bot_token?,
                transport: transport?,
                api_url: api_url?,
                listen: listen?,
                url: url?,
                cal_com_secret,
                calendly_secret,
                root,
                store: store?,
            })
        };
        reading.end(whole())
    }
}

/// `CANVASS_LISTEN` alone: what a health check of the same surroundings needs.
///
/// # Errors
/// [`BadSettings`] if it can't be used.
pub fn listen(environment: Environment<'_>) -> Result<SocketAddr, BadSettings> {
    let mut reading = Reading::new(environment);
    let listen = reading.listen();
    reading.end(listen)
}

/// A secret that the configuration names by its variable; none if neither that nor `…_FILE` is set.
///
/// # Errors
/// [`BadSettings`] if it can't be used.
pub fn secret(environment: Environment<'_>, variable: &str) -> Result<Option<SecretString>, BadSettings> {
    let mut reading = Reading::new(environment);
    let secret = reading.secret(variable).flatten();
    reading.end(Some(secret.map(SecretString::from)))
}

struct Reading<'e> {
    environment: Environment<'e>,
    faults: Vec<BadSetting>,
}

impl<'e> Reading<'e> {
    fn new(environment: Environment<'e>) -> Self {
        Self { environment, faults: Vec::new() }
    }

    fn end<T>(self, whole: Option<T>) -> Result<T, BadSettings> {
        whole.filter(|_| self.faults.is_empty()).ok_or(BadSettings(self.faults))
    }

    fn fault<T>(&mut self, variable: &str, problem: impl Into<String>) -> Option<T> {
        self.faults.push(BadSetting { variable: variable.to_owned(), problem: problem.into() });
        None
    }

    /// A variable that is set to nothing is not set: that is how container files leave things out.
    fn get(&self, variable: &str) -> Option<String> {
        (self.environment)(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A secret from its variable or from the file that `NAME_FILE` names. The outer `None` is "not set",
    /// the inner one "a fault was reported".
    fn secret(&mut self, variable: &str) -> Option<Option<String>> {
        let in_file = format!("{variable}_FILE");
        match (self.get(variable), self.get(&in_file)) {
            (None, None) => None,
            (Some(_), Some(_)) => {
                Some(self.fault(variable, format!("{in_file} is set too; keep one of the two")))
            }
            (Some(secret), None) => Some(Some(secret)),
            (None, Some(path)) => Some(match fs::read_to_string(&path) {
                Ok(text) if text.trim().is_empty() => self.fault(&in_file, format!("{path} is empty")),
                Ok(text) => Some(text.trim().to_owned()),
                Err(error) => self.fault(&in_file, format!("{path} can't be read: {error}")),
            }),
        }
    }

    /// A secret that may be left out; none also if a fault was reported.
    fn optional_secret(&mut self, variable: &str) -> Option<SecretString> {
        self.secret(variable).flatten().map(SecretString::from)
    }

    fn root_key(&mut self) -> RootKey {
        let current = self.long_secret("CANVASS_ROOT_KEY");
        let former = self.long_secret("CANVASS_OLD_ROOT_KEY");
        RootKey { current, former }
    }

    /// A secret that nobody can find out by trying: it has to be long, and can't be checked for more.
    fn long_secret(&mut self, variable: &str) -> Option<SecretString> {
        let secret = self.secret(variable).flatten()?;
        if secret.chars().count() < SHORTEST_KEY {
            return self.fault(
                variable,
                format!("it is shorter than {SHORTEST_KEY} characters; make one with `openssl rand -hex 32`"),
            );
        }
        Some(secret.into())
    }

    fn places(&mut self) -> Places {
        let log_format = match self.get("CANVASS_LOG_FORMAT").as_deref() {
            None | Some("text") => Format::Text,
            Some("json") => Format::Json,
            Some(other) => {
                self.fault::<()>(
                    "CANVASS_LOG_FORMAT",
                    format!("`{other}` is not known; write `json` or `text`"),
                );
                Format::Text
            }
        };
        Places {
            config: self.get("CANVASS_CONFIG").unwrap_or_else(|| DEFAULT_CONFIG.to_owned()).into(),
            data: self.get("CANVASS_DATA").unwrap_or_else(|| DEFAULT_DATA.to_owned()).into(),
            log: self.get("CANVASS_LOG").unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format,
        }
    }

    fn bot_token(&mut self) -> Option<SecretString> {
        const NAME: &str = "SLACK_BOT_TOKEN";
        let Some(token) = self.secret(NAME) else {
            return self.fault(
                NAME,
                "it is not set; copy the bot token (`xoxb-…`) from *OAuth & Permissions* of the Slack app",
            );
        };
        let token = token?;
        if let Some(problem) = miscopied(&token) {
            return self.fault(NAME, problem);
        }
        // One that is rotated starts with `xoxe.` and goes on as every other of its kind.
        let plain = token.strip_prefix("xoxe.").unwrap_or(&token);
        let problem = match plain.split_once('-').map(|(kind, _)| kind) {
            Some("xoxb") => return Some(token.into()),
            Some("xapp") => "this is the app-level token; it belongs into SLACK_APP_TOKEN",
            Some("xoxp") => "this is a person's token; the bot token starts with `xoxb-`",
            _ => {
                "this is not a bot token; that one starts with `xoxb-` and is found under *OAuth & Permissions* of the Slack app"
            }
        };
        self.fault(NAME, problem)
    }

    fn transport(&mut self) -> Option<Transport> {
        const APP: &str = "SLACK_APP_TOKEN";
        const SIGNING: &str = "SLACK_SIGNING_SECRET";
        let (app, signing) = (self.secret(APP), self.secret(SIGNING));
        match (app, signing) {
            (Some(token), _) => {
                let token = token?;
                match miscopied(&token) {
                    Some(problem) => self.fault(APP, problem),
                    None if token.starts_with("xapp-") => {
                        Some(Transport::SocketMode { app_token: token.into() })
                    }
                    None => self.fault(
                        APP,
                        "this is not an app-level token; those start with `xapp-` and are made under *Basic Information* of the Slack app",
                    ),
                }
            }
            (None, Some(secret)) => Some(Transport::Http { signing_secret: secret?.into() }),
            (None, None) => self.fault(
                APP,
                "neither it nor SLACK_SIGNING_SECRET is set; set the app-level token (`xapp-…`) for Socket Mode, or the signing secret for HTTP mode",
            ),
        }
    }

    fn api_url(&mut self) -> Option<String> {
        const NAME: &str = "SLACK_API_URL";
        let Some(url) = self.get(NAME) else { return Some(SLACK_API_URL.to_owned()) };
        let url = self.guarded(NAME, url)?;
        Some(if url.ends_with('/') { url } else { format!("{url}/") })
    }

    /// Where people reach what is listened on: `listen` itself, if nothing else is said.
    fn url(&mut self, listen: Option<SocketAddr>) -> Option<String> {
        const NAME: &str = "CANVASS_URL";
        let Some(url) = self.get(NAME) else { return listen.map(|listen| format!("http://{listen}")) };
        let url = self.guarded(NAME, url)?;
        if url.contains(['?', '#']) || url.contains(char::is_whitespace) {
            return self.fault(NAME, format!("`{url}` is more than an address; write `https://host`"));
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    /// An address to which secrets may be sent: https, or plain http on this machine.
    fn guarded(&mut self, name: &str, url: String) -> Option<String> {
        let (rest, encrypted) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => return self.fault(name, format!("`{url}` does not start with `https://`")),
        };
        // What stands before an @ would be taken for a host by people and for a password by programs.
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() || authority.contains('@') {
            return self.fault(name, format!("`{url}` names no host, or a user; write `https://host/…`"));
        }
        if !encrypted && !is_loopback(authority) {
            return self.fault(
                name,
                format!("`{url}` is not encrypted; plain http is accepted for this machine only (127.0.0.1, [::1] or localhost)"),
            );
        }
        Some(url)
    }

    fn listen(&mut self) -> Option<SocketAddr> {
        const NAME: &str = "CANVASS_LISTEN";
        let text = self.get(NAME).unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
        match text.parse() {
            Ok(address) => Some(address),
            Err(_) => self.fault(
                NAME,
                format!(
                    "`{text}` is not an address and a port; write it like `127.0.0.1:8080` or `0.0.0.0:8080`"
                ),
            ),
        }
    }

    fn store(&mut self) -> Option<Store> {
        const NAME: &str = "CANVASS_DATABASE_URL";
        let Some(url) = self.secret(NAME) else { return Some(Store::Sled) };
        let url = url?;
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Some(Store::Postgres(url.into()))
        } else {
            // The address may hold a password: it is not repeated.
            self.fault(NAME, "it does not start with `postgres://` or `postgresql://`")
        }
    }
}

/// What a token has that Slack puts into none. The token itself is never repeated.
fn miscopied(token: &str) -> Option<&'static str> {
    if token.starts_with(['"', '\'']) || token.ends_with(['"', '\'']) {
        return Some("it is in quotes; take them off");
    }
    if token.contains(char::is_whitespace) {
        return Some("it has a space or a line break in it; copy it again, whole and alone");
    }
    if token.contains(['…', '*']) {
        return Some("it is an abbreviation; copy the whole token from the Slack app");
    }
    None
}

/// Whether `authority`, a host with or without a port, is this machine.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const BOT: (&str, &str) = ("SLACK_BOT_TOKEN", "xoxb-1-secret");
    const APP: (&str, &str) = ("SLACK_APP_TOKEN", "xapp-1-secret");

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let environment = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::read(&environment).map_err(|error| error.to_string())
    }

    #[test]
    fn two_tokens_are_enough() {
        let settings = read(&[BOT, APP]).unwrap();
        assert_eq!(settings.bot_token.expose_secret(), "xoxb-1-secret");
        assert!(matches!(settings.transport, Transport::SocketMode { .. }));
        assert!(matches!(settings.store, Store::Sled));
        assert_eq!(settings.api_url, "https://slack.com/api/");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.places.config, PathBuf::from("config"));
        assert_eq!(settings.places.log_format, Format::Text);
    }

    #[test]
    fn a_signing_secret_without_an_app_token_means_http() {
        let signing = ("SLACK_SIGNING_SECRET", "s");
        assert!(matches!(read(&[BOT, signing]).unwrap().transport, Transport::Http { .. }));
        assert!(matches!(read(&[BOT, signing, APP]).unwrap().transport, Transport::SocketMode { .. }));
    }

    #[test]
    fn a_secret_may_come_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "xoxb-from-a-file\n").unwrap();
        let path = path.to_str().unwrap();
        let settings = read(&[("SLACK_BOT_TOKEN_FILE", path), APP]).unwrap();
        assert_eq!(settings.bot_token.expose_secret(), "xoxb-from-a-file");
        assert_eq!(
            read(&[BOT, ("SLACK_BOT_TOKEN_FILE", path), APP]).unwrap_err(),
            "SLACK_BOT_TOKEN: SLACK_BOT_TOKEN_FILE is set too; keep one of the two"
        );
        assert_eq!(
            read(&[("SLACK_BOT_TOKEN_FILE", "/no/such/file"), APP]).unwrap_err(),
            "SLACK_BOT_TOKEN_FILE: /no/such/file can't be read: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        let check = |url: &str, expected: Result<&str, &str>| {
            let found = read(&[BOT, APP, ("SLACK_API_URL", url)]).map(|settings| settings.api_url);
            match expected {
                Ok(url) => assert_eq!(found.unwrap(), url),
                Err(part) => {
                    assert!(found.as_ref().is_err_and(|error| error.contains(part)), "{url}: {found:?}")
                }
            }
        };
        check("https://slack.example.com/api", Ok("https://slack.example.com/api/"));
        check("http://127.0.0.1:4000/api/", Ok("http://127.0.0.1:4000/api/"));
        check("http://127.8.8.8/api/", Ok("http://127.8.8.8/api/"));
        check("http://[::1]:4000/api/", Ok("http://[::1]:4000/api/"));
        check("http://localhost:4000", Ok("http://localhost:4000/"));
        check("http://slack.example.com/api", Err("not encrypted"));
        check("http://localhost.example.com/", Err("not encrypted"));
        check("http://localhost@example.com/", Err("names no host, or a user"));
        check("slack.example.com", Err("does not start with"));
        check("https://", Err("names no host"));
    }

    #[test]
    fn the_address_for_people_is_encrypted_or_on_this_machine() {
        let check = |url: &str, expected: Result<&str, &str>| {
            let found = read(&[BOT, APP, ("CANVASS_LISTEN", "127.0.0.1:9"), ("CANVASS_URL", url)]);
            match (found.map(|settings| settings.url), expected) {
                (Ok(found), Ok(url)) => assert_eq!(found, url),
                (Err(error), Err(part)) => assert!(error.contains(part), "{url}: {error}"),
                (found, _) => panic!("{url}: {found:?}"),
            }
        };
        check("", Ok("http://127.0.0.1:9"));
        check("https://canvass.example.com/", Ok("https://canvass.example.com"));
        check("https://example.com/canvass", Ok("https://example.com/canvass"));
        check("http://localhost:8080", Ok("http://localhost:8080"));
        check(
            "http://canvass.example.com",
            Err("CANVASS_URL: `http://canvass.example.com` is not encrypted"),
        );
        check("canvass.example.com", Err("does not start with"));
        check("https://canvass.example.com/?a=b", Err("more than an address"));
        check("https:///calendar", Err("names no host"));
    }

    #[test]
    fn booking_pages_are_listened_to_once_their_secret_is_known() {
        let settings = read(&[BOT, APP]).unwrap();
        assert!(settings.cal_com_secret.is_none() && settings.calendly_secret.is_none());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendly");
        fs::write(&path, "k3y\n").unwrap();
        let in_file = ("CANVASS_CALENDLY_SECRET_FILE", path.to_str().unwrap());
        let settings = read(&[BOT, APP, ("CANVASS_CALCOM_SECRET", "s"), in_file]).unwrap();
        assert_eq!(settings.cal_com_secret.unwrap().expose_secret(), "s");
        assert_eq!(settings.calendly_secret.unwrap().expose_secret(), "k3y");
        let error = read(&[BOT, APP, ("CANVASS_CALENDLY_SECRET", "hidden"), in_file]).unwrap_err();
        assert_eq!(
            error,
            "CANVASS_CALENDLY_SECRET: CANVASS_CALENDLY_SECRET_FILE is set too; keep one of the two"
        );
    }

    #[test]
    fn a_root_key_may_come_from_a_file_and_has_to_be_long() {
        let settings = read(&[BOT, APP]).unwrap();
        assert!(settings.root.current.is_none() && settings.root.former.is_none());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, format!("{}\n", "k".repeat(64))).unwrap();
        let in_file = ("CANVASS_ROOT_KEY_FILE", path.to_str().unwrap());
        let old = "an old one of thirty-two letters";
        let root = read(&[BOT, APP, in_file, ("CANVASS_OLD_ROOT_KEY", old)]).unwrap().root;
        assert_eq!(root.current.unwrap().expose_secret(), "k".repeat(64));
        assert_eq!(root.former.unwrap().expose_secret(), old);
        let error = read(&[BOT, APP, ("CANVASS_ROOT_KEY", "hidden")]).unwrap_err();
        assert_eq!(
            error,
            "CANVASS_ROOT_KEY: it is shorter than 32 characters; make one with `openssl rand -hex 32`"
        );
    }

    #[test]
    fn a_token_of_the_wrong_form_is_told_and_not_repeated() {
        const BOT_FORM: &str = "not a bot token; that one starts with `xoxb-`";
        const APP_FORM: &str = "not an app-level token; those start with `xapp-`";
        let check = |name: &str, token: &str, expected: Result<(), &str>| {
            let variables =
                [BOT, APP].map(|(of, value)| if of == name { (name, token) } else { (of, value) });
            match (read(&variables).map(|_| ()), expected) {
                (Ok(()), Ok(())) => {}
                (Err(error), Err(part)) => {
                    assert!(
                        error.starts_with(&format!("{name}: ")) && error.contains(part),
                        "{token}: {error}"
                    );
                    assert!(!error.contains("h1dden"), "{token}: {error}");
                }
                (found, _) => panic!("{name} {token}: {found:?}"),
            }
        };
        let bot = |token, expected| check("SLACK_BOT_TOKEN", token, expected);
        bot("xoxb-1-h1dden", Ok(()));
        bot("xoxe.xoxb-1-h1dden", Ok(()));
        bot("h1dden", Err(BOT_FORM));
        bot("xoxe-1-h1dden", Err(BOT_FORM));
        bot("xoxb_h1dden", Err(BOT_FORM));
        bot("xoxb", Err(BOT_FORM));
        bot("xapp-1-h1dden", Err("SLACK_APP_TOKEN"));
        bot("xoxe.xoxp-1-h1dden", Err("a person's token"));
        bot("\"xoxb-1-h1dden\"", Err("in quotes"));
        bot("'xoxb-1-h1dden'", Err("in quotes"));
        bot("xoxb-1- h1dden", Err("a space or a line break"));
        bot("Bearer xoxb-1-h1dden", Err("a space or a line break"));
        bot("xoxb-…", Err("an abbreviation"));
        let app = |token, expected| check("SLACK_APP_TOKEN", token, expected);
        app("xapp-1-A0-h1dden", Ok(()));
        app("h1dden", Err(APP_FORM));
        app("xoxb-1-h1dden", Err(APP_FORM));
        app("xoxe.xoxb-1-h1dden", Err(APP_FORM));
        app("\"xapp-1-h1dden\"", Err("in quotes"));
        app("xapp-1\nh1dden", Err("a space or a line break"));
        app("xapp-…", Err("an abbreviation"));
    }

    #[test]
    fn every_fault_is_told_at_once_and_no_secret_with_it() {
        let error = read(&[
            ("SLACK_BOT_TOKEN", "xapp-hidden"),
            ("SLACK_APP_TOKEN", "xoxb-hidden"),
            ("SLACK_API_URL", "http://example.com"),
            ("CANVASS_LISTEN", "8080"),
            ("CANVASS_DATABASE_URL", "mysql://user:hidden@host/db"),
            ("CANVASS_LOG_FORMAT", "xml"),
        ])
        .unwrap_err();
        insta::assert_snapshot!(error, @r"
        CANVASS_LOG_FORMAT: `xml` is not known; write `json` or `text`
        SLACK_BOT_TOKEN: this is the app-level token; it belongs into SLACK_APP_TOKEN
        SLACK_APP_TOKEN: this is not an app-level token; those start with `xapp-` and are made under *Basic Information* of the Slack app
        SLACK_API_URL: `http://example.com` is not encrypted; plain http is accepted for this machine only (127.0.0.1, [::1] or localhost)
        CANVASS_LISTEN: `8080` is not an address and a port; write it like `127.0.0.1:8080` or `0.0.0.0:8080`
        CANVASS_DATABASE_URL: it does not start with `postgres://` or `postgresql://`
        ");
        assert!(!error.contains("hidden"));
    }

    #[test]
    fn without_tokens_it_says_where_they_are_found() {
        insta::assert_snapshot!(read(&[("SLACK_BOT_TOKEN", " ")]).unwrap_err(), @r"
        SLACK_BOT_TOKEN: it is not set; copy the bot token (`xoxb-…`) from *OAuth & Permissions* of the Slack app
        SLACK_APP_TOKEN: neither it nor SLACK_SIGNING_SECRET is set; set the app-level token (`xapp-…`) for Socket Mode, or the signing secret for HTTP mode
        ");
    }
}
