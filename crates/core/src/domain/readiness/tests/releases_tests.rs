//! Cases of the rules about releases (domain 3.5).

use serde_json::json;

use super::sound_tests::{SHA, release};
use super::{Case, case};
use crate::domain::approval::ApprovalState;
use crate::domain::change_request::ChangeState;
use crate::domain::feedback::FeedbackState;
use crate::domain::finding::FindingState;
use crate::domain::problem_report::ProblemState;
use crate::domain::release::ReleaseState as State;
use crate::domain::test_world::TestWorld;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_order();
    all.extend(of_release_approval());
    all.extend(of_record());
    all.extend(of_archive());
    all.extend(of_soup());
    all
}

const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn of_order() -> Vec<Case> {
    vec![
        case(
            "REL-01",
            |w| w.set("FB-0001", json!({"software_version_reported": "2.3.2"})),
            "FB-0001",
            |w| {
                w.set("FB-0001", json!({"software_version_reported": "2.3.2"}))
                    .state("FB-0001", FeedbackState::Void.code())
            },
        )
        .nor(|w| w.set("FB-0001", json!({"software_version_reported": "1.9.0"})))
        .nor(|w| {
            w.set("FB-0001", json!({"software_version_reported": "2.3.2"}))
                .set("DV-0001", json!({"affected_versions": ["2.3.2"]}))
        })
        .nor(|w| {
            let versions = json!({"affected_product_versions": ["2.4.0"], "detected_in_phase": "test"});
            w.set("PR-0001", versions)
        }),
        case(
            "REL-01",
            |w| w.set("PR-0001", json!({"affected_product_versions": ["2.4.0"]})),
            "PR-0001",
            |w| {
                w.set("PR-0001", json!({"affected_product_versions": ["2.4.0"]}))
                    .state("PR-0001", ProblemState::Void.code())
            },
        ),
        case(
            "REL-02",
            |w| w.set("RL-0001", json!({"tested_on": "2026-01-21"})),
            "RL-0001",
            |w| w.set("RL-0001", json!({"tested_on": "2026-01-20"})),
        )
        .nor(|w| {
            w.set("RL-0001", json!({"tested_on": "2026-01-21"}))
                .set("DV-0001", json!({"releases": ["RL-0001"]}))
        }),
    ]
}

fn of_release_approval() -> Vec<Case> {
    vec![
        case(
            "REL-02",
            |w| w.state("CR-0001", ChangeState::Verifying.code()),
            "RL-0002",
            |w| w.state("CR-0001", ChangeState::Verifying.code()).state("RL-0002", State::Building.code()),
        ),
        case(
            "REL-03",
            |w| w.set("RL-0002", json!({"tested_sha256": OTHER})),
            "RL-0002",
            |w| w.set("RL-0002", json!({"tested_sha256": SHA.to_uppercase()})),
        )
        .nor(|w| {
            w.set("RL-0002", json!({"tested_sha256": OTHER}))
                .state("RL-0002", State::CandidateVerification.code())
        }),
        case(
            "REL-12",
            |w| w.set("CR-0001", json!({"reason": "Another reason."})),
            "RL-0002",
            |w| {
                w.set("CR-0001", json!({"reason": "Another reason."}))
                    .set("DV-0001", json!({"change_requests": ["CR-0001"]}))
            },
        )
        .nor(|w| w.set("CR-0001", json!({"reason": "Another."})).state("RL-0002", State::Planned.code())),
        case("REL-12", |w| w.state("AP-0001", ApprovalState::Expired.code()), "RL-0002", |w| w),
        case(
            "REL-16",
            |w| w.state("AP-0003", ApprovalState::PartiallySigned.code()),
            "RL-0002",
            |w| {
                w.state("AP-0003", ApprovalState::PartiallySigned.code())
                    .state("RL-0002", State::ReadyForApproval.code())
            },
        ),
        case(
            "REL-16",
            |w| w.set("AP-0003", json!({"required_roles": ["quality", "release_manager"]})),
            "RL-0002",
            |w| w,
        ),
    ]
}

