//! The common gaps of SOUP and vulnerability management, each tried through the command line on the example product and refused with
//! words (domain 3.8).

use std::path::Path;

use crate::cli::{copy, run_at};
use crate::cli_soup::fresh;
use crate::desk::workstation;

/// The example product and a workstation with advisory data, on which somebody tries what they should not.
struct Tried {
    folder: tempfile::TempDir,
    path: String,
    place: std::path::PathBuf,
}

impl Tried {
    fn new() -> Self {
        Self::on(copy)
    }

    fn on(make: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = make(folder.path());
        Self { path, place: workstation(), folder }
    }

    /// Performs requests; the exit code, and what is said.
    fn run(&self, login: &str, script: &str) -> (i32, String) {
        let file = self.folder.path().join("script.ron");
        std::fs::write(&file, script).unwrap();
        let arguments = ["run", &self.path, file.to_str().unwrap(), "--login", login];
        let (code, out, err) = run_at(&self.place, &arguments);
        (code, out + &err)
    }

    fn refused(&self, login: &str, script: &str, words: &str) {
        let (code, said) = self.run(login, script);
        assert!(code == 3 && said.contains(words), "{code}: {said}");
    }

    /// A review of the SOUP in service that has started with a search in the data of the example.
    fn started(&self) {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/example/soup");
        for name in ["nvd-extract.json", "kev-extract.json"] {
            let file = data.join(name).display().to_string();
            assert_eq!(run_at(&self.place, &["advisories", "import", &file]).0, 0);
        }
        let mut arguments = vec!["review", "start", &self.path, "--login", "priya", "--trigger", "other"];
        arguments.extend(["--reference", "Tried"]);
        let (code, out, err) = run_at(&self.place, &arguments);
        assert!(code == 0 && out.contains("SR-0007 started"), "{out}{err}");
    }
}

#[test]
fn a_version_that_no_change_brought_is_in_no_release() {
    let tried = Tried::new();
    let version = r#"[(do: Create(kind: "soup_designator", parent: "SI-0005", set: {"title": "3.0.99"}))]"#;
    assert_eq!(tried.run("lea", version).0, 0);
    let release = r#"[(do: Create(kind: "release", set: {"title": "Patch", "version": "9.9.9", "release_kind": "maintenance",
        "soup_baseline": [{"item": "openssl", "version": "3.0.99"}]}))]"#;
    assert_eq!(tried.run("jonas", release).0, 0);
    let (code, out, _) = run_at(&tried.place, &["gate", &tried.path, "RL-0006"]);
    assert_eq!(code, 12);
    assert!(out.contains("It is known what brought openssl 3.0.99 into the product"), "{out}");
    assert!(out.contains("Every SOUP of the baseline was reviewed"), "{out}");
}

#[test]
fn a_review_has_no_verdict_of_its_own_and_no_reviewer_that_somebody_typed() {
    let tried = Tried::new();
    tried.started();
    let edit = |set: &str| format!(r#"[(do: Edit(id: "SR-0007", set: {set}))]"#);
    let conclusion = edit(r#"{"conclusion": "No vulnerabilities found"}"#);
    tried.refused("priya", &conclusion, "“Conclusion”: is filled by the program");
    tried.refused("priya", &edit(r#"{"reviewer": "PN-0001"}"#), "“Reviewer”: is filled by the program");
    let hand_over = r#"[(do: Move(id: "SR-0007", go: "submit"))]"#;
    tried.refused("priya", hand_over, "Every item has its own result; 7 are open");
}

#[test]
fn a_plan_that_does_not_name_its_vulnerability_management_is_not_submitted() {
    let tried = Tried::on(fresh);
    let script = r#"[(do: Edit(id: "MP-0001", set: {"vulnerability_plan_ref": null, "vulnerability_responsible": null})),
        (do: Move(id: "MP-0001", go: "submit"))]"#;
    tried.refused(
        "ana",
        script,
        "The plan names the vulnerability management plan, or says why it does not apply",
    );
}

#[test]
fn a_review_whose_method_stands_neither_in_it_nor_in_the_plan_is_not_started() {
    let tried = Tried::on(fresh);
    let script = r#"[(do: Edit(id: "MP-0001", set: {"soup_review_method": null})),
        (do: Create(kind: "soup_review", set: {"title": "By hand", "trigger": "interval"})), (do: Move(id: "SR-0001", go: "start"))]"#;
    tried.refused(
        "ana",
        script,
        "The method of search and judgement is stated, here or in the plan (field method)",
    );
}

#[test]
fn a_review_without_a_search_is_not_handed_over() {
    let tried = Tried::new();
    let script = r#"[(do: Create(kind: "soup_review", set: {"title": "By hand", "trigger": "other"})),
        (do: Move(id: "SR-0007", go: "start")), (do: Move(id: "SR-0007", go: "submit"))]"#;
    tried.refused("priya", script, "The evidence of the search with this SHA-256 is attached");
}

#[test]
fn only_the_version_in_use_is_searched() {
    let tried = Tried::new();
    tried.started();
    let wrong = r#"[(do: Create(kind: "review_item", parent: "SR-0007", set: {"title": "openssl 3.0.99", "item": "SI-0005",
        "designator": "SD-0005", "version_searched": "3.0.99", "releases": ["RL-0001"], "search_result": "nothing_found",
        "sources": [{"source": "OSV", "answer": "nothing", "identifier": "pkg:generic/openssl", "records": 0}]}))]"#;
    tried.refused("priya", wrong, "The version that was searched is the one in use: 3.0.12");
}

#[test]
fn an_overdue_review_is_first_among_what_is_due() {
    let tried = Tried::new();
    let (code, out, _) = run_at(&tried.place, &["status", &tried.path]);
    assert_eq!(code, 0);
    let late = out.lines().find(|line| line.contains("Do the SOUP review")).unwrap();
    assert!(late.contains("SR-0006") && late.contains("days late"), "{late}");
    let (code, out, _) = run_at(&tried.place, &["soup", "coverage", &tried.path]);
    assert!(code == 12 && out.contains("overdue"), "{out}");
}
