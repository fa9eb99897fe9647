//! The SOUP register, its reviews and the findings in the window.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role as Part, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::{Desk, PASSWORD};
use crate::host::Window;
use crate::soup_ops::Soup;
use crate::soup_triage::with_findings;

const SIZE: egui::Vec2 = vec2(1440.0, 1000.0);
const BILL: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "pump-link", "version": "2.6.3", "purl": "pkg:npm/pump-link@2.6.3"},
    {"type": "library", "name": "new-one", "version": "0.1.0", "purl": "pkg:npm/new-one@0.1.0"}
]}"#;

fn register_of_two() -> (Soup, RecordId) {
    let mut bench = Soup::new();
    let soup = [("pump-link", "2.6.2"), ("left-pad", "1.0.0")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    (bench, release)
}

#[test]
fn an_empty_register_says_what_it_is_for_and_a_list_is_read_into_it_after_a_rehearsal() {
    let mut bench = Soup::new();
    let release = bench.planned(&[("pump-link", "2.6.3")]);
    let mut window = Window::new(bench.desk, "ben", Route::List(Kind::SoupItem), SIZE);
    assert!(window.has("No SOUP yet"));
    window.picture("soup_empty");
    let bill = window.folder.path().join("bill.json");
    std::fs::write(&bill, BILL).unwrap();
    *window.chosen.borrow_mut() = Some(bill);
    window.press("Read a list…");
    window.until_shown("2 items new, 0 versions new");
    assert!(window.has("New: pump-link 2.6.3"), "the only release is chosen: {release}");
    window.picture("soup_read_list");
    window.press_last("Read into the register");
    window.until("the register", |window| window.file().list(Kind::SoupItem).unwrap().len() == 2);
    window.until_shown("2 records");
    window.picture("soup_list");
}

#[test]
fn on_a_machine_without_a_file_dialog_the_path_of_a_list_is_typed() {
    let mut bench = Soup::new();
    bench.planned(&[("pump-link", "2.6.3")]);
    let mut window = Window::new(bench.desk, "ben", Route::List(Kind::SoupItem), SIZE);
    let bill = window.folder.path().join("bill.json");
    std::fs::write(&bill, BILL).unwrap();
    window.no_dialog.set(true);
    window.press("Read a list…");
    assert!(window.has("This machine shows no file dialog"), "it is said what to install");
    window.type_into("Path of the file", &window.folder.path().join("none.json").display().to_string());
    window.key_press(Key::Enter);
    window.settle();
    assert!(window.has("There is no file"));
    window.picture("no_file_dialog");
    window.type_into("Path of the file", &bill.display().to_string());
    window.key_press(Key::Enter);
    window.until_shown("2 items new, 0 versions new");
}

#[test]
fn on_a_machine_without_a_file_dialog_what_is_saved_never_replaces_a_file() {
    let mut window = Window::new(Desk::new(), "ana", Route::Dashboard, SIZE);
    let (there, fresh) =
        (window.folder.path().join("there.mainstay"), window.folder.path().join("b.mainstay"));
    std::fs::write(&there, "kept").unwrap();
    window.no_dialog.set(true);
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    write(&mut window, "Back up now");
    window.key_press(Key::Enter);
    window.settle();
    window.type_into("Path of the new file", &there.display().to_string());
    window.press("Save");
    assert!(window.has("exists already"));
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "kept");
    window.type_into("Path of the new file", &fresh.display().to_string());
    window.press("Save");
    window.until("the backup", |_| fresh.exists());
}

