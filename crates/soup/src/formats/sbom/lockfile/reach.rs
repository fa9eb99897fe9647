//! Scope and directness of resolved packages, derived from the project's own dependencies.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::bill::Bill;
use crate::model::component::{Directness, Scope};

/// The project's own dependencies, by reference.
#[derive(Default)]
pub(super) struct Roots {
    /// Needed at run time.
    pub(super) required: BTreeSet<String>,
    /// Optional.
    pub(super) optional: BTreeSet<String>,
    /// Only for development.
    pub(super) development: BTreeSet<String>,
}

/// Sets scope and directness of every component: required wins over optional, optional over development. A component that nothing depends
/// on keeps its values.
pub(super) fn apply(bill: &mut Bill, roots: &Roots) {
    let needs: HashMap<&str, &[String]> =
        bill.dependencies.iter().map(|line| (line.from.as_str(), line.on.as_slice())).collect();
    let required = reached(&roots.required, &needs);
    let optional = reached(&roots.optional, &needs);
    let development = reached(&roots.development, &needs);
    for component in &mut bill.components {
        let reference = component.reference.as_str();
        component.scope = if required.contains(reference) {
            Scope::Required
        } else if optional.contains(reference) {
            Scope::Optional
        } else if development.contains(reference) {
            Scope::Excluded
        } else {
            continue;
        };
        let sets = [&roots.required, &roots.optional, &roots.development];
        let is_direct = sets.into_iter().any(|set| set.contains(reference));
        component.directness = if is_direct { Directness::Direct } else { Directness::Transitive };
    }
}

fn reached(from: &BTreeSet<String>, needs: &HashMap<&str, &[String]>) -> HashSet<String> {
    let mut reached: HashSet<String> = from.iter().cloned().collect();
    let mut open: Vec<String> = from.iter().cloned().collect();
    while let Some(reference) = open.pop() {
        for on in needs.get(reference.as_str()).copied().unwrap_or_default() {
            if reached.insert(on.clone()) {
                open.push(on.clone());
            }
        }
    }
    reached
}
