//! The walk through plans, releases, communications and deviations.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::Request;
use serde_json::{Value, json};

use super::{Walk, soup};
use crate::desk::{PLAN, attach_log};

/// A plan that is revised, returned, signed and put in force; one that is given up; its review and the checks of its sources.
pub fn plan_walk(walk: &mut Walk) {
    let ana = walk.desk.people["ana"].person();
    let next = walk.go("ana", PLAN, "revise", json!({})).made[0];
    walk.act("ana", Request::Assign { id: next, owner: Some(ana) });
    let day = walk.desk.now.day();
    // Quality agrees where authorities are told nothing, beside regulatory affairs.
    let mut authority = walk.desk.record(next).value("authority").clone();
    for row in authority.as_array_mut().unwrap() {
        if row["subject"] == "regulator_not_required" {
            row["must_sign"] = json!(["quality", "regulatory"]);
        }
    }
    let set = json!({
        "version": "2", "reason_for_version": "Audit", "effective_from": day, "authority": authority,
        "risk_accepted_days": 90, "uncontrolled_tell_days": 30,
    });
    walk.edit("ana", next, set);
    walk.go("ana", next, "submit", json!({}));
    walk.go("ana", next, "return", json!({}));
    let approval = walk.go("ana", next, "submit", json!({})).made[0];
    for login in ["ana", "ben", "eva"] {
        walk.sign(login, approval);
    }
    walk.edit("ana", next, json!({"impact_on_open": "None"}));
    walk.go("ana", next, "put_in_force", json!({}));
    let unwanted = walk.create("ana", Kind::MaintenancePlan, json!({"title": "Another plan"}));
    walk.go("ana", unwanted, "void", json!({}));

    let review = walk.create("ana", Kind::PlanReview, json!({"title": "Yearly review", "plan": next}));
    walk.edit(
        "ana",
        review,
        json!({"reviewed_on": day, "basis": "Intervals", "outcome": "keep", "rationale": "They were kept"}),
    );
    walk.go("ana", review, "conclude", json!({}));

    let check = json!({"title": "Inbox of the week", "source": "SUPPORT", "checked_on": day, "new_items": 0});
    let check = walk.create("dan", Kind::SourceCheck, check);
    walk.edit("dan", check, json!({"remarks": "By reading"}));
    walk.go("dan", check, "strike", json!({}));
}

/// SHA-256 of the artifact of the walk.
const ARTIFACT: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// What a release holds before its baseline is fixed.
fn built(bill: &str) -> Value {
    json!({
        "tag_or_commit": "v2.3.1", "build_id": "B-17", "artifact_name": "pump.swu", "artifact_sha256": ARTIFACT,
        "build_procedure_ref": "WI-7", "build_environment": "gcc 12.2.0 in container 5",
        "baseline_items": [{"item": "alarm/timer.c", "version": "1.8"}],
        "soup_baseline": [{"item": "libexpat", "version": "2.6.2"}], "bill_sha256": bill,
        "delivery_method": "Portal", "integrity_protection": "Signature", "install_instructions_ref": "IFU 9",
    })
}

/// What is answered about a candidate.
fn verified(walk: &Walk, release: RecordId) -> Value {
    let data = walk.desk.record(release);
    let filled = |field: &str, values: Value| -> Vec<Value> {
        let rows = data.value(field).as_array().cloned().unwrap_or_default();
        rows.into_iter()
            .map(|mut row| {
                for (name, value) in values.as_object().unwrap() {
                    row[name] = value.clone();
                }
                row
            })
            .collect()
    };
    let day = walk.desk.now.day();
    let residual = filled(
        "residual_anomalies",
        json!({"evaluation": "Rare", "risk_acceptable": true, "rationale": "Later"}),
    );
    let none = residual.is_empty();
    json!({
        "tested_sha256": ARTIFACT, "system_test_ref": "ST-2.3.1", "tested_on": day, "tested_by": "Dan Example",
        "verification_summary": "Passed", "regression_rationale": "All alarm tests",
        "residual_anomalies": residual, "none_known": if none { json!(true) } else { Value::Null },
        "tasks": filled("tasks", json!({"decision": "performed", "evidence": "Report"})),
        "findings_statement": "None is open",
        "risk_file_version": "15", "risk_review": "Acceptable", "ifu_version": "11", "udi_decision": "new_udi_pi",
        "udi_rationale": "A correction",
        "regulatory_decisions": filled("regulatory_decisions", json!({"decision": "Letter to file", "clear": true})),
    })
}

