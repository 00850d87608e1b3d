//! Single values: numbers, truths, and texts with a form of their own.

use std::borrow::Cow;

use schemars::{Schema, SchemaGenerator, json_schema};
use toml::de::DeValue;

use super::{Read, Reader};
use crate::config::diagnostic::Place;

/// Why a text is not the word that is wanted, and what to write instead.
#[derive(Debug)]
pub(in crate::config) struct Advice {
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
pub(in crate::config) trait Word: Sized {
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

pub(super) fn word<T: Word>(text: &str, place: Place, reader: &mut Reader<'_>) -> Option<T> {
    match T::parse(text) {
        Ok(value) => Some(value),
        Err(_) if reader.misread.contains(&place) => None,
        Err(advice) => {
            let message = match text {
                "" => format!("{} is wanted here, and nothing is written", T::WHAT),
                text => format!("`{}` is not {}", shortened(text), T::WHAT),
            };
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
pub(in crate::config) fn shortened(text: &str) -> Cow<'_, str> {
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
                reader.wrong_number(value, place, "a number");
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
            reader.wrong_number(value, place, "a whole number from 0 on");
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
