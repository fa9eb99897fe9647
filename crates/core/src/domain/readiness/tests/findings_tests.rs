//! Cases of the rules about findings (domain 3.7, FIND).

use serde_json::json;

use super::{Case, case};
use crate::domain::communication::CommunicationState;
use crate::domain::finding::FindingState as State;
use crate::domain::problem_report::ProblemState;
use crate::domain::role::Role;
use crate::domain::signature::Meaning;
use crate::domain::test_world::TestWorld;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_decision();
    all.extend(of_uncontrolled());
    all.extend(of_follow_up());
    all
}

fn undecided(world: TestWorld, learned: &str) -> TestWorld {
    world.state("FN-0001", State::Triaged.code()).set("FN-0001", json!({"learned_on": learned}))
}

fn not_affected(world: TestWorld) -> TestWorld {
    let row = json!([{"release": "RL-0001", "applicability": "not_affected"}]);
    world.state("FN-0001", State::NotAffected.code()).set("FN-0001", json!({
        "disposition": "not_affected", "justification": "vulnerable_code_not_present", "evidence": "Build log 7.", "per_release": row,
    }))
}

fn of_decision() -> Vec<Case> {
    vec![
        case("FIND-01", |w| undecided(w, "2026-10-30"), "FN-0001", |w| undecided(w, "2026-10-31"))
            .nor(|w| undecided(w, "2026-10-30").state("FN-0001", State::Void.code())),
        case(
            "FIND-02",
            |w| not_affected(w).empty("FN-0001", &["evidence"]),
            "FN-0001",
            |w| {
                not_affected(w)
                    .empty("FN-0001", &["justification"])
                    .set("FN-0001", json!({"impact_statement": "No parser is called."}))
            },
        )
        .nor(|w| not_affected(w).empty("FN-0001", &["evidence"]).state("FN-0001", State::Proposed.code())),
        case(
            "FIND-03",
            |w| w.empty("FN-0001", &["sequence"]),
            "FN-0001",
            |w| not_affected(w).empty("FN-0001", &["hazardous"]),
        )
        .nor(|w| w.empty("FN-0001", &["hazardous"]).state("FN-0001", State::UnderInvestigation.code())),
        case(
            "FIND-04",
            |w| w.set("FN-0001", json!({"risk_control": "not_assessed"})),
            "FN-0001",
            |w| {
                w.set("FN-0001", json!({"risk_control": "not_assessed"}))
                    .state("FN-0001", State::Proposed.code())
            },
        ),
        case(
            "FIND-13",
            |w| {
                w.unsigned("FN-0001").signed(
                    "FN-0001",
                    ("PN-0002", Meaning::Approved),
                    &[Role::DevLead],
                    "2026-10-22",
                )
            },
            "FN-0001",
            |w| w.unsigned("FN-0001").state("FN-0001", State::Proposed.code()),
        ),
        case(
            "FIND-14",
            |w| w.empty("FN-0001", &["harm", "sequence"]),
            "FN-0001",
            |w| w.empty("FN-0001", &["harm"]),
        )
        .nor(|w| w.empty("FN-0001", &["harm", "sequence", "cvss"])),
    ]
}

/// The risk of the finding is uncontrolled, and everything was done about it in time.
fn uncontrolled(world: TestWorld, learned: &str) -> TestWorld {
    world
        .state("FN-0001", State::AffectedUncontrolled.code())
        .set(
            "FN-0001",
            json!({
                "disposition": "affected_uncontrolled", "risk_control": "uncontrolled", "learned_on": learned,
                "problem_report": "PR-0001", "communications": ["CM-0002", "CM-0003"],
            }),
        )
        .put(
            "CM-0002",
            CommunicationState::Issued.code(),
            "2026-11-01",
            json!({
                "title": "Advisory", "communication_kind": "security_advisory", "markets": ["us", "eu"],
            }),
        )
        .put(
            "CM-0003",
            CommunicationState::Issued.code(),
            "2026-11-01",
            json!({
                "title": "Report", "communication_kind": "regulator_report", "markets": ["us"],
            }),
        )
}

