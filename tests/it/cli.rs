//! The command line as a person or a script meets it: the built program, its words, its JSON and its exit codes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::desk::{program, workstation};

pub const EXAMPLE_PASSWORD: &str = "lantern orchard mends the quiet tide";

/// Runs the program on a workstation: its code, output and error stream.
pub fn run_at(place: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = program()
        .args(arguments)
        .env("MAINSTAY_PASSWORD", EXAMPLE_PASSWORD)
        .env("MAINSTAY_DATA_FOLDER", place)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

fn mainstay(password: &str, arguments: &[&str]) -> Run {
    let output: Output = program()
        .args(arguments)
        .env("MAINSTAY_PASSWORD", password)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn with(arguments: &[&str]) -> Run {
    mainstay(EXAMPLE_PASSWORD, arguments)
}

/// The example product, written once for all tests of this file.
fn example() -> &'static (PathBuf, Value) {
    static EXAMPLE: OnceLock<(PathBuf, Value)> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let path = tempfile::tempdir().unwrap().keep().join("example.mainstay");
        let written = with(&["example", path.to_str().unwrap(), "--no-window", "--json"]).json();
        (path, written)
    })
}

/// A copy of the example that a test may change.
pub fn copy(folder: &Path) -> String {
    let path = folder.join("copy.mainstay");
    std::fs::copy(&example().0, &path).unwrap();
    path.to_str().unwrap().to_owned()
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The shape of a JSON document: names and types; of a list its first item.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(items) => Value::Array(items.first().map(shape).into_iter().collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(name, value)| (name.clone(), shape(value))).collect())
        }
    }
}

#[test]
fn the_example_verifies_and_has_something_overdue_of_each_sort() {
    let (path, written) = example();
    let path = path.to_str().unwrap();
    let expected = json!({"format": "number", "path": "string", "people": [
        {"login": "string", "full_name": "string", "roles": ["string"], "password": "string"}]});
    assert_eq!(shape(written), expected);
    assert_eq!(written["people"][0]["password"], EXAMPLE_PASSWORD);
    assert_eq!(written["people"].as_array().unwrap().len(), 6);
    let accounts = with(&["list", path, "person", "--json"]).json();
    assert_eq!(accounts["records"].as_array().unwrap().len(), 6, "everybody in the example can sign in");

    let verified = with(&["verify", path, "--json"]).json();
    assert_eq!(verified["findings"], json!([]));
    let expected = json!({"format": "number", "path": "string", "events": "number", "records": "number",
        "signatures": "number", "attachments": "number", "head": {"seq": "number", "digest": "string"}, "findings": [],
        "continued": [], "time_stamps": {"clock_ahead": "null", "count": "number", "last": "null"}});
    assert_eq!(shape(&verified), expected);

    let status = with(&["status", path, "--on", "2026-11-21", "--json"]).json();
    let item = json!({"record": "string", "title": "string", "what": "string", "whose": "string", "due": "string",
        "days_late": "number", "clause": "string", "rank": "number"});
    assert_eq!(shape(&status["now"]), json!([item]));
    assert_eq!(shape(&status["coming"]), json!([item]));
    assert_eq!(status["at"], "2026-11-21T23:59:59Z");
    assert_eq!(status["records"]["feedback"]["all"], 32);
    let overdue: BTreeSet<String> = status["now"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["days_late"].as_i64().unwrap() > 0)
        .map(|item| item["what"].as_str().unwrap().to_owned())
        .collect();
    for sort in [
        "Approve or refuse the change",
        "Analyse the change",
        "Complete 5.1, postponed in the emergency",
        "Evaluate the feedback",
        "Evaluate the problem",
        "Evaluate the safety-relevant problem",
        "Reassess the deferred problem",
        "Verify the resolution and close",
    ] {
        assert!(overdue.contains(sort), "{sort} is missing from {overdue:#?}");
    }
    assert!(overdue.iter().any(|what| what.starts_with("Decide reportability")), "{overdue:#?}");
    let said = with(&["status", path, "--on", "2026-11-21"]);
    assert!(said.out.contains("Overdue, unapproved or due now"), "{}", said.out);
    assert_eq!(with(&["status", path, "--on", "yesterday"]).code, 2);
    let ahead = with(&["status", path, "--on", "2190-01-01"]);
    assert!(ahead.code == 2 && ahead.err.contains("is in the future"), "{}", ahead.err);
    let early = with(&["status", path, "--on", "1999-01-01"]);
    assert_eq!(early.code, 3, "{}", early.out);
    assert!(early.err.contains("did not exist yet on 1999-01-01"), "{}", early.err);
}

