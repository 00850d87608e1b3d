//! The driver: what people do in the workspace, the calendar, faults and the log, as JSON under
//! `/sandbox/api/`. The page and the tests use the same.

mod act;
mod amend;
mod calendar;
mod control;
mod entered;
mod event;
mod install;
mod mention;
mod modal;
mod state;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use super::hub::Hub;
use super::store::StoreError;

/// Why the driver can't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum DriverError {
    #[error("nobody here is called {0}")]
    NoPerson(String),
    #[error("there is no message {0}")]
    NoMessage(String),
    #[error("no view {0} is open for this person")]
    NoView(String),
    #[error("there is no element {0} there")]
    NoElement(String),
    #[error("{0} is none of the options")]
    NoOption(String),
    #[error("no app knows the command {0}")]
    NoCommand(String),
    #[error("{0} has left the workspace and can't do anything in it")]
    Deactivated(String),
    #[error("the app takes no messages in its conversation")]
    ReadOnly,
    #[error("an empty message is not sent")]
    Empty,
    #[error(transparent)]
    Calendar(#[from] super::calendar::CalendarError),
    #[error("{0}")]
    Time(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IntoResponse for DriverError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NoPerson(_) | Self::NoMessage(_) | Self::NoView(_) | Self::NoElement(_) => {
                StatusCode::NOT_FOUND
            }
            Self::NoOption(_) | Self::NoCommand(_) | Self::Empty | Self::Time(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Deactivated(_) | Self::ReadOnly | Self::Calendar(_) => StatusCode::CONFLICT,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(json!({ "delivered": false, "error": self.to_string() }))).into_response()
    }
}

pub(super) fn routes() -> Router<Arc<Hub>> {
    let api = Router::new()
        .route("/state", get(state::state))
        .route("/changes", get(state::changes))
        .route("/log", get(state::log))
        .route("/click", post(act::click))
        .route("/type", post(act::type_text))
        .route("/edit", post(amend::edit))
        .route("/delete", post(amend::delete))
        .route("/command", post(act::command))
        .route("/open_home", post(act::open_home))
        .route("/event", post(event::event))
        .route("/read", post(act::read))
        .route("/app", post(install::app))
        .route("/person", post(control::person))
        .route("/modal/submit", post(modal::submit))
        .route("/modal/close", post(modal::close))
        .route("/calendar", get(calendar::read))
        .route("/calendar/advance", post(calendar::advance))
        .route("/calendar/settled", get(calendar::wait_settled).post(calendar::settled))
        .route("/calendar/unsettle", post(calendar::unsettle))
        .route("/calls", get(control::calls))
        .route("/faults", get(control::faults).post(control::add_fault))
        .route("/faults/date", post(control::date))
        .route("/faults/clear", post(control::clear_faults))
        .route("/faults/held", get(control::held))
        .route("/faults/release", post(control::release))
        .route("/socket", get(control::socket))
        .route("/socket/disconnect", post(control::disconnect))
        .route("/socket/cut", post(control::cut))
        .route("/events", get(control::events))
        .route("/redeliver", post(control::redeliver));
    Router::new().nest("/sandbox/api", api)
}
