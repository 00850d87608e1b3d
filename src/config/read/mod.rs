//! From TOML values with their places to the raw mirror, without stopping at the first fault.
//!
//! Each table is read key by key: a bad value is reported and left out, and reading goes on, so that
//! one run finds everything. [`Must`] is empty only after a fault was reported for it.

mod document;
mod table;
mod value;

use schemars::{Schema, SchemaGenerator};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) use document::{Soundness, document};
pub(super) use table::{table, unknown_keys, wrong_table};
use value::word;
pub(super) use value::{Advice, Word, shortened};

use super::diagnostic::{Place, Report};

/// A value with the place it was written at.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// A key that has to be there.
#[derive(Debug)]
pub(super) struct Must<T>(pub Option<At<T>>);

/// A key that may be left out.
pub(super) type Maybe<T> = Option<At<T>>;

/// A key that may be left out, where it matters whether it was: empty inside after a fault.
pub(super) type Written<T> = Option<Must<T>>;

/// An array; empty if it was left out.
#[derive(Debug)]
pub(super) struct List<T> {
    items: Vec<At<T>>,
    soundness: Soundness,
}

/// Tables under names of their own, in the order of the file.
#[derive(Debug)]
pub(super) struct Named<K, T> {
    tables: Vec<(At<K>, T)>,
    soundness: Soundness,
}

impl<T> Must<T> {
    /// The value, unless a fault was reported for it.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|at| &at.value)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), soundness: Soundness::Whole }
    }
}

impl<T> List<T> {
    /// Every value with its place.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, At<T>> {
        self.items.iter()
    }

    /// Every value with its place, as a slice.
    pub(super) fn as_slice(&self) -> &[At<T>] {
        &self.items
    }

    /// Whether nothing was written here. What could not be read was written all the same.
    pub(super) fn is_left_out(&self) -> bool {
        self.items.is_empty() && self.soundness == Soundness::Whole
    }

    /// Every value.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.items.iter().map(|at| &at.value)
    }
}

impl<K, T> Default for Named<K, T> {
    fn default() -> Self {
        Self { tables: Vec::new(), soundness: Soundness::Whole }
    }
}

impl<K, T> Named<K, T> {
    /// Every table with its name.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, (At<K>, T)> {
        self.tables.iter()
    }

    /// Whether nothing was written here. What could not be read was written all the same.
    pub(super) fn is_left_out(&self) -> bool {
        self.tables.is_empty() && self.soundness == Soundness::Whole
    }
}

/// The value of a key that may be left out.
pub(super) fn value<T>(maybe: &Maybe<T>) -> Option<&T> {
    maybe.as_ref().map(|at| &at.value)
}

/// The value with its place, if it was written and could be read.
pub(super) fn written<T>(written: &Written<T>) -> Option<&At<T>> {
    written.as_ref().and_then(|must| must.0.as_ref())
}

/// Reads one file.
pub(super) struct Reader<'r> {
    report: &'r mut Report,
    file: usize,
    soundness: Soundness,
    /// Where the parser could not tell what a value is; what it has put there is nobody's.
    misread: Vec<Place>,
}

impl<'r> Reader<'r> {
    /// A reader of the file that the report knows as `file`.
    pub(super) fn new(report: &'r mut Report, file: usize) -> Self {
        Self { report, file, soundness: Soundness::Whole, misread: Vec::new() }
    }

