//! A bill as CycloneDX 1.6.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::{Made, Object, address};
use crate::model::bill::Bill;
use crate::model::component::{Component, ComponentKind, Hash, Scope};

/// Digests that CycloneDX 1.6 knows.
const ALGORITHMS: [&str; 12] = [
    "MD5",
    "SHA-1",
    "SHA-256",
    "SHA-384",
    "SHA-512",
    "SHA3-256",
    "SHA3-384",
    "SHA3-512",
    "BLAKE2b-256",
    "BLAKE2b-384",
    "BLAKE2b-512",
    "BLAKE3",
];

/// Licence identifiers that are newer than the list of CycloneDX 1.6 (or none, as NOASSERTION): they are written as names.
const YOUNGER: [&str; 20] = [
    "BSD-2-Clause-pos-unchanged",
    "BSD-3-Clause-OpenWebUI",
    "BSD-Source-Code-no-disclaimer",
    "BSD-Source-alt-GPL",
    "BSD-ask-to-endorse",
    "Brian-Gladman-3-Clause-no-conversion",
    "Bugroff",
    "CC-BY-NC-3.0-IGO",
    "FDK-MPEG-H",
    "GFDL-1.1-invariants",
    "GFDL-1.1-no-invariants",
    "GFDL-1.2-invariants",
    "GFDL-1.2-no-invariants",
    "GFDL-1.3-invariants",
    "GFDL-1.3-no-invariants",
    "Hippocratic-3.0-core",
    "Informatica",
    "MVT-1.1",
    "NOASSERTION",
    "atc-game",
];

/// The document.
pub(super) fn document(bill: &Bill, made: &Made<'_>) -> Value {
    let tree = Tree::of(bill);
    let mut root = Object::default();
    root.value("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json".into());
    root.value("bomFormat", "CycloneDX".into());
    root.value("specVersion", "1.6".into());
    root.value("serialNumber", made.serial().into());
    root.value("version", 1.into());
    root.value("metadata", metadata(bill, made, &tree));
    root.value("components", Value::Array(tree.under(None, false)));
    root.list("services", tree.under(None, true));
    let line = |line: &crate::model::bill::Dependency| {
        let mut object = Object::default();
        object.value("ref", line.from.as_str().into());
        object.list("dependsOn", line.on.iter().map(|on| on.as_str().into()).collect());
        object.done()
    };
    root.list("dependencies", bill.dependencies.iter().map(line).collect());
    root.done()
}

fn metadata(bill: &Bill, made: &Made<'_>, tree: &Tree<'_>) -> Value {
    let mut metadata = Object::default();
    metadata.value("timestamp", made.at.into());
    let own = json!({ "type": "application", "name": "Mainstay", "version": made.version });
    let others = once(&bill.tools).map(|tool| json!({ "type": "application", "name": tool }));
    metadata.value("tools", json!({ "components": others.chain([own]).collect::<Vec<Value>>() }));
    metadata.list("authors", once(&bill.authors).map(|author| json!({ "name": author })).collect());
    if let Some(subject) = &bill.subject {
        metadata.value("component", tree.component(subject));
    }
    metadata.done()
}

/// Each text once: CycloneDX allows no duplicates in a list.
fn once(texts: &[String]) -> impl Iterator<Item = &String> {
    let mut seen = BTreeSet::new();
    texts.iter().filter(move |text| seen.insert(text.as_str()))
}

/// Which component is nested in which.
struct Tree<'b> {
    children: HashMap<Option<&'b str>, Vec<&'b Component>>,
}

impl<'b> Tree<'b> {
    /// A component is nested in another one only if the whole chain of outer ones agrees; chains grow by one, so there is no cycle.
    fn of(bill: &'b Bill) -> Self {
        let known: HashMap<&str, &Component> =
            bill.components.iter().chain(&bill.subject).map(|one| (one.reference.as_str(), one)).collect();
        let mut children: HashMap<Option<&str>, Vec<&Component>> = HashMap::new();
        for component in &bill.components {
            let outer = component.inside.split_last().and_then(|(last, before)| {
                let outer = known.get(last.as_str())?;
                let same_sort = is_service(outer) == is_service(component);
                (outer.inside == before && same_sort).then_some(outer.reference.as_str())
            });
            children.entry(outer).or_default().push(component);
        }
        Self { children }
    }

    fn under(&self, outer: Option<&str>, services: bool) -> Vec<Value> {
        let inner = self.children.get(&outer).into_iter().flatten();
        inner.filter(|one| is_service(one) == services).map(|one| self.component(one)).collect()
    }

