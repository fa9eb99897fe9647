//! `uv.lock`, version 1.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::tables::{self, Rest};
use super::{OF_ONE_NAME_MAX, Sight, prefixed_hash, pypi_name, sorted};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Lock {
    version: u32,
    revision: Option<u32>,
    #[serde(default)]
    package: Vec<Package>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    version: Option<String>,
    #[serde(default)]
    source: BTreeMap<String, toml::Value>,
    #[serde(default)]
    dependencies: Vec<Need>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<Need>>,
    #[serde(default)]
    dev_dependencies: BTreeMap<String, Vec<Need>>,
    sdist: Option<File>,
    #[serde(default)]
    wheels: Vec<File>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Need {
    name: String,
    version: Option<String>,
    /// Extras of it that are required too.
    #[serde(default)]
    extra: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    hash: Option<String>,
}

impl Package {
    fn reference(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }

    /// Address of a source of a kind.
    fn from(&self, kind: &str) -> Option<&str> {
        self.source.get(kind).and_then(toml::Value::as_str)
    }

    /// Whether it is the project or a member of its workspace.
    fn is_own(&self) -> bool {
        ["virtual", "editable"].iter().any(|kind| self.source.contains_key(*kind))
    }

    fn is_root(&self) -> bool {
        ["virtual", "editable", "directory"].iter().any(|kind| self.from(kind) == Some("."))
    }
}

/// Whether it is such a file, by its packages and their sources.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.any_line(|line| line.trim() == tables::HEADER)
        && (sight.toml_key("requires-python") || sight.line_begins("source = {"))
}

/// Reads a lock file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = tables::parse(text)?;
    let lines = tables::package_lines(text);
    let revision = lock.revision.map(|revision| format!(".{revision}")).unwrap_or_default();
    let mut bill = Bill { format: format!("uv.lock {}{revision}", lock.version), ..Bill::default() };
    if lock.version > 1 {
        bill.notes.add(
            Gravity::Warning,
            "line 1",
            "newer than this program supports; it is read as version 1",
        );
    }
    tables::count(&lock.rest, "$", &mut bill.notes);
    let graph = Graph::of(&lock.package);
    let scopes = graph.scopes(&lock.package);
    for (index, package) in lock.package.iter().enumerate() {
        tables::count(&package.rest, "package[]", &mut bill.notes);
        let reference = package.reference();
        let on = graph.of_all.get(&reference).cloned().unwrap_or_default().into_iter().collect();
        bill.dependencies.push(Dependency { from: reference.clone(), on });
        let mut component = component(package, tables::place(&lines, index));
        component.scope = scopes.get(&reference).copied().unwrap_or_default();
        if package.is_root() && bill.subject.is_none() {
            component.kind = ComponentKind::Application;
            bill.subject = Some(component);
            continue;
        }
        if package.is_own() {
            let text = format!(
                "{} is a member of the workspace: it is the project's own code, or a copy inside it",
                component.label()
            );
            bill.notes.add(Gravity::Info, component.place.clone(), text);
        }
        bill.components.push(component);
    }
    Ok(bill)
}

fn component(package: &Package, place: String) -> Component {
    let version = package.version.clone();
    let from_registry = package.source.contains_key("registry");
    let purl = version.as_ref().filter(|_| from_registry);
    let purl = purl.and_then(|version| super::purl("pypi", None, &pypi_name(&package.name), version));
    let files = package.wheels.iter().chain(&package.sdist);
    Component {
        reference: package.reference(),
        name: package.name.clone(),
        version,
        purls: purl.into_iter().collect(),
        hashes: sorted(files.filter_map(|file| prefixed_hash(file.hash.as_deref()?)).collect()),
        addresses: ["git", "url", "path", "directory", "registry"]
            .into_iter()
            .filter_map(|kind| package.from(kind).map(str::to_owned))
            .collect(),
        place,
        ..Component::default()
    }
}

/// The dependencies, by purpose.
struct Graph {
    /// All dependencies.
    of_all: BTreeMap<String, BTreeSet<String>>,
    /// Without dependencies of extras and development.
    of_use: BTreeMap<String, BTreeSet<String>>,
    /// Without dependencies of development.
    of_extras: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn of(packages: &[Package]) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
        for package in packages {
            by_name.entry(&package.name).or_default().push(package);
        }
        let resolve = |need: &Need| -> Vec<String> {
            let named = by_name.get(need.name.as_str()).into_iter().flatten();
            named
                .take(OF_ONE_NAME_MAX)
                .filter(|package| need.version.is_none() || need.version == package.version)
                .map(|package| package.reference())
                .collect()
        };
        let mut graph = Self { of_all: BTreeMap::new(), of_use: BTreeMap::new(), of_extras: BTreeMap::new() };
        for package in packages {
            let mut on: BTreeSet<String> = package.dependencies.iter().flat_map(resolve).collect();
            // A requested extra is in use, although it is another package that depends on it.
            let asked = package
                .dependencies
                .iter()
                .flat_map(|need| need.extra.iter().map(move |extra| (need, extra)));
            let of_extra = |(need, extra): (&Need, &String)| -> Vec<String> {
                let named = by_name.get(need.name.as_str()).into_iter().flatten();
                named
                    .take(OF_ONE_NAME_MAX)
                    .filter_map(|package| package.optional_dependencies.get(extra))
                    .flatten()
                    .flat_map(resolve)
                    .collect()
            };
            let in_use = on.iter().cloned().chain(asked.flat_map(of_extra)).collect();
            graph.of_use.insert(package.reference(), in_use);
            on.extend(package.optional_dependencies.values().flatten().flat_map(resolve));
            graph.of_extras.insert(package.reference(), on.clone());
            on.extend(package.dev_dependencies.values().flatten().flat_map(resolve));
            graph.of_all.insert(package.reference(), on);
        }
        graph
    }

    /// Required, only for an extra, or only for development, as seen from the project and the members of its workspace.
    fn scopes(&self, packages: &[Package]) -> BTreeMap<String, Scope> {
        let own: Vec<String> = packages
            .iter()
            .filter(|package| package.is_own() || package.is_root())
            .map(Package::reference)
            .collect();
        if own.is_empty() {
            return BTreeMap::new();
        }
        let in_use = reachable(&own, &self.of_use);
        let by_extras = reachable(&own, &self.of_extras);
        let scope = |reference: &String| {
            if in_use.contains(reference) {
                Scope::Required
            } else if by_extras.contains(reference) {
                Scope::Optional
            } else {
                Scope::Excluded
            }
        };
        self.of_all.keys().map(|reference| (reference.clone(), scope(reference))).collect()
    }
}

fn reachable(from: &[String], graph: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut reached: BTreeSet<String> = from.iter().cloned().collect();
    let mut open: Vec<String> = from.to_vec();
    while let Some(reference) = open.pop() {
        for on in graph.get(&reference).into_iter().flatten() {
            if reached.insert(on.clone()) {
                open.push(on.clone());
            }
        }
    }
    reached
}
