//! A milestone of the retirement plan: a dated task with its evidence (domain 5.3). It is a part of the plan.

use crate::domain::deadline::{Deadline, Limit, Task};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::record::{KindDef, PartOf, record};
use crate::domain::retirement_plan::{self, RETIREMENT_RULES, RetirementPlanState};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Move, states};

states! {
    /// States of a milestone.
    pub enum MilestoneState {
        /// It lies ahead.
        Planned = "planned", "Planned", Neutral, 1, false;
        /// It is reached.
        Reached = "reached", "Reached", Good, 2, true;
        /// It is not needed; says why and stays visible.
        Dropped = "dropped", "Not needed", Neutral, 0, true;
    }
}

use MilestoneState as S;

const PLANNED: &[&str] = &[S::Planned.code()];

record! {
    /// A milestone.
    pub struct Milestone : Milestone {
        section "Milestone", "IMDRF N70", false, PLANNED => {
            /// What is done.
            title: Line = "Milestone" => required(S::Planned.code());
            /// By when.
            planned_on: Option<Day> = "Planned for" => required(S::Planned.code());
            /// When it was reached.
            reached_on: Option<Day> = "Reached on" => past(), required(S::Reached.code());
            /// The evidence.
            evidence: Text = "Evidence" => required(S::Reached.code());
        }
    }
}

/// Whether the plan is carried out, so that its milestones run.
fn runs(case: &Case) -> bool {
    let plan = case.data.head.parent.and_then(|id| case.world.record(id));
    plan.is_some_and(|plan| {
        RetirementPlanState::of(&plan).is_some()
            && retirement_plan::RUNNING.contains(&plan.head.state.as_str())
    })
}

fn task(case: &Case) -> Vec<Task> {
    let planned = Day::parse(case.data.text("planned_on")).ok();
    planned.map(|by| Task { what: case.data.title().to_owned(), by }).into_iter().collect()
}

/// The declaration of milestones.
pub const DEF: KindDef = KindDef {
    purpose: "The dated tasks of the retirement: announcements, the end of sale and of support, the archive test.",
    clause: "IMDRF N70",
    since: RETIREMENT_RULES,
    sections: Milestone::SECTIONS,
    part_of: Some(PartOf { kind: Kind::RetirementPlan, open_in: retirement_plan::LISTS, scope: false }),
    states: MilestoneState::ALL,
    moves: &[
        Move::new("reach", "Reached", PLANNED, S::Reached.code(), retirement_plan::WRITERS)
            .clause("IMDRF N70")
            .asks(&["reached_on", "evidence"]),
        Move::new("drop", "Not needed", PLANNED, S::Dropped.code(), &[Role::Quality, Role::Regulatory])
            .reason(),
    ],
    deadlines: &[Deadline::new(
        "Reach the milestone",
        Role::Quality,
        PLANNED,
        Limit::Tasks(task),
        "IMDRF N70",
    )
    .rank(2)
    .only(runs)],
    create_by: retirement_plan::WRITERS,
    edit_by: retirement_plan::WRITERS,
    columns: &["planned_on", "reached_on"],
    evidence: &["5.8.7"],
    ..KindDef::new(Kind::Milestone, "Milestone", "Milestones")
};
