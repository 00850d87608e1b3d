//! `canvass schema`: the JSON Schema of a configuration file.

use super::{Done, Failure, terminal};
use crate::config::{self, SchemaFile};

pub(super) fn schema(file: &str) -> Done {
    let file = SchemaFile::named(file)
        .ok_or_else(|| Failure::Usage("There are schemas for canvass, people and initiative.".into()))?;
    let text = serde_json::to_string_pretty(&config::schema(file))
        .map_err(|error| Failure::Failed(error.to_string()))?;
    terminal::print(&text)
}
