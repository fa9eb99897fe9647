//! The recipe of `docs/file-format.md` by which a stranger verifies a file: it is run as it stands in the document.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use ed25519_dalek::SigningKey;
use mainstay::domain::canonical;
use mainstay::domain::field::FieldType;
use mainstay::domain::ids::Kind;
use serde_json::json;

use crate::forger::{Forger, scene};

const DOCUMENT: &str = include_str!("../../docs/file-format.md");

pub fn recipe() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```bash\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// Whether the recipe cannot be run here.
pub fn tools_are_missing() -> bool {
    are_missing(
        &["bash", "sqlite3", "sha256sum", "openssl", "xxd", "awk", "iconv", "xargs", "base64"],
        module_path!(),
    )
}

/// Whether one of the tools is not installed, which is told with the place that is skipped.
pub fn are_missing(tools: &[&str], place: &str) -> bool {
    // What a tool thinks of the option does not matter.
    let missing = tools.iter().filter(|tool| Command::new(tool).arg("--version").output().is_err());
    let missing: Vec<&str> = missing.copied().collect();
    if !missing.is_empty() {
        // Past the capture of the test harness.
        let _ = writeln!(std::io::stderr(), "skipped: {place}: {} is not installed", missing.join(", "));
    }
    !missing.is_empty()
}

/// Whether the recipe verifies the file, and what it says.
pub fn run(path: &Path, remembered: Option<&(u64, String)>) -> (bool, String) {
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
fn a_stranger_verifies_a_file_with_plain_tools() {
    if tools_are_missing() {
        return;
    }
    let (good, words) = run(&Forger::new().path, Some(&scene().head));
    assert!(good && words.starts_with("verified: "), "{words}");
    assert!(words.contains(&format!("head {}:{}", scene().head.0, scene().head.1)), "{words}");
}

#[test]
fn the_recipe_knows_the_released_schema() {
    let sql = "SELECT hex(type) || ' ' || hex(name) || ' ' || hex(tbl_name) || ' ' || hex(sql) || char(10)
               FROM sqlite_schema WHERE type <> 'view' AND name <> 'sqlite_stat1' ORDER BY type, name";
    let forger = Forger::new();
    let mut statement = forger.conn.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let schema: String = rows.map(Result::unwrap).collect();
    let told = format!("\nreleased={}\n", canonical::digest(schema.as_bytes()));
    assert!(recipe().contains(&told), "the recipe should say{told}");
}

#[test]
fn the_recipe_knows_every_kind_and_every_field_that_names_records() {
    let mut kinds = Vec::new();
    let mut references = Vec::new();
    for kind in Kind::ALL {
        let number = kind.number();
        kinds.push(format!("({number}, '{}', '{}')", kind.code(), kind.prefix()));
        for field in kind.def().fields() {
            if field.names_records() {
                references.push(format!("({number}, '{}', NULL)", field.name));
            }
            if let FieldType::Rows(columns) = field.ty {
                let named = columns.iter().filter(|column| column.names_records());
                references.extend(named.map(|part| format!("({number}, '{}', '{}')", field.name, part.name)));
            }
        }
    }
    let listed = |table: &str| {
        let (_, rest) = recipe().split_once(&format!("CREATE TEMP TABLE {table} AS")).unwrap();
        let (_, rest) = rest.split_once("(VALUES").unwrap();
        let (list, _) = rest.split_once(");").unwrap();
        list.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(listed("kind"), kinds.join(", "));
    assert_eq!(listed("reference"), references.join(", "));
}

/// A forgery, and in which words the recipe must name it.
type Forgery = (&'static str, fn(&Forger));

const FORGERIES: &[Forgery] = &[
    ("event 3: its text does not have the digest", |f| {
        f.run("UPDATE event SET body = json_set(body, '$.machine', 'OTHER') WHERE seq = 3");
    }),
    ("event 3: its signature does not match", |f| {
        let mut body = f.value("SELECT body FROM event WHERE seq = 3");
        body["machine"] = "OTHER".into();
        f.set_event(3, &body);
        f.run("PRAGMA ignore_check_constraints = ON");
        f.rehash(4);
    }),
    ("event 4: does not continue the event before it", |f| {
        let mut body = f.value("SELECT body FROM event WHERE seq = 3");
        body["machine"] = "OTHER".into();
        f.set_event(3, &body);
    }),
    ("event 6: stands where event 5 should stand", |f| {
        f.run("DELETE FROM touch WHERE seq = 5; DELETE FROM event WHERE seq = 5");
    }),
    ("event 5: was signed with a key that was not in force", |f| {
        f.run("UPDATE event SET key = 2 WHERE seq = 5");
    }),
    ("event 5: is not in canonical form", |f| {
        f.run("UPDATE event SET body = body || char(10) WHERE seq = 5");
    }),
    ("FB-0001: its text does not have the digest", |f| {
        f.run("UPDATE record SET body = replace(body, 'two minutes', 'two seconds') WHERE id = 'FB-0001'");
    }),
    ("FB-0002: no event made it", |f| {
        f.run("INSERT INTO record (key, body) SELECT key + 1, replace(body, 'FB-0001', 'FB-0002') FROM record WHERE id = 'FB-0001'");
    }),
    ("FB-0001: is not there", |f| f.run("DELETE FROM record WHERE id = 'FB-0001'")),
    ("FB-0001: the index to its events", |f| {
        f.run("UPDATE touch SET seq = 2 WHERE record = (2 << 32) + 1 AND revision = 1");
    }),
    ("AP-0002: a link is not what its text says", |f| {
        f.run("UPDATE link SET target = (4 << 32) + 9 WHERE source = (6 << 32) + 2 AND field = 'subject'");
    }),
    ("FB-0001: a link is not what its text says", |f| {
        f.run("INSERT INTO link VALUES ((4 << 32) + 1, (2 << 32) + 1, 'change_request')");
    }),
    ("does not list it as it should", |f| f.run("DELETE FROM search WHERE rowid = (2 << 32) + 1")),
    ("signature 1: its event does not name it", |f| {
        let mut body = f.value("SELECT body FROM signature WHERE number = 1");
        body["event"] = 2.into();
        let body = canonical::text(&body);
        f.conn.execute("UPDATE signature SET body = ?1 WHERE number = 1", [body]).unwrap();
    }),
    ("signature 1: its text does not have the digest", |f| {
        f.run("UPDATE signature SET body = json_set(body, '$.subject', 'CR-0001') WHERE number = 1");
    }),
    ("signature 2: was made with another key than its event", |f| {
        f.run("UPDATE signature SET key = 1 WHERE number = 2");
    }),
    ("signature 1: its signature does not match", |f| {
        f.run("UPDATE signature SET signature = randomblob(64) WHERE number = 1");
    }),
    ("names a signature that is not there", |f| f.run("DELETE FROM signature WHERE number = 1")),
    ("AT-0001: its bytes do not have the digest", |f| {
        f.run("UPDATE blob SET bytes = CAST(replace(CAST(bytes AS TEXT), 'alarm', 'quiet') AS BLOB)");
    }),
    ("AT-0001: its bytes are not there", |f| f.run("DELETE FROM blob")),
    ("no attachment names them", |f| {
        f.run("INSERT INTO blob VALUES (printf('%064d', 7), x'00')");
    }),
    ("did not bring a key into force that is stored as such", |f| {
        f.run("INSERT INTO signing_key VALUES (99, 'PN-0009', randomblob(32), 9)");
    }),
    ("PN-0004: its wrapped key is not that of its key in force", |f| {
        f.run("UPDATE credential SET key = 1 WHERE person = 'PN-0004'");
    }),
    ("wrapped key of PN-0004: its text does not have the digest", |f| {
        f.run("UPDATE credential SET changed_at = '2031-12-31T00:00:00Z' WHERE person = 'PN-0004'");
    }),
    ("PN-0004: the wrapped key that its event names is not there", |f| {
        f.run("DELETE FROM credential WHERE person = 'PN-0004'");
    }),
    ("database: the identity of the file", |f| f.run("UPDATE product_file SET uuid = 'a'")),
    ("database: a view does not show", |f| {
        let sql = f.text("SELECT sql FROM sqlite_schema WHERE name = 'feedback'");
        f.run(&format!("DROP VIEW feedback; {}", sql.replace("$.fields.title", "$.fields.channel")));
    }),
    ("database: a view does not show", |f| f.run("CREATE VIEW search_words AS SELECT 1")),
    ("database: the schema is not the released one", |f| f.run("DROP INDEX event_by_actor")),
    ("database: the schema is not the released one", |f| {
        f.run("CREATE TRIGGER stray AFTER INSERT ON draft BEGIN SELECT 1; END");
    }),
    ("database: is no product file of schema 1", |f| f.run("PRAGMA application_id = 7")),
    ("database: is no product file of schema 1", |f| f.run("PRAGMA user_version = 2")),
    ("was cut off", |f| {
        f.run("DELETE FROM record WHERE key IN (SELECT record FROM touch WHERE seq = (SELECT max(seq) FROM event)) AND revision = 1");
        f.run("DELETE FROM touch WHERE seq = (SELECT max(seq) FROM event); DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)");
    }),
];

#[test]
fn a_stranger_finds_forgeries_with_plain_tools() {
    if tools_are_missing() {
        return;
    }
    for (expected, forge) in FORGERIES {
        let mut forger = Forger::unguarded();
        let cuts = *expected == "was cut off";
        if cuts {
            // An act that changes nothing leaves no trace but its event.
            let mut event = forger.event_like("feedback.create", "dan");
            event["request"] = "packet.issue".into();
            event["role"] = "developer".into();
            event["facts"] = json!({"number": "PK-0001"});
            event.as_object_mut().unwrap().remove("record");
            forger.append_as(&event, "dan");
        }
        let head = (forger.last(), forger.text("SELECT digest FROM event ORDER BY seq DESC LIMIT 1"));
        forge(&forger);
        forger.put_triggers_back();
        let (good, words) = run(&forger.path, cuts.then_some(&head));
        assert!(!good && words.contains(expected), "{expected} expected: {words}");
    }
}

#[test]
fn a_key_that_nothing_lets_in_is_found_with_plain_tools() {
    if tools_are_missing() {
        return;
    }
    for grant in [
        json!("founder"),
        json!("other"),
        json!({"former": {"proof": "0".repeat(128)}}),
        json!({"code": {"event": 1, "proof": "0".repeat(128)}}),
        json!({"code": {"event": 2, "proof": "0".repeat(128)}}),
    ] {
        let mut forger = Forger::unguarded();
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = hex::encode(key.verifying_key().as_bytes());
        let mut event = forger.event_like("person.activate", "ana");
        event["actor"] = "PN-0003".into();
        event["login"] = "cleo".into();
        event["keys"] = json!([{"person": "PN-0003", "public_key": public, "credential": forger.credential_digest("PN-0003", &public), "grant": grant}]);
        let row = (99, "PN-0003", key.verifying_key().to_bytes(), event["seq"].as_i64().unwrap());
        forger.conn.execute("INSERT INTO signing_key VALUES (?1, ?2, ?3, ?4)", row).unwrap();
        forger.run("UPDATE credential SET key = 99 WHERE person = 'PN-0003'");
        forger.append(&event, &key, 99);
        forger.put_triggers_back();
        let (good, words) = run(&forger.path, None);
        let named = format!("event {}: ", event["seq"]);
        assert!(!good && words.starts_with(&named), "{grant}: {words}");
        assert!(
            words.contains("that nothing lets in") || words.contains("its signature does not match"),
            "{words}"
        );
    }
}

/// Texts that leave a marker in the folder where somebody evaluates them as SQL or in a shell.
const HOSTILE: [&str; 4] = [
    "' || writefile('MARKER', 'x') || '",
    "1; SELECT writefile('MARKER', 'x')",
    "$(touch MARKER)",
    "a[$(touch MARKER)]",
];

#[test]
fn nothing_that_stands_in_a_file_is_evaluated() {
    if tools_are_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("marker");
    let texts = HOSTILE.map(|text| text.replace("MARKER", marker.to_str().unwrap()));
    // Evaluated, each makes the marker: in SQL the first two, in a shell the others.
    for (text, tool) in texts.iter().zip(["sql", "sql", "sh", "sh"]) {
        let mut command = if tool == "sql" { Command::new("sqlite3") } else { Command::new("bash") };
        let arguments = if tool == "sql" { vec![":memory:"] } else { vec!["-c"] };
        let quoted = format!("SELECT '{text}'");
        let evaluated = match (tool, text.starts_with('1')) {
            ("sql", false) => quoted,
            ("sql", true) => format!("SELECT {text}"),
            _ => format!("(( {} ))", text.replace("a[", "b[")),
        };
        command.args(arguments).arg(evaluated).output().unwrap();
        assert!(marker.exists(), "{text} leaves a marker where it is evaluated");
        std::fs::remove_file(&marker).unwrap();
    }
    for text in texts {
        for place in 0..8 {
            let mut forger = Forger::unguarded();
            forger.run("PRAGMA ignore_check_constraints = ON");
            hostile(&forger, place, &text);
            forger.put_triggers_back();
            let (good, words) = run(&forger.path, None);
            assert!(!good, "{text} at place {place}: {words}");
            assert!(!words.contains("touch") && !words.contains("writefile"), "{words}");
            assert!(!marker.exists(), "{text} at place {place} was evaluated: {words}");
        }
    }
}

/// Puts a text at one of the places in the file whose values a recipe would use.
fn hostile(f: &Forger, place: usize, text: &str) {
    let one = |sql: &str| assert!(f.conn.execute(sql, [text]).unwrap() > 0, "{sql}");
    match place {
        0 => one("UPDATE blob SET sha256 = ?1"),
        1 => one("UPDATE signing_key SET person = ?1 WHERE number = 1"),
        2 => one("UPDATE event SET digest = ?1 WHERE seq = 2"),
        3 => one("UPDATE credential SET person = ?1 WHERE person = 'PN-0004'"),
        // By a true key, so that everything up to the attachment is as it must be.
        4 => {
            let mut event = f.event_like("feedback.create", "dan");
            f.change(&mut event, "AT-0001", "sha256", text.into());
            f.append_as(&event, "dan");
        }
        5 => {
            let mut event = f.event_like("feedback.create", "dan");
            event["changes"] = json!([{"record": text, "revision": 1, "digest": text, "fields": []}]);
            event["signatures"] = json!([text]);
            f.append_as(&event, "dan");
        }
        6 => {
            let text = text.replace('\'', "''");
            f.run(&format!("CREATE VIEW \"{text}\" AS SELECT '{text}' AS \"{text}\""));
        }
        _ => {
            let mut event = f.event_like("feedback.create", "dan");
            event["keys"] = json!([{"person": text, "public_key": text, "credential": text,
                "grant": {"code": {"event": text, "proof": text}}}]);
            f.append_as(&event, "dan");
        }
    }
}
