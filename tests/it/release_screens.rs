//! Releases, communications and deviations in the window.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role as Part, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::Desk;
use crate::host::Window;

const SIZE: egui::Vec2 = vec2(1280.0, 1000.0);
const BILL: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "libexpat", "version": "2.6.2", "purl": "pkg:generic/libexpat@2.6.2"},
    {"type": "library", "name": "zlib", "version": "1.3.1", "purl": "pkg:generic/zlib@1.3.1"}
]}"#;

/// Two versions: the second one has a SOUP item and a configuration item that no change is behind.
fn two_releases(desk: &mut Desk) -> (RecordId, RecordId) {
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    let first = desk.create(
        "rita",
        Kind::Release,
        json!({
            "title": "First version", "version": "2.3.0",
            "baseline_items": [{"item": "pump/alarm.c", "version": "41"}, {"item": "pump/main.c", "version": "7"}],
            "soup_baseline": [{"item": "libexpat", "version": "2.5.0"}, {"item": "zlib", "version": "1.3.1"}],
        }),
    );
    let (change, _) = crate::chain::change_under_analysis(desk, json!({"affected_cis": ["pump/main.c"]}));
    let second = desk.create(
        "rita",
        Kind::Release,
        json!({
            "title": "Alarm on battery", "version": "2.3.1", "predecessor": first, "change_requests": [change],
            "baseline_items": [{"item": "pump/alarm.c", "version": "42"}, {"item": "pump/main.c", "version": "8"}],
            "soup_baseline": [{"item": "libexpat", "version": "2.6.2"}, {"item": "zlib", "version": "1.3.1"}],
        }),
    );
    (first, second)
}

/// Draws until a file of this name is written.
fn until_written(window: &mut Window, name: &str) {
    window.until(name, |window| window.written().ends_with(name) && window.written().exists());
}

#[test]
fn the_page_of_a_release_lists_what_is_missing_and_a_click_leads_to_the_field() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let mut window = Window::new(desk, "rita", Route::Record(second), SIZE);
    assert!(window.has("What is missing"));
    assert!(window.has("conditions of the release are met"));
    window.picture("release_page");
    let all = window
        .query_all_by_role(Part::Button)
        .filter_map(|node| node.accesskit_node().label())
        .rfind(|label| label.starts_with("Show all ") && label.ends_with("open conditions"))
        .unwrap();
    window.press_last(&all);
    let words = "The tested artifact is the one that is released";
    window.get_by_label(words).click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Edit(second, Some("tested_sha256")));
    window.go(Route::Record(second));
    let words = "The bill of materials with this SHA-256 is attached";
    window.query_all_by_label(words).next().unwrap().click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Edit(second, Some("bill_sha256")));
    assert!(window.get_by_role_and_label(Part::TextInput, "SHA-256 of the bill of materials").is_focused());
    window.picture("release_form");
}

#[test]
fn a_difference_without_a_change_leads_to_a_change_request_or_a_deviation_that_begins_with_it() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let mut window = Window::new(desk, "ben", Route::Record(second), SIZE);
    assert!(window.has("What is in 2.3.1 and why it differs from 2.3.0"));
    assert!(window.has("2 of 3 differences have no change behind them"));
    assert!(window.query_by_label("Request a change for pump/main.c").is_none(), "a change is behind it");
    window.get_by_label("Request a change for libexpat").scroll_to_me();
    window.settle();
    window.picture("release_differences");
    window.press("Request a change for libexpat");
    assert!(matches!(window.route(), Route::NewFrom(Kind::ChangeRequest, _)));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let Route::Record(change) = window.route() else { panic!("not saved: {:?}", window.state().refusal()) };
    let data = window.record(change);
    assert_eq!(data.value("affected_soup"), &json!([{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}]));
    assert_eq!((data.text("change_type"), data.value("target_releases")), ("adaptive", &json!(["2.3.1"])));
    window.go(Route::Record(second));
    window.press("Raise a deviation for pump/alarm.c");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let Route::Record(deviation) = window.route() else {
        panic!("not saved: {:?}", window.state().refusal())
    };
    assert_eq!(window.record(deviation).value("affected_items"), &json!(["pump/alarm.c"]));
    window.go(Route::Record(second));
    assert!(window.query_by_label("Raise a deviation for pump/alarm.c").is_none(), "it is told");
}

