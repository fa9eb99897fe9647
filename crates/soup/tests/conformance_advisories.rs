//! All of the real advisory data: the result of each file is counted, and each exception is listed with its reason.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use mainstay_base::unpack::{Limits, for_each_document};
use mainstay_soup::formats::advisories::{FileReport, ReadError, read};
use mainstay_soup::model::advisory::{Advisory, ApplicabilityNode, Published, Standing};

fn folder(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return None;
    };
    Some(PathBuf::from(folder).join(path))
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Reads an unpacked file: the report of its one document, and its records.
fn take(path: &Path) -> (Result<FileReport, ReadError>, Vec<Published>) {
    let mut records = Vec::new();
    let mut outcome = None;
    let name = path.file_name().unwrap().to_string_lossy();
    let notes =
        for_each_document(&mut File::open(path).unwrap(), &name, &Limits::default(), &mut |name, reader| {
            outcome = Some(read(reader, name, &mut |record| {
                assert!(!record.raw.is_empty() && !record.place.is_empty());
                records.push(record.published);
                Ok(())
            }));
            Ok(())
        });
    assert_eq!(notes.unwrap().notes, []);
    (outcome.unwrap(), records)
}

/// A file that must be read whole and without remarks.
fn read_whole(path: &Path) -> (FileReport, Vec<Published>) {
    let (outcome, records) = take(path);
    let report = outcome.unwrap();
    assert_eq!(report.records, records.len() as u64);
    assert_eq!(report.refused, 0, "{}: {:?}", path.display(), report.notes);
    (report, records)
}

fn advisories(records: &[Published]) -> impl Iterator<Item = &Advisory> {
    records.iter().filter_map(|published| match published {
        Published::Advisory(advisory) => Some(advisory.as_ref()),
        Published::Exploited(_)
        | Published::Predicted(_)
        | Published::Support(_)
        | Published::Statement(_) => None,
    })
}

fn standings(records: &[Published]) -> [usize; 4] {
    let mut counts = [0; 4];
    for advisory in advisories(records) {
        counts[match advisory.standing {
            Standing::Published => 0,
            Standing::NotAnalysed => 1,
            Standing::Withdrawn(_) => 2,
            Standing::Rejected(_) => 3,
        }] += 1;
    }
    counts
}

/// Folders with readable files: folder, files read, records, statements among them, warnings and remarks.
const TAKEN: [(&str, [usize; 4]); 33] = [
    ("csaf/csaf_2.0/examples/csaf", [6, 16, 10, 1]),
    ("csaf/csaf_2.0/examples/csaf/csaf_vex", [13, 121, 68, 0]),
    ("csaf/csaf_2.0/test/filenames/data/invalid", [3, 0, 0, 3]),
    ("csaf/csaf_2.0/test/filenames/data/valid", [3, 0, 0, 3]),
    ("csaf/csaf_2.0/test/validator/data", [1, 0, 0, 1]),
    ("csaf/csaf_2.0/test/validator/data/informative", [41, 34, 0, 23]),
    ("csaf/csaf_2.0/test/validator/data/mandatory", [147, 148, 70, 94]),
    ("csaf/csaf_2.0/test/validator/data/optional", [51, 39, 18, 30]),
    ("csaf-cisa/OT/white/2017", [16, 66, 33, 0]),
    ("csaf-cisa/OT/white/2018", [30, 227, 114, 0]),
    ("csaf-cisa/OT/white/2019", [20, 80, 40, 0]),
    ("csaf-cisa/OT/white/2020", [24, 190, 107, 0]),
    ("csaf-cisa/OT/white/2021", [19, 238, 151, 0]),
    ("csaf-cisa/OT/white/2022", [15, 52, 26, 0]),
    ("eol/distro-info-data", [2, 67, 0, 0]),
    ("kev", [2, 2808, 0, 0]),
    ("nvd-11", [2, 867, 0, 0]),
    // One `lastModified` of the data has month 14.
    ("nvd-api2", [1, 471, 0, 1]),
    ("nvd-api2/anchore-overrides", [17, 32184, 0, 0]),
    ("nvd-api2/nvd-go/nvd-api/testdata", [1, 1, 0, 0]),
    ("nvd-api2/nvd-go/nvd-api/testdata/responses", [3, 401, 0, 0]),
    ("openvex/examples/csaf", [2, 3, 2, 0]),
    ("openvex/examples/openvex", [3, 3, 3, 0]),
    ("openvex/examples/sarif", [3, 5, 5, 0]),
    ("openvex-trivy/.vex", [2, 28, 28, 0]),
    ("openvex-trivy/pkg/result/testdata", [1, 1, 1, 0]),
    ("openvex-trivy/pkg/vex/testdata", [8, 12, 10, 0]),
    ("openvex-trivy/pkg/vex/testdata/multi-repos/vex/repositories/default/0.1", [1, 1, 1, 0]),
    ("openvex-trivy/pkg/vex/testdata/multi-repos/vex/repositories/high-priority/0.1", [1, 1, 1, 0]),
    ("openvex-trivy/pkg/vex/testdata/parent-location-repo/vex/repositories/default", [1, 1, 1, 0]),
    ("openvex-trivy/pkg/vex/testdata/single-repo/vex/repositories/default/0.1", [1, 1, 1, 0]),
    // Two records of the JSON lines name neither a version nor a range.
    ("osv", [2, 2750, 0, 2]),
    ("osv/rustsec", [714, 714, 0, 0]),
];

