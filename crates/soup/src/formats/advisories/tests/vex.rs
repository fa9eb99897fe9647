//! CSAF, OpenVEX, CycloneDX statements.

use super::*;
use crate::model::advisory::ClaimStatus;
use crate::model::vex::{Justification, Statement, Status};

fn statements(text: &str) -> (Vec<Statement>, Vec<Advisory>, FileReport) {
    let (records, outcome) = take(text);
    let (mut statements, mut advisories) = (Vec::new(), Vec::new());
    for (published, raw, place) in records {
        // A CSAF record is kept as a separate document, with the product tree that it refers to.
        let (kept, whole): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(&raw).unwrap(), serde_json::from_str(text).unwrap());
        match kept.get("vulnerabilities") {
            Some(kept_ones) if whole.get("product_tree").is_some() => {
                assert_eq!(
                    (&kept["document"], &kept["product_tree"]),
                    (&whole["document"], &whole["product_tree"])
                );
                assert!(whole["vulnerabilities"].as_array().unwrap().contains(&kept_ones[0]), "{place}");
            }
            _ => assert!(text.contains(&raw), "{place}"),
        }
        match published {
            Published::Statement(statement) => statements.push(*statement),
            Published::Advisory(advisory) => advisories.push(*advisory),
            other => panic!("{other:?}"),
        }
    }
    (statements, advisories, outcome.unwrap())
}

fn csaf(tree: &str, vulnerabilities: &str) -> String {
    format!(
        r#"{{"document": {{"category": "csaf_vex", "csaf_version": "2.0", "title": "t",
        "publisher": {{"category": "vendor", "name": "ACME", "namespace": "https://acme.example"}},
        "tracking": {{"id": "ACME-1", "status": "final", "version": "1", "current_release_date": "2024-02-02T00:00:00Z",
        "initial_release_date": "2024-01-01T00:00:00Z", "revision_history": []}}}}, "product_tree": {tree}, "vulnerabilities": [{vulnerabilities}]}}"#
    )
}

const TREE: &str = r#"{"branches": [{"category": "vendor", "name": "ACME", "branches": [{"category": "product_name", "name": "Pump", "branches": [
    {"category": "product_version", "name": "4.2", "product": {"name": "ACME Pump 4.2", "product_id": "P42"}},
    {"category": "product_version_range", "name": "vers:semver/>=1.0.0|<4.0.0", "product": {"name": "ACME Pump old", "product_id": "POLD"}},
    {"category": "product_version_range", "name": "before april", "product": {"name": "ACME Pump x", "product_id": "PX"}}]}]}],
  "full_product_names": [{"name": "log4j", "product_id": "LOG", "product_identification_helper": {"purl": "pkg:maven/a/log4j@2.0"}}],
  "product_groups": [{"group_id": "G", "product_ids": ["P42", "POLD"]}],
  "relationships": [{"category": "default_component_of", "product_reference": "LOG", "relates_to_product_reference": "P42",
    "full_product_name": {"name": "log4j in Pump", "product_id": "LOG-P42"}}]}"#;

