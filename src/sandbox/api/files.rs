//! `files.*`: the two calls around an upload.
//!
//! <https://docs.slack.dev/reference/methods/files.getUploadURLExternal>,
//! <https://docs.slack.dev/reference/methods/files.completeUploadExternal>

use serde_json::{Value, json};

use super::super::MAX_BODY_BYTES;
use super::super::file::{About, File};
use super::super::message::{Message, cut_text};
use super::super::record::Record;
use super::chat::{checked_blocks, post, thread};
use super::{Answer, Call, Refusal};

/// As documented for `alt_txt_too_large`.
const MAX_ALT_TXT: usize = 1_000;
/// As documented for `channels_limit_exceeded`.
const MAX_CHANNELS: usize = 100;

pub(super) fn get_upload_url(call: &mut Call<'_>) -> Answer {
    // The documentation names JSON, and Slack refuses it: none of the arguments arrives.
    if call.args.is_json() {
        let missing = ["filename", "length"].map(|name| format!("missing required field: {name}"));
        return Err(Refusal::arguments(&missing));
    }
    let name = call.args.needed("filename")?;
    let size: usize = call.args.needed("length")?.parse().map_err(|_| {
        Refusal::arguments(&["must be a non-negative integer [json-pointer:/length]".to_owned()])
    })?;
    if size == 0 {
        return Err("missing_argument".into());
    }
    if call.args.text("alt_txt").is_some_and(|text| text.chars().count() > MAX_ALT_TXT) {
        return Err("alt_txt_too_large".into());
    }
    if size > MAX_BODY_BYTES {
        return Err("file_upload_size_restricted".into());
    }
    let state = &mut *call.state;
    let (id, ticket) = (state.fresh_id("F", 10), state.fresh_id("", 40));
    let answer = json!({
        "ok": true,
        "upload_url": format!("{}/upload/v1/{ticket}", state.app.by.base),
        "file_id": id,
    });
    let about = About {
        id,
        title: name.clone(),
        name,
        size,
        user: state.app.bot_user_id.clone(),
        created: state.workspace.now(),
    };
    let file = File { about, ticket, content: None, finished: false };
    state.commit(vec![Record::FileReserved { file: Box::new(file) }])?;
    Ok(answer)
}

pub(super) fn complete_upload(call: &mut Call<'_>) -> Answer {
    let files = uploaded(call)?;
    let channels = channels(call)?;
    let text = cut_text(&call.args.text("initial_comment").unwrap_or_default());
    let blocks = if text.is_empty() { blocks(call)? } else { None };
    let threads: Vec<Option<String>> =
        channels.iter().map(|channel| thread(call, channel)).collect::<Result<_, _>>()?;
    let mut records: Vec<Record> = files
        .iter()
        .map(|file| Record::FileFinished { id: file.id.clone(), title: file.title.clone() })
        .collect();
    for (channel, thread_ts) in channels.into_iter().zip(threads) {
        let state = &mut *call.state;
        let message = Message {
            channel,
            ts: state.workspace.next_ts(),
            user: state.app.bot_user_id.clone(),
            from_app: true,
            text: text.clone(),
            blocks: blocks.clone(),
            thread_ts,
            metadata: None,
            edited_ts: None,
            client_msg_id: None,
            files: files.clone(),
            only_for: None,
            answers: None,
            posted_at: state.workspace.now(),
        };
        post(state, message, call.hub.real_ms(), std::mem::take(&mut records))?;
    }
    call.state.commit(records)?;
    // Where they are shown isn't told: Slack does that some time after its answer.
    let shapes: Vec<Value> = files.iter().map(|file| file.shape(&call.state.app.by)).collect();
    Ok(json!({ "ok": true, "files": shapes }))
}

/// The files that are named, with their titles; each was uploaded and isn't finished.
fn uploaded(call: &Call<'_>) -> Result<Vec<About>, Refusal> {
    let malformed = || Refusal::arguments(&["must be an array of files [json-pointer:/files]".to_owned()]);
    let named = call.args.structure("files").map_err(|_| malformed())?;
    let named = named.ok_or_else(|| Refusal::arguments(&["missing required field: files".to_owned()]))?;
    let named = named.as_array().filter(|files| !files.is_empty()).ok_or_else(malformed)?;
    let mut found: Vec<About> = Vec::new();
    for file in named {
        let id = file.get("id").and_then(Value::as_str).ok_or_else(malformed)?;
        let title = match file.get("title") {
            None | Some(Value::Null) => None,
            Some(title) => Some(title.as_str().ok_or_else(malformed)?),
        };
        let stored = call.state.workspace.file(id).filter(|file| file.content.is_some() && !file.finished);
        let stored = stored.filter(|_| found.iter().all(|earlier| earlier.id != id));
        let Some(stored) = stored else { return Err("file_not_found".into()) };
        let mut about = stored.about.clone();
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            title.clone_into(&mut about.title);
        }
        found.push(about);
    }
    Ok(found)
}

/// Where the files are shown; nowhere if no conversation is named.
fn channels(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let channels = match call.args.text("channel_id").filter(|channel| !channel.is_empty()) {
        Some(channel) => {
            // A person's id is none, unlike for `chat.postMessage`. Ids are shorter in a small workspace.
            let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
            if !channel.starts_with(['C', 'G', 'D', 'Z']) || !channel.chars().all(plain) {
                return Err(Refusal::arguments(&[
                    "input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
                        .to_owned(),
                ]));
            }
            if call.state.workspace.person_of(&channel).is_none() {
                return Err("channel_not_found".into());
            }
            vec![channel]
        }
        None => call.args.list("channels"),
    };
    if channels.len() > MAX_CHANNELS {
        return Err("channels_limit_exceeded".into());
    }
    for channel in &channels {
        let workspace = &call.state.workspace;
        let person = workspace.person_of(channel).and_then(|user| workspace.person(user));
        let Some(person) = person else { return Err("invalid_channel".into()) };
        if person.deleted {
            return Err("posting_to_channel_denied".into());
        }
        if !call.state.app.messages_tab {
            return Err("messages_tab_disabled".into());
        }
    }
    Ok(channels)
}

fn blocks(call: &mut Call<'_>) -> Result<Option<Value>, Refusal> {
    let blocks = call.args.structure("blocks").map_err(|_| Refusal::from("invalid_blocks"))?;
    match blocks {
        Some(blocks) if blocks.as_array().is_some_and(Vec::is_empty) => Ok(None),
        Some(blocks) => {
            checked_blocks(call.state, blocks).map(Some).map_err(|refusal| Refusal {
                // This method has one code for both.
                code: "invalid_blocks".to_owned(),
                ..refusal
            })
        }
        None => Ok(None),
    }
}
