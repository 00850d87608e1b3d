//! Prose, lists, quotes and tables as blocks.
//!
//! They are drawn as `rich_text`, which takes what it is given as text; only small print is markup (there
//! is no small rich text), escaped.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::domain::hidden::without_hidden;
use crate::domain::message::{Paragraph, Part, Span};

use super::controls;
use super::limits;
use super::table;
use super::text::{cut, escape, pieces, units};

/// A block, with what it weighs against the limits.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// As Slack takes it, without an id.
    pub(super) json: Value,
    /// How many things of the message it shows: paragraphs, entries, rows.
    items: usize,
    /// Its text, units.
    units: usize,
}

impl Block {
    fn new(json: Value, items: usize, units: usize) -> Self {
        Self { json, items, units }
    }
}

/// The blocks of `parts`.
pub(super) fn draw(parts: &[Part]) -> Vec<Block> {
    parts.iter().flat_map(part).collect()
}

fn part(part: &Part) -> Vec<Block> {
    match part {
        Part::Heading(text) => heading(text).into_iter().collect(),
        Part::Paragraph(text) => paragraph(text),
        Part::List(entries) => list(entries),
        Part::Quote(text) => quote(text),
        Part::Table { header, rows } => tabulate(header, rows),
        Part::Lines(lines) => preformatted(lines.clone()),
        Part::Small(text) => small(text).into_iter().collect(),
        Part::Divider => vec![divider()],
        Part::Row { about, text, buttons } => {
            let mut blocks = paragraph(text);
            let controls = controls::row(buttons, &[], *about);
            blocks.extend(controls.map(|row| Block::new(row, 0, 0)));
            blocks
        }
    }
}

/// A line across.
pub(super) fn divider() -> Block {
    Block::new(json!({ "type": "divider" }), 0, 0)
}

fn heading(text: &str) -> Option<Block> {
    let text = cut(text.trim(), limits::HEADER);
    let units = units(&text);
    (units > 0).then(|| {
        Block::new(
            json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": false } }),
            1,
            units,
        )
    })
}

/// Running text, in as many blocks as it takes.
pub(super) fn paragraph(text: &Paragraph) -> Vec<Block> {
    runs(text, limits::BLOCK_TEXT)
        .into_iter()
        .enumerate()
        .map(|(i, run)| rich(nest("rich_text_section", run.elements), usize::from(i == 0), run.units))
        .collect()
}

fn quote(text: &str) -> Vec<Block> {
    pieces(text.trim(), limits::BLOCK_TEXT)
        .into_iter()
        .enumerate()
        .map(|(i, piece)| {
            let element = nest("rich_text_quote", vec![plain(piece)]);
            rich(element, usize::from(i == 0), units(piece))
        })
        .collect()
}

fn list(entries: &[Paragraph]) -> Vec<Block> {
    // An entry that is longer than a block goes on as an entry of the next one.
    let entries = entries.iter().flat_map(|entry| {
        runs(entry, limits::BLOCK_TEXT).into_iter().enumerate().map(|(i, run)| (usize::from(i == 0), run))
    });
    let mut blocks = Vec::new();
    let (mut shown, mut items, mut used) = (Vec::new(), 0, 0);
    let close = |shown: &mut Vec<Value>, items: usize, used: usize| {
        let mut list = nest("rich_text_list", std::mem::take(shown));
        if let Some(list) = list.as_object_mut() {
            list.insert("style".to_owned(), "bullet".into());
        }
        rich(list, items, used)
    };
    for (first, run) in entries {
        if used + run.units > limits::BLOCK_TEXT && !shown.is_empty() {
            blocks.push(close(&mut shown, items, used));
            (items, used) = (0, 0);
        }
        shown.push(nest("rich_text_section", run.elements));
        items += first;
        used += run.units;
    }
    if !shown.is_empty() {
        blocks.push(close(&mut shown, items, used));
    }
    blocks
}

fn tabulate(header: &[String], rows: &[Vec<String>]) -> Vec<Block> {
    let table::Lines { head, rows } = table::lines(header, rows);
    preformatted(std::iter::once(head).chain(rows).collect())
}

/// Lines as they are, in as many blocks as it takes. The first line is a title, and counts for nothing.
fn preformatted(lines: Vec<String>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = lines.into_iter();
    let mut text = cut(&lines.next().unwrap_or_default(), limits::BLOCK_TEXT);
    let mut items = 0;
    let close = |text: &str, items: usize| {
        let element = nest("rich_text_preformatted", vec![plain(text)]);
        rich(element, items, units(text))
    };
    for line in lines {
        let line = cut(&line, limits::BLOCK_TEXT);
        if units(&text) + 1 + units(&line) > limits::BLOCK_TEXT {
            if !text.trim().is_empty() {
                blocks.push(close(&text, items));
            }
            (text, items) = (line, 1);
        } else {
            text.push('\n');
            text.push_str(&line);
            items += 1;
        }
    }
    if !text.trim().is_empty() {
        blocks.push(close(&text, items));
    }
    blocks
}

fn rich(element: Value, items: usize, units: usize) -> Block {
    Block::new(nest("rich_text", vec![element]), items, units)
}

