//! Fields that a document lacks, although its version of SPDX requires them or a maker of medical devices needs them.

use std::collections::BTreeMap;

use super::model::{Document, File, Package, Syntax};
use mainstay_base::note::{Gravity, Notes};

/// Fields by their name in JSON, with their tag in tag-value.
type Field = (&'static str, &'static str);

/// Maximum number of places for which a missing field is reported one by one.
const PLACES_MAX: usize = 20;
/// Maximum number of packages in one remark.
const NAMED_MAX: usize = 5;

/// Adds a remark for each missing required field, and one for each missing wanted field with the packages that lack it.
pub(super) fn remark(document: &mut Document) {
    let mut notes = std::mem::take(&mut document.notes);
    of_document(document, &mut notes);
    let lax = document
        .version
        .as_deref()
        .is_some_and(|version| !version.starts_with("2.2") && !version.starts_with("2.1"));
    let of_packages = document
        .packages
        .iter()
        .map(|package| (package.place.as_str(), required_of_package(package, document.syntax, lax).to_vec()));
    of_elements(document, "packages", of_packages, &mut notes);
    let of_files = document
        .files
        .iter()
        .map(|file| (file.place.as_str(), required_of_file(file, document.syntax).to_vec()));
    of_elements(document, "files", of_files, &mut notes);
    wanted(document, &mut notes);
    document.notes = notes;
}

fn name(syntax: Syntax, field: Field) -> &'static str {
    match syntax {
        Syntax::TagValue => field.1,
        Syntax::Json | Syntax::Yaml | Syntax::Xml | Syntax::Rdf | Syntax::JsonLd => field.0,
    }
}

fn missing(document: &Document, field: Field) -> String {
    let version = document.version.as_deref().unwrap_or("2");
    format!("`{}` is missing, which SPDX {version} requires", name(document.syntax, field))
}

fn of_document(document: &Document, notes: &mut Notes) {
    let three = document.syntax == Syntax::JsonLd;
    let required: [(Field, bool); 7] = [
        (("spdxVersion", "SPDXVersion"), document.version.is_some()),
        (("dataLicense", "DataLicense"), three || document.data_licence.is_some()),
        (("SPDXID", "SPDXID"), three || document.id.is_some()),
        (("name", "DocumentName"), three || document.name.is_some()),
        (("documentNamespace", "DocumentNamespace"), three || document.namespace.is_some()),
        (("created", "Created"), document.created.is_some()),
        ((if three { "createdBy" } else { "creators" }, "Creator"), !document.creators.is_empty()),
    ];
    for (field, _) in required.into_iter().filter(|(_, given)| !given) {
        notes.add(Gravity::Warning, "document", missing(document, field));
    }
}

/// Reports missing fields by place, up to a number of places for each field; the rest is counted.
fn of_elements<'d>(
    document: &Document,
    list: &str,
    elements: impl Iterator<Item = (&'d str, Vec<(Field, bool)>)>,
    notes: &mut Notes,
) {
    let mut counts: BTreeMap<Field, usize> = BTreeMap::new();
    for (place, fields) in elements {
        for (field, _) in fields.into_iter().filter(|(_, given)| !given) {
            let count = counts.entry(field).or_default();
            *count += 1;
            if *count <= PLACES_MAX {
                notes.add(Gravity::Warning, place, missing(document, field));
            }
        }
    }
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > PLACES_MAX) {
        let text = format!("{} in {} further places", missing(document, field), count - PLACES_MAX);
        notes.add(Gravity::Warning, list, text);
    }
}

fn required_of_file(file: &File, syntax: Syntax) -> [(Field, bool); 3] {
    let three = syntax == Syntax::JsonLd;
    [
        ((if three { "name" } else { "fileName" }, "FileName"), file.name.is_some()),
        ((if three { "spdxId" } else { "SPDXID" }, "SPDXID"), file.id.is_some()),
        (("checksums", "FileChecksum"), three || !file.checksums.is_empty()),
    ]
}

fn required_of_package(package: &Package, syntax: Syntax, lax: bool) -> [(Field, bool); 6] {
    let three = syntax == Syntax::JsonLd;
    [
        (("name", "PackageName"), package.name.is_some()),
        ((if three { "spdxId" } else { "SPDXID" }, "SPDXID"), package.id.is_some()),
        (("downloadLocation", "PackageDownloadLocation"), three || package.download.is_some()),
        (("licenseConcluded", "PackageLicenseConcluded"), lax || package.concluded.is_some()),
        (("licenseDeclared", "PackageLicenseDeclared"), lax || package.declared.is_some()),
        (("copyrightText", "PackageCopyrightText"), lax || package.copyright.is_some()),
    ]
}

/// Fields that are not required, but without which a component is hard to judge (IEC 62304 8.1.2, NTIA minimum elements).
fn wanted(document: &Document, notes: &mut Notes) {
    let three = document.syntax == Syntax::JsonLd;
    let field = |two: Field, three_name| if three { (three_name, three_name) } else { two };
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !is_nothing(text));
    let lacking: [(Field, &dyn Fn(&Package) -> bool); 4] = [
        (field(("supplier", "PackageSupplier"), "suppliedBy"), &|package| given(&package.supplier)),
        (field(("versionInfo", "PackageVersion"), "software_packageVersion"), &|package| {
            given(&package.version)
        }),
        (field(("licenseConcluded", "PackageLicenseConcluded"), "hasConcludedLicense"), &|package| {
            given(&package.concluded)
        }),
        (field(("externalRefs", "ExternalRef"), "externalIdentifier"), &|package| {
            !package.identifiers.is_empty()
        }),
    ];
    for (field, is_given) in lacking {
        let without: Vec<&Package> = document.packages.iter().filter(|package| !is_given(package)).collect();
        let Some(first) = without.first() else { continue };
        let names: Vec<&str> = without.iter().take(NAMED_MAX).map(|package| label(package)).collect();
        let more = if without.len() > NAMED_MAX { ", …" } else { "" };
        let text = format!(
            "`{}` is not given by {} of {} packages: {}{more}",
            name(document.syntax, field),
            without.len(),
            document.packages.len(),
            names.join(", ")
        );
        notes.add(Gravity::Info, first.place.clone(), text);
    }
}

fn label(package: &Package) -> &str {
    package.name.as_deref().or(package.id.as_deref()).unwrap_or("one without a name")
}

/// Whether a text makes no assertion.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "NOASSERTION" | "NONE")
}
