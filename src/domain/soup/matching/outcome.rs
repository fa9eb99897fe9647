//! What came of holding a component against a whole source: found, nothing found, or could not be checked and why. "Nothing found" is said
//! only where the source could have found something.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::{Judgement, Verdict};
use crate::domain::soup::advisory::Source;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something concerns the component, or does if a condition holds.
    Found,
    /// It was checked, and nothing does.
    NothingFound,
    /// It could not be checked.
    CouldNotBeChecked,
}

/// Why something could not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The component has no identifier that the source knows products by.
    NoIdentifier,
    /// The source has no records for the component's ecosystem.
    NoData,
    /// A distribution built the component; the source has only upstream records.
    Distribution,
    /// Records about the component name versions that cannot be compared with its own.
    NotComparable,
    /// The data is older than allowed.
    TooOld,
}

/// What is known of a source of advisories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// The kind of its records.
    pub source: Source,
    /// Its purl types (`pypi`, `cargo`), those of the records that it holds. Not used for NVD.
    pub purl_types: BTreeSet<String>,
    /// Days since its data was made; `None` when not known.
    pub age_days: Option<u32>,
    /// Days that it may be old; `None` when any age is allowed.
    pub allowed_days: Option<u32>,
}

/// What came of holding a component against one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What came of it.
    pub outcome: Outcome,
    /// The identifier by which it was looked up, where there is one.
    pub identifier: Option<String>,
    /// Why it could not be checked.
    pub obstacle: Option<Obstacle>,
    /// The obstacle in words.
    pub reason: Option<String>,
}

/// Sums up the judgements of all records of one source. What was found counts whatever stands in the way of finding more.
pub fn outcome<'j>(
    identity: &Identity,
    facts: &SourceFacts,
    judgements: impl IntoIterator<Item = &'j Judgement>,
) -> Checked {
    let lookup = lookup(identity, facts);
    let identifier = lookup.as_ref().ok().cloned();
    let (mut found, mut unclear) = (None, None);
    for judgement in judgements {
        let used = || judgement.why.as_ref().map(|why| why.identifier.clone());
        match &judgement.verdict {
            Verdict::Affected | Verdict::Conditional { .. } => found = found.or_else(used),
            Verdict::NotComparable { why } => unclear = unclear.or_else(|| Some(why.clone())),
            Verdict::Candidate | Verdict::NotAffected => {}
        }
    }
    if found.is_some() {
        return Checked { outcome: Outcome::Found, identifier: found, obstacle: None, reason: None };
    }
    let obstacle = too_old(facts)
        .or(lookup.err())
        .or_else(|| {
            identity
                .told(identity.version.as_deref())
                .err()
                .map(|why| (Obstacle::NotComparable, why.to_owned()))
        })
        .or(unclear.map(|why| (Obstacle::NotComparable, why)));
    match obstacle {
        None => Checked { outcome: Outcome::NothingFound, identifier, obstacle: None, reason: None },
        Some((obstacle, reason)) => {
            let reason =
                identity.problems.first().map_or(reason.clone(), |problem| format!("{reason} ({problem})"));
            Checked {
                outcome: Outcome::CouldNotBeChecked,
                identifier,
                obstacle: Some(obstacle),
                reason: Some(reason),
            }
        }
    }
}

/// The identifier by which the source knows the component, or why there is none.
fn lookup(identity: &Identity, facts: &SourceFacts) -> Result<String, (Obstacle, String)> {
    let covered = identity.purls.iter().find(|known| facts.purl_types.contains(&known.purl.kind));
    let cpe = identity.cpes.first().filter(|_| identity.distribution().is_none());
    let by_cpe = match facts.source {
        Source::Nvd | Source::Cve | Source::Csaf => cpe,
        Source::Osv => None,
    };
    if let Some(known) = covered.filter(|_| facts.source != Source::Nvd) {
        return Ok(known.shown.clone());
    }
    if let Some(known) = by_cpe {
        return Ok(known.shown.clone());
    }
    let known_kind = identity.purls.first().map(|known| known.purl.kind.as_str());
    Err(match (identity.distribution(), known_kind) {
        (Some(kind), _) => (
            Obstacle::Distribution,
            format!(
                "a distribution built this {kind} package, and the source has no records of that distribution"
            ),
        ),
        (None, Some(kind)) if facts.source == Source::Osv => {
            (Obstacle::NoData, format!("the source has no records for {kind} packages"))
        }
        (None, _) => match facts.source {
            Source::Osv => (Obstacle::NoIdentifier, "the component has no package URL".to_owned()),
            Source::Nvd => (Obstacle::NoIdentifier, "the component has no CPE name".to_owned()),
            Source::Cve | Source::Csaf => (
                Obstacle::NoIdentifier,
                "the component has neither a CPE name nor a package URL that the source has records for"
                    .to_owned(),
            ),
        },
    })
}

fn too_old(facts: &SourceFacts) -> Option<(Obstacle, String)> {
    let allowed = facts.allowed_days?;
    match facts.age_days {
        None => Some((Obstacle::TooOld, "the date of the data is not known".to_owned())),
        Some(age) if age > allowed => {
            Some((Obstacle::TooOld, format!("the data is {age} days old, {allowed} days are allowed")))
        }
        Some(_) => None,
    }
}
