//! From a verified change to a released version: a world for other tests.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::Request;
use serde_json::{Value, json};

use crate::chain::verified_change;
use crate::desk::{Desk, go_to};
use crate::soup_desk;

pub const ARTIFACT: &str = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592";
pub const ARCHIVE: &str = "7d793037a0760186574b0282f2f435e77d793037a0760186574b0282f2f435e7";

/// A released version 2.3.1 with one verified change, its evidence and a release note. Rita is the release manager, Gina the
/// second one of regulatory affairs.
pub fn released(desk: &mut Desk) -> RecordId {
    let (_, cr) = verified_change(desk);
    let release = candidate(desk, cr, json!({}));
    approve_release(desk, release);
    release_note(desk, release);
    archive(desk, release);
    desk.sign_go("rita", release, "release").unwrap();
    assert_eq!((desk.state(release), desk.state(cr)), ("released".into(), "released".into()));
    release
}

fn hire_releasers(desk: &mut Desk) {
    if !desk.people.contains_key("rita") {
        desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
        desk.hire("gina", "Gina Example", &[Role::Regulatory]);
    }
}

/// A candidate with a change, everything about it filled, whose verification is signed: it waits for its approval.
pub fn candidate(desk: &mut Desk, cr: RecordId, more: Value) -> RecordId {
    hire_releasers(desk);
    let mut set = json!({
        "title": "Late alarm on battery", "version": "2.3.1", "release_kind": "maintenance", "change_requests": [cr],
        "tag_or_commit": "v2.3.1", "build_id": "1742", "artifact_name": "gateway-2.3.1.bin", "artifact_sha256": ARTIFACT,
        "build_procedure_ref": "SOP-BLD-2", "build_environment": "Debian 12.5, GCC 13.2, CMake 3.28",
        "baseline_items": [{"item": "alarm/timer.c", "version": "a1b2c3"}, {"item": "ui/main.c", "version": "77aa01"}],
        "soup_baseline": [{"item": "libexpat", "version": "2.5.0", "purl": "pkg:generic/libexpat@2.5.0"}],
        "commits": [{"commit": "a1b2c3d4e5f6", "subject": "Restart the alarm timer"}, {"commit": "0f0f0f0f", "subject": "Tidy"}],
    });
    for (name, value) in more.as_object().unwrap() {
        set[name] = value.clone();
    }
    let release = desk.create("rita", Kind::Release, set);
    attach_bill(desk, release);
    desk.go("rita", release, "build").unwrap();
    soup_desk::register(desk, release);
    desk.go("rita", release, "fix_baseline").unwrap();
    soup_desk::reviewed(desk, release);
    verified_candidate(desk, release);
    desk.sign_go("rita", release, "request_approval").unwrap();
    release
}

fn attach_bill(desk: &mut Desk, release: RecordId) {
    let sha256 = desk.attached("rita", release, "bill.json", r#"{"bomFormat": "CycloneDX"}"#);
    desk.edit("rita", release, json!({"bill_sha256": sha256})).unwrap();
}

/// Fills what must be known of a candidate before its approval is requested.
fn verified_candidate(desk: &mut Desk, release: RecordId) {
    let tasks: Vec<Value> = desk.record(release).value("tasks").as_array().unwrap().clone();
    let tasks: Vec<Value> = tasks
        .into_iter()
        .map(|row| json!({"task": row["task"], "decision": "performed", "evidence": "Protocol TP-31"}))
        .collect();
    let markets = ["us", "eu"]
        .map(|market| json!({"market": market, "decision": "Letter to file of the change", "clear": true}));
    let set = json!({
        "tested_sha256": ARTIFACT, "system_test_ref": "TP-31", "tested_on": desk.now.day(), "tested_by": "Dan Example",
        "verification_summary": "All tests passed on the released artifact", "regression_rationale": "All alarm tests, since the timer changed",
        "none_known": true, "tasks": tasks,
        "findings_statement": "None open", "risk_file_version": "RMF 12", "risk_review": "RC-7 is effective again",
        "ifu_version": "IFU 2.3", "udi_decision": "new_udi_pi", "udi_rationale": "A correction only",
        "regulatory_decisions": markets, "delivery_method": "Download from the service portal",
        "integrity_protection": "Signed package, digest in the release note", "install_instructions_ref": "INST-4",
    });
    desk.edit("dan", release, set).unwrap();
}

/// Everybody signs the approval that a release waits for.
pub fn approve_release(desk: &mut Desk, release: RecordId) {
    let approval = desk.file.referring(release, Kind::Approval).unwrap().pop().unwrap().head.id;
    for login in ["ana", "fay", "eva", "cleo"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(release), "approved");
}

/// An approved release note about a release.
pub fn release_note(desk: &mut Desk, release: RecordId) -> RecordId {
    let note = drafted_note(desk, release);
    let approval = desk.go("eva", note, "submit").unwrap().made[0];
    for login in ["eva", "gina"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(note), "approved");
    note
}

/// A release note that is still a draft.
pub fn drafted_note(desk: &mut Desk, release: RecordId) -> RecordId {
    desk.create(
        "eva",
        Kind::Communication,
        json!({
            "title": "Version 2.3.1 corrects a late alarm on battery", "communication_kind": "customer_notice",
            "audience": "Hospitals that use version 2.3.0", "markets": ["us", "eu"], "releases": [release],
            "affected_versions": ["2.3.0"], "languages": ["English"],
            "problem_and_consequence": "On battery the alarm sounds up to two minutes late.\nIf the software is used unchanged, an empty pump is noticed late.",
            "change_and_how_to_get_it": "Version 2.3.1 restarts the alarm timer. Download it from the service portal and follow INST-4.",
            "compensating_controls": "Keep the pump on mains power.",
        }),
    )
}

/// Records the archive of an approved release, read again unchanged.
pub fn archive(desk: &mut Desk, release: RecordId) {
    let archived = json!({
        "archive_location": "Vault 3, shelf 2", "archive_sha256": ARCHIVE, "retention_until": "2046-12-31",
        "archive_checks": [{"checked_on": desk.now.day(), "sha256": ARCHIVE, "checked_by": "Dan Example", "how": "Restored and compared"}],
    });
    desk.edit("rita", release, archived).unwrap();
}

#[test]
fn a_verified_change_goes_into_a_released_version_and_the_file_verifies() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let installs = json!({"installs": [{"market": "eu", "count": 120, "as_of": desk.now.day(), "source": "Service portal"}]});
    desk.edit("dan", release, installs).unwrap();
    let refusal = desk.by("rita", go_to(release, "release", json!({}))).unwrap_err().to_string();
    assert!(refusal.contains("is possible from"), "{refusal}");
    desk.assert_verifies();
}
