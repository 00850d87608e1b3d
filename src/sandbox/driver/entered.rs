//! What a person enters into an element, as Slack's state and actions carry it.

use serde_json::{Map, Value, json};

use super::super::view::{Element, View, elements, set_state};
use super::DriverError;

/// What Slack's client says beside an empty field.
const REQUIRED: &str = "Please complete this required field.";

/// The options of an element, grouped or not.
fn options<'a>(element: &Element<'a>) -> Vec<&'a Value> {
    let body = element.body;
    let direct = body.get("options").and_then(Value::as_array).into_iter().flatten();
    let groups = body.get("option_groups").and_then(Value::as_array).into_iter().flatten();
    let grouped = groups.filter_map(|group| group.get("options")?.as_array()).flatten();
    direct.chain(grouped).collect()
}

/// The whole option that a value, or an option object, names.
pub(super) fn option(element: &Element<'_>, raw: &Value) -> Result<Value, DriverError> {
    let wanted = raw.as_str().or_else(|| raw.get("value").and_then(Value::as_str)).unwrap_or_default();
    let found = options(element)
        .into_iter()
        .find(|option| option.get("value").and_then(Value::as_str) == Some(wanted));
    found.cloned().ok_or_else(|| DriverError::NoOption(wanted.to_owned()))
}

/// Turns plain input (a text, a value, a list of values, or Slack's own shape) into an element's state.
pub(super) fn state_value(element: &Element<'_>, raw: &Value) -> Result<Option<Value>, DriverError> {
    let Some(field) = element.value_field() else { return Ok(None) };
    let raw = raw.get(field).unwrap_or(raw);
    let empty = raw.is_null() || raw.as_str().is_some_and(str::is_empty);
    let value = match field {
        "selected_option" if empty => Value::Null,
        "selected_option" => option(element, raw)?,
        "selected_options" => {
            let one = std::slice::from_ref(raw);
            let chosen = raw.as_array().map_or(if empty { &[] } else { one }, Vec::as_slice);
            Value::Array(chosen.iter().map(|item| option(element, item)).collect::<Result<_, _>>()?)
        }
        "selected_date_time" => raw
            .as_i64()
            .or_else(|| raw.as_str().and_then(|text| text.parse().ok()))
            .map_or(Value::Null, |seconds| json!(seconds)),
        _ if empty => Value::Null,
        _ => raw.clone(),
    };
    Ok(Some(json!({ "type": element.kind(), field: value })))
}

/// Puts what was entered, `{block: {action: value}}`, into a view's state.
pub(super) fn fill(view: &mut View, values: &Map<String, Value>) -> Result<(), DriverError> {
    let mut state = view.state.clone();
    for element in elements(view.blocks()) {
        let raw = values.get(element.block_id).and_then(|block| block.get(element.action_id));
        if let Some(raw) = raw
            && let Some(value) = state_value(&element, raw)?
        {
            set_state(&mut state, element.block_id, element.action_id, value);
        }
    }
    view.state = state;
    Ok(())
}

/// What Slack's client refuses to submit, by block id.
pub(super) fn refused(view: &View) -> Map<String, Value> {
    let mut errors = Map::new();
    for element in elements(view.blocks()).filter(Element::is_input) {
        let Some(field) = element.value_field() else { continue };
        let held = view.state.get(element.block_id).and_then(|block| block.get(element.action_id));
        let value = held.and_then(|held| held.get(field)).unwrap_or(&Value::Null);
        let optional = element.block.get("optional").and_then(Value::as_bool).unwrap_or_default();
        if let Some(problem) = problem(&element, value, optional) {
            errors.insert(element.block_id.to_owned(), json!(problem));
        }
    }
    errors
}

fn problem(element: &Element<'_>, value: &Value, optional: bool) -> Option<String> {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if empty {
        return (!optional).then(|| REQUIRED.to_owned());
    }
    let text = value.as_str().unwrap_or_default();
    let length = text.chars().count() as u64;
    let bound = |name: &str| element.body.get(name).and_then(Value::as_u64);
    match element.kind() {
        "plain_text_input" => {
            if let Some(least) = bound("min_length").filter(|least| length < *least) {
                return Some(format!("Please enter at least {least} characters."));
            }
            let most = bound("max_length").unwrap_or(3000);
            (length > most).then(|| format!("Please enter at most {most} characters."))
        }
        "email_text_input" if !text.contains('@') => Some("Please enter a valid email address.".to_owned()),
        "url_text_input" if !text.contains("://") => Some("Please enter a valid URL.".to_owned()),
        "number_input" if text.parse::<f64>().is_err() => Some("Please enter a number.".to_owned()),
        _ => None,
    }
}
