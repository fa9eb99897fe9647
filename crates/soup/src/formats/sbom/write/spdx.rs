//! A bill as SPDX 2.3.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::{Made, Object, is_address};
use crate::model::bill::Bill;
use crate::model::component::{Component, ComponentKind, Hash, Scope};

/// Digests that SPDX 2.3 knows, in its spelling.
const ALGORITHMS: [&str; 17] = [
    "ADLER32",
    "BLAKE2b-256",
    "BLAKE2b-384",
    "BLAKE2b-512",
    "BLAKE3",
    "MD2",
    "MD4",
    "MD5",
    "MD6",
    "SHA1",
    "SHA224",
    "SHA256",
    "SHA384",
    "SHA512",
    "SHA3-256",
    "SHA3-384",
    "SHA3-512",
];
const DOCUMENT: &str = "SPDXRef-DOCUMENT";

/// The document.
pub(super) fn document(bill: &Bill, made: &Made<'_>) -> Value {
    let ids = identifiers(bill);
    let id = |reference: &str| ids.get(reference).map_or(DOCUMENT, String::as_str);
    let mut root = Object::default();
    root.value("spdxVersion", "SPDX-2.3".into());
    root.value("dataLicense", "CC0-1.0".into());
    root.value("SPDXID", DOCUMENT.into());
    root.value(
        "name",
        bill.subject.as_ref().map_or_else(|| "Bill of materials".to_owned(), Component::label).into(),
    );
    root.value("documentNamespace", made.serial().into());
    let tools = bill.tools.iter().map(|tool| format!("Tool: {tool}"));
    let own = format!("Tool: Mainstay-{}", made.version);
    let authors = bill.authors.iter().map(|author| format!("Organization: {author}"));
    let creators: Vec<String> = authors.chain(tools).chain([own]).collect();
    root.value("creationInfo", json!({ "created": made.at, "creators": creators }));
    let all = || bill.subject.iter().chain(&bill.components);
    root.value("packages", all().map(|one| package(one, id(&one.reference))).collect());
    // Without a product every component is described: a single described one would become the product.
    let described: Vec<&str> = match &bill.subject {
        Some(subject) => vec![id(&subject.reference)],
        None if bill.components.len() > 1 => bill.components.iter().map(|one| id(&one.reference)).collect(),
        None => Vec::new(),
    };
    let mut relationships: Vec<Value> =
        described.iter().map(|described| relationship(DOCUMENT, "DESCRIBES", described)).collect();
    relationships.extend(needs(bill, &ids));
    root.list("relationships", relationships);
    root.done()
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

/// The dependencies; the relationship type gives the scope of the target.
fn needs(bill: &Bill, ids: &HashMap<&str, String>) -> Vec<Value> {
    let scopes: HashMap<&str, Scope> =
        bill.components.iter().map(|one| (one.reference.as_str(), one.scope)).collect();
    let mut relationships = Vec::new();
    for line in &bill.dependencies {
        let Some(from) = ids.get(line.from.as_str()) else { continue };
        if line.on.is_empty() {
            relationships.push(relationship(from, "DEPENDS_ON", "NONE"));
        }
        for reference in &line.on {
            let Some(on) = ids.get(reference.as_str()) else { continue };
            relationships.push(match scopes.get(reference.as_str()).copied().unwrap_or_default() {
                Scope::Required => relationship(from, "DEPENDS_ON", on),
                Scope::Optional => relationship(on, "OPTIONAL_DEPENDENCY_OF", from),
                Scope::Excluded => relationship(on, "DEV_DEPENDENCY_OF", from),
            });
        }
    }
    relationships
}

/// An SPDX identifier for each reference: the reference itself if it is valid, otherwise its letters, digits, dots and hyphens.
fn identifiers(bill: &Bill) -> HashMap<&str, String> {
    let mut ids = HashMap::new();
    let mut taken: BTreeSet<String> = [DOCUMENT.to_owned()].into();
    for component in bill.subject.iter().chain(&bill.components) {
        let reference = component.reference.as_str();
        let rest = reference.strip_prefix("SPDXRef-").unwrap_or(reference);
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '.' || letter == '-';
        let rest: String = rest.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
        let mut id = format!("SPDXRef-{rest}");
        let mut number = 2_usize;
        while taken.contains(&id) {
            id = format!("SPDXRef-{rest}-{number}");
            number += 1;
        }
        taken.insert(id.clone());
        ids.entry(reference).or_insert(id);
    }
    ids
}

fn package(component: &Component, id: &str) -> Value {
    let mut object = Object::default();
    object.value("SPDXID", id.into());
    object.text("name", Some(&component.name));
    object.text("versionInfo", component.version.as_deref());
    let supplier = component.supplier.as_ref().map(|supplier| format!("Organization: {supplier}"));
    object.text("supplier", supplier.as_deref());
    // It is not known which of the addresses is for download.
    object.value("downloadLocation", "NOASSERTION".into());
    object.value("filesAnalyzed", false.into());
    object.text("description", component.description.as_deref());
    object.text("copyrightText", component.copyright.as_deref());
    object.value("licenseConcluded", "NOASSERTION".into());
    let declared = declared(&component.licences);
    if declared.is_none() && !component.licences.is_empty() {
        let declared_as = format!("Declared as: {}", component.licences.join("; "));
        object.text("licenseComments", Some(&declared_as));
    }
    object.value("licenseDeclared", declared.unwrap_or_else(|| "NOASSERTION".to_owned()).into());
    object.list("checksums", component.hashes.iter().filter_map(checksum).collect());
    object.list("externalRefs", references(component));
    object.value("primaryPackagePurpose", purpose(component.kind).into());
    object.text("comment", Some(&component.pedigree.join("\n")));
    object.done()
}

fn references(component: &Component) -> Vec<Value> {
    let reference = |category: &str, kind: &str, locator: &str| json!({ "referenceCategory": category, "referenceType": kind, "referenceLocator": locator });
    // A locator has no spaces.
    let fits = |text: &&String| !text.is_empty() && !text.chars().any(char::is_whitespace);
    let mut references = Vec::new();
    for purl in component.purls.iter().filter(fits) {
        references.push(reference("PACKAGE-MANAGER", "purl", purl));
    }
    for cpe in component.cpes.iter().filter(fits) {
        let kind = if cpe.starts_with("cpe:2.3:") { "cpe23Type" } else { "cpe22Type" };
        references.push(reference("SECURITY", kind, cpe));
    }
    for tag in component.swid.iter().filter(fits) {
        references.push(reference("SECURITY", "swid", tag));
    }
    for address in component.addresses.iter().filter(|address| is_address(address)) {
        references.push(reference("OTHER", "url", address));
    }
    references
}

/// The licences as one expression, if all of them are expressions.
fn declared(licences: &[String]) -> Option<String> {
    let parts: Option<Vec<String>> = licences
        .iter()
        .map(|licence| {
            spdx::Expression::parse(licence).ok()?;
            let several = licences.len() > 1 && licence.contains(' ');
            Some(if several { format!("({licence})") } else { licence.clone() })
        })
        .collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join(" AND "))
}

fn checksum(hash: &Hash) -> Option<Value> {
    let algorithm = match hash.algorithm.strip_prefix("SHA-") {
        Some(size) => format!("SHA{size}"),
        None => hash.algorithm.clone(),
    };
    ALGORITHMS
        .contains(&algorithm.as_str())
        .then(|| json!({ "algorithm": algorithm, "checksumValue": hash.value }))
}

fn purpose(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Application => "APPLICATION",
        ComponentKind::Framework => "FRAMEWORK",
        ComponentKind::Library => "LIBRARY",
        ComponentKind::Container => "CONTAINER",
        ComponentKind::OperatingSystem => "OPERATING_SYSTEM",
        ComponentKind::Device => "DEVICE",
        ComponentKind::Firmware => "FIRMWARE",
        ComponentKind::File => "FILE",
        ComponentKind::Platform
        | ComponentKind::DeviceDriver
        | ComponentKind::MachineLearningModel
        | ComponentKind::Data
        | ComponentKind::CryptographicAsset
        | ComponentKind::Service
        | ComponentKind::Other => "OTHER",
    }
}
