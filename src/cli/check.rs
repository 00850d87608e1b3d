//! `canvass check`: the configuration, offline.

use super::{Done, Failure, Places, terminal};
use crate::config::{self, Diagnostic, Paint};
use crate::telemetry::colours;

pub(super) fn check(places: &Places, json: bool) -> Done {
    let loaded = config::load(&places.config);
    let (diagnostics, sound) = match &loaded {
        Ok(loaded) => (&loaded.warnings, true),
        Err(faults) => (&faults.diagnostics, false),
    };
    if json {
        terminal::print(&json_of(diagnostics)?)?;
    } else {
        let paint = if colours(&std::io::stdout()) { Paint::Colour } else { Paint::Plain };
        let drawn = config::draw(diagnostics, paint);
        terminal::print(&drawn)?;
    }
    match loaded {
        Ok(loaded) if !json => terminal::print(&format!(
            "{}: {}, {}, {}; 0 errors, {}.",
            places.config.display(),
            counted(loaded.program.initiatives.len(), "initiative", "initiatives"),
            counted(loaded.program.teams.len(), "team", "teams"),
            counted(loaded.program.people.len(), "person", "people"),
            counted(loaded.warnings.len(), "warning", "warnings"),
        )),
        Err(faults) if !sound => Err(Failure::Usage(format!("{faults}."))),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn json_of(diagnostics: &[Diagnostic]) -> Result<String, Failure> {
    serde_json::to_string_pretty(diagnostics).map_err(|error| Failure::Failed(error.to_string()))
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
