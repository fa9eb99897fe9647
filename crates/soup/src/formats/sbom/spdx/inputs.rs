//! Inputs of builds in an SPDX 3 document: archives and other sources that a build used and that are in no product.

use std::collections::{BTreeSet, HashSet};

use super::graph::Link;
use super::model::{Document, Other, Package};
use mainstay_base::note::Gravity;

/// Relationships whose target is a part of something, or something that a build made.
const PARTS: [&str; 11] = [
    "contains",
    "dependsOn",
    "describes",
    "hasDynamicLink",
    "hasOptionalComponent",
    "hasOptionalDependency",
    "hasOutput",
    "hasPrerequisite",
    "hasProvidedDependency",
    "hasStaticLink",
    "packagedBy",
];

/// Maximum number of names in the note.
const SHOWN: usize = 5;

/// Removes the packages that are only inputs of builds, or sources that are part of nothing, and reports how many. They stay known, so that
/// relationships may name them.
pub(super) fn take_out(document: &mut Document, links: &[Link], builds: &HashSet<String>) {
    if builds.is_empty() && !links.iter().any(|link| link.kind == "hasInput") {
        return;
    }
    let named = |wanted: &dyn Fn(&Link) -> bool| -> BTreeSet<&str> {
        links.iter().filter(|link| wanted(link)).flat_map(|link| &link.to).map(String::as_str).collect()
    };
    let inputs = named(&|link| link.kind == "hasInput");
    let mut parts = named(&|link| PARTS.contains(&link.kind.as_str()));
    parts.extend(document.described.iter().map(String::as_str));
    let only_input = |package: &Package| {
        let id = package.id.as_deref().unwrap_or_default();
        let is_source = package.purpose.as_deref() == Some("SOURCE");
        (is_source || inputs.contains(id)) && !parts.contains(id)
    };
    if document.packages.iter().all(only_input) {
        return;
    }
    let (taken, kept): (Vec<Package>, Vec<Package>) =
        std::mem::take(&mut document.packages).into_iter().partition(only_input);
    document.packages = kept;
    if taken.is_empty() {
        return;
    }
    let mut names: Vec<&str> =
        taken.iter().filter_map(|package| package.name.as_deref()).take(SHOWN).collect();
    if taken.len() > names.len() {
        names.push("…");
    }
    let text = format!(
        "{} packages are only sources or inputs of builds, not parts of the product, and are not listed as components: {}",
        taken.len(),
        names.join(", ")
    );
    document.notes.add(Gravity::Info, "@graph", text);
    let others =
        taken.into_iter().filter_map(|package| Some(Other { id: package.id?, place: package.place }));
    document.others.extend(others);
}
