//! The palette in the window: what is typed while it opens, and what it finds.

use eframe::egui;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::tests::{Clock, Window, signed_in};
use crate::domain::ids::Kind;
use crate::ui::cx::Route;

#[test]
fn the_palette_finds_a_command_by_a_few_letters() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.get_by_label("Find a command or a record").type_text("keyboard");
    window.run_steps(3);
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert_eq!(window.state().route(), Some(&Route::Shortcuts));
    window.get_by_label("Everywhere");
}

/// Adds presses and letters to one frame, as a quick hand on a slow machine does.
fn at_once(window: &mut Window, modifiers: Modifiers, pressed: Key, letters: &str) {
    let key =
        |key, modifiers| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    window.input_mut().events.push(key(pressed, modifiers));
    for letter in letters.chars() {
        window.input_mut().events.push(Event::Text(letter.to_string()));
    }
}

#[test]
fn letters_typed_in_the_moment_in_which_the_palette_opens_are_taken_by_it_and_by_nothing_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(3);
    window.get_by_label("Title").focus();
    window.run_steps(2);
    at_once(&mut window, Modifiers::COMMAND, Key::K, "keyb");
    window.step();
    for letter in "oard".chars() {
        window.input_mut().events.push(Event::Text(letter.to_string()));
        window.step();
    }
    window.run_steps(3);
    let line = window.get_by_label("Find a command or a record").value();
    assert_eq!(line.as_deref(), Some("keyboard"));
    window.key_press(Key::Enter);
    window.run_steps(4);
    assert_eq!(window.state().route(), Some(&Route::Shortcuts));
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(3);
    assert_eq!(window.get_by_label("Title").value().as_deref(), Some(""), "the form got none of them");
    at_once(&mut window, Modifiers::COMMAND, Key::K, "keyboard");
    at_once(&mut window, Modifiers::NONE, Key::Enter, "");
    window.run_steps(6);
    assert_eq!(window.state().route(), Some(&Route::Shortcuts), "also with Enter in the same moment");
}

#[test]
fn a_dialog_above_the_palette_still_takes_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    at_once(&mut window, Modifiers::COMMAND, Key::K, "change pass");
    window.run_steps(4);
    window.key_press(Key::Enter);
    window.run_steps(4);
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(12);
    let typed = "what is typed";
    window.event(Event::Text(typed.to_owned()));
    window.run_steps(12);
    let taken =
        window.query_all_by(|node| node.is_focused()).filter_map(|node| node.value()).collect::<String>();
    assert!(taken.chars().count() >= typed.len(), "nothing has it: {taken}");
}

#[test]
fn the_palette_changes_the_theme() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    for (letters, theme) in [("dark", egui::Theme::Dark), ("light", egui::Theme::Light)] {
        at_once(&mut window, Modifiers::COMMAND, Key::K, letters);
        window.run_steps(4);
        window.key_press(Key::Enter);
        window.run_steps(4);
        assert_eq!(window.ctx.theme(), theme);
    }
}

#[test]
fn the_palette_invites_a_person_from_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = signed_in(folder.path(), &Clock::at("2031-03-03T09:00:00Z"));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.event(Event::Text("invite".to_owned()));
    window.run_steps(3);
    window.key_press(Key::Enter);
    window.run_steps(10);
    window.get_by_role_and_label(egui::accesskit::Role::Dialog, "Invite a person");
}
