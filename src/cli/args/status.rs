//! The arguments of `mainstay status`.

use std::path::PathBuf;

use clap::Args;

/// What is overdue, unapproved or upcoming.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// The product file.
    pub file: PathBuf,
    /// Show the state at the end (UTC) of this day, YYYY-MM-DD, instead of now.
    #[arg(long)]
    pub on: Option<String>,
    /// Also show the SOUP reviews for which the advisory data of this workstation asks.
    #[arg(long, conflicts_with = "on")]
    pub advisories: bool,
    /// Folder of the advisory data.
    #[arg(long, requires = "advisories")]
    pub cache: Option<PathBuf>,
    /// Write everything that is due or coming as iCalendar to this file instead; it must not exist yet.
    #[arg(long, value_name = "OUT.ics", conflicts_with_all = ["on", "advisories", "json"])]
    pub calendar: Option<PathBuf>,
    /// Days before each day on which the calendar program reminds.
    #[arg(long, value_name = "DAYS", requires = "calendar", value_parser = clap::value_parser!(u16).range(0..=365))]
    pub alarm: Option<u16>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
