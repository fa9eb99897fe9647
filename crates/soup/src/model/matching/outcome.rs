//! The outcome of one source for a component: found, nothing found, or could not be checked, with the reason. It is "nothing found" only if the
//! source covers the component, its data is complete and new enough, and no doubt is left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::coverage::Coverage;
use super::identity::{Identity, KnownPurl};
use super::lines::Release;
use super::{Judgement, Verdict, Why, ecosystem, hits};
use crate::model::advisory::Source;
use crate::model::purl::Level;

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A record concerns the component, perhaps under a condition.
    Found,
    /// It was checked, and no record concerns it.
    NothingFound,
    /// It could not be checked.
    CouldNotBeChecked,
}

/// Why something could not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The component has no identifier of the kind that the source uses.
    NoIdentifier,
    /// The source has no records for the component's ecosystem; or it does not cover all products and has no record of this one.
    NoData,
    /// A distribution built the component, and the source has no records of that distribution or release, or the component does not name the
    /// source package by which the distribution publishes.
    Distribution,
    /// Records about the component name versions that cannot be compared with its own.
    NotComparable,
    /// The data is older than allowed, or of unknown age.
    TooOld,
    /// The data is not complete: it is only part of what the publisher has, or records could not be read.
    Incomplete,
}

impl Obstacle {
    /// Whether the source covers the component, but its data is deficient or a doubt is left. With the other obstacles, the source does not cover the
    /// component.
    pub const fn is_doubt(self) -> bool {
        match self {
            Self::NotComparable | Self::TooOld | Self::Incomplete => true,
            Self::NoIdentifier | Self::NoData | Self::Distribution => false,
        }
    }
}

/// The facts about a source of advisories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// The kind of its records.
    pub source: Source,
    /// What it covers, each with the age of the data in days; `None` if the age is not known.
    pub covers: BTreeMap<Coverage, Option<u32>>,
    /// Maximum age of the data in days; `None` if any age is allowed.
    pub allowed_days: Option<u32>,
    /// What is missing from its data, in words.
    pub gaps: Vec<String>,
    /// What is missing from the data about one part, in words.
    pub partial: BTreeMap<Coverage, String>,
}

/// The result of one source for a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The outcome.
    pub outcome: Outcome,
    /// The identifier by which it was looked up, if there is one.
    pub identifier: Option<String>,
    /// Why it could not be checked.
    pub obstacle: Option<Obstacle>,
    /// The obstacle in words.
    pub reason: Option<String>,
}

/// What one record says about a component.
#[derive(Debug, Clone, Copy)]
pub struct JudgedRecord<'j> {
    /// Its judgement.
    pub judgement: &'j Judgement,
    /// Whether it was withdrawn or rejected.
    pub withdrawn: bool,
}

impl<'j> From<&'j Judgement> for JudgedRecord<'j> {
    /// A record that stands.
    fn from(judgement: &'j Judgement) -> Self {
        Self { judgement, withdrawn: false }
    }
}

/// The obstacle, and its words.
type Unchecked = (Obstacle, String);

/// The data by which a source covers a component.
#[derive(Debug, Clone, Copy)]
struct Held<'f> {
    /// Its age in days; `None` if it is not known.
    age: Option<u32>,
    /// What is missing from it.
    gap: Option<&'f str>,
}

impl Held<'_> {
    /// The data of several parts together: as old as the oldest, where an unknown age counts as the oldest, and as incomplete as any.
    fn and(self, other: Self) -> Self {
        let oldest = |age: &Option<u32>| age.map_or(u32::MAX, |age| age);
        Self { age: std::cmp::max_by_key(self.age, other.age, oldest), gap: self.gap.or(other.gap) }
    }
}

