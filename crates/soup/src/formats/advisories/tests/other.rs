//! KEV, EPSS, CVE JSON 5, support dates.

use super::*;
use crate::model::advisory::{Bound, ClaimStatus, Interval, KnownExploited, SupportCycle};

fn exploited(published: &Published) -> &KnownExploited {
    match published {
        Published::Exploited(known) => known,
        other => panic!("{other:?}"),
    }
}

fn cycles(text: &str, name: &str) -> (Vec<SupportCycle>, FileReport) {
    let mut found = Vec::new();
    let report = read(&mut text.as_bytes(), name, &mut |record| {
        match record.published {
            Published::Support(cycle) => found.push(cycle),
            other => panic!("{other:?}"),
        }
        Ok(())
    });
    (found, report.unwrap())
}

#[test]
fn the_exploited_catalogue_is_the_same_as_json_and_as_a_table() {
    let json = r#"{"title": "t", "catalogVersion": "2025.08.25", "dateReleased": "2025-08-25T17:04:19.9796Z", "count": 2, "vulnerabilities": [
        {"cveID": "CVE-1", "vendorProject": "V", "product": "P", "vulnerabilityName": "N, with comma", "dateAdded": "2025-08-25",
         "requiredAction": "Act", "dueDate": "2025-09-15", "knownRansomwareCampaignUse": "Known", "cwes": ["CWE-1"]}, {"cveID": 7}]}"#;
    let table = "\u{FEFF}\"cveID\",vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\r\n\
        CVE-1,V,P,\"N, with comma\",2025-08-25,\"two\nlines\",Act,2025-09-15,Known,,\r\n,V,P,N,soon,,,,,,\r\nCVE-2,\"never closed";
    let (from_json, outcome) = take(json);
    let of_json = outcome.unwrap();
    let (from_table, outcome) = take(table);
    let of_table = outcome.unwrap();
    assert_eq!(exploited(&from_json[0].0), exploited(&from_table[0].0));
    assert_eq!(exploited(&from_json[0].0).title, "N, with comma");
    assert_eq!(of_json.data_date.as_deref(), Some("2025-08-25T17:04:19.9796Z"));
    assert_eq!(
        (of_json.records, of_json.refused, of_json.notes.notes[0].place.as_str()),
        (1, 1, "$.vulnerabilities[1].cveID")
    );
    assert_eq!(of_table.data_date.as_deref(), Some("2025-08-25"));
    let places: Vec<_> = of_table.notes.notes.iter().map(|note| note.place.as_str()).collect();
    assert_eq!((of_table.records, of_table.refused, places), (1, 2, vec!["line 4", "line 5"]));
    assert_eq!(from_table[0].2, "line 2");
    assert!(from_table[0].1.contains("two\nlines"));
    assert!(of_table.notes.not_understood.contains_key("notes"));
}

#[test]
fn exploit_predictions_need_their_header() {
    let rows = "CVE-2021-1,0.00043,0.07\nCVE-2021-2,1.5,0.1\nCVE-2021-3,,\nCVE-2021-4,0.9\n\n";
    let comment = "#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000\n";
    let (records, outcome) = take(format!("{comment}cve,epss,percentile\n{rows}"));
    let report = outcome.unwrap();
    assert_eq!((report.records, report.refused), (1, 3));
    assert_eq!(report.data_date.as_deref(), Some("2024-01-01T00:00:00+0000"));
    assert_eq!((records[0].1.as_str(), records[0].2.as_str()), ("CVE-2021-1,0.00043,0.07", "line 3"));
    assert!(matches!(&records[0].0, Published::Predicted(prediction) if prediction.probability == "0.00043"));

    let report = take(format!("cve,epss,percentile\n{rows}")).1.unwrap();
    assert_eq!(report.data_date, None);
    assert!(report.notes.notes[0].text.contains("score_date"));
    for headless in [rows.to_owned(), format!("{comment}{rows}")] {
        let Err(ReadError::Unreadable(refused)) = take(headless).1 else { panic!("taken") };
        assert!(refused.reason.contains("cve,epss,percentile"), "{refused}");
    }
}

