//! A review of the maintenance plan: whether it stays as it is (ISO 13485 4.2.4; domain 2.12).

use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::maintenance_plan::MaintenancePlanState;
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::record::{KindDef, record};
use crate::domain::signature::Meaning;
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, states};

choice! {
    /// The outcome of a review of the plan.
    pub enum PlanReviewOutcome {
        /// The plan stays as it is.
        Keep = "keep", "No change needed";
        /// A new version is written.
        Revise = "revise", "Revise the plan";
    }
}

states! {
    /// States of a review of the plan.
    pub enum PlanReviewState {
        /// It is being written.
        Open = "open", "Under way", Due, 1, false;
        /// It is signed.
        Done = "done", "Done", Good, 2, true;
    }
}

use PlanReviewState as S;

const OPEN: &[&str] = &[S::Open.code()];
const DONE: &str = S::Done.code();

record! {
    /// A review of the plan.
    pub struct PlanReview : PlanReview {
        section "Review", "ISO 13485 4.2.4", true, OPEN => {
            /// The occasion, in a few words.
            title: Line = "Title" => required(S::Open.code());
            /// The plan that was reviewed.
            plan: Option<RecordId> = "Maintenance plan" => required(S::Open.code()), target(Kind::MaintenancePlan);
            /// When it was reviewed.
            reviewed_on: Option<Day> = "Reviewed on" => past(), required(DONE);
            /// What was looked at: kept and missed intervals, audits, new rules.
            basis: Text = "What was looked at" => required(DONE);
            /// The outcome.
            outcome: Option<PlanReviewOutcome> = "Outcome" => required(DONE);
            /// Why.
            rationale: Text = "Rationale" => required(DONE);
        }
    }
}

const REVIEWERS: &[Role] = &[Role::Quality, Role::Regulatory, Role::DevLead];

fn plan_in_force(case: &Case) -> Vec<Condition> {
    let plan = case.data.typed::<PlanReview>().and_then(|review| review.plan);
    let state = plan.and_then(|id| case.world.record(id)).and_then(|data| MaintenancePlanState::of(&data));
    let met = state == Some(MaintenancePlanState::Effective);
    vec![Condition::new("IEC 62304 6.1", "The plan that is reviewed is in force", met).at("plan")]
}

/// The declaration of reviews of the plan.
pub const DEF: KindDef = KindDef {
    purpose: "A signed look at the plan in force at the interval that it sets: no change, or a new version.",
    clause: "ISO 13485 4.2.4",
    since: PLAN_RULES,
    sections: PlanReview::SECTIONS,
    states: PlanReviewState::ALL,
    moves: &[Move::new("conclude", "Conclude the review", OPEN, DONE, &[Role::Quality])
        .sign(Meaning::Reviewed)
        .clause("ISO 13485 4.2.4")
        .guard(plan_in_force)],
    create_by: REVIEWERS,
    edit_by: REVIEWERS,
    may_create: plan_in_force,
    columns: &["plan", "outcome", "reviewed_on"],
    place: Place::Under(Kind::MaintenancePlan),
    referable: true,
    gist: "outcome",
    evidence: &["6.1"],
    chapter: Some(4),
    ..KindDef::new(Kind::PlanReview, "Plan review", "Plan reviews")
};