/// A `kind` with `elements`, which are moved: `json!` would copy them, and again at each level above.
pub(super) fn nest(kind: &str, elements: Vec<Value>) -> Value {
    let mut nest = Map::new();
    nest.insert("type".to_owned(), kind.into());
    nest.insert("elements".to_owned(), elements.into());
    nest.into()
}

fn plain(text: &str) -> Value {
    json!({ "type": "text", "text": seen(text) })
}

/// `text` without what nobody sees; an element has to have some.
fn seen(text: &str) -> Cow<'_, str> {
    let seen = without_hidden(text);
    if seen.is_empty() { Cow::Borrowed(" ") } else { seen }
}

/// Elements of rich text that stay within a limit together.
#[derive(Debug, Default)]
struct Run {
    elements: Vec<Value>,
    units: usize,
}

fn runs(paragraph: &Paragraph, most: usize) -> Vec<Run> {
    let mut runs = vec![Run::default()];
    for span in &paragraph.0 {
        let mut push = |element: Value, weight: usize| match runs.last_mut() {
            Some(run) if run.units + weight <= most || run.elements.is_empty() => {
                run.elements.push(element);
                run.units += weight;
            }
            Some(_) | None => runs.push(Run { elements: vec![element], units: weight }),
        };
        match span {
            Span::Text(text) => {
                pieces(text, most).into_iter().for_each(|piece| push(plain(piece), units(piece)))
            }
            Span::Strong(text) => pieces(text, most).into_iter().for_each(|piece| {
                push(json!({ "type": "text", "text": seen(piece), "style": { "bold": true } }), units(piece));
            }),
            Span::Code(text) => pieces(text, most).into_iter().for_each(|piece| {
                push(json!({ "type": "text", "text": seen(piece), "style": { "code": true } }), units(piece));
            }),
            Span::Link { label, url } => {
                let label = cut(label, most);
                if is_link(url) && !label.is_empty() {
                    push(json!({ "type": "link", "url": url, "text": label }), units(&label));
                } else if !label.is_empty() {
                    push(plain(&label), units(&label));
                }
            }
            Span::Mention(user) => push(json!({ "type": "user", "user_id": user.as_str() }), 20),
        }
    }
    runs.retain(|run| run.units > 0);
    runs
}

/// Whether Slack takes `url` as a link: one that is too long is shown as its label only.
pub(super) fn is_link(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && units(url) <= limits::URL
}

/// Small grey text, in one block.
pub(super) fn small(text: &Paragraph) -> Option<Block> {
    let all_plain = text.0.iter().all(|span| matches!(span, Span::Text(_)));
    let (kind, shown) = if all_plain {
        ("plain_text", cut(&text.plain(), limits::BLOCK_TEXT))
    } else {
        ("mrkdwn", markup(text, limits::BLOCK_TEXT))
    };
    let weight = units(&shown);
    (!shown.trim().is_empty()).then(|| {
        Block::new(json!({ "type": "context", "elements": [{ "type": kind, "text": shown }] }), 1, weight)
    })
}

/// Slack's markup for a paragraph. A span that no longer fits ends it, so that no markup is cut in two.
pub(super) fn markup(text: &Paragraph, most: usize) -> String {
    let mut shown = String::new();
    for span in &text.0 {
        let next = match span {
            Span::Text(text) => escape(text),
            Span::Strong(text) => format!("*{}*", escape(text)),
            Span::Code(text) => format!("`{}`", escape(&text.replace('`', "'"))),
            Span::Link { label, url } if is_link(url) => {
                let url =
                    url.replace('<', "%3C").replace('>', "%3E").replace('|', "%7C").replace('&', "&amp;");
                format!("<{url}|{}>", escape(label).replace('|', "¦"))
            }
            Span::Link { label, .. } => escape(label),
            Span::Mention(user) => format!("<@{user}>"),
        };
        if units(&shown) + units(&next) > most.saturating_sub(1) {
            shown.push('…');
            break;
        }
        shown.push_str(&next);
    }
    shown
}

/// As many of `blocks` as fit, and a last line that says how much is missing.
pub(super) fn fit(blocks: Vec<Block>, most_blocks: usize, most_units: usize) -> Vec<Block> {
    let weight: usize = blocks.iter().map(|block| block.units).sum();
    if blocks.len() <= most_blocks && weight <= most_units {
        return blocks;
    }
    let mut kept = Vec::new();
    let (mut used, mut missing) = (0, 0);
    for block in blocks {
        used += block.units;
        if missing > 0 || kept.len() + 1 >= most_blocks || used > most_units {
            missing += block.items;
        } else {
            kept.push(block);
        }
    }
    kept.extend(small(&Paragraph::text(format!("… and {missing} more"))));
    kept
}

/// The blocks as Slack takes them, each with an id of its own.
pub(super) fn numbered(blocks: Vec<Block>) -> Vec<Value> {
    blocks
        .into_iter()
        .enumerate()
        .map(|(i, block)| {
            let mut json = block.json;
            if let Some(block) = json.as_object_mut() {
                block.insert("block_id".to_owned(), format!("part-{i}").into());
            }
            json
        })
        .collect()
}
