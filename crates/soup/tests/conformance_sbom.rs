//! Every bill of materials of the shared data has a verdict: read, read with remarks, or refused with its reason. None is sampled.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a message if it is not set. `conformance_spdx.rs` covers SPDX.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like the tests themselves")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use mainstay_base::note::{Gravity, Note, Unreadable};
use mainstay_soup::formats::sbom;
use mainstay_soup::model::bill::Bill;
use mainstay_soup::model::component::ComponentKind;
use mainstay_soup::model::diff::{BillDiff, diff};

fn data(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("MAINSTAY_DATA") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return None;
    };
    Some(PathBuf::from(root).join("sbom").join(folder))
}

/// All files below a folder, by their path from it, sorted.
fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(folder, &mut found);
    let mut names: Vec<String> =
        found.iter().map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn read(folder: &Path, name: &str) -> Result<Bill, Unreadable> {
    sbom::read(&std::fs::read(folder.join(name)).unwrap(), name.rsplit('/').next().unwrap())
}

fn understand(folder: &Path, name: &str) -> Bill {
    sbom::understand(&std::fs::read(folder.join(name)).unwrap(), name)
        .unwrap_or_else(|refused| panic!("{name}: {refused}"))
}

fn grave(bill: &Bill) -> Vec<&Note> {
    bill.notes.notes.iter().filter(|note| note.gravity > Gravity::Info).collect()
}

fn register(bill: &Bill) -> BTreeSet<String> {
    bill.components.iter().map(mainstay_soup::model::component::Component::register_line).collect()
}

/// The specification's own valid documents that contradict themselves, though no schema can detect it.
const VALID_BUT_ODD: [(&str, &str); 4] = [
    ("1.3/valid-bom-1.3.json", "the version is `9.0.14`, but its package URL says `1.0.0`"),
    ("1.3/valid-compositions-1.3.xml", "the version is `2.0`, but its package URL says `3.0`"),
    ("1.5/valid-bom-1.5.json", "the version is `9.0.14`, but its package URL says `1.0.0`"),
    ("1.5/valid-compositions-1.5.xml", "the version is `2.0`, but its package URL says `3.0`"),
];

#[test]
fn every_valid_document_of_the_cyclonedx_specification_is_understood_without_remarks() {
    let Some(folder) = data("cyclonedx-spec-tests") else { return };
    let valid: Vec<String> = files(&folder)
        .into_iter()
        .filter(|name| name.contains("/valid-") && !name.ends_with(".textproto"))
        .collect();
    assert_eq!(valid.len(), 235);
    let (mut with_components, mut without) = (0, 0);
    let mut odd = Vec::new();
    for name in &valid {
        let bill = understand(&folder, name);
        odd.extend(grave(&bill).into_iter().map(|note| (name.clone(), note.text.clone())));
        match read(&folder, name) {
            Ok(again) => {
                assert_eq!(again, bill, "{name}");
                with_components += 1;
            }
            // Valid, but without anything for a register: that is reported, and it is the only reason.
            Err(refused) => {
                let reason = format!("{}: this document lists no component", bill.format);
                assert!(refused.reason.starts_with(&reason), "{name}: {refused}");
                assert!(bill.components.is_empty());
                without += 1;
            }
        }
    }
    let expected: Vec<(String, String)> =
        VALID_BUT_ODD.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(odd, expected);
    assert_eq!((with_components, without), (178, 57));
}

/// The report for each kind of invalid document: a part of the place or reason.
const INVALID: [(&str, &str); 29] = [
    ("bomformat", "bomFormat"),
    ("component-ref", "bom-ref"),
    ("component-swid", "swid"),
    ("component-type", "type"),
    ("dependency", "dependencies[0]"),
    ("empty-component", "components[0]"),
    ("hash-alg", "hashes[0].alg"),
    ("hash-md5", "hashes[0].content"),
    ("hash-sha1", "hashes[1].content"),
    ("hash-sha256", "hashes[2].content"),
    ("hash-sha512", "hashes[3].content"),
    ("issue-type", "pedigree.patches[0].resolves[0].type"),
    ("license-choice", "licenses"),
    ("license-declared-concluded-mix", "licenses"),
    ("license-encoding", "text.encoding"),
    ("license-id", "license.id"),
    ("license-id-count", "`id` is repeated here"),
    ("license-missing-id-and-name", "licenses[0].license"),
    ("license-name-count", "`name` is repeated here"),
    ("metadata-license", "metadata.licenses[0].license.id"),
    ("metadata-timestamp", "metadata.timestamp"),
    ("missing-component-type", "components[0]: `type` is missing"),
    ("namespace", "not a supported version of CycloneDX"),
    ("patch-type", "pedigree.patches[0].type"),
    ("properties", "properties[0]"),
    ("scope", "scope"),
    ("serialnumber", "serialNumber"),
    ("service-data", "services[0].data[0].flow"),
    ("unknown", "never met"),
];

