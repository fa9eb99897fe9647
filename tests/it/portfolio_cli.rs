//! `mainstay portfolio` as a person or a script meets it.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::run_at;
use crate::desk::Desk;
use crate::team::Team;

fn run(team: &Team, arguments: &[&str]) -> (i32, String, String) {
    let files = team.files();
    let mut all = vec!["portfolio", files.to_str().unwrap()];
    all.extend(arguments);
    run_at(&team.data(), &all)
}

fn json_of(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

#[test]
fn the_overview_lists_every_product_with_its_numbers_and_ends_with_the_sums() {
    let team = Team::of_three();
    let (code, out, err) = run(&team, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for words in [
        "Alpha, Class B\n",
        "  in service: 2.3.0 (released)\n",
        "  SOUP in service: ",
        "Gamma, Class B\n",
        "  no release in service\n",
        "3 products: ",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let (code, all, _) = run(&team, &["--verbose"]);
    assert!(code == 0 && all.len() >= out.len());
    let (code, out, _) = run(&team, &["--json"]);
    let value = json_of(&out);
    assert_eq!(code, 0);
    assert_eq!(value["format"], 1);
    assert_eq!(value["remarks"], json!([]));
    let names: Vec<&str> =
        value["products"].as_array().unwrap().iter().map(|one| one["product"].as_str().unwrap()).collect();
    assert_eq!(names, ["Alpha", "Beta", "Gamma"]);
    assert_eq!(value["products"][0]["kept"], true, "from the look before");
    let (_, out, _) = run(&team, &["--json", "--fresh"]);
    assert_eq!(json_of(&out)["products"][0]["kept"], false);
}

#[test]
fn a_question_is_answered_with_the_decisions_of_each_product() {
    let team = Team::of_three();
    let (code, out, err) = run(&team, &["--contains", "libexpat"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("  RL-0001 2.3.0  libexpat 2.5.0 (SI-0001)  by name; "), "{out}");
    assert!(out.contains("    1 finding with a decision that it is not affected, or fixed\n"), "{out}");
    assert!(out.contains("    no finding: nothing is decided about it\n"), "{out}");
    assert!(out.ends_with("libexpat: in service in 2 of 3 products\n"), "{out}");
    let (_, out, _) = run(&team, &["--contains", "libexpat", "--verbose"]);
    assert!(out.contains("  CVE-2031-0001: not affected ("), "{out}");
    assert!(out.contains("Not in Gamma ("), "{out}");
    let (code, out, _) = run(&team, &["--contains", "CVE-2031-0001", "--json"]);
    let value = json_of(&out);
    assert_eq!((code, &value["all_read"]), (0, &json!(true)));
    assert_eq!(value["rows"][0]["decisions"][0]["verdict"], "not affected");
    assert_eq!(value["rows"][0]["decisions"][0]["settled"], true);
    assert_eq!(value["without"].as_array().unwrap().len(), 2);
    let (code, out, _) = run(&team, &["--contains", "CVE-2031-0001", "--advisories"]);
    assert!(code == 0 && out.contains("There is no advisory data on this workstation"), "{out}");
    let (code, out, _) = run(&team, &["--contains", "pkg:generic/openssl"]);
    assert_eq!((code, out.as_str()), (0, "pkg:generic/openssl: in no release in service of 3 products\n"));
}

#[test]
fn a_bill_is_asked_for_and_its_absent_parts_are_listed() {
    let team = Team::of_three();
    let bill = team.files().join("Cargo.lock");
    let one = |name: &str, version: &str| {
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
        )
    };
    let lock = format!("version = 3\n{}{}", one("zlib", "1.3.1"), one("serde", "1.0.0"));
    std::fs::write(&bill, lock).unwrap();
    let (code, out, err) = run(&team, &["--bill", bill.to_str().unwrap(), "--verbose"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Cargo.lock with 2 components: in service in 2 of 3 products\n"), "{out}");
    assert!(
        out.contains("1 component of the bill were found in no release in service.\n")
            || out.contains("In none: pkg:cargo/serde@1.0.0\n"),
        "{out}"
    );
    std::fs::write(&bill, "nonsense").unwrap();
    let (code, _, err) = run(&team, &["--bill", bill.to_str().unwrap()]);
    assert!(code == 1 && err.contains("Cargo.lock"), "{code} {err}");
}

#[test]
fn what_could_not_be_read_is_named_and_the_exit_code_says_so() {
    let team = Team::of_three();
    std::fs::write(team.files().join("empty.mainstay"), "").unwrap();
    let (code, out, err) = run(&team, &["--contains", "openssl"]);
    assert_eq!((code, err.as_str()), (12, ""));
    assert!(out.contains("openssl: not found in the 3 products that were read\n"), "{out}");
    assert!(out.contains("empty.mainstay: it is not a product file: an empty file\n"), "{out}");
    let (code, out, _) = run(&team, &["--json"]);
    let value = json_of(&out);
    assert_eq!((code, &value["remarks"][0]["lacking"]), (12, &json!(true)));
}

#[test]
fn a_folder_with_loops_is_told_with_the_place_and_is_no_failure() {
    let team = Team::of_three();
    std::os::unix::fs::symlink(team.files(), team.files().join("loop")).unwrap();
    let (code, out, _) = run(&team, &[]);
    let place = team.files().join("loop");
    let words = format!("Note: {}: this link leads back to", place.display());
    assert!(code == 0 && out.contains(&words), "{code} {out}");
    assert!(out.contains("3 products: "), "{out}");
}

#[test]
fn folders_without_files_and_wrong_questions_are_refused_with_words_that_help() {
    let team = Team::new();
    let (code, _, err) = run(&team, &[]);
    assert!(
        code == 1 && err.contains("product files end in .mainstay, and mainstay example makes one"),
        "{err}"
    );
    let gone = team.files().join("gone");
    let (code, out, _) = run_at(&team.data(), &["portfolio", gone.to_str().unwrap()]);
    assert!(code == 12 && out.contains("there is no such file or folder"), "{out}");
    for (arguments, words) in [
        (&["--contains", " "][..], "name a component, a package URL or the identifier"),
        (&["--contains", "pkg:x"], "is not a package URL such as"),
        (&["--contains", "a", "--bill", "b"], "cannot be used with"),
        (&["--advisories"], "--contains"),
    ] {
        let (code, _, err) = run(&team, arguments);
        assert!(code == 2 && err.contains(words), "{arguments:?}: {code} {err}");
    }
    let (code, _, err) = run_at(&team.data(), &["portfolio"]);
    assert!(code == 2 && err.contains("PLACES"), "{err}");
}

#[test]
fn names_with_line_breaks_and_marks_of_direction_stay_in_their_line() {
    let mut team = Team::new();
    team.add("Pump", Desk::staffed_once());
    let name = "a\nMissing: b\u{202e}\u{1b}[2J.mainstay";
    std::fs::rename(team.path("Pump"), team.files().join(name)).unwrap();
    std::fs::write(team.files().join("c\n\u{200f}.mainstay"), "").unwrap();
    let (code, out, _) = run(&team, &["--verbose"]);
    assert_eq!(code, 12);
    assert!(!out.contains(['\u{202e}', '\u{200f}', '\u{1b}']), "{out:?}");
    assert!(out.contains("a\\u{a}Missing: b\\u{202e}\\u{1b}[2J.mainstay, event "), "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("Missing: ")).count(), 1, "{out}");
    let (_, out, _) = run(&team, &["--json"]);
    let value = json_of(&out);
    let file = value["products"][0]["file"].as_str().unwrap();
    assert!(Path::new(file).exists(), "{file:?}");
}

#[test]
fn without_a_display_the_window_is_refused_with_words() {
    let team = Team::of_three();
    let files = team.files();
    let output = crate::desk::program()
        .args(["portfolio", "--window", files.to_str().unwrap()])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && words.contains("without --window it is printed"), "{words}");
}
