//! The arguments of the review of a document.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentAs {
    /// A maintenance plan.
    Plan,
    /// A list of SOUP.
    SoupList,
    /// A procedure, such as problem resolution.
    Procedure,
    /// The record of one change.
    ChangeRecord,
}

/// The arguments of the review of a document.
#[derive(Debug, Args)]
pub struct ReviewDocumentArguments {
    /// The document.
    pub document: PathBuf,
    /// What it is, if its name and headings do not say so.
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub kind: Option<DocumentAs>,
    /// A product file whose draft of the maintenance plan takes the texts that were found, into fields that are empty or still
    /// hold an example. Each stays on the list of values to be accepted. The document is attached to the plan.
    #[arg(long, value_name = "PRODUCT", requires = "login")]
    pub draft_plan: Option<PathBuf>,
    /// Login of the person who drafts.
    #[arg(long, requires = "draft_plan")]
    pub login: Option<String>,
    /// Why it is stored although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS", requires = "draft_plan")]
    pub reason: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
