//! Cases of the rules about the SOUP register (domain 3.6, SOUP).

use serde_json::json;

use super::{Case, case};
use crate::domain::change_request::ChangeState;
use crate::domain::finding::FindingState;
use crate::domain::release::ReleaseState;
use crate::domain::soup_designator::SoupDesignatorState;
use crate::domain::soup_item::SoupItemState as State;
use crate::domain::test_world::TestWorld;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_items();
    all.extend(of_versions());
    all.extend(of_support());
    all
}

/// The item is under evaluation, so that nothing is asked of it yet.
fn evaluated(world: TestWorld) -> TestWorld {
    world.state("SI-0001", State::UnderEvaluation.code())
}

fn of_items() -> Vec<Case> {
    vec![
        case(
            "SOUP-01",
            |w| w.empty("SI-0001", &["supplier"]),
            "SI-0001",
            |w| evaluated(w).empty("SI-0001", &["supplier"]),
        ),
        case(
            "SOUP-01",
            |w| {
                w.state("SD-0001", SoupDesignatorState::Retired.code())
                    .state("SD-0002", SoupDesignatorState::Struck.code())
            },
            "SI-0001",
            |w| w.state("SD-0002", SoupDesignatorState::Struck.code()),
        ),
        case(
            "SOUP-04",
            |w| w.empty("SI-0001", &["environment"]),
            "SI-0001",
            |w| evaluated(w).empty("SI-0001", &["environment"]),
        )
        .nor(|w| w.empty("SI-0001", &["requirements"]).state("SI-0001", State::Retired.code())),
        case(
            "SOUP-05",
            |w| w.empty("SI-0001", &["can_contribute"]),
            "SI-0001",
            |w| w.set("SI-0001", json!({"can_contribute": false})),
        ),
        case(
            "SOUP-06",
            |w| w.empty("SI-0001", &["anomaly_lists"]),
            "SI-0001",
            |w| {
                w.empty("SI-0001", &["anomaly_lists"])
                    .set("SI-0001", json!({"no_list": "Asked the supplier on 2026-02-01."}))
            },
        ),
        case(
            "SOUP-09",
            |w| w.empty("SI-0001", &["responsibility"]),
            "SI-0001",
            |w| w.empty("SI-0001", &["responsibility"]).state("SI-0001", State::Rejected.code()),
        ),
    ]
}

fn of_versions() -> Vec<Case> {
    vec![
        case(
            "SOUP-02",
            |w| {
                w.part("SD-0003", "SI-0001", SoupDesignatorState::Registered.code(), json!({"title": "^1.4"}))
            },
            "SD-0003",
            |w| w.part("SD-0003", "SI-0001", SoupDesignatorState::Struck.code(), json!({"title": "^1.4"})),
        ),
        case(
            "SOUP-03",
            |w| w.state("SD-0002", SoupDesignatorState::Struck.code()),
            "RL-0002",
            |w| {
                w.state("SD-0002", SoupDesignatorState::Struck.code())
                    .state("RL-0002", ReleaseState::OutOfService.code())
            },
        )
        .nor(|w| {
            w.state("SD-0002", SoupDesignatorState::Struck.code()).set("RL-0002", json!({"in_service": "no"}))
        }),
        case(
            "SOUP-10",
            |w| w.state("SI-0001", State::Retired.code()),
            "SI-0001",
            |w| {
                w.state("SI-0001", State::Retired.code())
                    .state("RL-0001", ReleaseState::OutOfService.code())
                    .state("RL-0002", ReleaseState::OutOfService.code())
            },
        ),
        case(
            "SOUP-10",
            |w| w.state("SD-0001", SoupDesignatorState::Retired.code()),
            "SD-0001",
            |w| w.state("SI-0001", State::EndOfSupport.code()),
        ),
        case(
            "SOUP-12",
            |w| w.empty("SD-0002", &["introduced_by"]),
            "SD-0002",
            |w| w.empty("SD-0002", &["introduced_by"]).state("SD-0002", SoupDesignatorState::Retired.code()),
        )
        .nor(|w| w.state("CR-0001", ChangeState::Submitted.code())),
        case("SOUP-12", |w| w.state("CR-0001", ChangeState::Cancelled.code()), "SD-0002", |w| w),
        case(
            "SOUP-12",
            |w| {
                w.part(
                    "SD-0003",
                    "SI-0001",
                    SoupDesignatorState::Registered.code(),
                    json!({"title": "9.9", "present_since": "2.3.0"}),
                )
            },
            "SD-0003",
            |w| w,
        ),
        case(
            "SOUP-11",
            |w| w.set("SI-0001", json!({"reviewed_on": "2026-06-02"})),
            "SI-0001",
            |w| w.set("SI-0001", json!({"reviewed_on": "2026-06-03"})),
        )
        .nor(|w| {
            w.set("SI-0001", json!({"reviewed_on": "2026-06-02"}))
                .set("RL-0001", json!({"in_service": "no"}))
                .set("RL-0002", json!({"in_service": "no"}))
        }),
    ]
}

/// A finding that the support of the item ends.
fn obsolete(world: TestWorld, state: FindingState) -> TestWorld {
    world.put("FN-0002", state.code(), "2026-11-01", json!({
        "title": "End of support", "finding_kind": "obsolescence", "items": ["SI-0001"], "versions": ["libexpat 2.6.2"],
    }))
}

fn ends(world: TestWorld, on: &str) -> TestWorld {
    world.set("SI-0001", json!({"end_of_support": on}))
}

fn of_support() -> Vec<Case> {
    vec![
        case(
            "SOUP-07",
            |w| w.set("SI-0001", json!({"support_level": "unknown"})),
            "SI-0001",
            |w| ends(w, "2029-01-01").empty("SI-0001", &["support_source"]),
        ),
        case(
            "SOUP-07",
            |w| w.empty("SI-0001", &["support_source"]),
            "SI-0001",
            |w| evaluated(w).empty("SI-0001", &["support_source"]),
        ),
        case("SOUP-08", |w| ends(w, "2027-05-29"), "SI-0001", |w| ends(w, "2027-05-30"))
            .nor(|w| obsolete(ends(w, "2027-05-29"), FindingState::RiskAccepted))
            .nor(|w| ends(w, "2027-05-29").state("SI-0001", State::Retired.code())),
        case("SOUP-08", |w| obsolete(ends(w, "2026-05-29"), FindingState::Triaged), "SI-0001", |w| w),
        case(
            "SOUP-08",
            |w| obsolete(w, FindingState::Void).state("SI-0001", State::EndOfSupport.code()),
            "SI-0001",
            |w| w,
        ),
    ]
}
