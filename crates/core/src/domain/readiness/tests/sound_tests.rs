//! A world in order: a product of class C in two markets, with every kind of record that the rules look at.

use serde_json::{Value, json};

use crate::domain::attachment::AttachmentState;
use crate::domain::change_request::ChangeState;
use crate::domain::communication::CommunicationState;
use crate::domain::feedback::FeedbackState;
use crate::domain::finding::FindingState;
use crate::domain::impact_analysis::ImpactState;
use crate::domain::maintenance_plan::MaintenancePlanState;
use crate::domain::person::PersonState;
use crate::domain::policy::PolicyState;
use crate::domain::problem_report::ProblemState;
use crate::domain::process_deviation::ProcessDeviationState;
use crate::domain::product::ProductState;
use crate::domain::regulatory_clock::ClockState;
use crate::domain::release::ReleaseState;
use crate::domain::retirement_plan::RetirementPlanState;
use crate::domain::review_item::ReviewItemState;
use crate::domain::role::Role;
use crate::domain::signature::Meaning;
use crate::domain::soup_designator::SoupDesignatorState;
use crate::domain::soup_item::SoupItemState;
use crate::domain::soup_review::SoupReviewState;
use crate::domain::source_check::SourceCheckState;
use crate::domain::test_record::TestRecordState;
use crate::domain::test_world::TestWorld;
use crate::domain::trend_review::TrendReviewState;

pub(super) const SHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The world.
pub(in crate::domain::readiness) fn sound() -> TestWorld {
    let world = people(TestWorld::default());
    let world = plan(world);
    let world = soup(world);
    let world = problem_and_change(world);
    let world = releases(world);
    let world = approvals(world);
    duties(feedback(findings(reviews(world))))
}

fn people(world: TestWorld) -> TestWorld {
    let person = |name: &str, roles: &[&str]| json!({"title": name, "login": name, "roles": roles, "key_fingerprint": "k", "identity_verified_key": "k"});
    let active = PersonState::Active.code();
    world
        .put("PD-0001", ProductState::Current.code(), "2026-01-01", json!({
            "title": "Infusion Gateway", "manufacturer": "Example", "software_safety_class": "c", "markets": ["us", "eu"],
            "is_cyber_device": true, "isao_member": true, "isao_evidence": "Contract 7", "expected_lifetime_years": 10,
            "implantable": false, "tplc_stage": "support",
        }))
        .put("PL-0001", PolicyState::InForce.code(), "2026-01-01", json!({
            "title": "Policy", "author_may_not_approve": true, "verifier_not_implementer": true, "password_age_days": 365,
            "identity_days": 14, "backup_days": 30, "validated_version": "1.0.0",
        }))
        .put("PN-0001", active, "2026-01-01", person("Ana Example", &["quality"]))
        .put("PN-0002", active, "2026-01-01", person("Ben Example", &["dev_lead"]))
        .put("PN-0003", active, "2026-01-01", person("Cleo Example", &["risk_manager", "regulatory"]))
}

