//! Every released version of the format is kept as a file and still opens.

use std::path::PathBuf;

use mainstay::domain::ids::Kind;
use mainstay::domain::requests::RULES;
use mainstay::domain::time::Moment;
use mainstay::ops::{Opened, Password, ProductFile, Request};
use rusqlite::Connection;
use serde_json::json;

use crate::desk::{Desk, PASSWORD, attach_log, fields, stamp};

fn dump(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dumps").join(name)
}

/// The schema of a file, as SQLite keeps it, without views: they follow the declarations of the kinds.
fn schema_of(path: &std::path::Path) -> String {
    let conn = Connection::open(path).unwrap();
    let sql = "SELECT group_concat(sql || ';', char(10) ORDER BY rowid) || char(10) FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'view' AND name NOT LIKE 'search\\_%' ESCAPE '\\'";
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn small_product() -> Desk {
    let mut desk = Desk::new();
    let set = json!({"title": "Alarm is late on battery", "received_at": desk.now, "channel": "Telephone"});
    let fb = desk.create("ana", Kind::Feedback, set);
    desk.by("ana", attach_log(fb, "time,event\n12:00,alarm\n")).unwrap();
    let policy = Request::Edit { id: "PL-0001".parse().unwrap(), set: fields(json!({"warn_days": 14})) };
    desk.signed("ana", policy).unwrap();
    desk
}

/// Set `UPDATE_EXPECTED` to write the dump of a version that is not released yet. That of a released one stays.
#[test]
fn the_schema_of_version_1_is_the_one_that_was_kept() {
    let desk = small_product();
    let schema = schema_of(desk.file.path());
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::create_dir_all(dump("")).unwrap();
        std::fs::write(dump("v1.sql"), schema).unwrap();
        std::fs::copy(desk.file.path(), dump("v1.mainstay")).unwrap();
        return;
    }
    assert!(
        schema == std::fs::read_to_string(dump("v1.sql")).unwrap(),
        "the schema differs from tests/dumps/v1.sql"
    );
}

#[test]
fn a_file_of_version_1_opens_verifies_and_is_worked_in() {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v1.mainstay");
    std::fs::copy(dump("v1.mainstay"), &path).unwrap();
    let now = Moment::parse("2031-03-04T09:00:00Z").unwrap();
    let Opened::Open(mut file) = ProductFile::open(&path, &stamp(now)).unwrap() else { panic!("not opened") };
    assert!(file.why_read_only().is_none());
    assert_eq!(file.record("FB-0001".parse().unwrap()).unwrap().title(), "Alarm is late on battery");
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(now)).unwrap();
    let set = fields(json!({"title": "A later report"}));
    file.perform(&ana, Request::Create { kind: Kind::Feedback, parent: None, set }.into(), None, &stamp(now))
        .unwrap();
    let verification = ProductFile::verify(&path, None, &|_| true).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
    assert_eq!((verification.signatures, verification.attachments), (1, 1));
}

/// Everything that the present rule set allows, in a file that is kept. Set `UPDATE_EXPECTED` to make it anew as long as the rule
/// set is not released.
#[test]
fn a_file_of_every_rule_set_is_kept_and_verifies() {
    let name = |rules: u32| dump(&format!("rules-{rules}.mainstay"));
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let walked = crate::coverage::walked_file();
        std::fs::copy(walked.file.path(), name(RULES)).unwrap();
        return;
    }
    for rules in 1..=RULES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.mainstay");
        std::fs::copy(name(rules), &path).unwrap();
        let verification = ProductFile::verify(&path, None, &|_| true).unwrap();
        assert!(verification.findings.is_empty(), "rule set {rules}: {:#?}", verification.findings);
        let conn = Connection::open(&path).unwrap();
        let sql = "SELECT count(DISTINCT request), max(body ->> 'rules') FROM event";
        let (requests, last): (u32, u32) =
            conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert!(requests > 60, "rule set {rules}: only {requests} requests");
        assert_eq!(last, rules);
    }
}
