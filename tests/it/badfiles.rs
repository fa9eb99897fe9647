//! Files that are not what they should be, disks that are full, and other programs that write: nothing panics, nothing is
//! overwritten, and the words say what is wrong.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mainstay::domain::ids::Kind;
use mainstay::domain::time::Moment;
use mainstay::ops::{
    FileState, Opened, Password, ProductFile, Refused, Request, Session, Stamp, StoreError, WhyReadOnly,
};
use rusqlite::Connection;
use serde_json::json;

use crate::desk::{Desk, PASSWORD, fields, stamp};

fn now() -> Moment {
    Moment::parse("2031-03-03T12:00:00Z").unwrap()
}

/// A closed file with some content, in a folder of its own.
fn closed() -> (tempfile::TempDir, PathBuf) {
    let mut desk = Desk::new();
    for turn in 0..20 {
        desk.create(
            "ana",
            Kind::Feedback,
            json!({"title": format!("Report {turn}"), "description_verbatim": "words ".repeat(200)}),
        );
    }
    let path = desk.file.path().to_owned();
    let Desk { folder, file, .. } = desk;
    drop(file);
    (folder, path)
}

fn open(path: &Path) -> Result<Opened, Refused> {
    ProductFile::open(path, &stamp(now()))
}

fn opened(path: &Path) -> ProductFile {
    match open(path).unwrap() {
        Opened::Open(file) => *file,
        Opened::Not(found) => panic!("{found:?}"),
    }
}

fn not(path: &Path) -> FileState {
    match open(path).unwrap() {
        Opened::Open(file) => panic!("opened, {:?}", file.why_read_only()),
        Opened::Not(found) => found,
    }
}

fn report(file: &mut ProductFile, session: &Session) -> Result<u64, Refused> {
    let set = fields(json!({"title": "A report", "description_verbatim": "words ".repeat(2000)}));
    file.perform(
        session,
        Request::Create { kind: Kind::Feedback, parent: None, set }.into(),
        None,
        &stamp(now()),
    )
    .map(|receipt| receipt.seq)
}

#[test]
fn what_is_no_product_file_is_refused_by_name_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cases = [
        (make("empty.mainstay", b""), "an empty file"),
        (make("letter.mainstay", b"Dear all"), "not a database"),
        (make("paper.mainstay", b"%PDF-1.7"), "a PDF file"),
        (make("table.mainstay", b"PK\x03\x04"), "a ZIP or Office file"),
        (make("short.mainstay", b"SQLite format 3\0abc"), "the first bytes of a database that was cut short"),
    ];
    for (path, what) in cases {
        let before = std::fs::read(&path).unwrap();
        assert_eq!(not(&path), FileState::NotOurs { what: what.to_owned() });
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert_eq!(
        not(&foreign),
        FileState::NotOurs { what: "an SQLite database of another program".to_owned() }
    );
    assert_eq!(not(folder.path()), FileState::NotReadable { why: "it is a folder".to_owned() });
    let missing = folder.path().join("missing.mainstay");
    assert_eq!(not(&missing), FileState::NotReadable { why: "there is no such file".to_owned() });
    assert!(!missing.exists(), "opening makes no file");
}

#[test]
fn a_file_of_a_later_program_is_named_as_such_and_not_touched() {
    let (_folder, path) = closed();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 900").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(not(&path), FileState::Newer { version: 900 });
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_calls_itself_ours_without_our_tables_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mainstay");
    let sql = format!("CREATE TABLE a (b); PRAGMA application_id = {}; PRAGMA user_version = 1", 0x4D53_5459);
    Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
    assert!(matches!(not(&path), FileState::Damaged { what } if what.contains("missing")));
}

