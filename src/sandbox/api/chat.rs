//! `chat.*`: posting, changing and deleting messages.

use serde_json::{Value, json};

use super::super::blockkit;
use super::super::hub::State;
use super::super::message::{MAX_TEXT_CHARS, Message, cut_text};
use super::super::payload;
use super::super::record::Record;
use super::{Answer, Call, Refusal};

/// Slack publishes no figure for metadata; this one is the strictest that an app may rely on.
const MAX_METADATA_BYTES: usize = 1024;

/// The words of a message, checked.
pub(in super::super) struct Content {
    pub(in super::super) text: String,
    pub(in super::super) blocks: Option<Value>,
}

/// Refuses blocks as `chat.*` does.
pub(in super::super) fn checked_blocks(state: &mut State, mut blocks: Value) -> Result<Value, Refusal> {
    if !blocks.is_array() {
        return Err("invalid_blocks_format".into());
    }
    let faults = blockkit::check_message(&blocks);
    if !faults.is_empty() {
        let errors: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let messages: Vec<String> = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
        return Err(Refusal::with(
            "invalid_blocks",
            json!({ "errors": errors, "response_metadata": { "messages": messages } }),
        ));
    }
    blockkit::fill_block_ids(&mut blocks, || state.fresh_id("", 5));
    Ok(blocks)
}

fn content(call: &mut Call<'_>) -> Result<Content, Refusal> {
    let blocks = call.args.structure("blocks").map_err(|_| Refusal::from("invalid_blocks_format"))?;
    let blocks = match blocks {
        Some(blocks) if blocks.as_array().is_some_and(Vec::is_empty) => None,
        Some(blocks) => Some(checked_blocks(call.state, blocks)?),
        None => None,
    };
    let text = cut_text(&call.args.text("text").unwrap_or_default());
    if text.trim().is_empty() && blocks.is_none() {
        return Err("no_text".into());
    }
    Ok(Content { text, blocks })
}

fn metadata(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    let metadata = call.args.structure("metadata").map_err(|_| Refusal::from("invalid_metadata_format"))?;
    let Some(metadata) = metadata else { return Ok(None) };
    if metadata.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(None);
    }
    let event_type = metadata.get("event_type").and_then(Value::as_str).unwrap_or_default();
    let payload = metadata.get("event_payload").and_then(Value::as_object);
    let (false, Some(payload)) = (event_type.is_empty(), payload) else {
        return Err("invalid_metadata_format".into());
    };
    if !payload.values().all(|value| is_shallow(value, 1)) {
        return Err("invalid_metadata_schema".into());
    }
    if metadata.to_string().len() > MAX_METADATA_BYTES {
        return Err("metadata_too_large".into());
    }
    Ok(Some(metadata))
}

/// Strings, numbers and flags, and one level of nesting below them.
fn is_shallow(value: &Value, levels: u8) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
        Value::Null => false,
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_shallow(item, levels - 1)),
        Value::Object(fields) => levels > 0 && fields.values().all(|value| is_shallow(value, levels - 1)),
    }
}

/// The person behind `channel`, whether it names them or their conversation.
pub(super) fn recipient(call: &Call<'_>, channel: &str) -> Result<String, Refusal> {
    let workspace = &call.state.workspace;
    let user = workspace.person_of(channel).unwrap_or(channel);
    let is_person_id = channel.starts_with(['U', 'W']);
    let Some(person) = workspace.person(user) else {
        return Err(if is_person_id { "user_not_found" } else { "channel_not_found" }.into());
    };
    if person.is_bot {
        return Err("cannot_dm_bot".into());
    }
    if person.deleted {
        return Err("user_disabled".into());
    }
    Ok(person.id.clone())
}

pub(super) fn thread(call: &Call<'_>, channel: &str) -> Result<Option<String>, Refusal> {
    let Some(thread) = call.args.text("thread_ts").filter(|thread| !thread.is_empty()) else {
        return Ok(None);
    };
    match call.state.workspace.message(channel, &thread) {
        // A reply to a reply goes to the thread that it is in.
        Some(parent) => Ok(Some(parent.thread_ts.clone().unwrap_or(thread))),
        None => Err("thread_not_found".into()),
    }
}

pub(super) fn post_message(call: &mut Call<'_>) -> Answer {
    let target = call.args.needed("channel").map_err(|_| Refusal::from("channel_not_found"))?;
    let user = recipient(call, &target)?;
    if !call.state.app.messages_tab {
        return Err("messages_tab_disabled".into());
    }
    let Content { text, blocks } = content(call)?;
    let metadata = metadata(call)?;
    let mut records = Vec::new();
    let (channel, _) = call.state.channel_for(&user, &mut records);
    let thread_ts = thread(call, &channel)?;
    let message = Message {
        channel: channel.clone(),
        ts: call.state.workspace.next_ts(),
        user: call.state.app.bot_user_id.clone(),
        from_app: true,
        text,
        blocks,
        thread_ts,
        metadata,
        edited_ts: None,
        client_msg_id: None,
        files: Vec::new(),
        only_for: None,
        answers: None,
        posted_at: call.state.workspace.now(),
    };
    let shape = message.shape(&call.state.app.by, true);
    let ts = message.ts.clone();
    post(call.state, message, call.hub.real_ms(), records)?;
    Ok(json!({ "ok": true, "channel": channel, "ts": ts, "message": shape }))
}

