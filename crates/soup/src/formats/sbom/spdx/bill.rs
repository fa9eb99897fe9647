//! Turns an SPDX document into a bill of materials.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::missing::{self, is_nothing};
use super::model::{Checksum, Document, File, IdentifierKind, Package, Relationship};
use super::relations::{Meaning, meaning};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Hash, Scope};
use crate::model::matching::SOURCE_INFO;
use mainstay_base::note::{Gravity, Notes, Unreadable};

/// Makes the bill. Refuses a document without package and file.
pub(super) fn of(mut document: Document) -> Result<Bill, Unreadable> {
    let format = match &document.version {
        Some(version) => format!("SPDX {version} {}", document.syntax.word()),
        None => format!("SPDX {}", document.syntax.word()),
    };
    if document.packages.is_empty() && document.files.is_empty() {
        let reason = format!("{format}: this document lists neither a package nor a file");
        return Err(Unreadable::at("document", reason));
    }
    missing::remark(&mut document);
    external_documents(&mut document);
    let mut bill = Bill {
        format,
        serial: document.namespace.take(),
        created: document.created.take(),
        statements: std::mem::take(&mut document.statements),
        notes: std::mem::take(&mut document.notes),
        ..Bill::default()
    };
    for creator in &document.creators {
        match creator.strip_prefix("Tool:") {
            Some(tool) => bill.tools.push(tool.trim().to_owned()),
            None => bill.authors.extend(party(creator)),
        }
    }
    let known = known(&document, &mut bill.notes);
    let mut graph = Graph { known: &known, parts: Parts::default(), notes: &mut bill.notes };
    for relationship in &document.relationships {
        graph.take(relationship);
    }
    let mut parts = graph.parts;
    parts.described.extend(document.described.iter().cloned());
    bill.components = components(&mut document, &mut bill.notes);
    parts.scopes_and_pedigrees(&mut bill.components);
    bill.subject = subject(&mut bill, &parts.described);
    bill.dependencies = parts.dependencies();
    if bill.dependencies.is_empty() && bill.components.len() + usize::from(bill.subject.is_some()) > 1 {
        let text = "no relationship describes a dependency (`DEPENDS_ON`, `DEPENDENCY_OF`, `CONTAINS`)";
        bill.notes.add(Gravity::Info, "relationships", text);
    }
    Ok(bill)
}

fn external_documents(document: &mut Document) {
    let Document { external, notes, .. } = document;
    for other in external {
        let address = other.address.as_deref().map(|address| format!(" ({address})")).unwrap_or_default();
        let text = format!("the document refers to another one, `{}`{address}, which is not read", other.id);
        notes.add(Gravity::Info, other.place.clone(), text);
    }
}

/// The targets of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Document,
    /// Becomes a component.
    Component,
    /// In the document, but not a component.
    Other,
}

/// The elements by identifier. A repeated identifier gets a remark.
fn known(document: &Document, notes: &mut Notes) -> HashMap<String, Element> {
    let files = if document.packages.is_empty() { Element::Component } else { Element::Other };
    let packages = document.packages.iter().map(|one| (one.id.as_deref(), &one.place, Element::Component));
    let files = document.files.iter().map(|one| (one.id.as_deref(), &one.place, files));
    let others = document.others.iter().map(|one| (Some(one.id.as_str()), &one.place, Element::Other));
    let mut known = HashMap::new();
    known.insert(document.id.clone().unwrap_or_else(|| "SPDXRef-DOCUMENT".to_owned()), Element::Document);
    for (id, place, element) in packages.chain(files).chain(others) {
        let Some(id) = id else { continue };
        if known.contains_key(id) {
            let text = format!("the identifier `{id}` is repeated; relationships mean the first one");
            notes.add(Gravity::Warning, place.clone(), text);
        } else {
            known.insert(id.to_owned(), element);
        }
    }
    known
}

/// The content of the relationships.
#[derive(Default)]
struct Parts {
    described: Vec<String>,
    /// The dependencies, with the scope.
    needs: BTreeMap<String, BTreeMap<String, Scope>>,
    /// The containments.
    contains: Vec<(String, String)>,
    /// Pedigree entries: component, word, other element.
    pedigrees: Vec<(String, &'static str, String)>,
}

struct Graph<'a> {
    known: &'a HashMap<String, Element>,
    parts: Parts,
    notes: &'a mut Notes,
}

