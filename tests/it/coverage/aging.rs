//! The walk through what surrounds maintenance over the years: software items, legacy software, trends, clocks, waivers, and the
//! retirement of the product up to the disposal of its records.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::Request;
use serde_json::{Value, json};

use super::Walk;

/// All of it.
pub fn aging_walk(walk: &mut Walk) {
    class_walk(walk);
    trend_walk(walk);
    clock_walk(walk);
    waiver_walk(walk);
    retirement_walk(walk);
}

fn assign(walk: &mut Walk, id: RecordId) {
    let ana = walk.desk.people["ana"].person();
    walk.act("ana", Request::Assign { id, owner: Some(ana) });
}

fn class_walk(walk: &mut Walk) {
    let system =
        walk.create("ben", Kind::SoftwareItem, json!({"title": "Pump software", "item_kind": "system"}));
    assign(walk, system);
    walk.edit(
        "ben",
        system,
        json!({"safety_class": "c", "rationale": "A late alarm can contribute to death"}),
    );
    walk.go("cleo", system, "approve", json!({}));
    walk.go("ben", system, "revise", json!({}));
    walk.go("ben", system, "retire", json!({}));

    let unwanted =
        walk.create("ben", Kind::LegacyFile, json!({"title": "Entered twice", "version": "1.0.0"}));
    walk.go("ana", unwanted, "void", json!({}));
    let file = walk.create("ben", Kind::LegacyFile, json!({"title": "Version 1", "version": "1.0.0"}));
    assign(walk, file);
    let gap = |clause: &str, decision: &str| {
        json!({"clause": clause, "deliverable": clause, "decision": decision, "rationale": "See file 7", "due_on": "2032-01-01",
            "done_on": if decision == "create" { json!("2031-01-01") } else { Value::Null }})
    };
    let set = json!({
        "post_production_review": "Four complaints in ten years", "data_from": "2020-01-01", "data_to": "2030-12-31",
        "risk_management": "Controls still hold", "risk_file_ref": "RMF 12", "rationale": "It is safe in its present use",
        "gaps": [gap("5.2", "present"), gap("5.3", "accept"), gap("5.7.1", "create"), gap("7.1", "present")],
    });
    walk.edit("ben", file, set);
    walk.go("ben", file, "submit", json!({}));
    walk.go("ben", file, "return", json!({}));
    walk.go("ben", file, "submit", json!({}));
    walk.sign("cleo", file);
    walk.go("ana", file, "approve", json!({}));
    walk.edit("ana", file, json!({"closure_evidence": "Test report 3"}));
    walk.go("ana", file, "close", json!({}));
}

fn trend_walk(walk: &mut Walk) {
    let set = json!({"title": "Trends", "counted": "feedback"});
    let unwanted = walk.create("ana", Kind::TrendReview, set.clone());
    walk.go("ana", unwanted, "void", json!({}));
    let review = walk.create("ana", Kind::TrendReview, set);
    assign(walk, review);
    let day = walk.desk.now.day();
    let period = json!({
        "period_from": day.plus_days(-60), "period_to": day, "interval": "month", "method": "poisson", "adverse": "no",
        "rationale": "Within the limits",
    });
    walk.edit("ana", review, period);
    walk.go("ana", review, "count_period", json!({}));
    walk.go("ana", review, "conclude", json!({}));
}

fn clock_walk(walk: &mut Walk) {
    let set = json!({
        "title": "Report", "market": "us", "starts_with": "Aware", "amount": 30, "unit": "calendar_days", "ends_with": "Submitted",
    });
    let unused = walk.create("eva", Kind::ClockTemplate, set.clone());
    walk.go("eva", unused, "retire", json!({}));
    let template = walk.create("eva", Kind::ClockTemplate, set);
    walk.edit("eva", template, json!({"source": "21 CFR 803.50", "confirmed_with": "The law of 2031"}));
    walk.go("eva", template, "confirm", json!({}));
    walk.go("eva", template, "disable", json!({}));
    walk.go("eva", template, "confirm", json!({}));
    let clock = json!({"title": "Late alarm", "template": template, "subject": "FB-0001"});
    let void = walk.create("dan", Kind::RegulatoryClock, clock.clone());
    walk.go("ana", void, "void", json!({}));
    let clock = walk.create("dan", Kind::RegulatoryClock, clock);
    assign(walk, clock);
    walk.edit("dan", clock, json!({"started_at": walk.desk.now, "start_evidence": "A call"}));
    walk.go("dan", clock, "start", json!({}));
    let stopped =
        json!({"outcome": "done", "stopped_at": walk.desk.now, "stop_evidence": "Receipt of the authority"});
    walk.edit("eva", clock, stopped);
    walk.go("eva", clock, "stop", json!({}));
}

fn waiver_walk(walk: &mut Walk) {
    let set = json!({"title": "A change waits", "rule": "CR-15"});
    let unwanted = walk.create("ana", Kind::Waiver, set.clone());
    walk.go("ana", unwanted, "void", json!({}));
    let waiver = walk.create("ana", Kind::Waiver, set);
    assign(walk, waiver);
    let until = walk.desk.now.day().plus_days(90);
    walk.edit(
        "ana",
        waiver,
        json!({"justification": "The supplier reports in spring", "until_then": "The port is closed", "expires_on": until}),
    );
    walk.go("ana", waiver, "submit", json!({}));
    walk.go("ana", waiver, "return", json!({}));
    let approval = walk.go("ana", waiver, "submit", json!({})).made[0];
    walk.sign("ana", approval);
    walk.sign("rita", approval);
    assert_eq!(walk.desk.state(waiver), "in_force");
    walk.go("ana", waiver, "end", json!({}));
}

