//! What the app is sent: event callbacks, slash commands, block actions, view submissions.
//!
//! Shapes: <https://docs.slack.dev/reference/interaction-payloads>, <https://docs.slack.dev/apis/events-api>.

use serde_json::{Map, Value, json};

use super::app::App;
use super::message::Message;
use super::view::View;
use super::workspace::Workspace;

/// Slack's deprecated verification token; sent, but means nothing.
const VERIFICATION_TOKEN: &str = "deprecated-verification-token";

/// The organisation that an app is installed for if not for a single workspace.
pub(super) const ENTERPRISE_ID: &str = "E0SANDBOX";

/// The wrapper of every event.
pub(super) fn event_callback(workspace: &Workspace, app: &App, event_id: &str, event: Value) -> Value {
    let team_id = &workspace.team.id;
    let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
    let mut payload = json!({
        "token": VERIFICATION_TOKEN,
        "team_id": team_id,
        "context_team_id": team_id,
        "context_enterprise_id": null,
        "api_app_id": app.app_id,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": workspace.now().as_second(),
        "authorizations": [{
            "enterprise_id": if app.org_wide { json!(ENTERPRISE_ID) } else { Value::Null },
            "team_id": if app.org_wide { Value::Null } else { json!(team_id) },
            "user_id": app.bot_user_id,
            "is_bot": true,
            "is_enterprise_install": app.org_wide,
        }],
        "is_ext_shared_channel": false,
        "event_context": format!("4-{kind}-{team_id}-{}", app.app_id),
    });
    if let Some(payload) = payload.as_object_mut() {
        payload.insert("event".to_owned(), event);
    }
    payload
}

/// `message.im`: somebody, the app included, wrote in the app's conversation. With a file it has the subtype
/// `file_share`, which history leaves out.
pub(super) fn message_event(app: &App, message: &Message) -> Value {
    let mut event = message.shape(&app.by, true);
    if let Some(event) = event.as_object_mut() {
        event.insert("channel".to_owned(), json!(message.channel));
        event.insert("event_ts".to_owned(), json!(message.ts));
        event.insert("channel_type".to_owned(), json!("im"));
        if !message.files.is_empty() {
            event.insert("subtype".to_owned(), json!("file_share"));
        }
    }
    event
}

/// `message.im` with subtype `message_changed`.
pub(super) fn message_changed_event(app: &App, before: &Message, after: &Message, ts: &str) -> Value {
    json!({
        "type": "message",
        "subtype": "message_changed",
        "message": after.shape(&app.by, true),
        "previous_message": before.shape(&app.by, true),
        "channel": after.channel,
        "hidden": true,
        "ts": ts,
        "event_ts": ts,
        "channel_type": "im",
    })
}

/// `message.im` with subtype `message_deleted`.
pub(super) fn message_deleted_event(app: &App, before: &Message, ts: &str) -> Value {
    json!({
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before.shape(&app.by, true),
        "channel": before.channel,
        "hidden": true,
        "deleted_ts": before.ts,
        "ts": ts,
        "event_ts": ts,
        "channel_type": "im",
    })
}

/// `app_home_opened`; the view is there once one was published.
pub(super) fn app_home_opened_event(
    workspace: &Workspace,
    app: &App,
    user: &str,
    channel: &str,
    tab: &str,
) -> Value {
    let mut event = json!({
        "type": "app_home_opened",
        "user": user,
        "channel": channel,
        "tab": tab,
        "event_ts": workspace.next_ts(),
    });
    if tab == "home"
        && let Some(view) = workspace.home(user)
        && let Some(event) = event.as_object_mut()
    {
        event.insert("view".to_owned(), view.shape(&app.by));
    }
    event
}

/// `null` where the app is installed for the whole organisation.
fn team(workspace: &Workspace, app: &App) -> Value {
    if app.org_wide {
        return Value::Null;
    }
    json!({ "id": workspace.team.id, "domain": workspace.team.domain })
}

fn enterprise(app: &App) -> Value {
    if app.org_wide { json!({ "id": ENTERPRISE_ID, "name": "Sandbox" }) } else { Value::Null }
}

