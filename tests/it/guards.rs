//! What is signed stays as it was signed, and nobody judges their own work.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Password, Receipt, Refused, Request};
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, evaluated_problem, verified_change};
use crate::desk::{Desk, PASSWORD, attach_log, fields, go_to, id, stamp};

fn sign(desk: &mut Desk, login: &str, id: RecordId) -> Result<Receipt, Refused> {
    desk.signed(login, Request::Sign { id, meaning: None })
}

/// A change whose approval is asked for: change, analysis, approval. Ben wrote it; Fay leads development besides him.
fn awaiting(desk: &mut Desk) -> (RecordId, RecordId, RecordId) {
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(desk, json!({}));
    analyse(desk, cr, ia);
    let ap = approval_of(desk, cr);
    (cr, ia, ap)
}

#[test]
fn a_decision_is_closed_by_its_first_signature() {
    let mut desk = Desk::staffed();
    let (_, _, ap) = awaiting(&mut desk);
    desk.edit("ana", ap, json!({"rationale": "Needed in the field"})).unwrap();
    let refusal = desk.edit("ana", ap, json!({"decision": "rejected"})).unwrap_err().to_string();
    assert!(refusal.contains("“Decision”: is filled by the program"), "{refusal}");
    let decision = json!({
        "conditions": [{"condition": "Rig 2 is calibrated"}], "expires_at": "2036-01-01", "rationale": "Changed afterwards",
    });
    for signer in ["ana", "fay"] {
        sign(&mut desk, signer, ap).unwrap();
        let before = desk.file.head().clone();
        let refusal = desk.edit("ana", ap, decision.clone()).unwrap_err().to_string();
        assert!(refusal.contains("Signed content cannot be edited"), "{refusal}");
        assert_eq!(*desk.file.head(), before);
    }
    assert_eq!(desk.state(ap), "granted");
    assert_eq!(desk.record(ap).value("decision"), &json!("approved"));
    let page = desk.file.page(ap, None, desk.now).unwrap();
    assert_eq!(page.signatures.len(), 2);
    assert!(page.signatures.iter().all(|view| view.holds), "both signatures cover the same decision");
    desk.assert_verifies();
}

#[test]
fn a_condition_blocks_the_work_until_it_is_recorded_how_it_was_met_and_cannot_be_dropped() {
    let mut desk = Desk::staffed();
    let (cr, _, ap) = awaiting(&mut desk);
    desk.edit("ana", ap, json!({"conditions": [{"condition": "Rig 2 is calibrated"}]})).unwrap();
    sign(&mut desk, "ana", ap).unwrap();
    sign(&mut desk, "fay", ap).unwrap();
    assert_eq!(desk.record(ap).value("decision"), &json!("approved_with_conditions"));
    let refusal = desk.edit("ana", ap, json!({"conditions": null})).unwrap_err().to_string();
    assert!(refusal.contains("Signed content cannot be edited"), "{refusal}");
    desk.edit("ana", ap, json!({"conditions_met": null})).unwrap();
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("The conditions of the approval are met"), "{refusal}");
    let met = json!({"conditions_met": [{"condition": "Rig 2 is calibrated", "met_by": "Certificate 12"}]});
    desk.edit("ana", ap, met).unwrap();
    desk.go("ben", cr, "implement").unwrap();
    let page = desk.file.page(ap, None, desk.now).unwrap();
    assert!(page.signatures.iter().all(|view| view.holds), "how it was met is not part of what is signed");
    desk.assert_verifies();
}

#[test]
fn who_edited_the_change_or_the_analysis_does_not_approve_it_whomever_it_names() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead, Role::Quality]);
    desk.hire("gil", "Gil Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    desk.edit("fay", cr, json!({"description": "Restart the timer, and the pump"})).unwrap();
    desk.edit("gil", ia, json!({"method": "By thinking"})).unwrap();
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let named = desk.record(ia).value("performed_by").clone();
    let authors = desk.record(ap).value("authors").clone();
    for author in ["fay", "gil"] {
        let id = desk.people[author].person().to_string();
        assert!(!named.to_string().contains(&id) && authors.to_string().contains(&id), "{authors}");
        let refusal = sign(&mut desk, author, ap).unwrap_err().to_string();
        assert!(refusal.contains("not an author"), "{refusal}");
    }
    sign(&mut desk, "ana", ap).unwrap();
    assert_eq!(desk.state(ap), "partially_signed");
    desk.assert_verifies();
}

