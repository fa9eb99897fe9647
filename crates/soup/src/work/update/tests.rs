//! Updates from a small server on this machine, in the shapes that the publishers use.

mod csaf;
mod server_of_tests;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use self::server_of_tests::{Asked, Server, cut, file, redirect, status};
use super::*;
use crate::work::advisories::{CacheStatus, cache_status, show_advisory};
use mainstay_base::time::Moment;

const DAY: &str = "2026-11-20T10:00:00Z";
const KEY: &str = "11111111-secret";

struct Bench {
    folder: tempfile::TempDir,
    settings: UpdateSettings,
    now: Moment,
}

impl Bench {
    fn new(server: &Server, sources: &[UpdateSource]) -> Self {
        let at = &server.address;
        let settings = UpdateSettings {
            allowed: true,
            sources: sources.to_vec(),
            nvd_address: format!("{at}/nvd"),
            nvd_key: Secret::new(KEY),
            osv_address: format!("{at}/osv"),
            osv_ecosystems: vec!["npm".to_owned(), "Rocky Linux".to_owned()],
            kev_address: format!("{at}/kev.json"),
            epss_address: format!("{at}/epss.csv.gz"),
            csaf_providers: vec![format!("{at}/provider-metadata.json")],
            eol_address: format!("{at}/eol"),
            ..UpdateSettings::default()
        };
        Self { folder: tempfile::tempdir().unwrap(), settings, now: Moment::parse(DAY).unwrap() }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn try_update(&self, on: &OnUpdate<'_>) -> Result<Vec<UpdatedSource>, Refused> {
        let pace = Pace {
            between: Duration::ZERO,
            between_with_key: Duration::ZERO,
            patience: Duration::from_secs(5),
            longest: Duration::from_secs(20),
            attempts: 3,
            first_wait: Duration::ZERO,
            longest_wait: Duration::from_secs(2),
        };
        let report =
            update_advisories(&self.settings, &self.cache(), &pace, on, &Stamp::at(self.now, 0, "test"));
        let words = format!("{report:?} {:?}", self.settings);
        assert!(!words.contains(KEY), "{words}");
        assert!(!self.cache().join("incoming").exists(), "nothing is left of what came");
        report
    }

    fn update(&self) -> Vec<UpdatedSource> {
        self.try_update(&|_| true).unwrap()
    }

    fn later(&mut self, days: i64) {
        self.now = self.now.plus_seconds(days * 24 * 3600);
    }

    fn status(&self) -> CacheStatus {
        cache_status(&self.cache(), self.now.day(), 14).unwrap()
    }

    fn knows(&self, id: &str) -> bool {
        show_advisory(&self.cache(), id).is_ok_and(|versions| !versions.is_empty())
    }
}

fn reason(updated: &UpdatedSource) -> &str {
    match &updated.outcome {
        UpdateOutcome::Failed { reason } => reason,
        UpdateOutcome::Updated | UpdateOutcome::Unchanged => panic!("{updated:?}"),
    }
}

fn kev(cve: &str) -> String {
    format!(
        r#"{{"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.01", "dateReleased": "2026-11-01T10:00:00.0000Z",
        "count": 1, "vulnerabilities": [{{"cveID": "{cve}", "vendorProject": "Example", "product": "Pump", "vulnerabilityName": "Overflow",
        "dateAdded": "2026-11-01", "shortDescription": "x", "requiredAction": "Update", "dueDate": "2026-11-22",
        "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": []}}]}}"#
    )
}