#[test]
fn a_sign_of_a_bypass_stands_above_the_deviations_and_leads_to_one_that_begins_with_it() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let mut window = Window::new(desk, "dan", Route::List(Kind::ProcessDeviation), SIZE);
    assert!(window.has("The file shows…"));
    assert!(window.has("pump/alarm.c 41 → 42 in 2.3.1, and no change of the release is behind it."));
    window.picture("deviations_signs");
    window.query_all_by_role_and_label(Part::Link, &second.to_string()).next().unwrap().click_accesskit();
    window.settle();
    assert_eq!(window.route(), Route::Record(second));
    window.go(Route::List(Kind::ProcessDeviation));
    let first = window.query_all_by_role_and_label(Part::Button, "Raise a deviation…").next().unwrap();
    first.click_accesskit();
    window.settle();
    assert!(matches!(window.route(), Route::NewFrom(Kind::ProcessDeviation, _)));
    let title = window.get_by_role_and_label(Part::TextInput, "Title").value().unwrap();
    assert!(title.starts_with("pump/alarm.c 41 → 42 in 2.3.1"), "{title}");
    window.picture("deviation_form");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let deviation = RecordId::new(Kind::ProcessDeviation, 1);
    assert_eq!(window.route(), Route::Record(deviation), "{:?}", window.state().refusal());
    window.picture("deviation_page");
    window.go(Route::List(Kind::ProcessDeviation));
    assert!(
        !window.has("pump/alarm.c 41 → 42 in 2.3.1, and no change of the release is behind it."),
        "it is told"
    );
    window.picture("deviations");
}

#[test]
fn a_bill_of_materials_is_rehearsed_before_it_is_written() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let path = desk.folder.path().join("bill.json");
    std::fs::write(&path, BILL).unwrap();
    let mut window = Window::new(desk, "rita", Route::Record(second), SIZE);
    *window.chosen.borrow_mut() = Some(path.clone());
    let before = window.file().head().seq;
    window.press("Read a bill of materials…");
    window.until_shown("2 components");
    assert!(window.has("libexpat 2.5.0 → 2.6.2  (no change)"));
    window.picture("release_bill");
    assert_eq!(window.file().head().seq, before, "nothing is written yet");
    window.press("Write into the release");
    assert!(window.said("2 components written into"), "{:?}", window.state().messages());
    let data = window.record(second);
    assert_eq!(data.text("bill_sha256").len(), 64);
    assert_eq!(data.value("soup_baseline").as_array().unwrap().len(), 2);
    assert!(window.query_by_label("Write into the release").is_none(), "the dialog has closed");
    std::fs::write(&path, "no bill").unwrap();
    window.press("Read a bill of materials…");
    window.until_shown("Nothing was written.");
    window.picture("release_bill_refused");
    window.press("Cancel");
    assert_eq!(window.record(second).head.revision, data.head.revision);
}

#[test]
fn a_commit_list_is_read_and_compared_with_the_changes() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let path = desk.folder.path().join("commits.txt");
    std::fs::write(&path, "3f2a9bcdd0 Check the length\n77aa12345b Restart the timer\n").unwrap();
    let mut window = Window::new(desk, "rita", Route::Record(second), SIZE);
    *window.chosen.borrow_mut() = Some(path);
    window.press("Read a commit list…");
    window.until_shown("2 commits");
    window.press("Write into the release");
    assert!(window.has("No change of the release names 2 of 2 commits:"));
    assert!(window.has("names no commit"));
    window.get_by_label("Commits and changes").scroll_to_me();
    window.settle();
    window.picture("release_commits");
}

