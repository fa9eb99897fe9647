//! The result of a scan. The names of the fields are those of `scan --json` (docs/command-line.md) and must not change.

use serde::Serialize;

use crate::model::advisory::{ExploitPrediction, KnownExploited};
use crate::model::cvss::Cvss;
use crate::model::matching::{self, Obstacle, Outcome, Verdict, Why};
use crate::model::support::SupportStatus;

/// The result of one source for one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Whose data it is.
    pub source: String,
    /// The identifier that was looked up; `None` if the component has none for this source.
    pub identifier: Option<String>,
    /// The outcome.
    pub outcome: Outcome,
    /// Why it could not be checked.
    pub obstacle: Option<Obstacle>,
    /// The obstacle in words.
    pub reason: Option<String>,
}

impl Checked {
    /// The result of the source with this name.
    pub fn of(source: &str, checked: matching::Checked) -> Self {
        let matching::Checked { outcome, identifier, obstacle, reason } = checked;
        Self { source: source.to_owned(), identifier, outcome, obstacle, reason }
    }
}

/// A severity as published, with the score of its vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Score {
    /// `2.0`, `3.0`, `3.1` or `4.0`; `None` if the vector is invalid.
    pub version: Option<&'static str>,
    /// The vector as written.
    pub vector: String,
    /// The base score, one digit after the point; `None` if the vector is invalid.
    pub score: Option<String>,
    /// The rating.
    pub severity: Option<&'static str>,
    /// Who assigned it.
    pub by: Option<String>,
    /// What is wrong with the vector.
    pub problem: Option<String>,
}

impl Score {
    /// A published score, checked.
    pub fn of(score: &crate::model::advisory::Score) -> Self {
        let (vector, by) = (score.vector.clone(), score.by.clone());
        match Cvss::parse(&score.vector) {
            Ok(cvss) => Self {
                version: Some(cvss.version.words()),
                vector,
                score: Some(cvss.to_string()),
                severity: Some(cvss.severity().words()),
                by,
                problem: None,
            },
            Err(error) => Self {
                version: None,
                vector,
                score: None,
                severity: None,
                by,
                problem: Some(error.to_string()),
            },
        }
    }
}

/// One record within a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundRecord {
    /// Its identifier.
    pub id: String,
    /// Whose data it is.
    pub source: String,
    /// Its verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Its reason.
    pub why: Option<Why>,
    /// SHA-256 of the file that contains it.
    pub file_sha256: String,
    /// Its number in the cache that was read.
    #[serde(skip)]
    pub(in crate::work) number: i64,
    /// The versions that it names as fixed, if they were wanted.
    #[serde(skip)]
    pub(in crate::work) fixed: Vec<String>,
}

/// One finding: one vulnerability under all its names, as seen from one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundAdvisory {
    /// Its main identifier: a CVE if there is one.
    pub id: String,
    /// Its other identifiers.
    pub aliases: Vec<String>,
    /// Title, or the beginning of the description.
    pub title: String,
    /// The verdict: the strongest of its records.
    pub verdict: &'static str,
    /// What must hold for a conditional verdict, or why versions cannot be compared.
    pub condition: Option<String>,
    /// `unmaintained`, `unsound`, `notice`.
    pub informational: Option<String>,
    /// When or why it was withdrawn or rejected, if all its records with this verdict were.
    pub withdrawn: Option<String>,
    /// Whether no source has analysed it yet.
    pub not_analysed: bool,
    /// The reason of the verdict.
    pub why: Option<Why>,
    /// Its records, each with its own verdict and reason.
    pub records: Vec<FoundRecord>,
    /// Severities.
    pub cvss: Vec<Score>,
    /// Its entry in the catalogue of known exploited vulnerabilities.
    pub kev: Option<KnownExploited>,
    /// The prediction that it will be exploited.
    pub epss: Option<ExploitPrediction>,
}

impl FoundAdvisory {
    /// Whether it is undecided: it depends on a condition or on versions that cannot be compared, and is neither withdrawn nor informational.
    pub fn is_open(&self) -> bool {
        let open = self.condition.is_some();
        open && self.withdrawn.is_none() && self.informational.is_none()
    }

    /// Whether it affects the component and is not withdrawn.
    pub fn counts(&self) -> bool {
        self.verdict == Verdict::Affected.word() && self.withdrawn.is_none()
    }
}

/// The result for one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScannedComponent {
    /// Its reference in the bill.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Name.
    pub name: String,
    /// Version as written.
    pub version: Option<String>,
    /// The main package URL.
    pub purl: Option<String>,
    /// CPE names.
    pub cpes: Vec<String>,
    /// The result of each source.
    pub checked: Vec<Checked>,
    /// The findings, the strongest verdict first.
    pub verdicts: Vec<FoundAdvisory>,
    /// Until when its maker supports the version, if known.
    pub support: Option<SupportStatus>,
}
