//! Tables: their keys, their JSON Schema, and the macro that declares one.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::de::{DeTable, DeValue};

use super::{At, List, Must, Named, Read, Reader, Word};
use crate::config::diagnostic::Place;

/// A key that was read once, with what to write instead.
pub(in crate::config) type Former = (&'static str, &'static str);

/// Reports the keys of `table` that are not in `known`.
pub(in crate::config) fn unknown_keys(
    table: &DeTable<'_>,
    known: &[&str],
    former: &[Former],
    reader: &mut Reader<'_>,
) {
    for name in table.keys() {
        if !known.contains(&name.get_ref().as_ref()) {
            let place = reader.place(name.span());
            if let Some((key, instead)) = former.iter().find(|(key, _)| *key == name.get_ref().as_ref()) {
                reader
                    .report
                    .fault("former-key", place, format!("`{key}` is not read any more"))
                    .label("of an earlier version")
                    .help(*instead);
                continue;
            }
            reader
                .report
                .fault("unknown-key", place, format!("there is no key `{}` here", name.get_ref()))
                .label("nothing reads this")
                .nearest(name.get_ref(), known.iter().copied());
        }
    }
}

/// Reports that a table is wanted.
pub(in crate::config) fn wrong_table(value: &DeValue<'_>, place: Place, reader: &mut Reader<'_>) {
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

/// Declares a table of the configuration: the raw mirror, its reader and its JSON Schema at once. `former`
/// keys are faults that say what to write instead.
macro_rules! table {
    ($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* }
     $(former { $($key:literal $instead:literal,)* })?) => {
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
                $crate::config::read::unknown_keys(
                    table,
                    &[$(stringify!($field)),*],
                    &[$($(($key, $instead)),*)?],
                    reader,
                );
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
pub(in crate::config) use table;
