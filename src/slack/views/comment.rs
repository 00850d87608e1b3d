//! What is said beside a file. Slack takes one text there, in its markup, and neither metadata nor controls.

use crate::domain::message::{Message, Paragraph, Part};

use super::limits;
use super::parts::markup;
use super::table;
use super::text::{cut, cut_escaped, escape};

/// The text of `message`; without parts, what its notification says.
pub fn comment(message: &Message) -> String {
    let shown = message.parts.iter().map(part);
    let tail = message.recorded.iter().chain(&message.footer).map(paragraph);
    let mut comment = String::new();
    for piece in shown.chain(tail).filter(|piece| !piece.trim().is_empty()) {
        // Markup is not cut in two: a piece that no longer fits ends the text.
        if comment.encode_utf16().count() + piece.encode_utf16().count() + 3 > limits::COMMENT {
            comment.push('…');
            break;
        }
        if !comment.is_empty() {
            comment.push_str("\n\n");
        }
        comment.push_str(&piece);
    }
    if comment.is_empty() { cut_escaped(&message.notification, limits::COMMENT) } else { comment }
}

fn paragraph(text: &Paragraph) -> String {
    markup(text, limits::BLOCK_TEXT)
}

fn part(part: &Part) -> String {
    match part {
        Part::Heading(text) => format!("*{}*", escape(&cut(text.trim(), limits::HEADER))),
        Part::Paragraph(text) | Part::Small(text) | Part::Row { text, .. } => paragraph(text),
        Part::List(entries) => lines(entries.iter().map(|entry| format!("• {}", paragraph(entry)))),
        Part::Quote(text) => lines(text.trim().lines().map(|line| format!("> {}", escape(line)))),
        Part::Table { header, rows } => {
            let table::Lines { head, rows } = table::lines(header, rows);
            preformatted(&lines(std::iter::once(head).chain(rows)))
        }
        Part::Lines(rows) => preformatted(&rows.join("\n")),
        Part::Divider => String::new(),
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn preformatted(text: &str) -> String {
    format!("```{}```", escape(&text.replace("```", "'''")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Span;

    #[test]
    fn parts_read_as_markup_and_nothing_in_them_is_a_mention() {
        let message = Message {
            notification: "See you".into(),
            parts: vec![
                Part::Heading("Office hours".into()),
                Part::Paragraph(Paragraph(vec![
                    Span::Text("With <!channel> & ".into()),
                    Span::Link { label: "the design".into(), url: "https://example.com/d?a=1&b=2".into() },
                ])),
                Part::List(vec!["one".into(), "two".into()]),
                Part::Quote("said\nthis".into()),
                Part::Divider,
            ],
            footer: Some("Priya's bot".into()),
            ..Message::default()
        };
        assert_eq!(
            comment(&message),
            "*Office hours*\n\nWith &lt;!channel&gt; &amp; <https://example.com/d?a=1&amp;b=2|the design>\n\n\
             • one\n• two\n\n> said\n> this\n\nPriya's bot"
        );
        let bare = Message { notification: "See <you>".into(), ..Message::default() };
        assert_eq!(comment(&bare), "See &lt;you&gt;");
    }

    #[test]
    fn a_text_that_is_too_long_ends_between_two_pieces() {
        let long = Part::Paragraph(Paragraph::text("x".repeat(2_000)));
        let message = Message::new("n", vec![long.clone(), long]);
        let shown = comment(&message);
        assert_eq!(shown.chars().count(), 2_001);
        assert!(shown.ends_with('…'));
    }
}
