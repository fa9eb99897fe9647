//! Arguments of what is printed: packets, letters and guides.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::time::Day;
use crate::ops::{ChapterOrder, PacketDraw};

/// What a packet covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PacketOf {
    /// One change request with everything that it depends on.
    Change,
    /// One release with its changes, evidence and communications.
    Release,
    /// One SOUP review with its search and findings.
    SoupReview,
    /// One finding as a case: timeline, decision, releases, notices.
    Vulnerability,
    /// The vulnerabilities of one release in the words of VEX, for users.
    Vex,
    /// Everything in a period.
    Period,
    /// The retirement of the product by one plan.
    Retirement,
    /// What the readiness rules find: internal.
    Readiness,
    /// The records that an auditor picked, together.
    Sample,
}

/// In which order the chapters of a period stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderedBy {
    /// By the clauses of IEC 62304.
    Clauses,
    /// By the areas of an FDA inspection (Compliance Program 7382.850).
    Inspection,
}

impl From<OrderedBy> for ChapterOrder {
    fn from(order: OrderedBy) -> Self {
        match order {
            OrderedBy::Clauses => Self::Clauses,
            OrderedBy::Inspection => Self::Inspection,
        }
    }
}

/// The arguments of a packet.
#[derive(Debug, Args)]
pub struct PacketArguments {
    /// The product file.
    pub file: PathBuf,
    /// What it covers.
    #[arg(value_enum)]
    pub of: PacketOf,
    /// Number of the change request, release, SOUP review, finding or retirement plan; without one, the plan that is worked in. For a
    /// sample, the numbers of all picked records, of whatever kind.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// First day of the period, YYYY-MM-DD; of a sample, the first day (UTC) on which a drawn record may have been entered.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day of the period, YYYY-MM-DD; of a sample, the last day (UTC) on which a drawn record may have been entered.
    #[arg(long)]
    pub to: Option<String>,
    /// For a period: the order of its chapters; without it, by the clauses.
    #[arg(long, value_enum)]
    pub order: Option<OrderedBy>,
    /// For a sample: draw so many records of a kind, such as CR:5 or FB:10. May be given once for each kind.
    #[arg(long = "draw", value_name = "KIND:COUNT")]
    pub draws: Vec<PacketDraw>,
    /// For a sample: the number or word, named by the auditor, that decides which records are drawn.
    #[arg(long)]
    pub seed: Option<String>,
    /// For a sample: who asked for it, as printed.
    #[arg(long, value_name = "WHO")]
    pub asked_by: Option<String>,
    /// Readiness at the end (UTC) of this past day, YYYY-MM-DD, instead of now.
    #[arg(long, value_parser = Day::parse)]
    pub on: Option<Day>,
    /// Also say since when each gap of readiness is there: looks at the end of each of the last 24 months.
    #[arg(long, conflicts_with = "on")]
    pub since: bool,
    /// The PDF; it must not exist yet. A packet of more than 500 pages becomes volumes beside it: “OUT vol 1 of 7.pdf”.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
    /// Login of the person who issues it.
    #[arg(long)]
    pub login: String,
    /// Leave out personal data.
    #[arg(long)]
    pub redact: bool,
}

/// The arguments of a letter.
#[derive(Debug, Args)]
pub struct LetterArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of the communication.
    pub id: String,
    /// The PDF or text; it must not exist yet.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
    /// Write plain text instead of a PDF.
    #[arg(long)]
    pub text: bool,
    /// Only the letter to this recipient, by its number.
    #[arg(long, value_name = "RC-0001")]
    pub recipient: Option<String>,
    /// Put an internal cover page with the signatures of the approval in front. Do not send it.
    #[arg(long)]
    pub with_approval: bool,
}

/// The arguments of a decommissioning guide.
#[derive(Debug, Args)]
pub struct GuideArguments {
    /// The product file.
    pub file: PathBuf,
    /// Number of the retirement plan.
    pub id: String,
    /// The PDF or text; it must not exist yet.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
    /// Write plain text instead of a PDF.
    #[arg(long)]
    pub text: bool,
}

/// The arguments of the manual.
#[derive(Debug, Args)]
pub struct ManualArguments {
    /// The PDF; it must not exist yet.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
}

/// The arguments of the self-tests.
#[derive(Debug, Args)]
pub struct QualifyArguments {
    /// The PDF; it must not exist yet. Without it nothing is printed.
    #[arg(short = 'o', long = "out")]
    pub out: Option<PathBuf>,
    /// The folder in which the temporary folder of the tests is made, instead of that of the system.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}
