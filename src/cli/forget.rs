//! `canvass forget`: by the running service, or in the data folder itself when none runs.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;

use super::{Done, Failure, Places, read, root_keys, run, terminal};
use crate::clock::Clock;
use crate::service;
use crate::service::query::Query;

/// Whom, and whether it was thought over.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    #[command(flatten)]
    places: Places,
    /// Whom: an id of people.toml, a name or an e-mail address.
    person: String,
    /// Don't ask whether it is meant.
    #[arg(long)]
    yes: bool,
}

pub(super) fn forget(options: &Options) -> Done {
    if !options.yes {
        terminal::print(&answer(options, false)?)?;
        if !io::stdin().is_terminal() {
            return Err(Failure::Usage(
                "Nothing was done. This can't be undone, so it asks first: run it in a terminal, or give --yes."
                    .to_owned(),
            ));
        }
        if !confirmed(&options.person)? {
            return terminal::print("Nothing was done.");
        }
    }
    terminal::print(&answer(options, true)?)
}

/// Asks for the person's name again: a mistyped name is what can't be made good.
fn confirmed(person: &str) -> Result<bool, Failure> {
    let failed = |error: io::Error| Failure::Failed(format!("The answer could not be read: {error}."));
    let mut out = io::stdout().lock();
    write!(out, "\nThis can't be undone. Type “{person}” again to continue: ").map_err(failed)?;
    out.flush().map_err(failed)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(failed)?;
    Ok(line.trim() == person.trim())
}

fn answer(options: &Options, sure: bool) -> Result<String, Failure> {
    let Options { places, person, .. } = options;
    let query = Query::Forget { person: person.clone(), sure };
    let mut out = Vec::new();
    if !read::asked(places, &query, &mut out)? {
        let program = run::load(places)?;
        let forgetting =
            service::forget_alone(&places.data, root_keys()?, program, Clock::system(), person, sure);
        let told = run::runtime()?.block_on(forgetting).map_err(Failure::Failed)?;
        return Ok(told);
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
