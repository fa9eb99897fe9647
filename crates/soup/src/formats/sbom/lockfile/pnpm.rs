//! `pnpm-lock.yaml`, versions 5 to 9, including the document for tools of the project that pnpm 11 and later put first.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::reach::{self, Roots};
use super::{Sight, node};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::Component;
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lock {
    lockfile_version: String,
    /// The projects of a workspace by folder; a single one is at the root before version 9.
    #[serde(default, alias = "projects")]
    importers: BTreeMap<String, Project>,
    #[serde(flatten)]
    root: Project,
    #[serde(default)]
    packages: BTreeMap<String, Package>,
    /// Since version 9: the dependencies of packages, by package and the peers with which it was resolved.
    #[serde(default)]
    snapshots: BTreeMap<String, Needs>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Project {
    dependencies: BTreeMap<String, Wish>,
    optional_dependencies: BTreeMap<String, Wish>,
    dev_dependencies: BTreeMap<String, Wish>,
    /// From the first document: the packages that configure pnpm, and pnpm itself.
    config_dependencies: BTreeMap<String, Wish>,
    package_manager_dependencies: BTreeMap<String, Wish>,
}

/// Only a version until 5, with the requirement since 6.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wish {
    Resolved { version: String },
    Version(String),
}

impl Wish {
    fn version(&self) -> &str {
        match self {
            Self::Resolved { version } | Self::Version(version) => version,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Package {
    resolution: Resolution,
    name: Option<String>,
    version: Option<String>,
    #[serde(flatten)]
    needs: Needs,
    #[serde(flatten)]
    #[expect(clippy::zero_sized_map_values, reason = "a set cannot be read of a map")]
    rest: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resolution {
    integrity: Option<String>,
    tarball: Option<String>,
    repo: Option<String>,
    commit: Option<String>,
    directory: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Needs {
    dependencies: BTreeMap<String, String>,
    optional_dependencies: BTreeMap<String, String>,
}

/// Whether it is such a file, by its format version.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.line_begins("lockfileVersion:")
}

/// Newest supported version of the format.
const NEWEST: u32 = 9;

/// Reads a lock file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut bill = Bill::default();
    let mut roots = Roots::default();
    for (before, part) in documents(text) {
        // Empty lines keep the line numbers.
        let padded = "\n".repeat(before);
        let part = if before == 0 { Cow::Borrowed(part) } else { Cow::Owned(padded + part) };
        let lock: Lock = super::yaml(&part, "pnpm-lock.yaml")?;
        bill.format = format!("pnpm-lock.yaml {}", lock.lockfile_version);
        if major(&lock).is_some_and(|major| major > NEWEST) {
            let words = format!("newer than this program supports; it is read as version {NEWEST}");
            bill.notes.add(Gravity::Warning, "lockfileVersion", words);
        }
        take(&lock, &mut roots, &mut bill);
    }
    one_line_each(&mut bill);
    reach::apply(&mut bill, &roots);
    Ok(bill)
}

/// The non-empty documents of a file, with the number of lines before each.
fn documents(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            documents.push((start_line, text.get(start..at).unwrap_or_default()));
            (start, start_line) = (at + line.len(), number + 1);
        }
        at += line.len();
    }
    documents.push((start_line, text.get(start..).unwrap_or_default()));
    documents.retain(|(_, part)| !part.trim().is_empty());
    documents
}

fn major(lock: &Lock) -> Option<u32> {
    lock.lockfile_version.split('.').next()?.parse().ok()
}

fn take(lock: &Lock, roots: &mut Roots, bill: &mut Bill) {
    let keys = Keys::of(lock);
    for (key, package) in &lock.packages {
        for key in package.rest.keys() {
            bill.notes.not_understood(&format!("packages[].{key}"));
        }
        let from = keys.canonical(key);
        bill.dependencies.push(Dependency { from: from.clone(), on: keys.on(&package.needs) });
        let place = format!("packages[\"{key}\"]");
        match component(&from, package) {
            Some(component) => {
                if let Some(registry) = Keys::registry(&from) {
                    let words = format!(
                        "it comes from the project's own registry `{registry}`, so it has no package URL"
                    );
                    bill.notes.add(Gravity::Info, place.clone(), words);
                }
                bill.components.push(Component { reference: from, place, ..component });
            }
            None => bill.notes.add(Gravity::Refused, place, "a package without a name is skipped"),
        }
    }
    for (key, needs) in &lock.snapshots {
        bill.dependencies.push(Dependency { from: keys.canonical(key), on: keys.on(needs) });
    }
    for project in lock.importers.values().chain([&lock.root]) {
        let resolved = |wishes: &BTreeMap<String, Wish>| -> Vec<String> {
            wishes.iter().filter_map(|(name, wish)| keys.resolve(name, wish.version())).collect()
        };
        roots.required.extend(resolved(&project.dependencies));
        roots.optional.extend(resolved(&project.optional_dependencies));
        let tools =
            [&project.dev_dependencies, &project.config_dependencies, &project.package_manager_dependencies];
        roots.development.extend(tools.into_iter().flat_map(resolved));
    }
}

/// Packages and their snapshots list dependencies of the same component.
fn one_line_each(bill: &mut Bill) {
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in std::mem::take(&mut bill.dependencies) {
        lines.entry(line.from).or_default().extend(line.on);
    }
    bill.dependencies = lines.into_iter().map(|(from, on)| Dependency { from, on }).collect();
}

/// The spelling of package names.
struct Keys {
    /// Until version 5: `/name/version_peers`.
    old: bool,
    known: BTreeSet<String>,
}

impl Keys {
    fn of(lock: &Lock) -> Self {
        let mut keys = Self { old: major(lock).is_some_and(|major| major < 6), known: BTreeSet::new() };
        keys.known = lock.packages.keys().map(|key| keys.canonical(key)).collect();
        keys
    }

