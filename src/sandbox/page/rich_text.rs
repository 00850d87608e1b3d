//! Rich text blocks as HTML.

use maud::{Markup, html};
use serde_json::Value;

use super::mrkdwn::{self, Reader};
use super::when;

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn block(block: &Value, reader: Reader<'_>) -> Markup {
    html! {
        div.rich {
            @for part in items(block, "elements") {
                @match text(part, "type") {
                    "rich_text_list" => (list(part, reader)),
                    "rich_text_quote" => blockquote { (line(part, reader)) },
                    "rich_text_preformatted" => pre { code { (line(part, reader)) } },
                    _ => p { (line(part, reader)) },
                }
            }
        }
    }
}

fn list(part: &Value, reader: Reader<'_>) -> Markup {
    let entries = html! { @for item in items(part, "elements") { li { (line(item, reader)) } } };
    html! {
        @if text(part, "style") == "ordered" { ol { (entries) } } @else { ul { (entries) } }
    }
}

fn line(part: &Value, reader: Reader<'_>) -> Markup {
    html! { @for piece in items(part, "elements") { (styled(piece, reader)) } }
}

fn styled(piece: &Value, reader: Reader<'_>) -> Markup {
    let styles = ["code", "strike", "italic", "bold"];
    let has = |style: &str| piece.pointer(&format!("/style/{style}")).and_then(Value::as_bool) == Some(true);
    styles.into_iter().filter(|style| has(style)).fold(inline(piece, reader), |inner, style| match style {
        "code" => html! { code { (inner) } },
        "strike" => html! { s { (inner) } },
        "italic" => html! { em { (inner) } },
        _ => html! { strong { (inner) } },
    })
}

fn inline(piece: &Value, reader: Reader<'_>) -> Markup {
    match text(piece, "type") {
        "link" => {
            let label = Some(text(piece, "text")).filter(|label| !label.is_empty());
            mrkdwn::link(text(piece, "url"), label.unwrap_or(text(piece, "url")))
        }
        "user" => mrkdwn::mention(text(piece, "user_id"), None, reader),
        "emoji" => html! { (mrkdwn::emoji(text(piece, "name"))) },
        "broadcast" => html! { span.mention.broadcast { "@" (text(piece, "range")) } },
        "channel" => html! { span.mention { "#" (text(piece, "channel_id")) } },
        "date" => {
            let seconds = piece.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
            let shown = when::formatted(seconds, text(piece, "format"), reader.zone);
            html! { time { (shown.unwrap_or_else(|| text(piece, "fallback").to_owned())) } }
        }
        _ => html! {
            @for (index, line) in text(piece, "text").split('\n').enumerate() {
                @if index > 0 { br; }
                (line)
            }
        },
    }
}
