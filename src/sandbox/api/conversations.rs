//! `conversations.*`, for the app's one-to-one conversations: it has no others.

use serde_json::{Value, json};

use super::super::message::{Message, parse_ts};
use super::super::record::Record;
use super::super::workspace::Workspace;
use super::chat::recipient;
use super::{Answer, Call, Refusal};

pub(super) fn open(call: &mut Call<'_>) -> Answer {
    let users = call.args.list("users");
    let user = match (users.as_slice(), call.args.text("channel")) {
        ([user], _) => user.clone(),
        ([], Some(channel)) => match call.state.workspace.person_of(&channel) {
            Some(user) => user.to_owned(),
            None => return Err("channel_not_found".into()),
        },
        ([], None) => return Err("users_list_not_supplied".into()),
        // Several people make a group conversation, for which this workspace grants no scope.
        _ => {
            return Err(Refusal::with(
                "missing_scope",
                json!({ "needed": "mpim:write", "provided": call.state.app.provided_scopes() }),
            ));
        }
    };
    let user = recipient(call, &user)?;
    if call.args.flag("prevent_creation") && call.state.workspace.channel_of(&user).is_none() {
        return Err("channel_not_found".into());
    }
    let mut records = Vec::new();
    let (channel, known) = call.state.channel_for(&user, &mut records);
    call.state.commit(records)?;
    let mut answer = json!({ "ok": true, "channel": { "id": channel } });
    if known && let Some(answer) = answer.as_object_mut() {
        answer.insert("no_op".to_owned(), json!(true));
        answer.insert("already_open".to_owned(), json!(true));
    }
    if call.args.flag("return_im") {
        let shape = shape(&call.state.workspace, &channel, &user);
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("channel".to_owned(), shape);
        }
    }
    Ok(answer)
}

fn shape(workspace: &Workspace, channel: &str, user: &str) -> Value {
    json!({
        "id": channel,
        "created": workspace.now().as_second(),
        "is_archived": false,
        "is_im": true,
        "is_org_shared": false,
        "context_team_id": workspace.team.id,
        "user": user,
        "is_user_deleted": workspace.person(user).is_some_and(|person| person.deleted),
        "is_open": true,
        "priority": 0,
    })
}

