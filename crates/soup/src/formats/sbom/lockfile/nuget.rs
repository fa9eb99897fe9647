//! `packages.lock.json` (NuGet).

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

use super::Sight;
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, Directness};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Lock {
    version: u32,
    /// By framework, then by name.
    dependencies: BTreeMap<String, BTreeMap<String, Package>>,
}

#[derive(Deserialize)]
struct Package {
    #[serde(rename = "type")]
    kind: String,
    resolved: Option<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// Newest supported version of the format.
const NEWEST: u32 = 2;

/// Whether it is such a file, by its two members and the content of its packages.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    let alone = sight.members.is_some_and(|members| members.len() == 2);
    alone
        && sight.has(&["version", "dependencies"])
        && (sight.text.contains("\"contentHash\"") || sight.is_named("packages.lock.json"))
}

/// Reads a lock file. A package that several frameworks resolve to the same version is one component.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = super::json(text, "packages.lock.json")?;
    let mut bill = Bill { format: format!("packages.lock.json {}", lock.version), ..Bill::default() };
    if lock.version > NEWEST {
        let words = format!("newer than this program supports; it is read as version {NEWEST}");
        bill.notes.add(Gravity::Warning, "$.version", words);
    }
    let mut taken = HashMap::new();
    for (framework, packages) in &lock.dependencies {
        let known: BTreeMap<String, String> =
            packages.iter().map(|(name, package)| (name.to_lowercase(), reference(name, package))).collect();
        for (name, package) in packages {
            for key in package.rest.keys() {
                bill.notes.not_understood(&format!("dependencies[].{key}"));
            }
            let on = package.dependencies.keys();
            let on = on.filter_map(|name| known.get(&name.to_lowercase())).cloned().collect();
            bill.dependencies.push(Dependency { from: reference(name, package), on });
            let place = format!("$.dependencies[\"{framework}\"][\"{name}\"]");
            take((name, package), place, &mut taken, &mut bill);
        }
    }
    Ok(bill)
}

fn take(
    (name, package): (&str, &Package),
    place: String,
    taken: &mut HashMap<String, usize>,
    bill: &mut Bill,
) {
    let own = package.kind.eq_ignore_ascii_case("project");
    if own {
        let words = format!("{name} is another project of the solution, so it is own code");
        bill.notes.add(Gravity::Info, place.clone(), words);
    }
    let version = package.resolved.as_deref().filter(|_| !own);
    let purl = version.and_then(|version| super::purl("nuget", None, name, version));
    let directness = match package.kind.to_ascii_lowercase().as_str() {
        "direct" | "project" => Directness::Direct,
        "transitive" | "centraltransitive" => Directness::Transitive,
        _ => Directness::Unknown,
    };
    let reference = reference(name, package);
    // Another framework may have listed it already, perhaps as a direct dependency.
    let at = *taken.entry(reference.clone()).or_insert(bill.components.len());
    if let Some(known) = bill.components.get_mut(at) {
        if directness == Directness::Direct {
            known.directness = directness;
        }
        return;
    }
    bill.components.push(Component {
        reference,
        name: name.to_owned(),
        version: package.resolved.clone(),
        purls: purl.into_iter().collect(),
        directness,
        place,
        ..Component::default()
    });
}

fn reference(name: &str, package: &Package) -> String {
    match &package.resolved {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    }
}
