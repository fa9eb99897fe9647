//! List, form, page and signature in the window, driven by their accessible names.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use mainstay::domain::ids::Kind;
use mainstay::ops::Request;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, feedback};
use crate::desk::{Desk, PASSWORD, id};
use crate::host::{Host, Screen, harness, list, picture};

fn press(harness: &mut Harness<'static, Host>, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    harness.run();
}

fn type_into(harness: &mut Harness<'static, Host>, name: &str, text: &str) {
    let node =
        harness.query_all_by_label(name).find(|node| node.accesskit_node().is_text_input()).expect(name);
    node.focus();
    harness.run();
    let node =
        harness.query_all_by_label(name).find(|node| node.accesskit_node().is_text_input()).expect(name);
    node.type_text(text);
    harness.run();
}

#[test]
fn a_feedback_is_entered_by_keyboard_and_what_is_missing_is_said() {
    let host = Host::new(Desk::staffed(), "dan", list(Kind::Feedback));
    let mut harness = harness(host, vec2(1000.0, 800.0));
    harness.get_by_label("No feedback yet");
    press(&mut harness, "New feedback…");
    assert_eq!(harness.state().route, Route::New(Kind::Feedback));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert!(
        harness.query_all_by_label("Title is missing").next().is_some(),
        "the violation stands under its field"
    );
    type_into(&mut harness, "Title", "Alarm is late on battery");
    assert!(harness.query_by_label("Title is missing").is_none());
    type_into(&mut harness, "Received at", "2031-02-03 10:00");
    assert!(harness.query_all_by_label_contains("Why it is entered late is missing").next().is_some());
    type_into(&mut harness, "Why it is entered late", "The line was down");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!(harness.state().route, Route::Record(id("FB-0001")), "{:?}", harness.state().refusal);
    let record = harness.state().desk.record(id("FB-0001"));
    assert_eq!(record.title(), "Alarm is late on battery");
    assert_eq!(record.text("received_at"), "2031-02-03T09:00:00Z");
    assert!(harness.query_all_by_label_contains("Entered late").next().is_some(), "the history marks it");
}

#[test]
fn what_the_file_refuses_stands_under_its_field_and_the_draft_is_kept_on_leaving() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    desk.go("dan", fb, "register").unwrap();
    let mut harness =
        harness(Host::new(desk, "dan", Route::Edit(fb, Some("duplicate_of"))), vec2(1000.0, 800.0));
    type_into(&mut harness, "Duplicate of", "FB-0099");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!(harness.state().route, Route::Edit(fb, Some("duplicate_of")));
    assert!(harness.query_all_by_label_contains("there is no FB-0099 in this file").next().is_some());
    press(&mut harness, "Cancel");
    assert_eq!(harness.state().said, ["The draft of FB-0001 is kept."]);
    let session = &harness.state().desk.people["dan"];
    assert_eq!(harness.state().desk.file.drafts(session).unwrap()[0].0, "FB-0001");
}

#[test]
fn what_is_typed_is_kept_as_a_draft_and_offered_again() {
    let host = Host::new(Desk::staffed(), "dan", Route::New(Kind::Feedback));
    let mut harness = harness(host, vec2(1000.0, 800.0));
    type_into(&mut harness, "Title", "Half a title");
    harness.run_steps(12);
    let session = &harness.state().desk.people["dan"];
    assert_eq!(harness.state().desk.file.drafts(session).unwrap().len(), 1);
    harness.state_mut().go(Route::Dashboard);
    harness.run();
    harness.state_mut().go(Route::New(Kind::Feedback));
    harness.run();
    assert_eq!(
        harness.get_by_role_and_label(Role::TextInput, "Title").value().as_deref(),
        Some("Half a title")
    );
    press(&mut harness, "Discard draft");
    assert_eq!(harness.get_by_role_and_label(Role::TextInput, "Title").value().unwrap_or_default(), "");
    let session = &harness.state().desk.people["dan"];
    assert!(harness.state().desk.file.drafts(session).unwrap().is_empty());
}

