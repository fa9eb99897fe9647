//! Small handwritten documents, one for each rule.

use super::super::understand;
use super::*;
use crate::model::bill::Bill;
use crate::model::component::{ComponentKind, Directness, Scope};
use crate::model::vex::{Justification, Status};
use mainstay_base::note::Gravity;

const TAG_VALUE: &str = "\
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: pump
DocumentNamespace: https://example.com/pump
Creator: Organization: Acme ()
Creator: Tool: sbomer-1.0
Created: 2026-01-01T00:00:00Z
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-pump

PackageName: pump
SPDXID: SPDXRef-pump
PackageVersion: 2.0
PackageDownloadLocation: NOASSERTION

# libraries
PackageName: zlib
SPDXID: SPDXRef-zlib
PackageVersion: 1.10
PackageSupplier: Organization: Jean-loup Gailly (zlib@example.com)
PackageDownloadLocation: https://example.com/zlib.tar.gz
PackageHomePage: https://example.com/zlib
PackageChecksum: SHA256: 00AA
PackageChecksum: SHA1: 01
PackageLicenseConcluded: Zlib
PackageLicenseDeclared: NOASSERTION
PackageCopyrightText: <text>1995
to 2026</text>
ExternalRef: PACKAGE-MANAGER purl pkg:generic/zlib@1.10
ExternalRef: SECURITY cpe23Type cpe:2.3:a:zlib:zlib:1.10:*:*:*:*:*:*:*
ExternalRef: OTHER strange https://example.com/
PrimaryPackagePurpose: LIBRARY
Relationship: SPDXRef-zlib DEPENDENCY_OF SPDXRef-pump

PackageName: gtest
SPDXID: SPDXRef-gtest
PackageVersion: NOASSERTION
PackageDownloadLocation: NONE
Relationship: SPDXRef-gtest TEST_DEPENDENCY_OF SPDXRef-pump
Relationship: SPDXRef-gtest DEPENDS_ON NONE
Relationship: SPDXRef-gtest GENERATES SPDXRef-zlib
";

fn notes(bill: &Bill) -> Vec<String> {
    bill.notes.notes.iter().map(|note| format!("{}: {}", note.place, note.text)).collect()
}

fn has_note(bill: &Bill, gravity: Gravity, place: &str, part: &str) -> bool {
    bill.notes
        .notes
        .iter()
        .any(|note| note.gravity == gravity && note.place == place && note.text.contains(part))
}

fn json(packages: &str, relationships: &str) -> String {
    format!(
        r#"{{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"n","documentNamespace":"https://e.com/n",
        "creationInfo":{{"created":"2026-01-01T00:00:00Z","creators":["Person: Jane"]}},"packages":[{packages}],"relationships":[{relationships}]}}"#
    )
}

