//! The small language in which blocks are described: a field, whether it must be there, and its rule.

use serde_json::{Map, Value};

use super::{composition, elements, rich_text};

/// One thing that Slack would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer of the place.
    pub pointer: String,
    /// In Slack's words.
    pub problem: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [json-pointer:{}]", self.problem, self.pointer)
    }
}

#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, pointer: &str, problem: impl Into<String>) {
        self.0.push(Fault { pointer: pointer.to_owned(), problem: problem.into() });
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// A field of an object and what it has to keep.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) rule: Rule,
}

pub(super) const fn must(name: &'static str, rule: Rule) -> Field {
    Field { name, required: true, rule }
}

pub(super) const fn may(name: &'static str, rule: Rule) -> Field {
    Field { name, required: false, rule }
}

/// Which text objects are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    Plain,
    Any,
}

/// Which options are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Plain text only.
    Menu,
    /// Plain text, and a URL.
    Overflow,
    /// Any text.
    List,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Looked at elsewhere, or of no consequence here.
    Any,
    Flag,
    /// A string of at least one and at most so many characters.
    Id(usize),
    /// A string of at most so many characters.
    Str(usize),
    Url(usize),
    /// A whole number in a range, both ends included.
    Int(i64, i64),
    OneOf(&'static [&'static str]),
    Strings(usize),
    /// `YYYY-MM-DD`
    Date,
    /// `HH:mm`
    Time,
    /// A text object of at most so many characters.
    Text(Texts, usize),
    /// A list of text objects: most items, most characters.
    TextList(usize, usize),
    Option(Choice),
    /// Fewest, most.
    Options(Choice, usize, usize),
    OptionGroups,
    Confirm,
    Object(&'static [Field]),
    /// One element of these types.
    Element(&'static [&'static str]),
    /// Between one and so many elements of these types.
    Elements(&'static [&'static str], usize),
    /// Text objects and images of a context block: most items.
    Context(usize),
    /// The parts of a rich text block.
    RichText,
}

/// Checks an object's fields: none missing, none unknown, each as its rule says. `type` is always allowed.
pub(super) fn check_object<'a>(
    value: &'a Value,
    at: &str,
    fields: &[Field],
    faults: &mut Faults,
) -> Option<&'a Map<String, Value>> {
    let Some(object) = value.as_object() else {
        faults.add(at, "must provide an object");
        return None;
    };
    for field in fields {
        match object.get(field.name) {
            Some(value) => check(value, &format!("{at}/{}", field.name), field.rule, faults),
            None if field.required => faults.add(at, format!("missing required field: {}", field.name)),
            None => {}
        }
    }
    for name in object.keys().filter(|name| *name != "type") {
        if !fields.iter().any(|field| field.name == name) {
            faults.add(at, format!("invalid additional property: {name}"));
        }
    }
    Some(object)
}

