//! Every request leaves exactly one event of its name; by a role that may not, it leaves none.

mod aging;
mod further;
mod soup;

use std::collections::BTreeSet;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::time::Moment;
use mainstay::ops::{Act, EventFilter, FileSource, Loss, Password, Receipt, Refused, Request, request_names};
use serde_json::{Value, json};

use crate::chain::{analyse, change_under_analysis};
use crate::desk::{Desk, PASSWORD, fields, go_to, passed_test, stamp};

/// What everybody may do who can sign in.
const FOR_EVERYBODY: [&str; 1] = ["packet.issue"];

/// Walks through all requests and keeps book.
struct Walk {
    desk: Desk,
    seen: BTreeSet<String>,
    /// The change that is verified and not released yet.
    verified: Option<RecordId>,
}

impl Walk {
    fn last_name(&self) -> String {
        self.desk.file.events(&EventFilter::default(), 1, 0).unwrap()[0].event.request.clone()
    }

    /// Performs, after somebody who may not has tried.
    fn act(&mut self, login: &str, act: impl Into<Act>) -> Receipt {
        let act = act.into();
        let name = act.request.name();
        let before = self.desk.file.head().clone();
        if !FOR_EVERYBODY.contains(&name.as_str()) {
            let refusal = self.desk.signed("gus", act.clone()).unwrap_err();
            assert!(matches!(refusal, Refused::NotAllowed { .. }), "{name}: {refusal}");
            assert_eq!(*self.desk.file.head(), before, "{name} was refused and left an event");
        }
        let receipt =
            self.desk.signed(login, act).unwrap_or_else(|refusal| panic!("{name} by {login}: {refusal}"));
        assert_eq!(self.desk.file.head().seq, before.seq + 1, "{name} leaves exactly one event");
        assert_eq!(self.last_name(), name);
        self.seen.insert(name);
        receipt
    }

    fn go(&mut self, login: &str, id: RecordId, go: &str, set: Value) -> Receipt {
        self.act(login, Act::from(go_to(id, go, set)).because("As the plan says"))
    }

    fn edit(&mut self, login: &str, id: RecordId, set: Value) {
        self.act(login, Act::from(Request::Edit { id, set: fields(set) }).because("As it came out"));
    }

    fn sign(&mut self, login: &str, id: RecordId) {
        self.act(login, Request::Sign { id, meaning: None });
    }

    fn create(&mut self, login: &str, kind: Kind, set: Value) -> RecordId {
        self.act(login, Request::Create { kind, parent: None, set: fields(set) }).record.unwrap()
    }

    fn part(&mut self, login: &str, kind: Kind, parent: RecordId, set: Value) -> RecordId {
        self.act(login, Request::Create { kind, parent: Some(parent), set: fields(set) }).record.unwrap()
    }

    fn feedback(&mut self, harm: &str) -> RecordId {
        let set = json!({
            "title": "Alarm is late on battery", "received_at": self.desk.now, "aware_at": self.desk.now,
            "channel": "Telephone", "source_kind": "user", "description_verbatim": "The alarm came after two minutes.",
            "device_name": "Pump gateway", "software_version_reported": "2.3.0",
        });
        let fb = self.create("dan", Kind::Feedback, set);
        self.go("dan", fb, "register", json!({}));
        let screening = json!({
            "is_complaint": true, "complaint_rationale": "Alleges a deficiency", "patient_or_user_harm": harm,
            "security_related": false,
        });
        self.edit("dan", fb, screening);
        self.go("ana", fb, "evaluate", json!({}));
        fb
    }

    /// A problem whose evaluation is concluded.
    fn problem(&mut self) -> RecordId {
        let pr = self.create(
            "dan",
            Kind::ProblemReport,
            json!({
                "title": "The alarm is late", "detected_at": self.desk.now, "detected_in_phase": "field", "description": "Late",
                "is_adverse_event": "no", "affected_product_versions": ["2.3.0"], "performance_effect": "minor",
                "safety_effect": "minor", "security_effect": "none",
            }),
        );
        self.investigate(pr);
        pr
    }

    fn investigate(&mut self, pr: RecordId) {
        let ben = self.desk.people["ben"].person();
        if self.desk.record(pr).head.owner.is_none() {
            self.act("ben", Request::Assign { id: pr, owner: Some(ben) });
        }
        self.go("ben", pr, "investigate", json!({}));
        let evaluation = json!({
            "investigated_by": "Ben Example", "findings": format!("A timer, at {}", self.desk.now), "cause_text": "Missing restart",
            "new_hazard": false, "severity": "Minor", "probability": "Remote", "risk_acceptable": true,
            "safety_method": "Risk file, chapter 4", "other_fielded_versions": "2.2.x shows it too",
            "risk_file_update_needed": false,
            "advise_parties": [{"party": "Users", "decision": "do_not_advise", "rationale": "No hazard"}],
        });
        self.edit("ben", pr, evaluation);
        self.sign("cleo", pr);
        self.go("ben", pr, "evaluate", json!({}));
    }

