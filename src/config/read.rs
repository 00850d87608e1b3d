//! From TOML values with their places to the raw mirror, without stopping at the first fault.
//!
//! Each table is read key by key: a bad value is reported and left out, and reading goes on, so that
//! one run finds everything. [`Must`] is empty only after a fault was reported for it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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

/// An array; empty if it was left out.
#[derive(Debug)]
pub(super) struct List<T>(pub Vec<At<T>>);

/// Tables under names of their own, in the order of the file.
#[derive(Debug)]
pub(super) struct Named<K, T>(pub Vec<(At<K>, T)>);

impl<T> Must<T> {
    /// The value, unless a fault was reported for it.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|at| &at.value)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    /// Every value with its place.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, At<T>> {
        self.0.iter()
    }

    /// Every value.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|at| &at.value)
    }
}

impl<K, T> Default for Named<K, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, T> Named<K, T> {
    /// Every table with its name.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, (At<K>, T)> {
        self.0.iter()
    }
}

/// The value of a key that may be left out.
pub(super) fn value<T>(maybe: &Maybe<T>) -> Option<&T> {
    maybe.as_ref().map(|at| &at.value)
}

/// Reads one file.
pub(super) struct Reader<'r> {
    report: &'r mut Report,
    file: usize,
    soundness: Soundness,
}

impl<'r> Reader<'r> {
    /// A reader of the file that the report knows as `file`.
    pub(super) fn new(report: &'r mut Report, file: usize) -> Self {
        Self { report, file, soundness: Soundness::Whole }
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
                        .label(format!("needs `{key}`"));
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

/// A key that may be left out, where it matters whether it was: empty inside after a fault.
impl<T: Read> Field for Option<Must<T>> {
    fn field(key: &str, table: &DeTable<'_>, _: Place, reader: &mut Reader<'_>) -> Self {
        read_under(key, table, reader).map(Must)
    }
}

impl<T: Read> Field for List<T> {
    fn field(key: &str, table: &DeTable<'_>, _: Place, reader: &mut Reader<'_>) -> Self {
        let Some(value) = entry(table, key) else { return Self::default() };
        let DeValue::Array(items) = value.get_ref() else {
            let place = reader.place(value.span());
            reader.wrong_type(value.get_ref(), place, "a list, in [ ],");
            return Self::default();
        };
        let read = |item: &Spanned<DeValue<'_>>| {
            let place = reader.place(item.span());
            T::read(item.get_ref(), place, reader).map(|value| At { value, place })
        };
        Self(items.iter().filter_map(read).collect())
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
            return Self::default();
        };
        let mut entries: Vec<_> = entries.iter().collect();
        // The parser sorts by name; people mean the order they wrote.
        entries.sort_by_key(|(name, _)| name.span().start);
        let mut read = Vec::new();
        for (name, value) in entries {
            let place = reader.place(name.span());
            let named = word::<K>(name.get_ref(), place, reader);
            let inner = T::read(value.get_ref(), place, reader);
            if let (Some(named), Some(inner)) = (named, inner) {
                read.push((At { value: named, place }, inner));
            }
        }
        Self(read)
    }
}

/// Why a text is not the word that is wanted, and what to write instead.
#[derive(Debug)]
pub(super) struct Advice {
    /// What is wrong, as a clause after "it": "it is empty".
    pub because: String,
    /// What to write instead.
    pub instead: Option<String>,
}

impl<E: std::error::Error> From<E> for Advice {
    fn from(error: E) -> Self {
        Self { because: error.to_string(), instead: None }
    }
}

/// A text with a form of its own: an id, a date, a schedule.
pub(super) trait Word: Sized {
    /// The check that a bad one fails.
    const CHECK: &'static str;
    /// What it is, with its article: "a quarter".
    const WHAT: &'static str;
    /// What an editor may show, such as examples or a pattern.
    fn form() -> Schema {
        json_schema!({ "type": "string" })
    }
    /// The value that `text` stands for.
    fn parse(text: &str) -> Result<Self, Advice>;
}

fn word<T: Word>(text: &str, place: Place, reader: &mut Reader<'_>) -> Option<T> {
    match T::parse(text) {
        Ok(value) => Some(value),
        Err(advice) => {
            let message = format!("`{}` is not {}", shortened(text), T::WHAT);
            let finding = reader.report.fault(T::CHECK, place, message);
            finding.label(advice.because);
            if let Some(instead) = advice.instead {
                finding.help(instead);
            }
            None
        }
    }
}

/// The beginning of a text that may be long.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
    }
}

