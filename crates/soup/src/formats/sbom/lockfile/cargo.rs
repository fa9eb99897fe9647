//! `Cargo.lock`, versions 1 to 4.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Sight;
use super::tables::{self, Rest};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Directness, Hash};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Lock {
    version: Option<u32>,
    #[serde(default)]
    package: Vec<Package>,
    /// Until 2017: the package that the file is about.
    root: Option<Package>,
    /// Version 1: digests by `checksum name version (source)`.
    #[serde(default)]
    metadata: BTreeMap<String, toml::Value>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(flatten)]
    rest: Rest,
}

/// Newest supported version of the format.
const NEWEST: u32 = 4;
const CRATES_IO: [&str; 3] = [
    "registry+https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io/",
    "registry+https://index.crates.io/",
];

impl Package {
    fn reference(&self) -> String {
        match &self.source {
            Some(source) if !is_crates_io(source) => format!("{} {} ({source})", self.name, self.version),
            Some(_) | None => format!("{} {}", self.name, self.version),
        }
    }

    fn checksum(&self, metadata: &BTreeMap<String, toml::Value>) -> Option<String> {
        let of_version_1 = || {
            let source = self.source.as_deref()?;
            let key = format!("checksum {} {} ({source})", self.name, self.version);
            metadata.get(&key)?.as_str().filter(|text| *text != "<none>").map(str::to_owned)
        };
        self.checksum.clone().or_else(of_version_1)
    }
}

fn is_crates_io(source: &str) -> bool {
    CRATES_IO.contains(&source)
}

/// Whether it is such a file: a list of packages without the marks of the others. The one of `pdm.lock` looks the same but is not.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.any_line(|line| line.trim() == tables::HEADER) && !sight.toml_key("lock_version")
}

/// Reads a lock file. Packages without a source are code of the workspace: the one that nothing depends on is the product.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut lock: Lock = tables::parse(text)?;
    let lines = tables::package_lines(text);
    if let Some(root) = lock.root.take() {
        lock.package.push(root);
    }
    let version = lock.version.unwrap_or(if lock.metadata.is_empty() { 2 } else { 1 });
    let mut bill = Bill { format: format!("Cargo.lock {version}"), ..Bill::default() };
    if version > NEWEST {
        let text =
            format!("version {version} is newer than this program supports; it is read as version {NEWEST}");
        bill.notes.add(Gravity::Warning, "line 1", text);
    }
    bill.notes.add(
        Gravity::Info,
        "document",
        "a Cargo.lock does not show which packages are only for development, build or other platforms: all count as required",
    );
    tables::count(&lock.rest, "$", &mut bill.notes);
    let names = Names::of(&lock.package);
    for package in &lock.package {
        let on: Vec<String> = package.dependencies.iter().map(|entry| names.resolve(entry)).collect();
        bill.dependencies.push(Dependency { from: package.reference(), on });
    }
    let roots = roots(&lock.package, &bill.dependencies);
    for (index, package) in lock.package.iter().enumerate() {
        tables::count(&package.rest, "package[]", &mut bill.notes);
        let mut component = component(package, &lock.metadata, tables::place(&lines, index));
        if package.source.is_none() && roots == [component.reference.as_str()] {
            component.kind = ComponentKind::Application;
            bill.subject = Some(component);
        } else {
            if package.source.is_none() {
                let text = format!(
                    "{} has no source: it is code of the workspace itself, or a copy inside it",
                    component.label()
                );
                bill.notes.add(Gravity::Info, component.place.clone(), text);
            }
            bill.components.push(component);
        }
    }
    workspace_directness(&mut bill, &lock.package);
    Ok(bill)
}

fn component(package: &Package, metadata: &BTreeMap<String, toml::Value>, place: String) -> Component {
    let public = package.source.as_deref().is_some_and(is_crates_io);
    let hash = package.checksum(metadata).map(|value| Hash { algorithm: "SHA-256".to_owned(), value });
    Component {
        reference: package.reference(),
        name: package.name.clone(),
        version: Some(package.version.clone()),
        purls: public
            .then(|| super::purl("cargo", None, &package.name, &package.version))
            .flatten()
            .into_iter()
            .collect(),
        hashes: hash.into_iter().collect(),
        addresses: package.source.iter().filter(|_| !public).cloned().collect(),
        place,
        ..Component::default()
    }
}

/// Packages of the workspace that nothing depends on.
fn roots<'p>(packages: &'p [Package], graph: &'p [Dependency]) -> Vec<&'p str> {
    let needed: BTreeSet<&str> = graph.iter().flat_map(|line| &line.on).map(String::as_str).collect();
    let own = packages.iter().zip(graph).filter(|(package, _)| package.source.is_none());
    own.map(|(_, line)| line.from.as_str()).filter(|reference| !needed.contains(reference)).collect()
}

/// A workspace of several packages without one product above them: the dependencies of any of them are direct, all others transitive.
fn workspace_directness(bill: &mut Bill, packages: &[Package]) {
    if bill.subject.is_some() {
        return;
    }
    let own: BTreeSet<String> =
        packages.iter().filter(|package| package.source.is_none()).map(Package::reference).collect();
    if own.is_empty() {
        return;
    }
    let of_own = bill.dependencies.iter().filter(|line| own.contains(&line.from));
    let direct: BTreeSet<String> = of_own.flat_map(|line| line.on.iter().cloned()).collect();
    for component in &mut bill.components {
        let is_direct = own.contains(&component.reference) || direct.contains(&component.reference);
        component.directness = if is_direct { Directness::Direct } else { Directness::Transitive };
    }
}

/// Resolves `name`, `name version` and `name version (source)` in a list of dependencies.
struct Names {
    references: BTreeMap<String, String>,
}

impl Names {
    fn of(packages: &[Package]) -> Self {
        let mut references = BTreeMap::new();
        for package in packages {
            let reference = package.reference();
            let (name, version) = (&package.name, &package.version);
            if let Some(source) = &package.source {
                references.insert(format!("{name} {version} ({source})"), reference.clone());
            }
            references.insert(format!("{name} {version}"), reference.clone());
            references.insert(name.clone(), reference);
        }
        Self { references }
    }

    /// The reference, or the text itself if it is unknown (it is then noted as a reference to nothing).
    fn resolve(&self, entry: &str) -> String {
        let without_fragment = || entry.rsplit_once('#').map(|(start, _)| format!("{start})"));
        let found = self.references.get(entry).or_else(|| self.references.get(&without_fragment()?));
        found.cloned().unwrap_or_else(|| entry.to_owned())
    }
}
