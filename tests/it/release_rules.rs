//! Rules of releases and of what is told: what stands, what follows what, who signs, and what is not evaded.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Request};
use serde_json::{Value, json};

use crate::chain::{analyse, approval_of, change_under_analysis};
use crate::desk::{Desk, go_to, id, passed_test};
use crate::releasing::{ARTIFACT, approve_release, archive, candidate, drafted_note, release_note, released};

/// A second change, verified.
fn second_change(desk: &mut Desk) -> RecordId {
    let (cr, ia) = change_under_analysis(desk, json!({"affected_cis": ["ui/main.c"]}));
    analyse(desk, cr, ia);
    let ap = approval_of(desk, cr);
    for login in ["ana", "fay"] {
        desk.signed(login, Request::Sign { id: ap, meaning: None }).unwrap();
    }
    desk.go("ben", cr, "implement").unwrap();
    let ben = desk.people["ben"].person();
    let work = json!({
        "commits": ["b2c3d4"], "implemented_by": [ben], "work_started_at": desk.now, "changed_cis": ["ui/main.c"], "as_specified": true,
        "activities_done": [{"activity": "5.5.1", "evidence": "b2c3d4", "done_at": "2031-03-03", "done_by": "Ben"}],
    });
    desk.edit("ben", cr, work).unwrap();
    desk.go("ben", cr, "implemented").unwrap();
    desk.go("dan", cr, "start_verification").unwrap();
    desk.create_part("dan", Kind::TestRecord, cr, passed_test());
    let tested = json!({"regression_rationale": "All", "risk_control_verification": "RC-7"});
    desk.edit("dan", cr, tested).unwrap();
    desk.sign_go("dan", cr, "verify").unwrap();
    cr
}

/// What the next version needs, after `released`.
fn next_version() -> Value {
    json!({
        "title": "The next", "version": "2.3.2",
        "baseline_items": [{"item": "alarm/timer.c", "version": "a1b2c3"}, {"item": "ui/main.c", "version": "b2c3d4"}],
        "commits": null,
    })
}

fn unmet(desk: &Desk, release: RecordId) -> Vec<String> {
    desk.unmet(release).into_iter().map(|condition| condition.text).collect()
}

fn says(texts: &[String], words: &str) -> bool {
    texts.iter().any(|text| text.contains(words))
}

/// A released version, its problem closed, and the next one in preparation with a second change.
fn next_in_preparation(desk: &mut Desk) -> (RecordId, RecordId) {
    let first = released(desk);
    let change = second_change(desk);
    let mut set = next_version();
    set["change_requests"] = json!([change]);
    let second = desk.create("rita", Kind::Release, set);
    assert_eq!(desk.record(second).text("predecessor"), first.to_string(), "it follows the last one");
    (first, second)
}

#[test]
fn a_problem_that_came_back_stands_in_the_next_version_although_its_change_was_released() {
    let mut desk = Desk::staffed();
    let (_, second) = next_in_preparation(&mut desk);
    let pr = id("PR-0001");
    let answers = json!({
        "resolved": true, "trend_reversed": "None", "implemented_in": ["2.3.1"], "new_problems": "None",
        "verification_evidence": "TP-31",
    });
    desk.edit("dan", pr, answers).unwrap();
    desk.sign_go("ana", pr, "close").unwrap();
    assert!(!says(&unmet(&desk, second), "PR-0001 stands"));
    desk.by("dan", Act::from(go_to(pr, "reopen", json!({}))).because("It is late again")).unwrap();
    desk.edit("dan", pr, json!({"affected_product_versions": ["v2.3.1"]})).unwrap();
    let found = unmet(&desk, second);
    assert!(says(&found, "PR-0001 stands in 2.3.2 and is among the residual anomalies"), "{found:?}");
    desk.edit("dan", pr, json!({"affected_product_versions": ["2.3.x"]})).unwrap();
    let found = unmet(&desk, second);
    assert!(says(&found, "PR-0001 names each version that it affects"), "{found:?}");
}

