//! Advisory data, bills of materials and scans, as a person meets them: the built program, its words, its JSON and its exit codes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use mainstay::ops::stamp;
use mainstay::soup::{ImportOutcome, declare_whole, import_advisories};
use serde_json::{Value, json};

use crate::desk::program;

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

/// A folder with a cache in it and files made by hand.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output = program().args(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn import(&self, path: &Path) -> Run {
        let cache = self.cache();
        self.run(&[
            "advisories",
            "import",
            path.to_str().unwrap(),
            "--cache",
            cache.to_str().unwrap(),
            "--json",
        ])
    }

    /// What was imported is meant to be all that its publishers have.
    fn whole(&self) {
        declare_whole(&self.cache()).unwrap();
    }

    fn status(&self) -> Value {
        let cache = self.cache();
        self.run(&["advisories", "status", "--cache", cache.to_str().unwrap(), "--json"]).json()
    }

    fn scan(&self, sbom: &Path, more: &[&str]) -> Run {
        let cache = self.cache();
        let mut arguments =
            vec!["scan", sbom.to_str().unwrap(), "--cache", cache.to_str().unwrap(), "--json"];
        arguments.extend(more);
        self.run(&arguments)
    }
}

/// An NVD page of records, each with its identifier, its date of change and the end of the range of `acme:pump_link`.
fn nvd(at: &str, records: &[(&str, &str, &str)]) -> String {
    let vulnerabilities: Vec<Value> = records
        .iter()
        .map(|(id, modified, end)| {
            json!({"cve": {
                "id": id, "published": "2026-01-01T00:00:00.000", "lastModified": modified, "vulnStatus": "Analyzed",
                "descriptions": [{"lang": "en", "value": "A late alarm in the pump link."}],
                "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {
                    "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}}]},
                "configurations": [{"nodes": [{"operator": "OR", "negate": false, "cpeMatch": [{
                    "vulnerable": true, "criteria": "cpe:2.3:a:acme:pump_link:*:*:*:*:*:*:*:*", "versionEndExcluding": end,
                    "matchCriteriaId": "00000000-0000-0000-0000-000000000001"}]}]}],
            }})
        })
        .collect();
    json!({
        "resultsPerPage": records.len(), "startIndex": 0, "totalResults": records.len(), "format": "NVD_CVE", "version": "2.0",
        "timestamp": at, "vulnerabilities": vulnerabilities,
    })
    .to_string()
}

/// An NVD page of records with these numbers.
fn numbered(numbers: std::ops::Range<u32>) -> String {
    let ids: Vec<String> = numbers.map(|number| format!("CVE-2026-{number:05}")).collect();
    let records: Vec<(&str, &str, &str)> =
        ids.iter().map(|id| (id.as_str(), "2026-01-05T00:00:00.000", "2.0")).collect();
    nvd("2026-02-01T00:00:00.000", &records)
}

fn bill(components: &Value) -> String {
    json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components})
        .to_string()
}

fn pump_link(version: &str) -> Value {
    json!({"type": "library", "bom-ref": "a", "name": "pump_link", "version": version,
           "cpe": format!("cpe:2.3:a:acme:pump_link:{version}:*:*:*:*:*:*:*")})
}

const FRESH: &[&str] = &["--max-age", "99999"];

#[test]
fn the_same_file_is_known_again_and_newer_data_replaces_older_record_by_record() {
    let bench = Bench::new();
    let first = bench.file(
        "first.json",
        &nvd(
            "2026-02-01T00:00:00.000",
            &[
                ("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0"),
                ("CVE-2026-0002", "2026-01-05T00:00:00.000", "1.0"),
            ],
        ),
    );
    let told = bench.import(&first);
    assert_eq!(told.code, 0, "{}", told.err);
    assert_eq!(told.json()["files"][0]["new"], 2);
    assert_eq!(bench.import(&first).json()["files"][0]["outcome"], "known");
    let second = bench.file(
        "second.json",
        &nvd(
            "2026-03-01T00:00:00.000",
            &[
                ("CVE-2026-0001", "2026-02-20T00:00:00.000", "3.0"),
                ("CVE-2026-0002", "2026-01-05T00:00:00.000", "1.0"),
            ],
        ),
    );
    let told = bench.import(&second).json();
    assert_eq!(
        (told["files"][0]["replaced"].as_u64(), told["files"][0]["same"].as_u64()),
        (Some(1), Some(1))
    );
    // An older telling that comes late does not replace the newer one.
    let late = bench.file(
        "late.json",
        &nvd("2026-02-10T00:00:00.000", &[("CVE-2026-0001", "2026-02-01T00:00:00.000", "9.0")]),
    );
    assert_eq!(bench.import(&late).json()["files"][0]["older"], 1);
    let cache = bench.cache();
    let shown = bench
        .run(&["advisories", "show", "CVE-2026-0001", "--cache", cache.to_str().unwrap(), "--json"])
        .json();
    let ends: Vec<(bool, &str)> = shown["tellings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|telling| {
            let end = &telling["record"]["cve"]["configurations"][0]["nodes"][0]["cpeMatch"][0]["versionEndExcluding"];
            (telling["current"].as_bool().unwrap(), end.as_str().unwrap())
        })
        .collect();
    assert_eq!(ends[0], (true, "3.0"), "the newest comes first");
    assert_eq!(ends.len(), 3, "what was said before stays readable");
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("2.5")])));
    let found = bench.scan(&sbom, FRESH);
    assert_eq!(found.code, 10);
    assert_eq!(found.json()["components"][0]["verdicts"][0]["id"], "CVE-2026-0001");
}