/// What every interaction begins with.
fn interaction(workspace: &Workspace, app: &App, kind: &str, user: &str) -> Map<String, Value> {
    let name = workspace.person(user).map_or(user, |person| person.name.as_str());
    let mut payload = Map::new();
    for (key, value) in [
        ("type", json!(kind)),
        ("user", json!({"id": user, "username": name, "name": name, "team_id": workspace.team.id})),
        ("api_app_id", json!(app.app_id)),
        ("token", json!(VERIFICATION_TOKEN)),
        ("team", team(workspace, app)),
        ("enterprise", enterprise(app)),
        ("is_enterprise_install", json!(app.org_wide)),
    ] {
        payload.insert(key.to_owned(), value);
    }
    payload
}

/// Where a block action took place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Message(&'a Message),
    View(&'a View),
}

/// One click, choice or entry.
#[derive(Debug)]
pub(super) struct Action<'a> {
    pub(super) user: &'a str,
    pub(super) place: Place<'a>,
    pub(super) trigger_id: &'a str,
    /// Only messages have one.
    pub(super) response_url: Option<&'a str>,
    /// As the entry of `actions`, `action_ts` included.
    pub(super) action: Value,
    /// State of the elements of the place.
    pub(super) state: Map<String, Value>,
}

pub(super) fn block_actions(workspace: &Workspace, app: &App, action: Action<'_>) -> Value {
    let mut payload = interaction(workspace, app, "block_actions", action.user);
    let mut put = |key: &str, value: Value| payload.insert(key.to_owned(), value);
    put("trigger_id", json!(action.trigger_id));
    put("actions", json!([action.action]));
    match action.place {
        Place::Message(message) => {
            put(
                "container",
                json!({
                    "type": "message",
                    "message_ts": message.ts,
                    "channel_id": message.channel,
                    "is_ephemeral": message.only_for.is_some(),
                }),
            );
            put("channel", json!({"id": message.channel, "name": "directmessage"}));
            put("state", json!({ "values": action.state }));
            if message.only_for.is_none() {
                put("message", message.shape(&app.by, true));
            }
        }
        Place::View(view) => {
            put("container", json!({"type": "view", "view_id": view.id}));
            put("view", view.shape(&app.by));
        }
    }
    if let Some(url) = action.response_url {
        put("response_url", json!(url));
    }
    Value::Object(payload)
}

pub(super) fn view_submission(
    workspace: &Workspace,
    app: &App,
    user: &str,
    view: &View,
    trigger_id: &str,
) -> Value {
    let mut payload = interaction(workspace, app, "view_submission", user);
    payload.insert("trigger_id".to_owned(), json!(trigger_id));
    payload.insert("view".to_owned(), view.shape(&app.by));
    payload.insert("response_urls".to_owned(), json!([]));
    Value::Object(payload)
}

pub(super) fn view_closed(workspace: &Workspace, app: &App, user: &str, view: &View, cleared: bool) -> Value {
    let mut payload = interaction(workspace, app, "view_closed", user);
    payload.insert("view".to_owned(), view.shape(&app.by));
    payload.insert("is_cleared".to_owned(), json!(cleared));
    Value::Object(payload)
}

/// A slash command typed in the app's conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed<'a> {
    pub(super) user: &'a str,
    pub(super) channel: &'a str,
    pub(super) command: &'a str,
    pub(super) text: &'a str,
    pub(super) trigger_id: &'a str,
    pub(super) response_url: &'a str,
}

pub(super) fn slash_command(workspace: &Workspace, app: &App, typed: Typed<'_>) -> Value {
    let mut payload = json!({
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team.id,
        "team_domain": workspace.team.domain,
        "channel_id": typed.channel,
        "channel_name": "directmessage",
        "user_id": typed.user,
        "user_name": workspace.person(typed.user).map_or(typed.user, |person| person.name.as_str()),
        "command": typed.command,
        "text": typed.text,
        "api_app_id": app.app_id,
        "is_enterprise_install": app.org_wide.to_string(),
        "response_url": typed.response_url,
        "trigger_id": typed.trigger_id,
    });
    if app.org_wide
        && let Some(payload) = payload.as_object_mut()
    {
        payload.insert("enterprise_id".to_owned(), json!(ENTERPRISE_ID));
        payload.insert("enterprise_name".to_owned(), json!("Sandbox"));
    }
    payload
}
