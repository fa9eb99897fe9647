//! Background jobs, driven as a user would: imports, packets, backups, and leaving while one runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use eframe::egui;
use egui::{Key, Modifiers, ViewportCommand, ViewportId, accesskit::Role};
use egui_kittest::kittest::Queryable as _;

use super::leaving::{Closing, Leave};
use super::tests::{Clock, PASSWORD, Window, fill, press, pump, shot, sign_in, window_with_data};
use super::{App, Start};
use crate::domain::ids::Kind;
use crate::ops::{FileSource, ProductFile, Request, workstation};
use crate::ui::cx::{Route, Then};
use crate::ui::dialogs::PathAnswer;

/// Rows to import.
const MANY: usize = 300;
/// How long an import pauses at each progress report, so that the user has time to press something.
const HELD_UP: Duration = Duration::from_millis(100);

pub(super) fn opened(folder: &Path, clock: &Clock, data: Option<PathBuf>) -> Window {
    let path = pump(folder, clock);
    let mut window = window_with_data(clock, Start::File(path), data, egui::Theme::Light);
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    window
}

/// Draws until a condition holds: background jobs take their time.
pub(super) fn until(window: &mut Window, what: &str, so: impl Fn(&Window) -> bool) {
    for _ in 0..3_000 {
        window.step();
        if so(window) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("“{what}” does not happen: {:?}", window.state().messages());
}

fn until_label(window: &mut Window, label: &str) {
    until(window, label, |window| window.query_all_by_label_contains(label).next().is_some());
    window.run_steps(2);
}

pub(super) fn until_said(window: &mut Window, words: &str) {
    until(window, words, |window| window.state().messages().iter().any(|said| said.contains(words)));
    window.run_steps(2);
}

fn feedback(app: &App) -> usize {
    app.desk.as_ref().unwrap().file.list(Kind::Feedback).unwrap().len()
}

/// A window in which an import of many rows has just begun.
fn importing(folder: &Path, clock: &Clock) -> Window {
    let mut window = opened(folder, clock, None);
    window.ctx.set_request_repaint_callback(|_| {
        if std::thread::current().name() == Some("Import") {
            std::thread::sleep(HELD_UP);
        }
    });
    let path = folder.join("maude.csv");
    let mut text = "report_number,event_date,device_name,event_text\n".to_owned();
    for row in 0..MANY {
        let _ = writeln!(text, "{row},04-23-2025,Pump,Alarm {row} is late");
    }
    std::fs::write(&path, text).unwrap();
    window.state_mut().go(Route::Import);
    window.run_steps(2);
    fill(&mut window, "Path of the file", &path.display().to_string());
    press(&mut window, "Read");
    until_label(&mut window, "maude.csv: 300 rows");
    for label in ["Received at", "Aware since"] {
        window.get_by_role_and_label(Role::TextInput, label).focus();
        window.run_steps(2);
        window.get_by_role_and_label(Role::TextInput, label).type_text("2031-03-01 08:00");
        window.run_steps(2);
    }
    until_label(&mut window, "300 will be imported");
    // It may be below the visible part.
    window.get_by_role_and_label(Role::Button, "Import 300 rows").click_accesskit();
    until_label(&mut window, "Importing maude.csv");
    window
}

#[test]
fn an_import_runs_in_the_background_and_is_cancelled_in_the_status_line() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = importing(folder.path(), &clock);
    assert!(window.state().jobs.holding().is_some());
    window.get_by_label("An import is running: wait or cancel it");
    let before = window.state().desk.as_ref().unwrap().file.head().clone();
    window.state_mut().perform(Request::AcknowledgeClock.into(), Then::Stay, None);
    assert!(window.state().messages().iter().any(|words| words.contains("wait or cancel it")));
    window.get_by_role_and_label(Role::Button, "Cancel importing maude.csv").click_accesskit();
    until_said(&mut window, "The import was cancelled.");
    assert_eq!(*window.state().desk.as_ref().unwrap().file.head(), before);
    assert_eq!(feedback(window.state()), 0);
    window.get_by_label("You are writing");
    window.get_by_label("Import 300 rows");
}

#[test]
fn text_typed_during_an_import_is_kept_and_the_screens_show_the_imported_rows() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = importing(folder.path(), &clock);
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, "Title").focus();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, "Title").type_text("Typed meanwhile");
    window.run_steps(2);
    window.state_mut().go(Route::List(Kind::Feedback));
    window.run_steps(2);
    assert!(window.state().jobs.holding().is_some(), "the import goes on");
    until_said(&mut window, "300 rows of maude.csv were imported.");
    assert_eq!(feedback(window.state()), MANY);
    window.get_by_label("You are writing");
    let app = window.state();
    let drafts = app.desk.as_ref().unwrap().file.drafts(app.session.as_ref().unwrap()).unwrap();
    assert!(drafts.iter().any(|(_, body, _)| body.contains("Typed meanwhile")), "{drafts:?}");
    window.state_mut().go(Route::Import);
    window.run_steps(2);
    window.get_by_label("maude.csv was imported");
    window.get_by_label("Alarm 0 is late");
    shot(&mut window, "import-report", egui::Theme::Light);
}