#[test]
fn fields_are_set_in_several_items_and_those_that_may_be_are_approved() {
    let mut bench = Soup::new();
    bench.planned(&[("pump-link", "2.6.3")]);
    let mut window = Window::new(bench.desk, "ben", Route::List(Kind::SoupItem), SIZE);
    let bill = window.folder.path().join("bill.json");
    std::fs::write(&bill, BILL).unwrap();
    *window.chosen.borrow_mut() = Some(bill);
    window.press("Read a list…");
    window.until_shown("New: pump-link 2.6.3");
    window.press_last("Read into the register");
    window.until_shown("2 records");
    window.edit_beside(
        "ben",
        RecordId::new(Kind::SoupItem, 1),
        json!({"supplier": "community: maintainers"}),
    );
    choose_all(&mut window, "SI-0002");
    window.picture("soup_chosen");
    window.press("Set fields…");
    assert!(window.has("Set fields of 2 items"));
    for (name, text) in [
        ("Why", "Isolated from the alarm"),
        ("Functional and performance requirements", "Parses messages"),
        ("Hardware and software that it needs", "Linux"),
        ("No list is published: evidence", "Asked on 2031-02-01, none"),
    ] {
        window.type_into(name, text);
    }
    window.press_radio("No");
    window.choose("Risk tier", "Low");
    window.choose("Responsibility", "Supported software");
    window.picture("soup_set_fields");
    window.press_last("Set");
    window.until("the fields", |window| {
        window.record(RecordId::new(Kind::SoupItem, 2)).text("risk_tier") == "low"
    });
    choose_all(&mut window, "SI-0002");
    window.press("Approve for use…");
    window.until_shown("1 item with everything that the approval needs");
    window.picture("soup_approve");
    assert!(window.has("SI-0002: not yet:"), "it is said why the other one may not");
    window.press_last("Approve 1");
    window.until("the approval", |window| window.state_of(RecordId::new(Kind::SoupItem, 1)) == "in_use");
    assert_eq!(window.state_of(RecordId::new(Kind::SoupItem, 2)), "proposed");
}

/// Chooses all rows of the table on screen.
fn choose_all(window: &mut Window, first: &str) {
    window.query_all_by_role_and_label(Part::Link, first).next().unwrap().focus();
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.settle();
}

#[test]
fn what_is_in_service_without_a_review_is_named_above_the_register_and_in_the_matrix() {
    let mut desk = Desk::staffed();
    crate::releasing::released(&mut desk);
    let mut window = Window::new(desk, "ben", Route::List(Kind::SoupItem), SIZE);
    window.until_shown("0 of 1 version in 1 release are reviewed inside their interval");
    window.picture("soup_coverage_line");
    assert!(window.has("libexpat 2.5.0 in 2.3.1 (no approved review)"));
    window.press("Coverage");
    window.until_shown("Not covered 1");
    assert_eq!(window.route(), Route::Coverage);
    assert!(window.query_all_by_role(Part::Label).any(|node| cell(&node, "Never reviewed, due 2031-03-03")));
    window.picture("soup_coverage");
}

fn cell(node: &egui_kittest::Node<'_>, words: &str) -> bool {
    use egui_kittest::kittest::NodeT as _;
    node.accesskit_node().value().is_some_and(|value| value == words)
}

#[test]
fn the_page_of_an_item_says_where_it_is_used_and_what_it_lacks() {
    let (bench, release) = register_of_two();
    let mut window = Window::new(bench.desk, "ben", Route::Record(RecordId::new(Kind::SoupItem, 1)), SIZE);
    window.until_shown("Where is this used?");
    assert!(window.has("version 1.0.0 with 2.6.2"));
    window.picture("soup_item_page");
    window.query_all_by_role_and_label(Part::Link, &release.to_string()).next().unwrap().click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Record(release));
}

