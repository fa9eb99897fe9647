//! Upgrading an older file: a verified copy first, all or nothing, and whatever a killed upgrade leaves is told.
//!
//! There is only one version of the schema, so an older one is made up here: without an index and a trigger, and with a table more.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mainstay::domain::ids::Kind;
use mainstay::domain::time::Moment;
use mainstay::ops::{
    FileState, Leftover, Opened, Password, ProductFile, Refused, Request, Step, Steps, Upgraded, WhyReadOnly,
};
use rusqlite::Connection;
use serde_json::json;

use crate::desk::{Desk, PASSWORD, fields, stamp};

const V1: &str = include_str!("../../crates/core/src/store/schema/v1.sql");
const KILLS: u32 = 50;
const CHILD: &str = "MAINSTAY_TEST_UPGRADE_FILE";

/// The statement of the schema that begins so.
fn statement(begins: &str) -> &'static str {
    let at = V1.find(begins).unwrap();
    V1[at..].lines().next().unwrap()
}

fn index() -> &'static str {
    statement("CREATE INDEX event_by_actor")
}

fn trigger() -> &'static str {
    statement("CREATE TRIGGER blob_fixed")
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn v0() -> &'static str {
    static V0: OnceLock<&str> = OnceLock::new();
    V0.get_or_init(|| {
        leaked(format!(
            "{}\nCREATE TABLE remark (words TEXT) STRICT;",
            V1.replace(index(), "").replace(trigger(), "")
        ))
    })
}

fn steps_by(sql: String) -> Steps {
    Steps::of(Box::leak(Box::new([Step { from: 0, schema: v0(), sql: leaked(sql) }])))
}

/// The step from the made-up version 0 to version 1.
pub fn steps() -> Steps {
    static STEPS: OnceLock<Steps> = OnceLock::new();
    *STEPS.get_or_init(|| steps_by(format!("DROP TABLE remark; {} {}", index(), trigger())))
}

/// Makes a file of version 1 one of version 0.
pub fn take_back(path: &Path) {
    let sql = "DROP INDEX event_by_actor; DROP TRIGGER blob_fixed; CREATE TABLE remark (words TEXT) STRICT; PRAGMA user_version = 0";
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dumps/v0.mainstay")
}

fn now() -> Moment {
    Moment::parse("2031-03-04T09:00:00Z").unwrap()
}

/// The kept file of version 0, in a folder of its own.
fn older() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pump.mainstay");
    std::fs::copy(kept(), &path).unwrap();
    (folder, path)
}

fn upgrade(path: &Path, steps: Steps) -> Result<Upgraded, Result<FileState, Refused>> {
    ProductFile::upgrade(path, steps, &stamp(now()), &|_, _| true)
}

