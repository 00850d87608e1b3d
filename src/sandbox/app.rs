//! The installed app, as its manifest declares it: a method whose scope is missing is refused, an event
//! that isn't subscribed isn't sent, a command that isn't declared isn't known.

use std::collections::BTreeSet;

use serde_json::Value;

use super::message::Byline;
use super::seed::Seed;

#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) app_id: String,
    pub(super) bot_user_id: String,
    pub(super) name: String,
    pub(super) bot_token: String,
    pub(super) app_token: String,
    pub(super) by: Byline,
    scopes: BTreeSet<String>,
    events: BTreeSet<String>,
    commands: Vec<Command>,
    /// Everything goes over Socket Mode, and nothing over HTTP.
    pub(super) socket_mode: bool,
    /// Where events go without it.
    pub(super) events_url: Option<String>,
    /// Where interactions go without it.
    pub(super) interactions_url: Option<String>,
    pub(super) signing_secret: String,
    /// Installed for a whole organisation: what happens belongs to no single workspace.
    pub(super) org_wide: bool,
    pub(super) home_tab: bool,
    pub(super) messages_tab: bool,
    pub(super) messages_tab_read_only: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Command {
    /// With its slash.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) usage_hint: String,
    /// Where it goes without Socket Mode.
    pub(super) url: Option<String>,
    /// Mentions arrive as `<@U…|name>`.
    pub(super) escapes: bool,
}

impl App {
    /// The app of `seed`, in a workspace that is served at `base`.
    pub(super) fn install(seed: &Seed, base: String) -> Self {
        let manifest = &seed.app.manifest;
        let flag = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_bool).unwrap_or_default();
        let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str);
        let set = |pointer: &str| -> BTreeSet<String> {
            let listed = manifest.pointer(pointer).and_then(Value::as_array);
            listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let name = text("/features/bot_user/display_name")
            .or_else(|| text("/display_information/name"))
            .unwrap_or("App")
            .to_owned();
        let commands = manifest.pointer("/features/slash_commands").and_then(Value::as_array);
        Self {
            app_id: seed.app.app_id.clone(),
            bot_user_id: seed.app.bot_user_id.clone(),
            bot_token: seed.app.bot_token.clone(),
            app_token: seed.app.app_token.clone(),
            by: Byline {
                team_id: seed.team.id.clone(),
                app_id: seed.app.app_id.clone(),
                bot_id: bot_id(&seed.app.bot_user_id),
                bot_name: name.clone(),
                base,
            },
            name,
            scopes: set("/oauth_config/scopes/bot"),
            events: set("/settings/event_subscriptions/bot_events"),
            commands: commands.into_iter().flatten().filter_map(Command::declared).collect(),
            socket_mode: flag("/settings/socket_mode_enabled"),
            events_url: text("/settings/event_subscriptions/request_url").map(str::to_owned),
            interactions_url: text("/settings/interactivity/request_url").map(str::to_owned),
            signing_secret: seed.app.signing_secret.clone(),
            org_wide: flag("/settings/org_deploy_enabled"),
            home_tab: flag("/features/app_home/home_tab_enabled"),
            messages_tab: flag("/features/app_home/messages_tab_enabled"),
            messages_tab_read_only: flag("/features/app_home/messages_tab_read_only_enabled"),
        }
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// The granted scopes as Slack lists them.
    pub(super) fn provided_scopes(&self) -> String {
        self.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }

    pub(super) fn subscribes(&self, event: &str) -> bool {
        self.events.contains(event)
    }

    pub(super) fn command(&self, name: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.name == name)
    }

    pub(super) fn commands(&self) -> &[Command] {
        &self.commands
    }
}

impl Command {
    fn declared(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self {
            name: entry.get("command")?.as_str()?.to_owned(),
            description: text("description"),
            usage_hint: text("usage_hint"),
            url: entry.get("url").and_then(Value::as_str).map(str::to_owned),
            escapes: entry.get("should_escape").and_then(Value::as_bool).unwrap_or_default(),
        })
    }
}

/// `B…` made from the bot user's `U…`.
fn bot_id(user_id: &str) -> String {
    format!("B{}", user_id.get(1..).unwrap_or_default())
}