#[test]
fn every_invalid_document_of_the_cyclonedx_specification_is_refused_or_reported_with_its_path() {
    let Some(folder) = data("cyclonedx-spec-tests") else { return };
    let invalid: Vec<String> = files(&folder)
        .into_iter()
        .filter(|name| name.contains("/invalid-") && !name.ends_with(".textproto"))
        .collect();
    assert_eq!(invalid.len(), 161);
    let expected: BTreeMap<&str, &str> = INVALID.into_iter().collect();
    let (mut reported, mut refused) = (0, 0);
    for name in &invalid {
        let (_, kind) = name.split_once("/invalid-").unwrap();
        let (kind, _) = kind.rsplit_once("-1.").unwrap();
        let reports: Vec<String> = match read(&folder, name) {
            Ok(bill) => {
                reported += 1;
                grave(&bill).into_iter().map(|note| format!("{}: {}", note.place, note.text)).collect()
            }
            Err(unreadable) => {
                refused += 1;
                vec![unreadable.to_string()]
            }
        };
        assert!(reports.iter().any(|report| report.contains(expected[kind])), "{name}: {reports:?}");
    }
    assert_eq!((reported, refused), (132, 29));
}

#[test]
fn the_text_form_of_protocol_buffers_is_refused_by_its_name() {
    let Some(folder) = data("cyclonedx-spec-tests") else { return };
    let texts: Vec<String> = files(&folder).into_iter().filter(|name| name.ends_with(".textproto")).collect();
    assert_eq!(texts.len(), 107);
    for name in &texts {
        let refused = read(&folder, name).unwrap_err();
        assert!(
            refused.reason.contains("protocol buffers") && refused.reason.contains("JSON or XML"),
            "{name}: {refused}"
        );
    }
}

/// Sets of documents about the same product, with the number of its components.
const SAME: [(&str, usize, &[&str]); 5] = [
    ("SBOM/cern-lhc-vdm-editor-e564943", 43, &["bom.json", "bom.xml"]),
    ("SBOM/dropwizard-1.3.15", 167, &["bom.json", "bom.xml"]),
    ("SBOM/juice-shop/v11.1.2", 840, &["bom.json", "bom.xml"]),
    (
        "SBOM/juice-shop/via_npm/bare",
        978,
        &["bom.1.2.json", "bom.1.2.xml", "bom.1.3.json", "bom.1.3.xml", "bom.1.4.json", "bom.1.4.xml"],
    ),
    (
        "SBOM/laravel-7.12.0",
        62,
        &[
            "bom.1.1.xml",
            "bom.1.2.json",
            "bom.1.2.xml",
            "bom.1.3.json",
            "bom.1.3.xml",
            "bom.1.4.json",
            "bom.1.4.xml",
        ],
    ),
];

#[test]
fn documents_of_the_same_product_give_the_identical_register() {
    let Some(folder) = data("cyclonedx-examples") else { return };
    for (product, components, documents) in SAME {
        let bills: Vec<Bill> =
            documents.iter().map(|name| read(&folder.join(product), name).unwrap()).collect();
        for (name, bill) in documents.iter().zip(&bills) {
            assert_eq!(bill.components.len(), components, "{product}/{name}");
            assert_eq!(register(bill), register(&bills[0]), "{product}/{name}");
            assert_eq!(grave(bill), Vec::<&Note>::new(), "{product}/{name}");
        }
    }
}

#[test]
fn both_syntaxes_of_one_version_give_exactly_the_same_bill() {
    let Some(folder) = data("cyclonedx-examples") else { return };
    for version in ["1.2", "1.3", "1.4"] {
        for product in ["SBOM/juice-shop/via_npm/bare", "SBOM/laravel-7.12.0"] {
            let json = read(&folder.join(product), &format!("bom.{version}.json")).unwrap();
            let xml = read(&folder.join(product), &format!("bom.{version}.xml")).unwrap();
            let unchanged = json.components.len();
            assert_eq!(
                diff(&json, &xml),
                BillDiff { unchanged, ..BillDiff::default() },
                "{product} {version}"
            );
            assert_eq!(json.dependencies, xml.dependencies, "{product} {version}");
        }
    }
}

#[test]
fn every_example_that_only_makes_statements_is_refused_as_a_bill() {
    let Some(folder) = data("cyclonedx-examples") else { return };
    let names = files(&folder.join("VEX"));
    assert_eq!(names.len(), 24);
    let (mut with_components, mut only_products, mut statements) = (0, 0, 0);
    for name in &names {
        let bill = understand(&folder.join("VEX"), name);
        assert_eq!(grave(&bill), Vec::<&Note>::new(), "{name}");
        match read(&folder.join("VEX"), name) {
            Ok(bill) if bill.components.is_empty() => only_products += 1,
            Ok(_) => with_components += 1,
            Err(refused) => {
                assert!(refused.reason.contains("import it as advisory data"), "{name}: {refused}");
                statements += 1;
            }
        }
    }
    assert_eq!((with_components, only_products, statements), (1, 9, 14));
}

