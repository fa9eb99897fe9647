//! Deadlines of the maintenance plan: its review, its day, the checks of its feedback sources, and the review of the trends.

use std::collections::BTreeMap;

use super::{FeedbackSource, MaintenancePlan, MaintenancePlanState as S};
use crate::domain::deadline::{Deadline, Limit, Task};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::plan_review::{PlanReview, PlanReviewState};
use crate::domain::source_check::{SourceCheck, SourceCheckState};
use crate::domain::time::Day;
use crate::domain::trend_review;
use crate::domain::workflow::{Case, World};

pub(super) const ALL: &[Deadline] = &[
    Deadline::new(
        "Put the approved plan in force",
        Role::Quality,
        &[S::Approved.code()],
        Limit::Tasks(put_in_force),
        "IEC 62304 6.1",
    )
    .rank(1),
    Deadline::new(
        "Review the maintenance plan",
        Role::Quality,
        &[S::Effective.code()],
        Limit::Tasks(review),
        "ISO 13485 4.2.4",
    )
    .rank(3),
    Deadline::new(
        "Check the feedback sources",
        Role::Support,
        &[S::Effective.code()],
        Limit::Tasks(check_sources),
        "IEC 62304 6.2.1.1",
    )
    .rank(2),
    Deadline::new(
        "Review the trends",
        Role::Quality,
        &[S::Effective.code()],
        Limit::Tasks(review_trends),
        "IEC 62304 9.6",
    )
    .rank(2),
];

fn put_in_force(case: &Case) -> Vec<Task> {
    let by = case.data.typed::<MaintenancePlan>().and_then(|plan| plan.effective_from);
    by.map(|by| Task { what: String::new(), by }).into_iter().collect()
}

fn days(count: Option<u32>) -> i64 {
    i64::from(count.unwrap_or_default())
}

fn review(case: &Case) -> Vec<Task> {
    next_review(case).map(|by| Task { what: String::new(), by }).into_iter().collect()
}

/// The next review of a plan: an interval after the last one, or after the plan was put in force.
pub fn next_review(case: &Case) -> Option<Day> {
    let plan = case.data.typed::<MaintenancePlan>()?;
    let reviews = case.world.referring(case.id(), Kind::PlanReview);
    let done = reviews.iter().filter(|data| PlanReviewState::of(data) == Some(PlanReviewState::Done));
    // One that is dated ahead, because a clock was, counts for nothing yet.
    let reviewed = done.filter_map(|data| data.typed::<PlanReview>()?.reviewed_on);
    let last = reviewed.filter(|on| !on.is_ahead_of(case.now.day())).max();
    let since = last.or(plan.in_force_from)?;
    Some(since.plus_days(days(plan.plan_review_days)))
}

fn review_trends(case: &Case) -> Vec<Task> {
    let plan = case.data.typed::<MaintenancePlan>();
    let by = plan.and_then(|plan| next_trend_review(case.world, &plan));
    by.map(|by| Task { what: String::new(), by }).into_iter().collect()
}

/// The next review of the trends: an interval after the last day that a signed one covers, or after the plan was put in force.
pub fn next_trend_review(world: &dyn World, plan: &MaintenancePlan) -> Option<Day> {
    let interval = plan.trend_interval_days?;
    let since = trend_review::last_review(world).or(plan.in_force_from)?;
    Some(since.plus_days(i64::from(interval)))
}

/// The last check of each source of the plans, by its code. One that is dated ahead counts for nothing yet.
fn last_checks(case: &Case) -> BTreeMap<String, Day> {
    let mut last = BTreeMap::new();
    for data in case.world.all(Kind::SourceCheck) {
        let counts = SourceCheckState::of(&data) == Some(SourceCheckState::Recorded);
        let Some(check) = data.typed::<SourceCheck>().filter(|_| counts) else { continue };
        let Some(on) = check.checked_on.filter(|on| !on.is_ahead_of(case.now.day())) else { continue };
        let day = last.entry(check.source.to_string()).or_insert(on);
        *day = on.max(*day);
    }
    last
}

