//! Lists in the window, by their accessible names: columns, views, groups, several rows, totals, clipboard, paper.

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::chain::feedback;
use crate::desk::{Desk, id};
use crate::host::Window;

const LONG: &str = "The pump stops after the third alarm of the night when the door is open and the battery is low, \
    and the nurse has to press the key twice before it starts again, which nobody noticed until the morning round";

fn feedbacks(titles: &[&str]) -> Desk {
    let mut desk = Desk::staffed_once();
    for title in titles {
        desk.create("dan", Kind::Feedback, json!({"title": title}));
    }
    desk
}

fn list(titles: &[&str]) -> Window {
    Window::new(feedbacks(titles), "dan", Route::List(Kind::Feedback), vec2(1440.0, 900.0))
}

const FIVE: [&str; 5] = ["Alarm is late", "Battery drains", "Connection lost", "Display is dark", "Error 17"];

/// Five of feedback, of which the first is registered and the others can be.
fn one_registered() -> Desk {
    let mut desk = Desk::staffed_once();
    for _ in 0..5 {
        feedback(&mut desk);
    }
    desk.go("dan", id("FB-0001"), "register").unwrap();
    desk
}

/// From the filter to the first row.
fn to_the_rows(window: &mut Window) {
    window.get_by_role_and_label(Role::TextInput, "Filter").focus();
    window.settle();
    window.key_press(Key::ArrowDown);
    window.settle();
}

/// What was put on the clipboard last.
fn copied(window: &mut Window) -> String {
    window.event(egui::Event::Copy);
    window.step();
    let commands = window.output().platform_output.commands.clone();
    let copied = commands.into_iter().rev().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text),
        _ => None,
    });
    copied.expect("something was copied")
}

#[test]
fn the_title_takes_the_free_width_and_an_empty_column_is_narrow() {
    let window = list(&[LONG, "Short"]);
    let width = |name: &str| window.get_by_role_and_label(Role::Button, name).rect().width();
    let title = width("Sort by Title");
    assert!(title > 420.0, "the title has {title} points");
    assert!(width("Sort by Owner") < 90.0, "nobody owns anything: {}", width("Sort by Owner"));
}

#[test]
fn columns_are_chosen_and_ordered_by_keyboard_and_reset() {
    let mut window = list(&FIVE);
    window.press("Columns…");
    window.picture("list_columns");
    window.get_by_role_and_label(Role::CheckBox, "Open for (days)").click_accesskit();
    window.settle();
    let state = || Role::CheckBox;
    window.get_by_role_and_label(state(), "State").focus();
    window.settle();
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    window.settle();
    window.press("Show");
    let left = |window: &Window, name: &str| window.get_by_role_and_label(Role::Button, name).rect().left();
    assert!(left(&window, "Sort by State") < left(&window, "Sort by Title"));
    assert!(window.has("Sort by Open for (days)"));
    assert!(window.has("Open for (days): sum"), "the foot adds the days up");
    // Another visit finds them again.
    window.go(Route::Dashboard);
    window.go(Route::List(Kind::Feedback));
    assert!(left(&window, "Sort by State") < left(&window, "Sort by Title"));
    window.press("Columns…");
    window.press("Reset");
    window.press("Show");
    assert!(left(&window, "Sort by State") > left(&window, "Sort by Title"));
    assert!(!window.has("Sort by Open for (days)"));
}

#[test]
fn rows_are_grouped_under_headings_that_open_and_close_by_keyboard() {
    let desk = one_registered();
    let mut window = Window::new(desk, "dan", Route::List(Kind::Feedback), vec2(1440.0, 900.0));
    window.choose("Group by", "State");
    window.picture("list_grouped");
    let first = window.get_by_role_and_label(Role::Button, "Received, 4 records");
    assert_eq!(first.accesskit_node().data().is_expanded(), Some(true));
    assert!(window.has("Registered, 1 record"));
    to_the_rows(&mut window);
    window.key_press(Key::ArrowLeft);
    window.settle();
    let first = window.get_by_role_and_label(Role::Button, "Received, 4 records");
    assert_eq!(first.accesskit_node().data().is_expanded(), Some(false));
    assert!(first.is_focused(), "the keyboard stays on the heading");
    assert!(window.query_by_role_and_label(Role::Link, "FB-0005").is_none());
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.settle();
    assert!(window.has("chosen 1"), "only what is shown is chosen, and no heading");
    window.get_by_role_and_label(Role::Button, "Received, 4 records").focus();
    window.settle();
    window.key_press(Key::Enter);
    window.settle();
    assert!(window.query_by_role_and_label(Role::Link, "FB-0005").is_some());
    window.press("Save as CSV");
    window.press("Rows as shown…");
    let csv = std::fs::read_to_string(window.written()).unwrap();
    assert_eq!(csv.lines().count(), 6);
    assert!(csv.lines().last().unwrap().contains("FB-0001"), "group by group: {csv}");
}

