//! Block Kit as HTML.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::elements;
use super::mrkdwn::{self, Reader};
use super::rich_text;

/// Where blocks stand, which decides what a click on them names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surface<'a> {
    pub(super) reader: Reader<'a>,
    /// `ts` of the message, or id of the view.
    pub(super) place: Place<'a>,
    /// What was entered so far.
    pub(super) state: &'a Map<String, Value>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Message(&'a str),
    View(&'a str),
}

pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text object.
pub(super) fn text_object(object: &Value, reader: Reader<'_>) -> Markup {
    if text(object, "type") == "mrkdwn" {
        mrkdwn::render(text(object, "text"), reader)
    } else {
        mrkdwn::plain(text(object, "text"))
    }
}

pub(super) fn render(blocks: &[Value], surface: Surface<'_>) -> Markup {
    html! { div.blocks { @for block in blocks { (one(block, surface)) } } }
}

fn one(block: &Value, surface: Surface<'_>) -> Markup {
    let reader = surface.reader;
    match text(block, "type") {
        "header" => {
            html! { h3.block-header { @if let Some(object) = block.get("text") { (text_object(object, reader)) } } }
        }
        "section" => section(block, surface),
        "divider" => html! { hr; },
        "context" => html! {
            div.block-context {
                @for item in items(block, "elements") {
                    @if text(item, "type") == "image" { (picture(item, true)) } @else { span { (text_object(item, reader)) } }
                }
            }
        },
        "actions" => html! {
            div.block-actions {
                @for item in items(block, "elements") { (elements::render(item, text(block, "block_id"), surface)) }
            }
        },
        "image" => html! {
            figure.block-image {
                @if let Some(title) = block.get("title") { figcaption { (text_object(title, reader)) } }
                (picture(block, false))
            }
        },
        "rich_text" => rich_text::block(block, reader),
        "markdown" => html! { div.block-section { (mrkdwn::render(text(block, "text"), reader)) } },
        "input" => elements::input_block(block, surface),
        other => html! { p.unsupported { "A block of the kind " code { (other) } " is not drawn here." } },
    }
}

fn section(block: &Value, surface: Surface<'_>) -> Markup {
    html! {
        div.block-section {
            div.block-section-text {
                @if let Some(object) = block.get("text") { div { (text_object(object, surface.reader)) } }
                @if !items(block, "fields").is_empty() {
                    div.fields { @for field in items(block, "fields") { div { (text_object(field, surface.reader)) } } }
                }
            }
            @if let Some(accessory) = block.get("accessory") {
                div.accessory {
                    @if text(accessory, "type") == "image" { (picture(accessory, false)) }
                    @else { (elements::render(accessory, text(block, "block_id"), surface)) }
                }
            }
        }
    }
}

/// Pictures are not fetched: the page works offline and tells nobody that it was opened.
fn picture(image: &Value, small: bool) -> Markup {
    let words = text(image, "alt_text");
    html! {
        @if small { span.picture.small role="img" aria-label=(words) title=(words) { "▣" } }
        @else { div.picture role="img" aria-label=(words) { "▣ " (words) } }
    }
}
