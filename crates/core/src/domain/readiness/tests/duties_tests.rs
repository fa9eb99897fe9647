//! Cases of the rules about communications, clocks, trends, retirement and electronic records (domain 3.7).

use serde_json::{Value, json};

use super::{Case, case};
use crate::domain::communication::CommunicationState as State;
use crate::domain::key_material::KeyMaterialState;
use crate::domain::person::PersonState;
use crate::domain::recipient::RecipientState;
use crate::domain::regulatory_clock::ClockState;
use crate::domain::retirement_plan::RetirementPlanState as Plan;
use crate::domain::test_world::{TestWorld, day, id};
use crate::domain::trend_review::TrendReviewState;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_communications();
    all.extend(of_clocks_and_trends());
    all.extend(of_retirement());
    all.extend(of_end());
    all.extend(of_records());
    all
}

fn notice(world: TestWorld, kind: &str, on: &str) -> TestWorld {
    world
        .put("CM-0002", State::Issued.code(), on, json!({
            "title": "Notice", "communication_kind": kind, "problem_and_consequence": "It leaks.", "cvss": "7.5",
            "change_and_how_to_get_it": "Update.", "affected_versions": ["2.3.0"],
        }))
        .part("RC-0001", "CM-0002", RecipientState::Listed.code(), json!({"title": "Hospital", "sent_on": on}))
}

fn left_out(world: TestWorld) -> TestWorld {
    world.put("CM-0002", State::NotRequired.code(), "2026-11-01", json!({
        "title": "None", "communication_kind": "customer_notice", "markets": ["us"], "designated_person": "PN-0003",
        "not_required_conclusions": "No risk.",
    }))
}

fn of_communications() -> Vec<Case> {
    vec![
        case(
            "COM-01",
            |w| w.empty("CM-0001", &["problem_and_consequence"]),
            "CM-0001",
            |w| w.empty("CM-0001", &["problem_and_consequence"]).state("CM-0001", State::Drafted.code()),
        )
        .nor(|w| {
            w.empty("CM-0001", &["problem_and_consequence"])
                .set("CM-0001", json!({"communication_kind": "eol_notice"}))
        }),
        case(
            "COM-02",
            |w| w.empty("CM-0001", &["change_and_how_to_get_it"]),
            "CM-0001",
            |w| w.empty("CM-0001", &["change_and_how_to_get_it"]).state("CM-0001", State::Void.code()),
        ),
        case("COM-03", |w| left_out(w).empty("CM-0002", &["designated_person"]), "CM-0002", left_out).nor(
            |w| {
                left_out(w)
                    .empty("CM-0002", &["designated_person"])
                    .set("CM-0002", json!({"markets": ["eu"]}))
            },
        ),
        case(
            "COM-04",
            |w| notice(w, "advisory_notice", "2026-10-30"),
            "CM-0002",
            |w| notice(w, "advisory_notice", "2026-10-31"),
        )
        .nor(|w| {
            notice(w, "advisory_notice", "2026-10-30").state("RC-0001", RecipientState::Acknowledged.code())
        })
        .nor(|w| notice(w, "customer_notice", "2026-10-30")),
        case(
            "COM-05",
            |w| notice(w, "security_advisory", "2026-11-01").empty("CM-0002", &["cvss"]),
            "CM-0002",
            |w| notice(w, "customer_notice", "2026-11-01").empty("CM-0002", &["cvss"]),
        )
        .nor(|w| notice(w, "security_advisory", "2026-11-01")),
    ]
}

fn running(world: TestWorld, due: &str) -> TestWorld {
    world
        .state("CL-0001", ClockState::Running.code())
        .empty("CL-0001", &["stopped_at"])
        .set("CL-0001", json!({"due_at": due}))
}

fn adverse(world: TestWorld, answer: Value) -> TestWorld {
    world.set("TV-0001", json!({"adverse": "yes", "article_88": "not_significant"})).put(
        "TV-0002",
        TrendReviewState::Done.code(),
        "2026-11-20",
        json!({"title": "Later", "counted": "feedback", "period_to": "2026-11-15", "adverse": "no", "reversed": answer}),
    )
}