    fn close_problem(&mut self, pr: RecordId) {
        let answers = json!({
            "resolved": true, "trend_reversed": "There was none", "implemented_in": ["2.3.1"], "new_problems": "None",
            "verification_evidence": "Test report 7", "released_in": "fixed, unreleased",
        });
        self.edit("dan", pr, answers);
        self.go("ana", pr, "close", json!({}));
    }
}

fn feedback_walk(walk: &mut Walk) {
    let ana = walk.desk.people["ana"].person();
    let judged =
        json!({"criterion_code": "SPEC", "evaluation_rationale": "The alarm must sound within 10 s"});
    let excused = json!({
        "criterion_code": "NONE", "evaluation_rationale": "As specified", "no_investigation_reason": "The cause is known",
    });
    let first = walk.feedback("none");
    walk.act("dan", Request::Assign { id: first, owner: Some(ana) });
    walk.go("ana", first, "confirm_problem", judged);
    walk.edit("dan", first, json!({"reply_ref": "Letter 12"}));
    walk.go("ana", first, "close", json!({}));
    walk.go("ana", first, "reopen", json!({}));
    walk.go("ana", first, "void", json!({}));

    let second = walk.feedback("potential");
    let asked = walk.desk.record(second).value("reportability_assessments").as_array().unwrap().clone();
    let day = walk.desk.now.to_string();
    let decided: Vec<Value> = asked
        .into_iter()
        .map(|mut row| {
            row["decision"] = "do_not_report".into();
            row["basis"] = "No deterioration of health".into();
            row["decided_at"] = day.clone().into();
            row
        })
        .collect();
    walk.edit("eva", second, json!({"reportability_assessments": decided}));
    walk.sign("eva", second);
    walk.go("ana", second, "not_a_problem", excused);

    let third = walk.feedback("none");
    walk.go("ana", third, "duplicate", json!({"duplicate_of": second}));
    let fourth = walk.feedback("none");
    walk.go("ben", fourth, "suggestion", json!({"declined_rationale": "It is there already"}));
    let attach = Request::Attach {
        to: third,
        file_name: "log.csv".to_owned(),
        file: FileSource::Text("a,b\n".to_owned()),
        description: "A log".to_owned(),
        source: "Service laptop".to_owned(),
        captured_at: None,
    };
    let at = walk.act("dan", attach).record.unwrap();
    walk.edit("dan", at, json!({"description": "The log of the night"}));
    walk.go("dan", at, "withdraw", json!({}));
}

fn problem_walk(walk: &mut Walk) {
    let pr = walk.problem();
    walk.go("ben", pr, "investigate_again", json!({}));
    walk.go("ben", pr, "evaluate", json!({}));
    let day = walk.desk.now.day().plus_days(30).to_string();
    let later = json!({"reassess_by": day, "no_change_rationale": "Rare", "workaround": "Use mains"});
    walk.edit("ben", pr, json!({"reassess_by": day, "no_change_rationale": "Rare", "workaround": "Use mains", "residual_in_releases": ["2.3.0"]}));
    walk.sign("cleo", pr);
    walk.go("ana", pr, "defer", later);
    walk.go("ben", pr, "reassess", json!({}));
    walk.go("ana", pr, "justify_no_action", json!({}));
    walk.close_problem(pr);
    walk.go("dan", pr, "reopen", json!({}));
    walk.go("ana", pr, "void", json!({}));
}

