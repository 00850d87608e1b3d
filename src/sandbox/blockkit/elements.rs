//! Interactive elements and images, and which of them a block takes.

use serde_json::Value;

use super::composition;
use super::rule::{Choice, Faults, Field, Rule, Texts, check_object, may, must};

const ID: Rule = Rule::Id(255);
const PLACEHOLDER: Field = may("placeholder", Rule::Text(Texts::Plain, 150));
const ACTION: Field = may("action_id", ID);
const CONFIRM: Field = may("confirm", Rule::Confirm);
const FOCUS: Field = may("focus_on_load", Rule::Flag);
const DISPATCH: Field =
    may("dispatch_action_config", Rule::Object(&[may("trigger_actions_on", Rule::Strings(2))]));
const MOST_SELECTED: Field = may("max_selected_items", Rule::Int(1, 100));
const FILTER: Field = may(
    "filter",
    Rule::Object(&[
        may("include", Rule::Strings(4)),
        may("exclude_external_shared_channels", Rule::Flag),
        may("exclude_bot_users", Rule::Flag),
    ]),
);
const MENU_OPTIONS: Field = may("options", Rule::Options(Choice::Menu, 1, 100));
const MENU_GROUPS: Field = may("option_groups", Rule::OptionGroups);

/// What an actions block takes.
pub(super) const IN_ACTIONS: &[&str] = &[
    "button",
    "checkboxes",
    "datepicker",
    "datetimepicker",
    "overflow",
    "radio_buttons",
    "timepicker",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
];

/// What stands beside a section.
pub(super) const IN_SECTION: &[&str] = &[
    "button",
    "checkboxes",
    "datepicker",
    "image",
    "overflow",
    "radio_buttons",
    "timepicker",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
];

/// What an input block takes.
pub(super) const IN_INPUT: &[&str] = &[
    "checkboxes",
    "datepicker",
    "datetimepicker",
    "email_text_input",
    "file_input",
    "number_input",
    "plain_text_input",
    "radio_buttons",
    "rich_text_input",
    "timepicker",
    "url_text_input",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
];

