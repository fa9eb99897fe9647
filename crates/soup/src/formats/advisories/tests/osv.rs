//! OSV records by hand: single, in lists and in lines.

use super::*;
use crate::model::advisory::{Bound, Interval};

fn bound(version: &str, included: bool) -> Option<Bound> {
    Some(Bound { version: version.to_owned(), included })
}

const RUSTSEC: &str = r#"{"id": "RUSTSEC-2021-0001", "schema_version": null, "modified": "2022-01-01T00:00:00Z", "published": "2021-01-01T00:00:00Z",
  "aliases": ["CVE-2021-1"], "upstream": ["CVE-2021-2"], "summary": "s", "details": "d",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}, {"type": "Ubuntu", "score": "low"}],
  "affected": [{"package": {"ecosystem": "crates.io", "name": "x", "purl": "pkg:cargo/x"},
    "ecosystem_specific": {"affects": {"os": ["windows"], "arch": [], "functions": ["x::f"]}},
    "database_specific": {"informational": "unsound"},
    "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}, {"introduced": "2.0.0"}, {"last_affected": "2.1.0"}]},
      {"type": "GIT", "repo": "https://example.org/x", "events": [{"introduced": "abc"}]}],
    "versions": ["0.9.0"]}],
  "references": [{"type": "WEB", "url": "https://example.org"}]}"#;

#[test]
fn a_record_is_read_whole() {
    let (records, report) = advisories(RUSTSEC);
    let [advisory] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(advisory.aliases, ["CVE-2021-1"]);
    assert_eq!(advisory.upstream, ["CVE-2021-2"]);
    assert_eq!(advisory.informational.as_deref(), Some("unsound"));
    assert_eq!(advisory.scores[1].base_score.as_deref(), Some("low"));
    let claim = &advisory.packages[0];
    assert_eq!((claim.ecosystem.as_str(), claim.purl.as_deref()), ("crates.io", Some("pkg:cargo/x")));
    assert_eq!(claim.conditions, ["operating system: windows", "function: x::f"]);
    assert_eq!(claim.versions[0].order, "SEMVER");
    assert_eq!(
        claim.versions[0].intervals,
        [
            Interval { from: None, to: bound("1.0.0", false) },
            Interval { from: bound("2.0.0", true), to: bound("2.1.0", true) }
        ]
    );
    assert_eq!(claim.versions[1].intervals, [Interval { from: bound("abc", true), to: None }]);
    assert_eq!(claim.versions[2].listed, ["0.9.0"]);
    assert_eq!(advisory.references, ["https://example.org", "https://example.org/x"]);
    assert_eq!((report.format.as_str(), report.source.as_str()), ("OSV", "RustSec"));
    assert_eq!(report.data_date.as_deref(), Some("2022-01-01T00:00:00Z"));
    assert_eq!(report.notes.notes, []);
}

#[test]
fn one_record_an_array_and_lines_are_the_same() {
    let line = RUSTSEC.replace('\n', " ");
    let other = line.replace("RUSTSEC-2021-0001", "PYSEC-1");
    for (text, places) in [
        (RUSTSEC.to_owned(), vec!["$"]),
        (line.clone(), vec!["$"]),
        (format!("[{line}, {RUSTSEC}]"), vec!["$[0]", "$[1]"]),
        (format!("{line}\n{line}\r\n\n{line}"), vec!["line 1", "line 2", "line 4"]),
        (format!("{line}\n"), vec!["$"]),
    ] {
        let (records, outcome) = take(&text);
        assert_eq!(records.iter().map(|(_, _, place)| place.as_str()).collect::<Vec<_>>(), places);
        assert_eq!(outcome.unwrap().source, "RustSec");
        for (_, raw, _) in records {
            assert!(raw == RUSTSEC || raw == line);
        }
    }
    assert_eq!(advisories(format!("{line}\n{other}")).1.source, "OSV");
}

#[test]
fn a_bad_line_is_refused_alone() {
    let line = RUSTSEC.replace('\n', " ");
    for (text, bad) in [
        (format!("{line}\n{{\"id\": 5, \"modified\": \"x\"}}\n{line}"), "line 2.id"),
        (format!("{line}\n{{\"id\": \"cut\n{line}"), "line 2.id"),
        (format!("{{\"id\": \"A\", \"modified\": , }}\n{line}\n{line}"), "line 1.modified"),
    ] {
        let (records, report) = advisories(&text);
        assert_eq!((records.len(), report.refused), (2, 1), "{text}");
        assert_eq!(report.notes.notes[0].place, bad);
    }
}

#[test]
fn withdrawn_records_and_odd_ranges_are_reported() {
    let (records, report) = advisories(
        r#"{"id": "GHSA-1", "modified": "tomorrow", "withdrawn": "2022-02-02T00:00:00Z", "affected": [
        {"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"fixed": "2"}]}]},
        {"package": {"ecosystem": "npm", "name": "b"}}, {"ranges": [{"type": "GIT", "repo": "r", "events": [{"introduced": "0"}, {"limit": "c"}]}]}]}"#,
    );
    assert_eq!(records[0].standing, Standing::Withdrawn("2022-02-02T00:00:00Z".to_owned()));
    assert_eq!(
        records[0].packages[0].versions[0].intervals,
        [Interval { from: None, to: bound("2", false) }]
    );
    assert_eq!(records[0].packages[2].name, "r");
    let places: Vec<_> = report.notes.notes.iter().map(|note| note.place.as_str()).collect();
    assert_eq!(places, ["$.modified", "$.affected[0].ranges[0]", "$.affected[1]"]);
    assert_eq!(report.source, "GitHub");
}
