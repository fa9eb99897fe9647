//! The arguments of `mainstay advisories update`.

use std::path::PathBuf;

use clap::Args;

/// Which sources are updated, and with which settings.
#[derive(Debug, Args)]
pub struct AdvisoriesUpdate {
    /// Only these sources, also those that are off in the settings: nvd, osv, kev, epss, csaf, eol.
    #[arg(long, value_delimiter = ',')]
    pub source: Vec<String>,
    /// A file of settings (RON), instead of those of the window.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// The folder of the cache, instead of the user's own folder.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}
