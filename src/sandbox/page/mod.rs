//! The page of the stand-in: be any person of the workspace, read, click, type, move the calendar.
//!
//! Invariant: all text that came from outside passes through maud's escaping; nothing is marked as safe
//! but the style sheet and the script, which are part of the program.

mod blocks;
mod calendar_bar;
mod conversation;
mod elements;
mod files;
mod home;
mod modal;
mod mrkdwn;
mod people;
mod rich_text;
mod shell;
mod when;

use std::sync::Arc;

use axum::extract::{Query, State as Extract};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Json, Router};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::hub::{Hub, State};
use super::person::Person;

pub(super) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/", get(page))
        .route("/sandbox/fragments", get(fragments))
        .route("/sandbox/files/{id}", get(files::download))
        .route("/sandbox/page.css", get(style))
        .route("/sandbox/page.js", get(script))
}

/// What the page is looking at.
#[derive(Debug, Deserialize)]
struct Look {
    r#as: Option<String>,
    tab: Option<String>,
}

/// Which of the app's tabs is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Messages,
    Home,
}

impl Look {
    fn tab(&self) -> Tab {
        if self.tab.as_deref() == Some("home") { Tab::Home } else { Tab::Messages }
    }

    /// The person whom the page shows: the one asked for, or the first who can do anything.
    fn person<'a>(&self, state: &'a State) -> Option<&'a Person> {
        let asked = self.r#as.as_ref().and_then(|id| state.workspace.person(id));
        let usual = || state.workspace.people().find(|person| !person.is_bot && !person.deleted);
        asked.filter(|person| !person.is_bot).or_else(usual)
    }
}

async fn page(Extract(hub): Extract<Arc<Hub>>, Query(look): Query<Look>) -> Html<String> {
    let connections = hub.connections();
    Html(shell::page(&hub.lock(), &look, connections).into_string())
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page.css"))
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page.js"))
}

/// The parts of the page that change, each as HTML; the script replaces those that did.
async fn fragments(Extract(hub): Extract<Arc<Hub>>, Query(look): Query<Look>) -> Json<Value> {
    let connections = hub.connections();
    let state = hub.lock();
    let Some(person) = look.person(&state) else {
        return Json(json!({ "version": state.workspace.version }));
    };
    let top = state.workspace.modals(&person.id).last();
    Json(json!({
        "version": state.workspace.version,
        "as": person.id,
        "unread": state.workspace.unread(&person.id),
        "working": !state.workspace.calendar.is_settled(),
        "view": top.map(|view| json!({ "id": view.id, "hash": view.hash })),
        "calendar": calendar_bar::bar(&state, connections).into_string(),
        "people": people::list(&state, person).into_string(),
        "head": people::head(&state, person, look.tab()).into_string(),
        "body": body(&state, person, look.tab()).into_string(),
        "modal": top.map(|view| modal::form(&state, person, view).into_string()).unwrap_or_default(),
    }))
}

fn body(state: &State, person: &Person, tab: Tab) -> Markup {
    match tab {
        Tab::Messages => conversation::messages(state, person),
        Tab::Home => home::tab(state, person),
    }
}

/// How many colours of pictures the style sheet has.
const TONES: u32 = 12;

/// A round picture with initials, in a colour that stays the same for an id. The colour is a class, since
/// the page's policy takes no style from its text.
fn avatar(id: &str, name: &str) -> Markup {
    // FNV-1a: ids that differ in one letter should not look alike.
    let hash =
        id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let tone = hash % TONES;
    let initials: String = name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    html! { span class=(format!("avatar tone-{tone}")) aria-hidden="true" { (initials.to_uppercase()) } }
}