#[test]
fn records_are_listed_and_shown_in_words_and_in_a_stable_shape() {
    let path = example().0.to_str().unwrap();
    let list = with(&["list", path, "change_request", "--json"]).json();
    assert_eq!(list["kind"], "change_request");
    let row = json!({"id": "string", "title": "string", "state": "string", "owner": "null", "created_at": "string",
        "state_since": "string", "more": {"change_type": "string", "origin": "string", "urgency": "string"}});
    assert_eq!(shape(&list["records"]), json!([row]));
    let states: BTreeSet<&str> =
        list["records"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    for state in
        ["released", "awaiting_approval", "rejected", "verifying", "under_analysis", "draft", "on_hold"]
    {
        assert!(states.contains(state), "{state}");
    }
    let show = with(&["show", path, "CR-0004", "--json"]).json();
    let names: Vec<&String> = show.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "ahead",
            "attachments",
            "created_at",
            "created_by",
            "fields",
            "format",
            "id",
            "kind",
            "linked",
            "next",
            "notices",
            "owner",
            "parent",
            "parts",
            "revision",
            "signatures",
            "state",
            "state_since",
            "title",
        ]
    );
    assert_eq!(
        (show["state"].as_str(), show["fields"]["change_type"].as_str()),
        (Some("released"), Some("security"))
    );
    assert!(show["attachments"].as_array().unwrap().len() >= 3);
    let said = with(&["show", path, "cr-0004"]);
    assert!(said.out.contains("Verified by Tomás Example"), "{}", said.out);
    let ahead = |id: &str| -> Vec<String> {
        let show = with(&["show", path, id, "--json"]).json();
        let ahead = show["ahead"].as_array().unwrap();
        ahead.iter().map(|ahead| ahead["text"].as_str().unwrap().to_owned()).collect()
    };
    let waits = "AP-0011 waits for a signature: Development lead (Jonas Example)";
    for id in ["CR-0006", "IA-0004", "PR-0006"] {
        assert_eq!(ahead(id), [waits], "{id}");
    }
    assert_eq!(ahead("AP-0012"), ["CR-0008 continues with “Verify”: Tester (Tomás Example)"]);
    assert_eq!(ahead("CR-0005"), ["PR-0001 continues with “Close”: Quality manager (Mara Example)"]);
    assert!(ahead("CR-0004").is_empty() && ahead("AP-0011").is_empty());
    let said = with(&["show", path, "CR-0006"]);
    assert!(said.out.contains(&format!("Continues in\n  {waits}")), "{}", said.out);
    let unknown = with(&["list", path, "gadget"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("feedback"), "{}", unknown.err);
    assert_eq!(with(&["show", path, "CR-0999"]).code, 3);
    assert_eq!(with(&["show", path, "nonsense"]).code, 2);
}

#[test]
fn a_record_lists_its_parts_and_a_part_names_its_record() {
    let path = example().0.to_str().unwrap();
    let show = with(&["show", path, "CR-0004", "--json"]).json();
    assert_eq!(show["parent"], Value::Null);
    let said = with(&["show", path, "CR-0004"]);
    let parts = show["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    for part in parts {
        let (id, title) = (part["id"].as_str().unwrap(), part["title"].as_str().unwrap());
        assert_eq!(part["state"], "recorded");
        assert!(said.out.contains(&format!("  {id}  Recorded  {title}\n")), "{}", said.out);
        assert_eq!(with(&["show", path, id, "--json"]).json()["parent"], "CR-0004");
        let said = with(&["show", path, id]);
        assert!(said.out.contains("\nPart of CR-0004\n"), "{}", said.out);
        let closed = "(strike)\n    needs: CR-0004, to which it belongs, is “Verifying” (now “Released”)";
        assert!(said.out.contains(closed), "{}", said.out);
    }
}

#[test]
fn the_digests_of_the_events_are_those_of_the_exported_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = example().0.to_str().unwrap();
    let out = folder.path().join("all.json");
    assert_eq!(with(&["export", path, "-o", out.to_str().unwrap()]).code, 0);
    let all: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    let events = all["events"].as_array().unwrap();
    let mut last: BTreeMap<&str, &Value> = BTreeMap::new();
    for change in events.iter().filter_map(|event| event["body"]["changes"].as_array()).flatten() {
        last.insert(change["record"].as_str().unwrap(), &change["digest"]);
    }
    for record in all["records"].as_array().unwrap() {
        let mut body = record.clone();
        body.as_object_mut().unwrap().retain(|name, value| name != "kind" && !value.is_null());
        let text = mainstay::domain::canonical::text(&body);
        let digest = mainstay::domain::canonical::digest(text.as_bytes());
        assert_eq!(last[record["id"].as_str().unwrap()], &json!(digest), "{}", record["id"]);
    }
}

#[test]
fn an_export_holds_everything_and_a_backup_is_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = example().0.to_str().unwrap();
    let out = folder.path().join("all.json");
    assert_eq!(with(&["export", path, "-o", out.to_str().unwrap()]).code, 0);
    let all: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(all["format"], 1);
    let head = json!({"seq": "number", "digest": "string"});
    assert_eq!(shape(&all["head"]), head);
    let event = &all["events"][0];
    let text = mainstay::domain::canonical::text(&event["body"]);
    assert_eq!(
        event["digest"],
        mainstay::domain::canonical::digest(text.as_bytes()),
        "the body gives the signed bytes back"
    );
    assert_eq!(
        shape(&all["keys"]),
        json!([{"number": "number", "person": "string", "public_key": "string", "event": "number"}])
    );
    assert_eq!(
        shape(&all["attachments"]),
        json!([{"sha256": "string", "bytes": "number", "base64": "string"}])
    );
    assert_eq!(all["events"].as_array().unwrap().len() as u64, all["head"]["seq"].as_u64().unwrap());
    assert_eq!(with(&["export", path, "-o", out.to_str().unwrap()]).code, 1, "nothing is written over");

    let backup = folder.path().join("backup.mainstay");
    let copied = with(&["backup", path, "-o", backup.to_str().unwrap()]);
    assert!(
        copied.code == 0 && copied.out.contains("was not verified: run mainstay verify"),
        "{}",
        copied.out
    );
    assert_eq!(with(&["verify", backup.to_str().unwrap()]).code, 0);
    assert_eq!(with(&["backup", path, "-o", backup.to_str().unwrap()]).code, 1);
}

