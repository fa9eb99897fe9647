//! The register of SOUP beside the baselines of releases: which rows of a baseline are registered, and where an item is used
//! (IEC 62304 8.1.2, 8.3; domain 3.6, SOUP-03, SOUP-10, SOUP-12).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::SoupItemState;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::release::{Release, ReleaseState, SoupVersion};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_designator::{SoupDesignator, counts, is_introduced_by};
use crate::domain::workflow::World;

/// The part of a package URL before its version.
pub fn package_of(purl: &str) -> &str {
    purl.split(['@', '?', '#']).next().unwrap_or_default()
}

/// A registered version: its designator and its item.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The item.
    pub item: SharedRecord,
    /// The designator.
    pub designator: SharedRecord,
}

impl Registered {
    /// Whether the item is approved for use.
    pub fn is_usable(&self) -> bool {
        SoupItemState::of(&self.item).is_some_and(SoupItemState::may_be_used)
    }
}

/// All registered versions, by the names that baselines write.
#[derive(Debug, Default)]
pub struct Register {
    versions: HashMap<(String, String), Vec<Registered>>,
}

impl Register {
    /// The register of a file.
    pub fn of(world: &dyn World) -> Self {
        let items: BTreeMap<RecordId, SharedRecord> =
            world.all(Kind::SoupItem).into_iter().map(|data| (data.head.id, data)).collect();
        let mut versions: HashMap<(String, String), Vec<Registered>> = HashMap::new();
        for designator in world.all(Kind::SoupDesignator) {
            let Some(item) = designator.head.parent.and_then(|id| items.get(&id)) else { continue };
            if !counts(&designator) {
                continue;
            }
            let key = (item.title().to_owned(), designator.text("title").to_owned());
            versions.entry(key).or_default().push(Registered { item: item.clone(), designator });
        }
        // An item that was rejected, retired or is not approved does not stand in the way of one that is in use under its name.
        for known in versions.values_mut() {
            known.sort_by_key(|known| (known.item.is_terminal(), !known.is_usable()));
        }
        Self { versions }
    }

    /// The registered version of a row of a baseline. Where both name a package, it must be the same one.
    pub fn find(&self, row: &SoupVersion) -> Option<&Registered> {
        let found = self.versions.get(&(row.item.to_string(), row.version.to_string()))?;
        let same = || found.iter().filter(|known| is_same_package(known, row));
        let written = |known: &&Registered| known.designator.text("purl") == &*row.purl;
        same().filter(|known| known.is_usable()).find(written).or_else(|| same().next())
    }
}

fn is_same_package(known: &Registered, row: &SoupVersion) -> bool {
    let own = match known.designator.text("purl") {
        "" => known.item.text("package"),
        purl => package_of(purl),
    };
    own.is_empty() || row.purl.is_empty() || own == package_of(&row.purl)
}

/// The releases that may be in service.
pub fn fielded(world: &dyn World) -> Vec<SharedRecord> {
    let mut releases = world.all(Kind::Release);
    releases.retain(|data| ReleaseState::of(data).is_some_and(ReleaseState::may_be_fielded));
    releases
}

/// The releases that may be in service and contain this version of an item.
pub fn fielded_with(world: &dyn World, item: &str, version: &str) -> Vec<RecordId> {
    let contains = |data: &SharedRecord| {
        data.typed::<Release>().is_some_and(|release| {
            release.soup_baseline.iter().any(|row| *row.item == *item && *row.version == *version)
        })
    };
    fielded(world).iter().filter(|data| contains(data)).map(|data| data.head.id).collect()
}

/// What a baseline has that the register has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unregistered {
    /// Versions that are not in the register, as “name version”.
    pub missing: Vec<String>,
    /// Items that are in the register and not approved for use, as “SI-0001 name”.
    pub not_approved: Vec<(RecordId, String)>,
    /// Designators of which nothing says what brought them into the product.
    pub without_change: Vec<(RecordId, String)>,
}

/// What the baseline of a release has that the register has not.
pub fn unregistered(world: &dyn World, release: &Release) -> Unregistered {
    let register = Register::of(world);
    let releases = world.all(Kind::Release);
    let mut found = Unregistered::default();
    let mut seen = BTreeSet::new();
    for row in release.soup_baseline.iter() {
        let Some(known) = register.find(row) else {
            found.missing.push(row.label());
            continue;
        };
        let item = known.item.head.id;
        if !known.is_usable() && seen.insert(item) {
            found.not_approved.push((item, format!("{item} {}", known.item.title())));
        }
        let explained = known
            .designator
            .typed::<SoupDesignator>()
            .is_some_and(|content| is_introduced_by(world, &releases, &row.item, &content));
        if !explained {
            found.without_change.push((item, row.label()));
        }
    }
    found
}

/// Where one item is used.
#[derive(Debug, Clone, Default)]
pub struct WhereUsed {
    /// Releases that contain it, each with the versions.
    pub releases: Vec<(SharedRecord, Vec<String>)>,
    /// Findings about it.
    pub findings: Vec<SharedRecord>,
    /// Changes that name it.
    pub changes: Vec<SharedRecord>,
    /// Reviews in which it was looked at.
    pub reviewed: Vec<SharedRecord>,
}

/// Where an item is used: in which releases, findings, changes and reviews.
pub fn where_used(world: &dyn World, item: &SharedRecord) -> WhereUsed {
    let name = item.title();
    let mut used = WhereUsed::default();
    for data in world.all(Kind::Release) {
        let Some(release) = data.typed::<Release>() else { continue };
        let rows = release.soup_baseline.iter().filter(|row| *row.item == *name);
        let versions: BTreeSet<String> = rows.map(|row| row.version.to_string()).collect();
        if !versions.is_empty() {
            used.releases.push((data, versions.into_iter().collect()));
        }
    }
    used.findings = world.naming(item.head.id, Kind::Finding, "items");
    let names_it = |data: &SharedRecord| {
        data.typed::<crate::domain::change_request::ChangeRequest>()
            .is_some_and(|change| change.affected_soup.iter().any(|row| *row.item == *name))
    };
    used.changes = world.all(Kind::ChangeRequest).into_iter().filter(names_it).collect();
    used.reviewed = world.naming(item.head.id, Kind::ReviewItem, "item");
    used
}
