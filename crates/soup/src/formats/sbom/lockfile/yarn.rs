//! `yarn.lock`: the lines of Yarn 1, and the YAML since Yarn 2 ("berry").

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::reach::{self, Roots};
use super::{Sight, node};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind};
use mainstay_base::note::{Gravity, Unreadable};

const ALL_REQUIRED: &str =
    "a yarn.lock does not show which packages are only for development: all count as required";

/// One package: the requirements that it fulfils, and its fields.
#[derive(Default)]
struct Entry {
    line: usize,
    requirements: Vec<String>,
    version: Option<String>,
    resolved: Option<String>,
    integrity: Option<String>,
    /// Name and requirement.
    needs: Vec<(String, String)>,
}

/// Whether it is a file of Yarn 1, by its comment.
pub fn looks_like_classic(sight: &Sight<'_>) -> bool {
    sight.line_begins("# yarn lockfile v1")
}

/// Whether it is a file of Yarn 2 or later, by its first entry.
pub fn looks_like_berry(sight: &Sight<'_>) -> bool {
    sight.line_begins("__metadata:")
}

/// Reads a lock file of Yarn 1. It does not name the product.
pub fn read_classic(text: &str) -> Result<Bill, Unreadable> {
    let mut bill = Bill { format: "yarn.lock 1".to_owned(), ..Bill::default() };
    bill.notes.add(Gravity::Info, "document", ALL_REQUIRED);
    let words = "a yarn.lock of Yarn 1 does not list the product's own dependencies: direct and transitive cannot be distinguished";
    bill.notes.add(Gravity::Info, "document", words);
    let entries = entries(text, &mut bill);
    let mut by_requirement: BTreeMap<&str, String> = BTreeMap::new();
    let mut components = Vec::new();
    for entry in &entries {
        let place = format!("line {}", entry.line);
        let Some(component) = classic(entry) else {
            bill.notes.add(Gravity::Refused, place, "a package without name or version is skipped");
            continue;
        };
        by_requirement.extend(
            entry.requirements.iter().map(|requirement| (requirement.as_str(), component.reference.clone())),
        );
        components.push((Component { place, ..component }, entry));
    }
    for (component, entry) in components {
        let on = entry.needs.iter().map(|(name, requirement)| format!("{name}@{requirement}"));
        let on = on.filter_map(|requirement| by_requirement.get(requirement.as_str()).cloned()).collect();
        bill.dependencies.push(Dependency { from: component.reference.clone(), on });
        bill.components.push(component);
    }
    Ok(bill)
}

/// The entries: a line of requirements that ends with a colon, followed by indented lines with its fields.
fn entries(text: &str, bill: &mut Bill) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut in_needs = false;
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let indent = raw.len() - raw.trim_start().len();
        if indent == 0 {
            let requirements =
                line.trim_end_matches(':').split(',').map(|requirement| unquoted(requirement).to_owned());
            entries.push(Entry { line: index + 1, requirements: requirements.collect(), ..Entry::default() });
            in_needs = false;
            continue;
        }
        let Some(entry) = entries.last_mut() else { continue };
        if line.ends_with(':') {
            in_needs = matches!(line, "dependencies:" | "optionalDependencies:");
            continue;
        }
        let Some((key, value)) = pair(line) else { continue };
        match key {
            _ if indent > 2 && in_needs => entry.needs.push((key.to_owned(), value.to_owned())),
            _ if indent > 2 => bill.notes.not_understood("package[].other"),
            "version" => entry.version = Some(value.to_owned()),
            "resolved" => entry.resolved = Some(value.to_owned()),
            "integrity" => entry.integrity = Some(value.to_owned()),
            other => bill
                .notes
                .not_understood(&format!("package[].{}", other.chars().take(50).collect::<String>())),
        }
    }
    entries
}

/// A key and its value, each with or without quotation marks.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = match line.strip_prefix('"') {
        Some(rest) => rest.split_once('"')?,
        None => line.split_once(' ')?,
    };
    Some((key, unquoted(value)))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