fn of_clocks_and_trends() -> Vec<Case> {
    vec![
        case(
            "CLK-01",
            |w| running(w, "2026-11-30T11:00:00Z"),
            "CL-0001",
            |w| running(w, "2026-11-30T12:00:00Z"),
        )
        .nor(|w| running(w, "2026-11-30T11:00:00Z").state("CL-0001", ClockState::Void.code())),
        case(
            "CLK-02",
            |w| w.empty("CL-0001", &["stop_evidence"]),
            "CL-0001",
            |w| running(w, "2026-12-30T11:00:00Z").empty("CL-0001", &["stop_evidence"]),
        ),
        case(
            "CLK-02",
            |w| w.set("CL-0001", json!({"stopped_at": "2026-04-02T00:00:00Z"})),
            "CL-0001",
            |w| w.set("CL-0001", json!({"stopped_at": "2026-04-01T00:00:00Z"})),
        ),
        case(
            "TRD-01",
            |w| adverse(w, json!([])),
            "TV-0001",
            |w| adverse(w, json!([{"review": "TV-0001", "reversed": true, "evidence": "Chart 4"}])),
        )
        .nor(|w| adverse(w, json!([])).state("TV-0002", TrendReviewState::Open.code()))
        .nor(|w| adverse(w, json!([])).set("TV-0002", json!({"counted": "problems"}))),
        case(
            "TRD-02",
            |w| w.set("TV-0001", json!({"adverse": "yes"})),
            "TV-0001",
            |w| w.set("TV-0001", json!({"adverse": "yes", "article_88": "report"})),
        )
        .nor(|w| w.set("TV-0001", json!({"adverse": "yes"})).state("TV-0001", TrendReviewState::Void.code()))
        .nor(|w| w.set("TV-0001", json!({"adverse": "watch"}))),
    ]
}

fn retires(world: TestWorld, fields: Value) -> TestWorld {
    world.set("RP-0001", fields)
}

fn of_retirement() -> Vec<Case> {
    vec![
        case(
            "RET-01",
            |w| w.set("RL-0001", json!({"retention_until": "2036-05-31"})),
            "RL-0001",
            |w| w.set("RL-0001", json!({"retention_until": "2036-06-01"})),
        )
        .nor(|w| w.empty("PD-0001", &["expected_lifetime_years", "implantable"])),
        case(
            "RET-01",
            |w| {
                w.set(
                    "PD-0001",
                    json!({"tplc_stage": "limited_support", "last_placed_on_market_date": "2026-01-01"}),
                )
                .empty("PD-0001", &["implantable"])
            },
            "PD-0001",
            |w| {
                w.set(
                    "PD-0001",
                    json!({"tplc_stage": "limited_support", "last_placed_on_market_date": "2026-01-01"}),
                )
            },
        ),
        case(
            "RET-02",
            |w| retires(w, json!({"eos_date": "2028-11-29"})),
            "RP-0001",
            |w| retires(w, json!({"eos_date": "2028-11-30"})),
        )
        .nor(|w| notice(retires(w, json!({"eos_date": "2028-11-29"})), "eos_notice", "2026-11-01"))
        .nor(|w| retires(w, json!({"eos_date": "2028-11-29", "notices_na": "Never delivered."})))
        .nor(|w| retires(w, json!({"eos_date": "2028-11-29"})).state("RP-0001", Plan::Void.code())),
        case(
            "RET-02",
            |w| notice(retires(w, json!({"eos_date": "2028-11-29"})), "eol_notice", "2026-11-01"),
            "RP-0001",
            |w| {
                let rows = json!([{"audience": "customers", "end": "support", "lead_months": 6}]);
                retires(w, json!({"eos_date": "2027-06-30", "audiences": rows}))
            },
        ),
        case(
            "RET-03",
            |w| retires(w, json!({"eol_date": "2027-05-30"})),
            "RP-0001",
            |w| retires(w, json!({"eol_date": "2027-06-01"})),
        )
        .nor(|w| retires(w, json!({"eol_date": "2027-05-30", "serious_harm": "no"}))),
        case(
            "RET-03",
            |w| retires(w, json!({"eol_date": "2027-05-30", "serious_harm": "not_applicable"})),
            "RP-0001",
            |w| w,
        ),
        case(
            "RET-03",
            |w| told_authorities(w).state("CM-0002", State::Drafted.code()),
            "RP-0001",
            told_authorities,
        ),
    ]
}

/// Serious harm is foreseeable, and the authorities were told.
fn told_authorities(world: TestWorld) -> TestWorld {
    let rows = json!([{"audience": "authorities", "end": "sale", "communication": "CM-0002"}]);
    let world = retires(world, json!({"eol_date": "2027-05-30", "serious_harm": "yes", "notices": rows}));
    notice(world, "eol_notice", "2026-11-01")
}

/// Support has ended, with everything in order.
fn ended(world: TestWorld) -> TestWorld {
    let duty = json!([{"duty": "Vigilance", "person": "PN-0003", "until": "2036"}]);
    retires(world, json!({"eos_date": "2026-11-01", "duties": duty, "guide_removal": "Erase the card."}))
}

