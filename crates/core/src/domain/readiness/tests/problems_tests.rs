//! Cases of the rules about problem reports (domain 3.3).

use serde_json::json;

use super::{Case, case};
use crate::domain::change_request::ChangeState;
use crate::domain::feedback::FeedbackState;
use crate::domain::problem_report::ProblemState as State;
use crate::domain::role::Role;
use crate::domain::signature::Meaning;
use crate::domain::test_world::TestWorld;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_evaluation();
    all.extend(of_safety());
    all.extend(of_closing());
    all.extend(of_versions());
    all
}

/// Another problem, entered on a day.
fn another(world: TestWorld, state: State, on: &str) -> TestWorld {
    world.put(
        "PR-0002",
        state.code(),
        on,
        json!({
            "title": "Display flickers", "affected_product_versions": ["2.3.1"], "safety_effect": "none",
            "performance_effect": "minor", "security_effect": "none",
        }),
    )
}

fn of_evaluation() -> Vec<Case> {
    vec![
        case(
            "PR-01",
            |w| another(w, State::Open, "2026-11-02").empty("PR-0002", &["security_effect"]),
            "PR-0002",
            |w| another(w, State::Open, "2026-11-25").empty("PR-0002", &["security_effect"]),
        )
        .nor(|w| another(w, State::Void, "2026-11-02").empty("PR-0002", &["security_effect"])),
        case("PR-01", |w| w.empty("PR-0001", &["performance_effect"]), "PR-0001", |w| w),
        case(
            "PR-03",
            |w| w.empty("PR-0001", &["safety_method"]),
            "PR-0001",
            |w| {
                w.empty("PR-0001", &["safety_method"])
                    .state("PR-0001", State::Investigating.code())
                    .state("CR-0001", ChangeState::Cancelled.code())
            },
        ),
        case(
            "PR-03",
            |w| {
                w.unsigned("PR-0001").signed(
                    "PR-0001",
                    ("PN-0003", Meaning::Reviewed),
                    &[Role::RiskManager],
                    "2026-03-25",
                )
            },
            "PR-0001",
            |w| w.unsigned("PR-0001"),
        ),
        case(
            "PR-04",
            |w| another(w, State::Deferred, "2026-11-02"),
            "PR-0002",
            |w| another(w, State::Evaluated, "2026-11-02"),
        )
        .nor(|w| {
            another(w, State::NoActionJustified, "2026-11-02")
                .set("PR-0002", json!({"no_change_rationale": "Rare."}))
        }),
        case("PR-04", |w| w.state("CR-0001", ChangeState::Rejected.code()), "PR-0001", |w| w),
    ]
}

fn of_safety() -> Vec<Case> {
    vec![
        case(
            "PR-05",
            |w| w.empty("PR-0001", &["advise_parties"]),
            "PR-0001",
            |w| w.empty("PR-0001", &["advise_parties"]).state("PR-0001", State::Reopened.code()),
        )
        .nor(|w| w.empty("PR-0001", &["advise_parties"]).state("PR-0001", State::Void.code())),
        case(
            "PR-10",
            |w| {
                another(w, State::Investigating, "2026-11-24")
                    .set("PR-0002", json!({"safety_effect": "serious"}))
            },
            "PR-0002",
            |w| {
                another(w, State::Investigating, "2026-11-27")
                    .set("PR-0002", json!({"safety_effect": "unknown"}))
            },
        )
        .nor(|w| another(w, State::Investigating, "2026-11-24")),
        case(
            "PR-11",
            |w| {
                another(w, State::Deferred, "2026-11-02").set("PR-0002", json!({"reassess_by": "2026-11-29"}))
            },
            "PR-0002",
            |w| {
                another(w, State::Deferred, "2026-11-02").set("PR-0002", json!({"reassess_by": "2026-11-30"}))
            },
        ),
        case(
            "PR-14",
            |w| {
                another(w, State::Open, "2026-11-29").set("PR-0002", json!({"is_adverse_event": "potential"}))
            },
            "PR-0002",
            |w| another(w, State::Open, "2026-11-29").set("PR-0002", json!({"is_adverse_event": "no"})),
        ),
        case(
            "PR-14",
            |w| {
                w.set("PR-0001", json!({"is_adverse_event": "actual"}))
                    .state("FB-0001", FeedbackState::Void.code())
            },
            "PR-0001",
            |w| w.set("PR-0001", json!({"is_adverse_event": "actual"})),
        ),
    ]
}

