//! A published anomaly or vulnerability record from any source: its claims about products and versions.
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

/// How far a record can be relied on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Published and analysed: its claims can be judged.
    #[default]
    Published,
    /// Published, but its source does not yet name the products (NVD: received, awaiting or undergoing analysis; no product named).
    NotAnalysed,
    /// Withdrawn; when and why, as written.
    Withdrawn(String),
    /// Rejected: it was never a valid record (CVE state REJECTED); why, as written.
    Rejected(String),
}

impl Standing {
    /// Whether the record was withdrawn or rejected.
    pub const fn is_withdrawn(&self) -> bool {
        match self {
            Self::Withdrawn(_) | Self::Rejected(_) => true,
            Self::Published | Self::NotAnalysed => false,
        }
    }
}

/// One end of an interval: the version as written, and whether it is inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// The version as written.
    pub version: String,
    /// Whether this very version belongs to the interval.
    pub included: bool,
}

/// Versions from one bound to another; an open end has no bound. An interval without bounds holds every version.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub from: Option<Bound>,
    /// Upper end.
    pub to: Option<Bound>,
}

/// What the record states about the versions that it names.
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

/// The order of a range that is kept as text, as the upper end of an interval. Nothing can be compared with it.
pub const AS_WRITTEN: &str = "text";

/// Versions in one order, with their status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Their status.
    pub status: ClaimStatus,
    /// The order to compare by, as the source names it (`SEMVER`, `ECOSYSTEM`, `GIT`, `semver`, `rpm`, `custom`, `vers:npm`); empty when
    /// the source names none.
    pub order: String,
    /// Versions named one by one, as written.
    pub listed: Vec<String>,
    /// Intervals, in the source's order.
    pub intervals: Vec<Interval>,
}

/// A claim about a package of an ecosystem or a product of a vendor, identified by name or package URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageClaim {
    /// The ecosystem as the source names it (`PyPI`, `crates.io`, `Debian:12`, `npm`); empty when the claim names only vendor and product.
    pub ecosystem: String,
    /// The vendor (CVE, CSAF branch), if given.
    pub vendor: Option<String>,
    /// Package or product name, as written.
    pub name: String,
    /// The vendor's own name of the product, if the claim also names a package (CVE).
    pub product: Option<String>,
    /// Package URL, if given; a version in it limits the claim to that version.
    pub purl: Option<String>,
    /// CPE names, if given in addition to the name (CVE `cpes`, CSAF helper).
    pub cpes: Vec<String>,
    /// The status of the versions that the claim names.
    pub versions: Vec<Versions>,
    /// The status of versions that no entry of `versions` covers (CVE `defaultStatus`); `None` when the source gives none.
    pub otherwise: Option<ClaimStatus>,
    /// Further conditions for the claim to hold, apart from the version: platforms, modules, functions, features; in words
    /// (`platform: Windows`).
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
    /// Whether the named product is itself vulnerable, or only the environment of a vulnerable product.
    pub vulnerable: bool,
    /// Version limits in addition to the name; an interval without bounds if there are none.
    pub interval: Interval,
}

/// A tree of CPE criteria (NVD configurations).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicabilityNode {
    /// How criteria and children are joined.
    pub operator: Operator,
    /// Whether the result is negated.
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
    /// Who assigned it (`nvd@nist.gov`, `Primary`), if given.
    pub by: Option<String>,
    /// The base score as the source writes it, if given. It is kept as text so that nothing is rounded.
    pub base_score: Option<String>,
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
    /// Identifiers of related vulnerabilities (OSV `related`), not of the same one.
    pub related: Vec<String>,
    /// Identifiers of the upstream records of a downstream package (OSV `upstream`). The vulnerability is the same; the records are
    /// separate because the downstream fix is another one.
    pub upstream: Vec<String>,
    /// Short title, if there is one.
    pub title: Option<String>,
    /// Description in English, otherwise in the language of the source.
    pub description: String,
    /// Date of publication, as written.
    pub published: Option<String>,
    /// Date of the last change, as written.
    pub modified: Option<String>,
    /// How far it can be relied on.
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

/// One entry of CISA's catalogue of known exploited vulnerabilities.
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
    /// Required action.
    pub action: String,
    /// Whether ransomware campaigns are known to use it, as written (`Known`, `Unknown`).
    pub ransomware: Option<String>,
}

/// One line of FIRST's EPSS list: the probability that a vulnerability is exploited within thirty days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExploitPrediction {
    /// CVE identifier.
    pub cve: String,
    /// Probability from 0 to 1, as written.
    pub probability: String,
    /// Share of all scored vulnerabilities with the same or a lower probability, 0 to 1, as written.
    pub percentile: String,
}

/// Until when a release cycle of a product is supported (endoflife.date and similar sources).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportCycle {
    /// Product as the source names it (`python`, `debian`).
    pub product: String,
    /// Cycle: the leading part of the versions that it covers (`3.9`, `12`).
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

/// One record of an advisory file, with its source text.
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
