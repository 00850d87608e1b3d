//! Messages and modals as a terminal shows them: `canvass preview`.

use crate::domain::hidden::without_hidden;
use crate::domain::message::{Button, Message, Modal, Part};

/// Columns of a line.
const WIDTH: usize = 72;

/// A message as plain text, wrapped at 72 columns: prose, what was recorded, buttons, menu, footer.
pub fn to_text(message: &Message) -> String {
    let mut blocks: Vec<String> = message.parts.iter().map(part).collect();
    if let Some(recorded) = &message.recorded {
        blocks.push(wrapped(&recorded.plain(), "» "));
    }
    if !message.buttons.is_empty() {
        let buttons: Vec<String> = message.buttons.iter().map(labelled).collect();
        blocks.push(buttons.join("  "));
    }
    if !message.overflow.is_empty() {
        let entries: Vec<String> =
            message.overflow.iter().map(|entry| format!("⋮ {}", entry.label)).collect();
        blocks.push(entries.join("\n"));
    }
    if let Some(footer) = &message.footer {
        blocks.push(wrapped(&footer.plain(), "  "));
    }
    finished(&blocks)
}

/// A modal as plain text, wrapped at 72 columns.
pub fn modal_to_text(modal: &Modal) -> String {
    let mut blocks = vec![format!("[{}]", modal.title)];
    blocks.extend(modal.parts.iter().map(part));
    blocks.extend(modal.fields.iter().map(|field| format!("{}: ____", field.label)));
    blocks.extend(modal.submit.iter().map(|label| format!("[ {label} ]")));
    finished(&blocks)
}

fn finished(blocks: &[String]) -> String {
    let mut text = blocks.join("\n\n");
    text.push('\n');
    // A terminal obeys control characters.
    without_hidden(&text).into_owned()
}

fn labelled(button: &Button) -> String {
    format!("[ {} ]", button.label)
}

fn part(part: &Part) -> String {
    match part {
        Part::Heading(text) => format!("{text}\n{}", "─".repeat(text.chars().count().min(WIDTH))),
        Part::Paragraph(paragraph) => wrapped(&paragraph.plain(), ""),
        Part::List(items) => {
            let items: Vec<String> = items.iter().map(|item| bullet(&item.plain())).collect();
            items.join("\n")
        }
        Part::Quote(text) => text.lines().map(|line| wrapped(line, "> ")).collect::<Vec<_>>().join("\n"),
        Part::Table { header, rows } => table(header, rows),
        Part::Lines(lines) => lines.join("\n"),
        Part::Small(paragraph) => wrapped(&paragraph.plain(), "  "),
        Part::Divider => "─".repeat(WIDTH),
        Part::Row { text, buttons, .. } => {
            let text = wrapped(&text.plain(), "");
            let buttons: Vec<String> = buttons.iter().map(labelled).collect();
            if buttons.is_empty() { text } else { format!("{text}\n{}", buttons.join("  ")) }
        }
    }
}

fn bullet(text: &str) -> String {
    let indented = wrapped(text, "  ");
    indented.strip_prefix("  ").map_or_else(|| "•".to_owned(), |text| format!("• {text}"))
}

/// `text` in lines of at most [`WIDTH`] columns, each after `prefix`. A longer word has its own line.
fn wrapped(text: &str, prefix: &str) -> String {
    let room = WIDTH.saturating_sub(prefix.chars().count());
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n")
}

fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let cells: Vec<String> =
            widths.iter().zip(cells).map(|(width, cell)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut lines = vec![line(header), line(&rule)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Paragraph;

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let mut message = Message::line("word ".repeat(60));
        message.parts.push(Part::Quote("quoted ".repeat(40)));
        message.parts.push(Part::List(vec![Paragraph::text("item ".repeat(40))]));
        message.footer = Some(Paragraph::text("small ".repeat(40)));
        assert!(to_text(&message).lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn tables_are_aligned() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let table = Part::Table { header: row(&["Team", "Who"]), rows: vec![row(&["Checkout", "Ana"])] };
        assert_eq!(part(&table), "Team      Who\n────────  ───\nCheckout  Ana");
    }
}
