//! Reads the records of SPDX 2 in the JSON form into the model, one by one. YAML, XML, RDF and tag-value are converted to this form first.

use serde_json::Value;

use super::fields::{Fields, named};
use super::model::{
    Checksum, Document, ExternalDocument, File, Identifier, IdentifierKind, Other, Package, Relationship,
};
use crate::model::matching::names_source;
use mainstay_base::note::{Gravity, Notes};

/// Lists of the document whose items are separate records.
pub(super) const STREAMED: [&str; 4] = ["packages", "files", "snippets", "relationships"];

/// Reads a member of the document object, which is at `place`.
pub(super) fn member(document: &mut Document, key: &str, value: Value, place: String) {
    if STREAMED.contains(&key) {
        return items(document, key, value, &place);
    }
    match key {
        "creationInfo" => return creation(document, value, place),
        "externalDocumentRefs" => return each(document, value, &place, external),
        "documentDescribes" => return each(document, value, &place, described),
        // Before 2.2 everything was under one more name.
        "Document" => return whole(document, value, &format!("{place}.")),
        _ => {}
    }
    let one = Value::Object([(key.to_owned(), value)].into_iter().collect());
    let Some(mut field) = Fields::of(one, "", place, &mut document.notes) else { return };
    match key {
        "spdxVersion" => {
            let version = field.text(key).map(|text| text.trim_start_matches("SPDX-").to_owned());
            document.version = version.map(|version| version.chars().take(VERSION_CHARS_MAX).collect());
        }
        "dataLicense" => document.data_licence = field.text(key),
        "SPDXID" => document.id = field.text(key),
        "name" => document.name = field.text(key),
        "documentNamespace" => document.namespace = field.text(key),
        _ => field.finish(),
    }
}

/// Reads a whole document. `root` is the prefix of its members in places (`$.`).
pub(super) fn whole(document: &mut Document, value: Value, root: &str) {
    let Value::Object(members) = value else {
        return document.notes.add(Gravity::Refused, root.trim_end_matches('.'), "an object was expected");
    };
    for (key, value) in members {
        let place = format!("{root}{}", named("", &key));
        member(document, &key, value, place);
    }
}

/// Maximum characters of a version that are shown.
const VERSION_CHARS_MAX: usize = 20;

/// Returns each item of a list, or the value itself if it is not a list.
fn each(document: &mut Document, value: Value, place: &str, take: fn(&mut Document, Value, String)) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for (index, item) in items.into_iter().enumerate() {
                take(document, item, format!("{place}[{index}]"));
            }
        }
        other => take(document, other, place.to_owned()),
    }
}

/// Reads what the document describes: an identifier or, before 2.2, the element itself.
fn described(document: &mut Document, value: Value, place: String) {
    match value {
        Value::String(id) => document.described.push(id),
        Value::Object(mut elements) => {
            for (name, list) in [("Package", "packages"), ("File", "files")] {
                let Some(value) = elements.remove(name) else { continue };
                let id = value.get("SPDXID").and_then(Value::as_str).map(str::to_owned);
                document.described.extend(id);
                element(document, list, value, format!("{place}.{name}"));
            }
        }
        _ => document.notes.add(Gravity::Refused, place, "an identifier was expected; skipped"),
    }
}

fn items(document: &mut Document, list: &str, value: Value, place: &str) {
    let take = match list {
        "packages" => package,
        "files" => file,
        "relationships" => relationship,
        _ => other,
    };
    each(document, value, place, take);
}

/// Reads one item of a list named in [`STREAMED`].
pub(super) fn element(document: &mut Document, list: &str, value: Value, place: String) {
    match list {
        "packages" => package(document, value, place),
        "files" => file(document, value, place),
        "relationships" => relationship(document, value, place),
        _ => other(document, value, place),
    }
}

fn creation(document: &mut Document, value: Value, place: String) {
    let Some(mut fields) = Fields::of(value, "creationInfo", place, &mut document.notes) else { return };
    document.created = fields.text("created");
    document.creators = fields.texts("creators");
    fields.finish();
}

fn external(document: &mut Document, value: Value, place: String) {
    let Some(mut fields) = Fields::of(value, "externalDocumentRefs[]", place, &mut document.notes) else {
        return;
    };
    let id = fields.text("externalDocumentId").unwrap_or_default();
    let address = fields.text("spdxDocument");
    let place = fields.place.clone();
    fields.finish();
    document.external.push(ExternalDocument { id, address, place });
}

