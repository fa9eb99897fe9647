//! Records that are parts of others: made within one, open while that one is, covered by its signatures.

use eframe::egui::{accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::signature::Meaning;
use mainstay::ops::{Act, FileSource, Request};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain::tested_change;
use crate::desk::{Desk, attach_log, fields, go_to, passed_test};
use crate::host::Window;

fn part(parent: Option<RecordId>, set: serde_json::Value) -> Request {
    Request::Create { kind: Kind::TestRecord, parent, set: fields(set) }
}

#[test]
fn a_part_is_made_within_a_record_of_its_kind_that_is_there_and_open() {
    let mut desk = Desk::staffed();
    let (pr, cr) = tested_change(&mut desk);
    let refused = |desk: &mut Desk, request: Request| desk.by("dan", request).unwrap_err().to_string();
    let words = refused(&mut desk, part(None, passed_test()));
    assert!(words.contains("is part of a change request; name its number"), "{words}");
    let words = refused(&mut desk, part(Some(pr), passed_test()));
    assert!(words.contains("which PR-0001 is not"), "{words}");
    let words = refused(&mut desk, part(Some("CR-0099".parse().unwrap()), passed_test()));
    assert!(words.contains("there is no CR-0099 in this file"), "{words}");
    let alone =
        Request::Create { kind: Kind::Feedback, parent: Some(cr), set: fields(json!({"title": "Late"})) };
    let words = refused(&mut desk, alone);
    assert!(words.contains("is not part of another record; leave out CR-0001"), "{words}");
    desk.sign_go("dan", cr, "verify").unwrap();
    let words = refused(&mut desk, part(Some(cr), passed_test()));
    assert!(words.contains("CR-0001 is “Verified”"), "{words}");
    desk.assert_verifies();
}

#[test]
fn a_part_is_fixed_with_its_record_and_what_was_signed_covers_it() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    let tests = desk.file.parts(cr, Kind::TestRecord).unwrap();
    assert_eq!(tests.len(), 1);
    let test = tests[0].head.id;
    assert_eq!(tests[0].head.parent, Some(cr));
    let attach = |name: &str| Request::Attach {
        to: test,
        file_name: name.to_owned(),
        file: FileSource::Text("passed".to_owned()),
        description: String::new(),
        source: String::new(),
        captured_at: None,
    };
    let log = desk.by("dan", attach("log.txt")).unwrap().record.unwrap();
    desk.sign_go("dan", cr, "verify").unwrap();
    let page = desk.file.page(cr, None, desk.now).unwrap();
    let verified = page.signatures.iter().find(|view| view.signature.meaning == Meaning::Verified).unwrap();
    assert!(verified.holds);
    for request in [
        Request::Edit { id: test, set: fields(json!({"results": "Better than expected"})) },
        go_to(test, "strike", json!({})),
        attach("late.txt"),
        go_to(log, "withdraw", json!({})),
        Request::Edit { id: log, set: fields(json!({"description": "Another log"})) },
    ] {
        let words = desk.by("dan", Act::from(request).because("A slip")).unwrap_err().to_string();
        assert!(words.contains("CR-0001 is “Verified”"), "{words}");
    }
    desk.assert_verifies();
}

#[test]
fn a_page_says_that_the_record_of_a_part_allows_no_step() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    let test = desk.file.parts(cr, Kind::TestRecord).unwrap()[0].head.id;
    let strike = |desk: &Desk| {
        let page = desk.file.page(test, Some(&desk.people["dan"]), desk.now).unwrap();
        page.next.into_iter().find(|next| next.step.name == "strike").unwrap()
    };
    assert!(strike(&desk).ready());
    desk.by("dan", attach_log(test, "passed")).unwrap();
    desk.sign_go("dan", cr, "verify").unwrap();
    let words = strike(&desk).why_not().unwrap();
    assert_eq!(words, "Not yet: CR-0001, to which it belongs, is “Verifying” (now “Verified”)");
    assert_eq!(strike(&desk).conditions[0].record, Some(cr));
    let window = Window::new(desk, "dan", Route::Record(test), vec2(1240.0, 1000.0));
    assert!(window.get_by_role_and_label(Role::Button, "Strike out…").accesskit_node().is_disabled());
    assert!(window.has("CR-0001, to which it belongs, is “Verifying” (now “Verified”)"));
    assert!(window.query_by_role_and_label(Role::Button, "Edit").is_none());
    assert!(window.query_by_role_and_label(Role::Button, "Attach a file…").is_none());
    assert!(window.has("log.csv") && !window.has("Withdraw…"));
}

#[test]
fn a_file_is_withdrawn_only_while_the_files_of_its_record_can_be_changed() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    desk.by("dan", attach_log(cr, "passed")).unwrap();
    let offered = |desk: Desk| {
        let window = Window::new(desk, "dan", Route::Record(cr), vec2(1240.0, 2400.0));
        assert!(window.has("log.csv"));
        [window.has("Withdraw…"), window.has("Attach a file…")]
    };
    let mut verified = Desk::staffed();
    assert_eq!(tested_change(&mut verified).1, cr);
    verified.by("dan", attach_log(cr, "passed")).unwrap();
    verified.sign_go("dan", cr, "verify").unwrap();
    assert_eq!(offered(desk), [true, true]);
    assert_eq!(offered(verified), [false, false]);
}

#[test]
fn a_part_that_was_struck_out_counts_no_more_and_stays() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    let test = desk.file.parts(cr, Kind::TestRecord).unwrap()[0].head.id;
    let refusal = desk.by("dan", go_to(test, "strike", json!({}))).unwrap_err().to_string();
    assert!(refusal.contains("needs a reason"), "{refusal}");
    desk.by("dan", Act::from(go_to(test, "strike", json!({}))).because("Entered for another change"))
        .unwrap();
    let refusal = desk.sign_go("dan", cr, "verify").unwrap_err().to_string();
    assert!(refusal.contains("There is a test record"), "{refusal}");
    assert_eq!(desk.state(test), "struck");
    desk.assert_verifies();
}

#[test]
fn an_edited_part_of_many_is_one_small_event() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    for number in 0..40 {
        let set = json!({"title": format!("Test {number}"), "results": "As expected"});
        desk.create_part("dan", Kind::TestRecord, cr, set);
    }
    let test = desk.file.parts(cr, Kind::TestRecord).unwrap()[20].head.id;
    let before = desk.record(cr);
    let edit = Request::Edit { id: test, set: fields(json!({"outcome": "pass"})) };
    desk.by("dan", edit).unwrap();
    let event = &desk.file.events(&mainstay::ops::EventFilter::default(), 1, 0).unwrap()[0].event;
    assert!(event.canonical().len() < 4000, "{} bytes", event.canonical().len());
    assert_eq!(event.changes.len(), 1);
    assert_eq!(desk.record(cr), before, "the record itself is not written again");
    desk.assert_verifies();
}
