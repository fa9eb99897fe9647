//! The lanes beside the main line: emergency, harm and reportability, boilerplate, work that differs from what was approved.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Request};
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, feedback, review_again};
use crate::desk::{Desk, go_to};

/// A change that is approved by Ana and Fay.
fn approved(desk: &mut Desk, more: serde_json::Value) -> (RecordId, RecordId) {
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(desk, more);
    analyse(desk, cr, ia);
    let ap = approval_of(desk, cr);
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    desk.signed("fay", Request::Sign { id: ap, meaning: None }).unwrap();
    assert_eq!(desk.state(cr), "approved");
    (cr, ap)
}

#[test]
fn work_that_began_before_the_approval_or_touches_other_items_is_refused() {
    let mut desk = Desk::staffed();
    let early = desk.now;
    let (cr, _) = approved(&mut desk, json!({}));
    desk.go("ben", cr, "implement").unwrap();
    let ben = desk.people["ben"].person();
    let work = json!({
        "commits": ["a1b2c3"], "implemented_by": [ben], "work_started_at": early,
        "changed_cis": ["alarm/timer.c", "pump/motor.c"], "as_specified": true,
    });
    desk.edit("ben", cr, work).unwrap();
    let refusal = desk.go("ben", cr, "implemented").unwrap_err().to_string();
    assert!(refusal.contains("The work started after the approval"), "{refusal}");
    assert!(refusal.contains("pump/motor.c is not among them: return the change to analysis"), "{refusal}");
    assert_eq!(desk.state(cr), "implementing");
}

#[test]
fn a_test_record_without_its_seven_elements_and_a_verifier_who_implemented_are_refused() {
    let mut desk = Desk::staffed();
    let (cr, _) = approved(&mut desk, json!({}));
    desk.go("ben", cr, "implement").unwrap();
    let dan = desk.people["dan"].person();
    let work = json!({
        "commits": ["a1b2c3"], "implemented_by": [dan], "work_started_at": desk.now, "changed_cis": ["alarm/timer.c"],
        "as_specified": true,
        "activities_done": [{"activity": "5.5.1", "evidence": "a1b2c3", "done_at": "2031-03-03"}],
    });
    desk.edit("ben", cr, work).unwrap();
    desk.go("ben", cr, "implemented").unwrap();
    desk.go("dan", cr, "start_verification").unwrap();
    let failed = json!({"title": "System test", "results": "Fine", "outcome": "fail"});
    desk.create_part("dan", Kind::TestRecord, cr, failed);
    desk.edit("dan", cr, json!({"regression_rationale": "All alarm tests"})).unwrap();
    let refusal = desk.sign_go("dan", cr, "verify").unwrap_err().to_string();
    for words in [
        "missing: anomalies found of TR-0001",
        "tester of TR-0001",
        "A failed test has a problem report",
        "risk controls were verified again",
        "did not implement the change",
    ] {
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
}

#[test]
fn an_emergency_keeps_the_order_and_lets_a_named_deputy_sign() {
    let mut desk = Desk::staffed();
    let dan = desk.people["dan"].person();
    desk.change_plan(json!({"deputies": [{"role": "dev_lead", "person": dan}]}));

    let urgent = json!({"urgency": "emergency"});
    let set = json!({
        "title": "Stop the leak", "origin": "internal", "change_type": "perfective", "urgency": "emergency", "description": "x",
        "reason": "y", "affected_cis": ["a"], "affects_released_software": true,
    });
    let cr = desk.create("ben", Kind::ChangeRequest, set);
    let refusal = desk.go("ben", cr, "submit").unwrap_err().to_string();
    assert!(refusal.contains("An emergency is justified"), "{refusal}");

    let mut more = urgent;
    more["emergency_justification"] = json!("Pumps stop in the field");
    let (cr, ia) = change_under_analysis(&mut desk, more);
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("possible from “Approved”"), "{refusal}");
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    desk.signed("dan", Request::Sign { id: ap, meaning: None }).unwrap();
    assert_eq!(desk.state(cr), "approved");
    let routine = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, routine.0, routine.1);
    let ap = approval_of(&mut desk, routine.0);
    let refusal = desk.signed("dan", Request::Sign { id: ap, meaning: None }).unwrap_err().to_string();
    assert!(refusal.contains("is reserved for"), "a deputy counts in an emergency only: {refusal}");
    desk.assert_verifies();
}

