//! Starts the window or the command line.

use std::path::Path;
use std::process::ExitCode;

use mainstay::cli::{self, Renderer};

fn main() -> ExitCode {
    cli::main(open_window)
}

/// Opens the window, on a file or on none.
fn open_window(_path: Option<&Path>, _renderer: Renderer) -> Result<(), String> {
    Err("this build has no window".to_owned())
}