fn closed(world: TestWorld, key: KeyMaterialState) -> TestWorld {
    ended(world).state("RP-0001", Plan::Closed.code()).part(
        "KM-0001",
        "RP-0001",
        key.code(),
        json!({"title": "Signing key"}),
    )
}

fn of_end() -> Vec<Case> {
    vec![
        case("RET-04", |w| ended(w).state("PN-0003", PersonState::Inactive.code()), "RP-0001", ended)
            .nor(|w| retires(w, json!({"eos_date": "2026-12-01"})))
            .nor(|w| {
                ended(w)
                    .empty("RP-0001", &["duties"])
                    .set("RL-0001", json!({"in_service": "no"}))
                    .set("RL-0002", json!({"in_service": "no"}))
            }),
        case(
            "RET-04",
            |w| w.state("RP-0001", Plan::Void.code()).set("PD-0001", json!({"tplc_stage": "end_of_support"})),
            "",
            |w| w.state("RP-0001", Plan::Void.code()),
        ),
        case(
            "RET-05",
            |w| ended(w).empty("RP-0001", &["guide_removal"]),
            "RP-0001",
            |w| {
                ended(w)
                    .empty("RP-0001", &["guide_removal"])
                    .set("RP-0001", json!({"guide_na": "It stores nothing."}))
            },
        )
        .nor(|w| ended(w).empty("RP-0001", &["guide_removal"]).state("RP-0001", Plan::Void.code())),
        case(
            "RET-06",
            |w| closed(w, KeyMaterialState::InUse),
            "KM-0001",
            |w| closed(w, KeyMaterialState::Done),
        )
        .nor(|w| closed(w, KeyMaterialState::InUse).state("RP-0001", Plan::Decommissioning.code())),
        case(
            "RET-06",
            |w| closed(w, KeyMaterialState::Struck),
            "RP-0001",
            |w| closed(w, KeyMaterialState::Struck).set("RP-0001", json!({"keys_na": "It has none."})),
        ),
    ]
}

fn person(world: TestWorld, on: &str, roles: &[&str]) -> TestWorld {
    world.put("PN-0009", PersonState::Active.code(), on, json!({
        "title": "Dana Example", "login": "dana", "roles": roles, "key_fingerprint": "new", "identity_verified_key": "old",
    }))
}

fn of_records() -> Vec<Case> {
    vec![
        case("ESIG-01", |w| w, "CR-0001", |w| w).with(|facts| facts.signatures_broken.push(id("CR-0001"))),
        case(
            "ESIG-02",
            |w| w.signatures_of("AP-0001", |signature| signature.printed_name.clear()),
            "AP-0001",
            |w| w,
        ),
        case("ESIG-03", |w| w, "", |w| w).with(|facts| facts.verified = Some(false)),
        case("ESIG-04", |w| w.empty("PL-0001", &["password_age_days"]), "PL-0001", |w| w),
        case(
            "ESIG-04",
            |w| w.set("PN-0002", json!({"title": "ana example"})),
            "PN-0002",
            |w| {
                w.set("PN-0002", json!({"title": "Ana Example"}))
                    .state("PN-0002", PersonState::Inactive.code())
            },
        ),
        case("ESIG-05", |w| w, "", |w| w).with(|facts| facts.clock_backwards = 2),
        case(
            "ESIG-06",
            |w| w.set("PL-0001", json!({"backup_days": 4})),
            "",
            |w| w.set("PL-0001", json!({"backup_days": 5})),
        ),
        case("ESIG-06", |w| w.empty("PL-0001", &["backup_days"]), "PL-0001", |w| w),
        case("ESIG-06", |w| w, "", |w| w).with(|facts| facts.last_backup = Some(day("2099-01-01"))),
        case(
            "ESIG-07",
            |w| {
                w.set("PL-0001", json!({"author_may_not_approve": false}))
                    .set("AP-0001", json!({"authors": ["PN-0001"]}))
            },
            "AP-0001",
            |w| w.set("AP-0001", json!({"authors": ["PN-0001"]})),
        ),
        case(
            "ESIG-08",
            |w| person(w, "2026-11-15", &["quality"]),
            "PN-0009",
            |w| person(w, "2026-11-16", &["quality"]),
        )
        .nor(|w| person(w, "2026-11-01", &["auditor"]))
        .nor(|w| person(w, "2026-11-01", &["quality"]).state("PN-0009", PersonState::Inactive.code())),
        case("VAL-01", |w| w, "PL-0001", |w| w).with(|facts| facts.program = "1.1.0".to_owned()),
        case("VAL-01", |w| w.set("PL-0001", json!({"validated_version": null})), "PL-0001", |w| w),
    ]
}