#[test]
fn a_new_file_is_made_once_and_a_script_is_performed_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pump.mainstay");
    let path = path.to_str().unwrap();
    let new = |class: &str, password: &str| {
        let arguments = [
            "new",
            path,
            "--product",
            "Pump",
            "--manufacturer",
            "Example Devices",
            "--class",
            class,
            "--market",
            "us",
            "--market",
            "eu",
            "--login",
            "ana",
            "--full-name",
            "Ana Example",
        ];
        mainstay(password, &arguments)
    };
    assert_eq!(new("D", EXAMPLE_PASSWORD).code, 2);
    assert_eq!(new("B", "1234").code, 3, "a weak password");
    assert!(!Path::new(path).exists());
    let made = new("B", EXAMPLE_PASSWORD);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.out.contains("Recovery code"), "{}", made.out);
    assert_eq!(new("B", EXAMPLE_PASSWORD).code, 1, "nothing is written over");

    std::fs::write(folder.path().join("log.txt"), "a log").unwrap();
    let script = file(
        folder.path(),
        "good.ron",
        r#"[
        (do: Create(kind: "feedback", set: {"title": "Alarm is late"})),
        (do: Attach(to: "FB-0001", file_name: "log.txt", file: Path("log.txt"), description: "A log")),
        (do: InvitePerson(login: "ben", full_name: "Ben Example", roles: ["dev_lead"])),
        (do: Edit(id: "PL-0001", set: {"warn_days": 21}), reason: "As decided"),
    ]"#,
    );
    let run = with(&["run", path, &script, "--login", "ana"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert_eq!(run.out.lines().count(), 4);
    assert!(run.out.contains("feedback.create FB-0001") && run.out.contains("one-time code"), "{}", run.out);
    assert_eq!(with(&["verify", path]).code, 0);
}

#[test]
fn a_word_that_is_nothing_known_is_told_and_nothing_is_written_over() {
    let bogus = with(&["bogus"]);
    assert_eq!(bogus.code, 2);
    assert!(
        bogus.err.contains("“bogus” is neither a command nor a file") && bogus.err.contains("verify"),
        "{}",
        bogus.err
    );
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let there = file(folder.path(), "there", "keep me");
    for arguments in [
        vec![
            "new",
            &there,
            "--product",
            "P",
            "--manufacturer",
            "M",
            "--class",
            "B",
            "--login",
            "a",
            "--full-name",
            "A",
        ],
        vec!["example", &there, "--no-window"],
        vec!["export", &path, "-o", &there],
        vec!["backup", &path, "-o", &there],
        vec!["packet", &path, "change", "CR-0004", "-o", &there, "--login", "mara"],
    ] {
        let refused = with(&arguments);
        assert_eq!(refused.code, 1, "{arguments:?}: {}", refused.err);
        assert!(refused.err.contains("it already exists and is not overwritten"), "{}", refused.err);
        assert_eq!(std::fs::read_to_string(&there).unwrap(), "keep me", "{arguments:?}");
    }
}

#[test]
fn a_head_that_was_noted_must_still_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let head = with(&["verify", &path, "--json"]).json()["head"].clone();
    let (seq, digest) = (head["seq"].as_u64().unwrap(), head["digest"].as_str().unwrap());
    for noted in [format!("{seq}:{digest}"), format!("{seq}:{}", &digest[..16].to_uppercase())] {
        let there = with(&["verify", &path, "--head", &noted]);
        assert!(there.code == 0 && there.out.contains(&format!("Event {seq} is the one given")), "{noted}");
    }
    let other = with(&["verify", &path, "--head", &format!("{}:{digest}", seq - 1)]);
    assert!(other.code == 4 && other.out.contains("is not the one given"), "{}", other.out);
    assert!(other.err.contains("or the head was mistyped") && !other.err.contains("backup"), "{}", other.err);
    let cut = with(&["verify", &path, "--head", &format!("{}:{digest}", seq + 1)]);
    assert!(cut.code == 4 && cut.out.contains("the file ends at event"), "{}", cut.out);
    for wrong in ["12", "0:04495135c324cd7f", "12:0449", "12:zzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(with(&["verify", &path, "--head", wrong]).code, 2, "{wrong}");
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_read_by_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let cache = folder.path().join("cache").display().to_string();
    for arguments in [
        vec!["run", &path, "/dev/zero", "--login", "mara"],
        vec!["import", "feedback", &path, "/dev/zero", "--mapping", "maude", "--login", "tomas"],
        vec!["import", "feedback", &path, "/dev/zero", "--mapping", "/dev/zero", "--login", "tomas"],
        vec!["sbom", "inspect", "/dev/zero"],
        vec!["scan", "/dev/zero", "--cache", &cache],
        vec!["advisories", "import", "/dev/zero", "--cache", &cache],
        vec!["verify", "/dev/zero"],
    ] {
        let refused = with(&arguments);
        assert!((1..=2).contains(&refused.code), "{arguments:?}: {} {}", refused.code, refused.err);
        assert!(
            format!("{}{}", refused.out, refused.err).contains("device or a pipe"),
            "{arguments:?}: {}{}",
            refused.out,
            refused.err
        );
    }
}

#[test]
fn a_script_with_a_slip_changes_nothing_and_says_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let seq = || with(&["verify", &path, "--json"]).json()["head"]["seq"].clone();
    let before = seq();
    let run = |name: &str, text: &str| {
        let script = file(folder.path(), name, text);
        with(&["run", &path, &script, "--login", "mara"])
    };
    let create = r#"(do: Create(kind: "feedback", set: {"title": "x"}))"#;
    let slip = run("a.ron", &format!("[\n{create},\n(do: Fly(id: \"FB-0001\")),\n]"));
    assert_eq!(slip.code, 1);
    assert!(slip.err.contains("a.ron:3:") && slip.err.contains("Fly"), "{}", slip.err);
    // What the program notes of itself cannot be said by a script.
    for note in ["NotePacket", "NoteImport"] {
        let forged = run("n.ron", &format!("[(do: {note}(facts: {{\"sha256\": \"00\"}}))]"));
        assert!(forged.code == 1 && forged.err.contains(note), "{}", forged.err);
        assert_eq!(forged.err.matches(note).count(), 1, "it is not offered: {}", forged.err);
    }
    let field = run("b.ron", &format!("[{create}, (do: Edit(id: \"FB-0030\", set: {{\"titel\": \"x\"}}))]"));
    assert_eq!(field.code, 1);
    assert!(field.err.contains("request 2") && field.err.contains("titel"), "{}", field.err);
    let step = run("c.ron", &format!("[{create}, (do: Move(id: \"FB-0030\", go: \"fly\"))]"));
    assert!(step.code == 1 && step.err.contains("register"), "{}", step.err);
    let wrong =
        run("d.ron", r#"[(do: Create(kind: "feedback", set: {"title": "x", "received_at": "soon"}))]"#);
    assert!(wrong.code == 1 && wrong.err.contains("Received at"), "{}", wrong.err);
    let person = run("p.ron", r#"[(do: Create(kind: "person", set: {"login": "ben"}))]"#);
    assert!(person.code == 1 && person.err.contains("InvitePerson(login:"), "{}", person.err);
    assert_eq!(run("e.ron", "[").code, 1);
    let nowhere = with(&["run", &path, "nowhere.ron", "--login", "mara"]);
    assert!(nowhere.code == 1 && nowhere.err.contains("there is no such file"), "{}", nowhere.err);
    assert_eq!(seq(), before, "nothing was changed");
}

#[test]
fn what_a_rule_or_a_permission_refuses_ends_the_script_unless_told_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let text = r#"[
        (do: Move(id: "CR-0006", go: "implement")),
        (do: Create(kind: "feedback", set: {"title": "After a refusal"})),
    ]"#;
    let script = file(folder.path(), "s.ron", text);
    let stopped = with(&["run", &path, &script, "--login", "jonas"]);
    assert_eq!(stopped.code, 3);
    assert!(
        stopped.err.contains("Awaiting approval") && stopped.err.contains("1 more not tried"),
        "{}",
        stopped.err
    );
    let went_on = with(&["run", &path, &script, "--login", "jonas", "--keep-going"]);
    assert_eq!(went_on.code, 3);
    assert!(went_on.out.contains("done     feedback.create FB-0033"), "{}", went_on.out);
    let other = with(&["run", &path, &script, "--login", "tomas"]);
    assert!(other.code == 3, "{}", other.err);
    assert_eq!(mainstay("a wrong password", &["run", &path, &script, "--login", "jonas"]).code, 3);
    assert_eq!(with(&["run", &path, &script]).code, 2, "the login is asked for");
}

