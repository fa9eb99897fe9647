//! Whatever waits for somebody is on the dashboard's list.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Request};
use serde_json::{Value, json};

use crate::chain::{
    analyse, approval_of, change_under_analysis, confirmed_problem, evaluated_problem, feedback,
};
use crate::desk::{Desk, fields, go_to};

fn words(desk: &Desk, id: RecordId, days: i64) -> Vec<String> {
    desk.asked(id, days).into_iter().map(|(what, _)| what).collect()
}

fn because(desk: &mut Desk, login: &str, id: RecordId, go: &str) {
    desk.by(login, Act::from(go_to(id, go, json!({}))).because("As it came out")).unwrap();
}

#[test]
fn feedback_is_late_from_its_receipt_on_and_waits_until_it_is_closed() {
    let mut desk = Desk::staffed_once();
    let received = desk.now.plus_seconds(-20 * 86_400);
    let set = json!({
        "title": "Alarm is late", "received_at": received, "aware_at": received, "channel": "Telephone", "source_kind": "user",
        "description_verbatim": "The alarm came late.", "device_name": "Pump gateway", "software_version_reported": "2.3.0",
    });
    let act = Act {
        late_reason: Some("It lay in the wrong tray".to_owned()),
        ..Act::from(Request::Create { kind: Kind::Feedback, parent: None, set: fields(set) })
    };
    let late = desk.by("dan", act).unwrap().record.unwrap();
    let (what, days) = desk.asked(late, 0).remove(0);
    assert_eq!(what, "Evaluate the feedback");
    assert!(days > 15, "it waits since it was received, not since it was entered: {days}");

    let (judged, _) = confirmed_problem(&mut desk);
    assert_eq!(words(&desk, judged, 31), ["Answer the reporter and close the feedback"]);
    desk.edit("dan", judged, json!({"reply_ref": "Letter 12"})).unwrap();
    desk.sign_go("ana", judged, "close").unwrap();
    assert!(words(&desk, judged, 400).is_empty());
    let fresh = feedback(&mut desk);
    assert_eq!(desk.asked(fresh, 0)[0].1, -2, "two working days are left");
}

#[test]
fn a_problem_waits_for_its_decision_its_verification_and_its_closure() {
    let mut desk = Desk::staffed();
    let pr = evaluated_problem(&mut desk);
    assert_eq!(words(&desk, pr, 20), ["Decide what is done about the problem"]);
    let cr = desk.go("ben", pr, "request_change").unwrap().made[0];
    assert!(words(&desk, pr, 20).is_empty(), "the change is waited for");
    because(&mut desk, "ben", cr, "cancel");
    assert_eq!(words(&desk, pr, 20), ["Decide what is done about the problem"]);

    let kept = json!({"no_change_rationale": "Rare", "residual_in_releases": ["2.3.0"]});
    desk.edit("ben", pr, kept).unwrap();
    desk.signed("cleo", Request::Sign { id: pr, meaning: None }).unwrap();
    desk.sign_go("ana", pr, "justify_no_action").unwrap();
    assert_eq!(words(&desk, pr, 31), ["Close the problem report"]);

    let (pr, cr) = crate::chain::tested_change(&mut desk);
    assert!(words(&desk, pr, 31).is_empty(), "the change is being verified");
    desk.sign_go("dan", cr, "verify").unwrap();
    assert_eq!(words(&desk, pr, 31), ["Verify the resolution"]);
    desk.go("dan", pr, "verify_resolution").unwrap();
    assert_eq!(words(&desk, pr, 31), ["Verify the resolution and close"]);
}

#[test]
fn a_change_waits_as_a_draft_on_hold_for_its_review_and_to_be_begun() {
    let mut desk = Desk::staffed();
    let draft = desk.create("dan", Kind::ChangeRequest, json!({"title": "Restart the timer"}));
    assert_eq!(desk.asked(draft, 0), [("Submit or cancel the change".to_owned(), -14)]);
    desk.edit("dan", draft, json!({"urgency": "emergency"})).unwrap();
    assert!(desk.asked(draft, 0)[0].1 > -14, "an emergency waits for a shorter time");
    because(&mut desk, "ben", draft, "cancel");
    assert!(words(&desk, draft, 30).is_empty());

    let (held, _) = change_under_analysis(&mut desk, json!({}));
    because(&mut desk, "ben", held, "hold");
    assert_eq!(words(&desk, held, 15), ["Resume or cancel the change"]);

    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    let rows: Vec<Value> = desk.record(ia).value("answers").as_array().unwrap().clone();
    assert!(!rows.is_empty() && words(&desk, ia, 30).is_empty());
    analyse(&mut desk, cr, ia);
    because(&mut desk, "ben", ia, "return");
    desk.sign_go("ben", ia, "complete").unwrap();
    assert_eq!(words(&desk, ia, 15), ["Review the impact analysis"]);
    desk.sign_go("cleo", ia, "review").unwrap();
    assert!(words(&desk, ia, 15).is_empty());
    let ap = approval_of(&mut desk, cr);
    let last = desk.now.day().plus_days(5);
    desk.edit("ana", ap, json!({"expires_at": last.to_string()})).unwrap();
    for signer in ["ana", "fay"] {
        desk.signed(signer, Request::Sign { id: ap, meaning: None }).unwrap();
    }
    assert_eq!(
        desk.asked(cr, 0),
        [("Start the approved change".to_owned(), -5)],
        "until the approval expires"
    );
    let after = words(&desk, cr, 6);
    assert_eq!(after, ["Mark the approval as expired; the work may no longer start"]);
    desk.go("ben", cr, "implement").unwrap();
    assert!(words(&desk, cr, 30).is_empty());
}