fn package(document: &mut Document, value: Value, place: String) {
    let Some(mut fields) = Fields::of(value, "packages[]", place, &mut document.notes) else { return };
    let mut package = Package {
        id: fields.text("SPDXID"),
        name: fields.text("name"),
        version: fields.text("versionInfo"),
        supplier: fields.text("supplier"),
        originator: fields.text("originator"),
        purpose: fields.text("primaryPackagePurpose").map(|word| word.to_uppercase().replace('_', "-")),
        download: fields.text("downloadLocation"),
        homepage: fields.text("homepage"),
        copyright: fields.text("copyrightText"),
        source: fields.text_if("sourceInfo", names_source),
        summary: fields.text("summary"),
        description: fields.text("description"),
        concluded: fields.text("licenseConcluded"),
        declared: fields.text("licenseDeclared"),
        checksums: checksums(&mut fields, "packages[].checksums[]"),
        ..Package::default()
    };
    for (value, place) in fields.objects("externalRefs") {
        package.identifiers.extend(external_reference(value, place, fields.notes));
    }
    // Relationships also list the files of a package, and files are not components.
    fields.skip(&["hasFiles"]);
    let files = fields.objects("files");
    package.place.clone_from(&fields.place);
    fields.finish();
    document.packages.push(package);
    // Before 2.2, files were inside their package.
    for (mut value, place) in files {
        let inner = value.get_mut("File").map(Value::take);
        file(document, inner.unwrap_or(value), place);
    }
}

fn external_reference(value: Value, place: String, notes: &mut Notes) -> Option<Identifier> {
    let mut fields = Fields::of(value, "packages[].externalRefs[]", place, notes)?;
    let kind = fields.text("referenceType");
    let locator = fields.text("referenceLocator");
    fields.skip(&["referenceCategory"]);
    let place = fields.place.clone();
    fields.finish();
    let (Some(kind), Some(value)) = (kind, locator) else {
        let missing = "`referenceType` or `referenceLocator` is missing; the reference is skipped";
        notes.add(Gravity::Refused, place, missing);
        return None;
    };
    // RDF, and some writers of JSON, identify kinds by address.
    let word = kind.rsplit(['/', '#']).next().unwrap_or(&kind);
    let kind = match word {
        "purl" => IdentifierKind::Purl,
        "cpe22Type" | "cpe23Type" => IdentifierKind::Cpe,
        "swid" => IdentifierKind::Swid,
        "url" | "website" | "vcs" | "issue-tracker" => IdentifierKind::Address,
        _ => {
            notes.not_understood(&named("packages[].externalRefs[]", word));
            return None;
        }
    };
    Some(Identifier { kind, value })
}

/// Checksums of a package or file.
fn checksums(fields: &mut Fields<'_>, name: &'static str) -> Vec<Checksum> {
    let mut checksums = Vec::new();
    for (value, place) in fields.objects("checksums") {
        let Some(mut fields) = Fields::of(value, name, place, fields.notes) else { continue };
        let pair = (fields.text("algorithm"), fields.text("checksumValue"));
        let place = fields.place.clone();
        match pair {
            (Some(algorithm), Some(value)) => checksums.push(Checksum { algorithm, value }),
            (None, _) | (_, None) => {
                let missing = "`algorithm` or `checksumValue` is missing; the checksum is skipped";
                fields.notes.add(Gravity::Refused, place, missing);
            }
        }
        fields.finish();
    }
    checksums
}

fn file(document: &mut Document, value: Value, place: String) {
    let Some(mut fields) = Fields::of(value, "files[]", place, &mut document.notes) else { return };
    let file = File {
        id: fields.text("SPDXID"),
        name: fields.text("fileName").or_else(|| fields.text("name")),
        concluded: fields.text("licenseConcluded"),
        copyright: fields.text("copyrightText"),
        checksums: checksums(&mut fields, "files[].checksums[]"),
        place: fields.place.clone(),
    };
    fields.finish();
    document.files.push(file);
}

fn other(document: &mut Document, value: Value, place: String) {
    let Some(mut fields) = Fields::of(value, "snippets[]", place, &mut document.notes) else { return };
    let id = fields.text("SPDXID");
    let place = fields.place.clone();
    fields.finish();
    document.notes.not_understood("snippets[]");
    document.others.extend(id.map(|id| Other { id, place }));
}

fn relationship(document: &mut Document, value: Value, place: String) {
    let Some(mut fields) = Fields::of(value, "relationships[]", place, &mut document.notes) else { return };
    let from = fields.text("spdxElementId");
    let kind = fields.text("relationshipType");
    let to = fields.text("relatedSpdxElement");
    let place = fields.place.clone();
    fields.finish();
    if let (Some(from), Some(kind), Some(to)) = (from, kind, to) {
        let kind = kind.to_uppercase().replace('-', "_");
        document.relationships.push(Relationship { from, kind, to, place });
    } else {
        let missing = "`spdxElementId`, `relationshipType` or `relatedSpdxElement` is missing; the relationship is skipped";
        document.notes.add(Gravity::Refused, place, missing);
    }
}