/// Sums up the judgements of all records of one source. A finding counts even if an obstacle may hide further findings. A withdrawn record
/// is a finding only if no doubt is left.
pub fn outcome<'j>(
    identity: &Identity,
    facts: &SourceFacts,
    records: impl IntoIterator<Item = JudgedRecord<'j>>,
) -> Checked {
    let (mut found, mut withdrawn, mut unclear, mut perhaps, mut named) = (None, None, None, None, false);
    for one in records {
        let judgement = one.judgement;
        let used = || judgement.why.as_ref().map(|why| why.identifier.clone());
        named |= judgement.why.as_ref().is_some_and(|why| names(identity, why));
        match &judgement.verdict {
            Verdict::Affected | Verdict::Conditional { .. } if one.withdrawn => {
                withdrawn = withdrawn.or_else(used);
            }
            Verdict::Affected | Verdict::Conditional { .. } => found = found.or_else(used),
            Verdict::NotComparable { why } => unclear = unclear.or_else(|| Some(why.clone())),
            Verdict::Candidate => {
                perhaps = perhaps.or_else(|| may_mean(identity, facts, judgement.why.as_ref()?));
            }
            Verdict::NotAffected => {}
        }
    }
    let as_found = |used| Checked { outcome: Outcome::Found, identifier: used, obstacle: None, reason: None };
    if found.is_some() {
        return as_found(found);
    }
    let lookup = lookup(identity, facts, named);
    let identifier = lookup.as_ref().ok().map(|(shown, _)| shown.clone());
    let doubt = |why: String| (Obstacle::NotComparable, why);
    let obstacle = match lookup {
        Err(obstacle) => Some(obstacle),
        Ok((_, held)) => too_old(facts, held.age)
            .or_else(|| {
                let gap = facts.gaps.first().map(String::as_str).or(held.gap);
                gap.map(|gap| (Obstacle::Incomplete, gap.to_owned()))
            })
            .or_else(|| {
                identity.usable_version(identity.version.as_deref()).err().map(|why| doubt(why.to_owned()))
            }),
    };
    // The withdrawn record shows that the source covers the component.
    let obstacle = obstacle.filter(|(obstacle, _)| withdrawn.is_none() || obstacle.is_doubt());
    match obstacle.or(unclear.or(perhaps).map(doubt)) {
        None if withdrawn.is_some() => as_found(withdrawn),
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

/// Why a candidate leaves the outcome of its source open: the source has no better name for the product of that record.
fn may_mean(identity: &Identity, facts: &SourceFacts, why: &Why) -> Option<String> {
    let by_name = why.level == Level::ByName;
    let nearly = || identity.purls.iter().any(|known| hits::nearly(&known.key, &why.product).is_some());
    let open = match facts.source {
        Source::Nvd => by_name,
        Source::Osv => by_name && (why.product.is_empty() || nearly()),
        // These sources cover a product only if a record names it.
        Source::Cve | Source::Csaf => by_name && why.product.is_empty(),
    };
    open.then(|| format!("a record may be about it: {}", why.words))
}

/// Whether a reason shows that the source knows this very product, not only its name or its upstream.
fn names(identity: &Identity, why: &Why) -> bool {
    let exactly = matches!(why.level, Level::Exact | Level::WithoutQualifiers);
    exactly && (identity.distribution().is_none() || why.product.starts_with("pkg:"))
}

/// The identifier by which the source covers the component, with that data, or why the source does not cover it.
fn lookup<'f>(
    identity: &Identity,
    facts: &'f SourceFacts,
    named: bool,
) -> Result<(String, Held<'f>), Unchecked> {
    match facts.source {
        Source::Osv => by_package(identity, facts, named),
        Source::Nvd => by_product(identity, facts),
        Source::Cve | Source::Csaf => by_name(identity, facts, named),
    }
}

fn held_of<'f>(facts: &'f SourceFacts, coverage: &Coverage) -> Option<Held<'f>> {
    let age = *facts.covers.get(coverage)?;
    Some(Held { age, gap: facts.partial.get(coverage).map(String::as_str) })
}

/// A source of packages covers whole ecosystems. The first identifier that is covered counts; if there is none, the reason of the first.
fn by_package<'f>(
    identity: &Identity,
    facts: &'f SourceFacts,
    named: bool,
) -> Result<(String, Held<'f>), Unchecked> {
    let mut first = None;
    for known in &identity.purls {
        match package_data(identity, known, facts, named) {
            Ok(held) => return Ok((known.shown.clone(), held)),
            Err(why) => first = first.or(Some(why)),
        }
    }
    Err(first.unwrap_or_else(|| (Obstacle::NoIdentifier, "the component has no package URL".to_owned())))
}