#[test]
fn a_file_that_was_cut_short_is_told_and_never_written() {
    let (folder, path) = closed();
    let whole = std::fs::read(&path).unwrap();
    for length in [50, 100, 4000, 4096, 8192, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        let cut = folder.path().join(format!("cut{length}.mainstay"));
        std::fs::write(&cut, &whole[..length]).unwrap();
        match open(&cut) {
            Ok(Opened::Open(file)) => {
                assert!(
                    matches!(file.why_read_only(), Some(WhyReadOnly::Damaged(what)) if what.contains("cut short")),
                    "{length}"
                );
            }
            Ok(Opened::Not(FileState::Damaged { what })) => {
                assert!(what.contains("cut short"), "{length}: {what}");
            }
            Ok(Opened::Not(FileState::NotOurs { .. })) => assert!(length < 100),
            Ok(Opened::Not(found)) => panic!("{length}: {found:?}"),
            Err(refusal) => panic!("{length}: {refusal}"),
        }
        assert_eq!(std::fs::read(&cut).unwrap(), &whole[..length], "{length}: nothing was written");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused_or_found_and_never_written_back() {
    let (folder, path) = closed();
    let whole = std::fs::read(&path).unwrap();
    let file = folder.path().join("flipped.mainstay");
    // Most of a small file is free space, where a flipped bit means nothing.
    let written: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut refused, mut found, mut harmless) = (0, 0, 0);
    for turn in 0..150usize {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let at = match turn {
            0..40 => turn * 3,
            _ => written[usize::try_from(random % written.len() as u64).unwrap()],
        };
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (turn % 8);
        std::fs::write(&file, &bytes).unwrap();
        match open(&file) {
            Ok(Opened::Open(open)) => drop(open),
            Ok(Opened::Not(_)) | Err(_) => {
                refused += 1;
                assert_eq!(std::fs::read(&file).unwrap(), bytes, "byte {at}: a refused file was written");
                continue;
            }
        }
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "byte {at}: opening wrote to the file");
        match ProductFile::verify(&file, None, &|_| true) {
            Ok(verification) if verification.findings.is_empty() => {
                harmless += 1;
                assert!(means_nothing(&whole, &file), "byte {at} was flipped and nothing noticed");
            }
            Ok(_) | Err(_) => found += 1,
        }
    }
    println!("{refused} refused, {found} found, {harmless} where nothing is stored or nothing rests on it");
    assert!(found > 20, "{found}");
}

/// Whether everything that is evidence reads the same in both files: the flipped byte lay in free space, in a header
/// counter, or in what is derived or no evidence.
fn means_nothing(whole: &[u8], flipped: &Path) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("whole.mainstay");
    std::fs::write(&other, whole).unwrap();
    let read = |path: &Path| -> rusqlite::Result<Vec<String>> {
        let conn = Connection::open(path)?;
        let mut lines = Vec::new();
        let tables = ["product_file", "event", "touch", "signing_key", "signature", "blob", "link", "record"];
        for table in tables {
            let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    lines.push(format!("{:?}", row.get_ref(column)?));
                }
            }
        }
        Ok(lines)
    };
    let mut whole = read(&other).unwrap();
    let mut now = read(flipped).unwrap();
    // When and with what the file was made is told by its first event; this row repeats it.
    whole.drain(2..4);
    now.drain(2..4);
    whole == now
}

#[test]
fn a_file_that_cannot_be_written_opens_for_reading() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = closed();
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&path, 0o444);
    mode(folder.path(), 0o555);
    if std::fs::write(folder.path().join("probe"), b"").is_ok() {
        let _ = writeln!(std::io::stderr(), "skipped: {}: this account may write everywhere", module_path!());
        mode(folder.path(), 0o755);
        return;
    }
    let file = opened(&path);
    assert_eq!(file.why_read_only(), Some(&WhyReadOnly::NotWritable));
    mode(folder.path(), 0o755);
}

