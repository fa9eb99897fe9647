use super::*;
use crate::model::vex::{Statement, Status};
use crate::model::vex_document::{Author, Revision, Role, Tool, TrackingStatus};
use mainstay_base::time::Moment;

mod bad;
mod read_back;

const PRODUCT: &str = "pkg:generic/example/pump@2.4.0";
const PART: &str = "pkg:cargo/smallvec@1.6.0";
const CVE: &str = "CVE-2021-25900";

/// A writer of this module.
type Write = fn(&VexDocument) -> Result<String, Unwritable>;
const WRITERS: [(&str, Write); 3] =
    [("OpenVEX", openvex_0_2), ("CycloneDX", cyclonedx_vex_1_6), ("CSAF", csaf_2_0_vex)];

fn revision(at: &str) -> Revision {
    Revision { at: Moment::parse(at).unwrap(), summary: "Judged again.".to_owned() }
}

fn product(reference: &str, name: &str) -> Component {
    Component {
        reference: reference.to_owned(),
        name: name.to_owned(),
        version: Some(version_of(reference).to_owned()),
        purls: vec![reference.to_owned()],
        ..Component::default()
    }
}

/// The version in a package URL.
fn version_of(purl: &str) -> &str {
    purl.rsplit('@').next().and_then(|version| version.split('?').next()).unwrap_or_default()
}

fn subject(id: &str) -> Subject {
    Subject { id: id.to_owned(), ..Subject::default() }
}

fn statement(status: Status) -> Statement {
    Statement {
        vulnerability: CVE.to_owned(),
        aliases: vec!["RUSTSEC-2021-0003".to_owned()],
        subjects: vec![Subject { subcomponents: vec![PART.to_owned()], ..subject(PRODUCT) }],
        status: Some(status),
        justification: (status == Status::NotAffected)
            .then_some(Justification::VulnerableCodeNotInExecutePath),
        impact: None,
        action: (status == Status::Affected).then(|| "update; install 2.4.1".to_owned()),
        own_words: None,
        at: None,
        place: String::new(),
    }
}

fn document(statements: Vec<Statement>) -> VexDocument {
    VexDocument {
        id: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".to_owned(),
        title: "Vulnerabilities in Example Pump 2.4.0".to_owned(),
        author: Author {
            name: "Example Devices".to_owned(),
            role: Role::Vendor,
            namespace: Some("https://psirt.example.com".to_owned()),
            contact: Some("psirt@example.com".to_owned()),
        },
        status: TrackingStatus::Final,
        revisions: vec![revision("2026-11-20T08:00:00Z"), revision("2026-11-22T14:05:00Z")],
        tool: Tool { name: "Mainstay".to_owned(), version: "0.1.0".to_owned() },
        products: vec![product(PRODUCT, "Example Pump"), product(PART, "smallvec")],
        about: Some(PRODUCT.to_owned()),
        descriptions: BTreeMap::from([(CVE.to_owned(), "A buffer is too small.".to_owned())]),
        statements,
    }
}

fn json(write: Write, document: &VexDocument) -> serde_json::Value {
    serde_json::from_str(&write(document).unwrap()).unwrap()
}

#[test]
fn the_same_document_gives_the_same_bytes_and_says_when_from_its_revisions_alone() {
    let document = document(vec![statement(Status::NotAffected)]);
    for (name, write) in WRITERS {
        let text = write(&document).unwrap();
        assert_eq!(text, write(&document).unwrap(), "{name}");
        assert!(text.contains("2026-11-22T14:05:00Z") && text.ends_with("}\n"), "{name}: {text}");
    }
}

#[test]
fn openvex_names_product_part_vulnerability_and_reason() {
    let written = json(openvex_0_2, &document(vec![statement(Status::NotAffected)]));
    assert_eq!(written["version"], 2);
    assert_eq!(written["timestamp"], "2026-11-20T08:00:00Z");
    assert_eq!(written["last_updated"], "2026-11-22T14:05:00Z");
    let statement = &written["statements"][0];
    assert_eq!(statement["vulnerability"]["name"], CVE);
    assert_eq!(statement["vulnerability"]["aliases"][0], "RUSTSEC-2021-0003");
    assert_eq!(statement["products"][0]["@id"], PRODUCT);
    assert_eq!(statement["products"][0]["subcomponents"][0]["@id"], PART);
    assert_eq!(statement["status"], "not_affected");
    assert_eq!(statement["timestamp"], "2026-11-22T14:05:00Z");
    assert_eq!(statement["justification"], "vulnerable_code_not_in_execute_path");
}

#[test]
fn openvex_keeps_texts_that_do_not_go_with_the_status_as_notes() {
    let mut fixed = statement(Status::Fixed);
    fixed.action = Some("install 2.4.1".to_owned());
    fixed.impact = Some("no longer there".to_owned());
    let statement = &json(openvex_0_2, &document(vec![fixed]))["statements"][0];
    assert_eq!(statement["status_notes"], "no longer there\ninstall 2.4.1");
    assert!(statement.get("action_statement").is_none() && statement.get("impact_statement").is_none());
}

#[test]
fn cyclonedx_splits_an_action_into_responses_and_advice() {
    let written = json(cyclonedx_vex_1_6, &document(vec![statement(Status::Affected)]));
    assert_eq!(written["metadata"]["component"]["bom-ref"], PRODUCT);
    assert_eq!(written["components"][0]["bom-ref"], PART);
    let vulnerability = &written["vulnerabilities"][0];
    assert_eq!(vulnerability["affects"][0]["ref"], PART);
    assert_eq!(vulnerability["analysis"]["state"], "exploitable");
    assert_eq!(vulnerability["analysis"]["response"][0], "update");
    assert_eq!(
        vulnerability["recommendation"], "update; install 2.4.1",
        "for receivers that read no responses"
    );
}