#[test]
fn feedback_is_imported_once_and_a_packet_is_a_pdf() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let rows = file(folder.path(), "calls.csv", "number,text\nA 1,Alarm is late\nA 2,No alarm\n");
    let mapping = file(
        folder.path(),
        "calls.ron",
        r#"(name: "Calls", columns: [
        (target: "external_number", from: ["number"]), (target: "title", from: ["text"]),
    ], constants: {"channel": "Telephone"}, rest_into: "source_columns")"#,
    );
    let import = |more: &[&str]| {
        let mut arguments =
            vec!["import", "feedback", &path, &rows, "--mapping", &mapping, "--login", "tomas"];
        arguments.extend(more);
        with(&arguments)
    };
    let dry = import(&["--dry-run"]);
    assert!(dry.code == 0 && dry.out.contains("2 rows would be imported"), "{}{}", dry.out, dry.err);
    let taken = import(&[]);
    assert!(taken.code == 0 && taken.out.contains("2 rows imported"), "{}{}", taken.out, taken.err);
    let again = import(&[]);
    assert!(again.code == 0 && again.out.contains("2 imported before"), "{}{}", again.out, again.err);
    let unknown = with(&["import", "feedback", &path, &rows, "--mapping", "Nothing", "--login", "tomas"]);
    assert_eq!(unknown.code, 2, "{}", unknown.err);
    let missing = with(&["import", "feedback", &path, &rows, "--mapping", "none.ron", "--login", "tomas"]);
    assert!(
        missing.code == 1 && missing.err.contains("none.ron could not be read: there is no such file"),
        "{}",
        missing.err
    );

    let pdf = folder.path().join("cr.pdf");
    let made = with(&["packet", &path, "change", "CR-0004", "-o", pdf.to_str().unwrap(), "--login", "mara"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF"));
    let pages = made.out.split(" pages").next().and_then(|words| words.split(' ').next_back()).unwrap();
    // The last page says how the packet is checked.
    assert!(pages.parse::<u32>().unwrap() <= 13, "an auditor’s sample stays short: {pages} pages");
    let over = with(&["packet", &path, "change", "CR-0004", "-o", pdf.to_str().unwrap(), "--login", "mara"]);
    assert_eq!(over.code, 1, "nothing is written over");
    for (more, words) in [
        (vec!["period"], "write: period --from"),
        (
            vec!["period", "--from", "2026-03-01", "--to", "2026-01-01"],
            "--from 2026-03-01 is after --to 2026-01-01",
        ),
        (vec!["period", "--from", "2026-01-01", "--to", "2190-01-01"], "is in the future"),
        (
            vec!["period", "CR-0004", "--from", "2026-01-01", "--to", "2026-03-01"],
            "“CR-0004” does not belong",
        ),
        (vec!["change", "CR-0004", "--from", "2026-01-01"], "--from belongs to the packet of a period"),
        (vec!["change", "FB-0001"], "FB-0001 is not a change request"),
    ] {
        let refused = with(
            &[&["packet", path.as_str()][..], &more[..], &["-o", "x.pdf", "--login", "mara"][..]].concat(),
        );
        assert!(refused.code == 2 && refused.err.contains(words), "{more:?}: {}", refused.err);
    }
    assert_eq!(with(&["verify", &path]).code, 0);
}

#[test]
fn a_sample_is_printed_by_a_command_and_what_does_not_belong_to_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    for (more, words) in [
        (
            vec!["change", "CR-0004", "CR-0003"],
            "several records together are a sample: sample CR-0004 CR-0003",
        ),
        (vec!["change", "CR-0004", "--seed", "3"], "belong to a sample; leave them out"),
        (vec!["change", "CR-0004", "--order", "inspection"], "--order belongs to the packet of a period"),
        (vec!["sample"], "nothing is asked for"),
        (vec!["sample", "CR4"], "“CR4” is not a record number"),
        (vec!["sample", "--draw", "CR:2"], "records are drawn by a seed"),
        (vec!["sample", "--draw", "CR"], "write it like CR:5"),
        (vec!["sample", "CR-0004", "--from", "2026-01-01"], "--from and --to go together"),
    ] {
        let refused = with(
            &[&["packet", path.as_str()][..], &more[..], &["-o", "x.pdf", "--login", "mara"][..]].concat(),
        );
        assert!(refused.code == 2 && refused.err.contains(words), "{more:?}: {}", refused.err);
    }
    let sample = folder.path().join("sample.pdf");
    let asked =
        ["sample", "CR-0004", "FB-0001", "--draw", "PR:2", "--seed", "17", "--asked-by", "Dr. Vera Auditor"];
    let made = with(
        &[
            &["packet", path.as_str()][..],
            &asked[..],
            &["-o", sample.to_str().unwrap(), "--login", "mara"][..],
        ]
        .concat(),
    );
    assert!(made.code == 0 && made.out.contains("PDF/A-3a and PDF/UA-1"), "{}{}", made.out, made.err);
    assert_eq!(with(&["verify", &path]).code, 0);
}

