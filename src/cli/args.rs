//! The arguments of the command line.

mod document;
mod import;
mod install;
mod list;
mod paper;
mod portfolio;
mod publish;
mod releases;
mod retirement;
mod review;
mod seen;
mod status;
mod update;

pub use document::{DocumentAs, ReviewDocumentArguments};
pub use import::{Import, ImportArguments, RecordsArguments};
pub use install::{CompletionsArguments, ManArguments};
pub use list::ListArguments;
pub use paper::{
    GuideArguments, LetterArguments, ManualArguments, PacketArguments, PacketOf, QualifyArguments,
};
pub use portfolio::PortfolioArguments;
pub use publish::PublishArguments;
pub use releases::{
    BaselineArguments, CommitsArguments, DeviationsArguments, DifferencesArguments, GateArguments,
    ReadinessArguments, RecipientsArguments,
};
pub use retirement::{ClocksArguments, RetirementArguments};
pub use review::{Review, Soup, SoupImportArguments, StartReviewArguments};
pub use seen::{AuditArguments, ContinueArguments, Heads};
pub use status::StatusArguments;
pub use update::AdvisoriesUpdate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::ops::EventHead;
use crate::soup;

/// What draws the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Renderer {
    /// The graphics processor, or the processor if there is none.
    #[default]
    Auto,
    /// The processor, without any graphics driver.
    Software,
}

