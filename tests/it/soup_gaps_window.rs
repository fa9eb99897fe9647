//! The common gaps of SOUP and vulnerability management, each tried in the window and refused with words (domain 3.8). The command line
//! is in `soup_gaps`; that paper shows the contrary is in `soup_gaps_paper`.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain::change_under_analysis;
use crate::desk::{Desk, PLAN};
use crate::host::Window;
use crate::soup_desk::{self as soup, EXPAT, EXPAT_250, SERVED};

const SIZE: egui::Vec2 = vec2(1280.0, 1000.0);
/// A change that brings a corrected version of a library.
pub const PATCH: &str = r#"{"change_type": "security", "title": "Update libexpat",
    "affected_soup": [{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}]}"#;

fn window(desk: Desk, login: &str, route: Route) -> Window {
    Window::new(desk, login, route, SIZE)
}

/// A step is on the page and cannot be taken: pressing its button does nothing, and page and button say why.
fn refused(window: &mut Window, button: &str, words: &[&str]) {
    let route = window.route();
    let Route::Record(id) = route else { panic!("{route:?}") };
    let before = (window.state_of(id), window.file().head().seq);
    let node = window.get_by_role_and_label(Role::Button, button);
    assert!(node.accesskit_node().is_disabled(), "“{button}” can be pressed");
    let why = node.accesskit_node().description().unwrap_or_default();
    for words in words {
        assert!(why.contains(words), "“{button}” does not say “{words}” but: {why}");
    }
    node.click_accesskit();
    window.settle();
    assert_eq!((window.state_of(id), window.file().head().seq), before, "“{button}” did something");
    if window.query_all_by_label_contains("Show all ").next().is_some() {
        window.query_all_by_label_contains("Show all ").next().unwrap().click_accesskit();
        window.settle();
    }
    for words in words {
        assert!(window.has(words), "the page does not say “{words}”");
    }
    assert!(window.has("It needs:"));
}

/// Empties an input of a form.
fn empty(window: &mut Window, name: &str) {
    window.type_into(name, "x");
    window.key_press(Key::Backspace);
    window.settle();
}

fn save(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert!(!window.route().is_form(), "not saved: {:?}", window.state().refusal());
}

#[test]
fn a_security_patch_without_impact_analysis_is_neither_approved_nor_released() {
    let mut desk = soup::serviced();
    let (change, analysis) = change_under_analysis(&mut desk, serde_json::from_str(PATCH).unwrap());
    let version = soup::version(&mut desk, EXPAT, "2.6.2", Some(change));
    let set = json!({
        "title": "Patch", "version": "2.3.1", "release_kind": "maintenance", "predecessor": SERVED,
        "soup_baseline": [{"item": "libexpat", "version": "2.6.2"}],
    });
    let release = desk.create("rita", Kind::Release, set);
    let mut window = window(desk, "ben", Route::Record(change));
    let words = "The security or SOUP change has a reviewed impact analysis";
    refused(&mut window, "Request approval", &[words]);
    window.picture("gap_patch");
    window.get_by_role_and_label(Role::Link, words).click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Record(analysis), "it leads to what is missing");
    window.go(Route::Record(release));
    let all = window.query_all_by_label_contains("Show all ").last().unwrap();
    all.click_accesskit();
    window.settle();
    assert!(window.has("It is known what brought libexpat 2.6.2 into the product"), "{version}");
}

#[test]
fn a_plan_that_is_not_linked_to_vulnerability_management_is_not_submitted() {
    let mut desk = Desk::staffed_without_plan();
    let roles = [("quality", "ana"), ("dev_lead", "ben"), ("regulatory", "eva")]
        .map(|(role, login)| json!({"role": role, "person": desk.people[login].person()}));
    let set = json!({"undecided": null, "effective_from": desk.now.day(), "roles": roles});
    desk.edit("ana", PLAN, set).unwrap();
    let mut window = window(desk, "ana", Route::Edit(PLAN, Some("vulnerability_plan_ref")));
    empty(&mut window, "Vulnerability management plan");
    empty(&mut window, "Responsible for vulnerabilities");
    save(&mut window);
    window.go(Route::Record(PLAN));
    let words = [
        "The plan names the vulnerability management plan, or says why it does not apply",
        "The plan names who is responsible for vulnerabilities, or says why it does not apply",
    ];
    refused(&mut window, "Submit for signature", &words);
    window.picture("gap_plan");
    window.get_by_role_and_label(Role::Link, words[0]).click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Edit(PLAN, Some("vulnerability_plan_ref")));
}

#[test]
fn a_review_without_a_method_is_not_started() {
    let mut desk = soup::serviced();
    desk.change_plan(json!({"soup_review_method": null}));
    let review = desk.create("cleo", Kind::SoupReview, json!({"title": "Review", "trigger": "interval"}));
    let mut window = window(desk, "cleo", Route::Record(review));
    let words = "The method of search and judgement is stated, here or in the plan";
    refused(&mut window, "Search and start…", &[words]);
    window.picture("gap_method");
    window.get_by_role_and_label(Role::Link, words).click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Edit(review, Some("method")));
}

