//! `mainstay publish` between a file and a database that do not fit each other, or of which one lies.

use mainstay::domain::canonical;
use mainstay::domain::ids::Kind;
use mainstay::ops::{ProductFile, mirror};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::forger::Forger;
use crate::postgres::{Database, database};
use crate::publish::{assert_same_views, example, feedback, published, refused, run, verified};

/// A file in which something was changed past the program.
pub fn forged(change: &str) -> Forger {
    let mut forger = Forger::unguarded();
    forger.run(change);
    forger.put_triggers_back();
    forger
}

#[test]
fn nothing_of_a_file_that_contradicts_itself_is_published() {
    let Some(database) = database() else { return };
    for (change, expected) in [
        (
            "UPDATE event SET body = json_set(body, '$.machine', 'OTHER') WHERE seq = 3",
            "event 3: its text does not have the digest",
        ),
        (
            "DELETE FROM touch WHERE seq = 5; DELETE FROM event WHERE seq = 5",
            "event 6 stands where event 5 should stand",
        ),
        (
            "UPDATE record SET body = replace(body, 'two minutes', 'two seconds') WHERE id = 'FB-0001'",
            "FB-0001: it is not what event",
        ),
        ("DELETE FROM record WHERE id = 'FB-0001'", "are there"),
        ("DELETE FROM signature WHERE number = 1", "its events name"),
        ("UPDATE product_file SET uuid = 'pump'", "its identity “pump” is not a UUID"),
    ] {
        let forger = forged(change);
        for more in [&["--dry-run"][..], &[]] {
            let (code, out, err) = run(&database.address(), &[&forger.path], more, &[]);
            assert!(code == 4 && out.is_empty() && err.contains(expected), "{change}: {code} {out}{err}");
        }
        assert!(database.is_empty());
    }
}

#[test]
fn a_file_that_says_to_be_another_product_or_has_a_nul_in_a_text_is_refused_with_the_place() {
    let Some(database) = database() else { return };
    let mut another = Forger::unguarded();
    another.run("UPDATE product_file SET uuid = '00000000-0000-4000-8000-000000000000'");
    another.put_triggers_back();
    let mut event = Forger::unguarded();
    let last = event.last();
    let mut body = event.value(&format!("SELECT body FROM event WHERE seq = {last}"));
    body["reason"] = "Left\0the company".into();
    event.set_event(last, &body);
    event.put_triggers_back();
    let mut record = Forger::unguarded();
    let mut body = record.value("SELECT body FROM record WHERE id = 'FB-0001'");
    let before = canonical::digest(canonical::text(&body).as_bytes());
    body["fields"]["title"] = "Alarm\0too late".into();
    let text = canonical::text(&body);
    record.conn.execute("UPDATE record SET body = ?1 WHERE id = 'FB-0001'", [&text]).unwrap();
    let seq =
        record.number(&format!("SELECT max(seq) FROM event WHERE instr(body, '{before}')")).unsigned_abs();
    let event_text = record.text(&format!("SELECT body FROM event WHERE seq = {seq}"));
    let digest = canonical::digest(text.as_bytes());
    let changed: Value = serde_json::from_str(&event_text.replace(&before, &digest)).unwrap();
    record.set_event(seq, &changed);
    record.rehash(seq);
    record.put_triggers_back();
    for (forger, expected) in [
        (&another, "event 1: it is of another product file".to_owned()),
        (&event, format!("event {last}: a text of it has a NUL character (U+0000)")),
        (&record, "FB-0001: a text of it has a NUL character (U+0000)".to_owned()),
    ] {
        let (code, words) = refused(&database, &forger.path, &[]);
        assert!(code == 4 && words.contains(&expected), "{code} {words}");
        assert!(database.is_empty());
    }
}

/// A copy of a database, made anew each time.
fn copy_of(database: &Database) -> Database {
    let copy = Database { cluster: database.cluster, name: format!("{}_copy", database.name) };
    for sql in [
        format!("DROP DATABASE IF EXISTS {}", copy.name),
        format!("CREATE DATABASE {} OWNER publisher TEMPLATE {}", copy.name, database.name),
    ] {
        let (good, words) = database.cluster.psql("postgres", "postgres", &sql);
        assert!(good, "{words}");
    }
    copy
}