#[test]
fn a_baseline_of_thousands_of_rows_scrolls_on_the_page_and_is_not_in_the_form() {
    let mut desk = Desk::staffed();
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    let rows: Vec<_> =
        (0..5000).map(|row| json!({"item": format!("library-{row}"), "version": "1.0"})).collect();
    let release = desk.create(
        "rita",
        Kind::Release,
        json!({"title": "First version", "version": "2.3.0", "soup_baseline": rows}),
    );
    let mut window = Window::new(desk, "rita", Route::Record(release), SIZE);
    window.query_all_by_label("5000 rows").next().unwrap().scroll_to_me();
    window.settle();
    window.picture("release_long_table");
    assert!(window.has("library-3") && !window.has("library-4000"), "only what is seen is laid out");
    window.go(Route::Edit(release, Some("version")));
    assert!(window.has("5000 rows, read from a file."));
    let began = mainstay::base::clock::worked();
    window.run_steps(20);
    let worked = mainstay::base::clock::worked().saturating_sub(began);
    assert!(worked < std::time::Duration::from_secs(10), "{worked:?}");
    window.type_into("Version", "2.3.1");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let data = window.record(release);
    assert_eq!(data.text("version"), "2.3.1", "{:?}", window.state().refusal());
    assert_eq!(data.value("soup_baseline").as_array().unwrap().len(), 5000, "it is kept");
}

#[test]
fn a_communication_begins_with_what_the_release_says_and_counts_its_recipients() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let mut window = Window::new(desk, "eva", Route::Record(second), SIZE);
    window.press("Draft a communication…");
    assert!(matches!(window.route(), Route::NewFrom(Kind::Communication, _)));
    window.picture("communication_form");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let message = RecordId::new(Kind::Communication, 1);
    assert_eq!(window.route(), Route::Record(message), "{:?}", window.state().refusal());
    assert!(window.record(message).title().contains("2.3.1"));
    let path = window.folder.path().join("recipients.csv");
    std::fs::write(&path, "name,organisation,email,sent_on\nIntensive care,Hospital A,a@example.com,2031-03-02\nPharmacy,Hospital B,b@example.com,\n").unwrap();
    *window.chosen.borrow_mut() = Some(path.clone());
    window.press("Import recipients (CSV)…");
    window.until_shown("2 recipients added");
    window.picture("communication_import");
    window.press("Import");
    assert!(window.has("Sent 1 of 2") && window.has("Acknowledged 0 of 2") && window.has("Unreachable 0"));
    window.picture("communication_page");
    window.press("Export recipients…");
    let written = window.written();
    assert!(std::fs::read_to_string(&written).unwrap().contains("Hospital B"));
    window.press("Save as text…");
    assert!(std::fs::read_to_string(window.written()).unwrap().contains("2.3.1"));
    window.press("Print letter…");
    until_written(&mut window, "CM-0001.pdf");
    assert!(std::fs::read(window.written()).unwrap().starts_with(b"%PDF"));
    std::fs::write(&path, "name,email,sent_on\nX,x@example.com,soon\n").unwrap();
    window.press("Import recipients (CSV)…");
    window.until_shown("1 defect");
    window.picture("communication_import_refused");
    window.press_last("Import");
    assert!(window.has("1 defect"), "it cannot be imported");
}

#[test]
fn inputs_offer_the_versions_and_criteria_that_the_file_knows() {
    let mut desk = Desk::staffed();
    two_releases(&mut desk);
    let mut window = Window::new(desk, "dan", Route::New(Kind::Feedback), SIZE);
    let offers = window.query_all_by_role_and_label(Part::Button, "Choose a known value");
    offers.last().unwrap().click_accesskit();
    window.settle();
    window.picture("offered_values");
    window.get_by_label("2.3.1").click_accesskit();
    window.settle();
    let version = window.get_by_role_and_label(Part::TextInput, "Software version reported").value();
    assert_eq!(version.as_deref(), Some("2.3.1"));
}