impl Graph<'_> {
    fn take(&mut self, relationship: &Relationship) {
        let Relationship { from, kind, to, place } = relationship;
        let meaning = meaning(kind);
        if meaning == Meaning::Nothing {
            self.notes.not_understood(&super::fields::named("relationships[]", kind));
            return;
        }
        let from_element = self.element(from, place);
        if is_nothing(to) {
            // "depends on NONE" states that there is no dependency; NOASSERTION states nothing.
            if to == "NONE"
                && from_element == Some(Element::Component)
                && matches!(meaning, Meaning::Needs(_))
            {
                self.parts.needs.entry(from.clone()).or_default();
            }
            return;
        }
        let to_element = self.element(to, place);
        let (Some(from_element), Some(to_element)) = (from_element, to_element) else { return };
        let components = from_element == Element::Component && to_element == Element::Component;
        match meaning {
            Meaning::Describes => self.parts.described.push(to.clone()),
            Meaning::DescribedBy => self.parts.described.push(from.clone()),
            _ if !components || from == to => {}
            Meaning::Needs(scope) => self.parts.need(from, to, scope),
            Meaning::NeededBy(scope) => self.parts.need(to, from, scope),
            Meaning::Contains => self.parts.contains.push((from.clone(), to.clone())),
            Meaning::ContainedBy => self.parts.contains.push((to.clone(), from.clone())),
            Meaning::PedigreeOf(word) => self.parts.pedigrees.push((to.clone(), word, from.clone())),
            Meaning::Pedigree(word) => self.parts.pedigrees.push((from.clone(), word, to.clone())),
            Meaning::Nothing => {}
        }
    }

    fn element(&mut self, id: &str, place: &str) -> Option<Element> {
        let element = self.known.get(id).copied();
        if element.is_none() && !is_nothing(id) {
            let (gravity, what) = if id.starts_with("DocumentRef-") {
                (Gravity::Info, "an element of another document, which is not read")
            } else {
                (Gravity::Warning, "which is not in the document")
            };
            self.notes.add(gravity, place, format!("the relationship names `{id}`, {what}; it is skipped"));
        }
        element
    }
}

impl Parts {
    /// The strongest scope counts: required before optional before excluded.
    fn need(&mut self, from: &str, on: &str, scope: Scope) {
        let kept = self.needs.entry(from.to_owned()).or_default().entry(on.to_owned()).or_insert(scope);
        *kept = (*kept).min(scope);
    }

    /// A component has the strongest scope of all dependencies on it; a component that is only contained counts as required.
    fn scopes_and_pedigrees(&self, components: &mut [Component]) {
        let mut scopes: HashMap<&str, Scope> = HashMap::new();
        for (on, scope) in self.needs.values().flatten() {
            let kept = scopes.entry(on).or_insert(*scope);
            *kept = (*kept).min(*scope);
        }
        let labels: HashMap<String, String> = components
            .iter()
            .filter(|_| !self.pedigrees.is_empty())
            .map(|component| (component.reference.clone(), component.label()))
            .collect();
        let mut pedigrees: HashMap<&str, Vec<String>> = HashMap::new();
        for (of, word, who) in &self.pedigrees {
            if let Some(label) = labels.get(who) {
                pedigrees.entry(of).or_default().push(format!("{word}: {label}"));
            }
        }
        for component in components {
            component.scope = scopes.get(component.reference.as_str()).copied().unwrap_or_default();
            component.pedigree = pedigrees.remove(component.reference.as_str()).unwrap_or_default();
        }
    }

    /// A containment counts as a dependency, unless another component depends on the part: then it does not show which one brought it.
    fn dependencies(self) -> Vec<Dependency> {
        let needed: BTreeSet<String> = self.needs.values().flat_map(BTreeMap::keys).cloned().collect();
        let mut lines: BTreeMap<String, BTreeSet<String>> =
            self.needs.into_iter().map(|(from, on)| (from, on.into_keys().collect())).collect();
        for (outer, inner) in self.contains {
            if !needed.contains(&inner) {
                lines.entry(outer).or_default().insert(inner);
            }
        }
        lines.into_iter().map(|(from, on)| Dependency { from, on: on.into_iter().collect() }).collect()
    }
}

/// The one described component is the product and is removed from the list. Several described ones stay in it.
fn subject(bill: &mut Bill, described: &[String]) -> Option<Component> {
    let described: BTreeSet<&str> = described.iter().map(String::as_str).collect();
    let of_them: Vec<usize> = bill
        .components
        .iter()
        .enumerate()
        .filter(|(_, component)| described.contains(component.reference.as_str()))
        .map(|(index, _)| index)
        .collect();
    match of_them.as_slice() {
        [index] => Some(bill.components.remove(*index)),
        [] => {
            let text = "no package is marked as the one that the document describes (`DESCRIBES`, `documentDescribes`)";
            bill.notes.add(Gravity::Warning, "document", text);
            None
        }
        several => {
            let text = format!(
                "the document describes {} elements; all are read as components, none as the product",
                several.len()
            );
            bill.notes.add(Gravity::Info, "document", text);
            None
        }
    }
}

/// The packages, or the files if there are none.
fn components(document: &mut Document, notes: &mut Notes) -> Vec<Component> {
    if document.packages.is_empty() {
        notes.add(Gravity::Info, "document", "there is no package; the files are read as components");
        return std::mem::take(&mut document.files).into_iter().filter_map(|one| file(one, notes)).collect();
    }
    std::mem::take(&mut document.packages).into_iter().filter_map(|one| package(one, notes)).collect()
}