fn package(id: &str) -> String {
    format!(r#"{{"SPDXID":"SPDXRef-{id}","name":"{id}","versionInfo":"1","downloadLocation":"NOASSERTION"}}"#)
}

fn relationship(from: &str, kind: &str, to: &str) -> String {
    format!(
        r#"{{"spdxElementId":"SPDXRef-{from}","relationshipType":"{kind}","relatedSpdxElement":"SPDXRef-{to}"}}"#
    )
}

#[test]
fn a_tag_value_document_gives_its_product_its_components_and_their_dependencies() {
    let bill = understand(TAG_VALUE.as_bytes(), "a").unwrap();
    assert_eq!(bill.format, "SPDX 2.3 tag-value");
    assert_eq!(
        (bill.authors.as_slice(), bill.tools.as_slice()),
        (&["Acme".to_owned()][..], &["sbomer-1.0".to_owned()][..])
    );
    assert_eq!(bill.subject.as_ref().unwrap().label(), "pump 2.0");
    let [zlib, gtest] = bill.components.as_slice() else { panic!("{:?}", bill.components) };
    assert_eq!(zlib.version.as_deref(), Some("1.10"));
    assert_eq!(zlib.supplier.as_deref(), Some("Jean-loup Gailly (zlib@example.com)"));
    assert_eq!(zlib.copyright.as_deref(), Some("1995\nto 2026"));
    assert_eq!(zlib.licences, ["Zlib"]);
    assert_eq!(zlib.addresses, ["https://example.com/zlib.tar.gz", "https://example.com/zlib"]);
    let hashes: Vec<String> =
        zlib.hashes.iter().map(|hash| format!("{} {}", hash.algorithm, hash.value)).collect();
    assert_eq!(hashes, ["SHA-1 01", "SHA-256 00aa"]);
    assert_eq!((zlib.purls.len(), zlib.cpes.len(), zlib.kind), (1, 1, ComponentKind::Library));
    assert_eq!((zlib.scope, zlib.directness), (Scope::Required, Directness::Direct));
    assert_eq!((gtest.scope, gtest.version.as_deref()), (Scope::Excluded, None));
    assert_eq!(zlib.place, "line 17");
    assert_eq!(bill.dependencies.len(), 2);
    assert_eq!(bill.notes.not_understood.get("packages[].externalRefs[].strange"), Some(&1));
    assert_eq!(bill.notes.not_understood.get("relationships[].GENERATES"), Some(&1));
}

#[test]
fn yaml_texts_stay_as_they_are_written() {
    let yaml = "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\npackages:\n- name: a\n  SPDXID: SPDXRef-a\n  versionInfo: 1.10\n- name: b\n  SPDXID: SPDXRef-b\n  versionInfo: 010\n";
    let bill = understand(yaml.as_bytes(), "a").unwrap();
    let versions: Vec<Option<&str>> = bill.components.iter().map(|one| one.version.as_deref()).collect();
    assert_eq!(versions, [Some("1.10"), Some("010")]);
}

#[test]
fn contained_parts_count_as_dependencies_unless_another_one_depends_on_them() {
    let packages = [package("root"), package("a"), package("b")].join(",");
    let relationships = [
        relationship("DOCUMENT", "DESCRIBES", "root"),
        relationship("root", "CONTAINS", "a"),
        relationship("b", "CONTAINED_BY", "root"),
        relationship("b", "DEPENDENCY_OF", "a"),
    ];
    let bill = understand(json(&packages, &relationships.join(",")).as_bytes(), "a").unwrap();
    let lines: Vec<String> =
        bill.dependencies.iter().map(|line| format!("{} {:?}", line.from, line.on)).collect();
    assert_eq!(lines, [r#"SPDXRef-a ["SPDXRef-b"]"#, r#"SPDXRef-root ["SPDXRef-a"]"#]);
    let directness: Vec<Directness> = bill.components.iter().map(|one| one.directness).collect();
    assert_eq!(directness, [Directness::Direct, Directness::Transitive]);
}

#[test]
fn the_strongest_scope_counts_and_cycles_end() {
    let packages = [package("root"), package("a"), package("b")].join(",");
    let relationships = [
        relationship("root", "DESCRIBED_BY", "DOCUMENT"),
        relationship("a", "DEV_DEPENDENCY_OF", "root"),
        relationship("a", "OPTIONAL_DEPENDENCY_OF", "b"),
        relationship("b", "DEPENDENCY_OF", "a"),
    ];
    let bill = understand(json(&packages, &relationships.join(",")).as_bytes(), "a").unwrap();
    let scopes: Vec<Scope> = bill.components.iter().map(|one| one.scope).collect();
    assert_eq!(scopes, [Scope::Optional, Scope::Required]);
}

#[test]
fn missing_required_fields_are_reported_with_their_place() {
    let text = r#"{"spdxVersion":"SPDX-2.2","packages":[{"SPDXID":"SPDXRef-a"},{},{"name":"c","versionInfo":1.10}]}"#;
    let bill = understand(text.as_bytes(), "a").unwrap();
    for field in ["dataLicense", "SPDXID", "name", "documentNamespace", "created", "creators"] {
        assert!(has_note(&bill, Gravity::Warning, "document", &format!("`{field}` is missing")), "{field}");
    }
    for field in ["name", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText"] {
        assert!(
            has_note(&bill, Gravity::Warning, "$.packages[0]", &format!("`{field}` is missing")),
            "{field}"
        );
    }
    assert!(has_note(&bill, Gravity::Refused, "$.packages[1]", "neither name nor identifier"));
    assert!(has_note(&bill, Gravity::Warning, "$.packages[2]", "`versionInfo` is a number"));
    assert_eq!(bill.components.len(), 2);
    assert_eq!(bill.components[0].name, "SPDXRef-a");
    let many = vec!["{\"name\":\"a\"}"; 100].join(",");
    let bill = understand(json(&many, "").as_bytes(), "a").unwrap();
    assert!(
        has_note(
            &bill,
            Gravity::Warning,
            "packages",
            "`SPDXID` is missing, which SPDX 2.3 requires in 80 further places"
        ),
        "{:?}",
        notes(&bill)
    );
}

#[test]
fn repeated_identifiers_and_relationships_to_nothing_are_reported() {
    let packages = [package("a"), package("a").replace("\"1\"", "\"2\""), package("b")].join(",");
    let relationships = [
        relationship("a", "DEPENDS_ON", "gone"),
        relationship("a", "DEPENDS_ON", "x").replace("SPDXRef-x", "DocumentRef-o:SPDXRef-x"),
    ];
    let bill = understand(json(&packages, &relationships.join(",")).as_bytes(), "a").unwrap();
    assert_eq!(bill.components.len(), 3);
    assert!(has_note(&bill, Gravity::Warning, "$.packages[1]", "is repeated"));
    assert!(has_note(&bill, Gravity::Warning, "$.relationships[0]", "SPDXRef-gone"));
    assert!(has_note(&bill, Gravity::Info, "$.relationships[1]", "another document"));
}

#[test]
fn files_are_components_only_where_there_is_no_package() {
    let file = r#"{"SPDXID":"SPDXRef-f","fileName":"./a.c","checksums":[{"algorithm":"SHA1","checksumValue":"AB"}]}"#;
    let only = format!(r#"{{"spdxVersion":"SPDX-2.3","files":[{file},{file}]}}"#);
    let bill = understand(only.as_bytes(), "a").unwrap();
    assert_eq!((bill.components.len(), bill.components[0].kind), (1, ComponentKind::File));
    assert!(has_note(&bill, Gravity::Warning, "$.files[1]", "is repeated"));
    let with = format!(r#"{{"spdxVersion":"SPDX-2.3","files":[{file}],"packages":[{}]}}"#, package("a"));
    assert_eq!(understand(with.as_bytes(), "a").unwrap().components.len(), 1);
}

#[test]
fn a_document_without_package_and_file_is_refused_in_every_syntax() {
    for text in [
        r#"{"spdxVersion":"SPDX-2.3"}"#,
        "SPDXVersion: SPDX-2.3\n",
        "spdxVersion: SPDX-2.3\n",
        "<Document><spdxVersion>SPDX-2.3</spdxVersion></Document>",
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument/></rdf:RDF>"#,
        r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}"#,
    ] {
        let refused = understand(text.as_bytes(), "a").unwrap_err();
        assert!(refused.reason.contains("neither a package nor a file"), "{text}: {refused}");
    }
}

#[test]
fn damaged_documents_are_refused_with_their_place() {
    let cut = json(&package("a"), "");
    assert!(understand(&cut.as_bytes()[..cut.len() - 20], "a").is_err());
    let endless = "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>never\nends";
    let refused = understand(endless.as_bytes(), "a").unwrap_err();
    assert_eq!(refused.place, "line 3");
    let yaml = "spdxVersion: SPDX-2.3\npackages:\n- name: [a\n";
    assert!(understand(yaml.as_bytes(), "a").unwrap_err().place.starts_with("line "));
    let deep = format!("{{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{}", "[".repeat(10_000));
    assert!(understand(deep.as_bytes(), "a").is_err());
    let deep = format!("spdxVersion: SPDX-2.3\npackages: {}", "[".repeat(10_000));
    assert!(understand(deep.as_bytes(), "a").is_err());
    let deep = format!("<Document><spdxVersion/><packages>{}", "<a>".repeat(10_000));
    assert!(understand(deep.as_bytes(), "a").is_err());
    let deep = format!(
        "<Document><spdxVersion>x</spdxVersion><packages>{}{}</packages></Document>",
        "<a>".repeat(10_000),
        "</a>".repeat(10_000)
    );
    assert!(understand(deep.as_bytes(), "a").unwrap_err().reason.contains("levels"));
}

#[test]
fn entities_and_aliases_do_not_grow_and_nothing_outside_is_read() {
    let rdf = |declared: &str, name: &str| {
        format!(
            r#"<!DOCTYPE r [{declared}]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><Package rdf:about="a"><name>{name}</name></Package></rdf:RDF>"#
        )
    };
    for text in [
        rdf(r#"<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">"#, "&b;"),
        rdf(r#"<!ENTITY a SYSTEM "file:///etc/passwd">"#, "&a;"),
    ] {
        assert!(read_rdf(&text).unwrap_err().reason.contains("DOCTYPE"));
        let xml = text.replace("rdf:RDF", "Document");
        assert!(read_xml(&xml).unwrap_err().reason.contains("DOCTYPE"));
    }
    let mut bomb = "spdxVersion: SPDX-2.3\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let inner = vec![format!("*a{}", level - 1); 10].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert!(read_yaml(&bomb).is_err());
}

#[test]
fn stray_lines_are_reported_and_the_rest_is_read() {
    let stray = format!("{TAG_VALUE}\n{}", "no tag here\n".repeat(50));
    let bill = understand(stray.as_bytes(), "a").unwrap();
    assert_eq!(bill.components.len(), 2);
    assert!(has_note(&bill, Gravity::Refused, "line 49", "neither a tag"), "{:?}", notes(&bill));
    assert!(has_note(&bill, Gravity::Refused, "document", "50 lines"));
}

#[test]
fn an_rdf_document_gives_the_same_bill() {
    let rdf = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#">
<SpdxDocument rdf:about="https://e.com/n#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion>
<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/>
<relatedSpdxElement><Package rdf:about="https://e.com/n#SPDXRef-root"><name>root</name>
<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_dependsOn"/>
<relatedSpdxElement rdf:resource="https://e.com/n#SPDXRef-a"/></Relationship></relationship></Package></relatedSpdxElement></Relationship></relationship>
</SpdxDocument>
<Package rdf:about="https://e.com/n#SPDXRef-a"><name>a</name><versionInfo>1</versionInfo>
<licenseDeclared><DisjunctiveLicenseSet><member rdf:resource="http://spdx.org/licenses/MIT"/><member><ConjunctiveLicenseSet>
<member rdf:resource="http://spdx.org/licenses/Zlib"/><member rdf:resource="http://spdx.org/licenses/X11"/></ConjunctiveLicenseSet></member></DisjunctiveLicenseSet></licenseDeclared>
<licenseConcluded rdf:resource="http://spdx.org/rdf/terms#noassertion"/>
<checksum><Checksum><algorithm rdf:resource="http://spdx.org/rdf/terms#checksumAlgorithm_sha256"/><checksumValue>00</checksumValue></Checksum></checksum>
<externalRef><ExternalRef><referenceCategory rdf:resource="http://spdx.org/rdf/terms#referenceCategory_packageManager"/>
<referenceType rdf:resource="http://spdx.org/rdf/references/purl"/><referenceLocator>pkg:npm/a@1</referenceLocator></ExternalRef></externalRef>
</Package></rdf:RDF>"#;
    let bill = understand(rdf.as_bytes(), "a").unwrap();
    assert_eq!(bill.serial.as_deref(), Some("https://e.com/n"));
    assert_eq!(bill.subject.as_ref().unwrap().name, "root");
    let a = &bill.components[0];
    assert_eq!(
        (a.licences.as_slice(), a.purls.as_slice()),
        (&["MIT OR (Zlib AND X11)".to_owned()][..], &["pkg:npm/a@1".to_owned()][..])
    );
    assert_eq!((a.hashes[0].algorithm.as_str(), a.directness), ("SHA-256", Directness::Direct));
}

#[test]
fn a_graph_of_spdx_3_gives_components_statements_and_scopes() {
    let graph = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z","createdBy":["urn:o"]},
{"type":"Organization","spdxId":"urn:o","creationInfo":"_:c","name":"Acme"},
{"type":"SpdxDocument","spdxId":"urn:d","creationInfo":"_:c","rootElement":["urn:bom"]},
{"type":"software_Sbom","spdxId":"urn:bom","creationInfo":"_:c","rootElement":["urn:p"]},
{"type":"software_Package","spdxId":"urn:p","name":"pump","software_packageVersion":"2","software_primaryPurpose":"operatingSystem"},
{"type":"software_Package","spdxId":"urn:z","name":"zlib","software_packageVersion":"1","suppliedBy":"urn:o","software_packageUrl":"pkg:generic/zlib@1",
 "externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"cpe:2.3:a:zlib:zlib:1:*:*:*:*:*:*:*"}],
 "verifiedUsing":[{"type":"Hash","algorithm":"sha3_256","hashValue":"AA"}]},
{"type":"simplelicensing_LicenseExpression","spdxId":"urn:l","simplelicensing_licenseExpression":"Zlib"},
{"type":"Relationship","spdxId":"urn:1","from":"urn:z","relationshipType":"hasDeclaredLicense","to":["urn:l"]},
{"type":"LifecycleScopedRelationship","spdxId":"urn:2","from":"urn:p","relationshipType":"dependsOn","scope":"test","to":["urn:z"]},
{"type":"security_Vulnerability","spdxId":"urn:v","externalIdentifier":[{"externalIdentifierType":"cve","identifier":"CVE-2026-1"}]},
{"type":"security_VexNotAffectedVulnAssessmentRelationship","spdxId":"urn:3","from":"urn:v","relationshipType":"doesNotAffect","to":["urn:z"],
 "security_justificationType":"componentNotPresent"}]}"#;
    let bill = understand(graph.as_bytes(), "a").unwrap();
    assert_eq!(
        (bill.format.as_str(), bill.authors.as_slice()),
        ("SPDX 3.0.1 JSON-LD", &["Acme".to_owned()][..])
    );
    assert_eq!(bill.subject.as_ref().unwrap().kind, ComponentKind::OperatingSystem);
    let zlib = &bill.components[0];
    assert_eq!(
        (zlib.scope, zlib.supplier.as_deref(), zlib.licences.as_slice()),
        (Scope::Excluded, Some("Acme"), &["Zlib".to_owned()][..])
    );
    assert_eq!((zlib.purls.len(), zlib.cpes.len(), zlib.hashes[0].algorithm.as_str()), (1, 1, "SHA3-256"));
    let statement = &bill.statements[0];
    assert_eq!(
        (statement.vulnerability.as_str(), statement.status),
        ("CVE-2026-1", Some(Status::NotAffected))
    );
    assert_eq!(statement.justification, Some(Justification::ComponentNotPresent));
    assert_eq!(statement.subjects[0].id, "urn:z");
}

fn bill_of(text: &str) -> Bill {
    understand(text.as_bytes(), "a").unwrap_or_else(|refused| panic!("{refused}: {text}"))
}

const CREATION: &str = r#"{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-11-20T08:00:00Z","createdBy":["urn:o"],"createdUsing":["urn:t"]}"#;
const CONTEXT: &str = r#""https://spdx.org/rdf/3.0.1/spdx-context.jsonld""#;

/// A product with one package, as a list of elements; `creation` is their `creationInfo`.
fn elements(creation: &str) -> String {
    [
        r#"{"type":"Organization","spdxId":"urn:o","creationInfo":CREATION,"name":"Example Devices"}"#,
        r#"{"type":"Tool","spdxId":"urn:t","creationInfo":CREATION,"name":"example-sbom 1.2"}"#,
        r#"{"type":"SpdxDocument","spdxId":"urn:d","creationInfo":CREATION,"name":"pump-ui","rootElement":["urn:bom"]}"#,
        r#"{"type":"software_Sbom","spdxId":"urn:bom","creationInfo":CREATION,"rootElement":["urn:p"]}"#,
        r#"{"type":"software_Package","spdxId":"urn:z","creationInfo":CREATION,"name":"zlib","software_packageVersion":"1.2.11","suppliedBy":"urn:o","software_packageUrl":"pkg:generic/zlib@1.2.11"}"#,
        r#"{"type":"software_Package","spdxId":"urn:p","creationInfo":CREATION,"name":"pump-ui","software_packageVersion":"4.2.0"}"#,
        r#"{"type":"Relationship","spdxId":"urn:r","creationInfo":CREATION,"from":"urn:p","relationshipType":"contains","to":["urn:z"]}"#,
    ]
    .join(",")
    .replace("CREATION", creation)
}

#[test]
fn the_spellings_of_json_ld_give_the_same_bill() {
    let by_name = elements("\"_:c\"");
    let inline = elements(&CREATION.replace(r#""@id":"_:c","#, ""));
    let nested = by_name
        .replace(
            r#""suppliedBy":"urn:o""#,
            r#""suppliedBy":{"type":"Organization","creationInfo":"_:c","name":"Example Devices"}"#,
        )
        .replace(r#""to":["urn:z"]"#, r#""to":[{"@id":"urn:z"}]"#);
    let by_address = by_name
        .replace(
            r#""type":"software_Package""#,
            r#""@type":["https://spdx.org/rdf/3.0.1/terms/Software/Package"]"#,
        )
        .replace("\"spdxId\"", "\"@id\"");
    for document in [
        format!(r#"{{"@context":{CONTEXT},"@graph":[{CREATION},{by_name}]}}"#),
        format!(r#"{{"@graph":[{by_name},{CREATION}],"@context":{CONTEXT}}}"#),
        format!(
            r#"{{"@context":[{CONTEXT},{{"acme":"https://acme.example/terms/"}}],"@graph":[{CREATION},{by_name}]}}"#
        ),
        format!(r#"{{"@context":[{CONTEXT}],"@graph":[{inline}]}}"#),
        format!(r#"{{"@context":{CONTEXT},"@graph":[{CREATION},{nested}]}}"#),
        format!(r#"{{"@context":{CONTEXT},"@graph":[{CREATION},{by_address}]}}"#),
    ] {
        let bill = bill_of(&document);
        assert_eq!(bill.subject.as_ref().unwrap().label(), "pump-ui 4.2.0", "{document}");
        let [zlib] = bill.components.as_slice() else { panic!("{document}") };
        assert_eq!(
            (zlib.label(), zlib.supplier.as_deref()),
            ("zlib 1.2.11".to_owned(), Some("Example Devices"))
        );
        assert_eq!(zlib.purls, ["pkg:generic/zlib@1.2.11"]);
        assert_eq!(bill.created.as_deref(), Some("2026-11-20T08:00:00Z"), "{document}");
        assert_eq!(
            (bill.authors.join(""), bill.tools.join("")),
            ("Example Devices".to_owned(), "example-sbom 1.2".to_owned())
        );
        assert_eq!(bill.format, "SPDX 3.0.1 JSON-LD");
    }
}

#[test]
fn one_element_at_the_root_is_the_document() {
    let package = format!(
        r#"{{"@context":{CONTEXT},"type":"software_Package","spdxId":"urn:z","creationInfo":{CREATION},"name":"zlib","software_packageVersion":"1.2.11","extra":1}}"#
    );
    let bill = bill_of(&package);
    assert_eq!(
        (bill.components[0].label(), bill.format.as_str()),
        ("zlib 1.2.11".to_owned(), "SPDX 3.0.1 JSON-LD")
    );
    assert_eq!(bill.notes.not_understood["software_Package.extra"], 1);
    let document = format!(
        r#"{{"@context":{CONTEXT},"type":"SpdxDocument","spdxId":"urn:d","rootElement":[{{"type":"software_Package","name":"pump"}}]}}"#
    );
    let bill = bill_of(&document);
    assert_eq!((bill.subject.unwrap().label(), bill.components.len()), ("pump".to_owned(), 0));
}

#[test]
fn digests_and_identifiers_may_be_outside_their_package() {
    let bill = bill_of(&format!(
        r#"{{"@context":{CONTEXT},"@graph":[{CREATION},{{"type":"Hash","@id":"_:h","algorithm":"sha256","hashValue":"AB"}},
        {{"type":"software_Package","spdxId":"urn:z","name":"zlib","verifiedUsing":["_:h","_:lost"],"externalIdentifier":["_:e"]}},
        {{"type":"ExternalIdentifier","@id":"_:e","externalIdentifierType":"packageUrl","identifier":"pkg:generic/zlib@1"}}]}}"#
    ));
    let zlib = &bill.components[0];
    assert_eq!((zlib.hashes[0].value.as_str(), zlib.purls.join("")), ("ab", "pkg:generic/zlib@1".to_owned()));
}

#[test]
fn an_expanded_graph_of_spdx_3_is_refused_with_what_would_help() {
    let text = r#"[{"@id":"urn:z","@type":["https://spdx.org/rdf/3.0.1/terms/Software/Package"]}]"#;
    let refused = understand(text.as_bytes(), "a").unwrap_err();
    assert!(refused.reason.contains("@context"), "{refused}");
}

#[test]
fn the_context_may_be_named_where_the_specification_published_it_first() {
    for place in [
        "https://spdx.github.io/spdx-spec/v3.0.1/rdf/spdx-context.jsonld",
        "https://spdx.org/rdf/3.0.0/spdx-context.jsonld",
    ] {
        let bill =
            bill_of(&format!(r#"{{"@context":"{place}","@graph":[{CREATION},{}]}}"#, elements("\"_:c\"")));
        assert_eq!((bill.components.len(), bill.components[0].name.as_str()), (1, "zlib"), "{place}");
    }
    let other = format!(r#"{{"@context":"https://example.org/v3","@graph":[{CREATION}]}}"#);
    assert!(understand(other.as_bytes(), "a").is_err());
}
