//! The walk of a security patch in the real window by a screen reader: a script sees the accessibility tree of the program through
//! AT-SPI, and nothing else. `tests/reader` holds the script; here is its file, and what others do on it meanwhile.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use mainstay::domain::time::Moment;
use mainstay::ops::{Opened, Password, ProductFile};
use serde_json::json;

use crate::desk::{Desk, PASSWORD, stamp};
use crate::walk::{DOCUMENT, clipboard, done_by_others, files};

/// Longest that the walk may be silent, in seconds.
const PATIENCE: u64 = 120;
/// How long before now the file was begun, in seconds: every event of its past takes a minute.
const PAST: i64 = 12 * 3600;
/// How many stages the walk goes in each run, to the signed evaluation of the problem; `MAINSTAY_STAGES=12` goes to the closed change.
const STAGES: u64 = 3;

/// What the script needs: Debian's package `gir1.2-atspi-2.0` and others.
fn is_missing() -> Option<&'static str> {
    let works = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    };
    let atspi = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi";
    if !works("/usr/bin/python3", &["-c", atspi]) {
        Some("python3-gi and gir1.2-atspi-2.0")
    } else if !Path::new("/usr/libexec/at-spi-bus-launcher").exists() {
        Some("at-spi2-core")
    } else if !works("dbus-run-session", &["--version"]) {
        Some("dbus")
    } else if !works("which", &["xvfb-run"]) {
        Some("xvfb")
    } else if !works("which", &["xdotool"]) {
        Some("xdotool")
    } else {
        None
    }
}

/// The script under a display and a session bus of its own, in a folder that is its home.
fn start(folder: &Path, file: &Path, setting: &Path) -> Child {
    let home = folder.join("home");
    std::fs::create_dir(&home).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reader/walk.py");
    Command::new("dbus-run-session")
        .args(["--", "xvfb-run", "--auto-servernum", "--server-args", "-screen 0 1280x800x24"])
        .args(["/usr/bin/python3", script, env!("CARGO_BIN_EXE_mainstay")])
        .args([file, Path::new(DOCUMENT), setting])
        .env("HOME", &home)
        .env("XDG_RUNTIME_DIR", &home)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What others do on the file, which the window has closed for it.
fn meanwhile(file: &Path, what: &str) {
    let now = real_now();
    let Opened::Open(opened) = ProductFile::open(file, &stamp(now)).unwrap() else { panic!("not opened") };
    let mut desk = Desk { file: *opened, now, clock: Some(real_now), ..Desk::new() };
    desk.people.clear();
    for login in ["ana", "ben", "cleo", "dan", "eva", "fay", "gina", "rita"] {
        let session = desk.file.sign_in(login, &Password::new(PASSWORD), &stamp(now)).unwrap();
        desk.people.insert(login, session);
    }
    done_by_others(&mut desk, what);
}

fn real_now() -> Moment {
    mainstay::ops::stamp().now
}

#[test]
#[ignore = "it opens a real window: .ci/run runs it by itself"]
fn a_screen_reader_walks_from_the_cve_to_the_signed_evaluation() {
    if let Some(missing) = is_missing() {
        let _ = writeln!(std::io::stderr(), "skipped: {}: {missing} is not installed", module_path!());
        return;
    }
    let mut desk = Desk::new_at(real_now().plus_seconds(-PAST)).with_staff_and_plan();
    crate::releasing::released(&mut desk);
    let setting = desk.folder.path().join("setting.json");
    let stages = std::env::var("MAINSTAY_STAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(STAGES);
    let words = json!({
        "login": "ana", "password": PASSWORD, "files": files(&desk), "stages": stages,
        "clipboard": clipboard().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    });
    std::fs::write(&setting, words.to_string()).unwrap();
    let Desk { folder, file, .. } = desk;
    let path = file.path().to_owned();
    // The window is the writer now.
    drop(file);
    let mut script = start(folder.path(), &path, &setting);
    let (says, said) = mpsc::channel();
    let lines = BufReader::new(script.stdout.take().unwrap()).lines();
    std::thread::Builder::new()
        .name("what the script says".to_owned())
        .spawn(move || lines.map_while(Result::ok).try_for_each(|line| says.send(line)))
        .unwrap();
    let mut heard = Vec::new();
    while let Ok(line) = said.recv_timeout(Duration::from_secs(PATIENCE)) {
        println!("{line}");
        if let Some(what) = line.strip_prefix("meanwhile ") {
            meanwhile(&path, what);
            script.stdin.as_mut().unwrap().write_all(b"done\n").unwrap();
        }
        heard.push(line);
    }
    let _ = script.kill();
    let ended = script.wait().unwrap();
    assert!(ended.success(), "{}", heard.join("\n"));
    assert!(heard.iter().any(|line| line.starts_with("walked: ")), "{}", heard.join("\n"));
}