/// Files that are not advisory data, with the reason; each is refused as a whole.
const NOT_ADVISORIES: [(&str, &str); 17] = [
    ("csaf/csaf_2.0/examples/ROLIE/", "ROLIE feeds name documents and hold none"),
    ("csaf/csaf_2.0/examples/aggregator/", "CSAF aggregators name publishers"),
    ("csaf/csaf_2.0/examples/provider-metadata/", "CSAF provider metadata"),
    ("csaf/csaf_2.0/json_schema/", "JSON schemas"),
    ("csaf/csaf_2.0/referenced_schema/", "JSON schemas"),
    ("csaf/csaf_2.0/test/validator/data/testcases.json", "the list of the suite's cases"),
    ("csaf/csaf_2.0/test/validator/testcases_json_schema.json", "a JSON schema"),
    ("eol/debian-security-support/", "lists of packages without release cycles"),
    ("kev/known_exploited_vulnerabilities_schema.json", "a JSON schema"),
    ("nvd-api2/nvd-go/cvss/", "test vectors of a CVSS library"),
    ("nvd-api2/nvd-go/nvd-api/testdata/responses/cp", "NVD's CPE dictionary, which holds no vulnerabilities"),
    ("nvd-api2/nvd-go/nvd-api/testdata/responses/cvehistory", "NVD's change history"),
    ("nvd-api2/nvd-go/nvd-api/testdata/responses/sources", "NVD's list of sources"),
    ("openvex/examples/csaf/sbom.spdx.json", "a bill of materials"),
    ("openvex/examples/sarif/nginx-", "SARIF scan results"),
    ("openvex-schema/", "JSON schema and JSON-LD context"),
    ("openvex-trivy/pkg/vex/testdata/", "index files of a VEX repository"),
];

#[test]
fn every_file_of_the_data_has_a_verdict() {
    let Some(root) = folder("vuln") else { return };
    let mut found = BTreeMap::<String, [usize; 4]>::new();
    let mut refused = 0;
    for file in files(&root) {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        let (outcome, records) = take(&file);
        let Ok(report) = outcome else {
            assert!(NOT_ADVISORIES.iter().any(|(prefix, _)| name.starts_with(prefix)), "{name}: {outcome:?}");
            assert_eq!(records.len(), 0, "{name}");
            refused += 1;
            continue;
        };
        assert_eq!(report.refused, 0, "{name}: {:?}", report.notes);
        assert_eq!(report.records, records.len() as u64, "{name}");
        assert!(!report.format.is_empty() && !report.source.is_empty(), "{name}: {report:?}");
        // Debian's tables and one CycloneDX document do not give their date.
        let undated = name.starts_with("eol/") || name.ends_with("/cyclonedx.json");
        assert_eq!(report.data_date.is_none(), undated, "{name}: {report:?}");
        let statements = records.iter().filter(|record| matches!(record, Published::Statement(_))).count();
        let counts = found.entry(name.rsplit_once('/').unwrap().0.to_owned()).or_default();
        for (count, of_file) in counts.iter_mut().zip([
            1,
            records.len(),
            statements,
            report.notes.notes.len() + report.notes.more,
        ]) {
            *count += of_file;
        }
    }
    let expected: BTreeMap<_, _> =
        TAKEN.into_iter().map(|(folder, counts)| (folder.to_owned(), counts)).collect();
    assert_eq!(found, expected);
    assert_eq!(refused, 42);
}

