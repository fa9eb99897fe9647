//! The arguments of the commands on retirement and clocks.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// The arguments of a retirement plan.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("writes").args(["lay_out", "restore_test"]))]
#[command(group = ArgGroup::new("does").args(["lay_out", "restore_test", "calendar", "json"]))]
pub struct RetirementArguments {
    /// The product file.
    pub file: PathBuf,
    /// Make the milestones that the dates of the plan ask for: all of them, or none.
    #[arg(long, requires = "login")]
    pub lay_out: bool,
    /// Write the years ahead as an iCalendar file (RFC 5545); it must not exist yet.
    #[arg(long, value_name = "OUT.ics")]
    pub calendar: Option<PathBuf>,
    /// A copy of the archive to test: it is opened, verified wholly and compared with the file, and the result is noted in the plan.
    #[arg(long, value_name = "COPY", requires = "login", requires = "location")]
    pub restore_test: Option<PathBuf>,
    /// Where the copy is kept, as the plan notes it.
    #[arg(long, value_name = "TEXT", requires = "restore_test")]
    pub location: Option<String>,
    /// Login of the person who does it.
    #[arg(long, requires = "writes")]
    pub login: Option<String>,
    /// Why it is done although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS", requires = "writes")]
    pub reason: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of clocks.
#[derive(Debug, Args)]
pub struct ClocksArguments {
    /// The product file.
    pub file: PathBuf,
    /// Make a template of each reference limit of the product's markets that has none. None is used before a person confirmed it.
    #[arg(long, requires = "login", conflicts_with = "json")]
    pub take_references: bool,
    /// Login of the person who takes them over.
    #[arg(long, requires = "take_references")]
    pub login: Option<String>,
    /// Why it is done although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS", requires = "take_references")]
    pub reason: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
