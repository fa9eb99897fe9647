//! Retirement, trends and clocks in the window, by the names that a screen reader says.

use eframe::egui;
use egui::{accesskit::Role, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Act, Request};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain;
use crate::desk::{Desk, go_to};
use crate::host::Window;
use crate::retirement::{RETIREMENT, approved, begun};

const SIZE: egui::Vec2 = vec2(1280.0, 900.0);
const TALL: egui::Vec2 = vec2(1280.0, 1800.0);

fn window_on(desk: Desk, login: &str, route: Route, size: egui::Vec2) -> Window {
    Window::new(desk, login, route, size)
}

#[test]
fn the_page_of_a_draft_says_what_is_missing_and_leads_to_its_field() {
    let mut window = window_on(begun(), "ana", Route::Record(RETIREMENT), TALL);
    window.until_shown("0 of 13 groups are answered.");
    assert!(window.has("usually answered by management"));
    assert!(
        window.has("the expected lifetime of the product is not entered") || window.has("Cannot be computed")
    );
    window.picture("retirement_draft");
    let link = window.query_all_by_role_and_label(Role::Link, "Installed base").next();
    link.expect("a link to the field").click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Edit(RETIREMENT, Some("install_base")));
}

#[test]
fn milestones_are_laid_out_by_a_button_and_the_years_ahead_are_exported() {
    let mut window = window_on(approved(), "ana", Route::Record(RETIREMENT), TALL);
    window.until_shown("13 of 13 groups are answered.");
    window.until_shown("follow from the dates");
    window.press("Lay out the milestones");
    window.until("the milestones", |window| {
        !window.file().parts(RETIREMENT, Kind::Milestone).unwrap().is_empty()
    });
    window.until("a plan without further ones", |window| {
        window.query_by_role_and_label(Role::Button, "Lay out the milestones").is_none()
    });
    assert!(window.said("were laid out"), "{:?}", window.state().messages());
    assert!(window.has("Announce the end of life"));
    window.picture("retirement_approved");
    window.press("Export the calendar…");
    let bytes = std::fs::read(window.written()).unwrap();
    assert!(bytes.starts_with(b"BEGIN:VCALENDAR"));
}

#[test]
fn who_may_not_carry_the_plan_out_sees_it_without_the_button() {
    let mut desk = approved();
    desk.hire("tom", "Tom Example", &[mainstay::domain::person::Role::Auditor]);
    let mut window = window_on(desk, "tom", Route::Record(RETIREMENT), TALL);
    window.until_shown("follow from the dates");
    assert!(window.query_by_role_and_label(Role::Button, "Lay out the milestones").is_none());
    window.get_by_role_and_label(Role::Button, "Export the calendar…");
}

#[test]
fn a_restored_copy_is_tested_beside_the_window_and_the_result_is_noted() {
    let desk = approved();
    let copy = desk.folder.path().join("vault.mainstay");
    std::fs::copy(desk.file.path(), &copy).unwrap();
    let foreign = Desk::new();
    let mut window = window_on(desk, "ana", Route::Record(RETIREMENT), TALL);
    window.until_shown("No copy was tested yet");
    *window.chosen.borrow_mut() = Some(foreign.file.path().to_owned());
    window.press("Test a restored copy…");
    window.until_shown("is another product file");
    assert!(window.has("Nothing was noted."));
    window.press("Note the result");
    assert!(window.record(RETIREMENT).value("restore_tests").is_null(), "what did not pass is not noted");
    window.press("Cancel");
    *window.chosen.borrow_mut() = Some(copy);
    window.press("Test a restored copy…");
    window.until_shown("The copy can be restored");
    window.picture("restore_test");
    window.press("Note the result");
    assert!(window.record(RETIREMENT).value("restore_tests").is_null(), "where it is kept is asked first");
    window.type_into("Where the copy is kept", "Vault B");
    window.press("Note the result");
    window.until("the result", |window| window.record(RETIREMENT).value("restore_tests").is_array());
    assert!(window.said("The restore test at Vault B was noted"), "{:?}", window.state().messages());
    let row = window.record(RETIREMENT).value("restore_tests")[0].clone();
    assert_eq!(row["location"], "Vault B");
    assert!(row["result"].as_str().unwrap().starts_with("Verified by Mainstay"), "{row}");
    window.until_shown("1 test");
}

#[test]
fn a_restore_test_is_offered_only_of_a_plan_that_is_carried_out_to_who_may_edit_it() {
    let window = window_on(begun(), "ana", Route::Record(RETIREMENT), TALL);
    assert!(window.query_by_role_and_label(Role::Button, "Test a restored copy…").is_none());
    let mut desk = approved();
    desk.hire("tom", "Tom Example", &[mainstay::domain::person::Role::Auditor]);
    let mut window = window_on(desk, "tom", Route::Record(RETIREMENT), TALL);
    window.until_shown("No copy was tested yet");
    assert!(window.query_by_role_and_label(Role::Button, "Test a restored copy…").is_none());
}

