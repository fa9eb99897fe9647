//! `pylock.toml` (PEP 751), version 1.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{self, Rest};
use super::{OF_ONE_NAME_MAX, Sight, pypi_name, sorted};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Hash, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Lock {
    lock_version: String,
    created_by: Option<String>,
    #[serde(default)]
    default_groups: Vec<String>,
    #[serde(default)]
    packages: Vec<Package>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    marker: Option<String>,
    #[serde(default)]
    dependencies: Vec<Need>,
    vcs: Option<Origin>,
    directory: Option<Origin>,
    archive: Option<File>,
    index: Option<String>,
    sdist: Option<File>,
    #[serde(default)]
    wheels: Vec<File>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Need {
    name: Option<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Origin {
    url: Option<String>,
    path: Option<String>,
    commit_id: Option<String>,
}

#[derive(Deserialize)]
struct File {
    url: Option<String>,
    path: Option<String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

const HEADER: &str = "[[packages]]";

/// Whether it is such a file, by its list of packages and its format version.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.toml_key("lock-version")
        && (sight.any_line(|line| line.trim() == HEADER) || sight.name.starts_with("pylock."))
}

/// Reads a lock file. It does not list the project's direct dependencies.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = tables::parse(text)?;
    let lines = tables::lines_of(HEADER, text);
    let mut bill = Bill { format: format!("pylock.toml {}", lock.lock_version), ..Bill::default() };
    bill.tools.extend(lock.created_by);
    if !lock.lock_version.starts_with("1.") {
        let words = format!("`{}` is newer than this program supports; it is read as 1.0", lock.lock_version);
        bill.notes.add(Gravity::Warning, "$.lock-version", words);
    }
    tables::count(&lock.rest, "$", &mut bill.notes);
    let words = "a pylock.toml does not list the project's own dependencies: direct and transitive cannot be distinguished";
    bill.notes.add(Gravity::Info, "document", words);
    let mut by_name: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
    for package in &lock.packages {
        by_name.entry(pypi_name(&package.name)).or_default().push(package);
    }
    for (index, package) in lock.packages.iter().enumerate() {
        tables::count(&package.rest, "packages[]", &mut bill.notes);
        let place = tables::place(&lines, index);
        let mut on = Vec::new();
        for need in &package.dependencies {
            let named = need.name.as_deref().map(pypi_name).and_then(|name| by_name.get(&name));
            let fits = |other: &&&Package| need.version.is_none() || need.version == other.version;
            on.extend(
                named.into_iter().flatten().filter(fits).take(OF_ONE_NAME_MAX).map(|other| reference(other)),
            );
        }
        bill.dependencies.push(Dependency { from: reference(package), on });
        let scope = scope(package.marker.as_deref(), &lock.default_groups);
        let component = Component { scope, place, ..component(package) };
        // The folder of the lock file is the project itself.
        let is_own = package.directory.as_ref().is_some_and(|folder| folder.path.as_deref() == Some("."));
        if is_own && bill.subject.is_none() {
            bill.subject = Some(Component { kind: ComponentKind::Application, ..component });
        } else {
            bill.components.push(component);
        }
    }
    Ok(bill)
}

fn reference(package: &Package) -> String {
    let version = package.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    format!("{}{version}", pypi_name(&package.name))
}

/// A package whose marker requires an extra is optional. A package that only non-default groups require is for development.
fn scope(marker: Option<&str>, default_groups: &[String]) -> Scope {
    let Some(marker) = marker else { return Scope::Required };
    let groups = marker.matches("in dependency_groups").count();
    let conditions = groups + marker.matches("in extras").count();
    let names_default = default_groups.iter().any(|group| {
        [format!("'{group}' in dependency_groups"), format!("\"{group}\" in dependency_groups")]
            .iter()
            .any(|words| marker.contains(words))
    });
    match (conditions, groups) {
        (0, _) => Scope::Required,
        _ if names_default => Scope::Required,
        (all, groups) if all == groups => Scope::Excluded,
        (_, _) => Scope::Optional,
    }
}

fn component(package: &Package) -> Component {
    let elsewhere = package.vcs.is_some() || package.directory.is_some() || package.archive.is_some();
    let version = package.version.as_ref().filter(|_| !elsewhere);
    let purl = version.and_then(|version| super::purl("pypi", None, &pypi_name(&package.name), version));
    let files = package.wheels.iter().chain(&package.sdist).chain(&package.archive);
    let digests = files.clone().flat_map(|file| &file.hashes);
    let digests: Vec<Hash> = digests.filter_map(|(algorithm, value)| super::hash(algorithm, value)).collect();
    let origin = |origin: &Origin| {
        let place = origin.url.as_ref().or(origin.path.as_ref())?;
        let commit = origin.commit_id.as_ref().map(|commit| format!("#{commit}")).unwrap_or_default();
        Some(format!("{place}{commit}"))
    };
    let origins = [&package.vcs, &package.directory].into_iter().flatten().filter_map(origin);
    let archive = package.archive.iter().filter_map(|file| file.url.clone().or_else(|| file.path.clone()));
    Component {
        reference: reference(package),
        name: package.name.clone(),
        version: package.version.clone(),
        purls: purl.into_iter().collect(),
        hashes: sorted(digests),
        addresses: origins.chain(archive).chain(package.index.clone()).collect(),
        ..Component::default()
    }
}
