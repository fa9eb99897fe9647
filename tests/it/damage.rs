//! Damage of every kind is a finding with its place, and the rest is still checked.

use std::path::{Path, PathBuf};

use mainstay::ops::ProductFile;
use rusqlite::Connection;
use serde_json::Value;

use crate::desk::program;
use crate::forger::{Forger, scene};

/// What a command says: its exit code, and what stands on its two streams.
fn said(arguments: &[&str]) -> (i32, String, String) {
    let output = program().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// What `verify --json` says of a file that must be found damaged: the whole of it, and the places.
fn verified(path: &Path) -> (Value, Vec<String>) {
    let (code, out, err) = said(&["verify", path.to_str().unwrap(), "--json"]);
    assert_eq!(code, 4, "{out} {err}");
    assert!(err.contains("contradicts itself in"), "{err}");
    let json: Value = serde_json::from_str(&out).unwrap();
    let places = json["findings"].as_array().unwrap().iter();
    let places = places.map(|finding| finding["place"].as_str().unwrap().to_owned()).collect();
    (json, places)
}

/// The scene with a draft and a failed sign-in besides, closed.
fn file(folder: &Path) -> PathBuf {
    let path = folder.join("pump.mainstay");
    std::fs::write(&path, &scene().bytes).unwrap();
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "INSERT INTO draft VALUES ('PN-0001', 'new feedback', '{\"title\":\"what is being typed\"}', '2031-01-01T00:00:00Z');
         INSERT INTO sign_in_failure (person, at, machine) VALUES ('PN-0002', '2031-01-01T00:00:00Z', 'machine of nobody')",
    )
    .unwrap();
    drop(conn);
    path
}

/// Writes over the beginning of a text as it lies in the file, from byte `at` of it on.
fn damage(path: &Path, text: &str, at: usize, with: &[u8]) {
    let mut bytes = std::fs::read(path).unwrap();
    // A long text goes on in other pages: its beginning lies together.
    let needle = &text.as_bytes()[..text.len().min(90)];
    let found: Vec<usize> =
        (0..bytes.len() - needle.len()).filter(|start| bytes[*start..].starts_with(needle)).collect();
    assert!(!found.is_empty(), "{text} lies nowhere");
    for start in found {
        bytes[start + at..start + at + with.len()].copy_from_slice(with);
    }
    std::fs::write(path, bytes).unwrap();
}

/// A text of each table, and where its damage must be found.
const TEXTS: [(&str, &str); 12] = [
    ("SELECT body FROM event WHERE seq = 5", "event 5"),
    ("SELECT body FROM event ORDER BY seq DESC LIMIT 1", "last event"),
    ("SELECT digest FROM event WHERE seq = 5", "event 5"),
    ("SELECT body FROM record WHERE key = (2 << 32) + 1", "FB-0001"),
    ("SELECT body FROM record WHERE key = (7 << 32) + 1", "AT-0001"),
    ("SELECT body FROM record WHERE key = (8 << 32) + 4", "PN-0004"),
    ("SELECT body FROM signature WHERE number = 1", "signature 1"),
    ("SELECT sha256 FROM blob", "blob 1"),
    ("SELECT uuid FROM product_file", "product_file 1"),
    ("SELECT body FROM draft", "draft 1"),
    ("SELECT machine FROM sign_in_failure", "sign_in_failure 1"),
    (
        "SELECT 'PN-0004' || key FROM credential WHERE person = 'none' UNION SELECT changed_at FROM credential WHERE person = 'PN-0004'",
        "PN-0004",
    ),
];

#[test]
fn a_text_that_is_no_utf8_is_found_in_every_table_and_the_rest_is_checked() {
    for (sql, place) in TEXTS {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        let conn = Connection::open(&path).unwrap();
        let text: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
        drop(conn);
        damage(&path, &text, 4, &[0xFF]);
        found_at(&path, place);
    }
}

