//! The JSON Schemas beside the sample are those of the program, and the sample keeps to them.

use std::path::{Path, PathBuf};

use canvass::config::{Files, SchemaFile, schema};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/schema")
}

fn written(file: SchemaFile) -> String {
    format!("{}\n", serde_json::to_string_pretty(&schema(file)).unwrap())
}

/// With `UPDATE_SCHEMA=1` in the environment the files are written anew.
#[test]
fn the_schemas_that_are_shipped_are_current() {
    for file in SchemaFile::ALL {
        let path = folder().join(file.name());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, written(file)).unwrap();
        }
        let shipped = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(shipped == written(file), "{} is old; run this test with UPDATE_SCHEMA=1", path.display());
    }
}

#[test]
fn the_sample_keeps_to_the_schemas() {
    for (path, text) in Files::sample().iter().filter(|(path, _)| path.ends_with(".toml")) {
        let file = match path {
            "canvass.toml" => SchemaFile::Canvass,
            "people.toml" => SchemaFile::People,
            _ => SchemaFile::Initiative,
        };
        let value: toml::Value = toml::from_str(text).unwrap();
        let value = plain(value);
        let validator = jsonschema::validator_for(&schema(file)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{path}");
        let line = text.lines().next().unwrap();
        assert!(line.starts_with("#:schema ") && line.ends_with(file.name()), "{path} names its schema");
    }
}

/// The value as an editor's validator sees it: dates are texts.
fn plain(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(moment) => moment.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(plain).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, plain(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
    }
}

#[test]
fn a_misspelled_key_breaks_the_schema_too() {
    let validator = jsonschema::validator_for(&schema(SchemaFile::Canvass)).unwrap();
    let value = serde_json::json!({ "calendar": { "zone": "Europe/Lisbon", "opens": "starts", "freezes": "starts" } });
    assert!(validator.is_valid(&value));
    let value = serde_json::json!({ "calender": {} });
    assert!(!validator.is_valid(&value));
}
