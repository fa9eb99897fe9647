//! Decisions come from who must take them, and a decision that is given up leaves a way on: nothing gets stuck.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, EventFilter, Receipt, Refused, Request};
use serde_json::{Value, json};

use crate::chain::{
    analyse, approval_of, change_under_analysis, confirmed_problem, evaluated_problem, feedback,
    investigated_problem, tested_change, verify,
};
use crate::desk::{Desk, fields, go_to, passed_test};

fn because(desk: &mut Desk, login: &str, record: RecordId, go: &str) -> Receipt {
    desk.by(login, Act::from(go_to(record, go, json!({}))).because("It is given up")).unwrap()
}

fn approve(desk: &mut Desk, ap: RecordId) {
    if !desk.people.contains_key("fay") {
        desk.hire("fay", "Fay Example", &[Role::DevLead]);
    }
    for signer in ["ana", "fay"] {
        desk.signed(signer, Request::Sign { id: ap, meaning: None }).unwrap();
    }
}

fn policy(desk: &mut Desk, change: impl FnOnce(&mut Vec<Value>)) {
    let plan = desk.file.all(Kind::MaintenancePlan).unwrap().pop().unwrap();
    let mut rows = plan.value("authority").as_array().unwrap().clone();
    change(&mut rows);
    desk.change_plan(json!({"authority": rows}));
}

fn with_harm(desk: &mut Desk) -> RecordId {
    let fb = feedback(desk);
    desk.go("dan", fb, "register").unwrap();
    let screening = json!({
        "is_complaint": true, "complaint_rationale": "Alleges a deficiency", "patient_or_user_harm": "potential",
        "security_related": false,
    });
    desk.edit("dan", fb, screening).unwrap();
    fb
}

fn undecided(desk: &Desk, fb: RecordId) -> Option<String> {
    let items = desk.file.attention(desk.now.plus_seconds(9 * 86_400)).unwrap().now;
    items
        .into_iter()
        .find(|item| item.record == fb && item.what.contains("reportability"))
        .map(|item| item.what)
}

#[test]
fn a_market_without_an_assessment_is_undecided_however_its_row_went_away() {
    let mut desk = Desk::staffed();
    let fb = with_harm(&mut desk);
    desk.go("ana", fb, "evaluate").unwrap();
    let us =
        json!([{"market": "us", "decision": "do_not_report", "basis": "No injury", "decided_at": desk.now}]);
    desk.edit("eva", fb, json!({"reportability_assessments": us})).unwrap();
    assert_eq!(undecided(&desk, fb).as_deref(), Some("Decide reportability for European Union"));
    let refusal = desk.signed("eva", Request::Sign { id: fb, meaning: None }).unwrap_err().to_string();
    assert!(refusal.contains("Reportability is decided for European Union"), "{refusal}");
    desk.edit("eva", fb, json!({"reportability_assessments": null})).unwrap();
    let other = feedback(&mut desk);
    let refusal =
        desk.by("ana", go_to(fb, "duplicate", json!({"duplicate_of": other}))).unwrap_err().to_string();
    for market in ["United States", "European Union"] {
        assert!(refusal.contains(&format!("Reportability is decided for {market}")), "{refusal}");
    }
    // A row without its basis, and a second one that is open, decide nothing.
    let half = json!([
        {"market": "us", "decision": "do_not_report", "decided_at": desk.now},
        {"market": "eu", "decision": "do_not_report", "basis": "No injury", "decided_at": desk.now},
        {"market": "eu"},
    ]);
    desk.edit("eva", fb, json!({"reportability_assessments": half})).unwrap();
    let what = undecided(&desk, fb).unwrap();
    assert!(what.contains("United States") && what.contains("European Union"), "{what}");
    let whole: Vec<Value> = ["us", "eu"]
        .map(|market| json!({"market": market, "decision": "do_not_report", "basis": "No injury", "decided_at": desk.now}))
        .to_vec();
    desk.edit("eva", fb, json!({"reportability_assessments": whole})).unwrap();
    assert_eq!(undecided(&desk, fb), None);
    desk.signed("eva", Request::Sign { id: fb, meaning: None }).unwrap();
    desk.assert_verifies();
}

#[test]
fn a_change_that_is_given_up_returns_its_problem_to_be_decided_again() {
    for (last, by) in [("void", "ana"), ("cancel", "ben")] {
        let mut desk = Desk::staffed();
        let pr = evaluated_problem(&mut desk);
        let cr = desk.go("ben", pr, "request_change").unwrap().made[0];
        assert_eq!(desk.state(pr), "change_requested");
        because(&mut desk, by, cr, last);
        assert_eq!(desk.state(pr), "evaluated", "{last}");
        // The next request makes another change; the one that was given up does not count.
        let again = desk.go("ben", pr, "request_change").unwrap().made[0];
        assert_ne!(again, cr);
        desk.assert_verifies();
    }
}

