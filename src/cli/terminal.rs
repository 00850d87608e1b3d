//! Writing to the terminal; a reader that went away is no failure.

use std::io::{self, Write};

use super::{Done, Failure};

/// Prints an answer.
pub(super) fn print(text: &str) -> Done {
    let mut out = io::stdout().lock();
    let newline = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    match write!(out, "{text}{newline}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("The answer could not be written: {error}.")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says what went wrong. If even that can't be written there is nobody to tell.
pub(super) fn complain(text: &str) {
    let mut err = io::stderr().lock();
    _ = writeln!(err, "{}", text.trim_end());
}
