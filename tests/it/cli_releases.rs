//! The commands on releases, communications, deviations and plans.

use std::path::PathBuf;

use serde_json::Value;

use crate::cli::run_at;
use crate::desk::workstation;

/// A product file with two releases and a communication, made by the commands alone.
struct Shop {
    folder: tempfile::TempDir,
    place: PathBuf,
}

const SCRIPT: &str = r#"[
    (do: Create(kind: "release", set: {"title": "First", "version": "2.3.0"})),
    (do: Create(kind: "release", set: {"title": "Next", "version": "2.3.1"})),
    (do: Edit(id: "RL-0001", set: {"baseline_items": [{"item": "gateway", "version": "2.3.0"}]})),
    (do: Edit(id: "RL-0002", set: {"predecessor": "RL-0001"})),
    (do: Create(kind: "communication", set: {"title": "Alarm is late", "communication_kind": "advisory_notice"})),
    (do: Create(kind: "process_deviation", set: {"title": "A hotfix without a release", "rule_bypassed": "IEC 62304 6.3.2"})),
]"#;

impl Shop {
    fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap(), place: workstation() };
        let script = shop.file("first.ron", SCRIPT);
        let made = [
            "new",
            &shop.path(),
            "--product",
            "Pump",
            "--manufacturer",
            "Example Devices",
            "--class",
            "B",
            "--market",
            "eu",
            "--login",
            "ana",
            "--full-name",
            "Ana Example",
        ];
        assert_eq!(run_at(&shop.place, &made).0, 0);
        let (code, _, err) = shop.run(&["run", &shop.path(), &script, "--login", "ana"]);
        assert_eq!(code, 0, "{err}");
        shop
    }

    fn path(&self) -> String {
        self.name("pump.mainstay")
    }

    fn name(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.name(name), text).unwrap();
        self.name(name)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        run_at(&self.place, arguments)
    }

    /// A command on the product file.
    fn on(&self, command: &str, rest: &[&str]) -> (i32, String, String) {
        self.run(&[&[command, &self.path()], rest].concat())
    }

    fn events(&self) -> u64 {
        let (code, out, err) = self.on("verify", &["--json"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()["events"].as_u64().unwrap()
    }
}

#[test]
fn a_baseline_is_rehearsed_and_then_stored_and_its_differences_are_listed() {
    let shop = Shop::new();
    let bill = shop.file(
        "bill.cdx.json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
            {"type":"library","name":"zlib","version":"1.3.1"},{"type":"library","name":"alsa"}]}"#,
    );
    let items = shop.file("items.csv", "item,version\ngateway,2.3.1\n");
    let (code, _, err) = shop.on("baseline", &["RL-0002", "--bill", &bill, "--rehearse"]);
    assert_eq!(code, 1);
    assert!(err.contains("without a version: alsa"), "{err}");
    let given = ["RL-0002", "--bill", &bill, "--items", &items, "--leave-out-unversioned"];
    let before = shop.events();
    let (code, out, err) = shop.on("baseline", &[&given[..], &["--rehearse"]].concat());
    assert_eq!(code, 0, "{err}");
    for words in [
        "1 SOUP item would be read (CycloneDX 1.6 JSON)",
        "1 component without a version, left out: alsa",
        "1 configuration item would be read",
        "gateway 2.3.0 → 2.3.1: no change is behind it",
        "zlib 1.3.1, new: no change is behind it",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert_eq!(shop.events(), before);
    let (code, out, err) = shop.on("baseline", &[&given[..], &["--login", "ana"]].concat());
    assert_eq!((code, out.contains("1 SOUP item read")), (0, true), "{err}");
    assert_eq!(shop.events(), before + 3);
    let (code, out, _) = shop.on("differences", &["RL-0002"]);
    assert_eq!(code, 0);
    assert!(out.contains("RL-0002  2.3.1, follows RL-0001, 2.3.0"), "{out}");
    assert!(out.contains("Baseline: 1 configuration item, 1 SOUP item"), "{out}");
    let (code, out, _) = shop.on("differences", &["RL-0002", "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found["differences"].as_array().unwrap().len()), (0, 2));
    assert_eq!(found["differences"][1]["kind"], "soup");
    // Without a file, or without a login where it is stored, the use is wrong.
    assert_eq!(shop.on("baseline", &["RL-0002", "--login", "ana"]).0, 2);
    assert_eq!(shop.on("baseline", &["RL-0002", "--items", &items]).0, 2);
    let (code, _, err) = shop.on("baseline", &["CM-0001", "--items", &items, "--rehearse"]);
    assert_eq!((code, err.contains("name a release")), (3, true), "{err}");
}

#[test]
fn a_commit_list_is_stored_and_compared() {
    let shop = Shop::new();
    let list = shop.file("commits.txt", "3f2a9bc Restart the timer\n");
    let (code, out, err) = shop.on("commits", &["RL-0002", &list, "--login", "ana"]);
    assert_eq!(code, 12, "{err}");
    assert!(
        out.contains("1 commit, 1 named by no change of the release\n  3f2a9bc  Restart the timer"),
        "{out}"
    );
    let (code, out, _) = shop.on("commits", &["RL-0002", "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["unnamed"][0]["commit"]), (12, &Value::from("3f2a9bc")));
    let (code, out, _) = shop.on("commits", &["RL-0001"]);
    assert_eq!((code, out.as_str()), (0, "0 commits, 0 named by no change of the release\n"));
    let events = shop.events();
    let letter = shop.file("letter.txt", "3f2a9bc One\nDear reader\n");
    let (code, _, err) = shop.on("commits", &["RL-0002", &letter, "--login", "ana"]);
    assert_eq!(code, 1);
    assert!(err.contains("line 2: ") && err.contains("“Dear reader” was found"), "{err}");
    assert_eq!(shop.on("commits", &["RL-0002", &list]).0, 2, "storing needs a login");
    assert_eq!(shop.on("commits", &["RL-0002", &shop.name("none.txt"), "--login", "ana"]).0, 1);
    assert_eq!(shop.events(), events);
}

#[test]
fn the_gate_lists_what_is_not_met_with_its_place() {
    let shop = Shop::new();
    let (code, out, err) = shop.on("gate", &["RL-0002"]);
    assert_eq!((code, err.as_str()), (12, ""));
    assert!(out.starts_with("Not met: "), "{out}");
    assert!(
        out.contains("It is stated that no anomaly is known (IEC 62304 5.8.2); see “No anomaly is known”"),
        "{out}"
    );
    assert!(out.contains("A maintenance plan is in force (IEC 62304 6.1); see MP-0001"), "{out}");
    let (code, out, _) = shop.on("gate", &["RL-0002", "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let unmet = found["conditions"].as_array().unwrap().iter().filter(|one| one["met"] == false).count();
    assert_eq!((code, found["unmet"].as_u64()), (12, Some(unmet as u64)));
    assert_eq!(shop.on("gate", &["FB-0001"]).0, 3);
    assert_eq!(shop.on("gate", &["RL-0099"]).0, 3);
    assert_eq!(shop.on("gate", &["moon"]).0, 2);
}

#[test]
fn recipients_are_imported_listed_and_exported() {
    let shop = Shop::new();
    let table =
        shop.file("r.csv", "Contact;Hospital;E-mail;Fax;sent_on\nAda;Klinik;ada@example.com;1;2026-01-02\n");
    let (code, out, err) = shop.on("recipients", &["CM-0001", "--import", &table, "--login", "ana"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Columns that are not read: Fax"), "{out}");
    assert!(out.contains("1 recipient added, 0 changed, 0 unchanged, 0 acknowledged"), "{out}");
    let (code, out, _) = shop.on("recipients", &["CM-0001"]);
    assert_eq!((code, out.as_str()), (0, "RC-0001  Listed        2026-01-02  Ada, Klinik\n"));
    let target = shop.name("out.csv");
    assert_eq!(shop.on("recipients", &["CM-0001", "--export", &target]).0, 0);
    assert_ne!(shop.on("recipients", &["CM-0001", "--export", &target]).0, 0, "nothing is overwritten");
    let (code, out, _) = shop.on("recipients", &["CM-0001", "--import", &target, "--login", "ana"]);
    assert_eq!((code, out.contains("0 recipients added, 0 changed, 1 unchanged")), (0, true), "{out}");
    let events = shop.events();
    let broken = shop.file("broken.csv", &format!("name,market\n{}", "A,moon\n".repeat(1000)));
    let (code, out, err) = shop.on("recipients", &["CM-0001", "--import", &broken, "--login", "ana"]);
    assert_eq!(code, 1);
    assert!(err.contains("nothing was imported"), "{err}");
    assert!(out.contains("line 2, market: ") && out.ends_with("more\n"), "{out}");
    assert_eq!(shop.events(), events);
    assert_eq!(shop.on("recipients", &["CM-0001", "--import", &table]).0, 2);
    assert_eq!(shop.on("recipients", &["RL-0001"]).0, 3);
}

#[test]
fn deviations_and_two_plans_are_listed() {
    let shop = Shop::new();
    let (code, out, _) = shop.on("deviations", &[]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with("Signs that no process deviation tells: 0\nProcess deviations: 1\n  DV-0001  "),
        "{out}"
    );
    let (code, out, _) = shop.on("deviations", &["--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["deviations"][0]["id"]), (0, &Value::from("DV-0001")));
    let (code, out, _) = shop.on("differences", &["MP-0001", "MP-0001"]);
    assert_eq!((code, out.as_str()), (0, "0 differences\n"));
    assert_eq!(shop.on("differences", &["MP-0001", "RL-0001"]).0, 2);
    assert_eq!(shop.on("differences", &["MP-0001"]).0, 2);
}

#[test]
fn the_new_kinds_are_listed_shown_and_made_by_scripts_from_their_declarations() {
    let shop = Shop::new();
    let parts = shop.file(
        "parts.ron",
        r#"[
            (do: Create(kind: "recipient", parent: "CM-0001", set: {"title": "Ada"})),
            (do: Create(kind: "source_check", set: {"title": "Weekly check", "source": "SUPPORT", "checked_on": "2026-01-02", "new_items": 0})),
        ]"#,
    );
    let (code, out, err) = shop.on("run", &[&parts, "--login", "ana"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("done     recipient.create RC-0001"), "{out}");
    for (kind, id) in [
        ("release", "RL-0002"),
        ("communication", "CM-0001"),
        ("process_deviation", "DV-0001"),
        ("maintenance_plan", "MP-0001"),
        ("recipient", "RC-0001"),
        ("source_check", "SC-0001"),
    ] {
        let (code, out, err) = shop.on("list", &[kind]);
        assert_eq!((code, out.contains(id)), (0, true), "{kind}: {err}");
        let (code, out, err) = shop.on("show", &[id, "--json"]);
        assert_eq!(code, 0, "{id}: {err}");
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["id"], id);
        assert_eq!(shop.on("show", &[id]).0, 0);
    }
    assert_eq!(shop.on("list", &["plan_review"]).0, 0);
}

#[test]
fn a_packet_of_a_release_is_made_and_what_is_no_release_is_refused_before_the_file_is_verified() {
    let shop = Shop::new();
    let out = shop.name("release.pdf");
    let packet = |more: &[&str]| shop.on("packet", &[more, &["-o", &out, "--login", "ana"][..]].concat());
    for (more, code, words) in [
        (&["release"][..], 2, "for the packet of a release, write: release RL-0001"),
        (&["release", "FB-0001"], 2, "FB-0001 is not a release; write a number such as RL-0001"),
        (&["release", "nothing"], 2, "nothing"),
        (&["release", "RL-0001", "--from", "2026-01-01"], 2, "--from belongs to the packet of a period"),
        (&["release", "RL-0099"], 3, "there is no RL-0099; give a number up to RL-0002"),
        (
            &["change", "CR-0001"],
            3,
            "there is no CR-0001; the file has no change request yet, so make one first",
        ),
    ] {
        let (ended, _, err) = packet(more);
        assert!(ended == code && err.contains(words), "{more:?}: {ended} {err}");
        assert!(!std::path::Path::new(&out).exists(), "{more:?}");
    }
    let (code, said, err) = packet(&["release", "RL-0001"]);
    assert!(code == 0 && said.contains("Packet PK-0001"), "{said}{err}");
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"));
}
