//! `mainstay publish`: product files in PostgreSQL, whole or not at all, and verified there by the recipe of `docs/publish-verify.sql`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mainstay::domain::ids::Kind;
use mainstay::domain::text::TEXT_CHARS_MAX;
use mainstay::ops::{ProductFile, Request, mirror, write_example};
use serde_json::{Value, json};

use crate::desk::{Desk, attach_log, fields, id, program};
use crate::postgres::{Database, PASSWORD, database};
use crate::publish_chains::forged;

/// The exit code, what was printed and what was complained about.
pub type Said = (i32, String, String);

pub fn run(to: &str, files: &[&Path], more: &[&str], environment: &[(&str, &str)]) -> Said {
    let mut command = program();
    for name in ["PGPASSWORD", "PGUSER", "MAINSTAY_PUBLISH_TO"] {
        command.env_remove(name);
    }
    command.env("PGPASSFILE", "/nowhere/pgpass").envs(environment.iter().copied());
    command.arg("publish").args(files).args(["--to", to]).args(more);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

pub fn published(database: &Database, file: &Path, more: &[&str]) -> String {
    let (code, out, err) = run(&database.address(), &[file], more, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    out
}

pub fn refused(database: &Database, file: &Path, more: &[&str]) -> (i32, String) {
    let (code, out, err) = run(&database.address(), &[file], more, &[]);
    assert_eq!(out, "");
    (code, err)
}

/// The example product, written once.
pub fn example() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("example.mainstay");
        write_example(&path).unwrap();
        (folder, path)
    });
    path
}

pub fn feedback(title: &str) -> Request {
    Request::Create { kind: Kind::Feedback, parent: None, set: fields(json!({"title": title})) }
}

pub fn recipe() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/publish-verify.sql")
}

/// Whether what was published verifies by the recipe, and what it says.
pub fn verified(database: &Database, more: &[&str]) -> (bool, String) {
    database.script("publisher", &recipe(), more)
}

#[test]
fn a_file_is_published_whole_then_what_is_new_then_nothing() {
    let Some(database) = database() else { return };
    let mut desk = Desk::staffed_once();
    let path = desk.file.path().to_owned();
    let seq = desk.file.head().seq;
    let out = published(&database, &path, &["--dry-run"]);
    assert!(out.contains(&format!("would publish events 1 to {seq}, ")), "{out}");
    assert!(out.contains("the tables would be made") && database.is_empty(), "{out}");
    let out = published(&database, &path, &[]);
    assert!(out.contains(&format!("published events 1 to {seq}, ")), "{out}");
    assert!(out.contains("the tables were made"), "{out}");
    let whole = database.everything();
    let out = published(&database, &path, &[]);
    assert!(out.ends_with(&format!("nothing is new since event {seq}\n")), "{out}");
    assert_eq!(database.everything(), whole);

    desk.by("dan", feedback("Alarm too late")).unwrap();
    desk.by("dan", attach_log(id("FB-0001"), "a,b\n")).unwrap();
    desk.edit("dan", id("FB-0001"), json!({"title": "Alarm two seconds too late"})).unwrap();
    let out = published(&database, &path, &["--dry-run"]);
    assert!(out.contains(&format!("would publish events {} to {}, 2 records", seq + 1, seq + 3)), "{out}");
    assert_eq!(database.everything(), whole);
    let out = published(&database, &path, &["--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let head = desk.file.head();
    assert_eq!(report["files"][0]["head"], json!({"seq": head.seq, "digest": head.digest}));
    assert_eq!(report["files"][0]["events"], 3);
    assert_eq!(report["files"][0]["records"], 2);
    let title = database.admin("SELECT title || revision FROM mainstay.feedback WHERE id = 'FB-0001'");
    assert_eq!(title, "Alarm two seconds too late2\n");
    // In steps it becomes the same as at once.
    let steps = database.everything();
    published(&database, &path, &["--anew"]);
    assert_eq!(database.everything(), steps);
    let (good, words) = verified(&database, &[]);
    assert!(good && words.starts_with("verified: "), "{words}");
}

/// The rows of a view of the file as PostgreSQL shows them: yes and no as such, lists and tables as JSON.
fn rows_of_file(file: &rusqlite::Connection, kind: Kind) -> Vec<Value> {
    let types: std::collections::BTreeMap<_, _> = mirror::view_columns(kind).collect();
    let mut statement = file.prepare(&format!("SELECT * FROM {} ORDER BY number", kind.code())).unwrap();
    let names: Vec<String> = statement.column_names().map(ToString::to_string).collect();
    let mut rows = statement.query([]).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let mut shown = serde_json::Map::new();
        for (index, name) in names.iter().enumerate() {
            use rusqlite::types::ValueRef;
            let value = match row.get_ref(index).unwrap() {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) if types.get(name.as_str()) == Some(&mirror::ColumnType::YesNo) => {
                    json!(number == 1)
                }
                ValueRef::Integer(number) => json!(number),
                ValueRef::Text(text) if types.get(name.as_str()) == Some(&mirror::ColumnType::Json) => {
                    serde_json::from_slice(text).unwrap()
                }
                ValueRef::Text(text) => json!(std::str::from_utf8(text).unwrap()),
                ValueRef::Real(_) | ValueRef::Blob(_) => panic!("{name}"),
            };
            shown.insert(name.clone(), value);
        }
        found.push(Value::Object(shown));
    }
    found
}

