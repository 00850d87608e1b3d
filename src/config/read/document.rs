//! A whole file: its syntax, and how much of it could be understood.

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::{Read, Reader, Word};

/// Reads a whole file: every fault of syntax, and whatever could be understood in spite of them.
pub(in crate::config) fn document<T: Read>(text: &str, reader: &mut Reader<'_>) -> (Option<T>, Soundness) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut repeated: Option<Repeated<'_>> = None;
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        if repeated.as_ref().is_some_and(|table| table.explains(error.message(), span.start)) {
            continue;
        }
        repeated = Repeated::table(text, error.message(), span.start);
        let place = reader.place(span.clone());
        let report = &mut reader.report;
        let written = text.get(span).unwrap_or_default();
        if error.message() == TWICE {
            report
                .fault("syntax", place, format!("`{written}` stands here a second time"))
                .label("there is one already")
                .help("keep one of the two, or give one another name");
        } else {
            let finding =
                report.fault("syntax", place, format!("this is not TOML: {}", error.message())).label("here");
            if let Some(help) = day_instead(written) {
                finding.help(help);
            }
        }
        reader.misread.push(place);
    }
    let soundness = Soundness::of(errors.is_empty());
    reader.soundness = soundness;
    let start = reader.place(0..0);
    (T::read(&DeValue::Table(root.into_inner()), start, reader), soundness)
}

/// What to write instead of three numbers that were meant as a day. TOML has dates of its own, and refuses
/// one that doesn't exist before anybody asks for it.
fn day_instead(written: &str) -> Option<String> {
    let parts: Vec<&str> = written.split(['-', '/']).collect();
    let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(is_number) {
        return None;
    }
    match <Date as Word>::parse(written) {
        Ok(day) => Some(format!("write `{day}`")),
        Err(advice) => advice.instead,
    }
}

/// How the parser calls a key or a table that is there twice.
const TWICE: &str = "duplicate key";

/// A fault in the heading of a table, which the parser repeats for each of its keys.
struct Repeated<'e> {
    message: &'e str,
    ends: usize,
}

impl<'e> Repeated<'e> {
    fn table(text: &str, message: &'e str, at: usize) -> Option<Self> {
        let line_starts = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(line_starts..).filter(|line| line.starts_with('['))?;
        let ends = rest.find("\n[").map_or(text.len(), |next| line_starts + next);
        Some(Self { message, ends })
    }

    fn explains(&self, message: &str, at: usize) -> bool {
        self.message == message && at < self.ends
    }
}

/// Whether all of a file, list or table was understood. What can't be found in a broken one may be there
/// all the same, so it is not called unknown or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Soundness {
    /// All of it.
    Whole,
    /// Something in it could not be read, or it isn't there.
    Broken,
}

impl Soundness {
    pub(super) fn of(whole: bool) -> Self {
        if whole { Self::Whole } else { Self::Broken }
    }
}