/// The fields of each element.
const ELEMENTS: &[(&str, &[Field])] = &[
    (
        "button",
        &[
            must("text", Rule::Text(Texts::Plain, 75)),
            ACTION,
            CONFIRM,
            may("url", Rule::Url(3000)),
            may("value", Rule::Str(2000)),
            may("style", Rule::OneOf(&["primary", "danger"])),
            may("accessibility_label", Rule::Str(75)),
        ],
    ),
    ("overflow", &[must("options", Rule::Options(Choice::Overflow, 1, 5)), ACTION, CONFIRM]),
    (
        "checkboxes",
        &[
            must("options", Rule::Options(Choice::List, 1, 10)),
            ACTION,
            CONFIRM,
            FOCUS,
            may("initial_options", Rule::Options(Choice::List, 1, 10)),
        ],
    ),
    (
        "radio_buttons",
        &[
            must("options", Rule::Options(Choice::List, 1, 10)),
            ACTION,
            CONFIRM,
            FOCUS,
            may("initial_option", Rule::Option(Choice::List)),
        ],
    ),
    (
        "static_select",
        &[
            MENU_OPTIONS,
            MENU_GROUPS,
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            may("initial_option", Rule::Option(Choice::Menu)),
        ],
    ),
    (
        "multi_static_select",
        &[
            MENU_OPTIONS,
            MENU_GROUPS,
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            MOST_SELECTED,
            may("initial_options", Rule::Options(Choice::Menu, 1, 100)),
        ],
    ),
    (
        "external_select",
        &[
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            may("min_query_length", Rule::Int(0, 255)),
            may("initial_option", Rule::Option(Choice::Menu)),
        ],
    ),
    (
        "multi_external_select",
        &[
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            MOST_SELECTED,
            may("min_query_length", Rule::Int(0, 255)),
            may("initial_options", Rule::Options(Choice::Menu, 1, 100)),
        ],
    ),
    ("users_select", &[ACTION, CONFIRM, FOCUS, PLACEHOLDER, may("initial_user", ID)]),
    (
        "multi_users_select",
        &[ACTION, CONFIRM, FOCUS, PLACEHOLDER, MOST_SELECTED, may("initial_users", Rule::Strings(100))],
    ),
    (
        "conversations_select",
        &[
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            FILTER,
            may("initial_conversation", ID),
            may("default_to_current_conversation", Rule::Flag),
            may("response_url_enabled", Rule::Flag),
        ],
    ),
    (
        "multi_conversations_select",
        &[
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            FILTER,
            MOST_SELECTED,
            may("initial_conversations", Rule::Strings(100)),
            may("default_to_current_conversation", Rule::Flag),
        ],
    ),
    (
        "channels_select",
        &[
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            may("initial_channel", ID),
            may("response_url_enabled", Rule::Flag),
        ],
    ),
    (
        "multi_channels_select",
        &[ACTION, CONFIRM, FOCUS, PLACEHOLDER, MOST_SELECTED, may("initial_channels", Rule::Strings(100))],
    ),
    ("datepicker", &[ACTION, CONFIRM, FOCUS, PLACEHOLDER, may("initial_date", Rule::Date)]),
    (
        "timepicker",
        &[
            ACTION,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
            may("initial_time", Rule::Time),
            may("timezone", Rule::Id(255)),
        ],
    ),
    (
        "datetimepicker",
        &[ACTION, CONFIRM, FOCUS, may("initial_date_time", Rule::Int(1_000_000_000, 9_999_999_999))],
    ),
    (
        "plain_text_input",
        &[
            ACTION,
            FOCUS,
            PLACEHOLDER,
            DISPATCH,
            may("initial_value", Rule::Str(3000)),
            may("multiline", Rule::Flag),
            may("min_length", Rule::Int(0, 3000)),
            may("max_length", Rule::Int(1, 3000)),
        ],
    ),
    ("email_text_input", &[ACTION, FOCUS, PLACEHOLDER, DISPATCH, may("initial_value", Rule::Str(3000))]),
    ("url_text_input", &[ACTION, FOCUS, PLACEHOLDER, DISPATCH, may("initial_value", Rule::Url(3000))]),
    (
        "number_input",
        &[
            must("is_decimal_allowed", Rule::Flag),
            ACTION,
            FOCUS,
            PLACEHOLDER,
            DISPATCH,
            may("initial_value", Rule::Str(255)),
            may("min_value", Rule::Str(255)),
            may("max_value", Rule::Str(255)),
        ],
    ),
    ("rich_text_input", &[ACTION, FOCUS, PLACEHOLDER, DISPATCH, may("initial_value", Rule::Any)]),
    ("file_input", &[ACTION, may("filetypes", Rule::Strings(100)), may("max_files", Rule::Int(1, 10))]),
    (
        "image",
        &[must("alt_text", Rule::Str(2000)), may("image_url", Rule::Url(3000)), may("slack_file", Rule::Any)],
    ),
];

/// Checks an element that has to be one of `of`.
pub(super) fn check(value: &Value, at: &str, of: &[&str], faults: &mut Faults) {
    if !value.is_object() {
        faults.add(at, "must provide an object");
        return;
    }
    let name = super::kind(value);
    if name.is_empty() {
        faults.add(at, "missing required field: type");
        return;
    }
    let known = ELEMENTS.iter().find(|(known, _)| *known == name && of.contains(known));
    let Some((_, fields)) = known else {
        faults.add(&format!("{at}/type"), format!("unsupported type: {name}"));
        return;
    };
    check_object(value, at, fields, faults);
    match name {
        "static_select" | "multi_static_select" => match (value.get("options"), value.get("option_groups")) {
            (None, None) => faults.add(at, "must define either `options` or `option_groups`"),
            (Some(_), Some(_)) => faults.add(at, "must define only one of `options` or `option_groups`"),
            _ => composition::check_initial(value, at, faults),
        },
        "checkboxes" | "radio_buttons" => composition::check_initial(value, at, faults),
        "image" => needs_picture(value, at, faults),
        _ => {}
    }
}

/// An image comes from an address or from a file in Slack.
pub(super) fn needs_picture(value: &Value, at: &str, faults: &mut Faults) {
    if value.get("image_url").is_none() && value.get("slack_file").is_none() {
        faults.add(at, "must define either `image_url` or `slack_file`");
    }
}