fn plan(world: TestWorld) -> TestWorld {
    let text = "As procedure 12 says.";
    let mut fields = json!({
        "title": "Maintenance plan", "version": "1", "plan_review_days": 365,
        "feedback_procedure": text, "feedback_triage_days": 5, "reportability_days": 3, "follow_up_days": 60,
        "feedback_sources": [{"code": "HOT", "name": "Hotline", "side": "outside", "owner": "Support", "polling_days": 30}],
        "problem_criteria": [{"code": "C1", "statement": "It deviates from its specification"}],
        "risk_process_ref": "SOP-1", "problem_resolution_ref": text, "problem_evaluation_days": 10, "problem_safety_days": 2,
        "trend_interval_days": 180, "cm_process_ref": text, "change_pending_days": 30, "emergency_days": 2, "deviation_days": 30,
        "roles": [{"role": "quality", "person": "PN-0001"}],
        "soup_upgrade_procedure": text, "soup_obsolescence_procedure": text,
        "soup_review_policy": [{"tier": "high", "interval_days": 180, "required_sources": "OSV, NVD", "min_sources": 2}],
        "soup_review_method": text, "soup_review_window_days": 90,
    });
    let more = json!({
        "vulnerability_plan_ref": "SOP-9", "vulnerability_responsible": "Security lead", "vulnerability_monitoring": text,
        "patch_timelines": [{"severity": "high", "days": 60}], "finding_triage": [{"severity": "high", "days": 30}],
        "uncontrolled_tell_days": 30, "uncontrolled_remedy_days": 60, "risk_accepted_days": 180, "regular_cycle_days": 90,
        "regular_cycle_justification": text, "out_of_cycle_criteria": text, "out_of_cycle_days": 14,
        "acknowledgement_days": 30, "archive_check_days": 365, "in_force_from": "2026-01-10",
    });
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    world
        .put("MP-0001", MaintenancePlanState::Effective.code(), "2026-01-10", fields)
        .put("SC-0001", SourceCheckState::Recorded.code(), "2026-11-20", json!({
            "title": "Hotline", "source": "HOT", "checked_on": "2026-11-20", "new_items": 0,
        }))
        .put("TV-0001", TrendReviewState::Done.code(), "2026-11-02", json!({
            "title": "Trends", "counted": "feedback", "period_from": "2026-01-01", "period_to": "2026-10-31", "adverse": "no",
        }))
}

fn soup(world: TestWorld) -> TestWorld {
    let registered = SoupDesignatorState::Registered.code();
    world
        .put("SI-0001", SoupItemState::InUse.code(), "2026-01-12", json!({
            "title": "libexpat", "supplier": "community: expat", "requirements": "Parses XML.", "environment": "POSIX.",
            "can_contribute": true, "hazard_rationale": "Wrong doses.", "risk_tier": "high", "responsibility": "maintained",
            "anomaly_lists": [{"place": "https://example.org/issues"}], "support_level": "actively_maintained",
            "support_source": "No end is announced.", "reviewed_on": "2026-10-15",
        }))
        .part("SD-0001", "SI-0001", registered, json!({"title": "2.5.0", "present_since": "2.3.0"}))
        .part("SD-0002", "SI-0001", registered, json!({"title": "2.6.2", "introduced_by": "CR-0001"}))
}

fn problem_and_change(world: TestWorld) -> TestWorld {
    let long = |what: &str| format!("{what}, as the analysis of the module shows");
    let answer = |code: &str, says: &str| json!({"question": code, "answer": says, "rationale": long(code)});
    world
        .put("PR-0001", ProblemState::Closed.code(), "2026-03-01", json!({
            "title": "Late alarm", "detected_in_phase": "field", "source_feedback": ["FB-0001"], "is_adverse_event": "no",
            "affected_product_versions": ["2.3.0"], "affected_software_items": ["app"], "performance_effect": "minor",
            "safety_effect": "minor", "security_effect": "none", "cause_text": "A race.", "new_hazard": false,
            "risk_acceptable": true, "safety_method": "ISO 14971.", "other_fielded_versions": "None.",
            "risk_file_update_needed": true, "risk_file_ref": "RMF-1", "risk_file_version": "4",
            "advise_parties": [{"party": "Users", "decision": "advise", "rationale": "They can work around it"}],
            "change_needed": "yes", "resolved": true, "trend_reversed": "There was none.", "implemented_in": ["2.3.1"],
            "new_problems": "None.", "implemented_by": ["PN-0002"],
        }))
        .signed("PR-0001", ("PN-0003", Meaning::Reviewed), &[Role::RiskManager], "2026-03-05")
        .signed("PR-0001", ("PN-0001", Meaning::Verified), &[Role::Quality], "2026-06-10")
        .since("PR-0001", "2026-06-10")
        .put("CR-0001", ChangeState::Released.code(), "2026-03-06", json!({
            "title": "Update the parser", "origin": "problem_report", "change_type": "security", "urgency": "routine",
            "problem_reports": ["PR-0001"], "affected_cis": ["app"], "affects_released_software": true,
            "affected_soup": [{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}], "impact_analysis": "IA-0001",
            "activities": [{"activity": "5.7", "decision": "repeat"}],
            "regulatory_decisions": [{"market": "us", "decision": "letter_to_file"}], "communication_required": true,
            "implemented_by": ["PN-0002"], "work_started_at": "2026-03-21T08:00:00Z", "changed_cis": ["app"],
            "regression_rationale": "All of the alarm tests.",
        }))
        .put("AT-0001", AttachmentState::Attached.code(), "2026-03-18", json!({"title": "Letter", "subject": "CR-0001"}))
        .part("TR-0001", "CR-0001", TestRecordState::Recorded.code(), json!({
            "title": "Alarm", "results": "Passed.", "anomalies_found": "None.", "version_tested": "2.3.1",
            "configuration": "Board 4.", "tools": "pytest", "date": "2026-04-01", "tester": "Ana", "outcome": "pass",
        }))
        .put("IA-0001", ImpactState::Locked.code(), "2026-03-08", json!({
            "title": "Impact analysis", "change_request": "CR-0001", "performed_by": ["PN-0002"],
            "performed_at": "2026-03-10T09:00:00Z", "controls_examined": ["RC-1"], "rmf_before": "3", "rmf_after": "4",
            "required_risk_activities": ["Update the file"],
            "answers": [answer("Q02", "no"), answer("Q03", "no"), answer("Q06", "no"), answer("Q08", "no"), answer("Q12", "no"),
                answer("Q20", "yes"), answer("Q22", "no"), answer("Q23", "no"), answer("Q24", "no")],
        }))
        .since("IA-0001", "2026-03-20")
        .signed("IA-0001", ("PN-0003", Meaning::Reviewed), &[Role::RiskManager], "2026-03-15")
}