fn of_closing() -> Vec<Case> {
    vec![
        case(
            "PR-02",
            |w| w.empty("PR-0001", &["cause_text"]),
            "PR-0001",
            |w| {
                w.empty("PR-0001", &["cause_text"])
                    .set("PR-0001", json!({"why_not_identified": "It never came again."}))
            },
        )
        .nor(|w| w.empty("PR-0001", &["cause_text"]).state("PR-0001", State::Resolving.code())),
        case(
            "PR-06",
            |w| w.empty("PR-0001", &["risk_file_version"]),
            "PR-0001",
            |w| {
                w.empty("PR-0001", &["risk_file_version"])
                    .set("PR-0001", json!({"risk_file_update_needed": false}))
            },
        )
        .nor(|w| w.empty("PR-0001", &["risk_file_ref"]).state("PR-0001", State::VerifyingResolution.code())),
        case(
            "PR-07",
            |w| w.empty("PR-0001", &["resolved", "new_problems"]),
            "PR-0001",
            |w| {
                w.empty("PR-0001", &["resolved", "implemented_in"])
                    .set("PR-0001", json!({"change_needed": "no"}))
            },
        )
        .nor(|w| w.empty("PR-0001", &["resolved"]).state("PR-0001", State::VerifyingResolution.code())),
        case(
            "PR-07",
            |w| w.empty("PR-0001", &["trend_reversed"]).set("PR-0001", json!({"change_needed": "no"})),
            "PR-0001",
            |w| w,
        ),
        case(
            "PR-08",
            |w| w.set("PR-0001", json!({"implemented_by": ["PN-0001"]})),
            "PR-0001",
            |w| {
                w.set("PR-0001", json!({"implemented_by": ["PN-0001"]}))
                    .set("PL-0001", json!({"verifier_not_implementer": false}))
            },
        )
        .nor(|w| w.set("PR-0001", json!({"implemented_by": ["PN-0003"]}))),
        case("PR-08", |w| w.set("CR-0001", json!({"implemented_by": ["PN-0001"]})), "PR-0001", |w| w),
        case(
            "PR-13",
            |w| w.empty("CR-0001", &["problem_reports"]),
            "CR-0001",
            |w| w.empty("CR-0001", &["problem_reports"]).set("CR-0001", json!({"origin": "enhancement"})),
        )
        .nor(|w| w.empty("CR-0001", &["problem_reports"]).state("CR-0001", ChangeState::Draft.code()))
        .nor(|w| w.empty("CR-0001", &["problem_reports"]).state("CR-0001", ChangeState::Void.code())),
    ]
}

fn with_items(world: TestWorld, state: State, on: &str) -> TestWorld {
    another(world, state, on).set("PR-0002", json!({"affected_software_items": ["app"]}))
}

fn of_versions() -> Vec<Case> {
    vec![
        case(
            "PR-09",
            |w| with_items(w, State::Evaluated, "2026-11-02"),
            "PR-0002",
            |w| {
                with_items(w, State::Evaluated, "2026-11-02")
                    .set("PR-0002", json!({"other_fielded_versions": "2.3.0 is not affected."}))
            },
        )
        .nor(|w| with_items(w, State::Investigating, "2026-11-02"))
        .nor(|w| with_items(w, State::Evaluated, "2026-11-02").set("RL-0001", json!({"in_service": "no"})))
        .nor(|w| {
            with_items(w, State::Evaluated, "2026-11-02")
                .set("PR-0002", json!({"affected_software_items": ["boot"]}))
        })
        .nor(|w| w.empty("PR-0001", &["other_fielded_versions"]).since("PR-0001", "2026-05-10")),
        case(
            "PR-12",
            |w| another(w, State::Investigating, "2026-05-02"),
            "RL-0002",
            |w| another(w, State::Void, "2026-05-02"),
        )
        .nor(|w| another(w, State::Investigating, "2026-11-02"))
        .nor(|w| {
            another(w, State::Investigating, "2026-05-02")
                .set("RL-0002", json!({"residual_anomalies": [{"problem": "PR-0002", "evaluation": "Low."}]}))
        }),
        case(
            "PR-12",
            |w| another(w, State::Deferred, "2026-11-02"),
            "PR-0002",
            |w| {
                another(w, State::Deferred, "2026-11-02")
                    .set("PR-0002", json!({"residual_in_releases": ["v2.3.1"]}))
            },
        ),
    ]
}