fn classic(entry: &Entry) -> Option<Component> {
    let (named, requirement) = node::name_and_rest(entry.requirements.first()?)?;
    // An alias names the package that it stands for.
    let alias = requirement.strip_prefix("npm:").and_then(node::name_and_rest).map(|(name, _)| name);
    let version = entry.version.as_deref()?;
    let address = entry.resolved.as_deref().map(|url| url.split_once('#').map_or(url, |(url, _)| url));
    // Addresses of a registry have `/-/` before the file; a repository or a file elsewhere does not.
    let from_registry = address.is_none_or(|url| url.starts_with("http") && url.contains("/-/"));
    // Before the integrity field existed, the digest followed the address.
    let behind = entry.resolved.as_deref().and_then(|url| url.split_once('#')).map(|(_, digest)| digest);
    let digest = behind.filter(|digest| digest.len() == 40).and_then(|digest| super::hash("sha1", digest));
    let integrity = entry.integrity.as_deref().map(node::integrity);
    Some(Component {
        hashes: integrity.unwrap_or_else(|| digest.into_iter().collect()),
        addresses: entry.resolved.iter().cloned().collect(),
        ..node::package(alias.unwrap_or(named), version, from_registry)
    })
}

/// A package; the entry `__metadata` has only a version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    version: String,
    #[serde(default)]
    resolution: String,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, String>,
    link_type: Option<String>,
    #[serde(flatten)]
    #[expect(clippy::zero_sized_map_values, reason = "a set cannot be read of a map")]
    rest: BTreeMap<String, IgnoredAny>,
}

const METADATA: &str = "__metadata";

/// Reads a lock file of Yarn 2 or later. Digests are those of Yarn's own archives, so none is kept.
pub fn read_berry(text: &str) -> Result<Bill, Unreadable> {
    let mut packages: BTreeMap<String, Package> = super::yaml(text, "yarn.lock")?;
    let version =
        packages.remove(METADATA).map(|metadata| format!(" {}", metadata.version)).unwrap_or_default();
    let mut bill = Bill { format: format!("yarn.lock{version}"), ..Bill::default() };
    bill.notes.add(Gravity::Info, "document", ALL_REQUIRED);
    let by_requirement: BTreeMap<&str, &str> = packages
        .iter()
        .flat_map(|(requirements, package)| {
            requirements.split(',').map(|requirement| (requirement.trim(), package.resolution.as_str()))
        })
        .collect();
    let mut roots = Roots::default();
    for (requirements, package) in &packages {
        for key in package.rest.keys() {
            bill.notes.not_understood(&format!("package[].{key}"));
        }
        let needs = package.dependencies.iter().chain(&package.optional_dependencies);
        let on: Vec<String> =
            needs.filter_map(|(name, requirement)| resolve(name, requirement, &by_requirement)).collect();
        let is_own = package.link_type.as_deref() == Some("soft");
        if is_own {
            roots.required.extend(on.iter().cloned());
        }
        bill.dependencies.push(Dependency { from: package.resolution.clone(), on });
        let place = format!("[\"{requirements}\"]");
        if package.resolution.is_empty() {
            bill.notes.add(Gravity::Refused, place, "a package without `resolution` is skipped");
            continue;
        }
        let component = Component { place, ..berry(package) };
        if package.resolution.ends_with("@workspace:.") {
            bill.subject = Some(Component { kind: ComponentKind::Application, ..component });
        } else {
            if is_own {
                let words = format!(
                    "{} is a member of the workspace: it is the project's own code",
                    component.label()
                );
                bill.notes.add(Gravity::Info, component.place.clone(), words);
                roots.required.insert(component.reference.clone());
            }
            bill.components.push(component);
        }
    }
    reach::apply(&mut bill, &roots);
    Ok(bill)
}

/// The package that fulfils a requirement; before version 8, a requirement for the registry has no prefix.
fn resolve(name: &str, requirement: &str, by_requirement: &BTreeMap<&str, &str>) -> Option<String> {
    let candidates = [format!("{name}@{requirement}"), format!("{name}@npm:{requirement}")];
    candidates
        .iter()
        .find_map(|requirement| by_requirement.get(requirement.as_str()))
        .map(|resolution| (*resolution).to_owned())
}

fn berry(package: &Package) -> Component {
    let (name, rest) = node::name_and_rest(&package.resolution).unwrap_or((&package.resolution, ""));
    let (protocol, address) = rest.split_once(':').unwrap_or((rest, ""));
    let patched = protocol == "patch";
    let from_registry = protocol == "npm" || (patched && address.contains("@npm"));
    let own = protocol == "workspace";
    let mut component = node::package(name, &package.version, from_registry);
    if own && package.version == "0.0.0-use.local" {
        component.version = None;
    }
    Component {
        reference: package.resolution.clone(),
        pedigree: if patched { vec![format!("patched: {address}")] } else { Vec::new() },
        addresses: if from_registry || own { Vec::new() } else { vec![rest.to_owned()] },
        ..component
    }
}
