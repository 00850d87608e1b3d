//! Where things and people are found: e-mail and web addresses, the slash command, the bot's name.

use schemars::{Schema, json_schema};

use super::slug_from;
use crate::config::read::{Advice, Word};

/// An e-mail address. That mail arrives there is for Slack to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) struct Email(pub String);

impl Word for Email {
    const CHECK: &'static str = "email";
    const WHAT: &'static str = "an e-mail address";
    fn form() -> Schema {
        json_schema!({ "type": "string", "format": "email" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let whole = || {
            let (local, host) = text.split_once('@')?;
            let clean = |part: &str| {
                !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@<>,;".contains(c))
            };
            (clean(local)
                && clean(host)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.'))
            .then(|| Self(text.to_owned()))
        };
        whole().ok_or_else(|| Advice {
            because: "it lacks the form name@host".into(),
            instead: Some("write the address of their Slack account, such as `ana@example.com`".into()),
        })
    }
}

/// An address on the web that is safe to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) struct Https(pub String);

impl Word for Https {
    const CHECK: &'static str = "https";
    const WHAT: &'static str = "an https address";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^https://", "format": "uri" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        // Slack refuses longer addresses on buttons.
        const LONGEST: usize = 3000;
        let advice = |because: &str, instead: Option<String>| Advice { because: because.to_owned(), instead };
        if let Some(rest) = text.strip_prefix("http://") {
            return Err(advice("it is not encrypted", Some(format!("write `https://{rest}`"))));
        }
        let Some(rest) = text.strip_prefix("https://") else {
            return Err(advice("it does not start with `https://`", Some("write the whole address".into())));
        };
        if rest.is_empty() || rest.starts_with('/') {
            return Err(advice("it names no host", None));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>|\"".contains(c)) {
            return Err(advice("it has a blank or another character that addresses don't have", None));
        }
        if text.len() > LONGEST {
            return Err(advice("it is longer than the 3000 characters that Slack takes", None));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The slash command, with its slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) struct Command(pub String);

impl Word for Command {
    const CHECK: &'static str = "command";
    const WHAT: &'static str = "a slash command that Slack takes";
    fn form() -> Schema {
        json_schema!({ "type": "string", "pattern": "^/[a-z0-9_-]{1,31}$" })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        // Slack's manifest schema 2.0.0: at most 32 characters, the slash included.
        let name = text.strip_prefix('/').unwrap_or(text);
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if text.starts_with('/') && !name.is_empty() && text.len() <= 32 && name.chars().all(valid) {
            return Ok(Self(text.to_owned()));
        }
        Err(Advice {
            because: "a slash, then lower-case letters, digits, `-` or `_`, 32 characters in all".into(),
            instead: slug_from(name).filter(|slug| slug.len() < 32).map(|slug| format!("write `/{slug}`")),
        })
    }
}

/// The name of the bot in Slack: its manifest takes at most 35 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config) struct BotName(pub String);

impl Word for BotName {
    const CHECK: &'static str = "bot-name";
    const WHAT: &'static str = "a name that Slack takes for a bot";
    fn form() -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": 35 })
    }
    fn parse(text: &str) -> Result<Self, Advice> {
        let text = text.trim();
        if (1..=35).contains(&text.chars().count()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Advice { because: "Slack takes 1 to 35 characters".into(), instead: None })
    }
}