fn change_walk(walk: &mut Walk) {
    let pr = walk.problem();
    let cr = walk.go("ben", pr, "request_change", json!({})).made[0];
    let change = json!({
        "urgency": "routine", "description": "Restart the timer", "reason": "Late alarm",
        "affected_cis": ["alarm/timer.c"], "affects_released_software": true, "communication_required": false,
        "communication_rationale": "Release note only",
    });
    walk.edit("dan", cr, change);
    let ben = walk.desk.people["ben"].person();
    walk.act("dan", Request::Assign { id: cr, owner: Some(ben) });
    walk.go("ben", cr, "submit", json!({}));
    walk.go("ben", cr, "hold", json!({}));
    walk.go("ben", cr, "resume", json!({}));
    let ia = walk.go("ben", cr, "start_analysis", json!({})).made[0];
    walk.act("ben", Request::Assign { id: ia, owner: Some(ben) });
    analyse(&mut walk.desk, cr, ia);
    walk.go("ben", ia, "return", json!({}));
    walk.edit("ben", ia, json!({"rollback_plan": "Install 2.3.0 again"}));
    walk.go("ben", ia, "complete", json!({}));
    walk.sign("cleo", ia);
    walk.go("cleo", ia, "review", json!({}));
    let ap = walk.go("ben", cr, "request_approval", json!({})).made[0];
    walk.act("ben", Request::Assign { id: ap, owner: Some(ben) });
    walk.edit(
        "ana",
        ap,
        json!({"rationale": "Needed", "expires_at": walk.desk.now.day().plus_days(5).to_string()}),
    );
    walk.sign("ana", ap);
    walk.sign("fay", ap);
    assert_eq!(walk.desk.state(cr), "approved");
    walk.go("ben", cr, "implement", json!({}));
    let work = json!({
        "commits": ["a1b2c3"], "implemented_by": [ben], "work_started_at": walk.desk.now, "changed_cis": ["alarm/timer.c"],
        "as_specified": true, "activities_done": [{"activity": "5.5.1", "evidence": "a1b2c3", "done_at": "2031-03-03", "done_by": "Ben"}],
    });
    walk.edit("ben", cr, work);
    walk.go("ben", cr, "implemented", json!({}));
    walk.go("dan", cr, "start_verification", json!({}));
    let test = json!({
        "regression_rationale": "All alarm tests", "risk_control_verification": "RC-7 was tested",
    });
    let record = walk.part("dan", Kind::TestRecord, cr, passed_test());
    walk.edit("dan", record, json!({"tools": "Rig 2, test runner 4.2"}));
    let struck = walk.part("dan", Kind::TestRecord, cr, json!({"title": "Entered twice"}));
    walk.go("dan", struck, "strike", json!({}));
    walk.edit("dan", cr, test);
    walk.go("dan", cr, "verify", json!({}));
    walk.go("dan", pr, "verify_resolution", json!({}));
    walk.close_problem(pr);
    walk.verified = Some(cr);
}

/// Approvals that end otherwise, and changes that are given up.
fn endings_walk(walk: &mut Walk) {
    let (cr, ia) = change_under_analysis(&mut walk.desk, json!({}));
    analyse(&mut walk.desk, cr, ia);
    let ap = walk.go("ben", cr, "request_approval", json!({})).made[0];
    walk.go("ana", ap, "refuse", json!({}));
    assert_eq!(walk.desk.state(cr), "rejected");

    let (cr, ia) = change_under_analysis(&mut walk.desk, json!({}));
    analyse(&mut walk.desk, cr, ia);
    let ap = walk.go("ben", cr, "request_approval", json!({})).made[0];
    walk.edit("ana", ap, json!({"expires_at": walk.desk.now.day().plus_days(2).to_string()}));
    walk.sign("ana", ap);
    walk.sign("fay", ap);
    walk.desk.now = walk.desk.now.plus_seconds(4 * 86_400);
    walk.go("ana", ap, "expire", json!({}));
    let (cr, ia) = change_under_analysis(&mut walk.desk, json!({}));
    walk.go("ben", cr, "cancel", json!({}));
    walk.go("ana", ia, "void", json!({}));

    let (cr, ia) = change_under_analysis(&mut walk.desk, json!({}));
    analyse(&mut walk.desk, cr, ia);
    walk.go("ben", cr, "request_approval", json!({}));
    walk.go("ben", cr, "reanalyse", json!({}));
    let cr = walk.create("dan", Kind::ChangeRequest, json!({"title": "Entered by mistake"}));
    walk.go("ana", cr, "void", json!({}));
}