#[test]
fn a_cve_record_is_read_with_its_changes_and_its_other_containers() {
    let text = r#"{"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-1", "state": "PUBLISHED", "dateUpdated": "2024-01-01T00:00:00Z"},
      "containers": {"cna": {"providerMetadata": {"shortName": "acme"}, "title": "t", "descriptions": [{"lang": "en", "value": "d"}],
        "affected": [{"vendor": "V", "product": "P", "defaultStatus": "unaffected", "platforms": ["Windows"], "versions": [
          {"version": "1.0", "status": "affected", "lessThan": "2.0", "versionType": "semver", "changes": [{"at": "1.5", "status": "unaffected"}]},
          {"version": "3.0", "status": "affected"}, {"version": "0", "status": "affected", "lessThanOrEqual": "*", "versionType": "custom"}]}],
        "metrics": [{"cvssV3_1": {"vectorString": "CVSS:3.1/a", "baseScore": 9.8}}],
        "problemTypes": [{"descriptions": [{"cweId": "CWE-79", "lang": "en", "description": "x"}]}], "references": [{"url": "https://a"}]},
       "adp": [{"affected": [{"packageName": "p", "collectionURL": "https://pypi.org", "cpes": ["cpe:2.3:a:v:p:*"], "versions": []}], "references": [{"url": "https://a"}]}]}}"#;
    let (records, report) = advisories(text);
    let advisory = &records[0];
    assert_eq!((advisory.packages.len(), advisory.standing.clone()), (2, Standing::Published));
    let claim = &advisory.packages[0];
    assert_eq!(
        (claim.otherwise, claim.conditions.as_slice()),
        (Some(ClaimStatus::NotAffected), ["platform: Windows".to_owned()].as_slice())
    );
    let bound = |version: &str, included| Some(Bound { version: version.to_owned(), included });
    let claimed: Vec<_> =
        claim.versions.iter().map(|versions| (versions.status, versions.intervals.first())).collect();
    assert_eq!(
        claimed,
        [
            (ClaimStatus::Affected, Some(&Interval { from: bound("1.0", true), to: bound("1.5", false) })),
            (ClaimStatus::NotAffected, Some(&Interval { from: bound("1.5", true), to: bound("2.0", false) })),
            (ClaimStatus::Affected, None),
            (ClaimStatus::Affected, Some(&Interval::default())),
        ]
    );
    assert_eq!(claim.versions[2].listed, ["3.0"]);
    assert_eq!(
        (advisory.packages[1].name.as_str(), advisory.packages[1].ecosystem.as_str()),
        ("p", "https://pypi.org")
    );
    assert_eq!((advisory.scores[0].by.as_deref(), advisory.references.len()), (Some("acme"), 1));
    assert_eq!((report.source.as_str(), report.data_date.as_deref()), ("CVE", Some("2024-01-01T00:00:00Z")));

    let (records, _) = advisories(format!("[{text}, {}]", text.replace("PUBLISHED", "REJECTED")));
    assert_eq!(records[1].standing, Standing::Rejected("d".to_owned()));
    let (records, _) =
        advisories(r#"{"cveMetadata": {"cveId": "CVE-2", "state": "PUBLISHED"}, "containers": {"cna": {}}}"#);
    assert_eq!(records[0].standing, Standing::NotAnalysed);
    let delta = r#"{"fetchTime": "2024-01-01T00:00:00Z", "numberOfChanges": 1, "new": [{"cveId": "CVE-1"}], "updated": []}"#;
    for text in [delta.to_owned(), format!("[{delta}]")] {
        let (records, outcome) = take(text);
        assert!(records.is_empty() && outcome.unwrap().notes.notes[0].text.contains("contains none"));
    }
}

