//! Members of a JSON object have no order: a document is recognised wherever its marks are.

use super::*;

/// More than the reader looks at first.
const LARGE: usize = 200_000;

/// A document with its members in reverse order and a large text before all of them.
fn turned(members: &[(&str, &str)]) -> String {
    let padding = format!("\"a_note\": \"{}\"", "x".repeat(LARGE));
    let members = members.iter().rev().map(|(key, value)| format!("\"{key}\": {value}"));
    let all: Vec<String> = std::iter::once(padding).chain(members).collect();
    format!("{{{}}}", all.join(", "))
}

#[test]
fn a_document_is_recognised_wherever_its_marks_are() {
    let nvd = r#"[{"cve": {"descriptions": [], "id": "CVE-2026-1"}}]"#;
    let csaf = r#"{"csaf_version": "2.0", "publisher": {"name": "A"}, "tracking": {"id": "A-1", "current_release_date": "2026-01-01", "initial_release_date": "2026-01-01"}}"#;
    let kev = r#"[{"cveID": "CVE-2026-1", "vendorProject": "A", "product": "B", "vulnerabilityName": "C", "dateAdded": "2026-01-01", "requiredAction": "D"}]"#;
    for (format, members) in [
        ("NVD API 2.0", vec![("format", r#""NVD_CVE""#), ("vulnerabilities", nvd)]),
        ("NVD 1.1", vec![("CVE_Items", r#"[{"cve": {"CVE_data_meta": {"ID": "CVE-2026-1"}}}]"#)]),
        ("CVE JSON 5", vec![("cveMetadata", r#"{"cveId": "CVE-2026-1"}"#), ("containers", r#"{"cna": {}}"#)]),
        ("OSV", vec![("id", r#""GHSA-1""#), ("modified", r#""2026-01-01T00:00:00Z""#), ("affected", "[]")]),
        (
            "CSAF 2.0 ",
            vec![("document", csaf), ("vulnerabilities", r#"[{"cve": "CVE-2026-1", "notes": []}]"#)],
        ),
        (
            "OpenVEX 0.2.0",
            vec![
                ("@context", r#""https://openvex.dev/ns/v0.2.0""#),
                ("statements", r#"[{"status": "fixed", "vulnerability": {"name": "CVE-2026-1"}}]"#),
            ],
        ),
        ("CISA KEV JSON", vec![("catalogVersion", r#""1""#), ("vulnerabilities", kev)]),
        (
            "endoflife.date API v1",
            vec![
                ("schema_version", r#""1.0.0""#),
                ("result", r#"{"name": "python", "releases": [{"name": "3.9"}]}"#),
            ],
        ),
        ("endoflife.date API v0", vec![("python", r#"[{"cycle": "3.9", "eol": false}]"#)]),
    ] {
        let (records, outcome) = take(turned(&members));
        let report = outcome.unwrap();
        assert_eq!((report.format.as_str(), records.len()), (format, 1), "{format}");
    }
}

#[test]
fn a_record_in_an_array_or_a_page_in_an_array_is_recognised_too() {
    let record = turned(&[("cveMetadata", r#"{"cveId": "CVE-2026-1"}"#), ("containers", r#"{"cna": {}}"#)]);
    assert_eq!(take(format!("[{record}, {record}]")).0.len(), 2);
}

#[test]
fn blanks_before_a_document_are_skipped() {
    let record = r#"{"id": "GHSA-1", "modified": "2026-01-01T00:00:00Z"}"#;
    assert_eq!(take(format!("{}{record}", "\n".repeat(LARGE))).0.len(), 1);
    assert!(take(" ".repeat(LARGE)).1.unwrap_err().to_string().contains("the file is empty"));
}

#[test]
fn an_unknown_document_is_refused_however_long_it_is() {
    for text in [turned(&[("a", "1")]), format!("[{}1]", "1, ".repeat(LARGE)), "{".repeat(LARGE)] {
        let refused = take(text).1.unwrap_err();
        assert!(refused.to_string().contains("not a known kind"), "{refused}");
    }
}