/// Types an item of a review about libexpat 2.5.0, which says that this version was searched.
fn type_item(window: &mut Window, searched: &str) {
    for (name, text) in [
        ("Item", format!("libexpat {searched}")),
        ("SOUP item", EXPAT.to_string()),
        ("Designator", EXPAT_250.to_string()),
        ("Version searched", searched.to_owned()),
    ] {
        window.type_into(name, &text);
    }
}

#[test]
fn a_version_that_is_not_in_use_is_not_searched() {
    let mut desk = soup::serviced();
    let review = soup::started(&mut desk, json!({}));
    let mut window = window(desk, "cleo", Route::Record(review));
    window.press("Add reviewed item");
    window.picture("gap_adding");
    type_item(&mut window, "2.6.2");
    window.choose("Risk tier", "Low");
    window.choose("Search", "Could not be checked");
    window.press_last("Save");
    assert!(window.file().parts(review, Kind::ReviewItem).unwrap().is_empty());
    assert!(window.has("The version that was searched is the one in use: 2.5.0"));
    window.picture("gap_version");
    window.type_into("Version searched", "2.5.0");
    window.press_last("Save");
    assert_eq!(
        window.file().parts(review, Kind::ReviewItem).unwrap().len(),
        1,
        "{:?}",
        window.state().refusal()
    );
}

#[test]
fn nobody_types_who_reviewed_and_nobody_confirms_their_own_review() {
    let mut desk = soup::serviced();
    let review = soup::started(&mut desk, json!({}));
    soup::all_judged(&mut desk, review);
    let mut window = window(desk, "cleo", Route::Edit(review, None));
    for name in ["Reviewer", "Second reviewer", "Started on"] {
        assert!(!window.has_input(name), "“{name}” can be typed");
    }
    window.go(Route::Record(review));
    window.meanwhile(|desk| {
        desk.sign_go("cleo", review, "submit").unwrap();
    });
    window.sit_down("cleo");
    assert!(window.has("Cleo Example"), "the page names the reviewer");
    refused(
        &mut window,
        "Confirm the review…",
        &["The second reviewer is not the first one: somebody else confirms the review"],
    );
    window.picture("gap_reviewer");
}

#[test]
fn nothing_found_is_neither_said_of_a_review_nor_of_what_no_source_checked() {
    let mut desk = soup::serviced();
    let review = soup::started(&mut desk, json!({}));
    let mut window = window(desk, "cleo", Route::Edit(review, None));
    assert!(!window.has_input("Conclusion"), "a review has no verdict of its own");
    window.go(Route::Record(review));
    let words = [
        "All SOUP in scope was searched; 2 are missing, such as libexpat 2.5.0. Run the search again",
        "The evidence of the search with this SHA-256 is attached",
    ];
    refused(&mut window, "Hand over for the second review…", &words);
    assert!(window.has("Nothing was searched yet: the review has no item."));
    window.picture("gap_blanket");
    window.press("Add reviewed item");
    type_item(&mut window, "2.5.0");
    window.choose("Search", "Nothing found");
    window.press_last("Save");
    assert!(window.file().parts(review, Kind::ReviewItem).unwrap().is_empty());
    assert!(window.has("must be “could not be checked”: no source could answer"));
    window.picture("gap_nothing_found");
}

#[test]
fn an_overdue_review_stands_first_and_a_plan_without_an_interval_is_not_submitted() {
    let mut desk = soup::serviced();
    let next = desk.go("ana", RecordId::new(Kind::MaintenancePlan, 2), "revise").unwrap().made[0];
    let plan = desk.record(next);
    let rows = plan.value("soup_review_policy").as_array().unwrap();
    let set = json!({"soup_review_policy": rows[..1], "version": "3", "reason_for_version": "Fewer reviews"});
    desk.edit("ana", next, set).unwrap();
    desk.now = desk.now.plus_seconds(500 * 86_400);
    let mut window = window(desk, "ana", Route::Record(next));
    refused(&mut window, "Submit for signature", &["The review of SOUP covers every risk tier; missing: "]);
    window.picture("gap_interval");
    window.go(Route::Dashboard);
    let first = "Review 2 SOUP items in service, without an approved review";
    window.until_shown(first);
    let top = |words: &str| window.query_all_by_label_contains(words).next().unwrap().rect().top();
    assert!(top(first) < top("Check the feedback source") && top(first) < top("Review the trends"));
    window.picture("gap_overdue");
    window.go(Route::Coverage);
    window.until_shown("Not covered 2");
}

#[test]
fn a_version_is_registered_by_hand_as_one_exact_version() {
    let mut window = window(soup::serviced(), "ben", Route::Record(EXPAT));
    window.press("Add designator");
    window.type_into("Version", "latest");
    window.type_into("In the product since", "2.3.0");
    window.press_last("Save");
    assert!(window.has("not a range or a word such as latest; “latest” is not"));
    window.type_into("Version", "2.6.2");
    window.picture("gap_designator");
    window.press_last("Save");
    let known = window.file().parts(EXPAT, Kind::SoupDesignator).unwrap();
    assert!(known.iter().any(|data| data.text("title") == "2.6.2"), "{:?}", window.state().refusal());
}
