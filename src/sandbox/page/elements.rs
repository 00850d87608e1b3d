//! Buttons, menus and fields as HTML. What the script needs to act stands in `data-` attributes.

use maud::{Markup, html};
use serde_json::Value;

use super::blocks::{Place, Surface, text, text_object};
use super::mrkdwn;

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn label(object: Option<&Value>) -> Markup {
    html! { @if let Some(object) = object { (mrkdwn::plain(text(object, "text"))) } }
}

/// What names an element to the driver.
struct Target<'a> {
    block: &'a str,
    action: &'a str,
    ts: Option<&'a str>,
    view: Option<&'a str>,
    confirm: Option<String>,
}

fn target<'a>(element: &'a Value, block: &'a str, surface: Surface<'a>) -> Target<'a> {
    let (ts, view) = match surface.place {
        Place::Message(ts) => (Some(ts), None),
        Place::View(id) => (None, Some(id)),
    };
    let confirm = element.get("confirm").map(ToString::to_string);
    Target { block, action: text(element, "action_id"), ts, view, confirm }
}

/// What the element holds: as it was entered, or as it began.
fn held<'a>(element: &'a Value, block: &str, surface: Surface<'a>, field: &str) -> Option<&'a Value> {
    let entered = surface.state.get(block).and_then(|block| block.get(text(element, "action_id")));
    let initial = format!("initial_{}", field.trim_start_matches("selected_"));
    match entered {
        Some(entered) => entered.get(field),
        None => element.get(initial),
    }
}

/// An element that acts at once.
pub(super) fn render(element: &Value, block: &str, surface: Surface<'_>) -> Markup {
    match text(element, "type") {
        "button" => button(element, block, surface),
        "overflow" => overflow(element, block, surface),
        _ => field(element, block, surface, true),
    }
}

fn button(element: &Value, block: &str, surface: Surface<'_>) -> Markup {
    let at = target(element, block, surface);
    let style = match text(element, "style") {
        "primary" => "button primary",
        "danger" => "button danger",
        _ => "button",
    };
    let url = Some(text(element, "url")).filter(|url| !url.is_empty());
    let name = Some(text(element, "accessibility_label")).filter(|name| !name.is_empty());
    html! {
        button type="button" class=(style) data-click=(at.action) data-block=(at.block) data-ts=[at.ts]
            data-view=[at.view] data-confirm=[at.confirm] data-url=[url] aria-label=[name] {
            (label(element.get("text")))
            @if url.is_some() { span.out aria-hidden="true" { "↗" } }
        }
    }
}

fn overflow(element: &Value, block: &str, surface: Surface<'_>) -> Markup {
    let at = target(element, block, surface);
    html! {
        details.menu {
            summary.button.quiet aria-label="More actions" title="More actions" { "⋯" }
            div.menu-items role="menu" {
                @for option in items(element, "options") {
                    @let url = Some(text(option, "url")).filter(|url| !url.is_empty());
                    button type="button" role="menuitem" data-click=(at.action) data-block=(at.block) data-ts=[at.ts]
                        data-view=[at.view] data-confirm=[at.confirm.as_ref()] data-value=(text(option, "value")) data-url=[url] {
                        (label(option.get("text")))
                    }
                }
            }
        }
    }
}

/// An input block: label, field, hint, and the place of its error.
pub(super) fn input_block(block: &Value, surface: Surface<'_>) -> Markup {
    let id = text(block, "block_id");
    let optional = block.get("optional").and_then(Value::as_bool).unwrap_or_default();
    let acts = block.get("dispatch_action").and_then(Value::as_bool).unwrap_or_default();
    let Some(element) = block.get("element") else { return html! {} };
    let grouped = matches!(text(element, "type"), "radio_buttons" | "checkboxes");
    let caption = html! {
        (label(block.get("label")))
        @if optional { span.optional { " (optional)" } }
    };
    let body = html! {
        (field(element, id, surface, acts))
        @if let Some(hint) = block.get("hint") { p.hint { (label(Some(hint))) } }
        p.field-error id=(format!("error-{id}")) data-error=(id) role="alert" hidden {}
    };
    html! {
        @if grouped { fieldset.field { legend { (caption) } (body) } }
        @else { div.field { label for=(format!("field-{id}-{}", text(element, "action_id"))) { (caption) } (body) } }
    }
}

