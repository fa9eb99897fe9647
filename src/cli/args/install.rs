//! The arguments of the commands that a package needs: completions of shells, pages of the manual.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// An existing folder, for the page of the program and one page for each command. Without it the page of the program is printed.
    pub folder: Option<PathBuf>,
}
