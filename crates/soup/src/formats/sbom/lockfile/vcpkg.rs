//! `vcpkg.json` (C and C++): a manifest that pins a version only where it overrides the baseline.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Sight;
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Directness, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Manifest {
    name: Option<String>,
    #[serde(flatten)]
    version: Version,
    #[serde(default)]
    dependencies: Vec<Value>,
    #[serde(default)]
    overrides: Vec<Override>,
}

#[derive(Deserialize)]
struct Override {
    name: String,
    #[serde(flatten)]
    version: Version,
}

/// The key of a version depends on its scheme.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Version {
    version: Option<String>,
    version_semver: Option<String>,
    version_date: Option<String>,
    version_string: Option<String>,
}

impl Version {
    /// Without the number of the port, which does not belong to the library.
    fn effective(&self) -> Option<String> {
        let versions = [&self.version, &self.version_semver, &self.version_date, &self.version_string];
        let version = versions.into_iter().flatten().next()?;
        Some(version.split_once('#').map_or(version.as_str(), |(version, _)| version).to_owned())
    }
}

/// Whether it is such a file, by its schema, its baseline or its name.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    let of_schema = sight
        .members
        .and_then(|members| members.get("$schema"))
        .is_some_and(|schema| schema.contains("vcpkg.schema.json"));
    of_schema
        || sight.has(&["builtin-baseline", "dependencies"])
        || (sight.has(&["dependencies"]) && sight.is_named("vcpkg.json"))
}

/// Reads a manifest. Everything it names is direct. The dependencies of those, and the versions of the baseline, are in vcpkg's own
/// registry.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let manifest: Manifest = super::json(text, "vcpkg.json")?;
    let mut bill = Bill { format: "vcpkg.json".to_owned(), ..Bill::default() };
    let words = "a vcpkg.json lists neither the dependencies of its libraries nor the versions of the baseline: use the bills of the installed ports, share/PORT/vcpkg.spdx.json";
    bill.notes.add(Gravity::Warning, "document", words);
    bill.subject = manifest.name.as_ref().map(|name| Component {
        reference: "the product".to_owned(),
        name: name.clone(),
        version: manifest.version.effective(),
        kind: ComponentKind::Application,
        place: "$".to_owned(),
        ..Component::default()
    });
    let pinned: BTreeMap<&str, Option<String>> =
        manifest.overrides.iter().map(|pin| (pin.name.as_str(), pin.version.effective())).collect();
    let mut on = Vec::new();
    for (index, entry) in manifest.dependencies.iter().enumerate() {
        let place = format!("$.dependencies[{index}]");
        let Some(name) = entry.as_str().or_else(|| entry.get("name").and_then(Value::as_str)) else {
            bill.notes.add(Gravity::Refused, place, "a dependency without a name is skipped");
            continue;
        };
        let least = entry.get("version>=").and_then(Value::as_str).map(|least| format!(">={least}"));
        let exact = pinned.get(name).cloned().flatten();
        on.push(name.to_owned());
        bill.components.push(component(name, exact.as_deref(), least, (entry, place)));
    }
    if bill.subject.is_some() {
        bill.dependencies.push(Dependency { from: "the product".to_owned(), on });
    }
    Ok(bill)
}

fn component(
    name: &str,
    exact: Option<&str>,
    least: Option<String>,
    (entry, place): (&Value, String),
) -> Component {
    let for_host = entry.get("host").and_then(Value::as_bool) == Some(true);
    let purl = exact.and_then(|version| super::purl("vcpkg", None, name, version));
    Component {
        reference: name.to_owned(),
        name: name.to_owned(),
        version: exact.map(str::to_owned).or(least),
        purls: purl.into_iter().collect(),
        // A host dependency is a build tool.
        scope: if for_host { Scope::Excluded } else { Scope::Required },
        directness: Directness::Direct,
        place,
        ..Component::default()
    }
}
