//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::soup;

/// What draws the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Renderer {
    /// The graphics processor where there is one, else OpenGL.
    #[default]
    Auto,
    /// Vulkan, Metal or Direct3D.
    Wgpu,
    /// OpenGL.
    Glow,
}

/// Maintenance records of a medical device's software, kept as IEC 62304 clause 6 asks.
///
/// Without a command the window opens. Passwords are read from MAINSTAY_PASSWORD or asked for.
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by a rule or a permission, 4 the file contradicts itself.
#[derive(Debug, Parser)]
#[command(name = "mainstay", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// The product file to open in the window.
    pub file: Option<PathBuf>,
    /// What draws the window.
    #[arg(long, value_enum, default_value_t, global = true)]
    pub renderer: Renderer,
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do without the window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the example product, print its logins and their password, and open it.
    Example {
        /// Where to write it; it must not exist yet.
        #[arg(default_value = "example.mainstay")]
        path: PathBuf,
        /// Only write it.
        #[arg(long)]
        no_window: bool,
        /// Print path, logins and password as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a product file. Prints the recovery code, which is kept nowhere.
    New(NewArguments),
    /// Perform the requests of a script, one after the other, until one is refused.
    Run {
        /// The product file.
        file: PathBuf,
        /// A list of requests in RON; see docs/command-line.md.
        script: PathBuf,
        /// Who performs them.
        #[arg(long)]
        login: String,
        /// Go on after a refusal.
        #[arg(long)]
        keep_going: bool,
    },
    /// List the records of a kind, newest first.
    List {
        /// The product file.
        file: PathBuf,
        /// Code of the kind, such as feedback or change_request.
        kind: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one record: its fields, signatures, attachments and what can be done next.
    Show {
        /// The product file.
        file: PathBuf,
        /// Number of the record, such as CR-0001.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// What is overdue or unapproved, what is coming, and how many records there are.
    Status {
        /// The product file.
        file: PathBuf,
        /// See it as it was at the end (UTC) of this day, YYYY-MM-DD, instead of now.
        #[arg(long)]
        on: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// The calendars of working days; with a name, the script by which `run` brings one into the policy of a file.
    Calendar {
        /// Code of a calendar, or a .ron file.
        name: Option<String>,
        /// First year whose holidays are taken; this year unless said otherwise.
        #[arg(long)]
        from: Option<i32>,
        /// Last year; four years after the first unless said otherwise.
        #[arg(long)]
        to: Option<i32>,
    },
    /// Take in records from a file of another system.
    Import {
        /// What to take in.
        #[command(subcommand)]
        what: Import,
    },
    /// Make a PDF for an audit and note it in the audit trail.
    Packet(PacketArguments),
    /// Check the whole file: audit chain, signatures, records, attachments.
    Verify {
        /// The product file.
        file: PathBuf,
        /// A head that was noted earlier, as a packet prints it: number and digest of an event, SEQ:DIGEST (at least 16
        /// hexadecimal digits). The file must still have that event.
        #[arg(long, value_name = "SEQ:DIGEST", value_parser = head)]
        head: Option<(u64, String)>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Bring a file of an earlier program to this program's version, after a verified copy was made beside it.
    Upgrade {
        /// The product file.
        file: PathBuf,
    },
    /// Copy the file, verified, while others may use it.
    Backup {
        /// The product file.
        file: PathBuf,
        /// The copy; it must not exist yet.
        #[arg(short = 'o', long = "out")]
        out: PathBuf,
    },
    /// Advisory data of this workstation: vulnerability records, exploited lists, predictions, support dates.
    Advisories {
        /// What to do with it.
        #[command(subcommand)]
        what: Advisories,
    },
    /// Bills of materials.
    Sbom {
        /// What to do with them.
        #[command(subcommand)]
        what: Sbom,
    },
    /// Match the components of a bill of materials with the advisory data.
    ///
    /// Exit codes: 0 nothing affected, 10 something affected, 11 something could not be checked and nothing affected.
    Scan(ScanArguments),
    /// Write a VEX document: what is known about vulnerabilities in the own product.
    Vex(VexArguments),
    /// Write everything as JSON, attachments included; or every field of the records of one kind as CSV.
    Export {
        /// The product file.
        file: PathBuf,
        /// The JSON file; it must not exist yet.
        #[arg(short = 'o', long = "out", required_unless_present = "csv", conflicts_with = "csv")]
        out: Option<PathBuf>,
        /// Code of the kind whose fields are written, such as feedback or change_request.
        #[arg(long, requires = "csv")]
        kind: Option<String>,
        /// The CSV file; it must not exist yet.
        #[arg(long, requires = "kind")]
        csv: Option<PathBuf>,
    },
}

/// What to do with advisory data.
#[derive(Debug, Subcommand)]
pub enum Advisories {
    /// Take in files or folders of files: NVD, CVE, OSV, CSAF, KEV, EPSS, VEX, support dates; also .gz, .zip and .xz.
    Import {
        /// Files and folders.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The folder of the cache, instead of the user's own.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// What there is, from which files, and how old it is.
    Status {
        /// The folder of the cache, instead of the user's own.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Days after which data counts as too old.
        #[arg(long, default_value_t = soup::MAX_AGE_DAYS)]
        max_age: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Everything that was ever told about an identifier.
    Show {
        /// An identifier such as CVE-2021-44228 or RUSTSEC-2021-0139.
        id: String,
        /// The folder of the cache, instead of the user's own.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What a bill of materials is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BillFormat {
    /// CycloneDX 1.6 JSON.
    Cyclonedx,
    /// SPDX 2.3 JSON.
    Spdx,
}

/// What to do with bills of materials.
#[derive(Debug, Subcommand)]
pub enum Sbom {
    /// What was understood, what was not, and what IEC 62304 8.1.2 misses.
    Inspect {
        /// The document.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write it in another format.
    Convert {
        /// The document.
        file: PathBuf,
        /// The format.
        #[arg(long, value_enum)]
        to: BillFormat,
        /// The new document; it must not exist yet.
        #[arg(short = 'o', long = "out")]
        out: PathBuf,
    },
    /// What differs between two of them.
    Diff {
        /// The former one.
        a: PathBuf,
        /// The later one.
        b: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A scan.
#[derive(Debug, Args)]
pub struct ScanArguments {
    /// The bill of materials.
    pub sbom: PathBuf,
    /// The folder of the cache, instead of the user's own.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Days after which data counts as too old, so that nothing found in it counts as not checked.
    #[arg(long, default_value_t = soup::MAX_AGE_DAYS)]
    pub max_age: u32,
    /// Also tell what does not concern a component.
    #[arg(long)]
    pub all: bool,
    /// Vendor aliases and exclusions, a .ron file.
    #[arg(long)]
    pub knowledge: Option<PathBuf>,
    /// Match everything again, also where nothing changed since the last scan.
    #[arg(long)]
    pub fresh: bool,
}

/// What a VEX document is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VexSyntax {
    /// OpenVEX 0.2.0.
    Openvex,
    /// CycloneDX 1.6 VEX.
    Cyclonedx,
    /// CSAF 2.0 VEX.
    Csaf,
}

/// A VEX document.
#[derive(Debug, Args)]
pub struct VexArguments {
    /// Statements in JSON or RON (see docs/command-line.md), or what `mainstay scan --json` wrote.
    pub input: PathBuf,
    /// The format.
    #[arg(long, value_enum)]
    pub format: VexSyntax,
    /// The new document; it must not exist yet.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
    /// Of a scan: who issues the document.
    #[arg(long)]
    pub author: Option<String>,
    /// Of a scan: the address that stands for the issuer, such as https://psirt.example.com; CSAF asks for it.
    #[arg(long)]
    pub namespace: Option<String>,
    /// Of a scan: the identifier of the document; without it one is made that follows from the scan.
    #[arg(long)]
    pub id: Option<String>,
    /// Of a scan: the title.
    #[arg(long)]
    pub title: Option<String>,
    /// Of a scan: what users should do about all that is affected. Without it that is under investigation.
    #[arg(long)]
    pub action: Option<String>,
}

/// What a new product file is made of.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// Where to write it; it must not exist yet.
    pub path: PathBuf,
    /// Name of the product.
    #[arg(long)]
    pub product: String,
    /// Who places it on the market.
    #[arg(long)]
    pub manufacturer: String,
    /// Software safety class: A, B, C or unassigned (the rules of class C then apply).
    #[arg(long)]
    pub class: String,
    /// Why this class.
    #[arg(long, default_value = "")]
    pub class_rationale: String,
    /// Where it is sold, by code such as us or eu; may be given several times.
    #[arg(long = "market")]
    pub markets: Vec<String>,
    /// Login name of the first person, who becomes quality manager and administrator.
    #[arg(long)]
    pub login: String,
    /// Full name of the first person, as printed beside signatures.
    #[arg(long)]
    pub full_name: String,
}

/// What can be taken in.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Feedback, one row of a delimited text file each.
    Feedback(ImportArguments),
    /// Records of a kind that people make, one row of a CSV each, as `export --csv` writes it.
    Records(RecordsArguments),
}

/// Records from a CSV of their fields.
#[derive(Debug, Args)]
pub struct RecordsArguments {
    /// The product file.
    pub file: PathBuf,
    /// The CSV file: a column for each field, by name or label.
    pub input: PathBuf,
    /// Code of the kind, such as problem_report.
    #[arg(long)]
    pub kind: String,
    /// Who takes them in.
    #[arg(long)]
    pub login: String,
    /// A column that is not read; may be given several times.
    #[arg(long = "leave-out", value_name = "COLUMN")]
    pub leave_out: Vec<String>,
    /// Take the file in although the very same one is attached already.
    #[arg(long)]
    pub again: bool,
    /// Say what would be taken, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Feedback from a file.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The product file.
    pub file: PathBuf,
    /// The file with the rows.
    pub input: PathBuf,
    /// Name of a mapping, or a mapping in a .ron file.
    #[arg(long)]
    pub mapping: String,
    /// Who takes it in.
    #[arg(long)]
    pub login: String,
    /// Answer to a question of the mapping, FIELD=VALUE; may be given several times.
    #[arg(long = "answer")]
    pub answers: Vec<String>,
    /// Say what would be taken, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// What a packet is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PacketOf {
    /// One change request with everything that it rests on.
    Change,
    /// Everything of a period.
    Period,
}

/// A packet.
#[derive(Debug, Args)]
pub struct PacketArguments {
    /// The product file.
    pub file: PathBuf,
    /// What it is of.
    #[arg(value_enum)]
    pub of: PacketOf,
    /// Number of the change request.
    pub id: Option<String>,
    /// First day of the period, YYYY-MM-DD.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day of the period, YYYY-MM-DD.
    #[arg(long)]
    pub to: Option<String>,
    /// The PDF; it must not exist yet.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
    /// Who makes it.
    #[arg(long)]
    pub login: String,
    /// Leave out personal data.
    #[arg(long)]
    pub redact: bool,
}

/// Least digits of a digest that was noted.
const DIGITS_MIN: usize = 16;

fn head(text: &str) -> Result<(u64, String), String> {
    let wrong =
        || "a head is the number of an event and its SHA-256, such as 324:04495135c324cd7f".to_owned();
    let (seq, digest) = text.split_once(':').ok_or_else(wrong)?;
    let digest = digest.trim().to_ascii_lowercase();
    let hexadecimal = digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hexadecimal || !(DIGITS_MIN..=64).contains(&digest.len()) {
        return Err(wrong());
    }
    let seq = seq.trim().parse().ok().filter(|seq| *seq > 0).ok_or_else(wrong)?;
    Ok((seq, digest))
}
