//! The maintenance plan in the window: examples are accepted, the plan is submitted, its sources are checked.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::{Desk, PLAN};
use crate::host::Window;

const SIZE: egui::Vec2 = vec2(1280.0, 900.0);

fn undecided(window: &mut Window) -> Vec<String> {
    let plan = window.record(PLAN);
    let names = plan.value("undecided").as_array().cloned().unwrap_or_default();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Reaches a button by Tab and presses it with Enter.
fn press_by_keys(window: &mut Window, name: &str) {
    for _ in 0..400 {
        let there = window.query_all_by_role_and_label(Role::Button, name).any(|node| node.is_focused());
        if there {
            window.key_press(Key::Enter);
            return window.settle();
        }
        window.key_press(Key::Tab);
        window.run_steps(1);
    }
    panic!("Tab does not reach “{name}”");
}

#[test]
fn an_example_says_where_it_comes_from_and_is_accepted_on_the_page() {
    let mut window = Window::new(Desk::staffed_without_plan(), "ana", Route::Record(PLAN), SIZE);
    let before = undecided(&mut window);
    let all = before.len();
    assert!(all > 30 && before.contains(&"feedback_triage_days".to_owned()));
    window.get_by_label(&format!("0 of {all} decided"));
    window.get_by_label("Accept Evaluation of feedback (working days)").scroll_to_me();
    assert!(window.has("Common practice of small makers"));
    window.settle();
    window.picture("plan_draft_page");
    window.press("Accept Evaluation of feedback (working days)");
    assert!(!undecided(&mut window).contains(&"feedback_triage_days".to_owned()));
    assert!(window.query_by_label("Accept Evaluation of feedback (working days)").is_none());
    window.get_by_label(&format!("1 of {all} decided"));
    window.press("Accept all of c) Risk management");
    let accepted = ["risk_process_ref", "risk_acceptability_ref", "rmf_location"];
    assert!(undecided(&mut window).iter().all(|name| !accepted.contains(&name.as_str())));
    window.get_by_label(&format!("4 of {all} decided"));
}

#[test]
fn in_the_form_examples_are_accepted_or_changed_and_the_plan_is_submitted_by_keyboard() {
    let mut window = Window::new(Desk::staffed_without_plan(), "ana", Route::Edit(PLAN, None), SIZE);
    let all = undecided(&mut window).len();
    window.picture("plan_form");
    assert!(!window.has_input("Values that are still examples"), "the list is shown at the fields");
    press_by_keys(&mut window, "Accept Review of this plan every (days)");
    window.get_by_label(&format!("1 of {all} decided"));
    window.type_into("Evaluation of feedback (working days)", "3");
    window.get_by_label(&format!("2 of {all} decided"));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Record(PLAN), "{:?}", window.state().refusal());
    let left = undecided(&mut window);
    assert_eq!(left.len(), all - 2);
    assert!(!left.contains(&"feedback_triage_days".to_owned()), "what is changed is decided");
    // The rest, section by section.
    window.go(Route::Edit(PLAN, None));
    let sections: Vec<&str> =
        Kind::MaintenancePlan.def().sections.iter().map(|section| section.title).collect();
    for section in sections {
        let name = format!("Accept all of {section}");
        if window.query_by_role_and_label(Role::Button, &name).is_some() {
            window.press(&name);
        }
    }
    let singles: Vec<String> = window
        .query_all_by_role(Role::Button)
        .filter_map(|node| node.accesskit_node().label())
        .filter(|name| name.starts_with("Accept "))
        .collect();
    for name in singles {
        window.press(&name);
    }
    window.get_by_label(&format!("{all} of {all} decided"));
    window.type_into("Effective from", "2031-03-03");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert!(undecided(&mut window).is_empty());
    let ana = window.people["ana"].person();
    window.edit_beside("ana", PLAN, json!({"roles": [{"role": "quality", "person": ana}]}));
    window.go(Route::Record(PLAN));
    press_by_keys(&mut window, "Submit for signature");
    assert_eq!(window.state_of(PLAN), "in_review", "{:?}", window.state().refusal());
}

