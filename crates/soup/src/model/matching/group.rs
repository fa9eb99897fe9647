//! Groups records of one vulnerability: records that name each other as aliases belong together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::advisory::Advisory;

/// Records of one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The identifier to show: a CVE if there is one, else a GHSA, else the first by name.
    pub id: String,
    /// All identifiers and aliases of the records, `id` among them.
    pub ids: BTreeSet<String>,
    /// Positions of the records in the input.
    pub members: Vec<usize>,
}

/// Groups records by their identifiers and aliases, also if two records have only an alias in common. `related` does not join records, because
/// related vulnerabilities are not the same. The groups are in the order of their first record.
pub fn group(records: &[&Advisory]) -> Vec<Group> {
    let mut owner: BTreeMap<String, usize> = BTreeMap::new();
    let mut parent: Vec<usize> = (0..records.len()).collect();
    for (position, record) in records.iter().enumerate() {
        for id in std::iter::once(&record.id).chain(&record.aliases) {
            let first = *owner.entry(id.to_uppercase()).or_insert(position);
            let (a, b) = (root(&mut parent, first), root(&mut parent, position));
            if let Some(slot) = parent.get_mut(a.max(b)) {
                *slot = a.min(b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (position, record) in records.iter().enumerate() {
        let group = groups.entry(root(&mut parent, position)).or_default();
        group.members.push(position);
        group.ids.insert(record.id.clone());
        group.ids.extend(record.aliases.iter().cloned());
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    for group in &mut groups {
        group.id = group.ids.iter().min_by_key(|id| (rank(id), id.as_str())).cloned().unwrap_or_default();
    }
    groups
}

fn root(parent: &mut [usize], of: usize) -> usize {
    let mut at = of;
    while let Some(up) = parent.get(at).copied().filter(|up| *up != at) {
        let above = parent.get(up).copied().unwrap_or(up);
        if let Some(slot) = parent.get_mut(at) {
            *slot = above;
        }
        at = above;
    }
    at
}

fn rank(id: &str) -> u8 {
    if id.starts_with("CVE-") {
        0
    } else if id.starts_with("GHSA-") {
        1
    } else {
        2
    }
}
