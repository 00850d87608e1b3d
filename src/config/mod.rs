//! TOML to [`Program`]: every fault of every file in one run, each with its place and what to write.
//!
//! ```text
//! Files ─► read (raw mirror, places kept) ─► checks (a table of named rules) ─► resolve ─► Program
//! ```
//! Invariant: a [`Program`] comes out only when no check found a fault; every id in it names something.

mod check;
mod diagnostic;
mod holiday;
mod nearest;
mod organisation;
mod raw;
mod read;
mod resolve;
mod sample;
mod schema;
pub mod settings;
mod source;
mod word;

use std::fmt;
use std::path::Path;

pub use diagnostic::{Diagnostic, Paint, Severity, draw};
pub use schema::{SchemaFile, schema};
pub use source::{Files, Stamp};

use crate::domain::program::Program;
use diagnostic::{Place, Report};
use organisation::Organisation;

/// A configuration that can be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What it says.
    pub program: Program,
    /// What somebody should look at all the same.
    pub warnings: Vec<Diagnostic>,
}

/// A configuration that can't be used.
#[derive(Debug, Clone)]
pub struct Faults {
    /// Every fault, by file and place. Warnings are for a configuration without faults: in one with, they
    /// would mostly be consequences.
    pub diagnostics: Vec<Diagnostic>,
}

impl Faults {
    /// Draws them for people.
    pub fn draw(&self, paint: Paint) -> String {
        draw(&self.diagnostics, paint)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.diagnostics.len() {
            1 => f.write_str("the configuration has a fault"),
            faults => write!(f, "the configuration has {faults} faults"),
        }
    }
}

impl std::error::Error for Faults {}

/// Reads and checks the configuration in `folder`.
///
/// # Errors
/// [`Faults`], with everything that is wrong with it; warnings alone are no error.
pub fn load(folder: &Path) -> Result<Loaded, Faults> {
    load_files(&Files::read(folder))
}

/// Checks a configuration whose files have been read.
///
/// # Errors
/// As [`load`].
pub fn load_files(files: &Files) -> Result<Loaded, Faults> {
    let mut report = Report::default();
    let organisation = Organisation::read(files, &mut report);
    check::run(&organisation, &mut report);
    let program = if report.has_faults() { None } else { resolve::program(&organisation) };
    match program {
        Some(program) => Ok(Loaded { program, warnings: report.diagnostics(files) }),
        None => {
            if !report.has_faults() {
                // A check is missing. Better an unhelpful fault than a program with holes.
                let place = Place { file: report.file(organisation::CANVASS), start: 0, end: 0 };
                report.fault("unresolved", place, "this configuration can't be used, and no check says why");
            }
            let mut diagnostics = report.diagnostics(files);
            diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Fault);
            Err(Faults { diagnostics })
        }
    }
}

/// Every check by name, with what it wants, those of reading first.
pub fn checks() -> impl Iterator<Item = (&'static str, &'static str)> {
    read::CHECKS.iter().copied().chain(check::CHECKS.iter().map(|check| (check.name, check.wants)))
}
