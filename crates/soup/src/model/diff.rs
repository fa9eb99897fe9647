//! Changes from one bill of materials to the next.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::bill::Bill;
use super::component::Component;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field: `supplier`, `licences`, …
    pub field: &'static str,
    /// The old value; empty when the document gave none.
    pub before: String,
    /// The new value; empty when the document gives none.
    pub after: String,
}

/// A component that is in both bills but differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The old component.
    pub before: Component,
    /// The new component.
    pub after: Component,
    /// The fields that differ, apart from the version.
    pub fields: Vec<FieldChange>,
}

/// The difference of two bills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BillDiff {
    /// Only in the second.
    pub added: Vec<Component>,
    /// Only in the first.
    pub removed: Vec<Component>,
    /// The same component in another version.
    pub version_changed: Vec<Change>,
    /// The same component in the same version, with other fields.
    pub otherwise_changed: Vec<Change>,
    /// Number of components that are equal in both.
    pub unchanged: usize,
}

/// Compares two bills by register identity. Components are paired by [`Component::register_line`]. If one component of a name then remains
/// on each side, the two are paired by [`Component::product_line`]. If several remain, they are not paired: they count as added and
/// removed.
pub fn diff(before: &Bill, after: &Bill) -> BillDiff {
    let mut outcome = BillDiff::default();
    let mut open: BTreeMap<String, VecDeque<&Component>> = BTreeMap::new();
    for component in &before.components {
        open.entry(component.register_line()).or_default().push_back(component);
    }
    let mut new: Vec<&Component> = Vec::new();
    for component in &after.components {
        match open.get_mut(&component.register_line()).and_then(VecDeque::pop_front) {
            None => new.push(component),
            Some(old) => {
                let fields = fields(old, component);
                if fields.is_empty() {
                    outcome.unchanged += 1;
                } else {
                    outcome.otherwise_changed.push(Change {
                        before: old.clone(),
                        after: component.clone(),
                        fields,
                    });
                }
            }
        }
    }
    let old: Vec<&Component> = open.into_values().flatten().collect();
    pair(&old, &new, &mut outcome);
    outcome
}

fn pair(old: &[&Component], new: &[&Component], outcome: &mut BillDiff) {
    let mut by_product: BTreeMap<String, (Vec<&Component>, Vec<&Component>)> = BTreeMap::new();
    for component in old {
        by_product.entry(component.product_line()).or_default().0.push(component);
    }
    for component in new {
        by_product.entry(component.product_line()).or_default().1.push(component);
    }
    for (old, new) in by_product.into_values() {
        if let ([before], [after]) = (old.as_slice(), new.as_slice()) {
            let change =
                Change { before: (*before).clone(), after: (*after).clone(), fields: fields(before, after) };
            outcome.version_changed.push(change);
        } else {
            outcome.removed.extend(old.into_iter().cloned());
            outcome.added.extend(new.into_iter().cloned());
        }
    }
}

fn fields(before: &Component, after: &Component) -> Vec<FieldChange> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let list = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list.join(", ")
    };
    let hashes = |component: &Component| {
        let hashes = component.hashes.iter().map(|hash| format!("{} {}", hash.algorithm, hash.value));
        hashes.collect::<Vec<_>>().join(", ")
    };
    let of = |component: &Component| {
        [
            ("supplier", text(&component.supplier)),
            ("description", text(&component.description)),
            ("kind", format!("{:?}", component.kind)),
            ("scope", format!("{:?}", component.scope)),
            ("directness", format!("{:?}", component.directness)),
            ("CPE names", list(&component.cpes)),
            ("SWID tag", text(&component.swid)),
            ("licences", list(&component.licences)),
            ("copyright", text(&component.copyright)),
            ("addresses", list(&component.addresses)),
            ("pedigree", list(&component.pedigree)),
            ("digests", hashes(component)),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    let changed = pairs.filter(|((_, before), (_, after))| before != after);
    changed.map(|((field, before), (_, after))| FieldChange { field, before, after }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: &str, version: &str) -> Component {
        Component { name: name.to_owned(), version: Some(version.to_owned()), ..Component::default() }
    }

    #[test]
    fn added_removed_updated_and_otherwise_changed_components_are_distinguished() {
        let before = Bill {
            components: vec![
                component("zlib", "1.2.13"),
                component("curl", "8.0"),
                component("boost", "1.80"),
                component("same", "1"),
                component("lodash", "3.0"),
                component("lodash", "4.0"),
            ],
            ..Bill::default()
        };
        let supplied = Component { supplier: Some("Boost".to_owned()), ..component("boost", "1.80") };
        let after = Bill {
            components: vec![
                component("zlib", "1.3.1"),
                supplied,
                component("same", "1"),
                component("fmt", "11"),
                component("lodash", "4.0"),
                component("lodash", "5.0"),
            ],
            ..Bill::default()
        };
        let names = |list: &[Component]| -> Vec<String> { list.iter().map(Component::label).collect() };
        let outcome = diff(&before, &after);
        assert_eq!(names(&outcome.added), ["fmt 11"]);
        assert_eq!(names(&outcome.removed), ["curl 8.0"]);
        let updated: Vec<String> =
            outcome.version_changed.iter().map(|change| change.after.label()).collect();
        assert_eq!(updated, ["lodash 5.0", "zlib 1.3.1"]);
        assert_eq!(outcome.otherwise_changed.len(), 1);
        assert_eq!(outcome.otherwise_changed[0].fields[0].field, "supplier");
        assert_eq!(outcome.unchanged, 2);
        // Two components with the same register identity are paired in their order.
        let one = Component { name: "one".to_owned(), ..Component::default() };
        let other = Component { licences: vec!["MIT".to_owned()], ..one.clone() };
        let twins = Bill { components: vec![one, other], ..Bill::default() };
        assert_eq!(diff(&twins, &twins).unchanged, 2);
        let same = diff(&before, &before);
        assert_eq!(same, BillDiff { unchanged: 6, ..BillDiff::default() });
    }
}