/// The items of a list whose length is checked.
pub(super) fn check_list<'a>(
    value: &'a Value,
    at: &str,
    fewest: usize,
    most: usize,
    faults: &mut Faults,
) -> impl Iterator<Item = (String, &'a Value)> + use<'a> {
    let list = value.as_array();
    match list {
        None => faults.add(at, "must provide an array"),
        Some(list) if list.len() < fewest => {
            faults.add(at, format!("must provide at least {fewest} items"));
        }
        Some(list) if list.len() > most => faults.add(at, format!("no more than {most} items allowed")),
        Some(_) => {}
    }
    let at = at.to_owned();
    list.into_iter().flatten().enumerate().map(move |(index, item)| (format!("{at}/{index}"), item))
}

/// Checks a string's length in characters.
pub(super) fn check_str(value: &Value, at: &str, fewest: usize, most: usize, faults: &mut Faults) {
    let Some(text) = value.as_str() else {
        faults.add(at, "must provide a string");
        return;
    };
    let length = text.chars().count();
    if length < fewest {
        faults.add(at, format!("must be more than {} characters", fewest - 1));
    }
    if length > most {
        faults.add(at, format!("must be less than {} characters", most + 1));
    }
}

pub(super) fn check(value: &Value, at: &str, rule: Rule, faults: &mut Faults) {
    match rule {
        Rule::Any => {}
        Rule::Flag => {
            if !value.is_boolean() {
                faults.add(at, "must provide a boolean");
            }
        }
        Rule::Id(most) => check_str(value, at, 1, most, faults),
        Rule::Str(most) => check_str(value, at, 0, most, faults),
        Rule::Url(most) => {
            check_str(value, at, 1, most, faults);
            let is_url = value.as_str().is_some_and(|url| {
                ["http://", "https://", "mailto:", "slack://"].iter().any(|scheme| url.starts_with(scheme))
            });
            if value.is_string() && !is_url {
                faults.add(at, "must be a valid URL");
            }
        }
        Rule::Int(fewest, most) => match value.as_i64() {
            None => faults.add(at, "must provide an integer"),
            Some(number) if number < fewest => {
                faults.add(at, format!("must be greater than or equal to {fewest}"))
            }
            Some(number) if number > most => faults.add(at, format!("must be less than or equal to {most}")),
            Some(_) => {}
        },
        Rule::OneOf(names) => match value.as_str() {
            None => faults.add(at, "must provide a string"),
            Some(name) if !names.contains(&name) => faults.add(at, "must be a valid enum value"),
            Some(_) => {}
        },
        Rule::Strings(most) => {
            for (at, item) in check_list(value, at, 0, most, faults) {
                check_str(item, &at, 1, 255, faults);
            }
        }
        Rule::Date => check_civil::<jiff::civil::Date>(value, at, "%Y-%m-%d", 10, faults),
        Rule::Time => check_civil::<jiff::civil::Time>(value, at, "%H:%M", 5, faults),
        Rule::Text(texts, most) => composition::check_text(value, at, texts, most, faults),
        Rule::TextList(items, most) => {
            for (at, item) in check_list(value, at, 1, items, faults) {
                composition::check_text(item, &at, Texts::Any, most, faults);
            }
        }
        Rule::Option(choice) => composition::check_option(value, at, choice, faults),
        Rule::Options(choice, fewest, most) => {
            for (at, item) in check_list(value, at, fewest, most, faults) {
                composition::check_option(item, &at, choice, faults);
            }
        }
        Rule::OptionGroups => composition::check_groups(value, at, faults),
        Rule::Confirm => composition::check_confirm(value, at, faults),
        Rule::Object(fields) => {
            check_object(value, at, fields, faults);
        }
        Rule::Element(of) => elements::check(value, at, of, faults),
        Rule::Elements(of, most) => {
            for (at, item) in check_list(value, at, 1, most, faults) {
                elements::check(item, &at, of, faults);
            }
        }
        Rule::Context(most) => {
            for (at, item) in check_list(value, at, 1, most, faults) {
                match super::kind(item) {
                    "image" => elements::check(item, &at, &["image"], faults),
                    _ => composition::check_text(item, &at, Texts::Any, super::table::MAX_TEXT_CHARS, faults),
                }
            }
        }
        Rule::RichText => rich_text::check_parts(value, at, faults),
    }
}

/// A date or time that is written as Slack wants it and exists.
fn check_civil<T: FromStrptime>(value: &Value, at: &str, format: &str, length: usize, faults: &mut Faults) {
    match value.as_str() {
        None => faults.add(at, "must provide a string"),
        Some(text) if text.len() != length || !T::exists(format, text) => {
            faults.add(at, format!("must be a valid {}", T::NAME));
        }
        Some(_) => {}
    }
}

trait FromStrptime {
    const NAME: &'static str;
    fn exists(format: &str, text: &str) -> bool;
}

impl FromStrptime for jiff::civil::Date {
    const NAME: &'static str = "date";
    fn exists(format: &str, text: &str) -> bool {
        Self::strptime(format, text).is_ok()
    }
}

impl FromStrptime for jiff::civil::Time {
    const NAME: &'static str = "time";
    fn exists(format: &str, text: &str) -> bool {
        Self::strptime(format, text).is_ok()
    }
}
