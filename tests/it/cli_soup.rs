//! The command line on SOUP as a newcomer meets it: what is said where nothing is there, sums instead of long lists, answers to items.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{copy, run_at};
use crate::desk::workstation;

/// A fresh file of one person.
pub fn fresh(folder: &Path) -> String {
    let path = folder.join("pump.mainstay").to_str().unwrap().to_owned();
    let of_person = ["--login", "ana", "--full-name", "Ana Example"];
    let mut arguments =
        vec!["new", &path, "--product", "Pump", "--manufacturer", "Example Devices", "--class", "B"];
    arguments.extend(["--class-rationale", "Non-serious injury is possible"]);
    arguments.extend(of_person);
    let (code, _, err) = run_at(&workstation(), &arguments);
    assert_eq!(code, 0, "{err}");
    path
}

/// A bill of this many components.
fn bill(folder: &Path, count: usize) -> String {
    let components: Vec<Value> = (1..=count)
        .map(|number| {
            let name = format!("part-{number:02}");
            json!({"type": "library", "name": name, "version": "1.0.0", "purl": format!("pkg:npm/{name}@1.0.0")})
        })
        .collect();
    let path = folder.join("bill.json");
    let text = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}).to_string();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_file_without_soup_is_told_how_to_begin_and_unmet_conditions_have_a_line_each_with_their_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = fresh(folder.path());
    let place = workstation();
    let (code, out, _) = run_at(&place, &["soup", "coverage", &path]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with("No release in service has SOUP") && out.contains("mainstay soup import"),
        "{out}"
    );
    let (_, out, _) = run_at(&place, &["soup", "coverage", &path, "--json"]);
    assert!(out.contains("\"all\": 0"), "{out}");

    let (_, out, _) = run_at(&place, &["show", &path, "MP-0001"]);
    let needs: Vec<&str> = out.lines().filter(|line| line.trim_start().starts_with("needs: ")).collect();
    assert!(needs.len() > 3 && needs.iter().any(|line| line.contains("(field ")), "{out}");
    let script = folder.path().join("submit.ron");
    std::fs::write(&script, r#"[(do: Move(id: "MP-0001", go: "submit"))]"#).unwrap();
    let (code, _, err) = run_at(&place, &["run", &path, script.to_str().unwrap(), "--login", "ana"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("it needs:\n  ") && err.contains("field "), "{err}");
}

#[test]
fn how_the_window_is_drawn_is_in_no_help_of_a_command_without_a_window() {
    let place = workstation();
    assert!(run_at(&place, &["--help"]).1.contains("--renderer"));
    assert!(run_at(&place, &["example", "--help"]).1.contains("--renderer"));
    for command in [vec!["list"], vec!["soup", "coverage"], vec!["review", "run"], vec!["verify"]] {
        let mut arguments = command.clone();
        arguments.push("--help");
        let (code, out, _) = run_at(&place, &arguments);
        assert!(code == 0 && !out.contains("--renderer"), "{command:?}");
    }
}

#[test]
fn a_long_list_is_read_with_a_summary_and_listed_whole_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bill) = (fresh(folder.path()), bill(folder.path(), 30));
    let place = workstation();
    let import = ["soup", "import", &path, &bill, "--rehearse"];
    let (code, out, err) = run_at(&place, &import);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("30 components would be read"), "{out}");
    assert!(out.contains("and 10 more; --verbose lists them all") && out.contains("30 items new"), "{out}");
    assert_eq!(out.matches("  new\n").count(), 20, "{out}");
    let with = |more: &str| run_at(&place, &[&import[..], &[more]].concat()).1;
    assert_eq!(with("--verbose").matches("  new\n").count(), 30);
    let told: Value = serde_json::from_str(&with("--json")).unwrap();
    assert_eq!(told["rows"].as_array().unwrap().len(), 30);
    assert_eq!((&told["rows"][0]["action"], &told["rehearsed"]), (&json!("new_item"), &json!(true)));
}

