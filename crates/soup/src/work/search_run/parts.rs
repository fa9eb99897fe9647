//! The parts of a search run: what was searched for, in what, and what was found. Their names are those of the file and must not change.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::advisory::{ExploitPrediction, KnownExploited};
use crate::model::matching::{Knowledge, Obstacle};
use crate::model::support::SupportStatus;
use mainstay_base::time::Day;

/// One SOUP item in one version, by its exact designators.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSubject {
    /// Its name in the baseline: `group/name`, or the name alone.
    pub item: String,
    /// Its version as written.
    pub version: String,
    /// Its package URL; empty if it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purl: String,
    /// Its CPE names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpes: Vec<String>,
}

/// The options of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOptions {
    /// The day of the search: the age of the data and the end of support are as of this day.
    pub today: Day,
    /// Days after which data counts as too old.
    pub max_age_days: u32,
    /// Knowledge that the user added: aliases and exclusions.
    pub knowledge: Knowledge,
}

/// The program that searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchProgram {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One file that supplied records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSource {
    /// Publisher of the data.
    pub name: String,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Format in words.
    pub format: String,
    /// Date of the data, according to the file.
    pub data_date: Option<String>,
    /// Days from the data date to the day of the search; `None` if the file gives no date.
    pub age_days: Option<i64>,
    /// Whether the age exceeds the limit or is not known.
    pub too_old: bool,
    /// Number of its records that were imported.
    pub records: u64,
    /// Number of its records that could not be read.
    pub refused: u64,
}

/// The result of one source for one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchResult {
    /// A record concerns it, perhaps under a condition.
    Found,
    /// It was checked, and no record concerns it.
    NothingFound,
    /// It could not be checked.
    NotChecked,
}

impl SearchResult {
    /// The result in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NothingFound => "nothing found",
            Self::NotChecked => "not checked",
        }
    }
}

/// The result of one source for one subject, and how it was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceResult {
    /// Whose data it is.
    pub source: String,
    /// The result.
    pub result: SearchResult,
    /// The identifier that was looked up: package URL, CPE name, or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Number of records that matched.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub records: u64,
    /// What kind of obstacle was in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
    /// Why it could not be checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A severity as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchScore {
    /// The vector as written.
    pub vector: String,
    /// `2.0`, `3.0`, `3.1` or `4.0`; `None` if the vector is invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The base score, one digit after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// The rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Who assigned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// One record of a source that belongs to a hit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HitRecord {
    /// Whose data it is.
    pub source: String,
    /// Its identifier.
    pub id: String,
    /// Its digest, by which the run holds it.
    pub sha256: String,
    /// Its verdict.
    pub verdict: String,
    /// The versions that it names, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub range: String,
}

/// One published anomaly that may concern a subject, under all its identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchHit {
    /// Its main identifier: a CVE if there is one.
    pub id: String,
    /// Its other identifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Title, or the beginning of the description.
    pub title: String,
    /// `affected`, `conditional`, `not_comparable` or `candidate`.
    pub verdict: String,
    /// What must hold for a conditional verdict, or why versions cannot be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The reason of the verdict, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The identifier of the subject that was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The affected versions, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub range: String,
    /// The versions that contain a fix, as its records write them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<String>,
    /// `unmaintained`, `unsound`, `notice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informational: Option<String>,
    /// When or why it was withdrawn or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// Whether no source has analysed it yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_analysed: bool,
    /// Severities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cvss: Vec<SearchScore>,
    /// CWE identifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwe: Vec<String>,
    /// Its entry in the catalogue of known exploited vulnerabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kev: Option<KnownExploited>,
    /// The prediction that it will be exploited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<ExploitPrediction>,
    /// Its records.
    pub records: Vec<HitRecord>,
    /// SHA-256 over the digests of its records and whether it is known to be exploited. The prediction changes daily and is not part of it.
    pub digest: String,
}

/// What was found for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchedSubject {
    /// What was searched for.
    pub subject: SearchSubject,
    /// The result of each source, sorted by its name.
    pub results: Vec<SourceResult>,
    /// The hits, the strongest verdict first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hits: Vec<SearchHit>,
    /// Until when its maker supports the version, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<SupportStatus>,
}

/// A record that matched, as the cache holds it. Long parts are told by their digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRecord {
    /// SHA-256 of each file that contains it, sorted.
    pub files: Vec<String>,
    /// Its format: `nvd`, `cve`, `osv`, `csaf`.
    pub kind: String,
    /// Its value. Its digest is SHA-256 of the canonical text of this.
    pub value: Value,
}

/// What is known about a subject after a search. This is the only way to word it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectOutcome {
    /// So many hits, found by sources that could check it.
    Hits(usize),
    /// These sources checked it, and no record concerns it.
    NothingFound {
        /// The sources.
        by: Vec<String>,
    },
    /// It could not be checked, or not well enough to say that there is nothing.
    NotChecked {
        /// Why not.
        why: String,
    },
}

impl SubjectOutcome {
    /// The outcome in words.
    pub fn words(&self) -> String {
        match self {
            Self::Hits(1) => "1 hit".to_owned(),
            Self::Hits(number) => format!("{number} hits"),
            Self::NothingFound { by } => format!("nothing found in {}", by.join(", ")),
            Self::NotChecked { why } => format!("not checked: {why}"),
        }
    }
}

impl SearchedSubject {
    /// What is known about it. It is "nothing found" only if a source checked it, no source that covers it was in doubt, and there is no hit.
    pub fn outcome(&self) -> SubjectOutcome {
        let of = |result: SearchResult| self.results.iter().filter(move |one| one.result == result);
        let unchecked = || {
            let hits = match self.hits.len() {
                0 => String::new(),
                1 => "; 1 record may concern it".to_owned(),
                number => format!("; {number} records may concern it"),
            };
            let whys: Vec<String> = of(SearchResult::NotChecked)
                .map(|one| format!("{}: {}", one.source, one.why.as_deref().unwrap_or("no reason is given")))
                .collect();
            match whys.as_slice() {
                [] => format!("no source of advisories was searched{hits}"),
                whys => format!("{}{hits}", whys.join("; ")),
            }
        };
        let checked =
            of(SearchResult::Found).next().is_some() || of(SearchResult::NothingFound).next().is_some();
        if !checked {
            return SubjectOutcome::NotChecked { why: unchecked() };
        }
        if !self.hits.is_empty() {
            return SubjectOutcome::Hits(self.hits.len());
        }
        if let Some(one) = of(SearchResult::Found).next() {
            let why = format!("{} found a record that is not among the hits", one.source);
            return SubjectOutcome::NotChecked { why };
        }
        let doubt = |one: &SourceResult| one.obstacle.is_none_or(Obstacle::is_doubt);
        match of(SearchResult::NotChecked).find(|one| doubt(one)) {
            Some(one) => {
                let why = one.why.as_deref().unwrap_or("no reason is given");
                SubjectOutcome::NotChecked { why: format!("{}: {why}", one.source) }
            }
            None => SubjectOutcome::NothingFound {
                by: of(SearchResult::NothingFound).map(|one| one.source.clone()).collect(),
            },
        }
    }
}