/// A field; `acts`: a change is sent at once.
fn field(element: &Value, block: &str, surface: Surface<'_>, acts: bool) -> Markup {
    let at = target(element, block, surface);
    let id = format!("field-{block}-{}", at.action);
    let kind = text(element, "type");
    let placeholder = element.get("placeholder").map(|object| text(object, "text"));
    let focus = element.get("focus_on_load").and_then(Value::as_bool).unwrap_or_default();
    let described = format!("error-{block}");
    let value = |name: &str| held(element, block, surface, name).and_then(Value::as_str).unwrap_or_default();
    let input = |html_kind: &str, name: &str| {
        html! {
            input type=(html_kind) id=(id) data-field=(at.action) data-block=(at.block) data-ts=[at.ts] data-view=[at.view]
                data-acts[acts] data-confirm=[at.confirm.as_ref()] value=(value(name)) placeholder=[placeholder]
                aria-describedby=(described) autofocus[focus];
        }
    };
    match kind {
        "plain_text_input" if element.get("multiline").and_then(Value::as_bool) == Some(true) => html! {
            textarea id=(id) rows="4" data-field=(at.action) data-block=(at.block) data-view=[at.view] data-ts=[at.ts] data-acts[acts]
                placeholder=[placeholder] aria-describedby=(described) autofocus[focus] { (value("value")) }
        },
        "plain_text_input" | "rich_text_input" => input("text", "value"),
        "email_text_input" => input("email", "value"),
        "url_text_input" => input("url", "value"),
        "number_input" => input("number", "value"),
        "datepicker" => input("date", "selected_date"),
        "timepicker" => input("time", "selected_time"),
        "datetimepicker" => input("datetime-local", "selected_date_time"),
        "radio_buttons" | "checkboxes" => choices(element, surface, &at, acts),
        "static_select" | "multi_static_select" | "users_select" | "multi_users_select" => {
            menu(element, surface, &at, &id, acts)
        }
        other => html! { p.unsupported { "A field of the kind " code { (other) } " is not drawn here." } },
    }
}

fn chosen_values(element: &Value, at: &Target<'_>, surface: Surface<'_>) -> Vec<String> {
    let one = ["selected_option", "selected_user"];
    let many = ["selected_options", "selected_users"];
    let value = |item: &Value| item.as_str().or_else(|| item.get("value")?.as_str()).map(str::to_owned);
    let single = one.iter().filter_map(|field| held(element, at.block, surface, field)).filter_map(value);
    let several =
        many.iter().filter_map(|field| held(element, at.block, surface, field)?.as_array()).flatten();
    single.chain(several.filter_map(value)).collect()
}

fn choices(element: &Value, surface: Surface<'_>, at: &Target<'_>, acts: bool) -> Markup {
    let kind = if text(element, "type") == "checkboxes" { "checkbox" } else { "radio" };
    let chosen = chosen_values(element, at, surface);
    let name = format!("{}-{}", at.block, at.action);
    html! {
        div.choices {
            @for option in items(element, "options") {
                @let value = text(option, "value");
                label.choice {
                    input type=(kind) name=(name) value=(value) checked[chosen.iter().any(|chosen| chosen == value)]
                        data-field=(at.action) data-block=(at.block) data-view=[at.view] data-ts=[at.ts] data-acts[acts];
                    span {
                        @if let Some(object) = option.get("text") { (text_object(object, surface.reader)) }
                        @if let Some(object) = option.get("description") { small { (text_object(object, surface.reader)) } }
                    }
                }
            }
        }
    }
}

fn menu(element: &Value, surface: Surface<'_>, at: &Target<'_>, id: &str, acts: bool) -> Markup {
    let kind = text(element, "type");
    let chosen = chosen_values(element, at, surface);
    let is_chosen = |value: &str| chosen.iter().any(|chosen| chosen == value);
    let placeholder = element.get("placeholder").map_or("Choose…", |object| text(object, "text"));
    let people = || surface.reader.workspace.people().filter(|person| !person.is_bot && !person.deleted);
    let option = |option: &Value| {
        let value = text(option, "value");
        html! { option value=(value) selected[is_chosen(value)] { (label(option.get("text"))) } }
    };
    html! {
        select id=(id) data-field=(at.action) data-block=(at.block) data-view=[at.view] data-ts=[at.ts] data-acts[acts]
            data-confirm=[at.confirm.as_ref()] multiple[kind.starts_with("multi_")] aria-describedby=(format!("error-{}", at.block)) {
            @if !kind.starts_with("multi_") { option value="" { (placeholder) } }
            @if kind.ends_with("users_select") {
                @for person in people() { option value=(person.id) selected[is_chosen(&person.id)] { (person.real_name) } }
            }
            @for entry in items(element, "options") { (option(entry)) }
            @for group in items(element, "option_groups") {
                optgroup label=(group.get("label").map_or("", |object| text(object, "text"))) {
                    @for entry in items(group, "options") { (option(entry)) }
                }
            }
        }
    }
}