fn package_data<'f>(
    identity: &Identity,
    known: &KnownPurl,
    facts: &'f SourceFacts,
    named: bool,
) -> Result<Held<'f>, Unchecked> {
    let kind = &known.purl.kind;
    // Modules of Go may have a path of one part.
    if let Some(breach) = known.purl.breach().filter(|_| kind != "golang") {
        return Err((Obstacle::NoIdentifier, format!("{}: {breach}", known.shown)));
    }
    let repository = matches!(kind.as_str(), "github" | "gitlab" | "bitbucket" | "git");
    if repository && !named {
        return Err((Obstacle::NoData, "the source has no record that names this repository".to_owned()));
    }
    if !ecosystem::is_distribution(kind) {
        return held_of(facts, &Coverage::Packages(kind.clone()))
            .ok_or_else(|| (Obstacle::NoData, format!("the source has no records for {kind} packages")));
    }
    let own = known.purl.namespace.as_deref().map(ecosystem::distribution).unwrap_or_default();
    let none = |words: String| (Obstacle::Distribution, words);
    let mut releases: BTreeMap<Option<&str>, Held<'f>> = BTreeMap::new();
    for coverage in facts.covers.keys() {
        if let Coverage::Distribution { kind: of, namespace, release } = coverage
            && of == kind
            && namespace == own
        {
            releases.extend(held_of(facts, coverage).map(|held| (release.as_deref(), held)));
        }
    }
    if releases.is_empty() {
        return Err(none(format!(
            "a distribution built this {kind} package, and the source has no records of that distribution"
        )));
    }
    let of_release = |own: &Release| {
        let answering = |release: &&str| Release::parse(release).answers_for(own);
        let answering = releases.iter().filter(|(release, _)| release.as_ref().is_some_and(answering));
        answering.map(|(_, held)| *held).reduce(Held::and)
    };
    let held = match &known.release {
        Some(release) => of_release(release).or_else(|| releases.get(&None).copied()),
        None => releases.get(&None).copied(),
    };
    let Some(held) = held else {
        return Err(none(match &known.release {
            Some(release) => format!("the source has no records of release {release} of {own}"),
            None => format!(
                "the component does not name its release of {own}, and the source has records only of single releases"
            ),
        }));
    };
    if !named && !identity.source_known {
        return Err(none(format!(
            "the component does not name its source package, and {own} publishes by source packages"
        )));
    }
    Ok(held)
}

/// A source of products covers every product by its CPE name, but no package of a distribution.
fn by_product<'f>(identity: &Identity, facts: &'f SourceFacts) -> Result<(String, Held<'f>), Unchecked> {
    if let Some(kind) = identity.distribution() {
        return Err((
            Obstacle::Distribution,
            format!(
                "a distribution built this {kind} package, and the source has no records of that distribution"
            ),
        ));
    }
    if let Some(why) = &identity.unsought {
        return Err((Obstacle::NoIdentifier, why.clone()));
    }
    let Some(known) = identity.cpes.first() else {
        return Err((Obstacle::NoIdentifier, "the component has no CPE name".to_owned()));
    };
    let held = held_of(facts, &Coverage::Products)
        .ok_or_else(|| (Obstacle::NoData, "the source has no records of products".to_owned()))?;
    Ok((known.shown.clone(), held))
}

/// A source that names products in its own words covers only products that a record names.
fn by_name<'f>(
    identity: &Identity,
    facts: &'f SourceFacts,
    named: bool,
) -> Result<(String, Held<'f>), Unchecked> {
    let purl = identity.purls.first().map(|known| &known.shown);
    let Some(shown) = purl.or(identity.cpes.first().map(|known| &known.shown)) else {
        let words = "the component has neither a CPE name nor a package URL";
        return Err((Obstacle::NoIdentifier, words.to_owned()));
    };
    match held_of(facts, &Coverage::Products).filter(|_| named) {
        Some(held) => Ok((shown.clone(), held)),
        None => Err((Obstacle::NoData, "the source has no record that names this product".to_owned())),
    }
}

fn too_old(facts: &SourceFacts, age: Option<u32>) -> Option<Unchecked> {
    let allowed = facts.allowed_days?;
    match age {
        None => Some((Obstacle::TooOld, "the date of the data is not known".to_owned())),
        Some(age) if age > allowed => {
            Some((Obstacle::TooOld, format!("the data is {age} days old, {allowed} days are allowed")))
        }
        Some(_) => None,
    }
}
