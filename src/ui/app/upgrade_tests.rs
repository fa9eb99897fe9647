//! An older file in the window: the question, the upgrade, and the files left next to it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui;
use egui_kittest::kittest::Queryable as _;

use super::tests::{Clock, PASSWORD, Window, press, pump, sign_in, window_with_data};
use super::{Start, Steps};
use crate::ops::Step;

const V1: &str = include_str!("../../../crates/core/src/store/schema/v1.sql");

fn index() -> &'static str {
    let at = V1.find("CREATE INDEX event_by_actor").unwrap();
    V1[at..].lines().next().unwrap()
}

/// The upgrade step from an invented version 0, which lacks an index.
fn steps() -> Steps {
    let schema: &'static str = Box::leak(V1.replace(index(), "").into_boxed_str());
    Steps::of(Box::leak(Box::new([Step { from: 0, schema, sql: index() }])))
}

/// A file of version 0.
fn older(folder: &Path, clock: &Clock) -> PathBuf {
    let path = pump(folder, clock);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch("DROP INDEX event_by_actor; PRAGMA user_version = 0").unwrap();
    path
}

fn window(clock: &Clock, path: PathBuf) -> Window {
    let mut window = window_with_data(clock, Start::File(path), None, egui::Theme::Light);
    window.state_mut().steps = steps();
    window
}

/// Draws until the upgrade has ended.
fn ended(window: &mut Window) {
    for _ in 0..2000 {
        window.run_steps(1);
        if window.state().jobs.upgrade_under_way().is_none() {
            window.run_steps(3);
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the upgrade does not end");
}

fn version(path: &Path) -> i32 {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

#[test]
fn an_older_file_is_upgraded_when_the_user_agrees_and_the_copy_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = older(folder.path(), &clock);
    let mut window = window(&clock, path.clone());
    window.get_by_label("pump.mainstay was made by an earlier program");
    assert_eq!(version(&path), 0, "nothing is done before the user agrees");
    press(&mut window, "Upgrade");
    ended(&mut window);
    assert_eq!(version(&path), 1);
    let messages = window.state().messages();
    assert!(
        messages.iter().any(|words| words.contains("was upgraded from version 0 to version 1")),
        "{messages:?}"
    );
    window.get_by_label_contains("Copy made before an upgrade");
    press(&mut window, "Remove these files");
    assert_eq!(crate::ops::ProductFile::leftovers(&path), []);
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    window.get_by_label("You are writing");
}

#[test]
fn an_older_file_is_opened_read_only_or_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = older(folder.path(), &clock);
    let before = std::fs::read(&path).unwrap();
    let mut first = window(&clock, path.clone());
    press(&mut first, "Cancel");
    first.get_by_label("Recent files");
    drop(first);
    let mut window = window(&clock, path.clone());
    press(&mut window, "Open read-only");
    window.get_by_label_contains("Read-only: the file was not upgraded");
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_failed_upgrade_is_reported_and_the_file_is_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = older(folder.path(), &clock);
    let mut window = window(&clock, path.clone());
    window.state_mut().steps = Steps::RELEASED;
    let before = std::fs::read(&path).unwrap();
    press(&mut window, "Upgrade");
    ended(&mut window);
    let messages = window.state().messages();
    assert!(messages.iter().any(|words| words.contains("no way is known from version 0")), "{messages:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    window.get_by_label("Recent files");
}

#[test]
fn files_left_by_a_killed_program_are_offered_for_removal_and_may_stay() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    let left = folder.path().join("copy.mainstay.12345678.mainstay-part");
    std::fs::write(&left, "half a copy").unwrap();
    let mut first = window(&clock, path.clone());
    first.get_by_label_contains("Left unfinished by a program that was killed");
    press(&mut first, "Keep them");
    assert!(first.query_by_label("Remove these files").is_none());
    assert!(left.exists());
    drop(first);
    let mut again = window(&clock, path);
    press(&mut again, "Remove these files");
    assert!(!left.exists());
    assert!(again.query_by_label("Remove these files").is_none());
}