pub fn assert_same_views(database: &Database, file: &ProductFile) -> usize {
    let product = file.uuid().unwrap();
    let conn = rusqlite::Connection::open(file.path()).unwrap();
    let mut count = 0;
    for kind in Kind::ALL {
        let sql = format!(
            "SELECT to_jsonb(v) - 'product' FROM mainstay.\"{}\" v WHERE product = '{product}' ORDER BY number",
            kind.code()
        );
        let rows = database.admin(&sql);
        let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
        let expected = rows_of_file(&conn, *kind);
        for (row, expected) in rows.iter().zip(&expected) {
            let fields = row.as_object().unwrap();
            let differs: Vec<&String> =
                fields.keys().filter(|name| row[name.as_str()] != expected[name.as_str()]).collect();
            assert!(differs.is_empty(), "{}: {differs:?}", row["id"]);
        }
        assert_eq!(rows.len(), expected.len(), "{}", kind.code());
        count += rows.len();
        let columns = database.admin(&format!(
            "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'mainstay.\"{}\"'::regclass",
            kind.code()
        ));
        let statement = conn.prepare(&format!("SELECT * FROM {}", kind.code())).unwrap();
        assert_eq!(
            columns.trim(),
            format!("product,{}", statement.column_names().collect::<Vec<_>>().join(",")),
            "{}",
            kind.code()
        );
    }
    count
}

pub fn opened(path: &Path) -> ProductFile {
    let mainstay::ops::Opened::Open(file) = ProductFile::open_to_read(path).unwrap() else {
        panic!("not opened")
    };
    *file
}

#[test]
fn the_views_of_the_database_show_what_those_of_the_file_show() {
    let Some(database) = database() else { return };
    published(&database, example(), &[]);
    let rows = assert_same_views(&database, &opened(example()));
    assert!(rows > 100, "{rows}");
    let kinds = database.admin("SELECT count(DISTINCT kind) FROM mainstay.record");
    assert!(kinds.trim().parse::<usize>().unwrap() > 25, "the example has most kinds: {kinds}");
    let mut desk = Desk::staffed_once();
    for title in [
        "Back\\slash \\N \\.",
        "“Quoted” 'single' \"double\"",
        "Ünïcode 测试 🩺",
        "{\"json\": [1]}",
        "\\u0000 \\\\u0000 no NUL",
        "\u{FFFD}\u{FFFE}\u{FFFF}\u{E000}\u{10FFFD}\u{FEFF}\u{200D}e\u{301}",
        "$$ $1 %s ; -- /* NULL",
    ] {
        let request = Request::Create {
            kind: Kind::Feedback,
            parent: None,
            set: fields(
                json!({"title": title, "description_verbatim": format!("{title}\nSecond line\tafter a tab")}),
            ),
        };
        desk.by("dan", request).unwrap();
    }
    // As long as a text may be, in characters of four bytes and such as are escaped.
    for character in ["🩺", "\\", "\""] {
        let long = character.repeat(TEXT_CHARS_MAX);
        let set = fields(json!({"title": "Long", "description_verbatim": long}));
        desk.by("dan", Request::Create { kind: Kind::Feedback, parent: None, set }).unwrap();
    }
    published(&database, desk.file.path(), &[]);
    assert_same_views(&database, &desk.file);
    let (good, words) = verified(&database, &[]);
    assert!(good && words.lines().count() == 2, "{words}");
}