#[test]
fn locking_during_an_import_asks_and_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = importing(folder.path(), &clock);
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.run_steps(3);
    window.get_by_label("An import is running");
    press(&mut window, "Wait for it");
    assert!(
        window.state().is_signed_in() || feedback(window.state()) == MANY,
        "it is locked only after the import"
    );
    until(&mut window, "locked", |window| !window.state().is_signed_in());
    assert_eq!(feedback(window.state()), MANY);
}

#[test]
fn an_idle_window_is_locked_although_an_import_runs_and_nobody_signs_in_until_it_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = importing(folder.path(), &clock);
    clock.pass(24 * 3600);
    window.run_steps(2);
    assert!(!window.state().is_signed_in());
    window.get_by_label_contains("Sign in when it has ended");
    until_said(&mut window, "were imported.");
    fill(&mut window, "Password", PASSWORD);
    press(&mut window, "Sign in");
    assert!(window.state().is_signed_in());
    assert_eq!(feedback(window.state()), MANY);
}

fn close(window: &mut Window) -> Vec<ViewportCommand> {
    let viewport = window.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    viewport.events.push(egui::ViewportEvent::Close);
    window.step();
    commands(window)
}

fn commands(window: &Window) -> Vec<ViewportCommand> {
    window.output().viewport_output[&ViewportId::ROOT].commands.clone()
}

#[test]
fn closing_the_window_during_an_import_asks_and_can_cancel_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = importing(folder.path(), &clock);
    assert!(close(&mut window).contains(&ViewportCommand::CancelClose));
    window.run_steps(2);
    window.get_by_label("An import is running");
    press(&mut window, "Continue working");
    assert!(window.state().jobs.holding().is_some_and(|held| !held.progress.is_cancelled()));
    assert!(close(&mut window).contains(&ViewportCommand::CancelClose));
    window.run_steps(2);
    // Not `press`: the window may ask to be closed in the very next frame.
    window.get_by_role_and_label(Role::Button, "Cancel the import").click_accesskit();
    until(&mut window, "close", |window| commands(window).contains(&ViewportCommand::Close));
    assert_eq!(feedback(window.state()), 0);
    assert!(!close(&mut window).contains(&ViewportCommand::CancelClose));
}

#[test]
fn a_packet_is_made_in_the_background_and_cancelled_in_the_status_line() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = opened(folder.path(), &clock, None);
    window.state_mut().go(Route::Packets(None));
    window.run_steps(2);
    window.get_by_label("A whole period").click();
    window.run_steps(2);
    fill(&mut window, "From", "2031-01-01");
    fill(&mut window, "Until", "2031-12-31");
    press(&mut window, "Make preview");
    until(&mut window, "Cancel laying out the pages", |window| {
        window.query_by_role_and_label(Role::Button, "Cancel laying out the pages").is_some()
    });
    window.get_by_role_and_label(Role::Button, "Cancel laying out the pages").click_accesskit();
    until_label(&mut window, "It was cancelled");
    assert!(window.state().jobs.watched_under_way().is_none());
    press(&mut window, "Make preview");
    until_label(&mut window, "Page 1 of the packet");
}

/// Changes the file, so that a backup is due.
fn work(window: &mut Window) {
    let mut set = crate::domain::record::Fields::new();
    for (field, value) in [
        ("title", "Alarm is late"),
        ("received_at", "2031-03-03T09:00:00Z"),
        ("channel", "Telephone"),
        ("description_verbatim", "The alarm came late."),
    ] {
        set.insert(field.to_owned(), value.into());
    }
    let before = feedback(window.state());
    let request = Request::Create { kind: Kind::Feedback, parent: None, set };
    window.state_mut().perform(request.into(), Then::Stay, None);
    assert_eq!(feedback(window.state()), before + 1, "{:?}", window.state().messages());
}

