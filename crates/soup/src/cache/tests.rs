//! Look-ups by key, after complete and incomplete imports.

use super::*;

fn record(id: &str, modified: &str, keys: &[&str]) -> NewRecord {
    NewRecord {
        kind: "nvd",
        id: id.to_owned(),
        modified: modified.to_owned(),
        body: id.as_bytes().to_vec(),
        raw: Vec::new(),
        digest: NewRecord::digest_of(&format!("{id} {modified}")),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        ecosystems: Vec::new(),
        counts: Vec::new(),
    }
}

fn file(name: &str) -> SourceFile {
    SourceFile {
        id: 0,
        name: name.to_owned(),
        sha256: format!("{:0>64}", name.len()),
        bytes: 1,
        format: String::new(),
        source: String::new(),
        data_date: None,
        records: 0,
        refused: 0,
        imported_at: Moment::parse("2026-01-01T00:00:00Z").unwrap(),
        program: String::new(),
        confirmed_at: None,
    }
}

/// Imports a file of some records, whose keys wait.
fn take(cache: &mut Cache, name: &str, records: &[NewRecord]) {
    let file = file(name);
    let mut import = cache.import(&file).unwrap();
    for record in records {
        import.add(record.clone()).unwrap();
    }
    import.finish(&file).unwrap();
}

/// The bodies that a reader finds under a key.
fn bodies(folder: &Path, key: &str) -> Vec<String> {
    let cache = Cache::open_to_read(folder).unwrap().unwrap();
    let numbers = cache.numbers_under(key).unwrap();
    let body =
        |number| cache.read(number, |_, body| String::from_utf8(body.to_vec()).unwrap()).unwrap().unwrap();
    let mut bodies: Vec<String> = numbers.into_iter().map(body).collect();
    bodies.sort();
    bodies
}

#[test]
fn waiting_keys_are_found_and_the_next_import_inserts_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(folder.path()).unwrap();
    take(&mut cache, "a", &[record("A", "1", &["x", "y"]), record("B", "1", &["x"])]);
    assert_eq!(bodies(folder.path(), "x"), ["A", "B"]);
    // The import ends here without inserting them, as when it is killed.
    drop(cache);
    assert_eq!(bodies(folder.path(), "y"), ["A"]);
    let mut cache = Cache::open(folder.path()).unwrap();
    let mut other = Cache::open(folder.path()).unwrap();
    take(&mut cache, "bb", &[record("C", "1", &["x"])]);
    take(&mut other, "ccc", &[record("D", "1", &["x"])]);
    assert_eq!(bodies(folder.path(), "x"), ["A", "B", "C", "D"]);
    cache.enter_keys().unwrap();
    other.enter_keys().unwrap();
    assert_eq!(bodies(folder.path(), "x"), ["A", "B", "C", "D"]);
    assert_eq!(bodies(folder.path(), "z"), Vec::<String>::new());
}

#[test]
fn keys_of_a_replaced_record_find_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(folder.path()).unwrap();
    take(&mut cache, "a", &[record("A", "1", &["x"]), record("B", "1", &["x"])]);
    take(&mut cache, "bb", &[record("A", "2", &["y"])]);
    assert_eq!(
        (bodies(folder.path(), "x"), bodies(folder.path(), "y")),
        (vec!["B".to_owned()], vec!["A".to_owned()])
    );
    cache.enter_keys().unwrap();
    assert_eq!(
        (bodies(folder.path(), "x"), bodies(folder.path(), "y")),
        (vec!["B".to_owned()], vec!["A".to_owned()])
    );
    take(&mut cache, "ccc", &[record("B", "2", &["y"])]);
    cache.enter_keys().unwrap();
    assert_eq!(bodies(folder.path(), "x"), Vec::<String>::new());
    assert_eq!(bodies(folder.path(), "y"), ["A", "B"]);
}

#[test]
fn many_keys_are_inserted_early_and_a_file_that_breaks_off_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(folder.path()).unwrap();
    take(&mut cache, "a", &[record("A", "1", &["1", "2", "3", "4", "5"])]);
    cache.enter_many_keys().unwrap();
    let broken = file("bb");
    cache.import(&broken).unwrap().add(record("B", "1", &["1"])).unwrap();
    cache.enter_keys().unwrap();
    assert_eq!(bodies(folder.path(), "1"), ["A"]);
}

