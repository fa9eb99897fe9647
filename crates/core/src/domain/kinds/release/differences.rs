//! What is in a release and was not in the one before, and which change is behind each difference (IEC 62304 8.2.1, 8.3).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Release;
use crate::domain::change_request::ChangeRequest;
use crate::domain::ids::RecordId;
use crate::domain::workflow::World;

/// Which table of the baseline a difference is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// A configuration item.
    Item,
    /// A SOUP item.
    Soup,
}

/// An item that differs between a release and the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which table.
    pub kind: DifferenceKind,
    /// The item.
    pub item: String,
    /// Its versions before, joined by commas; `None` if it is new.
    pub from: Option<String>,
    /// Its versions now; `None` if it was removed.
    pub to: Option<String>,
    /// The changes in the release that name it.
    pub changes: Vec<RecordId>,
}

impl Difference {
    /// The difference in words, such as “libexpat 2.5.0 → 2.6.2”.
    pub fn words(&self) -> String {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{} {from} → {to}", self.item),
            (None, Some(to)) => format!("{} {to}, new", self.item),
            (Some(from), None) => format!("{} {from}, removed", self.item),
            (None, None) => self.item.clone(),
        }
    }
}

/// The versions of each item by its name.
type Versions<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn items(release: &Release) -> Versions<'_> {
    let mut found = Versions::new();
    for row in release.baseline_items.iter() {
        found.entry(&*row.item).or_default().insert(&*row.version);
    }
    found
}

fn soup(release: &Release) -> Versions<'_> {
    let mut found = Versions::new();
    for row in release.soup_baseline.iter() {
        found.entry(&*row.item).or_default().insert(&*row.version);
    }
    found
}

/// The differences between a release and the one before, in the order of kind and item. Without one before, everything is new and
/// nothing differs.
pub fn differences(world: &dyn World, release: &Release) -> Vec<Difference> {
    let before: Option<Arc<Release>> =
        release.predecessor.and_then(|id| world.record(id)).and_then(|data| data.typed());
    let Some(before) = before else { return Vec::new() };
    let changes: Vec<(RecordId, Arc<ChangeRequest>)> =
        release.change_requests.iter().filter_map(|id| Some((*id, world.record(*id)?.typed()?))).collect();
    let mut found = Vec::new();
    for (kind, then, now) in [
        (DifferenceKind::Item, items(&before), items(release)),
        (DifferenceKind::Soup, soup(&before), soup(release)),
    ] {
        let names: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
        for item in names {
            let (from, to) = (then.get(item), now.get(item));
            if from == to {
                continue;
            }
            let joined = |versions: &BTreeSet<&str>| versions.iter().copied().collect::<Vec<_>>().join(", ");
            let behind = changes.iter().filter(|(_, change)| names_it(change, kind, item, (from, to)));
            found.push(Difference {
                kind,
                item: item.to_owned(),
                from: from.map(joined),
                to: to.map(joined),
                changes: behind.map(|(id, _)| *id).collect(),
            });
        }
    }
    found
}

/// Whether a change names a difference: the item among those that it affects; for SOUP with the versions that come and go.
fn names_it(
    change: &ChangeRequest,
    kind: DifferenceKind,
    item: &str,
    (from, to): (Option<&BTreeSet<&str>>, Option<&BTreeSet<&str>>),
) -> bool {
    let none = BTreeSet::new();
    let (from, to) = (from.unwrap_or(&none), to.unwrap_or(&none));
    match kind {
        DifferenceKind::Item => change.affected_cis.iter().any(|ci| &**ci == item),
        DifferenceKind::Soup => {
            let rows: Vec<_> = change.affected_soup.iter().filter(|row| &*row.item == item).collect();
            let comes = |version: &&str| rows.iter().any(|row| &*row.to == *version);
            let goes = |version: &&str| rows.iter().any(|row| &*row.from == *version);
            !rows.is_empty() && to.difference(from).all(comes) && from.difference(to).all(goes)
        }
    }
}

/// The differences that no change of the release is behind.
pub fn uncovered(world: &dyn World, release: &Release) -> Vec<Difference> {
    differences(world, release).into_iter().filter(|difference| difference.changes.is_empty()).collect()
}