fn of_record() -> Vec<Case> {
    vec![
        case(
            "REL-04",
            |w| w.empty("RL-0002", &["none_known"]),
            "RL-0002",
            |w| {
                w.empty("RL-0002", &["none_known"])
                    .set("RL-0002", json!({"residual_anomalies": [{"problem": "PR-0001"}]}))
            },
        )
        .nor(|w| w.empty("RL-0002", &["none_known"]).state("RL-0002", State::Cancelled.code())),
        case(
            "REL-05",
            |w| {
                w.set(
                    "RL-0002",
                    json!({"residual_anomalies": [{"problem": "PR-0001", "evaluation": "Low."}]}),
                )
            },
            "RL-0002",
            |w| {
                let row = json!([{"problem": "PR-0001", "evaluation": "Low.", "risk_acceptable": true}]);
                w.set("RL-0002", json!({"residual_anomalies": row}))
            },
        ),
        case(
            "REL-06",
            |w| w.empty("RL-0001", &["artifact_sha256"]),
            "RL-0001",
            |w| w.empty("RL-0001", &["artifact_sha256"]).state("RL-0001", State::Approved.code()),
        ),
        case(
            "REL-06",
            |w| w.set("RL-0002", json!({"version": "v2.3"})).set("RL-0001", json!({"version": "2.3.0"})),
            "RL-0002",
            |w| w.put("RL-0003", State::Planned.code(), "2026-11-01", release("2.3.1", "2.6.2")),
        ),
        case(
            "REL-07",
            |w| w.empty("RL-0001", &["build_environment"]),
            "RL-0001",
            |w| w.empty("RL-0001", &["build_environment"]).state("RL-0001", State::Building.code()),
        ),
    ]
}

fn of_archive() -> Vec<Case> {
    vec![
        case(
            "REL-08",
            |w| w.set("RL-0001", json!({"tasks": [{"task": "Backup"}]})),
            "RL-0001",
            |w| w.set("RL-0001", json!({"tasks": [{"task": "Backup", "decision": "not_applicable"}]})),
        ),
        case(
            "REL-09",
            |w| w.empty("RL-0001", &["archive_checks"]),
            "RL-0001",
            |w| w.empty("RL-0001", &["archive_checks"]).state("RL-0001", State::Archived.code()),
        )
        .nor(|w| w.set("RL-0001", json!({"archive_checks": [{"checked_on": "2025-11-30", "sha256": SHA}]}))),
        case(
            "REL-09",
            |w| w.set("RL-0001", json!({"archive_checks": [{"checked_on": "2025-11-29", "sha256": SHA}]})),
            "RL-0001",
            |w| w,
        ),
        case(
            "REL-09",
            |w| {
                let rows = json!([{"checked_on": "2026-07-01", "sha256": SHA}, {"checked_on": "2026-09-01", "sha256": OTHER}]);
                w.set("RL-0001", json!({"archive_checks": rows}))
            },
            "RL-0001",
            |w| w,
        ),
        case("REL-09", |w| w.empty("RL-0001", &["archive_location"]), "RL-0001", |w| w),
        case(
            "REL-10",
            |w| w.empty("RL-0001", &["integrity_protection"]),
            "RL-0001",
            |w| w.empty("RL-0001", &["integrity_protection"]).state("RL-0001", State::Planned.code()),
        ),
        case(
            "REL-15",
            |w| w.empty("RL-0001", &["regulatory_decisions"]),
            "RL-0001",
            |w| w.empty("RL-0001", &["regulatory_decisions"]).state("RL-0001", State::Planned.code()),
        ),
    ]
}

/// A finding that nobody decided, entered on a day.
fn finding(world: TestWorld, on: &str) -> TestWorld {
    world.put("FN-0002", FindingState::Triaged.code(), on, json!({
        "title": "Leak", "finding_kind": "vulnerability", "items": ["SI-0001"], "versions": ["libexpat 2.6.2"], "learned_on": on,
        "severity": "high",
    }))
}

fn of_soup() -> Vec<Case> {
    vec![
        case(
            "REL-11",
            |w| w.empty("RL-0001", &["bill_sha256"]),
            "RL-0001",
            |w| {
                w.empty("RL-0001", &["bill_sha256", "soup_baseline"])
                    .set("RL-0001", json!({"no_soup_reason": "Bare metal."}))
            },
        ),
        case(
            "REL-13",
            |w| w.set("SI-0001", json!({"reviewed_on": "2026-03-01"})),
            "RL-0002",
            |w| w.set("SI-0001", json!({"reviewed_on": "2026-03-03"})),
        )
        .nor(|w| {
            w.set("SI-0001", json!({"reviewed_on": "2026-03-01"})).state("RL-0002", State::Approved.code())
        }),
        case("REL-14", |w| finding(w, "2026-05-20"), "FN-0002", |w| finding(w, "2026-06-02"))
            .nor(|w| finding(w, "2026-05-20").state("FN-0002", FindingState::Void.code()))
            .nor(|w| finding(w, "2026-05-20").set("FN-0002", json!({"versions": ["libexpat 2.7.0"]})))
            .nor(|w| finding(w, "2026-05-20").set("FN-0002", json!({"finding_kind": "obsolescence"}))),
        case("REL-14", |w| finding(w, "2026-05-20").empty("FN-0002", &["versions"]), "FN-0002", |w| w),
    ]
}