/// A folder whose cache file is this.
fn folder_with(path_of: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    path_of(&folder.path().join(FILE_NAME));
    folder
}

/// The file and its journal as a kill leaves them: `work` runs on a database that is copied before it ends.
fn killed_while(work: impl FnOnce(&Connection)) -> tempfile::TempDir {
    let (left, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let conn = Connection::open(place.path().join(FILE_NAME)).unwrap();
    work(&conn);
    for entry in std::fs::read_dir(place.path()).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), left.path().join(entry.file_name())).unwrap();
    }
    drop(conn);
    left
}

#[test]
fn what_a_killed_or_failed_first_import_left_is_no_cache_yet_and_becomes_one() {
    let left = [
        folder_with(|path| std::fs::write(path, "").unwrap()),
        killed_while(|conn| conn.pragma_update(None, "journal_mode", "WAL").unwrap()),
        killed_while(|conn| {
            conn.pragma_update(None, "journal_mode", "WAL").unwrap();
            conn.execute_batch("BEGIN; CREATE TABLE a (b)").unwrap();
        }),
        killed_while(|conn| {
            let many =
                "BEGIN; PRAGMA cache_size = 1; CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(500000))";
            conn.execute_batch(many).unwrap();
        }),
    ];
    for folder in left {
        assert!(Cache::open_to_read(folder.path()).unwrap().is_none());
        take(&mut Cache::open(folder.path()).unwrap(), "a", &[record("A", "1", &["x"])]);
        assert_eq!(bodies(folder.path(), "x"), ["A"]);
    }
}

#[test]
fn an_identity_that_is_only_in_the_log_is_known() {
    let folder = killed_while(|conn| {
        conn.pragma_update(None, "journal_mode", "WAL").unwrap();
        conn.execute_batch(SCHEMA).unwrap();
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.pragma_update(None, "user_version", LAYOUT).unwrap();
    });
    assert!(Cache::open_to_read(folder.path()).unwrap().is_some());
    take(&mut Cache::open(folder.path()).unwrap(), "a", &[record("A", "1", &["x"])]);
    assert_eq!(bodies(folder.path(), "x"), ["A"]);
}

#[test]
fn a_reader_finds_a_cache_while_its_first_import_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut cache = Cache::open(folder.path()).unwrap();
    let file = file("a");
    let mut import = cache.import(&file).unwrap();
    import.add(record("A", "1", &["x"])).unwrap();
    assert!(Cache::open_to_read(folder.path()).unwrap().is_some());
    import.finish(&file).unwrap();
}

#[test]
fn another_database_is_refused_and_not_changed() {
    let others: [&dyn Fn(&Connection); 3] = [
        &|conn| conn.execute_batch("CREATE TABLE a (b)").unwrap(),
        &|conn| conn.pragma_update(None, "application_id", 7).unwrap(),
        &|conn| {
            conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
            conn.pragma_update(None, "user_version", LAYOUT + 1).unwrap();
        },
    ];
    for other in others {
        let folder = folder_with(|path| other(&Connection::open(path).unwrap()));
        let path = folder.path().join(FILE_NAME);
        let before = std::fs::read(&path).unwrap();
        for refused in [Cache::open(folder.path()).err(), Cache::open_to_read(folder.path()).err()] {
            assert!(matches!(refused, Some(StoreError::Refused(_))), "{refused:?}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left next to it");
    }
}

#[test]
fn a_cache_whose_first_write_was_killed_before_its_journal_went_is_read() {
    let (made, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = made.path().join(FILE_NAME);
    drop(Cache::open(made.path()).unwrap());
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "DELETE").unwrap();
    conn.pragma_update(None, "cache_size", 2).unwrap();
    // Pages go to the file before the commit, and the journal holds what they were.
    conn.execute_batch(
        "BEGIN; CREATE TABLE filler (text TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO filler SELECT printf('%0500d', i) FROM n;",
    )
    .unwrap();
    for ending in ["", "-journal"] {
        let name = format!("{FILE_NAME}{ending}");
        std::fs::copy(made.path().join(&name), killed.path().join(&name)).unwrap();
    }
    assert!(std::fs::metadata(killed.path().join(format!("{FILE_NAME}-journal"))).unwrap().len() > 0);
    let cache = Cache::open_to_read(killed.path()).unwrap().unwrap();
    let tables: i64 = cache
        .conn
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'filler'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 0);
}
