//! Cases of the rules about reviews of the SOUP (domain 3.6, REV).

use serde_json::{Value, json};

use super::{Case, case};
use crate::domain::finding::FindingState;
use crate::domain::release::ReleaseState;
use crate::domain::review_item::ReviewItemState;
use crate::domain::soup_designator::SoupDesignatorState;
use crate::domain::soup_review::SoupReviewState as State;
use crate::domain::test_world::TestWorld;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_review();
    all.extend(of_items());
    all.extend(of_sources());
    all.extend(of_scope());
    all
}

/// The review goes on.
fn in_progress(world: TestWorld) -> TestWorld {
    world.state("SR-0001", State::InProgress.code())
}

fn of_review() -> Vec<Case> {
    vec![
        case(
            "REV-01",
            |w| w.empty("SR-0001", &["method"]).empty("MP-0001", &["soup_review_method"]),
            "SR-0001",
            |w| w.empty("SR-0001", &["method"]),
        )
        .nor(|w| in_progress(w).empty("SR-0001", &["method"]).empty("MP-0001", &["soup_review_method"])),
        case(
            "REV-03",
            |w| w.empty("SR-0001", &["reviewer"]),
            "SR-0001",
            |w| in_progress(w).empty("SR-0001", &["reviewer"]),
        ),
        case(
            "REV-05",
            |w| w.state("RI-0002", ReviewItemState::Open.code()),
            "RI-0002",
            |w| in_progress(w).state("RI-0002", ReviewItemState::Open.code()),
        ),
        case(
            "REV-05",
            |w| {
                w.put(
                    "SR-0002",
                    State::Completed.code(),
                    "2026-11-01",
                    json!({"title": "Blanket", "conclusion": "Nothing found."}),
                )
            },
            "SR-0002",
            |w| w,
        ),
        case("REV-11", |w| w, "SR-0001", |w| w).with(|facts| {
            facts.evidence_missing.push(crate::domain::test_world::id("SR-0001"));
        }),
        case(
            "REV-13",
            |w| in_progress(w).set("SR-0001", json!({"started_on": "2026-10-30"})),
            "SR-0001",
            |w| in_progress(w).set("SR-0001", json!({"started_on": "2026-10-31"})),
        ),
        case(
            "REV-15",
            |w| w.empty("SR-0001", &["competence_ref"]),
            "SR-0001",
            |w| w.empty("SR-0001", &["competence_ref"]).set("PN-0002", json!({"training_ref": "TRN-3"})),
        ),
    ]
}

fn hit(world: TestWorld) -> TestWorld {
    world.set(
        "RI-0001",
        json!({
            "hits": [{"advisory": "CVE-2026-0009"}], "search_result": "hits", "result": "findings_raised",
        }),
    )
}

fn found(world: TestWorld, state: FindingState) -> TestWorld {
    world.put("FN-0002", state.code(), "2026-11-01", json!({
        "title": "Leak", "finding_kind": "vulnerability", "external_id": "CVE-2026-0009", "items": ["SI-0001"],
        "versions": ["libexpat 2.5.0"],
    }))
}

fn of_items() -> Vec<Case> {
    vec![
        case(
            "REV-02",
            |w| w.set("RI-0001", json!({"version_searched": "2.4.9"})),
            "RI-0001",
            |w| in_progress(w).set("RI-0001", json!({"version_searched": "2.4.9"})),
        )
        .nor(|w| {
            w.set("RI-0001", json!({"version_searched": "2.4.9"})).state("SR-0001", State::Abandoned.code())
        }),
        case("REV-02", |w| w.set("SR-0001", json!({"releases": ["RL-0002"]})), "RI-0001", |w| w),
        case(
            "REV-04",
            |w| w.empty("RI-0001", &["sources"]),
            "RI-0001",
            |w| w.empty("RI-0001", &["sources"]).set("RI-0001", json!({"result": "not_checked"})),
        )
        .nor(|w| in_progress(w).empty("RI-0001", &["sources"])),
        case("REV-04", |w| w.empty("SR-0001", &["evidence_sha256"]), "RI-0001", |w| w),
        case(
            "REV-08",
            |w| w.empty("RI-0002", &["list_read_on"]),
            "RI-0002",
            |w| {
                w.empty("RI-0002", &["list_read_on"])
                    .set("RI-0002", json!({"no_list": "The supplier says so."}))
            },
        ),
        case("REV-14", hit, "RI-0001", |w| found(hit(w), FindingState::New)).nor(|w| {
            hit(w).set(
                "RI-0001",
                json!({"dismissed": [{"advisory": "CVE-2026-0009", "reason": "Another product"}]}),
            )
        }),
        case("REV-14", |w| found(hit(w), FindingState::Void), "RI-0001", |w| in_progress(hit(w))),
    ]
}

