//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Sight, node};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lock {
    name: Option<String>,
    version: Option<String>,
    lockfile_version: Option<u64>,
    /// Since version 2: by path of installation; the product has the empty path.
    packages: Option<BTreeMap<String, Entry>>,
    /// Until version 2: by name, nested as installed.
    dependencies: Option<BTreeMap<String, Entry>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    resolved: Option<Value>,
    integrity: Option<String>,
    license: Option<Value>,
    dev: bool,
    optional: bool,
    dev_optional: bool,
    link: bool,
    requires: Option<Value>,
    dependencies: Option<BTreeMap<String, Value>>,
    dev_dependencies: BTreeMap<String, Value>,
    optional_dependencies: BTreeMap<String, Value>,
    peer_dependencies: BTreeMap<String, Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// Maximum depth of nested dependencies of version 1.
const DEPTH_MAX: usize = 40;

/// Whether it is such a file; the first ones have no format version.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.has(&["lockfileVersion"]) || sight.has(&["requires", "dependencies", "name"])
}

/// Reads a lock file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = serde_json::from_str(text).map_err(|error| {
        Unreadable::at(format!("line {}", error.line()), format!("not a package-lock.json: {error}"))
    })?;
    let version = lock.lockfile_version.unwrap_or(1);
    let mut bill = Bill { format: format!("package-lock.json {version}"), ..Bill::default() };
    if version > 3 {
        bill.notes.add(
            Gravity::Warning,
            "$.lockfileVersion",
            "newer than this program supports; it is read as version 3",
        );
    }
    let (mut entries, root_is_known) = match (lock.packages, lock.dependencies) {
        (Some(packages), _) => (packages, true),
        (None, Some(dependencies)) => {
            let mut flat = BTreeMap::new();
            flatten(dependencies, "", (&mut flat, &mut bill), 0);
            (flat, false)
        }
        (None, None) => (BTreeMap::new(), false),
    };
    name_linked(&mut entries);
    let root = entries.get("");
    let name = lock.name.or_else(|| root.and_then(|root| root.name.clone()));
    let subject_version = lock.version.or_else(|| root.and_then(|root| root.version.clone()));
    bill.subject = name.map(|name| Component {
        reference: ROOT.to_owned(),
        name,
        version: subject_version,
        kind: ComponentKind::Application,
        place: "$".to_owned(),
        ..Component::default()
    });
    if !root_is_known {
        let text = "version 1 does not list the product's own dependencies: direct and transitive cannot be distinguished";
        bill.notes.add(Gravity::Info, "$.dependencies", text);
    }
    for (path, entry) in &entries {
        take(path, entry, &entries, &mut bill);
    }
    Ok(bill)
}

/// Reference of the product.
const ROOT: &str = "the product";

fn reference(path: &str) -> String {
    if path.is_empty() { ROOT.to_owned() } else { path.to_owned() }
}

/// Version 1: turns nested entries into paths of installation.
fn flatten(
    nested: BTreeMap<String, Entry>,
    above: &str,
    (flat, bill): (&mut BTreeMap<String, Entry>, &mut Bill),
    depth: usize,
) {
    for (name, mut entry) in nested {
        let path = format!("{above}node_modules/{name}");
        if let Some(inner) = entry.dependencies.take() {
            let mut deeper = BTreeMap::new();
            for (name, value) in inner {
                match serde_json::from_value(value) {
                    Ok(entry) if depth < DEPTH_MAX => _ = deeper.insert(name, entry),
                    Ok(_) => bill.notes.add(
                        Gravity::Refused,
                        format!("{path}/{name}"),
                        "nested too deeply: skipped",
                    ),
                    Err(error) => bill.notes.add(
                        Gravity::Refused,
                        format!("{path}/{name}"),
                        format!("skipped: {error}"),
                    ),
                }
            }
            flatten(deeper, &format!("{path}/"), (flat, bill), depth + 1);
        }
        if let Some(Value::Object(requires)) = entry.requires.take() {
            entry.dependencies = Some(requires.into_iter().collect());
        }
        flat.insert(path, entry);
    }
}

