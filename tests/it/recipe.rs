//! The recipe of `docs/file-format.md` by which a stranger verifies a file: it is run as it stands in the document.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use mainstay::domain::canonical;
use serde_json::json;

use crate::forger::{Forger, scene};

fn recipe() -> String {
    let document = include_str!("../../docs/file-format.md");
    let (_, rest) = document.split_once("```bash\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn tools_are_missing() -> bool {
    let missing: Vec<&str> = ["bash", "sqlite3", "sha256sum", "openssl", "xxd"]
        .into_iter()
        .filter(|tool| Command::new(tool).arg("--version").output().is_err())
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: {} is not installed",
            module_path!(),
            missing.join(", ")
        );
    }
    !missing.is_empty()
}

/// Whether the recipe verifies the file, and what it says.
fn run(path: &Path, remembered: Option<&(u64, String)>) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("verify.sh");
    std::fs::write(&script, recipe()).unwrap();
    let head = remembered.map(|(seq, digest)| format!("{seq}:{digest}"));
    let output = Command::new("bash").arg(&script).arg(path).args(head).output().unwrap();
    let words =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), words)
}

#[test]
fn a_stranger_verifies_a_true_file_with_plain_tools() {
    if tools_are_missing() {
        return;
    }
    let (good, words) = run(&Forger::new().path, Some(&scene().head));
    assert!(good && words.starts_with("verified: "), "{words}");
    assert!(words.contains(&format!("head {}:{}", scene().head.0, scene().head.1)), "{words}");
}

#[test]
fn a_stranger_finds_forgeries_with_plain_tools() {
    if tools_are_missing() {
        return;
    }
    type Forgery = fn(&Forger);
    let forgeries: [(&str, Forgery); 6] = [
        ("event 3: its signature does not match", |f| {
            let mut body = f.value("SELECT body FROM event WHERE seq = 3");
            body["machine"] = "OTHER".into();
            f.set_event(3, &body);
        }),
        ("FB-0001: is not what its last audit event says", |f| {
            f.run(
                "UPDATE record SET body = replace(body, 'two minutes', 'two seconds') WHERE id = 'FB-0001'",
            );
        }),
        ("FB-0002: is not what its last audit event says", |f| {
            f.run("INSERT INTO record (key, body) SELECT key + 1, replace(body, 'FB-0001', 'FB-0002') FROM record WHERE id = 'FB-0001'");
        }),
        ("signature 1: its event does not name it", |f| {
            let mut body = f.value("SELECT body FROM signature WHERE number = 1");
            body["subject"] = json!("CR-0001");
            let body = canonical::text(&body);
            let digest = canonical::digest(body.as_bytes());
            f.conn
                .execute("UPDATE signature SET body = ?1, digest = ?2 WHERE number = 1", (body, digest))
                .unwrap();
        }),
        ("AT-0001: its bytes do not have the digest", |f| {
            f.run("UPDATE blob SET bytes = CAST(replace(CAST(bytes AS TEXT), 'alarm', 'quiet') AS BLOB)");
        }),
        ("was cut off", |f| f.run("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")),
    ];
    for (expected, forge) in forgeries {
        let forger = Forger::unguarded();
        forge(&forger);
        let (good, words) = run(&forger.path, Some(&scene().head));
        assert!(!good && words.contains(expected), "{expected} expected: {words}");
    }
}