#[test]
fn a_trend_review_shows_its_intervals_with_limits_once_the_period_is_counted() {
    let mut desk = Desk::staffed_once();
    for _ in 0..14 {
        let id = chain::feedback(&mut desk);
        let at = "2030-11-11T09:00:00Z";
        let set = crate::desk::fields(json!({"received_at": at, "aware_at": at}));
        let edit = Act::from(Request::Edit { id, set }).because("The date of the letter");
        desk.by("dan", Act { late_reason: Some("It lay in another mailbox".to_owned()), ..edit }).unwrap();
    }
    chain::feedback(&mut desk);
    let set = json!({
        "title": "Trends of a year", "counted": "feedback", "period_from": "2030-03-01", "period_to": "2031-02-28",
        "interval": "month", "method": "poisson",
    });
    let review = desk.create("ana", Kind::TrendReview, set);
    let mut window = window_on(desk, "ana", Route::Record(review), TALL);
    assert!(window.has("Nothing is counted yet."));
    window.picture("trend_open");
    window.press("Count the period");
    window.until_shown("Outside the limits: 2030-11");
    assert!(window.has("1 of 12 intervals outside the limits: 2030-11"));
    window.picture("trend_counted");
    window.get_by_label("Show as table, Feedback").click_accesskit();
    window.settle();
    assert!(window.query_all_by_label("Outside").next().is_some());
    window.picture("trend_table");
}

#[test]
fn reference_limits_are_taken_over_in_a_dialog_and_a_clock_begins_on_the_page_of_feedback() {
    let mut window = window_on(Desk::staffed_once(), "eva", Route::List(Kind::ClockTemplate), SIZE);
    window.until_shown("without a template");
    assert!(window.has("The program does not decide what is reportable."));
    window.picture("clock_templates");
    window.press("Take over reference values…");
    window.get_by_role_and_label(Role::CheckBox, "US PMA annual report").click_accesskit();
    window.settle();
    window.picture("reference_values");
    window.press("Take over");
    window.until("the templates", |window| !window.file().list(Kind::ClockTemplate).unwrap().is_empty());
    let rows = window.file().list(Kind::ClockTemplate).unwrap();
    assert!(rows.iter().all(|row| row.title != "US PMA annual report"), "what is not chosen is not made");
    window.until_shown("1 reference limit of the product's markets without a template");
    let template = rows.iter().find(|row| row.title == "US 803 individual report").unwrap().id;
    let mut made = None;
    window.meanwhile(|desk| {
        let confirm = go_to(template, "confirm", json!({"confirmed_with": "21 CFR 803, as of 2031-03-01"}));
        desk.signed("eva", confirm).unwrap();
        made = Some(chain::feedback(desk));
    });
    window.go(Route::Record(made.unwrap()));
    window.until("the button", |window| {
        window.query_by_role_and_label(Role::Button, "Start a clock…").is_some()
    });
    window.picture("feedback_clock");
    window.press("Start a clock…");
    window.press("US 803 individual report");
    let Route::NewFrom(kind, set) = window.route() else { panic!("{:?}", window.route()) };
    assert_eq!(kind, Kind::RegulatoryClock);
    assert_eq!(set["template"], json!(template));
    window.picture("clock_form");
}

/// A desk with two clocks that run; the later one was entered first.
fn running() -> (Desk, [RecordId; 2]) {
    let mut desk = Desk::staffed_once();
    let at = super::desk::stamp(desk.tick());
    let names = ["US 803 individual report", "US 803 five-day report"];
    desk.file.take_references(&desk.people["eva"], &names, None, &at).unwrap();
    let feedback = chain::feedback(&mut desk);
    let clocks = [1, 2].map(|number| {
        let template = RecordId::new(Kind::ClockTemplate, number);
        let confirm = go_to(template, "confirm", json!({"confirmed_with": "21 CFR 803, as of 2031-03-01"}));
        desk.signed("eva", confirm).unwrap();
        let set = json!({"title": format!("Report {number}"), "template": template, "subject": feedback});
        let clock = desk.create("eva", Kind::RegulatoryClock, set);
        let start =
            json!({"started_at": "2031-03-03T09:00:00Z", "start_evidence": "The call of the hospital"});
        desk.by("eva", go_to(clock, "start", start)).unwrap();
        clock
    });
    (desk, clocks)
}

#[test]
fn the_dashboard_shows_running_clocks_with_the_most_urgent_first_and_leads_to_readiness() {
    let (desk, [later, urgent]) = running();
    let rows = desk.file.clocks(desk.now).unwrap().running;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [urgent, later]);
    let mut window = window_on(desk, "eva", Route::Dashboard, SIZE);
    window.until_shown("Running clocks");
    assert!(window.has("30 days left"));
    window.until_shown("rules count for the product.");
    assert!(!window.has("The rules are being applied"), "readiness is one line");
    window.picture("dashboard_clocks");
    let number = urgent.to_string();
    let link = window.query_all_by_role_and_label(Role::Link, &number).next();
    link.expect("a link to the clock").click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Record(urgent));
    window.go(Route::Dashboard);
    window.until("the link", |window| {
        window.query_by_role_and_label(Role::Link, "What an auditor would find").is_some()
    });
    window.get_by_role_and_label(Role::Link, "What an auditor would find").click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Readiness);
}
