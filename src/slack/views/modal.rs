//! Modals.
//!
//! `callback_id` names the kind and `private_metadata` holds it whole; it comes back when the modal is
//! submitted. An input's `block_id` is the name of its field.

use serde_json::{Value, json};

use crate::domain::message::{Field, Input, Message, Modal, ModalKind};

use super::limits;
use super::parts;
use super::text::{cut, units};

/// The `action_id` of every input; its field is named by its block.
pub const INPUT: &str = "value";

/// The view of `modal`.
pub fn modal_view(modal: &Modal) -> Value {
    let room = limits::VIEW_BLOCKS.saturating_sub(modal.fields.len());
    let shown = parts::fit(parts::draw(&modal.parts), room, limits::VIEW_TEXT);
    let mut blocks = parts::numbered(shown);
    blocks.extend(modal.fields.iter().take(limits::VIEW_BLOCKS).map(input));
    let mut view = json!({
        "type": "modal",
        "callback_id": word_of(&modal.kind),
        // A kind is made of plain strings, which always serialise.
        "private_metadata": serde_json::to_string(&modal.kind).unwrap_or_default(),
        "title": title(&modal.title),
        "blocks": blocks,
    });
    let submit = modal.submit.as_deref().or((!modal.fields.is_empty()).then_some("Send"));
    if let Some(fields) = view.as_object_mut() {
        let close = match (&modal.kind, submit) {
            // The answer is on record: nothing is cancelled.
            (ModalKind::Reason { .. }, _) => "Skip",
            (_, Some(_)) => "Cancel",
            (_, None) => "Close",
        };
        fields.insert("close".to_owned(), plain(close, limits::TITLE));
        if let Some(submit) = submit {
            fields.insert("submit".to_owned(), plain(submit, limits::TITLE));
        }
    }
    view
}

/// The view that takes a modal's place to say something after it was submitted.
pub fn note_view(message: &Message) -> Value {
    let shown = parts::fit(parts::draw(&message.parts), limits::VIEW_BLOCKS, limits::VIEW_TEXT);
    json!({
        "type": "modal",
        "callback_id": "note",
        "title": title(""),
        "close": plain("Close", limits::TITLE),
        "blocks": parts::numbered(shown),
    })
}

fn word_of(kind: &ModalKind) -> &'static str {
    match kind {
        ModalKind::Reason { .. } => "reason",
        ModalKind::Numbers { .. } => "numbers",
        ModalKind::Concern { .. } => "concern",
        ModalKind::Wrong { .. } => "wrong",
        ModalKind::Later { .. } => "later",
        ModalKind::SomeoneElse { .. } => "someone_else",
        ModalKind::Ask { .. } => "ask",
        ModalKind::Reply { .. } => "reply",
        ModalKind::Keep { .. } => "keep",
        ModalKind::Approach { .. } => "approach",
        ModalKind::See { .. } => "see",
        ModalKind::Rewrite { .. } => "rewrite",
        ModalKind::Correct { .. } => "correct",
        ModalKind::ConfirmCorrection { .. } => "confirm_correction",
        ModalKind::Book { .. } => "book",
        ModalKind::Wait { .. } => "wait",
        ModalKind::MoveBooking { .. } => "move_booking",
        ModalKind::CancelBooking { .. } => "cancel_booking",
        ModalKind::HandOn { .. } => "hand_on",
        ModalKind::CloseBooking { .. } => "close_booking",
        ModalKind::AddHours => "add_hours",
        ModalKind::Snooze => "snooze",
        ModalKind::Read => "read",
    }
}

fn title(text: &str) -> Value {
    plain(if text.trim().is_empty() { "Canvass" } else { text }, limits::TITLE)
}

fn plain(text: &str, most: usize) -> Value {
    let text = cut(text.trim(), most);
    json!({ "type": "plain_text", "text": if text.is_empty() { "…" } else { &text }, "emoji": false })
}

fn input(field: &Field) -> Value {
    let mut block = json!({
        "type": "input",
        "block_id": field.name,
        "label": plain(&field.label, limits::INPUT_LABEL),
        "optional": field.optional,
        "element": element(&field.input),
    });
    if let (Some(hint), Some(block)) = (&field.hint, block.as_object_mut()) {
        block.insert("hint".to_owned(), plain(hint, limits::INPUT_LABEL));
    }
    block
}

fn element(input: &Input) -> Value {
    match input {
        Input::Text { lines, most, placeholder, initial } => {
            let mut element = json!({
                "type": "plain_text_input",
                "action_id": INPUT,
                "multiline": lines,
                "max_length": (*most).clamp(1, limits::INPUT_TEXT),
            });
            if let (Some(text), Some(element)) = (placeholder, element.as_object_mut()) {
                element.insert("placeholder".to_owned(), plain(text, limits::PLACEHOLDER));
            }
            if let (Some(text), Some(element)) = (initial, element.as_object_mut()) {
                let most = usize::from((*most).clamp(1, limits::INPUT_TEXT));
                element.insert("initial_value".to_owned(), cut(text, most).into());
            }
            element
        }
        Input::Choice(options) => {
            let options = choices(options, limits::CHOICES);
            json!({ "type": "radio_buttons", "action_id": INPUT, "options": options })
        }
        Input::Pick { options, initial } => {
            let options = choices(options, limits::PICKS);
            let first = options
                .iter()
                .find(|option| option.get("value").and_then(Value::as_str) == initial.as_deref());
            let first = first.cloned();
            let mut element = json!({ "type": "static_select", "action_id": INPUT, "options": options });
            if let (Some(first), Some(element)) = (first, element.as_object_mut()) {
                element.insert("initial_option".to_owned(), first);
            }
            element
        }
        Input::Ticks { options, initial } => {
            let options = choices(options, limits::CHOICES);
            let is_ticked = |option: &&Value| {
                let value = option.get("value").and_then(Value::as_str);
                initial.iter().any(|ticked| Some(ticked.as_str()) == value)
            };
            let ticked: Vec<Value> = options.iter().filter(is_ticked).cloned().collect();
            let mut element = json!({ "type": "checkboxes", "action_id": INPUT, "options": options });
            // Slack refuses an empty list.
            if let (false, Some(element)) = (ticked.is_empty(), element.as_object_mut()) {
                element.insert("initial_options".to_owned(), ticked.into());
            }
            element
        }
        Input::Date { initial: Some(date) } => {
            json!({ "type": "datepicker", "action_id": INPUT, "initial_date": date.to_string() })
        }
        Input::Date { initial: None } => json!({ "type": "datepicker", "action_id": INPUT }),
        Input::Time => json!({ "type": "timepicker", "action_id": INPUT }),
        Input::Person => json!({ "type": "users_select", "action_id": INPUT }),
    }
}

/// A value that is too long can't be cut, since it would come back as another; it is left out.
fn choices(options: &[(String, String)], most: usize) -> Vec<Value> {
    options
        .iter()
        .filter(|(value, _)| units(value) <= limits::OPTION_VALUE)
        .take(most)
        .map(|(value, label)| json!({ "text": plain(label, limits::LABEL), "value": value }))
        .collect()
}