#[test]
fn a_file_that_breaks_off_leaves_the_former_data_as_it_was() {
    let bench = Bench::new();
    let whole = nvd(
        "2026-02-01T00:00:00.000",
        &[
            ("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0"),
            ("CVE-2026-0002", "2026-01-05T00:00:00.000", "1.0"),
        ],
    );
    bench.import(&bench.file("whole.json", &whole));
    let before = bench.status();
    let longer = nvd(
        "2026-03-01T00:00:00.000",
        &[
            ("CVE-2026-0001", "2026-02-05T00:00:00.000", "8.0"),
            ("CVE-2026-0003", "2026-02-05T00:00:00.000", "8.0"),
        ],
    );
    for (name, content) in [
        ("cut.json", &longer[..longer.len() - 40]),
        ("empty.json", ""),
        ("nul.json", "\u{0}\u{0}\u{0}"),
        ("prose.txt", "nothing of the kind"),
        ("none.json", r#"{"format":"NVD_CVE","version":"2.0","vulnerabilities":[]}"#),
    ] {
        let told = bench.import(&bench.file(name, content));
        assert_eq!(told.code, 1, "{name}: {}", told.out);
        let refused = &told.json()["files"][0]["outcome"]["refused"];
        assert!(
            refused["place"].is_string() && refused["reason"].as_str().unwrap().len() > 8,
            "{name}: {refused}"
        );
        assert_eq!(bench.status(), before, "{name}");
    }
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("2.5")])));
    bench.whole();
    assert_eq!(bench.scan(&sbom, FRESH).code, 0, "the broken file said 8.0");
}

#[test]
fn cancelling_leaves_the_files_before_and_nothing_of_the_one_under_way() {
    let bench = Bench::new();
    let small = bench.file("a.json", &numbered(0..1));
    let large = bench.file("b.json", &numbered(1..3000));
    let told = AtomicU64::new(0);
    let outcome = import_advisories(
        &[small.clone(), large],
        &bench.cache(),
        &|progress| {
            told.fetch_max(progress.records, Ordering::Relaxed);
            progress.index == 0 || progress.records == 0
        },
        &stamp(),
    );
    let refusal = outcome.unwrap_err().to_string();
    assert!(refusal.contains("cancelled") && refusal.contains('1'), "{refusal}");
    assert!(told.load(Ordering::Relaxed) > 0, "progress is told inside a file");
    let sources = bench.status()["sources"].as_array().unwrap().len();
    assert_eq!(sources, 1);
    let again = import_advisories(&[small], &bench.cache(), &|_| true, &stamp()).unwrap();
    assert_eq!(again[0].outcome, ImportOutcome::Known);
}

/// How many times a campaign tries; `MAINSTAY_KILLS` sets another number.
fn tries(usual: u64) -> u64 {
    std::env::var("MAINSTAY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A file of many records, so that an import of it takes a while.
fn many_records(bench: &Bench) -> PathBuf {
    bench.file("many.json", &numbered(0..1500))
}

/// The cache can be asked, and the import can be repeated to its end.
fn assert_not_refused(bench: &Bench, file: &Path, what: &str) {
    let cache = bench.cache();
    let asked = bench.run(&["advisories", "status", "--cache", cache.to_str().unwrap()]);
    assert!([0, 11].contains(&asked.code), "{what}: {}{}", asked.out, asked.err);
    let again = bench.import(file);
    assert_eq!(again.code, 0, "{what}: {}{}", again.out, again.err);
    assert_eq!(bench.status()["sources"].as_array().unwrap().len(), 1, "{what}");
}

#[test]
fn a_first_import_killed_at_any_moment_leaves_a_cache_that_can_be_used() {
    let bench = Bench::new();
    let file = many_records(&bench);
    let begun = std::time::Instant::now();
    assert_eq!(bench.import(&file).code, 0);
    let whole = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let count = tries(16);
    for number in 0..count {
        std::fs::remove_dir_all(bench.cache()).unwrap();
        let mut child = program()
            .args([
                "advisories",
                "import",
                file.to_str().unwrap(),
                "--cache",
                bench.cache().to_str().unwrap(),
            ])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let pause = whole * number / count;
        std::thread::sleep(std::time::Duration::from_micros(pause));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_not_refused(&bench, &file, &format!("killed after {pause} µs"));
    }
}

#[cfg(unix)]
#[test]
fn a_first_import_onto_a_full_disk_leaves_a_cache_that_can_be_used() {
    let bench = Bench::new();
    let file = many_records(&bench);
    for blocks in [0, 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048] {
        let _ = std::fs::remove_dir_all(bench.cache());
        // A file cannot grow beyond so many blocks of 512 bytes, and the program is told so as by a full disk.
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_mainstay"), "advisories", "import"])
            .args([file.to_str().unwrap(), "--cache", bench.cache().to_str().unwrap()])
            .output()
            .unwrap();
        assert!(output.status.code().is_some_and(|code| code == 0 || code == 1), "{output:?}");
        assert_not_refused(&bench, &file, &format!("{blocks} blocks"));
    }
}

#[test]
fn the_exit_code_of_a_scan_says_affected_then_not_checked_then_nothing() {
    let bench = Bench::new();
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("2.5")])));
    let without = bench.scan(&sbom, &[]);
    assert_eq!(without.code, 1);
    assert!(without.err.contains("advisories import"), "{}", without.err);
    let page = nvd(
        "2026-02-01T00:00:00.000",
        &[
            ("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0"),
            ("CVE-2026-0002", "2026-01-05T00:00:00.000", "1.0"),
        ],
    );
    bench.import(&bench.file("page.json", &page));
    let few = bench.scan(&sbom, FRESH);
    let checked = few.json()["components"][0]["checked"][0].clone();
    assert_eq!((few.code, checked["obstacle"].as_str()), (11, Some("incomplete")), "{}", few.out);
    let words = "NVD has over 250,000 records, but only 2 were imported";
    assert!(checked["reason"].as_str().unwrap().contains(words), "{checked}");
    bench.whole();
    let clean = bench.scan(&sbom, FRESH);
    assert_eq!(clean.code, 0, "{}", clean.out);
    assert_eq!(clean.json()["components"][0]["checked"][0]["outcome"], "nothing_found");
    assert_eq!(clean.json()["components"][0]["verdicts"], json!([]));
    let all = bench.scan(&sbom, &["--max-age", "99999", "--all"]).json();
    assert_eq!(all["components"][0]["verdicts"][0]["verdict"], "not_affected");
    // The same data, too old to say that there is nothing.
    let old = bench.scan(&sbom, &["--max-age", "1"]);
    assert_eq!(old.code, 11);
    assert_eq!(old.json()["components"][0]["checked"][0]["obstacle"], "too_old");
    assert_eq!(old.json()["sources"][0]["too_old"], true);
    // No identifier: nobody may read this as "nothing found".
    let nameless = bench
        .file("nameless.json", &bill(&json!([{"type": "library", "name": "home_made", "version": "1"}])));
    let unchecked = bench.scan(&nameless, FRESH);
    assert_eq!(unchecked.code, 11);
    assert_eq!(unchecked.json()["components"][0]["checked"][0]["outcome"], "could_not_be_checked");
    let affected = bench.file("affected.json", &bill(&json!([pump_link("1.9")])));
    let found = bench.scan(&affected, &["--max-age", "1"]);
    assert_eq!(found.code, 10, "what is found counts, however old the data");
    let finding = &found.json()["components"][0]["verdicts"][0];
    assert_eq!(finding["verdict"], "affected");
    assert_eq!(finding["cvss"][0]["score"], "9.8");
    for (name, part) in [("identifier", "pump_link"), ("range", "2.0"), ("words", "1.9")] {
        assert!(finding["why"][name].as_str().unwrap().contains(part), "{name}: {finding:#}");
    }
}