/// A release in order.
pub(super) fn release(version: &str, soup: &str) -> Value {
    json!({
        "title": "Release", "version": version, "tag_or_commit": "abc", "artifact_name": "app.bin", "artifact_sha256": SHA,
        "build_procedure_ref": "SOP-4", "build_environment": "Debian 12, gcc 12.2.", "bill_sha256": SHA,
        "baseline_items": [{"item": "app", "version": version}], "soup_baseline": [{"item": "libexpat", "version": soup}],
        "tested_sha256": SHA, "tested_on": "2026-01-18", "none_known": true,
        "tasks": [{"task": "Backup", "decision": "performed"}], "udi_decision": "new_udi_pi",
        "regulatory_decisions": [{"market": "us", "decision": "Covered"}], "delivery_method": "Download.",
        "integrity_protection": "Signature.", "archive_location": "Vault 2", "archive_sha256": SHA,
        "retention_until": "2045-01-01", "archive_checks": [{"checked_on": "2026-07-01", "sha256": SHA}], "in_service": "yes",
    })
}

fn releases(world: TestWorld) -> TestWorld {
    world
        .put("RL-0001", ReleaseState::Superseded.code(), "2026-01-11", release("2.3.0", "2.5.0"))
        .since("RL-0001", "2026-06-01")
        .signed("RL-0001", ("PN-0001", Meaning::Released), &[Role::Quality], "2026-01-20")
        .put("RL-0002", ReleaseState::Released.code(), "2026-04-02", release("2.3.1", "2.6.2"))
        .set(
            "RL-0002",
            json!({"predecessor": "RL-0001", "change_requests": ["CR-0001"], "tested_on": "2026-05-20"}),
        )
        .since("RL-0002", "2026-06-01")
        .signed("RL-0002", ("PN-0001", Meaning::Released), &[Role::Quality], "2026-06-01")
}

fn approvals(world: TestWorld) -> TestWorld {
    world
        .approve_with("AP-0001", ("CR-0001", &["IA-0001"]), &[Role::Quality, Role::DevLead], "2026-03-20")
        .approve("AP-0002", "RL-0001", &[Role::Quality], "2026-01-19")
        .approve("AP-0003", "RL-0002", &[Role::Quality], "2026-05-30")
}

