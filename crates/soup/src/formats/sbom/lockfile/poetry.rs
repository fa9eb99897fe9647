//! `poetry.lock`, versions 1.0 to 2.1.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{self, Rest};
use super::{prefixed_hash, pypi_name, sorted};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Metadata {
    lock_version: Option<String>,
    /// Until 1.1 digests were here.
    #[serde(default)]
    files: BTreeMap<String, Vec<File>>,
}

#[derive(Deserialize)]
struct File {
    hash: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    description: Option<String>,
    /// Until 1.4: `main` or `dev`.
    category: Option<String>,
    /// Since 2.1.
    groups: Option<Vec<String>>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    files: Vec<File>,
    source: Option<Source>,
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Value>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Source {
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
}

/// Reads a lock file. What the project itself depends on stands in its pyproject.toml, so direct and transitive are not told.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = tables::parse(text)?;
    let lines = tables::package_lines(text);
    let version = lock.metadata.lock_version.as_deref().unwrap_or("of unknown version");
    let mut bill = Bill { format: format!("poetry.lock {version}"), ..Bill::default() };
    tables::count(&lock.rest, "$", &mut bill.notes);
    let text = "a poetry.lock does not tell what the project itself depends on: direct and transitive cannot be told apart";
    bill.notes.add(Gravity::Info, "document", text);
    let by_name = references(&lock.package);
    for (index, package) in lock.package.iter().enumerate() {
        tables::count(&package.rest, "package[]", &mut bill.notes);
        let needed = package.dependencies.keys().filter(|name| *name != "python");
        // An extra that was not asked for is not locked, so not every name is here.
        let on =
            needed.flat_map(|name| by_name.get(&pypi_name(name)).into_iter().flatten()).cloned().collect();
        bill.dependencies.push(Dependency { from: reference(package), on });
        bill.components.push(component(package, &lock.metadata, tables::place(&lines, index)));
    }
    Ok(bill)
}

fn reference(package: &Package) -> String {
    format!("{} {}", pypi_name(&package.name), package.version)
}

/// References by normal name; a package can be locked in several versions for several platforms.
fn references(packages: &[Package]) -> BTreeMap<String, Vec<String>> {
    let mut references: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        references.entry(pypi_name(&package.name)).or_default().push(reference(package));
    }
    references
}

fn component(package: &Package, metadata: &Metadata, place: String) -> Component {
    let elsewhere = package.source.as_ref().filter(|source| source.kind.as_deref() != Some("legacy"));
    let name = pypi_name(&package.name);
    let purl = if elsewhere.is_some() { None } else { super::purl("pypi", None, &name, &package.version) };
    let files = package.files.iter().chain(metadata.files.get(&package.name).into_iter().flatten());
    let only_development = match (&package.groups, package.category.as_deref()) {
        (Some(groups), _) => !groups.is_empty() && !groups.iter().any(|group| group == "main"),
        (None, category) => category == Some("dev"),
    };
    Component {
        reference: reference(package),
        name: package.name.clone(),
        version: Some(package.version.clone()),
        description: package.description.clone().filter(|text| !text.is_empty()),
        purls: purl.into_iter().collect(),
        hashes: sorted(files.filter_map(|file| prefixed_hash(file.hash.as_deref()?)).collect()),
        addresses: package.source.iter().filter_map(|source| source.url.clone()).collect(),
        scope: if only_development {
            Scope::Excluded
        } else if package.optional {
            Scope::Optional
        } else {
            Scope::Required
        },
        place,
        ..Component::default()
    }
}
