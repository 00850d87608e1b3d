//! What tests and the page change from outside: people, faults, connections, redeliveries.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State as Extract};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::calls::Made;
use super::super::deliver;
use super::super::faults::Rule;
use super::super::hub::{Hub, State};
use super::super::person::{Dnd, Person};
use super::super::record::Record;
use super::super::seed::{EnterpriseUser, SeedPerson};
use super::DriverError;
use super::calendar::PATIENCE;

/// Slack announces a refresh about ten seconds ahead.
const WARNING: Duration = Duration::from_secs(10);

/// What changes about a person; what is left out stays. An unknown id joins the workspace.
#[derive(Debug, Deserialize)]
pub(in super::super) struct PersonChange {
    id: String,
    name: Option<String>,
    real_name: Option<String>,
    title: Option<String>,
    email: Option<String>,
    tz: Option<String>,
    note: Option<String>,
    deleted: Option<bool>,
    is_restricted: Option<bool>,
    is_ultra_restricted: Option<bool>,
    is_bot: Option<bool>,
    is_workflow_bot: Option<bool>,
    team_id: Option<String>,
    is_stranger: Option<bool>,
    enterprise_user: Option<EnterpriseUser>,
    status_text: Option<String>,
    status_emoji: Option<String>,
    status_expiration: Option<i64>,
    dnd_enabled: Option<bool>,
    dnd_start: Option<i64>,
    dnd_end: Option<i64>,
    /// No event tells of it, as if it had been lost on the way.
    #[serde(default)]
    lost: bool,
}

/// `POST person`
pub(super) async fn person(
    Extract(hub): Extract<Arc<Hub>>,
    Json(change): Json<PersonChange>,
) -> Result<Json<Value>, DriverError> {
    if let Some(zone) = &change.tz {
        jiff::tz::TimeZone::get(zone).map_err(|error| DriverError::Time(error.to_string()))?;
    }
    let mut state = hub.lock();
    let records = changed(&mut state, change);
    state.commit(records)?;
    Ok(Json(json!({ "ok": true })))
}