fn reviews(world: TestWorld) -> TestWorld {
    let item = |version: &str, designator: &str, release: &str| {
        json!({
            "title": format!("libexpat {version}"), "item": "SI-0001", "designator": designator, "version_searched": version,
            "releases": [release], "tier": "high", "search_result": "nothing_found", "result": "nothing_found",
            "sources": [
                {"source": "OSV", "answer": "nothing", "identifier": format!("pkg:generic/libexpat@{version}"), "records": 0},
                {"source": "NVD", "answer": "nothing", "identifier": format!("cpe libexpat {version}"), "records": 0},
            ],
            "list_place": "https://example.org/issues", "list_read_on": "2026-10-15", "list_judgement": "Nothing of it.",
        })
    };
    world
        .put("SR-0001", SoupReviewState::Approved.code(), "2026-10-10", json!({
            "title": "Autumn", "method": "As the plan says.", "plan": "MP-0001", "releases": ["RL-0001", "RL-0002"],
            "started_on": "2026-10-10", "evidence_sha256": SHA, "searched_on": "2026-10-15",
            "sources": [{"source": "OSV", "age_days": 3}, {"source": "NVD", "age_days": 3}, {"source": "CISA KEV", "age_days": 3}], "competence_ref": "TRN-14",
            "conclusion": "Nothing was found.", "reviewer": "PN-0002",
        }))
        .part("RI-0001", "SR-0001", ReviewItemState::Done.code(), item("2.5.0", "SD-0001", "RL-0001"))
        .part("RI-0002", "SR-0001", ReviewItemState::Done.code(), item("2.6.2", "SD-0002", "RL-0002"))
}

fn findings(world: TestWorld) -> TestWorld {
    world
        .put("FN-0001", FindingState::AffectedControlled.code(), "2026-10-16", json!({
            "title": "Overflow", "finding_kind": "vulnerability", "external_id": "CVE-2026-0001", "items": ["SI-0001"],
            "versions": ["libexpat 2.5.0"], "learned_on": "2026-10-16", "severity": "high", "cvss": "7.5", "kev_listed": false,
            "hazardous": false, "sequence": "Input is checked before.", "harm": "minor", "disposition": "affected_controlled",
            "risk_control": "controlled", "per_release": [{"release": "RL-0001", "applicability": "affected"}],
            "decided_for": [{"release": "RL-0001", "version": "libexpat 2.5.0"}],
        }))
        .signed("FN-0001", ("PN-0002", Meaning::Reviewed), &[Role::DevLead], "2026-10-20")
        .signed("FN-0001", ("PN-0003", Meaning::Approved), &[Role::RiskManager], "2026-10-22")
}

fn feedback(world: TestWorld) -> TestWorld {
    world
        .put("FB-0001", FeedbackState::Closed.code(), "2026-03-01", json!({
            "title": "Late alarm", "received_at": "2026-02-27T08:00:00Z", "aware_at": "2026-02-26T08:00:00Z",
            "description_verbatim": "The alarm came late.", "reporter_name": "Dr. Day", "reporter_phone": "+49 000",
            "device_name": "Gateway", "udi_di": "04012345", "software_version_reported": "2.3.0", "is_complaint": true,
            "patient_or_user_harm": "none", "criterion_code": "C1", "evaluation_rationale": "It is late.",
            "problem_report": "PR-0001", "reply_ref": "Letter 4",
        }))
        .signed("FB-0001", ("PN-0001", Meaning::Approved), &[Role::Quality], "2026-03-20")
}

fn duties(world: TestWorld) -> TestWorld {
    world
        .put("CM-0001", CommunicationState::Closed.code(), "2026-06-02", json!({
            "title": "Update 2.3.1", "communication_kind": "release_note", "markets": ["us", "eu"], "releases": ["RL-0002"],
            "change_requests": ["CR-0001"], "problem_and_consequence": "The alarm can be late.",
            "change_and_how_to_get_it": "Download 2.3.1.",
        }))
        .put("DV-0001", ProcessDeviationState::Closed.code(), "2026-02-01", json!({"title": "Late record", "capa_ref": "CAPA-1"}))
        .since("DV-0001", "2026-11-01")
        .put("CL-0001", ClockState::Stopped.code(), "2026-03-01", json!({
            "title": "US 803", "due_at": "2026-04-01T00:00:00Z", "stopped_at": "2026-03-10T00:00:00Z", "stop_evidence": "Receipt 5.",
        }))
        .put("RP-0001", RetirementPlanState::Draft.code(), "2026-05-01", json!({"title": "Retirement", "eos_date": "2032-12-31"}))
}