#[test]
fn a_score_or_an_identifier_that_is_none_is_said_and_everything_else_still_counts() {
    let bench = Bench::new();
    let page = nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")])
        .replace("CVSS:3.1/AV:N/AC:L", "CVSS:3.1/AV:SOMEWHERE/AC:L");
    assert_eq!(bench.import(&bench.file("page.json", &page)).code, 0);
    let mut odd = pump_link("1.9");
    odd["purl"] = "pkg:".into();
    let mut nameless = pump_link("1.9");
    nameless["bom-ref"] = "b".into();
    nameless["cpe"] = "cpe:2.3:a".into();
    nameless["name"] = "home_made".into();
    let found = bench.scan(&bench.file("bill.json", &bill(&json!([odd, nameless]))), FRESH);
    assert_eq!(found.code, 10, "{}", found.err);
    let told = found.json();
    let score = &told["components"][0]["verdicts"][0]["cvss"][0];
    assert_eq!(score["score"], Value::Null);
    assert!(score["problem"].as_str().is_some_and(|words| !words.is_empty()), "{score:#}");
    let checked = &told["components"][1]["checked"][0];
    assert_eq!(checked["outcome"], "could_not_be_checked", "{checked:#}");
    assert!(checked["reason"].as_str().unwrap().contains("cpe:2.3:a"), "{checked:#}");
}

#[test]
fn one_finding_under_all_its_names_with_exploitation_prediction_and_support() {
    let bench = Bench::new();
    let osv = |id: &str, aliases: &[&str]| {
        json!({
            "schema_version": "1.6.0", "id": id, "modified": "2026-01-02T00:00:00Z", "aliases": aliases, "summary": "Late alarm",
            "affected": [{"package": {"ecosystem": "PyPI", "name": "Pump.Link"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}],
        })
        .to_string()
    };
    bench.import(&bench.file("a.json", &osv("PYSEC-2026-1", &["CVE-2026-0001"])));
    bench.import(&bench.file("b.json", &osv("GHSA-aaaa-bbbb-cccc", &["CVE-2026-0001"])));
    let kev = json!({
        "title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.02.01",
        "dateReleased": "2026-02-01T00:00:00.0000Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-2026-0001", "vendorProject": "Acme", "product": "Pump Link", "vulnerabilityName": "Late alarm",
            "dateAdded": "2026-01-20", "shortDescription": "Late", "requiredAction": "Update", "dueDate": "2026-02-10",
            "knownRansomwareCampaignUse": "Unknown", "notes": ""}],
    });
    assert_eq!(bench.import(&bench.file("kev.json", &kev.to_string())).code, 0);
    let epss = "#model_version:v2026.01.01,score_date:2026-02-01T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.91234,0.99000\n";
    assert_eq!(bench.import(&bench.file("epss.csv", epss)).code, 0);
    let sbom = bench.file(
        "bill.json",
        &bill(&json!([{"type": "library", "name": "pump-link", "version": "1.5", "purl": "pkg:pypi/pump-link@1.5"}])),
    );
    let found = bench.scan(&sbom, FRESH);
    assert_eq!(found.code, 10, "{}", found.err);
    let component = &found.json()["components"][0];
    assert_eq!(component["verdicts"].as_array().unwrap().len(), 1, "{component:#}");
    let finding = &component["verdicts"][0];
    assert_eq!(finding["id"], "CVE-2026-0001");
    assert_eq!(finding["aliases"], json!(["GHSA-aaaa-bbbb-cccc", "PYSEC-2026-1"]));
    assert_eq!(finding["records"].as_array().unwrap().len(), 2);
    assert_eq!(finding["kev"]["added"], "2026-01-20");
    assert_eq!(finding["epss"]["probability"], "0.91234");
}