fn osv(id: &str) -> String {
    format!(
        r#"{{"schema_version": "1.6.0", "id": "{id}", "modified": "2026-11-10T00:00:00Z", "published": "2026-11-10T00:00:00Z",
        "affected": [{{"package": {{"ecosystem": "npm", "name": "left-pad"}}, "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}]}}]}}]}}"#
    )
}

fn zip(members: &[(&str, String)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

/// Answers like the publishers of whole files.
fn whole_files(asked: &Asked) -> Vec<u8> {
    match asked.path.as_str() {
        "/kev.json" if asked.header("if-none-match") == Some("\"kev-1\"") => status(304, ""),
        "/kev.json" => file(kev("CVE-2026-0001").as_bytes(), "ETag: \"kev-1\"\r\n"),
        "/epss.csv.gz" => redirect("/epss_scores-2026-11-20.csv.gz"),
        "/epss_scores-2026-11-20.csv.gz" => file(
            &gzip("#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n"),
            "",
        ),
        "/osv/npm/all.zip" => file(&zip(&[("A.json", osv("GHSA-aaaa-bbbb-cccc"))]), ""),
        "/osv/Rocky%20Linux/all.zip" => file(&zip(&[("B.json", osv("RLSA-2026:1"))]), ""),
        "/eol/products/full" => file(
            br#"{"schema_version": "1.2.0", "generated_at": "2026-11-19T00:00:00+00:00", "total": 1, "result": [{"name": "python", "releases": [
                {"name": "3.14", "releaseDate": "2025-10-07", "isEol": false, "eolFrom": "2030-10-31"}]}]}"#,
            "",
        ),
        _ => status(404, ""),
    }
}

const FILES: [UpdateSource; 4] =
    [UpdateSource::Kev, UpdateSource::Epss, UpdateSource::Eol, UpdateSource::Osv];

#[test]
fn whole_files_are_fetched_imported_and_later_found_unchanged() {
    let server = Server::new(whole_files);
    let mut bench = Bench::new(&server, &FILES);
    let report = bench.update();
    assert!(report.iter().all(|updated| updated.outcome == UpdateOutcome::Updated), "{report:?}");
    let records: Vec<_> =
        report.iter().map(|updated| (updated.source.code(), updated.files, updated.new)).collect();
    assert_eq!(records, [("kev", 1, 1), ("epss", 1, 1), ("eol", 1, 1), ("osv", 2, 2)]);
    assert!(bench.knows("RLSA-2026:1"));
    let names: Vec<String> = bench.status().sources.into_iter().map(|source| source.file).collect();
    assert!(names.contains(&"osv-Rocky-Linux-all.zip".to_owned()), "{names:?}");
    bench.later(30);
    assert!(bench.status().sources.iter().all(|source| source.too_old));
    let report = bench.update();
    assert!(report.iter().all(|updated| updated.outcome == UpdateOutcome::Unchanged), "{report:?}");
    let status = bench.status();
    assert!(status.sources.iter().all(|source| source.age_days == Some(0) && !source.too_old), "{status:?}");
    let kev = status.sources.iter().find(|source| source.name == "CISA KEV").unwrap();
    assert_eq!(kev.data_date.as_deref(), Some("2026-11-01T10:00:00.0000Z"), "its own date stays");
    assert_eq!(kev.confirmed_at.as_deref(), Some("2026-12-20T10:00:00Z"));
}

#[test]
fn nothing_is_fetched_unless_a_person_switched_it_on() {
    let server = Server::new(whole_files);
    let mut bench = Bench::new(&server, &FILES);
    bench.settings.allowed = false;
    let refused = update_advisories(
        &bench.settings,
        &bench.cache(),
        &Pace::default(),
        &|_| true,
        &Stamp::at(bench.now, 0, "test"),
    );
    assert!(refused.unwrap_err().to_string().contains("switched off"));
    assert!(server.asked().is_empty());
    assert!(!bench.cache().exists());
}

#[test]
fn a_busy_server_is_asked_again_after_the_wait_that_it_asks_for() {
    let server = Server::new(|asked| match asked.number {
        0 => status(429, "Retry-After: 1\r\n"),
        1 => status(503, "Retry-After: 0\r\n"),
        _ => whole_files(asked),
    });
    let bench = Bench::new(&server, &[UpdateSource::Kev]);
    let waited = AtomicBool::new(false);
    let report = bench.try_update(&|progress| {
        waited.fetch_or(progress.doing.contains("waiting for another attempt"), Ordering::Relaxed);
        true
    });
    assert_eq!(report.unwrap()[0].outcome, UpdateOutcome::Updated);
    assert!(waited.load(Ordering::Relaxed));
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_server_that_asks_for_a_long_wait_or_stays_busy_fails_and_the_others_go_on() {
    let server = Server::new(|asked| match asked.path.as_str() {
        "/kev.json" => status(503, "Retry-After: 86400\r\n"),
        "/epss.csv.gz" => status(502, ""),
        _ => whole_files(asked),
    });
    let bench = Bench::new(&server, &FILES);
    let report = bench.update();
    assert!(reason(&report[0]).contains("asks to wait 86400 seconds"), "{report:?}");
    assert!(reason(&report[1]).contains("3 attempts were made"), "{report:?}");
    assert_eq!(report[3].outcome, UpdateOutcome::Updated);
}

#[test]
fn a_download_that_breaks_leaves_the_former_data_unchanged() {
    let broken = std::sync::Arc::new(AtomicBool::new(false));
    let breaks = std::sync::Arc::clone(&broken);
    let server = Server::new(move |asked| {
        if !breaks.load(Ordering::Relaxed) {
            return whole_files(asked);
        }
        match asked.path.as_str() {
            "/kev.json" => cut(kev("CVE-2026-0002").as_bytes(), 100_000),
            "/osv/npm/all.zip" => {
                let whole =
                    zip(&[("A.json", osv("GHSA-dddd-eeee-ffff")), ("B.json", osv("GHSA-gggg-hhhh-jjjj"))]);
                file(&whole[..whole.len() / 2], "")
            }
            "/osv/Rocky%20Linux/all.zip" => file(b"<html>moved</html>", ""),
            "/epss.csv.gz" => redirect("http://advisories.example/epss.csv.gz"),
            _ => status(404, ""),
        }
    });
    let bench = Bench::new(&server, &FILES);
    bench.update();
    let before = bench.status();
    broken.store(true, Ordering::Relaxed);
    let report = bench.update();
    assert!(reason(&report[0]).contains("ended early"), "{report:?}");
    assert!(reason(&report[1]).contains("not encrypted"), "{report:?}");
    assert!(reason(&report[2]).contains("status 404"), "{report:?}");
    let osv = reason(&report[3]);
    assert!(osv.contains("osv-npm-all.zip") && osv.contains("osv-Rocky-Linux-all.zip"), "{osv}");
    assert!(osv.contains("the former data is unchanged"), "{osv}");
    assert_eq!(bench.status(), before);
    assert!(!bench.knows("GHSA-dddd-eeee-ffff") && bench.knows("GHSA-aaaa-bbbb-cccc"));
}

/// A page of NVD with one record for each of 5, two on a page.
fn nvd_page(asked: &Asked, all: u64) -> Vec<u8> {
    let start: u64 = asked.query("startIndex").unwrap().parse().unwrap();
    let of = if asked.query("lastModStartDate").is_some() { "9" } else { "1" };
    let cves: Vec<String> = (start..all.min(start + 2))
        .map(|at| {
            format!(
                r#"{{"cve": {{"id": "CVE-2026-{of}{at:03}", "lastModified": "2026-11-01T00:00:00.000", "vulnStatus": "Analyzed",
                "descriptions": [{{"lang": "en", "value": "x"}}], "configurations": [{{"nodes": [{{"operator": "OR", "negate": false,
                "cpeMatch": [{{"vulnerable": true, "criteria": "cpe:2.3:a:v:p:{at}:*:*:*:*:*:*:*"}}]}}]}}]}}}}"#
            )
        })
        .collect();
    let page = format!(
        r#"{{"resultsPerPage": {}, "startIndex": {start}, "totalResults": {all}, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-11-20T10:00:00.000", "vulnerabilities": [{}]}}"#,
        cves.len(),
        cves.join(", ")
    );
    file(page.as_bytes(), "")
}