#[test]
fn a_review_is_started_with_its_search_judged_and_checked() {
    let (mut bench, release) = register_of_two();
    let set = json!({"title": "Before the release", "trigger": "before_release", "candidates": [release]});
    let review = bench.desk.create("sam", Kind::SoupReview, set);
    let cache = bench.cache.display().to_string();
    let mut window = Window::new(bench.desk, "sam", Route::Record(review), SIZE);
    window.until_shown("2 versions of SOUP in 1 release");
    assert!(window.has("version 1.0.0: 2 versions"));
    window.picture("soup_review_scheduled");
    window.press("Search and start…");
    window.type_into("Folder of the advisory data", "/nowhere/at/all");
    window.until_shown("There is no advisory data");
    window.type_into("Folder of the advisory data", &cache);
    window.until_shown("2 files of advisory data");
    window.picture("soup_review_start");
    window.press_last("Search and start");
    window.until("the review", |window| window.state_of(review) == "in_progress");
    window.until_shown("0 of 2 items have their result");
    window.picture("soup_review_page");
    window.press("Check the evidence");
    window.until_shown("The review and its items say what the kept evidence of the search says.");
    window.press("Work through the items");
    window.until_shown("Needs work 2");
    assert_eq!(window.route(), Route::ReviewItems(review));
    window.picture("soup_items");
    choose_all(&mut window, "left-pad 1.0.0");
    window.press("Supplier's list read…");
    window.type_into("What it says of the version", "Nothing about this version");
    window.picture("soup_items_list_read");
    window.press_last("Store");
    window.until("the items", |window| {
        let parts = window.file().parts(review, Kind::ReviewItem).unwrap();
        parts.iter().all(|data| data.text("list_judgement") == "Nothing about this version")
    });
    window.go(Route::Record(review));
    window.until_shown("items have their result");
    window.go(Route::ReviewItems(review));
    window.picture("soup_items_judged");
}

#[test]
fn a_page_that_is_dropped_on_the_items_is_the_copy_of_the_lists_of_those_that_are_chosen() {
    let (mut bench, release) = register_of_two();
    let review = bench.started(release);
    let page = bench.desk.folder.path().join("known-issues.pdf");
    std::fs::write(&page, "%PDF-1.7 known issues").unwrap();
    let mut window = Window::new(bench.desk, "sam", Route::ReviewItems(review), SIZE);
    window.until_shown("Needs work 2");
    choose_all(&mut window, "left-pad 1.0.0");
    window.drop_file(page);
    assert!(window.has("Copy of a list: 2 items"));
    window.picture("soup_items_dropped");
    window.press_last("Store");
    window.until("the copy", |window| {
        let parts = window.file().parts(review, Kind::ReviewItem).unwrap();
        parts.iter().all(|data| data.text("list_sha256").len() == 64)
    });
    let kept = window.file().referring(review, Kind::Attachment).unwrap();
    assert!(kept.iter().any(|data| data.title() == "known-issues.pdf"));
}

#[test]
fn findings_are_decided_proposed_and_confirmed_by_keys_alone() {
    let (bench, release, ids) = with_findings(6);
    let mut window = Window::new(bench.desk, "ben", Route::List(Kind::Finding), SIZE);
    window.press("Triage");
    window.until_shown("To decide 6");
    window.picture("triage");
    // The exploited one: not affected, with its own reason.
    keys(&mut window, "n1v");
    window.key_press(Key::Enter);
    window.settle();
    write(&mut window, "The parser is not built in");
    window.key_press(Key::F8);
    window.settle();
    until_focused(&mut window, "Evidence");
    write(&mut window, "Build log of 1.0.0, kpj");
    window.picture("triage_decided");
    store(&mut window);
    window.until_shown("To propose 1");
    let first = window.record(ids[2]);
    assert_eq!(first.text("disposition"), "not_affected");
    assert_eq!(first.text("evidence"), "Build log of 1.0.0, kpj", "letters in a text press nothing");
    assert_eq!(first.value("per_release"), &json!([{"release": release, "applicability": "not_affected"}]));
    // The others for one reason.
    for _ in 0..4 {
        window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
        window.settle();
    }
    assert!(window.has("One decision for 5 findings"));
    keys(&mut window, "n1x");
    window.key_press(Key::Enter);
    window.settle();
    write(&mut window, "Messages are at most 1 kB");
    window.key_press(Key::Tab);
    window.settle();
    until_focused(&mut window, "Evidence");
    write(&mut window, "Test T-17");
    window.picture("triage_several");
    store(&mut window);
    window.until_shown("To propose 6");
    keys(&mut window, "p");
    window.until_shown("Propose the decision on 6 findings");
    window.picture("triage_sign");
    sign(&mut window);
    window.until("the proposals", |window| ids.iter().all(|id| window.state_of(*id) == "proposed"));
    window.sit_down("sam");
    window.until_shown("Waiting for me 6");
    window.press_radio("Waiting for me 6");
    window.picture("triage_confirm");
    let first = window.query_all_by_role_and_label(Part::Link, "CVE-2031-0003").next().unwrap();
    first.focus();
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.until_shown("Confirm the decision on 6 findings");
    sign(&mut window);
    window.until("the decisions", |window| ids.iter().all(|id| window.state_of(*id) == "not_affected"));
}