#[test]
fn what_is_withdrawn_does_not_count_and_what_is_not_analysed_is_only_a_candidate() {
    let bench = Bench::new();
    let withdrawn = json!({
        "schema_version": "1.6.0", "id": "PYSEC-2026-2", "modified": "2026-01-02T00:00:00Z", "withdrawn": "2026-01-03T00:00:00Z",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "pump-link"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}],
    });
    bench.import(&bench.file("withdrawn.json", &withdrawn.to_string()));
    let waiting = json!({
        "resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-02-01T00:00:00.000",
        "vulnerabilities": [{"cve": {"id": "CVE-2026-0009", "published": "2026-01-01T00:00:00.000", "lastModified": "2026-01-01T00:00:00.000",
            "vulnStatus": "Awaiting Analysis", "descriptions": [{"lang": "en", "value": "An overflow in Pump-Link before 3 stops alarms."}]}}],
    });
    bench.import(&bench.file("waiting.json", &waiting.to_string()));
    let sbom = bench.file(
        "bill.json",
        &bill(&json!([{"type": "library", "name": "pump-link", "version": "1.5", "purl": "pkg:pypi/pump-link@1.5"}])),
    );
    let found = bench.scan(&sbom, FRESH);
    // A single record of a source, and a withdrawn one, does not say that the source was asked.
    assert_eq!(found.code, 11, "{}", found.out);
    let verdicts = found.json()["components"][0]["verdicts"].clone();
    assert_eq!(verdicts[0]["id"], "PYSEC-2026-2");
    assert!(verdicts[0]["withdrawn"].as_str().unwrap().contains("2026-01-03"));
    assert_eq!(
        (verdicts[1]["id"].as_str(), verdicts[1]["verdict"].as_str()),
        (Some("CVE-2026-0009"), Some("candidate"))
    );
    assert_eq!(verdicts[1]["not_analysed"], true);
}

#[test]
fn a_single_record_says_nothing_of_what_others_would_say() {
    let bench = Bench::new();
    let page = nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")]);
    bench.import(&bench.file("page.json", &page));
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("2.5")])));
    let scanned = bench.scan(&sbom, FRESH);
    assert_eq!(scanned.code, 11, "{}", scanned.out);
    let checked = scanned.json()["components"][0]["checked"][0].clone();
    assert_eq!(checked["outcome"], "could_not_be_checked");
    assert!(checked["reason"].as_str().unwrap().contains("only 1 were imported"), "{checked}");
    let affected = bench.file("affected.json", &bill(&json!([pump_link("1.9")])));
    assert_eq!(bench.scan(&affected, FRESH).code, 10, "what is found counts all the same");
}

#[test]
fn a_person_can_say_what_is_the_same_and_what_is_not() {
    let bench = Bench::new();
    let page = nvd(
        "2026-02-01T00:00:00.000",
        &[
            ("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0"),
            ("CVE-2026-0002", "2026-01-05T00:00:00.000", "1.0"),
        ],
    );
    bench.import(&bench.file("page.json", &page));
    let other = json!([{"type": "library", "name": "link", "version": "1.5", "cpe": "cpe:2.3:a:acme_devices:link:1.5:*:*:*:*:*:*:*"}]);
    let sbom = bench.file("bill.json", &bill(&other));
    bench.whole();
    assert_eq!(bench.scan(&sbom, FRESH).code, 0);
    let same = bench.file(
        "same.ron",
        r#"(aliases: [(products: ["acme_devices:link", "acme:pump_link"], reason: "Renamed in 2025")])"#,
    );
    let with = |path: &Path, sbom: &Path| {
        bench.scan(sbom, &["--max-age", "99999", "--knowledge", path.to_str().unwrap()]).code
    };
    assert_eq!(with(&same, &sbom), 10);
    let mine = bench.file("mine.json", &bill(&json!([pump_link("1.5")])));
    assert_eq!(bench.scan(&mine, FRESH).code, 10);
    let not = bench.file(
        "not.ron",
        r#"(exclusions: [(component: "acme:pump_link", product: "acme:pump_link", reason: "Another product of this name")])"#,
    );
    assert_ne!(with(&not, &mine), 10);
    assert_eq!(with(&bench.file("slip.ron", "(aliases: 3)"), &mine), 1);
    let nowhere = bench.scan(&mine, &["--knowledge", "nowhere.ron"]);
    let words = "nowhere.ron could not be read: there is no such file";
    assert!(nowhere.code == 1 && nowhere.err.contains(words), "{}", nowhere.err);
}

#[test]
fn another_file_in_the_place_of_the_cache_is_refused_and_kept() {
    let bench = Bench::new();
    let page = bench.file("page.json", &nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "", "2.0")]));
    std::fs::create_dir_all(bench.cache()).unwrap();
    let place = bench.cache().join("advisories.sqlite");
    std::fs::write(&place, "not a database at all, but somebody's notes").unwrap();
    let told = bench.import(&page);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("--cache"), "{}", told.err);
    assert_eq!(std::fs::read_to_string(&place).unwrap(), "not a database at all, but somebody's notes");
}