fn people_walk(walk: &mut Walk) {
    let roles = vec![Role::Reporter];
    let invite =
        Request::InvitePerson { login: "hal".to_owned(), full_name: "Hal Example".to_owned(), roles };
    let receipt = walk.act("ana", invite);
    let hal = receipt.record.unwrap();
    let password = Password::new(PASSWORD);
    let at = walk.desk.tick();
    let before = walk.desk.file.head().seq;
    walk.desk.file.activate("hal", &receipt.code.unwrap(), &password, &stamp(at)).unwrap();
    walk.session_event("person.activate", before);
    walk.act("ana", Request::VerifyIdentity { person: hal, how: "By passport".to_owned() });
    walk.edit("ana", hal, json!({"training_ref": "TR-9"}));
    walk.go("ana", hal, "deactivate", json!({}));
    walk.go("ana", hal, "reactivate", json!({}));
    walk.act("ana", Act::from(Request::ResetAccess { person: hal }).because("Forgotten"));

    let at = walk.desk.tick();
    walk.desk.file.sign_in("dan", &Password::new("not it at all"), &stamp(at)).err().unwrap();
    let before = walk.desk.file.head().seq;
    let at = walk.desk.tick();
    let dan = walk.desk.file.sign_in("dan", &password, &stamp(at)).unwrap();
    walk.desk.people.insert("dan", dan);
    walk.session_event("person.failed_sign_ins", before);

    let before = walk.desk.file.head().seq;
    let at = walk.desk.tick();
    let code = walk.desk.recovery.clone();
    let (ana, _) = walk.desk.file.recover("ana", &code, &password, &stamp(at)).unwrap();
    walk.desk.people.insert("ana", ana);
    walk.session_event("person.recover", before);

    let before = walk.desk.file.head().seq;
    let at = walk.desk.tick();
    let new = Password::new("marble kettle sings past noon");
    let dan = walk.desk.people.get_mut("dan").unwrap();
    walk.desk.file.change_password(dan, &password, &new, &stamp(at)).unwrap();
    walk.session_event("person.change_password", before);
}

impl Walk {
    fn session_event(&mut self, name: &str, before: u64) {
        assert_eq!((self.last_name().as_str(), self.desk.file.head().seq), (name, before + 1));
        self.seen.insert(name.to_owned());
    }
}

fn file_walk(walk: &mut Walk) {
    walk.edit("ana", RecordId::new(Kind::Product, 1), json!({"model": "PG-2"}));
    walk.edit("ana", RecordId::new(Kind::Product, 1), json!({"software_safety_class": "c"}));
    walk.sign("ana", RecordId::new(Kind::Product, 1));
    walk.edit("ana", RecordId::new(Kind::Policy, 1), json!({"warn_days": 14}));
    walk.act("dan", Request::NoteImport { facts: json!({"file": "reports.csv", "rows": 3}) });
    walk.act("gus", Request::NotePacket { facts: json!({"number": "PK-0001"}) });
    let later = walk.desk.now;
    walk.desk.now = Moment::parse("2031-03-01T09:00:00Z").unwrap();
    walk.desk.by("dan", Request::NotePacket { facts: json!({"number": "PK-0002"}) }).unwrap();
    walk.desk.now = later;
    // The password is not asked for: a clock that ran backwards is acknowledged before anything can be signed.
    walk.act("ana", Act::from(Request::AcknowledgeClock).because("The battery was empty"));
}

fn walked(desk: Desk) -> Walk {
    let mut walk = Walk { desk, seen: BTreeSet::from(["file.create".to_owned()]), verified: None };
    feedback_walk(&mut walk);
    problem_walk(&mut walk);
    change_walk(&mut walk);
    endings_walk(&mut walk);
    further::plan_walk(&mut walk);
    further::release_walk(&mut walk);
    further::deviation_walk(&mut walk);
    file_walk(&mut walk);
    aging::aging_walk(&mut walk);
    walk
}

/// Performs every request on records, with Fay (development lead), Gus (auditor) and Rita (release manager, management) beside the staff.
pub fn walk_through_records(desk: Desk) -> Desk {
    walked(desk).desk
}

/// Performs every request that a file has.
fn whole_walk() -> Walk {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    desk.hire("gus", "Gus Example", &[Role::Auditor]);
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager, Role::Management]);
    let mut walk = walked(desk);
    let said = walk.desk.file.continuation(&Loss::Unknown, 10).unwrap();
    walk.act("ana", Act::from(Request::Continue(said)).because("The disk failed"));
    people_walk(&mut walk);
    walk.desk.assert_verifies();
    walk
}

/// The file of that walk.
pub fn walked_file() -> Desk {
    whole_walk().desk
}

#[test]
fn every_request_leaves_one_event_of_its_name_and_none_by_a_role_that_may_not() {
    let walk = whole_walk();
    let uncovered: Vec<String> =
        request_names().into_iter().filter(|name| !walk.seen.contains(name)).collect();
    assert!(uncovered.is_empty(), "not performed: {uncovered:?}");
    let unknown: Vec<&String> = walk.seen.iter().filter(|name| !request_names().contains(name)).collect();
    assert!(unknown.is_empty(), "not in the list of requests: {unknown:?}");
}