#[test]
fn cyclonedx_has_an_entry_for_each_component_because_some_receivers_keep_the_first_of_an_entry() {
    let other = "pkg:cargo/other@1.0.0";
    let mut statement = statement(Status::Affected);
    statement.subjects[0].subcomponents.push(other.to_owned());
    let mut document = document(vec![statement]);
    document.products.push(product(other, "other"));
    let written = json(cyclonedx_vex_1_6, &document);
    let entries = written["vulnerabilities"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    for (entry, part) in entries.iter().zip([PART, other]) {
        assert_eq!((entry["id"].as_str(), entry["affects"].as_array().unwrap().len()), (Some(CVE), 1));
        assert_eq!(entry["affects"][0]["ref"], part);
        assert_eq!(entry["analysis"]["state"], "exploitable");
        assert_eq!(entry["references"][0]["id"], "RUSTSEC-2021-0003");
    }
}

#[test]
fn csaf_writes_a_version_of_go_with_all_its_numbers_because_a_validator_takes_no_other() {
    for (purl, written) in [
        ("pkg:golang/stdlib@v1.20", "pkg:golang/stdlib@v1.20.0"),
        ("pkg:golang/github.com/a/b@v2?type=module#c", "pkg:golang/github.com/a/b@v2.0.0?type=module#c"),
        ("pkg:golang/stdlib@v1.20.3", "pkg:golang/stdlib@v1.20.3"),
        ("pkg:golang/stdlib@1.20", "pkg:golang/stdlib@1.20"),
        ("pkg:golang/stdlib@v1.20rc1", "pkg:golang/stdlib@v1.20rc1"),
        ("pkg:github/a/b@v1.20", "pkg:github/a/b@v1.20"),
    ] {
        let mut statement = statement(Status::NotAffected);
        statement.subjects = vec![subject(purl)];
        let mut document = document(vec![statement]);
        document.products.push(product(purl, "part"));
        let csaf = csaf_2_0_vex(&document).unwrap();
        assert!(csaf.contains(&format!("\"purl\": \"{written}\"")), "{purl}: {csaf}");
    }
}

#[test]
fn csaf_says_all_about_one_vulnerability_together_and_makes_a_product_of_a_part() {
    let mut other = statement(Status::Affected);
    other.vulnerability = "RUSTSEC-2021-0003".to_owned();
    other.aliases = vec![CVE.to_owned()];
    other.subjects = vec![subject(PART)];
    let written = json(csaf_2_0_vex, &document(vec![statement(Status::NotAffected), other]));
    assert_eq!(written["document"]["tracking"]["version"], "2");
    assert_eq!(written["vulnerabilities"].as_array().unwrap().len(), 1);
    let vulnerability = &written["vulnerabilities"][0];
    assert_eq!(vulnerability["cve"], CVE);
    assert_eq!(vulnerability["ids"][0]["system_name"], "RUSTSEC");
    let id = format!("{PRODUCT}::{PART}");
    assert_eq!(vulnerability["product_status"]["known_not_affected"][0], id.as_str());
    assert_eq!(vulnerability["product_status"]["known_affected"][0], PART);
    assert_eq!(vulnerability["flags"][0]["product_ids"][0], id.as_str());
    assert_eq!(vulnerability["remediations"][0]["category"], "vendor_fix");
    let made = &written["product_tree"]["relationships"][0];
    assert_eq!(made["full_product_name"]["name"], "smallvec 1.6.0 in Example Pump 2.4.0");
    assert_eq!(made["relates_to_product_reference"], PRODUCT);
}

#[test]
fn csaf_lists_products_by_vendor_name_and_version_as_far_as_they_are_known() {
    let mut document = document(vec![statement(Status::NotAffected)]);
    let of_maker = |reference: &str, name: &str, version: Option<&str>| Component {
        supplier: Some("Example Devices".to_owned()),
        version: version.map(str::to_owned),
        ..product(reference, name)
    };
    document.products = vec![
        of_maker(PRODUCT, "Example Pump", Some("2.4.0")),
        of_maker("pkg:generic/a@1", "Example Pump", Some("2.5.0")),
        of_maker("pkg:generic/b@1", "Example Pump", None),
        of_maker("pkg:generic/c@1", "Example Pump", Some("all before 2")),
        product(PART, "smallvec"),
    ];
    let ids = ["pkg:generic/a@1", "pkg:generic/b@1", "pkg:generic/c@1"];
    document.statements[0].subjects.extend(ids.map(subject));
    let written = json(csaf_2_0_vex, &document);
    assert!(written["product_tree"].get("full_product_names").is_none());
    let branches = &written["product_tree"]["branches"];
    assert_eq!(
        (&branches[0]["category"], &branches[0]["name"]),
        (&"product_name".into(), &"smallvec".into())
    );
    assert_eq!(branches[0]["branches"][0]["name"], "1.6.0");
    assert_eq!(branches[0]["branches"][0]["product"]["product_id"], PART);
    assert_eq!(
        (&branches[1]["category"], &branches[1]["name"]),
        (&"vendor".into(), &"Example Devices".into())
    );
    let pump = branches[1]["branches"].as_array().unwrap();
    let of: Vec<&str> = pump.iter().filter_map(|one| one["product"]["product_id"].as_str()).collect();
    assert_eq!(of, ["pkg:generic/b@1", "pkg:generic/c@1"]);
    let versions: Vec<&str> =
        pump[2]["branches"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(versions, ["2.5.0", "2.4.0"]);
    assert_eq!(written["vulnerabilities"][0]["flags"][0]["date"], "2026-11-22T14:05:00Z");
}