/// Keeps the maintenance records of medical device software as IEC 62304 clause 6 requires.
///
/// Without a command the window opens. Passwords are read from MAINSTAY_PASSWORD or prompted for.
/// Exit codes: 0 done; 1 a file is missing, unreadable or not what it should be; 2 wrong usage; 3 refused by a rule or a
/// permission; 4 the product file is inconsistent.
#[derive(Debug, Parser)]
#[command(name = "mainstay", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// The product file to open in the window, or the link to a record, such as mainstay:pump.mainstay#CR-0004.
    pub file: Option<PathBuf>,
    /// What draws the window.
    #[arg(long, value_enum, default_value_t)]
    pub renderer: Renderer,
    /// The command to run instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands that run without the window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the example product, print its logins and their password, and open it.
    Example {
        /// The path to write to; it must not exist yet.
        #[arg(default_value = "example.mainstay")]
        path: PathBuf,
        /// Do not open the window.
        #[arg(long)]
        no_window: bool,
        /// Print path, logins and password as JSON.
        #[arg(long)]
        json: bool,
        /// What draws the window.
        #[arg(long, value_enum, default_value_t)]
        renderer: Renderer,
    },
    /// Open a file for an auditor: read-only, without personal data; what is shown is listed. Somebody signs in first.
    Audit(AuditArguments),
    /// Print the completions of the commands and options for a shell.
    Completions(CompletionsArguments),
    /// Print the manual page, or write all pages into a folder.
    Man(ManArguments),
    /// Create a product file. Prints the recovery code, which is stored nowhere.
    New(NewArguments),
    /// Perform the requests of a script in order, up to the first refusal.
    Run {
        /// The product file.
        file: PathBuf,
        /// A list of requests in RON; see docs/command-line.md.
        script: PathBuf,
        /// Login of the person who performs them.
        #[arg(long)]
        login: String,
        /// Continue after a refusal.
        #[arg(long)]
        keep_going: bool,
    },
    /// List the records of a kind, newest first.
    List(ListArguments),
    /// Show one record: its fields, signatures, attachments and next steps.
    Show {
        /// The product file.
        file: PathBuf,
        /// Number of the record, such as CR-0001.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what is overdue, unapproved or upcoming, and count the records.
    Status(StatusArguments),
    /// Show many product files at a glance, or ask which of them contain a component, a vulnerability or the parts of a bill.
    Portfolio(PortfolioArguments),
    /// List the working-day calendars; with a name, print the script with which `run` adds one to the policy of a file.
    Calendar {
        /// Code of a calendar, or a .ron file.
        name: Option<String>,
        /// First year of holidays to take; this year by default.
        #[arg(long, requires = "name")]
        from: Option<i32>,
        /// Last year; four years after the first by default.
        #[arg(long, requires = "name")]
        to: Option<i32>,
    },
    /// Import records from a file of another system.
    Import {
        /// The records to import.
        #[command(subcommand)]
        what: Import,
    },
    /// Read the baseline of a release: SOUP from a bill of materials, configuration items from a CSV file.
    ///
    /// The files are attached to the release. Components without a version are refused, because SOUP is identified by its exact version.
    Baseline(BaselineArguments),
    /// The SOUP register of a product file.
    Soup {
        /// What to do with it.
        #[command(subcommand)]
        what: Soup,
    },
    /// SOUP reviews of a product file.
    Review {
        /// What to do with them.
        #[command(subcommand)]
        what: Review,
    },
    /// Lay your own plan, SOUP list, procedure or change record beside IEC 62304 6.1: what is answered where, and what is missing.
    ///
    /// Reads .docx, .odt, .xlsx, .ods, .csv, .md and .txt. Exit codes: 0 nothing is missing, 12 something is.
    ReviewDocument(ReviewDocumentArguments),
    /// Compare the commit list of a release with its changes; with LIST, store that list first.
    ///
    /// Exit codes: 0 they agree, 12 they do not.
    Commits(CommitsArguments),
    /// List every condition up to the release of a version, met and unmet.
    ///
    /// Exit codes: 0 all are met, 12 some are not.
    Gate(GateArguments),
    /// List what is in a release and why it differs from the one before; or the differences between two maintenance plans.
    Differences(DifferencesArguments),
    /// List the recipients of a communication; import them from a CSV file or export them.
    Recipients(RecipientsArguments),
    /// List the process deviations, and signs in the file of a bypass that none tells.
    ///
    /// Exit codes: 0 there is no such sign, 12 there is one.
    Deviations(DeviationsArguments),
    /// List the gaps that an auditor would find: 147 rules, each with its clause, severity and remedy.
    ///
    /// Exit codes: 0 nothing critical is found, 12 something is.
    Readiness(ReadinessArguments),
    /// Show the retirement plan: what is answered, how long records are kept, its milestones. Lay them out, export the calendar, or
    /// test a restored copy.
    Retirement(RetirementArguments),
    /// List the clocks of authorities that run, and the reference limits that can be taken over. The program does not decide what is
    /// reportable.
    Clocks(ClocksArguments),
    /// Write a PDF for an audit and record it in the audit trail.
    Packet(PacketArguments),
    /// Print the letters of a communication on the maker's letterhead. Nothing is written to the file.
    Letter(LetterArguments),
    /// Print the manual of this program as PDF: the help, every field, state and step, the keys, the command line, the glossary.
    Manual(ManualArguments),
    /// Perform self-tests on this machine and print them as an installation and operational qualification pack (ISO 13485 4.1.6).
    ///
    /// They run in a temporary folder, which is removed; no product file is opened. The pack names the machine and the user account.
    /// Exit codes: 0 all passed, 12 some failed.
    Qualify(QualifyArguments),
    /// Print the decommissioning guide of a retirement plan for users. Nothing is written to the file.
    Guide(GuideArguments),
    /// Verify the whole file: audit chain, signatures, records, attachments.
    Verify {
        /// The product file.
        file: PathBuf,
        /// A head that was noted earlier, as a packet prints it: number and digest of an event, SEQ:DIGEST (at least 16
        /// hexadecimal digits). The file must still contain that event.
        #[arg(long, value_name = "SEQ:DIGEST", value_parser = EventHead::parse)]
        head: Option<EventHead>,
        /// Verify a temporary copy, of a file with an interrupted write that lies where you may not write. The copy takes as much
        /// space as the file.
        #[arg(long)]
        copy: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// The last events that this workstation saw of product files: list them, take over those of another one, forget one.
    ///
    /// Every command compares the file that it opens with them and warns if the file lacks an event that was seen.
    Heads {
        /// What to do.
        #[command(subcommand)]
        what: Heads,
    },
    /// Continue from a restored copy of a file of which later events are lost. An administrator signs it.
    ///
    /// The act says which event is lost and skips the numbers of records that may have been used. Until it is done, nothing is
    /// written to a file that lacks an event that this workstation saw.
    ContinueFromBackup(ContinueArguments),
    /// Add a trusted time stamp (RFC 3161) on the last event: proof that the file existed so at that time.
    ///
    /// The authority and its certificates stand in the policy. If it has an address, time stamps are also requested once a day
    /// and after each packet.
    TimeStamp(TimeStampArguments),
    /// Upgrade a file of an earlier program to this program's version, after making and verifying a copy next to it.
    Upgrade {
        /// The product file.
        file: PathBuf,
    },
    /// Copy the file, even while others use it.
    ///
    /// The copy is read back: SQLite must find no damage in it, and it must end with the same event. The audit trail is
    /// not verified; `mainstay verify COPY` does that.
    Backup {
        /// The product file.
        file: PathBuf,
        /// The copy; it must not exist yet.
        #[arg(short = 'o', long = "out")]
        out: PathBuf,
    },
    /// Mirror product files into a PostgreSQL database, for reports: events, records, and a view for each kind. The file stays the record.
    ///
    /// What is new since the last time is sent, each file in one transaction. Exit codes: 3 the database has another chain or another
    /// version, 4 the file contradicts itself.
    Publish(PublishArguments),
    /// Manage the advisory data of this workstation: vulnerability records, exploited lists, predictions, support dates.
    Advisories {
        /// The command to run.
        #[command(subcommand)]
        what: Advisories,
    },
    /// Work with bills of materials.
    Sbom {
        /// The command to run.
        #[command(subcommand)]
        what: Sbom,
    },
    /// Match the components of a bill of materials against the advisory data.
    ///
    /// Exit codes: 0 nothing affected, 10 something affected, 11 nothing affected but something could not be checked.
    Scan(ScanArguments),
    /// Write a VEX document: the known vulnerabilities of your own product and their status.
    Vex(VexArguments),
    /// Export everything as JSON, attachments included; or every field of the records of one kind as CSV.
    Export {
        /// The product file.
        file: PathBuf,
        /// The JSON file, or the file of the attachment; it must not exist yet.
        #[arg(short = 'o', long = "out")]
        out: Option<PathBuf>,
        /// Number of an attachment, such as AT-0001: export its bytes alone, with -o OUT.
        #[arg(long)]
        attachment: Option<String>,
        /// Code of the kind to export as CSV, such as feedback or change_request.
        #[arg(long)]
        kind: Option<String>,
        /// The CSV file of the records of that kind; it must not exist yet.
        #[arg(long)]
        csv: Option<PathBuf>,
    },
}

/// The commands on advisory data.
#[derive(Debug, Subcommand)]
pub enum Advisories {
    /// Import files or folders of files: NVD, CVE, OSV, CSAF, KEV, EPSS, VEX, support dates; also .gz, .zip and .xz.
    Import {
        /// Files and folders.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The folder of the cache, instead of the user's own folder.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Go on without the files that cannot be read, and end as done; which they are is said.
        #[arg(long)]
        leave_out_unreadable: bool,
        /// Print a line for every file, not only the sums of many.
        #[arg(long)]
        verbose: bool,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Update the cache from the network. Nothing else uses the network for advisory data.
    Update(AdvisoriesUpdate),
    /// List the cached sources with their files and their age.
    Status {
        /// The folder of the cache, instead of the user's own folder.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Days after which data counts as stale.
        #[arg(long, default_value_t = soup::MAX_AGE_DAYS)]
        max_age: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show every cached record of an identifier.
    Show {
        /// An identifier such as CVE-2021-44228 or RUSTSEC-2021-0139.
        id: String,
        /// The folder of the cache, instead of the user's own folder.
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The format of a bill of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BillFormat {
    /// CycloneDX 1.6 JSON.
    Cyclonedx,
    /// SPDX 2.3 JSON.
    Spdx,
}

/// The commands on bills of materials.
#[derive(Debug, Subcommand)]
pub enum Sbom {
    /// Report what was understood, what was not, and what is missing for IEC 62304 8.1.2.
    Inspect {
        /// The document.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Convert it to another format.
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
    /// List the differences between two of them.
    Diff {
        /// The earlier one.
        a: PathBuf,
        /// The later one.
        b: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The arguments of a scan.
#[derive(Debug, Args)]
pub struct ScanArguments {
    /// The bill of materials.
    pub sbom: PathBuf,
    /// The folder of the cache, instead of the user's own folder.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Days after which data counts as stale; finding nothing in stale data counts as not checked.
    #[arg(long, default_value_t = soup::MAX_AGE_DAYS)]
    pub max_age: u32,
    /// Also list the advisories that do not affect a component.
    #[arg(long)]
    pub all: bool,
    /// Vendor aliases and exclusions, in a .ron file.
    #[arg(long)]
    pub knowledge: Option<PathBuf>,
    /// Match everything again, also where nothing changed since the last scan.
    #[arg(long)]
    pub fresh: bool,
}

/// The format of a VEX document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VexSyntax {
    /// OpenVEX 0.2.0.
    Openvex,
    /// CycloneDX 1.6 VEX.
    Cyclonedx,
    /// CSAF 2.0 VEX.
    Csaf,
}

/// The arguments of a VEX document.
#[derive(Debug, Args)]
pub struct VexArguments {
    /// Statements in JSON or RON (see docs/command-line.md), the output of `mainstay scan --json`, or with --release a product file.
    pub input: PathBuf,
    /// For a product file: the release, such as RL-0002. Its statements are the confirmed decisions on findings.
    #[arg(long, value_name = "RL-0001")]
    pub release: Option<String>,
    /// For a product file: login of the person who publishes the document. It is attached to the release.
    #[arg(long, requires = "release")]
    pub login: Option<String>,
    /// The format.
    #[arg(long, value_enum)]
    pub format: VexSyntax,
    /// The new document; it must not exist yet.
    #[arg(short = 'o', long = "out")]
    pub out: PathBuf,
    /// The issuer of the document: for a scan, or for a product file instead of its manufacturer.
    #[arg(long)]
    pub author: Option<String>,
    /// The address of the issuer, such as https://psirt.example.com; CSAF requires it.
    #[arg(long)]
    pub namespace: Option<String>,
    /// For a scan: the identifier of the document; by default it is derived from the scan.
    #[arg(long)]
    pub id: Option<String>,
    /// For a scan: the title.
    #[arg(long)]
    pub title: Option<String>,
    /// For a scan: what users should do about everything that is affected. Without it, the status is under investigation.
    #[arg(long)]
    pub action: Option<String>,
}

/// The arguments of a time stamp.
#[derive(Debug, Args)]
pub struct TimeStampArguments {
    /// The product file.
    pub file: PathBuf,
    /// Login of the person who adds it.
    #[arg(long)]
    pub login: Option<String>,
    /// Only write the query to this file, to be sent from a machine with a network; it must not exist yet.
    #[arg(long, value_name = "OUT", conflicts_with_all = ["login", "reply"])]
    pub query: Option<PathBuf>,
    /// Add the authority's reply to such a query.
    #[arg(long, value_name = "FILE")]
    pub reply: Option<PathBuf>,
}

/// The arguments of a new product file.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The path to write to; it must not exist yet.
    pub path: PathBuf,
    /// Name of the product.
    #[arg(long)]
    pub product: String,
    /// The manufacturer who places it on the market.
    #[arg(long)]
    pub manufacturer: String,
    /// Software safety class: A, B, C or unassigned (the rules of class C then apply).
    #[arg(long)]
    pub class: String,
    /// The rationale for this class.
    #[arg(long, default_value = "")]
    pub class_rationale: String,
    /// A market where it is sold, by code such as us or eu; can be repeated.
    #[arg(long = "market")]
    pub markets: Vec<String>,
    /// Login name of the first person, who becomes quality manager and administrator.
    #[arg(long)]
    pub login: String,
    /// Full name of the first person, as printed with signatures.
    #[arg(long)]
    pub full_name: String,
}
