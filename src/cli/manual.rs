//! `canvass completions` and `canvass man`: made from the command line itself, so that they never differ from it.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Done, Failure, terminal};

pub(super) fn completions(shell: Shell) -> Done {
    let mut written = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "canvass", &mut written);
    terminal::print(String::from_utf8_lossy(&written).trim_end())
}

pub(super) fn page() -> Done {
    let mut written = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut written)
        .map_err(|error| Failure::Failed(format!("The page could not be written: {error}.")))?;
    terminal::print(String::from_utf8_lossy(&written).trim_end())
}