fn refusal(path: &Path, steps: Steps) -> String {
    match upgrade(path, steps).unwrap_err() {
        Err(refusal) => refusal.to_string(),
        Ok(found) => panic!("{found:?}"),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Everything of the schema: type, name and text.
fn schema_of(path: &Path) -> Vec<(String, String, Option<String>)> {
    let conn = Connection::open(path).unwrap();
    let mut statement =
        conn.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn open(path: &Path) -> Opened {
    ProductFile::open(path, &stamp(now())).unwrap()
}

fn opened(path: &Path) -> ProductFile {
    match open(path) {
        Opened::Open(file) => *file,
        Opened::Not(found) => panic!("{found:?}"),
    }
}

fn assert_verifies(path: &Path) {
    let verification = ProductFile::verify_by(path, steps()).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
}

/// Set `UPDATE_EXPECTED` to make the kept file of version 0 anew from that of version 1.
#[test]
fn a_kept_file_of_version_0_verifies_by_the_schema_of_its_own_version() {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v0.mainstay");
        std::fs::copy(kept().with_file_name("v1.mainstay"), &path).unwrap();
        take_back(&path);
        std::fs::copy(&path, kept()).unwrap();
    }
    let (_folder, path) = older();
    assert_verifies(&path);
    let unknown = ProductFile::verify_by(&path, Steps::RELEASED).unwrap_err().to_string();
    assert!(unknown.contains("schema 0 is not known"), "{unknown}");
}

#[test]
fn an_upgraded_file_has_the_schema_of_a_fresh_one_verifies_and_is_worked_in() {
    let (folder, path) = older();
    let before = std::fs::read(&path).unwrap();
    let shares = std::sync::Mutex::new(Vec::new());
    let report = |_: &'static str, share: f32| {
        shares.lock().unwrap().push(share);
        true
    };
    let done = ProductFile::upgrade(&path, steps(), &stamp(now()), &report).unwrap();
    assert_eq!((done.from, done.to, done.took_back_a_write), (0, 1, false));
    assert!(shares.into_inner().unwrap().is_sorted(), "the work goes on and never back");
    assert_eq!(done.copy, folder.path().join("pump.mainstay.before-upgrade-20310304T090000Z.mainstay"));
    assert_eq!(names(folder.path()).len(), 2, "the file and the copy, and nothing else");
    let fresh = Desk::new();
    assert_eq!(schema_of(&path), schema_of(fresh.file.path()));

    // The copy is the file as it was.
    assert_verifies(&done.copy);
    assert!(matches!(open(&done.copy), Opened::Not(FileState::NeedsUpgrade { version: 0 })));
    assert_eq!(std::fs::read(&path).unwrap().len() % 4096, 0);
    assert_ne!(std::fs::read(&path).unwrap(), before);

    let mut file = opened(&path);
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let set = fields(json!({"title": "After the upgrade"}));
    file.perform(
        &ana,
        Request::Create { kind: Kind::Feedback, parent: None, set }.into(),
        None,
        &stamp(now()),
    )
    .unwrap();
    let verification = ProductFile::verify(&path, Some(done.verified.head), &|_| true).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
    assert!(
        matches!(upgrade(&path, steps()).unwrap_err(), Ok(FileState::Locked(_))),
        "somebody writes to it"
    );
    drop(file);
    assert_eq!(upgrade(&path, steps()).unwrap_err().unwrap(), FileState::Ready);
}

#[test]
fn an_older_file_is_not_written_to_before_and_is_read_as_it_is() {
    let (folder, path) = older();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(open(&path), Opened::Not(FileState::NeedsUpgrade { version: 0 })));
    let Opened::Open(mut file) = ProductFile::open_older_to_read(&path).unwrap() else {
        panic!("not opened")
    };
    assert_eq!(file.why_read_only(), Some(&WhyReadOnly::Older(0)));
    assert_eq!(file.record("FB-0001".parse().unwrap()).unwrap().title(), "Alarm is late on battery");
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let set = fields(json!({"title": "Not to be"}));
    let create = Request::Create { kind: Kind::Feedback, parent: None, set };
    assert!(file.perform(&ana, create.into(), None, &stamp(now())).is_err());
    assert!(!file.take_over(&stamp(now())).unwrap());
    drop(file);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), ["pump.mainstay"]);
}

#[test]
fn a_file_of_a_newer_program_and_one_of_unknown_rules_are_named_and_left_alone() {
    for (sql, wanted) in [
        ("PRAGMA user_version = 7", FileState::Newer { version: 7 }),
        (
            "DROP TRIGGER event_fixed;
             UPDATE event SET body = json_set(body, '$.rules', 99) WHERE seq = (SELECT max(seq) FROM event)",
            FileState::NewerRules { rules: 99 },
        ),
    ] {
        let (folder, path) = older();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert_eq!(upgrade(&path, steps()).unwrap_err().unwrap(), wanted);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(names(folder.path()), ["pump.mainstay"]);
    }
    let (folder, path) = older();
    std::fs::write(&path, "no product file").unwrap();
    assert!(matches!(upgrade(&path, steps()).unwrap_err(), Ok(FileState::NotOurs { .. })));
    assert_eq!(names(folder.path()), ["pump.mainstay"]);
}

