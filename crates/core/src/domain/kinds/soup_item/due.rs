//! When an item must be reviewed: the interval of the plan for its risk tier, from the day on which its last review was done
//! (IEC 62304 6.1 f, 7.1.3; domain 2.9, 3.6 SOUP-11).

use std::collections::{BTreeMap, BTreeSet};

use super::SoupItem;
use super::register::{Register, fielded};
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::{MaintenancePlan, RiskTier, SoupReviewRule};
use crate::domain::release::Release;
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// The rule of the plan for a tier. An item without a tier is treated as one of the highest.
pub fn rule_of(plan: &MaintenancePlan, tier: Option<RiskTier>) -> Option<&SoupReviewRule> {
    let tier = tier.unwrap_or(RiskTier::High);
    plan.soup_review_policy.iter().find(|row| row.tier == Some(tier))
}

/// Days between two reviews of an item; `None` if the plan sets none for its tier.
pub fn interval(plan: &MaintenancePlan, item: &SoupItem) -> Option<u32> {
    item.interval_days.or_else(|| rule_of(plan, item.risk_tier).and_then(|row| row.interval_days))
}

/// The day by which an item must be reviewed again. Without a review it is the day `from`, on which the first release with it went
/// into service.
pub fn next_review(plan: &MaintenancePlan, item: &SoupItem, from: Day) -> Option<Day> {
    match item.reviewed_on {
        Some(on) => interval(plan, item).map(|days| on.plus_days(i64::from(days))),
        None => Some(from),
    }
}

/// Whether the SOUP of a release is covered by reviews on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// It was reviewed inside its interval.
    Reviewed {
        /// The day of the search.
        on: Day,
        /// The day by which the next one is due.
        until: Option<Day>,
    },
    /// Its review is overdue.
    Overdue {
        /// The day of the last search, if there was one.
        last: Option<Day>,
        /// Since when.
        since: Day,
    },
    /// It is not in the register, so nobody can have reviewed it.
    NotRegistered,
}

impl Coverage {
    /// Whether it is reviewed inside its interval.
    pub const fn is_covered(self) -> bool {
        matches!(self, Self::Reviewed { .. })
    }
}

/// One row of the coverage matrix: a version of an item in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// The release.
    pub release: RecordId,
    /// Its version.
    pub release_version: String,
    /// The item in the register.
    pub item: Option<RecordId>,
    /// Name of the item.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its risk tier.
    pub tier: Option<RiskTier>,
    /// Whether it is covered.
    pub coverage: Coverage,
}

/// The coverage matrix on a day: every SOUP of every release in service, and whether it is reviewed inside its interval.
pub fn matrix(world: &dyn World, today: Day) -> Vec<CoverageRow> {
    let register = Register::of(world);
    let governing = world.governing();
    let mut rows = Vec::new();
    for release in fielded(world) {
        rows.extend(rows_of(&register, governing.plan(), &release, today));
    }
    rows
}

fn rows_of(register: &Register, plan: &MaintenancePlan, data: &SharedRecord, today: Day) -> Vec<CoverageRow> {
    let Some(release) = data.typed::<Release>() else { return Vec::new() };
    let from = data.head.state_since.day();
    let rows = release.soup_baseline.iter().map(|row| {
        let known = register.find(row);
        let item = known.and_then(|known| known.item.typed::<SoupItem>());
        let coverage =
            item.as_ref().map_or(Coverage::NotRegistered, |item| coverage(plan, item, from, today));
        CoverageRow {
            release: data.head.id,
            release_version: release.version.to_string(),
            item: known.map(|known| known.item.head.id),
            name: row.item.to_string(),
            version: row.version.to_string(),
            tier: item.and_then(|item| item.risk_tier),
            coverage,
        }
    });
    rows.collect()
}

fn coverage(plan: &MaintenancePlan, item: &SoupItem, from: Day, today: Day) -> Coverage {
    let next = next_review(plan, item, from);
    match (item.reviewed_on, next) {
        (last, Some(next)) if next < today || last.is_none() => Coverage::Overdue { last, since: next },
        (Some(on), until) => Coverage::Reviewed { on, until },
        (None, _) => Coverage::Overdue { last: None, since: from },
    }
}

/// The reviews that are due at one time: the items of a tier whose earliest day is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDue {
    /// The tier.
    pub tier: RiskTier,
    /// The day by which the first of its items must be reviewed.
    pub by: Day,
    /// One of these items, to open.
    pub first: RecordId,
    /// How many items are due by that day or overdue.
    pub items: usize,
    /// How many of them were never reviewed.
    pub never: usize,
}

impl ReviewDue {
    /// How many items are due, in words.
    pub fn words(&self) -> String {
        let never = match self.never {
            0 => String::new(),
            count if count == self.items => ", never reviewed".to_owned(),
            count => format!(", {count} of them never reviewed"),
        };
        format!("{} in service{never}", counted(self.items, "SOUP item"))
    }
}

/// The reviews of SOUP in service that are overdue on a day, or due next, for each tier.
pub fn dues(world: &dyn World, today: Day) -> Vec<ReviewDue> {
    let register = Register::of(world);
    let governing = world.governing();
    let mut next: BTreeMap<RiskTier, BTreeMap<RecordId, (Day, bool)>> = BTreeMap::new();
    for data in fielded(world) {
        let Some(release) = data.typed::<Release>() else { continue };
        let from = data.head.state_since.day();
        for row in release.soup_baseline.iter() {
            let Some(known) = register.find(row) else { continue };
            let Some(item) = known.item.typed::<SoupItem>() else { continue };
            let Some(by) = next_review(governing.plan(), &item, from) else { continue };
            let tier = item.risk_tier.unwrap_or(RiskTier::High);
            let entry = next.entry(tier).or_default().entry(known.item.head.id).or_insert((by, false));
            *entry = (entry.0.min(by), item.reviewed_on.is_none());
        }
    }
    let mut found = Vec::new();
    for (tier, items) in next {
        let days: BTreeSet<Day> = items.values().map(|(by, _)| *by).collect();
        let Some(earliest) = days.first().copied() else { continue };
        let until = earliest.max(today);
        let due: Vec<_> = items.iter().filter(|(_, (by, _))| *by <= until).collect();
        let Some((first, _)) = due.iter().min_by_key(|(_, (by, _))| *by) else { continue };
        let never = due.iter().filter(|(_, (_, never))| *never).count();
        found.push(ReviewDue { tier, by: earliest, first: **first, items: due.len(), never });
    }
    found
}
