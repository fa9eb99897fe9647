//! Written VEX validates against the official schemas, and CSAF passes the mandatory tests of CSAF 2.0 (6.1) that it could break.
//! The tests themselves are checked against the files of the official test suite.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use jsonschema::{Registry, Validator};
use mainstay_base::time::Moment;
use mainstay_soup::formats::vex_out::{csaf_2_0_vex, cyclonedx_vex_1_6, openvex_0_2};
use mainstay_soup::model::component::{Component, ComponentKind};
use mainstay_soup::model::vex::{Justification, Statement, Status, Subject};
use mainstay_soup::model::vex_document::{Author, Revision, Role, Tool, TrackingStatus, VexDocument};
use serde_json::Value;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MAINSTAY_DATA").map(PathBuf::from);
    if folder.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
    }
    folder
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A schema with the schemas that it refers to by address, with format checks and without downloads.
fn schema(path: PathBuf, others: &[(String, PathBuf)]) -> Validator {
    let mut registry = Registry::new();
    for (address, other) in others {
        registry = registry.add(address, json(other)).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let options = jsonschema::options().offline().should_validate_formats(true);
    options.with_registry(&registry).build(&json(path)).unwrap()
}

fn component(reference: &str, name: &str, kind: ComponentKind) -> Component {
    Component {
        reference: reference.to_owned(),
        name: name.to_owned(),
        version: Some("1.0".to_owned()),
        group: Some("org.example".to_owned()),
        supplier: Some("Example".to_owned()),
        kind,
        purls: vec![reference.to_owned()],
        cpes: vec![r"cpe:2.3:a:example:na\+me:1.0:*:*:*:*:*:*:*".to_owned()],
        ..Component::default()
    }
}

const PRODUCT: &str = "pkg:generic/example/pump@1.0";
const PARTS: [&str; 3] = ["pkg:cargo/a@1.0", "pkg:npm/%40s/b@1.0", "pkg:maven/g/c@1.0?type=jar"];

/// Every status with and without its part, reason, texts and date; two statements under two names of one vulnerability.
fn statements() -> Vec<Statement> {
    let reasons = [
        Justification::ComponentNotPresent,
        Justification::VulnerableCodeNotPresent,
        Justification::VulnerableCodeNotInExecutePath,
        Justification::VulnerableCodeCannotBeControlledByAdversary,
        Justification::InlineMitigationsAlreadyExist,
    ];
    let not_affected =
        reasons.map(Some).into_iter().chain([None]).map(|reason| (Status::NotAffected, reason));
    let others = [Status::Affected, Status::Fixed, Status::UnderInvestigation].map(|status| (status, None));
    let mut statements = Vec::new();
    for (number, (status, justification)) in not_affected.chain(others).enumerate() {
        for (at, parts) in [(None, &PARTS[..2]), (Some("2026-11-21T10:00:00.5+01:00"), &PARTS[2..])] {
            let mut names = [format!("CVE-2024-{}", 1000 + number), format!("GHSA-aaaa-bbbb-{number}")];
            if at.is_some() {
                names.reverse();
            }
            let [vulnerability, alias] = names;
            statements.push(Statement {
                vulnerability,
                aliases: vec![alias],
                subjects: vec![Subject {
                    id: PRODUCT.to_owned(),
                    subcomponents: parts.iter().map(|part| (*part).to_owned()).collect(),
                    ..Subject::default()
                }],
                status: Some(status),
                justification,
                impact: Some("Said in “words”.".to_owned()),
                action: (status != Status::UnderInvestigation).then(|| "update; install 2.0".to_owned()),
                own_words: None,
                at: at.map(str::to_owned),
                place: String::new(),
            });
        }
    }
    statements
}

fn document() -> VexDocument {
    let revision = |at: &str| Revision { at: Moment::parse(at).unwrap(), summary: "Judged.".to_owned() };
    let statements = statements();
    let described = statements.iter().map(|statement| (statement.vulnerability.clone(), "Told.".to_owned()));
    VexDocument {
        id: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79".to_owned(),
        title: "Example Pump 1.0".to_owned(),
        author: Author {
            name: "Example Devices".to_owned(),
            role: Role::Vendor,
            namespace: Some("https://psirt.example.com".to_owned()),
            contact: Some("psirt@example.com".to_owned()),
        },
        status: TrackingStatus::Final,
        revisions: vec![revision("2026-11-20T08:00:00Z"), revision("2026-11-22T14:05:00Z")],
        tool: Tool { name: "Mainstay".to_owned(), version: "0.1.0".to_owned() },
        products: vec![
            component(PRODUCT, "Example Pump", ComponentKind::Firmware),
            component(PARTS[0], "a", ComponentKind::Library),
            component(PARTS[1], "b", ComponentKind::Service),
            component(PARTS[2], "c", ComponentKind::Other),
        ],
        about: Some(PRODUCT.to_owned()),
        descriptions: described.collect(),
        statements,
    }
}

/// The document, and each of its statements as a separate document.
fn documents() -> Vec<VexDocument> {
    let whole = document();
    let single =
        whole.statements.iter().map(|one| VexDocument { statements: vec![one.clone()], ..whole.clone() });
    let mut documents: Vec<_> = single.collect();
    documents.push(whole);
    documents
}

fn breaches(validator: &Validator, text: &str) -> Vec<String> {
    let value = serde_json::from_str(text).unwrap();
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn written_openvex_validates_against_the_official_schema() {
    let Some(data) = data() else { return };
    let schema = schema(data.join("vuln/openvex-schema/openvex_json_schema.json"), &[]);
    assert!(!schema.is_valid(&Value::Object(serde_json::Map::new())));
    for document in documents() {
        assert_eq!(breaches(&schema, &openvex_0_2(&document).unwrap()), [""; 0]);
    }
}

#[test]
fn written_cyclonedx_validates_against_the_official_schema() {
    let Some(data) = data() else { return };
    let folder = data.join("sbom/schemas/cyclonedx");
    let others = ["spdx.schema.json", "jsf-0.82.schema.json"]
        .map(|name| (format!("http://cyclonedx.org/schema/{name}"), folder.join(name)));
    let schema = schema(folder.join("bom-1.6.schema.json"), &others);
    assert!(!schema.is_valid(&Value::Object(serde_json::Map::new())));
    for document in documents() {
        assert_eq!(breaches(&schema, &cyclonedx_vex_1_6(&document).unwrap()), [""; 0]);
    }
}

#[test]
fn written_csaf_validates_against_the_official_schema_and_its_mandatory_tests() {
    let Some(data) = data() else { return };
    let csaf = data.join("vuln/csaf/csaf_2.0");
    let others = ["2.0", "3.0", "3.1"].map(|version| {
        let file = format!("cvss-v{version}.json");
        (format!("https://www.first.org/cvss/{file}"), csaf.join("referenced_schema/first").join(file))
    });
    let schema = schema(csaf.join("json_schema/csaf_json_schema.json"), &others);
    assert!(!schema.is_valid(&Value::Object(serde_json::Map::new())));
    for document in documents() {
        let text = csaf_2_0_vex(&document).unwrap();
        assert_eq!(breaches(&schema, &text), [""; 0]);
        assert_eq!(broken(&serde_json::from_str(&text).unwrap()), BTreeSet::new());
    }
}

/// The mandatory tests below, by their numbers in CSAF 2.0.
const MANDATORY: [&str; 16] = [
    "6.1.1",
    "6.1.2",
    "6.1.6",
    "6.1.14",
    "6.1.16",
    "6.1.21",
    "6.1.22",
    "6.1.23",
    "6.1.27.4",
    "6.1.27.5",
    "6.1.27.7",
    "6.1.27.8",
    "6.1.27.9",
    "6.1.27.10",
    "6.1.29",
    "6.1.33",
];

#[test]
fn the_mandatory_tests_judge_the_official_test_files_as_the_suite_does() {
    let Some(data) = data() else { return };
    let suite = data.join("vuln/csaf/csaf_2.0/test/validator/data");
    let list = json(suite.join("testcases.json"));
    let (mut judged, mut wrong) = (0, Vec::new());
    for test in list["tests"].as_array().unwrap() {
        let number = test["id"].as_str().unwrap();
        if !MANDATORY.contains(&number) {
            continue;
        }
        let files = ["failures", "valid"].into_iter().filter_map(|list| test[list].as_array()).flatten();
        for file in files {
            judged += 1;
            let name = file["name"].as_str().unwrap();
            let holds = !broken(&json(suite.join(name))).contains(number);
            if file["valid"].as_bool() != Some(holds) {
                wrong.push(name.to_owned());
            }
        }
    }
    assert_eq!((wrong, judged), (Vec::new(), 79));
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn texts<'v>(value: &'v Value, name: &str) -> Vec<&'v str> {
    list(value, name).iter().filter_map(Value::as_str).collect()
}

/// Collects `full_product_name`s and `product`s, and everything that refers to one.
fn products<'v>(value: &'v Value, defined: &mut Vec<&'v str>, used: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("product_id", Value::String(id)) => defined.push(id),
                    ("product_reference" | "relates_to_product_reference", Value::String(id)) => {
                        used.push(id);
                    }
                    ("product_ids" | "products", Value::Array(ids)) => {
                        used.extend(ids.iter().filter_map(Value::as_str));
                    }
                    ("product_status", Value::Object(statuses)) => {
                        let ids = statuses.values().filter_map(Value::as_array).flatten();
                        used.extend(ids.filter_map(Value::as_str));
                    }
                    (_, value) => products(value, defined, used),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| products(item, defined, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Numbers of the mandatory tests that a document fails.
fn broken(document: &Value) -> BTreeSet<&'static str> {
    let (mut defined, mut used) = (Vec::new(), Vec::new());
    products(document, &mut defined, &mut used);
    let once: BTreeSet<_> = defined.iter().collect();
    let mut failed = BTreeSet::new();
    let mut fails = |number, fails: bool| {
        if fails {
            failed.insert(number);
        }
    };
    fails("6.1.1", used.iter().any(|id| !once.contains(id)));
    fails("6.1.2", once.len() < defined.len());
    fails("6.1.27.4", document.get("product_tree").is_none());
    let vulnerabilities = list(document, "vulnerabilities");
    let cves: Vec<_> = vulnerabilities.iter().filter_map(|item| item.get("cve")).collect();
    fails("6.1.23", cves.iter().enumerate().any(|(at, cve)| cves[..at].contains(cve)));
    let mut failed_tracking = tracking(&document["document"]["tracking"]);
    failed.append(&mut failed_tracking);
    for item in vulnerabilities {
        failed.append(&mut vulnerability(item, document));
    }
    failed
}

fn tracking(tracking: &Value) -> BTreeSet<&'static str> {
    let mut failed = BTreeSet::new();
    let mut history: Vec<(DateTime<FixedOffset>, Vec<u64>, String)> = list(tracking, "revision_history")
        .iter()
        .map(|revision| {
            let number = text(revision, "number");
            (
                DateTime::parse_from_rfc3339(text(revision, "date")).unwrap(),
                parts(number),
                core(number).to_owned(),
            )
        })
        .collect();
    history.sort();
    let numbers: Vec<_> = history.iter().map(|(_, number, _)| number.clone()).collect();
    if !numbers.is_sorted() {
        failed.insert("6.1.14");
    }
    let version = core(text(tracking, "version"));
    let is_draft = text(tracking, "status") == "draft";
    let last = history.last().map(|(_, _, number)| number.as_str()).unwrap_or_default();
    let bare = |number: &str| number.split('-').next().unwrap_or_default().to_owned();
    if if is_draft { bare(last) != bare(version) } else { last != version } {
        failed.insert("6.1.16");
    }
    let firsts: Vec<u64> = numbers.iter().filter_map(|number| number.first().copied()).collect();
    if firsts.first().is_none_or(|first| *first > 1) || firsts.windows(2).any(|pair| pair[1] > pair[0] + 1) {
        failed.insert("6.1.21");
    }
    if history
        .iter()
        .enumerate()
        .any(|(at, (_, _, number))| history[..at].iter().any(|(_, _, n)| n == number))
    {
        failed.insert("6.1.22");
    }
    failed
}