/// What was changed in the database, and the words of the recipe.
const CHANGES: [(&str, &str); 15] = [
    (
        "UPDATE mainstay.event SET body = replace(body, 'QA-PC2', 'QA-PC3') WHERE seq = 4",
        "event 4: its text does not have the digest that was recorded",
    ),
    (
        "UPDATE mainstay.event SET body = replace(body, 'QA-PC2', 'QA-PC3'),
         digest = encode(sha256(convert_to(replace(body, 'QA-PC2', 'QA-PC3'), 'UTF8')), 'hex') WHERE seq = 4",
        "event 5: does not continue the event before it",
    ),
    ("DELETE FROM mainstay.event WHERE seq = 5", "event 6: stands where event 5 should stand"),
    (
        "UPDATE mainstay.event SET seq = -5 WHERE seq = 5; UPDATE mainstay.event SET seq = 5 WHERE seq = 6;
         UPDATE mainstay.event SET seq = 6 WHERE seq = -5",
        "event 5: its text has another number",
    ),
    (
        "DELETE FROM mainstay.event WHERE seq = (SELECT max(seq) FROM mainstay.event)",
        "is not the last event, as it should be",
    ),
    (
        "UPDATE mainstay.record SET body = replace(body, 'Alarm', 'Blarm') WHERE id = 'FB-0001'",
        "FB-0001: is not what its last event says",
    ),
    ("DELETE FROM mainstay.record WHERE id = 'FB-0001'", "FB-0001: is not there"),
    (
        "INSERT INTO mainstay.record (product, key, body)
         SELECT product, key + 8, replace(body, 'FB-0001', 'FB-0009') FROM mainstay.record WHERE id = 'FB-0001'",
        "FB-0009: no event made it",
    ),
    (
        "UPDATE mainstay.record SET key = key + 8 WHERE id = 'FB-0001'",
        "FB-0001: a column says something else than its text",
    ),
    (
        "ALTER TABLE mainstay.record ALTER state DROP EXPRESSION;
         UPDATE mainstay.record SET state = 'closed' WHERE id = 'FB-0001'",
        "FB-0001: a column says something else than its text",
    ),
    (
        "UPDATE mainstay.signature SET body = replace(body, '\"printed_name\":\"', '\"printed_name\":\"X') WHERE number = 2",
        "signature 2: its text does not have the digest that was recorded",
    ),
    ("DELETE FROM mainstay.signature WHERE number = 2", "names a signature that is not there"),
    (
        "UPDATE mainstay.event SET product = '00000000-0000-4000-8000-000000000000';
         UPDATE mainstay.product_file SET product = '00000000-0000-4000-8000-000000000000'",
        "event 1: is of another product file",
    ),
    ("DELETE FROM mainstay.event", "is not the last event, as it should be"),
    ("DELETE FROM mainstay.product_file", "product file: is not there, and rows of it are"),
];

#[test]
fn what_is_changed_in_the_database_is_found_by_the_recipe() {
    let Some(database) = database() else { return };
    let mut desk = Desk::staffed_once();
    desk.by("dan", feedback("Alarm too late")).unwrap();
    published(&database, desk.file.path(), &[]);
    let (good, words) = verified(&database, &[]);
    let head = desk.file.head();
    assert!(good && words.contains(&format!("head {}:{}", head.seq, head.digest)), "{words}");
    for (change, expected) in CHANGES {
        let copy = copy_of(&database);
        copy.admin(change);
        let (good, words) = verified(&copy, &[]);
        assert!(!good && words.contains(expected), "{change}\n{words}");
    }
    let product = desk.file.uuid().unwrap();
    let given = |head: &str| {
        verified(&database, &["-v", &format!("product={product}"), "-v", &format!("head={head}")])
    };
    let (good, words) = given(&format!("{}:{}", head.seq, &head.digest[..16]));
    assert!(good, "{words}");
    for wrong in [format!("{}:00000000", head.seq), format!("{}:{}", head.seq + 1, head.digest)] {
        let (good, words) = given(&wrong);
        assert!(!good && words.contains("is not the given one"), "{words}");
    }
    let (good, words) = verified(&database, &["-v", "product=none"]);
    assert!(!good && words.contains("no product was published"), "{words}");
}

