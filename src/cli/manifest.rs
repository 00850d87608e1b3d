//! `canvass manifest`: what to paste at api.slack.com/apps.

use super::{Done, Failure, Places, run, terminal};
use crate::slack;

pub(super) fn manifest(places: &Places, url: Option<String>) -> Done {
    let transport = url.map_or(slack::Transport::Socket, |base| slack::Transport::Http { base });
    let program = run::load(places)?;
    let manifest = slack::manifest(&program.command, &program.bot_name, &transport);
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| Failure::Failed(error.to_string()))?;
    terminal::print(&text)
}
