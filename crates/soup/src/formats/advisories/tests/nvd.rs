//! NVD records by hand: API 2.0 pages and the older 1.1 feeds.

use super::*;
use crate::model::advisory::{Bound, Operator};

fn page(cves: &str) -> String {
    format!(
        r#"{{"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-01-01T00:00:00.000", "vulnerabilities": [{cves}]}}"#
    )
}

#[test]
fn a_page_of_api_2_is_read_with_its_ranges_and_and_nodes() {
    let cve = r#"{"cve": {"id": "CVE-2021-0001", "published": "2021-01-02T03:04:05.678", "lastModified": "2022-01-01T00:00:00.000",
        "vulnStatus": "Analyzed", "descriptions": [{"lang": "es", "value": "hola"}, {"lang": "en", "value": "hello"}],
        "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"vectorString": "CVSS:3.1/AV:N", "baseScore": 7.0}}]},
        "weaknesses": [{"description": [{"lang": "en", "value": "CWE-79"}, {"lang": "en", "value": "NVD-CWE-Other"}]}],
        "configurations": [{"operator": "AND", "nodes": [
            {"operator": "OR", "negate": false, "cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*",
                "versionStartIncluding": "1.0", "versionEndExcluding": "2.0", "matchCriteriaId": "X"}]},
            {"operator": "OR", "cpeMatch": [{"vulnerable": false, "criteria": "cpe:2.3:o:v:os:-:*:*:*:*:*:*:*"}]}]}],
        "references": [{"url": "https://example.org"}]}}"#;
    let (records, report) = advisories(page(cve));
    let [advisory] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(advisory.id, "CVE-2021-0001");
    assert_eq!(advisory.description, "hello");
    assert_eq!(advisory.weaknesses, ["CWE-79"]);
    assert_eq!(advisory.scores[0].base_score.as_deref(), Some("7.0"));
    let root = &advisory.applicability[0];
    assert_eq!((root.operator, root.children.len()), (Operator::And, 2));
    let criterion = &root.children[0].criteria[0];
    assert_eq!(criterion.interval.from, Some(Bound { version: "1.0".to_owned(), included: true }));
    assert_eq!(criterion.interval.to, Some(Bound { version: "2.0".to_owned(), included: false }));
    assert!(criterion.vulnerable && !root.children[1].criteria[0].vulnerable);
    assert_eq!((report.format.as_str(), report.source.as_str(), report.records), ("NVD API 2.0", "NVD", 1));
    assert_eq!(report.data_date.as_deref(), Some("2026-01-01T00:00:00.000"));
    assert!(report.notes.notes.is_empty(), "{:?}", report.notes);
    assert!(
        report
            .notes
            .not_understood
            .contains_key("vulnerabilities[].cve.configurations[].nodes[].cpeMatch[].matchCriteriaId")
    );
}

