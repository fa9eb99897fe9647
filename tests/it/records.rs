//! List, form, page and signature in the window, driven by their accessible names.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ops::Request;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, feedback, tested_change};
use crate::desk::{Desk, PASSWORD, id};
use crate::host::Window;

#[test]
fn a_feedback_is_entered_by_keyboard_and_what_is_missing_is_said() {
    let mut window = Window::new(Desk::staffed(), "dan", Route::List(Kind::Feedback), vec2(1240.0, 920.0));
    window.get_by_label("No feedback yet");
    window.press("New feedback…");
    assert_eq!(window.route(), Route::New(Kind::Feedback));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert!(
        window.query_all_by_label("Title is missing").next().is_some(),
        "the violation stands under its field"
    );
    window.type_into("Title", "Alarm is late on battery");
    assert!(window.query_by_label("Title is missing").is_none());
    window.type_into("Received at", "2031-02-03 10:00");
    assert!(window.query_all_by_label_contains("Why it is entered late is missing").next().is_some());
    window.type_into("Why it is entered late", "The line was down");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Record(id("FB-0001")), "{:?}", window.state().refusal());
    let record = window.record(id("FB-0001"));
    assert_eq!(record.title(), "Alarm is late on battery");
    assert_eq!(record.text("received_at"), "2031-02-03T09:00:00Z");
    assert!(window.query_all_by_label_contains("Entered late").next().is_some(), "the history marks it");
}

#[test]
fn what_the_file_refuses_stands_under_its_field_and_the_draft_is_kept_on_leaving() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    desk.go("dan", fb, "register").unwrap();
    let mut window = Window::new(desk, "dan", Route::Edit(fb, Some("duplicate_of")), vec2(1240.0, 920.0));
    window.type_into("Duplicate of", "FB-0099");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Edit(fb, Some("duplicate_of")));
    assert!(window.query_all_by_label_contains("there is no FB-0099 in this file").next().is_some());
    window.press("Cancel");
    assert!(window.said("The draft of FB-0001 is kept."));
    assert_eq!(window.drafts("dan"), ["FB-0001"]);
}

#[test]
fn what_is_typed_is_kept_as_a_draft_and_offered_again() {
    let mut window = Window::new(Desk::staffed(), "dan", Route::New(Kind::Feedback), vec2(1240.0, 920.0));
    window.type_into("Title", "Half a title");
    window.run_steps(12);
    assert_eq!(window.drafts("dan").len(), 1);
    window.go(Route::Dashboard);
    window.sit_down("dan");
    window.go(Route::New(Kind::Feedback));
    assert_eq!(
        window.get_by_role_and_label(Role::TextInput, "Title").value().as_deref(),
        Some("Half a title")
    );
    window.press("Discard draft");
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "Title").value().unwrap_or_default(), "");
    assert!(window.drafts("dan").is_empty());
}

#[test]
fn a_step_is_taken_an_unmet_condition_leads_to_its_field_and_a_reason_is_asked_for() {
    let mut desk = Desk::staffed();
    let fb = desk.create("dan", Kind::Feedback, json!({"title": "Alarm is late"}));
    let mut window = Window::new(desk, "dan", Route::Record(fb), vec2(1440.0, 1020.0));
    assert!(window.get_by_role_and_label(Role::Button, "Register").accesskit_node().is_disabled());
    window.get_by_label("Fill in “Device name”").click();
    window.settle();
    assert_eq!(window.route(), Route::Edit(fb, Some("device_name")));
    assert!(window.get_by_role_and_label(Role::TextInput, "Device name").is_focused());
    let now = window.now();
    let rest = json!({
        "received_at": now, "aware_at": now, "channel": "Telephone", "source_kind": "user", "device_name": "Gateway",
        "description_verbatim": "The alarm came after two minutes.", "software_version_reported": "2.3.0",
    });
    window.edit_beside("dan", fb, rest);
    window.go(Route::Record(fb));
    window.press("Register");
    assert_eq!(window.state_of(fb), "registered");
    window.sit_down("ana");
    window.press("Void…");
    window.picture("dialog_void");
    window.type_into("Reason", "Entered twice");
    window.press("Void");
    assert_eq!(window.state_of(fb), "void");
    assert!(window.query_by_label("Entered twice").is_none(), "the dialog has closed");
    window.get_by_label("Reason: Entered twice").scroll_to_me();
    window.settle();
    window.picture("page_history");
}

