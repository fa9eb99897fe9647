//! `pubspec.lock` (Dart, Flutter).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Sight, hash};
use crate::model::bill::Bill;
use crate::model::component::{Component, Directness, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Deserialize)]
struct Package {
    dependency: String,
    description: Origin,
    source: String,
    version: String,
}

/// Only the name for a package of the SDK.
#[derive(Deserialize)]
#[serde(untagged)]
enum Origin {
    Members(BTreeMap<String, Option<String>>),
    Name(IgnoredAny),
}

impl Origin {
    fn text(&self, key: &str) -> Option<&str> {
        match self {
            Self::Members(members) => members.get(key)?.as_deref(),
            Self::Name(_) => None,
        }
    }
}

/// Whether it is such a file, by its two parts.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.line_begins("packages:") && sight.line_begins("sdks:")
}

/// Reads a lock file. It lists the product's direct dependencies, but not those of packages.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = super::yaml(text, "pubspec.lock")?;
    let mut bill = Bill { format: "pubspec.lock".to_owned(), ..Bill::default() };
    for (name, package) in &lock.packages {
        let place = format!("packages.{name}");
        let (scope, directness) = match package.dependency.as_str() {
            "direct main" | "direct overridden" => (Scope::Required, Directness::Direct),
            "direct dev" => (Scope::Excluded, Directness::Direct),
            "transitive" => (Scope::Required, Directness::Transitive),
            other => {
                let words = format!("`{}` is not a known word", other.chars().take(80).collect::<String>());
                bill.notes.add(Gravity::Warning, place.clone(), words);
                (Scope::Required, Directness::Unknown)
            }
        };
        bill.components.push(Component { scope, directness, place, ..component(name, package) });
    }
    Ok(bill)
}

fn component(name: &str, package: &Package) -> Component {
    let url = package.description.text("url");
    let public = url.is_some_and(|url| url.contains("//pub.dev") || url.contains("//pub.dartlang.org"));
    let from_registry = package.source == "hosted" && public;
    let purl = if from_registry { super::purl("pub", None, name, &package.version) } else { None };
    let revision =
        package.description.text("resolved-ref").map(|commit| format!("#{commit}")).unwrap_or_default();
    let address = url.or_else(|| package.description.text("path")).filter(|_| !from_registry);
    let digest = package.description.text("sha256").and_then(|digest| hash("sha256", digest));
    Component {
        reference: format!("{name} {}", package.version),
        name: name.to_owned(),
        version: Some(package.version.clone()),
        purls: purl.into_iter().collect(),
        hashes: digest.into_iter().collect(),
        addresses: address.map(|address| format!("{address}{revision}")).into_iter().collect(),
        ..Component::default()
    }
}