#[test]
fn a_folder_of_advisories_is_summed_up_and_a_file_that_cannot_be_read_is_named_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let feeds = folder.path().join("feeds");
    std::fs::create_dir(&feeds).unwrap();
    for number in 1..=25 {
        let text = json!({
            "schema_version": "1.6.0", "id": format!("GHSA-aaaa-bbbb-cc{number:02}"), "modified": "2026-11-20T00:00:00Z", "summary": "A crash",
            "affected": [{"package": {"ecosystem": "npm", "name": "pump-link"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.6.3"}]}]}],
        });
        std::fs::write(feeds.join(format!("{number:02}.json")), text.to_string()).unwrap();
    }
    std::fs::write(feeds.join("broken.json"), "{\"schema_version\": ").unwrap();
    let feeds = feeds.to_str().unwrap();
    let (code, out, err) = run_at(&workstation(), &["advisories", "import", feeds]);
    assert!(code == 1 && err.contains("1 of 26 files") && err.contains("--leave-out-unreadable"), "{err}");
    assert!(out.contains("broken.json: not imported") && out.contains("25 files with 25 records"), "{out}");
    assert!(out.lines().count() < 6, "{out}");
    let place = workstation();
    let import = ["advisories", "import", feeds, "--leave-out-unreadable"];
    let (code, out, err) = run_at(&place, &import);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("broken.json: not imported"), "it is said which: {out}");
    let (code, out, _) = run_at(&place, &[&import[..], &["--verbose"]].concat());
    assert_eq!((code, out.matches("imported before").count()), (0, 25), "{out}");
    let nothing = folder.path().join("feeds/broken.json");
    let alone = ["advisories", "import", nothing.to_str().unwrap(), "--leave-out-unreadable"];
    assert_eq!(run_at(&place, &alone).0, 1, "nothing at all was imported");
}

#[test]
fn the_items_of_a_review_are_named_with_what_they_need_and_answered_by_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let place = workstation();
    let kev = folder.path().join("kev.json");
    let text = json!({
        "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "1", "dateReleased": "2026-11-20T00:00:00Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-1999-0001", "vendorProject": "V", "product": "P", "vulnerabilityName": "N", "dateAdded": "2026-01-01",
            "shortDescription": "S", "requiredAction": "A", "dueDate": "2026-01-22"}],
    });
    std::fs::write(&kev, text.to_string()).unwrap();
    assert_eq!(run_at(&place, &["advisories", "import", kev.to_str().unwrap()]).0, 0);
    let (code, _, err) = run_at(&place, &["review", "start", &path, "SR-0006", "--login", "priya"]);
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = run_at(&place, &["review", "status", &path, "SR-0006"]);
    assert!(out.contains("example-radio-driver 4.8.2  Could not be checked"), "words, not codes: {out}");
    assert!(out.contains("(field not_checked)") && out.contains("2 of 2 items open"), "{out}");
    assert!(out.contains("Hand over for the second review (submit)\n    needs: "), "{out}");

    let run = |more: &[&str]| {
        let begin = ["review", "run", path.as_str(), "SR-0006", "--login", "priya"];
        run_at(&place, &[&begin[..], more].concat())
    };
    let (code, _, err) = run(&["--set", "listplace=x"]);
    assert!(code == 2 && err.contains("list_place"), "the fields are named: {err}");
    let (code, _, err) = run(&["--item", "RI-0001", "--set", "list_place=x"]);
    assert!(code == 2 && err.contains("RI-0001 is no open item of SR-0006"), "{err}");
    assert_eq!(run(&["--item", "RI-0198"]).0, 2, "an item without a value");
    let answers = [
        "--set",
        "list_judgement=Nothing about this version",
        "--set",
        "list_read_on=2026-11-19",
        "--set",
        "not_checked=The supplier was asked",
    ];
    let (code, out, err) = run(&[&["--item", "RI-0198"], &answers[..]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("1 item answered\n1 item concluded\n1 of 2 items open"), "{out}");
    let (_, out, _) = run(&answers);
    assert!(out.contains("1 item answered\n1 item concluded\n0 of 2 items open"), "{out}");
}

#[test]
fn a_csaf_document_without_the_address_of_its_issuer_is_refused_with_the_option_that_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let out = folder.path().join("vex.json").display().to_string();
    let arguments = ["vex", &path, "--release", "RL-0001", "--format", "csaf", "-o", &out];
    let (code, _, err) = run_at(&workstation(), &arguments);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("CSAF requires the address of the issuer") && err.contains("--namespace"), "{err}");
    assert!(!Path::new(&out).exists(), "nothing is written");
}
