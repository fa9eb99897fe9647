//! The test suite of the purl specification: every case of it, each deviation listed with its reason.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use std::io::Write as _;
use std::path::PathBuf;

use mainstay_soup::model::purl::Purl;
use serde_json::Value;

/// Cases from which this program deviates, with the reason.
const DEVIATIONS: &[(&str, &str, &str)] = &[
    (
        "parse",
        "pkg:gem/jruby-launcher@1.1.2?Platform=java",
        "qualifier keys are lowered when read: the suite itself asks for that in its maven and validate cases",
    ),
    (
        "parse",
        "pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25",
        "qualifier keys are lowered when read: the suite itself asks for that in its maven and validate cases",
    ),
    (
        "validate",
        "pkg:git/github/Package-url/purl-Spec@244fd47e07d1004f0aed9c",
        "recommended only, and against the type's own definition: names of type git keep their case",
    ),
];

fn parts(value: &Value) -> Purl {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Purl {
        kind: text("type").unwrap_or_default(),
        namespace: text("namespace"),
        name: text("name").unwrap_or_default(),
        version: text("version"),
        qualifiers: value["qualifiers"]
            .as_object()
            .map(|map| map.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect())
            .unwrap_or_default(),
        subpath: text("subpath"),
    }
}

/// `None` when the case holds, otherwise our result.
fn differs(case: &Value) -> Option<String> {
    let input = &case["input"];
    let build = case["test_type"] == "build";
    let read = if build { Purl::build(parts(input)) } else { Purl::parse(input.as_str().unwrap()) };
    let read = read.map_err(|e| e.to_string()).and_then(|purl| match purl.breach() {
        Some(breach) => Err(breach),
        None => Ok(purl),
    });
    if case["expected_failure"] == true {
        return read.ok().map(|purl| purl.to_string());
    }
    let purl = match read {
        Ok(purl) => purl,
        Err(why) => return Some(why),
    };
    let same = match &case["expected_output"] {
        Value::String(text) => *text == purl.to_string(),
        expected @ Value::Object(_) => parts(expected) == purl,
        Value::Null => case["test_type"] == "validate",
        _ => false,
    };
    (!same).then(|| format!("{purl} {purl:?}"))
}

#[test]
fn every_case_of_the_purl_specification_holds_or_is_a_listed_deviation() {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return;
    };
    let tests = PathBuf::from(folder).join("vectors/purl/tests");
    let mut files: Vec<PathBuf> = ["spec", "types"]
        .iter()
        .flat_map(|part| std::fs::read_dir(tests.join(part)).unwrap().map(|entry| entry.unwrap().path()))
        .collect();
    files.sort();
    let (mut cases, mut found, mut unlisted) = (0, 0, Vec::new());
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        for case in document["tests"].as_array().unwrap() {
            cases += 1;
            let Some(ours) = differs(case) else { continue };
            let kind = case["test_type"].as_str().unwrap();
            let input = case["input"].as_str().map_or_else(|| case["input"].to_string(), str::to_owned);
            if DEVIATIONS.iter().any(|(k, i, _)| *k == kind && *i == input) {
                found += 1;
            } else {
                unlisted.push(format!(
                    "{name} {kind} {input}\n  expected {}\n  ours {ours}",
                    case["expected_output"]
                ));
            }
        }
    }
    assert!(unlisted.is_empty(), "{} of {cases}:\n{}", unlisted.len(), unlisted.join("\n"));
    assert_eq!((files.len(), cases, found), (43, 586, DEVIATIONS.len()));
}