#[test]
fn the_medical_gateway_has_the_identical_register_in_every_format() {
    let Some(folder) = data("generated") else { return };
    let names = files(&folder);
    assert_eq!(names.len(), 3);
    for name in &names {
        let bill = read(&folder, name).unwrap();
        let (systems, packages): (Vec<_>, Vec<_>) =
            bill.components.iter().partition(|component| component.kind == ComponentKind::OperatingSystem);
        // CycloneDX lists the operating system as a component, SPDX does not.
        assert_eq!(systems.len(), usize::from(name.contains("cdx1")), "{name}");
        assert_eq!(packages.len(), 175, "{name}");
        assert!(packages.iter().all(|package| !package.purls.is_empty()), "{name}");
        let first = read(&folder, &names[0]).unwrap();
        let mut expected = register(&first);
        expected.retain(|line| line.starts_with("pkg:"));
        let lines: BTreeSet<String> = packages.iter().map(|package| package.register_line()).collect();
        assert_eq!(lines, expected, "{name}");
    }
}

/// Files from other programs' test suites and bug reports: number of components, or the refusal.
const OTHERS: [(&str, Result<usize, &str>); 35] = [
    ("dependency-track/apiserver/unit/bom-1.xml", Ok(1)),
    ("dependency-track/apiserver/unit/bom-component-property.json", Ok(1)),
    ("dependency-track/apiserver/unit/bom-custom-license.json", Ok(3)),
    ("dependency-track/apiserver/unit/bom-empty.json", Err("lists no component")),
    ("dependency-track/apiserver/unit/bom-license-expression-single-license.json", Ok(1)),
    ("dependency-track/apiserver/unit/bom-license-expression.json", Ok(1)),
    ("dependency-track/apiserver/unit/bom-metadata-components.json", Ok(185)),
    ("dependency-track/apiserver/unit/bom-metadata-timestamp.json", Err("lists no component")),
    ("dependency-track/apiserver/unit/bom-metadata-tool-deprecated.json", Err("lists no component")),
    ("dependency-track/apiserver/unit/bom-metadata-tool.json", Err("lists no component")),
    ("dependency-track/apiserver/unit/bom-no-purl.json", Ok(1)),
    ("dependency-track/apiserver/unit/bom-service.json", Ok(2)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.0.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.1.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.2.json", Ok(2)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.2.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.3.json", Ok(2)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.3.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.4.json", Ok(2)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.4.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.5.json", Ok(2)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.5.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.6.json", Ok(2)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.6.xml", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.7.json", Ok(3)),
    ("dependency-track/apiserver/unit/cyclonedx/valid-bom-1.7.xml", Ok(3)),
    ("trivy/sbom/centos-7-cyclonedx.intoto.jsonl", Ok(3)),
    ("trivy/sbom/centos-7-cyclonedx.json", Ok(3)),
    ("trivy/sbom/fluentd-multiple-lockfiles-cyclonedx.json", Ok(4)),
    ("trivy/sbom/license-cyclonedx.json", Ok(4)),
    ("trivy/sbom/minikube-kbom.json", Ok(17)),
    ("trivy/vex/config/repository.yaml", Err("not recognised")),
    ("trivy/vex/file/openvex.json", Err("OpenVEX")),
    ("trivy/vex/repositories/default/0.1/index.json", Err("not recognised")),
    ("trivy/vex/repositories/default/vex-repository.json", Err("not recognised")),
];
/// Read by `conformance_spdx.rs`.
const SPDX_THERE: [&str; 2] = ["trivy/sbom/centos-7-spdx.json", "trivy/sbom/centos-7-spdx.txt"];

#[test]
fn files_of_other_programs_are_read_or_refused_with_a_clear_reason() {
    let Some(folder) = data("") else { return };
    let there: BTreeSet<String> = ["dependency-track", "trivy"]
        .into_iter()
        .flat_map(|part| files(&folder.join(part)).into_iter().map(move |name| format!("{part}/{name}")))
        .collect();
    let listed = OTHERS.iter().map(|(name, _)| *name).chain(SPDX_THERE);
    assert_eq!(there, listed.map(str::to_owned).collect());
    for (name, expected) in OTHERS {
        match (read(&folder, name), expected) {
            (Ok(bill), Ok(components)) => assert_eq!(bill.components.len(), components, "{name}"),
            (Err(refused), Err(reason)) => assert!(refused.reason.contains(reason), "{name}: {refused}"),
            (found, expected) => panic!("{name}: {found:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn no_document_is_taken_for_what_it_is_not() {
    let Some(folder) = data("schemas") else { return };
    let names = files(&folder);
    assert_eq!(names.len(), 19);
    for name in &names {
        assert!(read(&folder, name).is_err(), "{name}");
    }
}