#[test]
fn a_csaf_vulnerability_is_an_advisory_and_its_statements() {
    let text = csaf(
        TREE,
        r#"{"cve": "CVE-2024-1", "ids": [{"system_name": "x", "text": "ACME-7"}], "cwe": {"id": "CWE-1", "name": "n"},
        "notes": [{"category": "description", "text": "d"}], "product_status": {"known_affected": ["POLD", "PX"], "known_not_affected": ["P42", "LOG-P42"]},
        "flags": [{"label": "component_not_present", "group_ids": ["G"]}],
        "threats": [{"category": "impact", "details": "never reached", "product_ids": ["LOG-P42"]}],
        "remediations": [{"category": "vendor_fix", "details": "Update", "product_ids": ["POLD"]}, {"category": "workaround", "details": "Unplug", "product_ids": ["PX"]}],
        "scores": [{"products": ["POLD"], "cvss_v3": {"vectorString": "CVSS:3.1/x", "baseScore": 5.0}}]}"#,
    );
    let (statements, advisories, report) = statements(&text);
    assert_eq!(report.notes.notes, []);
    assert_eq!((report.source.as_str(), report.format.as_str()), ("ACME", "CSAF 2.0 csaf_vex"));
    let [advisory] = advisories.as_slice() else { panic!("{advisories:?}") };
    assert_eq!(
        (advisory.id.as_str(), advisory.aliases.as_slice()),
        ("CVE-2024-1", ["ACME-7".to_owned()].as_slice())
    );
    let orders: Vec<_> = advisory
        .packages
        .iter()
        .flat_map(|claim| &claim.versions)
        .map(|v| (v.status, v.order.as_str()))
        .collect();
    assert_eq!(
        orders,
        [
            (ClaimStatus::Affected, "vers:semver"),
            (ClaimStatus::Affected, "text"),
            (ClaimStatus::NotAffected, "")
        ]
    );
    let part = advisory.packages.last().unwrap();
    assert_eq!(
        (part.name.as_str(), part.conditions.as_slice()),
        ("log4j in Pump", ["default component of ACME Pump 4.2".to_owned()].as_slice())
    );
    assert_eq!(statements.len(), 4);
    let of = |id: &str| statements.iter().find(|statement| statement.subjects[0].id == id).unwrap();
    assert_eq!((of("POLD").status, of("POLD").action.as_deref()), (Some(Status::Affected), Some("Update")));
    assert_eq!(of("POLD").subjects[0].versions, ["vers:semver/>=1.0.0|<4.0.0"]);
    assert_eq!(of("PX").action.as_deref(), Some("workaround: Unplug"));
    assert_eq!(of("P42").justification, Some(Justification::ComponentNotPresent));
    assert_eq!((of("LOG-P42").justification, of("LOG-P42").impact.as_deref()), (None, Some("never reached")));
    assert_eq!(of("LOG-P42").subjects[0].subcomponents, ["pkg:maven/a/log4j@2.0"]);
}

#[test]
fn breaches_of_csaf_are_reported_and_unknown_never_means_not_affected() {
    let text = csaf(
        r#"{"full_product_names": [{"name": "a", "product_id": "A"}, {"name": "a", "product_id": "A"}]}"#,
        r#"{"ids": [], "product_status": {"known_affected": ["A", "B"], "fixed": ["A"], "unknown": ["A"], "sort_of": ["A"]}}, {"cve": 5}"#,
    );
    let (statements, advisories, report) = statements(&text);
    assert_eq!(advisories[0].id, "ACME-1#1");
    let stated: Vec<_> =
        statements.iter().map(|statement| (statement.status, statement.own_words.as_deref())).collect();
    assert_eq!(
        stated,
        [
            (Some(Status::Fixed), None),
            (Some(Status::Affected), None),
            (None, Some("sort_of")),
            (None, Some("unknown"))
        ]
    );
    let notes = report.notes.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join("\n");
    for says in ["defined twice", "`B` is not defined", "contradict", "not a status that this program knows"]
    {
        assert!(notes.contains(says), "{says}: {notes}");
    }
    assert_eq!(report.refused, 1);
    let broken = csaf("{}", "").replace(r#""csaf_version": "2.0","#, "");
    let Err(ReadError::Unreadable(refused)) = take(broken).1 else { panic!("taken") };
    assert_eq!(refused.place, "$.document");
}

#[test]
fn openvex_of_all_versions_is_read() {
    let text = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x/1", "author": "A", "timestamp": "2024-01-01T00:00:00Z", "version": 1,
      "statements": [
        {"vulnerability": {"name": "CVE-1", "aliases": ["GHSA-1"]}, "products": [{"@id": "pkg:npm/a@1", "identifiers": {"cpe23": "cpe:2.3:a:a"},
          "subcomponents": [{"@id": "pkg:npm/b@2"}]}], "status": "not_affected", "justification": "component_not_present"},
        {"vulnerability": {"name": "CVE-2"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "maybe", "timestamp": "2024-03-03T00:00:00Z"},
        {"vulnerability": {}, "products": [], "status": "fixed"}]}"#;
    let (found, _, report) = statements(text);
    assert_eq!((found.len(), report.refused, report.format.as_str()), (2, 1, "OpenVEX 0.2.0"));
    assert_eq!(found[0].subjects[0].subcomponents, ["pkg:npm/b@2"]);
    assert_eq!(found[0].at.as_deref(), Some("2024-01-01T00:00:00Z"));
    assert_eq!((found[1].status, found[1].own_words.as_deref()), (None, Some("maybe")));
    assert_eq!(found[1].at.as_deref(), Some("2024-03-03T00:00:00Z"));

    let old = r#"{"@context": "https://openvex.dev/ns", "author": "A", "statements": [
        {"vulnerability": "CVE-1", "products": ["pkg:npm/a@1"], "subcomponents": ["pkg:npm/b@2"], "status": "fixed"}]}"#;
    let (found, _, report) = statements(old);
    assert_eq!((found[0].vulnerability.as_str(), found[0].subjects[0].id.as_str()), ("CVE-1", "pkg:npm/a@1"));
    assert_eq!(found[0].subjects[0].subcomponents, ["pkg:npm/b@2"]);
    assert_eq!(report.format, "OpenVEX 0.0.x");
}