#[test]
fn a_password_comes_from_the_environment_or_a_file_and_is_in_no_message() {
    let Some(database) = database() else { return };
    let address = database.loopback("127.0.0.1", database.cluster.port, "");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pgpass");
    std::fs::write(&file, format!("127.0.0.1:*:{}:publisher:{PASSWORD}\n", database.name)).unwrap();
    let pass_file = file.display().to_string();
    let by_file = [("PGPASSFILE", pass_file.as_str())];
    let try_with = |environment: &[(&str, &str)]| run(&address, &[example()], &["--dry-run"], environment);
    let (code, _, err) = try_with(&[]);
    assert!(code == 1 && err.contains("the server asks for a password"), "{err}");
    let (code, _, err) = try_with(&[("PGPASSWORD", "wrong-secret")]);
    assert!(
        code == 1 && err.contains("the server does not let this user in") && !err.contains("wrong-secret"),
        "{err}"
    );
    assert_eq!(try_with(&[("PGPASSWORD", PASSWORD)]).0, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let (code, _, err) = try_with(&by_file);
        assert!(code == 1 && err.contains("may be read by others"), "{err}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(try_with(&by_file).0, 0);
    let written = address.replace("publisher@", "publisher:seven%3Bquiet%2Fotters@");
    let (code, out, _) = run(&written, &[example()], &["--dry-run", "--json"], &[]);
    assert!(code == 0 && !out.contains("otters"), "{out}");
    let (code, out, err) = run(&written.replace("/t", "/no_t"), &[example()], &[], &[]);
    assert!(code == 1 && err.contains("does not exist") && !(out + &err).contains("otters"));
    // The address of the environment.
    let output = program()
        .args(["publish", "--dry-run"])
        .arg(example())
        .env_remove("MAINSTAY_PUBLISH_TO")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("name a database with --to, or in MAINSTAY_PUBLISH_TO")
    );
    let output = program()
        .args(["publish", "--dry-run"])
        .arg(example())
        .env("MAINSTAY_PUBLISH_TO", database.address())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn each_file_of_a_command_is_published_by_itself_and_those_that_fail_are_told() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (letter, missing) = (folder.path().join("letter.mainstay"), folder.path().join("missing.mainstay"));
    std::fs::write(&letter, "Dear all").unwrap();
    let desk = Desk::staffed_once();
    let forger = forged("UPDATE event SET body = json_set(body, '$.machine', 'OTHER') WHERE seq = 3");
    let files = [example(), letter.as_path(), forger.path.as_path(), missing.as_path(), desk.file.path()];
    let (code, out, err) = run(&database.address(), &files, &[], &[]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("3 of 5 files not published; the reasons are listed above"), "{err}");
    assert!(out.contains("event 3: its text does not have the digest that was recorded"), "{out}");
    assert_eq!(out.matches(": not published: ").count(), 3, "{out}");
    assert_eq!(out.matches(": published events 1 to ").count(), 2, "{out}");
    let (good, words) = verified(&database, &[]);
    assert!(good && words.lines().count() == 2, "{words}");
}

#[test]
fn a_role_reads_the_products_that_it_was_given_and_no_others() {
    let Some(database) = database() else { return };
    let mut desk = Desk::staffed_once();
    desk.by("dan", feedback("Alarm too late")).unwrap();
    let gateway = desk.file.uuid().unwrap();
    let pump = opened(example()).uuid().unwrap();
    published(&database, example(), &[]);
    published(&database, desk.file.path(), &[]);
    let grant = "GRANT USAGE ON SCHEMA mainstay TO pump_team, gateway_team, quality;
         GRANT SELECT ON ALL TABLES IN SCHEMA mainstay TO pump_team, gateway_team, quality;
         INSERT INTO mainstay.reader VALUES ('gone', NULL)";
    assert!(database.by("publisher", grant).0);
    let readers = format!(
        "INSERT INTO mainstay.reader VALUES ('pump_team', '{pump}'), ('gateway_team', '{gateway}'), ('quality', NULL)"
    );
    let sees = |role: &str, from: &str| {
        let (good, words) =
            database.by(role, &format!("SELECT DISTINCT product FROM mainstay.{from} ORDER BY 1"));
        assert!(good, "{words}");
        words.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut both = vec![gateway.clone(), pump.clone()];
    both.sort();
    let places =
        ["product_file", "event", "signature", "signing_key", "record", "product", "feedback", "person"];
    for from in places {
        assert!(sees("quality", from).is_empty(), "{from}");
        assert_eq!(sees("publisher", from), both, "{from}");
    }
    assert!(database.by("publisher", &readers).0);
    for from in places {
        assert_eq!(sees("pump_team", from), [pump.as_str()], "{from}");
        assert_eq!(sees("gateway_team", from), [gateway.as_str()], "{from}");
        assert_eq!(sees("quality", from), both, "{from}");
        assert!(!database.by("stranger", &format!("SELECT * FROM mainstay.{from}")).0);
    }
    assert_eq!(sees("pump_team", "reader"), [pump.as_str()]);
    // The recipe verifies what the role may read.
    let (good, words) = database.script("pump_team", &recipe(), &[]);
    assert!(good && words.starts_with(&format!("verified: {pump}")) && words.lines().count() == 1, "{words}");
    for role in ["pump_team", "quality"] {
        for sql in [
            "DELETE FROM mainstay.event",
            "UPDATE mainstay.record SET key = key + 1",
            "INSERT INTO mainstay.reader VALUES ('pump_team', NULL)",
        ] {
            assert!(!database.by(role, sql).0, "{role}: {sql}");
        }
        // Who may not write does not publish either.
        let address = database.address().replace("publisher@", &format!("{role}@"));
        desk.by("dan", feedback("Another one")).unwrap();
        let (code, _, err) = run(&address, &[desk.file.path()], &[], &[]);
        assert!(code != 0 && err.contains(&database.name), "{err}");
    }
}

#[test]
fn keys_passwords_and_the_bytes_of_attachments_are_not_in_the_database() {
    let Some(database) = database() else { return };
    let mut desk = Desk::staffed_once();
    desk.by("dan", feedback("Alarm too late")).unwrap();
    let content = "what only the attachment says";
    let digest = desk.attached("dan", id("FB-0001"), "log.txt", content);
    let conn = rusqlite::Connection::open(desk.file.path()).unwrap();
    conn.execute_batch(
        "INSERT INTO draft VALUES ('PN-0001', 'FB-0001', '{\"title\": \"only typed so far\"}', '2026-11-22T14:05:00Z');
         INSERT INTO sign_in_failure (person, at, machine) VALUES ('PN-0001', '2026-11-22T14:05:00Z', 'WHERE-IT-FAILED')",
    )
    .unwrap();
    published(&database, desk.file.path(), &[]);
    let tables =
        "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'mainstay'";
    let everything = database.everything();
    assert_eq!(
        database.admin(tables),
        "event kind mirror product_file reader record signature signing_key\n"
    );
    assert!(everything.contains(&digest) && !everything.contains(content));
    assert!(!everything.contains("only typed so far") && !everything.contains("WHERE-IT-FAILED"));
    let mut statement = conn
        .prepare("SELECT lower(hex(wrapped)), lower(hex(salt)), lower(hex(nonce)) FROM credential")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        for index in 0..3 {
            let secret: String = row.get(index).unwrap();
            assert!(secret.len() >= 16 && !everything.contains(&secret));
            count += 1;
        }
    }
    assert_eq!(count, 15);
    assert!(!everything.contains(desk.recovery.as_str()) && !desk.recovery.is_empty());
}

#[test]
fn views_keep_their_rights_and_are_made_again_where_a_declared_field_is_missing() {
    let Some(database) = database() else { return };
    published(&database, example(), &[]);
    assert!(
        database
            .by("publisher", "GRANT USAGE ON SCHEMA mainstay TO quality; ALTER DEFAULT PRIVILEGES IN SCHEMA mainstay GRANT SELECT ON TABLES TO quality")
            .0
    );
    // An older program has made a view without a field.
    let older = "DROP VIEW mainstay.feedback; CREATE VIEW mainstay.feedback AS SELECT product, id FROM mainstay.record";
    assert!(database.by("publisher", older).0);
    published(&database, example(), &[]);
    assert_same_views(&database, &opened(example()));
    assert!(
        database
            .by("quality", "SELECT 1 WHERE has_table_privilege('mainstay.feedback', 'SELECT')")
            .1
            .contains('1')
    );
    // So has one that shows what its owner may see, or a field of another type.
    let definition = database.admin("SELECT pg_get_viewdef('mainstay.feedback'::regclass)");
    let typed = definition.trim().replace("state_since,", "state_since::varchar AS state_since,");
    for other in [
        "ALTER VIEW mainstay.feedback RESET (security_invoker)".to_owned(),
        format!(
            "DROP VIEW mainstay.feedback; CREATE VIEW mainstay.feedback WITH (security_invoker = true) AS {typed}"
        ),
    ] {
        database.admin(&format!("{other}; ALTER VIEW mainstay.feedback OWNER TO publisher"));
        published(&database, example(), &[]);
        let now = database.admin("SELECT pg_get_viewdef('mainstay.feedback'::regclass)");
        assert_eq!(now, definition);
        let invoker = "SELECT reloptions FROM pg_class WHERE oid = 'mainstay.feedback'::regclass";
        assert_eq!(database.admin(invoker), "{security_invoker=true}\n");
    }
    // A view of somebody else depends on it: that is told, and nothing is dropped.
    let depends = format!("{older}; CREATE VIEW public.mine AS SELECT id FROM mainstay.feedback");
    database.admin(&depends);
    database.admin("ALTER VIEW mainstay.feedback OWNER TO publisher");
    let (code, words) = refused(&database, example(), &[]);
    assert!(
        code == 1 && words.contains("making the views") && words.contains("view public.mine depends on"),
        "{words}"
    );
    assert_eq!(database.admin("SELECT count(*) > 0 FROM public.mine"), "t\n");
}

/// The questions of `docs/publish.md`, each as it stands there.
fn questions() -> Vec<String> {
    let document = include_str!("../../docs/publish.md");
    let blocks = document.split("```sql\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_questions_of_the_document_are_answered_as_they_stand_there() {
    let Some(database) = database() else { return };
    published(&database, example(), &[]);
    let mut answered = 0;
    for question in questions() {
        let by = if question.starts_with("CREATE ROLE") { "postgres" } else { "publisher" };
        let (good, words) = database.by(by, &question);
        assert!(good, "{question}\n{words}");
        if question.starts_with("SELECT") || question.starts_with("WITH") {
            assert!(!words.trim().is_empty(), "the example answers nothing:\n{question}");
            answered += 1;
        }
    }
    assert!(answered >= 8, "{answered}");
    // What is open is so for the program too.
    let question = questions().into_iter().find(|text| text.contains("FROM mainstay.finding ")).unwrap();
    let counted = format!("SELECT sum(count) FROM ({}) q", question.trim().trim_end_matches(';'));
    let (good, words) = database.by("publisher", &counted);
    assert!(good, "{words}");
    let findings = opened(example()).all(Kind::Finding).unwrap();
    let open = findings.iter().filter(|finding| finding.is_open()).count();
    assert_eq!(words.trim(), open.to_string());
}
