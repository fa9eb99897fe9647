//! Round trip: a written bill reads back the same, as far as the format has fields for it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

use super::super::{finish, understand};
use super::*;
use crate::model::bill::Dependency;
use crate::model::component::{Component, ComponentKind, Hash, Scope};

const MADE: Made<'static> =
    Made { at: "2026-01-31T08:15:00Z", uuid: "3e671687-395b-41f5-a30f-a58921a69b79", version: "0.1.0" };

fn text() -> impl Strategy<Value = String> {
    "[A-Za-zé][A-Za-z0-9é\"\\\\ ._+-]{0,8}[a-z0-9]"
}

fn hash() -> impl Strategy<Value = Hash> {
    prop_oneof![
        "[0-9a-f]{32}".prop_map(|value| Hash { algorithm: "MD5".to_owned(), value }),
        "[0-9a-f]{64}".prop_map(|value| Hash { algorithm: "SHA-256".to_owned(), value }),
        "[0-9a-f]{64}".prop_map(|value| Hash { algorithm: "SHA3-256".to_owned(), value }),
    ]
}

fn licence() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "MIT",
        "Apache-2.0",
        "MIT OR Apache-2.0",
        "GPL-2.0-only WITH Classpath-exception-2.0",
    ])
    .prop_map(str::to_owned)
}

fn purl() -> impl Strategy<Value = String> {
    "[a-z]{1,8}@[0-9]\\.[0-9]".prop_map(|rest| format!("pkg:npm/{rest}"))
}

fn cpe() -> impl Strategy<Value = String> {
    "[a-z]{1,8}:[a-z]{1,8}:[0-9]".prop_map(|rest| format!("cpe:2.3:a:{rest}:*:*:*:*:*:*:*"))
}

fn address() -> impl Strategy<Value = String> {
    "[a-z]{1,8}/[a-z0-9]{1,8}".prop_map(|rest| format!("https://example.com/{rest}"))
}

