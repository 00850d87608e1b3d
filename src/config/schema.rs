//! JSON Schema of the files, for editors: `#:schema ./schema/canvass.json` in a file's first line.

use schemars::{JsonSchema, SchemaGenerator};

use super::raw::{Canvass, Directory, Initiative};

/// A file of the configuration that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaFile {
    /// `canvass.toml`.
    Canvass,
    /// `people.toml`.
    People,
    /// `initiatives/*.toml`.
    Initiative,
}

impl SchemaFile {
    /// Every file.
    pub const ALL: [Self; 3] = [Self::Canvass, Self::People, Self::Initiative];

    /// The file called `name`: canvass, people or initiative.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name().trim_end_matches(".json") == name)
    }

    /// What its schema is called, in `schema/` of the configuration folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canvass => "canvass.json",
            Self::People => "people.json",
            Self::Initiative => "initiative.json",
        }
    }
}

/// The JSON Schema of one file.
pub fn schema(file: SchemaFile) -> serde_json::Value {
    fn of<T: JsonSchema>() -> schemars::Schema {
        SchemaGenerator::default().into_root_schema_for::<T>()
    }
    let schema = match file {
        SchemaFile::Canvass => of::<Canvass>(),
        SchemaFile::People => of::<Directory>(),
        SchemaFile::Initiative => of::<Initiative>(),
    };
    schema.to_value()
}
