//! From field feedback to a verified change: the right way works, every wrong order is refused with words.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Act, Refused, Request};
use serde_json::json;

use crate::desk::{Desk, go_to, id, passed_test};

pub fn feedback(desk: &mut Desk) -> RecordId {
    desk.create(
        "dan",
        Kind::Feedback,
        json!({
            "title": "Alarm is late on battery", "received_at": desk.now, "aware_at": desk.now,
            "channel": "Telephone", "source_kind": "user", "description_verbatim": "The alarm came after two minutes.",
            "device_name": "Pump gateway", "software_version_reported": "2.3.0",
        }),
    )
}

pub fn confirmed_problem(desk: &mut Desk) -> (RecordId, RecordId) {
    let fb = feedback(desk);
    desk.go("dan", fb, "register").unwrap();
    let screening = json!({
        "is_complaint": true, "complaint_rationale": "Alleges a deficiency", "patient_or_user_harm": "none",
        "security_related": false,
    });
    desk.edit("dan", fb, screening).unwrap();
    desk.go("ana", fb, "evaluate").unwrap();
    let judged =
        json!({"criterion_code": "SPEC", "evaluation_rationale": "The alarm must sound within 10 s"});
    let receipt = desk.by("ana", go_to(fb, "confirm_problem", judged)).unwrap();
    (fb, receipt.made[0])
}

/// A problem that is investigated; nobody signed its evaluation yet.
pub fn investigated_problem(desk: &mut Desk, safety_effect: &str) -> RecordId {
    let (_, pr) = confirmed_problem(desk);
    let ben = desk.people["ben"].person();
    desk.by("ben", Request::Assign { id: pr, owner: Some(ben) }).unwrap();
    let criticality = json!({
        "performance_effect": "minor", "safety_effect": safety_effect, "security_effect": "none", "is_adverse_event": "no",
    });
    desk.edit("ben", pr, criticality).unwrap();
    desk.go("ben", pr, "investigate").unwrap();
    let evaluation = json!({
        "investigated_by": "Ben Example", "findings": "A timer is not restarted", "cause_text": "Missing restart",
        "new_hazard": false, "severity": "Minor", "probability": "Remote", "risk_acceptable": true,
        "safety_method": "Risk file, chapter 4", "other_fielded_versions": "2.2.x shows it too",
        "risk_file_update_needed": false,
        "advise_parties": [{"party": "Users", "decision": "do_not_advise", "rationale": "No hazard"}],
    });
    desk.edit("ben", pr, evaluation).unwrap();
    pr
}

pub fn evaluated_problem(desk: &mut Desk) -> RecordId {
    let pr = investigated_problem(desk, "minor");
    let refusal = desk.sign_go("ben", pr, "evaluate").unwrap_err().to_string();
    assert!(refusal.contains("risk manager signed"), "{refusal}");
    desk.signed("cleo", Request::Sign { id: pr, meaning: None }).unwrap();
    desk.sign_go("ben", pr, "evaluate").unwrap();
    pr
}

pub fn change_under_analysis(desk: &mut Desk, more: serde_json::Value) -> (RecordId, RecordId) {
    let mut set = json!({
        "title": "Restart the alarm timer", "origin": "internal", "change_type": "perfective", "urgency": "routine",
        "description": "Restart the timer", "reason": "Late alarm", "affected_cis": ["alarm/timer.c"],
        "affects_released_software": true, "communication_required": false,
        "communication_rationale": "Nothing changes for users",
    });
    for (key, value) in more.as_object().unwrap() {
        set[key] = value.clone();
    }
    let cr = desk.create("ben", Kind::ChangeRequest, set);
    desk.go("ben", cr, "submit").unwrap();
    let receipt = desk.go("ben", cr, "start_analysis").unwrap();
    (cr, receipt.made[0])
}

