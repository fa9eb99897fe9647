//! `composer.lock` (PHP).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Sight, hash};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Lock {
    packages: Vec<Package>,
    packages_dev: Option<Vec<Package>>,
    plugin_api_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    version: String,
    description: Option<String>,
    #[serde(default)]
    license: Vec<String>,
    homepage: Option<String>,
    source: Option<Origin>,
    dist: Option<Origin>,
    /// An object; an empty one is an empty list.
    require: Option<Value>,
    /// The address for counting installations: at the registry that the package comes from.
    notification_url: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Origin {
    url: Option<String>,
    shasum: Option<String>,
}

/// Whether it is such a file, by its two lists.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.has(&["packages", "packages-dev"]) || sight.has(&["packages", "content-hash"])
}

/// Reads a lock file. The direct dependencies are only in composer.json, so direct and transitive are not known.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = super::json(text, "composer.lock")?;
    let version = lock.plugin_api_version.map(|version| format!(" {version}")).unwrap_or_default();
    let mut bill = Bill { format: format!("composer.lock{version}"), ..Bill::default() };
    let words = "a composer.lock does not list the project's own dependencies: direct and transitive cannot be distinguished";
    bill.notes.add(Gravity::Info, "document", words);
    let lists = [
        ("packages", Scope::Required, lock.packages),
        ("packages-dev", Scope::Excluded, lock.packages_dev.unwrap_or_default()),
    ];
    let known: BTreeMap<String, String> = lists
        .iter()
        .flat_map(|(.., packages)| packages)
        .map(|package| (package.name.to_lowercase(), reference(package)))
        .collect();
    for (list, scope, packages) in &lists {
        for (index, package) in packages.iter().enumerate() {
            for key in package.rest.keys() {
                bill.notes.not_understood(&format!("{list}[].{key}"));
            }
            let needed = package.require.iter().filter_map(Value::as_object).flat_map(|needed| needed.keys());
            let on = needed.filter_map(|name| known.get(&name.to_lowercase())).cloned().collect();
            bill.dependencies.push(Dependency { from: reference(package), on });
            let place = format!("$.{list}[{index}]");
            bill.components.push(Component { scope: *scope, ..component(package, place) });
        }
    }
    Ok(bill)
}

fn reference(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

fn component(package: &Package, place: String) -> Component {
    let (group, name) = match package.name.split_once('/') {
        Some((group, name)) => (Some(group), name),
        None => (None, package.name.as_str()),
    };
    let public = package.notification_url.as_deref().is_some_and(|url| url.contains("packagist.org"));
    let purl = if public { super::purl("composer", group, name, &package.version) } else { None };
    let origins = || [&package.dist, &package.source].into_iter().flatten();
    let digest = package.dist.as_ref().and_then(|dist| dist.shasum.as_deref());
    Component {
        reference: reference(package),
        name: name.to_owned(),
        group: group.map(str::to_owned),
        version: Some(package.version.clone()),
        description: package.description.clone().filter(|text| !text.is_empty()),
        purls: purl.into_iter().collect(),
        hashes: digest.and_then(|digest| hash("sha1", digest)).into_iter().collect(),
        licences: package.license.clone(),
        addresses: origins()
            .filter_map(|origin| origin.url.clone())
            .chain(package.homepage.clone())
            .collect(),
        place,
        ..Component::default()
    }
}
