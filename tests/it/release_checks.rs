//! A release beside its rules: the gate, what is refused at its place, what inputs offer, signs of a bypass; versions of the plan
//! beside each other.

use mainstay::domain::field::Offer;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Request};
use serde_json::json;

use crate::chain::feedback;
use crate::desk::{Desk, PLAN, fields, go_to};
use crate::soup_desk::{DIGEST, answered, approved, archived, nothing_to_tell};

const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// The first release of the product, approved and not archived yet.
fn approved_release(desk: &mut Desk) -> RecordId {
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    let set = json!({"title": "First release", "version": "2.3.0", "release_kind": "initial"});
    let id = desk.create("rita", Kind::Release, set);
    desk.go("rita", id, "build").unwrap();
    let build = json!({
        "tag_or_commit": "v2.3.0", "artifact_name": "gateway.bin", "artifact_sha256": DIGEST,
        "build_procedure_ref": "BP-1", "build_environment": "Compiler 1.0",
        "baseline_items": [{"item": "gateway", "version": "2.3.0"}], "no_soup_reason": "It contains none",
    });
    desk.edit("rita", id, build).unwrap();
    desk.go("rita", id, "fix_baseline").unwrap();
    answered(desk, id);
    approved(desk, id);
    id
}

fn released(desk: &mut Desk) -> RecordId {
    let id = approved_release(desk);
    archived(desk, id, DIGEST);
    nothing_to_tell(desk, id);
    desk.sign_go("rita", id, "release").unwrap();
    id
}

#[test]
fn an_archive_that_reads_back_with_another_digest_is_refused_at_its_place() {
    let mut desk = Desk::staffed();
    let id = approved_release(&mut desk);
    nothing_to_tell(&mut desk, id);
    archived(&mut desk, id, OTHER);
    let words =
        "The archive was read again with the same SHA-256; it was bbbbbbbb…, and aaaaaaaa… was recorded";
    let found = desk.unmet(id);
    assert_eq!(found.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), [words]);
    assert_eq!((found[0].field, found[0].clause), (Some("archive_checks"), "IEC 62304 5.8.7"));
    let refusal = desk.sign_go("rita", id, "release").unwrap_err().to_string();
    assert!(refusal.contains(words), "{refusal}");
    assert_eq!(desk.state(id), "approved");
    // With the right digest nothing is open.
    archived(&mut desk, id, DIGEST);
    assert_eq!(desk.unmet(id), []);
    desk.sign_go("rita", id, "release").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_plan_that_takes_effect_before_its_approval_is_refused_at_its_place() {
    let mut desk = Desk::staffed();
    let next = desk.go("ana", PLAN, "revise").unwrap().made[0];
    let roles = desk.record(PLAN).value("roles").clone();
    let set = json!({
        "version": "2", "reason_for_version": "Other values", "effective_from": "2031-02-28", "undecided": null, "roles": roles,
    });
    desk.edit("ana", next, set).unwrap();
    let approval = desk.go("ana", next, "submit").unwrap().made[0];
    for login in ["ana", "ben", "eva"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    let go = go_to(next, "put_in_force", json!({"impact_on_open": "None"}));
    let refusal = desk.signed("ana", go).unwrap_err().to_string();
    let words = "it says 2031-02-28, and was approved on 2031-03-03: return it and enter a later day";
    assert!(
        refusal.contains("The plan takes effect after its approval; ") && refusal.contains(words),
        "{refusal}"
    );
    let page = desk.file.page(next, Some(&desk.people["ana"]), desk.now).unwrap();
    let step = page.next.iter().find(|next| next.step.name == "put_in_force").unwrap();
    let place = step.conditions.iter().find(|condition| condition.text.contains(words)).unwrap();
    assert_eq!((place.met, place.field), (false, Some("effective_from")));
    assert_eq!((desk.state(next).as_str(), desk.state(PLAN).as_str()), ("approved", "effective"));
}

#[test]
fn inputs_are_offered_released_versions_first_and_the_codes_of_the_plan() {
    let mut desk = Desk::staffed();
    assert_eq!(desk.file.offers(Offer::Versions).unwrap(), Vec::<String>::new());
    assert!(desk.file.offers(Offer::Criteria).unwrap().contains(&"SPEC".to_owned()));
    assert!(!desk.file.offers(Offer::Sources).unwrap().is_empty());
    let given_up = desk.create("ana", Kind::Release, json!({"title": "Never", "version": "2.2.9"}));
    desk.by("ana", Act::from(go_to(given_up, "cancel", json!({}))).because("Not needed")).unwrap();
    released(&mut desk);
    for version in ["2.3.1", "2.4.0"] {
        desk.create("ana", Kind::Release, json!({"title": "Next", "version": version}));
    }
    assert_eq!(desk.file.offers(Offer::Versions).unwrap(), ["2.3.0", "2.4.0", "2.3.1"]);
}

#[test]
fn a_version_in_the_field_without_a_release_is_first_on_the_dashboard_until_a_deviation_tells_it() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    desk.edit("dan", fb, json!({"software_version_reported": "2.3.7"})).unwrap();
    assert_eq!(
        desk.file.deviation_signs().unwrap(),
        [],
        "before the first release the file says nothing of the field"
    );
    released(&mut desk);
    let signs = desk.file.deviation_signs().unwrap();
    assert_eq!(signs.len(), 1);
    assert!(signs[0].what.starts_with("Version 2.3.7 is in the field"), "{}", signs[0].what);
    let attention = desk.file.attention(desk.now).unwrap();
    let row = &attention.now[0];
    assert_eq!((row.record, row.rank, row.days_late), (fb, 0, 0));
    assert!(row.what.starts_with("Raise a process deviation: Version 2.3.7 is in the field"), "{}", row.what);
    // The same for a past moment, from the events.
    assert_eq!(desk.file.attention_at(desk.now).unwrap(), attention);
    let request =
        Request::Create { kind: Kind::ProcessDeviation, parent: None, set: signs[0].offered.clone() };
    desk.by("dan", request).unwrap();
    assert_eq!(desk.file.deviation_signs().unwrap(), []);
    desk.assert_verifies();
}