#[test]
fn enter_right_after_the_password_signs_and_without_one_it_is_said_what_is_missing() {
    let (mut bench, _, ids) = with_findings(2);
    crate::soup_triage::judged(&mut bench, &ids);
    let mut window = Window::new(bench.desk, "ben", Route::Triage, SIZE);
    window.until_shown("To propose 2");
    keys(&mut window, "p");
    window.until_shown("Propose the decision on 2 findings");
    window.key_press(Key::Enter);
    window.settle();
    assert!(window.has("Your password is missing"));
    window.picture("triage_sign_missing");
    assert!(window.get_by_label("Password").is_focused(), "it can be typed at once");
    // Nothing is drawn between the last letter and Enter, as for somebody who types fast on a slow machine.
    let (key, modifiers) = (Key::Enter, Modifiers::NONE);
    let enter = |pressed| egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
    let typed = egui::Event::Text(PASSWORD.to_owned());
    window.input_mut().events.extend([typed, enter(true), enter(false)]);
    window.until("the proposals", |window| ids.iter().all(|id| window.state_of(*id) == "proposed"));
}

#[test]
fn a_password_typed_as_soon_as_the_dialog_is_drawn_signs_by_enter() {
    let (mut bench, _, ids) = with_findings(2);
    crate::soup_triage::judged(&mut bench, &ids);
    let mut window = Window::new(bench.desk, "ben", Route::Triage, SIZE);
    window.until_shown("To propose 2");
    window.key_press(Key::P);
    for _ in 0..60 {
        window.run_steps(1);
        if window.query_all_by_label("Password").any(|node| node.is_focused()) {
            break;
        }
    }
    window.event(egui::Event::Text(PASSWORD.to_owned()));
    window.key_press(Key::Enter);
    window.until("the proposals", |window| ids.iter().all(|id| window.state_of(*id) == "proposed"));
}

#[test]
fn a_decision_without_its_reasons_is_not_stored_and_the_missing_input_gets_the_focus() {
    let (bench, _, ids) = with_findings(1);
    let mut window = Window::new(bench.desk, "ben", Route::Triage, SIZE);
    window.until_shown("To decide 1");
    keys(&mut window, "n2");
    store(&mut window);
    assert!(window.has("“Sequence of events, or why there is none” is missing"));
    assert!(window.has("“What users should do” is missing"));
    assert_eq!(window.record(ids[0]).text("disposition"), "");
    until_focused(&mut window, "Sequence of events, or why there is none");
    window.picture("triage_missing");
}

/// Presses letters and digits, one after the other.
pub fn keys(window: &mut Window, letters: &str) {
    for letter in letters.chars() {
        window.key_press(Key::from_name(&letter.to_uppercase().to_string()).unwrap());
        window.settle();
    }
}

/// Types into the input that has the focus.
pub fn write(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.settle();
}

fn store(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
}

pub fn sign(window: &mut Window) {
    write(window, PASSWORD);
    window.key_press(Key::Enter);
    window.settle();
}

fn until_focused(window: &mut Window, label: &str) {
    for _ in 0..6 {
        if window.query_all_by_label(label).any(|node| node.is_focused()) {
            return;
        }
        window.key_press(Key::Tab);
        window.settle();
    }
    panic!("“{label}” does not get the focus");
}

#[test]
fn the_decisions_about_a_release_are_published_as_vex_from_its_page() {
    let (mut bench, release) = register_of_two();
    bench.started(release);
    let mut window = Window::new(bench.desk, "ben", Route::Record(release), SIZE);
    window.press("Publish VEX…");
    assert!(window.has("1 statement, 1 of them under investigation, since their decision is not confirmed"));
    window.picture("vex_publish");
    window.press_last("Publish and save");
    window.settle();
    let text = published(&mut window, release, "VEX document (OpenVEX");
    assert!(text.contains("CVE-2030-0001") && text.contains("under_investigation"), "{text}");
}