fn named(name: Option<String>, id: Option<&str>, place: &str, notes: &mut Notes) -> Option<String> {
    if name.is_some() {
        return name;
    }
    let text = if id.is_some() {
        "it has no name; its identifier is used instead"
    } else {
        "it has neither name nor identifier and is skipped"
    };
    notes.add(if id.is_some() { Gravity::Warning } else { Gravity::Refused }, place, text);
    id.map(str::to_owned)
}

fn package(package: Package, notes: &mut Notes) -> Option<Component> {
    let name = named(package.name, package.id.as_deref(), &package.place, notes)?;
    let mut component = Component {
        reference: package.id.unwrap_or_default(),
        name,
        version: stated(package.version),
        kind: package.purpose.as_deref().map(kind).unwrap_or_default(),
        supplier: stated(package.supplier).or(stated(package.originator)).as_deref().and_then(party),
        description: stated(package.description).or(stated(package.summary)),
        hashes: hashes(package.checksums),
        copyright: stated(package.copyright),
        place: package.place,
        more: stated(package.source).map(|text| (SOURCE_INFO.to_owned(), text)).into_iter().collect(),
        ..Component::default()
    };
    for identifier in package.identifiers {
        let list = match identifier.kind {
            IdentifierKind::Purl => &mut component.purls,
            IdentifierKind::Cpe => &mut component.cpes,
            IdentifierKind::Address => &mut component.addresses,
            IdentifierKind::Swid => {
                component.swid.get_or_insert(identifier.value);
                continue;
            }
        };
        if !list.contains(&identifier.value) {
            list.push(identifier.value);
        }
    }
    for address in [stated(package.download), stated(package.homepage)].into_iter().flatten().rev() {
        if !component.addresses.contains(&address) {
            component.addresses.insert(0, address);
        }
    }
    for licence in [stated(package.concluded), stated(package.declared)].into_iter().flatten() {
        if !component.licences.contains(&licence) {
            component.licences.push(licence);
        }
    }
    Some(component)
}

fn file(file: File, notes: &mut Notes) -> Option<Component> {
    let name = named(file.name, file.id.as_deref(), &file.place, notes)?;
    Some(Component {
        reference: file.id.unwrap_or_default(),
        name,
        kind: ComponentKind::File,
        hashes: hashes(file.checksums),
        licences: stated(file.concluded).into_iter().collect(),
        copyright: stated(file.copyright),
        place: file.place,
        ..Component::default()
    })
}

fn stated(text: Option<String>) -> Option<String> {
    text.filter(|text| !is_nothing(text))
}

/// `Organization: Acme ()` is Acme.
fn party(text: &str) -> Option<String> {
    let name = ["Organization:", "Person:", "Tool:"]
        .iter()
        .find_map(|prefix| text.trim().strip_prefix(prefix))
        .unwrap_or(text)
        .trim();
    let name = name.strip_suffix("()").unwrap_or(name).trim();
    (!is_nothing(name)).then(|| name.to_owned())
}

fn hashes(checksums: Vec<Checksum>) -> Vec<Hash> {
    let mut hashes: Vec<Hash> = checksums
        .into_iter()
        .map(|checksum| Hash {
            algorithm: algorithm(&checksum.algorithm),
            value: checksum.value.trim().to_ascii_lowercase(),
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// SPDX writes `SHA256` and, in RDF, `checksumAlgorithm_blake2b256`; CycloneDX `SHA-256` and `BLAKE2b-256`.
fn algorithm(word: &str) -> String {
    let word = word.strip_prefix("checksumAlgorithm_").unwrap_or(word);
    let upper = word.trim().to_ascii_uppercase().replace('_', "-");
    for (family, spelling) in [("BLAKE2B", "BLAKE2b-"), ("SHA3", "SHA3-"), ("SHA", "SHA-")] {
        let size = upper.strip_prefix(family).map(|size| size.trim_start_matches('-'));
        if let Some(size) = size
            && size.bytes().all(|digit| digit.is_ascii_digit())
            && (1..=3).contains(&size.len())
            // SHA-384 is not a member of the SHA3 family.
            && !(family == "SHA3" && size.len() != 3)
        {
            return format!("{spelling}{size}");
        }
    }
    upper
}

/// Purposes that describe only the packing (`SOURCE`, `ARCHIVE`, `INSTALL`) give no type.
fn kind(purpose: &str) -> ComponentKind {
    match purpose {
        "APPLICATION" => ComponentKind::Application,
        "FRAMEWORK" => ComponentKind::Framework,
        "CONTAINER" => ComponentKind::Container,
        "OPERATING-SYSTEM" => ComponentKind::OperatingSystem,
        "DEVICE" => ComponentKind::Device,
        "FIRMWARE" => ComponentKind::Firmware,
        "FILE" => ComponentKind::File,
        "DATA" => ComponentKind::Data,
        "MODEL" => ComponentKind::MachineLearningModel,
        "DEVICE-DRIVER" => ComponentKind::DeviceDriver,
        "PLATFORM" => ComponentKind::Platform,
        "OTHER" => ComponentKind::Other,
        _ => ComponentKind::Library,
    }
}
