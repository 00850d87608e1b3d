//! Submitting and closing modals, and what the app's answer does to them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::api::{Refusal, checked_view, first_shown, updated};
use super::super::blockkit::Surface;
use super::super::deliver::interact;
use super::super::hub::{Hub, State};
use super::super::payload;
use super::super::record::Record;
use super::super::view::View;
use super::act::{acting, trigger_id};
use super::{DriverError, entered};

/// What Slack's client says when an app's answer to a submission makes no sense.
const TROUBLE: &str = "We had some trouble connecting. Try again?";

#[derive(Debug, Deserialize)]
pub(in super::super) struct Submit {
    r#as: String,
    view_id: String,
    /// `{block_id: {action_id: value}}`
    #[serde(default)]
    values: Map<String, Value>,
}

fn top(state: &State, user: &str, view_id: &str) -> Result<View, DriverError> {
    let top = state.workspace.modals(user).last().filter(|view| view.id == view_id);
    top.cloned().ok_or_else(|| DriverError::NoView(view_id.to_owned()))
}

/// `POST modal/submit`
pub(super) async fn submit(
    Extract(hub): Extract<Arc<Hub>>,
    Json(submit): Json<Submit>,
) -> Result<Json<Value>, DriverError> {
    let payload = {
        let mut state = hub.lock();
        acting(&state, &submit.r#as)?;
        let mut view = top(&state, &submit.r#as, &submit.view_id)?;
        entered::fill(&mut view, &submit.values)?;
        let errors = entered::refused(&view);
        replace(&mut state, &submit.r#as, view.clone())?;
        if !errors.is_empty() {
            return Ok(Json(json!({ "delivered": false, "errors": errors })));
        }
        let trigger_id = trigger_id(&mut state);
        state.tickets.give_trigger(&trigger_id, &submit.r#as, Some(&view.id), hub.real_now());
        payload::view_submission(&state.workspace, &state.app, &submit.r#as, &view, &trigger_id)
    };
    let outcome = interact(&hub, "interactive", &payload, true).await;
    let mut answer = json!(outcome);
    if outcome.delivered
        && let Some(answer) = answer.as_object_mut()
    {
        match follow(&mut hub.lock(), &submit, &outcome.ack_payload) {
            Ok(Some(errors)) => answer.insert("errors".to_owned(), errors),
            Ok(None) => None,
            Err(refusal) => {
                answer.extend(refusal.detail);
                answer.insert("problem".to_owned(), json!(refusal.code));
                answer.insert("error".to_owned(), json!(TROUBLE))
            }
        };
    }
    Ok(Json(answer))
}

/// Does what the app's answer says; answers the errors that it wants to be shown.
fn follow(state: &mut State, submit: &Submit, ack: &Value) -> Result<Option<Value>, Refusal> {
    let user = submit.r#as.as_str();
    let mut views = state.workspace.modals(user).to_vec();
    // The app may have changed the stack meanwhile; then there is nothing left to close.
    let Some(place) = views.iter().position(|view| view.id == submit.view_id) else { return Ok(None) };
    match ack.get("response_action").and_then(Value::as_str) {
        None => views.truncate(place),
        Some("clear") => views.clear(),
        Some("errors") => {
            let errors = ack.get("errors").filter(|errors| shown_at_inputs(views.get(place), errors));
            return errors.cloned().map(Some).ok_or_else(|| Refusal::from("invalid_errors"));
        }
        Some("update") => {
            let body = ack.get("view").cloned().unwrap_or(Value::Null);
            let body = checked_view(state, body, Surface::Modal)?;
            if let Some(slot) = views.get_mut(place) {
                *slot = updated(state, slot, body);
            }
        }
        Some("push") => {
            let body = ack.get("view").cloned().unwrap_or(Value::Null);
            let body = checked_view(state, body, Surface::Modal)?;
            if views.len() >= 3 {
                return Err("push_limit_reached".into());
            }
            let view = first_shown(state, body, views.get(place));
            views.push(view);
        }
        Some(_) => return Err("invalid_response_action".into()),
    }
    state.commit(vec![Record::Modals { user: user.to_owned(), views }])?;
    Ok(None)
}

/// Errors can only be shown at the input blocks that are there.
fn shown_at_inputs(view: Option<&View>, errors: &Value) -> bool {
    let is_input = |id: &String| {
        view.is_some_and(|view| {
            view.blocks().iter().any(|block| {
                block.get("type").and_then(Value::as_str) == Some("input")
                    && block.get("block_id").and_then(Value::as_str) == Some(id)
            })
        })
    };
    errors.as_object().is_some_and(|errors| {
        !errors.is_empty() && errors.iter().all(|(id, text)| text.is_string() && is_input(id))
    })
}

fn replace(state: &mut State, user: &str, view: View) -> Result<(), DriverError> {
    let mut views = state.workspace.modals(user).to_vec();
    if let Some(slot) = views.iter_mut().find(|slot| slot.id == view.id && **slot != view) {
        *slot = view;
        state.commit(vec![Record::Modals { user: user.to_owned(), views }])?;
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Close {
    r#as: String,
    /// The topmost one if left out.
    view_id: Option<String>,
    /// Closes all of them.
    #[serde(default)]
    all: bool,
}

/// `POST modal/close`
pub(super) async fn close(
    Extract(hub): Extract<Arc<Hub>>,
    Json(close): Json<Close>,
) -> Result<Json<Value>, DriverError> {
    let closed = {
        let mut state = hub.lock();
        acting(&state, &close.r#as)?;
        let mut views = state.workspace.modals(&close.r#as).to_vec();
        let last = views.last().ok_or_else(|| DriverError::NoView("(none)".to_owned()))?;
        if let Some(wanted) = close.view_id.as_ref().filter(|wanted| **wanted != last.id) {
            return Err(DriverError::NoView(wanted.clone()));
        }
        let cleared = close.all || last.flag("clear_on_close");
        let closed = if cleared { std::mem::take(&mut views) } else { views.pop().into_iter().collect() };
        state.commit(vec![Record::Modals { user: close.r#as.clone(), views }])?;
        let told = closed.iter().rev().filter(|view| view.flag("notify_on_close"));
        told.map(|view| payload::view_closed(&state.workspace, &state.app, &close.r#as, view, cleared))
            .collect::<Vec<_>>()
    };
    let mut answer = json!({ "delivered": true, "acked_in_ms": 0 });
    for payload in closed {
        answer = json!(interact(&hub, "interactive", &payload, false).await);
    }
    Ok(Json(answer))
}
