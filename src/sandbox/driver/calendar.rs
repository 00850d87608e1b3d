//! The calendar: the program follows it and says when it has settled; people and tests move it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State as Extract};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::calendar::Calendar;
use super::super::hub::{Hub, State};
use super::super::record::Record;
use super::DriverError;

/// How long an answer is waited for before an unchanged one is given.
pub(super) const PATIENCE: Duration = Duration::from_secs(25);

pub(super) fn shape(calendar: &Calendar) -> Value {
    json!({
        "now": calendar.now,
        "version": calendar.version,
        "next_wake": calendar.next_wake,
        "settled": calendar.is_settled(),
        "settled_at": calendar.settled_at,
        "target": calendar.target,
        "time_zone": calendar.time_zone,
    })
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct After {
    after: Option<u64>,
}

/// `GET calendar`, or with `?after=V` once its version is greater than `V`.
pub(super) async fn read(Extract(hub): Extract<Arc<Hub>>, Query(after): Query<After>) -> Json<Value> {
    if let Some(after) = after.after {
        hub.wait_for(PATIENCE, |state| (state.workspace.calendar.version > after).then_some(())).await;
    }
    Json(shape(&hub.lock().workspace.calendar))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Advance {
    /// An instant, or `next_wake`.
    to: String,
    /// Moves at once, without stopping at wakes or waiting for anybody.
    #[serde(default)]
    force: bool,
}

/// `POST calendar/advance`
pub(super) async fn advance(
    Extract(hub): Extract<Arc<Hub>>,
    Json(body): Json<Advance>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    let calendar = &state.workspace.calendar;
    let to = match body.to.as_str() {
        "next_wake" => calendar.wake()?,
        instant => instant.parse::<Timestamp>().map_err(|error| DriverError::Time(error.to_string()))?,
    };
    let (now, target) = calendar.advance(to, body.force)?;
    state.commit(vec![Record::CalendarMoved { now, target }])?;
    Ok(Json(shape(&state.workspace.calendar)))
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Settled {
    now: Timestamp,
    next_wake: Option<Timestamp>,
    /// The calendar's version that it knew then; whoever leaves it out is believed.
    version: Option<u64>,
}

/// `POST calendar/settled`: the program has done everything due at `now`.
pub(super) async fn settled(
    Extract(hub): Extract<Arc<Hub>>,
    Json(body): Json<Settled>,
) -> Result<Json<Value>, DriverError> {
    let mut state = hub.lock();
    let heard = settle(&mut state, &body)?;
    let mut answer = shape(&state.workspace.calendar);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("heard".to_owned(), json!(heard));
    }
    Ok(Json(answer))
}

/// `POST calendar/unsettle`: the program has gone. Over Socket Mode its connections tell; over HTTP nothing does.
pub(super) async fn unsettle(Extract(hub): Extract<Arc<Hub>>) -> Json<Value> {
    let mut state = hub.lock();
    state.workspace.calendar.unsettle();
    state.touch();
    Json(shape(&state.workspace.calendar))
}

fn settle(state: &mut State, body: &Settled) -> Result<bool, DriverError> {
    let heard = state.workspace.calendar.settle(body.now, body.next_wake, body.version)?;
    if heard {
        match state.workspace.calendar.step() {
            Some((now, target)) => state.commit(vec![Record::CalendarMoved { now, target }])?,
            None => state.touch(),
        }
    }
    Ok(heard)
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct AtLeast {
    at_least: Option<Timestamp>,
}

/// `GET calendar/settled?at_least=…`: answers once the program has settled at that moment or later, with
/// no move under way, or after 25 seconds.
pub(super) async fn wait_settled(
    Extract(hub): Extract<Arc<Hub>>,
    Query(wanted): Query<AtLeast>,
) -> Json<Value> {
    let settled = |state: &State| {
        let calendar = &state.workspace.calendar;
        let late_enough = wanted.at_least.is_none_or(|at_least| calendar.now >= at_least);
        (calendar.is_settled() && calendar.target.is_none() && late_enough).then_some(())
    };
    hub.wait_for(PATIENCE, settled).await;
    Json(shape(&hub.lock().workspace.calendar))
}
