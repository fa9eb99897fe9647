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

/// The versions of each item by its name. A version of SOUP carries its package, if its package URL names one, so that another
/// package of the same name and version is another item.
type Versions<'a> = BTreeMap<&'a str, BTreeSet<Version<'a>>>;

/// A version, and the package that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version<'a> {
    text: &'a str,
    package: &'a str,
}

fn items(release: &Release) -> Versions<'_> {
    let mut found = Versions::new();
    for row in release.baseline_items.iter() {
        found.entry(&*row.item).or_default().insert(Version { text: &row.version, package: "" });
    }
    found
}

fn soup(release: &Release, with_packages: bool) -> Versions<'_> {
    let mut found = Versions::new();
    for row in release.soup_baseline.iter() {
        let package = row.purl.split(['@', '?', '#']).next().filter(|_| with_packages).unwrap_or_default();
        found.entry(&*row.item).or_default().insert(Version { text: &row.version, package });
    }
    found
}

/// Whether every SOUP item of a baseline has a package URL.
fn names_packages(release: &Release) -> bool {
    release.soup_baseline.iter().all(|row| !row.purl.is_empty())
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
    let packages = names_packages(&before) && names_packages(release);
    for (kind, then, now) in [
        (DifferenceKind::Item, items(&before), items(release)),
        (DifferenceKind::Soup, soup(&before, packages), soup(release, packages)),
    ] {
        if now.is_empty() && is_not_stated(release, kind) {
            continue;
        }
        let names: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
        for item in names {
            let (from, to) = (then.get(item), now.get(item));
            if from == to {
                continue;
            }
            let joined = |versions: &BTreeSet<Version<'_>>| {
                versions.iter().map(|version| version.text).collect::<Vec<_>>().join(", ")
            };
            found.push(Difference {
                kind,
                item: item.to_owned(),
                from: from.map(joined),
                to: to.map(joined),
                changes: behind(&changes, kind, item, (from, to)),
            });
        }
    }
    found
}

/// Whether a release does not say yet what it contains: then nothing was removed.
fn is_not_stated(release: &Release, kind: DifferenceKind) -> bool {
    match kind {
        DifferenceKind::Item => true,
        DifferenceKind::Soup => release.no_soup_reason.trim().is_empty(),
    }
}

/// The changes that are behind a difference: those that name the item among what they affect. For SOUP their steps together must
/// bring every version that comes and take every version that goes; else there are none.
fn behind(
    changes: &[(RecordId, Arc<ChangeRequest>)],
    kind: DifferenceKind,
    item: &str,
    (from, to): (Option<&BTreeSet<Version<'_>>>, Option<&BTreeSet<Version<'_>>>),
) -> Vec<RecordId> {
    let texts = |versions: Option<&BTreeSet<Version<'_>>>| -> BTreeSet<String> {
        versions.into_iter().flatten().map(|version| version.text.to_owned()).collect()
    };
    let (from, to) = (texts(from), texts(to));
    match kind {
        DifferenceKind::Item => {
            let naming =
                changes.iter().filter(|(_, change)| change.affected_cis.iter().any(|ci| &**ci == item));
            naming.map(|(id, _)| *id).collect()
        }
        DifferenceKind::Soup => {
            let rows = || {
                changes
                    .iter()
                    .flat_map(|(_, change)| change.affected_soup.iter())
                    .filter(|row| &*row.item == item)
            };
            let comes = to.difference(&from).all(|version| rows().any(|row| *row.to == **version));
            let goes = from.difference(&to).all(|version| rows().any(|row| *row.from == **version));
            let naming = |change: &ChangeRequest| change.affected_soup.iter().any(|row| &*row.item == item);
            let whole = comes && goes;
            changes.iter().filter(|(_, change)| whole && naming(change)).map(|(id, _)| *id).collect()
        }
    }
}

/// The differences that no change of the release is behind.
pub fn uncovered(world: &dyn World, release: &Release) -> Vec<Difference> {
    differences(world, release).into_iter().filter(|difference| difference.changes.is_empty()).collect()
}