#[test]
fn nvd_is_fetched_page_by_page_and_a_cut_loses_no_imported_page() {
    let server = Server::new(|asked| {
        assert_eq!(asked.header("apikey"), Some(KEY));
        if (1..=3).contains(&asked.number) { cut(b"{", 500) } else { nvd_page(asked, 5) }
    });
    let bench = Bench::new(&server, &[UpdateSource::Nvd]);
    let report = bench.update();
    assert!(reason(&report[0]).contains("ended early"), "{report:?}");
    assert_eq!((report[0].files, report[0].new), (1, 2), "the first page stays");
    let report = bench.update();
    assert_eq!((&report[0].outcome, report[0].new), (&UpdateOutcome::Updated, 3));
    let starts: Vec<String> = server.asked().iter().filter_map(|asked| asked.query("startIndex")).collect();
    assert_eq!(starts, ["0", "2", "2", "2", "2", "4"]);
    assert!(server.asked().iter().all(|asked| asked.query("resultsPerPage").as_deref() == Some("2000")));
    assert!(bench.knows("CVE-2026-1004"));
}

#[test]
fn later_only_the_changes_of_nvd_are_fetched_in_windows_and_the_whole_counts_as_fresh() {
    let server =
        Server::new(|asked| nvd_page(asked, if asked.query("lastModStartDate").is_some() { 1 } else { 3 }));
    let mut bench = Bench::new(&server, &[UpdateSource::Nvd]);
    bench.update();
    let first = server.asked().len();
    bench.later(200);
    assert!(bench.status().sources.iter().all(|source| source.too_old));
    bench.update();
    let windows: Vec<(String, String)> = server
        .asked()
        .iter()
        .skip(first)
        .map(|asked| (asked.query("lastModStartDate").unwrap(), asked.query("lastModEndDate").unwrap()))
        .collect();
    assert_eq!(windows.len(), 2, "{windows:?}");
    assert_eq!(windows[0].0, "2026-11-20T09:00:00.000Z", "an hour earlier than the last update");
    assert_eq!(windows[1].1, "2027-06-08T10:00:00.000Z");
    assert!(windows[1].0 < windows[0].1, "windows overlap");
    let status = bench.status();
    assert!(status.sources.iter().all(|source| source.age_days == Some(0)), "{status:?}");
    assert!(bench.knows("CVE-2026-9000") && bench.knows("CVE-2026-1002"));
    let asked = server.asked().len();
    assert_eq!(bench.update()[0].outcome, UpdateOutcome::Unchanged, "there is nothing after this moment");
    assert_eq!(server.asked().len(), asked);
    bench.later(-5);
    assert!(reason(&bench.update()[0]).contains("check the clock"));
    // Another cache knows nothing of it.
    bench.later(6);
    std::fs::remove_file(bench.cache().join("advisories.sqlite")).unwrap();
    bench.update();
    assert!(bench.knows("CVE-2026-1002"), "everything was fetched again");
}

