//! The Web API over HTTP: token, scope, limits and faults here, each family of methods in its file.

mod args;
mod chat;
mod conversations;
mod files;
mod team;
mod upload;
mod users;
mod views;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, RawQuery, State as Extract};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::task::JoinError;

use super::connection::Wire;
use super::faults::{Kind, Strike};
use super::hub::{Hub, State, channel_id};
use super::limits::{Tier, retry_after};
use super::store::StoreError;

use args::Args;

pub(super) use chat::{checked_blocks, ephemeral, post, remove, replace};
pub(super) use conversations::read_record;
pub(super) use upload::{downloaded_file, private_file, served, upload};
pub(super) use views::{checked as checked_view, first_shown, updated};

/// A method in hand.
pub(super) struct Call<'a> {
    hub: &'a Hub,
    state: &'a mut State,
    args: &'a Args,
}

/// A refusal with Slack's error code.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) detail: Map<String, Value>,
}

impl Refusal {
    fn with(code: &str, detail: Value) -> Self {
        Self { code: code.to_owned(), detail: detail.as_object().cloned().unwrap_or_default() }
    }

    /// `invalid_arguments` with its reasons.
    fn arguments(messages: &[String]) -> Self {
        let messages: Vec<String> = messages.iter().map(|message| format!("[ERROR] {message}")).collect();
        Self::with("invalid_arguments", json!({ "response_metadata": { "messages": messages } }))
    }
}

impl From<&str> for Refusal {
    fn from(code: &str) -> Self {
        Self { code: code.to_owned(), detail: Map::new() }
    }
}

impl From<StoreError> for Refusal {
    fn from(_: StoreError) -> Self {
        Self::from("internal_error")
    }
}

type Answer = Result<Value, Refusal>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Bot,
    App,
}

struct Method {
    name: &'static str,
    tier: Tier,
    token: Token,
    scope: Option<&'static str>,
    run: fn(&mut Call<'_>) -> Answer,
}

const fn method(
    name: &'static str,
    tier: Tier,
    scope: Option<&'static str>,
    run: fn(&mut Call<'_>) -> Answer,
) -> Method {
    Method { name, tier, token: Token::Bot, scope, run }
}

/// Tiers: <https://docs.slack.dev/apis/web-api/rate-limits>; scopes: the page of each method.
const METHODS: &[Method] = &[
    method("auth.test", Tier::Special, None, team::auth_test),
    Method {
        name: "apps.connections.open",
        tier: Tier::One,
        token: Token::App,
        scope: None,
        run: team::apps_connections_open,
    },
    method("team.info", Tier::Three, Some("team:read"), team::team_info),
    method("usergroups.list", Tier::Two, Some("usergroups:read"), team::usergroups_list),
    method("usergroups.users.list", Tier::Two, Some("usergroups:read"), team::usergroups_users_list),
    method("chat.postMessage", Tier::Posting, Some("chat:write"), chat::post_message),
    method("chat.postEphemeral", Tier::Four, Some("chat:write"), chat::post_ephemeral),
    method("chat.update", Tier::Three, Some("chat:write"), chat::update),
    method("chat.delete", Tier::Three, Some("chat:write"), chat::delete),
    method("chat.getPermalink", Tier::Special, None, chat::get_permalink),
    method("conversations.open", Tier::Three, Some("im:write"), conversations::open),
    method("conversations.history", Tier::Three, Some("im:history"), conversations::history),
    method("conversations.replies", Tier::Three, Some("im:history"), conversations::replies),
    method("conversations.info", Tier::Three, Some("im:read"), conversations::info),
    method("conversations.list", Tier::Two, Some("im:read"), conversations::list),
    method("files.getUploadURLExternal", Tier::Four, Some("files:write"), files::get_upload_url),
    method("files.completeUploadExternal", Tier::Four, Some("files:write"), files::complete_upload),
    method("users.info", Tier::Four, Some("users:read"), users::info),
    method("users.list", Tier::Two, Some("users:read"), users::list),
    method("users.lookupByEmail", Tier::Three, Some("users:read.email"), users::lookup_by_email),
    method("users.profile.get", Tier::Four, Some("users.profile:read"), users::profile_get),
    method("dnd.info", Tier::Three, Some("dnd:read"), users::dnd_info),
    method("dnd.teamInfo", Tier::Two, Some("dnd:read"), users::dnd_team_info),
    method("views.open", Tier::Four, None, views::open),
    method("views.push", Tier::Four, None, views::push),
    method("views.update", Tier::Four, None, views::update),
    method("views.publish", Tier::Four, None, views::publish),
];

/// What goes back over the wire, or doesn't.
enum Reply {
    Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: String,
    },
    /// The connection is torn before a byte of it.
    Lost,
    /// The connection is torn after half of it.
    Torn(String),
}

impl Reply {
    fn json(body: &Value) -> Self {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
        Self::Answer { status: StatusCode::OK, headers, body: body.to_string() }
    }