#[test]
fn cyclonedx_statements_are_those_of_the_reader_of_bills() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "vulnerabilities": [
        {"id": "CVE-1", "analysis": {"state": "not_affected", "justification": "code_not_reachable"}, "affects": [{"ref": "a"}]}]}"#;
    let (found, _, report) = statements(text);
    assert_eq!(found[0].justification, Some(Justification::VulnerableCodeNotInExecutePath));
    assert_eq!(report.format, "CycloneDX 1.5 JSON VEX");
    let bill = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": []}"#;
    let Err(ReadError::Unreadable(refused)) = take(bill).1 else { panic!("taken") };
    assert!(refused.reason.contains("bill of materials"), "{refused}");
}

/// A document in JSON and the same in XML.
fn many(count: usize) -> [String; 2] {
    let json = (0..count).map(|number| {
        format!(r#"{{"id": "CVE-2026-{number}", "analysis": {{"state": "exploitable"}}, "affects": [{{"ref": "a"}}]}}"#)
    });
    let json: Vec<String> = json.collect();
    let xml = (0..count).map(|number| {
        format!("<vulnerability><id>CVE-2026-{number}</id><analysis><state>exploitable</state></analysis><affects><target><ref>a</ref></target></affects></vulnerability>")
    });
    let xml: Vec<String> = xml.collect();
    [
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [{{"type": "library", "bom-ref": "a", "name": "a"}}], "vulnerabilities": [{}]}}"#,
            json.join(",\n")
        ),
        format!(
            r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><components><component type="library" bom-ref="a"><name>a</name></component></components><vulnerabilities>{}</vulnerabilities></bom>"#,
            xml.concat()
        ),
    ]
}