fn changed(state: &mut State, change: PersonChange) -> Vec<Record> {
    let now = state.workspace.now();
    let before = state.workspace.person(&change.id).cloned();
    let old = before.clone().unwrap_or_else(|| {
        Person::from_seed(&SeedPerson { id: change.id.clone(), ..SeedPerson::default() }, now)
    });
    let dnd = Dnd {
        enabled: change.dnd_enabled.unwrap_or(old.dnd.enabled),
        start: change.dnd_start.unwrap_or(old.dnd.start),
        end: change.dnd_end.unwrap_or(old.dnd.end),
    };
    let dnd_changed = dnd != old.dnd;
    let person = Person {
        id: change.id,
        name: change.name.unwrap_or(old.name),
        real_name: change.real_name.unwrap_or(old.real_name),
        title: change.title.unwrap_or(old.title),
        email: change.email.unwrap_or(old.email),
        tz: change.tz.unwrap_or(old.tz),
        note: change.note.unwrap_or(old.note),
        deleted: change.deleted.unwrap_or(old.deleted),
        is_restricted: change.is_restricted.unwrap_or(old.is_restricted),
        is_ultra_restricted: change.is_ultra_restricted.unwrap_or(old.is_ultra_restricted),
        is_bot: change.is_bot.unwrap_or(old.is_bot),
        is_workflow_bot: change.is_workflow_bot.unwrap_or(old.is_workflow_bot),
        team_id: change.team_id.unwrap_or(old.team_id),
        is_stranger: change.is_stranger.unwrap_or(old.is_stranger),
        enterprise_user: change.enterprise_user.or(old.enterprise_user),
        status_text: change.status_text.unwrap_or(old.status_text),
        status_emoji: change.status_emoji.unwrap_or(old.status_emoji),
        status_expiration: change.status_expiration.unwrap_or(old.status_expiration),
        dnd,
        updated: now.as_second(),
    };
    let with_email = state.app.has_scope("users:read.email");
    let shape = person.shape(&state.workspace.team.id, now, with_email);
    let ts = state.workspace.next_ts();
    let kind = if before.is_some() { "user_change" } else { "team_join" };
    let mut records = vec![Record::Person { person: Box::new(person.clone()) }];
    if change.lost {
        return records;
    }
    let event = json!({ "type": kind, "user": shape, "cache_ts": now.as_second(), "event_ts": ts });
    state.queue_event(kind, event, &mut records);
    if dnd_changed {
        let kind = "dnd_updated_user";
        let event = json!({ "type": kind, "user": person.id, "dnd_status": dnd.shape(), "event_ts": ts });
        state.queue_event(kind, event, &mut records);
    }
    records
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Wanted {
    /// Those that arrived after the one with this number; all if left out.
    #[serde(default)]
    after: u64,
    method: Option<String>,
    /// How many to wait for.
    #[serde(default)]
    at_least: usize,
    /// Only those that were carried out.
    #[serde(default)]
    carried_out: bool,
    /// Only those that were answered.
    #[serde(default)]
    answered: bool,
}

/// `GET calls?after=N&method=…&at_least=N&answered=true`: answers once there are as many such calls, or
/// after 25 seconds.
pub(super) async fn calls(Extract(hub): Extract<Arc<Hub>>, Query(wanted): Query<Wanted>) -> Json<Value> {
    let found = |state: &State| -> Vec<Made> {
        let calls = state.calls.after(wanted.after, wanted.method.as_deref());
        let reached =
            |call: &&Made| (call.carried_out || !wanted.carried_out) && (call.answered || !wanted.answered);
        calls.filter(reached).cloned().collect()
    };
    hub.wait_for(PATIENCE, |state| (found(state).len() >= wanted.at_least).then_some(())).await;
    let found = found(&hub.lock());
    Json(json!({ "calls": found }))
}

/// `GET faults`
pub(super) async fn faults(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    let state = hub.lock();
    Json(json!({ "rules": state.faults.rules(), "counts": state.faults.counts() }))
}

/// `POST faults`
pub(super) async fn add_fault(Extract(hub): Extract<Arc<Hub>>, Json(rule): Json<Rule>) -> Json<Value> {
    hub.lock().faults.add(rule);
    Json(json!({ "ok": true }))
}

/// `POST faults/clear`
pub(super) async fn clear_faults(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    hub.lock().faults.clear();
    Json(json!({ "ok": true }))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Dated {
    /// Such as `Mon, 07 Dec 2026 09:00:00 GMT`; the time again if left out.
    date: Option<String>,
}

/// `POST faults/date`: what the `Date` of the Web API's answers says from now on.
pub(super) async fn date(Extract(hub): Extract<Arc<Hub>>, Json(dated): Json<Dated>) -> Json<Value> {
    hub.lock().faults.date = dated.date;
    Json(json!({ "ok": true }))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct HeldCalls {
    method: Option<String>,
}

/// `GET faults/held?method=…`: answers once a call is held, or after 25 seconds.
pub(super) async fn held(Extract(hub): Extract<Arc<Hub>>, Query(wanted): Query<HeldCalls>) -> Json<Value> {
    let held = hub
        .wait_for(PATIENCE, |state| {
            Some(state.faults.held(wanted.method.as_deref())).filter(|held| !held.is_empty())
        })
        .await;
    Json(json!({ "held": held.unwrap_or_default() }))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Release {
    /// All of them if left out.
    id: Option<u64>,
}

/// `POST faults/release`
pub(super) async fn release(Extract(hub): Extract<Arc<Hub>>, Json(body): Json<Release>) -> Json<Value> {
    let released = hub.lock().faults.release(body.id);
    Json(json!({ "released": released }))
}

/// `GET socket`
pub(super) async fn socket(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    Json(json!({ "connections": hub.sockets.count() }))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Disconnect {
    /// `warning`, `refresh_requested`, `link_disabled` or `too_many_websockets`.
    reason: String,
    close_after_ms: Option<u64>,
}

/// `POST socket/disconnect`: tells every connection that it will be closed, and closes it.
pub(super) async fn disconnect(Extract(hub): Extract<Arc<Hub>>, Json(body): Json<Disconnect>) -> Json<Value> {
    let usual = if body.reason == "warning" { WARNING } else { Duration::ZERO };
    let close_after = body.close_after_ms.map_or(usual, Duration::from_millis);
    Json(json!({ "connections": hub.sockets.disconnect(&body.reason, close_after) }))
}

/// `POST socket/cut`: every connection ends without a word.
pub(super) async fn cut(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    Json(json!({ "connections": hub.sockets.cut() }))
}

/// `GET events`: the newest events, oldest first, and whether each was acknowledged.
pub(super) async fn events(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    let state = hub.lock();
    let events: Vec<Value> = state
        .recent()
        .map(|event| {
            json!({
                "event_id": event.id,
                "event": event.payload.get("event"),
                "pending": state.workspace.is_pending(&event.id),
            })
        })
        .collect();
    Json(json!({ "events": events }))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Redeliver {
    /// An event to deliver once more; without one, those that wait for a retry go at once.
    event_id: Option<String>,
}

/// `POST redeliver`
pub(super) async fn redeliver(Extract(hub): Extract<Arc<Hub>>, Json(body): Json<Redeliver>) -> Json<Value> {
    let Some(id) = body.event_id else {
        hub.hurry.send_modify(|count| *count += 1);
        return Json(json!({ "ok": true }));
    };
    let event = hub.lock().recent().find(|event| event.id == id).cloned();
    let delivered = match event {
        Some(event) => deliver::redeliver(&hub, &event).await,
        None => false,
    };
    Json(json!({ "delivered": delivered }))
}
