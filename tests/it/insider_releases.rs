//! What an insider forges about plans, releases, communications and deviations, each against one guard.

use std::sync::OnceLock;

use mainstay::domain::ids::Kind;
use mainstay::domain::person::Role;
use mainstay::domain::signature::{Meaning, Part};
use mainstay::ops::Request;
use serde_json::{Value, json};

use crate::chain::verified_change;
use crate::desk::{Desk, PLAN};
use crate::forger::{Forger, Scene, keys_of};
use crate::insider::{Forged, Signs};
use crate::releasing::{ARCHIVE, approve_release, archive, candidate, drafted_note, release_note};

/// A desk with RL-0001, which is approved and archived and waits for its release; CM-0001 about it, approved; CM-0002, a draft with
/// RC-0001; MP-0002, a draft; DV-0001, whose closure AP-0004 Ana has signed.
fn depot() -> &'static Scene {
    static DEPOT: OnceLock<Scene> = OnceLock::new();
    DEPOT.get_or_init(|| {
        let mut desk = Desk::staffed();
        let (_, cr) = verified_change(&mut desk);
        let release = candidate(&mut desk, cr, json!({}));
        approve_release(&mut desk, release);
        release_note(&mut desk, release);
        archive(&mut desk, release);
        let note = drafted_note(&mut desk, release);
        desk.create_part("eva", Kind::Recipient, note, json!({"title": "Office"}));
        let raised = json!({"title": "A build was sent by mail", "rule_bypassed": "IEC 62304 6.3.2"});
        let deviation = desk.create("dan", Kind::ProcessDeviation, raised);
        let told = json!({
            "discovered_at": desk.now, "discovered_by": "Dan", "occurred_on": desk.now.day(), "description": "Sent",
            "affected_versions": ["2.3.1-hf"], "immediate_containment": "Removed",
        });
        desk.edit("dan", deviation, told).unwrap();
        desk.go("ana", deviation, "contain").unwrap();
        let analysed = json!({
            "effect_on_released": "None", "effect_on_risk": "None", "safety_consequence": "None",
            "analysed_by": [desk.people["cleo"].person()],
        });
        desk.edit("cleo", deviation, analysed).unwrap();
        desk.sign_go("cleo", deviation, "analyse").unwrap();
        desk.edit("ana", deviation, json!({"corrective_action": "Signed builds", "capa_ref": "CAPA-1"})).unwrap();
        let approval = desk.go("ana", deviation, "define_correction").unwrap().made[0];
        assert_eq!(approval.to_string(), "AP-0005");
        desk.signed("ana", Request::Sign { id: approval, meaning: None }).unwrap();
        desk.go("ana", PLAN, "revise").unwrap();
        desk.assert_verifies();
        let head = (desk.file.head().seq, desk.file.head().digest.clone());
        Scene { bytes: std::fs::read(desk.file.path()).unwrap(), head, keys: keys_of(&desk) }
    })
}

fn forge(f: &Forger, forged: Forged) {
    let (key, number) = &depot().keys[forged.login];
    f.forge_with(forged, key, *number);
}

/// A forgery, and the words in which the verification must tell it as the very first thing, at the last event.
macro_rules! insiders {
    ($($name:ident: $what:literal, |$forger:ident| $forge:block)+) => {$(
        #[test]
        fn $name() {
            let $forger = Forger::without_triggers(depot());
            $forge
            let found = $forger.verify(None);
            let place = format!("event {}", $forger.last());
            let first = found.first().map(|finding| (finding.place.as_str(), finding.what.as_str()));
            assert!(
                first.is_some_and(|(at, what)| at == place && what.contains($what)),
                "{place} / {} is not the first of {found:#?}", $what
            );
        }
    )+};
}

/// A step without a signature.
fn step(login: &'static str, request: &'static str, role: Role, id: &'static str, set: Value) -> Forged {
    Forged::new(login, request, role, id)
        .changes(json!({ id: set }))
        .more(json!({"reason": "As it should be"}))
}

/// The same with a signature of the whole content.
fn signed(
    forged: Forged,
    subject: &'static str,
    meaning: Meaning,
    role: &'static [Role],
    part: Part,
) -> Forged {
    let covers: &'static [(&'static str, Part)] = Box::leak(Box::new([(subject, part)]));
    forged.signs(Signs { subject, meaning, roles: role, covers, printed_name: None })
}

/// The release as the program makes it.
fn released() -> Forged {
    let changes = json!({
        "RL-0001": {"state": "released", "in_service": "yes"}, "CR-0001": {"state": "released"},
        "PR-0001": {"released_in": "2.3.1"},
    });
    let forged = Forged::new("rita", "release.release", Role::ReleaseManager, "RL-0001").changes(changes);
    signed(forged, "RL-0001", Meaning::Released, &[Role::ReleaseManager], Part::Scope)
}

#[test]
fn a_release_as_the_program_makes_it_verifies() {
    let f = Forger::without_triggers(depot());
    forge(&f, released());
    let found = f.verify(None);
    assert!(found.is_empty(), "{found:#?}");
}