/// What a scan answers about a component that no record of NVD concerns, and why.
fn scanned(bench: &Bench) -> (String, String) {
    let bill = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "q", "version": "1", "cpe": "cpe:2.3:a:v:q:1:*:*:*:*:*:*:*"}]}"#;
    let bill = crate::formats::sbom::read(bill.as_bytes(), "bill.json").unwrap();
    let options = crate::work::ScanOptions {
        today: bench.now.day(),
        max_age_days: 14,
        all: false,
        knowledge: crate::model::matching::Knowledge::default(),
    };
    let scan = crate::work::scan(&bill, &bench.cache(), &options, &|_| true, &|component| component);
    let component = scan.unwrap().1.remove(0);
    let nvd = component.checked.iter().find(|checked| checked.source == "NVD").unwrap();
    let outcome = serde_json::to_value(nvd.outcome).unwrap().as_str().unwrap().to_owned();
    (outcome, serde_json::to_string(nvd).unwrap())
}

#[test]
fn a_scan_trusts_nvd_only_after_the_last_page_and_again_after_the_changes() {
    let whole = std::sync::Arc::new(AtomicBool::new(false));
    let is_whole = std::sync::Arc::clone(&whole);
    // The number of records grows while they are fetched.
    let server = Server::new(move |asked| match asked.query("startIndex").unwrap().as_str() {
        _ if asked.query("lastModStartDate").is_some() => nvd_page(asked, 2),
        "0" => nvd_page(asked, 5),
        _ if !is_whole.load(Ordering::Relaxed) => status(500, ""),
        _ => nvd_page(asked, 6),
    });
    let mut bench = Bench::new(&server, &[UpdateSource::Nvd]);
    bench.update();
    let (outcome, words) = scanned(&bench);
    assert!(outcome == "could_not_be_checked" && words.contains("has 5 records, but only 2"), "{words}");
    whole.store(true, Ordering::Relaxed);
    bench.update();
    assert_eq!(scanned(&bench).0, "nothing_found");
    bench.later(15);
    let (outcome, words) = scanned(&bench);
    assert!(outcome == "could_not_be_checked" && words.contains("too_old"), "{words}");
    bench.update();
    assert_eq!(scanned(&bench).0, "nothing_found", "records that did not change are as fresh as the changes");
}

#[test]
fn a_server_that_answers_with_another_or_an_empty_page_fails() {
    let pages = [
        (
            r#"{"startIndex": 4, "totalResults": 9, "vulnerabilities": []}"#,
            "records from 4 instead of those from 0",
        ),
        (r#"{"startIndex": 0, "totalResults": 9, "vulnerabilities": []}"#, "empty page at record 0 of 9"),
        (r#"{"message": "later"}"#, "not a page of the NVD API 2.0"),
        ("<html>", "not a page of the NVD API 2.0"),
    ];
    for (page, part) in pages {
        let server = Server::new(move |_| file(page.as_bytes(), ""));
        let report = Bench::new(&server, &[UpdateSource::Nvd]).update();
        assert!(reason(&report[0]).contains(part), "{report:?}");
    }
    let server = Server::new(|_| status(403, ""));
    let report = Bench::new(&server, &[UpdateSource::Nvd]).update();
    assert!(reason(&report[0]).contains("check the address and the key"), "{report:?}");
}

#[test]
fn a_cancelled_update_keeps_what_was_imported_and_says_so() {
    let server = Server::new(|asked| if asked.number < 2 { nvd_page(asked, 9) } else { Vec::new() });
    let bench = Bench::new(&server, &[UpdateSource::Nvd]);
    let refused =
        bench.try_update(&|progress| !progress.doing.contains("from 4 of 9")).unwrap_err().to_string();
    assert!(refused.contains("cancelled; 2 files were imported before"), "{refused}");
    assert!(bench.knows("CVE-2026-1003"));
    let refused = bench.try_update(&|_| false).unwrap_err().to_string();
    assert!(refused.contains("cancelled; 0 files"), "{refused}");
}

#[test]
fn two_updates_do_not_run_at_once() {
    let server = Server::new(whole_files);
    let bench = Bench::new(&server, &[UpdateSource::Kev]);
    std::fs::create_dir_all(bench.cache()).unwrap();
    let held = lock(&bench.cache()).unwrap();
    assert!(bench.try_update(&|_| true).unwrap_err().to_string().contains("another update is running"));
    drop(held);
    assert_eq!(bench.update()[0].outcome, UpdateOutcome::Updated);
}