#[test]
fn what_is_no_product_file_or_is_damaged_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let text = file(folder.path(), "notes.txt", "these are notes, and not a product file at all\n");
    let other = with(&["status", &text]);
    assert_eq!(other.code, 1);
    assert!(other.err.contains("is not a product file"), "{}", other.err);
    assert_eq!(with(&["status", "nowhere.mainstay"]).code, 1);
    assert_eq!(with(&["fly", "away"]).code, 2);

    let bytes = std::fs::read(&example().0).unwrap();
    let cut = folder.path().join("cut.mainstay");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let damaged = with(&["verify", cut.to_str().unwrap()]);
    assert_eq!(damaged.code, 4, "{}", damaged.err);
    // One letter of what somebody told, wherever the file holds it.
    let mut forged = bytes;
    let needle = b"Dotaz na aktualizaci";
    let at = forged.windows(needle.len()).position(|window| window == needle).unwrap();
    forged[at] = b'd';
    let path = folder.path().join("forged.mainstay");
    std::fs::write(&path, forged).unwrap();
    let found = with(&["verify", path.to_str().unwrap(), "--json"]);
    assert_eq!(found.code, 4, "{}", found.err);
    let said: Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(shape(&said["findings"]), json!([{"place": "string", "what": "string"}]));
}

#[test]
fn without_a_display_the_example_is_told_and_printed_instead() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shown.mainstay");
    let run = with(&["example", path.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains(EXAMPLE_PASSWORD) && run.out.contains("there is no display"), "{}", run.out);
    assert!(run.out.contains("Overdue, unapproved or due now"), "{}", run.out);
    let pdf = folder.path().join("shown.CR-0004.pdf");
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF"));
    assert_eq!(with(&["example", path.to_str().unwrap(), "--no-window"]).code, 1, "nothing is written over");
    let window = with(&[path.to_str().unwrap()]);
    assert!(window.code == 1 && window.err.contains("no window can be opened"), "{}", window.err);
}