#[test]
fn rows_that_came_or_went_in_the_database_are_told_by_the_next_publish_and_replaced_only_on_request() {
    let Some(database) = database() else { return };
    let mut desk = Desk::staffed_once();
    desk.by("dan", feedback("Alarm too late")).unwrap();
    published(&database, desk.file.path(), &[]);
    let whole = database.everything();
    desk.by("dan", feedback("Alarm too soft")).unwrap();
    for (change, expected) in [
        (
            "DELETE FROM mainstay.event WHERE seq = (SELECT max(seq) FROM mainstay.event)",
            "is the last, and has ",
        ),
        (
            "DELETE FROM mainstay.event WHERE seq = 1; UPDATE mainstay.product_file SET seq = seq - 1",
            "is the last, and has ",
        ),
        (
            "UPDATE mainstay.event SET seq = seq + 1000 WHERE seq = (SELECT max(seq) FROM mainstay.event)",
            "events up to event 1",
        ),
        (
            "UPDATE mainstay.event SET body = replace(body, 'Alarm too late', 'Alarm too soft') WHERE seq = (SELECT max(seq) FROM mainstay.event)",
            "does not have the digest that it says",
        ),
        (
            "UPDATE mainstay.product_file SET digest = repeat('0', 64)",
            "does not have the digest that it says",
        ),
        ("DELETE FROM mainstay.product_file", "it does not say which event of this product is the last"),
        ("DELETE FROM mainstay.product_file; DELETE FROM mainstay.event; DELETE FROM mainstay.record; DELETE FROM mainstay.signature",
            "it does not say which event of this product is the last"),
        ("DELETE FROM mainstay.signature WHERE number = 1", "signatures, and up to the same event the file has"),
        ("DELETE FROM mainstay.signing_key WHERE number = 2", "public keys, and up to the same event the file has"),
        ("DELETE FROM mainstay.record WHERE id = 'FB-0001'", "records, and up to the same event the file has"),
        (
            "INSERT INTO mainstay.record (product, key, body)
             SELECT product, key + 8, replace(body, 'FB-0001', 'FB-0009') FROM mainstay.record WHERE id = 'FB-0001'",
            "records, and up to the same event the file has",
        ),
    ] {
        let copy = copy_of(&database);
        copy.admin(change);
        for more in [&["--dry-run"][..], &[]] {
            let (code, words) = refused(&copy, desk.file.path(), more);
            assert!(code == 3 && words.contains(expected), "{change}: {code} {words}");
            assert!(words.contains("--anew"), "{words}");
        }
        published(&copy, desk.file.path(), &["--anew"]);
        assert!(verified(&copy, &[]).0, "{change}");
    }
    assert_eq!(database.everything(), whole);
    // What was changed inside a row is found by the recipe, and overwritten where the record changes again.
    database.admin(
        "UPDATE mainstay.record SET body = replace(body, 'Alarm too late', 'Fine') WHERE id = 'FB-0001'",
    );
    published(&database, desk.file.path(), &[]);
    let (good, words) = verified(&database, &[]);
    assert!(!good && words.contains("FB-0001: is not what its last event says"), "{words}");
    desk.edit("dan", crate::desk::id("FB-0001"), json!({"title": "Alarm much too late"})).unwrap();
    published(&database, desk.file.path(), &[]);
    assert!(verified(&database, &[]).0);
}

#[test]
fn a_value_of_another_type_does_not_end_the_questions_about_a_view() {
    let Some(database) = database() else { return };
    published(&database, example(), &[]);
    let (mut rows, mut kinds) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        let reckoned = |ty| matches!(ty, mirror::ColumnType::Number | mirror::ColumnType::YesNo);
        for (name, _) in mirror::view_columns(*kind).filter(|(_, ty)| reckoned(*ty)) {
            for value in ["\"many\"", "1.5", "1e30", "-12", "null", "[1]", "{\"a\": true}"] {
                let number = 4_000_000 + i64::try_from(rows.len()).unwrap();
                let body = json!({
                    "id": format!("{}-{number}", kind.prefix()), "state": "void", "created_at": "", "created_by": "",
                    "state_since": "", "revision": 1, "fields": {name: serde_json::from_str::<Value>(value).unwrap()},
                });
                let key = (i64::from(kind.number()) << 32) + number;
                rows.push(format!("('00000000-0000-4000-8000-000000000000', {key}, '{body}')"));
            }
            kinds.push(*kind);
        }
    }
    assert!(rows.len() > 100, "{}", rows.len());
    database.admin(&format!("INSERT INTO mainstay.record (product, key, body) VALUES {}", rows.join(", ")));
    for kind in kinds {
        let (good, words) =
            database.by("publisher", &format!("SELECT to_jsonb(v) FROM mainstay.\"{}\" v", kind.code()));
        assert!(good && words.contains(&format!("{}-4", kind.prefix())), "{}: {words}", kind.code());
    }
}