fn take(path: &str, entry: &Entry, entries: &BTreeMap<String, Entry>, bill: &mut Bill) {
    for key in entry.rest.keys() {
        bill.notes.not_understood(&format!("packages[].{key}"));
    }
    let needed = entry.dependencies.iter().flat_map(BTreeMap::keys);
    let of_root = entry.dev_dependencies.keys().filter(|_| path.is_empty());
    let all =
        needed.chain(of_root).chain(entry.optional_dependencies.keys()).chain(entry.peer_dependencies.keys());
    let mut on: Vec<String> =
        all.filter_map(|name| resolve(path, name, entries)).map(|path| reference(&path)).collect();
    if path.is_empty() {
        on.extend(workspaces(entries).map(reference));
    } else if target(entry, entries).is_some() {
        // A link is the directory that it leads to, which has its own entry.
        return;
    }
    bill.dependencies.push(Dependency { from: reference(path), on });
    if path.is_empty() {
        return;
    }
    let place = format!("$.packages[\"{path}\"]");
    let component = component(path, entry, place);
    if !path.contains("node_modules/") {
        let text = format!(
            "{} is a directory of the project: it is the project's own code, or a copy inside it",
            component.label()
        );
        bill.notes.add(Gravity::Info, component.place.clone(), text);
    }
    if entry.integrity.is_some() && component.hashes.is_empty() {
        bill.notes.add(Gravity::Warning, component.place.clone(), "its integrity is not a known digest");
    }
    bill.components.push(component);
}

/// A directory without a name gets the name of its link.
fn name_linked(entries: &mut BTreeMap<String, Entry>) {
    let linked: Vec<(String, String)> = entries
        .iter()
        .filter_map(|(path, entry)| {
            let (_, name) = path.rsplit_once("node_modules/")?;
            Some((target(entry, entries)?.to_owned(), name.to_owned()))
        })
        .collect();
    for (target, name) in linked {
        if let Some(entry) = entries.get_mut(&target) {
            entry.name.get_or_insert(name);
        }
    }
}

/// The directory that a link leads to, if the file contains it.
fn target<'e>(entry: &'e Entry, entries: &BTreeMap<String, Entry>) -> Option<&'e str> {
    let target = entry.resolved.as_ref().and_then(Value::as_str).filter(|_| entry.link)?;
    entries.contains_key(target).then_some(target)
}

/// The directories that the product links into its own `node_modules`: its workspaces, which npm installs with it.
fn workspaces(entries: &BTreeMap<String, Entry>) -> impl Iterator<Item = &str> {
    let own =
        |path: &str| path.strip_prefix("node_modules/").is_some_and(|name| !name.contains("node_modules/"));
    entries.iter().filter(move |(path, _)| own(path)).filter_map(|(_, entry)| target(entry, entries))
}

/// The package that `name` means for the package at `path`: the nearest one upwards, as Node finds it, or the target of a link there.
fn resolve(path: &str, name: &str, entries: &BTreeMap<String, Entry>) -> Option<String> {
    let mut directory = path.to_owned();
    loop {
        let candidate = if directory.is_empty() {
            format!("node_modules/{name}")
        } else {
            format!("{directory}/node_modules/{name}")
        };
        if let Some(found) = entries.get(&candidate) {
            return Some(target(found, entries).map_or(candidate, str::to_owned));
        }
        if directory.is_empty() {
            return None;
        }
        directory = match directory.rfind("/node_modules/") {
            Some(at) => directory.get(..at)?.to_owned(),
            None => String::new(),
        };
    }
}

fn component(path: &str, entry: &Entry, place: String) -> Component {
    let installed = path.rsplit_once("node_modules/").map_or(path, |(_, name)| name);
    let version = entry.version.as_deref().unwrap_or_default();
    // In version 1, the version marks an alias.
    let (full, version) = match version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@')) {
        Some((name, version)) => (name, version),
        None => (entry.name.as_deref().unwrap_or(installed), version),
    };
    let (group, name) = node::scope_and_name(full);
    let resolved = entry.resolved.as_ref().and_then(Value::as_str).unwrap_or_default();
    let is_version = version.starts_with(|letter: char| letter.is_ascii_digit());
    let elsewhere = entry.link
        || !path.contains("node_modules/")
        || !is_version
        || ["git", "file:", "link:"].iter().any(|start| resolved.starts_with(start));
    let purl = if elsewhere { None } else { super::purl("npm", group, name, version) };
    let address = if is_version { resolved } else { version };
    Component {
        reference: reference(path),
        name: name.to_owned(),
        group: group.map(str::to_owned),
        version: is_version.then(|| version.to_owned()),
        purls: purl.into_iter().collect(),
        hashes: entry.integrity.as_deref().map(node::integrity).unwrap_or_default(),
        licences: entry.license.as_ref().and_then(Value::as_str).map(str::to_owned).into_iter().collect(),
        addresses: [address].into_iter().filter(|address| !address.is_empty()).map(str::to_owned).collect(),
        scope: if entry.dev {
            Scope::Excluded
        } else if entry.optional || entry.dev_optional {
            Scope::Optional
        } else {
            Scope::Required
        },
        place,
        ..Component::default()
    }
}
