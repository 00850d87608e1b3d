//! Rich text: sections, lists, quotes and code, and what stands in their lines.

use serde_json::Value;

use super::rule::{Faults, Field, Rule, check, check_list, check_object, may, must};

const STYLE: Field = may(
    "style",
    Rule::Object(&[
        may("bold", Rule::Flag),
        may("italic", Rule::Flag),
        may("strike", Rule::Flag),
        may("code", Rule::Flag),
        may("underline", Rule::Flag),
        may("highlight", Rule::Flag),
        may("client_highlight", Rule::Flag),
        may("unlink", Rule::Flag),
    ]),
);

/// What stands in a line.
const INLINE: &[(&str, &[Field])] = &[
    ("text", &[must("text", Rule::Id(MAX_CHARS)), STYLE]),
    (
        "link",
        &[must("url", Rule::Url(3000)), may("text", Rule::Str(MAX_CHARS)), may("unsafe", Rule::Flag), STYLE],
    ),
    (
        "emoji",
        &[
            must("name", Rule::Id(255)),
            may("unicode", Rule::Str(255)),
            may("skin_tone", Rule::Int(1, 6)),
            STYLE,
        ],
    ),
    ("user", &[must("user_id", Rule::Id(255)), STYLE]),
    ("usergroup", &[must("usergroup_id", Rule::Id(255)), STYLE]),
    ("channel", &[must("channel_id", Rule::Id(255)), STYLE]),
    ("broadcast", &[must("range", Rule::OneOf(&["here", "channel", "everyone"])), STYLE]),
    (
        "date",
        &[
            must("timestamp", Rule::Int(0, i64::MAX)),
            must("format", Rule::Id(255)),
            may("url", Rule::Url(3000)),
            may("fallback", Rule::Str(255)),
            STYLE,
        ],
    ),
    ("color", &[must("value", Rule::Id(255)), STYLE]),
];

/// No limit is published for one piece of text; the one of a message applies.
const MAX_CHARS: usize = 40_000;

/// Checks the parts of a rich text block.
pub(super) fn check_parts(value: &Value, at: &str, faults: &mut Faults) {
    for (at, part) in check_list(value, at, 0, usize::MAX, faults) {
        let fields: &[Field] = match super::kind(part) {
            "rich_text_section" => &[must("elements", Rule::Any)],
            "rich_text_quote" => &[must("elements", Rule::Any), may("border", Rule::Int(0, 1))],
            "rich_text_preformatted" => &[
                must("elements", Rule::Any),
                may("border", Rule::Int(0, 1)),
                may("language", Rule::Str(255)),
            ],
            "rich_text_list" => &[
                must("elements", Rule::Any),
                must("style", Rule::OneOf(&["bullet", "ordered"])),
                may("indent", Rule::Int(0, 8)),
                may("offset", Rule::Int(0, i64::MAX)),
                may("border", Rule::Int(0, 1)),
            ],
            other => {
                faults.add(&format!("{at}/type"), format!("unsupported type: {other}"));
                continue;
            }
        };
        let Some(elements) = check_object(part, &at, fields, faults).and_then(|part| part.get("elements"))
        else {
            continue;
        };
        let at = format!("{at}/elements");
        if super::kind(part) == "rich_text_list" {
            for (at, section) in check_list(elements, &at, 1, usize::MAX, faults) {
                if super::kind(section) != "rich_text_section" {
                    faults.add(&format!("{at}/type"), format!("unsupported type: {}", super::kind(section)));
                } else if let Some(inline) = section.get("elements") {
                    check_inline(inline, &format!("{at}/elements"), faults);
                } else {
                    faults.add(&at, "missing required field: elements");
                }
            }
        } else {
            check_inline(elements, &at, faults);
        }
    }
}

fn check_inline(value: &Value, at: &str, faults: &mut Faults) {
    for (at, piece) in check_list(value, at, 0, usize::MAX, faults) {
        let name = super::kind(piece);
        match INLINE.iter().find(|(known, _)| *known == name) {
            Some((_, fields)) => check(piece, &at, Rule::Object(fields), faults),
            None => faults.add(&format!("{at}/type"), format!("unsupported type: {name}")),
        }
    }
}