#[test]
fn a_signature_asks_for_the_password_and_a_wrong_one_changes_nothing() {
    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[mainstay::domain::person::Role::DevLead]);
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let mut window = Window::new(desk, "ana", Route::Record(ap), vec2(1440.0, 1020.0));
    window.press("Sign as approved…");
    window.get_by_label("CR-0001 · What is approved · Approved");
    window.get_by_label("Restart the timer");
    window.type_into("Password", "wrong");
    window.press("Sign");
    assert!(window.query_all_by_label_contains("Login and password do not match").next().is_some());
    assert_eq!(window.state_of(ap), "requested");
    window.type_into("Password", PASSWORD);
    window.picture("sign");
    window.press("Sign");
    assert!(window.query_by_label("You sign exactly this").is_none(), "the dialog has closed");
    assert_eq!(window.state_of(ap), "partially_signed");
    window.get_by_label_contains("Approved · 2031-03-03");
    window.beside("fay", Request::Sign { id: ap, meaning: None }, Some(PASSWORD)).unwrap();
    window.go(Route::Record(cr));
    window.picture("page_change");
    window.go(Route::Record(ia));
    window.picture("page_analysis");
    window.go(Route::Record(ap));
    window.picture("page_approval");
    window.get_by_label_contains("21 CFR 11.50").scroll_to_me();
    window.settle();
    window.picture("page_signatures");
}

#[test]
fn the_questions_of_an_impact_analysis_are_answered_one_by_one() {
    let mut desk = Desk::staffed();
    let (_, ia) = change_under_analysis(&mut desk, json!({}));
    let mut window = Window::new(desk, "ben", Route::Edit(ia, Some("answers")), vec2(1240.0, 1020.0));
    let all = window.get_by_label_contains("mandatory answered").accesskit_node().value().unwrap();
    assert!(all.starts_with("0 of "), "{all}");
    let group = window.get_by_label("Answer of Q04");
    group.get_by_label("No").click_accesskit();
    window.settle();
    let node = window.get_by_role_and_label(Role::MultilineTextInput, "Rationale of Q04");
    node.focus();
    window.settle();
    window
        .get_by_role_and_label(Role::MultilineTextInput, "Rationale of Q04")
        .type_text("The timer alone is touched by it");
    window.settle();
    assert!(
        window
            .get_by_label_contains("mandatory answered")
            .accesskit_node()
            .value()
            .unwrap()
            .starts_with("1 of ")
    );
    window.picture("form_analysis");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Record(ia), "{:?}", window.state().refusal());
    let answers = window.record(ia).value("answers").clone();
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
    let mut window = Window::new(desk, "ana", Route::Record(fb), vec2(1440.0, 1020.0));
    window.press("Confirm as a problem…");
    window.picture("dialog_asks");
    window.press("Confirm as a problem");
    assert!(
        window.query_all_by_label_contains("is not possible yet").next().is_some(),
        "the refusal stands in the dialog"
    );
    window.type_into("Criterion", "SPEC");
    window.type_into("Rationale of the evaluation", "The alarm must sound within 10 s");
    window.press("Confirm as a problem");
    assert_eq!(window.state_of(fb), "problem_confirmed", "{:?}", window.state().refusal());
    window.get_by_label_contains("PR-0001 ·").click();
    window.settle();
    assert_eq!(window.route(), Route::Record(id("PR-0001")));
}

#[test]
fn rows_are_added_filled_and_removed_and_a_change_can_be_taken_back() {
    let mut desk = Desk::staffed();
    let cr = desk.create("ben", Kind::ChangeRequest, json!({"title": "Update the parser"}));
    let mut window = Window::new(desk, "ben", Route::Edit(cr, Some("affected_soup")), vec2(1240.0, 920.0));
    window.press("Add row to soup changes");
    window.press("Add row to soup changes");
    let first = window.get_by_role_and_label(Role::Group, "Row 1");
    let item = first.get_by_role_and_label(Role::TextInput, "SOUP item");
    item.focus();
    window.settle();
    window
        .get_by_role_and_label(Role::Group, "Row 1")
        .get_by_role_and_label(Role::TextInput, "SOUP item")
        .type_text("libexpat");
    window.settle();
    window.picture("form_rows");
    window.run_steps(8);
    window.press("Remove row 1");
    assert!(window.query_by_role_and_label(Role::Group, "Row 2").is_none());
    window.press("Undo");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Record(cr), "{:?}", window.state().refusal());
    assert_eq!(
        *window.record(cr).value("affected_soup"),
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
    let mut window = Window::new(many_feedbacks(), "dan", Route::List(Kind::Feedback), vec2(1440.0, 820.0));
    window.picture("list");
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.settle();
    window.settle();
    assert!(window.get_by_role_and_label(Role::TextInput, "Filter").is_focused());
    window.get_by_role_and_label(Role::TextInput, "Filter").type_text("alarm");
    window.settle();
    window.get_by_label_contains("2 of 5");
    window.get_by_label("Sort by Title").click();
    window.settle();
    window.get_by_role_and_label(Role::TextInput, "Filter").focus();
    window.settle();
    window.key_press(Key::ArrowDown);
    window.settle();
    window.key_press(Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Record(id("FB-0001")), "by title, Alarm is late comes first");
}

