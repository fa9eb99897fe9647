//! What is signed stays as it was signed, and nobody judges their own work.

use mainstay::domain::ids::RecordId;
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Receipt, Refused, Request};
use serde_json::{Value, json};

use crate::chain::{analyse, approval_of, change_under_analysis};
use crate::desk::{Desk, fields};

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
        assert!(refusal.contains("What was signed is not edited"), "{refusal}");
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
fn a_condition_blocks_the_work_until_it_is_told_how_it_was_met_and_cannot_be_dropped() {
    let mut desk = Desk::staffed();
    let (cr, _, ap) = awaiting(&mut desk);
    desk.edit("ana", ap, json!({"conditions": [{"condition": "Rig 2 is calibrated"}]})).unwrap();
    sign(&mut desk, "ana", ap).unwrap();
    sign(&mut desk, "fay", ap).unwrap();
    assert_eq!(desk.record(ap).value("decision"), &json!("approved_with_conditions"));
    let refusal = desk.edit("ana", ap, json!({"conditions": null})).unwrap_err().to_string();
    assert!(refusal.contains("What was signed is not edited"), "{refusal}");
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
