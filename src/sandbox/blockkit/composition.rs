//! Composition objects: text, options, option groups, confirmation dialogs.

use serde_json::Value;

use super::rule::{Choice, Faults, Field, Rule, Texts, check_list, check_object, check_str, may, must};

/// Label, description and value of an option.
const MAX_OPTION_CHARS: usize = 75;
const MAX_OPTIONS: usize = 100;
const MAX_URL_CHARS: usize = 3000;

/// Checks a text object.
pub(super) fn check_text(value: &Value, at: &str, texts: Texts, most: usize, faults: &mut Faults) {
    if !value.is_object() {
        faults.add(at, "must provide an object");
        return;
    }
    let fields: &[Field] = match (super::kind(value), texts) {
        ("plain_text", _) => &[must("text", Rule::Any), may("emoji", Rule::Flag)],
        ("mrkdwn", Texts::Any) => &[must("text", Rule::Any), may("verbatim", Rule::Flag)],
        ("", _) => {
            faults.add(at, "missing required field: type");
            return;
        }
        (other, _) => {
            faults.add(&format!("{at}/type"), format!("unsupported type: {other}"));
            return;
        }
    };
    if let Some(text) = check_object(value, at, fields, faults).and_then(|object| object.get("text")) {
        check_str(text, &format!("{at}/text"), 1, most, faults);
    }
}

/// Checks one option.
pub(super) fn check_option(value: &Value, at: &str, choice: Choice, faults: &mut Faults) {
    let texts = if choice == Choice::List { Texts::Any } else { Texts::Plain };
    let mut fields = vec![
        must("text", Rule::Text(texts, MAX_OPTION_CHARS)),
        must("value", Rule::Id(MAX_OPTION_CHARS)),
        may("description", Rule::Text(texts, MAX_OPTION_CHARS)),
    ];
    if choice == Choice::Overflow {
        fields.push(may("url", Rule::Url(MAX_URL_CHARS)));
    }
    check_object(value, at, &fields, faults);
}

/// Checks the groups of a menu.
pub(super) fn check_groups(value: &Value, at: &str, faults: &mut Faults) {
    const GROUP: &[Field] = &[
        must("label", Rule::Text(Texts::Plain, MAX_OPTION_CHARS)),
        must("options", Rule::Options(Choice::Menu, 1, MAX_OPTIONS)),
    ];
    for (at, group) in check_list(value, at, 1, MAX_OPTIONS, faults) {
        check_object(group, &at, GROUP, faults);
    }
}

/// Checks a confirmation dialog.
pub(super) fn check_confirm(value: &Value, at: &str, faults: &mut Faults) {
    const CONFIRM: &[Field] = &[
        must("title", Rule::Text(Texts::Plain, 100)),
        must("text", Rule::Text(Texts::Any, 300)),
        must("confirm", Rule::Text(Texts::Plain, 30)),
        must("deny", Rule::Text(Texts::Plain, 30)),
        may("style", Rule::OneOf(&["primary", "danger"])),
    ];
    check_object(value, at, CONFIRM, faults);
}

/// What is chosen at first has to be one of the options, word for word.
pub(super) fn check_initial(element: &Value, at: &str, faults: &mut Faults) {
    let direct = element.get("options").and_then(Value::as_array).into_iter().flatten();
    let groups = element.get("option_groups").and_then(Value::as_array).into_iter().flatten();
    let grouped = groups.filter_map(|group| group.get("options")?.as_array()).flatten();
    let options: Vec<&Value> = direct.chain(grouped).collect();
    let one = element.get("initial_option").map(|option| ("initial_option".to_owned(), option));
    let many = element.get("initial_options").and_then(Value::as_array).into_iter().flatten();
    let many = many.enumerate().map(|(index, option)| (format!("initial_options/{index}"), option));
    for (name, initial) in one.into_iter().chain(many) {
        if !options.iter().any(|option| option.get("value") == initial.get("value")) {
            faults.add(&format!("{at}/{name}"), "must match one of the provided options");
        }
    }
}