#[test]
fn a_step_is_taken_an_unmet_condition_leads_to_its_field_and_a_reason_is_asked_for() {
    let mut desk = Desk::staffed();
    let fb = desk.create("dan", Kind::Feedback, json!({"title": "Alarm is late"}));
    let mut harness = harness(Host::new(desk, "dan", Route::Record(fb)), vec2(1200.0, 900.0));
    assert!(harness.get_by_role_and_label(Role::Button, "Register").accesskit_node().is_disabled());
    harness.get_by_label("“Device name” is filled").click();
    harness.run();
    assert_eq!(harness.state().route, Route::Edit(fb, Some("device_name")));
    assert!(harness.get_by_role_and_label(Role::TextInput, "Device name").is_focused());
    let now = harness.state().desk.now;
    let rest = json!({
        "received_at": now, "aware_at": now, "channel": "Telephone", "source_kind": "user", "device_name": "Gateway",
        "description_verbatim": "The alarm came after two minutes.", "software_version_reported": "2.3.0",
    });
    harness.state_mut().desk.edit("dan", fb, rest).unwrap();
    harness.state_mut().go(Route::Record(fb));
    harness.run();
    press(&mut harness, "Register");
    assert_eq!(harness.state().desk.state(fb), "registered");
    harness.state_mut().login = "ana";
    harness.state_mut().cache = Default::default();
    harness.run();
    press(&mut harness, "Void…");
    picture(&mut harness, "dialog_void");
    type_into(&mut harness, "Reason", "Entered twice");
    press(&mut harness, "Void");
    assert_eq!(harness.state().desk.state(fb), "void");
    assert!(harness.query_by_label("Entered twice").is_none(), "the dialog has closed");
    harness.get_by_label("Reason: Entered twice").scroll_to_me();
    harness.run();
    picture(&mut harness, "page_history");
}

#[test]
fn a_signature_asks_for_the_password_and_a_wrong_one_changes_nothing() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[mainstay::domain::person::Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let mut harness = harness(Host::new(desk, "ana", Route::Record(ap)), vec2(1280.0, 900.0));
    press(&mut harness, "Sign as approved…");
    harness.get_by_label("CR-0001 Change");
    harness.get_by_label("Restart the timer");
    type_into(&mut harness, "Password", "wrong");
    press(&mut harness, "Sign");
    assert!(harness.query_all_by_label_contains("Login and password do not fit").next().is_some());
    assert_eq!(harness.state().desk.state(ap), "requested");
    type_into(&mut harness, "Password", PASSWORD);
    picture(&mut harness, "sign");
    press(&mut harness, "Sign");
    assert!(harness.state().sign.is_none());
    assert_eq!(harness.state().desk.state(ap), "partially_signed");
    harness.get_by_label_contains("Approved · 2031-03-03");
    harness.state_mut().desk.signed("fay", Request::Sign { id: ap, meaning: None }).unwrap();
    harness.state_mut().go(Route::Record(cr));
    harness.run();
    picture(&mut harness, "page_change");
    harness.state_mut().go(Route::Record(ia));
    harness.run();
    picture(&mut harness, "page_analysis");
    harness.state_mut().go(Route::Record(ap));
    harness.run();
    picture(&mut harness, "page_approval");
    harness.get_by_label_contains("21 CFR 11.50").scroll_to_me();
    harness.run();
    picture(&mut harness, "page_signatures");
}

#[test]
fn the_questions_of_an_impact_analysis_are_answered_one_by_one() {
    let mut desk = Desk::staffed();
    let (_, ia) = change_under_analysis(&mut desk, json!({}));
    let mut harness = harness(Host::new(desk, "ben", Route::Edit(ia, Some("answers"))), vec2(1000.0, 900.0));
    let all = harness.get_by_label_contains("mandatory answered").accesskit_node().value().unwrap();
    assert!(all.starts_with("0 of "), "{all}");
    let group = harness.get_by_label("Answer of Q04");
    group.get_by_label("No").click_accesskit();
    harness.run();
    let node = harness.get_by_role_and_label(Role::MultilineTextInput, "Rationale of Q04");
    node.focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::MultilineTextInput, "Rationale of Q04")
        .type_text("The timer alone is touched by it");
    harness.run();
    assert!(
        harness
            .get_by_label_contains("mandatory answered")
            .accesskit_node()
            .value()
            .unwrap()
            .starts_with("1 of ")
    );
    picture(&mut harness, "form_analysis");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!(harness.state().route, Route::Record(ia), "{:?}", harness.state().refusal);
    let answers = harness.state().desk.record(ia).value("answers").clone();
    let row = answers.as_array().unwrap().iter().find(|row| row["question"] == "Q04").unwrap().clone();
    assert_eq!(
        row,
        json!({"question": "Q04", "answer": "no", "rationale": "The timer alone is touched by it"})
    );
}

#[test]
fn a_step_that_asks_for_fields_takes_them_in_its_dialog_and_shows_why_it_was_refused() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    desk.go("dan", fb, "register").unwrap();
    let screening = json!({
        "is_complaint": true, "complaint_rationale": "Alleges a deficiency", "patient_or_user_harm": "none",
        "security_related": false,
    });
    desk.edit("dan", fb, screening).unwrap();
    desk.go("ana", fb, "evaluate").unwrap();
    let mut harness = harness(Host::new(desk, "ana", Route::Record(fb)), vec2(1200.0, 900.0));
    press(&mut harness, "Confirm as a problem…");
    picture(&mut harness, "dialog_asks");
    press(&mut harness, "Confirm as a problem");
    assert!(
        harness.query_all_by_label_contains("is not possible yet").next().is_some(),
        "the refusal stands in the dialog"
    );
    type_into(&mut harness, "Criterion", "SPEC");
    type_into(&mut harness, "Rationale of the evaluation", "The alarm must sound within 10 s");
    press(&mut harness, "Confirm as a problem");
    assert_eq!(harness.state().desk.state(fb), "problem_confirmed", "{:?}", harness.state().refusal);
    harness.get_by_label_contains("PR-0001 ·").click();
    harness.run();
    assert_eq!(harness.state().route, Route::Record(id("PR-0001")));
}

