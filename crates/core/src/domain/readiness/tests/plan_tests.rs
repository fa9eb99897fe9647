//! Cases of the rules about the plan (domain 3.1) and about feedback (domain 3.2).

use serde_json::json;

use super::{Case, case};
use crate::domain::feedback::FeedbackState as State;
use crate::domain::maintenance_plan::MaintenancePlanState as Plan;
use crate::domain::person::PersonState;
use crate::domain::problem_report::ProblemState;
use crate::domain::process_deviation::ProcessDeviationState;
use crate::domain::release::ReleaseState;
use crate::domain::retirement_plan::RetirementPlanState;
use crate::domain::role::Role;
use crate::domain::signature::Meaning;
use crate::domain::source_check::SourceCheckState;
use crate::domain::test_world::TestWorld;
use crate::domain::trend_review::TrendReviewState;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_plan();
    all.extend(of_feedback());
    all
}

const NOT_CYBER: &str = "No connection and no removable media.";

fn of_plan() -> Vec<Case> {
    let mut all = of_content();
    all.extend(of_history());
    all
}

fn of_content() -> Vec<Case> {
    vec![
        case(
            "PLAN-02",
            |w| w.empty("MP-0001", &["risk_process_ref"]),
            "MP-0001",
            |w| w.empty("MP-0001", &["trend_method"]),
        ),
        case(
            "PLAN-03",
            |w| w.empty("MP-0001", &["problem_criteria"]),
            "MP-0001",
            |w| w.empty("MP-0001", &["problem_criteria"]).state("MP-0001", Plan::Draft.code()),
        ),
        case(
            "PLAN-04",
            |w| w.empty("MP-0001", &["vulnerability_responsible"]),
            "MP-0001",
            |w| {
                w.empty("MP-0001", &["vulnerability_plan_ref"])
                    .set("MP-0001", json!({"not_cyber_justification": NOT_CYBER}))
            },
        ),
        case(
            "PLAN-05",
            |w| w.empty("MP-0001", &["soup_obsolescence_procedure"]),
            "MP-0001",
            |w| w.empty("MP-0001", &["soup_upgrade_procedure"]),
        ),
        case(
            "PLAN-06",
            |w| w.empty("MP-0001", &["out_of_cycle_days"]),
            "MP-0001",
            |w| {
                w.empty("MP-0001", &["regular_cycle_days"])
                    .set("MP-0001", json!({"not_cyber_justification": NOT_CYBER}))
            },
        ),
        case(
            "PLAN-08",
            |w| w.state("PN-0001", PersonState::Inactive.code()),
            "MP-0001",
            |w| {
                let roles = json!([{"role": "quality", "person": "PN-0001"}, {"role": "quality", "person": "PN-0002"}]);
                w.state("PN-0002", PersonState::Inactive.code()).set("MP-0001", json!({"roles": roles}))
            },
        ),
        case(
            "PLAN-12",
            |w| w.empty("MP-0001", &["patch_timelines"]),
            "MP-0001",
            |w| {
                w.empty("MP-0001", &["patch_timelines"])
                    .set("MP-0001", json!({"not_cyber_justification": NOT_CYBER}))
            },
        ),
        case(
            "PLAN-13",
            |w| w.empty("PD-0001", &["software_safety_class"]),
            "PD-0001",
            |w| w.set("PD-0001", json!({"software_safety_class": "a"})),
        ),
    ]
}