#[test]
fn every_shipped_calendar_is_brought_into_a_policy_by_the_script_that_is_printed_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let listed = with(&["calendar"]).out;
    let codes: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for code in ["austria", "france", "germany", "switzerland", "united-kingdom", "united-states", "weekends"]
    {
        assert!(codes.contains(&code), "{listed}");
        let printed = with(&["calendar", code, "--from", "2030", "--to", "2032"]);
        let script = file(folder.path(), &format!("{code}.ron"), &printed.out);
        let run = with(&["run", &path, &script, "--login", "mara"]);
        assert_eq!(run.code, 0, "{code}: {} {}", run.out, run.err);
        let policy = with(&["show", &path, "PL-0001", "--json"]).json().to_string();
        let name = listed.lines().find(|line| line.starts_with(code)).unwrap();
        let name = name.split_once(' ').unwrap().1.trim().rsplit_once(':').unwrap().0;
        assert!(policy.contains(name), "{name}");
    }
    assert_eq!(with(&["verify", &path]).code, 0);
    let refused = with(&["calendar", "germany", "--from", "2034", "--to", "2040"]);
    let words = "has no holidays for 2036; it covers 2024 to 2035";
    assert!(refused.code == 2 && refused.err.contains(words), "{}", refused.err);
    assert_eq!(with(&["calendar", "germany", "--from", "2034", "--to", "2030"]).code, 2);
    assert_eq!(with(&["calendar", "--from", "2030"]).code, 2, "a year needs a calendar");
    assert_eq!(with(&["calendar", "utopia"]).code, 2);
    let text = "(name: \"A\", weekend: [], years: [(year: 2026, holidays: []), (year: 2026, holidays: [])])";
    let refused = with(&["calendar", &file(folder.path(), "twice.ron", text)]);
    assert!(
        refused.code == 1 && refused.err.contains("twice.ron: year 2026: it is listed twice"),
        "{}",
        refused.err
    );
}

#[test]
fn an_older_file_is_refused_with_the_command_that_upgrades_it_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let done = with(&["upgrade", &path]);
    assert!(
        done.code == 0 && done.out.contains("already has this program's version"),
        "{}{}",
        done.out,
        done.err
    );
    crate::upgrade::take_back(Path::new(&path));
    let before = std::fs::read(&path).unwrap();
    for arguments in [["status", &path].as_slice(), &["list", &path, "feedback"], &["verify", &path]] {
        let refused = with(arguments);
        assert!(refused.code == 1 && refused.err.contains("mainstay upgrade FILE"), "{}", refused.err);
    }
    // The released program knows no version before the first.
    let refused = with(&["upgrade", &path]);
    assert!(refused.code == 1 && refused.err.contains("no way is known from version 0"), "{}", refused.err);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(with(&["upgrade", "nowhere.mainstay"]).code, 1);
}

#[test]
fn names_that_look_like_uris_or_options_are_files_of_exactly_that_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["file:ex.mainstay", "Pump #3 100%41?mode=rwc&x=.mainstay", "a b.mainstay", "./-x.mainstay"] {
        let inside = folder.path().join("d");
        std::fs::create_dir(&inside).unwrap();
        let here = |arguments: &[&str]| {
            let output = program()
                .args(arguments)
                .current_dir(&inside)
                .env("MAINSTAY_PASSWORD", "violet tractor hums at noon")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name} {arguments:?}: {said}");
            assert!(said.is_empty(), "{name}: {said}");
        };
        let made = [
            "new",
            name,
            "--product",
            "Pump",
            "--manufacturer",
            "Example",
            "--class",
            "A",
            "--class-rationale",
            "No harm",
            "--login",
            "ana",
            "--full-name",
            "Ana Example",
        ];
        here(&made);
        let bytes = std::fs::read(inside.join(name)).unwrap();
        here(&["verify", name]);
        here(&["list", name, "person"]);
        assert_eq!(std::fs::read(inside.join(name)).unwrap(), bytes, "{name}: reading writes nothing");
        here(&["backup", name, "-o", "file:copy?.mainstay"]);
        here(&["verify", "file:copy?.mainstay"]);
        here(&["export", name, "-o", "file:out#.json"]);
        let mut names: Vec<_> = std::fs::read_dir(&inside)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut wanted = vec!["file:copy?.mainstay", "file:out#.json", name.trim_start_matches("./")];
        wanted.sort_unstable();
        assert_eq!(names, wanted);
        std::fs::remove_dir_all(&inside).unwrap();
    }
}

#[test]
fn a_backup_that_fails_leaves_nothing_and_what_a_killed_one_left_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let names = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let out = folder.path().join("out.mainstay");
    let part = file(folder.path(), "out.mainstay.part", "of somebody else");
    std::fs::write(&out, "there").unwrap();
    assert_eq!(with(&["backup", &path, "-o", out.to_str().unwrap()]).code, 1);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "there");
    std::fs::remove_file(&out).unwrap();
    assert_eq!(with(&["backup", &path, "-o", out.to_str().unwrap()]).code, 0);
    assert_eq!(std::fs::read_to_string(&part).unwrap(), "of somebody else");
    let nowhere = folder.path().join("nowhere/out.mainstay");
    assert_eq!(with(&["backup", &path, "-o", nowhere.to_str().unwrap()]).code, 1);
    assert_eq!(names(), ["copy.mainstay", "out.mainstay", "out.mainstay.part"]);

    let left = file(folder.path(), "late.mainstay.12345678.mainstay-part", "half");
    let told = with(&["status", &path]);
    assert!(
        told.code == 0 && told.err.contains(&left) && told.err.contains("can be removed"),
        "{}",
        told.err
    );
    assert!(Path::new(&left).exists(), "it is told, not removed");
}