fn sources(world: TestWorld, names: &[&str]) -> TestWorld {
    let rows: Vec<Value> = names.iter().map(|name| json!({"source": name, "age_days": 3})).collect();
    world.set("SR-0001", json!({"sources": rows}))
}

fn of_sources() -> Vec<Case> {
    vec![
        case("REV-06", |w| sources(w, &["OSV", "CISA KEV"]), "SR-0001", |w| in_progress(sources(w, &["OSV"]))).nor(|w| {
            let rule = json!([{"tier": "high", "interval_days": 180, "required_sources": "OSV, supplier tracker", "min_sources": 2}]);
            w.set("MP-0001", json!({"soup_review_policy": rule}))
        }),
        case("REV-06", |w| {
            let rule = json!([{"tier": "high", "interval_days": 180, "required_sources": "OSV", "min_sources": 4}]);
            w.set("MP-0001", json!({"soup_review_policy": rule}))
        }, "RI-0001", |w| w),
        case("REV-07", |w| sources(w, &["NVD", "CISA KEV"]), "SR-0001", |w| {
            sources(w, &["NVD", "CISA KEV"]).set("SR-0001", json!({"searched_on": "2026-04-14"}))
        }),
        case("REV-12", |w| {
            let row = json!([{"source": "OSV", "answer": "nothing", "records": 0}]);
            w.set("RI-0001", json!({"sources": row}))
        }, "RI-0001", |w| {
            let row = json!([{"source": "OSV", "answer": "not_checked", "records": 0, "why": "It has no such packages"}]);
            w.set("RI-0001", json!({"sources": row}))
        }),
        case("REV-12", |w| {
            let row = json!([{"source": "OSV", "answer": "nothing", "records": 0, "identifier": "pkg:generic/libexpat@2.5.0"}]);
            w.set("RI-0002", json!({"sources": row, "item": "SI-0002"}))
        }, "SR-0001", |w| w),
        case("REV-16", |w| sources(w, &["OSV", "NVD"]), "SR-0001", |w| in_progress(sources(w, &["OSV", "NVD"]))),
    ]
}

fn of_scope() -> Vec<Case> {
    vec![
        case(
            "REV-09",
            |w| w.set("SR-0001", json!({"releases": ["RL-0002"]})),
            "SR-0001",
            |w| {
                let left = json!([{"release": "RL-0001", "reason": "Replaced in every hospital"}]);
                w.set("SR-0001", json!({"releases": ["RL-0002"], "releases_left_out": left}))
            },
        )
        .nor(|w| {
            w.set("SR-0001", json!({"releases": ["RL-0002"]}))
                .state("RL-0001", ReleaseState::OutOfService.code())
        })
        .nor(|w| w.set("SR-0001", json!({"releases": ["RL-0001"], "started_on": "2026-05-30"}))),
        case(
            "REV-10",
            |w| w.empty("RI-0002", &["designator"]),
            "SR-0001",
            |w| {
                let left = json!([{"item": "libexpat", "version": "2.6.2", "reason": "Reviewed in SR-0002"}]);
                w.empty("RI-0002", &["designator"]).set("SR-0001", json!({"exclusions": left}))
            },
        )
        .nor(|w| in_progress(w).empty("RI-0002", &["designator"])),
        case(
            "REV-10",
            |w| {
                let left = json!([{"item": "libexpat", "version": "2.4.0", "reason": "Not in use"}]);
                w.empty("RI-0002", &["designator"]).set("SR-0001", json!({"exclusions": left}))
            },
            "SR-0001",
            |w| w,
        ),
        case("REV-10", changed_since, "RL-0009", |w| w),
    ]
}

/// A version of a reviewed item came into service after the review.
fn changed_since(world: TestWorld) -> TestWorld {
    let release = json!({"title": "Later", "version": "9.0.0", "soup_baseline": [{"item": "libexpat", "version": "2.9.9"}]});
    world.part("SD-0099", "SI-0001", SoupDesignatorState::Registered.code(), json!({"title": "2.9.9"})).put(
        "RL-0009",
        ReleaseState::Released.code(),
        "2026-11-20",
        release,
    )
}