#[test]
fn a_second_opener_reads_names_the_writer_follows_and_takes_over() {
    let (_folder, path) = closed();
    let mut writer = opened(&path);
    let ana = writer.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    writer.name_writer(&ana, &stamp(now()));
    let mut reader = opened(&path);
    let Some(WhyReadOnly::Locked(Some(holder))) = reader.why_read_only() else {
        panic!("{:?}", reader.why_read_only())
    };
    assert_eq!((holder.person.as_str(), holder.machine.as_str()), ("Ana Example", "QA-PC2"));
    let bob = reader.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let refusal = report(&mut reader, &bob).unwrap_err();
    assert!(matches!(refusal, Refused::Store(StoreError::ReadOnly)), "{refusal}");
    let started = Instant::now();
    let seq = report(&mut writer, &ana).unwrap();
    while !reader.refresh().unwrap() {
        assert!(started.elapsed() < Duration::from_secs(2), "the reader does not follow");
    }
    assert_eq!(reader.head().seq, seq);
    assert!(!reader.take_over(&stamp(now())).unwrap());
    drop(writer);
    assert!(reader.take_over(&stamp(now())).unwrap());
    assert_eq!(report(&mut reader, &bob).unwrap(), seq + 1);
}

#[test]
fn who_waits_to_write_is_told_in_the_order_of_asking_and_only_while_they_wait() {
    let (folder, path) = closed();
    let mut writer = opened(&path);
    let ana = writer.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let reader = opened(&path);
    let at = |seconds: i64, machine: &str| Stamp::at(now().plus_seconds(seconds), 60, machine);
    let second = reader.ask_to_write(&ana, &at(20, "QA-PC4")).unwrap();
    let first = reader.ask_to_write(&ana, &at(10, "QA-PC3")).unwrap();
    let refusal = reader.ask_to_write(&ana, &at(30, "QA-PC3")).unwrap_err().to_string();
    assert!(refusal.contains("in another window of this machine"), "{refusal}");
    let machines = || writer.who_waits().iter().map(|one| one.who.machine.clone()).collect::<Vec<_>>();
    assert_eq!(machines(), ["QA-PC3", "QA-PC4"]);
    assert!(first.before(&writer.who_waits()).is_empty());
    assert_eq!(second.before(&writer.who_waits()).len(), 1);
    // What a killed program left, and what is no note, asks for nothing.
    let left =
        folder.path().join(format!("{}.asks-000000000000", path.file_name().unwrap().to_str().unwrap()));
    std::fs::write(&left, r#"{"person":"Nobody","machine":"QA-PC9","since":"2026-11-22T08:00:00Z"}"#)
        .unwrap();
    let planted =
        folder.path().join(format!("{}.asks-111111111111", path.file_name().unwrap().to_str().unwrap()));
    std::fs::create_dir(&planted).unwrap();
    assert_eq!(machines(), ["QA-PC3", "QA-PC4"]);
    assert!(!left.exists() && planted.exists());
    drop(first);
    assert_eq!(machines(), ["QA-PC4"]);
    drop(second);
    assert_eq!(machines(), Vec::<String>::new());
}

#[test]
fn a_writer_who_lets_others_write_reads_on() {
    let (_folder, path) = closed();
    let mut writer = opened(&path);
    let ana = writer.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let seq = report(&mut writer, &ana).unwrap();
    let mut reader = opened(&path);
    let bob = reader.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    assert!(!reader.take_over(&stamp(now())).unwrap());
    reader.let_others_write().unwrap();
    assert!(matches!(reader.why_read_only(), Some(WhyReadOnly::Locked(_))), "a reader stays as it is");
    writer.let_others_write().unwrap();
    assert!(matches!(report(&mut writer, &ana).unwrap_err(), Refused::Store(StoreError::ReadOnly)));
    assert!(reader.take_over(&stamp(now())).unwrap());
    assert_eq!(report(&mut reader, &bob).unwrap(), seq + 1);
    assert!(writer.refresh().unwrap());
    assert_eq!(writer.head().seq, seq + 1);
}

#[test]
fn the_lock_that_a_crash_left_does_not_lock_anybody_out() {
    let (_folder, path) = closed();
    let lock = PathBuf::from(format!("{}.lock", path.display()));
    std::fs::write(&lock, r#"{"person":"Zed","machine":"OLD-PC","since":"2031-03-03T08:00:00Z"}"#).unwrap();
    let file = opened(&path);
    assert!(file.why_read_only().is_none());
    assert_eq!(file.writer().unwrap().machine, "QA-PC2");
    std::fs::write(&lock, b"\xff\xfe no words at all").unwrap();
    assert!(file.writer().is_none(), "what cannot be read names nobody");
}

#[test]
fn a_file_replaced_or_written_underneath_is_noticed_before_the_next_write() {
    type Change = fn(&Path, &Path);
    let changes: [(&str, Change); 3] = [
        ("a copy put over it", |path, older| {
            std::fs::copy(older, path).unwrap();
        }),
        ("another file renamed to it", |path, older| std::fs::rename(older, path).unwrap()),
        ("a write by another program", |path, _| {
            let conn = Connection::open(path).unwrap();
            conn.execute_batch(
                "INSERT INTO sign_in_failure (person, at, machine) VALUES ('PN-0001', 'x', 'y')",
            )
            .unwrap();
        }),
    ];
    for (what, change) in changes {
        let (folder, path) = closed();
        let older = folder.path().join("older.mainstay");
        std::fs::copy(&path, &older).unwrap();
        let mut file = opened(&path);
        let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
        report(&mut file, &ana).unwrap();
        change(&path, &older);
        let before = std::fs::read(&path).unwrap();
        let refusal = report(&mut file, &ana).unwrap_err();
        assert!(matches!(refusal, Refused::Store(StoreError::ChangedUnderneath(_))), "{what}: {refusal}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "{what}: something was written");
    }
}

#[test]
fn a_writer_that_looks_again_does_not_forget_that_the_file_was_replaced() {
    let (folder, path) = closed();
    let older = folder.path().join("older.mainstay");
    std::fs::copy(&path, &older).unwrap();
    let mut file = opened(&path);
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let mut reader = opened(&path);
    report(&mut file, &ana).unwrap();
    assert!(!file.refresh().unwrap());
    assert!(reader.refresh().unwrap());
    std::fs::rename(&older, &path).unwrap();
    assert!(matches!(file.refresh().unwrap_err(), Refused::Store(StoreError::ChangedUnderneath(_))));
    assert!(matches!(report(&mut file, &ana).unwrap_err(), Refused::Store(StoreError::ChangedUnderneath(_))));
    assert!(reader.refresh().unwrap(), "a reader follows what lies there now");
    assert_eq!(reader.head().seq, file.head().seq - 1);
}

#[test]
fn a_verification_beside_a_writer_finds_nothing_and_the_writer_is_not_refused() {
    let (_folder, path) = closed();
    let mut file = opened(&path);
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let verifier = scope.spawn(|| {
            let mut turns = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let verification = ProductFile::verify(&path, None, &|_| true).unwrap();
                assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
                turns += 1;
            }
            turns
        });
        for _ in 0..60 {
            report(&mut file, &ana).unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(verifier.join().unwrap() > 0);
    });
}

#[test]
fn a_file_removed_underneath_is_noticed_before_the_next_write() {
    let (_folder, path) = closed();
    let mut file = opened(&path);
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(report(&mut file, &ana).unwrap_err().is_failure());
    assert!(!path.exists());
}

#[test]
fn a_disk_that_fills_up_during_a_commit_changes_nothing() {
    let mount = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1400k", "tmpfs"])
        .arg(mount.path())
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        let _ = writeln!(std::io::stderr(), "skipped: {}: no small disk can be mounted here", module_path!());
        return;
    }
    let outcome = std::panic::catch_unwind(|| fill(mount.path()));
    let _ = Command::new("umount").arg("-l").arg(mount.path()).status();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

fn fill(folder: &Path) {
    let (_other, source) = closed();
    let path = folder.join("pump.mainstay");
    std::fs::copy(&source, &path).unwrap();
    let mut file = opened(&path);
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    let refusal = loop {
        let before = file.head().clone();
        match report(&mut file, &ana) {
            Ok(_) => {}
            Err(refusal) => {
                assert_eq!(*file.head(), before);
                break refusal;
            }
        }
    };
    assert!(matches!(refusal, Refused::Store(StoreError::DiskFull)), "{refusal}");
    let head = file.head().clone();
    assert!(report(&mut file, &ana).is_err(), "still full");
    drop(file);
    let file = opened(&path);
    assert_eq!(*file.head(), head);
    drop(file);
    let roomy = folder.parent().unwrap().join("roomy.mainstay");
    std::fs::copy(&path, &roomy).unwrap();
    let verification = ProductFile::verify(&roomy, None, &|_| true).unwrap();
    std::fs::remove_file(&roomy).unwrap();
    assert!(verification.findings.is_empty(), "{:?}", verification.findings);
}

/// What a writer leaves that was killed in the middle of a write: a file with a hot journal, and its name in the lock.
fn killed_in_a_write(path: &std::path::Path) -> PathBuf {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE half (a);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO half SELECT randomblob(500) FROM n;",
    )
    .unwrap();
    let beside = |path: &std::path::Path, more: &str| PathBuf::from(format!("{}{more}", path.display()));
    let killed = path.with_file_name("killed.mainstay");
    std::fs::copy(path, &killed).unwrap();
    std::fs::copy(beside(path, "-journal"), beside(&killed, "-journal")).unwrap();
    let holder = r#"{"person":"Zed","machine":"OLD-PC","since":"2031-03-03T08:00:00Z"}"#;
    std::fs::write(beside(&killed, ".lock"), holder).unwrap();
    conn.execute_batch("ROLLBACK").unwrap();
    killed
}

