//! The limits of a message (points 1 to 14) that can be counted: words, numbers, labels, forbidden terms.
//!
//! They are kept by construction where that is possible. What an author's sentences can break is named
//! here, for `canvass preview` and the tests.

use std::fmt;

use crate::domain::engagement::{Audience, Touch};
use crate::domain::message::{Message, Part};

use super::wording;

/// Longest label of a visible button, characters (point 11).
pub const LONGEST_LABEL: usize = 19;
/// Most visible buttons, a first step of its own included (point 11).
pub const MOST_BUTTONS: usize = 4;
/// Most entries of an overflow menu (Slack's limit).
pub const MOST_OVERFLOW: usize = 5;
/// What a lock screen shows of a message, characters (point 1).
pub const LOCK_SCREEN: usize = 100;

/// Most words of prose, footer excluded (point 9).
pub fn most_words(audience: Audience, touch: Touch) -> usize {
    match (touch, audience) {
        (Touch::HeadsUp | Touch::LastCall | Touch::FollowUp, _) => 60,
        (Touch::Pitch | Touch::Reminder, Audience::Executive) => 85,
        (
            Touch::Pitch | Touch::Reminder,
            Audience::Product | Audience::EngineeringManager | Audience::Engineer,
        ) => 120,
    }
}

/// Terms that an audience never meets (point 9, and *The arguments, by audience*), in lower case.
pub fn forbidden_terms(audience: Audience) -> &'static [&'static str] {
    match audience {
        Audience::Executive => &[
            "engineer-day",
            "p99",
            "p95",
            "slo",
            "slos",
            "sli",
            "retry",
            "retries",
            "latency",
            "backlog",
            "on-call",
            "rota",
            "pager",
            "deploy",
            "timeout",
            "time-out",
            "time-outs",
            "time-out pages",
        ],
        Audience::Product => &["p99", "p95", "mutex", "thread pool", "connection pool", "stack trace"],
        Audience::EngineeringManager => &[],
        Audience::Engineer => &["business case", "renewal", "renewals", "revenue", "brand"],
    }
}

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Too much to read.
    TooLong {
        /// Words there are.
        words: usize,
        /// Words there may be.
        most: usize,
    },
    /// A term that this audience doesn't use.
    Term(String),
    /// Shouting.
    ExclamationMark,
    /// More than one emoji.
    Emoji,
    /// A button's label that won't fit.
    Label(String),
    /// Too many visible buttons or overflow entries.
    Buttons(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { words, most } => {
                write!(f, "it has {words} words; {most} is the limit, so shorten the sentences")
            }
            Self::Term(term) => write!(f, "“{term}” is a term that this audience doesn't use"),
            Self::ExclamationMark => f.write_str("it has an exclamation mark"),
            Self::Emoji => f.write_str("it has more than one emoji"),
            Self::Label(label) => {
                write!(f, "the label “{label}” is longer than {LONGEST_LABEL} characters")
            }
            Self::Buttons(count) => write!(f, "it has {count} buttons or menu entries, which is too many"),
        }
    }
}

/// The words of a message's prose: footer, small print and what was recorded left out.
pub fn prose_words(message: &Message) -> usize {
    wording::words(&prose(message))
}

/// The prose of a message as plain text.
fn prose(message: &Message) -> String {
    let text = |part: &Part| match part {
        Part::Row { text, .. } => text.plain(),
        Part::Heading(text) | Part::Quote(text) => text.clone(),
        Part::Paragraph(paragraph) => paragraph.plain(),
        Part::List(items) => items.iter().map(|item| item.plain()).collect::<Vec<_>>().join("\n"),
        Part::Table { .. } | Part::Lines(_) | Part::Small(_) | Part::Divider => String::new(),
    };
    message.parts.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// Everything that is wrong with a campaign message.
pub fn faults(message: &Message, audience: Audience, touch: Touch) -> Vec<Fault> {
    let mut faults = Vec::new();
    let prose = prose(message);
    let (words, most) = (wording::words(&prose), most_words(audience, touch));
    if words > most {
        faults.push(Fault::TooLong { words, most });
    }
    let small = prose.to_lowercase();
    for term in forbidden_terms(audience) {
        if has_term(&small, term) {
            faults.push(Fault::Term((*term).to_owned()));
        }
    }
    if prose.contains('!') {
        faults.push(Fault::ExclamationMark);
    }
    if prose.chars().filter(|letter| is_emoji(*letter)).count() > 1 {
        faults.push(Fault::Emoji);
    }
    for button in &message.buttons {
        if button.label.chars().count() > LONGEST_LABEL {
            faults.push(Fault::Label(button.label.clone()));
        }
    }
    for (count, most) in [(message.buttons.len(), MOST_BUTTONS), (message.overflow.len(), MOST_OVERFLOW)] {
        if count > most {
            faults.push(Fault::Buttons(count));
        }
    }
    faults
}

/// Whether `term` stands in `text` as words of its own; a plural s is the same term.
fn has_term(text: &str, term: &str) -> bool {
    text.match_indices(term).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).unwrap_or_default();
        let after = after.strip_prefix('s').unwrap_or(after).chars().next();
        let apart = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
        apart(before) && apart(after)
    })
}

fn is_emoji(letter: char) -> bool {
    matches!(u32::from(letter), 0x1F300..=0x1FAFF | 0x2600..=0x27BF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{Action, Answer, Button, Look};

    #[test]
    fn every_countable_fault_is_found() {
        let message = |text: &str| Message::line(text);
        let check = |text: &str, expected: &[Fault]| {
            assert_eq!(faults(&message(text), Audience::Executive, Touch::LastCall), expected, "{text}");
        };
        check("Orders were lost.", &[]);
        check("Slower renewals.", &[]);
        check("Six engineer-days.", &[Fault::Term("engineer-day".into())]);
        check("Act now!", &[Fault::ExclamationMark]);
        check("🎉 Done 🎉", &[Fault::Emoji]);
        let long = "word ".repeat(61);
        check(&long, &[Fault::TooLong { words: 61, most: 60 }]);
    }

    #[test]
    fn labels_and_buttons_are_counted() {
        let mut message = Message::line("Fine.");
        let label = "A label of twenty ch".to_owned();
        let action = Action::Answer(Answer::No);
        message.buttons = vec![Button { label: label.clone(), action, look: Look::Plain }; 5];
        let found = faults(&message, Audience::Engineer, Touch::Pitch);
        assert!(found.contains(&Fault::Label(label)));
        assert!(found.contains(&Fault::Buttons(5)));
    }
}
