//! Starts the window or the command line.

use std::path::Path;
use std::process::ExitCode;

use mainstay::cli::{self, Opening, Renderer};
use mainstay::ui::{self, settings};

fn main() -> ExitCode {
    cli::main(open_window)
}

/// Opens the window, with a file or without.
fn open_window(path: Option<&Path>, opening: Opening<'_>, renderer: Renderer) -> Result<(), String> {
    let renderer = match renderer {
        Renderer::Auto => settings::Renderer::Auto,
        Renderer::Software => settings::Renderer::Software,
    };
    let for_auditor = opening == Opening::ForAuditor;
    let portfolio = match opening {
        Opening::Portfolio(places) => Some(places.to_vec()),
        Opening::ToWork | Opening::ForAuditor => None,
    };
    ui::run(ui::Launch { file: path.map(Path::to_owned), for_auditor, portfolio, renderer })
}
