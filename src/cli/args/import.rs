//! The arguments of imports.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The records that can be imported.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Feedback, one row of a delimited text file each.
    Feedback(ImportArguments),
    /// Records of a kind that people enter, one row of a CSV file each, as `export --csv` writes it.
    Records(RecordsArguments),
}

/// The arguments of an import of records from a CSV file of their fields.
#[derive(Debug, Args)]
pub struct RecordsArguments {
    /// The product file.
    pub file: PathBuf,
    /// The CSV file: a column for each field, by name or label.
    pub input: PathBuf,
    /// Code of the kind, such as problem_report.
    #[arg(long)]
    pub kind: String,
    /// Login of the person who imports them.
    #[arg(long)]
    pub login: String,
    /// Why it is imported although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
    /// A column to skip, by name or label; can be repeated. Fields that later steps fill cannot be imported.
    #[arg(long = "leave-out", value_name = "COLUMN")]
    pub leave_out: Vec<String>,
    /// Import the file even if the same file is already attached.
    #[arg(long)]
    pub again: bool,
    /// Dry run: report what would be imported and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// The arguments of an import of feedback.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The product file.
    pub file: PathBuf,
    /// The file with the rows.
    pub input: PathBuf,
    /// Name of a mapping, or a .ron file that holds one.
    #[arg(long)]
    pub mapping: String,
    /// Login of the person who imports it.
    #[arg(long)]
    pub login: String,
    /// Why it is imported although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
    /// Answer to a question of the mapping, FIELD=VALUE; can be repeated.
    #[arg(long = "answer")]
    pub answers: Vec<String>,
    /// Dry run: report what would be imported and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}
