//! What holds for a release: the verdict that was stated for it, one carried over from another release with the same version, or none
//! (domain 2.10; 3.7 FIND-12).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::effects::where_used_text;
use super::{Applicability, DecidedFor, Disposition, Finding, FindingState as S};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::release::{Release, ReleaseState, SoupVersion};
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::{self, Line};
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// What holds of a finding for one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The release contains none of the versions that the finding is about.
    NotConcerned,
    /// It was stated for this release.
    Stated(Applicability),
    /// It was stated for another release with the same version, and neither the advisory nor the use of the item changed since.
    CarriedOver {
        /// The verdict.
        applicability: Applicability,
        /// The release for which it was stated.
        from: RecordId,
    },
    /// Nothing is decided for it, for this reason.
    Open(String),
}

impl Verdict {
    /// Whether it is decided, or does not concern the release.
    pub const fn is_decided(&self) -> bool {
        !matches!(self, Self::Open(_))
    }

    /// The verdict, if there is one.
    pub const fn applicability(&self) -> Option<Applicability> {
        match self {
            Self::Stated(applicability) | Self::CarriedOver { applicability, .. } => Some(*applicability),
            Self::NotConcerned | Self::Open(_) => None,
        }
    }
}

/// The versions in a baseline that a finding is about. While it names no version, it is about every version of its items.
fn concerned(world: &dyn World, finding: &Finding, release: &Release) -> BTreeSet<String> {
    if finding.versions.is_empty() {
        let items = finding.items.iter().filter_map(|id| world.record(*id));
        let names: BTreeSet<String> = items.map(|data| data.title().to_owned()).collect();
        let rows = release.soup_baseline.iter().filter(|row| names.contains(&*row.item));
        return rows.map(SoupVersion::label).collect();
    }
    let contained = |line: &&Line| release.soup_baseline.iter().any(|row| row.is(line));
    finding.versions.iter().filter(contained).map(ToString::to_string).collect()
}

/// Whether a release contains a version that a finding is about.
fn concerns(world: &dyn World, finding: &Finding, release: &Release) -> bool {
    !concerned(world, finding, release).is_empty()
}

/// One version of a release as it is noted at a decision.
fn noted(release: RecordId, label: &str) -> DecidedFor {
    let version = Line::new(&text::title(label)).unwrap_or_default();
    DecidedFor { release: Some(release), version }
}

/// The versions that the releases with a verdict contain now, as they are noted when it is decided.
pub(super) fn decided_for(world: &dyn World, finding: &Finding) -> Vec<DecidedFor> {
    let releases: BTreeSet<RecordId> = finding.per_release.iter().filter_map(|row| row.release).collect();
    let contents = releases.into_iter().filter_map(|id| Some((id, world.record(id)?.typed::<Release>()?)));
    let rows = contents.flat_map(|(id, content)| {
        let versions = concerned(world, finding, &content);
        versions.into_iter().map(move |label| noted(id, &label)).collect::<Vec<_>>()
    });
    rows.collect()
}

/// Whether a release contained exactly these versions when the finding was decided.
fn was_decided_for(finding: &Finding, release: RecordId, versions: &BTreeSet<String>) -> bool {
    let now: Vec<DecidedFor> = versions.iter().map(|label| noted(release, label)).collect();
    same(finding.decided_for.iter().filter(|row| row.release == Some(release)), now.iter())
}

/// Whether the releases with a verdict contain the versions that were noted.
pub(super) fn is_decided_for_now(world: &dyn World, finding: &Finding) -> bool {
    same(finding.decided_for.iter(), decided_for(world, finding).iter())
}

/// Whether the same versions of the same releases are noted, in whatever order.
fn same<'a>(then: impl Iterator<Item = &'a DecidedFor>, now: impl Iterator<Item = &'a DecidedFor>) -> bool {
    let of = |row: &'a DecidedFor| (row.release, &*row.version);
    then.map(of).collect::<BTreeSet<_>>() == now.map(of).collect()
}