/// What the groups of a plan answer.
fn answers(walk: &Walk) -> Value {
    let day = walk.desk.now.day();
    let ana = walk.desk.people["ana"].person();
    let stage = |stage: &str| {
        json!({"stage": stage, "complaints": "Yes", "vigilance": "Yes", "bug_fixes": "No", "security_updates": "Critical",
            "vulnerability_notices": "Yes", "soup_review_days": 365})
    };
    json!({
        "markets": ["us", "eu"], "install_base": "None", "reason": "Old", "alternatives": "None",
        "last_sale_date": day.plus_days(-400), "eol_date": day, "security_support_end": day, "eos_date": day,
        "decommission_target": day, "dates_basis": "Contracts",
        "stages": [stage("limited_support"), stage("end_of_support")],
        "notices_na": "Nobody has one", "serious_harm": "no", "serious_harm_rationale": "Others are on the market",
        "emergency_device": "no", "data_na": "It stores nothing", "soup_na": "It is frozen with the last version",
        "names_held": "updates.example.org until 2040", "residual_risk": "Acceptable", "risk_file_ref": "RMF 20",
        "risk_transfer_na": "Nobody has one", "duties": [{"duty": "Complaints", "person": ana, "until": "2050"}],
        "archive_content": "Everything",
        "archive_copies": [{"location": "Vault", "custodian": "Quality"}, {"location": "Notary", "custodian": "Notary"}],
        "regulatory_closing": "Registrations end", "guide_na": "Nobody has one",
    })
}

fn parts_walk(walk: &mut Walk, plan: RecordId) {
    let day = walk.desk.now.day();
    let key = json!({"title": "Signing key", "key_kind": "code_signing", "location": "Module", "holder": "Releases"});
    let struck = walk.part("ana", Kind::KeyMaterial, plan, key.clone());
    walk.go("ana", struck, "strike", json!({}));
    let key = walk.part("ana", Kind::KeyMaterial, plan, key);
    walk.edit("ana", key, json!({"action": "retain", "rationale": "It verifies the archive"}));
    walk.go("ana", key, "finish", json!({"done_on": day, "witness": "Eva"}));
    let milestone = json!({"title": "Announce the end of life", "planned_on": day});
    let dropped = walk.part("ana", Kind::Milestone, plan, milestone.clone());
    walk.go("ana", dropped, "drop", json!({}));
    let milestone = walk.part("ana", Kind::Milestone, plan, milestone);
    walk.edit("ana", milestone, json!({"reached_on": day}));
    walk.go("ana", milestone, "reach", json!({"evidence": "Letter"}));
}

fn retirement_walk(walk: &mut Walk) {
    let product = RecordId::new(Kind::Product, 1);
    walk.edit("ana", product, json!({"expected_lifetime_years": 5, "implantable": false}));
    let plan = walk.create("ana", Kind::RetirementPlan, json!({"title": "Retirement"}));
    assign(walk, plan);
    let answers = answers(walk);
    walk.edit("ana", plan, answers);
    parts_walk(walk, plan);
    walk.go("ana", plan, "submit", json!({}));
    walk.go("ana", plan, "return", json!({}));
    let approval = walk.go("ana", plan, "submit", json!({})).made[0];
    for login in ["ana", "eva", "rita"] {
        walk.sign(login, approval);
    }
    assert_eq!(walk.desk.state(plan), "approved");
    walk.edit("ana", plan, json!({"short_notice": "Nobody has one"}));
    walk.go("eva", plan, "announce", json!({}));
    walk.go("ana", plan, "limit", json!({}));
    walk.edit("rita", plan, json!({"final_release": "RL-0002"}));
    walk.go("rita", plan, "finish", json!({}));
    walk.sign("eva", plan);
    walk.edit(
        "ana",
        plan,
        json!({"open_findings_justification": "None is in use", "in_service_unknown": "None is in use"}),
    );
    walk.go("ana", plan, "end_support", json!({}));
    assert_eq!(walk.desk.record(product).text("tplc_stage"), "end_of_support");
    walk.go("ana", plan, "decommission", json!({}));
    let sha256 = "ab".repeat(32);
    let day = walk.desk.now.day();
    let tests: Vec<Value> = ["Vault", "Notary"]
        .iter()
        .map(|location| json!({"location": location, "on": day, "sha256": sha256, "result": "Verified by Ana"}))
        .collect();
    walk.edit("ana", plan, json!({"restore_tests": tests}));
    walk.sign("rita", plan);
    walk.go("ana", plan, "close", json!({}));
    assert_eq!(walk.desk.record(product).text("tplc_stage"), "decommissioned");
    // Ten years after the last one was sold.
    walk.desk.now = walk.desk.now.plus_seconds(11 * 366 * 86_400);
    walk.edit("ana", plan, json!({"disposal": "Shredded by the archive"}));
    walk.go("ana", plan, "dispose", json!({}));
    let unwanted = walk.create("ana", Kind::RetirementPlan, json!({"title": "Entered by mistake"}));
    walk.go("ana", unwanted, "void", json!({}));
}