#[test]
fn bills_are_inspected_converted_and_compared() {
    let bench = Bench::new();
    let a = bench.file(
        "a.json",
        &bill(&json!([pump_link("1.0"), {"type": "library", "bom-ref": "z", "name": "zlib", "version": "1.3", "purl": "pkg:generic/zlib@1.3"}])),
    );
    let inspected = bench.run(&["sbom", "inspect", a.to_str().unwrap(), "--json"]).json();
    assert_eq!(inspected["components"].as_array().unwrap().len(), 2);
    assert!(!inspected["lint"].as_array().unwrap().is_empty(), "8.1.2 asks for a manufacturer");
    for format in ["cyclonedx", "spdx"] {
        let out = bench.folder.path().join(format!("out.{format}.json"));
        let arguments = ["sbom", "convert", a.to_str().unwrap(), "--to", format, "-o", out.to_str().unwrap()];
        assert_eq!(bench.run(&arguments).code, 0);
        let again = bench.run(&arguments);
        assert_eq!(again.code, 1, "nothing is written over");
        let compared =
            bench.run(&["sbom", "diff", a.to_str().unwrap(), out.to_str().unwrap(), "--json"]).json();
        for none in ["added", "removed", "version_changed"] {
            assert_eq!(compared[none], json!([]), "{format}: {compared:#}");
        }
    }
    let b = bench.file("b.json", &bill(&json!([pump_link("1.1")])));
    let compared = bench.run(&["sbom", "diff", a.to_str().unwrap(), b.to_str().unwrap(), "--json"]).json();
    assert_eq!(compared["version_changed"].as_array().unwrap().len(), 1, "{compared:#}");
    assert_eq!(compared["removed"][0]["name"], "zlib");
    let empty = bench.file("empty.json", &bill(&json!([])));
    let refused = bench.run(&["sbom", "inspect", empty.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("component"), "{}", refused.err);
}

/// A CSAF document of a publisher about one product, affected below a version.
fn csaf(publisher: &str, number: &str, product: &str, range: &str) -> String {
    json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Late alarm",
            "publisher": {"category": "vendor", "name": publisher, "namespace": "https://example.com"},
            "tracking": {"id": number, "status": "final", "version": "1", "initial_release_date": "2026-01-01T00:00:00Z",
                "current_release_date": "2026-01-02T00:00:00Z",
                "revision_history": [{"number": "1", "date": "2026-01-01T00:00:00Z", "summary": "First"}]},
        },
        "product_tree": {"branches": [{"category": "vendor", "name": publisher, "branches": [{
            "category": "product_name", "name": product, "branches": [{"category": "product_version_range", "name": range,
                "product": {"product_id": "P1", "name": product,
                    "product_identification_helper": {"cpe": format!("cpe:2.3:a:{publisher}:{product}:*:*:*:*:*:*:*:*")}}}]}]}]},
        "vulnerabilities": [{"cve": "CVE-2026-0007", "product_status": {"known_affected": ["P1"]},
            "notes": [{"category": "description", "text": "Late"}]}],
    })
    .to_string()
}

fn product(reference: &str, vendor: &str, name: &str, version: &str) -> Value {
    json!({"type": "library", "bom-ref": reference, "name": name, "version": version,
           "cpe": format!("cpe:2.3:a:{vendor}:{name}:{version}:*:*:*:*:*:*:*")})
}

fn outcomes(found: &Run) -> Vec<String> {
    let told = found.json();
    let checked =
        told["components"].as_array().unwrap().iter().flat_map(|one| one["checked"].as_array().unwrap());
    checked.map(|one| one["obstacle"].as_str().or(one["outcome"].as_str()).unwrap().to_owned()).collect()
}

#[test]
fn documents_of_several_publishers_about_one_cve_stand_beside_each_other() {
    let bench = Bench::new();
    let sbom = bench.file(
        "bill.json",
        &bill(&json!([product("a", "acme", "pump", "1.0"), product("b", "beta", "gate", "1.0")])),
    );
    assert_eq!(
        bench.import(&bench.file("a.json", &csaf("acme", "A-1", "pump", "vers:semver/<2.0.0"))).code,
        0
    );
    let second =
        bench.import(&bench.file("b.json", &csaf("beta", "B-1", "gate", "vers:semver/<2.0.0"))).json();
    assert_eq!(
        (&second["files"][0]["new"], &second["files"][0]["same"]),
        (&json!(2), &json!(0)),
        "{second:#}"
    );
    let found = bench.scan(&sbom, FRESH).json();
    for (at, publisher) in [(0, "acme"), (1, "beta")] {
        let finding = &found["components"][at]["verdicts"][0];
        assert_eq!(
            (&finding["id"], &finding["records"][0]["source"]),
            (&json!("CVE-2026-0007"), &json!(publisher))
        );
    }
    // The same document again with another product tree is another telling.
    let wider =
        bench.import(&bench.file("c.json", &csaf("acme", "A-1", "pump", "vers:semver/<0.5.0"))).json();
    assert_eq!(wider["files"][0]["replaced"], 2, "{wider:#}");
    assert_eq!(bench.scan(&sbom, FRESH).json()["components"][0]["verdicts"], json!([]));
    let cache = bench.cache();
    let shown =
        bench.run(&["advisories", "show", "CVE-2026-0007", "--cache", cache.to_str().unwrap(), "--json"]);
    assert!(
        shown.out.contains("vers:semver/<0.5.0") && shown.out.contains("vers:semver/<2.0.0"),
        "{}",
        shown.out
    );
}

#[test]
fn data_that_is_not_whole_never_says_that_there_is_nothing() {
    let sbom = |bench: &Bench| bench.file("bill.json", &bill(&json!([pump_link("2.5")])));
    let page = nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")]);
    // One page of several.
    let bench = Bench::new();
    bench.import(&bench.file("page.json", &page.replace("\"totalResults\":1", "\"totalResults\":3")));
    let torn = bench.scan(&sbom(&bench), FRESH);
    assert_eq!((torn.code, outcomes(&torn)), (11, vec!["incomplete".to_owned()]));
    // A record of the file could not be read.
    let bench = Bench::new();
    let broken = page.replacen("[{\"cve\":", "[{\"cve\":{\"id\":7}},{\"cve\":", 1).replace("\":1,", "\":2,");
    let imported = bench.import(&bench.file("page.json", &broken)).json();
    assert_eq!(imported["files"][0]["refused"], 1, "{imported:#}");
    let torn = bench.scan(&sbom(&bench), FRESH);
    assert_eq!((torn.code, outcomes(&torn)), (11, vec!["incomplete".to_owned()]));
}