/// The document that is attached to a release, which is the one that was saved.
fn published(window: &mut Window, release: RecordId, description: &str) -> String {
    let files = window.file().referring(release, Kind::Attachment).unwrap();
    let kept = files.iter().find(|data| data.text("description").starts_with(description)).unwrap();
    let saved = std::fs::read(window.written()).unwrap();
    let bytes = window.file().attachment_bytes(kept).unwrap().unwrap();
    assert_eq!(bytes, saved, "what is kept is what was saved");
    String::from_utf8(saved).unwrap()
}

#[test]
fn what_csaf_needs_is_asked_for_refused_in_words_and_remembered() {
    let (mut bench, release) = register_of_two();
    bench.started(release);
    let mut window = Window::new(bench.desk, "ben", Route::Record(release), SIZE);
    window.press("Publish VEX…");
    window.press_radio("CSAF 2.0 VEX");
    window.press_last("Publish and save");
    assert!(window.has("The address of the issuer is missing, which CSAF requires"));
    window.picture("vex_publish_csaf_missing");
    window.type_into("Address of the issuer", "our website");
    window.press_last("Publish and save");
    assert!(
        window.has("give it as “Address of the issuer” in the window"),
        "it is refused by the name of the input"
    );
    window.picture("vex_publish_csaf_refused");
    let none = window.file().referring(release, Kind::Attachment).unwrap();
    assert!(none.iter().all(|data| !data.text("description").starts_with("VEX document")));
    window.type_into("Address of the issuer", "https://psirt.example.com");
    window.type_into("Title", "Vulnerabilities of the pump");
    window.press_last("Publish and save");
    window.settle();
    let text = published(&mut window, release, "VEX document (CSAF");
    assert!(
        text.contains("https://psirt.example.com") && text.contains("Vulnerabilities of the pump"),
        "{text}"
    );
    window.press("Publish VEX…");
    window.press_radio("CSAF 2.0 VEX");
    window.settle();
    let kept = window.get_by_label("Address of the issuer").value();
    assert_eq!(kept.as_deref(), Some("https://psirt.example.com"), "it is remembered");
}

#[test]
fn the_register_shows_versions_and_a_scheduled_review_has_one_way_to_start() {
    let (mut bench, release) = register_of_two();
    let set = json!({"title": "Before the release", "trigger": "before_release", "candidates": [release]});
    let review = bench.desk.create("sam", Kind::SoupReview, set);
    let empty =
        bench.desk.create("sam", Kind::SoupReview, json!({"title": "Service", "trigger": "interval"}));
    let mut window = Window::new(bench.desk, "sam", Route::List(Kind::SoupItem), SIZE);
    window.until_shown("2 records");
    assert!(window.has("Sort by Versions"));
    assert!(window.query_all_by_role(Part::Label).any(|node| cell(&node, "2.6.2")));
    window.picture("soup_list_versions");
    window.go(Route::Record(review));
    let starts =
        |window: &Window| window.query_all_by_role_and_label(Part::Button, "Search and start…").count();
    assert_eq!(starts(&window), 1, "one way leads");
    assert!(!window.has("Start the review"), "no second way");
    window.picture("soup_review_scheduled");
    window.press("Search and start…");
    assert!(window.has("Start SR-0001"), "it opens the dialog of the search");
    window.go(Route::Record(empty));
    window.picture("soup_review_not_ready");
    assert!(window.has("There is a release in service or a candidate whose SOUP is reviewed"));
    assert!(window.has("At least one SOUP item is in its scope"), "all that is missing is said at once");
}

#[test]
fn a_review_whose_items_are_all_done_says_so_and_what_is_next() {
    let (mut bench, release) = register_of_two();
    let review = bench.started(release);
    bench.judged(review);
    let mut window = Window::new(bench.desk, "sam", Route::ReviewItems(review), SIZE);
    window.until_shown("All done: 2 items with a result. Hand the review over from its page.");
    window.picture("soup_items_all_done");
    window.press_radio("Ready 0");
    assert!(window.has("All done"));
}
