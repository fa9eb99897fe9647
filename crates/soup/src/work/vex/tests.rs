//! VEX documents from files of statements and from scans: their statements, and what is refused.

use super::*;
use crate::model::vex::Status;
use crate::model::vex_document::Author;
use mainstay_base::time::Moment;

const STATEMENTS: &str = r#"{
 "format": 1, "id": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "title": "Infusion gateway",
 "author": {"name": "Example Devices", "role": "vendor", "namespace": "https://psirt.example.com", "contact": "psirt@example.com"},
 "status": "final", "revisions": [{"at": "2026-11-20T08:00:00Z", "summary": "First"}],
 "products": [{"reference": "pkg:generic/gateway@4.2.0", "name": "gateway", "version": "4.2.0", "kind": "firmware", "purl": "pkg:generic/gateway@4.2.0"},
  {"reference": "pkg:generic/zlib@1.2.11", "name": "zlib", "version": "1.2.11", "purl": "pkg:generic/zlib@1.2.11"}],
 "about": "pkg:generic/gateway@4.2.0", "descriptions": {"CVE-2022-37434": "Heap overflow in inflate", "CVE-2018-25032": "Memory corruption in deflate"},
 "statements": [{"vulnerability": "CVE-2022-37434", "products": ["pkg:generic/gateway@4.2.0"], "parts": ["pkg:generic/zlib@1.2.11"], "status": "not_affected",
   "justification": "vulnerable_code_not_in_execute_path", "impact": "inflateGetHeader is never called"},
  {"vulnerability": "CVE-2018-25032", "products": ["pkg:generic/gateway@4.2.0"], "parts": ["pkg:generic/zlib@1.2.11"], "status": "affected", "action": "update; install 4.2.1"}]
}"#;

const STATEMENTS_RON: &str = r#"(
    format: 1, id: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", title: "Infusion gateway",
    author: (name: "Example Devices", role: vendor, namespace: "https://psirt.example.com", contact: "psirt@example.com"),
    status: final, revisions: [(at: "2026-11-20T08:00:00Z", summary: "First")],
    products: [(reference: "pkg:generic/gateway@4.2.0", name: "gateway", version: "4.2.0", kind: firmware, purl: "pkg:generic/gateway@4.2.0"),
        (reference: "pkg:generic/zlib@1.2.11", name: "zlib", version: "1.2.11", purl: "pkg:generic/zlib@1.2.11")],
    about: "pkg:generic/gateway@4.2.0",
    descriptions: {"CVE-2022-37434": "Heap overflow in inflate", "CVE-2018-25032": "Memory corruption in deflate"},
    statements: [(vulnerability: "CVE-2022-37434", products: ["pkg:generic/gateway@4.2.0"], parts: ["pkg:generic/zlib@1.2.11"], status: not_affected,
            justification: vulnerable_code_not_in_execute_path, impact: "inflateGetHeader is never called"),
        (vulnerability: "CVE-2018-25032", products: ["pkg:generic/gateway@4.2.0"], parts: ["pkg:generic/zlib@1.2.11"], status: affected,
            action: "update; install 4.2.1")],
)"#;

const SCAN: &str = r#"{"format": 1, "sbom": {"format": "CycloneDX 1.6 JSON", "subject": {"reference": "root", "name": "gateway", "group": null, "version": "4.2.0",
  "kind": "firmware", "supplier": null, "description": null, "purls": [], "cpes": [], "swid": null, "hashes": [], "licences": [], "copyright": null,
  "addresses": [], "scope": "required", "directness": "unknown", "inside": [], "pedigree": [], "place": "$"}}, "on": "2026-11-20", "max_age_days": 14, "sources": [],
 "components": [{"ref": "z", "name": "zlib", "version": "1.2.11", "purl": "pkg:generic/zlib@1.2.11", "cpes": [], "checked": [], "support": null, "verdicts": [
   {"id": "CVE-2022-37434", "aliases": ["GHSA-cfmr-vrgj-vqwv"], "title": "Heap overflow", "verdict": "affected", "condition": null, "withdrawn": null, "why": {"words": "versions before 1.2.12"}},
   {"id": "GHSA-xxxx-xxxx-xxxx", "aliases": ["CVE-2022-37434"], "title": "The same", "verdict": "affected", "condition": null, "withdrawn": null, "why": null},
   {"id": "CVE-2023-45853", "aliases": [], "title": "", "verdict": "conditional", "condition": "only with MiniZip", "withdrawn": null, "why": null},
   {"id": "CVE-2000-0001", "aliases": [], "title": "a", "verdict": "not_comparable", "condition": "no order", "withdrawn": null, "why": null},
   {"id": "CVE-2000-0002", "aliases": [], "title": "b", "verdict": "candidate", "condition": null, "withdrawn": null, "why": null},
   {"id": "CVE-2000-0003", "aliases": [], "title": "c", "verdict": "not_affected", "condition": null, "withdrawn": null, "why": null},
   {"id": "CVE-2000-0004", "aliases": [], "title": "d", "verdict": "affected", "condition": null, "withdrawn": "2020", "why": null}]},
  {"ref": "own", "name": "own", "version": null, "purl": null, "cpes": [], "checked": [], "support": null, "verdicts": []}]}"#;