#[test]
fn each_cyclonedx_statement_has_only_its_own_text() {
    const COUNT: usize = 500;
    for text in many(COUNT) {
        let (records, outcome) = take(&text);
        assert_eq!(records.len(), COUNT, "{outcome:?}");
        for (number, (_, raw, _)) in records.iter().enumerate() {
            let own = [format!("CVE-2026-{number}\""), format!("CVE-2026-{number}<")];
            assert!(own.iter().any(|id| raw.contains(id)), "{number}: {raw}");
        }
        let all: usize = records.iter().map(|(_, raw, _)| raw.len()).sum();
        assert!(all <= text.len(), "{all} of {}", text.len());
    }
}
#[test]
fn cyclonedx_statements_in_xml_are_those_in_json_each_with_its_own_text() {
    let xml = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><metadata><component type="firmware" bom-ref="root"><name>gateway</name></component></metadata>
<components><component type="library" bom-ref="z"><name>zlib</name><version>1.2.11</version><purl>pkg:generic/zlib@1.2.11</purl></component></components>
<vulnerabilities><vulnerability><id>CVE-2022-37434</id><analysis><state>not_affected</state><justification>code_not_reachable</justification></analysis><affects><target><ref>z</ref></target></affects></vulnerability><vulnerability><id>CVE-2018-25032</id><analysis><state>exploitable</state></analysis><affects><target><ref>z</ref></target></affects></vulnerability></vulnerabilities></bom>"#;
    let (records, outcome) = take(xml);
    let report = outcome.unwrap();
    assert_eq!((report.format.as_str(), report.records), ("CycloneDX 1.6 XML VEX", 2));
    for ((published, raw, _), (id, status)) in
        records.iter().zip([("CVE-2022-37434", Status::NotAffected), ("CVE-2018-25032", Status::Affected)])
    {
        let Published::Statement(statement) = published else { panic!("{published:?}") };
        assert_eq!((statement.vulnerability.as_str(), statement.status), (id, Some(status)));
        assert_eq!(statement.subjects[0].purl.as_deref(), Some("pkg:generic/zlib@1.2.11"));
        assert!(
            raw.starts_with("<vulnerability><id>") && raw.contains(id) && raw.ends_with("</vulnerability>"),
            "{raw}"
        );
    }
}

#[test]
fn the_extension_for_vulnerabilities_keeps_its_texts_and_other_xml_is_refused() {
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"><components>
<component type="library" bom-ref="x"><name>x</name><version>1</version><v:vulnerabilities><v:vulnerability ref="x"><v:id>CVE-2018-7489</v:id></v:vulnerability></v:vulnerabilities></component>
</components></bom>"#;
    let (records, outcome) = take(xml);
    assert_eq!(outcome.unwrap().records, 1);
    assert!(
        records[0].1.contains("CVE-2018-7489") && records[0].1.starts_with("<v:vulnerability "),
        "{}",
        records[0].1
    );
    for (text, word) in [
        (
            "<cvrfdoc xmlns=\"http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/cvrf\"/>",
            "XML that is not CycloneDX",
        ),
        (
            "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components/></bom>",
            "bill of materials without statements",
        ),
        ("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">", "not well-formed"),
    ] {
        let Err(ReadError::Unreadable(refused)) = take(text).1 else { panic!("taken: {text}") };
        assert!(refused.reason.contains(word), "{refused}");
    }
}

#[test]
fn statements_of_the_second_edition_of_cyclonedx_are_read() {
    let text = r#"{"specFormat":"CycloneDX","specVersion":"2.0","vulnerabilities":[{"id":"CVE-1","analysis":{"state":"exploitable"},"affects":[{"ref":"a"}]}]}"#;
    let (found, _, report) = statements(text);
    assert_eq!((found[0].status, report.format.as_str()), (Some(Status::Affected), "CycloneDX 2.0 JSON VEX"));
}

#[test]
fn a_cyclonedx_statement_about_something_that_is_named_nowhere_is_remarked() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [{"type": "library", "bom-ref": "a", "name": "a"}],
        "vulnerabilities": [{"id": "CVE-2024-1", "analysis": {"state": "not_affected"}, "affects": [{"ref": "a"}, {"ref": "gone"},
            {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#b"}, {"ref": "pkg:npm/c@1.0"}]}]}"#;
    let (read, _, report) = statements(text);
    assert_eq!(read[0].subjects.len(), 4);
    assert_eq!(read[0].subjects[3].purl.as_deref(), Some("pkg:npm/c@1.0"));
    let notes: Vec<_> = report.notes.notes.iter().filter(|note| note.text.contains("is not known")).collect();
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].text.starts_with("`gone` is neither") && notes[0].place == "$.vulnerabilities[0]",
        "{notes:?}"
    );
}
