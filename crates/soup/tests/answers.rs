//! Answers of a scan: small inputs with their expected answers.
//!
//! A folder in `answers` holds `advisories`, bills, an optional `knowledge.ron`, and `right.txt`. Each of its lines names a component by
//! its reference in the bill. Then it gives the identifier of a record with the expected verdicts (`affected|candidate`; `nothing` where
//! the record makes no claim), or `@` and a source with the expected outcomes, or `support` with its states, or `kev` and `epss` of a
//! finding.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use std::collections::BTreeMap;
use std::path::Path;

use mainstay_base::clock::{self, Stamp};
use mainstay_base::time::{Day, Moment};
use mainstay_soup::formats::sbom;
use mainstay_soup::model::matching::Knowledge;
use mainstay_soup::{ImportOutcome, ScanOptions, declare_whole, import_advisories, read_knowledge, scan};

const TODAY: &str = "2026-11-29";

/// The answers of a scan, by component reference and question.
type Answers = BTreeMap<(String, String), String>;

fn answers(folder: &Path, bill: &str) -> Answers {
    let cache = tempfile::tempdir().unwrap();
    let stamp = Stamp { now: Moment::parse(&format!("{TODAY}T08:00:00Z")).unwrap(), ..clock::stamp() };
    let imported = import_advisories(&[folder.join("advisories")], cache.path(), &|_| true, &stamp).unwrap();
    for file in imported {
        assert_eq!(file.outcome, ImportOutcome::Taken, "{}", file.path.display());
    }
    declare_whole(cache.path()).unwrap();
    let knowledge = folder.join("knowledge.ron");
    let options = ScanOptions {
        today: Day::parse(TODAY).unwrap(),
        max_age_days: 99_999,
        all: true,
        knowledge: if knowledge.exists() {
            read_knowledge(&knowledge).unwrap()
        } else {
            Knowledge::default()
        },
    };
    let bill = sbom::read(&std::fs::read(folder.join(bill)).unwrap(), bill).unwrap();
    let (_, components) = scan(&bill, cache.path(), &options, &|_| true, &|component| component).unwrap();
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    // Entries of `right.txt` contain no blanks.
    let mut actual = Answers::new();
    for component in components {
        let mut say = |asked: String, answer: String| {
            actual.insert((component.reference.clone(), asked), answer);
        };
        say("present".to_owned(), "yes".to_owned());
        for checked in &component.checked {
            say(
                format!("@{}", checked.source.replace(' ', "_")),
                word(serde_json::to_value(checked.outcome).unwrap()),
            );
        }
        for finding in &component.verdicts {
            for record in &finding.records {
                say(record.id.clone(), record.verdict.word().to_owned());
                let kev = finding.kev.as_ref().map_or("no", |_| "yes");
                say(format!("kev:{}", record.id), kev.to_owned());
                let epss = finding.epss.as_ref().map_or("no", |epss| epss.probability.as_str());
                say(format!("epss:{}", record.id), epss.to_owned());
            }
        }
        let support = component.support.map(|support| word(serde_json::to_value(support.state).unwrap()));
        say("support".to_owned(), support.unwrap_or_else(|| "nothing".to_owned()));
    }
    actual
}

/// Compares the answers about a bill with the expected ones.
fn check(folder: &str, bill: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers").join(folder);
    let actual = answers(&folder, bill);
    let right = std::fs::read_to_string(folder.join("right.txt")).unwrap();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for line in right.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let mut next = || words.next().unwrap().to_owned();
        let (of, reference, question, verdicts) = (next(), next(), next(), next());
        if of != bill {
            continue;
        }
        asked += 1;
        let answer = actual.get(&(reference.clone(), question.clone())).map_or("nothing", String::as_str);
        if !verdicts.split('|').any(|verdict| verdict == answer) {
            wrong.push(format!("{reference} {question}: {answer}, not {verdicts}"));
        }
    }
    assert!(asked > 0, "right.txt says nothing about {bill}");
    let all: Vec<String> =
        actual.iter().map(|((who, what), answer)| format!("{who} {what} {answer}")).collect();
    assert!(wrong.is_empty(), "{}\n\nall of it:\n{}", wrong.join("\n"), all.join("\n"));
}

#[test]
fn reporters_claims_count_where_the_database_names_no_product() {
    check("reporters_words", "more.cdx.json");
    check("reporters_words", "sbom.cdx.json");
}

#[test]
fn a_requirement_is_read_whatever_names_the_package() {
    check("requirements_of_packages", "more.cdx.json");
    check("requirements_of_packages", "sbom.cdx.json");
}

#[test]
fn a_name_without_vendor_may_belong_to_any_vendor() {
    check("names_without_vendor", "more.cdx.json");
    check("names_without_vendor", "cpes.cdx.json");
    check("names_without_vendor", "mini.spdx3.json");
}

#[test]
fn the_platform_of_a_gem_is_not_part_of_its_version() {
    check("gem_platforms", "more.cdx.json");
    check("gem_platforms", "sbom.cdx.json");
}

#[test]
fn a_withdrawn_hit_does_not_hide_the_doubt_of_another_record() {
    check("withdrawn_hits", "sbom.cdx.json");
}

#[test]
fn a_go_module_is_its_path_with_the_subpath() {
    check("go_subpaths", "more.cdx.json");
    check("go_subpaths", "sbom.cdx.json");
}

#[test]
fn exploitation_and_prediction_are_joined_through_downstream_records() {
    check("downstream_records", "sbom.cdx.json");
}

#[test]
fn a_cycle_covers_versions_with_letters_and_cycles_end_in_x() {
    check("cycles_of_letters", "sbom.cdx.json");
}

#[test]
fn the_source_package_is_read_from_source_info() {
    check("source_info", "mini.spdx.json");
}

#[test]
fn service_packs_and_update_streams_are_lines_of_their_own() {
    check("service_packs", "more.cdx.json");
    check("service_packs", "sbom.cdx.json");
}

#[test]
fn ubuntu_pro_and_fips_are_lines_of_their_own() {
    check("pro_and_fips", "more.cdx.json");
    check("pro_and_fips", "sbom.cdx.json");
}

#[test]
fn a_module_stream_is_part_of_the_identity() {
    check("module_streams", "more.cdx.json");
    check("module_streams", "sbom.cdx.json");
}

#[test]
fn the_epoch_is_found_in_every_place() {
    check("epochs", "more.cdx.json");
    check("epochs", "sbom.cdx.json");
}

#[test]
fn a_line_of_the_kernel_ends_in_an_asterisk() {
    check("kernel_lines", "more.cdx.json");
    check("kernel_lines", "sbom-nocpe.cdx.json");
    check("kernel_lines", "sbom.cdx.json");
}

#[test]
fn a_sign_before_a_version_is_read() {
    check("signs_before_versions", "sbom.cdx.json");
}

#[test]
fn a_shortened_bound_is_decided_where_all_readings_agree() {
    check("short_bounds", "more.cdx.json");
    check("short_bounds", "sbom.cdx.json");
}

#[test]
fn ranges_are_read_in_the_notation_of_makers() {
    check("ranges_with_bars", "more.cdx.json");
    check("ranges_with_bars", "sbom.cdx.json");
}

#[test]
fn tags_of_a_repository_are_versions_of_it() {
    check("repository_tags", "more.cdx.json");
    check("repository_tags", "sbom.cdx.json");
}

#[test]
fn the_cpe_name_gives_the_version_of_a_tag() {
    check("tags_with_names", "sbom.spdx.json");
}