impl<T: Word> Read for T {
    fn read(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            DeValue::String(text) => word(text, place, reader),
            // `2026-11-12` without quotes is a date of TOML's own.
            DeValue::Datetime(moment) => word(&moment.to_string(), place, reader),
            other => {
                reader.wrong_type(other, place, &format!("{}, in quotes,", T::WHAT));
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        T::form()
    }
}

impl Read for f64 {
    fn read(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match value {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<Self>().ok(),
            DeValue::Float(number) => number.as_str().parse::<Self>().ok(),
            _ => None,
        };
        match number.filter(|number| number.is_finite()) {
            Some(number) => Some(number),
            None => {
                reader.wrong_type(value, place, "a number");
                None
            }
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

impl Read for u32 {
    fn read(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) -> Option<Self> {
        let number = match value {
            DeValue::Integer(number) => Self::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            reader.wrong_type(value, place, "a whole number from 0 on");
        }
        number
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl Read for bool {
    fn read(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            DeValue::Boolean(value) => Some(*value),
            other => {
                reader.wrong_type(other, place, "true or false");
                None
            }
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

/// Reads a whole file: every fault of syntax, and whatever could be understood in spite of them.
pub(super) fn document<T: Read>(text: &str, reader: &mut Reader<'_>) -> (Option<T>, Soundness) {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        let place = reader.place(span);
        reader.report.fault("syntax", place, format!("this is not TOML: {}", error.message())).label("here");
    }
    let soundness = if errors.is_empty() { Soundness::Whole } else { Soundness::Broken };
    reader.soundness = soundness;
    let start = reader.place(0..0);
    (T::read(&DeValue::Table(root.into_inner()), start, reader), soundness)
}

/// Whether all of a file was understood. What refers to names in a broken one is not called unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Soundness {
    /// All of it.
    Whole,
    /// It has faults of syntax, or isn't there.
    Broken,
}

/// Reports the keys of `table` that are not in `known`.
pub(super) fn unknown_keys(table: &DeTable<'_>, known: &[&str], reader: &mut Reader<'_>) {
    for name in table.keys() {
        if !known.contains(&name.get_ref().as_ref()) {
            let place = reader.place(name.span());
            reader
                .report
                .fault("unknown-key", place, format!("there is no key `{}` here", name.get_ref()))
                .label("nothing reads this")
                .nearest(name.get_ref(), known.iter().copied());
        }
    }
}

/// Reports that a table is wanted.
pub(super) fn wrong_table(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) {
    reader.wrong_type(value, place, "a table");
}

macro_rules! schema_of {
    ($wrapper:ident) => {
        impl<T: Read> JsonSchema for $wrapper<T> {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($wrapper))
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::schema(generator)
            }
        }
    };
}
schema_of!(At);
schema_of!(Must);

impl<T: Read> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("List")
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = T::schema(generator);
        json_schema!({ "type": "array", "items": items })
    }
}

impl<K: Word, T: Read> JsonSchema for Named<K, T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Named")
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (names, each) = (K::form(), T::schema(generator));
        json_schema!({ "type": "object", "propertyNames": names, "additionalProperties": each })
    }
}

/// Declares a table of the configuration: the raw mirror, its reader and its JSON Schema at once.
macro_rules! table {
    ($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(in crate::config) struct $name {
            $($(#[$meta])* pub $field: $type,)*
        }

        impl $crate::config::read::Read for $name {
            fn read(
                value: &toml::de::DeValue<'_>,
                place: $crate::config::diagnostic::Place,
                reader: &mut $crate::config::read::Reader<'_>,
            ) -> Option<Self> {
                let toml::de::DeValue::Table(table) = value else {
                    $crate::config::read::wrong_table(value, place, reader);
                    return None;
                };
                $crate::config::read::unknown_keys(table, &[$(stringify!($field)),*], reader);
                Some(Self {
                    $($field: $crate::config::read::Field::field(stringify!($field), table, place, reader),)*
                })
            }

            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }
    };
}
pub(super) use table;

/// The checks of reading by name, with what each wants.
pub(super) const CHECKS: &[(&str, &str)] = &[
    ("missing-file", "`canvass.toml` and `people.toml` are there."),
    ("unreadable-file", "Every file can be read and is UTF-8."),
    ("unknown-file", "Every file is one that is read."),
    ("syntax", "Files are TOML."),
    ("unknown-key", "Every key is one that is read."),
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
    ("hours", "Send hours are weekdays and a range of hours."),
    ("cron", "Schedules have six fields and can come due."),
    ("duration", "Durations are hours or days."),
    ("slack-id", "Slack ids look like Slack's."),
    ("email", "E-mail addresses look like addresses."),
    ("https", "Links are https."),
    ("command", "The slash command is one that Slack takes."),
    ("bot-name", "The bot's name is one that Slack takes."),
    ("template-name", "Templates are named after an audience and a touch."),
];