#[test]
fn support_dates_come_in_two_versions_of_endoflife_date() {
    let cycle = r#"{"cycle": "3.9", "releaseDate": "2020-10-05", "eol": "2025-10-31", "support": true, "latest": "3.9.1", "lts": false}"#;
    let expected = SupportCycle {
        product: "python".to_owned(),
        cycle: "3.9".to_owned(),
        released: Some("2020-10-05".to_owned()),
        support: Some("true".to_owned()),
        end_of_life: Some("2025-10-31".to_owned()),
        extended: None,
        latest: Some("3.9.1".to_owned()),
    };
    let (found, report) = cycles(&format!("[{cycle}]"), "api.zip: v0/python.json");
    assert_eq!(found, std::slice::from_ref(&expected));
    assert!(report.notes.notes[0].text.contains("python"));
    assert_eq!(cycles(&format!(r#"{{"python": [{cycle}]}}"#), "x").0, std::slice::from_ref(&expected));
    let product = r#"{"name": "python", "releases": [{"name": "3.9", "releaseDate": "2020-10-05", "isEoas": true, "eolFrom": "2025-10-31",
        "isEol": false, "latest": {"name": "3.9.1"}}]}"#;
    for result in [product.to_owned(), format!("[{product}]")] {
        let text = format!(
            r#"{{"schema_version": "1.2.0", "generated_at": "2025-01-02T00:00:00+00:00", "result": {result}}}"#
        );
        let (found, report) = cycles(&text, "x");
        assert_eq!(found, std::slice::from_ref(&expected));
        assert_eq!(report.data_date.as_deref(), Some("2025-01-02T00:00:00+00:00"));
    }
    let (found, _) = cycles(
        "version,codename,series,created,release,eol,eol-lts,eol-elts\n6.0,Squeeze,squeeze,2009-02-14,2011-02-06,2014-05-31,2016-02-29\n",
        "x",
    );
    assert_eq!((found[0].product.as_str(), found[0].extended.as_deref()), ("debian", Some("2016-02-29")));
}

#[test]
fn an_unknown_document_is_refused_with_what_it_looks_like() {
    for (text, says) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("hello", "neither JSON"),
        ("\0\0\0\0", "neither JSON"),
        (r#"{"bomFormatX": 1, "b": 2}"#, "bomFormatX"),
        ("# List of packages whose security support ends\n", "release"),
        ("[]", "no keys"),
    ] {
        let Err(ReadError::Unreadable(refused)) = take(text).1 else { panic!("{text:?} was taken") };
        assert!(refused.reason.contains(says), "{text:?}: {refused}");
    }
}

#[test]
fn a_document_nested_too_deeply_is_refused_in_every_format() {
    let deep = "[".repeat(10_000);
    for beginning in [
        r#"{"id": "A", "modified": "2024-01-01", "affected": "#,
        r#"[{"id": "A", "modified": "2024-01-01", "affected": "#,
        r#"{"cveMetadata": {"cveId": "CVE-1"}, "containers": "#,
        r#"{"document": {"csaf_version": "2.0"}, "product_tree": "#,
        r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": "#,
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "vulnerabilities": "#,
        r#"{"catalogVersion": "1", "vulnerabilities": [{"cveID": "#,
        r#"{"schema_version": "1", "result": "#,
        r#"[{"cycle": "#,
    ] {
        assert!(take(format!("{beginning}{deep}")).1.is_err(), "{beginning}");
    }
}

#[test]
fn a_text_larger_than_a_record_may_be_ends_the_reading() {
    use std::io::{BufReader, Read, repeat};
    for beginning in
        [r#"{"id": "A", "modified": ""#, r#"{"format": "NVD_CVE", "vulnerabilities": [{"cve": {"id": ""#]
    {
        let endless = beginning.as_bytes().chain(repeat(b'x'));
        let outcome = read(&mut BufReader::with_capacity(1 << 20, endless), "x", &mut |_| Ok(()));
        let Err(ReadError::Unreadable(refused)) = outcome else { panic!("taken") };
        assert!(refused.reason.contains("larger"), "{refused}");
    }
}

#[test]
fn a_damaged_container_is_reported_to_the_reader() {
    use mainstay_base::unpack::{Limits, for_each_document};
    use std::io::{Cursor, Write};
    let text = format!(
        r#"{{"format": "NVD_CVE", "vulnerabilities": [{}]}}"#,
        vec![r#"{"cve": {"id": "CVE-1"}}"#; 5000].join(",")
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let mut packed = encoder.finish().unwrap();
    packed.truncate(packed.len() / 2);
    let mut outcome = None;
    for_each_document(&mut Cursor::new(packed), "feed.json.gz", &Limits::default(), &mut |name, reader| {
        outcome = Some(read(reader, name, &mut |_| Ok(())));
        Ok(())
    })
    .unwrap();
    assert!(matches!(outcome, Some(Err(ReadError::Unreadable(_)))), "{outcome:?}");
}