    /// A key of any version as `name@version`: `/a/1.0.0_peer@2` (5), `/a@1.0.0(peer@2)` (6), `a@1.0.0` (9).
    fn canonical(&self, key: &str) -> String {
        let key = without_peers(key.strip_prefix('/').unwrap_or(key));
        match key.rsplit_once('/') {
            Some((name, version)) if self.old && !name.is_empty() => {
                format!("{name}@{}", without_old_peers(version))
            }
            Some(_) | None => key.to_owned(),
        }
    }

    /// The dependencies, by reference.
    fn on(&self, needs: &Needs) -> Vec<String> {
        let all = needs.dependencies.iter().chain(&needs.optional_dependencies);
        all.filter_map(|(name, version)| self.resolve(name, version)).collect()
    }

    /// The project's own registry that a package comes from: `work` of `a@work:1.0.0`.
    fn registry(key: &str) -> Option<&str> {
        named_registry(node::name_and_rest(key)?.1).map(|(registry, _)| registry)
    }

    /// The package that a dependency means: its own name with the version, or another name if it is an alias. `None` for a link into the
    /// workspace.
    fn resolve(&self, name: &str, version: &str) -> Option<String> {
        let version = without_peers(version);
        let plain = if self.old { without_old_peers(version) } else { version };
        let candidates = [format!("{name}@{plain}"), self.canonical(version)];
        candidates.into_iter().find(|candidate| self.known.contains(candidate))
    }
}

fn without_peers(text: &str) -> &str {
    text.split_once('(').map_or(text, |(start, _)| start)
}

/// Version 5 puts the peers after an underscore.
fn without_old_peers(version: &str) -> &str {
    version.split_once('_').map_or(version, |(start, _)| start)
}

/// Registry and version of `work:1.0.0`; `None` for an address or a folder.
fn named_registry(version: &str) -> Option<(&str, &str)> {
    let (registry, version) = version.split_once(':')?;
    version.starts_with(|letter: char| letter.is_ascii_digit()).then_some((registry, version))
}

fn component(key: &str, package: &Package) -> Option<Component> {
    let (named, rest) = node::name_and_rest(key).unwrap_or((key, ""));
    let name = package.name.as_deref().unwrap_or(named);
    let plain = named_registry(rest).map_or(rest, |(_, version)| version);
    let version = package.version.as_deref().unwrap_or(plain);
    if name.is_empty() {
        return None;
    }
    let Resolution { integrity, tarball, repo, commit, directory } = &package.resolution;
    // A tarball of the registry has an integrity; its address is included too if the registry requires it.
    let by_version = rest.starts_with(|letter: char| letter.is_ascii_digit());
    let from_registry = by_version && repo.is_none() && directory.is_none();
    let revision = commit.as_ref().map(|commit| format!("#{commit}")).unwrap_or_default();
    let repository = repo.as_ref().map(|repo| format!("{repo}{revision}"));
    let addresses = [tarball.clone(), repository, directory.clone()];
    Some(Component {
        hashes: integrity.as_deref().map(node::integrity).unwrap_or_default(),
        addresses: addresses.into_iter().flatten().collect(),
        ..node::package(name, version, from_registry)
    })
}
