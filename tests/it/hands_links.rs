//! Links to records: copied, followed, and refused with words where they lead nowhere.

use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Password, ProductFile};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::{PASSWORD, go_to, id, new_file, program, stamp};
use crate::host::Window;

fn link(window: &mut Window, record: &str) -> String {
    let uuid = window.file().uuid().unwrap();
    format!("mainstay:pump.mainstay?id={uuid}#{record}")
}

fn follow(window: &mut Window, link: &str) {
    window.state_mut().follow_link(link);
    window.settle();
}

#[test]
fn number_title_and_link_of_the_record_on_screen_are_copied() {
    let (mut window, _) = Window::on_feedback();
    let link = link(&mut window, "FB-0001");
    window.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C);
    window.settle();
    assert!(window.said(&format!("Copied: {link}")), "{:?}", window.state().messages());
    window.press("Copy");
    window.picture("copy_menu");
    window.press("Copy number and title");
    assert!(window.said("Copied: FB-0001 Alarm is late"));
    window.press("Copy");
    window.press("Copy the number");
    assert!(window.said("Copied: FB-0001"));
    window.go(Route::Dashboard);
    window.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C);
    window.settle();
    assert!(window.said("No record is on screen whose number or link could be copied."));
}

#[test]
fn in_a_list_the_record_under_the_cursor_is_copied() {
    let (mut window, _) = Window::on_feedback();
    window.go(Route::List(Kind::Feedback));
    let row = window.query_all_by_role_and_label(Role::Link, "FB-0001").next().unwrap();
    row.focus();
    window.settle();
    window.key_press(Key::ArrowDown);
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C);
    window.settle();
    let link = link(&mut window, "FB-0001");
    assert!(window.said(&format!("Copied: {link}")), "{:?}", window.state().messages());
}

#[test]
fn a_link_into_the_open_file_leads_to_its_record() {
    let (mut window, record) = Window::on_feedback();
    let link = link(&mut window, "FB-0001");
    window.go(Route::Dashboard);
    follow(&mut window, &link);
    assert_eq!(window.route(), Route::Record(record));
    window.go(Route::Dashboard);
    window.event(Event::Paste(format!(" {link}\n")));
    window.settle();
    assert_eq!(window.route(), Route::Record(record), "pasted");
    window.go(Route::Dashboard);
    window.type_into("Search all records", "mainstay:pump.mainstay#fb-1");
    window.key_press(Key::Enter);
    window.settle();
    assert_eq!(window.route(), Route::Record(record), "searched");
}

#[test]
fn a_record_that_is_not_there_or_given_up_is_said_with_words_that_help() {
    let (mut window, record) = Window::on_feedback();
    window.go(Route::Dashboard);
    let missing = link(&mut window, "FB-0099");
    follow(&mut window, &missing);
    assert_eq!(window.route(), Route::Dashboard);
    assert!(
        window.said("There is no FB-0099 in pump.mainstay. The last of its feedback is FB-0001."),
        "{:?}",
        window.state().messages()
    );
    let none = link(&mut window, "TV-0001");
    follow(&mut window, &none);
    assert!(
        window.said("There is no TV-0001 in pump.mainstay. It has no trend reviews."),
        "{:?}",
        window.state().messages()
    );
    let void = mainstay::ops::Act::from(go_to(record, "void", json!({}))).because("Filed twice");
    window.beside("ana", void, None).unwrap();
    window.settle();
    let link = link(&mut window, "FB-0001");
    follow(&mut window, &link);
    assert_eq!(window.route(), Route::Record(record));
    assert!(window.said("FB-0001 is “Void”"), "{:?}", window.state().messages());
}

#[test]
fn a_link_into_an_unknown_file_opens_nothing_and_says_what_it_asks_for() {
    let (mut window, _) = Window::on_feedback();
    window.go(Route::Dashboard);
    for (link, words) in [
        (
            "mainstay:other.mainstay?id=0b9c2a54-7b1e-4f0a-9a51-3c1d0e5f7a21#CR-0004",
            "The link asks for CR-0004 in “other.mainstay”, which is none of the files that were opened on this workstation.",
        ),
        // A file of the same name with another identity is another file.
        (
            "mainstay:pump.mainstay?id=0b9c2a54-7b1e-4f0a-9a51-3c1d0e5f7a21#CR-0004",
            "The link asks for CR-0004 in “pump.mainstay”",
        ),
        ("mainstay:..%2Fetc%2Fpasswd#CR-0004", "The link was not followed: the link names a folder"),
        ("mainstay:pump.mainstay#nothing", "The link was not followed: the link names no record"),
    ] {
        follow(&mut window, link);
        assert!(window.said(words), "{link}: {:?}", window.state().messages());
        assert_eq!(window.route(), Route::Dashboard);
    }
}

#[test]
fn a_link_into_another_file_that_was_opened_here_asks_first_and_arrives_after_the_sign_in() {
    let (mut window, record) = Window::on_feedback();
    let link = link(&mut window, "FB-0001");
    let other = window.folder.path().join("other.mainstay");
    let now = window.now();
    let password = Password::new(PASSWORD);
    drop(
        ProductFile::create(
            &other,
            &new_file(mainstay::domain::product::SafetyClass::B),
            &password,
            &stamp(now),
        )
        .unwrap(),
    );
    window.go(Route::Dashboard);
    window.drop_file(other.clone());
    window.until("the other file", |window| window.file().path() == other);
    follow(&mut window, &link);
    assert!(window.has("Open pump.mainstay?"));
    window.picture("link_into_another_file");
    window.press("Stay here");
    assert_eq!(window.file().path(), other);
    follow(&mut window, &link);
    window.press("Open it");
    window.until("the file of the link", |window| window.file().path() != other);
    let session = window.file().sign_in("ana", &password, &stamp(now)).unwrap();
    window.state_mut().signed_in(session);
    window.settle();
    assert_eq!(window.route(), Route::Record(record));
}

#[test]
fn the_command_line_takes_a_link_for_the_window_and_for_no_file_or_command() {
    let output = program()
        .arg("mainstay:pump.mainstay#CR-0004")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("no window can be opened"), "{words}");
    assert_eq!(id("CR-0004"), RecordId::new(Kind::ChangeRequest, 4));
}