#[test]
fn an_older_file_without_a_plan_writes_its_first_one_with_a_button() {
    let mut window = Window::new(older_desk(), "ana", Route::List(Kind::MaintenancePlan), SIZE);
    window.picture("plan_none");
    window.press("Write the first plan");
    assert_eq!(window.route(), Route::Record(PLAN), "{:?}", window.state().refusal());
    assert_eq!(window.state_of(PLAN), "draft");
    assert!(undecided(&mut window).len() > 30);
}

/// A file that was begun before there were plans.
pub fn older_desk() -> Desk {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dumps/v1.mainstay")).unwrap();
    let now = mainstay::domain::time::Moment::parse("2031-03-04T09:00:00Z").unwrap();
    Desk::copy_of(&bytes, now, "", &["ana"])
}

#[test]
fn before_a_new_version_is_signed_its_page_and_its_approval_show_what_it_changes() {
    let mut desk = Desk::staffed();
    let next = desk.go("ana", PLAN, "revise").unwrap().made[0];
    let set = json!({
        "version": "2", "reason_for_version": "Quicker", "effective_from": "2031-03-03", "plan_review_days": 180,
    });
    desk.edit("ana", next, set).unwrap();
    let approval = desk.go("ana", next, "submit").unwrap().made[0];
    let mut window = Window::new(desk, "ben", Route::Record(next), SIZE);
    for route in [Route::Record(next), Route::Record(approval)] {
        window.go(route);
        assert!(window.has("What this version changes"));
        assert!(window.has("Review of this plan every (days)") && window.has("365") && window.has("180"));
        window.picture("plan_changes");
    }
}

#[test]
fn the_plan_in_force_shows_its_dates_and_a_check_begins_with_its_source_and_today() {
    let mut window = Window::new(Desk::staffed(), "dan", Route::Record(PLAN), SIZE);
    assert!(window.has("In force since 2031-03-03"));
    assert!(window.has("Next review of the plan: 2032-03-02"));
    window.picture("plan_in_force");
    window.press("Record a check of SUPPORT");
    assert!(matches!(window.route(), Route::NewFrom(Kind::SourceCheck, _)));
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "Source").value().as_deref(), Some("SUPPORT"));
    assert_eq!(
        window.get_by_role_and_label(Role::TextInput, "Checked on").value().as_deref(),
        Some("2031-03-03")
    );
    window.picture("source_check_form");
    window.type_into("New items", "0");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let check = RecordId::new(Kind::SourceCheck, 1);
    assert_eq!(window.route(), Route::Record(check), "{:?}", window.state().refusal());
    assert_eq!(window.record(check).text("source"), "SUPPORT");
    window.go(Route::List(Kind::SourceCheck));
    window.picture("source_checks");
}

#[test]
fn without_a_plan_in_force_the_dashboard_says_that_its_dates_are_provisional() {
    let mut desk = Desk::staffed_without_plan();
    crate::chain::feedback(&mut desk);
    let mut window = Window::new(desk, "ana", Route::Dashboard, SIZE);
    assert!(window.has("Provisional: no maintenance plan is in force"));
    assert!(window.has(", provisional"), "each date says so too");
    window.picture("dashboard_provisional");
    window.get_by_label("Go to the maintenance plan").click();
    window.settle();
    assert_eq!(window.route(), Route::Record(PLAN));
    let mut desk = Desk::staffed();
    crate::chain::feedback(&mut desk);
    let window = Window::new(desk, "ana", Route::Dashboard, SIZE);
    assert!(!window.has("rovisional"));
}

#[test]
fn the_policy_shows_the_matrix_and_the_criteria_of_the_plan_and_its_form_only_what_it_holds() {
    let mut window = Window::new(Desk::staffed(), "ana", Route::People, SIZE);
    window.get_by_label("Policy and authority").click();
    window.settle();
    assert!(window.has("As MP-0001 has them"));
    assert!(window.has("Waiver"));
    window.picture("policy");
    window.get_by_label("Go to the maintenance plan").click();
    window.settle();
    assert_eq!(window.route(), Route::Record(PLAN));
    window.go(Route::Edit(mainstay::ops::POLICY, None));
    assert!(
        window.has_input("Idle lock (minutes)") && !window.has_input("Evaluation of feedback (working days)")
    );
    window.picture("policy_form");
}