#[test]
fn two_versions_of_the_plan_are_compared_field_by_field_and_row_by_row() {
    let mut desk = Desk::staffed();
    let mut sources = desk.record(PLAN).value("feedback_sources").clone();
    sources[0]["polling_days"] = json!(3);
    let before = desk.record(PLAN).value("feedback_sources")[0]["polling_days"].clone();
    let next = desk.change_plan(json!({"feedback_sources": sources, "emergency_procedure": "Call Quality"}));
    let found = desk.file.plan_differences(PLAN, next).unwrap();
    let row = found.iter().find(|one| one.label == "Feedback sources").unwrap();
    assert_eq!(row.row, sources[0]["code"].as_str().unwrap());
    assert!(row.before.contains(&format!("Check every (days): {before}")) && row.after.contains("(days): 3"));
    let text = found.iter().find(|one| one.label == "Emergency procedure").unwrap();
    assert_eq!((text.row.as_str(), text.after.as_str()), ("", "Call Quality"));
    assert!(text.words().starts_with("Emergency procedure: ") && text.words().ends_with("→ Call Quality"));
    assert!(found.iter().any(|one| one.label == "Version" && one.after == "2"));
    assert!(found.iter().all(|one| one.label != "In force from" && one.before != one.after));
    let refusal = desk.file.plan_differences(PLAN, "PL-0001".parse().unwrap()).unwrap_err().to_string();
    assert!(refusal.contains("name two maintenance plans"), "{refusal}");
}

#[test]
fn the_gate_of_another_record_is_refused_and_that_of_a_planned_release_lists_everything() {
    let mut desk = Desk::staffed_once();
    let id = desk.create("ana", Kind::Release, json!({"title": "Next", "version": "2.3.1"}));
    let conditions = desk.file.gate_at(id, desk.now).unwrap();
    assert!(conditions.iter().any(|one| one.met) && conditions.iter().filter(|one| !one.met).count() > 5);
    // Everything but its approval is mended at a place.
    let without = conditions.iter().filter(|one| !one.met && one.field.is_none() && one.record.is_none());
    let without: Vec<&str> = without.map(|one| one.text.as_str()).collect();
    // A communication that does not exist yet is drafted from the page of the release.
    let elsewhere =
        ["The present content of the release is approved", "A communication about the release is approved"];
    assert!(without.iter().all(|text| elsewhere.iter().any(|words| text.starts_with(words))), "{without:?}");
    let refusal = desk.file.gate(PLAN).unwrap_err().to_string();
    assert!(refusal.contains("MP-0001 is a maintenance plan; name a release"), "{refusal}");
    assert!(desk.file.gate("RL-0099".parse().unwrap()).is_err());
    let set = fields(json!({"baseline_items": "none"}));
    assert!(desk.file.differences_with(id, &set).unwrap_err().to_string().contains("cannot be read"));
}
