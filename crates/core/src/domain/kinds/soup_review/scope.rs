//! The scope of a review: which releases, and which registered versions of SOUP (IEC 62304 7.1.3, 8.1.3; domain 2.9, 3.6 REV-09,
//! REV-10).

use std::collections::BTreeMap;

use super::SoupReview;
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::release::{Release, ReleaseState, SoupVersion};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::register::{Register, fielded};
use crate::domain::workflow::World;
use mainstay_base::distinct::distinct;

/// One version that a review covers.
#[derive(Debug, Clone)]
pub struct InScope {
    /// The row of the baseline.
    pub row: SoupVersion,
    /// The item in the register.
    pub item: SharedRecord,
    /// The designator.
    pub designator: SharedRecord,
    /// Its risk tier.
    pub tier: Option<RiskTier>,
    /// The releases that contain it.
    pub releases: Vec<RecordId>,
}

/// The scope of a review.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The releases.
    pub releases: Vec<RecordId>,
    /// The versions, by name and version.
    pub versions: Vec<InScope>,
    /// Rows of baselines that are not in the register, as “name version”.
    pub unregistered: Vec<String>,
}

/// The releases that a review covers: all that may be in service without those that are left out, and its candidates.
pub fn releases_of(world: &dyn World, review: &SoupReview) -> Vec<RecordId> {
    let left: Vec<RecordId> = review.releases_left_out.iter().filter_map(|row| row.release).collect();
    let mut releases: Vec<RecordId> =
        fielded(world).iter().map(|data| data.head.id).filter(|id| !left.contains(id)).collect();
    for id in &review.candidates {
        let planned = world
            .record(*id)
            .and_then(|data| ReleaseState::of(&data))
            .is_some_and(ReleaseState::is_before_release);
        if planned && !releases.contains(id) {
            releases.push(*id);
        }
    }
    releases.sort_unstable();
    releases
}

/// The scope of a review by these releases: what its items must cover.
pub fn scope_of(world: &dyn World, review: &SoupReview, releases: &[RecordId]) -> Scope {
    let register = Register::of(world);
    let mut scope = Scope { releases: releases.to_vec(), ..Scope::default() };
    let mut found: BTreeMap<(String, String, RecordId), InScope> = BTreeMap::new();
    for id in releases {
        let Some(release) = world.record(*id).and_then(|data| data.typed::<Release>()) else { continue };
        for row in release.soup_baseline.iter().filter(|row| !is_excluded(review, row)) {
            let Some(known) = register.find(row) else {
                scope.unregistered.push(row.label());
                continue;
            };
            let tier = known.item.typed::<SoupItem>().and_then(|item| item.risk_tier);
            if !review.tiers.is_empty() && !review.tiers.contains(&tier.unwrap_or(RiskTier::High)) {
                continue;
            }
            let key = (row.item.to_string(), row.version.to_string(), known.designator.head.id);
            let entry = found.entry(key).or_insert_with(|| InScope {
                row: row.clone(),
                item: known.item.clone(),
                designator: known.designator.clone(),
                tier,
                releases: Vec::new(),
            });
            if !entry.releases.contains(id) {
                entry.releases.push(*id);
            }
        }
    }
    scope.unregistered = distinct(scope.unregistered);
    scope.versions = found.into_values().collect();
    scope
}

/// Whether a review leaves a version out.
fn is_excluded(review: &SoupReview, row: &SoupVersion) -> bool {
    review
        .exclusions
        .iter()
        .any(|left| *left.item == *row.item && (left.version.is_empty() || *left.version == *row.version))
}
