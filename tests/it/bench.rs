//! The forger's bench of `tests/forger`, in short: a program in another language forges true files in every way that it knows,
//! and exactly those notice who must. `MAINSTAY_FORGERIES` says how many, `MAINSTAY_PYTHON` by which Python.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use mainstay::domain::ids::Kind;
use mainstay::domain::person::Role;
use mainstay::ops::{Act, Password, Request};
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, feedback};
use crate::desk::{Desk, PASSWORD, attach_log, go_to, stamp};
use crate::recipe::{recipe, tools_are_missing};

/// The code by which the bench says that a package is missing.
const SKIPPED: i32 = 77;
/// Forgeries in the short form.
const SHORT: &str = "32";

/// A file with a bit of everything, whose last events are Ana's; two older copies of it; and another file.
fn write_files(folder: &Path) {
    let mut other = Desk::staffed();
    other.create("dan", Kind::Feedback, json!({"title": "Display is dim"}));
    std::fs::copy(other.file.path(), folder.join("other.mainstay")).unwrap();

    let mut desk = Desk::staffed();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let fb = feedback(&mut desk);
    std::fs::copy(desk.file.path(), folder.join("old-1.mainstay")).unwrap();
    desk.by("dan", attach_log(fb, "time,event\n12:00,alarm\n")).unwrap();
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    desk.signed("ana", Request::Sign { id: ap, meaning: None }).unwrap();
    let eva = desk.people["eva"].person();
    desk.by("ana", Act::from(go_to(eva, "deactivate", json!({}))).because("Left the company")).unwrap();
    let ben = desk.people["ben"].person();
    let reset = Act::from(Request::ResetAccess { person: ben }).because("Password forgotten");
    let code = desk.by("ana", reset).unwrap().code.unwrap();
    let at = desk.tick();
    desk.file.activate("ben", &code, &Password::new(PASSWORD), &stamp(at)).unwrap();
    desk.create("ana", Kind::Feedback, json!({"title": "Key sticks"}));
    std::fs::copy(desk.file.path(), folder.join("old-2.mainstay")).unwrap();
    for turn in 0..5 {
        desk.create("ana", Kind::Feedback, json!({"title": format!("Report {turn}")}));
    }
    desk.assert_verifies();
    std::fs::copy(desk.file.path(), folder.join("now.mainstay")).unwrap();
}

#[test]
fn every_forgery_of_the_bench_is_noticed_by_those_who_must() {
    let python = std::env::var("MAINSTAY_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if tools_are_missing() || Command::new(&python).arg("--version").output().is_err() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: Python or a tool of the recipe is not installed",
            module_path!()
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let script = folder.path().join("verify.sh");
    std::fs::write(&script, recipe()).unwrap();
    let count = std::env::var("MAINSTAY_FORGERIES").unwrap_or_else(|_| SHORT.to_owned());
    let output = Command::new(&python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forger/bench.py"))
        .args(["--mainstay", env!("CARGO_BIN_EXE_mainstay"), "--password", PASSWORD, "--count", &count])
        .arg("--recipe")
        .arg(&script)
        .arg("--folder")
        .arg(folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    println!("{words}");
    if output.status.code() == Some(SKIPPED) {
        let _ = writeln!(std::io::stderr(), "skipped: {}: {}", module_path!(), words.trim());
    }
    assert!(output.status.success() || output.status.code() == Some(SKIPPED), "{words}");
}