fn left_out(world: TestWorld) -> TestWorld {
    uncontrolled(world, "2026-10-20").state("CM-0003", CommunicationState::NotRequired.code()).put(
        "CM-0004",
        CommunicationState::Issued.code(),
        "2026-11-01",
        json!({"title": "Shared", "communication_kind": "isao_share", "subjects": ["FN-0001"]}),
    )
}

fn of_uncontrolled() -> Vec<Case> {
    vec![
        case(
            "FIND-05",
            |w| uncontrolled(w, "2026-10-20").empty("FN-0001", &["problem_report"]),
            "FN-0001",
            |w| {
                uncontrolled(w, "2026-10-20")
                    .empty("FN-0001", &["problem_report"])
                    .state("FN-0001", State::Proposed.code())
            },
        )
        .nor(|w| uncontrolled(w, "2026-10-20")),
        case(
            "FIND-05",
            |w| uncontrolled(w, "2026-10-20").state("PR-0001", ProblemState::Void.code()),
            "FN-0001",
            |w| w,
        ),
        case(
            "FIND-06",
            |w| uncontrolled(w, "2026-10-30").state("CM-0002", CommunicationState::NotRequired.code()),
            "FN-0001",
            |w| uncontrolled(w, "2026-10-31").state("CM-0002", CommunicationState::Drafted.code()),
        )
        .nor(|w| uncontrolled(w, "2026-09-30")),
        case("FIND-07", |w| uncontrolled(w, "2026-09-30"), "FN-0001", |w| uncontrolled(w, "2026-10-01"))
            .nor(|w| uncontrolled(w, "2026-09-30").state("FN-0001", State::Remediated.code())),
        case(
            "FIND-08",
            |w| uncontrolled(w, "2026-10-20").state("CM-0003", CommunicationState::Approved.code()),
            "FN-0001",
            left_out,
        )
        .nor(|w| uncontrolled(w, "2026-10-20")),
        case("FIND-08", |w| left_out(w).set("CM-0003", json!({"markets": ["eu"]})), "FN-0001", |w| w),
        case("FIND-09", |w| left_out(w).set("PD-0001", json!({"isao_member": false})), "FN-0001", left_out)
            .nor(|w| uncontrolled(w, "2026-10-20").set("PD-0001", json!({"isao_member": false}))),
        case("FIND-09", |w| left_out(w).state("CM-0004", CommunicationState::Void.code()), "FN-0001", |w| w),
        case(
            "FIND-09",
            |w| left_out(w).set("PR-0001", json!({"is_adverse_event": "actual"})),
            "FN-0001",
            |w| w,
        ),
    ]
}

fn accepted(world: TestWorld, by: &str) -> TestWorld {
    world
        .state("FN-0001", State::RiskAccepted.code())
        .set("FN-0001", json!({"disposition": "risk_accepted", "reassess_by": by}))
}

fn exploited(world: TestWorld, due: &str) -> TestWorld {
    world.set("FN-0001", json!({"kev_listed": true, "kev_due": due}))
}

fn of_follow_up() -> Vec<Case> {
    vec![
        case("FIND-10", |w| accepted(w, "2026-11-29"), "FN-0001", |w| accepted(w, "2026-11-30"))
            .nor(|w| accepted(w, "2026-11-29").state("FN-0001", State::Closed.code())),
        case("FIND-11", |w| exploited(w, "2026-11-29"), "FN-0001", |w| exploited(w, "2026-11-30"))
            .nor(|w| exploited(w, "2026-11-29").state("FN-0001", State::Remediated.code()))
            .nor(|w| exploited(w, "2026-11-29").state("FN-0001", State::Void.code())),
        case(
            "FIND-12",
            |w| w.empty("FN-0001", &["per_release"]),
            "FN-0001",
            |w| w.empty("FN-0001", &["per_release"]).set("RL-0001", json!({"in_service": "no"})),
        )
        .nor(|w| w.empty("FN-0001", &["per_release"]).state("FN-0001", State::Triaged.code())),
    ]
}