    fn plain(status: StatusCode, kind: &'static str, body: &str) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Self::Answer { status, headers, body: body.to_owned() }
    }

    fn limited(seconds: u64) -> Self {
        let mut reply = Self::json(&json!({"ok": false, "error": "ratelimited"}));
        if let Self::Answer { status, headers, .. } = &mut reply {
            *status = StatusCode::TOO_MANY_REQUESTS;
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }

    fn refused(refusal: Refusal) -> Self {
        let mut body = refusal.detail;
        body.insert("ok".to_owned(), json!(false));
        body.insert("error".to_owned(), json!(refusal.code));
        Self::json(&Value::Object(body))
    }
}

/// Says the time that a test asked for.
pub(super) async fn dated(Extract(hub): Extract<Arc<Hub>>, mut answer: Response) -> Response {
    let date = hub.lock().faults.date.as_deref().and_then(|date| HeaderValue::from_str(date).ok());
    if let Some(date) = date {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// `ANY /api/{method}`
pub(super) async fn call(
    Extract(hub): Extract<Arc<Hub>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let args = Args::read(query.as_deref(), &headers, &body);
    let id = arrived(&hub, &name, args.as_ref().ok());
    let carried_out = Arc::clone(&hub);
    // A task of its own: Slack carries a call out whether or not the caller is still there.
    let mut reply = tokio::spawn(async move { carry_out(&carried_out, id, &name, args).await }).await;
    if let Ok(Reply::Answer { headers, .. }) = &mut reply
        && let Ok(scopes) = HeaderValue::from_str(&hub.lock().app.provided_scopes())
    {
        headers.insert("x-oauth-scopes", scopes);
    }
    respond(&hub, id, reply, wire)
}

/// Lets go of what came of call number `id`.
fn respond(hub: &Hub, id: u64, reply: Result<Reply, JoinError>, wire: Wire) -> Response {
    match reply {
        Ok(Reply::Answer { status, headers, body }) => {
            let mut state = hub.lock();
            state.calls.answered(id);
            state.stir();
            (status, headers, body).into_response()
        }
        Ok(Reply::Lost) | Err(_) => {
            wire.0.cut();
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Ok(Reply::Torn(body)) => torn(&body, wire),
    }
}

/// Takes a call down; answers its number.
fn arrived(hub: &Hub, name: &str, args: Option<&Args>) -> u64 {
    let channel = args.and_then(|args| args.text("channel").or_else(|| args.text("channel_id")));
    let metadata = args.and_then(|args| args.structure("metadata").ok().flatten());
    let mut state = hub.lock();
    let id = state.calls.arrived(hub.real_ms(), name, channel, metadata);
    state.stir();
    id
}

/// Half of a body whose whole length was promised, then a cut.
fn torn(body: &str, wire: Wire) -> Response {
    let half = Bytes::copy_from_slice(body.as_bytes().get(..body.len() / 2).unwrap_or_default());
    let stream = futures_util::stream::unfold(Some(half), move |half| {
        let wire = wire.clone();
        async move {
            match half {
                Some(half) => Some((Ok(half), None)),
                None => {
                    // Lets the first half leave before the wire is cut.
                    tokio::task::yield_now().await;
                    wire.0.cut();
                    Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)), None))
                }
            }
        }
    });
    let mut response = Body::from_stream(stream).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    response
}

async fn carry_out(hub: &Hub, id: u64, name: &str, args: Result<Args, Refusal>) -> Reply {
    let Some(method) = METHODS.iter().find(|method| method.name == name) else {
        return Reply::json(&json!({"ok": false, "error": "unknown_method", "req_method": name}));
    };
    let args = match args {
        Ok(args) => args,
        Err(refusal) => return Reply::refused(refusal),
    };
    if let Err(refusal) = admit(&hub.lock(), method, &args) {
        return Reply::refused(refusal);
    }
    let strike = hub.lock().faults.strike(name);
    if let Some(strike) = &strike
        && let Some(reply) = instead(hub, name, strike).await
    {
        return reply;
    }
    if let Err(seconds) = within_limits(hub, method, &args) {
        return Reply::limited(seconds);
    }
    let outcome = {
        let mut state = hub.lock();
        let outcome = (method.run)(&mut Call { hub, state: &mut state, args: &args });
        if outcome.is_ok() {
            state.calls.carried_out(id);
            state.stir();
        }
        outcome
    };
    let reply = match outcome {
        Ok(answer) => Reply::json(&answer),
        Err(refusal) => Reply::refused(refusal),
    };
    match strike {
        Some(strike) => spoiled(hub, name, strike, reply).await,
        None => reply,
    }
}

/// Whether the token is there, known, of the right kind, and has the scope.
fn admit(state: &State, method: &Method, args: &Args) -> Result<(), Refusal> {
    let Some(token) = args.token() else { return Err("not_authed".into()) };
    let kind = if token == state.app.bot_token {
        Token::Bot
    } else if token == state.app.app_token {
        Token::App
    } else {
        return Err("invalid_auth".into());
    };
    if kind != method.token {
        return Err("not_allowed_token_type".into());
    }
    if kind == Token::Bot && !state.workspace.installed {
        return Err("account_inactive".into());
    }
    match method.scope {
        Some(scope) if !state.app.has_scope(scope) => Err(Refusal::with(
            "missing_scope",
            json!({ "needed": scope, "provided": state.app.provided_scopes() }),
        )),
        _ => Ok(()),
    }
}

fn within_limits(hub: &Hub, method: &Method, args: &Args) -> Result<(), u64> {
    let mut state = hub.lock();
    // Where the calendar moves on by a day, a day's calls have become free again.
    let calendar = Duration::try_from(state.workspace.calendar.now.as_duration()).unwrap_or_default();
    let now = hub.real_now().saturating_add(calendar);
    // A person and their conversation are one channel.
    let channel = args.text("channel").map(|channel| {
        if state.workspace.person(&channel).is_some() { channel_id(&channel) } else { channel }
    });
    let taken = state.limiter.take(&hub.limits, method.name, method.tier, channel.as_deref(), now);
    taken.map_err(retry_after)
}

/// The fault's reply, if the call is not to be carried out at all.
async fn instead(hub: &Hub, name: &str, strike: &Strike) -> Option<Reply> {
    match &strike.kind {
        Kind::Http403 => Some(Reply::plain(StatusCode::FORBIDDEN, "text/html", "<html>No.</html>")),
        Kind::Http500 => Some(Reply::plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "")),
        Kind::Http503 => Some(Reply::plain(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "")),
        Kind::Garbage => {
            Some(Reply::plain(StatusCode::OK, "text/html", "<!doctype html><title>Slack</title>"))
        }
        Kind::Ratelimited => Some(Reply::limited(strike.retry_after)),
        Kind::Error(code) => Some(Reply::refused(Refusal::from(code.strip_prefix("error:").unwrap_or(code)))),
        Kind::HoldBeforeStore => {
            hold(hub, name, &strike.kind).await;
            None
        }
        Kind::LoseReply | Kind::HoldAfterStore | Kind::Http500Stored | Kind::Torn => None,
    }
}

/// The reply to a call that was carried out, as the fault leaves it.
async fn spoiled(hub: &Hub, name: &str, strike: Strike, reply: Reply) -> Reply {
    match (strike.kind, reply) {
        (Kind::LoseReply, _) => Reply::Lost,
        (Kind::Torn, Reply::Answer { body, .. }) => Reply::Torn(body),
        (Kind::Http500Stored, _) => Reply::plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", ""),
        (Kind::HoldAfterStore, reply) => {
            hold(hub, name, &Kind::HoldAfterStore).await;
            reply
        }
        (_, reply) => reply,
    }
}

async fn hold(hub: &Hub, name: &str, kind: &Kind) {
    let released = {
        let mut state = hub.lock();
        let released = state.faults.hold(name, kind.clone());
        state.touch();
        released
    };
    // Released and forgotten both end the hold.
    let _ = released.await;
}
