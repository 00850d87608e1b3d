//! `canvass check`: the configuration, offline.

use std::io::IsTerminal;

use super::{Done, Failure, Places, terminal};
use crate::config::{self, Diagnostic, Paint};

pub(super) fn check(places: &Places, json: bool) -> Done {
    let loaded = config::load(&places.config);
    let (diagnostics, sound) = match &loaded {
        Ok(loaded) => (&loaded.warnings, true),
        Err(faults) => (&faults.diagnostics, false),
    };
    if json {
        terminal::print(&json_of(diagnostics)?)?;
    } else {
        let paint = if std::io::stdout().is_terminal() { Paint::Colour } else { Paint::Plain };
        let drawn = config::draw(diagnostics, paint);
        terminal::print(&drawn)?;
    }
    match loaded {
        Ok(loaded) if !json => terminal::print(&format!(
            "{}: {} initiatives, {} teams, {} people; no fault, {} to look at.",
            places.config.display(),
            loaded.program.initiatives.len(),
            loaded.program.teams.len(),
            loaded.program.people.len(),
            loaded.warnings.len(),
        )),
        Err(faults) if !sound => Err(Failure::Usage(format!("{faults}."))),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn json_of(diagnostics: &[Diagnostic]) -> Result<String, Failure> {
    serde_json::to_string_pretty(diagnostics).map_err(|error| Failure::Failed(error.to_string()))
}