fn of_history() -> Vec<Case> {
    vec![
        case(
            "PLAN-01",
            |w| w.set("MP-0001", json!({"in_force_from": "2026-01-21"})),
            "RL-0001",
            |w| w.set("MP-0001", json!({"in_force_from": "2026-01-20"})),
        )
        .nor(|w| {
            w.set("MP-0001", json!({"in_force_from": "2026-01-21"}))
                .set("DV-0001", json!({"releases": ["RL-0001"]}))
        })
        .nor(|w| {
            w.set("MP-0001", json!({"in_force_from": "2026-01-21"}))
                .state("RL-0001", ReleaseState::Cancelled.code())
        }),
        case(
            "PLAN-01",
            |w| {
                w.set("MP-0001", json!({"in_force_from": "2026-01-21"}))
                    .set("DV-0001", json!({"releases": ["RL-0001"]}))
                    .state("DV-0001", ProcessDeviationState::Contained.code())
            },
            "RL-0001",
            |w| w,
        ),
        case(
            "PLAN-07",
            |w| w.set("MP-0001", json!({"plan_review_days": 300})),
            "MP-0001",
            |w| w.set("MP-0001", json!({"plan_review_days": 324})),
        ),
        case(
            "PLAN-09",
            |w| with_second_plan(w, "2026-05-01", "2026-05-03"),
            "MP-0002",
            |w| with_second_plan(w, "2026-05-01", "2026-05-01"),
        ),
        case(
            "PLAN-09",
            |w| {
                w.put("MP-0002", Plan::Effective.code(), "2026-05-01", json!({"in_force_from": "2026-05-01"}))
            },
            "MP-0002",
            |w| w.put("MP-0002", Plan::Void.code(), "2026-05-01", json!({"title": "Plan"})),
        ),
        case(
            "PLAN-10",
            |w| w.state("SC-0001", SourceCheckState::Struck.code()),
            "MP-0001",
            |w| w.set("SC-0001", json!({"checked_on": "2026-10-31"})),
        ),
        case(
            "PLAN-11",
            |w| w.state("TV-0001", TrendReviewState::Void.code()),
            "MP-0001",
            |w| w.set("TV-0001", json!({"period_to": "2026-06-03"})),
        ),
        case(
            "PLAN-14",
            |w| w.empty("RP-0001", &["eos_date"]),
            "RP-0001",
            |w| {
                w.empty("RP-0001", &["eos_date"])
                    .set("RL-0001", json!({"in_service": "no"}))
                    .set("RL-0002", json!({"in_service": "no"}))
            },
        ),
        case("PLAN-14", |w| w.state("RP-0001", RetirementPlanState::Void.code()), "", |w| w),
    ]
}

fn with_second_plan(world: TestWorld, until: &str, from: &str) -> TestWorld {
    world.state("MP-0001", Plan::Superseded.code()).set("MP-0001", json!({"in_force_until": until})).put(
        "MP-0002",
        Plan::Effective.code(),
        from,
        json!({"in_force_from": from}),
    )
}

/// Another feedback, received on a day.
fn another(world: TestWorld, state: State, on: &str) -> TestWorld {
    world.put("FB-0002", state.code(), on, json!({
        "title": "Display flickers", "aware_at": format!("{on}T08:00:00Z"), "received_at": format!("{on}T09:00:00Z"),
        "software_version_reported": "2.3.1",
    }))
}

fn harmful(world: TestWorld, state: State, on: &str) -> TestWorld {
    let decided = |market: &str| json!({"market": market, "decision": "do_not_report", "basis": "No harm.", "decided_at": "2026-11-26T09:00:00Z"});
    another(world, state, on).set(
        "FB-0002",
        json!({
            "patient_or_user_harm": "potential", "reportability_assessments": [decided("us"), decided("eu")],
        }),
    )
}

fn of_feedback() -> Vec<Case> {
    let mut all = of_evaluation();
    all.extend(of_complaints());
    all.extend(of_intake());
    all
}

fn of_evaluation() -> Vec<Case> {
    vec![
        case(
            "FB-01",
            |w| another(w, State::Registered, "2026-11-16"),
            "FB-0002",
            |w| another(w, State::Registered, "2026-11-27"),
        )
        .nor(|w| another(w, State::Void, "2026-11-02")),
        case(
            "FB-02",
            |w| another(w, State::NotAProblem, "2026-11-20").set("FB-0002", json!({"criterion_code": "C1"})),
            "FB-0002",
            |w| another(w, State::ProblemConfirmed, "2026-11-20"),
        ),
        case(
            "FB-02",
            |w| another(w, State::Closed, "2026-11-20"),
            "FB-0002",
            |w| another(w, State::Closed, "2026-11-20").set("FB-0002", json!({"duplicate_of": "FB-0001"})),
        ),
        case(
            "FB-03",
            |w| another(w, State::ProblemConfirmed, "2026-11-20"),
            "FB-0002",
            |w| {
                another(w, State::ProblemConfirmed, "2026-11-20")
                    .set("FB-0002", json!({"problem_report": "PR-0001"}))
            },
        )
        .nor(|w| {
            another(w, State::ProblemConfirmed, "2026-11-20")
                .set("PR-0001", json!({"source_feedback": ["FB-0001", "FB-0002"]}))
        }),
        case(
            "FB-03",
            |w| {
                another(w, State::ProblemConfirmed, "2026-11-20")
                    .set("FB-0002", json!({"problem_report": "PR-0001"}))
                    .state("PR-0001", ProblemState::Void.code())
            },
            "FB-0002",
            |w| w,
        ),
    ]
}

