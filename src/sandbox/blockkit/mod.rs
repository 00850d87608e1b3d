//! Block Kit, checked as Slack checks it: required fields, lengths, counts, allowed elements, unique ids.
//!
//! Limits: <https://docs.slack.dev/reference/block-kit>. Each fault carries Slack's wording and the JSON
//! pointer of the place. Blocks that only Slack's newest surfaces know (tables, cards, charts) count as
//! unknown here. Nothing here does I/O.

mod composition;
mod elements;
mod rich_text;
mod rule;
mod table;

use std::collections::HashSet;

use serde_json::Value;

pub use rule::Fault;

use rule::Faults;

/// Where blocks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Message,
    Modal,
    Home,
}

impl Surface {
    /// The most blocks that it takes.
    const fn max_blocks(self) -> usize {
        match self {
            Self::Message => 50,
            Self::Modal | Self::Home => 100,
        }
    }
}

/// Largest view, as JSON (`views.open`: `view_too_large`).
pub const MAX_VIEW_BYTES: usize = 250_000;

/// Checks the blocks of a message. No faults: Slack would take it.
#[must_use]
pub fn check_message(blocks: &Value) -> Vec<Fault> {
    let mut faults = Faults::default();
    check_blocks(blocks, Surface::Message, "/blocks", &mut faults);
    faults.into_vec()
}

/// Checks a modal or a Home tab, as `views.*` take it.
#[must_use]
pub fn check_view(view: &Value, surface: Surface) -> Vec<Fault> {
    let mut faults = Faults::default();
    let fields = match surface {
        Surface::Modal => table::MODAL,
        Surface::Home => table::HOME,
        Surface::Message => &[],
    };
    let Some(body) = rule::check_object(view, "/view", fields, &mut faults) else {
        return faults.into_vec();
    };
    if let Some(blocks) = body.get("blocks") {
        check_blocks(blocks, surface, "/view/blocks", &mut faults);
        if surface == Surface::Modal && body.get("submit").is_none_or(Value::is_null) {
            let inputs = blocks.as_array().into_iter().flatten().enumerate();
            for (index, _) in inputs.filter(|(_, block)| kind(block) == "input") {
                let at = format!("/view/blocks/{index}/input");
                faults.add(&at, "must define `submit` to use an `input` block in modals");
            }
        }
    }
    faults.into_vec()
}

/// Gives every block without a `block_id` one.
pub fn fill_block_ids(blocks: &mut Value, mut fresh: impl FnMut() -> String) {
    for block in blocks.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        block.entry("block_id").or_insert_with(|| Value::String(fresh()));
    }
}

fn kind(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn check_blocks(blocks: &Value, surface: Surface, at: &str, faults: &mut Faults) {
    let Some(list) = blocks.as_array() else {
        faults.add(at, "must provide an array");
        return;
    };
    if list.len() > surface.max_blocks() {
        faults.add(at, format!("no more than {} items allowed", surface.max_blocks()));
    }
    let mut block_ids = HashSet::new();
    let mut markdown = 0;
    for (index, block) in list.iter().enumerate() {
        let at = format!("{at}/{index}");
        check_block(block, surface, &at, faults);
        if let Some(id) = block.get("block_id").and_then(Value::as_str)
            && !block_ids.insert(id)
        {
            faults.add(&format!("{at}/block_id"), format!("`block_id` \"{id}\" already exists"));
        }
        unique_action_ids(block, &at, faults);
        if kind(block) == "markdown" {
            markdown += block.get("text").and_then(Value::as_str).map_or(0, |text| text.chars().count());
        }
    }
    if markdown > table::MAX_MARKDOWN_CHARS {
        faults.add(at, format!("must be less than {} characters", table::MAX_MARKDOWN_CHARS + 1));
    }
}

fn check_block(block: &Value, surface: Surface, at: &str, faults: &mut Faults) {
    if !block.is_object() {
        faults.add(at, "must provide an object");
        return;
    }
    let name = kind(block);
    if name.is_empty() {
        faults.add(at, "missing required field: type");
        return;
    }
    let Some((_, surfaces, fields)) = table::BLOCKS.iter().find(|(known, ..)| *known == name) else {
        faults.add(&format!("{at}/type"), format!("unsupported type: {name}"));
        return;
    };
    if !surfaces.contains(&surface) {
        faults.add(&format!("{at}/type"), format!("unsupported type: {name}"));
        return;
    }
    rule::check_object(block, at, fields, faults);
    match name {
        "section" if block.get("text").is_none() && block.get("fields").is_none() => {
            faults.add(at, "must define either `text` or `fields`");
        }
        "image" => elements::needs_picture(block, at, faults),
        _ => {}
    }
}

fn unique_action_ids(block: &Value, at: &str, faults: &mut Faults) {
    let mut seen = HashSet::new();
    let elements = block.get("elements").and_then(Value::as_array).into_iter().flatten().enumerate();
    for (index, element) in elements {
        if let Some(id) = element.get("action_id").and_then(Value::as_str)
            && !seen.insert(id)
        {
            let at = format!("{at}/elements/{index}/action_id");
            faults.add(&at, format!("`action_id` \"{id}\" already exists"));
        }
    }
}

#[cfg(test)]
mod tests;