/// Fills the impact analysis, decides the matrix and the markets; then both are reviewed.
pub fn analyse(desk: &mut Desk, cr: RecordId, ia: RecordId) {
    let ben = desk.people["ben"].person();
    let asked = desk.record(ia).value("answers").as_array().unwrap().clone();
    let answers: Vec<_> = asked
        .iter()
        .map(|row| {
            let code = row["question"].as_str().unwrap();
            json!({"question": code, "answer": "no", "rationale": format!("For {code}: only the timer of the alarm is touched")})
        })
        .collect();
    let analysis = json!({
        "performed_by": [ben], "performed_at": desk.now, "method": "Code review and risk file", "scope_statement": "Alarm timer",
        "answers": answers, "conclusion": "no_safety_impact", "regression_scope": "Alarm tests", "rollback_plan": "Install 2.3.0",
        "controls_examined": ["RC-7 Alarm"],
    });
    desk.edit("ben", ia, analysis).unwrap();
    let rows: Vec<_> = desk.record(cr).value("activities").as_array().unwrap().clone();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|mut row| {
            if row.get("decision").is_none() {
                row["decision"] = json!(if row["activity"] == "5.5.1" { "repeat" } else { "not_needed" });
                row["rationale"] = json!("One line of code");
            }
            row
        })
        .collect();
    let decided = json!({
        "activities": rows,
        "regulatory_decisions": [
            {"market": "us", "decision": "letter_to_file", "rationale": "No new risk"},
            {"market": "eu", "decision": "letter_to_file", "rationale": "Not significant"},
        ],
    });
    desk.edit("ben", cr, decided).unwrap();
    desk.sign_go("ben", ia, "complete").unwrap();
    desk.sign_go("cleo", ia, "review").unwrap();
}

/// Returns the analysis and has it completed and reviewed as change and analysis stand now.
pub fn review_again(desk: &mut Desk, ia: RecordId) {
    let back = Act::from(go_to(ia, "return", json!({}))).because("The scope changed");
    desk.by("ben", back).unwrap();
    desk.sign_go("ben", ia, "complete").unwrap();
    desk.sign_go("cleo", ia, "review").unwrap();
}

pub fn approval_of(desk: &mut Desk, cr: RecordId) -> RecordId {
    desk.go("ben", cr, "request_approval").unwrap().made[0]
}

/// The whole way from feedback to a verified change: problem report and change request.
pub fn verified_change(desk: &mut Desk) -> (RecordId, RecordId) {
    let (pr, cr) = tested_change(desk);
    verify(desk, pr, cr);
    (pr, cr)
}

/// Verifies a tested change and lets its problem follow.
pub fn verify(desk: &mut Desk, pr: RecordId, cr: RecordId) {
    desk.sign_go("dan", cr, "verify").unwrap();
    assert_eq!(desk.state(cr), "verified");
    desk.go("dan", pr, "verify_resolution").unwrap();
}

/// The way from feedback to a change whose tests are recorded and not signed yet.
pub fn tested_change(desk: &mut Desk) -> (RecordId, RecordId) {
    let pr = evaluated_problem(desk);
    let receipt = desk.go("ben", pr, "request_change").unwrap();
    let cr = receipt.made[0];
    assert_eq!(desk.state(pr), "change_requested");
    let change = json!({
        "urgency": "routine", "description": "Restart the timer", "reason": "Late alarm",
        "affected_cis": ["alarm/timer.c"], "affects_released_software": true, "communication_required": false,
        "communication_rationale": "Release note only",
    });
    desk.edit("dan", cr, change).unwrap();
    desk.go("ben", cr, "submit").unwrap();
    let ia = desk.go("ben", cr, "start_analysis").unwrap().made[0];
    analyse(desk, cr, ia);
    let ap = approval_of(desk, cr);
    assert_eq!(desk.state(cr), "awaiting_approval");
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    assert_eq!(desk.state(ap), "partially_signed");
    // Ben wrote both change and analysis, so another development lead signs.
    let refusal = desk.signed("ben", Request::Sign { id: ap, meaning: None }).unwrap_err().to_string();
    assert!(refusal.contains("not an author"), "{refusal}");
    if !desk.people.contains_key("fay") {
        desk.hire("fay", "Fay Example", &[mainstay::domain::person::Role::DevLead]);
    }
    desk.signed("fay", Request::Sign { id: ap, meaning: None }).unwrap();
    assert_eq!(
        (desk.state(ap), desk.state(cr), desk.state(ia)),
        ("granted".into(), "approved".into(), "locked".into())
    );

    desk.go("ben", cr, "implement").unwrap();
    assert_eq!(desk.state(pr), "resolving");
    let ben = desk.people["ben"].person();
    let work = json!({
        "commits": ["a1b2c3"], "implemented_by": [ben], "work_started_at": desk.now, "changed_cis": ["alarm/timer.c"],
        "as_specified": true, "activities_done": [{"activity": "5.5.1", "evidence": "a1b2c3", "done_at": desk.now.day(), "done_by": "Ben"}],
    });
    desk.edit("ben", cr, work).unwrap();
    desk.go("ben", cr, "implemented").unwrap();
    desk.go("dan", cr, "start_verification").unwrap();
    let test = json!({
        "regression_rationale": "All alarm tests", "risk_control_verification": "RC-7 was tested",
    });
    let mut passed = passed_test();
    passed["date"] = json!(desk.now.day());
    desk.create_part("dan", Kind::TestRecord, cr, passed);
    desk.edit("dan", cr, test).unwrap();
    (pr, cr)
}