#[test]
fn harm_that_is_not_excluded_asks_every_market_and_regulatory_affairs_before_closing() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    desk.go("dan", fb, "register").unwrap();
    let screening = json!({
        "is_complaint": true, "complaint_rationale": "Alleges a deficiency", "patient_or_user_harm": "unknown", "security_related": false,
        "criterion_code": "NONE", "evaluation_rationale": "Behaves as specified", "investigation_needed": true, "reply_ref": "Letter 12",
    });
    let refusal = desk.edit("dan", fb, screening.clone()).map(|_| ());
    assert!(refusal.is_ok());
    desk.go("ana", fb, "evaluate").unwrap();
    let asked = desk.record(fb).value("reportability_assessments").clone();
    assert_eq!(asked, json!([{"market": "us"}, {"market": "eu"}]));
    desk.go("ana", fb, "not_a_problem").unwrap();
    let refusal = desk.sign_go("ana", fb, "close").unwrap_err().to_string();
    assert!(refusal.contains("Reportability is decided for United States"), "{refusal}");
    assert!(refusal.contains("Regulatory affairs signed"), "{refusal}");
    let row = |market: &str| json!({"market": market, "decision": "do_not_report", "basis": "No injury could follow", "decided_at": desk.now});
    let decided = json!({"reportability_assessments": [row("us"), row("eu")]});
    desk.edit("eva", fb, decided).unwrap();
    desk.signed("eva", Request::Sign { id: fb, meaning: None }).unwrap();
    desk.sign_go("ana", fb, "close").unwrap();
    assert_eq!(desk.state(fb), "closed");
    let again = Act::from(go_to(fb, "reopen", json!({}))).because("The hospital sent the pump");
    desk.by("ana", again).unwrap();
    assert_eq!(desk.state(fb), "reopened");
    desk.assert_verifies();
}

#[test]
fn an_analysis_with_one_rationale_for_all_or_none_at_all_is_not_complete() {
    let mut desk = Desk::staffed();
    let (_, ia) = change_under_analysis(&mut desk, json!({}));
    let ben = desk.people["ben"].person();
    let answers: Vec<_> = desk
        .record(ia)
        .value("answers")
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!({"question": row["question"], "answer": "no", "rationale": "No impact on this aspect at all."}))
        .collect();
    let mut first = answers.clone();
    first[0]["rationale"] = json!("None.");
    let set = json!({
        "performed_by": [ben], "performed_at": desk.now, "method": "Review", "scope_statement": "Timer", "answers": first,
        "conclusion": "no_safety_impact", "regression_scope": "All", "rollback_plan": "Reinstall",
    });
    desk.edit("ben", ia, set).unwrap();
    let refusal = desk.sign_go("ben", ia, "complete").unwrap_err().to_string();
    assert!(refusal.contains("Q01 has a rationale of at least 20 characters, in words"), "{refusal}");
    assert!(refusal.contains("have their own rationales"), "{refusal}");
    assert!(refusal.contains("the examined controls are listed"), "{refusal}");
}

#[test]
fn a_refused_approval_rejects_the_change_for_good() {
    let mut desk = Desk::staffed();
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let refuse = Act::from(go_to(ap, "refuse", json!({}))).because("The benefit does not outweigh the risk");
    desk.signed("ana", refuse).unwrap();
    assert_eq!((desk.state(ap), desk.state(cr)), ("refused".into(), "rejected".into()));
    let refusal = desk.edit("ben", cr, json!({"description": "Again"})).unwrap_err().to_string();
    assert!(refusal.contains("read-only"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn a_new_submission_holds_the_work_and_a_change_of_class_holds_the_verification() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead, Role::RiskManager, Role::Regulatory]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let decisions = json!({"regulatory_decisions": [
        {"market": "us", "decision": "submission", "rationale": "New control of a significant risk"},
        {"market": "eu", "decision": "letter_to_file", "rationale": "Not significant"},
    ]});
    desk.edit("ben", cr, decisions).unwrap();
    let refusal = desk.go("ben", cr, "request_approval").unwrap_err().to_string();
    assert!(refusal.contains("return the analysis for correction"), "{refusal}");
    review_again(&mut desk, ia);
    let ap = approval_of(&mut desk, cr);
    let required = desk.record(ap).value("required_roles").to_string();
    assert_eq!(required, r#"["dev_lead","risk_manager","regulatory","quality"]"#);
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    desk.signed("fay", Request::Sign { id: ap, meaning: None }).unwrap();
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("The submission is cleared"), "{refusal}");
    desk.edit("eva", cr, json!({"clearance_ref": "K999999"})).unwrap();
    desk.go("ben", cr, "implement").unwrap();

    let product: RecordId = "PD-0001".parse().unwrap();
    desk.signed("ana", Request::Sign { id: product, meaning: None }).unwrap();
    desk.assert_verifies();
}
