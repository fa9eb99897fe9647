//! `gradle.lockfile` and `buildscript-gradle.lockfile`.

use super::Sight;
use crate::model::bill::Bill;
use crate::model::component::{Component, Scope};
use mainstay_base::note::{Gravity, Unreadable};

/// Whether it is such a file, by Gradle's comment at the top.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.line_begins("# This is a Gradle generated file for dependency locking")
}

/// Reads a lock file: `group:name:version=configuration,…`. It does not list dependencies.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut bill = Bill { format: "gradle.lockfile".to_owned(), ..Bill::default() };
    let words = "a gradle.lockfile does not list dependencies: direct and transitive cannot be distinguished";
    bill.notes.add(Gravity::Info, "document", words);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let place = format!("line {}", index + 1);
        // The last line names the configurations that resolved nothing.
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        match component(line) {
            Some(component) => bill.components.push(Component { place, ..component }),
            None => {
                bill.notes.add(
                    Gravity::Refused,
                    place,
                    "not in the form `group:name:version=configurations`: skipped",
                );
            }
        }
    }
    Ok(bill)
}

fn component(line: &str) -> Option<Component> {
    let (coordinates, configurations) = line.split_once('=')?;
    let mut parts = coordinates.split(':');
    let (group, name, version) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || [group, name, version].iter().any(|part| part.trim().is_empty()) {
        return None;
    }
    // `classpath` is the one of the build script.
    let serves_build = |name: &str| name.to_ascii_lowercase().contains("test") || name == "classpath";
    let only_build = configurations.split(',').all(|name| serves_build(name.trim()));
    Some(Component {
        reference: coordinates.to_owned(),
        name: name.to_owned(),
        group: Some(group.to_owned()),
        version: Some(version.to_owned()),
        purls: super::purl("maven", Some(group), name, version).into_iter().collect(),
        scope: if only_build { Scope::Excluded } else { Scope::Required },
        ..Component::default()
    })
}
