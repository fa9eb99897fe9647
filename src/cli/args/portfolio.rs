//! The arguments of `mainstay portfolio`.

use std::path::PathBuf;

use clap::Args;

use super::Renderer;

/// Product files and folders of them, and what is asked of all.
#[derive(Debug, Args)]
pub struct PortfolioArguments {
    /// Folders with product files, which are also looked for in the folders below them, and product files.
    #[arg(required_unless_present = "window")]
    pub places: Vec<PathBuf>,
    /// Ask which products, in which releases in service, contain this: a name with or without a version, a package URL, or the
    /// identifier of a vulnerability.
    #[arg(long, value_name = "WHAT", conflicts_with = "bill")]
    pub contains: Option<String>,
    /// Ask which of the components of this bill of materials, lock file or table are in which products.
    #[arg(long, value_name = "BILL")]
    pub bill: Option<PathBuf>,
    /// With the identifier of a vulnerability: also ask the advisory data of this workstation which components it concerns.
    #[arg(long, requires = "contains")]
    pub advisories: bool,
    /// The folder of the advisory data, if it is not the usual one.
    #[arg(long, value_name = "FOLDER", requires = "advisories")]
    pub cache: Option<PathBuf>,
    /// List every item of work that is overdue or due, every decision, and every product that does not contain it.
    #[arg(long, short)]
    pub verbose: bool,
    /// Read every file, whatever is kept of earlier looks.
    #[arg(long)]
    pub fresh: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show it in the window; without folders, those that the window remembers.
    #[arg(long, conflicts_with_all = ["contains", "bill", "advisories", "verbose", "fresh", "json"])]
    pub window: bool,
    /// What draws the window.
    #[arg(long, value_enum, default_value_t = Renderer::Auto, requires = "window")]
    pub renderer: Renderer,
}