fn uuid(window: &Window) -> String {
    window.state().desk.as_ref().unwrap().uuid.clone()
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Every command that closes a file makes a backup of it, and none is counted for the next file.
#[test]
fn a_file_is_backed_up_whichever_command_closes_it() {
    type Leave = fn(&mut Window, &Path);
    let ways: [(&str, Leave); 4] = [
        ("opened another", |window, other| window.state_mut().open_path(other)),
        ("dropped another", |window, other| {
            window.input_mut().dropped_files.push(Arc::new(Dropped(other.to_owned())));
        }),
        ("new", |window, _| window.state_mut().asked.push(crate::ui::shortcuts::AppCommand::NewFile)),
        ("closed", |window, _| window.state_mut().asked.push(crate::ui::shortcuts::AppCommand::CloseFile)),
    ];
    for (what, leave) in ways {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let clock = Clock::at("2031-03-03T09:00:00Z");
        let aside = folder.path().join("aside");
        std::fs::create_dir(&aside).unwrap();
        let other = pump(&aside, &clock);
        let mut window = opened(folder.path(), &clock, Some(data.clone()));
        for _ in 0..3 {
            work(&mut window);
        }
        let left = uuid(&window);
        assert_eq!(workstation::backups(&data, &left).len(), 0);
        leave(&mut window, &other);
        until(&mut window, what, |window| {
            window.state().jobs.none_run() && !workstation::backups(&data, &left).is_empty()
        });
        assert_eq!(workstation::backups(&data, &left).len(), 1, "{what}");
        if let Some(desk) = &window.state().desk {
            assert_ne!(desk.uuid, left, "{what}");
            assert_eq!(desk.backed_up, desk.file.head().seq, "{what}: the backup was of the other file");
        }
    }
}

#[test]
fn a_backup_that_fails_at_closing_is_reported_and_the_user_decides() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = opened(folder.path(), &clock, Some(data.clone()));
    until(&mut window, "verified", |window| window.state().jobs.none_run());
    work(&mut window);
    let own = data.join(uuid(&window));
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("backups"), "no folder").unwrap();
    assert!(close(&mut window).contains(&ViewportCommand::CancelClose));
    until_label(&mut window, "No backup was made");
    let desk = window.state().desk.as_ref().unwrap();
    assert_ne!(desk.backed_up, desk.file.head().seq, "a failed backup does not count");
    press(&mut window, "Try again");
    until_label(&mut window, "No backup was made");
    std::fs::remove_file(own.join("backups")).unwrap();
    // Not by `press`, which draws on: the command comes in one frame only.
    window.get_by_role_and_label(Role::Button, "Try again").click_accesskit();
    until(&mut window, "close", |window| commands(window).contains(&ViewportCommand::Close));
    assert_eq!(workstation::backups(&data, &uuid(&window)).len(), 1);
}

#[test]
fn the_user_may_close_without_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = opened(folder.path(), &clock, Some(data.clone()));
    until(&mut window, "verified", |window| window.state().jobs.none_run());
    work(&mut window);
    let own = data.join(uuid(&window));
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("backups"), "no folder").unwrap();
    close(&mut window);
    until_label(&mut window, "No backup was made");
    press(&mut window, "Continue working");
    assert_eq!(window.state().closing, Closing::No);
    close(&mut window);
    until_label(&mut window, "No backup was made");
    window.get_by_role_and_label(Role::Button, "Close without a backup").click();
    until(&mut window, "close", |window| commands(window).contains(&ViewportCommand::Close));
}

fn pick(window: &mut Window, label: &str, word: &str) {
    window.get_by_role_and_label(Role::ComboBox, label).click();
    window.run_steps(3);
    window.get_by_role_and_label(Role::ListBoxOption, word).click();
    window.run_steps(3);
}

#[test]
fn detected_settings_are_overridden_and_missing_values_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = opened(folder.path(), &clock, None);
    let path = folder.path().join("calls.csv");
    // 0xE3 is “ã” in western and “ă” in central European encodings.
    std::fs::write(&path, b"number;event_text\n1;Alarm t\xE3cut, late, again\n2;Pump, tube, and door\n")
        .unwrap();
    window.state_mut().go(Route::Import);
    window.run_steps(2);
    fill(&mut window, "Path of the file", &path.display().to_string());
    press(&mut window, "Read");
    until_label(&mut window, "calls.csv: 2 rows");
    pick(&mut window, "Encoding", "windows-1250");
    until_label(&mut window, "windows-1250: chosen");
    pick(&mut window, "Delimiter", "Bar |");
    until_label(&mut window, "calls.csv: 2 rows, 1 column");
    pick(&mut window, "Delimiter", "Semicolon ;");
    until_label(&mut window, "calls.csv: 2 rows, 2 columns");
    window.get_by_label("Columns and fields").click();
    window.run_steps(4);
    window.get_by_role_and_label(Role::Button, "Add a constant").click_accesskit();
    window.get_by_role_and_label(Role::Button, "Add a question").click_accesskit();
    window.run_steps(4);
    window.get_by_role_and_label(Role::TextInput, "Question");
    window.get_by_role_and_label(Role::TextInput, "Value");
    window.get_by_label_contains("A constant or a question has no field yet");
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        window.ctx.set_theme(theme);
        window.set_size(egui::vec2(1280.0, 1500.0));
        window.run_steps(3);
        shot(&mut window, "import", theme);
    }
}