#[test]
fn each_part_of_a_source_is_as_old_as_its_own_data() {
    let bench = Bench::new();
    let osv = |ecosystem: &str, name: &str, at: &str, end: &str| {
        let records: Vec<Value> = (0..2)
            .map(|number| {
                json!({"schema_version": "1.6.0", "id": format!("GHSA-{name}-{number}"), "modified": at,
                    "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": end}]}]}]})
            })
            .collect();
        json!(records).to_string()
    };
    bench.import(&bench.file("npm.json", &osv("npm", "pump", "2026-01-02T00:00:00Z", "2.0.0")));
    bench.import(&bench.file("pypi.json", &osv("PyPI", "gate", "2019-01-02T00:00:00Z", "2.0")));
    let days =
        mainstay::ops::now().day().days_since(mainstay::domain::time::Day::parse("2025-12-25").unwrap());
    let allowed = ["--max-age", &days.to_string()];
    let of = |purl: &str| {
        let components = json!([{"type": "library", "name": "x", "version": "3.0.0", "purl": purl}]);
        outcomes(&bench.scan(&bench.file("bill.json", &bill(&components)), &allowed))
    };
    assert_eq!(of("pkg:npm/pump@3.0.0"), ["incomplete"], "two records of npm are not all of it");
    bench.whole();
    assert_eq!(of("pkg:npm/pump@3.0.0"), ["nothing_found"]);
    assert_eq!(of("pkg:pypi/gate@3.0.0"), ["too_old"]);
    // A date that lies ahead says nothing about the age, and pins no record.
    let bench = Bench::new();
    let ahead = bench.file("ahead.json", &osv("npm", "pump", "2999-01-02T00:00:00Z", "1.0.0"));
    bench.import(&ahead);
    bench.import(&bench.file("later.json", &osv("npm", "pump", "2026-01-02T00:00:00Z", "2.0.0")));
    let components =
        json!([{"type": "library", "name": "pump", "version": "1.5.0", "purl": "pkg:npm/pump@1.5.0"}]);
    assert_eq!(bench.scan(&bench.file("bill.json", &bill(&components)), FRESH).code, 10);
}

#[test]
fn a_member_of_an_archive_that_breaks_off_takes_nothing_of_it_in() {
    let bench = Bench::new();
    let page = nvd(
        "2026-02-01T00:00:00.000",
        &[
            ("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0"),
            ("CVE-2026-0002", "2026-01-05T00:00:00.000", "2.0"),
        ],
    );
    let path = bench.folder.path().join("feed.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("feed.json", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, page.rsplit_once("CVE-2026-0002").unwrap().0.as_bytes()).unwrap();
    zip.finish().unwrap();
    assert_eq!(bench.import(&path).code, 1);
    assert_eq!(bench.status()["sources"], json!([]));
}

#[test]
fn what_hangs_on_a_condition_or_was_refused_is_not_nothing() {
    let bench = Bench::new();
    let page = nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")])
        .replace("pump_link:*:*:*:*:*:*:*:*", "pump_link:*:*:*:*:*:linux:*:*");
    bench.import(&bench.file("page.json", &page));
    let conditional = bench.scan(&bench.file("bill.json", &bill(&json!([pump_link("1.5")]))), FRESH);
    assert_eq!(conditional.json()["components"][0]["verdicts"][0]["verdict"], "conditional");
    assert_eq!(conditional.code, 11);
    let components = json!([pump_link("2.5"), {"type": "library", "bom-ref": "nameless", "version": "1"}]);
    let sbom = bench.file("bill.json", &bill(&components));
    let torn = bench.scan(&sbom, FRESH);
    assert_eq!((torn.code, torn.json()["sbom"]["refused"].as_array().unwrap().len()), (11, 1));
    let cache = bench.cache();
    let words = bench.run(&[
        "scan",
        sbom.to_str().unwrap(),
        "--cache",
        cache.to_str().unwrap(),
        "--max-age",
        "99999",
    ]);
    assert!(words.out.contains("not in this scan: "), "{}", words.out);
}

/// A file of one statement.
fn statements(statement: &Value) -> String {
    json!({
        "format": 1, "id": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "title": "Pump",
        "author": {"name": "Example Devices", "namespace": "https://psirt.example.com"},
        "revisions": [{"at": "2026-11-20T08:00:00Z", "summary": "First"}],
        "products": [{"reference": "pkg:generic/pump@4.2", "name": "pump", "version": "4.2", "purl": "pkg:generic/pump@4.2"}],
        "descriptions": {"CVE-2026-0001": "A late alarm"}, "statements": [statement],
    })
    .to_string()
}

#[test]
fn a_file_of_statements_is_written_as_vex_and_what_is_missing_in_it_is_refused() {
    let bench = Bench::new();
    let whole = json!({"vulnerability": "CVE-2026-0001", "products": ["pkg:generic/pump@4.2"], "status": "not_affected",
        "justification": "vulnerable_code_not_present"});
    let input = bench.file("statements.json", &statements(&whole));
    for (format, mark) in [("openvex", "openvex.dev"), ("cyclonedx", "CycloneDX"), ("csaf", "csaf_vex")] {
        let out = bench.folder.path().join(format!("{format}.json"));
        let run =
            || bench.run(&["vex", input.to_str().unwrap(), "--format", format, "-o", out.to_str().unwrap()]);
        let written = run();
        assert!(
            written.code == 0 && written.out.starts_with("1 statement written"),
            "{format}: {}",
            written.err
        );
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains(mark) && text.contains("CVE-2026-0001"), "{text}");
        assert!(run().code != 0, "nothing is written over");
    }
    let out = bench.folder.path().join("out.json");
    let run = |input: &Path, more: &[&str]| {
        let mut arguments =
            vec!["vex", input.to_str().unwrap(), "--format", "openvex", "-o", out.to_str().unwrap()];
        arguments.extend(more);
        bench.run(&arguments)
    };
    let told = run(&input, &["--author", "Me"]);
    assert!(told.code == 2 && told.err.contains("--author is only for a scan"), "{}", told.err);
    let mut bare = whole.clone();
    bare["justification"] = Value::Null;
    let refused = run(&bench.file("bare.json", &statements(&bare)), &[]);
    assert!(
        refused.code == 3 && refused.err.contains("statement 1 (CVE-2026-0001)"),
        "{} {}",
        refused.code,
        refused.err
    );
    let other = run(&bench.file("other.json", "{}"), &[]);
    assert!(other.code == 1 && other.err.contains("missing field `format`"), "{} {}", other.code, other.err);
    assert!(!out.exists());
}

