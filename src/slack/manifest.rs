//! The app manifest that an operator pastes into Slack.
//!
//! Invariant: it asks for what is used and nothing else. Scopes are those of the methods that are called
//! and of the events that are read; each is named here with its reason in code.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::methods::Method;

/// How Slack reaches Canvass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Over connections that Canvass opens; no public address.
    Socket,
    /// Over HTTP, at this base address (`https://canvass.example.com`).
    Http {
        /// Without a slash at the end.
        base: String,
    },
}

/// The events that are read, each with the scope that Slack asks for it.
const EVENTS: [(&str, Option<&str>); 6] = [
    ("app_home_opened", None),
    ("app_uninstalled", None),
    ("message.im", Some("im:history")),
    ("team_join", Some("users:read")),
    ("tokens_revoked", None),
    ("user_change", Some("users:read")),
];

/// The bot scopes: of methods, of events, and of the slash command.
pub fn scopes() -> BTreeSet<&'static str> {
    let methods = Method::ALL.into_iter().flat_map(|method| method.scopes().iter().copied());
    let events = EVENTS.into_iter().filter_map(|(_, scope)| scope);
    methods.chain(events).chain(["commands"]).collect()
}

/// The manifest, as Slack takes it: JSON, version 1 of the schema.
///
/// `command` begins with its slash; Slack cuts names at 32 (command), 35 (app) and 80 characters (bot).
pub fn manifest(command: &str, bot_name: &str, transport: &Transport) -> Value {
    let first = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let mut slash = json!({
        "command": first(command, 32),
        "description": "Initiatives, coverage and everything you can ask of Canvass",
        "usage_hint": "help",
        // Names come as ids then, so that a renamed account is still recognised.
        "should_escape": true,
    });
    let mut events = json!({ "bot_events": EVENTS.map(|(event, _)| event) });
    let mut interactivity = json!({ "is_enabled": true });
    if let Transport::Http { base } = transport {
        let base = base.trim_end_matches('/');
        slash["url"] = format!("{base}/slack/commands").into();
        events["request_url"] = format!("{base}/slack/events").into();
        interactivity["request_url"] = format!("{base}/slack/interactions").into();
    }
    json!({
        "_metadata": { "major_version": 1, "minor_version": 1 },
        "display_information": {
            "name": first(bot_name, 35),
            "description": "Wins reliability work a place in the plan, one conversation at a time",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": false,
            },
            "bot_user": { "display_name": first(bot_name, 80), "always_online": true },
            "slash_commands": [slash],
        },
        "oauth_config": { "scopes": { "bot": scopes() } },
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": false,
            "socket_mode_enabled": *transport == Transport::Socket,
            "token_rotation_enabled": false,
        },
    })
}

#[cfg(test)]
mod tests;
