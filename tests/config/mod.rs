//! The configuration: broken ones with their exact diagnostics, and the sample organisation.

mod cases;
mod damage;
mod sample;
mod schema;

use std::path::Path;

use canvass::config::{Diagnostic, Files, Paint, draw, load_files};

/// A small organisation without a fault or a warning; each case breaks one thing in it.
fn base() -> Files {
    let mut files = Files::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/base");
    for path in ["canvass.toml", "people.toml", "initiatives/deadlines.toml"] {
        files.insert(path, &std::fs::read_to_string(folder.join(path)).unwrap());
    }
    files
}

/// Everything that is found, faults and warnings.
fn diagnostics(files: &Files) -> Vec<Diagnostic> {
    match load_files(files) {
        Ok(loaded) => loaded.warnings,
        Err(faults) => faults.diagnostics,
    }
}

fn drawn(files: &Files) -> String {
    draw(&diagnostics(files), Paint::Plain)
}

#[test]
fn the_base_of_the_cases_has_nothing_wrong_with_it() {
    assert_eq!(drawn(&base()), "");
    load_files(&base()).unwrap();
}
