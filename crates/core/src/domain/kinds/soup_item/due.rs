//! When an item must be reviewed: the interval of the plan for its risk tier, or that of the present stage of a retirement, from the
//! day on which its last review was done (IEC 62304 6.1 f, 7.1.3; domain 2.9, 3.6 SOUP-11).

use std::collections::{BTreeMap, BTreeSet};

use super::SoupItem;
use super::register::{Register, fielded};
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::{MaintenancePlan, RiskTier, SoupReviewRule};
use crate::domain::release::{Release, released_at};
use crate::domain::retirement_plan::review_interval_of_stage;
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// The rule of the plan for a tier. An item without a tier is treated as one of the highest.
pub fn rule_of(plan: &MaintenancePlan, tier: Option<RiskTier>) -> Option<&SoupReviewRule> {
    let tier = tier.unwrap_or(RiskTier::High);
    plan.soup_review_policy.iter().find(|row| row.tier == Some(tier))
}

/// Days between two reviews: as the maintenance plan says for each tier, or as the retirement plan says for the present stage of the
/// product, which takes the place of all tiers (IMDRF N60). An item can have an interval of its own, which comes first.
#[derive(Debug, Clone, Copy)]
pub struct Intervals<'a> {
    plan: &'a MaintenancePlan,
    of_stage: Option<u32>,
}

impl<'a> Intervals<'a> {
    /// The intervals of a plan in the present stage of the product.
    pub fn of(world: &dyn World, plan: &'a MaintenancePlan) -> Self {
        Self { plan, of_stage: review_interval_of_stage(world) }
    }

    /// Days between two reviews of a tier; `None` if nothing sets them. Without a tier it is the highest.
    pub fn of_tier(self, tier: Option<RiskTier>) -> Option<u32> {
        self.of_stage.or_else(|| rule_of(self.plan, tier).and_then(|row| row.interval_days))
    }

    /// Days between two reviews of an item; `None` if nothing sets them.
    pub fn of_item(self, item: &SoupItem) -> Option<u32> {
        item.interval_days.or_else(|| self.of_tier(item.risk_tier))
    }

    /// The day by which an item must be reviewed again. Without a review it is the day `from`, on which the first release with it
    /// went into service.
    pub fn next_review(self, item: &SoupItem, from: Day, today: Day) -> Option<Day> {
        match item.last_review(today) {
            Some(on) => self.of_item(item).map(|days| on.plus_days(i64::from(days))),
            None => Some(from),
        }
    }
}

