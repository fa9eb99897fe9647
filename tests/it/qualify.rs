//! The manual and the qualification pack: by the built program, and from the window.

use std::path::Path;
use std::time::Duration;

use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::ui::cx::Route;
use serde_json::Value;

use crate::cli::run_at;
use crate::desk::Desk;
use crate::host::Window;

fn run(place: &Path, arguments: &[&str]) -> (i32, String, String) {
    run_at(&place.join("data"), arguments)
}

#[test]
fn the_pack_names_the_program_that_runs_and_every_self_test_with_what_was_seen() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("pack.pdf");
    let (code, text, error) = run(place.path(), &["qualify", "-o", out.to_str().unwrap(), "--json"]);
    assert_eq!(code, 0, "{error}\n{text}");
    let found: Value = serde_json::from_str(&text).unwrap();
    let checks = found["checks"].as_array().unwrap();
    assert!(checks.len() >= 20);
    for check in checks {
        assert_eq!(check["passed"], true, "{check}");
        for name in ["id", "requirement", "clause", "done", "expected", "seen"] {
            assert!(!check[name].as_str().unwrap().is_empty(), "{name} of {check}");
        }
    }
    let digest = mainstay::ops::digest_of(Path::new(env!("CARGO_BIN_EXE_mainstay")), &|_| true).unwrap();
    assert_eq!(found["machine"]["executable_sha256"], digest.as_str());
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"));
    // Nothing is replaced.
    let (code, _, error) = run(place.path(), &["qualify", "-o", out.to_str().unwrap()]);
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("pack.pdf"), "{error}");
}

#[test]
fn self_tests_that_cannot_be_performed_are_failures_with_the_reason_and_an_exit_code() {
    let place = tempfile::tempdir().unwrap();
    let no_folder = place.path().join("a file");
    std::fs::write(&no_folder, "no folder").unwrap();
    let out = place.path().join("pack.pdf");
    let arguments = ["qualify", "--folder", no_folder.to_str().unwrap(), "-o", out.to_str().unwrap()];
    let (code, text, error) = run(place.path(), &arguments);
    assert_eq!(code, 12, "{error}");
    assert!(error.contains("self-tests failed"), "{error}");
    assert!(text.contains("FAILED") && text.contains("No folder can be made in"), "{text}");
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"), "a pack with failures is printed too");
}

#[test]
fn the_manual_is_printed_and_replaces_nothing() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("manual.pdf");
    let (code, text, error) = run(place.path(), &["manual", "-o", out.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    assert!(text.contains("PDF/A-3a and PDF/UA-1"), "{text}");
    let bytes = std::fs::read(&out).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let (code, _, error) = run(place.path(), &["manual", "-o", out.to_str().unwrap()]);
    assert_eq!(code, 1, "{error}");
    assert!(std::fs::read(&out).unwrap() == bytes);
}

/// Takes a command by its name in the palette.
fn command(window: &mut Window, name: &str) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    window.get_by_label("Find a command or a record").type_text(name);
    window.settle();
    window.key_press(Key::Enter);
    window.settle();
}

fn until_said(window: &mut Window, words: &str) -> String {
    for _ in 0..3000 {
        window.settle();
        let said = window.state().messages().into_iter().find(|said| said.contains(words));
        if let Some(said) = said {
            return said;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never said: {words}; {:?}", window.state().messages());
}

#[test]
fn the_window_prints_the_manual_in_the_background() {
    let mut window = Window::new(Desk::new(), "ana", Route::Dashboard, vec2(1280.0, 800.0));
    command(&mut window, "manual as pdf");
    let said = until_said(&mut window, "The manual was written to");
    let path = window.folder.path().join("Mainstay manual.pdf");
    assert!(std::fs::read(path).unwrap().starts_with(b"%PDF-"), "{said}");
}

#[test]
fn self_tests_from_the_window_run_in_the_background_and_can_be_cancelled() {
    let mut window = Window::new(Desk::new(), "ana", Route::Dashboard, vec2(1280.0, 800.0));
    command(&mut window, "qualification pack");
    let cancel = window.query_all_by_label_contains("Cancel ").next();
    cancel.expect("the status line shows the job").click();
    let said = until_said(&mut window, "was cancelled");
    assert!(said.contains("self-tests"), "{said}");
    assert!(!window.folder.path().join("Mainstay qualification.pdf").exists());
}
