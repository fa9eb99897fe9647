//! What an insider appends with their own key is found where the program would not have done it, in words that say what.

use ed25519_dalek::{Signer as _, SigningKey};
use mainstay::domain::canonical;
use mainstay::domain::event::grant_text;
use mainstay::domain::person::Role;
use mainstay::domain::signature::{Meaning, Part};
use serde_json::{Value, json};

use crate::forger::Forger;
use crate::insider::{Forged, Signs, office};

#[test]
fn the_office_verifies_and_what_an_insider_may_do_is_found_by_nobody() {
    let f = Forger::without_triggers(office());
    f.forge(
        Forged::new("dan", "feedback.edit", Role::Support, "FB-0003")
            .changes(json!({"FB-0003": {"title": "Display is too dim", "channel": "Telephone"}})),
    );
    f.forge(Forged::new("cleo", "problem_report.sign", Role::RiskManager, "PR-0001").signs(Signs {
        subject: "PR-0001",
        meaning: Meaning::Reviewed,
        roles: &[Role::RiskManager, Role::SecurityLead],
        covers: &[("PR-0001", Part::Content)],
        printed_name: None,
    }));
    let found = f.verify(None);
    assert!(found.is_empty(), "{found:#?}");
}

/// A forgery, and the words in which the verification must tell it as the very first thing, at the last event.
macro_rules! insiders {
    ($($name:ident: $what:literal, |$forger:ident| $forge:block)+) => {$(
        #[test]
        fn $name() {
            let $forger = Forger::without_triggers(office());
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

/// An approval of AP-0002 as the program makes it, by a development lead.
const APPROVES: Signs = Signs {
    subject: "AP-0002",
    meaning: Meaning::Approved,
    roles: &[Role::DevLead],
    covers: &[("AP-0002", Part::Scope), ("CR-0001", Part::Scope), ("IA-0001", Part::Content)],
    printed_name: None,
};

fn edit(login: &'static str, role: Role, id: &'static str, set: Value) -> Forged {
    let request = match &id[..2] {
        "FB" => "feedback.edit",
        "CR" => "change_request.edit",
        "AP" => "approval.edit",
        "AT" => "attachment.edit",
        "PN" => "person.edit",
        "PL" => "policy.edit",
        "PD" => "product.edit",
        other => panic!("{other}"),
    };
    Forged::new(login, request, role, id).changes(json!({ id: set }))
}

fn approve(login: &'static str, signs: Signs) -> Forged {
    Forged::new(login, "approval.sign", Role::DevLead, "AP-0002")
        .changes(json!({"AP-0002": {"decision": "approved", "state": "partially_signed"}}))
        .signs(signs)
}

fn public(seed: u8) -> (SigningKey, String) {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let public = hex::encode(key.verifying_key().as_bytes());
    (key, public)
}

/// Resets Cleo's access as the program would, by Ana, and lets Cleo in with a key of the forger's.
fn let_in(f: &Forger, request: &'static str, fingerprint: &str) {
    let (code, code_public) = public(8);
    let reset = Forged::new("ana", "person.reset_access", Role::SysAdmin, "PN-0003")
        .changes(json!({"PN-0003": {
            "state": "invited", "key_fingerprint": null, "identity_verified_by": null, "identity_verified_at": null,
            "identity_verified_how": null, "identity_verified_key": null,
        }}))
        .more(json!({"reason": "Forgotten", "code_key": {"person": "PN-0003", "public_key": code_public}}));
    f.forge(reset);
    let (key, new) = public(9);
    let seq = f.last() + 1;
    let proof = hex::encode(code.sign(grant_text("PN-0003".parse().unwrap(), &new).as_bytes()).to_bytes());
    let row = (99, "PN-0003", key.verifying_key().to_bytes(), seq.cast_signed());
    f.conn.execute("INSERT INTO signing_key VALUES (?1, ?2, ?3, ?4)", row).unwrap();
    let credential = f.credential_digest("PN-0003", &new);
    let mut enters = Forged::new("cleo", request, Role::Tester, "PN-0003")
        .changes(json!({"PN-0003": {"state": "active", "key_fingerprint": fingerprint}}))
        .more(json!({"keys": [{"person": "PN-0003", "public_key": new, "credential": credential, "grant": {"code": {"event": seq - 1, "proof": proof}}}]}));
    enters.role = None;
    f.forge_with(enters, &key, 99);
}

#[test]
fn somebody_who_was_reset_comes_in_again_as_the_program_lets_them() {
    let f = Forger::without_triggers(office());
    let fingerprint = canonical::digest(public(9).0.verifying_key().as_bytes());
    let_in(&f, "person.activate", &fingerprint);
    f.run("UPDATE credential SET key = 99 WHERE person = 'PN-0003'");
    f.run("DELETE FROM link WHERE source = (8 << 32) + 3 AND field = 'identity_verified_by'");
    let found = f.verify(None);
    assert!(found.is_empty(), "{found:#?}");
}

/// The signature of a continuation as the program makes it, in the roles given.
const fn continues(roles: &'static [Role]) -> Signs {
    Signs {
        subject: "PD-0001",
        meaning: Meaning::Approved,
        roles,
        covers: &[("PD-0001", Part::Content)],
        printed_name: None,
    }
}

/// A continuation in which feedback goes on from a number.
fn continued(login: &'static str, role: Role, feedback: u32, roles: &'static [Role]) -> Forged {
    let next = json!({
        "product": 2, "feedback": feedback, "problem_report": 9, "change_request": 9, "impact_analysis": 9, "approval": 9,
        "attachment": 9, "person": 9, "policy": 2, "test_record": 9, "maintenance_plan": 2,
    });
    Forged::new(login, "file.continue", role, "PD-0001")
        .signs(continues(roles))
        .more(json!({"facts": {"next": next}, "reason": "The disk failed"}))
}

#[test]
fn a_continuation_by_an_administrator_verifies() {
    let f = Forger::without_triggers(office());
    f.forge(continued("ana", Role::SysAdmin, 50, &[Role::SysAdmin]));
    let found = f.verify(None);
    assert!(found.is_empty(), "{found:#?}");
}

insiders! {
    a_number_that_nothing_skips: "names another record than the one that feedback.create is done to", |f| {
        f.forge(Forged::new("dan", "feedback.create", Role::Support, "FB-0009")
            .changes(json!({"FB-0009": {"state": "new", "title": "Skipped"}}))
            .more(json!({"given": ["title"]})));
    }
    a_number_that_a_continuation_skips: "names another record than the one that feedback.create is done to", |f| {
        f.forge(continued("ana", Role::SysAdmin, 50, &[Role::SysAdmin]));
        f.forge(Forged::new("dan", "feedback.create", Role::Support, "FB-0004")
            .changes(json!({"FB-0004": {"state": "new", "title": "Again"}}))
            .more(json!({"given": ["title"]})));
    }
    a_continuation_by_somebody_else: "reserved for System administrator", |f| {
        f.forge(continued("dan", Role::Support, 50, &[Role::Support]));
    }
    a_continuation_from_a_number_that_is_used: "cannot go on from FB-0002; choose a number from FB-0004", |f| {
        f.forge(continued("ana", Role::SysAdmin, 2, &[Role::SysAdmin]));
    }
    a_continuation_without_a_reason: "needs a reason", |f| {
        f.forge(continued("ana", Role::SysAdmin, 50, &[Role::SysAdmin]).more(json!({"facts": {"next": {"feedback": 50}}})));
    }
    a_continuation_that_is_not_signed: "is signed: enter your password again", |f| {
        f.forge(Forged { signs: Vec::new(), ..continued("ana", Role::SysAdmin, 50, &[Role::SysAdmin]) });
    }
    a_code_given_out_by_an_edit: "gives out a one-time code, which feedback.edit does not", |f| {
        let code = json!({"code_key": {"person": "PN-0001", "public_key": public(8).1}});
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"title": "Dim"})).more(code));
    }
    a_code_for_somebody_else_than_the_event_names: "gives out a one-time code for somebody else than it names", |f| {
        let reset = Forged::new("ana", "person.reset_access", Role::SysAdmin, "PN-0004").changes(json!({"PN-0004": {"state": "invited"}}));
        f.forge(reset.more(json!({"reason": "Lost", "code_key": {"person": "PN-0003", "public_key": public(8).1}})));
    }
    a_code_given_out_without_the_role: "Resetting access is reserved for System administrator", |f| {
        let reset = Forged::new("dan", "person.reset_access", Role::Tester, "PN-0003").changes(json!({"PN-0003": {"state": "invited"}}));
        f.forge(reset.more(json!({"reason": "Lost", "code_key": {"person": "PN-0003", "public_key": public(8).1}})));
    }
    a_reset_that_gives_out_no_code: "gives out no one-time code, which person.reset_access does", |f| {
        let reset = Forged::new("ana", "person.reset_access", Role::SysAdmin, "PN-0004").changes(json!({"PN-0004": {"state": "invited"}}));
        f.forge(reset.more(json!({"reason": "Lost"})));
    }
    a_key_brought_in_by_another_request: "brings a key into force, which person.failed_sign_ins does not", |f| {
        let_in(&f, "person.failed_sign_ins", "");
    }
    a_fingerprint_of_another_key: "sets “key_fingerprint” of PN-0003 to something else than person.activate does here", |f| {
        let_in(&f, "person.activate", &"0".repeat(64));
    }
    a_person_code_used_to_recover: "without a one-time code that allows it", |f| {
        let_in(&f, "person.recover", "");
    }
    a_code_used_to_change_a_password: "without a one-time code that allows it", |f| {
        let_in(&f, "person.change_password", "");
    }
    a_false_name_in_an_event: "names PN-0004 “Ana Example”, who was “Dan Example” then", |f| {
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"title": "Dim"})).more(json!({"name": "Ana Example"})));
    }
    a_false_name_printed_on_a_signature: "names a signature printed as “Ana Example”, where PN-0006 was “Fay Example” then", |f| {
        f.forge(approve("fay", Signs { printed_name: Some("Ana Example"), ..APPROVES }));
    }
    required_roles_that_an_edit_strikes: "“Required roles”: is filled by the program", |f| {
        f.forge(edit("fay", Role::DevLead, "AP-0002", json!({"required_roles": []})));
    }
    authors_that_an_edit_strikes: "“Authors”: is filled by the program", |f| {
        f.forge(edit("fay", Role::DevLead, "AP-0002", json!({"authors": []})));
    }
    required_roles_struck_by_the_signature_itself: "changes “required_roles” of AP-0002, which approval.sign does not do here", |f| {
        let mut forged = approve("fay", APPROVES);
        forged.changes["AP-0002"]["required_roles"] = json!(["dev_lead"]);
        f.forge(forged);
    }
    an_approval_that_covers_nothing: "does not cover what it must: AP-0002 (scope), CR-0001 (scope), IA-0001 (content)", |f| {
        f.forge(approve("fay", Signs { covers: &[], ..APPROVES }));
    }
    an_approval_that_leaves_out_the_analysis: "does not cover what it must", |f| {
        f.forge(approve("fay", Signs { covers: &[("AP-0002", Part::Scope), ("CR-0001", Part::Scope)], ..APPROVES }));
    }
    an_approval_by_an_author: "The approver is not an author of the content", |f| {
        f.forge(approve("ben", APPROVES));
    }
    an_approval_granted_by_one_of_two: "sets “state” of AP-0002 to something else than approval.sign does here", |f| {
        let mut forged = approve("fay", APPROVES);
        forged.changes["AP-0002"]["state"] = json!("granted");
        f.forge(forged);
    }
    an_approval_refused_without_a_signature: "AP-0002 is signed: enter your password again", |f| {
        f.forge(Forged::new("fay", "approval.refuse", Role::DevLead, "AP-0002").more(json!({"reason": "Not so"}))
            .changes(json!({"AP-0002": {"state": "refused", "decision": "rejected"}, "CR-0001": {"state": "rejected"}})));
    }
    an_approval_refused_in_a_role_that_is_not_asked: "You hold a role that must sign", |f| {
        f.forge(Forged::new("cleo", "approval.refuse", Role::RiskManager, "AP-0002").more(json!({"reason": "Not so"}))
            .changes(json!({"AP-0002": {"state": "refused", "decision": "rejected"}, "CR-0001": {"state": "rejected"}}))
            .signs(Signs { meaning: Meaning::Rejected, roles: &[Role::RiskManager, Role::SecurityLead], ..APPROVES }));
    }
    an_approval_that_expires_before_it_is_granted: "possible from “Granted”", |f| {
        f.forge(Forged::new("fay", "approval.expire", Role::DevLead, "AP-0002")
            .changes(json!({"AP-0002": {"state": "expired"}, "CR-0001": {"state": "under_analysis"}})));
    }
    a_policy_edited_without_the_role: "Editing PL-0001 is reserved for Quality manager", |f| {
        f.forge(edit("dan", Role::Support, "PL-0001", json!({"warn_days": 3})).more(json!({"reason": "So"})));
    }
    a_policy_edited_without_a_signature: "PL-0001 is signed: enter your password again", |f| {
        f.forge(edit("ana", Role::Quality, "PL-0001", json!({"author_may_not_approve": false})).more(json!({"reason": "So"})));
    }
    a_safety_class_lowered_without_a_signature: "PD-0001 is signed: enter your password again", |f| {
        f.forge(edit("ana", Role::Quality, "PD-0001", json!({"software_safety_class": "a"})).more(json!({"reason": "So"})));
    }
    a_void_record_that_is_edited: "FB-0002 is “Void” and read-only", |f| {
        f.forge(edit("dan", Role::Support, "FB-0002", json!({"title": "Not so"})));
    }
    a_void_record_that_is_opened_again: "“Reopen” is possible from “Closed”, but FB-0002 is “Void”", |f| {
        f.forge(Forged::new("ana", "feedback.reopen", Role::Quality, "FB-0002").more(json!({"reason": "So"}))
            .changes(json!({"FB-0002": {"state": "reopened"}})));
    }
    a_state_changed_by_an_edit: "changes “state” of CR-0002, which change_request.edit does not do here", |f| {
        f.forge(edit("dan", Role::Support, "CR-0002", json!({"state": "closed"})));
    }
    a_step_from_a_state_from_which_it_does_not_lead: "“Close” is possible from “Released”, but CR-0002 is “Draft”", |f| {
        f.forge(Forged::new("ana", "change_request.close", Role::Quality, "CR-0002").changes(json!({"CR-0002": {"state": "closed"}})));
    }
    a_step_to_another_state: "sets “state” of FB-0003 to something else than feedback.void does here", |f| {
        f.forge(Forged::new("ana", "feedback.void", Role::Quality, "FB-0003").more(json!({"reason": "So"}))
            .changes(json!({"FB-0003": {"state": "closed"}})));
    }
    a_step_by_a_role_that_may_not: "“Put on hold” on CR-0003 is reserved for Development lead or Quality manager", |f| {
        f.forge(Forged::new("dan", "change_request.hold", Role::Tester, "CR-0003").more(json!({"reason": "So"}))
            .changes(json!({"CR-0003": {"state": "on_hold"}})));
    }
    a_step_that_only_the_program_takes: "“approve” is not a step", |f| {
        f.forge(Forged::new("fay", "change_request.approve", Role::DevLead, "CR-0001").changes(json!({"CR-0001": {"state": "approved"}})));
    }
    a_step_whose_conditions_are_not_met: "Fill in “Origin”", |f| {
        f.forge(Forged::new("ben", "change_request.submit", Role::DevLead, "CR-0002").changes(json!({"CR-0002": {"state": "submitted"}})));
    }
    a_step_without_its_reason: "needs a reason", |f| {
        f.forge(Forged::new("ana", "feedback.void", Role::Quality, "FB-0003").changes(json!({"FB-0003": {"state": "void"}})));
    }
    a_step_that_changes_another_record_besides: "changes FB-0001, which feedback.void does not do here", |f| {
        f.forge(Forged::new("ana", "feedback.void", Role::Quality, "FB-0003").more(json!({"reason": "So"}))
            .changes(json!({"FB-0001": {"title": "Other"}, "FB-0003": {"state": "void"}})));
    }
    an_empty_analysis_that_is_reviewed: "“Review” is possible from “Complete”", |f| {
        f.forge(Forged::new("cleo", "impact_analysis.review", Role::RiskManager, "IA-0002").changes(json!({"IA-0002": {"state": "reviewed"}})));
    }
    a_field_edited_in_a_state_in_which_it_is_closed: "“Description”: is fixed in state “Awaiting approval”", |f| {
        f.forge(edit("dan", Role::Support, "CR-0001", json!({"description": "Something else"})));
    }
    a_record_made_that_only_the_program_makes: "Creating an approval is reserved for the program", |f| {
        let made = json!({"AP-0003": {"state": "requested", "title": "Approval"}});
        f.forge(Forged::new("fay", "approval.create", Role::DevLead, "AP-0003").changes(made));
    }
    a_record_made_in_a_later_state: "sets “state” of FB-0004 to something else than feedback.create does here", |f| {
        f.forge(Forged::new("dan", "feedback.create", Role::Support, "FB-0004").changes(json!({"FB-0004": {"state": "closed", "title": "New"}})));
    }
    a_number_that_is_left_out: "names another record than the one that feedback.create is done to", |f| {
        f.forge(Forged::new("dan", "feedback.create", Role::Tester, "FB-0009").changes(json!({"FB-0009": {"state": "received", "title": "New"}})));
    }
    a_request_that_nobody_knows: "is called x.y, which the program does not do", |f| {
        f.forge(Forged::new("dan", "x.y", Role::Tester, "FB-0003").changes(json!({"FB-0003": {"title": "Dim"}})));
    }
    an_attachment_whose_bytes_are_exchanged: "“SHA-256”: is filled by the program", |f| {
        let digest = canonical::digest(b"PASS");
        f.conn.execute("INSERT INTO blob VALUES (?1, ?2)", (&digest, b"PASS".as_slice())).unwrap();
        f.run(&format!("DELETE FROM blob WHERE sha256 <> '{digest}'"));
        f.forge(edit("dan", Role::Support, "AT-0001", json!({"sha256": digest})));
    }
    an_attachment_with_another_size: "“Size in bytes”: is filled by the program", |f| {
        f.forge(edit("dan", Role::Support, "AT-0001", json!({"bytes": 4})));
    }
    an_attachment_with_another_name: "“File name”: is filled by the program", |f| {
        f.forge(edit("dan", Role::Support, "AT-0001", json!({"title": "passed.csv"})));
    }
    a_field_that_no_record_has: "has no such field", |f| {
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"hidden": "What nobody shows"})));
    }
    a_value_outside_the_choices: "is not one of", |f| {
        f.forge(edit("ana", Role::SysAdmin, "PN-0004", json!({"roles": ["tester", "emperor"]})));
    }
    a_value_of_another_type: "invalid type", |f| {
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"description_verbatim": 7})));
    }
    a_value_that_is_not_written_as_the_program_writes_it: "sets “channel” of FB-0003 to something else than feedback.edit does here", |f| {
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"channel": " Telephone "})));
    }
    a_reference_that_leads_nowhere: "there is no PR-0099 in this file", |f| {
        f.forge(edit("dan", Role::Support, "CR-0002", json!({"problem_reports": ["PR-0099"]})));
    }
    an_owner_who_is_no_person: "is not an active person", |f| {
        f.forge(Forged::new("dan", "feedback.assign", Role::Tester, "FB-0003").changes(json!({"FB-0003": {"owner": "CR-0001"}})));
    }
    roles_given_by_who_may_not: "Editing PN-0004 is reserved for System administrator or Quality manager", |f| {
        f.forge(edit("ben", Role::DevLead, "PN-0004", json!({"roles": ["quality", "sys_admin"]})));
    }
    roles_given_to_oneself: "you cannot change your own roles", |f| {
        f.forge(edit("ana", Role::SysAdmin, "PN-0001", json!({"roles": ["quality", "sys_admin", "dev_lead"]})));
    }
    an_identity_that_one_confirms_oneself: "another person must confirm your identity", |f| {
        f.forge(Forged::new("ana", "person.verify_identity", Role::Quality, "PN-0001")
            .changes(json!({"PN-0001": {"identity_verified_how": "Known"}})));
    }
    somebody_sent_away_by_who_may_not: "“Deactivate” on PN-0001 is reserved for System administrator or Quality manager", |f| {
        f.forge(Forged::new("dan", "person.deactivate", Role::Tester, "PN-0001").more(json!({"reason": "So"}))
            .changes(json!({"PN-0001": {"state": "inactive"}})));
    }
    a_role_that_does_not_allow_it: "rests on the role developer, where feedback.edit rests on the role support for its actor", |f| {
        f.forge(edit("dan", Role::Developer, "FB-0003", json!({"title": "Dim"})));
    }
    a_clock_said_to_run_back_less_than_it_did: "says that the clock ran backwards by 130 seconds; against the events before it, it was by 86400", |f| {
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"title": "Dim"})).more(json!({"at": day_before(&f), "clock_back_seconds": 130})));
    }
    a_clock_said_to_run_back_that_did_not: "says that the clock ran backwards by 130 seconds; against the events before it, it was by 0", |f| {
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"title": "Dim"})).more(json!({"clock_back_seconds": 130})));
    }
    a_clock_turned_back_in_small_steps: "does not say that the clock ran backwards", |f| {
        let at = moment(&f);
        for back in [110, 220] {
            let set = json!({"title": format!("Dim {back}")});
            f.forge(edit("dan", Role::Support, "FB-0003", set).more(json!({"at": at.plus_seconds(-back)})));
        }
    }
    a_late_entry_that_does_not_say_why: "needs a reason", |f| {
        let late = json!({"occurred_at": moment(&f).plus_seconds(-30 * 86_400)});
        f.forge(edit("dan", Role::Support, "FB-0003", json!({"title": "Dim"})).more(late));
    }
}

fn moment(f: &Forger) -> mainstay::domain::time::Moment {
    let at = f.text("SELECT at FROM event ORDER BY seq DESC LIMIT 1");
    mainstay::domain::time::Moment::parse(&at).unwrap()
}

fn day_before(f: &Forger) -> mainstay::domain::time::Moment {
    moment(f).plus_seconds(-86_400)
}