#[test]
fn a_scan_is_written_as_vex_that_never_says_not_affected() {
    let bench = Bench::new();
    let page = nvd(
        "2026-02-01T00:00:00.000",
        &[
            ("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0"),
            ("CVE-2026-0002", "2026-01-05T00:00:00.000", "1.0"),
        ],
    );
    bench.import(&bench.file("page.json", &page));
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("1.9")])));
    let scan = bench.file("scan.json", &bench.scan(&sbom, &["--max-age", "99999", "--all"]).out);
    let vex = |name: &str, more: &[&str]| {
        let out = bench.folder.path().join(name);
        let mut arguments =
            vec!["vex", scan.to_str().unwrap(), "--format", "openvex", "-o", out.to_str().unwrap()];
        arguments.extend(more);
        let run = bench.run(&arguments);
        let told = std::fs::read_to_string(&out).map(|text| serde_json::from_str::<Value>(&text).unwrap());
        (run, told.unwrap_or_default()["statements"].clone())
    };
    let (nobody, _) = vex("nobody.json", &[]);
    assert!(nobody.code == 2 && nobody.err.contains("--author"), "{}", nobody.err);
    let (run, open) = vex("open.json", &["--author", "Example Devices"]);
    assert!(run.code == 0 && run.out.contains("1 skipped  not affected"), "{}{}", run.out, run.err);
    assert_eq!((open.as_array().unwrap().len(), &open[0]["status"]), (1, &"under_investigation".into()));
    let (_, told) = vex("told.json", &["--author", "Example Devices", "--action", "update; install 2.0"]);
    assert_eq!(
        (&told[0]["status"], &told[0]["action_statement"]),
        (&"affected".into(), &"update; install 2.0".into())
    );
}

#[test]
fn a_bill_that_holds_only_its_product_is_inspected_and_its_scan_decides_nothing() {
    let bench = Bench::new();
    bench.import(&bench.file(
        "page.json",
        &nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")]),
    ));
    let sbom = bench.file(
        "bill.json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"Pump"}}}"#,
    );
    let inspected = bench.run(&["sbom", "inspect", sbom.to_str().unwrap()]);
    assert!(
        inspected.code == 0 && inspected.out.contains("only the product Pump"),
        "{}{}",
        inspected.out,
        inspected.err
    );
    assert_eq!(bench.scan(&sbom, FRESH).code, 11);
}

#[test]
fn cyclonedx_vex_in_xml_is_taken_as_advisory_data() {
    let bench = Bench::new();
    let file = bench.file(
        "vex.xml",
        r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><vulnerabilities><vulnerability><id>CVE-2026-0001</id><analysis><state>exploitable</state></analysis></vulnerability></vulnerabilities></bom>"#,
    );
    let imported = bench.import(&file).json();
    assert_eq!(
        (&imported["files"][0]["format"], &imported["files"][0]["records"]),
        (&"CycloneDX 1.6 XML VEX".into(), &1.into())
    );
    let cache = bench.cache();
    let shown = bench
        .run(&["advisories", "show", "CVE-2026-0001", "--cache", cache.to_str().unwrap(), "--json"])
        .json();
    assert!(shown["tellings"][0]["record"].as_str().unwrap().starts_with("<vulnerability>"), "{shown:#}");
}