#[test]
fn a_release_follows_the_last_one_and_cannot_pass_as_the_first() {
    let mut desk = Desk::staffed();
    let (first, second) = next_in_preparation(&mut desk);
    assert!(!says(&unmet(&desk, second), "It follows"));
    desk.edit("rita", second, json!({"predecessor": null, "release_kind": "initial"})).unwrap();
    let found = unmet(&desk, second);
    assert!(
        says(&found, &format!("It follows {first}, version 2.3.1, the last one that was released")),
        "{found:?}"
    );
    desk.edit("rita", second, json!({"predecessor": first, "change_requests": []})).unwrap();
    let found = unmet(&desk, second);
    assert!(says(&found, "It contains a change, or is the initial release"), "{found:?}");
    assert!(says(&found, "A change of this release is behind ui/main.c 77aa01 → b2c3d4"), "{found:?}");
    for same in ["2.3.1", "v2.3.1", "2.3.1.0", "2.3.1\u{200b}"] {
        let set = json!({"title": "Again", "version": same});
        let request = Request::Create { kind: Kind::Release, parent: None, set: crate::desk::fields(set) };
        let refusal = desk.by("rita", request).map(|_| ()).unwrap_err().to_string();
        assert!(
            refusal.contains("No other release has the version") || refusal.contains("200B"),
            "{same}: {refusal}"
        );
    }
}

#[test]
fn the_second_release_supersedes_the_first_and_the_file_verifies() {
    let mut desk = Desk::staffed();
    let first = released(&mut desk);
    let change = second_change(&mut desk);
    let second = candidate(&mut desk, change, next_version());
    approve_release(&mut desk, second);
    archive(&mut desk, second);
    let refusal = desk.sign_go("rita", second, "release").unwrap_err().to_string();
    assert!(refusal.contains("A communication about the release is approved for United States"), "{refusal}");
    release_note(&mut desk, second);
    desk.sign_go("rita", second, "release").unwrap();
    assert_eq!((desk.state(first), desk.state(second)), ("superseded".into(), "released".into()));
    desk.assert_verifies();
}

#[test]
fn an_alert_inside_the_organisation_tells_no_user() {
    let mut desk = Desk::staffed();
    let (_, cr) = crate::chain::verified_change(&mut desk);
    let release = candidate(&mut desk, cr, json!({}));
    approve_release(&mut desk, release);
    archive(&mut desk, release);
    let note = drafted_note(&mut desk, release);
    desk.edit("eva", note, json!({"communication_kind": "internal_alert"})).unwrap();
    let approval = desk.go("eva", note, "submit").unwrap().made[0];
    for login in ["eva", "gina"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    let refusal = desk.sign_go("rita", release, "release").unwrap_err().to_string();
    assert!(refusal.contains("A communication about the release is approved for"), "{refusal}");
}

#[test]
fn an_approval_with_an_open_condition_releases_nothing() {
    let mut desk = Desk::staffed();
    let (_, cr) = crate::chain::verified_change(&mut desk);
    let release = candidate(&mut desk, cr, json!({}));
    let approval = desk.file.referring(release, Kind::Approval).unwrap().pop().unwrap().head.id;
    desk.edit("ana", approval, json!({"conditions": [{"condition": "The clinical evaluation is done"}]}))
        .unwrap();
    approve_release(&mut desk, release);
    release_note(&mut desk, release);
    archive(&mut desk, release);
    let refusal = desk.sign_go("rita", release, "release").unwrap_err().to_string();
    assert!(refusal.contains("The conditions of the approval are met"), "{refusal}");
    let met =
        json!({"conditions_met": [{"condition": "The clinical evaluation is done", "met_by": "CE-12"}]});
    desk.edit("ana", approval, met).unwrap();
    desk.sign_go("rita", release, "release").unwrap();
    desk.assert_verifies();
}

#[test]
fn what_was_found_of_one_candidate_does_not_count_for_the_next() {
    let mut desk = Desk::staffed();
    let (_, cr) = crate::chain::verified_change(&mut desk);
    let release = candidate(&mut desk, cr, json!({}));
    assert_eq!(desk.record(release).text("tested_sha256"), ARTIFACT);
    desk.by("rita", Act::from(go_to(release, "rebuild", json!({}))).because("A test failed")).unwrap();
    let data = desk.record(release);
    for field in ["tested_sha256", "tested_on", "verification_summary", "tasks", "risk_review"] {
        assert!(data.value(field).is_null(), "{field}");
    }
    assert_eq!(desk.file.referring(release, Kind::Approval).unwrap()[0].head.state, "invalidated");
    desk.assert_verifies();
}

#[test]
fn the_archive_of_a_release_is_fixed_and_a_reading_that_differs_is_due_at_once() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let refusal = desk.edit("rita", release, json!({"archive_sha256": ARTIFACT})).unwrap_err().to_string();
    assert!(refusal.contains("is fixed in state “Released”"), "{refusal}");
    let mut checks = desk.record(release).value("archive_checks").as_array().unwrap().clone();
    desk.now = desk.now.plus_seconds(86_400);
    checks.push(
        json!({"checked_on": desk.now.day(), "sha256": ARTIFACT, "checked_by": "Dan", "how": "Read back"}),
    );
    desk.edit("rita", release, json!({"archive_checks": checks})).unwrap();
    let due = desk.file.attention(desk.now).unwrap().now;
    assert!(
        due.iter().any(|item| item.record == release && item.what.contains("another SHA-256")),
        "{due:#?}"
    );
}

