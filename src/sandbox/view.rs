//! Modals and Home tabs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::message::Byline;

/// A view that is open, or published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct View {
    /// `V…`
    pub(super) id: String,
    pub(super) hash: String,
    /// What the app sent, checked, with every block id filled in.
    pub(super) body: Value,
    pub(super) root_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous_id: Option<String>,
    /// What the person has entered: block id, action id, value.
    pub(super) state: Map<String, Value>,
}

impl View {
    /// A text field of the body, or nothing.
    pub(super) fn field(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(super) fn blocks(&self) -> &[Value] {
        self.body.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The view object of answers and payloads.
    pub(super) fn shape(&self, by: &Byline) -> Value {
        let part = |name: &str| self.body.get(name).cloned().unwrap_or(Value::Null);
        json!({
            "id": self.id,
            "team_id": by.team_id,
            "type": self.field("type"),
            "blocks": self.blocks(),
            "private_metadata": self.field("private_metadata"),
            "callback_id": self.field("callback_id"),
            "state": { "values": self.state },
            "hash": self.hash,
            "title": match part("title") {
                Value::Null => json!({"type": "plain_text", "text": "View Title", "emoji": true}),
                title => title,
            },
            "clear_on_close": self.flag("clear_on_close"),
            "notify_on_close": self.flag("notify_on_close"),
            "close": part("close"),
            "submit": part("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": by.app_id,
            "external_id": self.field("external_id"),
            "app_installed_team_id": by.team_id,
            "bot_id": by.bot_id,
        })
    }
}

/// The interactive elements of blocks, each with the id of its block and whether it is an input.
pub(super) fn elements(blocks: &[Value]) -> impl Iterator<Item = Element<'_>> {
    blocks.iter().flat_map(|block| {
        let block_id = block.get("block_id").and_then(Value::as_str).unwrap_or_default();
        let many = block.get("elements").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let one = ["accessory", "element"].into_iter().filter_map(|key| block.get(key));
        many.iter().chain(one).filter_map(move |body| {
            let action_id = body.get("action_id")?.as_str()?;
            Some(Element { block, block_id, action_id, body })
        })
    })
}

/// An interactive element where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) block: &'a Value,
    pub(super) block_id: &'a str,
    pub(super) action_id: &'a str,
    pub(super) body: &'a Value,
}

impl Element<'_> {
    pub(super) fn kind(&self) -> &str {
        self.body.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn is_input(&self) -> bool {
        self.block.get("type").and_then(Value::as_str) == Some("input")
    }

    /// The name of the field in which its value travels, or none if it has no state (buttons, overflows).
    pub(super) fn value_field(&self) -> Option<&'static str> {
        Some(match self.kind() {
            "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => "value",
            "rich_text_input" => "rich_text_value",
            "static_select" | "external_select" | "radio_buttons" => "selected_option",
            "multi_static_select" | "multi_external_select" | "checkboxes" => "selected_options",
            "users_select" => "selected_user",
            "multi_users_select" => "selected_users",
            "conversations_select" => "selected_conversation",
            "multi_conversations_select" => "selected_conversations",
            "channels_select" => "selected_channel",
            "multi_channels_select" => "selected_channels",
            "datepicker" => "selected_date",
            "timepicker" => "selected_time",
            "datetimepicker" => "selected_date_time",
            _ => return None,
        })
    }

    /// What it holds before anyone touches it, as state carries it.
    pub(super) fn initial_state(&self) -> Option<Value> {
        let field = self.value_field()?;
        let source = if field == "rich_text_value" { "value" } else { field.trim_start_matches("selected_") };
        let initial = self
            .body
            .get(format!("initial_{source}"))
            .cloned()
            .unwrap_or(if field == "selected_options" { json!([]) } else { Value::Null });
        Some(json!({ "type": self.kind(), field: initial }))
    }
}

/// The state of blocks nobody has touched; `before` keeps what was entered in fields that are still there.
pub(super) fn initial_state(blocks: &[Value], before: &Map<String, Value>) -> Map<String, Value> {
    let mut state = Map::new();
    for element in elements(blocks) {
        let Some(initial) = element.initial_state() else { continue };
        let kept = before
            .get(element.block_id)
            .and_then(|block| block.get(element.action_id))
            .filter(|kept| kept.get("type") == initial.get("type"))
            .cloned();
        set_state(&mut state, element.block_id, element.action_id, kept.unwrap_or(initial));
    }
    state
}

/// Puts one element's value in a state.
pub(super) fn set_state(state: &mut Map<String, Value>, block_id: &str, action_id: &str, value: Value) {
    let block = state.entry(block_id.to_owned()).or_insert_with(|| json!({}));
    if let Some(block) = block.as_object_mut() {
        block.insert(action_id.to_owned(), value);
    }
}
