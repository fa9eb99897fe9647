//! The values that govern the file now, the dates of the plan that holds them, and what a new record begins with.

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::communication::draft_for;
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::{Governing, WatchedSource, next_review, watched_sources};
use crate::domain::record::Fields;
use mainstay_base::time::{Day, Moment};

/// The dates that follow from a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanDates {
    /// Its next review.
    pub next_review: Option<Day>,
    /// Its feedback sources, each with its checks.
    pub sources: Vec<WatchedSource>,
}

impl ProductFile {
    /// The values that govern at a moment: those of the plan in force, or provisional ones.
    pub fn governing(&self, now: Moment) -> Result<Governing, Refused> {
        self.with_world(now, |world| world.governing())
    }

    /// The fields with which a communication about a release begins.
    pub fn communication_draft(&self, release: RecordId, now: Moment) -> Result<Fields, Refused> {
        self.with_world(now, |world| draft_for(world, release))
    }

    /// The dates that follow from a plan.
    pub fn plan_dates(&self, plan: RecordId, now: Moment) -> Result<PlanDates, Refused> {
        self.as_rules_see(plan, Some(now), |case| PlanDates {
            next_review: next_review(case),
            sources: watched_sources(case),
        })
    }
}