#[test]
fn the_empty_list_of_deviations_says_what_one_is() {
    let mut window = Window::new(Desk::staffed(), "dan", Route::List(Kind::ProcessDeviation), SIZE);
    window.get_by_label("No process deviations yet");
    window.picture("deviations_empty");
    window.go(Route::List(Kind::Release));
    window.picture("releases_empty");
}

#[test]
fn the_new_records_are_found_by_the_palette_and_by_a_search() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let mut window = Window::new(desk, "ana", Route::Dashboard, SIZE);
    for (typed, route) in [
        ("Source checks", Route::List(Kind::SourceCheck)),
        ("Plan reviews", Route::List(Kind::PlanReview)),
        ("Releases", Route::List(Kind::Release)),
        ("Communications", Route::List(Kind::Communication)),
        ("RL-0002", Route::Record(second)),
        ("New process deviation", Route::New(Kind::ProcessDeviation)),
    ] {
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.settle();
        window.event(egui::Event::Text(typed.to_owned()));
        window.settle();
        window.key_press(Key::Enter);
        window.settle();
        assert_eq!(window.route(), route, "{typed}");
    }
    window.go(Route::Search("battery".to_owned()));
    window.get_by_label("Releases (1)");
    window.go(Route::List(Kind::MaintenancePlan));
    window.press("Source checks");
    assert_eq!(window.route(), Route::List(Kind::SourceCheck));
}

#[test]
fn the_chain_of_a_change_shows_its_release_and_its_communication_as_open_until_they_are_done() {
    let mut desk = Desk::staffed();
    let (_, second) = two_releases(&mut desk);
    let now = desk.now;
    let change: RecordId = "CR-0001".parse().unwrap();
    let set = json!({"title": "Notes", "communication_kind": "release_note", "change_requests": [change]});
    let message = desk.create("eva", Kind::Communication, set);
    let page = desk.file.page(change, None, now).unwrap();
    let step = |label: &str| page.trace.iter().find(|step| step.label == label).unwrap();
    assert_eq!(step("Release").records[0].0, second);
    assert_eq!(step("Communication").records[0].0, message);
    assert!(step("Release").records[0].2.is_some());
    assert!(!step("Release").done && !step("Communication").done);
}

#[test]
fn the_palette_offers_the_theme_before_a_record_that_contains_its_letters_and_before_steps() {
    let mut desk = Desk::staffed();
    let (change, _) = crate::chain::change_under_analysis(&mut desk, json!({}));
    desk.create("ben", Kind::SoupItem, crate::soup_desk::item("nginx-light"));
    let mut window = Window::new(desk, "ben", Route::Record(change), SIZE);
    let offered = |window: &mut Window, letters: &str| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.settle();
        window.event(egui::Event::Text(letters.to_owned()));
        window.settle();
        let options = window.query_all_by_role(Part::ListBoxOption);
        options.filter_map(|node| node.accesskit_node().label()).collect::<Vec<_>>()
    };
    let found = offered(&mut window, "light");
    assert_eq!(found[0], "Light theme", "{found:?}");
    assert!(found.contains(&"SI-0001  nginx-light".to_owned()), "{found:?}");
    assert!(
        !found.contains(&"New retirement plan".to_owned()),
        "letters somewhere in a long sentence: {found:?}"
    );
    window.picture("palette_light");
    window.ctx.set_theme(egui::Theme::Dark);
    window.key_press(Key::Enter);
    window.settle();
    assert_eq!(window.ctx.theme(), egui::Theme::Light);
    let found = offered(&mut window, "new");
    let new = |title: &str| found.iter().any(|one| one == title);
    assert!(
        new("New SOUP item") && !new("New designator"),
        "a part is made on the page of its record: {found:?}"
    );
    window.key_press(Key::Escape);
    window.settle();
    let found = offered(&mut window, "nginx");
    assert_eq!(found[0], "SI-0001  nginx-light", "no step of the record stands before it: {found:?}");
}