#[test]
fn a_text_that_is_no_json_is_found_in_every_table_and_the_rest_is_checked() {
    for (sql, place) in TEXTS.into_iter().filter(|(sql, _)| sql.starts_with("SELECT body")) {
        for (at, with) in [(0, &b"["[..]), (1, b"x"), (5, &[0]), (3, b"\n")] {
            let folder = tempfile::tempdir().unwrap();
            let path = file(folder.path());
            let conn = Connection::open(&path).unwrap();
            let text: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
            drop(conn);
            damage(&path, &text, at, with);
            found_at(&path, place);
        }
    }
}

/// The damage is found at its place, and everything else was still looked at.
fn found_at(path: &Path, place: &str) {
    let last = format!("event {}", scene().head.0);
    let place = if place == "last event" { &last } else { place };
    let (json, places) = verified(path);
    assert!(places.iter().any(|found| found == place), "{place} is not among {places:?}");
    let conn = Connection::open(path).unwrap();
    for (table, name) in [("event", "events"), ("record", "records"), ("signature", "signatures")] {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(json[name], count, "{name} after damage of {place}");
    }
    assert_eq!(json["attachments"], 1);
}

#[test]
fn commands_that_meet_damage_say_so() {
    let cases = [
        ("SELECT body FROM record WHERE key = (8 << 32) + 4", &["export"][..]),
        ("SELECT body FROM record WHERE key = (2 << 32) + 1", &["list", "show"]),
        ("SELECT body FROM event ORDER BY seq DESC LIMIT 1", &["status", "list", "show", "export"]),
        ("SELECT body FROM event WHERE seq = 2", &["status"]),
    ];
    for (sql, commands) in cases {
        for with in [&b"x"[..], &[0xFF]] {
            let folder = tempfile::tempdir().unwrap();
            let path = file(folder.path());
            let conn = Connection::open(&path).unwrap();
            let text: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
            drop(conn);
            damage(&path, &text, 1, with);
            let (path, out) = (path.to_str().unwrap(), folder.path().join("out.json"));
            for command in commands {
                let more: &[&str] = match *command {
                    "list" => &["feedback"],
                    "show" => &["FB-0001"],
                    "export" => &["--out", out.to_str().unwrap()],
                    _ => &[],
                };
                let (code, said, words) = said(&[&[*command, path], more].concat());
                assert_eq!(code, 4, "{command} after damage of {sql}: {said} {words}");
                assert!(words.contains("damaged") && words.contains("open a backup"), "{words}");
            }
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_told_or_changes_nothing_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let whole = std::fs::read(&path).unwrap();
    let mut found = 0;
    // Places all over the file where something is written, the same in every run; the first hundred bytes say what the file is.
    let written: Vec<usize> = (100..whole.len()).filter(|at| whole[*at] != 0).collect();
    for turn in 0..72_usize {
        let mut bytes = whole.clone();
        let at = written[turn * 7_919_017 % written.len()];
        bytes[at] ^= 1 << (turn % 8);
        std::fs::write(&path, bytes).unwrap();
        let verification = ProductFile::verify(&path, Some(scene().head.clone()), &|_| true)
            .unwrap_or_else(|error| panic!("bit {} of byte {at}: {error}", turn % 8));
        found += usize::from(!verification.findings.is_empty());
    }
    assert!((20..72).contains(&found), "{found} of 72");
}

#[test]
fn a_file_without_events_and_one_without_a_table_are_told() {
    let forger = Forger::unguarded();
    forger.run("DELETE FROM event");
    let found = forger.verify(None);
    assert!(found.iter().any(|finding| finding.place == "event 1" && finding.what.contains("is not there")));
    for table in
        ["event", "record", "signature", "touch", "link", "credential", "blob", "draft", "signing_key"]
    {
        let forger = Forger::new();
        forger.run(&format!("PRAGMA foreign_keys = OFF; DROP TABLE {table}"));
        let (_, places) = verified(&forger.path);
        assert!(places.contains(&"database".to_owned()), "{table}: {places:?}");
    }
}