#[test]
fn who_wrote_or_completed_an_analysis_does_not_review_it_nor_the_one_that_takes_its_text_over() {
    let mut desk = Desk::staffed();
    desk.hire("hal", "Hal Example", &[Role::RiskManager]);
    desk.hire("ida", "Ida Example", &[Role::RiskManager]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    desk.edit("hal", ia, json!({"rmf_before": "Version 14"})).unwrap();
    analyse(&mut desk, cr, ia);
    desk.by("ben", Act::from(go_to(ia, "return", json!({}))).because("A word is missing")).unwrap();
    // Ida changes nothing, but signs the analysis as hers.
    desk.sign_go("ida", ia, "complete").unwrap();
    for author in ["hal", "ida"] {
        let refusal = desk.sign_go(author, ia, "review").unwrap_err().to_string();
        assert!(refusal.contains("The reviewer is not an author"), "{refusal}");
        let refusal = sign(&mut desk, author, ia).unwrap_err().to_string();
        assert!(refusal.contains("The reviewer is not an author"), "{refusal}");
    }
    desk.sign_go("cleo", ia, "review").unwrap();
    approval_of(&mut desk, cr);
    desk.by("ben", Act::from(go_to(cr, "reanalyse", json!({}))).because("Another file")).unwrap();
    let next: RecordId = desk.record(cr).text("impact_analysis").parse().unwrap();
    assert_ne!(next, ia);
    desk.sign_go("ben", next, "complete").unwrap();
    let refusal = desk.sign_go("hal", next, "review").unwrap_err().to_string();
    assert!(refusal.contains("The reviewer is not an author"), "{refusal}");
    desk.sign_go("cleo", next, "review").unwrap();
    desk.assert_verifies();
}

#[test]
fn what_is_approved_is_not_written_along_with_a_step() {
    let mut desk = Desk::staffed();
    let cr = desk.create("dan", Kind::ChangeRequest, json!({"title": "Restart the timer"}));
    let along = go_to(cr, "submit", json!({"description": "Written by nobody"}));
    let refusal = desk.by("ben", along).unwrap_err().to_string();
    assert!(refusal.contains("edit it before this step"), "{refusal}");
}

#[test]
fn who_carried_a_change_out_does_not_close_its_problem() {
    let mut desk = Desk::staffed();
    let (pr, cr) = verified_change(&mut desk);
    let answers = json!({
        "resolved": true, "trend_reversed": "There was none", "implemented_in": ["2.3.1"], "new_problems": "None",
        "verification_evidence": "Test report 7", "released_in": "fixed, unreleased",
    });
    desk.edit("dan", pr, answers).unwrap();
    assert!(desk.record(pr).value("implemented_by").is_null(), "the report names nobody, the change Ben");
    assert!(desk.record(cr).value("implemented_by").to_string().contains("PN-0002"));
    let ben = desk.people["ben"].person();
    let roles = json!({"roles": ["dev_lead", "developer", "quality"]});
    desk.edit("ana", ben, roles).unwrap();
    let at = desk.tick();
    let session = desk.file.sign_in("ben", &Password::new(PASSWORD), &stamp(at)).unwrap();
    desk.people.insert("ben", session);
    let refusal = desk.sign_go("ben", pr, "close").unwrap_err().to_string();
    assert!(refusal.contains("did not implement the change"), "{refusal}");
    desk.sign_go("ana", pr, "close").unwrap();
    let attach = attach_to(pr);
    let refusal = desk.by("dan", attach).unwrap_err().to_string();
    assert!(refusal.contains("its files are fixed"), "{refusal}");
}

#[test]
fn a_scope_that_changed_after_the_review_is_reviewed_again_by_the_roles_that_it_asks_for_now() {
    let mut desk = Desk::staffed();
    desk.hire("hal", "Hal Example", &[Role::RiskManager]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let soup = json!([{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}]);
    desk.edit("ben", cr, json!({"change_type": "security", "affected_soup": soup})).unwrap();
    let refusal = desk.go("ben", cr, "request_approval").unwrap_err().to_string();
    for words in ["one of them was changed", "return the analysis for correction"] {
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    desk.by("ben", Act::from(go_to(ia, "return", json!({}))).because("It is for security now")).unwrap();
    desk.sign_go("ben", ia, "complete").unwrap();
    let refusal = desk.sign_go("hal", ia, "review").unwrap_err().to_string();
    assert!(refusal.contains("The security lead reviews the analysis"), "{refusal}");
    desk.sign_go("cleo", ia, "review").unwrap();
    approval_of(&mut desk, cr);
    desk.assert_verifies();
}

fn class(class: &str) -> Request {
    Request::Edit { id: id("PD-0001"), set: fields(json!({"software_safety_class": class})) }
}

#[test]
fn class_and_markets_change_only_by_a_signed_act_with_a_reason() {
    let mut desk = Desk::staffed();
    let refusal = desk.signed("ana", class("a")).unwrap_err();
    assert!(matches!(refusal, Refused::NeedsReason(_)), "{refusal}");
    for set in [json!({"software_safety_class": "a"}), json!({"markets": ["us"]})] {
        let edit = Request::Edit { id: id("PD-0001"), set: fields(set) };
        let refusal = desk.by("ana", Act::from(edit).because("Classified anew")).unwrap_err();
        assert!(matches!(refusal, Refused::NeedsPassword(_)), "{refusal}");
    }
    // What nothing rests on is edited as before.
    let model = Request::Edit { id: id("PD-0001"), set: fields(json!({"model": "PG-2"})) };
    desk.by("ana", model).unwrap();
    desk.signed("ana", Act::from(class("a")).because("Classified anew")).unwrap();
    let page = desk.file.page(id("PD-0001"), None, desk.now).unwrap();
    assert_eq!(page.signatures.len(), 1);
    assert_eq!(page.signatures[0].signature.reason.as_deref(), Some("Classified anew"));
    desk.assert_verifies();
}

#[test]
fn a_class_that_is_lowered_for_an_approval_and_raised_again_does_not_let_the_work_begin() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    desk.signed("ana", Act::from(class("a")).because("Classified anew")).unwrap();
    analyse(&mut desk, cr, ia);
    let questions = desk.record(ia).value("answers").as_array().unwrap().clone();
    let safety: Vec<_> = questions
        .into_iter()
        .map(|mut row| {
            if row["question"] == "Q05" {
                row["answer"] = json!("yes");
            }
            row
        })
        .collect();
    desk.by("ben", Act::from(go_to(ia, "return", json!({}))).because("Q05")).unwrap();
    desk.edit("ben", ia, json!({"answers": safety})).unwrap();
    desk.sign_go("ben", ia, "complete").unwrap();
    desk.sign_go("cleo", ia, "review").unwrap();
    let ap = approval_of(&mut desk, cr);
    assert_eq!(desk.record(ap).value("required_roles"), &json!(["dev_lead", "quality"]));
    sign(&mut desk, "ana", ap).unwrap();
    desk.signed("ana", Act::from(class("b")).because("Classified back")).unwrap();
    let refusal = sign(&mut desk, "fay", ap).unwrap_err().to_string();
    assert!(
        refusal.contains("missing: Risk manager; return CR-0001 and request the approval again"),
        "{refusal}"
    );
    desk.signed("ana", Act::from(class("a")).because("Classified anew")).unwrap();
    sign(&mut desk, "fay", ap).unwrap();
    desk.signed("ana", Act::from(class("b")).because("Classified back")).unwrap();
    let refusal = desk.go("ben", cr, "implement").unwrap_err().to_string();
    assert!(refusal.contains("missing: Risk manager"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn an_edit_of_a_record_that_was_signed_asks_why() {
    let mut desk = Desk::staffed();
    let pr = evaluated_problem(&mut desk);
    let edit = Request::Edit { id: pr, set: fields(json!({"no_change_rationale": "Rare"})) };
    let refusal = desk.by("ben", edit.clone()).unwrap_err();
    assert!(matches!(refusal, Refused::NeedsReason(_)), "{refusal}");
    desk.by("ben", Act::from(edit).because("The board asked for it")).unwrap();
    desk.assert_verifies();
}

#[test]
fn a_step_that_changes_a_signed_record_and_is_not_signed_itself_asks_why() {
    let mut desk = Desk::staffed();
    let pr = evaluated_problem(&mut desk);
    let request = go_to(pr, "request_change", json!({"change_needed": "yes"}));
    let refusal = desk.by("ben", request.clone()).unwrap_err();
    assert!(matches!(&refusal, Refused::NeedsReason(what) if what.contains(&pr.to_string())), "{refusal}");
    let at = desk.tick();
    let preview = desk.file.preview(&desk.people["ben"], Act::from(request.clone()), &stamp(at)).unwrap();
    assert!(preview.asks.reason.is_some(), "the preview asks, too");
    desk.by("ben", Act::from(request).because("The board asked for it")).unwrap();
    let other = evaluated_problem(&mut desk);
    desk.go("ben", other, "request_change").unwrap();
    desk.assert_verifies();
}

fn attach_to(to: RecordId) -> Request {
    attach_log(to, "a,b\n")
}

#[test]
fn files_neither_come_nor_go_where_the_content_is_signed() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    let file = desk.by("dan", attach_to(ia)).unwrap().record.unwrap();
    desk.by("dan", attach_to(cr)).unwrap();
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    desk.by("dan", attach_to(ap)).unwrap();
    sign(&mut desk, "ana", ap).unwrap();
    sign(&mut desk, "fay", ap).unwrap();
    for record in [cr, ia, ap] {
        let refusal = desk.by("dan", attach_to(record)).unwrap_err().to_string();
        assert!(refusal.contains("its files are fixed"), "{refusal}");
    }
    let withdraw = Act::from(go_to(file, "withdraw", json!({}))).because("The wrong log");
    let refusal = desk.by("dan", withdraw).unwrap_err().to_string();
    assert!(refusal.contains("is “Locked”"), "{refusal}");
    let refusal = desk.edit("dan", file, json!({"description": "Another"})).unwrap_err().to_string();
    assert!(refusal.contains("its files are fixed"), "{refusal}");
    desk.go("ben", cr, "implement").unwrap();
    desk.by("dan", attach_to(cr)).unwrap();
    desk.assert_verifies();
}