pub(super) fn info(call: &mut Call<'_>) -> Answer {
    let channel = known_channel(call)?;
    let user = call.state.workspace.person_of(&channel).unwrap_or_default();
    Ok(json!({ "ok": true, "channel": shape(&call.state.workspace, &channel, user) }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let limit = call.args.limit(100, 1000)?;
    let wanted = call.args.list("types");
    let workspace = &call.state.workspace;
    let channels = if wanted.iter().any(|kind| kind == "im") { workspace.channels() } else { Vec::new() };
    let from = cursor(call)?;
    let page: Vec<Value> = channels
        .iter()
        .skip(from)
        .take(limit)
        .map(|(channel, user)| shape(workspace, channel, user))
        .collect();
    let next = next_cursor(from + page.len(), channels.len());
    Ok(json!({ "ok": true, "channels": page, "response_metadata": { "next_cursor": next } }))
}

fn known_channel(call: &Call<'_>) -> Result<String, Refusal> {
    let channel = call.args.needed("channel")?;
    match call.state.workspace.person_of(&channel) {
        Some(_) => Ok(channel),
        None => Err("channel_not_found".into()),
    }
}

/// Where a page begins.
pub(super) fn cursor(call: &Call<'_>) -> Result<usize, Refusal> {
    match call.args.text("cursor").filter(|cursor| !cursor.is_empty()) {
        None => Ok(0),
        Some(cursor) => cursor
            .strip_prefix("bmV4dDo")
            .and_then(|from| from.parse().ok())
            .ok_or_else(|| Refusal::from("invalid_cursor")),
    }
}

/// Where the next page begins; empty if there is none.
pub(super) fn next_cursor(reached: usize, total: usize) -> String {
    if reached < total { format!("bmV4dDo{reached}") } else { String::new() }
}

/// Keeps messages between `oldest` and `latest`, the ends only if `inclusive`.
fn in_window(call: &Call<'_>) -> Result<impl Fn(&Message) -> bool + use<>, Refusal> {
    let bound = |name: &str, code: &str| match call.args.text(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(ts) => parse_ts(&ts).map(Some).ok_or_else(|| Refusal::from(code)),
    };
    let oldest = bound("oldest", "invalid_ts_oldest")?;
    let latest = bound("latest", "invalid_ts_latest")?;
    let inclusive = call.args.flag("inclusive");
    Ok(move |message: &Message| {
        let ts = parse_ts(&message.ts).unwrap_or_default();
        let after = oldest.is_none_or(|oldest| ts > oldest || (inclusive && ts == oldest));
        let before = latest.is_none_or(|latest| ts < latest || (inclusive && ts == latest));
        after && before
    })
}

pub(super) fn history(call: &mut Call<'_>) -> Answer {
    let channel = known_channel(call)?;
    let limit = call.args.limit(100, 999)?;
    let from = cursor(call)?;
    let with_metadata = call.args.flag("include_all_metadata");
    let in_window = in_window(call)?;
    let workspace = &call.state.workspace;
    let found: Vec<&Message> = workspace
        .messages(&channel)
        .rev()
        .filter(|message| message.only_for.is_none() && !message.is_reply() && in_window(message))
        .collect();
    let page: Vec<Value> = found
        .iter()
        .skip(from)
        .take(limit)
        .map(|message| with_thread(call, message, with_metadata))
        .collect();
    Ok(paged(page, from, found.len()))
}

pub(super) fn replies(call: &mut Call<'_>) -> Answer {
    let channel = known_channel(call)?;
    let ts = call.args.needed("ts")?;
    let limit = call.args.limit(100, 999)?;
    let from = cursor(call)?;
    let with_metadata = call.args.flag("include_all_metadata");
    let in_window = in_window(call)?;
    let workspace = &call.state.workspace;
    let Some(root) = workspace.message(&channel, &ts).filter(|root| root.only_for.is_none()) else {
        return Err("thread_not_found".into());
    };
    let found: Vec<&Message> = workspace
        .replies(&channel, &ts)
        .filter(|message| message.only_for.is_none() && in_window(message))
        .collect();
    let mut page = vec![with_thread(call, root, with_metadata)];
    let replies = found.iter().skip(from).take(limit);
    page.extend(replies.map(|message| message.shape(&call.state.app.by, with_metadata)));
    let reached = page.len() - 1;
    let mut answer = paged(Vec::new(), from, found.len());
    let more = from + reached < found.len();
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("messages".to_owned(), json!(page));
        answer.insert("has_more".to_owned(), json!(more));
        let next = next_cursor(from + reached, found.len());
        answer.insert("response_metadata".to_owned(), json!({ "next_cursor": next }));
    }
    Ok(answer)
}

fn paged(page: Vec<Value>, from: usize, total: usize) -> Value {
    let reached = from + page.len();
    json!({
        "ok": true,
        "messages": page,
        "has_more": reached < total,
        "pin_count": 0,
        "response_metadata": { "next_cursor": next_cursor(reached, total) },
    })
}

/// A message with the figures of its thread, if it has one.
fn with_thread(call: &Call<'_>, message: &Message, with_metadata: bool) -> Value {
    let mut shape = message.shape(&call.state.app.by, with_metadata);
    let replies: Vec<&Message> = call
        .state
        .workspace
        .replies(&message.channel, &message.ts)
        .filter(|reply| reply.only_for.is_none())
        .collect();
    if let (Some(last), Some(shape)) = (replies.last(), shape.as_object_mut()) {
        let mut users: Vec<&str> = replies.iter().map(|reply| reply.user.as_str()).collect();
        users.sort_unstable();
        users.dedup();
        shape.insert("thread_ts".to_owned(), json!(message.ts));
        shape.insert("reply_count".to_owned(), json!(replies.len()));
        shape.insert("reply_users_count".to_owned(), json!(users.len()));
        shape.insert("reply_users".to_owned(), json!(users));
        shape.insert("latest_reply".to_owned(), json!(last.ts));
        shape.insert("subscribed".to_owned(), json!(false));
        shape.insert("is_locked".to_owned(), json!(false));
    }
    shape
}

/// Marks everything in a person's conversation as read, if anything is new.
pub(in super::super) fn read_record(workspace: &Workspace, user: &str) -> Option<Record> {
    let channel = workspace.channel_of(user)?;
    let last = workspace.messages(channel).next_back()?;
    (workspace.unread(user) > 0).then(|| Record::Read { user: user.to_owned(), up_to: last.ts.clone() })
}
