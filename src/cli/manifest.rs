//! `canvass manifest`: what to paste at api.slack.com/apps.

use super::{Done, Failure, Places, run, terminal};

pub(super) fn manifest(places: &Places) -> Done {
    let program = run::load(places)?;
    let manifest = crate::slack::manifest(&program.command, &program.bot_name);
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| Failure::Failed(error.to_string()))?;
    terminal::print(&text)
}
