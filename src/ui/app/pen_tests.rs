//! Two windows on one file: asking to write, the turn, and what was typed.

use eframe::egui;
use egui_kittest::kittest::Queryable as _;

use super::Start;
use super::tests::{Clock, PASSWORD, Window, fill, press, shot, sign_in, signed_in, window_with_data};
use crate::domain::ids::Kind;
use crate::ui::cx::Route;

/// Both windows go on until one of them shows the words.
fn until_shown(shows: &mut Window, other: &mut Window, words: &str) {
    for _ in 0..200 {
        shows.run_steps(2);
        other.run_steps(2);
        if shows.query_all_by_label_contains(words).next().is_some() {
            return;
        }
    }
    panic!("“{words}” does not come: {:?}", shows.state().messages());
}

fn second(folder: &std::path::Path, clock: &Clock) -> Window {
    let path = folder.join("pump.mainstay");
    let mut window = window_with_data(clock, Start::File(path), None, egui::Theme::Light);
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in());
    window
}

#[test]
fn who_reads_asks_to_write_and_writes_as_soon_as_the_writer_lets_them() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut writer = signed_in(folder.path(), &clock);
    let mut reader = second(folder.path(), &clock);
    clock.pass(60);
    press(&mut reader, "Ask to write");
    reader.get_by_label("You are next");
    assert!(reader.query_by_label("Take over").is_none());
    until_shown(&mut writer, &mut reader, "Ana Example on QA-PC2 asks to write since");
    shot(&mut writer, "asked-to-write", egui::Theme::Light);
    shot(&mut reader, "asks-to-write", egui::Theme::Light);
    reader.set_size(egui::vec2(640.0, 480.0));
    reader.run_steps(3);
    shot(&mut reader, "asks-to-write-narrow", egui::Theme::Light);
    reader.set_size(egui::vec2(1280.0, 840.0));
    reader.run_steps(3);
    // Not yet: the banner goes, and the wish stays.
    follow(&mut writer, "Not yet");
    assert!(writer.query_by_label("Let them write").is_none());
    reader.run_steps(12);
    reader.get_by_label("You are next");
    writer.state_mut().asked.push(crate::ui::shortcuts::AppCommand::LetOthersWrite);
    writer.run_steps(3);
    until_shown(&mut reader, &mut writer, "It is your turn: you are writing now.");
    reader.get_by_label("You are writing");
    until_shown(&mut writer, &mut reader, "Read-only: Ana Example on QA-PC2");
    assert!(writer.state().is_signed_in(), "the former writer reads on");
    assert!(notes(folder.path()).is_empty(), "the note is gone");
}

#[test]
fn what_was_typed_when_others_are_let_write_is_kept_as_a_draft() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut writer = signed_in(folder.path(), &clock);
    let mut reader = second(folder.path(), &clock);
    writer.state_mut().go(Route::New(Kind::Feedback));
    writer.run_steps(3);
    fill(&mut writer, "Title", "It beeps at night");
    press(&mut reader, "Ask to write");
    until_shown(&mut writer, &mut reader, "asks to write since");
    press(&mut writer, "Let them write");
    assert!(
        writer
            .state()
            .messages()
            .iter()
            .any(|said| said.contains("may write now. What you had typed is kept as drafts")),
        "{:?}",
        writer.state().messages()
    );
    until_shown(&mut reader, &mut writer, "It is your turn");
    let desk = reader.state().desk.as_ref().unwrap();
    let drafts = desk.file.drafts(reader.state().session.as_ref().unwrap()).unwrap();
    assert!(drafts.iter().any(|(_, body, _)| body.contains("It beeps at night")), "{drafts:?}");
}

#[test]
fn a_locked_window_lets_who_asks_write_and_a_window_that_is_locked_asks_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut writer = signed_in(folder.path(), &clock);
    let mut reader = second(folder.path(), &clock);
    press(&mut reader, "Ask to write");
    reader.state_mut().lock("Locked.");
    assert!(notes(folder.path()).is_empty(), "nobody is there who waits");
    come_back(&mut reader);
    press(&mut reader, "Ask to write");
    assert_eq!(notes(folder.path()).len(), 1);
    follow(&mut reader, "Stop asking");
    assert!(notes(folder.path()).is_empty());
    writer.state_mut().lock("Locked.");
    writer.run_steps(6);
    // Nobody asks: the file stays theirs.
    reader.run_steps(6);
    reader.get_by_label_contains("Read-only: Ana Example on QA-PC2");
    press(&mut reader, "Ask to write");
    until_shown(&mut reader, &mut writer, "It is your turn");
    // Who comes back reads, and is told who writes.
    come_back(&mut writer);
    writer.get_by_label_contains("Read-only: Ana Example on QA-PC2");
}

/// Unlocks a window.
fn come_back(window: &mut Window) {
    window.run_steps(3);
    fill(window, "Password", PASSWORD);
    press(window, "Sign in");
}

fn follow(window: &mut Window, label: &str) {
    window.get_by_role_and_label(egui::accesskit::Role::Link, label).click();
    window.run_steps(3);
}

fn notes(folder: &std::path::Path) -> Vec<String> {
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".asks-")).collect()
}
