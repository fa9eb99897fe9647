//! A file that lacks an event that this workstation saw, as a user meets it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use eframe::egui;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::Start;
use super::tests::{Clock, PASSWORD, Window, fill, press, pump, shot, sign_in, window_with_data};
use crate::domain::continuation::CONTINUE;
use crate::domain::ids::Kind;
use crate::domain::requests::PRODUCT;
use crate::domain::time::Moment;
use crate::ops::{Act, Opened, Password, ProductFile, Request, workstation};

fn feedback(title: &str) -> Act {
    let mut set = crate::domain::record::Fields::new();
    set.insert("title".into(), title.into());
    Request::Create { kind: Kind::Feedback, parent: None, set }.into()
}

/// A backup in the place of a file of which this workstation saw more. Returns the file and the folder of what was seen.
fn restored(folder: &Path, clock: &Clock) -> (PathBuf, PathBuf) {
    let (path, data) = (pump(folder, clock), folder.join("data"));
    let backup = std::fs::read(&path).unwrap();
    let Opened::Open(mut file) = ProductFile::open(&path, &clock.stamp()).unwrap() else {
        panic!("not opened")
    };
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &clock.stamp()).unwrap();
    file.perform(&ana, feedback("Alarm is late"), None, &clock.stamp()).unwrap();
    workstation::remember(&data, &mut file, clock.stamp().now).unwrap();
    drop(file);
    std::fs::write(&path, backup).unwrap();
    (path, data)
}

fn opened(path: PathBuf, data: PathBuf, clock: &Clock, theme: egui::Theme) -> Window {
    let mut window = window_with_data(clock, Start::File(path), Some(data), theme);
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    window.run_steps(3);
    window
}

/// The digests of the signed parts in the dialog of the signature.
fn shown_digests(window: &Window) -> BTreeSet<String> {
    let nodes = window.query_all_by_label_contains("SHA-256 of ");
    let words =
        nodes.filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()));
    words.filter_map(|words| Some(words.split_once(": ")?.1.to_owned())).collect()
}

/// The digests that the signature of the last event covers.
fn signed_digests(window: &Window, now: Moment) -> BTreeSet<String> {
    let file = &window.state().desk.as_ref().unwrap().file;
    let signatures = file.page(PRODUCT, None, now).unwrap().signatures;
    let last = signatures.into_iter().filter(|view| view.signature.event == file.head().seq);
    last.flat_map(|view| view.signature.covers).map(|cover| cover.digest).collect()
}

#[test]
fn an_administrator_continues_from_a_restored_copy_in_the_window() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::at("2031-03-03T09:00:00Z"));
    let (path, data) = restored(folder.path(), &clock);
    let mut window = opened(path, data.clone(), &clock, egui::Theme::Light);
    window.get_by_label_contains("Read-only: the file lacks an event that was seen");
    let words = "The file lacks what was seen of it: it ends at event 2, but this workstation saw event 3 of it: events were cut \
                 off, or this is an older copy.";
    window.get_by_label(words);
    shot(&mut window, "behind", egui::Theme::Light);
    let uuid = window.state().desk.as_ref().unwrap().uuid.clone();
    press(&mut window, "Continue from this copy…");
    window.get_by_label_contains("This copy ends at event 2. Event 3 of the file was seen and is not in it.");
    window.get_by_label_contains("FB-0002");
    // Neither a number that is none nor an empty reason is taken.
    fill(&mut window, "Numbers to skip", "x");
    window.get_by_label("Write a whole number");
    window.get_by_label("Numbers to skip").focus();
    window.run_steps(2);
    window.key_press(egui::Key::Backspace);
    window.run_steps(2);
    press(&mut window, "Sign…");
    window.get_by_label_contains("The reason is missing");
    fill(&mut window, "Reason", "The disk failed, the backup of the morning was restored");
    shot(&mut window, "continue", egui::Theme::Light);
    press(&mut window, "Sign…");
    window.get_by_label_contains("PD-0001 · All fields · Approved");
    window.get_by_label_contains("Event 3, SHA-256");
    shot(&mut window, "continue-sign", egui::Theme::Light);
    let shown = shown_digests(&window);
    assert_eq!(shown.len(), 1, "{shown:?}");
    fill(&mut window, "Password", PASSWORD);
    // The dialog comes to rest at its height first.
    window.run_steps(4);
    press(&mut window, "Sign");
    assert_eq!(shown, signed_digests(&window, clock.stamp().now), "what is shown is what is signed");
    let file = &window.state().desk.as_ref().unwrap().file;
    assert!(file.why_read_only().is_none(), "{:?}", window.state().messages());
    assert_eq!(file.events(&crate::ops::EventFilter::default(), 1, 0).unwrap()[0].event.request, CONTINUE);
    window.run_steps(3);
    assert!(window.query_by_label("Continue from this copy…").is_none(), "{:?}", window.state().messages());
    window.get_by_label("You are writing");
    let memory = workstation::Memory::of(&data, &uuid).unwrap();
    assert_eq!(
        (memory.head.seq, memory.left.len()),
        (3, 1),
        "the new head counts, the old one was left behind"
    );
    let file = window.state_mut().file().unwrap();
    assert_eq!(file.used_numbers().unwrap().iter().filter(|id| id.kind == Kind::Feedback).count(), 1);
}

#[test]
fn the_dialogs_of_a_restored_copy_are_drawn_dark() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::at("2031-03-03T09:00:00Z"));
    let (path, data) = restored(folder.path(), &clock);
    let mut window = opened(path, data, &clock, egui::Theme::Dark);
    shot(&mut window, "behind", egui::Theme::Dark);
    press(&mut window, "Continue from this copy…");
    shot(&mut window, "continue", egui::Theme::Dark);
}

#[test]
fn the_head_of_a_packet_is_entered_and_forgotten() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::at("2031-03-03T09:00:00Z"));
    let (path, data) = (pump(folder.path(), &clock), folder.path().join("data"));
    let mut window = opened(path, data, &clock, egui::Theme::Light);
    window.get_by_label("You are writing");
    window.state_mut().show_heads();
    window.run_steps(3);
    window.get_by_label_contains("Last event seen: event 2, SHA-256");
    press(&mut window, "Compare and remember");
    window.get_by_label_contains("A head is the number of an event and its SHA-256");
    let digest = window.state().desk.as_ref().unwrap().file.head().digest.clone();
    fill(&mut window, "Head of a packet", &format!("2:{}", &digest[..16]));
    press(&mut window, "Compare and remember");
    window.get_by_label("Done. The file contains event 2.");
    let field = window.get_by_role_and_label(Role::TextInput, "Head of a packet");
    field.focus();
    window.run_steps(2);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    fill(&mut window, "Head of a packet", "7:0123456789abcdef");
    press(&mut window, "Compare and remember");
    window.get_by_label("The file does not contain event 7. The head is remembered.");
    assert!(window.state().desk.as_ref().unwrap().file.behind().is_some());
    shot(&mut window, "heads", egui::Theme::Light);
    press(&mut window, "Forget what was seen");
    assert!(window.state().desk.as_ref().unwrap().file.behind().is_none());
    // A restored copy of which nothing is known is continued from here too.
    press(&mut window, "This is a restored copy…");
    window.get_by_label_contains("It is not known which events came after it.");
    window.get_by_label_contains("FB-0101");
}
