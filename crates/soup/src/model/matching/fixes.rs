//! The versions that a record names as fixed, among its claims about a component. They inform a reader; no verdict depends on them.

use std::collections::BTreeSet;

use super::claims;
use super::criterion::concerned;
use super::identity::Identity;
use super::versions;
use crate::model::advisory::{AS_WRITTEN, Advisory, ApplicabilityNode, ClaimStatus, Interval, Versions};

/// Maximum depth of a tree.
const DEPTH_MAX: usize = 64;

/// The versions that contain a fix, as written, sorted by their text. An interval of affected versions that ends before a version names that version.
pub fn fixed_versions(identity: &Identity, advisory: &Advisory) -> Vec<String> {
    let mut fixed = BTreeSet::new();
    for claim in &advisory.packages {
        let (hits, answers) = claims::hits(identity, advisory, claim);
        if !hits.is_empty() || !answers.is_empty() {
            claim.versions.iter().for_each(|entry| of_entry(entry, &mut fixed));
        }
    }
    advisory.applicability.iter().for_each(|root| of_node(identity, root, DEPTH_MAX, &mut fixed));
    fixed.into_iter().collect()
}

fn of_entry(entry: &Versions, fixed: &mut BTreeSet<String>) {
    // Such ends are commits or sentences.
    if versions::is_git(entry) || entry.order == AS_WRITTEN {
        return;
    }
    match entry.status {
        ClaimStatus::Affected => entry.intervals.iter().for_each(|interval| end_of(interval, fixed)),
        ClaimStatus::Fixed => {
            fixed.extend(entry.listed.iter().cloned());
            let starts = entry.intervals.iter().filter_map(|interval| interval.from.as_ref());
            fixed.extend(starts.filter(|bound| bound.included).map(|bound| bound.version.clone()));
        }
        ClaimStatus::NotAffected | ClaimStatus::Unknown => {}
    }
}

fn end_of(interval: &Interval, fixed: &mut BTreeSet<String>) {
    let end = interval.to.as_ref().filter(|bound| !bound.included);
    fixed.extend(end.map(|bound| bound.version.clone()));
}

fn of_node(identity: &Identity, node: &ApplicabilityNode, depth: usize, fixed: &mut BTreeSet<String>) {
    // What is true where none of these versions is used says nothing about a fix.
    if node.negate {
        return;
    }
    for criterion in &node.criteria {
        if criterion.vulnerable && !concerned(identity, &criterion.criteria).is_empty() {
            end_of(&criterion.interval, fixed);
        }
    }
    if depth > 0 {
        node.children.iter().for_each(|child| of_node(identity, child, depth - 1, fixed));
    }
}