impl SoupItem {
    /// The day of its last review, as of a day. A review that is dated after it, because a clock was ahead, counts for nothing yet.
    pub fn last_review(&self, today: Day) -> Option<Day> {
        self.reviewed_on.filter(|on| !on.is_ahead_of(today))
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
    /// Its package URL, as the baseline or else the register writes it; may be empty.
    pub purl: String,
    /// Its risk tier.
    pub tier: Option<RiskTier>,
    /// Whether it is covered.
    pub coverage: Coverage,
}

/// The coverage matrix on a day: every SOUP of every release in service, and whether it is reviewed inside its interval.
pub fn matrix(world: &dyn World, today: Day) -> Vec<CoverageRow> {
    let register = Register::of(world);
    let governing = world.governing();
    let intervals = Intervals::of(world, governing.plan());
    let mut rows = Vec::new();
    for release in fielded(world) {
        let from = released_at(world, &release).day();
        rows.extend(rows_of((&register, intervals), &release, (from, today)));
    }
    rows
}

/// The rows of a release that went into service on a day, as of today.
fn rows_of(
    (register, intervals): (&Register, Intervals<'_>),
    data: &SharedRecord,
    (from, today): (Day, Day),
) -> Vec<CoverageRow> {
    let Some(release) = data.typed::<Release>() else { return Vec::new() };
    let rows = release.soup_baseline.iter().map(|row| {
        let known = register.find(row);
        let item = known.and_then(|known| known.item.typed::<SoupItem>());
        let coverage =
            item.as_ref().map_or(Coverage::NotRegistered, |item| coverage(intervals, item, from, today));
        CoverageRow {
            release: data.head.id,
            release_version: release.version.to_string(),
            item: known.map(|known| known.item.head.id),
            name: row.item.to_string(),
            version: row.version.to_string(),
            purl: match (&*row.purl, known) {
                ("", Some(known)) => known.designator.text("purl").to_owned(),
                (own, _) => own.to_owned(),
            },
            tier: item.and_then(|item| item.risk_tier),
            coverage,
        }
    });
    rows.collect()
}

fn coverage(intervals: Intervals<'_>, item: &SoupItem, from: Day, today: Day) -> Coverage {
    let next = intervals.next_review(item, from, today);
    match (item.last_review(today), next) {
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
    /// How many of them have no approved review.
    pub never: usize,
}

impl ReviewDue {
    /// How many items are due, in words.
    pub fn words(&self) -> String {
        let never = match self.never {
            0 => String::new(),
            count if count == self.items => ", without an approved review".to_owned(),
            count => format!(", {count} of them without an approved review"),
        };
        format!("{} in service{never}", counted(self.items, "SOUP item"))
    }
}

/// The reviews of SOUP in service that are overdue on a day, or due next, for each tier.
pub fn dues(world: &dyn World, today: Day) -> Vec<ReviewDue> {
    let register = Register::of(world);
    let governing = world.governing();
    let intervals = Intervals::of(world, governing.plan());
    let mut next: BTreeMap<RiskTier, BTreeMap<RecordId, (Day, bool)>> = BTreeMap::new();
    for data in fielded(world) {
        let Some(release) = data.typed::<Release>() else { continue };
        let from = released_at(world, &data).day();
        for row in release.soup_baseline.iter() {
            let Some(known) = register.find(row) else { continue };
            let Some(item) = known.item.typed::<SoupItem>() else { continue };
            let Some(by) = intervals.next_review(&item, from, today) else { continue };
            let tier = item.risk_tier.unwrap_or(RiskTier::High);
            let entry = next.entry(tier).or_default().entry(known.item.head.id).or_insert((by, false));
            *entry = (entry.0.min(by), item.last_review(today).is_none());
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::maintenance_plan::MaintenancePlanState;
    use crate::domain::product::ProductState;
    use crate::domain::retirement_plan::RetirementPlanState;
    use crate::domain::role::Role;
    use crate::domain::signature::Meaning;
    use crate::domain::test_world::{TestWorld, day};

    fn world(stage: &str, retirement: RetirementPlanState) -> TestWorld {
        TestWorld::default()
            .put("PD-0001", ProductState::Current.code(), "2026-01-01", json!({"tplc_stage": stage}))
            .put(
                "MP-0001",
                MaintenancePlanState::Effective.code(),
                "2026-01-10",
                json!({"soup_review_policy": [{"tier": "high", "interval_days": 180}]}),
            )
            .put(
                "RP-0001",
                retirement.code(),
                "2026-02-01",
                json!({"stages": [{"stage": "limited_support", "soup_review_days": 30}]}),
            )
    }

    #[test]
    fn an_approved_retirement_plan_sets_the_interval_of_the_present_stage_and_an_item_its_own() {
        let days = |world: &TestWorld, tier, own| {
            let item = SoupItem { risk_tier: tier, interval_days: own, ..SoupItem::default() };
            let world: &dyn World = world;
            let governing = world.governing();
            Intervals::of(world, governing.plan()).of_item(&item)
        };
        let (high, low) = (Some(RiskTier::High), Some(RiskTier::Low));
        let limited = world("limited_support", RetirementPlanState::LimitedSupport);
        assert_eq!(days(&limited, high, None), Some(30));
        assert_eq!(days(&limited, low, None), Some(30), "also where the plan sets none for the tier");
        assert_eq!(days(&limited, high, Some(400)), Some(400), "its own comes first");
        let other_stage = world("support", RetirementPlanState::Announced);
        assert_eq!(days(&other_stage, high, None), Some(180));
        assert_eq!(days(&other_stage, low, None), None);
        let draft = world("limited_support", RetirementPlanState::Draft);
        assert_eq!(days(&draft, high, None), Some(180), "a draft governs nothing");
    }

    #[test]
    fn the_next_review_follows_from_the_interval_of_the_stage() {
        let world = world("limited_support", RetirementPlanState::LimitedSupport);
        let world: &dyn World = &world;
        let governing = world.governing();
        let intervals = Intervals::of(world, governing.plan());
        let item = SoupItem { reviewed_on: Some(day("2026-03-01")), ..SoupItem::default() };
        let next = |item, today| intervals.next_review(item, day("2026-01-01"), day(today));
        assert_eq!(next(&item, "2026-03-02"), Some(day("2026-03-31")));
        assert_eq!(next(&item, "2026-02-28"), Some(day("2026-03-31")), "a local day may be ahead of UTC");
        assert_eq!(next(&item, "2026-02-27"), Some(day("2026-01-01")), "it is dated ahead");
        let never = SoupItem::default();
        assert_eq!(next(&never, "2026-02-27"), Some(day("2026-01-01")));
    }

    /// A release with zlib 1.3, which was released on a day and is in its state since another one.
    fn in_service(reviewed_on: Option<&str>) -> TestWorld {
        let soup = json!([{"item": "zlib", "version": "1.3"}]);
        world("support", RetirementPlanState::Draft)
            .put(
                "SI-0001",
                "in_use",
                "2026-01-10",
                json!({"title": "zlib", "risk_tier": "high", "reviewed_on": reviewed_on}),
            )
            .part("SD-0001", "SI-0001", "registered", json!({"title": "1.3"}))
            .put("RL-0001", "superseded", "2026-05-01", json!({"version": "1.0.0", "soup_baseline": soup}))
            .signed("RL-0001", ("PN-0001", Meaning::Released), &[Role::ReleaseManager], "2026-02-01")
    }

    #[test]
    fn what_was_never_reviewed_is_due_since_its_release_and_not_since_its_present_state() {
        let world = in_service(None);
        let due = dues(&world, day("2026-05-20"));
        assert_eq!((due[0].by, due[0].never), (day("2026-02-01"), 1));
        let rows = matrix(&world, day("2026-05-20"));
        assert_eq!(rows[0].coverage, Coverage::Overdue { last: None, since: day("2026-02-01") });
    }

    #[test]
    fn a_review_that_is_dated_ahead_silences_nothing() {
        let world = in_service(Some("2027-05-01"));
        let due = dues(&world, day("2026-05-20"));
        assert_eq!((due[0].by, due[0].never), (day("2026-02-01"), 1));
        assert!(!matrix(&world, day("2026-05-20"))[0].coverage.is_covered());
        assert!(
            matrix(&world, day("2027-05-01"))[0].coverage.is_covered(),
            "when its day has come it counts"
        );
    }
}