/// A version number without build metadata.
fn core(number: &str) -> &str {
    number.split('+').next().unwrap_or_default()
}

fn parts(number: &str) -> Vec<u64> {
    let plain = core(number).split('-').next().unwrap_or_default();
    plain.split('.').filter_map(|part| part.parse().ok()).collect()
}

fn vulnerability(item: &Value, document: &Value) -> BTreeSet<&'static str> {
    let mut failed = BTreeSet::new();
    let status = &item["product_status"];
    let of = |names: &[&str]| -> BTreeSet<String> {
        names.iter().flat_map(|name| texts(status, name)).map(str::to_owned).collect()
    };
    let groups = [
        of(&["first_affected", "known_affected", "last_affected"]),
        of(&["known_not_affected"]),
        of(&["first_fixed", "fixed"]),
        of(&["under_investigation"]),
    ];
    let contradict = (0..4).any(|one| (one + 1..4).any(|two| !groups[one].is_disjoint(&groups[two])));
    let concerned = |names: [&str; 2], fitting: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
        let entries = names.into_iter().flat_map(|name| list(item, name)).filter(|entry| fitting(entry));
        entries.flat_map(|entry| products_of(entry, document)).collect()
    };
    let reasons = concerned(["flags", "threats"], &|entry| {
        entry.get("label").is_some() || text(entry, "category") == "impact"
    });
    let actions = concerned(["remediations", ""], &|_| true);
    let mut flagged: BTreeMap<String, usize> = BTreeMap::new();
    for flag in list(item, "flags") {
        for id in products_of(flag, document) {
            *flagged.entry(id).or_default() += 1;
        }
    }
    let without_products =
        |name: &str| list(item, name).iter().any(|entry| products_of(entry, document).is_empty());
    let checks = [
        ("6.1.6", contradict),
        ("6.1.27.5", list(item, "notes").is_empty()),
        (
            "6.1.27.7",
            groups[0].is_empty() && groups[1..].iter().all(BTreeSet::is_empty)
                || of(&["known_affected", "known_not_affected", "fixed", "under_investigation"]).is_empty(),
        ),
        ("6.1.27.8", item.get("cve").is_none() && list(item, "ids").is_empty()),
        ("6.1.27.9", !groups[1].is_subset(&reasons)),
        ("6.1.27.10", !of(&["known_affected"]).is_subset(&actions)),
        ("6.1.29", without_products("remediations")),
        ("6.1.33", flagged.values().any(|count| *count > 1)),
    ];
    failed.extend(checks.into_iter().filter(|(_, fails)| *fails).map(|(number, _)| number));
    failed
}

/// Products that an entry names, directly or by group.
fn products_of(entry: &Value, document: &Value) -> BTreeSet<String> {
    let wanted = texts(entry, "group_ids");
    let groups = list(&document["product_tree"], "product_groups").iter();
    let grouped = groups.filter(|group| wanted.contains(&text(group, "group_id")));
    let ids = grouped.flat_map(|group| texts(group, "product_ids")).chain(texts(entry, "product_ids"));
    ids.map(str::to_owned).collect()
}