/// A release with the verified change on its whole way, one that is cancelled, and what is said about the first.
pub fn release_walk(walk: &mut Walk) {
    let change = walk.verified.unwrap();
    let rita = walk.desk.people["rita"].person();
    let cancelled = walk.create("rita", Kind::Release, json!({"title": "Not wanted", "version": "2.3.0"}));
    walk.go("rita", cancelled, "cancel", json!({}));

    let set = json!({"title": "Late alarm", "version": "2.3.1", "release_kind": "initial", "change_requests": [change]});
    let release = walk.create("rita", Kind::Release, set);
    walk.act("rita", Request::Assign { id: release, owner: Some(rita) });
    walk.go("rita", release, "build", json!({}));
    walk.act("ben", attach_log(release, "a bill"));
    let bill =
        walk.desk.file.page(release, None, walk.desk.now).unwrap().attachments[0].text("sha256").to_owned();
    let built = built(&bill);
    walk.edit("ben", release, built);
    let (expat, designator) = soup::register_walk(walk, change);
    walk.go("rita", release, "fix_baseline", json!({}));
    walk.go("rita", release, "rebuild", json!({}));
    walk.go("rita", release, "fix_baseline", json!({}));
    soup::review_walk(walk, release, designator);
    let answers = verified(walk, release);
    walk.edit("dan", release, answers);
    walk.go("dan", release, "request_approval", json!({}));
    walk.go("rita", release, "return_to_verification", json!({}));
    let approval = walk.go("dan", release, "request_approval", json!({})).made[0];
    for login in ["ana", "fay", "eva", "cleo"] {
        walk.sign(login, approval);
    }
    assert_eq!(walk.desk.state(release), "approved");
    let archive = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
    let archived = json!({
        "archive_location": "Vault 1", "archive_sha256": archive, "retention_until": "2050-12-31",
        "archive_checks": [{"checked_on": walk.desk.now.day(), "sha256": archive, "checked_by": "Rita", "how": "Restored"}],
    });
    walk.edit("rita", release, archived);
    communication_walk(walk, release, change);
    walk.go("rita", release, "release", json!({}));
    assert_eq!((walk.desk.state(release), walk.desk.state(change)), ("released".into(), "released".into()));
    walk.go("ana", change, "close", json!({}));
    soup::finding_walk(walk, release, expat);
    walk.edit("ana", release, json!({"withdrawal_decision": "No recall: nothing is at risk"}));
    walk.sign("eva", release);
    walk.go("ana", release, "withdraw", json!({}));
    let gone = json!({"in_service": "no", "out_of_service_evidence": "Every unit was updated"});
    walk.go("ana", release, "out_of_service", gone);
    walk.go("ana", release, "archive", json!({}));
}

