//! What a person sees, what changed, and everything that was ever posted.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Extract};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::hub::{Hub, State};
use super::super::message::Message;
use super::super::person::Person;
use super::calendar;

#[derive(Debug, Deserialize)]
pub(in super::super) struct Seen {
    r#as: Option<String>,
    since: Option<u64>,
}

/// `GET state?as=U…`
pub(super) async fn state(Extract(hub): Extract<Arc<Hub>>, Query(seen): Query<Seen>) -> Json<Value> {
    let connections = hub.connections();
    let state = hub.lock();
    let people: Vec<Value> = state
        .workspace
        .people()
        .filter(|person| !person.is_bot)
        .map(|person| person_shape(&state, person))
        .collect();
    let selected =
        seen.r#as.and_then(|id| state.workspace.person(&id).map(|person| selected(&state, person)));
    Json(json!({
        "version": state.workspace.version,
        "team": state.workspace.team,
        "app": {
            "name": state.app.name,
            "commands": state.app.commands().iter().map(|command| &command.name).collect::<Vec<_>>(),
        },
        "connections": connections,
        "calendar": calendar::shape(&state.workspace.calendar),
        "people": people,
        "selected": selected,
    }))
}

fn person_shape(state: &State, person: &Person) -> Value {
    json!({
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "note": person.note,
        "tz": person.tz,
        "deleted": person.deleted,
        "is_restricted": person.is_restricted,
        "status_text": person.status_text,
        "status_emoji": person.status_emoji,
        "dnd": person.dnd.is_on(state.workspace.now()),
        "channel": state.workspace.channel_of(&person.id),
        "unread": state.workspace.unread(&person.id),
    })
}

fn selected(state: &State, person: &Person) -> Value {
    let workspace = &state.workspace;
    let channel = workspace.channel_of(&person.id).unwrap_or_default();
    let messages: Vec<Value> =
        workspace.messages(channel).map(|message| message_shape(state, message)).collect();
    let modals: Vec<Value> =
        workspace.modals(&person.id).iter().map(|view| view.shape(&state.app.by)).collect();
    json!({
        "id": person.id,
        "channel": workspace.channel_of(&person.id),
        "messages": messages,
        "modals": modals,
        "home": workspace.home(&person.id).map(|view| view.shape(&state.app.by)),
    })
}

fn message_shape(state: &State, message: &Message) -> Value {
    let mut shape = message.shape(&state.app.by, true);
    if let Some(shape) = shape.as_object_mut() {
        shape.insert("channel".to_owned(), json!(message.channel));
        shape.insert("from_app".to_owned(), json!(message.from_app));
        shape.insert("is_ephemeral".to_owned(), json!(message.only_for.is_some()));
        shape.insert("answers".to_owned(), json!(message.answers));
        shape.insert("posted_at".to_owned(), json!(message.posted_at));
    }
    shape
}

/// `GET changes?since=N`: answers once the version is greater than `N`, or after 25 seconds.
pub(super) async fn changes(Extract(hub): Extract<Arc<Hub>>, Query(seen): Query<Seen>) -> Json<Value> {
    let since = seen.since.unwrap_or_default();
    hub.wait_for(calendar::PATIENCE, |state| (state.workspace.version > since).then_some(())).await;
    let version = hub.lock().workspace.version;
    Json(json!({ "version": version }))
}

/// `GET log`: everything posted, in order, as it was first posted.
pub(super) async fn log(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    let state = hub.lock();
    let workspace = &state.workspace;
    let posted: Vec<Value> = workspace
        .posted()
        .iter()
        .map(|posting| {
            let message = &posting.message;
            json!({
                "channel": message.channel,
                "person": workspace.person_of(&message.channel),
                "ts": message.ts,
                "thread_ts": message.thread_ts,
                "user": message.user,
                "from_app": message.from_app,
                "visible_to": message.only_for.as_deref().or(workspace.person_of(&message.channel)),
                "is_ephemeral": message.only_for.is_some(),
                "text": message.text,
                "metadata": message.metadata,
                "files": message.files.iter().map(|file| &file.name).collect::<Vec<_>>(),
                "posted_at": message.posted_at,
                "real_ms": posting.real_ms,
                "boot": posting.boot,
                "deleted": workspace.was_deleted(&message.channel, &message.ts),
            })
        })
        .collect();
    Json(json!({ "version": workspace.version, "posted": posted }))
}
