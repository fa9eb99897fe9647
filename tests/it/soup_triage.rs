//! Several findings decided, proposed and confirmed at once, without a window.

use mainstay::domain::finding::Disposition;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::record::Fields;
use mainstay::ops::{Act, EventFilter, Password, Refused, TriageDecision, TriageRow};
use serde_json::json;

use crate::desk::{PASSWORD, fields, stamp};
use crate::soup_ops::Soup;

/// A bench with findings about a version of a planned release.
pub fn with_findings(count: u32) -> (Soup, RecordId, Vec<RecordId>) {
    let mut bench = Soup::new();
    let soup = [("pump-link", "2.6.2"), ("left-pad", "1.0.0")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    let items = bench.desk.file.list(Kind::SoupItem).unwrap();
    let item = items.iter().find(|row| row.title == "pump-link").unwrap().id;
    let day = bench.desk.now.day();
    let severities = ["low", "medium", "high", "critical"];
    let made = (1..=count).map(|number| {
        let set = json!({
            "title": format!("Overflow {number} in the parser"), "finding_kind": "vulnerability",
            "external_id": format!("CVE-2031-{number:04}"), "items": [item], "versions": ["pump-link 2.6.2"],
            "learned_on": day, "source": "OSV", "severity": severities[number as usize % 4],
            "kev_listed": number == 3, "description": "A long message overflows a buffer of the parser.",
            "affected_range": "before 2.6.3", "fixed_in": "2.6.3", "cvss": "7.5 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
        });
        bench.desk.create("sam", Kind::Finding, set)
    });
    let made = made.collect();
    (bench, release, made)
}

fn rows(bench: &mut Soup) -> Vec<TriageRow> {
    let at = bench.desk.tick();
    bench.desk.file.triage_rows(at).unwrap()
}

fn not_affected() -> TriageDecision {
    let set = fields(json!({
        "hazardous": false, "sequence": "The parser is not reachable", "disposition": "not_affected",
        "justification": "vulnerable_code_not_present", "evidence": "Built without the parser, build log of 1.0.0",
    }));
    TriageDecision { set, reason: None }
}

fn judge(bench: &mut Soup, ids: &[RecordId], decision: &TriageDecision) -> Result<usize, Refused> {
    let at = bench.desk.tick();
    bench.desk.file.judge_findings(&bench.desk.people["ben"], (ids, decision), &stamp(at))
}

/// The decision that they do not affect the product, written by Ben and not proposed yet.
pub fn judged(bench: &mut Soup, ids: &[RecordId]) {
    assert_eq!(judge(bench, ids, &not_affected()).unwrap(), ids.len());
}

fn sign(bench: &mut Soup, login: &str, acts: Vec<Act>, password: &str) -> Result<usize, Refused> {
    let at = bench.desk.tick();
    let password = Password::new(password);
    let session = &bench.desk.people[login];
    let done = bench.desk.file.perform_all_signed(session, (acts, &password), &|_| true, &stamp(at));
    done.map(|receipts| receipts.len()).map_err(|(_, refusal)| refusal)
}

#[test]
fn findings_are_listed_by_exploitation_then_severity() {
    let (mut bench, release, ids) = with_findings(4);
    let rows = rows(&mut bench);
    let order: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(order, [ids[2], ids[1], ids[0], ids[3]], "exploited, high, medium, low");
    assert!(rows.iter().all(|row| row.releases == [(release, "1.0.0".to_owned())] && row.is_to_decide()));
    assert!(rows.iter().all(|row| !row.ready && row.missing.is_empty()), "nothing is written yet");
}

#[test]
fn one_decision_is_written_into_several_findings_with_the_verdict_for_every_release() {
    let (mut bench, release, ids) = with_findings(3);
    let open = TriageDecision { set: fields(json!({"disposition": "not_affected"})), reason: None };
    judge(&mut bench, &ids[..1], &open).unwrap();
    let first = rows(&mut bench).into_iter().find(|row| row.id == ids[0]).unwrap();
    assert!(!first.ready && !first.missing.is_empty(), "{first:?}");
    assert_eq!(judge(&mut bench, &ids, &not_affected()).unwrap(), 3);
    for id in &ids {
        let verdicts = json!([{"release": release, "applicability": "not_affected"}]);
        assert_eq!(bench.desk.record(*id).value("per_release"), &verdicts);
    }
    assert!(
        rows(&mut bench).iter().all(|row| row.ready && row.disposition == Some(Disposition::NotAffected))
    );
    let again = judge(&mut bench, &ids, &not_affected());
    assert_eq!(again.map_err(|refusal| refusal.to_string()), Ok(0), "nothing is left to change");
    let other = TriageDecision { set: fields(json!({"disposition": "fixed"})), reason: None };
    judge(&mut bench, &ids[..1], &other).unwrap();
    let verdicts = bench.desk.record(ids[0]).value("per_release").clone();
    assert_eq!(
        verdicts,
        json!([{"release": release, "applicability": "not_affected"}]),
        "it agrees and stays"
    );
    bench.desk.assert_verifies();
}

#[test]
fn a_decision_that_cannot_be_written_into_one_of_them_is_written_into_none() {
    let (mut bench, _, ids) = with_findings(2);
    let wrong = TriageDecision { set: fields(json!({"evidence": 7})), reason: None };
    let refusal = judge(&mut bench, &ids, &wrong).unwrap_err().to_string();
    assert!(refusal.contains(&ids[0].to_string()) && refusal.contains("Nothing was changed"), "{refusal}");
    let refusal = judge(&mut bench, &[RecordId::new(Kind::SoupItem, 1)], &not_affected()).unwrap_err();
    assert!(refusal.to_string().contains("name a finding"), "{refusal}");
}

#[test]
fn several_proposals_and_confirmations_are_each_signed_with_one_password_or_none_is() {
    let (mut bench, _, ids) = with_findings(3);
    judge(&mut bench, &ids, &not_affected()).unwrap();
    let acts = bench.desk.file.propose_acts(&ids).unwrap();
    let before = bench.desk.file.head().seq;
    sign(&mut bench, "ben", acts.clone(), "another password entirely").unwrap_err();
    assert!(ids.iter().all(|id| bench.desk.state(*id) == "new"), "a wrong password signs nothing");
    assert_eq!(sign(&mut bench, "ben", acts, PASSWORD).unwrap(), 3);
    let events = bench.desk.file.events(&EventFilter::default(), 3, 0).unwrap();
    assert!(events.iter().all(|row| row.event.signatures.len() == 1 && row.event.seq > before));
    assert!(ids.iter().all(|id| bench.desk.state(*id) == "proposed"));
    let at = stamp(bench.desk.tick());
    let (own, not) = bench.desk.file.confirm_acts(&bench.desk.people["ben"], &ids, &at).unwrap();
    assert!(own.is_empty() && not.len() == 3 && not[0].1.contains("Another person"), "{not:?}");
    let sam = bench.desk.people["sam"].person();
    let ben = bench.desk.people["ben"].person();
    let listed = rows(&mut bench);
    assert!(
        listed.iter().all(
            |row| row.waits_for(sam, &[Role::SecurityLead]) && !row.waits_for(ben, &[Role::SecurityLead])
        )
    );
    let (acts, not) = bench.desk.file.confirm_acts(&bench.desk.people["sam"], &ids, &at).unwrap();
    assert_eq!((acts.len(), not.len()), (3, 0));
    assert_eq!(sign(&mut bench, "sam", acts, PASSWORD).unwrap(), 3);
    assert!(ids.iter().all(|id| bench.desk.state(*id) == "not_affected"));
    bench.desk.assert_verifies();
}

#[test]
fn content_that_changed_after_it_was_read_stops_the_whole_batch() {
    let (mut bench, _, ids) = with_findings(2);
    judge(&mut bench, &ids, &not_affected()).unwrap();
    let at = stamp(bench.desk.tick());
    let read: Vec<Act> = bench.desk.file.propose_acts(&ids).unwrap();
    let read = read.into_iter().map(|act| {
        let seen = bench.desk.file.preview(&bench.desk.people["ben"], act.clone(), &at).unwrap();
        Act { read: Some(seen.read()), ..act }
    });
    let read: Vec<Act> = read.collect();
    bench.desk.edit("cleo", ids[1], json!({"evidence": "Something else"})).unwrap();
    let refusal = sign(&mut bench, "ben", read, PASSWORD).unwrap_err();
    assert!(matches!(refusal, Refused::ChangedWhileReading), "{refusal}");
    assert!(ids.iter().all(|id| bench.desk.state(*id) == "new"), "not even the one that is unchanged");
}

#[test]
fn an_affected_decision_is_signed_by_the_roles_that_it_needs_and_then_confirmed() {
    let (mut bench, _, ids) = with_findings(1);
    let set = fields(json!({
        "hazardous": true, "sequence": "A crash stops the display", "hazards": ["H-3"], "disposition": "affected_controlled",
        "risk_control": "controlled", "responses": ["update"], "action_statement": "Update to 1.0.1",
        "impact_statement": "The display restarts",
    }));
    judge(&mut bench, &ids, &TriageDecision { set, reason: None }).unwrap();
    let acts = bench.desk.file.propose_acts(&ids).unwrap();
    sign(&mut bench, "ben", acts, PASSWORD).unwrap();
    let waits = rows(&mut bench).remove(0).waits_for;
    assert!(!waits.is_empty(), "roles sign it");
    for login in ["mia", "sam"] {
        let at = stamp(bench.desk.tick());
        let (acts, not) = bench.desk.file.confirm_acts(&bench.desk.people[login], &ids, &at).unwrap();
        assert_eq!((acts.len(), not.len()), (1, 0), "{login}: {not:?}");
        sign(&mut bench, login, acts, PASSWORD).unwrap();
    }
    assert_eq!(bench.desk.state(ids[0]), "affected_controlled");
    bench.desk.assert_verifies();
}

#[test]
fn items_are_judged_each_with_its_own_fields_and_hits_are_dismissed_for_one_reason() {
    let mut bench = Soup::new();
    let soup = [("pump-link", "2.6.2"), ("left-pad", "1.0.0")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    let review = bench.started(release);
    let at = bench.desk.tick();
    let scope = bench.desk.file.review_scope(review, at).unwrap();
    assert_eq!((scope.versions, scope.unregistered.len()), (2, 0));
    assert_eq!(scope.releases, [(release, "1.0.0".to_owned(), 2)]);
    let rows = bench.desk.file.review_rows(review, at).unwrap();
    let ids: Vec<RecordId> = rows.iter().filter_map(|row| row.id).collect();
    assert!(rows.iter().all(|row| !row.done && !row.ready && !row.list_done && !row.missing.is_empty()));
    assert!(bench.desk.file.dismissals(&ids, "No", at).unwrap().is_empty(), "the hit is in a finding");
    let sam = bench.desk.people["sam"].for_job();
    let each = ids.iter().map(|id| (*id, fields(json!({"no_list": format!("Asked about {id}")})))).collect();
    bench.desk.file.judge_each(&sam, each, false, &stamp(at)).unwrap();
    let rows = bench.desk.file.review_rows(review, at).unwrap();
    let ready = rows.iter().filter(|row| row.ready).count();
    let refusal = bench.desk.file.judge_items(&sam, (&ids, &Fields::new()), true, &stamp(at));
    assert_eq!(ready == ids.len(), refusal.is_ok(), "{refusal:?}");
    bench.desk.assert_verifies();
}