insiders! {
    a_release_whose_archive_does_not_read_back: "The archive was read again with the same SHA-256", |f| {
        let other = ARCHIVE.replace('7', "8");
        forge(&f, step("rita", "release.edit", Role::ReleaseManager, "RL-0001", json!({"archive_sha256": other})));
        forge(&f, released());
    }
    a_release_that_leaves_its_change_behind: "CR-0001", |f| {
        let forged = released();
        forge(&f, Forged { changes: json!({"RL-0001": {"state": "released", "in_service": "yes"}, "PR-0001": {"released_in": "2.3.1"}}), ..forged });
    }
    a_release_by_who_is_no_release_manager: "names a signature in a role that PN-0001 did not hold then", |f| {
        forge(&f, Forged { login: "ana", role: Some(Role::Quality), ..released() });
    }
    a_release_that_nobody_signs: "RL-0001 is signed: enter your password again", |f| {
        forge(&f, Forged { signs: Vec::new(), ..released() });
    }
    an_artifact_exchanged_after_the_approval: "is fixed in state “Approved”", |f| {
        forge(&f, step("rita", "release.edit", Role::ReleaseManager, "RL-0001", json!({"artifact_sha256": ARCHIVE})));
    }
    a_residual_anomaly_struck_after_the_approval: "is fixed in state “Approved”", |f| {
        forge(&f, step("rita", "release.edit", Role::ReleaseManager, "RL-0001", json!({"none_known": false})));
    }
    a_second_release_of_a_version: "No other release has the version", |f| {
        forge(&f, step("rita", "release.create", Role::ReleaseManager, "RL-0002", json!({"state": "planned", "title": "Again", "version": "v2.3.1"})));
    }
    a_change_released_without_a_release: "“release” is not a step", |f| {
        forge(&f, step("rita", "change_request.release", Role::ReleaseManager, "CR-0001", json!({"state": "released"})));
    }
    a_plan_put_in_force_that_nobody_signed: "“Put in force” is possible from “Approved”", |f| {
        let forged = step("ana", "maintenance_plan.put_in_force", Role::Quality, "MP-0002", json!({"state": "effective", "impact_on_open": "None"}));
        forge(&f, signed(forged, "MP-0002", Meaning::Approved, &[Role::Quality], Part::Scope));
    }
    a_plan_in_force_that_is_edited: "is fixed in state “In force”", |f| {
        forge(&f, step("ana", "maintenance_plan.edit", Role::Quality, "MP-0001", json!({"feedback_triage_days": 90})));
    }
    a_plan_submitted_without_the_day_from_which_it_takes_effect: "Fill in “Effective from”", |f| {
        forge(&f, step("ana", "maintenance_plan.submit", Role::Quality, "MP-0002", json!({"state": "in_review"})));
    }
    a_limit_entered_in_the_policy_again: "is kept in the maintenance plan now", |f| {
        let forged = step("ana", "policy.edit", Role::Quality, "PL-0001", json!({"feedback_triage_days": 90}));
        forge(&f, signed(forged, "PL-0001", Meaning::Approved, &[Role::Quality], Part::Content));
    }
    an_event_by_the_former_rule_set: "was performed by rule set 1, though rule set 4 was in force before", |f| {
        let forged = step("ana", "policy.edit", Role::Quality, "PL-0001", json!({"feedback_triage_days": 3}));
        let forged = signed(forged, "PL-0001", Meaning::Approved, &[Role::Quality], Part::Content);
        forge(&f, forged.more(json!({"reason": "As before", "rules": 1})));
    }
    a_notice_issued_that_is_not_approved: "“Issue” is possible from “Approved”", |f| {
        let forged = step("eva", "communication.issue", Role::Regulatory, "CM-0002", json!({"state": "issued"}));
        forge(&f, signed(forged, "CM-0002", Meaning::Released, &[Role::Regulatory], Part::Scope));
    }
    a_notice_left_out_without_conclusions: "The conclusions are given", |f| {
        let forged = step("eva", "communication.not_required", Role::Regulatory, "CM-0002", json!({"state": "not_required"}));
        forge(&f, signed(forged, "CM-0002", Meaning::Approved, &[Role::Regulatory], Part::Content));
    }
    a_notice_left_out_by_quality_alone: "reserved for Regulatory affairs", |f| {
        let forged = step("ana", "communication.not_required", Role::Quality, "CM-0002", json!({"state": "not_required"}));
        forge(&f, signed(forged, "CM-0002", Meaning::Approved, &[Role::Quality], Part::Content));
    }
    an_acknowledgement_of_what_was_never_sent: "It was sent", |f| {
        forge(&f, step("eva", "recipient.acknowledge", Role::Regulatory, "RC-0001", json!({"state": "acknowledged", "acknowledged_on": "2031-03-03"})));
    }
    a_recipient_unreachable_without_three_attempts: "Three attempts are recorded", |f| {
        forge(&f, step("eva", "recipient.unreachable", Role::Regulatory, "RC-0001", json!({"state": "unreachable", "sent_on": "2031-03-03"})));
    }
    a_deviation_that_is_voided: "which the program does not do to what the event names", |f| {
        forge(&f, step("ana", "process_deviation.void", Role::Quality, "DV-0001", json!({"state": "void"})));
    }
    a_deviation_closed_by_one: "Signing AP-0005 is reserved for Management", |f| {
        let changes = json!({"AP-0005": {"state": "granted"}, "DV-0001": {"state": "closed"}});
        let forged = Forged::new("ana", "approval.sign", Role::Quality, "AP-0005").changes(changes);
        let covers: &[(&str, Part)] =
            &[("AP-0005", Part::Scope), ("DV-0001", Part::Scope), ("DV-0001", Part::Content)];
        forge(&f, forged.signs(Signs { subject: "AP-0005", meaning: Meaning::Approved, roles: &[Role::Quality], covers, printed_name: None }));
    }
    an_analysis_after_the_fact_that_is_rewritten: "is fixed in state “Corrective action defined”", |f| {
        forge(&f, step("ana", "process_deviation.edit", Role::Quality, "DV-0001", json!({"safety_consequence": "Serious"})));
    }
    a_check_of_a_source_that_no_plan_has: "The source is one of the plan", |f| {
        forge(&f, step("dan", "source_check.create", Role::Support, "SC-0001", json!({"state": "recorded", "title": "Looked", "source": "NOWHERE", "checked_on": "2031-03-03", "new_items": 0})));
    }
}