#[test]
fn a_withdrawal_is_decided_by_quality_and_regulatory_affairs() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    desk.edit("ana", release, json!({"withdrawal_decision": "A recall of class II"})).unwrap();
    let withdraw = || Act::from(go_to(release, "withdraw", json!({}))).because("The alarm fails");
    let refusal = desk.signed("ana", withdraw()).unwrap_err().to_string();
    assert!(refusal.contains("missing: Regulatory affairs"), "{refusal}");
    desk.signed("eva", Request::Sign { id: release, meaning: None }).unwrap();
    desk.signed("ana", withdraw()).unwrap();
    assert_eq!(desk.state(release), "withdrawn");
    desk.assert_verifies();
}

#[test]
fn the_only_person_of_regulatory_affairs_who_wrote_a_notice_signs_it_beside_quality() {
    let mut desk = Desk::staffed();
    let (cr, _) = change_under_analysis(&mut desk, json!({}));
    let set = json!({
        "title": "Install the update", "communication_kind": "customer_notice", "audience": "Hospitals", "markets": ["eu"],
        "change_requests": [cr], "languages": ["English"], "problem_and_consequence": "Late", "change_and_how_to_get_it": "Portal",
    });
    let notice = desk.create("eva", Kind::Communication, set);
    let approval = desk.go("eva", notice, "submit").unwrap().made[0];
    desk.signed("eva", Request::Sign { id: approval, meaning: None }).unwrap();
    assert_eq!(desk.state(notice), "under_review", "an author does not approve alone");
    desk.signed("ana", Request::Sign { id: approval, meaning: None }).unwrap();
    assert_eq!(desk.state(notice), "approved");
    desk.assert_verifies();
}

#[test]
fn who_could_not_be_reached_may_still_answer_and_nobody_answers_a_draft() {
    let mut desk = Desk::staffed();
    let (_, cr) = crate::chain::verified_change(&mut desk);
    let release = candidate(&mut desk, cr, json!({}));
    let note = drafted_note(&mut desk, release);
    desk.edit("eva", note, json!({"communication_kind": "advisory_notice"})).unwrap();
    let person = desk.create_part("eva", Kind::Recipient, note, json!({"title": "Office"}));
    let day = desk.now.day();
    desk.edit("eva", person, json!({"sent_on": day})).unwrap();
    let acknowledged = || go_to(person, "acknowledge", json!({"acknowledged_on": day}));
    let refusal = desk.by("eva", acknowledged()).unwrap_err().to_string();
    assert!(refusal.contains(&format!("{note} is issued")), "{refusal}");
    let approval = desk.go("eva", note, "submit").unwrap().made[0];
    for login in ["eva", "gina"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    desk.sign_go("eva", note, "issue").unwrap();
    let tried = json!({"on": day, "method": "telephone", "result": "Nobody there"});
    desk.edit("eva", person, json!({"attempts": [tried, tried, tried]})).unwrap();
    desk.go("eva", person, "unreachable").unwrap();
    desk.by("eva", acknowledged()).unwrap();
    assert_eq!(desk.state(person), "acknowledged");
    let refusal = desk
        .by("eva", Act::from(go_to(person, "strike", json!({}))).because("Twice"))
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("only Quality strikes it out"), "{refusal}");
}

#[test]
fn a_draft_of_a_plan_names_no_deputy_and_takes_no_signature_away() {
    let mut desk = Desk::staffed_without_plan();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let dan = desk.people["dan"].person();
    let roles = ["dev_lead", "quality"].map(|role| json!({"role": role, "person": dan}));
    let weak = json!([{"subject": "change_routine", "must_sign": ["developer"]}]);
    desk.edit("ana", crate::desk::PLAN, json!({"deputies": roles, "authority": weak})).unwrap();
    let urgent = json!({"urgency": "emergency", "emergency_justification": "Pumps stop"});
    let (cr, ia) = change_under_analysis(&mut desk, urgent);
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let asked = desk.record(ap).value("required_roles").to_string();
    assert!(asked.contains("quality") && asked.contains("dev_lead"), "{asked}");
    let refusal = desk.signed("dan", Request::Sign { id: ap, meaning: None }).map(|_| desk.state(ap));
    assert_ne!(refusal.ok().as_deref(), Some("granted"), "a draft lets no deputy sign for everybody");
}
