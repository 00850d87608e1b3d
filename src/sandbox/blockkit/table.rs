//! Blocks and views: where each is allowed and which fields it has.

use super::Surface::{self, Home, Message, Modal};
use super::elements::{IN_ACTIONS, IN_INPUT, IN_SECTION};
use super::rule::{Field, Rule, Texts, may, must};

/// A text object where nothing shorter is said.
pub(super) const MAX_TEXT_CHARS: usize = 3000;
/// All markdown blocks of a message together.
pub(super) const MAX_MARKDOWN_CHARS: usize = 12_000;

const ID: Field = may("block_id", Rule::Id(255));
const EVERYWHERE: &[Surface] = &[Message, Modal, Home];

/// Type, surfaces, fields.
pub(super) const BLOCKS: &[(&str, &[Surface], &[Field])] = &[
    (
        "section",
        EVERYWHERE,
        &[
            ID,
            may("text", Rule::Text(Texts::Any, MAX_TEXT_CHARS)),
            may("fields", Rule::TextList(10, 2000)),
            may("accessory", Rule::Element(IN_SECTION)),
            may("expand", Rule::Flag),
        ],
    ),
    ("divider", EVERYWHERE, &[ID]),
    ("header", EVERYWHERE, &[ID, must("text", Rule::Text(Texts::Plain, 150)), may("level", Rule::Int(1, 4))]),
    ("context", EVERYWHERE, &[ID, must("elements", Rule::Context(10))]),
    ("actions", EVERYWHERE, &[ID, must("elements", Rule::Elements(IN_ACTIONS, 25))]),
    (
        "image",
        EVERYWHERE,
        &[
            ID,
            must("alt_text", Rule::Str(2000)),
            may("image_url", Rule::Url(3000)),
            may("slack_file", Rule::Any),
            may("title", Rule::Text(Texts::Plain, 2000)),
        ],
    ),
    ("rich_text", EVERYWHERE, &[ID, must("elements", Rule::RichText)]),
    ("markdown", &[Message], &[ID, must("text", Rule::Id(MAX_MARKDOWN_CHARS))]),
    (
        "input",
        EVERYWHERE,
        &[
            ID,
            must("label", Rule::Text(Texts::Plain, 2000)),
            must("element", Rule::Element(IN_INPUT)),
            may("hint", Rule::Text(Texts::Plain, 2000)),
            may("optional", Rule::Flag),
            may("dispatch_action", Rule::Flag),
        ],
    ),
    (
        "video",
        EVERYWHERE,
        &[
            ID,
            must("alt_text", Rule::Str(2000)),
            must("title", Rule::Text(Texts::Plain, 200)),
            must("thumbnail_url", Rule::Url(3000)),
            must("video_url", Rule::Url(3000)),
            may("title_url", Rule::Url(3000)),
            may("description", Rule::Text(Texts::Plain, 200)),
            may("author_name", Rule::Str(50)),
            may("provider_name", Rule::Str(50)),
            may("provider_icon_url", Rule::Url(3000)),
        ],
    ),
];

/// A modal; its blocks are checked apart.
pub(super) const MODAL: &[Field] = &[
    must("title", Rule::Text(Texts::Plain, 24)),
    must("blocks", Rule::Any),
    may("close", Rule::Text(Texts::Plain, 24)),
    may("submit", Rule::Text(Texts::Plain, 24)),
    may("private_metadata", Rule::Str(3000)),
    may("callback_id", Rule::Str(255)),
    may("external_id", Rule::Str(255)),
    may("clear_on_close", Rule::Flag),
    may("notify_on_close", Rule::Flag),
];

/// A Home tab; its blocks are checked apart.
pub(super) const HOME: &[Field] = &[
    must("blocks", Rule::Any),
    may("private_metadata", Rule::Str(3000)),
    may("callback_id", Rule::Str(255)),
    may("external_id", Rule::Str(255)),
];