#[test]
fn an_upgrade_that_cannot_be_made_leaves_the_file_as_it_was_and_no_copy() {
    for (steps, words) in [
        (Steps::RELEASED, "no way is known from version 0"),
        (steps_by(index().to_owned()), "did not produce the schema"),
        (
            steps_by(format!("DROP TABLE remark; {} {} CREATE TABLE event (x)", index(), trigger())),
            "could not be read or written",
        ),
        (
            steps_by(format!("DROP TABLE remark; {} {} DROP INDEX event_by_actor", index(), trigger())),
            "did not produce the schema",
        ),
    ] {
        let (folder, path) = older();
        let before = std::fs::read(&path).unwrap();
        let said = refusal(&path, steps);
        assert!(said.contains(words), "{said}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(names(folder.path()), ["pump.mainstay"]);
    }
}

#[test]
fn a_step_that_breaks_what_was_recorded_is_undone_from_the_copy() {
    let (_folder, path) = older();
    let harm = "UPDATE product_file SET uuid = 'another';";
    let said = refusal(&path, steps_by(format!("DROP TABLE remark; {} {} {harm}", index(), trigger())));
    assert!(said.contains("put back as it was"), "{said}");
    assert!(matches!(open(&path), Opened::Not(FileState::NeedsUpgrade { version: 0 })));
    assert_verifies(&path);
}

#[test]
fn a_file_that_does_not_verify_is_not_upgraded() {
    let (folder, path) = older();
    Connection::open(&path).unwrap().execute_batch("UPDATE product_file SET uuid = 'a'").unwrap();
    let before = std::fs::read(&path).unwrap();
    let said = refusal(&path, steps());
    assert!(said.contains("does not match its own record") && said.contains("identity"), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), ["pump.mainstay"]);
}

#[test]
fn an_upgrade_that_is_cancelled_at_any_moment_leaves_the_file_as_it_was() {
    let (mut cancelled, mut done) = (0, 0);
    for turn in 0..60 {
        let (folder, path) = older();
        let before = std::fs::read(&path).unwrap();
        let asked = AtomicU32::new(0);
        let report = |_: &'static str, _: f32| asked.fetch_add(1, Ordering::Relaxed) < turn;
        match ProductFile::upgrade(&path, steps(), &stamp(now()), &report) {
            Ok(_) => done += 1,
            Err(Err(refusal)) => {
                assert!(refusal.to_string().contains("cancelled"), "{refusal}");
                assert_eq!(std::fs::read(&path).unwrap(), before, "turn {turn}");
                assert_eq!(names(folder.path()), ["pump.mainstay"], "turn {turn}");
                cancelled += 1;
            }
            Err(Ok(found)) => panic!("{found:?}"),
        }
        if done == 2 {
            break;
        }
    }
    assert!(cancelled > 2 && done > 0, "{cancelled} cancelled, {done} done");
}

#[test]
fn a_copy_never_replaces_what_lies_there() {
    let (folder, path) = older();
    let there = folder.path().join("pump.mainstay.before-upgrade-20310304T090000Z.mainstay");
    std::fs::write(&there, "of an earlier attempt").unwrap();
    let done = upgrade(&path, steps()).unwrap();
    assert_eq!(std::fs::read(&there).unwrap(), b"of an earlier attempt");
    assert_eq!(done.copy, folder.path().join("pump.mainstay.before-upgrade-20310304T090000Z-2.mainstay"));
}