#[test]
fn a_nearly_empty_record_counts_as_not_analysed() {
    for status in ["Received", "Awaiting Analysis", "Undergoing Analysis", "Deferred"] {
        let (records, _) =
            advisories(page(&format!(r#"{{"cve": {{"id": "CVE-1", "vulnStatus": "{status}"}}}}"#)));
        assert_eq!(records[0].standing, Standing::NotAnalysed, "{status}");
    }
    let (records, _) = advisories(page(
        r#"{"cve": {"id": "CVE-1", "metrics": null, "descriptions": null, "configurations": null}}"#,
    ));
    assert_eq!(records[0].standing, Standing::NotAnalysed);
    // Its status is analysed, but it names no product, so only its text can show which products it concerns.
    let (records, _) = advisories(page(r#"{"cve": {"id": "CVE-1", "vulnStatus": "Analyzed"}}"#));
    assert_eq!(records[0].standing, Standing::NotAnalysed);
    let (records, _) = advisories(page(
        r#"{"cve": {"id": "CVE-1", "vulnStatus": "Rejected", "descriptions": [{"lang": "en", "value": "a duplicate"}]}}"#,
    ));
    assert_eq!(records[0].standing, Standing::Rejected("a duplicate".to_owned()));
}

#[test]
fn a_bad_record_is_refused_with_its_place_and_the_rest_is_read() {
    let bad = r#"{"cve": {"id": "CVE-2", "configurations": [{"nodes": [{"operator": "XOR"}]}]}}"#;
    let good = r#"{"cve": {"id": "CVE-1", "published": "02.03.2021"}}"#;
    let (records, report) = advisories(page(&format!(
        "{good}, {bad}, {{\"cve\": 5}}, 7, {{}}, {{\"cve\": {{\"id\": \" \"}}}}, {good}"
    )));
    assert_eq!(records.len(), 2);
    assert_eq!((report.records, report.refused), (2, 5));
    let refused: Vec<_> = report.notes.notes.iter().filter(|note| note.gravity == Gravity::Refused).collect();
    assert_eq!(refused[0].place, "$.vulnerabilities[1].cve.configurations[0].nodes[0].operator");
    assert_eq!(refused[1].place, "$.vulnerabilities[2].cve");
    assert_eq!(refused[2].place, "$.vulnerabilities[3]");
    assert_eq!(refused[4].place, "$.vulnerabilities[5].cve.id");
    let dates: Vec<_> = report.notes.notes.iter().filter(|note| note.text.contains("02.03.2021")).collect();
    assert_eq!(dates[0].place, "$.vulnerabilities[0].cve.published");
    assert!(report.notes.notes.iter().any(|note| note.place == "$.resultsPerPage"));
}

#[test]
fn a_page_with_another_order_of_members_is_recognised() {
    let (records, report) =
        advisories(r#"{"vulnerabilities": [{"cve": {"id": "CVE-1"}}], "format": "NVD_CVE"}"#);
    assert_eq!((records.len(), report.format.as_str()), (1, "NVD API 2.0"));
    let utf16: Vec<u8> =
        page(r#"{"cve": {"id": "CVE-1"}}"#).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(advisories(utf16).0.len(), 1);
}

#[test]
fn a_feed_of_1_1_is_read_with_its_children() {
    let item = |id: &str, text: &str, nodes: &str| {
        format!(
            r#"{{"cve": {{"CVE_data_meta": {{"ID": "{id}"}}, "description": {{"description_data": [{{"lang": "en", "value": "{text}"}}]}},
            "problemtype": {{"problemtype_data": [{{"description": [{{"lang": "en", "value": "CWE-1"}}]}}]}}}},
            "configurations": {{"nodes": [{nodes}]}},
            "impact": {{"baseMetricV3": {{"cvssV3": {{"vectorString": "CVSS:3.1/x", "baseScore": 7.5}}}}}},
            "publishedDate": "2020-03-07T23:00Z", "lastModifiedDate": "2020-03-08T23:00Z"}}"#
        )
    };
    let and = r#"{"operator": "AND", "children": [
        {"operator": "OR", "cpe_match": [{"vulnerable": true, "cpe23Uri": "cpe:2.3:o:v:f:*", "versionEndIncluding": "3"}]},
        {"operator": "OR", "cpe_match": [{"vulnerable": false, "cpe23Uri": "cpe:2.3:h:v:f:-"}]}]}"#;
    let text = format!(
        r#"{{"CVE_data_type": "CVE", "CVE_data_numberOfCVEs": "3", "CVE_data_timestamp": "2020-03-07T23:00Z", "CVE_Items": [{}, {}, {}]}}"#,
        item("CVE-1", "one", and),
        item("CVE-2", "two", ""),
        item("CVE-3", "** REJECT ** not one", "")
    );
    let (records, report) = advisories(text);
    assert_eq!(report.data_date.as_deref(), Some("2020-03-07T23:00Z"));
    assert_eq!(report.notes.notes, []);
    assert_eq!(records[0].applicability[0].children.len(), 2);
    assert_eq!(records[0].applicability[0].children[0].criteria[0].criteria, "cpe:2.3:o:v:f:*");
    assert_eq!(records[0].scores[0].vector, "CVSS:3.1/x");
    assert_eq!(records[1].standing, Standing::NotAnalysed);
    assert!(matches!(records[2].standing, Standing::Rejected(_)));
}

#[test]
fn a_document_cut_short_or_nested_too_deeply_is_refused_with_its_place() {
    let whole = page(r#"{"cve": {"id": "CVE-1"}}"#);
    let (records, outcome) = take(&whole[..whole.len() - 1]);
    assert_eq!(records.len(), 1);
    assert!(matches!(outcome, Err(ReadError::Unreadable(_))));
    for end in 0..whole.len() {
        assert!(take(&whole[..end]).1.is_err(), "cut at {end}");
    }
    let deep = page(&format!(r#"{{"cve": {{"id": "CVE-1", "configurations": {}"#, "[".repeat(10_000)));
    let Err(ReadError::Unreadable(refused)) = take(deep).1 else { panic!("taken") };
    assert_eq!(refused.place, "$.vulnerabilities");
    let Err(ReadError::Unreadable(refused)) = take(whole.replace("CVE-1", "CVE\u{0}1")).1 else {
        panic!("taken")
    };
    assert!(refused.place.starts_with("$.vulnerabilities"), "{refused}");
}

#[test]
fn the_caller_can_end_the_reading() {
    let text = page(r#"{"cve": {"id": "CVE-1"}}, {"cve": {"id": "CVE-2"}}"#);
    let mut count = 0;
    let outcome = read(&mut text.as_bytes(), "f", &mut |_| {
        count += 1;
        Err(Stop)
    });
    assert_eq!((count, outcome), (1, Err(ReadError::Stopped)));
}