#[test]
fn a_width_changed_by_keys_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = opened(folder.path(), &clock, None);
    work(&mut window);
    window.state_mut().go(Route::List(Kind::Feedback));
    window.run_steps(3);
    let head = window.get_by_role_and_label(Role::Button, "Sort by State");
    let before = head.rect().width();
    head.focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    window.run_steps(2);
    shot(&mut window, "list-widths", egui::Theme::Light);
    let widths = window.state().settings.values.lists["feedback"].widths.clone();
    let widths: Vec<(&str, f32)> = widths.iter().map(|(code, width)| (code.as_str(), *width)).collect();
    assert_eq!(widths, [("state", before + 16.0)]);
    // After a new visit the list is built from the stored widths.
    window.state_mut().desk.as_mut().unwrap().screens.forget(&Route::List(Kind::Feedback));
    window.run_steps(3);
    let after = window.get_by_role_and_label(Role::Button, "Sort by State").rect().width();
    assert!((after - before - 16.0).abs() < 0.5, "{before}, {after}");
}

/// A window in which a file of 24 MB is being attached to the product, slowly.
fn attaching(folder: &Path, clock: &Clock) -> Window {
    let mut window = opened(folder, clock, None);
    window.ctx.set_request_repaint_callback(|_| {
        if std::thread::current().name() == Some("Attaching the file") {
            std::thread::sleep(HELD_UP * 4);
        }
    });
    let path = folder.join("dump.bin");
    std::fs::write(&path, vec![7; 24 << 20]).unwrap();
    let attach = Request::Attach {
        to: "PD-0001".parse().unwrap(),
        file_name: "dump.bin".to_owned(),
        file: FileSource::Path(path),
        description: String::new(),
        source: String::new(),
        captured_at: None,
    };
    window.state_mut().perform(attach.into(), Then::Stay, None);
    window
}

#[test]
fn a_large_file_is_attached_in_the_background_and_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = attaching(folder.path(), &clock);
    let before = window.state().desk.as_ref().unwrap().file.head().clone();
    until_label(&mut window, "A file is being attached: wait or cancel it");
    window.state_mut().perform(Request::AcknowledgeClock.into(), Then::Stay, None);
    assert!(window.state().messages().iter().any(|words| words.contains("wait or cancel it")));
    // Leaving asks first.
    window.state_mut().leave(Leave::CloseFile);
    window.run_steps(3);
    window.get_by_label_contains("The file is closed as soon as the attachment has ended");
    press(&mut window, "Continue working");
    window.get_by_role_and_label(Role::Button, "Cancel attaching the file").click_accesskit();
    until_said(&mut window, "was not attached, because that was cancelled");
    assert_eq!(*window.state().desk.as_ref().unwrap().file.head(), before);
    window.get_by_label("You are writing");
}

#[test]
fn a_large_file_that_was_attached_in_the_background_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = attaching(folder.path(), &clock);
    until_said(&mut window, "Saved AT-0001 as event");
    let file = window.state_mut().file().unwrap();
    let record = file.record("AT-0001".parse().unwrap()).unwrap();
    assert_eq!(record.value("bytes").as_u64(), Some(24 << 20));
    let path = file.path().to_owned();
    assert!(ProductFile::verify(&path, None, &|_| true).unwrap().findings.is_empty());
}

#[test]
fn a_copy_of_an_attachment_is_saved_in_the_background() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    let target = folder.path().join("copy.txt");
    let mut window = window_with_data(&clock, Start::File(path), None, egui::Theme::Light);
    let answer = target.clone();
    window.state_mut().setup.ask_path = Box::new(move |_| PathAnswer::Chosen(answer.clone()));
    sign_in(&mut window, "ana", PASSWORD);
    let attach = Request::Attach {
        to: "PD-0001".parse().unwrap(),
        file_name: "log.txt".to_owned(),
        file: FileSource::Text("the alarm was late".to_owned()),
        description: String::new(),
        source: String::new(),
        captured_at: None,
    };
    window.state_mut().perform(attach.into(), Then::Stay, None);
    window.state_mut().go(Route::Record("PD-0001".parse().unwrap()));
    window.run_steps(3);
    // It may be below the visible part.
    window.get_by_label("Save a copy…").click_accesskit();
    until_said(&mut window, &format!("Saved {}.", target.display()));
    assert_eq!(std::fs::read_to_string(target).unwrap(), "the alarm was late");
}
