//! The arguments of `mainstay publish`.

use std::path::PathBuf;

use clap::Args;

/// Which files are published, and where to.
#[derive(Debug, Args)]
pub struct PublishArguments {
    /// The product files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The database, such as postgresql://reports@db.example.org/quality; by default MAINSTAY_PUBLISH_TO. A password is better
    /// given in PGPASSWORD or in the file of passwords than here, where others of this machine see it.
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// Publish each file whole, in the place of what the database has of it. An older mirror is dropped with everything in it.
    #[arg(long)]
    pub anew: bool,
    /// Only say what would be sent.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
}
