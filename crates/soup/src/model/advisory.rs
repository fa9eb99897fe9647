//! A published anomaly or vulnerability record, whatever the source: what it says, about which products, in which versions.
//!
//! A reader keeps every claim of the record in one of the three shapes below and judges nothing; `matching.rs` judges.

use serde::{Deserialize, Serialize};

/// Where a record comes from: its format and publisher, not the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// National Vulnerability Database, API 2.0 or 1.1 feeds.
    Nvd,
    /// CVE List, JSON 5.
    Cve,
    /// OSV format, any publisher (RustSec, PyPA, GHSA, …).
    Osv,
    /// CSAF advisories.
    Csaf,
}

/// How far a record may be relied on as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Published and analysed: its claims can be judged.
    #[default]
    Published,
    /// Published, but its source has not said which products are meant (NVD: received, awaiting or undergoing analysis; no product named).
    NotAnalysed,
    /// Taken back; when and why as written.
    Withdrawn(String),
    /// Never was one (CVE state REJECTED); why as written.
    Rejected(String),
}

/// One end of an interval: the version as written, and whether it is itself inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// The version as written.
    pub version: String,
    /// Whether this very version belongs to the interval.
    pub included: bool,
}

/// Versions from one bound to another; an open end has none. An interval without bounds holds every version.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub from: Option<Bound>,
    /// Upper end.
    pub to: Option<Bound>,
}

/// What the record says of the versions that it names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStatus {
    /// They are affected.
    #[default]
    Affected,
    /// They are not affected (CVE `unaffected`, CSAF `known_not_affected`).
    NotAffected,
    /// They contain the fix (CSAF `fixed`, `first_fixed`).
    Fixed,
    /// Not known (CVE `unknown`, CSAF `under_investigation`).
    Unknown,
}

/// The order of a range that is kept as it was written, as the upper end of an interval: nothing can be compared with it.
pub const AS_WRITTEN: &str = "text";

/// Versions in one order, with what is said of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// What is said of them.
    pub status: ClaimStatus,
    /// The order to compare by, as the source names it (`SEMVER`, `ECOSYSTEM`, `GIT`, `semver`, `rpm`, `custom`, `vers:npm`); empty when it does not.
    pub order: String,
    /// Versions named one by one, as written.
    pub listed: Vec<String>,
    /// Intervals, in the source's order.
    pub intervals: Vec<Interval>,
}

/// A claim about a package of an ecosystem or a product of a vendor, named by words or a package URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageClaim {
    /// The ecosystem as the source names it (`PyPI`, `crates.io`, `Debian:12`, `npm`); empty when only vendor and product are told.
    pub ecosystem: String,
    /// The vendor (CVE, CSAF branch), where told.
    pub vendor: Option<String>,
    /// Package or product name as written.
    pub name: String,
    /// The vendor's own name of the product, where a package is named besides (CVE).
    pub product: Option<String>,
    /// Package URL, where told; a version in it limits the claim to that version.
    pub purl: Option<String>,
    /// CPE names, where told beside the name (CVE `cpes`, CSAF helper).
    pub cpes: Vec<String>,
    /// What is said of which versions.
    pub versions: Vec<Versions>,
    /// What is said of versions that no entry of `versions` covers (CVE `defaultStatus`); `None` when the source says nothing.
    pub otherwise: Option<ClaimStatus>,
    /// What must be so besides the version for the claim to hold: platforms, modules, functions, features; in words (`platform: Windows`).
    pub conditions: Vec<String>,
}

/// How the parts of a node are joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operator {
    /// Any part is enough.
    #[default]
    Or,
    /// All parts must hold.
    And,
}

/// One CPE criterion of an applicability statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpeCriterion {
    /// The CPE 2.3 name to match against, as written.
    pub criteria: String,
    /// Whether what it names is itself vulnerable, or only the environment of what is.
    pub vulnerable: bool,
    /// Version limits besides the name; an interval without bounds where there are none.
    pub interval: Interval,
}