#[test]
fn what_was_left_is_told_and_removed_and_what_is_not_ours_stays() {
    let (folder, path) = older();
    let part = folder.path().join("copy.mainstay.12345678.mainstay-part");
    let copy = folder.path().join("pump.mainstay.before-upgrade-20310101T000000Z.mainstay");
    let strange =
        ["pump.mainstay.part", "other.mainstay.before-upgrade-1.mainstay", "pump.mainstay-journal.txt"];
    for name in strange.iter().map(|name| folder.path().join(name)).chain([part.clone(), copy.clone()]) {
        std::fs::write(name, "").unwrap();
    }
    let left = ProductFile::leftovers(&path);
    assert_eq!(left, [Leftover::Unfinished(part), Leftover::BeforeUpgrade(copy)]);
    let pretended = Leftover::Unfinished(folder.path().join("pump.mainstay"));
    let mut asked = left;
    asked.push(pretended);
    assert!(ProductFile::remove_leftovers(&path, &asked).is_empty());
    assert!(ProductFile::leftovers(&path).is_empty());
    assert!(path.exists(), "only what is left is removed");
    assert!(strange.iter().all(|name| folder.path().join(name).exists()));
}

/// Not a test of its own: what the killed process does, when the variable names a file.
#[test]
fn an_upgrade_to_be_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let steps = steps();
    let mut out = std::io::stdout();
    writeln!(out, "begins").unwrap();
    out.flush().unwrap();
    upgrade(Path::new(&path), steps).unwrap();
    writeln!(out, "ends").unwrap();
    out.flush().unwrap();
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["upgrade::an_upgrade_to_be_killed", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts an upgrade and waits until it has begun.
fn begun(path: &Path) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = spawn(path);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("begins") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the upgrade did not begin");
    }
    (child, output)
}

#[test]
fn an_upgrade_killed_at_fifty_points_leaves_the_old_file_or_the_new_one() {
    let whole = {
        let (_folder, path) = older();
        let (mut child, _output) = begun(&path);
        let started = Instant::now();
        assert!(child.wait().unwrap().success());
        started.elapsed()
    };
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut old, mut new, mut left_something) = (0, 0, 0);
    for kill in 1..=KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (folder, path) = older();
        let (mut child, _output) = begun(&path);
        std::thread::sleep(Duration::from_micros(random % u64::try_from(whole.as_micros()).unwrap().max(1)));
        child.kill().unwrap();
        child.wait().unwrap();

        let left = ProductFile::leftovers(&path);
        for name in names(folder.path()) {
            let told = left.iter().any(|leftover| leftover.path().ends_with(&name));
            let own =
                ["pump.mainstay", "pump.mainstay.lock", "pump.mainstay-journal"].contains(&name.as_str());
            assert!(told || own, "kill {kill}: {name} is not told");
        }
        left_something += u32::from(!left.is_empty());
        for leftover in &left {
            if let Leftover::BeforeUpgrade(copy) = leftover {
                assert_verifies(copy);
            }
        }
        let interrupted = folder.path().join("pump.mainstay-journal").exists();
        match open(&path) {
            Opened::Open(file) => {
                assert!(file.why_read_only().is_none(), "kill {kill}: {:?}", file.why_read_only());
                new += 1;
            }
            Opened::Not(FileState::NeedsUpgrade { version: 0 }) => {
                old += 1;
                if !interrupted {
                    assert_verifies(&path);
                }
                upgrade(&path, steps()).unwrap();
            }
            Opened::Not(found) => panic!("kill {kill}: {found:?}"),
        }
        assert!(!folder.path().join("pump.mainstay-journal").exists(), "kill {kill}");
        let verification = ProductFile::verify(&path, None, &|_| true).unwrap();
        assert!(verification.findings.is_empty(), "kill {kill}: {:#?}", verification.findings);
        assert!(ProductFile::remove_leftovers(&path, &ProductFile::leftovers(&path)).is_empty());
        assert_eq!(names(folder.path()), ["pump.mainstay"], "kill {kill}");
    }
    println!("{KILLS} kills: {old} old, {new} new, {left_something} left something");
    assert!(old > 0 && left_something > 0, "the kills came in the middle");
}
