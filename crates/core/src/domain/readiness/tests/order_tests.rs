//! The order of gaps, waivers, and for which products a rule counts.

use serde_json::json;

use super::{facts, found, sound};
use crate::domain::process_deviation::ProcessDeviationState;
use crate::domain::product::Product;
use crate::domain::readiness::{Applies, Facts, Gap, Look, Severity, gaps};
use crate::domain::test_world::{TestWorld, id, moment};
use crate::domain::waiver::WaiverState;

fn listed(world: &TestWorld) -> Vec<Gap> {
    let facts = facts();
    gaps(&Look { world, now: moment(super::NOW), facts: &facts })
}

fn names(gaps: &[Gap]) -> Vec<&'static str> {
    gaps.iter().map(|gap| gap.rule.id).collect()
}

/// Several gaps: the analysis is missing and was written late, a SOUP review is overdue, the class is not assigned.
fn faulty() -> TestWorld {
    sound()
        .empty("CR-0001", &["impact_analysis"])
        .set("SI-0001", json!({"reviewed_on": "2026-06-01"}))
        .empty("PD-0001", &["software_safety_class"])
        .empty("SR-0001", &["competence_ref"])
        .set("MP-0001", json!({"plan_review_days": 300, "soup_review_window_days": 1000}))
}

fn waiver(world: TestWorld, state: WaiverState, fields: serde_json::Value) -> TestWorld {
    world.put("WV-0001", state.code(), "2026-11-01", fields)
}

#[test]
fn gaps_are_listed_by_severity_then_as_an_inspector_asks_then_in_the_order_of_the_standard() {
    let found = listed(&faulty());
    assert_eq!(
        names(&found),
        ["CR-02", "CR-01", "CR-06", "REL-12", "SOUP-11", "PLAN-13", "PLAN-07", "REV-15"]
    );
    let severities: Vec<Severity> = found.iter().map(Gap::severity).collect();
    assert!(severities.is_sorted(), "{severities:?}");
}

#[test]
fn a_review_that_is_overdue_by_more_than_its_interval_or_meets_an_exploited_vulnerability_is_critical() {
    let severity = |world: TestWorld| {
        let found = found("SOUP-11", &(world, facts()));
        found.first().map(|hit| hit.severity)
    };
    let reviewed = |on: &str| sound().set("SI-0001", json!({"reviewed_on": on}));
    assert_eq!(severity(reviewed("2025-12-05")), Some(None), "exactly twice the interval");
    assert_eq!(severity(reviewed("2025-12-04")), Some(Some(Severity::Critical)));
    let exploited = reviewed("2026-06-01")
        .set("FN-0001", json!({"kev_listed": true}))
        .state("FN-0001", crate::domain::finding::FindingState::Triaged.code());
    assert_eq!(severity(exploited), Some(Some(Severity::Critical)));
}

#[test]
fn a_waiver_in_force_puts_its_gaps_last_and_names_itself() {
    let all = json!({"title": "Waived", "rule": "cr-02", "expires_on": "2026-11-30"});
    let found = listed(&waiver(faulty(), WaiverState::InForce, all));
    assert_eq!(names(&found).last(), Some(&"CR-02"));
    assert_eq!(found.last().and_then(|gap| gap.settled), Some(id("WV-0001")));
    assert!(found.iter().filter(|gap| gap.rule.id != "CR-02").all(|gap| gap.settled.is_none()));
}

#[test]
fn a_closed_deviation_settles_what_it_tells_of_and_hides_nothing() {
    let world = faulty().set("DV-0001", json!({"change_requests": ["CR-0001"]}));
    let told = listed(&world).into_iter().find(|gap| gap.rule.id == "CR-02").unwrap();
    assert_eq!((told.settled, told.is_open(Severity::Critical)), (Some(id("DV-0001")), false));
    assert_eq!(told.settled_words().as_deref(), Some("Told in DV-0001, which is closed"));
    let open = world.state("DV-0001", ProcessDeviationState::Analysed.code());
    let told = listed(&open).into_iter().find(|gap| gap.rule.id == "CR-02").unwrap();
    assert!(told.is_open(Severity::Critical), "a deviation that is still worked on settles nothing");
}

#[test]
fn a_waiver_that_has_expired_is_not_in_force_or_is_of_another_record_waives_nothing() {
    let fields = |record: &str, until: &str| json!({"title": "Waived", "rule": "CR-02", "subject": record, "expires_on": until});
    for (state, record, until) in [
        (WaiverState::InForce, "CR-0001", "2026-11-29"),
        (WaiverState::InReview, "CR-0001", "2026-12-30"),
        (WaiverState::Ended, "CR-0001", "2026-12-30"),
        (WaiverState::InForce, "CR-0002", "2026-12-30"),
    ] {
        let found = listed(&waiver(faulty(), state, fields(record, until)));
        assert!(found.iter().all(|gap| gap.settled.is_none()), "{record} {until}");
    }
    let found = listed(&waiver(faulty(), WaiverState::InForce, fields("CR-0001", "2026-12-30")));
    assert_eq!(found.iter().filter(|gap| gap.settled.is_some()).count(), 1);
}

#[test]
fn a_rule_counts_for_its_class_its_market_and_cyber_devices() {
    let product = |fields: serde_json::Value| serde_json::from_value::<Product>(fields).unwrap();
    let class = |class: &str| product(json!({"software_safety_class": class}));
    assert!(Applies::ClassBC.to(&class("b")) && Applies::ClassBC.to(&class("c")));
    assert!(Applies::ClassBC.to(&Product::default()), "without a class that of class C counts");
    assert!(!Applies::ClassBC.to(&class("a")) && Applies::Always.to(&class("a")));
    assert!(
        Applies::Cyber.to(&Product::default())
            && Applies::Cyber.to(&product(json!({"is_cyber_device": true})))
    );
    assert!(!Applies::Cyber.to(&product(json!({"is_cyber_device": false}))));
    let sold = |market: &str| product(json!({"markets": [market]}));
    assert!(Applies::Us.to(&sold("us")) && !Applies::Us.to(&sold("eu")));
    assert!(Applies::Eu.to(&sold("eu")) && !Applies::Eu.to(&sold("uk")));
}

#[test]
fn a_rule_that_does_not_count_for_the_product_finds_no_gap() {
    let world = || sound().empty("SI-0001", &["environment"]);
    assert_eq!(names(&listed(&world())), ["SOUP-04"]);
    assert!(listed(&world().set("PD-0001", json!({"software_safety_class": "a"}))).is_empty());
}

#[test]
fn what_is_not_known_of_the_file_is_no_gap() {
    let world = sound();
    let unknown = Facts::default();
    let look = Look { world: &world, now: moment(super::NOW), facts: &unknown };
    assert!(gaps(&look).is_empty());
}