#[test]
fn a_problem_goes_from_feedback_to_a_verified_change_and_the_file_verifies() {
    let mut desk = Desk::staffed();
    verified_change(&mut desk);
    desk.assert_verifies();
}

#[test]
fn a_security_patch_without_impact_analysis_cannot_be_approved() {
    let mut desk = Desk::staffed();
    let security = json!({"change_type": "security", "affected_soup": [{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}]});
    let (cr, ia) = change_under_analysis(&mut desk, security);
    let refusal = desk.go("ben", cr, "request_approval").unwrap_err().to_string();
    assert!(refusal.contains("The security or SOUP change has a reviewed impact analysis"), "{refusal}");
    assert!(refusal.contains("6.2.3"), "{refusal}");
    // The questions for security are asked although the change is small.
    let asked = desk.record(ia).value("answers").to_string();
    for code in ["Q10", "Q11", "Q12", "Q27"] {
        assert!(asked.contains(code), "{code}");
    }
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("possible from “Approved”"), "{refusal}");
    assert_eq!(desk.state(cr), "under_analysis");
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let roles = desk.record(ap).value("required_roles").to_string();
    assert_eq!(roles, r#"["dev_lead","security_lead","quality"]"#);
    desk.assert_verifies();
}

#[test]
fn what_is_approved_cannot_be_edited_and_a_return_to_analysis_ends_the_approval() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[mainstay::domain::person::Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    desk.signed("fay", Request::Sign { id: ap, meaning: None }).unwrap();
    let before = desk.file.head().clone();
    let refusal = desk.edit("ben", cr, json!({"description": "Something else"})).unwrap_err().to_string();
    assert!(
        refusal.contains("“Description”") && refusal.contains("return the change to analysis"),
        "{refusal}"
    );
    let refusal = desk.edit("ben", ia, json!({"method": "Another"})).unwrap_err().to_string();
    assert!(refusal.contains("“Method”"), "{refusal}");
    assert_eq!(*desk.file.head(), before, "a refused request leaves no event");

    let again = Act::from(go_to(cr, "reanalyse", json!({})));
    let refusal = desk.by("ben", again.clone()).unwrap_err();
    assert!(matches!(refusal, Refused::NeedsReason(_)), "{refusal}");
    desk.by("ben", again.because("A second file is touched")).unwrap();
    assert_eq!(
        (desk.state(cr), desk.state(ap), desk.state(ia)),
        ("under_analysis".into(), "invalidated".into(), "superseded".into())
    );
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("is possible from"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn a_role_that_may_not_is_told_who_may() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    let refusal = desk.go("eva", fb, "register").unwrap_err().to_string();
    assert_eq!(
        refusal,
        "“Register” on FB-0001 is reserved for Support or Quality manager; ask a person with that role"
    );
    let refusal = desk
        .by("ana", Request::Move { id: fb, go: "fly".into(), set: Default::default() })
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("is not a step"), "{refusal}");
    assert!(matches!(desk.go("ana", id("FB-0099"), "register").unwrap_err(), Refused::NoSuchRecord(_)));
}