/// Why a decision no longer holds that was to be looked at again by a day.
pub fn reassess_words(day: Day) -> String {
    format!("it was to be assessed again by {day}")
}

/// What holds of a finding for a release on a day.
pub fn verdict_for(world: &dyn World, data: &SharedRecord, release: RecordId, today: Day) -> Verdict {
    let Some(finding) = data.typed::<Finding>() else {
        return Verdict::Open("the finding cannot be read".to_owned());
    };
    let content = world.record(release).and_then(|data| data.typed::<Release>());
    let versions = content.as_ref().map(|content| concerned(world, &finding, content)).unwrap_or_default();
    let named = finding.per_release.iter().find(|row| row.release == Some(release));
    if versions.is_empty() && named.is_none() {
        return Verdict::NotConcerned;
    }
    let decided = S::of(data).is_some_and(S::is_decided);
    if !decided {
        return Verdict::Open("it is not decided".to_owned());
    }
    if let Some(day) = finding.reassess_by.filter(|day| *day < today) {
        return Verdict::Open(reassess_words(day));
    }
    if let Some(applicability) = named.and_then(|row| row.applicability) {
        if !was_decided_for(&finding, release, &versions) {
            return Verdict::Open("the versions in the release have changed since the decision".to_owned());
        }
        return match applicability {
            Applicability::UnderInvestigation => Verdict::Open("it is under investigation".to_owned()),
            Applicability::Affected | Applicability::NotAffected | Applicability::Fixed => {
                Verdict::Stated(applicability)
            }
        };
    }
    carried_over(world, (data, &finding), &versions)
}

fn carried_over(
    world: &dyn World,
    (data, finding): (&SharedRecord, &Arc<Finding>),
    versions: &BTreeSet<String>,
) -> Verdict {
    if *finding.where_used != *where_used_text(world, &finding.items) {
        return Verdict::Open("the use of the item has changed since the decision".to_owned());
    }
    for row in finding.per_release.iter() {
        let (Some(from), Some(applicability)) = (row.release, row.applicability) else { continue };
        if was_decided_for(finding, from, versions) && applicability != Applicability::UnderInvestigation {
            return Verdict::CarriedOver { applicability, from };
        }
    }
    Verdict::Open(format!("{} states nothing for a release with this version", data.head.id))
}

/// The releases that contain a version that a finding is about, and are or may come into service. Each needs its verdict.
pub fn releases_concerned(world: &dyn World, finding: &Finding) -> Vec<RecordId> {
    let all = world.all(Kind::Release);
    let matters = |data: &&SharedRecord| {
        ReleaseState::of(data).is_some_and(ReleaseState::is_or_may_be_fielded)
            && data.typed::<Release>().is_some_and(|release| concerns(world, finding, &release))
    };
    all.iter().filter(matters).map(|data| data.head.id).collect()
}

/// The findings that concern a release, each with what holds for it on a day.
pub fn of_release(world: &dyn World, release: RecordId, today: Day) -> Vec<(SharedRecord, Verdict)> {
    let found = world.all(Kind::Finding).into_iter().filter(|data| S::of(data) != Some(S::Void));
    let with = found.map(|data| {
        let verdict = verdict_for(world, &data, release, today);
        (data, verdict)
    });
    with.filter(|(_, verdict)| *verdict != Verdict::NotConcerned).collect()
}

/// The verdict that a decision means for the releases that contain the version.
pub const fn applicability_of(disposition: Disposition) -> Applicability {
    match disposition {
        Disposition::NotAffected | Disposition::FalsePositive => Applicability::NotAffected,
        Disposition::Fixed => Applicability::Fixed,
        Disposition::AffectedControlled | Disposition::AffectedUncontrolled | Disposition::RiskAccepted => {
            Applicability::Affected
        }
    }
}