    fn component(&self, component: &Component) -> Value {
        let mut object = Object::default();
        object.text("bom-ref", Some(&component.reference));
        object.text("name", Some(&component.name));
        object.text("group", component.group.as_deref());
        object.text("version", component.version.as_deref());
        object.text("description", component.description.as_deref());
        object.list("licenses", licences(&component.licences));
        let mut seen = BTreeSet::new();
        let texts = component.addresses.iter().filter_map(|text| address(text));
        let addresses: Vec<_> = texts.filter(|address| seen.insert(address.clone())).collect();
        let supplier = component.supplier.as_ref().map(|supplier| json!({ "name": supplier }));
        if is_service(component) {
            object.list("endpoints", addresses.iter().map(|address| json!(address)).collect());
            supplier.into_iter().for_each(|provider| object.value("provider", provider));
            object.list("services", self.under(Some(&component.reference), true));
            return object.done();
        }
        object.value("type", kind(component.kind));
        supplier.into_iter().for_each(|supplier| object.value("supplier", supplier));
        match component.scope {
            Scope::Required => {}
            Scope::Optional => object.value("scope", "optional".into()),
            Scope::Excluded => object.value("scope", "excluded".into()),
        }
        object.list("hashes", component.hashes.iter().filter(|hash| is_known(hash)).map(hash).collect());
        object.text("copyright", component.copyright.as_deref());
        object.text("purl", component.purls.first().map(String::as_str));
        object.text("cpe", component.cpes.iter().find(|cpe| is_cpe(cpe)).map(String::as_str));
        if let Some(tag) = &component.swid {
            object.value("swid", json!({ "tagId": tag, "name": component.name }));
        }
        if !component.pedigree.is_empty() {
            object.value("pedigree", json!({ "notes": component.pedigree.join("\n") }));
        }
        object.list(
            "externalReferences",
            addresses.iter().map(|address| json!({ "type": "other", "url": address })).collect(),
        );
        object.list("components", self.under(Some(&component.reference), false));
        object.done()
    }
}

fn is_service(component: &Component) -> bool {
    component.kind == ComponentKind::Service
}

/// CycloneDX has no word for "none of these"; it uses library for a part of unknown kind.
fn kind(kind: ComponentKind) -> Value {
    match kind {
        ComponentKind::Other => "library".into(),
        ComponentKind::Application
        | ComponentKind::Framework
        | ComponentKind::Library
        | ComponentKind::Container
        | ComponentKind::Platform
        | ComponentKind::OperatingSystem
        | ComponentKind::Device
        | ComponentKind::DeviceDriver
        | ComponentKind::Firmware
        | ComponentKind::File
        | ComponentKind::MachineLearningModel
        | ComponentKind::Data
        | ComponentKind::CryptographicAsset
        | ComponentKind::Service => json!(kind),
    }
}

/// CycloneDX accepts only digests of these algorithms and lengths.
fn is_known(hash: &Hash) -> bool {
    ALGORITHMS.contains(&hash.algorithm.as_str())
        && matches!(hash.value.len(), 32 | 40 | 64 | 96 | 128)
        && hash.value.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn hash(hash: &Hash) -> Value {
    json!({ "alg": hash.algorithm, "content": hash.value })
}

/// CycloneDX checks CPE names against a strict pattern; only names that our own reader accepts are written.
fn is_cpe(cpe: &str) -> bool {
    crate::model::cpe::Cpe::parse(cpe).is_ok()
}

/// An expression is a single entry; several licences are identifiers or names.
fn licences(licences: &[String]) -> Vec<Value> {
    if let [one] = licences
        && is_expression(one)
    {
        return vec![json!({ "expression": one })];
    }
    licences
        .iter()
        .filter(|licence| !licence.trim().is_empty())
        .map(|licence| {
            let known = spdx::license_id(licence).is_some_and(|known| known.name == licence)
                && !YOUNGER.contains(&licence.as_str());
            json!({ "license": if known { json!({ "id": licence }) } else { json!({ "name": licence }) } })
        })
        .collect()
}

/// More than the bare identifier of a licence: also `LicenseRef-Vendor` and `Apache-1.1+`, which some libraries write as names.
fn is_expression(licence: &str) -> bool {
    spdx::license_id(licence).is_none_or(|known| known.name != licence)
        && spdx::Expression::parse(licence).is_ok()
}