#[cfg(unix)]
#[test]
fn what_only_its_owner_may_read_gives_copies_that_only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    for (mode, others) in [(0o600, 0), (0o644, 0o044)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        for (command, name) in [("backup", "copy"), ("export", "out.json")] {
            let out = folder.path().join(format!("{name}{mode:o}"));
            assert_eq!(with(&[command, &path, "-o", out.to_str().unwrap()]).code, 0);
            let made = std::fs::metadata(&out).unwrap().permissions().mode() & 0o777;
            assert_eq!(made & 0o177 & !others, 0, "{command} of {mode:o}: {made:o}");
        }
        let pdf = folder.path().join(format!("packet{mode:o}.pdf"));
        let made =
            with(&["packet", &path, "change", "CR-0004", "-o", pdf.to_str().unwrap(), "--login", "mara"]);
        assert_eq!(made.code, 0, "{}", made.err);
        assert_eq!(std::fs::metadata(&pdf).unwrap().permissions().mode() & 0o177 & !others, 0);
    }
}

#[test]
fn a_file_that_lacks_an_event_that_the_workstation_saw_is_noticed_by_every_command() {
    let (folder, place) = (tempfile::tempdir().unwrap(), workstation());
    let (path, older) = (copy(folder.path()), folder.path().join("older.mainstay"));
    std::fs::copy(&path, &older).unwrap();
    let older = older.to_str().unwrap();
    let work = |place: &Path, path: &str, title: &str| {
        let script = folder.path().join("one.ron");
        let text = format!("[(do: Create(kind: \"feedback\", set: {{\"title\": \"{title}\"}}))]");
        std::fs::write(&script, text).unwrap();
        run_at(place, &["run", path, script.to_str().unwrap(), "--login", "mara"])
    };

    let (code, out, err) = work(&place, &path, "Alarm is late");
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(run_at(&place, &["status", &path]).2, "");
    // The older copy ends before the event that was seen.
    let packet = folder.path().join("packet.pdf");
    for command in [
        vec!["status", older],
        vec!["list", older, "feedback"],
        vec!["verify", older],
        vec![
            "packet",
            older,
            "period",
            "--from",
            "2026-01-01",
            "--to",
            "2026-12-31",
            "-o",
            packet.to_str().unwrap(),
            "--login",
            "mara",
        ],
    ] {
        let (_, _, err) = run_at(&place, &command);
        assert!(err.contains("events were cut off, or this is an older copy"), "{command:?}: {err}");
    }
    let (code, out, _) = run_at(&place, &["verify", older]);
    assert!(code == 4 && out.contains("was seen earlier and is not there"), "{out}");
    // Another workstation learns of it from the list.
    let (other, list) = (workstation(), folder.path().join("heads.json"));
    assert_eq!(run_at(&other, &["status", older]).2, "");
    std::fs::write(&list, run_at(&place, &["heads", "list", "--json"]).1).unwrap();
    assert!(run_at(&other, &["heads", "import", list.to_str().unwrap()]).1.contains("1 of 1 were later"));
    assert!(run_at(&other, &["status", older]).2.contains("events were cut off"));
    // The older copy goes another way.
    assert_eq!(work(&workstation(), older, "Key sticks").0, 0);
    assert!(run_at(&place, &["status", older]).2.contains("is not the one that this workstation saw"));
    assert_eq!(run_at(&place, &["verify", older]).0, 4);
    assert_eq!(work(&place, older, "Nothing").0, 3, "nothing is written to it");
    // Somebody says that it is meant to be so.
    assert_eq!(run_at(&place, &["heads", "forget", older]).0, 0);
    assert_eq!(run_at(&place, &["verify", older]).0, 0);
    assert!(run_at(&place, &["status", &path]).2.contains("is not the one"));
    // A list that is none is refused.
    std::fs::write(&list, "{\"format\":1,\"heads\":[{\"file\":\"../x\",\"seq\":1,\"digest\":\"\"}]}")
        .unwrap();
    let (code, _, err) = run_at(&other, &["heads", "import", list.to_str().unwrap()]);
    assert!(code == 1 && err.contains("is not the identifier of a file"), "{code} {err}");
    std::fs::write(&list, "[]").unwrap();
    assert_eq!(run_at(&other, &["heads", "import", list.to_str().unwrap()]).0, 1);
}

