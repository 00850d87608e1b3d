//! What is wrong, where, why, and what to write instead.
//!
//! Checks [`Report`] findings at a [`Place`]; once all have run, findings become [`Diagnostic`]s, sorted
//! by file and place, which people read drawn and machines as JSON.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use serde::Serialize;

use super::source::Files;
use crate::domain::hidden::is_hidden;

/// Width of a drawn diagnostic, in columns. Fixed, so that the same fault always looks the same.
const WIDTH: usize = 100;

/// A stretch of bytes in one file of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Index into the list of files of the [`Report`].
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// After the last byte.
    pub end: usize,
}

/// Whether a finding keeps the configuration from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does.
    Fault,
    /// It doesn't, but somebody should look.
    Warning,
}

/// One finding about the configuration.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// The file, as it can be opened from where the program runs.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The stable name of the check that found it.
    pub check: &'static str,
    /// What is wrong.
    pub message: String,
    /// Why, at the underlined text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip)]
    excerpt: Option<Excerpt>,
}

/// The one line in which something is underlined; a long sentence is known by its beginning.
#[derive(Debug, Clone)]
struct Excerpt {
    /// `file:line:column`: miette would count columns in bytes.
    name: String,
    /// The line, without its end.
    text: String,
    /// Its number, from 0.
    number: usize,
    /// Bytes of `text`.
    underlined: std::ops::Range<usize>,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = (0, self.text.len()).into();
        let text = self.text.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), text, whole, self.number, 0, 1)))
    }
}

impl Excerpt {
    /// Covers what is underlined, and whatever follows it in the line.
    fn hide(&mut self) {
        self.text.truncate(self.underlined.start);
        self.text.push_str("\"…\"");
        self.underlined.end = self.text.len();
    }
}

/// How findings are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// With colours, for a terminal.
    Colour,
    /// Without, for files and pipes.
    Plain,
}

/// Draws findings for people: `file:line:column`, the text underlined, why, and what to write instead.
pub fn draw(diagnostics: &[Diagnostic], paint: Paint) -> String {
    let theme = match paint {
        Paint::Colour => GraphicalTheme::unicode(),
        Paint::Plain => GraphicalTheme::unicode_nocolor(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(WIDTH)
        .with_links(false)
        .without_primary_span_start()
        .with_context_lines(0);
    let mut drawn = String::new();
    for diagnostic in diagnostics {
        if handler.render_report(&mut drawn, &Drawn(diagnostic)).is_err() {
            drawn.push_str(&diagnostic.to_string());
        }
        drawn.push('\n');
    }
    drawn
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}: {}", self.file, self.line, self.column, self.check, self.message)?;
        self.help.iter().try_for_each(|help| write!(f, " ({help})"))
    }
}

/// A diagnostic with its source attached, as miette wants it.
struct Drawn<'a>(&'a Diagnostic);

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.excerpt {
            Some(_) => f.write_str(&self.0.message),
            // Without text to underline the place has to be said.
            None => write!(f, "{}: {}", self.0.file, self.0.message),
        }
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.0.check))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Fault => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.0.excerpt.as_ref()?;
        let label =
            LabeledSpan::new(self.0.label.clone(), excerpt.underlined.start, excerpt.underlined.len());
        Some(Box::new(std::iter::once(label)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }
}

/// A finding while its place is still counted in bytes.
#[derive(Debug)]
pub(super) struct Finding {
    severity: Severity,
    check: &'static str,
    place: Place,
    message: String,
    label: Option<String>,
    help: Option<String>,
    hidden: bool,
}

impl Finding {
    /// Keeps the underlined text out of what is shown: it is, or holds, a secret.
    pub(super) fn hide(&mut self) -> &mut Self {
        self.hidden = true;
        self
    }

    /// Says why at the underlined text.
    pub(super) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(label.into());
        self
    }

    /// Says what to write instead.
    pub(super) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Proposes the nearest known name, or lists the names if there are few.
    pub(super) fn nearest<'a>(&mut self, wrote: &str, known: impl IntoIterator<Item = &'a str>) -> &mut Self {
        if let Some(help) = super::nearest::advice(wrote, known) {
            self.help = Some(help);
        }
        self
    }
}