    /// The place of `span` in this file.
    pub(super) fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place { file: self.file, start: span.start, end: span.end }
    }

    fn wrong_type(&mut self, value: &DeValue<'_>, place: Place, wanted: &str) {
        self.report
            .fault("wrong-type", place, format!("{wanted} is wanted here, not {}", kind(value)))
            .label(format!("this is {}", kind(value)));
    }

    /// As [`Self::wrong_type`], where it may be a number, but not the right one.
    fn wrong_number(&mut self, value: &DeValue<'_>, place: Place, wanted: &str) {
        let written = match value {
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            other => return self.wrong_type(other, place, wanted),
        };
        self.report
            .fault("wrong-type", place, format!("{wanted} is wanted here, not {written}"))
            .label("another kind of number");
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// What can be read from a TOML value.
pub(super) trait Read: Sized {
    /// The value, or `None` after a fault was reported.
    fn read(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) -> Option<Self>;

    /// What an editor may know about it.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// What may stand under a key of a table.
pub(super) trait Field: Sized {
    /// Reads `key` of `table`, which stands at `place`.
    fn field(key: &str, table: &DeTable<'_>, place: Place, reader: &mut Reader<'_>) -> Self;
}

fn entry<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
}

/// A table is known by its name: `[teams.checkout]` is underlined, not all that follows.
fn read_under<T: Read>(key: &str, table: &DeTable<'_>, reader: &mut Reader<'_>) -> Option<Option<At<T>>> {
    let (name, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    let span = if value.get_ref().is_table() { name.span() } else { value.span() };
    let place = reader.place(span);
    Some(T::read(value.get_ref(), place, reader).map(|value| At { value, place }))
}

impl<T: Read> Field for Must<T> {
    fn field(key: &str, table: &DeTable<'_>, place: Place, reader: &mut Reader<'_>) -> Self {
        match read_under(key, table, reader) {
            Some(found) => Self(found),
            None => {
                // After a fault of syntax the key may well be there.
                if reader.soundness == Soundness::Whole {
                    reader
                        .report
                        .fault("missing-key", place, format!("`{key}` is missing"))
                        .label(format!("needs `{key}`"))
                        .help(format!("add `{key}`; the sample organization shows what belongs there"));
                }
                Self(None)
            }
        }
    }
}

impl<T: Read> Field for Maybe<T> {
    fn field(key: &str, table: &DeTable<'_>, _: Place, reader: &mut Reader<'_>) -> Self {
        read_under(key, table, reader).flatten()
    }
}

impl<T: Read> Field for Written<T> {
    fn field(key: &str, table: &DeTable<'_>, _: Place, reader: &mut Reader<'_>) -> Self {
        read_under(key, table, reader).map(Must)
    }
}

impl<T: Read> Field for List<T> {
    fn field(key: &str, table: &DeTable<'_>, _: Place, reader: &mut Reader<'_>) -> Self {
        let Some(value) = entry(table, key) else { return Self::default() };
        let place = reader.place(value.span());
        Self::read(value.get_ref(), place, reader)
            .unwrap_or_else(|| Self { soundness: Soundness::Broken, ..Self::default() })
    }
}

/// Where an empty list means something else than none, it is a `Maybe` of a list.
impl<T: Read> Read for List<T> {
    fn read(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Array(written) = value else {
            reader.wrong_type(value, place, "a list, in [ ],");
            return None;
        };
        let read = |item: &Spanned<DeValue<'_>>| {
            let place = reader.place(item.span());
            T::read(item.get_ref(), place, reader).map(|value| At { value, place })
        };
        let items: Vec<_> = written.iter().filter_map(read).collect();
        let soundness = Soundness::of(items.len() == written.len());
        Some(Self { items, soundness })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

impl<K: Word, T: Read> Field for Named<K, T> {
    fn field(key: &str, table: &DeTable<'_>, _: Place, reader: &mut Reader<'_>) -> Self {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key) else {
            return Self::default();
        };
        let DeValue::Table(entries) = value.get_ref() else {
            let place = reader.place(name.span());
            reader.wrong_type(value.get_ref(), place, "a table for each name");
            return Self { soundness: Soundness::Broken, ..Self::default() };
        };
        let mut entries: Vec<_> = entries.iter().collect();
        // The parser sorts by name; people mean the order they wrote.
        entries.sort_by_key(|(name, _)| name.span().start);
        let mut tables = Vec::new();
        for (name, value) in &entries {
            let place = reader.place(name.span());
            let named = word::<K>(name.get_ref(), place, reader);
            let inner = T::read(value.get_ref(), place, reader);
            if let (Some(named), Some(inner)) = (named, inner) {
                tables.push((At { value: named, place }, inner));
            }
        }
        let soundness = Soundness::of(tables.len() == entries.len());
        Self { tables, soundness }
    }
}

/// The checks of reading by name, with what each wants.
pub(super) const CHECKS: &[(&str, &str)] = &[
    ("missing-file", "`canvass.toml`, `people.toml` and an initiative are there."),
    ("unreadable-file", "Every file can be read and is UTF-8."),
    ("unknown-file", "Every file is one that is read."),
    ("syntax", "Files are TOML."),
    ("unknown-key", "Every key is one that is read."),
    ("former-key", "No key is one that only earlier versions read."),
    ("missing-key", "Keys that are needed are there."),
    ("wrong-type", "Values are of the kind that their key takes."),
    ("empty-text", "Texts are not empty."),
    ("id", "Ids have lower-case letters, digits and single hyphens."),
    ("choice", "Where a few words are known, it is one of them."),
    ("quarter", "Quarters are written like `2027-Q1`."),
    ("date", "Dates exist."),
    ("period", "A period's first day is not after its last."),
    ("holiday", "Holidays are days, several days, or .ics files."),
    ("zone", "Time zones are in the IANA database."),
    ("offset", "Windows are counted from the start of their quarter."),
    ("anchor", "Touches are counted from the planning window."),
    ("hours", "Hours are weekdays and a range of hours."),
    ("cron", "Schedules have six fields and can come due."),
    ("duration", "Durations are minutes, hours or days."),
    ("expiry", "What expires does so after some quarters, or never."),
    ("slack-id", "Slack ids look like Slack's."),
    ("email", "E-mail addresses look like addresses."),
    ("https", "Links are https."),
    ("calendar-address", "Calendars are at addresses that can be read safely."),
    ("command", "The slash command is one that Slack takes."),
    ("bot-name", "The bot's name is one that Slack takes."),
    ("template-name", "Templates are named after an audience and a touch."),
];