#[test]
fn a_step_that_fits_only_some_of_the_chosen_says_which_and_why() {
    let desk = one_registered();
    let mut window = Window::new(desk, "dan", Route::List(Kind::Feedback), vec2(1440.0, 900.0));
    to_the_rows(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.settle();
    window.press("Register (4 of 5)…");
    window.picture("list_some");
    assert!(window.has("FB-0001 is Registered; the step begins in Received."));
    assert!(window.has("The step fits"));
    window.press("Register");
    window.settle();
    for number in 1..=5 {
        assert_eq!(window.state_of(id(&format!("FB-000{number}"))), "registered");
    }
}

#[test]
fn a_view_is_saved_chosen_in_the_palette_renamed_and_deleted() {
    let mut window = list(&FIVE);
    window.type_into("Filter", "alarm");
    window.choose("Group by", "State");
    window.press("View: All, changed");
    window.press("Save this view…");
    window.type_into("Name", "Mine");
    assert!(window.has("“Mine” is a view of the program"), "a built-in view is not replaced");
    window.type_into("Name", "Alarms");
    window.press("Save");
    assert!(window.has("View: Alarms"));
    window.press("View: Alarms");
    window.press("All");
    assert!(window.has("5 records"));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    window.event(egui::Event::Text("View: Alarms".to_owned()));
    window.settle();
    window.key_press(Key::Enter);
    window.settle();
    window.settle();
    assert!(window.has("1 of 5"), "the palette shows the view");
    window.press("View: Alarms");
    window.press("Rename or delete views…");
    window.picture("list_views");
    window.type_into("Name of Alarms", "Weekly alarms");
    window.press("Save");
    assert!(window.has("View: Weekly alarms"));
    window.press("View: Weekly alarms");
    window.press("Rename or delete views…");
    window.get_by_role_and_label(Role::CheckBox, "Delete Weekly alarms").click_accesskit();
    window.settle();
    window.press("Save");
    window.press("View: All, changed");
    assert!(!window.has("Weekly alarms"));
}

#[test]
fn what_is_copied_is_what_is_chosen_and_runs_no_formula() {
    let mut window = list(&["=HYPERLINK(1)", "Plain"]);
    to_the_rows(&mut window);
    window.key_press(Key::ArrowDown);
    window.settle();
    let one = copied(&mut window);
    let lines: Vec<&str> = one.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("Number\tTitle\tState"), "{one}");
    assert!(lines[1].starts_with("FB-0001\t'=HYPERLINK(1)\tReceived"), "{one}");
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.settle();
    assert_eq!(copied(&mut window).lines().count(), 3);
}

#[test]
fn a_list_on_paper_says_that_it_is_no_packet() {
    let mut window = list(&["Alarm is late", LONG]);
    window.choose("Group by", "State");
    window.key_press_modifiers(Modifiers::COMMAND, Key::P);
    for _ in 0..600 {
        window.settle();
        if window.wrote() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let written = window.written();
    assert_eq!(written.file_name().unwrap(), "feedback-list.pdf");
    assert_eq!(window.route(), Route::List(Kind::Feedback), "no packet is begun");
    let bytes = std::fs::read(&written).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    if let Ok(folder) = std::env::var("MAINSTAY_GALLERY") {
        std::fs::copy(&written, std::path::Path::new(&folder).join("list.pdf")).unwrap();
    }
}

#[test]
fn a_filter_that_matches_nothing_says_so_and_is_cleared() {
    let mut window = list(&FIVE);
    window.type_into("Filter", "zzz");
    assert!(window.has("No record matches the filter."));
    window.key_press_modifiers(Modifiers::COMMAND, Key::P);
    window.settle();
    window.settle();
    assert!(window.said("There is no row to print."));
    window.press("Show all");
    assert!(window.has("5 records"));
}

#[test]
fn long_titles_are_shown_filtered_and_grouped() {
    let titles: Vec<String> = (0..60).map(|number| format!("{LONG} {number}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let mut window = list(&titles);
    window.picture("list_long");
    assert!(window.has("60 records"));
    window.type_into("Filter", "round 5");
    assert!(window.has("60 records") || window.has("of 60"));
    window.choose("Group by", "Month of entry");
    assert!(window.has("2031-03, "));
}

#[test]
fn the_command_line_lists_with_the_same_columns_groups_and_words() {
    let hebrew = "\u{5d4}\u{5de}\u{5e9}\u{5d0}\u{5d1}\u{5d4} \u{5e0}\u{5e2}\u{5e6}\u{5e8}\u{5d4}";
    let desk = feedbacks(&[LONG, hebrew, "\u{8b66}\u{62a5}\u{592a}\u{665a}", "=1+1", "Error 17"]);
    let path = desk.file.path().to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let output = crate::desk::program().args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = run(&["list", &path, "feedback", "--columns", "title,number", "--group", "state"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Title\tNumber\n\nReceived: 5 records\nError 17\tFB-0005\n"), "{out}");
    assert!(out.ends_with("5 records in all\nReceived 5\n") || out.contains("Needs attention: "), "{out}");
    let pdf = desk.folder.path().join("list.pdf");
    let pdf = pdf.to_str().unwrap();
    let (code, out, err) = run(&["list", &path, "feedback", "--pdf", pdf]);
    if let Ok(folder) = std::env::var("MAINSTAY_GALLERY") {
        std::fs::copy(pdf, std::path::Path::new(&folder).join("list_foreign.pdf")).unwrap();
    }
    assert!(code == 0 && out.contains("1 page"), "{out}{err}");
    assert!(std::fs::read(pdf).unwrap().starts_with(b"%PDF-"));
    let (code, _, err) = run(&["list", &path, "feedback", "--pdf", pdf]);
    assert_eq!(code, 1, "nothing is written over: {err}");
    let (code, _, err) = run(&["list", &path, "feedback", "--columns", "colour"]);
    assert!(code == 2 && err.contains("“colour” is not a column") && err.contains("open_days"), "{err}");
    let (code, _, err) = run(&["list", &path, "feedback", "--group", "title"]);
    assert!(code == 2 && err.contains("but by state"), "{err}");
}