/// A feedback source of a plan, and when it was and will be checked.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedSource {
    /// The source as the plan declares it.
    pub source: FeedbackSource,
    /// Its last check.
    pub last: Option<Day>,
    /// Its next check: an interval after the last one, or after the plan was put in force.
    pub next: Option<Day>,
}

/// The feedback sources of a plan with their checks.
pub fn watched_sources(case: &Case) -> Vec<WatchedSource> {
    let Some(plan) = case.data.typed::<MaintenancePlan>() else { return Vec::new() };
    let checks = last_checks(case);
    let watched = plan.feedback_sources.iter().map(|source| {
        let last = checks.get(&*source.code).copied();
        let since = last.or(plan.in_force_from);
        let next = since.map(|since| since.plus_days(days(source.polling_days)));
        WatchedSource { source: source.clone(), last, next }
    });
    watched.collect()
}

fn check_sources(case: &Case) -> Vec<Task> {
    let tasks = watched_sources(case).into_iter().filter_map(|watched| {
        let what = format!("Check the feedback source {}: {}", watched.source.code, watched.source.name);
        Some(Task { what, by: watched.next? })
    });
    tasks.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::test_world::{TestWorld, day, id, moment};
    use crate::domain::trend_review::TrendReviewState;

    #[test]
    fn the_review_of_the_trends_is_due_an_interval_after_the_last_day_that_a_signed_one_covers() {
        let plan = MaintenancePlan {
            trend_interval_days: Some(90),
            in_force_from: Some(day("2026-01-10")),
            ..MaintenancePlan::default()
        };
        let next = |world: &TestWorld, plan: &MaintenancePlan| next_trend_review(world, plan);
        let none = TestWorld::default();
        assert_eq!(next(&none, &plan), Some(day("2026-04-10")));
        let covers = json!({"title": "Trends", "period_to": "2026-03-31"});
        let open =
            TestWorld::default().put("TV-0001", TrendReviewState::Open.code(), "2026-04-02", covers.clone());
        assert_eq!(next(&open, &plan), Some(day("2026-04-10")), "one that is not signed does not count");
        let done = open.state("TV-0001", TrendReviewState::Done.code());
        assert_eq!(next(&done, &plan), Some(day("2026-06-29")));
        assert_eq!(next(&done, &MaintenancePlan::default()), None, "without an interval nothing is due");
    }

    #[test]
    fn a_review_of_the_plan_or_a_check_that_is_dated_ahead_puts_off_nothing() {
        let set = json!({"title": "Plan", "in_force_from": "2026-01-10", "plan_review_days": 30,
            "feedback_sources": [{"code": "MAIL", "name": "Mail", "polling_days": 7}]});
        let reviewed = json!({"title": "Review", "plan": "MP-0001", "reviewed_on": "2027-06-01"});
        let checked = json!({"title": "Check", "source": "MAIL", "checked_on": "2027-06-01"});
        let world = TestWorld::default()
            .put("MP-0001", S::Effective.code(), "2026-01-10", set)
            .put("PV-0001", PlanReviewState::Done.code(), "2026-02-01", reviewed)
            .put("SC-0001", SourceCheckState::Recorded.code(), "2026-02-01", checked);
        let data = world.record(id("MP-0001")).unwrap();
        let of = |now: &str| {
            let case = Case { data: &data, world: &world, now: moment(now), actor: None, rules: u32::MAX };
            (next_review(&case), watched_sources(&case)[0].next)
        };
        assert_eq!(of("2026-03-01"), (Some(day("2026-02-09")), Some(day("2026-01-17"))));
        assert_eq!(of("2027-06-01"), (Some(day("2027-07-01")), Some(day("2027-06-08"))));
    }
}