#[test]
fn several_rows_are_chosen_assigned_and_saved_as_csv() {
    let mut window = Window::new(many_feedbacks(), "dan", Route::List(Kind::Feedback), vec2(1440.0, 820.0));
    window.press("Save as CSV");
    window.press("Rows as shown…");
    let written = window.written();
    assert_eq!(written.file_name().unwrap(), "feedback.csv");
    assert_eq!(std::fs::read_to_string(written).unwrap().lines().count(), 6);
    window.press("Save as CSV");
    window.press("All fields…");
    let written = window.written();
    assert_eq!(written.file_name().unwrap(), "feedback-all-fields.csv");
    let text = std::fs::read_to_string(written).unwrap();
    assert!(text.contains(",description_verbatim,") && text.contains("FB-0005"), "{text}");
    window.get_by_role_and_label(Role::TextInput, "Filter").focus();
    window.settle();
    window.key_press(Key::ArrowDown);
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.settle();
    window.get_by_label("5 selected");
    window.picture("list_several");
    window.press("Assign to…");
    window.press("Ben Example");
    let ben = window.people["ben"].person();
    for number in 1..=5 {
        assert_eq!(window.record(id(&format!("FB-000{number}"))).head.owner, Some(ben));
    }
}

#[test]
fn every_kind_has_a_list_and_a_form_without_code_of_its_own() {
    let mut desk = Desk::staffed();
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    let mut window = Window::new(desk, "ben", Route::Dashboard, vec2(1440.0, 820.0));
    for kind in Kind::ALL {
        window.go(Route::List(*kind));
        window.go(Route::New(*kind));
        if *kind == Kind::Feedback {
            window.picture("form_feedback");
        }
        window.go(Route::Edit(if *kind == Kind::ChangeRequest { cr } else { ia }, None));
        if *kind == Kind::ChangeRequest {
            window.picture("form_change");
        }
    }
}

#[test]
fn the_parts_of_a_record_are_added_and_edited_in_place() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    let mut window = Window::new(desk, "dan", Route::Record(cr), vec2(1240.0, 1000.0));
    window.get_by_label("Add test record").scroll_to_me();
    window.settle();
    window.press("Add test record");
    window.type_into("Test", "Alarm on battery, ten times");
    window.picture("part_new");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let test = id("TR-0002");
    assert_eq!(window.record(test).title(), "Alarm on battery, ten times", "{:?}", window.state().refusal());
    assert_eq!(window.route(), Route::Record(cr), "the page stays");
    window.get_by_role_and_label(Role::Link, "TR-0002").scroll_to_me();
    window.settle();
    window.get_by_role_and_label(Role::Link, "TR-0002").click();
    window.settle();
    window.key_press(Key::Enter);
    window.settle();
    window.picture("part_edit");
    window.type_into("Tester", "Dan Example");
    window.get_by_label("Save").scroll_to_me();
    window.settle();
    window.press("Save");
    assert_eq!(window.record(test).text("tester"), "Dan Example", "{:?}", window.state().refusal());
    window.get_by_label("Add test record");
}

#[test]
fn of_two_thousand_parts_only_those_that_are_seen_are_laid_out() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    for number in 0..2000 {
        let set = json!({"title": format!("Test {number}"), "results": "As expected"});
        desk.create_part("dan", Kind::TestRecord, cr, set);
    }
    let mut window = Window::new(desk, "dan", Route::Record(cr), vec2(1240.0, 1000.0));
    window.get_by_label("Add test record").scroll_to_me();
    window.settle();
    let rows = window.query_all_by_label_contains("TR-").count();
    assert!((5..200).contains(&rows), "{rows} rows");
}