#[test]
fn a_file_that_does_not_continue_the_database_is_refused_with_the_place_and_replaces_it_only_on_request() {
    let Some(database) = database() else { return };
    let mut desk = Desk::staffed_once();
    let older = desk.folder.path().join("older.mainstay");
    std::fs::copy(desk.file.path(), &older).unwrap();
    let common = desk.file.head().seq;
    for title in ["One", "Two", "Three"] {
        desk.by("dan", feedback(title)).unwrap();
    }
    published(&database, desk.file.path(), &[]);
    let before = database.everything();
    let (code, words) = refused(&database, &older, &[]);
    assert_eq!(code, 3, "{words}");
    assert!(
        words.contains(&format!(
            "the database has event {}, and the file ends with event {common}",
            common + 3
        )),
        "{words}"
    );
    assert!(words.contains("this is an older copy of the file"), "{words}");

    let bytes = std::fs::read(&older).unwrap();
    let mut other = Desk::copy_of(&bytes, desk.now, "", &["dan"]);
    for title in ["Another", "Two", "Three", "Four", "Five"] {
        other.by("dan", feedback(title)).unwrap();
    }
    let (code, words) = refused(&database, other.file.path(), &[]);
    assert_eq!(code, 3, "{words}");
    let digest = |file: &ProductFile| file.event_digest(common + 1).unwrap().unwrap();
    let place = format!(
        "event {} of the database has SHA-256 {}, and that of the file {}; they are the same up to event {common}",
        common + 1,
        digest(&desk.file),
        digest(&other.file)
    );
    assert!(words.contains(&place), "{words}");
    let (code, words) = refused(&database, other.file.path(), &["--dry-run"]);
    assert!(code == 3 && words.contains(&place), "{words}");
    assert_eq!(database.everything(), before);

    published(&database, other.file.path(), &["--anew"]);
    assert!(verified(&database, &[]).0);
    assert_same_views(&database, &other.file);
    // What was changed there by hand is noticed too.
    database.admin("DELETE FROM mainstay.event WHERE seq = 3");
    let (code, words) = refused(&database, other.file.path(), &[]);
    assert!(code == 3 && words.contains("contradicts itself: it says that event"), "{words}");
    published(&database, other.file.path(), &["--anew"]);
    assert!(verified(&database, &[]).0);
}

#[test]
fn a_database_of_another_version_is_refused_and_an_older_mirror_is_made_anew_on_request() {
    let Some(database) = database() else { return };
    let file = example();
    assert!(database.by("publisher", "CREATE SCHEMA mainstay").0);
    let (code, words) = refused(&database, file, &["--anew"]);
    assert!(code == 3 && words.contains("the schema mainstay of this database is no mirror"), "{words}");
    database.admin("DROP SCHEMA mainstay");
    published(&database, file, &[]);
    database.admin("UPDATE mainstay.mirror SET version = 2");
    for more in [&[][..], &["--anew"], &["--dry-run"]] {
        let (code, words) = refused(&database, file, more);
        assert!(
            code == 3 && words.contains("the mirror is of version 2, and this program knows version 1"),
            "{words}"
        );
    }
    database.admin("UPDATE mainstay.mirror SET version = 0; DROP TABLE mainstay.signing_key");
    let (code, words) = refused(&database, file, &[]);
    assert!(code == 3 && words.contains("--anew drops it with everything in it"), "{words}");
    let out = published(&database, file, &["--anew"]);
    assert!(out.contains("the tables were made"), "{out}");
    assert!(verified(&database, &[]).0);
}