fn read(text: &str) -> Result<VexInput, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    std::fs::write(&path, text).unwrap();
    read_vex_input(&path).map_err(|refused| refused.to_string())
}

fn statements(text: &str) -> VexDocument {
    match read(text).unwrap() {
        VexInput::Statements(document) => *document,
        VexInput::Scan(_) => panic!("a scan"),
    }
}

fn scan(details: &VexOfScan) -> (VexDocument, LeftOut) {
    let VexInput::Scan(scan) = read(SCAN).unwrap() else { panic!("no scan") };
    scan.document(details, Moment::parse("2026-11-22T14:05:00Z").unwrap())
}

fn details(action: Option<&str>) -> VexOfScan {
    let author = Author {
        name: "Example Devices".to_owned(),
        namespace: Some("https://psirt.example.com".to_owned()),
        ..Author::default()
    };
    VexOfScan { author, action: action.map(str::to_owned), ..VexOfScan::default() }
}

#[test]
fn statements_in_json_and_in_ron_are_the_same_document() {
    let document = statements(STATEMENTS);
    assert_eq!(document, statements(STATEMENTS_RON));
    assert_eq!(document.statements[0].status, Some(Status::NotAffected));
    assert_eq!(document.statements[0].subjects[0].subcomponents, ["pkg:generic/zlib@1.2.11"]);
}

#[test]
fn every_format_is_written_of_statements_and_of_a_scan_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    for (name, document) in
        [("statements", statements(STATEMENTS)), ("scan", scan(&details(Some("update; install 4.2.1"))).0)]
    {
        for (word, format) in
            [("openvex", VexFormat::OpenVex), ("cyclonedx", VexFormat::CycloneDx), ("csaf", VexFormat::Csaf)]
        {
            let out = folder.path().join(format!("{name}.{word}.json"));
            write_vex(&document, format, &out).unwrap_or_else(|refused| panic!("{name} {word}: {refused}"));
            let text = std::fs::read_to_string(&out).unwrap();
            assert!(text.contains("CVE-2022-37434"), "{text}");
            assert!(
                write_vex(&document, format, &out)
                    .unwrap_err()
                    .to_string()
                    .contains("choose a name that is free")
            );
            assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
        }
    }
}

#[test]
fn a_scan_says_affected_only_with_what_users_should_do() {
    let (document, left_out) = scan(&details(None));
    let said: Vec<_> =
        document.statements.iter().map(|one| (one.vulnerability.as_str(), one.status)).collect();
    let open = Some(Status::UnderInvestigation);
    assert_eq!(said, [("CVE-2022-37434", open), ("CVE-2023-45853", open), ("CVE-2000-0001", open)]);
    assert_eq!(left_out, LeftOut { candidates: 1, not_affected: 1, withdrawn: 1, repeated: 1 });
    let (document, _) = scan(&details(Some("update; install 4.2.1")));
    assert_eq!(document.statements[0].status, Some(Status::Affected));
    assert_eq!(document.statements[1].status, open);
    assert!(document.statements[0].impact.as_ref().unwrap().contains("versions before 1.2.12"));
}

#[test]
fn a_scan_never_says_not_affected_and_the_same_scan_gives_the_same_document() {
    let (document, _) = scan(&details(Some("x")));
    assert!(document.statements.iter().all(|statement| statement.status != Some(Status::NotAffected)));
    assert_eq!(document, scan(&details(Some("x"))).0);
    assert_eq!(document.about.as_deref(), Some("pkg:generic/gateway@4.2.0"));
    assert!(document.id.starts_with("urn:uuid:"));
    assert_eq!(document.products.len(), 2);
}

#[test]
fn what_is_neither_statements_nor_a_scan_is_refused_with_its_place() {
    for (text, word) in [
        ("", "RON"),
        ("(format: 1)", "missing"),
        ("{}", "missing field `format`"),
        (&STATEMENTS.replace("\"format\": 1", "\"format\": 2"), "format 2 is not known"),
        (&STATEMENTS.replace("\"parts\"", "\"part\""), "statements[0]"),
        (&STATEMENTS.replace("not_affected", "unaffected"), "statements[0].status"),
        (&STATEMENTS.replace("2026-11-20T08:00:00Z", "yesterday"), "revisions[0].at"),
        (&SCAN.replace("\"format\": 1", "\"format\": 9"), "a scan of format 9"),
        (&SCAN.replace("conditional", "perhaps"), "components[0].verdicts[2].verdict"),
    ] {
        let refused = read(text).unwrap_err();
        assert!(refused.contains(word), "{refused}");
    }
}

#[test]
fn a_statement_without_its_reason_is_refused_with_all_that_is_missing() {
    let text = STATEMENTS
        .replace(r#""justification": "vulnerable_code_not_in_execute_path", "impact": "inflateGetHeader is never called""#, r#""aliases": []"#)
        .replace(r#", "action": "update; install 4.2.1""#, "");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.json");
    let refused = write_vex(&statements(&text), VexFormat::OpenVex, &out).unwrap_err().to_string();
    assert!(
        refused.contains("statement 1 (CVE-2022-37434)") && refused.contains("statement 2 (CVE-2018-25032)"),
        "{refused}"
    );
    assert!(!out.exists());
}
