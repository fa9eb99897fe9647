//! The commits of a version beside those that its changes name (IEC 62304 8.2.2).

use std::collections::BTreeMap;

use super::{CommitRow, Release};
use crate::domain::change_request::ChangeRequest;
use crate::domain::ids::RecordId;
use crate::domain::workflow::World;
use mainstay_base::commit_hash::is_commit_hash;

/// A change of the release of which commits are not in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingCommits {
    /// The change.
    pub change: RecordId,
    /// What it names and the list lacks, as it names it; empty if it names no commit at all.
    pub commits: Vec<String>,
}

impl MissingCommits {
    /// The finding in words.
    pub fn words(&self) -> String {
        if self.commits.is_empty() {
            format!("{} names no commit", self.change)
        } else {
            format!("{} names commits that the list lacks: {}", self.change, self.commits.join(", "))
        }
    }
}

/// What the commit list of a release and its changes say of each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommitComparison {
    /// How many commits the list has.
    pub listed: usize,
    /// Commits of the list that no change of the release names, in the order of the list.
    pub unnamed: Vec<CommitRow>,
    /// Changes of the release of which commits are not in the list, in their order.
    pub missing: Vec<MissingCommits>,
}

impl CommitComparison {
    /// Whether the list and the changes agree.
    pub const fn agrees(&self) -> bool {
        self.unnamed.is_empty() && self.missing.is_empty()
    }
}

/// The commits of a list by their hashes in lower case, and whether a change names each.
struct Listed<'a>(BTreeMap<String, (&'a CommitRow, bool)>);

impl Listed<'_> {
    /// Marks every commit of which this is the hash, or an abbreviation, or whose abbreviation it continues.
    fn mark(&mut self, hash: &str) -> bool {
        let mut found = false;
        for (_, (_, named)) in
            self.0.range_mut(hash.to_owned()..).take_while(|(own, _)| own.starts_with(hash))
        {
            *named = true;
            found = true;
        }
        for end in 1..hash.len() {
            if let Some((_, named)) = hash.get(..end).and_then(|shorter| self.0.get_mut(shorter)) {
                *named = true;
                found = true;
            }
        }
        found
    }
}

/// The hash with which a line of a change begins; words may follow. An address ends with it.
fn hash_of(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?.trim_end_matches([',', ';', ':', '.']);
    let hash = word.rsplit('/').next()?;
    is_commit_hash(hash).then(|| hash.to_ascii_lowercase())
}

/// Compares the commit list of a release with its changes. A hash and its abbreviation of at least seven digits are the same commit.
pub fn compare(world: &dyn World, release: &Release) -> CommitComparison {
    let rows = release.commits.iter().map(|row| (row.commit.to_ascii_lowercase(), (row, false)));
    let mut listed = Listed(rows.collect());
    let mut missing = Vec::new();
    for id in &release.change_requests {
        let Some(change) = world.record(*id).and_then(|data| data.typed::<ChangeRequest>()) else { continue };
        let lacking =
            change.commits.iter().filter(|line| !hash_of(line).is_some_and(|hash| listed.mark(&hash)));
        let commits: Vec<String> = lacking.map(|line| line.to_string()).collect();
        if !commits.is_empty() || change.commits.is_empty() {
            missing.push(MissingCommits { change: *id, commits });
        }
    }
    let named =
        |row: &&CommitRow| listed.0.get(&row.commit.to_ascii_lowercase()).is_some_and(|(_, named)| *named);
    let unnamed = release.commits.iter().filter(|row| !named(row)).cloned().collect();
    CommitComparison { listed: release.commits.len(), unnamed, missing }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::Table;
    use crate::domain::text::Line;

    #[test]
    fn a_line_of_a_change_begins_with_its_hash() {
        for line in [
            "3F2A9BC",
            "3f2a9bc: check the length",
            "3f2a9bc check",
            "https://git.example.com/pump/commit/3f2a9bc now",
        ] {
            assert_eq!(hash_of(line).as_deref(), Some("3f2a9bc"), "{line}");
        }
        for line in ["", "check 3f2a9bc", "3f2a9b", "pump/commit/"] {
            assert_eq!(hash_of(line), None, "{line}");
        }
    }

    #[test]
    fn abbreviations_match_either_way() {
        let row = |hash: &str| CommitRow { commit: Line::new(hash).unwrap(), ..CommitRow::default() };
        let rows = Table(vec![row("3f2a9bcdd0"), row("77aa123"), row("3f2a9bb000")]);
        let mut listed = Listed(rows.iter().map(|row| (row.commit.to_string(), (row, false))).collect());
        assert!(listed.mark("3f2a9bc"));
        assert!(listed.mark("77aa123456"));
        assert!(!listed.mark("77aa124456"));
        assert_eq!(listed.0.values().map(|(_, named)| *named).collect::<Vec<_>>(), [false, true, true]);
    }
}