/// Writes a message down after `records`, and the event that tells the app of it, whose id it answers.
pub(in super::super) fn post(
    state: &mut State,
    message: Message,
    real_ms: u64,
    mut records: Vec<Record>,
) -> Result<Option<String>, super::StoreError> {
    let event = message.only_for.is_none().then(|| payload::message_event(&state.app, &message));
    records.push(Record::Posted { message: Box::new(message), real_ms });
    let event_id = event.and_then(|event| state.queue_event("message.im", event, &mut records));
    state.commit(records)?;
    Ok(event_id)
}

pub(super) fn post_ephemeral(call: &mut Call<'_>) -> Answer {
    let target = call.args.needed("channel").map_err(|_| Refusal::from("channel_not_found"))?;
    let owner = recipient(call, &target)?;
    let user = call.args.needed("user").map_err(|_| Refusal::from("user_not_in_channel"))?;
    if user != owner {
        return Err("user_not_in_channel".into());
    }
    let Content { text, blocks } = content(call)?;
    let mut records = Vec::new();
    let (channel, _) = call.state.channel_for(&user, &mut records);
    let thread_ts = thread(call, &channel)?;
    let message = ephemeral(call.state, channel, user, text, blocks, thread_ts, None);
    let ts = message.ts.clone();
    post(call.state, message, call.hub.real_ms(), records)?;
    Ok(json!({ "ok": true, "message_ts": ts }))
}

/// A message of the app that only one person sees.
pub(in super::super) fn ephemeral(
    state: &State,
    channel: String,
    user: String,
    text: String,
    blocks: Option<Value>,
    thread_ts: Option<String>,
    answers: Option<String>,
) -> Message {
    Message {
        channel,
        ts: state.workspace.next_ts(),
        user: state.app.bot_user_id.clone(),
        from_app: true,
        text,
        blocks,
        thread_ts,
        metadata: None,
        edited_ts: None,
        client_msg_id: None,
        files: Vec::new(),
        only_for: Some(user),
        answers,
        posted_at: state.workspace.now(),
    }
}

/// The app's own message that `channel` and `ts` name.
fn own_message(call: &Call<'_>, denied: &str) -> Result<Message, Refusal> {
    let channel = call.args.needed("channel").map_err(|_| Refusal::from("channel_not_found"))?;
    let ts = call.args.needed("ts").map_err(|_| Refusal::from("message_not_found"))?;
    if call.state.workspace.person_of(&channel).is_none() {
        return Err("channel_not_found".into());
    }
    match call.state.workspace.message(&channel, &ts) {
        Some(message) if message.only_for.is_some() => Err("message_not_found".into()),
        Some(message) if !message.from_app => Err(denied.into()),
        Some(message) => Ok(message.clone()),
        None => Err("message_not_found".into()),
    }
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let before = own_message(call, "cant_update_message")?;
    let says_blocks = call.args.has("blocks");
    let (text, blocks) = if says_blocks || call.args.has("text") {
        let Content { text, blocks } = content(call)?;
        // Without the argument the earlier blocks stay; an empty list takes them away.
        (text, if says_blocks { blocks } else { before.blocks.clone() })
    } else {
        return Err("no_text".into());
    };
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err("msg_too_long".into());
    }
    let metadata = if call.args.has("metadata") { metadata(call)? } else { before.metadata.clone() };
    let ts = call.state.workspace.next_ts();
    let after = Message { text, blocks, metadata, edited_ts: Some(ts.clone()), ..before.clone() };
    let shape = after.shape(&call.state.app.by, true);
    let answer = json!({
        "ok": true, "channel": after.channel, "ts": after.ts, "text": after.text, "message": shape,
    });
    replace(call.state, &before, after, &ts)?;
    Ok(answer)
}

/// Writes a changed message down, and the event that tells the app of it.
pub(in super::super) fn replace(
    state: &mut State,
    before: &Message,
    after: Message,
    ts: &str,
) -> Result<(), super::StoreError> {
    let event =
        after.only_for.is_none().then(|| payload::message_changed_event(&state.app, before, &after, ts));
    let mut records = vec![Record::Updated { message: Box::new(after) }];
    if let Some(event) = event {
        state.queue_event("message.im", event, &mut records);
    }
    state.commit(records)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let before = own_message(call, "cant_delete_message")?;
    let answer = json!({ "ok": true, "channel": before.channel, "ts": before.ts });
    remove(call.state, &before)?;
    Ok(answer)
}

/// Writes down that a message is gone, and the event that tells the app of it.
pub(in super::super) fn remove(state: &mut State, before: &Message) -> Result<(), super::StoreError> {
    let ts = state.workspace.next_ts();
    let mut records = vec![Record::Deleted { channel: before.channel.clone(), ts: before.ts.clone() }];
    if before.only_for.is_none() {
        let event = payload::message_deleted_event(&state.app, before, &ts);
        state.queue_event("message.im", event, &mut records);
    }
    state.commit(records)
}

pub(super) fn get_permalink(call: &mut Call<'_>) -> Answer {
    let channel = call.args.needed("channel").map_err(|_| Refusal::from("channel_not_found"))?;
    let ts = call.args.needed("message_ts").map_err(|_| Refusal::from("message_not_found"))?;
    let workspace = &call.state.workspace;
    let Some(user) = workspace.person_of(&channel) else { return Err("channel_not_found".into()) };
    if workspace.message(&channel, &ts).is_none() {
        return Err("message_not_found".into());
    }
    let permalink = format!("http://{}/?as={user}#m{}", call.hub.address, ts.replace('.', ""));
    Ok(json!({ "ok": true, "channel": channel, "permalink": permalink }))
}
