//! What people do: click, type, give a command, look at the app.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::api::{post, read_record};
use super::super::deliver::interact;
use super::super::hub::{Hub, State};
use super::super::message::Message;
use super::super::payload::{self, Action, Place, Typed};
use super::super::record::Record;
use super::super::response_url::{Said, say};
use super::super::view::{Element, View, elements, initial_state, set_state};
use super::mention::{as_sent, pieces};
use super::{DriverError, entered};

/// How long a typed message's event is waited for, before the driver says that it isn't through yet.
pub(super) const EVENT_PATIENCE: Duration = Duration::from_secs(3);

/// Refuses people who are not there (any more).
pub(super) fn acting(state: &State, user: &str) -> Result<(), DriverError> {
    match state.workspace.person(user) {
        None => Err(DriverError::NoPerson(user.to_owned())),
        Some(person) if person.is_bot => Err(DriverError::NoPerson(user.to_owned())),
        Some(person) if person.deleted => Err(DriverError::Deactivated(person.real_name.clone())),
        Some(_) => Ok(()),
    }
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Click {
    r#as: String,
    /// The person's own conversation if left out.
    channel: Option<String>,
    /// Of the message that is clicked.
    ts: Option<String>,
    /// Of the modal or Home tab that is clicked, instead of a message.
    view_id: Option<String>,
    block_id: Option<String>,
    action_id: String,
    /// What was chosen or entered: an option's value, a text, a date, a list. Buttons need none.
    #[serde(alias = "selected_option", alias = "selected_user", alias = "selected_date")]
    value: Option<Value>,
    /// What stands in a modal's other fields just now.
    #[serde(default)]
    values: Map<String, Value>,
}

enum Clicked {
    Message(Box<Message>),
    View(Box<View>),
}

impl Clicked {
    fn find(state: &State, click: &Click) -> Result<Self, DriverError> {
        let workspace = &state.workspace;
        if let Some(id) = &click.view_id {
            let top = workspace.modals(&click.r#as).last().filter(|view| view.id == *id);
            let home = workspace.home(&click.r#as).filter(|view| view.id == *id);
            let view = top.or(home).ok_or_else(|| DriverError::NoView(id.clone()))?;
            return Ok(Self::View(Box::new(view.clone())));
        }
        let ts = click.ts.clone().unwrap_or_default();
        let channel = workspace.channel_of(&click.r#as).unwrap_or_default();
        let message = match &click.channel {
            Some(named) if named != channel => None,
            _ => workspace.message(channel, &ts),
        };
        let seen = message.filter(|message| message.only_for.as_ref().is_none_or(|only| *only == click.r#as));
        seen.map(|message| Self::Message(Box::new(message.clone()))).ok_or(DriverError::NoMessage(ts))
    }

    fn blocks(&self) -> &[Value] {
        match self {
            Self::Message(message) => {
                message.blocks.as_ref().and_then(Value::as_array).map_or(&[], Vec::as_slice)
            }
            Self::View(view) => view.blocks(),
        }
    }
}

/// The entry of `actions` for what was done to an element.
fn action(
    action_ts: &str,
    element: &Element<'_>,
    value: Option<&Value>,
    state_value: Option<&Value>,
) -> Result<Value, DriverError> {
    let mut action = Map::new();
    for (key, value) in [
        ("type", json!(element.kind())),
        ("action_id", json!(element.action_id)),
        ("block_id", json!(element.block_id)),
        ("action_ts", json!(action_ts)),
    ] {
        action.insert(key.to_owned(), value);
    }
    for key in ["text", "value", "style", "placeholder", "confirm"] {
        if let Some(value) = element.body.get(key).filter(|_| key != "value" || element.kind() == "button") {
            action.insert(key.to_owned(), value.clone());
        }
    }
    if element.kind() == "overflow" {
        let chosen = entered::option(element, value.unwrap_or(&Value::Null))?;
        action.insert("selected_option".to_owned(), chosen);
    }
    for (key, value) in state_value.and_then(Value::as_object).into_iter().flatten() {
        action.insert(key.clone(), value.clone());
    }
    Ok(Value::Object(action))
}

/// `POST click`
pub(super) async fn click(
    Extract(hub): Extract<Arc<Hub>>,
    Json(click): Json<Click>,
) -> Result<Json<Value>, DriverError> {
    let payload = clicked(&hub, &click)?;
    let outcome = interact(&hub, "interactive", &payload, false).await;
    Ok(Json(json!(outcome)))
}

fn clicked(hub: &Hub, click: &Click) -> Result<Value, DriverError> {
    let mut state = hub.lock();
    acting(&state, &click.r#as)?;
    let mut place = Clicked::find(&state, click)?;
    if let Clicked::View(view) = &mut place {
        entered::fill(view, &click.values)?;
    }
    let blocks = place.blocks().to_vec();
    let element = elements(&blocks)
        .find(|element| {
            element.action_id == click.action_id
                && click.block_id.as_ref().is_none_or(|block| block == element.block_id)
        })
        .ok_or_else(|| DriverError::NoElement(click.action_id.clone()))?;
    let raw = click.value.as_ref();
    let state_value = match raw {
        Some(raw) => entered::state_value(&element, raw)?,
        None => element.initial_state(),
    };
    let action = action(&state.action_ts(), &element, raw, state_value.as_ref())?;
    let mut values = match &place {
        Clicked::Message(_) => initial_state(&blocks, &Map::new()),
        Clicked::View(view) => view.state.clone(),
    };
    if let Some(value) = state_value {
        set_state(&mut values, element.block_id, element.action_id, value);
    }
    if let Clicked::View(view) = &mut place {
        view.state.clone_from(&values);
        keep_entered(&mut state, &click.r#as, view)?;
    }

    let real_now = hub.real_now();
    let trigger_id = trigger_id(&mut state);
    let view_id = match &place {
        Clicked::View(view) if view.field("type") == "modal" => Some(view.id.clone()),
        Clicked::View(_) | Clicked::Message(_) => None,
    };
    state.tickets.give_trigger(&trigger_id, &click.r#as, view_id.as_deref(), real_now);
    let response_url = match &place {
        Clicked::Message(message) => {
            let original = Some(message.ts.as_str());
            Some(response_url(hub, &mut state, &click.r#as, &message.channel, original, None))
        }
        Clicked::View(_) => None,
    };
    let action = Action {
        user: &click.r#as,
        place: match &place {
            Clicked::Message(message) => Place::Message(message),
            Clicked::View(view) => Place::View(view),
        },
        trigger_id: &trigger_id,
        response_url: response_url.as_deref(),
        action,
        state: values,
    };
    Ok(payload::block_actions(&state.workspace, &state.app, action))
}

/// Keeps what stands in a modal's fields, so that an update of the view does not lose it.
fn keep_entered(state: &mut State, user: &str, view: &View) -> Result<(), DriverError> {
    let mut views = state.workspace.modals(user).to_vec();
    if let Some(open) = views.iter_mut().find(|open| open.id == view.id && open.state != view.state) {
        open.state.clone_from(&view.state);
        state.commit(vec![Record::Modals { user: user.to_owned(), views }])?;
    }
    Ok(())
}

/// A trigger's id in Slack's shape.
pub(super) fn trigger_id(state: &mut State) -> String {
    let second = state.workspace.now().as_second();
    let team = state.workspace.team.id.clone();
    state.fresh_id(&format!("{second}.{team}."), 32).to_lowercase()
}

fn response_url(
    hub: &Hub,
    state: &mut State,
    user: &str,
    channel: &str,
    original: Option<&str>,
    command: Option<&str>,
) -> String {
    let id = state.fresh_id("", 32);
    let now = state.workspace.now();
    state.tickets.give_response(&id, user, channel, original, command, now, hub.real_now());
    format!("{}/response_url/{id}", state.app.by.base)
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct TypedText {
    r#as: String,
    text: String,
    thread_ts: Option<String>,
    /// Slack has given up on delivering its event.
    #[serde(default)]
    lost: bool,
}

/// `POST type`: a message in the person's conversation with the app.
pub(super) async fn type_text(
    Extract(hub): Extract<Arc<Hub>>,
    Json(typed): Json<TypedText>,
) -> Result<Json<Value>, DriverError> {
    let started = hub.real_now();
    let (message, event) = typed_message(&hub, &typed)?;
    let delivered = match &event {
        Some(event) if hub.connections() > 0 => hub
            .wait_for(EVENT_PATIENCE, |state| (!state.workspace.is_pending(event)).then_some(()))
            .await
            .is_some(),
        _ => false,
    };
    let took = hub.real_now().saturating_sub(started).as_millis();
    Ok(Json(json!({
        "delivered": delivered,
        "acked_in_ms": u64::try_from(took).unwrap_or(u64::MAX),
        "channel": message.channel,
        "ts": message.ts,
        "event_id": event,
    })))
}

fn typed_message(hub: &Hub, typed: &TypedText) -> Result<(Message, Option<String>), DriverError> {
    let mut state = hub.lock();
    acting(&state, &typed.r#as)?;
    if !state.app.messages_tab || state.app.messages_tab_read_only {
        return Err(DriverError::ReadOnly);
    }
    if typed.text.trim().is_empty() {
        return Err(DriverError::Empty);
    }
    let mut records = Vec::new();
    let (channel, _) = state.channel_for(&typed.r#as, &mut records);
    if let Some(thread) = &typed.thread_ts
        && state.workspace.message(&channel, thread).is_none()
    {
        return Err(DriverError::NoMessage(thread.clone()));
    }
    let section = json!({ "type": "rich_text_section", "elements": pieces(&state.workspace, &typed.text) });
    let block_id = state.fresh_id("", 5);
    let message = Message {
        channel,
        ts: state.workspace.next_ts(),
        user: typed.r#as.clone(),
        from_app: false,
        text: as_sent(&state.workspace, &typed.text, false),
        blocks: Some(json!([{ "type": "rich_text", "block_id": block_id, "elements": [section] }])),
        thread_ts: typed.thread_ts.clone(),
        metadata: None,
        edited_ts: None,
        client_msg_id: Some(state.fresh_id("", 32).to_lowercase()),
        files: Vec::new(),
        only_for: None,
        answers: None,
        posted_at: state.workspace.now(),
    };
    if typed.lost {
        records.push(Record::Posted { message: Box::new(message.clone()), real_ms: hub.real_ms() });
        state.commit(records)?;
        return Ok((message, None));
    }
    let event_id = post(&mut state, message.clone(), hub.real_ms(), records)?;
    Ok((message, event_id))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct GivenCommand {
    r#as: String,
    /// With its slash.
    command: String,
    #[serde(default)]
    text: String,
}

/// `POST command`
pub(super) async fn command(
    Extract(hub): Extract<Arc<Hub>>,
    Json(given): Json<GivenCommand>,
) -> Result<Json<Value>, DriverError> {
    let (payload, said) = commanded(&hub, &given)?;
    let outcome = interact(&hub, "slash_commands", &payload, true).await;
    let mut answer = json!(outcome);
    let shows = |key: &str| outcome.ack_payload.get(key).is_some_and(|value| !value.is_null());
    if shows("text") || shows("blocks") {
        let shown = say(&mut hub.lock(), &said, &outcome.ack_payload, hub.real_ms());
        if let (Err(refusal), Some(answer)) = (shown, answer.as_object_mut()) {
            answer.insert("error".to_owned(), json!(refusal.code));
            answer.extend(refusal.detail);
        }
    }
    Ok(Json(answer))
}

fn commanded(hub: &Hub, given: &GivenCommand) -> Result<(Value, Said), DriverError> {
    let mut state = hub.lock();
    acting(&state, &given.r#as)?;
    let known = state.app.command(&given.command).cloned();
    let known = known.ok_or_else(|| DriverError::NoCommand(given.command.clone()))?;
    let mut records = Vec::new();
    let (channel, _) = state.channel_for(&given.r#as, &mut records);
    state.commit(records)?;
    let text = given.text.trim();
    let text = if known.escapes { as_sent(&state.workspace, text, true) } else { text.to_owned() };
    let line = format!("{} {}", given.command, given.text.trim()).trim().to_owned();
    let trigger_id = trigger_id(&mut state);
    state.tickets.give_trigger(&trigger_id, &given.r#as, None, hub.real_now());
    let response_url = response_url(hub, &mut state, &given.r#as, &channel, None, Some(&line));
    let typed = Typed {
        user: &given.r#as,
        channel: &channel,
        command: &given.command,
        text: &text,
        trigger_id: &trigger_id,
        response_url: &response_url,
    };
    let payload = payload::slash_command(&state.workspace, &state.app, typed);
    let said = Said { user: given.r#as.clone(), channel, original: None, command: Some(line) };
    Ok((payload, said))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct OpenHome {
    r#as: String,
    /// `home`, or `messages`.
    tab: Option<String>,
}

/// `POST open_home`: the person opens one of the app's tabs.
pub(super) async fn open_home(
    Extract(hub): Extract<Arc<Hub>>,
    Json(opened): Json<OpenHome>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    acting(&state, &opened.r#as)?;
    let mut records = Vec::new();
    let (channel, _) = state.channel_for(&opened.r#as, &mut records);
    let tab = opened.tab.as_deref().unwrap_or("home");
    let event = payload::app_home_opened_event(&state.workspace, &state.app, &opened.r#as, &channel, tab);
    let event_id = state.queue_event("app_home_opened", event, &mut records);
    state.commit(records)?;
    Ok(Json(json!({ "delivered": event_id.is_some(), "event_id": event_id })))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Reader {
    r#as: String,
}

/// `POST read`: the person has looked at the conversation.
pub(super) async fn read(
    Extract(hub): Extract<Arc<Hub>>,
    Json(reader): Json<Reader>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    let records = read_record(&state.workspace, &reader.r#as).into_iter().collect();
    state.commit(records)?;
    Ok(Json(json!({ "ok": true })))
}