/// Where findings are collected.
#[derive(Debug, Default)]
pub(super) struct Report {
    files: Vec<String>,
    findings: Vec<Finding>,
}

impl Report {
    /// Makes a file known, so that places can be in it.
    pub(super) fn file(&mut self, path: &str) -> usize {
        if let Some(at) = self.files.iter().position(|known| known == path) {
            return at;
        }
        self.files.push(path.to_owned());
        self.files.len() - 1
    }

    /// Reports what keeps the configuration from being used.
    pub(super) fn fault(
        &mut self,
        check: &'static str,
        place: Place,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.add(Severity::Fault, check, place, message.into())
    }

    /// Reports what somebody should look at.
    pub(super) fn warning(
        &mut self,
        check: &'static str,
        place: Place,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.add(Severity::Warning, check, place, message.into())
    }

    fn add(
        &mut self,
        severity: Severity,
        check: &'static str,
        place: Place,
        message: String,
    ) -> &mut Finding {
        let at = self.findings.len();
        let finding = Finding { severity, check, place, message, label: None, help: None, hidden: false };
        self.findings.push(finding);
        // The index was taken before the push, so that it is that of the new finding.
        &mut self.findings[at]
    }

    /// Whether anything keeps the configuration from being used.
    pub(super) fn has_faults(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Fault)
    }

    /// Every finding, by file and place.
    pub(super) fn diagnostics(mut self, files: &Files) -> Vec<Diagnostic> {
        let path_of = |files: &[String], place: Place| files.get(place.file).cloned().unwrap_or_default();
        let names = std::mem::take(&mut self.files);
        self.findings.sort_by_key(|finding| (path_of(&names, finding.place), finding.place.start));
        let draw = |finding: Finding| {
            let path = path_of(&names, finding.place);
            let text = files.text(&path);
            let (line, column) = text.map_or((1, 1), |text| line_and_column(text, finding.place.start));
            let file = files.shown(&path);
            let mut excerpt = text.map(|text| excerpt(&file, text, finding.place, line, column));
            if finding.hidden {
                excerpt.iter_mut().for_each(Excerpt::hide);
            }
            Diagnostic {
                severity: finding.severity,
                file,
                line,
                column,
                check: finding.check,
                message: finding.message,
                label: finding.label,
                help: finding.help,
                excerpt,
            }
        };
        self.findings.into_iter().map(draw).collect()
    }
}

fn excerpt(file: &str, text: &str, place: Place, line: usize, column: usize) -> Excerpt {
    let start = floor(text, place.start);
    let (before, after) = text.split_at(start);
    let line_starts = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_ends = start + after.find(['\n', '\r']).unwrap_or(after.len());
    let end = floor(text, place.end).clamp(start, line_ends);
    let mut line_text = text.get(line_starts..line_ends).unwrap_or_default().to_owned();
    let start = start - line_starts;
    let mut end = end - line_starts;
    if start == end {
        // Something is missing here: the next character is underlined, or the end of the line.
        if end == line_text.len() {
            line_text.push(' ');
        }
        end += line_text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    // Drawn as they are, they would turn the drawing round. What stands for them has as many bytes.
    let line_text = line_text
        .chars()
        .map(|letter| if is_hidden(letter) && letter.len_utf8() == 3 { '\u{fffd}' } else { letter })
        .collect();
    let name = format!("{file}:{line}:{column}");
    Excerpt { name, text: line_text, number: line - 1, underlined: start..end }
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..floor(text, at)).unwrap_or_default();
    let line_starts = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_starts..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// The nearest boundary between characters at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let check = |text: &str, at: usize, expected| assert_eq!(line_and_column(text, at), expected);
        check("", 0, (1, 1));
        check("a = 1\nb", 6, (2, 1));
        check("é = \"ü\" x", 9, (1, 8));
        check("short", 99, (1, 6));
    }
}