#[test]
fn a_write_that_was_interrupted_is_taken_back_at_opening_and_locks_nobody_out() {
    let (_folder, path) = closed();
    let killed = killed_in_a_write(&path);
    assert!(ProductFile::open_to_read(&killed).is_err(), "a reader cannot take it back");
    let Opened::Open(mut file) = ProductFile::open_to_sign_in(&killed, &stamp(now())).unwrap() else {
        panic!("not opened")
    };
    assert!(file.took_back_a_write() && file.writer().is_none());
    assert_eq!(file.why_read_only(), Some(&WhyReadOnly::NotSignedIn));
    let ana = file.sign_in_to_write("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    assert_eq!(file.writer().unwrap().person, "Ana Example");
    report(&mut file, &ana).unwrap();
}

#[test]
fn the_name_that_a_killed_writer_left_in_the_lock_keeps_nobody_out() {
    let (_folder, path) = closed();
    let lock = PathBuf::from(format!("{}.lock", path.display()));
    std::fs::write(&lock, r#"{"person":"Zed","machine":"OLD-PC","since":"2031-03-03T08:00:00Z"}"#).unwrap();
    let Opened::Open(mut file) = ProductFile::open_to_sign_in(&path, &stamp(now())).unwrap() else {
        panic!("not opened")
    };
    assert!(file.writer().is_none(), "nobody holds it");
    file.sign_in_to_write("ana", &Password::new(PASSWORD), &stamp(now())).unwrap();
    assert!(file.why_read_only().is_none());
}

#[cfg(unix)]
#[test]
fn a_file_with_an_interrupted_write_in_a_folder_that_cannot_be_written_is_verified_in_a_copy() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = closed();
    let killed = killed_in_a_write(&path);
    std::fs::remove_file(format!("{}.lock", killed.display())).unwrap();
    let mode = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let (before, bytes) = (names(), std::fs::read(&killed).unwrap());
    let verify = |more: &[&str]| {
        let output = crate::desk::program().arg("verify").arg(&killed).args(more).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let (code, _, err) = verify(&[]);
    assert!(code == 1 && err.contains("verify --copy"), "{code} {err}");
    let (code, out, err) = verify(&["--copy"]);
    assert!(code == 0 && out.contains("Everything matches"), "{code} {out} {err}");
    assert!(err.contains("the last write was interrupted"), "{err}");
    assert_eq!((names(), std::fs::read(&killed).unwrap()), (before, bytes), "nothing is written there");
    mode(0o755);
}