#[test]
fn nvd_records_have_the_standing_of_their_source() {
    let Some(folder) = folder("vuln") else { return };
    let (report, pool) = read_whole(&folder.join("nvd-api2/pool.nvd2.json"));
    // 13 awaiting analysis; the one under analysis and the 8 deferred have configurations. 6 are marked as analysed but name no product.
    // 5 `Rejected` and 1 `rejected`.
    assert_eq!(standings(&pool), [446, 19, 0, 6]);
    assert_eq!(report.data_date.as_deref(), Some("2026-01-01T00:00:00.000"));
    let criteria = |node: &ApplicabilityNode| node.criteria.len();
    fn all(node: &ApplicabilityNode, count: &dyn Fn(&ApplicabilityNode) -> usize) -> usize {
        count(node) + node.children.iter().map(|child| all(child, count)).sum::<usize>()
    }
    let of = |records: &[Published]| {
        advisories(records)
            .flat_map(|advisory| &advisory.applicability)
            .map(|node| all(node, &criteria))
            .sum::<usize>()
    };
    let feeds: Vec<_> = files(&folder.join("nvd-11")).iter().flat_map(|file| read_whole(file).1).collect();
    // 1,277 criteria at the top nodes and 5,114 at their children.
    assert_eq!(of(&feeds), 6391);
    assert!(advisories(&feeds).all(|advisory| advisory.id.starts_with("CVE-")));
}

#[test]
fn rustsec_records_keep_their_special_fields() {
    let Some(folder) = folder("vuln/osv") else { return };
    let records: Vec<_> = files(&folder.join("rustsec")).iter().flat_map(|file| read_whole(file).1).collect();
    let of = |word: &str| {
        advisories(&records).filter(|advisory| advisory.informational.as_deref() == Some(word)).count()
    };
    assert_eq!([of("unmaintained"), of("unsound"), of("notice")], [151, 120, 5]);
    assert!(
        advisories(&records).all(|advisory| advisory.packages.iter().all(|claim| !claim.versions.is_empty()))
    );
    let pypa = read_whole(&folder.join("pypa-all.osv.jsonl"));
    assert_eq!((pypa.0.source.as_str(), pypa.0.records), ("PyPA", 2661));
    let withdrawn = standings(&records)[2] + standings(&pypa.1)[2];
    let others = read_whole(&folder.join("from-osv-scanner-outputs.osv.jsonl"));
    assert_eq!(withdrawn + standings(&others.1)[2], 19);
}

#[test]
fn the_documents_of_the_osv_schema_are_read_and_its_other_files_are_refused() {
    let Some(root) = folder("vectors/osv-schema") else { return };
    let mut taken = 0;
    let mut refused = Vec::new();
    for file in files(&root) {
        let (outcome, records) = take(&file);
        match outcome {
            Ok(report) => {
                assert_eq!(
                    (report.refused, records.is_empty()),
                    (0, false),
                    "{}: {report:?}",
                    file.display()
                );
                taken += 1;
            }
            Err(_) => refused.push(file.file_name().unwrap().to_string_lossy().into_owned()),
        }
    }
    // Eleven advisories in the form of GitHub's own interface, the JSON schema, a text table, two `.gitignore`.
    assert_eq!(
        refused,
        [
            ".gitignore",
            "packagist_test_cases.txt",
            "equals_no_patch.json",
            "equals_with_patch.json",
            "full_ranges.json",
            "greater_than_equals_no_patch.json",
            "less_than_equals_no_patch.json",
            "less_than_equals_with_patch.json",
            "maven_greater_than.json",
            "multiple_ranges_in_package.json",
            "npm_greater_than.json",
            "pypi_normalize.json",
            "withdrawn.json",
            "schema.json",
            ".gitignore"
        ]
    );
    assert_eq!(taken, 23);
}

#[test]
fn rules_of_csaf_for_statements_are_checked() {
    let Some(root) = folder("vuln/csaf/csaf_2.0/test/validator/data/mandatory") else { return };
    for (rule, bad, says) in [
        ("6-1-02", &["01"][..], "defined twice"),
        ("6-1-03", &["01"], "is not defined"),
        ("6-1-06", &["01", "02", "03", "04", "05"], "contradict"),
    ] {
        for file in files(&root) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let Some((_, number)) = name.split_once(&format!("{rule}-")) else { continue };
            let reported = take(&file).0.unwrap().notes.notes.iter().any(|note| note.text.contains(says));
            assert_eq!(reported, bad.contains(&number.trim_end_matches(".json")), "{name}");
        }
    }
}
