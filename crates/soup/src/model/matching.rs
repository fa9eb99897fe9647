//! Judges whether a published record concerns a component, and why: affected, conditional, not comparable, candidate, or not affected.
//!
//! Only data in and out: a [`Component`](super::component::Component) becomes an [`Identity`] once, then each [`Advisory`] is judged against it. The rules:
//! - CPE names match by NISTIR 7696, with NVD's applicability trees (`matching/applicability.rs`).
//! - Packages match by type, namespace and name as their registry compares names (`matching/claims.rs`).
//! - Versions are compared in one scheme. A doubt is reported; it is never resolved by a guess.
//! - A name alone makes a candidate, never a finding. So does the upstream record of a package that a distribution built.
//!
//! Storing, indexing and displaying records do not belong here.

mod applicability;
mod claims;
mod combine;
mod conditions;
mod coverage;
mod criterion;
mod ecosystem;
mod fixes;
mod group;
mod hits;
mod identity;
mod keys;
mod knowledge;
mod lines;
mod names;
mod outcome;
mod version_text;
mod versions;
mod watch;

use serde::{Deserialize, Serialize};

use super::advisory::{Advisory, Source};
use super::cpe::{Cpe, PRODUCT, VENDOR};
use super::purl::Level;

pub use coverage::Coverage;
pub use ecosystem::repository;
pub use fixes::fixed_versions;
pub use group::{Group, group};
pub use identity::{Identity, OWN_PYTHON, SOURCE_INFO, SOURCE_PROPERTIES, has_source_package, names_source};
pub use keys::{
    Key, OPEN, keys_of_advisory, keys_of_identity, open_names, text_keys_of_advisory, text_keys_of_identity,
};
pub use knowledge::{Alias, Exclusion, Knowledge};
pub use outcome::{Checked, JudgedRecord, Obstacle, Outcome, SourceFacts, outcome};
pub use watch::mentions;

/// The verdict of a record for a component, in the order of strength: a stronger verdict hides a weaker one of the same record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// The record does not concern it.
    NotAffected,
    /// Only the name agrees, or a distribution built the component from the named upstream. A person has to decide. Never a finding.
    Candidate,
    /// The record is about this product, but it cannot be decided whether it is about this version.
    NotComparable {
        /// Why not.
        why: String,
    },
    /// The record is about this product and version if a further condition holds.
    Conditional {
        /// What must hold, in words.
        condition: String,
    },
    /// The record is about this product and version.
    Affected,
}

impl Verdict {
    /// Its code.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Candidate => "candidate",
            Self::NotComparable { .. } => "not_comparable",
            Self::Conditional { .. } => "conditional",
            Self::Affected => "affected",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::NotAffected => 0,
            Self::Candidate => 1,
            Self::NotComparable { .. } => 2,
            Self::Conditional { .. } => 3,
            Self::Affected => 4,
        }
    }
}

/// The reason of a verdict: what was compared with what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Why {
    /// How closely the identifiers agree.
    pub level: Level,
    /// The component's identifier that was used: package URL, CPE name, or its name.
    pub identifier: String,
    /// The record's product that was compared with it: `cpe:vendor:product` or `pkg:type/name`. An exclusion uses this name.
    pub product: String,
    /// The versions that the record names, in words.
    pub range: String,
    /// The scheme by which versions were compared; `none` if none was needed.
    pub scheme: String,
    /// The source of the record.
    pub source: Source,
    /// When the record was last changed, or else published, as written.
    pub record_date: Option<String>,
    /// The reason in one sentence, without a full stop.
    pub words: String,
}

/// A verdict and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The reason; `None` when the record says nothing about the component at all.
    pub why: Option<Why>,
}

/// Judges one record against one component. Whether the record is withdrawn, rejected or informational is not considered here; the caller
/// reports it in addition to the verdict.
pub fn judge(identity: &Identity, advisory: &Advisory) -> Judgement {
    let mut answers = Vec::new();
    claims::answers(identity, advisory, &mut answers);
    applicability::answers(identity, advisory, &mut answers);
    combine::combine(answers)
}

/// The key of a CPE name: `cpe:vendor:product`, with `*` for an open attribute.
fn cpe_key(cpe: &Cpe) -> String {
    let part = |position: usize| cpe.attribute(position).text().unwrap_or("*");
    ["cpe:", part(VENDOR), ":", part(PRODUCT)].concat()
}

#[cfg(test)]
mod tests;
