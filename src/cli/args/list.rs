//! The arguments of `list`.

use std::path::PathBuf;

use clap::Args;

/// Which list, with which columns, and where it goes.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// The product file.
    pub file: PathBuf,
    /// Code of the kind, such as feedback or change_request.
    pub kind: String,
    /// Print JSON.
    #[arg(long, conflicts_with_all = ["columns", "group", "pdf"])]
    pub json: bool,
    /// The columns in their order, separated by commas, such as number,title,owner; a wrong one lists all.
    #[arg(long, value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Group the rows by state, owner, month or a field; a wrong one lists all.
    #[arg(long)]
    pub group: Option<String>,
    /// Print the list as PDF to this new file: a print of a list, not a recorded packet.
    #[arg(long, value_name = "OUT")]
    pub pdf: Option<PathBuf>,
}
