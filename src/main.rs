//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    canvass::install_crypto();
    canvass::cli::run()
}
