//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    canvass::private::by_default();
    canvass::install_crypto();
    canvass::cli::run()
}