fn communication_walk(walk: &mut Walk, release: RecordId, change: RecordId) {
    let eva = walk.desk.people["eva"].person();
    let void = json!({"title": "Entered twice", "communication_kind": "release_note"});
    let void = walk.create("dan", Kind::Communication, void);
    walk.go("ana", void, "void", json!({}));

    let not_required = json!({
        "title": "Nothing for the US", "communication_kind": "release_note", "markets": ["us"], "releases": [release],
        "change_requests": [change], "not_required_justification": "No device there", "not_required_conclusions": "None",
        "not_required_follow_up": "None", "designated_person": eva,
    });
    let not_required = walk.create("ana", Kind::Communication, not_required);
    walk.sign("ana", not_required);
    walk.go("eva", not_required, "not_required", json!({}));

    let notice = json!({
        "title": "Install 2.3.1", "communication_kind": "advisory_notice", "markets": ["eu"], "releases": [release],
        "change_requests": [change], "audience": "Hospitals", "languages": ["English"],
        "problem_and_consequence": "The alarm may be late", "change_and_how_to_get_it": "From the portal",
    });
    let notice = walk.create("dan", Kind::Communication, notice);
    walk.act("dan", Request::Assign { id: notice, owner: Some(eva) });
    walk.edit("dan", notice, json!({"compensating_controls": "Watch the pump"}));
    let people: Vec<RecordId> = ["One", "Two", "Three", "Four"]
        .map(|name| {
            walk.part("dan", Kind::Recipient, notice, json!({"title": name, "organisation": "Hospital"}))
        })
        .to_vec();
    walk.go("dan", notice, "submit", json!({}));
    walk.go("dan", notice, "return", json!({}));
    let approval = walk.go("dan", notice, "submit", json!({})).made[0];
    walk.sign("eva", approval);
    walk.go("eva", notice, "issue", json!({}));
    let day = walk.desk.now.day();
    for person in [&people[0], &people[1], &people[3]] {
        walk.edit("dan", *person, json!({"sent_on": day, "method": "mail"}));
    }
    walk.go("dan", people[0], "acknowledge", json!({"acknowledged_on": day}));
    let tried = json!({"on": day, "method": "telephone", "result": "Nobody there"});
    walk.edit("dan", people[1], json!({"attempts": [tried, tried, tried]}));
    walk.go("dan", people[1], "unreachable", json!({}));
    walk.go("dan", people[2], "strike", json!({}));
    walk.go("ana", people[3], "strike_sent", json!({}));
    walk.edit("ana", notice, json!({"effectiveness_check": "The portal counts the installations"}));
    walk.go("ana", notice, "close", json!({}));
}

/// A bypass, from its raising to its closure by two.
pub fn deviation_walk(walk: &mut Walk) {
    let ana = walk.desk.people["ana"].person();
    let raised = json!({"title": "A build was sent by mail", "rule_bypassed": "IEC 62304 6.3.2"});
    let deviation = walk.create("dan", Kind::ProcessDeviation, raised);
    walk.act("dan", Request::Assign { id: deviation, owner: Some(ana) });
    let told = json!({
        "discovered_at": walk.desk.now, "discovered_by": "Dan", "occurred_on": walk.desk.now.day(), "description": "Sent",
        "affected_versions": ["2.3.1-hf"], "immediate_containment": "Removed",
    });
    walk.edit("dan", deviation, told);
    walk.go("ana", deviation, "contain", json!({}));
    let cleo = walk.desk.people["cleo"].person();
    let analysed = json!({
        "effect_on_released": "None", "effect_on_risk": "None", "safety_consequence": "None", "analysed_by": [cleo],
    });
    walk.edit("cleo", deviation, analysed);
    walk.go("cleo", deviation, "analyse", json!({}));
    walk.edit("ana", deviation, json!({"corrective_action": "Builds are signed", "capa_ref": "CAPA-1"}));
    walk.go("ana", deviation, "define_correction", json!({}));
    walk.go("ana", deviation, "return", json!({}));
    walk.go("cleo", deviation, "analyse", json!({}));
    let approval = walk.go("ana", deviation, "define_correction", json!({})).made[0];
    walk.sign("ana", approval);
    assert_eq!(walk.desk.state(deviation), "corrective_action_defined", "it is closed by two");
    walk.sign("rita", approval);
    assert_eq!(walk.desk.state(deviation), "closed");
}