#[test]
fn a_row_that_is_refused_makes_the_import_fail_and_the_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let rows = file(folder.path(), "calls.csv", "number,text\nB 1,Alarm is late\nB 2,\n");
    let mapping = file(
        folder.path(),
        "calls.ron",
        r#"(name: "Calls", columns: [(target: "external_number", from: ["number"]), (target: "title", from: ["text"])])"#,
    );
    let import = ["import", "feedback", &path, &rows, "--mapping", &mapping, "--login", "tomas"];
    let taken = with(&import);
    assert_eq!(taken.code, 1, "{}", taken.out);
    assert!(taken.out.contains("1 row imported, 0 imported before, 1 refused"), "{}", taken.out);
    assert!(taken.err.contains("1 row refused; the reasons are listed above"), "{}", taken.err);
    let again = with(&[&import[..], &["--dry-run"]].concat());
    assert!(again.code == 1 && again.out.contains("The same file was imported before"), "{}", again.out);
    let bare = with(&[&import[..], &["--answer", "aware_at=2026-11-28"]].concat());
    assert!(bare.code == 2 && bare.err.contains("is not a date and time"), "{}", bare.err);
    let unknown = with(&[&import[..], &["--answer", "awareness=x"]].concat());
    assert!(
        unknown.code == 2 && unknown.err.contains("feedback has no field “awareness”"),
        "{}",
        unknown.err
    );
}

#[test]
fn what_prevents_a_step_is_said_as_what_it_needs() {
    let path = example().0.to_str().unwrap();
    let said = with(&["show", path, "PR-0001"]).out;
    assert!(
        said.contains("Close (close)\n    needs: The problem is resolved") && !said.contains("not yet,"),
        "{said}"
    );
}

#[test]
fn an_output_in_a_folder_that_is_missing_is_refused_with_the_folder() {
    let path = example().0.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("nowhere/out.json");
    for arguments in [
        vec!["export", path, "-o", out.to_str().unwrap()],
        vec!["export", path, "--kind", "feedback", "--csv", out.to_str().unwrap()],
        vec!["backup", path, "-o", out.to_str().unwrap()],
    ] {
        let refused = with(&arguments);
        assert!(refused.code == 1 && refused.err.contains("there is no folder"), "{}", refused.err);
    }
    for arguments in [vec!["export", path, "--kind", "feedback"], vec!["export", path]] {
        let refused = with(&arguments);
        assert!(refused.code == 2 && refused.err.contains("--kind KIND --csv OUT.csv"), "{}", refused.err);
    }
}

/// The blocks of a language in the documentation of the command line.
#[cfg(unix)]
fn printed(language: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/command-line.md");
    let text = std::fs::read_to_string(path).unwrap();
    let begin = format!("```{language}\n");
    text.split(begin.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Advisory data of today, as it is published.
fn advisory_feeds() -> [(&'static str, Value); 2] {
    let today = mainstay::ops::now().day();
    let osv = json!({
        "schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "modified": format!("{today}T00:00:00Z"), "summary": "A crash on long input",
        "affected": [{"package": {"ecosystem": "npm", "name": "pump-link"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.6.3"}]}]}],
    });
    let kev = json!({
        "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "1", "dateReleased": format!("{today}T00:00:00Z"), "count": 1,
        "vulnerabilities": [{"cveID": "CVE-1999-0001", "vendorProject": "V", "product": "P", "vulnerabilityName": "N", "dateAdded": "2026-01-01",
            "shortDescription": "S", "requiredAction": "A", "dueDate": "2026-01-22"}],
    });
    [("osv.json", osv), ("kev.json", kev)]
}

#[cfg(unix)]
#[test]
fn the_commands_and_files_of_the_documentation_work_as_they_are_printed() {
    let (folder, place) = (tempfile::tempdir().unwrap(), workstation());
    for block in printed("ron") {
        if let Some((name, _)) = block.strip_prefix("// ").and_then(|rest| rest.split_once('\n')) {
            file(folder.path(), name, &block);
        }
    }
    file(folder.path(), "calls.csv", &printed("csv").concat());
    let program = Path::new(env!("CARGO_BIN_EXE_mainstay")).parent().unwrap().display();
    let path = format!("{program}:{}", std::env::var("PATH").unwrap());
    let blocks: Vec<String> = printed("sh").into_iter().filter(|block| block.contains("mainstay ")).collect();
    assert_eq!(blocks.len(), 4, "{blocks:?}");
    let feeds = folder.path().join("feeds");
    std::fs::create_dir(&feeds).unwrap();
    for (name, feed) in advisory_feeds() {
        file(&feeds, name, &feed.to_string());
    }
    for block in blocks {
        let output = Command::new("sh")
            .args(["-e", "-c", &block])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("MAINSTAY_PASSWORD", "violet tractor hums at noon")
            .env("MAINSTAY_DATA_FOLDER", &place)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{block}\n{}{said}", String::from_utf8_lossy(&output.stdout));
    }
    let pump = folder.path().join("pump.mainstay");
    let list = with(&["list", pump.to_str().unwrap(), "feedback", "--json"]).json();
    assert_eq!(list["records"].as_array().unwrap().len(), 2, "one by the script, one by the import");
    let gateway = folder.path().join("gateway.mainstay");
    let review = with(&["show", gateway.to_str().unwrap(), "SR-0007", "--json"]).json();
    assert_eq!(review["state"], "approved", "the whole review by scripts");
}

#[test]
fn the_kinds_and_roles_that_the_documentation_lists_are_all() {
    use mainstay::domain::choice::Choice as _;
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/command-line.md")).unwrap();
    let kinds = mainstay::domain::ids::Kind::ALL.iter().map(|kind| kind.code());
    let roles = mainstay::domain::person::Role::OPTIONS.iter().map(|option| option.code);
    for code in kinds.chain(roles) {
        assert!(text.contains(&format!("`{code}`")), "{code}");
    }
}
