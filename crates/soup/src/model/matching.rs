//! Whether a published record concerns a component, and why: affected, affected if, cannot be compared, candidate, not affected.
//!
//! Data in, data out: a [`Component`](super::component::Component) becomes an [`Identity`] once, then each [`Advisory`] is judged against it. The rules:
//! - CPE names match after NISTIR 7696, with NVD's applicability trees (`matching/applicability.rs`).
//! - Packages match by type, namespace and name as their registry compares names (`matching/claims.rs`).
//! - Versions are compared in one scheme, and a doubt is told, never guessed away.
//! - A name alone makes a candidate, never a finding; so does the upstream record of a package that a distribution built.
//!
//! Keeping, indexing and showing belongs to others.

mod applicability;
mod claims;
mod combine;
mod conditions;
mod coverage;
mod criterion;
mod ecosystem;
mod group;
mod hits;
mod identity;
mod keys;
mod knowledge;
mod lines;
mod names;
mod outcome;
mod versions;
mod watch;
mod written;

use serde::{Deserialize, Serialize};

use super::advisory::{Advisory, Source};
use super::cpe::{Cpe, PRODUCT, VENDOR};
use super::purl::Level;

pub use coverage::Coverage;
pub use ecosystem::repository;
pub use group::{Group, group};
pub use identity::{Identity, OWN_PYTHON, SOURCE_INFO, SOURCE_PROPERTIES, names_source, tells_source};
pub use keys::{
    Key, OPEN, keys_of_advisory, keys_of_identity, open_names, text_keys_of_advisory, text_keys_of_identity,
};
pub use knowledge::{Alias, Exclusion, Knowledge};
pub use outcome::{Checked, Obstacle, Outcome, SourceFacts, outcome};
pub use watch::mentions;

/// What a record means for a component. The order is that of strength: a stronger one hides a weaker one of the same record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// The record does not concern it.
    NotAffected,
    /// Only the name agrees, or a distribution built it from the named upstream: a person has to say whether it is meant. Never a finding.
    Candidate,
    /// The record is about this product, but not whether this version is meant can be told.
    NotComparable {
        /// Why not.
        why: String,
    },
    /// The record is about this product and version, if something else holds too.
    Conditional {
        /// What must hold, in words.
        condition: String,
    },
    /// The record is about this product and version.
    Affected,
}

impl Verdict {
    /// The word of it.
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

/// The reason of a verdict: what was held against what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Why {
    /// How closely the identifiers agree.
    pub level: Level,
    /// The component's identifier that was used: package URL, CPE name, or its name.
    pub identifier: String,
    /// The record's product that it was held against: `cpe:vendor:product` or `pkg:type/name`. An exclusion names it.
    pub product: String,
    /// The versions that the record names, in words.
    pub range: String,
    /// The order in which versions were compared; `none` where none was needed.
    pub scheme: String,
    /// Where the record comes from.
    pub source: Source,
    /// When the record was last changed, or else published, as written.
    pub record_date: Option<String>,
    /// All of it in one sentence, without a full stop.
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

/// Judges one record against one component. Whether the record still stands (withdrawn, rejected, informational) is not weighed here: it is
/// told beside the verdict.
pub fn judge(identity: &Identity, advisory: &Advisory) -> Judgement {
    let mut answers = Vec::new();
    claims::answers(identity, advisory, &mut answers);
    applicability::answers(identity, advisory, &mut answers);
    combine::combine(answers)
}

/// The key of a CPE name: `cpe:vendor:product`, open ones as `*`.
fn cpe_key(cpe: &Cpe) -> String {
    let part = |position: usize| cpe.attribute(position).text().unwrap_or("*").to_owned();
    format!("cpe:{}:{}", part(VENDOR), part(PRODUCT))
}

#[cfg(test)]
mod tests;