#[test]
fn a_problem_with_two_changes_waits_for_the_one_that_is_left() {
    let mut desk = Desk::staffed();
    let pr = evaluated_problem(&mut desk);
    let first = desk.go("ben", pr, "request_change").unwrap().made[0];
    let (second, ia) = change_under_analysis(&mut desk, json!({"problem_reports": [pr]}));
    because(&mut desk, "ben", first, "cancel");
    assert_eq!(desk.state(pr), "change_requested", "the second change is under way");
    analyse(&mut desk, second, ia);
    let ap = approval_of(&mut desk, second);
    let refuse = Act::from(go_to(ap, "refuse", json!({}))).because("Too wide");
    desk.signed("ana", refuse).unwrap();
    assert_eq!((desk.state(second), desk.state(pr)), ("rejected".into(), "evaluated".into()));
    desk.assert_verifies();
}

#[test]
fn a_change_is_not_made_for_a_problem_that_nobody_judged_and_resolves_one_that_was() {
    let mut desk = Desk::staffed();
    let (_, open) = confirmed_problem(&mut desk);
    let (cr, ia) = change_under_analysis(&mut desk, json!({"problem_reports": [open]}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    approve(&mut desk, ap);
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(
        refusal.contains(&format!("{open} is evaluated, and not deferred or left without action")),
        "{refusal}"
    );

    let judged = evaluated_problem(&mut desk);
    let (cr, ia) = change_under_analysis(&mut desk, json!({"problem_reports": [judged]}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    approve(&mut desk, ap);
    desk.go("ben", cr, "implement").unwrap();
    assert_eq!(desk.state(judged), "resolving");
    let rows = desk.record(cr).value("activities_done").clone();
    assert_eq!(rows, json!([{"activity": "5.5.1"}]), "what is to be repeated waits for its evidence");
    desk.assert_verifies();
}

#[test]
fn a_change_does_not_resolve_the_problem_that_its_own_verification_found() {
    let mut desk = Desk::staffed();
    let found = evaluated_problem(&mut desk);
    let (pr, cr) = tested_change(&mut desk);
    desk.edit("dan", cr, json!({"problems_found": [found]})).unwrap();
    let own = desk.go("ben", found, "request_change").unwrap().made[0];
    assert_eq!(
        desk.state(found),
        "change_requested",
        "the change that found it is under way, its own is not"
    );
    assert_eq!(desk.record(own).value("problem_reports"), &json!([found]));
    let page = desk.file.page(found, None, desk.now).unwrap();
    let chain: Vec<RecordId> = page.trace.iter().flat_map(|step| &step.records).map(|(id, ..)| *id).collect();
    assert!(chain.contains(&own) && !chain.contains(&cr), "{chain:?}");
    verify(&mut desk, pr, cr);
    because(&mut desk, "ben", own, "cancel");
    assert_eq!(desk.state(found), "evaluated", "the verified change does not resolve it");
    desk.assert_verifies();
}

#[test]
fn an_evaluation_goes_back_to_investigation_with_a_reason() {
    let mut desk = Desk::staffed();
    let pr = evaluated_problem(&mut desk);
    let back = go_to(pr, "investigate_again", json!({}));
    assert!(matches!(desk.by("ben", back.clone()), Err(Refused::NeedsReason(_))));
    desk.by("ben", Act::from(back).because("A second cause was found")).unwrap();
    desk.edit("ben", pr, json!({"cause_text": "Missing restart, and a wrong timer"})).unwrap();
    let refusal = desk.sign_go("ben", pr, "evaluate").unwrap_err().to_string();
    assert!(refusal.contains("The risk manager signed the current safety evaluation"), "{refusal}");
    desk.signed("cleo", Request::Sign { id: pr, meaning: None }).unwrap();
    desk.sign_go("ben", pr, "evaluate").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_change_whose_approval_expired_is_analysed_and_approved_again() {
    let mut desk = Desk::staffed();
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let last = desk.now.day().plus_days(3).to_string();
    desk.edit("ana", ap, json!({"expires_at": last})).unwrap();
    approve(&mut desk, ap);
    desk.now = desk.now.plus_seconds(5 * 86_400);
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("The approval has not expired"), "{refusal}");
    let next = desk.go("ben", ap, "expire").unwrap().made[0];
    assert_eq!(
        (desk.state(ap), desk.state(cr), desk.state(ia), desk.state(next)),
        ("expired".into(), "under_analysis".into(), "superseded".into(), "draft".into())
    );
    assert_eq!(desk.record(cr).value("impact_analysis"), &json!(next));
    // The new analysis begins with what the old one said.
    desk.edit("ben", next, json!({"performed_at": desk.now})).unwrap();
    desk.sign_go("ben", next, "complete").unwrap();
    desk.sign_go("cleo", next, "review").unwrap();
    let ap = approval_of(&mut desk, cr);
    approve(&mut desk, ap);
    desk.go("ben", cr, "implement").unwrap();
    desk.assert_verifies();
}

#[test]
fn the_authority_matrix_says_who_signs_what_is_decided_of_a_problem() {
    let mut desk = Desk::staffed();
    policy(&mut desk, |rows| {
        for row in rows {
            match row["subject"].as_str() {
                Some("problem_safety") => {
                    row["must_sign"] = json!(["dev_lead", "risk_manager", "regulatory"]);
                }
                Some("problem_no_action") => row["must_sign"] = json!(["quality", "management"]),
                Some(_) | None => {}
            }
        }
    });
    let pr = investigated_problem(&mut desk, "none");
    desk.signed("cleo", Request::Sign { id: pr, meaning: None }).unwrap();
    let refusal = desk.sign_go("ben", pr, "evaluate").unwrap_err().to_string();
    assert!(refusal.contains("regulatory affairs signed the current safety evaluation"), "{refusal}");
    assert!(!refusal.contains("risk manager signed"), "{refusal}");
    desk.signed("eva", Request::Sign { id: pr, meaning: None }).unwrap();
    desk.sign_go("ben", pr, "evaluate").unwrap();

    let kept = json!({"no_change_rationale": "Rare", "residual_in_releases": ["2.3.0"]});
    desk.edit("ben", pr, kept).unwrap();
    let refusal = desk.sign_go("ana", pr, "justify_no_action").unwrap_err().to_string();
    assert!(refusal.contains("management signed the current decision"), "{refusal}");
    // Nothing touches safety, so the role that signs only then is not asked.
    assert!(!refusal.contains("risk manager"), "{refusal}");
    desk.hire("max", "Max Example", &[Role::Management]);
    desk.signed("max", Request::Sign { id: pr, meaning: None }).unwrap();
    desk.sign_go("ana", pr, "justify_no_action").unwrap();
    desk.assert_verifies();
}

#[test]
fn what_tells_when_something_happened_does_not_lie_ahead() {
    let mut desk = Desk::staffed();
    let later = desk.now.plus_seconds(3 * 86_400);
    let refused = |outcome: Result<Receipt, Refused>, label: &str| {
        let refusal = outcome.unwrap_err().to_string();
        assert!(refusal.contains(label) && refusal.contains("is in the future"), "{refusal}");
    };
    let set = fields(json!({"title": "Late alarm", "aware_at": later}));
    refused(desk.by("dan", Request::Create { kind: Kind::Feedback, parent: None, set }), "Aware since");
    let fb = feedback(&mut desk);
    let before = desk.file.head().clone();
    let outcome = desk.edit("dan", fb, json!({"received_at": later}));
    assert!(outcome.unwrap_err().to_string().contains("is in the future"));
    refused(desk.edit("dan", fb, json!({"aware_at": later})), "Aware since");
    assert_eq!(*desk.file.head(), before);
    desk.go("dan", fb, "register").unwrap();
    let row = json!([{"market": "us", "decided_at": later}]);
    refused(desk.edit("eva", fb, json!({"reportability_assessments": row})), "row 1, Decided at");
    refused(desk.edit("eva", fb, json!({"reply_sent_at": later.day().to_string()})), "Reply sent on");
    // A day may be a day ahead of universal time where the person is.
    desk.edit("eva", fb, json!({"reply_sent_at": desk.now.day().plus_days(1).to_string()})).unwrap();
}

#[test]
fn the_day_of_awareness_is_not_moved_later_and_a_receipt_not_told_late_without_a_reason() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    let told = desk.now;
    desk.now = desk.now.plus_seconds(6 * 3_600);
    let edit = |set: Value| Request::Edit { id: fb, set: fields(set) };
    for later in [json!(desk.now), Value::Null] {
        let refusal = desk.by("dan", edit(json!({"aware_at": later}))).unwrap_err();
        assert!(matches!(&refusal, Refused::NeedsReason(what) if what.contains("Aware since")), "{refusal}");
        let refusal = desk.by("dan", go_to(fb, "register", json!({"aware_at": later}))).unwrap_err();
        assert!(matches!(refusal, Refused::NeedsReason(_)), "{refusal}");
    }
    let earlier = told.plus_seconds(-3_600);
    desk.by("dan", edit(json!({"aware_at": earlier}))).unwrap();
    desk.by("dan", Act::from(edit(json!({"aware_at": told}))).because("The call was at nine")).unwrap();

    let long_ago = desk.now.plus_seconds(-20 * 86_400);
    let receipt = edit(json!({"received_at": long_ago}));
    let refusal = desk.by("dan", receipt.clone()).unwrap_err();
    assert!(matches!(&refusal, Refused::NeedsReason(what) if what.contains("working day")), "{refusal}");
    let act = Act { late_reason: Some("It lay in the wrong tray".to_owned()), ..Act::from(receipt) };
    let seq = desk.by("dan", act).unwrap().seq;
    let filter = EventFilter { record: Some(fb), ..EventFilter::default() };
    let mut events = desk.file.events(&filter, 100, 0).unwrap().into_iter();
    let event = events.find(|row| row.event.seq == seq).unwrap().event;
    assert_eq!(
        (event.occurred_at, event.late_reason.as_deref()),
        (Some(long_ago), Some("It lay in the wrong tray"))
    );
    desk.assert_verifies();
}

#[test]
fn a_text_that_shows_nothing_fills_no_field_and_dots_are_no_rationale() {
    let mut desk = Desk::staffed();
    let set = fields(json!({"title": "\u{200B}\u{2060}\u{3164}"}));
    let refusal =
        desk.by("dan", Request::Create { kind: Kind::Feedback, parent: None, set }).unwrap_err().to_string();
    assert!(refusal.contains("Title"), "{refusal}");
    let (_, ia) = change_under_analysis(&mut desk, json!({}));
    let rows: Vec<Value> = desk
        .record(ia)
        .value("answers")
        .as_array()
        .unwrap()
        .iter()
        .zip(0..)
        .map(|(row, number)| {
            let code = row["question"].as_str().unwrap();
            let said = if number == 0 {
                ". . . . . . . . . . . . . . . . ".to_owned()
            } else {
                format!("For {code}: only the timer")
            };
            json!({"question": code, "answer": "no", "rationale": said})
        })
        .collect();
    desk.edit("ben", ia, json!({"answers": rows})).unwrap();
    let refusal = desk.sign_go("ben", ia, "complete").unwrap_err().to_string();
    assert!(refusal.contains("Q01 has a rationale of at least"), "{refusal}");
    assert!(!refusal.contains("Q02 has a rationale"), "{refusal}");
}

#[test]
fn a_change_is_verified_once_everything_that_was_to_be_repeated_is_done() {
    let mut desk = Desk::staffed();
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let mut rows = desk.record(cr).value("activities").as_array().unwrap().clone();
    for row in &mut rows {
        if ["5.6", "5.7", "5.8"].contains(&row["activity"].as_str().unwrap()) {
            row["decision"] = json!("repeat");
        }
    }
    desk.edit("ben", cr, json!({"activities": rows})).unwrap();
    crate::chain::review_again(&mut desk, ia);
    let ap = approval_of(&mut desk, cr);
    approve(&mut desk, ap);
    desk.go("ben", cr, "implement").unwrap();
    let ben = desk.people["ben"].person();
    let coded = json!({"activity": "5.5.1", "evidence": "a1b2c3", "done_at": "2031-03-03", "done_by": "Ben"});
    let work = json!({
        "commits": ["a1b2c3"], "implemented_by": [ben], "work_started_at": desk.now, "changed_cis": ["alarm/timer.c"],
        "as_specified": true, "activities_done": [coded],
    });
    desk.edit("ben", cr, work).unwrap();
    desk.go("ben", cr, "implemented").unwrap();
    desk.go("dan", cr, "start_verification").unwrap();
    let test = json!({
        "regression_rationale": "All alarm tests", "risk_control_verification": "RC-7 was tested",
    });
    desk.create_part("dan", Kind::TestRecord, cr, passed_test());
    desk.edit("dan", cr, test).unwrap();
    let refusal = desk.sign_go("dan", cr, "verify").unwrap_err().to_string();
    for code in ["5.6", "5.7"] {
        assert!(refusal.contains(&format!("{code} was repeated, with evidence and date")), "{refusal}");
    }
    assert!(!refusal.contains("5.8 was repeated"), "the release comes later: {refusal}");
    let done = |code: &str| json!({"activity": code, "evidence": "Report 7", "done_at": "2031-03-03", "done_by": "Dan"});
    desk.edit("dan", cr, json!({"activities_done": [coded, done("5.6"), done("5.7")]})).unwrap();
    desk.sign_go("dan", cr, "verify").unwrap();
    // What follows later is told later: the release, and what was put off.
    desk.edit("dan", cr, json!({"activities_done": [coded, done("5.6"), done("5.7"), done("5.8")]})).unwrap();
    desk.assert_verifies();
}
