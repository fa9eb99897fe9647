//! The arguments of commands on releases, communications and deviations.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::domain::time::Day;
use crate::ops::ReadinessScope;

/// The arguments of a baseline.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("from").required(true).multiple(true).args(["bill", "items"]))]
pub struct BaselineArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of the release, such as RL-0003.
    pub id: String,
    /// The bill of materials or lock file from which the SOUP is read.
    #[arg(long)]
    pub bill: Option<PathBuf>,
    /// A CSV file with the columns item and version: the configuration items.
    #[arg(long, value_name = "CSV")]
    pub items: Option<PathBuf>,
    /// Leave out components without a version. They are listed, and remain in the attached bill.
    #[arg(long)]
    pub leave_out_unversioned: bool,
    /// Only list what would come, go and change against the release before; change nothing.
    #[arg(long)]
    pub rehearse: bool,
    /// Login of the person who stores it.
    #[arg(long, required_unless_present = "rehearse")]
    pub login: Option<String>,
    /// Why it is stored although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
}

/// The arguments of a commit list.
#[derive(Debug, Args)]
pub struct CommitsArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of the release, such as RL-0003.
    pub id: String,
    /// An export of `git log`: --oneline, the full form, or a table with hash and subject. It is attached to the release.
    #[arg(requires = "login")]
    pub list: Option<PathBuf>,
    /// Login of the person who stores the list.
    #[arg(long, requires = "list")]
    pub login: Option<String>,
    /// Why it is stored although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of a gate.
#[derive(Debug, Args)]
pub struct GateArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of the release, such as RL-0003.
    pub id: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of differences.
#[derive(Debug, Args)]
pub struct DifferencesArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of a release, such as RL-0003; or of the earlier of two maintenance plans.
    pub id: String,
    /// Number of the later maintenance plan, such as MP-0002.
    pub other: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of recipients.
#[derive(Debug, Args)]
pub struct RecipientsArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of the communication, such as CM-0001.
    pub id: String,
    /// A CSV file of recipients to import: name, organisation, address, email, market, language, sent_on, method, acknowledged_on,
    /// acknowledgement_ref.
    #[arg(long, value_name = "CSV", requires = "login", conflicts_with = "export")]
    pub import: Option<PathBuf>,
    /// The CSV file to export to; it must not exist yet.
    #[arg(long, value_name = "CSV")]
    pub export: Option<PathBuf>,
    /// Login of the person who imports.
    #[arg(long, requires = "import")]
    pub login: Option<String>,
    /// Why it is imported although the clock of this machine is behind what was seen before; needed only then.
    #[arg(long, value_name = "WORDS")]
    pub reason: Option<String>,
}

/// The arguments of deviations.
#[derive(Debug, Args)]
pub struct DeviationsArguments {
    /// The product file.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The arguments of readiness.
#[derive(Debug, Args)]
pub struct ReadinessArguments {
    /// The product file.
    pub file: PathBuf,
    /// The gaps at the end (UTC) of this day, YYYY-MM-DD, instead of now.
    #[arg(long, value_parser = Day::parse)]
    pub on: Option<Day>,
    /// Also say since when each gap is there: looks at the end of each month.
    #[arg(long, conflicts_with = "on")]
    pub since: bool,
    /// How many months --since looks back.
    #[arg(long, default_value_t = ReadinessScope::MONTHS, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub months: u32,
    /// First verify the file, so that the rules about the audit trail and the signatures can find something.
    #[arg(long)]
    pub verify: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