#[test]
fn rows_are_added_filled_and_removed_and_a_change_can_be_taken_back() {
    let mut desk = Desk::staffed();
    let cr = desk.create("ben", Kind::ChangeRequest, json!({"title": "Update the parser"}));
    let mut harness =
        harness(Host::new(desk, "ben", Route::Edit(cr, Some("affected_soup"))), vec2(1000.0, 800.0));
    press(&mut harness, "Add row to soup changes");
    press(&mut harness, "Add row to soup changes");
    let first = harness.get_by_role_and_label(Role::Group, "Row 1");
    let item = first.get_by_role_and_label(Role::TextInput, "SOUP item");
    item.focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::Group, "Row 1")
        .get_by_role_and_label(Role::TextInput, "SOUP item")
        .type_text("libexpat");
    harness.run();
    picture(&mut harness, "form_rows");
    harness.run_steps(8);
    press(&mut harness, "Remove row 1");
    assert!(harness.query_by_role_and_label(Role::Group, "Row 2").is_none());
    press(&mut harness, "Undo");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert_eq!(harness.state().route, Route::Record(cr), "{:?}", harness.state().refusal);
    assert_eq!(
        *harness.state().desk.record(cr).value("affected_soup"),
        json!([{"item": "libexpat"}]),
        "the removal was taken back"
    );
}

fn many_feedbacks() -> Desk {
    let mut desk = Desk::staffed();
    feedback(&mut desk);
    let titles = [
        "Screen flickers",
        "Battery drains overnight",
        "Alarm volume too low",
        "Connection lost to the ward server",
    ];
    for title in titles {
        desk.create("dan", Kind::Feedback, json!({"title": title}));
    }
    desk.go("dan", id("FB-0001"), "register").unwrap();
    desk
}

#[test]
fn a_list_is_filtered_sorted_and_opened_by_keyboard() {
    let mut harness = harness(Host::new(many_feedbacks(), "dan", list(Kind::Feedback)), vec2(1200.0, 700.0));
    picture(&mut harness, "list");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run();
    harness.run();
    assert!(harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused());
    harness.get_by_role_and_label(Role::TextInput, "Filter").type_text("alarm");
    harness.run();
    harness.get_by_label_contains("2 of 5");
    harness.get_by_label("Sort by Title").click();
    harness.run();
    harness.get_by_role_and_label(Role::TextInput, "Filter").focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().route, Route::Record(id("FB-0001")), "by title, Alarm is late comes first");
}

#[test]
fn several_rows_are_chosen_assigned_and_saved_as_csv() {
    let mut harness = harness(Host::new(many_feedbacks(), "dan", list(Kind::Feedback)), vec2(1200.0, 700.0));
    press(&mut harness, "Save as CSV");
    press(&mut harness, "Rows as shown…");
    let (name, bytes) = harness.state().saved[0].clone();
    assert_eq!(name, "feedback.csv");
    assert_eq!(String::from_utf8_lossy(&bytes).lines().count(), 6);
    press(&mut harness, "Save as CSV");
    press(&mut harness, "All fields…");
    let (name, bytes) = harness.state().saved[1].clone();
    assert_eq!(name, "feedback-all-fields.csv");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains(",description_verbatim,") && text.contains("FB-0005"), "{text}");
    let Screen::List(_) = &harness.state().screen else { panic!("a list") };
    harness.get_by_role_and_label(Role::TextInput, "Filter").focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.get_by_label("5 chosen");
    picture(&mut harness, "list_several");
    press(&mut harness, "Assign to…");
    press(&mut harness, "Ben Example");
    let ben = harness.state().desk.people["ben"].person();
    for number in 1..=5 {
        assert_eq!(harness.state().desk.record(id(&format!("FB-000{number}"))).head.owner, Some(ben));
    }
}

#[test]
fn every_kind_has_a_list_and_a_form_without_code_of_its_own() {
    let mut desk = Desk::staffed();
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    for kind in Kind::ALL {
        let host = Host::new(desk, "ben", list(*kind));
        let mut harness = harness(host, vec2(1200.0, 700.0));
        harness.state_mut().go(Route::New(*kind));
        harness.run();
        if *kind == Kind::Feedback {
            picture(&mut harness, "form_feedback");
        }
        harness.state_mut().go(Route::Edit(if *kind == Kind::ChangeRequest { cr } else { ia }, None));
        harness.run();
        if *kind == Kind::ChangeRequest {
            picture(&mut harness, "form_change");
        }
        desk = std::mem::replace(&mut harness.state_mut().desk, Desk::new());
    }
}