/// Content that both formats carry.
fn component(kinds: Vec<ComponentKind>) -> impl Strategy<Value = Component> {
    let texts = (text(), option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    let identifiers =
        (vec(purl(), 0..2), vec(cpe(), 0..2), option::of("[a-z0-9-]{1,20}"), btree_set(hash(), 0..3));
    let rest = (vec(licence(), 0..2), btree_set(address(), 0..3), prop::sample::select(kinds));
    let scope = prop::sample::select(vec![Scope::Required, Scope::Optional, Scope::Excluded]);
    (texts, identifiers, rest, scope).prop_map(|(texts, identifiers, rest, scope)| {
        let (name, version, supplier, description, copyright) = texts;
        let (purls, cpes, swid, hashes) = identifiers;
        let (licences, addresses, kind) = rest;
        Component {
            name,
            version,
            supplier,
            description,
            copyright,
            purls,
            cpes,
            swid,
            hashes: hashes.into_iter().collect(),
            licences,
            addresses: addresses.into_iter().collect(),
            kind,
            scope,
            ..Component::default()
        }
    })
}

fn bill(kinds: Vec<ComponentKind>) -> impl Strategy<Value = Bill> {
    let components = vec(component(kinds.clone()), 2..8);
    let edges = btree_set((0_usize..9, 0_usize..9), 0..12);
    let authors = btree_set(text(), 0..3);
    (components, component(kinds), edges, authors).prop_map(
        |(mut components, mut subject, edges, authors)| {
            subject.reference = "SPDXRef-subject".to_owned();
            subject.scope = Scope::Required;
            let mut references = vec![subject.reference.clone()];
            for (index, component) in components.iter_mut().enumerate() {
                component.reference = format!("SPDXRef-{index}");
                references.push(component.reference.clone());
            }
            let mut lines: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (from, on) in edges.into_iter().filter(|(from, on)| from != on && *on != 0) {
                if let (Some(from), Some(on)) = (references.get(from), references.get(on)) {
                    lines.entry(from.clone()).or_default().insert(on.clone());
                }
            }
            let dependencies = lines
                .into_iter()
                .map(|(from, on)| Dependency { from, on: on.into_iter().collect() })
                .collect();
            let authors = authors.into_iter().collect();
            finish::finish(Bill {
                subject: Some(subject),
                components,
                dependencies,
                authors,
                ..Bill::default()
            })
        },
    )
}

/// The part that is compared: everything but the place in the document and the remarks.
fn content(bill: &Bill) -> Bill {
    let bare = |component: &Component| Component { place: String::new(), ..component.clone() };
    let mut components: Vec<Component> = bill.components.iter().map(bare).collect();
    components.sort_by(|one, two| one.reference.cmp(&two.reference));
    Bill {
        subject: bill.subject.as_ref().map(bare),
        components,
        authors: bill.authors.clone(),
        dependencies: bill.dependencies.clone(),
        ..Bill::default()
    }
}

fn both_carry() -> Vec<ComponentKind> {
    use ComponentKind as Kind;
    vec![Kind::Application, Kind::Framework, Kind::Library, Kind::Container, Kind::OperatingSystem]
        .into_iter()
        .chain([Kind::Device, Kind::Firmware, Kind::File, Kind::Other])
        .collect()
}

fn cyclonedx_carries() -> Vec<ComponentKind> {
    use ComponentKind as Kind;
    let further = [
        Kind::Platform,
        Kind::DeviceDriver,
        Kind::MachineLearningModel,
        Kind::Data,
        Kind::CryptographicAsset,
    ];
    both_carry().into_iter().filter(|kind| *kind != Kind::Other).chain(further).collect()
}

proptest! {
    #[test]
    fn spdx_written_and_read_is_the_same_bill(bill in bill(both_carry())) {
        let mut bill = bill;
        // Only the dependencies give the scope.
        let needed: BTreeSet<String> = bill.dependencies.iter().flat_map(|line| line.on.clone()).collect();
        for component in bill.components.iter_mut().filter(|one| !needed.contains(&one.reference)) {
            component.scope = Scope::Required;
        }
        let back = understand(spdx_2_3_json(&bill, &MADE).as_bytes(), "bom.json").unwrap();
        prop_assert_eq!(content(&back), content(&bill));
    }

    #[test]
    fn cyclonedx_written_and_read_is_the_same_bill(bill in bill(cyclonedx_carries()), groups in vec(option::of(text()), 8), depths in vec(0_usize..4, 8)) {
        let mut bill = bill;
        let mut chain: Vec<String> = Vec::new();
        for ((component, group), depth) in bill.components.iter_mut().zip(groups).zip(depths) {
            component.group = group;
            chain.truncate(depth);
            component.inside = chain.clone();
            component.pedigree = component.description.clone().into_iter().collect();
            chain.push(component.reference.clone());
        }
        let bill = finish::finish(bill);
        let back = understand(cyclonedx_1_6_json(&bill, &MADE).as_bytes(), "bom.json").unwrap();
        prop_assert_eq!(content(&back), content(&bill));
    }
}

#[test]
fn the_same_bill_gives_the_same_bytes_and_names_its_author() {
    let zlib = Component { reference: "a".to_owned(), name: "zlib".to_owned(), ..Component::default() };
    let bill = Bill { components: vec![zlib], tools: vec!["syft 1.2".to_owned()], ..Bill::default() };
    for (written, place) in [
        (
            cyclonedx_1_6_json as fn(&Bill, &Made<'_>) -> String,
            "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        ),
        (spdx_2_3_json, "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"),
    ] {
        assert_eq!(written(&bill, &MADE), written(&bill, &MADE));
        let back = understand(written(&bill, &MADE).as_bytes(), "bom.json").unwrap();
        assert_eq!(back.serial.as_deref(), Some(place));
        assert_eq!(back.created.as_deref(), Some("2026-01-31T08:15:00Z"));
        assert_eq!(back.tools.len(), 2);
        assert_eq!(back.tools[0], "syft 1.2");
        assert_eq!((back.subject, back.components.len()), (None, 1));
    }
}

#[test]
fn services_are_written_as_services() {
    let service = Component {
        reference: "s".to_owned(),
        name: "login".to_owned(),
        kind: ComponentKind::Service,
        supplier: Some("Acme".to_owned()),
        addresses: vec!["https://login.example.com/".to_owned()],
        ..Component::default()
    };
    let bill = finish::finish(Bill { components: vec![service], ..Bill::default() });
    let back = understand(cyclonedx_1_6_json(&bill, &MADE).as_bytes(), "bom.json").unwrap();
    assert_eq!(content(&back), content(&bill));
}

#[test]
fn data_without_a_field_in_a_format_is_left_out() {
    let odd = Component {
        reference: "pkg:a/b c".to_owned(),
        name: "odd".to_owned(),
        hashes: vec![Hash { algorithm: "CRC".to_owned(), value: "00".to_owned() }],
        addresses: vec!["not an address".to_owned()],
        licences: vec!["Our own terms".to_owned()],
        ..Component::default()
    };
    let bill = Bill {
        components: vec![odd.clone(), Component { reference: "pkg:a/b-c".to_owned(), ..odd }],
        ..Bill::default()
    };
    let spdx = spdx_2_3_json(&bill, &MADE);
    assert!(!spdx.contains("CRC") && !spdx.contains("not an address"));
    assert!(spdx.contains("Declared as: Our own terms"));
    assert!(spdx.contains("\"SPDXRef-pkg-a-b-c\"") && spdx.contains("\"SPDXRef-pkg-a-b-c-2\""));
    let cyclonedx = cyclonedx_1_6_json(&bill, &MADE);
    assert!(!cyclonedx.contains("CRC") && !cyclonedx.contains("not an address"));
    assert!(cyclonedx.contains("Our own terms"));
}

#[test]
fn addresses_in_gits_short_form_are_written_as_urls_and_others_are_left_out() {
    let texts = [
        "git@github.com:dfcreative/color-name.git",
        "https://example.org/a",
        "C:\\work",
        "a@b c:d",
        "1:2@",
        "http://[x",
    ];
    let component = Component {
        reference: "c".to_owned(),
        name: "color-name".to_owned(),
        addresses: texts.map(str::to_owned).to_vec(),
        ..Component::default()
    };
    let bill = Bill { components: vec![component], ..Bill::default() };
    let written = understand(cyclonedx_1_6_json(&bill, &MADE).as_bytes(), "bom.json").unwrap();
    assert_eq!(
        written.components[0].addresses,
        ["ssh://git@github.com/dfcreative/color-name.git", "https://example.org/a"]
    );
}

#[test]
fn a_licence_that_is_an_expression_is_written_as_one_whatever_it_was_told_as() {
    for (name, written) in [
        ("LicenseRef-Vendor", json!([{ "expression": "LicenseRef-Vendor" }])),
        ("MIT AND LicenseRef-Vendor", json!([{ "expression": "MIT AND LicenseRef-Vendor" }])),
        ("Apache-1.1+", json!([{ "expression": "Apache-1.1+" }])),
        ("MIT", json!([{ "license": { "id": "MIT" } }])),
        ("NOASSERTION", json!([{ "license": { "name": "NOASSERTION" } }])),
        ("House rules", json!([{ "license": { "name": "House rules" } }])),
    ] {
        let read = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
            {"type": "library", "bom-ref": "a", "name": "a", "licenses": [{"license": {"name": name}}]}]});
        let bill = understand(read.to_string().as_bytes(), "bom.json").unwrap();
        let again: serde_json::Value = serde_json::from_str(&cyclonedx_1_6_json(&bill, &MADE)).unwrap();
        assert_eq!(again["components"][0]["licenses"], written, "{name}");
    }
}