#[test]
fn a_record_that_was_taken_back_hides_none_that_still_stands() {
    let bench = Bench::new();
    let record = |id: &str, more: Value| {
        let mut record = json!({"schema_version": "1.6.0", "id": id, "modified": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-0007"],
            "affected": [{"package": {"ecosystem": "PyPI", "name": "pump-link"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record.to_string()
    };
    let withdrawn = json!({"withdrawn": "2026-01-03T00:00:00Z"});
    bench.import(&bench.file("withdrawn.json", &record("PYSEC-2026-7", withdrawn)));
    let conditional = json!({"affected": [{"package": {"ecosystem": "PyPI", "name": "pump-link"}, "ecosystem_specific": {"affects": {"os": ["windows"]}},
        "ranges": [{"type": "GIT", "repo": "https://example.org/x", "events": [{"introduced": "0"}]}]}]});
    bench.import(&bench.file("standing.json", &record("GHSA-aaaa-bbbb-cccc", conditional)));
    let own = json!([{"type": "library", "bom-ref": "a", "name": "pump-link", "version": "1.5", "purl": "pkg:pypi/pump-link@1.5"}]);
    let found = bench.scan(&bench.file("bill.json", &bill(&own)), FRESH);
    let verdict = &found.json()["components"][0]["verdicts"][0];
    assert_eq!((verdict["verdict"].as_str(), found.code), (Some("not_comparable"), 11), "{}", found.out);
    assert_eq!(verdict["withdrawn"], Value::Null);
    assert_eq!(verdict["records"].as_array().unwrap().len(), 2);
}

#[test]
fn a_second_scan_of_an_unchanged_bill_on_unchanged_data_repeats_the_answer_and_a_damaged_one_is_not_used() {
    let bench = Bench::new();
    let page = nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")]);
    bench.import(&bench.file("page.json", &page));
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("1.5")])));
    let words = |more: &[&str]| {
        let cache = bench.cache();
        let mut arguments = vec!["scan", sbom.to_str().unwrap(), "--cache", cache.to_str().unwrap()];
        arguments.extend(more);
        bench.run(&arguments)
    };
    let answers = || -> Vec<PathBuf> {
        let entries = std::fs::read_dir(bench.cache().join("answers")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let (first, said) = (bench.scan(&sbom, FRESH), words(FRESH));
    assert_eq!((first.code, said.code, answers().len()), (10, 10, 2));
    let (again, said_again) = (bench.scan(&sbom, FRESH), words(FRESH));
    assert_eq!((again.code, &again.out, &again.err), (10, &first.out, &first.err));
    assert_eq!((said_again.code, &said_again.out, &said_again.err), (10, &said.out, &said.err));
    // A damaged answer is not told.
    for path in answers() {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(bench.scan(&sbom, FRESH).out, first.out);
    assert_eq!(words(FRESH).out, said.out);
    // Newer data and a changed bill are seen at once.
    let page = nvd("2026-03-01T00:00:00.000", &[("CVE-2026-0001", "2026-02-20T00:00:00.000", "1.5")]);
    bench.import(&bench.file("newer.json", &page));
    assert_ne!(bench.scan(&sbom, FRESH).code, 10);
    bench.file("bill.json", &bill(&json!([pump_link("1.4")])));
    assert_eq!(bench.scan(&sbom, FRESH).code, 10);
    let fresh = ["--max-age", "99999", "--fresh"];
    assert_eq!(bench.scan(&sbom, &fresh).out, bench.scan(&sbom, FRESH).out);
}

#[test]
fn a_scan_works_where_no_answer_can_be_kept_and_nothing_is_kept_of_a_refused_bill() {
    let bench = Bench::new();
    let page = nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")]);
    bench.import(&bench.file("page.json", &page));
    let refused = bench.scan(&bench.file("broken.json", "{"), FRESH);
    assert_ne!((refused.code, refused.err.as_str()), (0, ""));
    assert!(!bench.cache().join("answers").exists());
    std::fs::write(bench.cache().join("answers"), "of somebody else").unwrap();
    let sbom = bench.file("bill.json", &bill(&json!([pump_link("1.5")])));
    let first = bench.scan(&sbom, FRESH);
    assert_eq!((first.code, bench.scan(&sbom, FRESH).out), (10, first.out));
    assert_eq!(std::fs::read_to_string(bench.cache().join("answers")).unwrap(), "of somebody else");
}

#[test]
fn a_path_that_cannot_be_read_is_refused_with_its_reason_and_the_others_are_imported() {
    let bench = Bench::new();
    let good = bench.file(
        "a.json",
        &nvd("2026-02-01T00:00:00.000", &[("CVE-2026-0001", "2026-01-05T00:00:00.000", "2.0")]),
    );
    let (nowhere, empty) = (bench.folder.path().join("nowhere"), bench.folder.path().join("empty"));
    std::fs::create_dir(&empty).unwrap();
    let cache = bench.cache();
    let cache = cache.to_str().unwrap();
    let told = bench.run(&[
        "advisories",
        "import",
        nowhere.to_str().unwrap(),
        good.to_str().unwrap(),
        empty.to_str().unwrap(),
        "--cache",
        cache,
        "--json",
    ]);
    assert_eq!(told.code, 1, "{}{}", told.out, told.err);
    assert!(told.err.contains("2 of 3 files could not be imported"), "{}", told.err);
    let files = told.json()["files"].clone();
    assert_eq!(files[0]["outcome"]["refused"]["reason"], "there is no such file or folder");
    assert_eq!(files[1]["outcome"], "taken");
    assert_eq!(files[2]["outcome"]["refused"]["reason"], "the folder contains no file");
    let shown = bench.run(&["advisories", "show", "cve-2026-0001", "--cache", cache]);
    assert_eq!(shown.code, 0, "in small letters too: {}", shown.err);
    let other = Bench::new();
    let told = other.import(&other.folder.path().join("nowhere"));
    assert_eq!(told.code, 1);
    assert!(!other.cache().exists(), "nothing was imported, so no cache was made");
}

#[test]
fn the_bill_and_the_advisory_of_the_documentation_give_the_finding_that_it_names() {
    let bench = Bench::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/example");
    assert_eq!(bench.import(&folder.join("nvd.json")).code, 0);
    let scanned = bench.scan(&folder.join("gateway.cdx.json"), &["--max-age", "36500"]);
    assert_eq!(scanned.code, 10, "{}", scanned.err);
    let components = scanned.json()["components"].clone();
    assert_eq!(components[0]["verdicts"][0]["id"], "CVE-2022-37434");
    assert_eq!(components[0]["verdicts"][0]["verdict"], "affected");
    assert_eq!(components[1]["checked"][0]["outcome"], "could_not_be_checked");
}