fn of_complaints() -> Vec<Case> {
    vec![
        case(
            "FB-04",
            |w| w.empty("FB-0001", &["is_complaint"]),
            "FB-0001",
            |w| w.empty("FB-0001", &["is_complaint"]).state("FB-0001", State::UnderEvaluation.code()),
        ),
        case(
            "FB-04",
            |w| w.empty("FB-0001", &["reporter_phone", "udi_di"]),
            "FB-0001",
            |w| w.empty("FB-0001", &["reporter_phone"]).set("FB-0001", json!({"is_complaint": false})),
        ),
        case(
            "FB-07",
            |w| w.set("FB-0001", json!({"investigation_needed": false})),
            "FB-0001",
            |w| {
                w.set(
                    "FB-0001",
                    json!({"investigation_needed": false, "no_investigation_reason": "Known from FB-0002."}),
                )
            },
        )
        .nor(|w| w.empty("FB-0001", &["investigation_needed"])),
        case(
            "FB-07",
            |w| another(w, State::NotAProblem, "2026-11-20").set("FB-0002", json!({"is_complaint": true})),
            "FB-0002",
            |w| {
                another(w, State::UnderEvaluation, "2026-11-20").set("FB-0002", json!({"is_complaint": true}))
            },
        ),
        case(
            "FB-09",
            |w| w.unsigned("FB-0001"),
            "FB-0001",
            |w| w.unsigned("FB-0001").state("FB-0001", State::UnderEvaluation.code()),
        ),
    ]
}

fn of_intake() -> Vec<Case> {
    vec![
        case("FB-05", |w| {
            harmful(w, State::UnderEvaluation, "2026-11-25").set("FB-0002", json!({"reportability_assessments": [
                {"market": "eu", "decision": "report", "basis": "MDR 87.", "decided_at": "2026-11-26T09:00:00Z"},
            ]}))
        }, "FB-0002", |w| harmful(w, State::UnderEvaluation, "2026-11-25"))
        .nor(|w| harmful(w, State::Registered, "2026-11-27").empty("FB-0002", &["reportability_assessments"]))
        .nor(|w| harmful(w, State::Void, "2026-11-02").empty("FB-0002", &["reportability_assessments"])),
        case("FB-05", |w| {
            let one = json!([{"market": "eu", "decision": "report", "basis": "MDR 87.", "decided_at": "2026-11-26T09:00:00Z"}]);
            harmful(w, State::Registered, "2026-11-10").set("FB-0002", json!({"reportability_assessments": one}))
        }, "FB-0002", |w| w),
        case("FB-05", |w| harmful(w, State::Closed, "2026-11-20"), "FB-0002", |w| {
            harmful(w, State::Closed, "2026-11-20")
                .signed("FB-0002", ("PN-0003", Meaning::Reviewed), &[Role::Regulatory], "2026-11-27")
        }),
        case("FB-05", |w| {
            harmful(w, State::Closed, "2026-11-20")
                .signed("FB-0002", ("PN-0003", Meaning::Reviewed), &[Role::Regulatory], "2026-11-27")
                .set("FB-0002", json!({"udi_di": "04019999"}))
        }, "FB-0002", |w| w),
        case("FB-06", |w| another(w, State::Registered, "2026-11-27").empty("FB-0002", &["aware_at"]), "FB-0002", |w| {
            another(w, State::Received, "2026-11-27").empty("FB-0002", &["aware_at"])
        }),
        case("FB-06", |w| another(w, State::Registered, "2026-11-27").set("FB-0002", json!({"aware_at": "2026-11-28T08:00:00Z"})),
            "FB-0002", |w| another(w, State::Registered, "2026-11-27")),
        case("FB-08", silent, "", |w| silent(w).set("SC-0001", json!({"checked_on": "2026-02-01"})).state("SC-0001", SourceCheckState::Recorded.code()))
            .nor(|w| silent(w).state("FB-0001", State::Closed.code()))
            .nor(|w| silent(w).set("RL-0001", json!({"in_service": "no"}))),
        case("FB-10", |w| another(w, State::Registered, "2026-11-27").set("FB-0002", json!({"software_version_reported": "Unknown"})),
            "FB-0002", |w| {
                another(w, State::Registered, "2026-11-27")
                    .set("FB-0002", json!({"software_version_reported": "unknown", "version_attempt": "Asked by letter"}))
            })
            .nor(|w| another(w, State::Received, "2026-11-27").empty("FB-0002", &["software_version_reported"])),
    ]
}

/// A release is in service for more than a year, and nobody looked at anything.
fn silent(world: TestWorld) -> TestWorld {
    world
        .change("RL-0001", |data| data.head.state_since = crate::domain::test_world::moment("2025-06-01"))
        .unsigned("RL-0001")
        .state("SC-0001", SourceCheckState::Struck.code())
        .state("FB-0001", State::Void.code())
}