/// A tree of CPE criteria (NVD configurations).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicabilityNode {
    /// How criteria and children are joined.
    pub operator: Operator,
    /// Whether the result is reversed.
    pub negate: bool,
    /// Criteria at this node.
    pub criteria: Vec<CpeCriterion>,
    /// Nodes below.
    pub children: Vec<ApplicabilityNode>,
}

/// A severity vector as published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The vector string as written (`CVSS:3.1/AV:N/…`, `AV:N/AC:L/Au:N/…`).
    pub vector: String,
    /// Who gave it (`nvd@nist.gov`, `Primary`), where told.
    pub by: Option<String>,
    /// The base score as written by the source, where told (kept as text so that nothing is rounded).
    pub told: Option<String>,
}

/// A published record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Its identifier (`CVE-2021-44228`, `RUSTSEC-2021-0139`).
    pub id: String,
    /// Where it comes from.
    pub source: Source,
    /// Identifiers of the same vulnerability elsewhere.
    pub aliases: Vec<String>,
    /// Identifiers of others that have to do with it (OSV `related`), not the same.
    pub related: Vec<String>,
    /// Identifiers of what it is about as built downstream (OSV `upstream`): the same vulnerability, told apart because a fix downstream is
    /// another one.
    pub upstream: Vec<String>,
    /// Short title, where there is one.
    pub title: Option<String>,
    /// Description in English, or in whatever language there is.
    pub description: String,
    /// When published, as written.
    pub published: Option<String>,
    /// When last changed, as written.
    pub modified: Option<String>,
    /// How far to rely on it.
    pub standing: Standing,
    /// `unmaintained`, `unsound`, `notice`: informational records of RustSec.
    pub informational: Option<String>,
    /// Claims about packages and products.
    pub packages: Vec<PackageClaim>,
    /// CPE applicability; several roots are joined by OR.
    pub applicability: Vec<ApplicabilityNode>,
    /// Severity vectors.
    pub scores: Vec<Score>,
    /// CWE identifiers.
    pub weaknesses: Vec<String>,
    /// Addresses.
    pub references: Vec<String>,
}

/// One entry of CISA's catalogue of vulnerabilities known to be exploited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownExploited {
    /// CVE identifier.
    pub cve: String,
    /// Vendor as written.
    pub vendor: String,
    /// Product as written.
    pub product: String,
    /// Title of the entry.
    pub title: String,
    /// Day it was added, as written.
    pub added: String,
    /// Day by which US federal agencies must act, as written.
    pub due: Option<String>,
    /// What to do.
    pub action: String,
    /// Whether ransomware campaigns are known to use it; as written (`Known`, `Unknown`).
    pub ransomware: Option<String>,
}

/// One line of FIRST's EPSS list: the chance that a vulnerability is exploited within thirty days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExploitPrediction {
    /// CVE identifier.
    pub cve: String,
    /// Probability from 0 to 1, as written.
    pub probability: String,
    /// Share of all scored vulnerabilities with the same or a lower probability, 0 to 1, as written.
    pub percentile: String,
}

/// Until when a release cycle of a product is supported (endoflife.date and its like).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportCycle {
    /// Product as the source names it (`python`, `debian`).
    pub product: String,
    /// Cycle: the leading part of the versions it covers (`3.9`, `12`).
    pub cycle: String,
    /// Day of release, as written.
    pub released: Option<String>,
    /// End of active support: a day, or `true`/`false` as written.
    pub support: Option<String>,
    /// End of life: a day, or `true`/`false` as written.
    pub end_of_life: Option<String>,
    /// End of paid support: a day, or `true`/`false` as written.
    pub extended: Option<String>,
    /// Newest version of the cycle.
    pub latest: Option<String>,
}

/// One record out of an advisory file, with the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Published {
    /// A vulnerability or anomaly.
    Advisory(Box<Advisory>),
    /// A known exploited vulnerability.
    Exploited(KnownExploited),
    /// An exploit prediction.
    Predicted(ExploitPrediction),
    /// A support cycle.
    Support(SupportCycle),
    /// A VEX statement of a supplier.
    Statement(Box<super::vex::Statement>),
}
